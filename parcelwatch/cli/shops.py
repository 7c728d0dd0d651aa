"""`parcelwatch shops …`: the shops that are asked for orders, whether they answer, and what they tell."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer

from parcelwatch.cli.base import Json, NeedsAttention, command, group
from parcelwatch.cli.configured import require_configured
from parcelwatch.cli.desk import Desk
from parcelwatch.errors import BadInput

if TYPE_CHECKING:
    from parcelwatch.shopping.keeper import Stall

app = group("The shops that are asked for orders, whether they answer, and what they tell.")

Shop = Annotated[str, typer.Argument(metavar="SHOP", help="The name of a [shops.NAME] table.")]
AnyShop = Annotated[str, typer.Argument(metavar="[SHOP]", help="Only this one.")]


@command(app, "list", "shops list", "shops list --all", "shops list --held", "shops list --json")
def list_all(
    desk: Desk,
    every: Annotated[bool, typer.Option("--all", help="The platforms that can be asked, too.")] = False,
    held: Annotated[bool, typer.Option("--held", help="The numbers that no courier account can ask about.")] = False,
    as_json: Json = False,
) -> None:
    """List the shops: how far each was read, its parcels, and numbers that nobody can ask about."""
    from parcelwatch.cli import shopping

    shopping.show_held(desk, as_json=as_json) if held else shopping.show(desk, every=every, as_json=as_json)


@command(app, "show", "shops show woocommerce", "shops show woocommerce --json")
def show_one(
    desk: Desk,  # noqa: ARG001 - every command takes it
    api: Annotated[str, typer.Argument(metavar="API", help="A platform of `shops list --all`.")],
    as_json: Json = False,
) -> None:
    """Show what a platform wants, and the table to paste; of one that is declared in TOML, the declaration."""
    from parcelwatch import shops
    from parcelwatch.cli import output, platforms

    platform = platforms.one("shops", platforms.rows(shops.load()), api)
    if as_json:
        output.emit(platform)
    else:
        platforms.show("shops", platform)


@command(app, "check", "shops check", "shops check my_shop")
def check(desk: Desk, shop: AnyShop = "", as_json: Json = False) -> None:
    """See that credentials and addresses work.

    Asks every shop, or one, for what changed within the last hour; keeps nothing.
    """
    from parcelwatch.cli import keeping, shopping

    keeping.show_checked("shop", [shopping.checked(desk, stall) for stall in _stalls(desk, shop)], as_json=as_json)


@command(app, "try", "shops try my_shop", "shops try my_shop 1001 --json")
def try_out(
    desk: Desk,
    shop: Shop,
    order: Annotated[str, typer.Argument(metavar="[ORDER]", help="This order; else what changed lately.")] = "",
    as_json: Json = False,
) -> None:
    """Show what a shop tells of an order, and what would come of it; keeps nothing."""
    from parcelwatch.cli import output, shopping

    (stall,) = _stalls(desk, shop)
    found = shopping.tried(desk, stall, order)
    if as_json:
        output.emit(found)
    else:
        shopping.print_tried(found)
    if order and not found:
        raise NeedsAttention(f"{shop} has no order {order[:60]!r}")


@command(app, "import", "shops import", "shops import my_shop --since 30d")
def take_in(
    desk: Desk,
    shop: AnyShop = "",
    since: Annotated[str, typer.Option("--since", metavar="SPAN", help="All that changed since: 30d.")] = "",
    as_json: Json = False,
) -> None:
    """Take in the orders of every shop, or of one, once: what the daemon does every few minutes.

    Without --since, what changed since the last time; the first time the last 30 days.
    """
    from parcelwatch.cli import output, shopping

    rows = [shopping.imported(desk, stall, _span(since)) for stall in _stalls(desk, shop)]
    if as_json:
        output.emit(rows)
    else:
        shopping.print_imported(rows)
    if failed := [_named(row["shop"], row["error"]) for row in rows if row["error"]]:
        raise NeedsAttention("\n".join(failed))


def _named(shop: str, error: str) -> str:
    """Whose error it is, said once: that of a call names it already."""
    return error if error.startswith(f"{shop}: ") else f"{shop}: {error}"


def _stalls(desk: Desk, shop: str) -> list[Stall]:
    from parcelwatch.shopping.stalls import stalls

    config = desk.whole_config
    require_configured(desk, "shop", config.shops(), shop)
    return stalls(config, desk.policy, only=shop)


def _span(text: str) -> Any:
    from parcelwatch.duration import parse

    try:
        return parse(text).natural() if text else None
    except ValueError as error:
        raise BadInput(f"--since {text}: {error}") from None
