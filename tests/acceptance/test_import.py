"""A shop's first import: a thousand parcels with a past, and agents who must not drown in it."""

from __future__ import annotations

from collections import Counter
from datetime import timedelta
from pathlib import Path

from parcelwatch.core.messaging.grouping import LONGEST
from parcelwatch.model import Cause, Milestone
from parcelwatch.running.engine import Engine
from parcelwatch.sandbox.story import Says, StoryParcel
from parcelwatch.store import alerts
from tests.acceptance.world import THRESHOLDS, Account, Shop, Told, ago, known, numbers

M = Milestone
DAY = 24

DELIVERED = (ago(9 * DAY, M.PICKED_UP), ago(8 * DAY, M.IN_TRANSIT), ago(7 * DAY, M.DELIVERED))
# It was damaged on the way and delivered all the same: that is over.
MENDED = (ago(9 * DAY), ago(8 * DAY, M.EXCEPTION, Cause.DAMAGED), ago(7 * DAY, M.DELIVERED))
STALLED = (ago(5 * DAY, M.PICKED_UP), ago(4 * DAY))
ANCIENT = (ago(21 * DAY, M.PICKED_UP), ago(20 * DAY))
DAMAGED = (ago(2 * DAY), ago(DAY, M.EXCEPTION, Cause.DAMAGED))
HEALTHY = (ago(6, M.PICKED_UP), ago(3))

LOTS: tuple[tuple[str, int, tuple[Says, ...]], ...] = (
    ("delivered", 300, DELIVERED),
    ("mended", 100, MENDED),
    ("stalled", 250, STALLED),
    ("ancient", 100, ANCIENT),
    ("damaged", 150, DAMAGED),
    ("healthy", 100, HEALTHY),
)


def lots(api: str, company: str = "", times: float = 1.0, prefix: str = "7") -> dict[str, list[StoryParcel]]:
    """The parcels of an import, by what is the matter with them."""
    return {
        name: [known(each, *says, api=api, company=company) for each in numbers(int(count * times), f"{prefix}{lot}")]
        for lot, (name, count, says) in enumerate(LOTS)
    }


def flat(lot: dict[str, list[StoryParcel]]) -> list[StoryParcel]:
    return [parcel for each in lot.values() for parcel in each]


def check_digests(place: Shop, told: list[Told], lot: dict[str, list[StoryParcel]]) -> None:
    """One message per grade and channel, naming what is the matter now and nothing that is over or old.

    Of what is critical there are as many as leave room to name each.
    """
    digests = Counter((one.channel, "damage" in one.title.lower()) for one in told)
    grave = -(-len(lot["damaged"]) // LONGEST)
    assert digests == Counter(
        {(channel, damage): grave if damage else 1 for channel in ("ops", "drafts") for damage in (True, False)}
    )
    for channel in ("ops", "drafts"):
        text = "\n".join(one.text for one in told if one.channel == channel)
        for name in ("stalled", "damaged"):
            assert all(parcel.number in text for parcel in lot[name]), name
        for name in ("delivered", "mended", "ancient", "healthy"):
            assert not any(parcel.number in text for parcel in lot[name]), name
    old = {parcel.number for parcel in lot["ancient"]}
    with place.store() as store:
        rows = [row for row in alerts.rows(store, "suppressed") if row.out.number in old]
    assert {row.out.number for row in rows} == old
    assert all("old news" in row.reason for row in rows)


def test_the_first_import_of_a_thousand_parcels_brings_one_digest_per_grade_and_channel(tmp_path: Path) -> None:
    first = lots("dhl")
    second = lots("dhl", times=0.1, prefix="8")
    with Shop(tmp_path, *flat(first), *flat(second), accounts=[Account("dhl", rate="1000/s")]) as place:
        place.watch([place.wanted(one.number) for one in flat(first)], imported=True)
        place.play(lambda parts: place.live(parts, timedelta(seconds=6), timedelta(seconds=2)))
        assert place.server.calls == 1000
        told = place.sink.told
        check_digests(place, told, first)
        assert place.kinds() == {"stalled": 350, "damaged": 150}

        place.play(place.beat)
        assert place.sink.told == told

        place.hand.turn(hours=1)
        place.watch([place.wanted(one.number) for one in flat(second)], imported=True)
        place.play(lambda parts: place.live(parts, timedelta(seconds=6), timedelta(seconds=2)))
        check_digests(place, place.sink.told[len(told) :], second)


def test_an_import_of_a_thousand_at_17track_takes_fifty_calls(tmp_path: Path) -> None:
    lot = lots("17track", company="3011", prefix="9")
    with Shop(tmp_path, *flat(lot), accounts=[Account("17track", "17track", rate="60/s")]) as place:
        place.watch([place.wanted(one.number, "17track", one.company) for one in flat(lot)], imported=True)
        place.play(lambda parts: place.live(parts, timedelta(seconds=14), timedelta(seconds=2)))
        assert place.server.calls == 50
        check_digests(place, place.sink.told, lot)


def test_a_slow_account_tells_what_it_knows_after_half_a_minute_and_then_each_quarter_of_an_hour(
    tmp_path: Path,
) -> None:
    # At DHL's default of one call in 5 s a thousand parcels take hours: nobody waits that long for the first word.
    lot = [known(number, *STALLED) for number in numbers(76, "77")]
    each = f"{THRESHOLDS}\n[incidents]\nenabled = false\n"
    with Shop(tmp_path, *lot, accounts=[Account("dhl", rate="1/5s")], settings=each) as place:
        place.watch([place.wanted(one.number) for one in lot], imported=True)

        async def scene(parts: Engine) -> None:
            await place.live(parts, timedelta(seconds=35), timedelta(seconds=5))
            assert len(place.sink.to("ops")) == 1
            await place.live(parts, timedelta(minutes=14), timedelta(seconds=15))
            assert len(place.sink.to("ops")) == 1
            await place.live(parts, timedelta(minutes=4), timedelta(seconds=15))

        place.play(scene)
        assert place.server.calls == 76
        told = place.sink.to("ops")
        assert len(told) == 3
        assert all(sum(one.names(parcel.number) for one in told) == 1 for parcel in lot)
