"""`parcelwatch report`: what happened, what waits and with whom, for whoever supervises."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer

from parcelwatch.cli.base import Json, command
from parcelwatch.cli.desk import Desk
from parcelwatch.errors import BadInput

if TYPE_CHECKING:
    from datetime import datetime

_AGES = {"day": "under a day", "three": "under three days", "week": "under a week", "longer": "longer"}


def register(app: typer.Typer) -> None:
    """Add `report` to the program."""
    command(app, "report", "report --today", "report --since 7d --json")(report)


def report(
    desk: Desk,
    today: Annotated[bool, typer.Option("--today", help="Since midnight; this is so when nothing is said.")] = False,
    since: Annotated[str, typer.Option("--since", metavar="TIME", help="An ISO time, or a duration such as 7d.")] = "",
    as_json: Json = False,
) -> None:
    """Show what happened, what waits, and with whom.

    Cases opened, acknowledged and resolved; those that wait, by age and owner; letters; remedies; verdicts.
    """
    from parcelwatch import shapes
    from parcelwatch.cli import output
    from parcelwatch.core.report import midnight
    from parcelwatch.store import report as counting

    if today and since:
        raise BadInput("--today and --since: say one of the two")
    now = desk.now
    begins = _ago(since, now, desk) if since else midnight(desk.config.timezone, now)
    with desk.store() as store:
        shown = shapes.report(counting.figures(store, begins, now))
    if as_json:
        output.emit(shown)
        return
    _print(shown, desk)


def _ago(text: str, now: datetime, desk: Desk) -> datetime:
    """When so long ago was, or a time that is past. Raises BadInput."""
    from parcelwatch.cli.typed import when
    from parcelwatch.duration import parse

    try:
        at = now - parse(text).natural()
    except ValueError:
        at = when(text, now, desk)
    if at > now:
        raise BadInput(f"--since {text}: that is still to come")
    return at


def _print(shown: dict[str, Any], desk: Desk) -> None:
    from parcelwatch.cli import output
    from parcelwatch.cli.output import moment, safe

    zone, waiting = desk.config.timezone, shown["waiting"]
    owners = [f"{safe(name, 60) or 'nobody'} {count}" for name, count in waiting["owners"].items()]
    cases = {name: shown[name] for name in ("opened", "acknowledged", "resolved", "escalated", "reraised")}
    output.pairs(
        {
            "from": moment(shown["from"], zone),
            "to": moment(shown["to"], zone),
            "cases": _said(cases),
            "waiting": f"{waiting['total']}: {_said(waiting['states'])}" if waiting["total"] else "0",
            "waiting for": _said({_AGES[name]: count for name, count in waiting["ages"].items() if count}),
            "with": ", ".join(owners),
            "letters": _said(shown["letters"]),
            "remedies": _said(shown["remedies"]),
            "verdicts": _said({"right": shown["verdicts"]["true"], "wrong": shown["verdicts"]["false"]}),
        }
    )
    _print_shadows(shown["shadows"])
    output.zone_note(zone)


def _print_shadows(shadows: list[dict[str, Any]]) -> None:
    from parcelwatch.cli import output

    if shadows:
        output.say()
        output.say("In shadow, so that nobody was told:")
        rows = [(each["kind"], each["alerts"], each["parcels"], output.safe(each["policy_line"])) for each in shadows]
        output.show(["!Kind", ">Alerts", ">Parcels", "By"], rows, "")


def _said(counts: dict[str, int]) -> str:
    return ", ".join(f"{count} {name}" for name, count in counts.items())
