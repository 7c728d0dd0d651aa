"""`parcelwatch parcels add` and `import`: how parcels come in."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from typing import TYPE_CHECKING, Annotated, Any

import typer

from parcelwatch.cli.base import Company, Json, NeedsAttention, Number, command
from parcelwatch.cli.desk import Desk
from parcelwatch.errors import BadInput

if TYPE_CHECKING:
    from parcelwatch.cli.importing import Rejected, Result
    from parcelwatch.cli.records import Source


def register(app: typer.Typer) -> None:
    """Add the commands of this file to those of `parcels`."""
    command(
        app,
        "add",
        "parcels add JD0002123456789 --courier my_dhl --order A-1001 --destination BR --language en",
    )(add)
    command(
        app,
        "import",
        "parcels import orders.csv --courier my_dhl",
        "parcels import 订单.csv --map 快递单号=number --map 订单号=order --dry-run",
    )(import_file)


def _text(name: str, help_text: str) -> Any:
    return typer.Option(name, help=help_text, show_default=False)


def add(
    desk: Desk,
    number: Number,
    courier: Annotated[str, typer.Option("--courier", metavar="ACCOUNT", help="The account to ask.")],
    company: Company = "",
    order: Annotated[str, _text("--order", "Your order's number.")] = "",
    service: Annotated[str, _text("--service", "The courier's product.")] = "",
    origin: Annotated[str, _text("--origin", "Country, two letters.")] = "",
    destination: Annotated[str, _text("--destination", "Country, two letters.")] = "",
    shipped_at: Annotated[str, _text("--shipped-at", "When it was handed over, ISO time.")] = "",
    promised_by: Annotated[str, _text("--promised-by", "When the buyer was promised it: a day or an ISO time.")] = "",
    dispatch_by: Annotated[str, _text("--dispatch-by", "When it must be handed over: a day or an ISO time.")] = "",
    customer_name: Annotated[str, _text("--customer-name", "For drafts.")] = "",
    customer_contact: Annotated[str, _text("--customer-contact", "For drafts: mail address or chat name.")] = "",
    phone_last4: Annotated[str, _text("--phone-last4", "Some couriers answer only with these digits.")] = "",
    postal_code: Annotated[str, _text("--postal-code", "Some couriers answer only with it.")] = "",
    language: Annotated[str, _text("--language", "Of drafts to the customer, such as zh-CN or en.")] = "",
    value: Annotated[str, _text("--value", "What the goods are worth; the dearer, the more pressing.")] = "",
    tag: Annotated[list[str] | None, _text("--tag", "A tag of yours; may be given more than once.")] = None,
    as_json: Json = False,
) -> None:
    """Watch one parcel.

    Adding it again updates what is known of it.
    """
    from parcelwatch.cli import importing, output
    from parcelwatch.store import parcels

    given: dict[str, object] = {
        "number": number,
        "courier": courier,
        "company": company,
        "order": order,
        "service": service,
        "origin": origin,
        "destination": destination,
        "shipped_at": shipped_at,
        "promised_by": promised_by,
        "dispatch_by": dispatch_by,
        "customer_name": customer_name,
        "customer_contact": customer_contact,
        "phone_last4": phone_last4,
        "postal_code": postal_code,
        "language": language,
        "value": value,
        "tag": list(tag or ()),
    }
    now = desk.now
    parcel = importing.desk(desk.config).parcel(given, now)
    with desk.store(create=True) as store, store.transaction():
        added = parcels.add(store, parcel, now)
    if as_json:
        output.emit({"id": added.id, "number": parcel.number, "courier": parcel.courier, "outcome": added.outcome})
        return
    output.say(f"{parcel.number}: {added.outcome}. `parcelwatch once` asks about it; `parcelwatch run` keeps asking.")


def import_file(
    desk: Desk,
    file: Annotated[str, typer.Argument(metavar="FILE", help="CSV or JSON lines; - is stdin.")],
    format_name: Annotated[str, typer.Option("--format", metavar="csv|jsonl", help="Else told by the name.")] = "",
    renamed: Annotated[
        list[str] | None, typer.Option("--map", metavar="HEADING=COLUMN", help="What a column of the file means.")
    ] = None,
    courier: Annotated[str, typer.Option("--courier", metavar="ACCOUNT", help="For rows that name no courier.")] = "",
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Say what would happen, change nothing.")] = False,
    as_json: Json = False,
) -> None:
    """Watch many parcels, from a file.

    Columns are named as the options of `parcels add` with _ for -, such as number, courier, order, promised_by. UTF-8
    or GB18030. Bad rows are reported with line and reason, the good ones go in; importing again updates.
    """
    from parcelwatch.cli import importing, output, records

    if format_name not in ("", *records.FORMATS):
        raise BadInput(f"--format {format_name!r}: choose {' or '.join(records.FORMATS)}")
    reader = importing.desk(desk.config, courier)
    if courier and courier not in reader.accounts:
        raise BadInput(
            f"no courier account {courier!r} is configured; there are {', '.join(reader.accounts) or 'none'}"
        )
    mapped = _mapped(renamed or [])
    source = records.open_source(file, sys.stdin.buffer, format_name)
    rejected = importing.RejectedRows()
    result = _import(desk, source, reader, mapped, file, rejected, dry_run=dry_run, as_json=as_json)
    for warning in result.warnings:
        output.warn(warning)
    if as_json:
        output.emit({**result.counts, "rejected": list(rejected)})
    else:
        would = "would be " if dry_run else ""
        output.say(
            f"{result.added} {would}added, {result.updated} {would}updated, {result.unchanged} unchanged, "
            f"{result.rejected} rejected"
        )
    if result.rejected:
        raise NeedsAttention(f"{result.rejected} rows were refused; correct them and import the file again")


def _mapped(renamed: list[str]) -> Mapping[str, str]:
    pairs: dict[str, str] = {}
    for each in renamed:
        heading, sign, name = each.rpartition("=")
        if not sign or not heading.strip() or not name.strip():
            raise BadInput(f"--map {each!r}: write HEADING=COLUMN, such as 快递单号=number")
        pairs[heading.strip()] = name.strip()
    return pairs


def _import(
    desk: Desk,
    source: Source,
    reader: Any,
    renamed: Mapping[str, str],
    name: str,
    rejected: Any,
    *,
    dry_run: bool,
    as_json: bool,
) -> Result:
    from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn, TimeRemainingColumn

    from parcelwatch.cli import importing, output, records

    err = output.console(sys.stderr)
    columns = (TextColumn("importing"), BarColumn(), TaskProgressColumn(), TimeRemainingColumn())

    def refused(row: Rejected) -> None:
        if as_json:
            rejected.add(row)
            return
        number = f"{output.safe(row.number, 60)}: " if row.number else ""
        output.note(f"line {row.line}: {number}{output.safe(row.reason, 400)}", "yellow")

    with (
        _database(desk, dry_run=dry_run) as store,
        Progress(*columns, console=err, transient=True, disable=not err.is_terminal) as bar,
    ):
        task = bar.add_task("", total=max(source.size, 1))
        return importing.take(
            store,
            records.records(source),
            reader,
            desk.now,
            source=name,
            renamed=renamed,
            dry_run=dry_run,
            refused=refused,
            progress=lambda: bar.update(task, completed=source.done),
        )


def _database(desk: Desk, *, dry_run: bool) -> Any:
    """The database to import into; a dry run leaves no new one behind."""
    if not dry_run or desk.config.database.exists():
        return desk.store(create=True)
    return _passing_database()


def _passing_database() -> Any:
    import tempfile
    from contextlib import contextmanager
    from pathlib import Path

    from parcelwatch.store import Store

    @contextmanager
    def opened() -> Any:
        with tempfile.TemporaryDirectory(prefix="parcelwatch-") as folder, Store.open(Path(folder) / "dry.db") as store:
            yield store

    return opened()
