"""The demonstration's world and the generated bulk: complete, alike on every run, and true to its promises."""

from __future__ import annotations

from collections import Counter
from datetime import timedelta

import pytest

from parcelwatch.model import Cause, Milestone
from parcelwatch.sandbox.demo_world import bulk_story, coming, demo_story
from parcelwatch.sandbox.story import APIS
from parcelwatch.sandbox.world import Heard, heard
from tests.sandbox.worlds import START

STORY, ROWS = demo_story(START)
HEARD = [heard(parcel, START, START) for parcel in STORY.parcels]


def last(one: Heard) -> tuple[Milestone, Cause | None]:
    says = one.marks[-1].says
    return says.milestone, says.cause


def test_the_same_start_gives_the_same_world() -> None:
    assert demo_story(START) == (STORY, ROWS)
    assert demo_story(START, seed=4) != (STORY, ROWS)


def test_every_row_is_a_different_number_at_one_of_the_couriers() -> None:
    assert len(ROWS) == 120
    assert len({row["number"] for row in ROWS}) == 120
    assert {row["courier"] for row in ROWS} == set(APIS) == set(STORY.apis)
    assert {row["language"] for row in ROWS} == {"en", "zh-CN"}


def test_some_announced_numbers_are_unknown_to_every_courier() -> None:
    known = {parcel.number for parcel in STORY.parcels}
    assert Counter(row["courier"] for row in ROWS if row["number"] not in known) == dict.fromkeys(APIS, 1)


@pytest.mark.parametrize(
    "case",
    [
        (Milestone.EXCEPTION, Cause.DAMAGED),
        (Milestone.EXCEPTION, Cause.LOST),
        (Milestone.ATTEMPT_FAILED, Cause.NOBODY_HOME),
        (Milestone.ATTEMPT_FAILED, Cause.REFUSED),
        (Milestone.RETURNING, None),
        (Milestone.RETURNED, None),
        (Milestone.AVAILABLE_FOR_PICKUP, None),
        (Milestone.DELIVERED, None),
        (Milestone.OUT_FOR_DELIVERY, None),
        (Milestone.IN_TRANSIT, None),
    ],
)
@pytest.mark.parametrize("api", APIS)
def test_every_courier_has_a_case_of_every_common_trouble(api: str, case: tuple[Milestone, Cause | None]) -> None:
    assert any(last(one) == case for one in HEARD if one.parcel.api == api)


def test_there_are_customs_holds_and_a_parcel_nobody_follows_any_more() -> None:
    assert any(last(one) == (Milestone.CUSTOMS, Cause.CUSTOMS) for one in HEARD)
    assert any(one.stopped_at for one in HEARD)


def test_silences_are_clear_whatever_the_weekday_and_younger_than_old_news() -> None:
    ages = sorted(START - one.marks[-1].at for one in HEARD if last(one) == (Milestone.IN_TRANSIT, None))
    assert all(age < timedelta(hours=15) or age > timedelta(days=3) for age in ages)
    assert ages[-1] < timedelta(days=14)


def test_some_promises_are_broken() -> None:
    broken = [row for row in ROWS if row["promised_by"] < START.date().isoformat()]
    assert {row["courier"] for row in broken} == set(APIS)


def test_parcels_change_while_one_watches_and_none_of_them_at_kuaidi100() -> None:
    live = coming(STORY)
    assert len(live) == 7
    assert {api for _, api, _ in live} == {"dhl", "17track"}
    assert [at for at, _, _ in live] == sorted(at for at, _, _ in live)
    assert coming(demo_story(START, scale=0.5)[0])[0][0] == live[0][0] / 2


def test_a_row_tells_the_phone_its_courier_asks_for() -> None:
    rows = {row["number"]: row for row in ROWS}
    wanting = [parcel for parcel in STORY.parcels if parcel.phone_last4]
    assert wanting
    assert all(rows[parcel.number]["phone_last4"] == parcel.phone_last4 for parcel in wanting)


@pytest.mark.parametrize("api", APIS)
def test_a_bulk_is_as_large_as_asked_and_mostly_well(api: str) -> None:
    story, rows = bulk_story(500, seed=1, api=api, start=START)
    assert (len(story.parcels), len(rows), story.apis) == (500, 500, (api,))
    assert {parcel.number for parcel in story.parcels} == {row["number"] for row in rows}
    fresh = [
        one
        for one in (heard(parcel, START, START) for parcel in story.parcels)
        if START - one.marks[-1].at < timedelta(hours=34)
    ]
    assert len(fresh) > 450
