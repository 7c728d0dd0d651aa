"""`parcelwatch report`: what happened, what waits and with whom, for whoever supervises."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Annotated, Any

import typer

from parcelwatch.cli.base import Json, command
from parcelwatch.cli.desk import Desk
from parcelwatch.errors import BadInput

if TYPE_CHECKING:
    from parcelwatch.cli.tongue import Tongue
    from parcelwatch.core.past.review import Review

_USUAL = "30d"
AGES = {
    "day": "{count} under a day",
    "three": "{count} under three days",
    "week": "{count} under a week",
    "longer": "{count} longer",
}


def register(app: typer.Typer) -> None:
    """Add `report` to the program."""
    command(app, "report", "report --today", "report --since 30d --html report.html", "report --since 7d --json")(
        report
    )


def report(
    desk: Desk,
    today: Annotated[bool, typer.Option("--today", help="Only the agents' day: cases, letters, remedies.")] = False,
    since: Annotated[str, typer.Option("--since", metavar="TIME", help="An ISO time, or a duration (30d).")] = "",
    html: Annotated[str, typer.Option("--html", metavar="FILE", help="Write it as one HTML file, with plots.")] = "",
    as_json: Json = False,
) -> None:
    """Show what happened, what waits, and how well it went.

    Cases opened, acknowledged and resolved; those that wait, by age and owner; letters; remedies. Over days, also: how
    many complaints agents knew of before, what buyers ask most, alerts and whether they were right, and how each
    courier does.
    """
    from parcelwatch.cli import output
    from parcelwatch.cli.typed import ago
    from parcelwatch.core.report import midnight
    from parcelwatch.shapes import reports
    from parcelwatch.store import report as counting
    from parcelwatch.store import review

    if today and (since or html):
        raise BadInput(f"--today and {'--since' if since else '--html'}: say one of the two")
    now, zone = desk.now, desk.config.timezone
    begins = midnight(zone, now) if today else ago(since or _USUAL, now, desk)
    with desk.store() as store, output.busy("counting"):
        shown = reports.report(counting.figures(store, begins, now))
        over = None if today else review.over(store, begins, now, zone)
    if html and over:
        _write(html, over, desk)
    if as_json:
        output.emit({**shown, **(reports.review(over) if over else {})})
        return
    _print(shown, desk)
    if over:
        _print_review(over, desk)


def _print_review(over: Review, desk: Desk) -> None:
    from parcelwatch.cli import charts, review

    charts.show(review.sections(over, desk))


def _write(path: str, over: Review, desk: Desk) -> None:
    """Write the report as one file. Raises BadInput where that cannot be."""
    from pathlib import Path

    from parcelwatch.cli import output, review
    from parcelwatch.wording import paper

    t, zone = desk.tongue, desk.config.timezone
    said = {"first": output.moment(over.since, zone), "last": output.moment(over.until, zone), "zone": zone}
    lead = t("From {first} to {last}, {zone}. Of fewer than five no share is given.", **said)
    text = paper.html(t("Parcels and complaints"), lead, review.sections(over, desk), desk.words.language)
    try:
        paper.put(Path(path), text)
    except OSError as error:
        raise BadInput(f"{path} cannot be written: {error.strerror}") from None
    output.note(t("Written to {path}.", path=path))


def _print(shown: dict[str, Any], desk: Desk) -> None:
    from parcelwatch.cli import output
    from parcelwatch.cli.output import moment, safe

    zone, waiting, t = desk.config.timezone, shown["waiting"], desk.tongue
    cases = (
        "{opened} opened, {acknowledged} acknowledged, {resolved} resolved, {escalated} escalated, {reraised} reraised"
    )
    ages = [t(AGES[name], count=count) for name, count in waiting["ages"].items() if count]
    owners = [f"{safe(name, 60) or t('nobody')} {count}" for name, count in waiting["owners"].items()]
    comma = t(", ")
    output.pairs(
        {
            t("from"): moment(shown["from"], zone),
            t("until"): moment(shown["to"], zone),
            t("cases"): t(cases, **shown),
            t("waiting"): _waiting(waiting, t),
            t("waiting for"): comma.join(ages),
            t("with"): comma.join(owners),
            t("letters"): t("{drafted} drafted, {approved} approved, {sent} sent", **shown["letters"]),
            t("remedies"): t("{agreed} agreed, {done} done, {open} open", **shown["remedies"]),
            t("incidents"): t("{opened} opened, {closed} closed, {open} open; {parcels} parcels", **shown["incidents"]),
            t("verdicts"): t("{true} right, {false} wrong", **shown["verdicts"]),
        }
    )
    _print_shadows(shown["shadows"], t)
    output.zone_note(zone, t("Times are in {zone}."))


def _waiting(waiting: Mapping[str, Any], t: Tongue) -> str:
    """How many wait, and why that is fewer than were opened: one behind a worse kind is told with it."""
    states = [t("{count} {state}", count=count, state=t(state)) for state, count in waiting["states"].items()]
    said = {"total": waiting["total"], "hidden": waiting["hidden"], "states": t(", ").join(states)}
    if not states:
        return "0"
    if waiting["hidden"]:
        return t("{total}, and {hidden} behind a worse one: {states}", **said)
    return t("{total}: {states}", **said)


def _print_shadows(shadows: list[dict[str, Any]], t: Tongue) -> None:
    from parcelwatch.cli import output

    if shadows:
        output.say()
        output.say(t("In shadow, so that nobody was told:"))
        rows = [(each["kind"], each["alerts"], each["parcels"], output.safe(each["policy_line"])) for each in shadows]
        output.show([f"!{t('Kind')}", f">{t('Alerts')}", f">{t('Parcels')}", t("By")], rows, "")
