"""Which messages leave together, which have to wait, and how long an import's news does."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, time, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from parcelwatch.core.messaging.grouping import (
    FEW,
    FIRST_HOLD,
    LATER_HOLD,
    LONGEST,
    SINGLY,
    Bundle,
    Held,
    Plan,
    Sent,
    Waiting,
    plan,
    release_at,
)
from parcelwatch.core.messaging.timing import Hours, Timing
from parcelwatch.model import Severity

NOW = datetime(2026, 3, 2, 8, 0, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
SECOND = timedelta(seconds=1)

MORNING = time(8)
NIGHT = (time(22), MORNING)
LOW, MEDIUM, HIGH, CRITICAL, US = (severity.rank for severity in Severity)

waiting = st.lists(
    st.builds(
        Waiting,
        st.integers(1, 500),
        st.integers(0, 4),
        st.integers(0, 50),
        st.none() | st.integers(1, 3),
        about=st.sampled_from(["", "o1", "o2", "p7"]),
        draft=st.booleans(),
        created_at=st.integers(0, 500).map(lambda minutes: NOW - minutes * MINUTE),
        gathered=st.booleans(),
        known=st.booleans(),
    ),
    max_size=30,
    unique_by=lambda one: one.id,
)
hours = st.builds(
    Hours,
    quiet=st.none() | st.just(NIGHT) | st.just((time(7), time(9))),
    passes=st.none() | st.sampled_from([Severity.HIGH, Severity.CRITICAL]),
    digest_at=st.none() | st.just(MORNING),
    most=st.none() | st.integers(1, 8),
)
sent = st.lists(
    st.builds(Sent, st.integers(0, 4), st.integers(0, 59).map(lambda n: NOW - n * MINUTE), st.booleans()), max_size=9
)


def fresh(*ids: int, rank: int = MEDIUM) -> list[Waiting]:
    return [Waiting(one, rank, priority=0) for one in ids]


def planned(
    rows: Sequence[Waiting],
    now: datetime = NOW,
    *,
    sent: Sequence[Sent] = (),
    wait: timedelta = 0 * MINUTE,
    **said: Any,
) -> Plan:
    return plan(rows, now, hours=Hours(**said), timing=Timing(wait), sent=sorted(sent, key=lambda one: one.at))


def group(rows: Sequence[Waiting]) -> tuple[Bundle, ...]:
    return planned(rows).bundles


def alone(*ids: int) -> tuple[Bundle, ...]:
    return tuple(Bundle(one, (one,), digest=False) for one in ids)


# --- what leaves together ------------------------------------------------------------------------


def test_up_to_five_go_one_by_one() -> None:
    assert group(fresh(1, 2, 3, 4, 5)) == alone(1, 2, 3, 4, 5)


def test_six_go_as_one_digest_that_goes_by_its_worst() -> None:
    worst = Waiting(4, MEDIUM, priority=10)
    assert group([*fresh(1, 2, 3), worst, *fresh(5, 6)]) == (Bundle(4, (4, 1, 2, 3, 5, 6), digest=True),)


def test_a_grave_one_is_not_lost_among_the_many_that_are_milder() -> None:
    assert group([*fresh(*range(1, 50)), *fresh(60, rank=CRITICAL)])[0] == Bundle(60, (60,), digest=False)


def test_five_go_alone_in_all_and_not_of_each_grade() -> None:
    rows = [*fresh(1, 2, 3, rank=LOW), *fresh(4, 5, 6, 7, rank=HIGH), *fresh(8, rank=CRITICAL)]
    assert group(rows) == (*alone(8, 4, 5, 6, 7), Bundle(1, (1, 2, 3), digest=True))


def test_what_is_milder_than_high_goes_together_the_worse_first() -> None:
    assert group([*fresh(1, 2, 3, rank=LOW), *fresh(4, 5, 6)]) == (Bundle(4, (4, 5, 6, 1, 2, 3), digest=True),)


def test_two_are_no_crowd() -> None:
    rows = [*fresh(1, 2, rank=LOW), *fresh(3, 4, 5, 6, 7, rank=HIGH)]
    assert group(rows) == alone(3, 4, 5, 6, 7, 1, 2)


def test_the_worst_comes_first_then_the_most_pressing_then_the_oldest() -> None:
    rows = [Waiting(1, 1, 0), Waiting(2, 3, 0), Waiting(3, 3, 9), Waiting(4, 3, 9)]
    assert [bundle.id for bundle in group(rows)] == [3, 4, 2, 1]


def test_the_critical_ones_of_a_flood_go_in_digests_that_have_room_to_name_each() -> None:
    found = group(fresh(*range(1, 101), rank=CRITICAL))
    assert [len(bundle.messages) for bundle in found] == [LONGEST, LONGEST, 20]


def test_an_alert_and_its_letter_go_as_one_and_the_letter_comes_last() -> None:
    letter, alert = Waiting(1, HIGH, 9, about="o7", draft=True), Waiting(2, HIGH, 9, about="o7")
    assert group([letter, alert]) == (Bundle(2, (2, 1), digest=False),)


def test_a_letter_goes_with_what_is_over_and_with_what_is_new_where_there_is_any() -> None:
    over = Waiting(2, CRITICAL, 9, about="o7", cleared=True)
    back = Waiting(1, HIGH, 9, about="o7", draft=True)
    assert [bundle.messages for bundle in group([over, back])] == [(2, 1)]
    news = Waiting(3, HIGH, 9, about="o7")
    assert [bundle.messages for bundle in group([over, back, news])] == [(3, 1), (2,)]


def test_what_is_over_is_told_after_all_that_is_not_and_apart_from_it() -> None:
    over = [Waiting(one, CRITICAL, 9, about=f"o{one}", cleared=True) for one in range(1, 9)]
    news = [Waiting(one, LOW, 0, about=f"o{one}") for one in range(11, 19)]
    assert [bundle.messages for bundle in group([*over, *news])] == [tuple(range(11, 19)), tuple(range(1, 9))]


def test_three_parcels_of_one_order_go_as_one() -> None:
    rows = [Waiting(1, LOW, 0, about="o7"), Waiting(2, HIGH, 0, about="o7"), Waiting(3, MEDIUM, 0, about="o7")]
    assert group([*rows, *fresh(4)]) == (Bundle(2, (2, 3, 1), digest=False), *alone(4))


def test_of_an_order_with_many_parcels_in_trouble_each_gets_a_line() -> None:
    assert group([Waiting(one, LOW, 0, about="o7") for one in range(1, 8)])[0].digest


def test_what_was_tried_alone_never_joins_a_digest() -> None:
    tried = Waiting(1, 1, 0, bundle=1)
    assert group([tried, *fresh(2, 3, 4, 5, 6, 7)]) == (
        Bundle(1, (1,), digest=False),
        Bundle(2, (2, 3, 4, 5, 6, 7), digest=True),
    )


def test_a_digest_goes_again_as_it_went() -> None:
    tried = [Waiting(one, 1, 0, bundle=2, digest=True) for one in (1, 2, 3)]
    assert group([*fresh(9), *tried])[0] == Bundle(2, (1, 2, 3), digest=True)


def test_nothing_waits_nothing_goes() -> None:
    assert group([]) == ()


# --- what has to wait ----------------------------------------------------------------------------


def test_in_quiet_hours_only_what_is_critical_leaves() -> None:
    night = NOW.replace(hour=3)
    rows = [*fresh(1), *fresh(2, rank=CRITICAL)]
    found = planned(rows, night, quiet=NIGHT)
    assert (found.bundles, found.held) == (alone(2), (Held((1,), NOW.replace(hour=8)),))


def test_what_is_known_already_waits_for_the_morning_however_grave_it_is() -> None:
    night = NOW.replace(hour=3)
    again = [replace(one, known=True, about="o7") for one in fresh(1, rank=CRITICAL)]
    assert planned(again, night, quiet=NIGHT).held == (Held((1,), NOW.replace(hour=8)),)
    new = Waiting(2, CRITICAL, 0, about="o7")
    assert planned([*again, new], night, quiet=NIGHT).bundles == (Bundle(1, (1, 2), digest=False),)


def test_an_order_with_something_critical_leaves_whole() -> None:
    rows = [Waiting(1, LOW, 0, about="o7"), Waiting(2, CRITICAL, 0, about="o7")]
    assert planned(rows, NOW.replace(hour=3), quiet=NIGHT).bundles == (Bundle(2, (2, 1), digest=False),)


def test_nothing_passes_where_nothing_shall() -> None:
    assert not planned(fresh(1, rank=CRITICAL), NOW.replace(hour=3), quiet=NIGHT, passes=None).bundles


def test_what_is_about_us_waits_for_the_morning() -> None:
    assert not planned(fresh(1, rank=US), NOW.replace(hour=3), quiet=NIGHT).bundles


def test_what_an_agent_wants_now_leaves_now() -> None:
    rows = [replace(fresh(1)[0], hurried=True)]
    assert planned(rows, NOW.replace(hour=3), quiet=NIGHT, digest_at=MORNING).bundles == alone(1)


def test_what_is_milder_waits_for_the_day_s_digest_and_then_goes_as_one() -> None:
    rows = [*fresh(1, 2), *fresh(3, rank=HIGH)]
    found = planned(rows, NOW, digest_at=time(9))
    assert found.bundles == alone(3)
    assert [(one.messages, one.until, one.digest_on) for one in found.held] == [
        ((one,), NOW.replace(hour=9), "2026-03-02") for one in (1, 2)
    ]
    gathered = [replace(one, gathered=True) for one in (*fresh(1, 2), *fresh(4, rank=LOW))]
    assert planned(gathered, NOW.replace(hour=9), digest_at=time(9)).bundles == (Bundle(1, (1, 2, 4), digest=True),)


@pytest.mark.parametrize(("rank", "digest"), [(LOW, True), (MEDIUM, True), (HIGH, False)])
def test_what_is_new_of_an_order_goes_with_what_waited_for_the_digest_and_puts_it_off_no_day(
    rank: int, digest: bool
) -> None:
    waited = [replace(one, about=f"o{one.id}", gathered=True) for one in fresh(1, 2)]
    new = Waiting(3, rank, 0, about="o1", created_at=NOW)
    found = planned([*waited, new], NOW.replace(hour=9), digest_at=time(9))
    assert found.held == ()
    together = {one for bundle in found.bundles if 1 in bundle.messages for one in bundle.messages}
    assert together == ({1, 2, 3} if digest else {1, 3})


def test_of_an_hour_s_messages_the_last_takes_what_would_be_too_many() -> None:
    found = planned([*fresh(1, rank=HIGH), *fresh(2, 3, 4)], most=3)
    assert found.bundles == (*alone(1, 2), Bundle(3, (3, 4), digest=True))


def test_when_the_hour_is_full_the_rest_waits_and_what_is_critical_does_not() -> None:
    earlier = [Sent(MEDIUM, NOW - each * MINUTE) for each in (50, 20)]
    found = planned([*fresh(1), *fresh(2, rank=CRITICAL)], sent=earlier, most=2)
    assert (found.bundles, found.held) == (alone(2), (Held((1,), NOW + 10 * MINUTE),))


def test_what_passes_takes_no_room_of_the_hour_from_what_does_not() -> None:
    grave = [Sent(CRITICAL, NOW - each * MINUTE) for each in (50, 20)]
    assert planned(fresh(1, 2), sent=grave, most=2).bundles == alone(1, 2)
    assert planned(fresh(1, 2), sent=grave, most=2, passes=None).held


def test_news_waits_for_company_but_critical_news_does_not() -> None:
    rows = [replace(one, created_at=NOW - 10 * SECOND) for one in (*fresh(1), *fresh(2, rank=CRITICAL))]
    found = planned(rows, wait=30 * SECOND)
    assert (found.bundles, found.held) == (alone(2), (Held((1,), NOW + 20 * SECOND),))


def test_after_five_in_five_minutes_what_comes_next_waits_for_the_others_that_come() -> None:
    earlier = [Sent(MEDIUM, NOW - each * SECOND) for each in (50, 40, 30, 20, 10)]
    came_after = [replace(one, created_at=NOW - SECOND) for one in (*fresh(1), *fresh(2, rank=HIGH))]
    found = planned(came_after, sent=earlier)
    assert (found.bundles, found.held) == (alone(2), (Held((1,), NOW - 10 * SECOND + 5 * MINUTE),))
    came_with = [replace(one, created_at=NOW - MINUTE) for one in fresh(1, 2, 3)]
    assert planned(came_with, sent=earlier).bundles == (Bundle(1, (1, 2, 3), digest=True),)


def test_after_a_digest_what_comes_next_waits_for_the_next_and_what_is_critical_does_not() -> None:
    earlier = [Sent(HIGH, NOW - MINUTE, digest=True)]
    rows = [replace(one, created_at=NOW) for one in (*fresh(1), *fresh(2, rank=HIGH), *fresh(3, rank=CRITICAL))]
    found = planned(rows, sent=earlier)
    assert found.bundles == alone(3)
    assert {(one.messages, one.until) for one in found.held} == {((each,), NOW + 4 * MINUTE) for each in (1, 2)}
    graver = [Sent(CRITICAL, NOW - MINUTE, digest=True)]
    assert planned(rows[2:], sent=graver).bundles == alone(3)
    assert planned(rows[1:2], sent=[Sent(MEDIUM, NOW - MINUTE, digest=True)]).bundles == alone(2)


@given(waiting, hours, sent)
def test_every_message_leaves_or_is_given_a_time_to_come_and_none_twice(
    rows: list[Waiting], hours: Hours, sent: list[Sent]
) -> None:
    found = plan(rows, NOW, hours=hours, timing=Timing(), sent=sorted(sent, key=lambda one: one.at))
    gone = [one for bundle in found.bundles for one in bundle.messages]
    kept = [one for held in found.held for one in held.messages]
    assert sorted(gone + kept) == sorted(one.id for one in rows)
    assert all(held.until > NOW for held in found.held)


@given(waiting)
def test_no_more_than_five_new_ones_go_alone(rows: list[Waiting]) -> None:
    rows = [replace(one, about="", gathered=False) for one in rows]
    new = {one.id for one in rows if one.bundle is None}
    found = planned(rows).bundles
    alone = [bundle for bundle in found if len(bundle.messages) == 1 and new.issuperset(bundle.messages)]
    assert len(alone) <= SINGLY + FEW * len({one.rank for one in rows})


@given(waiting)
def test_a_graver_one_never_leaves_after_a_milder(rows: list[Waiting]) -> None:
    ranks = {one.id: one.rank for one in rows}
    worst = [max(ranks[one] for one in bundle.messages) for bundle in group(rows)]
    assert worst == sorted(worst, reverse=True)


# --- imports -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("released", "all_asked", "others_asked", "expected"),
    [
        (None, True, True, NOW),
        (None, True, False, NOW + FIRST_HOLD),
        (None, False, True, NOW + FIRST_HOLD),
        (NOW - MINUTE, True, True, NOW),
        (NOW - MINUTE, True, False, NOW),
        (NOW - MINUTE, False, True, NOW - MINUTE + LATER_HOLD),
        (NOW - 60 * MINUTE, False, True, NOW),
    ],
)
def test_news_of_an_import_waits_for_the_rest_but_not_for_long(
    released: datetime | None, all_asked: bool, others_asked: bool, expected: datetime
) -> None:
    assert release_at(NOW, released, all_asked=all_asked, others_asked=others_asked) == expected
