"""Which messages leave together, and how long an import's news waits."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from parcelwatch.core.grouping import FIRST_HOLD, LATER_HOLD, SINGLY, Bundle, Waiting, group, release_at

NOW = datetime(2026, 3, 2, 8, 0, tzinfo=UTC)
MINUTE = timedelta(minutes=1)

waiting = st.lists(
    st.builds(
        Waiting,
        st.integers(1, 500),
        st.integers(0, 4),
        st.integers(0, 50),
        st.none() | st.integers(1, 3),
    ),
    max_size=30,
    unique_by=lambda one: one.id,
)


def fresh(*ids: int) -> list[Waiting]:
    return [Waiting(one, rank=1, priority=0) for one in ids]


def test_up_to_five_go_one_by_one() -> None:
    assert group(fresh(1, 2, 3, 4, 5)) == tuple(Bundle(one, (one,), digest=False) for one in (1, 2, 3, 4, 5))


def test_six_go_as_one_digest_that_goes_by_its_worst() -> None:
    worst = Waiting(4, rank=3, priority=10)
    assert group([*fresh(1, 2, 3), worst, *fresh(5, 6)]) == (Bundle(4, (4, 1, 2, 3, 5, 6), digest=True),)


def test_the_worst_comes_first_then_the_most_pressing_then_the_oldest() -> None:
    rows = [Waiting(1, 1, 0), Waiting(2, 3, 0), Waiting(3, 3, 9), Waiting(4, 3, 9)]
    assert [bundle.id for bundle in group(rows)] == [3, 4, 2, 1]


def test_what_was_tried_alone_never_joins_a_digest() -> None:
    tried = Waiting(1, 1, 0, bundle=1)
    assert group([tried, *fresh(2, 3, 4, 5, 6, 7)]) == (
        Bundle(1, (1,), digest=False),
        Bundle(2, (2, 3, 4, 5, 6, 7), digest=True),
    )


def test_a_digest_goes_again_as_it_went() -> None:
    tried = [Waiting(one, 1, 0, bundle=2) for one in (1, 2, 3)]
    assert group([*fresh(9), *tried])[0] == Bundle(2, (1, 2, 3), digest=True)


def test_nothing_waits_nothing_goes() -> None:
    assert group([]) == ()


@given(waiting)
def test_every_message_leaves_exactly_once(rows: list[Waiting]) -> None:
    gone = [one for bundle in group(rows) for one in bundle.messages]
    assert sorted(gone) == sorted(one.id for one in rows)


@given(waiting)
def test_no_more_than_five_new_ones_go_alone(rows: list[Waiting]) -> None:
    new = {one.id for one in rows if one.bundle is None}
    alone = [bundle for bundle in group(rows) if len(bundle.messages) == 1 and new.issuperset(bundle.messages)]
    assert len(alone) <= SINGLY


@pytest.mark.parametrize(
    ("released", "all_asked", "expected"),
    [
        (None, True, NOW),
        (None, False, NOW + FIRST_HOLD),
        (NOW - MINUTE, True, NOW),
        (NOW - MINUTE, False, NOW - MINUTE + LATER_HOLD),
        (NOW - 60 * MINUTE, False, NOW),
    ],
)
def test_news_of_an_import_waits_for_the_rest_but_not_for_long(
    released: datetime | None, all_asked: bool, expected: datetime
) -> None:
    assert release_at(NOW, released, all_asked=all_asked) == expected
