"""Which known name a mistyped one was meant to be.

What belongs here: the question that ends an error about a name nobody knows.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterable
from typing import Final

from parcelwatch.core.texts.text import plain

_NEAR: Final = 0.6  # how much of two names must agree, 1 is the same
_LONGEST: Final = 200


def nearest(text: str, known: Iterable[str], cutoff: float = _NEAR) -> str:
    """The known name that is nearest, whatever its capitals; "" when none is near."""
    by_folded = {name.casefold(): str(name) for name in known}
    near = difflib.get_close_matches(text.casefold(), by_folded, n=1, cutoff=cutoff)
    return by_folded[near[0]] if near else ""


def did_you_mean(text: str, known: Iterable[str], cutoff: float = _NEAR) -> str:
    """A hint to add to a sentence, quoted as the configuration quotes; "" when no known name is near."""
    near = plain(nearest(text, known, cutoff), _LONGEST)
    return f' (did you mean "{near}"?)' if near else ""
