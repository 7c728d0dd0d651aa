"""A row of a list of complaints: what is read of it, what is left out, and why it is refused."""

from __future__ import annotations

from contextlib import suppress
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from parcelwatch.core.rows.complaints import COLUMNS, Complaint, Reader, columns
from parcelwatch.errors import BadInput

NOW = datetime(2026, 3, 2, 8, 0, tzinfo=UTC)
SHANGHAI = ZoneInfo("Asia/Shanghai")
READER = Reader(SHANGHAI)


def read(reader: Reader = READER, **row: object) -> Complaint:
    return reader.read({"at": "2026-03-01 10:00", **row}, NOW)


def test_a_time_without_a_zone_is_the_shop_s() -> None:
    assert read(order="A-1").at == datetime(2026, 3, 1, 2, 0, tzinfo=UTC)


def test_a_day_without_an_hour_counts_from_its_beginning() -> None:
    complaint = read(order="A-1", at="2026-03-01")
    assert (complaint.at, complaint.dated) == (datetime(2026, 2, 28, 16, 0, tzinfo=UTC), True)


def test_a_number_as_spreadsheets_write_it_is_read_as_in_parcels() -> None:
    complaint = read(number='="sf 1234 567890"', order="A-1; A-2")
    assert (complaint.number, complaint.orders) == ("SF1234567890", ("A-1", "A-2"))


@pytest.mark.parametrize(
    ("row", "why"),
    [
        ({}, "names neither an order nor a parcel"),
        ({"order": "-"}, "names neither an order nor a parcel"),
        ({"number": "7.7E+14"}, "a spreadsheet rounded"),
        ({"order": "A-1", "at": ""}, "does not say when"),
        ({"order": "A-1", "at": "soon"}, "is no time"),
        ({"order": "A-1", "at": "2027-01-01"}, "still to come"),
        ({"order": "A-1", "at": "03/04/2025"}, "may be 2025-03-04 or 2025-04-03"),
    ],
)
def test_what_cannot_be_kept_is_refused_with_the_reason(row: dict[str, object], why: str) -> None:
    with pytest.raises(BadInput, match=why):
        READER.read({"at": "2026-03-01 10:00", **row}, NOW)


def test_a_spoiled_number_beside_an_order_is_left_out() -> None:
    complaint = read(order="A-1", number="7.7E+14")
    assert (complaint.number, [each.column for each in complaint.spoiled]) == ("", ["number"])


@pytest.mark.parametrize("kind", ["late", "Where is it", "催派件", "物流-丢件", "WISMO / where is my order"])
def test_a_label_is_kept(kind: str) -> None:
    assert read(order="A-1", kind=kind).kind == kind


@pytest.mark.parametrize(
    "kind",
    [
        "Hello, this is Ann Lee, where is my lamp",
        "ann@example.org",
        "call 13912345678",
        "139-1234-5678",
        "Not here. Ann",
        "我是王小明。包裹还没有到",
        "order 100235 late",
        "x" * 41,
    ],
)
def test_what_a_buyer_wrote_is_no_label(kind: str) -> None:
    complaint = read(order="A-1", kind=kind)
    assert (complaint.kind, [each.column for each in complaint.spoiled]) == ("", ["kind"])


def test_what_a_buyer_wrote_is_read_only_where_it_is_asked_for() -> None:
    said = "I am Ann Lee, 5 Elm Street. Where is my lamp?"
    assert read(order="A-1", text=said).text == ""
    assert read(Reader(SHANGHAI, texts=True), order="A-1", text=said).text == said


ROWS = st.dictionaries(st.sampled_from(COLUMNS), st.none() | st.integers() | st.text(max_size=60) | st.booleans())


@given(ROWS)
def test_whatever_a_row_holds_it_is_read_or_refused(row: dict[str, object]) -> None:
    with suppress(BadInput):
        complaint = Reader(SHANGHAI, texts=True).read(row, NOW)
        assert complaint.number or complaint.orders


def test_headings_of_helpdesks_and_of_chinese_shops_are_known() -> None:
    assert columns(["Created at", "Order number", "Category"], {}) == {
        "Created at": "at",
        "Order number": "order",
        "Category": "kind",
    }
    assert list(columns(["创建时间", "订单编号", "快递单号", "投诉类型"], {}).values()) == [
        "at",
        "order",
        "number",
        "kind",
    ]
    with pytest.raises(BadInput, match="two columns of the file mean at"):
        columns(["time", "date"], {})
