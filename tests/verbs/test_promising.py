"""What the rows of one file promise of one order: one day for all its parcels, said once, and nothing new next time."""

from __future__ import annotations

import io
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from parcelwatch.core.policy import Policy
from parcelwatch.core.rows.intake import Intake
from parcelwatch.core.thresholds import Threshold
from parcelwatch.duration import parse
from parcelwatch.ingest import Heard, assess_due, ingest
from parcelwatch.model import Answered, Checkpoint, Milestone
from parcelwatch.store import Store, orders, parcels
from parcelwatch.verbs import importing, surveying
from parcelwatch.verbs.promising import MOST_WARNED
from parcelwatch.verbs.records import open_source, records
from tests.databases import blank

NOW = datetime(2026, 11, 28, 9, 0, tzinfo=UTC)
HOUR = timedelta(hours=1)
POLICY = Policy(
    profile="china",
    thresholds={"late": Threshold(parse("0h"), None, "config.toml:9")},
    channels=("ops",),
    draft_channel="ops",
)
READER = Intake({"my_dhl": "dhl"}, ZoneInfo("Asia/Shanghai"), importing.end_of_day, lambda text: text.upper())
HEAD = "number,courier,order,promised_by,destination,customer_name,customer_contact\n"
ONE, OTHER = "00340434161094042557", "00340434161094042564"
SOON = f"{ONE},my_dhl,1001,2026-11-27,BR,Ann,ann@example.com\n"
LATER = f"{OTHER},my_dhl,1001,2026-12-02,BR,Ann,ann@example.com\n"
HELD = datetime(2026, 11, 28, 4, 59, 59, tzinfo=UTC)
"""The end of the earlier day, where Brazil lies farthest to the west."""


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with Store.open(blank(tmp_path / "watch.db")) as opened:
        yield opened


def taken(store: Store, folder: Path, text: str, at: datetime = NOW) -> importing.Result:
    file = folder / "rows.csv"
    file.write_text(text, encoding="utf-8")
    source = open_source(str(file), io.BytesIO(), "csv", "")
    promised = surveying.promises(source, READER, {}, None, at)
    refused: list[importing.Rejected] = []
    result = importing.take(
        store, records(source), READER, POLICY, at, source=str(file), promised=promised, refused=refused.append
    )
    assert refused == []
    return result


def deadlines(store: Store) -> dict[str, datetime | None]:
    return {number: parcels.find(store, number)[0].promised_by for number in (ONE, OTHER)}


def judged(store: Store, at: datetime) -> None:
    """Both are on their way, as their courier says, and looked at."""
    moving = Answered("", (Checkpoint(NOW - 9 * HOUR, NOW - 9 * HOUR, Milestone.IN_TRANSIT, text="on its way"),))
    with store.transaction():
        ingest(store, [Heard(parcels.find(store, number)[0].id, moving, at) for number in (ONE, OTHER)], POLICY)
        assess_due(store, POLICY, at)


def kept(store: Store) -> dict[str, list[tuple[Any, ...]]]:
    """All that was ever said, and how it stands."""
    return {name: store.all(f"SELECT * FROM {name}") for name in ("case_events", "cases", "drafts", "alerts", "orders")}


@pytest.mark.parametrize("rows", [SOON + LATER, LATER + SOON], ids=["earlier first", "later first"])
def test_two_days_of_one_order_are_its_earlier_one_and_the_same_file_changes_nothing_again(
    store: Store, tmp_path: Path, rows: str
) -> None:
    first = taken(store, tmp_path, HEAD + rows)
    assert (first.added, deadlines(store)) == (2, {ONE: HELD, OTHER: HELD})
    lines = ("line 2", "line 3") if rows.startswith(SOON) else ("line 3", "line 2")
    said = f"order 1001: promised_by is 2026-11-27 in {lines[0]} and 2026-12-02 in {lines[1]}"
    assert [text.startswith(said) for text in first.warnings] == [True]
    judged(store, NOW + HOUR)
    before = kept(store)
    assert [row[0] for row in store.all("SELECT kind FROM cases")] == ["late", "late"]
    for hours in (2, 3):
        again = taken(store, tmp_path, HEAD + rows, NOW + hours * HOUR)
        assert (again.added, again.updated, again.unchanged, len(again.warnings)) == (0, 0, 2, 1)
        with store.transaction():
            assess_due(store, POLICY, NOW + hours * HOUR)
        assert kept(store) == before


def test_a_promise_that_really_changed_is_still_taken(store: Store, tmp_path: Path) -> None:
    taken(store, tmp_path, HEAD + SOON + LATER)
    changed = taken(store, tmp_path, HEAD + (SOON + LATER).replace("2026-11-27", "2026-12-02"))
    assert (changed.updated > 0, changed.warnings) == (True, [])
    assert set(deadlines(store).values()) == {HELD + timedelta(days=5)}
    assert taken(store, tmp_path, HEAD + SOON).updated == 1
    assert set(deadlines(store).values()) == {HELD}


def test_rows_far_apart_are_made_one_as_well_and_a_row_that_says_nothing_contradicts_none(
    store: Store, tmp_path: Path
) -> None:
    between = "".join(f"JJD00000{number},my_dhl,B-{number},2026-12-09,BR,,\n" for number in range(2000, 2600))
    silent = "JJD0000030001,my_dhl,1001,,BR,,\n"
    rows = HEAD + LATER + between + silent + SOON
    assert len(taken(store, tmp_path, rows).warnings) == 1
    assert deadlines(store) == {ONE: HELD, OTHER: HELD}
    again = taken(store, tmp_path, rows)
    assert (again.updated, again.unchanged) == (0, 603)


def test_a_parcel_with_several_orders_keeps_the_days_of_each(store: Store, tmp_path: Path) -> None:
    rows = HEAD + SOON.replace("1001", "1001;1002") + LATER
    for _ in range(2):
        taken(store, tmp_path, rows)
        assert [orders.show(store, number)["promised_by"] for number in ("1001", "1002")] == [
            "2026-11-28T04:59:59Z"
        ] * 2
    later = HEAD + SOON + LATER.replace("1001", "1001;1002")
    taken(store, tmp_path, later)
    assert orders.show(store, "1001")["promised_by"] == "2026-11-28T04:59:59Z"
    assert orders.show(store, "1002")["promised_by"] == "2026-12-03T04:59:59Z"


def test_the_end_of_one_day_in_two_countries_is_one_promise_without_a_warning(store: Store, tmp_path: Path) -> None:
    rows = HEAD + SOON + SOON.replace(ONE, OTHER).replace("BR", "JP")
    first, again = taken(store, tmp_path, rows), taken(store, tmp_path, rows)
    assert (first.warnings, again.updated, len(set(deadlines(store).values()))) == ([], 0, 1)


def test_a_row_that_is_passed_over_promises_nothing(store: Store, tmp_path: Path) -> None:
    first = taken(store, tmp_path, HEAD + LATER + SOON.replace(ONE, OTHER))
    assert ["named in line 2 already" in text for text in first.warnings] == [True]
    assert parcels.find(store, OTHER)[0].promised_by == HELD + timedelta(days=5)


def test_many_orders_that_differ_are_named_up_to_a_number(store: Store, tmp_path: Path) -> None:
    pairs = [
        f"JJD000{order}{place},my_dhl,C-{order},2026-12-0{place},,,\n"
        for order in range(1000, 1030)
        for place in (1, 2)
    ]
    warned = taken(store, tmp_path, HEAD + "".join(pairs)).warnings
    assert len(warned) == MOST_WARNED + 1
    assert warned[-1].startswith("10 more orders")
