"""`parcelwatch silences …`: what nobody wants to hear of for a while."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Annotated, Any, Final

import typer

from parcelwatch.cli.base import By, Json, NeedsAttention, command, group, standing, whole
from parcelwatch.cli.desk import Desk
from parcelwatch.cli.matching import Company, Courier, Destination, Kinds, Tag, Tier, checked, described, said
from parcelwatch.cli.typed import when, who

if TYPE_CHECKING:
    from datetime import datetime

    from parcelwatch.core.messaging.silences import Silence
    from parcelwatch.store.silences import SilenceRow

app = group("Silence messages for a while; what still stands then is told.")

_LISTED: Final = timedelta(days=7)
OVER: Final = "Silence {silence} is over; due now: {messages}."


@command(
    app,
    "add",
    "silences add --kind stalled --courier my_dhl --destination US --until 2d --comment strike",
    "silences add --tag test --until 2026-12-24T09:00",
    "silences add --courier my_dhl --below critical --until 12h --by lin",
)
def add(
    desk: Desk,
    until: Annotated[str, typer.Option("--until", metavar="TIME", help="An ISO time, or a duration such as 2d.")],
    kind: Kinds = [],  # noqa: B006 - Typer copies it
    courier: Courier = "",
    company: Company = "",
    destination: Destination = "",
    tag: Tag = "",
    tier: Tier = "",
    below: Annotated[str, typer.Option("--below", metavar="SEVERITY", help="Only what is milder than this.")] = "",
    comment: Annotated[str, typer.Option("--comment", metavar="TEXT", help="Why.")] = "",
    by: By = "",
    as_json: Json = False,
) -> None:
    """Tell nobody of what matches, for a while.

    All that is named must match. Cases open and close as ever, their messages are kept. When it ends, what still stands
    and was never told is told once. That a draft must not be sent any more is told all the same.
    """
    from parcelwatch.cli import output
    from parcelwatch.core.messaging.matching import Matcher
    from parcelwatch.core.messaging.silences import Silence
    from parcelwatch.model import Severity
    from parcelwatch.verbs import silencing

    now = desk.now
    kinds = checked(desk, kind, below, courier, destination, option="below")
    grade = Severity(below) if below else None
    match = Matcher(kinds, None, grade, courier, company, destination.upper(), tag, tier=tier)
    wanted = Silence(match, when(until, now, desk), by or who(), comment.strip())
    with desk.store() as store:
        silence, kept = silencing.begin(store, wanted, now)
    if as_json:
        output.emit({"id": silence.id, "until": _stamp(silence.until), "matches": described(match), "kept_back": kept})
    else:
        _print_begun(desk, silence, kept)


def _print_begun(desk: Desk, silence: Silence, kept: int) -> None:
    from parcelwatch.cli import output

    zone, t = desk.config.timezone, desk.tongue
    until_then = output.moment(_stamp(silence.until), zone)
    told = t("Silence {id}: {matches}, until {until}.", id=silence.id, matches=said(silence.match, t), until=until_then)
    output.say(told)
    if kept:
        output.say(t("Kept back: {messages}.", messages=t.count(kept, "message")))
    output.zone_note(zone, t("Times are in {zone}."))


@command(app, "list", "silences list", "silences list --json")
def list_all(desk: Desk, as_json: Json = False) -> None:
    """List silences: those that hold, and those that ended within a week."""
    from parcelwatch.cli import output
    from parcelwatch.cli.output import moment, safe
    from parcelwatch.store import silences

    now, zone = desk.now, desk.config.timezone
    with desk.store() as store:
        found = silences.rows(store, now - _LISTED)
    rows = [_shown(row, now) for row in found]
    if as_json:
        output.emit_list(rows)
        return
    t = desk.tongue
    shown = [
        (
            row["id"],
            t(row["state"]),
            moment(row["until"], zone),
            said(each.silence.match, t),
            row["kept_back"],
            safe(row["by"], 60),
            safe(row["comment"], 200),
        )
        for row, each in zip(rows, found, strict=True)
    ]
    columns = t.columns(">ID", "!State", "!Until", "Silences", ">Kept back", "!?By", "~Why")
    output.show(columns, shown, t("No silences."))
    output.zone_note(zone, t("Times are in {zone}."))


def _shown(row: SilenceRow, now: datetime) -> dict[str, Any]:
    silence = row.silence
    return {
        "id": silence.id,
        "state": "holds" if silence.until > now else "over",
        "matches": described(silence.match),
        "created_at": _stamp(row.created_at),
        "until": _stamp(silence.until),
        "by": silence.by,
        "comment": silence.comment,
        "kept_back": row.kept,
    }


@command(app, "end", "silences end 3")
def end(
    desk: Desk,
    silence: Annotated[int, typer.Argument(metavar="ID", parser=whole, help="Its number, as in `silences list`.")],
    as_json: Json = False,
) -> None:
    """End a silence now.

    What it kept back and still stands is told.
    """
    from parcelwatch.cli import output
    from parcelwatch.verbs import silencing

    with desk.store() as store, standing():
        told = silencing.end(store, silence, desk.now)
    if as_json:
        output.emit({"id": silence, "told": told or 0})
    elif told is not None:
        t = desk.tongue
        output.say(t(OVER, silence=silence, messages=t.count(told, "message")))
    if told is None:
        raise NeedsAttention(f"silence {silence} is over already")


def _stamp(at: datetime) -> str | None:
    from parcelwatch.shapes import stamp

    return stamp(at)
