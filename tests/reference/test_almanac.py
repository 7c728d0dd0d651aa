"""The world's days and zones, from the real libraries: what our calendar is to make of them."""

from __future__ import annotations

import subprocess
import sys
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from holidays import list_supported_countries

from parcelwatch.core.timekeeping.calendar import Calendar
from parcelwatch.core.timekeeping.clockwork import Reason
from parcelwatch.duration import parse
from parcelwatch.reference.almanac import ALMANAC

CALENDAR = Calendar(ALMANAC)


def at(zone: str, written: str) -> datetime:
    return datetime.fromisoformat(written).replace(tzinfo=ZoneInfo(zone)).astimezone(UTC)


@pytest.mark.parametrize(
    ("place", "zone", "start", "duration", "end"),
    [
        # Good Friday and Easter Monday.
        (("DE", ""), "Europe/Berlin", "2026-04-02 17:00", "1bd", "2026-04-07 17:00"),
        (("GB", "ENG"), "Europe/London", "2026-04-02 17:00", "1bd", "2026-04-07 17:00"),
        (("GB", "SCT"), "Europe/London", "2026-04-02 17:00", "1bd", "2026-04-06 17:00"),
        # Most of it has Easter Monday off.
        (("GB", ""), "Europe/London", "2026-04-02 17:00", "1bd", "2026-04-07 17:00"),
        (("DE", "BY"), "Europe/Berlin", "2026-06-03 12:00", "1bd", "2026-06-05 12:00"),
        (("DE", "BE"), "Europe/Berlin", "2026-06-03 12:00", "1bd", "2026-06-04 12:00"),
        # Spring Festival, with the Saturdays before and after it that make up for it.
        (("CN", ""), "Asia/Shanghai", "2026-02-13 12:00", "1bd", "2026-02-14 12:00"),
        (("CN", ""), "Asia/Shanghai", "2026-02-14 12:00", "1bd", "2026-02-24 12:00"),
        (("CN", ""), "Asia/Shanghai", "2026-02-27 12:00", "1bd", "2026-02-28 12:00"),
        (("CN", ""), "Asia/Shanghai", "2026-02-28 12:00", "1bd", "2026-03-02 12:00"),
        # Hours stand still over the festival, and over no other one.
        (("CN", ""), "Asia/Shanghai", "2026-02-14 12:00", "48h", "2026-02-25 12:00"),
        (("CN", ""), "Asia/Shanghai", "2025-01-27 18:00", "48h", "2025-02-06 18:00"),
        (("CN", ""), "Asia/Shanghai", "2026-09-30 12:00", "48h", "2026-10-02 12:00"),
        # Weekends are not the same everywhere.
        (("IL", ""), "Asia/Jerusalem", "2026-02-05 12:00", "1bd", "2026-02-08 12:00"),
        (("HK", ""), "Asia/Hong_Kong", "2026-02-06 12:00", "1bd", "2026-02-07 12:00"),
        (("US", "CA"), "America/Los_Angeles", "2026-02-01 17:00", "1bd", "2026-02-03 00:00"),
        # Clocks change in these nights.
        (("US", "NY"), "America/New_York", "2026-03-06 17:00", "1bd", "2026-03-09 17:00"),
        (("US", "NY"), "America/New_York", "2026-10-30 17:00", "1bd", "2026-11-02 17:00"),
        (("DE", ""), "Europe/Berlin", "2026-03-27 17:00", "1bd", "2026-03-30 17:00"),
        (("DE", ""), "Europe/Berlin", "2026-10-23 17:00", "1bd", "2026-10-26 17:00"),
        # Nobody knows that country's days: Saturday and Sunday, by UTC.
        (("XX", ""), "UTC", "2026-02-06 17:00", "1bd", "2026-02-09 17:00"),
        (("XX", "YY"), "UTC", "2026-02-06 17:00", "1bd", "2026-02-09 17:00"),
        (("DE", "QQ"), "Europe/Berlin", "2026-04-02 17:00", "1bd", "2026-04-07 17:00"),
    ],
)
def test_business_days_of_a_place(place: tuple[str, str], zone: str, start: str, duration: str, end: str) -> None:
    assert CALENDAR.at(*place).add(at(zone, start), parse(duration)) == at(zone, end)


