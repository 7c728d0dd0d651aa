"""Which waiting messages leave together, and how long the news of an import waits for the rest of it.

What belongs here: the decision. The words of a digest and the keeping of rows are others'.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

SINGLY: Final = 5
"""So many messages of one kind and channel are sent one by one; more become one digest."""

FIRST_HOLD: Final = timedelta(seconds=30)
LATER_HOLD: Final = timedelta(minutes=15)


@dataclass(frozen=True, slots=True)
class Waiting:
    """A message that waits, of one channel, one kind, drafts apart.

    `bundle`: the message whose id the attempt it was once part of went by, None while nobody tried to send it.
    """

    id: int
    rank: int
    priority: int
    bundle: int | None = None


@dataclass(frozen=True, slots=True)
class Bundle:
    """Messages that leave as one, worst first; `digest` when they are (or once were) more than one."""

    id: int
    messages: tuple[int, ...]
    digest: bool


def group(waiting: Sequence[Waiting]) -> tuple[Bundle, ...]:
    """Everything that waits, bundled: what was tried before goes again as it went, then the new.

    A bundle once tried is never changed, for it may have arrived: its repetition must be told by its id.
    """
    bound: dict[int, list[Waiting]] = {}
    for one in sorted(waiting, key=_worst_first):
        if one.bundle is not None:
            bound.setdefault(one.bundle, []).append(one)
    fresh = sorted((one for one in waiting if one.bundle is None), key=_worst_first)
    again = tuple(_bundle(key, members) for key, members in bound.items())
    if len(fresh) > SINGLY:
        return (*again, _bundle(fresh[0].id, fresh))
    return (*again, *(_bundle(one.id, [one]) for one in fresh))


def release_at(first_waiting: datetime, released: datetime | None, *, all_asked: bool) -> datetime:
    """From when on the held news of an import may leave.

    `first_waiting`: since when its oldest news waits. `released`: when news of that import last left. Once every
    parcel of it has been asked there is nothing to wait for.
    """
    if all_asked:
        return first_waiting
    if released is None:
        return first_waiting + FIRST_HOLD
    return max(first_waiting, released + LATER_HOLD)


def _worst_first(one: Waiting) -> tuple[int, int, int]:
    return (-one.rank, -one.priority, one.id)


def _bundle(key: int, members: Sequence[Waiting]) -> Bundle:
    return Bundle(key, tuple(one.id for one in members), digest=len(members) > 1)
