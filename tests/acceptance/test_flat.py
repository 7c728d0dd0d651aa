"""Nothing is left of yesterday's parcels: what the program holds is the same day after day, in one long life."""

from __future__ import annotations

import gc
from collections import Counter
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

from parcelwatch.model import Cause, Milestone
from parcelwatch.running.engine import Engine
from parcelwatch.sandbox.story import StoryParcel
from tests.acceptance.world import Shop, ago, known, numbers

DAY = timedelta(days=1)
WAY = ((0, Milestone.PICKED_UP), (9, Milestone.IN_TRANSIT), (18, Milestone.IN_TRANSIT), (28, Milestone.DELIVERED))
DAILY = 6
SEEN, DAYS = 2, 5
"""By the end of the first of these days parcels were added, told of and delivered; the second is the last."""


def lives(place: int, number: str) -> StoryParcel:
    """One is added every few hours; every third is damaged on its way."""
    added = place * 24 / DAILY
    way = [ago(-(added + hour), milestone) for hour, milestone in WAY]
    damage = [ago(-(added + 5), Milestone.EXCEPTION, Cause.DAMAGED)] if place % 3 == 0 else []
    return known(number, *way, *damage)


def held() -> Counter[str]:
    """How many values of each of our classes there are, and how much the containers hold that belong to one."""
    gc.collect()
    counts: Counter[str] = Counter()
    for one in gc.get_objects():
        kind = type(one)
        if kind.__module__.startswith("parcelwatch.") and not kind.__module__.startswith("parcelwatch.sandbox"):
            counts[kind.__qualname__] += 1
            counts[f"in {kind.__qualname__}"] += sum(map(len, _containers(one)))
    return +counts


def _containers(one: object) -> Iterator[list[object] | dict[object, object] | set[object]]:
    for part in gc.get_referents(one):
        if isinstance(part, (list, dict, set)):
            yield part


def test_one_long_life_holds_the_same_every_day(tmp_path: Path) -> None:
    each = numbers(DAILY * DAYS, "47")
    with Shop(tmp_path, *(lives(*one) for one in enumerate(each))) as place:

        async def scene(parts: Engine) -> None:
            for day in range(DAYS):
                for at in range(DAILY):
                    place.watch([place.wanted(each[day * DAILY + at])])
                    await place.live(parts, DAY / DAILY, DAY / DAILY)
                days.append(held())

        days: list[Counter[str]] = []
        place.play(scene)
        assert len(place.cases()) >= DAILY / 3
    assert dict(days[DAYS - 1] - days[SEEN - 1]) == {}