def test_without_a_region_a_weekend_lasts_until_it_is_over_in_every_zone() -> None:
    friday = at("America/New_York", "2026-02-06 17:00")
    (weekend,) = CALENDAR.at("US").skipped(friday, friday + timedelta(days=5))
    assert weekend.from_ == at("America/New_York", "2026-02-07 00:00")
    assert weekend.to == at("Pacific/Honolulu", "2026-02-09 00:00")


def test_holidays_have_english_names_whatever_the_country_speaks() -> None:
    for country, day, name in (
        ("DE", "2026-04-03", "Good Friday"),
        ("CN", "2026-10-01", "National Day"),
        ("HK", "2026-10-01", "National Day"),
        ("FR", "2026-07-14", "National Day"),
    ):
        assert name in ALMANAC.year(country, "", 2026).off[date.fromisoformat(day)]


def test_the_spring_festival_is_a_standstill_with_the_days_off_around_it() -> None:
    still = ALMANAC.year("CN", "", 2026).standstill
    assert (min(still), max(still), len(still)) == (date(2026, 2, 15), date(2026, 2, 23), 9)
    assert set(still.values()) == {"Chinese New Year"}


def test_a_festival_and_what_stands_still_is_told_apart() -> None:
    start = at("Asia/Shanghai", "2026-02-14 12:00")
    skips = CALENDAR.at("CN").skipped(start, start + timedelta(days=10), "h")
    assert [(skip.why, skip.name) for skip in skips] == [(Reason.HOLIDAY, "Chinese New Year")]


@pytest.mark.parametrize("year", [1, 1850, 1999, 2026, 2100, 2101, 9999])
def test_every_country_has_days_in_every_year(year: int) -> None:
    for country in ("CN", "DE", "US", "SA", "NP"):
        off = ALMANAC.year(country, "", year).off
        assert all(day.year == year for day in off)
        assert len(off) >= 50


def test_every_country_of_the_library_has_zones_and_a_clock() -> None:
    start = datetime(2026, 3, 2, tzinfo=UTC)
    for country in list_supported_countries(include_aliases=False):
        assert ALMANAC.zones(country, "") or country in {"BV", "HM"}, "nobody lives there"
        assert CALENDAR.at(country).add(start, parse("5bd")) > start + timedelta(days=4)


def test_every_region_with_zones_of_its_own_lies_in_its_country() -> None:
    for country in ("US", "CA", "AU", "BR"):
        known = set(ALMANAC.zones(country, ""))
        assert ALMANAC.regions(country)
        for region in ALMANAC.regions(country):
            assert set(ALMANAC.zones(country, region)) <= known, region
        # Nobody of the country is left out, but for islands and stations.
        named = {zone for region in ALMANAC.regions(country) for zone in ALMANAC.zones(country, region)}
        offsets = {datetime(2026, 1, 1, tzinfo=zone).utcoffset() for zone in named}
        assert {datetime(2026, 1, 1, tzinfo=zone).utcoffset() for zone in known} - offsets <= {timedelta(hours=11)}


@pytest.mark.parametrize(
    ("name", "code"),
    [("DE", "DE"), ("de", "DE"), ("Germany", "DE"), ("uk", "GB"), ("South  Korea", "KR"), ("Nowhere", ""), ("", "")],
)
def test_countries_are_known_by_code_and_english_name(name: str, code: str) -> None:
    assert ALMANAC.country(name) == code


def test_the_edition_names_the_versions_of_the_data() -> None:
    assert ALMANAC.edition.startswith("holidays ")
    assert ", tzdata " in ALMANAC.edition
    assert CALENDAR.edition == ALMANAC.edition


def test_nothing_is_loaded_before_a_day_is_asked_for() -> None:
    code = """
import sys
from parcelwatch.reference.almanac import ALMANAC
from parcelwatch.core.timekeeping.calendar import Calendar
from parcelwatch.core.policy import Policy
assert Policy(calendar=Calendar(ALMANAC)).policy_id
assert "holidays" not in sys.modules
"""
    subprocess.run([sys.executable, "-c", code], check=True)
