"""Business time: clocks that stand still or run slow on some days of some place, and what they say of themselves.

A naive clock, which walks through time in quarters of an hour and looks at the date in every zone, must agree.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta, timezone, tzinfo
from fractions import Fraction
from zoneinfo import ZoneInfo

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from parcelwatch.core.timekeeping.calendar import Calendar, Dates, Peak, Remote, Stoppage, Weekends, Year, weekends
from parcelwatch.core.timekeeping.clockwork import Clock, Reason, Skip
from parcelwatch.core.timekeeping.whereabouts import Whereabouts
from parcelwatch.duration import BUSINESS_DAY, UNITS, Duration, parse
from parcelwatch.model import Parcel

CLOCK = Calendar().at()
FRIDAY = datetime(2025, 11, 7, 17, 0, tzinfo=UTC)
SATURDAY = datetime(2025, 11, 8, tzinfo=UTC)
MONDAY = datetime(2025, 11, 10, tzinfo=UTC)
HERE = Whereabouts("DE", "BY")
PARCEL = Parcel(1, "N1", "my_dhl", FRIDAY, company="sf", destination="CN-XZ", postal_code="85 0000")

times = st.timedeltas(timedelta(0), timedelta(days=5000)).map(lambda since: FRIDAY + since)
durations = st.builds(Duration, st.integers(0, 400), st.sampled_from(UNITS))
business = st.builds(Duration, st.integers(0, 400), st.just("bd"))


@dataclass(frozen=True, eq=False)
class Days(Weekends):
    """An almanac of one country, "DE": its zones, its holidays beside the weekends, and the Saturdays made up for."""

    named: Mapping[date, str] = field(default_factory=dict)
    worked: frozenset[date] = frozenset()
    still: Mapping[date, str] = field(default_factory=dict)
    there: tuple[str, ...] = ("Europe/Berlin",)
    festive: frozenset[str] = frozenset({"DE"})

    def zones(self, country: str, region: str) -> tuple[tzinfo, ...]:
        return tuple(map(ZoneInfo, self.there)) if country == "DE" else ()

    def year(self, country: str, region: str, year: int) -> Year:
        if country != "DE":
            return Year(weekends(year))
        off = {day: name for day, name in weekends(year).items() if day not in self.worked}
        named = {day: name for day, name in self.named.items() if day.year == year}
        return Year(off | named, {day: name for day, name in self.still.items() if day.year == year})


def at(zone: str, written: str) -> datetime:
    return datetime.fromisoformat(written).replace(tzinfo=ZoneInfo(zone)).astimezone(UTC)


def day(written: str) -> date:
    return date.fromisoformat(written)


# --- weekends alone ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("start", "duration", "end"),
    [
        (FRIDAY, "1bd", MONDAY.replace(hour=17)),
        (FRIDAY, "5bd", FRIDAY + timedelta(days=7)),
        (FRIDAY, "6bd", MONDAY.replace(hour=17) + timedelta(days=7)),
        (FRIDAY, "48h", FRIDAY + timedelta(hours=48)),
        (FRIDAY, "0bd", FRIDAY),
        (SATURDAY + timedelta(hours=30), "1bd", MONDAY + timedelta(days=1)),
        (SATURDAY, "0bd", SATURDAY),
        (SATURDAY, "5bd", SATURDAY + timedelta(days=7)),
        (MONDAY, "5bd", SATURDAY + timedelta(days=7)),
        (MONDAY, "1bd", MONDAY + timedelta(days=1)),
        (SATURDAY - timedelta(days=1), "1bd", SATURDAY),
    ],
)
def test_a_business_day_ends_when_a_day_of_work_has_passed(start: datetime, duration: str, end: datetime) -> None:
    assert CLOCK.add(start, parse(duration)) == end
    assert CLOCK.add(start, parse(duration)) == end


@given(times, times, durations)
def test_who_starts_later_is_never_done_earlier(one: datetime, other: datetime, duration: Duration) -> None:
    first, second = sorted((one, other))
    assert CLOCK.add(first, duration) <= CLOCK.add(second, duration)


@given(times, st.integers(0, 300), st.integers(0, 300), st.sampled_from(UNITS))
def test_a_longer_duration_never_ends_earlier(start: datetime, one: int, other: int, unit: str) -> None:
    shorter, longer = sorted((one, other))
    assert CLOCK.add(start, Duration(shorter, unit)) <= CLOCK.add(start, Duration(longer, unit))


@given(times, durations)
@example(FRIDAY, Duration(1, "bd"))
@example(MONDAY, Duration(5, "bd"))
def test_what_was_added_is_what_is_counted(start: datetime, duration: Duration) -> None:
    assert CLOCK.counted(start, CLOCK.add(start, duration), duration.unit) == duration.amount


@given(times, business.filter(lambda duration: duration.amount > 0))
def test_a_duration_ends_at_the_first_instant_that_counts_it_all(start: datetime, duration: Duration) -> None:
    just_before = CLOCK.add(start, duration) - timedelta(microseconds=1)
    assert CLOCK.counted(start, just_before, "bd") < duration.amount


@given(times, times)
def test_what_is_skipped_and_what_counts_make_up_the_whole(one: datetime, other: datetime) -> None:
    start, end = sorted((one, other))
    skipped = sum((skip.to - skip.from_ for skip in CLOCK.skipped(start, end)), timedelta(0))
    assert CLOCK.elapsed(start, end, "bd") + skipped == end - start


@given(times, times)
def test_skips_lie_inside_the_span_in_order(one: datetime, other: datetime) -> None:
    start, end = sorted((one, other))
    edges = [at for skip in CLOCK.skipped(start, end) for at in (skip.from_, skip.to)]
    assert edges == sorted(edges)
    assert all(start <= at <= end for at in edges)


def test_natural_hours_skip_nothing() -> None:
    assert CLOCK.skipped(FRIDAY, MONDAY, "h") == ()
    assert CLOCK.counted(FRIDAY, MONDAY, "h") == 55


def test_nothing_is_counted_backwards() -> None:
    assert CLOCK.counted(MONDAY, FRIDAY, "bd") == 0
    assert CLOCK.skipped(MONDAY, FRIDAY) == ()


def test_a_time_in_another_zone_is_counted_as_utc() -> None:
    in_shanghai = FRIDAY.astimezone(timezone(timedelta(hours=8)))
    assert CLOCK.add(in_shanghai, parse("1bd")) == MONDAY.replace(hour=17)


def test_a_time_without_a_zone_is_refused() -> None:
    with pytest.raises(ValueError, match="without a zone"):
        CLOCK.add(FRIDAY.replace(tzinfo=None), parse("1bd"))


def test_a_duration_that_would_pass_the_end_of_time_ends_there() -> None:
    last = datetime.max.replace(tzinfo=UTC)
    assert CLOCK.add(last, parse("1d")) == last
    assert CLOCK.add(last, parse("9bd")) == last


# --- the days of a place -------------------------------------------------------------------------

EASTER = Days(named={day("2026-04-03"): "Good Friday", day("2026-04-06"): "Easter Monday"})


def test_a_weekend_is_named_as_the_reason() -> None:
    weekend = Skip(SATURDAY, MONDAY, Reason.WEEKEND, "", timedelta(days=2))
    assert CLOCK.skipped(FRIDAY, MONDAY.replace(hour=9)) == (weekend,)


def test_a_day_begins_at_midnight_of_the_place() -> None:
    (weekend,) = Calendar(EASTER).at("DE").skipped(FRIDAY, MONDAY + timedelta(days=1))
    assert (weekend.from_, weekend.to) == (SATURDAY - timedelta(hours=1), MONDAY - timedelta(hours=1))


def test_holidays_are_skipped_by_name() -> None:
    start, end = at("Europe/Berlin", "2026-04-02 17:00"), at("Europe/Berlin", "2026-04-07 17:00")
    clock = Calendar(EASTER).at("DE")
    assert clock.add(start, parse("1bd")) == end
    assert [(skip.why, skip.name, skip.lost / timedelta(hours=1)) for skip in clock.skipped(start, end)] == [
        (Reason.HOLIDAY, "Good Friday", 24),
        (Reason.WEEKEND, "", 48),
        (Reason.HOLIDAY, "Easter Monday", 24),
    ]


def test_a_saturday_that_is_made_up_for_is_a_day_like_any_other() -> None:
    clock = Calendar(Days(worked=frozenset({SATURDAY.date()}))).at("DE")
    assert clock.add(FRIDAY, parse("1bd")) == FRIDAY + timedelta(days=1)


def test_on_days_on_which_nothing_moves_hours_stand_still_too() -> None:
    clock = Calendar(Days(still={SATURDAY.date(): "Spring Festival"})).at("DE")
    assert clock.add(FRIDAY, parse("48h")) == FRIDAY + timedelta(hours=72)
    assert [(skip.why, skip.name) for skip in clock.skipped(FRIDAY, MONDAY, "h")] == [
        (Reason.HOLIDAY, "Spring Festival")
    ]


def test_a_place_that_may_be_in_several_zones_rests_while_any_of_them_does() -> None:
    coasts = Calendar(Days(there=("America/New_York", "America/Los_Angeles"))).at("DE")
    (weekend,) = coasts.skipped(FRIDAY, MONDAY + timedelta(days=1))
    assert weekend.from_ == at("America/New_York", "2025-11-08 00:00")
    assert weekend.to == at("America/Los_Angeles", "2025-11-10 00:00")


def test_sunday_afternoon_in_los_angeles_is_a_sunday() -> None:
    clock = Calendar(Days(there=("America/Los_Angeles",))).at("DE")
    sunday = at("America/Los_Angeles", "2026-02-01 17:00")
    assert sunday.weekday() == 0, "it is Monday in UTC"
    assert clock.add(sunday, parse("1bd")) == at("America/Los_Angeles", "2026-02-03 00:00")


# --- the shop's own days -------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("country", "here", "elsewhere"),
    [("", True, True), ("DE", True, False), ("DE-BY", True, False), ("DE-BE", False, False), ("AT", False, False)],
)
def test_the_shops_closing_days_hold_where_the_shop_is(country: str, here: bool, elsewhere: bool) -> None:
    calendar = Calendar(EASTER, country=country, closed=(Dates("11-10", "11-10"),))
    for place, closed in ((("DE", "BY"), here), (("FR", ""), elsewhere)):
        skips = [skip.why for skip in calendar.at(*place).skipped(MONDAY, MONDAY + timedelta(days=1))]
        assert (Reason.CLOSED in skips) == closed


def test_what_holds_in_a_region_holds_where_the_region_is_not_known() -> None:
    monday = (Dates("11-10", "11-10"),)
    calendar = Calendar(
        EASTER, country="DE-BY", closed=monday, stoppages=(Stoppage("flood", *monday, country="DE-BY"),)
    )
    held = Whereabouts("DE"), HERE
    assert all(calendar.clock(where, PARCEL).add(MONDAY, parse("1h")) > MONDAY + timedelta(hours=23) for where in held)
    elsewhere = calendar.clock(Whereabouts("DE", "BE"), PARCEL)
    assert elsewhere.add(MONDAY, parse("1h")) == MONDAY + timedelta(hours=1)
    assert calendar.at("DE").skipped(MONDAY, MONDAY + timedelta(hours=1))[0].why is Reason.CLOSED
    opened = Calendar(EASTER, country="DE-BY", open=(Dates("11-09", "11-09"),))
    sunday = MONDAY - timedelta(hours=12)
    assert opened.at("DE").skipped(sunday, MONDAY), "what is open must be so for certain"
    assert not opened.at("DE", "BY").skipped(sunday, MONDAY - timedelta(hours=2))


def test_a_day_the_shop_calls_open_is_one_whatever_the_almanac_says() -> None:
    clock = Calendar(EASTER, open=(Dates("2026-04-03", "2026-04-03"), Dates("04-06", "04-06"))).at("DE")
    start = at("Europe/Berlin", "2026-04-02 17:00")
    assert clock.add(start, parse("2bd")) == at("Europe/Berlin", "2026-04-06 17:00")


def test_what_people_agree_on_waits_for_no_peak() -> None:
    calendar = Calendar(EASTER, country="DE", peaks=(DOUBLE_11,), stoppages=(STRIKE,))
    assert calendar.home.add(FRIDAY, parse("1bd")) == FRIDAY + timedelta(days=3)
    assert calendar.home.add(FRIDAY, parse("3d")) == FRIDAY + timedelta(days=3)


# --- peaks, stoppages, remoteness ----------------------------------------------------------------

DOUBLE_11 = Peak("Double 11", Dates("11-01", "11-20"), Fraction("1.5"))
STRIKE = Stoppage("strike", Dates("2025-11-10", "2025-11-11"), courier="my_dhl")


@pytest.mark.parametrize(("duration", "takes"), [("48h", "72h"), ("2d", "72h"), ("30m", "45m")])
def test_in_a_peak_everything_takes_longer(duration: str, takes: str) -> None:
    clock = Calendar(peaks=(DOUBLE_11,)).at("CN")
    assert clock.add(MONDAY, parse(duration)) == MONDAY + parse(takes).natural()


def test_only_the_time_spent_in_the_peak_is_stretched() -> None:
    clock = Calendar(peaks=(DOUBLE_11,)).at()
    before = datetime(2025, 10, 31, tzinfo=UTC)
    assert clock.add(before, parse("48h")) == before + timedelta(hours=24 + 36)
    (skip,) = clock.skipped(before, before + timedelta(hours=60), "h")
    assert (skip.why, skip.name, skip.factor, skip.lost) == (
        Reason.PEAK,
        "Double 11",
        Fraction(3, 2),
        timedelta(hours=12),
    )


def test_business_days_are_stretched_and_skipped() -> None:
    clock = Calendar(peaks=(DOUBLE_11,)).at()
    assert clock.add(FRIDAY, parse("1bd")) == MONDAY + timedelta(hours=36 - 7)


def test_a_peak_of_one_country_is_none_elsewhere() -> None:
    calendar = Calendar(peaks=(Peak("Double 11", DOUBLE_11.dates, DOUBLE_11.factor, "CN"),))
    assert calendar.at("BR").add(MONDAY, parse("48h")) == MONDAY + timedelta(hours=48)
    assert calendar.at("CN", "XZ").add(MONDAY, parse("48h")) == MONDAY + timedelta(hours=72)


def test_a_peak_over_new_year_comes_every_year() -> None:
    clock = Calendar(peaks=(Peak("Christmas", Dates("12-20", "01-05"), Fraction(2)),)).at()
    for year in (2024, 2025, 2026):
        eve = datetime(year, 12, 31, 12, tzinfo=UTC)
        assert clock.add(eve, parse("24h")) == eve + timedelta(hours=48)
        spring = datetime(year, 3, 1, tzinfo=UTC)
        assert clock.add(spring, parse("24h")) == spring + timedelta(hours=24)


@pytest.mark.parametrize(
    ("stoppage", "stands"),
    [
        (STRIKE, True),
        (Stoppage("strike", STRIKE.dates), True),
        (Stoppage("strike", STRIKE.dates, company="sf", country="DE"), True),
        (Stoppage("strike", STRIKE.dates, courier="my_ups"), False),
        (Stoppage("strike", STRIKE.dates, company="yto"), False),
        (Stoppage("strike", STRIKE.dates, country="FR"), False),
    ],
)
def test_a_stoppage_holds_the_parcels_it_names(stoppage: Stoppage, stands: bool) -> None:
    clock = Calendar(stoppages=(stoppage,)).clock(HERE, PARCEL)
    hours = 48 if stands else 0
    assert clock.add(MONDAY, parse("24h")) == MONDAY + timedelta(hours=24 + hours)
    assert clock.add(MONDAY, parse("1bd")) == MONDAY + timedelta(hours=24 + hours)
    assert [skip.name for skip in clock.skipped(MONDAY, MONDAY + timedelta(days=4), "h")] == ["strike"] * stands


@pytest.mark.parametrize(
    ("destination", "postal", "factor"),
    [
        ("CN", (), 2),
        ("CN-XZ", (), 2),
        ("CN", ("83", "85"), 2),
        ("CN-XJ", (), 1),
        ("CN", ("83",), 1),
        ("DE", (), 1),
    ],
)
def test_to_remote_places_everything_takes_longer(destination: str, postal: tuple[str, ...], factor: int) -> None:
    calendar = Calendar(remote=(Remote(Fraction(2), destination, postal, "Tibet"),))
    clock = calendar.clock(HERE, PARCEL)
    assert clock.add(MONDAY, parse("12h")) == MONDAY + timedelta(hours=12 * factor)
    skips = clock.skipped(MONDAY, MONDAY + timedelta(hours=2), "h")
    assert [(skip.why, skip.name, skip.lost) for skip in skips] == [(Reason.REMOTE, "Tibet", timedelta(hours=1))] * (
        factor - 1
    )


def test_a_remote_destination_does_not_slow_the_pickup_and_the_longest_of_several_holds() -> None:
    calendar = Calendar(remote=(Remote(Fraction("1.5"), "CN"), Remote(Fraction(2), "CN-XZ"), Remote(Fraction(1), "CN")))
    waiting = Whereabouts("DE", under_way=False)
    assert calendar.clock(waiting, PARCEL).add(MONDAY, parse("12h")) == MONDAY + timedelta(hours=12)
    assert calendar.clock(HERE, PARCEL).add(MONDAY, parse("12h")) == MONDAY + timedelta(hours=24)


def test_a_clock_is_made_once_for_all_parcels_of_a_place() -> None:
    calendar = Calendar(stoppages=(STRIKE,), remote=(Remote(Fraction(2), "CN"),))
    assert calendar.clock(HERE, PARCEL) is calendar.clock(HERE, PARCEL)
    assert calendar.at("DE") is calendar.at("DE")


@pytest.mark.parametrize(
    ("from_", "to", "fault"),
    [("11-01", "2026-11-20", "both days with their year"), ("2026-11-20", "2026-11-01", "ends (2026-11-01) before")],
)
def test_dates_that_are_none_are_refused(from_: str, to: str, fault: str) -> None:
    with pytest.raises(ValueError, match="both|ends") as refused:
        Dates(from_, to)
    assert fault in str(refused.value)


def test_a_leap_day_is_the_last_of_february_in_other_years() -> None:
    assert list(Dates("02-29", "02-29").near(2027)) == [
        (date(2026, 2, 28),) * 2,
        (date(2027, 2, 28),) * 2,
        (date(2028, 2, 29),) * 2,
    ]


# --- against the naive clock ---------------------------------------------------------------------

QUARTER = timedelta(minutes=15)
ZONES = [
    "UTC", "Europe/Berlin", "America/Los_Angeles", "America/New_York", "Asia/Shanghai", "Asia/Kathmandu",
    "Australia/Lord_Howe", "America/Santiago", "Africa/Cairo", "Asia/Beirut", "America/St_Johns", "Pacific/Auckland",
]  # fmt: skip
# Both nights of each of these years' clock changes lie within, on either side of the globe.
NIGHTS = [datetime(2026, month, 1, tzinfo=UTC) for month in (3, 4, 9, 10, 11)]

quarters = st.integers(0, 40 * 96).map(lambda steps: steps * QUARTER)
starts = st.builds(lambda night, since: night + since, st.sampled_from(NIGHTS), quarters)
dates = st.builds(lambda since: date(2026, 3, 1) + timedelta(days=since), st.integers(0, 280))
spans = st.builds(lambda first, days: Dates(f"{first}", f"{first + timedelta(days=days)}"), dates, st.integers(0, 20))
factors = st.sampled_from([Fraction("1.5"), Fraction(2), Fraction("1.1"), Fraction(4, 3)])
almanacs = st.builds(
    Days,
    named=st.dictionaries(dates, st.sampled_from(["one", "other"]), max_size=12),
    worked=st.frozensets(dates, max_size=12),
    still=st.dictionaries(dates, st.just("standstill"), max_size=4),
    there=st.lists(st.sampled_from(ZONES), min_size=1, max_size=3, unique=True).map(tuple),
)
calendars = st.builds(
    Calendar,
    almanacs,
    closed=st.lists(spans, max_size=1).map(tuple),
    peaks=st.lists(st.builds(Peak, st.just("peak"), spans, factors), max_size=2).map(tuple),
    stoppages=st.lists(st.builds(Stoppage, st.just("strike"), spans), max_size=1).map(tuple),
    remote=st.lists(st.builds(Remote, factors, st.just("CN")), max_size=1).map(tuple),
)
short = st.one_of(
    st.builds(Duration, st.integers(0, 12), st.just("bd")), st.builds(Duration, st.integers(0, 300), st.just("h"))
)


def naive_pace(calendar: Calendar, business: bool, moment: datetime) -> Fraction:
    """How fast the clock goes at a moment, by the date it is in each zone."""
    days = calendar.almanac
    assert isinstance(days, Days)
    today = {moment.astimezone(ZoneInfo(zone)).date() for zone in days.there}

    def within(span: Dates) -> bool:
        return any(span.from_ <= f"{day}" <= span.to for day in today)

    off = {day for day in today if day in days.named or (day.weekday() > 4 and day not in days.worked)}
    if any(within(each.dates) for each in calendar.stoppages) or today & days.still.keys():
        return Fraction(0)
    if business and (off or any(map(within, calendar.closed))):
        return Fraction(0)
    slowness = max((peak.factor for peak in calendar.peaks if within(peak.dates)), default=Fraction(1))
    return 1 / (slowness * max((each.factor for each in calendar.remote), default=Fraction(1)))


def clock_of(calendar: Calendar) -> Clock:
    return calendar.clock(Whereabouts("DE"), PARCEL)


@given(calendars, starts, quarters, st.sampled_from(["h", "bd"]))
def test_what_is_counted_is_what_a_naive_clock_counts(
    calendar: Calendar, start: datetime, length: timedelta, unit: str
) -> None:
    moments = [start + step * QUARTER for step in range(length // QUARTER)]
    counted = sum((naive_pace(calendar, unit == BUSINESS_DAY, moment) for moment in moments), Fraction(0))
    elapsed = clock_of(calendar).elapsed(start, start + length, unit)
    assert elapsed == timedelta(microseconds=int(counted * (QUARTER // timedelta.resolution)))


@given(calendars, starts, short)
def test_what_is_added_is_what_a_naive_clock_adds(calendar: Calendar, start: datetime, duration: Duration) -> None:
    length = duration.amount * (timedelta(days=1) if duration.business else timedelta(hours=1))
    left, moment = Fraction(length // timedelta.resolution), start
    while (pace := naive_pace(calendar, duration.business, moment)) * (QUARTER // timedelta.resolution) < left:
        left -= pace * (QUARTER // timedelta.resolution)
        moment += QUARTER
    end = moment + timedelta(microseconds=-int(-left // pace)) if left else moment
    assert clock_of(calendar).add(start, duration) == end


@given(calendars, starts, durations)
def test_what_was_added_is_counted_in_every_place(calendar: Calendar, start: datetime, duration: Duration) -> None:
    clock = clock_of(calendar)
    assert clock.counted(start, clock.add(start, duration), duration.unit) == duration.amount


@given(calendars, starts, starts, durations)
def test_in_every_place_who_starts_later_is_never_done_earlier(
    calendar: Calendar, one: datetime, other: datetime, duration: Duration
) -> None:
    first, second = sorted((one, other))
    clock = clock_of(calendar)
    assert first <= clock.add(first, duration) <= clock.add(second, duration)


@given(calendars, starts, starts, st.sampled_from(["h", "bd"]))
def test_in_every_place_what_is_skipped_and_what_counts_make_up_the_whole(
    calendar: Calendar, one: datetime, other: datetime, unit: str
) -> None:
    start, end = sorted((one, other))
    skips = clock_of(calendar).skipped(start, end, unit)
    lost = sum((skip.lost for skip in skips), timedelta(0))
    # Each skip is rounded to a microsecond by itself.
    assert abs(clock_of(calendar).elapsed(start, end, unit) + lost - (end - start)) <= len(skips) * timedelta.resolution
    assert all(start <= skip.from_ < skip.to <= end for skip in skips)


CHANGING = [zone for zone in ZONES if zone not in {"UTC", "Asia/Shanghai", "Asia/Kathmandu"}]


@pytest.mark.parametrize("zone", CHANGING)
def test_a_day_on_which_clocks_change_is_skipped_from_midnight_to_midnight(zone: str) -> None:
    lengths = set()
    for changed in changing_days(ZoneInfo(zone)):
        clock = Calendar(Days(named={changed: "holiday"}, there=(zone,))).at("DE")
        around = datetime(changed.year, changed.month, changed.day, tzinfo=UTC) - timedelta(hours=16)
        minutes = (around + timedelta(minutes=step) for step in range(60 * 56))
        expected = sum(minute.astimezone(ZoneInfo(zone)).date() == changed for minute in minutes)
        (lost,) = [skip.lost for skip in clock.skipped(around, around + timedelta(hours=56)) if skip.name == "holiday"]
        assert lost == timedelta(minutes=expected)
        lengths.add(expected - 24 * 60)
    assert lengths in ({-60, 60}, {-30, 30})


def changing_days(zone: ZoneInfo) -> list[date]:
    """The days of 2026 that are not 24 hours long."""
    found = []
    for number in range(365):
        first = datetime(2026, 1, 1, tzinfo=zone) + timedelta(days=number)
        if first.utcoffset() != (first + timedelta(days=1)).utcoffset() or first.fold:
            found.append(first.date())
    return found
