"""`parcelwatch orders …`: what buyers bought, the parcels it is in, and what was written about it."""

from __future__ import annotations

from typing import Annotated, Any, Final

import typer

from parcelwatch.cli.base import Json, command, group
from parcelwatch.cli.desk import Desk
from parcelwatch.core.texts.text import amount

app = group("List orders with their parcels; forget them.")

ORDER: Final = ("order", "customer", "contact", "buyer", "tier", "goods", "url")
"""What is known of an order, as it came."""

OrderNumber = Annotated[str, typer.Argument(metavar="ORDER", help="The order's number.")]


@command(app, "list", "orders list --open", "orders list --json", logs=False)
def list_all(
    desk: Desk,
    open_only: Annotated[bool, typer.Option("--open", help="Only those with a parcel in trouble.")] = False,
    as_json: Json = False,
) -> None:
    """List every order that has a number."""
    from parcelwatch.cli import output
    from parcelwatch.cli.output import moment, safe
    from parcelwatch.store import orders

    with desk.store() as store:
        rows = orders.rows(store, open_only=open_only)
        if as_json:
            output.emit_list(rows)
            return
        zone, t = desk.config.timezone, desk.tongue
        shown = [
            (
                safe(row["order"], 40),
                safe(row["buyer"] or row["customer"], 40),
                t.listed(row["parcels"]),
                moment(row["promised_by"], zone),
                amount(row["value"]) if row["value"] else "",
                row["open_cases"] or "",
            )
            for row in rows
        ]
    columns = t.columns("!Order", "Buyer", "Parcels", "!?Promised by", ">Value", ">Cases")
    output.show(columns, shown, t("No orders."))
    output.zone_note(zone, t("Times are in {zone}."))


@command(app, "show", "orders show A-1001", "orders show A-1001 --json")
def show(desk: Desk, order: OrderNumber, as_json: Json = False) -> None:
    """Show one order: whose it is, its parcels, and the drafts to its customer."""
    from parcelwatch import shapes
    from parcelwatch.cli import output
    from parcelwatch.cli.output import moment, safe
    from parcelwatch.store import drafts, orders

    with desk.store() as store:
        shown: dict[str, Any] = orders.show(store, order.strip())
        order_id = shown.pop("id")
        shown["drafts"] = [shapes.draft(row, desk.words) for row in drafts.rows(store, order_id=order_id)]
    if as_json:
        output.emit(shown)
        return
    zone, t = desk.config.timezone, desk.tongue
    summary = {
        **{name: safe(shown[name], 200) for name in ORDER},
        "value": amount(shown["value"]) if shown["value"] else "",
        "promised by": moment(shown["promised_by"], zone),
        "dispatch by": moment(shown["dispatch_by"], zone),
        "tags": t.listed(shown["tags"]),
        "parcels": t.listed(shown["parcels"]),
    }
    output.pairs(t.named(summary))
    output.say()
    letters = [
        (
            each["id"],
            t.kind(each["kind"]),
            t(each["state"]),
            moment(each["created_at"], zone),
            safe(each["subject"], 120),
        )
        for each in shown["drafts"]
    ]
    output.show(t.columns(">Draft", "!Kind", "!State", "!Written", "~Subject"), letters, t("No drafts."), t.styles)
    output.zone_note(zone, t("Times are in {zone}."))


@command(app, "forget", "orders forget A-1001 --yes")
def forget(
    desk: Desk,
    order: OrderNumber,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask; needed where there is no terminal.")] = False,
    as_json: Json = False,
) -> None:
    """Erase an order and its buyer.

    Everywhere in the database and its files, with the parcels that held nothing else. Shops and files that tell of it
    again are not heard.
    """
    from parcelwatch.cli import forgetting, output
    from parcelwatch.store import erase

    known = order.strip()
    with desk.store() as store:
        forgetting.sure(erase.of_order(store, known), desk.tongue, yes=yes)
        gone = erase.forget_order(store, known, desk.now)
    if as_json:
        kept = list(gone.kept_parcels.values())
        output.emit({"order": known, "parcels_forgotten": len(gone.parcels), "parcels_kept": kept})
        return
    forgetting.say_gone(gone, desk.tongue)
