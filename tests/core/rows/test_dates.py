"""Days as people, shops and spreadsheets write them: read where only one can be meant."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from parcelwatch.core.rows.dates import ORDERS, TwoDays, fits, order_of, time_of
from parcelwatch.errors import BadInput

DAY = datetime(2026, 11, 25)  # noqa: DTZ001 - a wall-clock day


@pytest.mark.parametrize(
    "written",
    [
        "2026-11-25",
        "2026/11/25",
        "2026.11.25",
        "20261125",
        "2026年11月25日",
        "25-11-2026",
        "25.11.2026",
        "11/25/2026",
        "11/25/26",
        "25 Nov 2026",
        "25. November 2026",
        "Nov 25, 2026",
        "Nov-25-26",
        "25-Nov-2026",
        "25-Nov-26",
        "46351",
        "46351.0",
    ],
)
def test_a_day_that_can_only_be_one_is_read(written: str) -> None:
    assert time_of(written) == (DAY, True)


@pytest.mark.parametrize(
    ("written", "at"),
    [
        ("25-11-2026 18:30", DAY.replace(hour=18, minute=30)),
        ("11/25/2026 6:30 PM", DAY.replace(hour=18, minute=30)),
        ("11/25/2026 12:05 am", DAY.replace(minute=5)),
        ("46351,7708333333", DAY.replace(hour=18, minute=30)),
        ("2026年11月25日18:30", DAY.replace(hour=18, minute=30)),
        ("2026-11-25 18:30:00 +0000", DAY.replace(hour=18, minute=30, tzinfo=UTC)),
        ("2026-11-25T18:30:00.123Z", DAY.replace(hour=18, minute=30, tzinfo=UTC)),
        ("2026-11-25 18:30 UTC", DAY.replace(hour=18, minute=30, tzinfo=UTC)),
        ("25.11.2026, 18:30+08:00", DAY.replace(hour=18, minute=30, tzinfo=timezone(timedelta(hours=8)))),
    ],
)
def test_an_hour_behind_the_day_is_read_too(written: str, at: datetime) -> None:
    read, whole_day = time_of(written)
    assert (read, read.utcoffset(), whole_day) == (at, at.utcoffset(), False)


@pytest.mark.parametrize("written", ["03/04/2026", "03-04-2026", "1/2/2026 10:00", "03/04/26", "26-11-18"])
def test_a_day_that_may_be_two_is_refused_with_both_and_the_option_where_one_can_be_given(written: str) -> None:
    with pytest.raises(TwoDays, match=r"may be .* or .*: write the one that is meant$") as refused:
        time_of(written)
    assert "--date-format" in str(refused.value.typed())


@pytest.mark.parametrize(
    ("written", "sign", "orders"),
    [
        ("13/04/2026", "/", {"dmy"}),
        ("04/13/2026 10:00", "/", {"mdy"}),
        ("03-04-2026", "-", {"dmy", "mdy"}),
        ("26-11-18", "-", {"dmy", "ymd"}),
        ("18.11.2026", ".", {"dmy"}),
        ("2026-11-18", "", set()),
        ("soon", "", set()),
    ],
)
def test_a_day_of_three_numbers_says_in_which_orders_it_is_one(written: str, sign: str, orders: set[str]) -> None:
    assert fits(written) == (sign, frozenset(orders))


def test_where_both_readings_are_the_same_day_there_is_no_doubt() -> None:
    assert time_of("03/03/2026")[0] == datetime(2026, 3, 3)  # noqa: DTZ001


def test_with_dots_nobody_writes_the_month_first() -> None:
    assert time_of("03.04.2026")[0] == datetime(2026, 4, 3)  # noqa: DTZ001


@pytest.mark.parametrize(
    "written",
    [
        "12345",
        "99999.5",
        "2026-02-30",
        "31/31/2026",
        "2026-03-01T25:00",
        "13:00 PM",
        "1899-01-01",
        "soon",
        "2026-13-01",
        "٣/٤/٢٠٢٦",
    ],
)
def test_what_is_no_time_is_refused(written: str) -> None:
    with pytest.raises(BadInput, match="is no time"):
        time_of(written)


@pytest.mark.parametrize(
    ("said", "order"),
    [
        ("d/m/y", "dmy"),
        ("DD.MM.YYYY", "dmy"),
        ("%d/%m/%Y", "dmy"),
        ("MM/DD/YYYY HH:mm", "mdy"),
        ("%m/%d/%y", "mdy"),
        ("yyyy-mm-dd", "ymd"),
    ],
)
def test_an_order_is_known_however_it_is_written(said: str, order: str) -> None:
    assert order_of(said) == order


@pytest.mark.parametrize("said", ["", "x", "d/m", "y/d/m", "TT.MM.JJJJ"])
def test_what_is_no_order_is_refused_with_those_there_are(said: str) -> None:
    with pytest.raises(BadInput, match="d/m/y, m/d/y, y/m/d"):
        order_of(said)


def test_a_day_that_does_not_fit_the_order_is_refused_and_not_turned_round() -> None:
    with pytest.raises(BadInput, match="in the order d/m/y"):
        time_of("11/25/2026", "dmy")


@given(st.dates(datetime(2000, 1, 1).date(), datetime(2099, 12, 31).date()), st.sampled_from(list(ORDERS.values())))  # noqa: DTZ001
def test_a_day_comes_back_as_it_was_written_in_a_known_order(day: datetime, order: str) -> None:
    parts = {"d": f"{day.day}", "m": f"{day.month:02}", "y": f"{day.year}"}
    assert time_of("/".join(parts[each] for each in order), order)[0].date() == day


@given(st.text(max_size=40))
def test_whatever_is_written_is_a_time_of_this_century_or_refused(text: str) -> None:
    try:
        at, _ = time_of(text)
    except BadInput:
        return
    assert 2000 <= at.year < 2100
