"""`parcelwatch complaints`: when buyers complained, so that it can be measured whether agents knew before."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Annotated, Any

import typer

from parcelwatch.cli.base import Json, command, group
from parcelwatch.cli.desk import Desk
from parcelwatch.cli.incoming import PASSED_OVER, Kept, Said, Verbose, database, mapped, tell, watched
from parcelwatch.errors import BadInput

if TYPE_CHECKING:
    from parcelwatch.verbs.importing import Rejected, Result

app = group("Complaints of buyers, for `parcelwatch report`: when they came, and whether agents knew before.")


def import_file(
    desk: Desk,
    file: Annotated[str, typer.Argument(metavar="FILE", help="CSV or JSON lines; - is stdin.")],
    format_name: Annotated[str, typer.Option("--format", metavar="csv|jsonl", help="Else told by the name.")] = "",
    renamed: Annotated[
        list[str] | None, typer.Option("--map", metavar="HEADING=COLUMN", help="What a column of the file means.")
    ] = None,
    date_format: Annotated[
        str, typer.Option("--date-format", metavar="d/m/y|m/d/y|y/m/d", help="How the file writes 03/04/2026.")
    ] = "",
    keep_text: Annotated[
        bool,
        typer.Option("--keep-text", help="Keep what buyers wrote, too, until it is forgotten."),
    ] = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Say what would happen, change nothing.")] = False,
    verbose: Verbose = False,
    as_json: Json = False,
) -> None:
    """Take in when buyers complained, from a file.

    Columns: at (the time), order or number, and kind (what it is about, in a word or two). UTF-8 or GB18030. What
    buyers wrote is not kept unless you say so. Complaints about what is not watched are passed over. Importing again
    updates.
    """
    from parcelwatch.core.rows.dates import order_of
    from parcelwatch.verbs import complaining, records

    if format_name not in ("", *records.FORMATS):
        raise BadInput(f"--format {format_name!r}: choose {' or '.join(records.FORMATS)}")
    named = mapped(renamed or [])
    reader = complaining.desk(desk.config, order_of(date_format) if date_format else "", texts=keep_text)
    source = records.open_source(file, sys.stdin.buffer, format_name)
    said = _Kept() if as_json else _Said(desk.tongue, every=verbose)
    with database(desk, dry_run=dry_run) as store, watched(source, desk.tongue) as progress:
        heard = complaining.Heard(said.refused, said.remarked, said.skipped, progress)
        rows = records.records(source)
        taken = complaining.take(store, rows, reader, desk.now, heard, renamed=named, dry_run=dry_run)
    tell(taken, said, desk.tongue, dry_run=dry_run)


command(
    app,
    "import",
    "complaints import tickets.csv --map 'Created at=at' --map 'Order'=order",
    "complaints import 投诉.csv --map 投诉时间=at --map 订单号=order --dry-run",
)(import_file)


def show_list(
    desk: Desk,
    missed: Annotated[bool, typer.Option("--missed", help="Only those of which agents were not told before.")] = False,
    since: Annotated[str, typer.Option("--since", metavar="TIME", help="An ISO time, or a duration (30d).")] = "",
    as_json: Json = False,
) -> None:
    """List complaints, and whether agents were told before.

    `again`: there was one about the parcel before.
    """
    from parcelwatch.cli import output
    from parcelwatch.cli.typed import ago
    from parcelwatch.shapes import reports
    from parcelwatch.store import complaints, review

    now = desk.now
    begins = ago(since, now, desk) if since else None
    with desk.store() as store:
        names = complaints.named(store)
        known = [one for one in review.weighed(store, now) if begins is None or one.complaint.at >= begins]
    shown = [reports.complaint(one, *names[one.complaint.id]) for one in known if not missed or one.lead is None]
    if as_json:
        output.emit_list(shown)
        return
    _print(shown, desk)


command(app, "list", "complaints list --missed --since 30d", "complaints list --json")(show_list)


def _print(shown: list[dict[str, Any]], desk: Desk) -> None:
    from parcelwatch.cli import output
    from parcelwatch.cli.output import moment, safe

    t, zone = desk.tongue, desk.config.timezone
    rows = [
        (
            moment(one["at"], zone),
            safe(one["number"] or one["order"], 60),
            safe(one["kind"], 40),
            desk.words.label(one["warned_by"]) if one["warned_by"] else "",
            "" if one["lead_days"] is None else f"{one['lead_days']:.1f}",
            t("again") if one["again"] else "",
        )
        for one in shown
    ]
    titles = t.columns("!When", "!Parcel or order", "About", "Told before", ">Days ahead", "?Again")
    output.show(titles, rows, t("No complaint: `parcelwatch complaints import FILE` takes them in."))
    if rows:
        output.zone_note(zone, t("Times are in {zone}."))


class _Said(Said):
    """Rows as they are said of an import, and those passed over."""

    def skipped(self, row: Rejected) -> None:
        self.row(PASSED_OVER, row)

    def counts(self, result: Result) -> list[tuple[str, int]]:
        unwatched = ("unwatched", result.counts["skipped"])
        *taken, rejected = [each for each in super().counts(result) if each[0] != "skipped"]
        return [*taken, unwatched, rejected]


class _Kept(Kept):
    """The same for one JSON document."""

    def __init__(self) -> None:
        from parcelwatch.verbs.importing import Waiting

        super().__init__()
        self._skipped = Waiting()

    def skipped(self, row: Rejected) -> None:
        self._skipped.add(row)

    def lists(self, result: Result) -> dict[str, object]:
        return {"skipped": list(self._skipped), **super().lists(result)}
