"""The README's table of adapters, made from the adapters: `python -m tests.matrix` writes it anew.

What belongs here: one row per adapter that is installed, and where in the README the rows stand.
"""

from __future__ import annotations

import inspect
import re

from parcelwatch import couriers
from parcelwatch.couriers.base import Courier, Pushes, Registers
from tests.readme_tables import laid_out, put

BEGIN, END = "<!-- adapters: made by `python -m tests.matrix` -->", "<!-- end of adapters -->"
TITLES = (
    *("courier", "`api =`", "numbers a call", "limits by default", "proves itself by", "credentials"),
    *("pushes", "registers", "damage", "return", "loss"),
)


def named_by(adapter: object) -> str:
    """What an API is called: the first words of its module's own description."""
    words = inspect.getdoc(inspect.getmodule(type(adapter))) or ""
    return re.split(r"[:,(]|'s? | through |\. | \d| API| in China|\.$", words, maxsplit=1)[0].strip()


def row(courier: Courier) -> str:
    """One adapter: what an account of it needs and what it can tell."""
    limits = [courier.rate, *courier.quotas]
    if courier.min_interval:
        limits.append(f"a number every {courier.min_interval.total_seconds() / 60:.0f} min")
    cells = (
        named_by(courier),
        f"`{courier.api}`",
        str(courier.batch),
        ", ".join(limits),
        courier.auth,
        ", ".join(f"`{need}`" for need in courier.needs) or "–",
        "yes" if isinstance(courier, Pushes) else "–",
        f"{courier.register_batch} a call" if isinstance(courier, Registers) else "–",
        *(how or "–" for how in (courier.tells.damaged, courier.tells.returned, courier.tells.lost)),
    )
    return f"| {' | '.join(cells)} |"


def table() -> str:
    """The whole table, as it stands in the README."""
    adapters = couriers.load()
    return laid_out(TITLES, (row(adapters[api]) for api in sorted(adapters)))


if __name__ == "__main__":
    put(table(), BEGIN, END)
