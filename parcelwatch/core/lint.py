"""Thresholds held against the past: which of them count weekends, fire on well parcels, or never fire.

What belongs here: the remarks, each with its figures. What was told the replay says, how long well parcels are silent
dwell.py.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta, tzinfo
from math import ceil
from typing import Final

from parcelwatch.core.dwell import Dwell, Lengths, hours
from parcelwatch.core.policy import Policy
from parcelwatch.core.replay import Told
from parcelwatch.core.suggest import MINIMUM, WARN, holding
from parcelwatch.core.thresholds import Threshold
from parcelwatch.duration import BUSINESS_DAY

FEW: Final = 0.05
"""The share of well parcels that a threshold may fire on without a remark."""
PEAK: Final = 1.5
ENOUGH: Final = 50
_DAYS: Final = ("Mondays", "Tuesdays", "Wednesdays", "Thursdays", "Fridays", "Saturdays", "Sundays")
_WORKING: Final = range(1, 5)
_AROUND: Final = (0, 5, 6)


@dataclass(frozen=True, slots=True)
class Remark:
    """What is odd about a threshold of one kind. `line`: where it is set."""

    kind: str
    line: str
    says: str


@dataclass(slots=True)
class Fired:
    """How often each threshold fired, by (kind, line) and weekday in `zone`."""

    zone: tzinfo
    days: dict[tuple[str, str], Counter[int]] = field(default_factory=dict)

    def take(self, told: Iterable[Told]) -> None:
        """Count what was told of one parcel; of a case only that it opened."""
        opened: set[tuple[str, str, datetime]] = set()
        for one in told:
            if not one.shadow and one.limited and (one.kind, one.line, one.since) not in opened:
                opened.add((one.kind, one.line, one.since))
                day = one.at.astimezone(self.zone).weekday()
                self.days.setdefault((one.kind, one.line), Counter())[day] += 1


def remarks(policy: Policy, dwell: Dwell, fired: Fired, aside: Mapping[str, str]) -> Iterator[Remark]:
    """What is odd about the thresholds by which these parcels were judged; nothing of kinds in `aside`.

    `aside`: kinds that these histories cannot test.
    """
    measured = _measured(policy, dwell)
    written = [*policy.thresholds.items(), *(one for each in policy.overrides for one in each.thresholds.items())]
    limits = {(kind, limit.line): limit for kind, limit in written} | {key: each for key, (each, _) in measured.items()}
    for (kind, line), limit in limits.items():
        if kind in aside or limit.shadow or limit.warn is None:
            continue
        days = fired.days.get((kind, line), Counter[int]())
        lengths = measured.get((kind, line), (limit, Lengths()))[1]
        own = (kind, line) in {(name, each.line) for name, each in written}
        for says in (_weekends(limit, days), _often(limit, lengths), _never(lengths, days) if own else ""):
            if says:
                yield Remark(kind, line, says)


def _measured(policy: Policy, dwell: Dwell) -> dict[tuple[str, str], tuple[Threshold, Lengths]]:
    """How long the parcels of each threshold are silent, in its own unit."""
    found: dict[tuple[str, str], tuple[Threshold, Lengths]] = {}
    for (group, unit), lengths in dwell.lengths.items():
        limit = holding(policy, group)
        if limit.warn is not None and limit.warn.business == (unit == BUSINESS_DAY):
            found.setdefault((group.kind, limit.line), (limit, Lengths()))[1].add(lengths)
    return found


def _weekends(limit: Threshold, days: Counter[int]) -> str:
    """That it counts days on which nobody works, as far as the alerts around them show it."""
    assert limit.warn is not None
    ordinary = sum(days[day] for day in _WORKING) / len(_WORKING)
    peak = max(_AROUND, key=lambda day: days[day])
    if limit.warn.business or days.total() < ENOUGH or days[peak] < PEAK * max(ordinary, 1):
        return ""
    times = f"{days[peak] / ordinary:.1f} times the" if ordinary else "all"
    counts = f"{limit.warn} counts weekends: {_DAYS[peak]} bring {times} alerts of an ordinary working day"
    return f'{counts}; write "{max(ceil(limit.warn.length / timedelta(days=1)), 1)}bd"'


def _often(limit: Threshold, lengths: Lengths) -> str:
    assert limit.warn is not None
    if lengths.n < MINIMUM or (share := lengths.share(hours(limit.warn))) <= FEW:
        return ""
    known = lengths.within(WARN)
    fits = f"; {WARN:.0%} of them are silent for less than {_length(known, limit)}" if known else ""
    return f"{limit.warn} fires on {share:.0%} of {lengths.n} well parcels{fits}; see `parcelwatch learn`"


def _length(known: int, limit: Threshold) -> str:
    assert limit.warn is not None
    return (
        f"{ceil(known / 24)}{'bd' if limit.warn.business else 'd'}"
        if known >= 48 or limit.warn.business
        else f"{known}h"
    )


def _never(lengths: Lengths, days: Counter[int]) -> str:
    return f"it never fired on {lengths.n} parcels" if lengths.n >= MINIMUM and not days else ""
