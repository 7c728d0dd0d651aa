"""The README's table of shops, made from the adapters: `python -m tests.shop_matrix` writes it anew.

What belongs here: one row per platform that is installed, and where in the README the rows stand.
"""

from __future__ import annotations

from parcelwatch import shops
from parcelwatch.shops.base import Knocks, Shop, Telling
from parcelwatch.shops.declared import Made
from tests import matrix
from tests.readme_tables import laid_out, put

BEGIN, END = "<!-- shops: made by `python -m tests.shop_matrix` -->", "<!-- end of shops -->"
TITLES = (
    *("platform", "`api =`", "needs", "orders", "numbers", "promise", "cancel", "complaints", "write"),
    "how well established",
)
ESTABLISHED = "by its own documents"


def name(shop: Shop) -> str:
    """What the platform is called: by its declaration, or the first words of its module's own description."""
    return shop.declaration.name if isinstance(shop, Made) else matrix.named_by(shop)


def row(api: str, shop: Shop) -> str:
    """One platform: what a shop there needs and what it tells. Nothing is ever written to one."""
    tells = shop.tells if isinstance(shop, Telling) else None
    unheard = tells.unheard if tells else ""
    promise = [what for what, told in (("delivery", "promised"), ("hand-over", "hand_over")) if getattr(tells, told, 0)]
    over = [what for what in ("cancelled", "refunded") if getattr(tells, what, False)]
    cells = (
        name(shop),
        f"`{api}`",
        ", ".join(f"`{need}`" for need in (*shop.needs, *(f"options.{each}" for each in shop.required))),
        "asked, called" if isinstance(shop, Knocks) else f"asked; {unheard}" if unheard else "asked",
        "yes",
        (", ".join(promise) or "–") if tells else "?",
        (", ".join(over) or "–") if tells else "?",
        ("yes" if tells.complaints else "–") if tells else "?",
        "–",
        shop.doubt or ESTABLISHED,
    )
    return f"| {' | '.join(cells)} |"


def table() -> str:
    """The whole table, as it stands in the README."""
    adapters = {api: shop for api, shop in shops.load().items() if api != "declared"}
    return laid_out(TITLES, (row(api, adapters[api]) for api in sorted(adapters)))


if __name__ == "__main__":
    put(table(), BEGIN, END)
