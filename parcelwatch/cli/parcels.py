"""`parcelwatch parcels …`: what is being watched."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from typing import Annotated, Any

import typer

from parcelwatch.cli import adding
from parcelwatch.cli.base import Account, Company, Json, Number, command, group
from parcelwatch.cli.desk import Desk, asked_account, matching, pick
from parcelwatch.errors import BadInput

app = group("Watch parcels, list them, stop watching, forget them.")
adding.register(app)

OneAccount = Annotated[str, typer.Option("--courier", metavar="ACCOUNT", help="Which, if several couriers have it.")]


@command(app, "list", "parcels list --courier my_dhl --open", "parcels list --milestone in_transit --json")
def list_all(
    desk: Desk,
    courier: Account = "",
    milestone: Annotated[str, typer.Option("--milestone", help="Only those that are there, such as in_transit.")] = "",
    open_only: Annotated[bool, typer.Option("--open", help="Only those with an open case.")] = False,
    as_json: Json = False,
) -> None:
    """List every parcel, or those that match."""
    from parcelwatch.cli import output
    from parcelwatch.cli.output import moment, safe
    from parcelwatch.core.intake import meant
    from parcelwatch.model import Milestone
    from parcelwatch.store import parcels

    if milestone and milestone not in list(Milestone):
        raise BadInput(f"no milestone {milestone!r}{meant(milestone, Milestone)}; there are {', '.join(Milestone)}")
    with desk.store() as store:
        asked_account(desk, store, courier)
        rows = parcels.rows(store, courier, milestone, open_only)
        if as_json:
            output.emit_list(rows)
            return
        zone = desk.config.timezone
        shown = [
            (
                row["number"],
                _who(row),
                safe(row["order"], 60),
                _state(row),
                moment(row["last_checkpoint_at"], zone),
                row["open_cases"] or "",
            )
            for row in rows
        ]
    output.show(
        ["!Number", "Courier", "?Order", "Milestone", "!Last scan", ">Cases"],
        shown,
        "No parcels. `parcelwatch parcels import FILE` watches some.",
    )
    output.zone_note(zone)


def _who(row: Mapping[str, Any]) -> str:
    return f"{row['courier']} {row['company']}".strip()


def _state(row: Mapping[str, Any]) -> str:
    if row["unwatched_at"]:
        return f"{row['milestone']} (no longer watched)"
    return _stood(row)


def _stood(row: Mapping[str, Any]) -> str:
    return f"{row['milestone']} ({row['cause']})" if row["cause"] else str(row["milestone"])


@command(app, "show", "parcels show JD0002123456789", "parcels show JD0002123456789 --json")
def show(desk: Desk, number: Number, courier: OneAccount = "", company: Company = "", as_json: Json = False) -> None:
    """Show one parcel, its checkpoints and cases."""
    from parcelwatch import shapes
    from parcelwatch.cli import output
    from parcelwatch.core.lexicon import mask
    from parcelwatch.store import cases, parcels

    now = desk.now
    with desk.store() as store:
        asked_account(desk, store, courier)
        parcel = pick(store, number, courier, company)
        troubles = cases.rows(store, now, parcel_id=parcel.id)
        shown = parcels.show(store, parcel.id)
    shown["cases"] = [shapes.case(row, desk.words, now) for row in troubles]
    if as_json:
        checkpoints = [{**each, "text": mask(each["text"])} for each in shown["checkpoints"]]
        output.emit({**shown, "checkpoints": checkpoints})
        return
    _print_parcel(shown, desk)


def _print_parcel(shown: Mapping[str, Any], desk: Desk) -> None:
    from parcelwatch.cli import output
    from parcelwatch.cli.output import safe, worded

    zone = desk.config.timezone
    output.pairs(_summary(shown, desk))
    output.say()
    checkpoints = [
        (_when(each, desk), _stood(each), safe(each["text"] or each["code"]), safe(each["place"], 80))
        for each in shown["checkpoints"]
    ]
    output.show(["!When", "Milestone", "What the courier said", "Where"], checkpoints, "No checkpoints yet.")
    output.say()
    known = [
        (each["id"], each["kind"], each["severity"], each["state"], worded(each["sentence"])) for each in shown["cases"]
    ]
    output.show([">Case", "!Kind", "!Severity", "!State", "Why"], known, "No cases.")
    output.zone_note(zone)


def _summary(shown: Mapping[str, Any], desk: Desk) -> dict[str, object]:
    from parcelwatch.cli.output import moment, safe

    zone = desk.config.timezone
    return {
        "number": shown["number"],
        "courier": _who(shown),
        "order": safe(shown["order"]),
        "destination": shown["destination"],
        "milestone": _state(shown),
        "last scan": moment(shown["last_checkpoint_at"], zone),
        "courier answered": moment(shown["confirmed_at"], zone),
        "estimate": moment(shown["estimate"], zone),
        "promised by": moment(shown["promised_by"], zone),
        "refused": safe(shown["refused"]),
        "tracking stopped": safe(shown["stopped"]),
        "next ask": f"{moment(shown['poll_at'], zone)} ({shown['poll_why']})" if shown["poll_at"] else "never",
    }


def _when(checkpoint: Mapping[str, Any], desk: Desk) -> str:
    from parcelwatch.cli.output import moment

    zone = desk.config.timezone
    begin, end = moment(checkpoint["occurred_at"], zone), moment(checkpoint.get("occurred_until"), zone)
    return f"{begin} – {end}" if end and end != begin else begin


@command(app, "stop", "parcels stop JD0002123456789")
def stop(desk: Desk, number: Number, courier: OneAccount = "", company: Company = "", as_json: Json = False) -> None:
    """Stop watching a parcel.

    It is asked about no more; what is known of it stays.
    """
    _watch(desk, number, courier, company, as_json=as_json, resume=False)


@command(app, "resume", "parcels resume JD0002123456789")
def resume(desk: Desk, number: Number, courier: OneAccount = "", company: Company = "", as_json: Json = False) -> None:
    """Watch a stopped parcel again."""
    _watch(desk, number, courier, company, as_json=as_json, resume=True)


def _watch(desk: Desk, number: str, courier: str, company: str, *, as_json: bool, resume: bool) -> None:
    from parcelwatch.cli import output
    from parcelwatch.store import parcels

    with desk.store() as store:
        asked_account(desk, store, courier)
        parcel = pick(store, number, courier, company)
        with store.transaction():
            changed = (parcels.resume if resume else parcels.stop)(store, parcel.id, desk.now)
    if as_json:
        output.emit({"number": parcel.number, "courier": parcel.courier, "watched": resume, "changed": changed})
        return
    state = "watched again" if resume else "no longer watched"
    output.say(f"{parcel.number} is {state}." if changed else f"{parcel.number} was {state} already.")


@command(app, "forget", "parcels forget JD0002123456789 --yes")
def forget(
    desk: Desk,
    number: Number,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask on a terminal.")] = False,
    as_json: Json = False,
) -> None:
    """Erase every trace of a number.

    Everywhere in the database and its files, people's names and contacts included.
    """
    from parcelwatch.cli import output
    from parcelwatch.store import parcels

    with desk.store() as store:
        known = matching(store, number)[0].number
        if not yes and not as_json and sys.stdin.isatty():
            typer.confirm(f"Erase everything about {known}? This cannot be undone.", abort=True, err=True)
        erased = parcels.forget(store, known)
    if as_json:
        output.emit({"number": known, "forgotten": erased})
        return
    output.say(f"{known} is forgotten. Backups made before still hold it.")


@command(app, "export", "parcels export JD0002123456789 > parcel.json")
def export(desk: Desk, number: Number, as_json: Json = True) -> None:  # noqa: ARG001 - it is JSON with and without
    """Print all that is kept about a number.

    As JSON, with nothing masked.
    """
    from parcelwatch.cli import output
    from parcelwatch.store import parcels

    with desk.store() as store:
        output.emit(parcels.export(store, matching(store, number)[0].number))
