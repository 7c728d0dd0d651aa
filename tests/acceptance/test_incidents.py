"""A hub that stands still, as the whole program sees it: asked over HTTP, told over a channel, by a pass or living."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from parcelwatch.model import Cause, Milestone
from parcelwatch.running.engine import Engine
from tests.acceptance.world import Shop, Told, ago, known, numbers

M = Milestone
DAY = 24
HOUR = timedelta(hours=1)

STUCK = (ago(5 * DAY, M.PICKED_UP), ago(4 * DAY))
FREED = (*STUCK, ago(-3))
BROKEN = (*STUCK, ago(-1, M.EXCEPTION, Cause.DAMAGED), ago(-3))
FINE = (ago(6, M.PICKED_UP), ago(3))


def shop(folder: Path) -> Shop:
    """Eighty parcels that stand still and move in three hours, one of which breaks first, and twenty that are fine."""
    freed = [known(number, *FREED) for number in numbers(79, "70")]
    fine = [known(number, *FINE) for number in numbers(20, "71")]
    return Shop(folder, *freed, known("7200000001", *BROKEN), *fine)


def stalled(told: list[Told]) -> list[Told]:
    return [one for one in told if "stalled" in one.title]


@pytest.mark.parametrize("living", [True, False])
def test_one_message_when_it_stands_still_and_one_when_it_moves(tmp_path: Path, living: bool) -> None:
    with shop(tmp_path) as place:
        place.watch_all()

        async def beat(parts: Engine) -> None:
            await (place.beat(parts) if living else place.one_pass(parts))

        async def scene(parts: Engine) -> None:
            await beat(parts)
            place.hand.at += 2 * HOUR
            await beat(parts)

        async def later(parts: Engine) -> None:
            for _ in range(4):
                place.hand.at += 2 * HOUR
                await beat(parts)

        place.play(scene)
        place.play(later)
        told = place.sink.told
        assert [one.title for one in told if "incident" in one.title] == [
            "🟠 HIGH · incident · DHL, Kassel, DE",
            "🟢 Over: incident · DHL, Kassel, DE",
        ]
        assert not stalled(told)
        assert any(one.names("7200000001") and "damaged" in one.title for one in told)
        assert "80 of 100 parcels last seen at “Kassel, DE” stand still or are late" in told[0].text
