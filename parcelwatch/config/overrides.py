"""[[thresholds.override]]: of two that are equally specific, which one holds?

What belongs here: ties. How specific an override is, is the policy's to say.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import combinations

from parcelwatch.config.judging import Override
from parcelwatch.config.models import File
from parcelwatch.config.problems import Places, Problem
from parcelwatch.core.policy import UNTRACKED

_HOW = "join the two, or give one of them another key to match, such as tag or destination"


def ties(file: File, lines: Places) -> Iterator[Problem]:
    """Two for the very same parcels that say the same thing, so that neither is the more specific."""
    for first, second, one, other in _pairs(file):
        if one.matchers != other.matchers:
            continue
        line = lines.line(("thresholds", "override", first))
        for name in _both(one, other):
            text = f"the override on line {line} sets it for the same parcels: which one holds? {_HOW}"
            yield Problem(("thresholds", "override", second, name), text)


def warnings(file: File) -> Iterator[Problem]:
    """What one sets and takes back itself, and two that differ in their tag alone, of which a parcel may have both."""
    for position, override in enumerate(file.thresholds.override):
        for name in sorted(UNTRACKED & set(override.limits)) if override.untracked else ():
            text = "does nothing beside untracked = true: what nobody scans is told of by no clock"
            yield Problem(("thresholds", "override", position, name), text)
    for _, second, one, other in _pairs(file):
        if one.matchers == other.matchers or not (one.tag and other.tag) or _but_for_tags(one) != _but_for_tags(other):
            continue
        for name in _both(one, other):
            if getattr(one, name) != getattr(other, name):
                text = f'a parcel tagged "{one.tag}" and "{other.tag}" has this one, as it stands later'
                yield Problem(("thresholds", "override", second, name), text)


def _pairs(file: File) -> Iterator[tuple[int, int, Override, Override]]:
    for (first, one), (second, other) in combinations(enumerate(file.thresholds.override), 2):
        yield first, second, one, other


def _but_for_tags(one: Override) -> dict[str, str]:
    return {name: value for name, value in one.matchers.items() if name != "tag"}


def _both(one: Override, other: Override) -> list[str]:
    """What both of them say, and mean: what is on trial contradicts nothing that holds."""
    return [name for name in one.says if name in other.says and one.tries(name) == other.tries(name)]
