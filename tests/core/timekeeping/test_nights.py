"""The two nights of the year on which local clocks are set: nothing comes twice, nothing is left out."""

from __future__ import annotations

import itertools
from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest

from parcelwatch.core.report import Daily, day_due

NIGHTS = {
    "Europe/Berlin": (datetime(2026, 3, 28, 12, tzinfo=UTC), datetime(2026, 10, 24, 12, tzinfo=UTC)),
    "America/New_York": (datetime(2026, 3, 7, 12, tzinfo=UTC), datetime(2026, 10, 31, 12, tzinfo=UTC)),
    "Australia/Lord_Howe": (datetime(2026, 4, 4, 3, tzinfo=UTC), datetime(2026, 10, 3, 3, tzinfo=UTC)),
    "Asia/Kolkata": (datetime(2026, 3, 28, 12, tzinfo=UTC),),
}


@pytest.mark.parametrize("at", [time(1, 30), time(2, 30), time(18)], ids=str)
@pytest.mark.parametrize("zone", NIGHTS)
def test_each_local_day_has_one_report_though_its_clock_is_set(zone: str, at: time) -> None:
    there = ZoneInfo(zone)
    for start in NIGHTS[zone]:
        told = [start.astimezone(there).date() - timedelta(days=1)]
        for minutes in range(0, 48 * 60, 10):
            day = day_due(Daily("ops", at), there, told[-1].isoformat(), start + timedelta(minutes=minutes))
            told += [day] if day else []
        days = [other - one for one, other in itertools.pairwise(told)]
        assert days == [timedelta(days=1)] * len(days)
        assert len(days) in {2, 3}
