"""While the database cannot be used: how long to wait before it is tried again, and when people are told.

What belongs here: deciding. Trying, telling and going on are storekeeping's. Times are seconds of a clock that nobody
sets, for this may last longer than the wall clock can be trusted.

Nothing that was decided is lost meanwhile: it is either in the database or was never begun. Couriers are not asked, for
their answers could not be kept. A trouble that is over is tried out by writing, and said to be over by the usual way.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Final

from parcelwatch.errors import StoreBusy, StoreDamaged, StoreError, StoreFailing, StoreFull
from parcelwatch.model import Form

REMIND: Final = 6 * 3600.0
"""Seconds after which a trouble that lasts is told again."""

CALM: Final = 900.0
"""Seconds in which a trouble that comes and goes is told once."""

_SAYS: Final[Mapping[type[StoreError], Form]] = {
    StoreFull: Form.STORE_FULL,
    StoreBusy: Form.STORE_BUSY,
    StoreFailing: Form.STORE_FAILING,
    StoreDamaged: Form.STORE_DAMAGED,
}
# Seconds before the first new try, doubling to at most the second, and how long it must last to be told.
_WAITS: Final[Mapping[Form, tuple[float, float, float]]] = {
    Form.STORE_FULL: (2, 60, 0),
    Form.STORE_BUSY: (2, 30, 120),
    Form.STORE_FAILING: (5, 300, 20),
    Form.STORE_DAMAGED: (60, 600, 0),
}

_ROOM: Final = 50_000_000
_SHARE: Final = 0.05


@dataclass(frozen=True, slots=True)
class Standing:
    """How it is with the database. `trouble`: what keeps it from being used, None for nothing.

    `failures`: in a row. `told`, `told_at`: whether people know of this trouble, and when they last heard of any.
    """

    trouble: Form | None = None
    since: float = 0.0
    failures: int = 0
    retry_at: float = 0.0
    told: bool = False
    told_at: float | None = None


def says(error: StoreError) -> Form:
    """What an error of the database means to people."""
    return next((form for kind, form in _SAYS.items() if isinstance(error, kind)), Form.STORE_FAILING)


def waits_out(error: StoreError, *, watched: bool = False) -> bool:
    """Whether a daemon that cannot begin for it should wait: it passes, or somebody mends it meanwhile.

    `watched`: somebody at a terminal waits for it to begin, who had better be told at once what to mend.
    """
    return isinstance(error, tuple(_SAYS)) and not (watched and isinstance(error, StoreFailing))


def failed(before: Standing, error: StoreError, at: float) -> Standing:
    """After the database failed; what fails for the same cause before the next try counts once."""
    trouble = says(error)
    if before.trouble is trouble and at < before.retry_at:
        return before
    same = before.trouble is trouble
    failures = before.failures + 1 if same else 1
    first, most, _ = _WAITS[trouble]
    wait = min(most, first * 2.0 ** min(failures - 1, 20))
    since = at if before.trouble is None else before.since
    return Standing(trouble, since, failures, at + wait, told=same and before.told, told_at=before.told_at)


def worked(before: Standing) -> Standing:
    """After it could be written to again."""
    return Standing(told_at=before.told_at)


def to_tell(standing: Standing, at: float) -> bool:
    """Whether people are to hear of it now."""
    if standing.trouble is None or at < standing.since + _WAITS[standing.trouble][2]:
        return False
    return standing.told_at is None or at >= standing.told_at + (REMIND if standing.told else CALM)


def told(standing: Standing, at: float) -> Standing:
    """After people heard of it."""
    return replace(standing, told=True, told_at=at)


def reserve(total: int) -> int:
    """Bytes of a disk of that size that answers of couriers must not fill, so that messages can still be kept."""
    return min(_ROOM, int(total * _SHARE))


def crowded(free: int, total: int, *, before: bool) -> bool:
    """Whether there is too little room to ask couriers; once so, there has to be half as much again to go on."""
    return free < reserve(total) * (1.5 if before else 1.0)
