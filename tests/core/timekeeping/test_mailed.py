"""A time as mail and HTTP write it, whatever a stranger put in its place."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from parcelwatch.core.timekeeping.mailed import mailed


@pytest.mark.parametrize("zone", ["GMT", "+0000", "-0000", ""])
def test_a_time_is_read_in_utc(zone: str) -> None:
    assert mailed(f"Tue, 19 Jan 2038 03:14:08 {zone}") == datetime(2038, 1, 19, 3, 14, 8, tzinfo=UTC)


@pytest.mark.parametrize(
    "text",
    [
        *("", "soon", "Mon, 01 Jan 2026", "0" * 5000),
        *("Fri, 31 Dec 9999 23:59:59 GMT", "Fri, 31 Dec 9999 23:59:59 -0900", "Mon, 01 Jan 1900 00:00:00 +0900"),
        *("Mon, 01 Jan 2026 00:00:00 +99999999999999999999", "Mon, 99999999999999999999 Jan 2026 00:00:00 GMT"),
    ],
)
def test_what_is_no_time_of_this_century_is_none(text: str) -> None:
    assert mailed(text) is None
