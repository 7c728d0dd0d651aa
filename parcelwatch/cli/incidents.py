"""`parcelwatch incidents …`: many parcels in one trouble, listed and shown."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Annotated, Any

import typer

from parcelwatch.cli.base import Json, command, group, whole
from parcelwatch.cli.desk import Desk
from parcelwatch.cli.typed import one_of

if TYPE_CHECKING:
    from parcelwatch.cli.tongue import Tongue

app = group("List incidents: couriers, hubs, lanes and destinations with far more trouble than usual.")

IncidentId = Annotated[
    int, typer.Argument(metavar="ID", parser=whole, help="The incident's number, as in `incidents list`.")
]


@command(app, "list", "incidents list", "incidents list --state open --json")
def list_all(
    desk: Desk,
    state: Annotated[str, typer.Option("--state", help="open or over.")] = "",
    as_json: Json = False,
) -> None:
    """List every incident, or those in one state; open ones first."""
    from parcelwatch.cli import output
    from parcelwatch.cli.output import moment, worded
    from parcelwatch.core.incidents import IncidentState
    from parcelwatch.shapes.incidents import incident as shape
    from parcelwatch.store import incidents

    one_of("state", state, list(IncidentState))
    with desk.store() as store:
        rows = [shape(store, one, desk.words, desk.now) for one in incidents.rows(store, state)]
    if as_json:
        output.emit_list(rows)
        return
    zone, t = desk.config.timezone, desk.tongue
    columns = t.columns(">ID", "!State", "Courier", "!Opened", "!?Over", ">Parcels", ">Left", "~Why")
    shown = [
        (
            row["id"],
            t(row["state"]),
            desk.words.whose.courier(row["courier"], row["company"]),
            moment(row["opened_at"], zone),
            moment(row["closed_at"], zone),
            row["folded"],
            row["left"],
            worded(row["sentence"]),
        )
        for row in rows
    ]
    output.show(columns, shown, t("No incidents."), t.styles)
    output.zone_note(zone, t("Times are in {zone}."))


@command(app, "show", "incidents show 3", "incidents show 3 --json")
def show(desk: Desk, incident: IncidentId, as_json: Json = False) -> None:
    """Show one incident: what it was measured by, its history, and where its parcels and letters are."""
    from parcelwatch.cli import output
    from parcelwatch.shapes.incidents import incident_whole

    with desk.store() as store:
        shown = incident_whole(store, incident, desk.words, desk.now)
    if as_json:
        output.emit(shown)
        return
    _print(shown, desk)


def _print(shown: Mapping[str, Any], desk: Desk) -> None:
    from parcelwatch.cli import output
    from parcelwatch.cli.output import moment

    zone, t = desk.config.timezone, desk.tongue
    output.pairs(t.named(_summary(shown, desk)))
    output.say()
    lines = [
        (moment(event["at"], zone), t(event["turn"]), event["troubled"], event["parcels"], event["folded"])
        for event in shown["events"]
    ]
    output.show(t.columns("!When", "!Move", ">In trouble", ">On the road", ">Told by it"), lines, "")
    output.note(t("`parcelwatch cases list --incident {id}` lists its parcels.", id=shown["id"]), "dim")
    if shown["drafts"]:
        output.note(t("`parcelwatch drafts approve --incident {id}` approves its letters.", id=shown["id"]), "dim")


def _summary(shown: Mapping[str, Any], desk: Desk) -> dict[str, object]:
    from parcelwatch.cli.output import moment, safe, worded

    zone, t = desk.config.timezone, desk.tongue
    return {
        "incident": shown["id"],
        "state": t(shown["state"]),
        "group": t(shown["grain"]),
        "courier": desk.words.whose.courier(shown["courier"], shown["company"]),
        "place": safe(shown["place"], 120),
        "why": worded(shown["sentence"]),
        "measured": _measured(shown, t),
        "opened": moment(shown["opened_at"], zone),
        "over": moment(shown["closed_at"], zone),
        "told by it": t(
            "{parcels}, {left} still in trouble", parcels=t.count(shown["folded"], "parcel"), left=shown["left"]
        ),
        "letters": t("{count} to approve", count=len(shown["drafts"])) if shown["drafts"] else "",
    }


def _measured(shown: Mapping[str, Any], t: Tongue) -> str:
    first = shown["events"][0]
    said = t("{troubled} of {parcels}", troubled=first["troubled"], parcels=first["parcels"])
    usual = t("usual at most {usual} %", usual=f"{shown['usual'] * 100:.1f}")
    if not shown["known"]:
        usual = t("what is usual is not known yet: taken to be {usual} %", usual=f"{shown['usual'] * 100:.0f}")
    return t("; ").join((said, usual, f"p {_chance(shown['chance'])}"))


def _chance(chance: float) -> str:
    return f"= {chance:.1e}" if chance >= 1e-300 else "< 1e-300"
