"""The JSON object a courier pushes, read as strictly as an answer.

What belongs here: what every push reader does first, and what becomes of a push that does not fit.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from parcelwatch.couriers.base import KEPT, Push, decoded
from parcelwatch.couriers.shared.fields import Record
from parcelwatch.errors import CourierUnreadable


@contextmanager
def opened(push: Push) -> Iterator[Record]:
    """The object it brings; whatever does not fit while that is read becomes CourierUnreadable with the push kept."""
    kept = push.body[:KEPT]
    try:
        yield _object(push.body)
    except CourierUnreadable as error:
        raise CourierUnreadable(str(error), error.payload or kept) from error
    except (LookupError, TypeError, ValueError, ArithmeticError, AttributeError, RecursionError) as error:
        raise CourierUnreadable(f"the push does not fit ({type(error).__name__})", kept) from error


def _object(body: bytes) -> Record:
    try:
        value = decoded(body)
    except (ValueError, RecursionError) as error:
        raise CourierUnreadable("the push is not JSON") from error
    if not isinstance(value, dict):
        raise CourierUnreadable(f"the push is a JSON {type(value).__name__} where an object was expected")
    return value
