"""Histories read from files: what is understood, what is left out, and that one bad line spoils no other."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final
from zoneinfo import ZoneInfo

import pytest

from parcelwatch import couriers
from parcelwatch.core.past.histories import History
from parcelwatch.core.policy import Policy
from parcelwatch.couriers.base import Coded
from parcelwatch.errors import BadInput
from parcelwatch.model import Cause, Milestone
from parcelwatch.past import histories
from parcelwatch.past.histories import Fault, Reader, read_records
from parcelwatch.verbs import columns
from parcelwatch.verbs.columns import Columns, NoScans
from parcelwatch.verbs.records import open_source, records

WHOLE: Final = {
    "number": "AB12345678",
    "courier": "fedex",
    "company": "",
    "order": "A-1",
    "origin": "BR-SP",
    "destination": "BR-RJ",
    "announced_at": "2026-03-01T10:00:00Z",
    "promised_by": "2026-03-10",
    "dispatch_by": "2026-03-03T20:00:00Z",
    "checkpoints": [
        {"occurred_at": "2026-03-02T10:00:00Z", "milestone": "picked_up"},
        {"occurred_at": "2026-03-04T10:00:00+08:00", "seen_at": "2026-03-05T00:00:00Z", "text": "Package damaged"},
        {"occurred_at": "2026-03-06T10:00:00Z", "milestone": "delivered", "place": "Rio"},
    ],
    "complaints": [{"at": "2026-03-05T12:00:00Z"}],
    "outcome": {"delivered_at": "2026-03-06T10:00:00Z"},
}


def at(written: str) -> datetime:
    return datetime.fromisoformat(written).replace(tzinfo=UTC)


def told(tmp_path: Path, text: str, name: str = "h.jsonl", reader: Reader | None = None) -> tuple[list[Any], list[Any]]:
    """The histories of a file of this text, and its faults."""
    path, faults = tmp_path / name, list[Fault]()
    path.write_text(text, encoding="utf-8")
    source = open_source(str(path))
    return list(read_records(records(source), reader or Reader(), faults.append, histories.columns(source))), faults


def one(tmp_path: Path, row: dict[str, Any], reader: Reader | None = None) -> History:
    (history,), faults = told(tmp_path, json.dumps(row), reader=reader)
    assert not faults
    assert isinstance(history, History)
    return history


def test_a_line_of_json_is_one_parcel_with_all_that_was_heard_of_it(tmp_path: Path) -> None:
    history = one(tmp_path, WHOLE)
    assert (history.number, history.courier, history.order) == ("AB12345678", "fedex", "A-1")
    assert (history.announced_at, history.dispatch_by) == (at("2026-03-01 10:00"), at("2026-03-03 20:00"))
    assert history.complaints == (at("2026-03-05 12:00"),)
    assert history.delivered_at == at("2026-03-06 10:00")
    assert [entry.checkpoint.milestone for entry in history.checkpoints] == ["picked_up", "exception", "delivered"]
    assert [entry.seen_at for entry in history.checkpoints] == [
        at("2026-03-02 10:00"),
        at("2026-03-05 00:00"),
        at("2026-03-06 10:00"),
    ]


def test_two_regions_of_a_country_are_at_home_and_a_promised_day_lasts_to_its_end_there(tmp_path: Path) -> None:
    history = one(tmp_path, WHOLE)
    assert (history.origin, history.destination) == ("BR-SP", "BR-RJ")
    assert "domestic" in Policy().threshold("stalled", history.parcel()).line
    assert history.promised_by == at("2026-03-11 02:59:59")
    assert history.late is False


def test_a_code_means_what_it_means_to_its_courier_and_an_unknown_one_nothing(tmp_path: Path) -> None:
    scans = [{"occurred_at": "2026-03-02T10:00Z", "code": "PU"}, {"occurred_at": "2026-03-03T10:00Z", "code": "??"}]
    history = one(
        tmp_path, {"number": "AB12345678", "courier": "mine", "checkpoints": scans}, Reader(apis={"mine": "fedex"})
    )
    assert [entry.checkpoint.milestone for entry in history.checkpoints] == [Milestone.PICKED_UP, Milestone.UNKNOWN]


@pytest.mark.parametrize("api", [name for name, each in couriers.load().items() if isinstance(each, Coded)])
def test_an_adapter_with_codes_tells_deliveries_by_them(api: str) -> None:
    adapter = couriers.load()[api]
    assert isinstance(adapter, Coded)
    assert Milestone.DELIVERED in {milestone for milestone, _ in adapter.codes.values()}


def test_a_milestone_that_is_named_stands_whatever_its_text_says(tmp_path: Path) -> None:
    scans = [
        {"occurred_at": "2026-03-02T10:00Z", "milestone": "exception", "text": "Package damaged"},
        {"occurred_at": "2026-03-03T10:00Z", "milestone": "in_transit", "text": "Your parcel was delivered"},
        {"occurred_at": "2026-03-04T10:00Z", "text": "Arrived at facility"},
    ]
    history = one(tmp_path, {"number": "AB12345678", "courier": "x", "checkpoints": scans})
    assert [entry.checkpoint.milestone for entry in history.checkpoints] == ["exception", "in_transit", "in_transit"]
    assert history.checkpoints[0].checkpoint.cause is Cause.DAMAGED
    assert history.delivered_at is None


def test_an_arrival_that_no_scan_tells_was_heard_when_it_came(tmp_path: Path) -> None:
    row = {"number": "AB12345678", "courier": "x", "announced_at": "2026-03-01T00:00Z"}
    history = one(tmp_path, {**row, "outcome": {"delivered_at": "2026-03-04T10:00Z"}})
    assert [(e.checkpoint.milestone, e.seen_at) for e in history.checkpoints] == [("delivered", at("2026-03-04 10:00"))]


def test_times_without_an_offset_are_the_readers(tmp_path: Path) -> None:
    row = {"number": "AB12345678", "courier": "x", "announced_at": "2026-03-01T08:00"}
    assert one(tmp_path, row, Reader(ZoneInfo("Asia/Shanghai"))).announced_at == at("2026-03-01 00:00")


def test_a_bad_line_is_named_with_its_reason_and_the_rest_goes_on(tmp_path: Path) -> None:
    bad = [
        "nonsense",
        "[]",
        "{}",
        '{"number": "AB12345678"}',
        '{"number": "7.7E+14", "announced_at": "2026-03-01T00:00Z"}',
        '{"number": "AB12345678", "checkpoints": [{"occurred_at": "soon"}]}',
        '{"number": "AB12345678", "checkpoints": [{"occurred_at": "2026-03-01T00:00Z", "milestone": "lost"}]}',
        '{"number": "AB12345678", "checkpoints": [{"occurred_at": 1772000000, "milestone": "delivered"}]}',
        '{"number": "AB12345678", "checkpoints": [{"occurred_at": "9999-12-31T23:59-12:00"}]}',
        '{"number": "AB12345678", "checkpoints": {"a": 1}}',
        '{"number": "AB12345678", "checkpoints": ["x"]}',
        '{"number": "AB12345678", "checkpoints": [{"occurred_at": "2026-03-01T00:00Z", "text": {}}]}',
    ]
    found, faults = told(tmp_path, "\n".join([*bad, json.dumps(WHOLE)]))
    assert [history.number for history in found] == ["AB12345678"]
    assert [fault.line for fault in faults] == list(range(1, len(bad) + 1))
    assert all(fault.refused and fault.reason for fault in faults)


def test_a_cell_that_cannot_be_read_is_left_out_and_said(tmp_path: Path) -> None:
    bad = {
        "origin": "Narnia",
        "destination": {},
        "promised_by": "some day",
        "complaints": [{"at": 5}],
        "outcome": "good",
    }
    worse = {"courier": [1], "service": {"a": 1}, "tag": {}, "announced_at": [], "postal_code": "x" * 999}
    (history,), faults = told(tmp_path, json.dumps({**WHOLE, **bad, **worse}))
    assert (history.origin, history.promised_by, history.complaints, history.courier) == ("", None, (), "")
    assert {fault.reason.split()[0] for fault in faults} == {*bad, *worse}
    assert not any(fault.refused for fault in faults)


# --- tables --------------------------------------------------------------------------------------

TABLE: Final = """\
order_id,Tracking number,order_purchase_timestamp,order_delivered_carrier_date,Out for delivery,delivered_at,\
order_estimated_delivery_date,complaint_date,review_score
1,AB12345678,2026-03-01 10:00:00,2026-03-02 09:00:00,,2026-03-05 12:00:00,2026-03-10,2026-03-06 08:00,5
2,AB12345679,2026-03-01 10:00:00,,,,2026-03-10,,1
"""


def test_a_table_has_a_column_for_each_milestone_under_whatever_name_is_usual(tmp_path: Path) -> None:
    (first, second), faults = told(tmp_path, TABLE, "h.csv")
    assert not faults
    assert (first.order, first.announced_at) == ("1", at("2026-03-01 10:00"))
    assert [entry.checkpoint.milestone for entry in first.checkpoints] == ["picked_up", "delivered"]
    assert (first.delivered_at, first.complaints) == (at("2026-03-05 12:00"), (at("2026-03-06 08:00"),))
    assert (second.checkpoints, second.delivered_at, second.late) == ((), None, True)


def test_columns_that_say_nothing_are_named() -> None:
    assert Columns.of(TABLE.splitlines()[0].split(",")).unread == ("review_score",)


def test_a_carrier_is_a_courier_and_its_date_a_pickup() -> None:
    means = Columns.of(["number", "Carrier", "carrier date", "delivered"]).means
    assert (means["Carrier"], means["carrier date"]) == ("courier", "picked_up")


def test_no_name_means_two_columns() -> None:
    names = [name for listed in columns._OTHER_NAMES.values() for name in listed.split()]
    assert len(names) == len(set(names))


def test_what_the_shop_handed_over_was_picked_up_where_no_column_says_more() -> None:
    assert Columns.of(["number", "shipped_at", "delivered"]).means["shipped_at"] == "picked_up"
    assert Columns.of(["number", "shipped_at", "picked up"]).means["shipped_at"] == "shipped"


def test_a_table_without_numbers_or_milestones_says_which_are_missing() -> None:
    with pytest.raises(BadInput, match='no column is called number: numbr .did you mean "number".., delivered'):
        Columns.of(["numbr", "delivered"])
    with pytest.raises(NoScans, match='no column holds scans: number, ordered_at, delivred .did you mean "delivered"'):
        Columns.of(["number", "ordered_at", "delivred"])
