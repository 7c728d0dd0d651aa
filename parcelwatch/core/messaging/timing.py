"""When a channel may be told: quiet hours, a daily digest, so many messages an hour, and company in a flood.

What belongs here: the arithmetic of clocks. A moment that a change of the clocks skips is taken an hour later, one that
comes twice the first time, so that every night has one end and every local date one digest.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from typing import Final

from parcelwatch.model import Severity

HOUR: Final = timedelta(hours=1)
_DAY: Final = timedelta(days=1)
REPEATS: Final = 4
"""How often an open case that nobody took is repeated before it is left to the lists."""

# Daylight saving moves an instant by hours at most, so a local date's neighbours are looked at too.
_AROUND: Final = (-1, 0, 1, 2)


@dataclass(frozen=True, slots=True)
class Hours:
    """When one channel may be told, by the clock of `zone`.

    `quiet`: from when to when nothing is sent, over midnight if the first is the later. `passes`: this or worse is
    held back by nothing here; None: nothing passes. `digest_at`: when all that is milder than `digest_below` goes as
    one message; None: as it comes. `most`: messages in an hour, None for any number.
    """

    zone: tzinfo = UTC
    quiet: tuple[time, time] | None = None
    passes: Severity | None = Severity.CRITICAL
    digest_at: time | None = None
    digest_below: Severity = Severity.HIGH
    most: int | None = None

    def lets_pass(self, rank: int) -> bool:
        """Whether a message so grave waits for nothing. What is about us and no parcel can wait."""
        return self.passes is not None and self.passes.rank <= rank < Severity.OPERATOR.rank

    def gathers(self, rank: int) -> bool:
        """Whether a message so grave waits for the daily digest."""
        return self.digest_at is not None and rank < self.digest_below.rank

    def awake(self, now: datetime) -> datetime:
        """`now`, or when the quiet hours end in which it lies."""
        if self.quiet is None:
            return now
        ends = [end for start, end in self._nights(now) if start <= now < end]
        return max(ends, default=now)

    def next_digest(self, now: datetime) -> tuple[datetime, str]:
        """When the next daily digest after `now` leaves, and its local date."""
        assert self.digest_at is not None
        days = ((_at(day, self.digest_at, self.zone), day.isoformat()) for day in self._days(now))
        return next(one for one in days if one[0] > now)

    def _nights(self, now: datetime) -> Iterator[tuple[datetime, datetime]]:
        assert self.quiet is not None
        begin, end = self.quiet
        for day in self._days(now):
            last = day if begin < end else day + _DAY
            yield _at(day, begin, self.zone), _at(last, end, self.zone)

    def _days(self, now: datetime) -> Iterator[date]:
        today = now.astimezone(self.zone).date()
        return (today + timedelta(days=each) for each in _AROUND)


@dataclass(frozen=True, slots=True)
class Timing:
    """How news is held together. `channels`: the hours of each that has any.

    `wait`: how long news waits for other news to go with. `interval`: when several messages left within it, what comes
    next waits until it is over. `repeat`: after how long an open case that nobody took is told again, each time twice
    as long; None: never. `patient`: whether there is a later in which more may come to go with.
    """

    wait: timedelta = timedelta(0)
    interval: timedelta = timedelta(minutes=5)
    repeat: timedelta | None = None
    channels: Mapping[str, Hours] = field(default_factory=dict)
    patient: bool = True

    def hours(self, channel: str) -> Hours:
        return self.channels.get(channel, _ANY)

    def hurried(self) -> Timing:
        """The same for one whole pass, after which nobody comes by to send what waited for company."""
        return replace(self, patient=False)


_ANY: Final = Hours()


def repeat_at(told_at: datetime, times: int, repeat: timedelta) -> datetime | None:
    """When a case last told at `told_at` is told again, having been repeated so many times; None: no more."""
    return told_at + repeat * 2**times if times < REPEATS else None


def _at(day: date, clock: time, zone: tzinfo) -> datetime:
    """The instant at which the clocks of a zone show that time on that day, in UTC."""
    return datetime.combine(day, clock, zone).astimezone(UTC)
