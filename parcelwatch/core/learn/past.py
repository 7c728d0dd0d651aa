"""Learning from parcels in order of time, to know what was known when: for replay, backtests and their tables.

What belongs here: going along. At any time only what had been heard by then has been learned, a day at a time, as the
daemon does with the parcels it watches.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime, time, timedelta
from typing import Final

from parcelwatch.core.calendar import Calendar
from parcelwatch.core.clockwork import Clock
from parcelwatch.core.learn.counts import Change, Count
from parcelwatch.core.learn.lessons import DONE, lesson
from parcelwatch.core.learn.levels import Key, levels
from parcelwatch.core.learn.outlook import Level, Outlook, deepened
from parcelwatch.core.whereabouts import split
from parcelwatch.model import Entry, Parcel

_DAY: Final = timedelta(days=1)
# Whoever has not come by then never does, and no age so high is learned.
_GIVEN_UP: Final = timedelta(days=120)


@dataclass(slots=True)
class _Watched:
    """A parcel that may still teach something. `entries`: all that will have been heard of it, oldest first."""

    parcel: Parcel
    entries: tuple[Entry, ...]
    clock: Clock
    until: datetime
    learned: int = 0

    def heard(self, at: datetime) -> tuple[Entry, ...]:
        return tuple(entry for entry in self.entries if entry.seen_at <= at)


@dataclass(slots=True)
class Past:
    """What had been learned by a time, which only goes forward."""

    calendar: Calendar
    counts: dict[Key, Count] = field(default_factory=dict)
    _at: datetime | None = None
    _watched: list[_Watched] = field(default_factory=list)
    _levels: dict[Key, Level] = field(default_factory=dict)

    def watch(self, parcel: Parcel, entries: tuple[Entry, ...]) -> None:
        """Learn from this parcel, too, from now on: at each time from what was seen of it by then."""
        clock = self.calendar.at(*split(parcel.destination.upper()))
        last = max((entry.seen_at for entry in entries), default=parcel.added_at)
        self._watched.append(_Watched(parcel, entries, clock, max(last, parcel.added_at + _GIVEN_UP)))

    def until(self, at: datetime) -> None:
        """Learn all that was heard up to the last midnight, UTC, before `at`; what lies behind stays as it is."""
        midnight = datetime.combine(at.astimezone(UTC).date(), time(0), UTC)
        if self._at is None:
            self._at = midnight - _DAY
        while self._at < midnight:
            self._at += _DAY
            self._learn(self._at)

    def outlook(self, parcel: Parcel) -> Outlook:
        """What was known then of parcels like this one."""
        return Outlook(self._chain(levels(parcel)))

    def _chain(self, keys: tuple[Key, ...]) -> tuple[Level, ...]:
        found: list[Level] = []
        for key in keys:
            level = self._levels.get(key)
            if level is None:
                wider = found[-1] if found else None
                level = self._levels[key] = deepened(wider, key, self.counts.get(key, Count()), self._at or _NEVER)
            found.append(level)
        return tuple(found)

    def _learn(self, at: datetime) -> None:
        changes: dict[Key, list[Change]] = {}
        going: list[_Watched] = []
        for one in self._watched:
            found = lesson(one.heard(at), one.parcel, one.learned, at, one.clock, self.outlook(one.parcel))
            if found is not None:
                one.learned = found.learned
                for key in levels(one.parcel):
                    changes.setdefault(key, []).append(found.change)
            if one.learned != DONE and at < one.until:
                going.append(one)
        self._watched = going
        for key, some in changes.items():
            self.counts[key] = self.counts.get(key, Count()).plus(*some)
        self._levels.clear()


_NEVER: Final = datetime(2020, 1, 1, tzinfo=UTC)
