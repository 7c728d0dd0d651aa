"""Calls of platforms that say that an order changed: JSON within JSON, and the orders it names.

What belongs here: from what came to the orders to ask for. Whose hand it is each platform's adapter says.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Final

from parcelwatch.couriers.shared.fields import part
from parcelwatch.shops.base import with_whole_texts
from parcelwatch.shops.china.cells import word

_LONGEST: Final = 64


def decoded(text: object) -> object:
    """The value of a JSON text; what is none is itself."""
    if not isinstance(text, str | bytes):
        return text
    try:
        return with_whole_texts(json.loads(text))
    except (ValueError, RecursionError):
        return None


def named(messages: Iterable[object], name: str) -> tuple[str, ...]:
    """The orders that messages name, each once."""
    found = (word(part(message).get(name)) for message in messages)
    return tuple(dict.fromkeys(ref for ref in found if ref.strip("0") and len(ref) <= _LONGEST))
