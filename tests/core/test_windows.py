"""Until when a claim is in time: which window is a parcel's, and which day is its last."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from parcelwatch.core.timekeeping.calendar import Calendar
from parcelwatch.core.tracking.timeline import heard
from parcelwatch.core.view import View, view
from parcelwatch.core.windows import Loss, Start, Terms, Window, deadline
from parcelwatch.model import Answered, Checkpoint, Claim, Dossier, Milestone, Parcel
from parcelwatch.reference.almanac import ALMANAC

WORLD = Calendar(ALMANAC)
NOW = datetime(2026, 5, 20, 9, tzinfo=UTC)
PARCEL = Parcel(1, "X", "my_ups", NOW - timedelta(days=30), origin="DE", destination="US-CA")
DAMAGED = Window(Loss.DAMAGED, 10, Start.DELIVERED)


def scan(at: str, milestone: Milestone = Milestone.IN_TRANSIT, place: str = "", **more: Any) -> Checkpoint:
    moment = datetime.fromisoformat(at)
    return Checkpoint(moment, moment, milestone, place=place, text=at, **more)


def seen(*scans: Checkpoint, parcel: Parcel = PARCEL, **more: Any) -> View:
    return view(Dossier(parcel, heard(Answered("X", scans), NOW), **more), WORLD)


def last(window: Window, at: View, kind: str = "damaged", zone: str = "UTC") -> date | None:
    claim = deadline(at, kind, Terms((window,), zone=ZoneInfo(zone)), WORLD)
    return claim.last_on if claim else None


# --- counting ------------------------------------------------------------------------------------


def test_the_day_it_begins_is_not_counted_and_the_last_one_is() -> None:
    there = seen(scan("2026-05-05T20:00:00+00:00", Milestone.DELIVERED, "Los Angeles, CA, US"))
    claim = deadline(there, "damaged", Terms((DAMAGED,), zone=ZoneInfo("America/Los_Angeles")), WORLD)
    assert claim is not None
    assert claim.last_on == date(2026, 5, 15)
    assert claim.ends_at == datetime(2026, 5, 16, 7, tzinfo=UTC), "midnight in California"


def test_the_day_is_that_of_the_place_not_of_utc() -> None:
    assert last(DAMAGED, seen(scan("2026-05-05T02:00:00+00:00", Milestone.DELIVERED, "Los Angeles, CA, US"))) == date(
        2026, 5, 14
    )
    assert last(DAMAGED, seen(scan("2026-05-05T20:00:00+00:00", Milestone.DELIVERED, "深圳, CN"))) == date(2026, 5, 16)


def test_where_the_place_is_not_known_it_is_where_the_parcel_was_to_go() -> None:
    assert last(DAMAGED, seen(scan("2026-05-05T02:00:00+00:00", Milestone.DELIVERED))) == date(2026, 5, 14)


def test_of_several_clocks_the_earliest_day_and_the_earliest_end_hold() -> None:
    somewhere = replace(PARCEL, destination="US")
    there = seen(scan("2026-05-05T05:30:00+00:00", Milestone.DELIVERED), parcel=somewhere)
    claim = deadline(there, "damaged", Terms((DAMAGED,), zone=ZoneInfo("Asia/Shanghai")), WORLD)
    assert claim is not None
    assert claim.last_on == date(2026, 5, 14), "it was still the 4th in Hawaii"
    assert claim.ends_at == datetime(2026, 5, 14, 16, tzinfo=UTC), "when the 14th is over in Shanghai"


def test_a_summer_time_does_not_move_the_last_day() -> None:
    german = replace(PARCEL, origin="DE", destination="DE")
    window = Window(Loss.DAMAGED, 7, Start.DELIVERED)
    before = seen(scan("2026-03-27T23:30:00+00:00", Milestone.DELIVERED), parcel=german)
    claim = deadline(before, "damaged", Terms((window,), zone=ZoneInfo("Europe/Berlin")), WORLD)
    assert claim is not None
    assert (claim.last_on, claim.ends_at) == (date(2026, 4, 4), datetime(2026, 4, 4, 22, tzinfo=UTC))


@pytest.mark.parametrize(
    ("start", "day", "why"),
    [
        (Start.SHIPPED, date(2026, 5, 11), "the first scan, which was before the shop's own day"),
        (Start.DELIVERED, date(2026, 5, 19), "the delivery"),
        (Start.PROMISED, date(2026, 5, 16), "the courier's first promise"),
        (Start.LAST_SCAN, date(2026, 5, 19), "the last movement; a notice is none"),
    ],
)
def test_what_a_window_is_counted_from(start: Start, day: date, why: str) -> None:
    parcel = replace(PARCEL, destination="DE", shipped_at=datetime(2026, 5, 2, 12, tzinfo=UTC))
    there = seen(
        scan("2026-04-30T12:00:00+00:00", Milestone.INFO_RECEIVED),
        scan("2026-05-01T12:00:00+00:00", Milestone.PICKED_UP),
        scan("2026-05-09T12:00:00+00:00", Milestone.DELIVERED),
        scan("2026-05-10T12:00:00+00:00", moves=False),
        parcel=parcel,
        promise=datetime(2026, 5, 6, 12, tzinfo=UTC),
    )
    assert last(Window(Loss.DAMAGED, 10, start), there) == day, why


def test_what_has_not_happened_gives_no_day_and_no_shops_promise_is_the_couriers() -> None:
    moving = seen(scan("2026-05-01T12:00:00+00:00"))
    for start in (Start.DELIVERED, Start.PROMISED):
        window = Window(Loss.DAMAGED, 10, start, line="the contract")
        assert deadline(moving, "damaged", Terms((window,)), WORLD) == Claim(line="the contract")


@pytest.mark.parametrize("year", [1, 9999])
def test_a_date_at_the_end_of_time_is_no_day(year: int) -> None:
    parcel = replace(PARCEL, shipped_at=datetime(year, 1, 2, tzinfo=UTC) if year == 1 else None)
    there = seen(parcel=parcel, promise=datetime(9999, 12, 31, 23, 59, tzinfo=UTC))
    start = Start.SHIPPED if year == 1 else Start.PROMISED
    assert last(Window(Loss.DAMAGED, 3660, start), there, zone="Pacific/Kiritimati") is None or year == 1


# --- choosing ------------------------------------------------------------------------------------


def chosen(parcel: Parcel, *windows: Window, names: tuple[str, ...] = ("ups",)) -> list[int]:
    terms = Terms(windows, {"my_ups": names})
    return [one.days for one in terms.windows_of(parcel, Loss.LOST)]


LOST = Window(Loss.LOST, 60, Start.SHIPPED)


def test_a_window_is_of_its_courier_whether_asked_itself_or_through_an_aggregator() -> None:
    ups = replace(LOST, courier="ups")
    assert chosen(PARCEL, ups) == [60]
    assert chosen(PARCEL, ups, names=("fedex",)) == []
    behind = replace(PARCEL, company="100002")
    assert chosen(behind, ups, names=("17track",)) == [60], "17TRACK's code of UPS"
    assert chosen(replace(PARCEL, company="100003"), ups, names=("17track",)) == [], "FedEx's"
    assert chosen(replace(PARCEL, company=""), ups, names=("17track",)) == [], "nobody said which"


def test_an_accounts_name_and_a_declaration_are_names_of_its_courier() -> None:
    assert chosen(PARCEL, replace(LOST, courier="my_ups")) == [60]
    assert chosen(PARCEL, replace(LOST, courier="royalmail"), names=("declared", "royalmail")) == [60]


@pytest.mark.parametrize(
    ("window", "fits"),
    [
        (replace(LOST, service="Ground"), True),
        (replace(LOST, service="express"), False),
        (replace(LOST, lane="abroad"), True),
        (replace(LOST, lane="domestic"), False),
        (replace(LOST, origin="DE"), True),
        (replace(LOST, origin="D"), False),
        (replace(LOST, destination="US"), True),
        (replace(LOST, destination="us-ca"), True),
        (replace(LOST, destination="US-NY"), False),
        (replace(LOST, company="x"), False),
        (replace(LOST, loss=Loss.LATE), False),
    ],
)
def test_all_that_a_window_names_must_match(window: Window, fits: bool) -> None:
    assert bool(chosen(replace(PARCEL, service="GROUND"), window)) is fits


def test_where_a_lane_is_not_known_no_window_for_one_holds() -> None:
    assert chosen(replace(PARCEL, origin=""), replace(LOST, lane="abroad")) == []


def test_the_most_specific_wins_and_the_shops_before_all() -> None:
    courier, lane = replace(LOST, days=50, courier="ups"), replace(LOST, days=40, courier="ups", lane="abroad")
    assert chosen(PARCEL, courier, lane) == [40]
    assert chosen(PARCEL, LOST, courier, lane, replace(LOST, days=90, own=True)) == [90]


def test_a_law_holds_beside_what_is_the_couriers_own_and_the_earlier_day_counts() -> None:
    law, closer = replace(LOST, days=365, origin="DE"), replace(LOST, days=400, origin="DE", lane="abroad")
    assert chosen(PARCEL, law, closer, replace(LOST, courier="ups")) == [60, 400]
    there = seen(scan("2026-05-01T12:00:00+00:00"))
    for windows in ((law, replace(LOST, courier="ups")), (replace(law, days=10), replace(LOST, courier="ups"))):
        claim = deadline(there, "stalled", Terms(windows, {"my_ups": ("ups",)}), WORLD)
        assert claim is not None
        assert claim.last_on == date(2026, 5, 1) + timedelta(days=min(one.days for one in windows))


def test_of_equally_specific_ones_the_earliest_day_holds() -> None:
    there = seen(scan("2026-05-01T12:00:00+00:00"), promise=datetime(2026, 5, 2, 12, tzinfo=UTC))
    windows = (replace(LOST, days=30), Window(Loss.LOST, 20, Start.PROMISED))
    claim = deadline(there, "stalled", Terms(windows), WORLD)
    assert claim is not None
    assert claim.last_on == date(2026, 5, 22)


def test_no_days_at_all_is_no_window() -> None:
    assert chosen(PARCEL, replace(LOST, courier="ups"), replace(LOST, days=0, own=True)) == []


def test_what_is_missing_is_claimed_as_damage_is() -> None:
    there = seen(scan("2026-05-05T12:00:00+00:00", Milestone.DELIVERED, "Berlin, DE"))
    windows = (DAMAGED, Window(Loss.CONTENTS, 3, Start.DELIVERED))
    claim = deadline(there, "damaged", Terms(windows), WORLD)
    assert claim is not None
    assert claim.last_on == date(2026, 5, 8)


def test_for_a_kind_nothing_is_claimed_for_there_is_no_day() -> None:
    assert last(LOST, seen(scan("2026-05-01T12:00:00+00:00")), "awaiting_collection") is None
