"""What the past says against thresholds: they count the weekend, fire on healthy parcels often, or never.

What belongs here: telling so from figures. The words are of the program's own language, as those about configurations.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final

from parcelwatch.core.kinds import CLOCKED
from parcelwatch.core.past.dwell import Dwell, Lengths, hours
from parcelwatch.core.past.suggest import MINIMUM, holding
from parcelwatch.core.policy import Policy
from parcelwatch.core.profiles import PROFILES
from parcelwatch.core.thresholds import Threshold
from parcelwatch.duration import BUSINESS_DAY

FEW: Final = 0.05
"""The share of well parcels that a threshold may fire on without a remark."""
ENOUGH: Final = 50
"""So many parcels told of say something of a threshold."""
MANY: Final = 500
"""What never fires on so many parcels hardly ever does."""
HEALTHY: Final = 0.2
"""Less than this share of the parcels told of came late or never."""


def hints(figures: Mapping[str, Any], aside: Mapping[str, str], parcels: int, policy: Policy) -> Iterator[str]:
    """Sentences about a policy's thresholds, by what it came to over so many parcels."""
    for kind in CLOCKED:
        row = figures["by_kind"].get(kind)
        if kind in aside:
            continue
        if row is None:
            if parcels >= MANY and kind in policy.thresholds:
                yield f"{kind} never fires on these {parcels} parcels: a threshold nobody reaches warns of nothing"
            continue
        if row["monday_spike"] and not _business(policy, kind):
            times = f"Mondays bring {row['monday_spike']:g} times an ordinary working day's"
            yield f"{kind} counts the weekend: {times}; write it in business days, such as 3bd"
        if row["precision"] is not None and row["judged"] >= ENOUGH and row["precision"] < HEALTHY:
            share = f"only {row['precision']:.0%} of the {row['judged']} parcels it told of came late or never"
            yield f"{kind} often fires on healthy parcels: {share}; raise it"


def passed(dwell: Dwell, policy: Policy, aside: Mapping[str, str]) -> Iterator[str]:
    """Sentences about each threshold that many well parcels pass, by where it is set."""
    found: dict[tuple[str, str], tuple[Threshold, Lengths]] = {}
    for (group, unit), lengths in dwell.lengths.items():
        limit = holding(policy, group)
        if group.kind not in aside and limit.warn is not None and limit.warn.business == (unit == BUSINESS_DAY):
            found.setdefault((group.kind, limit.line), (limit, Lengths()))[1].add(lengths)
    for (kind, line), (limit, lengths) in found.items():
        assert limit.warn is not None
        share = lengths.share(hours(limit.warn))
        if lengths.n >= MINIMUM and share > FEW:
            fires = f"{kind} fires after {limit.warn} on {share:.0%} of {lengths.n} well parcels"
            yield f"{fires} ({line}); `parcelwatch learn` says what fits them"


def _business(policy: Policy, kind: str) -> bool:
    limits = policy.thresholds.get(kind) or PROFILES[policy.profile].domestic.get(kind)
    return limits is not None and limits.warn is not None and limits.warn.business
