"""What the lines of one order come to together: the goods of each, and what they are worth.

What belongs here: joining cells of several lines. Which lines are of one order is the caller's to say.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import Final

from parcelwatch.core.rows.cells import worth
from parcelwatch.errors import BadInput

MOST_OF_GOODS: Final = 200
"""Characters of an order's goods that are kept."""

_AMOUNT: Final = re.compile(r"[0-9][0-9 .,']*")


def goods(names: Iterable[str]) -> str:
    """What was bought, each thing once."""
    return ", ".join(dict.fromkeys(name for each in names if (name := each.strip())))[:MOST_OF_GOODS]


def total(parts: Sequence[str]) -> str:
    """What parts are worth together, in the currency that they name. Raises BadInput where they cannot be added."""
    units = {_AMOUNT.sub("", each).strip() for each in parts}
    if len(units) > 1:
        raise BadInput("its lines have values in several currencies")
    return f"{sum(worth(each) for each in parts):.2f} {units.pop() if units else ''}".strip()


def value(said: Sequence[str]) -> str:
    """What an order is worth of which some lines say a value: its total if all say the same, else their sum.

    Raises BadInput where they cannot be added.
    """
    return said[0] if len({worth(each) for each in said}) == 1 else total(said)
