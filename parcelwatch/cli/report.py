"""`parcelwatch report`: what happened, what waits and with whom, for whoever supervises."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer

from parcelwatch.cli.base import Json, command
from parcelwatch.cli.desk import Desk
from parcelwatch.errors import BadInput

if TYPE_CHECKING:
    from datetime import datetime

AGES = {
    "day": "{count} under a day",
    "three": "{count} under three days",
    "week": "{count} under a week",
    "longer": "{count} longer",
}


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

    zone, waiting, t = desk.config.timezone, shown["waiting"], desk.tongue
    cases = (
        "{opened} opened, {acknowledged} acknowledged, {resolved} resolved, {escalated} escalated, {reraised} reraised"
    )
    states = [t("{count} {state}", count=count, state=t(state)) for state, count in waiting["states"].items()]
    ages = [t(AGES[name], count=count) for name, count in waiting["ages"].items() if count]
    owners = [f"{safe(name, 60) or t('nobody')} {count}" for name, count in waiting["owners"].items()]
    comma = t(", ")
    output.pairs(
        {
            t("from"): moment(shown["from"], zone),
            t("until"): moment(shown["to"], zone),
            t("cases"): t(cases, **shown),
            t("waiting"): t("{total}: {states}", total=waiting["total"], states=comma.join(states)) if states else "0",
            t("waiting for"): comma.join(ages),
            t("with"): comma.join(owners),
            t("letters"): t("{drafted} drafted, {approved} approved, {sent} sent", **shown["letters"]),
            t("remedies"): t("{agreed} agreed, {done} done, {open} open", **shown["remedies"]),
            t("verdicts"): t("{true} right, {false} wrong", **shown["verdicts"]),
        }
    )
    output.zone_note(zone, t("Times are in {zone}."))
