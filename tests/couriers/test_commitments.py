"""Which of a courier's dates are commitments: a day that no forecast moves. All others are estimates."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from parcelwatch.couriers.shared.times import committed
from parcelwatch.model import Answered
from tests.couriers.recorded import fixtures, iso, tracked
from tests.couriers.test_spoiled_times import ALL, reread

COMMITTING = {"fedex", "ups", "usps", "easypost", "declared"}


@pytest.mark.parametrize(
    ("api", "name", "day"),
    [
        ("fedex", "moving", "2026-03-05"),
        ("fedex", "window_of_hours", "2026-03-04"),
        ("fedex", "expected_day_in_the_dates", None),
        ("ups", "moving", "2026-03-05"),
        ("ups", "rescheduled_to_a_day", "2026-03-05"),
        ("usps", "expected_and_guaranteed_days", "2026-03-05"),
        ("usps", "batched_moving", None),
        ("easypost", "moving", None),
    ],
)
def test_a_commitment_is_the_end_of_its_day_whatever_is_expected_now(api: str, name: str, day: str | None) -> None:
    found = tracked(ALL[api, name].read()[0]).commitment
    if day is None:
        assert found is None
        return
    assert found is not None
    # By any clock on earth the day is over then, or about to be.
    assert 0 <= (found - datetime.fromisoformat(day).replace(tzinfo=UTC)).total_seconds() - 12 * 3600 <= 25 * 3600


def test_what_a_carrier_guarantees_comes_through_easypost() -> None:
    found = reread(ALL["easypost", "moving"], {"guaranteed_delivery_date": "2026-03-06T00:00:00Z"}).commitment
    assert found is not None
    assert iso(found)[:10] in {"2026-03-06", "2026-03-07"}


def test_everybody_else_only_estimates() -> None:
    said = [(one.api, told) for one in fixtures() if one.told.get("expected") for told in one.read()]
    assert {api for api, told in said if isinstance(told, Answered) and told.commitment} <= COMMITTING


@pytest.mark.parametrize(
    ("stamp", "end"),
    [
        ("2026-03-05", "2026-03-05T23:59:59+00:00"),
        ("2026-03-05T10:30:00", "2026-03-05T23:59:59+00:00"),
        ("2026-03-05T10:30:00-05:00", "2026-03-06T04:59:59+00:00"),
        ("2026-03-05T24:00:00", "2026-03-05T23:59:59+00:00"),
        ("by noon", None),
        ("", None),
    ],
)
def test_a_commitment_is_kept_as_the_end_of_its_day(stamp: str, end: str | None) -> None:
    found = committed(stamp, "GB")
    assert (found.isoformat() if found else None) == end
