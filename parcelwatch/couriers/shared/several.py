"""One answer about several numbers.

What belongs here: what cannot be read about one of them leaves the others alone. Where an answer is about a single one
its fault is the answer's, and is raised.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable

import httpx

from parcelwatch.couriers.base import fitting
from parcelwatch.couriers.shared.fields import Record
from parcelwatch.errors import CourierUnreadable
from parcelwatch.model import Ask, Observation, Unanswered


def told(
    response: httpx.Response, called: str, ask: Ask, read: Callable[[Ask], Observation], *, alone: bool
) -> Observation:
    """What `read` says about one number, or why it could not. `called`: who answered, as people name it."""
    try:
        with fitting(response):
            return read(ask)
    except CourierUnreadable as error:
        if alone:
            raise
        return Unanswered(ask.number, reason=f"{called}'s answer does not fit: {error}")


def bearing(items: Iterable[Record], about: Callable[[Record], bool], *, alone: bool) -> list[Record]:
    """The items that are about a number; one that does not say what it is about cannot be anybody's."""
    return [item for item in items if _bears(item, about, alone=alone)]


def _bears(item: Record, about: Callable[[Record], bool], *, alone: bool) -> bool:
    try:
        return about(item)
    except CourierUnreadable:
        if alone:
            raise
        return False
