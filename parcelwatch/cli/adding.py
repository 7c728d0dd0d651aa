"""`parcelwatch parcels add` and `import`: how parcels come in."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any

import typer

from parcelwatch.cli.base import Json, Number, command
from parcelwatch.cli.desk import Desk
from parcelwatch.cli.incoming import Kept, Said, Verbose, mapped, tell


def _text(option: str, help_text: str) -> Any:
    return Annotated[str | None, typer.Option(option, metavar="TEXT", help=help_text)]


# The columns of an import, as options.
DESCRIBING: Mapping[str, Any] = {
    "company": _text("--company", "The courier behind an aggregator, by name or code."),
    "order": _text("--order", "Your order's number; several between commas or semicolons."),
    "service": _text("--service", "The courier's product."),
    "origin": _text("--origin", "Country: its two letters, or its name."),
    "destination": _text("--destination", "Country: its two letters, or its name."),
    "shipped_at": _text("--shipped-at", "When it was handed over, an ISO time."),
    "promised_by": _text("--promised-by", "When the buyer was promised it: a day or an ISO time."),
    "dispatch_by": _text("--dispatch-by", "When it must be handed over: a day or an ISO time."),
    "customer_name": _text("--customer-name", "For drafts."),
    "customer_contact": _text("--customer-contact", "For drafts: mail address or chat name."),
    "phone_last4": _text("--phone-last4", "Some couriers answer only with these digits."),
    "postal_code": _text("--postal-code", "Some couriers answer only with it."),
    "language": _text("--language", "Of drafts to the customer, such as zh-CN or en."),
    "value": _text("--value", "What the goods are worth; the dearer, the more pressing."),
    "tag": Annotated[
        list[str] | None, typer.Option("--tag", metavar="TAG", help="A tag of yours; may be given more than once.")
    ],
    "buyer": _text("--buyer", "The buyer's name on the platform, such as a 旺旺 ID."),
    "tier": _text("--tier", "The customer's, such as vip."),
    "goods": _text("--goods", "What was bought, in words."),
    "order_url": _text("--order-url", "Where an agent finds the order."),
}


def register(app: typer.Typer) -> None:
    """Add the commands of this file to those of `parcels`."""
    example = "parcels add JD0002123456789 --courier my_dhl --order A-1001 --destination BR --language en"
    command(app, "add", example, options=DESCRIBING)(add)
    command(
        app,
        "import",
        "parcels import orders.csv --courier my_dhl",
        "parcels import 订单.csv --map 快递单号=number --map 订单号=order --dry-run",
        "parcels import ExportOrderList.csv --preset tmall",
    )(import_file)


def add(
    desk: Desk,
    number: Number,
    courier: Annotated[str, typer.Option("--courier", metavar="ACCOUNT", help="The account to ask.")],
    as_json: Json = False,
    **described: object,
) -> None:
    """Watch one parcel.

    Adding it again updates what is known of it.
    """
    from parcelwatch.cli import output
    from parcelwatch.verbs import importing

    reader = importing.desk(desk.config)
    row = {"number": number, "courier": courier, **described}
    with desk.store(create=True) as store, store.transaction():
        taken, added = importing.add(store, row, reader, desk.policy, desk.now)
    parcel = taken.parcel
    t = desk.tongue
    for doubt in taken.doubts:
        t.warn(doubt.text)
    if as_json:
        output.emit({"id": added.id, "number": parcel.number, "courier": parcel.courier, "outcome": added.outcome})
        return
    what = "{number}: {outcome}. `parcelwatch once` asks about it; `parcelwatch run` keeps asking."
    output.say(t(what, number=parcel.number, outcome=t(added.outcome)))


def import_file(
    desk: Desk,
    file: Annotated[str, typer.Argument(metavar="FILE", help="CSV, JSON lines or xlsx, also in a zip; - is stdin.")],
    format_name: Annotated[
        str,
        typer.Option("--format", metavar="NAME", help="csv, jsonl, or an export such as shopify; else told by itself."),
    ] = "",
    renamed: Annotated[
        list[str] | None, typer.Option("--map", metavar="HEADING=COLUMN", help="What a column of the file means.")
    ] = None,
    courier: Annotated[str, typer.Option("--courier", metavar="ACCOUNT", help="For rows that name no courier.")] = "",
    preset: Annotated[str, typer.Option("--preset", metavar="NAME", help="Read it as [import.NAME] says.")] = "",
    encoding: Annotated[
        str, typer.Option("--encoding", metavar="NAME", help="Such as gb18030 or cp1252; else told by itself.")
    ] = "",
    date_format: Annotated[
        str, typer.Option("--date-format", metavar="d/m/y|m/d/y|y/m/d", help="How the file writes 03/04/2026.")
    ] = "",
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Say what would happen, change nothing.")] = False,
    verbose: Verbose = False,
    as_json: Json = False,
) -> None:
    """Watch many parcels, from a file.

    Order exports of shops are known by their headings. Otherwise columns are named as the options of `parcels add` with
    _ for -, such as number, courier, order, promised_by. Rows that cannot be watched are reported with line and reason,
    the others go in; a cell that cannot be read is left out, and said. Importing again updates.
    """
    from parcelwatch.cli.importing import Asked, run

    asked = Asked(file, format_name, mapped(renamed or []), courier, preset, encoding, date_format)
    said = Kept() if as_json else Said(desk.tongue, every=verbose)
    tell(run(desk, asked, said, dry_run=dry_run), said, desk.tongue, dry_run=dry_run)
