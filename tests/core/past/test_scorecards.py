"""How couriers do, parcel by parcel: what counts as on time, what does not count, and how long parcels stay where."""

from __future__ import annotations

from dataclasses import replace

import pytest

from parcelwatch.core.past.scorecards import Journey, Scan, Scorecard, Stage, scorecards
from parcelwatch.model import Cause, Milestone

M = Milestone
HOUR = 3_600_000
DAY = 24 * HOUR
SINCE, UNTIL = 100 * DAY, 130 * DAY
DUE = 110 * DAY


def scans(*said: tuple[float, Milestone]) -> tuple[Scan, ...]:
    """At these days since the report begins."""
    return tuple((SINCE + int(day * DAY), milestone, None) for day, milestone in said)


def journey(*said: tuple[float, Milestone], promised_by: int | None = DUE, **known: object) -> Journey:
    """One whose courier answers to this day; it moves from the first scan on that says so."""
    told = scans(*said)
    moved = next((at for at, milestone, _ in told if milestone is not M.INFO_RECEIVED), None)
    milestone = told[-1][1] if told else M.UNKNOWN
    made = Journey(("dhl", ""), SINCE, milestone, promised_by, UNTIL, moved, told)
    return replace(made, **known)  # type: ignore[arg-type]


def card(*journeys: Journey) -> Scorecard:
    (one,) = scorecards(journeys, SINCE, UNTIL)
    return one


def kept(one: Journey) -> tuple[int, int]:
    counted = card(one)
    return counted.on_time, counted.promised


PICKED = (1, M.PICKED_UP)


@pytest.mark.parametrize("came", [M.DELIVERED, M.AVAILABLE_FOR_PICKUP, M.ATTEMPT_FAILED])
def test_a_parcel_that_was_there_by_the_promise_is_on_time(came: Milestone) -> None:
    assert kept(journey(PICKED, (10, came))) == (1, 1)
    assert kept(journey(PICKED, (10.1, came))) == (0, 1)


def test_one_that_never_came_is_as_late_as_one_that_came_late() -> None:
    assert kept(journey(PICKED)) == (0, 1)
    assert kept(journey(PICKED, (12, M.RETURNING), (14, M.RETURNED))) == (0, 1)


@pytest.mark.parametrize(
    "one",
    [
        journey(PICKED, (12, M.DELIVERED), promised_by=None),
        journey(PICKED, (12, M.DELIVERED), promised_by=SINCE - 1),
        journey(PICKED, promised_by=UNTIL),
        journey((1, M.INFO_RECEIVED)),
        journey((11, M.PICKED_UP), (12, M.DELIVERED)),
        journey(PICKED, heard_at=DUE - 1),
        journey(PICKED, (3, M.CANCELLED)),
    ],
    ids=["no promise", "before", "to come", "never had", "had too late", "silent since", "called back"],
)
def test_what_nobody_can_tell_or_the_courier_cannot_help_counts_neither_way(one: Journey) -> None:
    assert kept(one) == (0, 0)


def test_a_share_of_a_few_is_not_told() -> None:
    late, good = journey(PICKED, (12, M.DELIVERED)), journey(PICKED, (3, M.DELIVERED))
    assert card(*[good] * 3, late).on_time_share is None
    assert card(*[good] * 4, late).on_time_share == 0.8


def test_a_parcel_stays_at_a_stage_from_its_first_scan_there_to_the_next_stage() -> None:
    told = [(0.0, M.INFO_RECEIVED), (1, M.PICKED_UP), (2, M.IN_TRANSIT), (4, M.CUSTOMS), (5, M.EXCEPTION)]
    told += [
        (7, M.IN_TRANSIT),
        (8, M.OUT_FOR_DELIVERY),
        (8.5, M.ATTEMPT_FAILED),
        (9, M.AVAILABLE_FOR_PICKUP),
        (11, M.DELIVERED),
    ]
    stays = card(*[journey(*told)] * 5).stays
    assert {stage: stay.median for stage, stay in stays.items()} == {
        Stage.HANDOVER: 24,
        Stage.TRANSIT: 24 * 4,
        Stage.CUSTOMS: 24 * 3,
        Stage.DELIVERY: 24,
        Stage.COLLECTION: 48,
        Stage.WHOLE: 240,
    }


def test_the_stages_before_the_end_make_the_whole() -> None:
    told = [(0, M.INFO_RECEIVED), (1, M.PICKED_UP), (3, M.OUT_FOR_DELIVERY), (4, M.IN_TRANSIT), (6, M.DELIVERED)]
    stays = card(*[journey(*told)] * 5).stays
    parts = [stay.median or 0 for stage, stay in stays.items() if stage not in (Stage.HANDOVER, Stage.WHOLE)]
    assert sum(parts) == stays[Stage.WHOLE].median == 24 * 5


def test_what_is_booked_after_the_end_or_told_again_moves_nothing() -> None:
    plain = [(1, M.PICKED_UP), (2, M.DELIVERED)]
    noisy = [(1, M.PICKED_UP), (1.5, M.INFO_RECEIVED), (2, M.DELIVERED), (3, M.OUT_FOR_DELIVERY)]
    booked = journey(*noisy, milestone=M.DELIVERED)
    assert card(*[booked] * 5).stays == card(*[journey(*plain)] * 5).stays


def test_only_journeys_that_ended_in_that_while_are_measured() -> None:
    assert card(journey(PICKED)).stays == {}
    assert card(journey((-5, M.PICKED_UP), (31, M.DELIVERED), milestone=M.DELIVERED)).ended == 0


def test_a_parcel_that_ended_before_was_not_under_way() -> None:
    over = journey((-9, M.PICKED_UP), (-1, M.DELIVERED), added_at=SINCE - 10 * DAY)
    stuck = journey((-9, M.PICKED_UP), added_at=SINCE - 10 * DAY)
    assert scorecards([over], SINCE, UNTIL) == ()
    assert card(over, stuck).parcels == 1


@pytest.mark.parametrize(
    ("day", "milestone", "cause", "counts"),
    [
        (2, M.EXCEPTION, None, True),
        (2, M.ATTEMPT_FAILED, Cause.NOBODY_HOME, True),
        (2, M.IN_TRANSIT, Cause.MISROUTED, True),
        (2, M.RETURNING, None, True),
        (2, M.EXCEPTION, Cause.POSTPONED, False),
        (2, M.IN_TRANSIT, None, False),
        (-1, M.EXCEPTION, Cause.DAMAGED, False),
    ],
)
def test_a_parcel_with_trouble_counts_once(day: float, milestone: Milestone, cause: Cause | None, counts: bool) -> None:
    amiss = (SINCE + int(day * DAY), milestone, cause)
    counted = card(journey(PICKED, scans=(*scans((-2, M.PICKED_UP)), amiss, amiss)))
    assert counted.troubled == int(counts)


def test_couriers_stand_by_how_many_parcels_they_have() -> None:
    sto = [journey(PICKED, carrier=("kd", "shentong"))] * 2
    assert [one.carrier for one in scorecards([journey(PICKED), *sto], SINCE, UNTIL)] == [
        ("kd", "shentong"),
        ("dhl", ""),
    ]
