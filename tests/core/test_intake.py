"""What a row of an import may hold, and what is said of one that cannot be used."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from parcelwatch.core.cells import cell, last4, number_of, tags_of, worth
from parcelwatch.core.intake import COLUMNS, Intake, columns
from parcelwatch.couriers.shared import times
from parcelwatch.errors import BadInput
from parcelwatch.model import Parcel

NOW = datetime(2026, 3, 2, 8, 0, tzinfo=UTC)


def end_of_day(day: date, country: str) -> datetime:
    return datetime(day.year, day.month, day.day, tzinfo=UTC) + timedelta(hours=23 if country else 36)


INTAKE = Intake(("my_dhl", "kd100"), ZoneInfo("Asia/Shanghai"), end_of_day, times.country_code)


def read(**cells: object) -> Parcel:
    return INTAKE.parcel({"number": "JD0002123456789", "courier": "my_dhl", **cells}, NOW)


def refused(**cells: object) -> str:
    with pytest.raises(BadInput) as error:
        read(**cells)
    return str(error.value)


@pytest.mark.parametrize(
    ("written", "number"),
    [
        ("JD0002123456789", "JD0002123456789"),
        (" jd0002123456789 ", "JD0002123456789"),
        ('="00340434111111111131"', "00340434111111111131"),
        ("'00340434111111111131", "00340434111111111131"),
        ("\t00340434111111111131", "00340434111111111131"),
        ("\ufeffYT-12345", "YT-12345"),
        (773456789012345, "773456789012345"),
        ("12345E6", "12345E6"),
    ],
)
def test_a_number_is_freed_of_what_spreadsheets_put_around_it(written: object, number: str) -> None:
    assert read(number=written).number == number


@pytest.mark.parametrize(
    ("written", "reason"),
    [
        ("7.7E+14", "rounded"),
        ("7,7E+14", "rounded"),
        ("1E+14", "rounded"),
        ("7.73456789012E14", "rounded"),
        ("", "no number"),
        ("1234", "5 to 40"),
        ("A" * 41, "5 to 40"),
        ("https://t.example/JD1", "5 to 40"),
        ("快递123456", "5 to 40"),
        ("JD00 0212 3456", "spaces"),
        (None, "no number"),
        (True, "true or false"),
        ({"a": 1}, "a table"),
        (["JD0002"], "a list"),
        ("JD0002\ud800", "broken"),
        ("JD\x0000021", "broken"),
    ],
)
def test_what_cannot_be_a_number_is_refused_with_the_reason(written: object, reason: str) -> None:
    assert reason in refused(number=written)


def test_an_unknown_account_is_refused_with_the_one_that_was_meant() -> None:
    assert "did you mean 'my_dhl'" in refused(courier="mydhl")
    assert "kd100, my_dhl" in refused(courier="zzz")
    assert "--courier" in refused(courier="")


def test_every_reason_is_given_at_once() -> None:
    said = refused(number="7.7E+14", courier="nobody", destination="Narnia", shipped_at="yesterday")
    assert all(part in said for part in ("rounded", "nobody", "Narnia", "yesterday"))


@pytest.mark.parametrize(
    ("written", "at"),
    [
        ("2026-03-01T10:00:00Z", datetime(2026, 3, 1, 10, tzinfo=UTC)),
        ("2026-03-01T10:00:00+08:00", datetime(2026, 3, 1, 2, tzinfo=UTC)),
        ("2026-03-01 10:00", datetime(2026, 3, 1, 2, tzinfo=UTC)),
        ("2026/3/1 9:05", datetime(2026, 3, 1, 1, 5, tzinfo=UTC)),
        ("2026-03-01", datetime(2026, 2, 28, 16, tzinfo=UTC)),
        ("", None),
    ],
)
def test_a_time_without_a_zone_is_the_shops(written: str, at: datetime | None) -> None:
    assert read(shipped_at=written).shipped_at == at


@pytest.mark.parametrize("written", ["46204.5", "03/01/2026", "2026-02-30", "2026-03-01T25:00", "1899-01-01", "soon"])
def test_what_is_no_time_is_refused(written: str) -> None:
    assert "is no time" in refused(shipped_at=written)


def test_a_promised_day_means_its_end_at_the_destination() -> None:
    known, unknown = read(promised_by="2026-03-05", destination="BR"), read(promised_by="2026-03-05")
    assert known.promised_by == end_of_day(date(2026, 3, 5), "BR")
    assert unknown.promised_by == end_of_day(date(2026, 3, 5), "")


def test_a_promise_with_an_hour_means_that_hour() -> None:
    assert read(dispatch_by="2026-03-05T12:00").dispatch_by == datetime(2026, 3, 5, 4, tzinfo=UTC)


@pytest.mark.parametrize(("written", "code"), [("br", "BR"), ("Germany", "DE"), ("巴西", "BR"), ("UK", "GB"), ("", "")])
def test_a_country_is_known_by_code_or_name(written: str, code: str) -> None:
    assert read(destination=written).destination == code


def test_of_a_phone_no_more_than_four_digits_are_kept() -> None:
    assert last4("+86 138-0013-8000") == "8000"
    with pytest.raises(BadInput, match="leading zeros"):
        last4("12")


@pytest.mark.parametrize(("written", "value"), [("¥1,299.00", 1299.0), ("12", 12.0), ("", 0.0), ("0", 0.0)])
def test_an_amount_is_read_as_shops_write_it(written: str, value: float) -> None:
    assert worth(written) == value


@pytest.mark.parametrize("written", ["-1", "nan", "inf", "much", "1e300"])
def test_what_is_no_amount_is_refused(written: str) -> None:
    with pytest.raises(BadInput):
        worth(written)


def test_tags_are_split_and_kept_once() -> None:
    assert tags_of("vip; gift，vip") == ("vip", "gift")
    assert read(tag=["a", "b"]).tags == ("a", "b")


def test_a_cell_that_is_too_long_is_refused() -> None:
    assert "longer" in refused(order="x" * 201)


def test_headings_are_known_however_they_are_written_and_as_mapped() -> None:
    assert columns(["Number", " customer-name ", "备注"], {}) == {
        "Number": "number",
        " customer-name ": "customer_name",
    }
    assert columns(["快递单号"], {"快递单号": "number"}) == {"快递单号": "number"}


def test_a_mapping_to_no_column_is_refused_with_the_one_that_was_meant() -> None:
    with pytest.raises(BadInput, match="did you mean 'number'"):
        columns([], {"快递单号": "numbr"})
    with pytest.raises(BadInput, match="two columns"):
        columns(["number", "单号"], {"单号": "number"})


anything = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.floats(),
    st.text(),
    st.lists(st.text()),
    st.dictionaries(st.text(), st.none()),
)


@given(st.dictionaries(st.sampled_from(COLUMNS), anything))
def test_whatever_a_row_holds_it_is_a_valid_parcel_or_refused(row: dict[str, object]) -> None:
    try:
        parcel = INTAKE.parcel(row, NOW)
    except BadInput:
        return
    assert number_of(parcel.number) == parcel.number
    assert parcel.courier in INTAKE.accounts
    assert not any(at and at.tzinfo is None for at in (parcel.shipped_at, parcel.promised_by, parcel.dispatch_by))


@given(st.text(), st.sampled_from(COLUMNS))
def test_a_cell_is_one_line_of_text_that_can_be_stored(text: str, name: str) -> None:
    try:
        read = cell(name, text)
    except BadInput:
        return
    read.encode()
    assert "\n" not in read
