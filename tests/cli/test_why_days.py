"""What `why` says of days: whose they are, and what was skipped."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from fractions import Fraction
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from parcelwatch.cli.why import _clock, skipped, whose_days
from parcelwatch.core.explain import Explanation, explain
from parcelwatch.core.policy import Policy
from parcelwatch.core.thresholds import Threshold
from parcelwatch.core.timekeeping.calendar import Calendar, Dates, Peak, Remote, Stoppage
from parcelwatch.duration import Duration, parse
from parcelwatch.model import Checkpoint, Dossier, Entry, Milestone, Parcel, Timeline
from parcelwatch.reference.almanac import ALMANAC

README = (Path(__file__).parents[2] / "README.md").read_text(encoding="utf-8")
BERLIN, SHANGHAI = ZoneInfo("Europe/Berlin"), ZoneInfo("Asia/Shanghai")


def stalled(
    since: datetime,
    at: datetime,
    lane: Sequence[str] = ("DE", "DE"),
    place: str = "",
    limit: str = "9bd",
    calendar: Calendar | None = None,
) -> Explanation:
    scan = Checkpoint(since.astimezone(UTC), since.astimezone(UTC), Milestone.IN_TRANSIT, place=place)
    parcel = Parcel(1, "N1", "acme", scan.occurred_at, origin=lane[0], destination=lane[1], postal_code="830000")
    heard = Timeline((Entry(scan, scan.occurred_at, scan.occurred_at),))
    policy = Policy(
        calendar=calendar or Calendar(ALMANAC), thresholds={"stalled": Threshold(parse(limit), None, "the test")}
    )
    dossier = Dossier(parcel, timeline=heard, confirmed_at=at.astimezone(UTC))
    return next(each for each in explain(dossier, policy, at.astimezone(UTC)) if each.kind == "stalled")


def test_the_readmes_example_is_what_it_says() -> None:
    easter = stalled(
        datetime(2026, 4, 2, 17, tzinfo=BERLIN), datetime(2026, 4, 7, 17, tzinfo=BERLIN), place="Leipzig, DE"
    )
    assert f"{whose_days(easter)}\n      {_clock(easter, BERLIN)}\n" in README


@pytest.mark.parametrize(
    ("lane", "place", "said"),
    [
        (("CN", "DE"), "", "Business days: those of DE, where it is to go (Europe/Berlin)."),
        (("CN", ""), "", "Business days: those of CN, where it comes from (Asia/Shanghai)."),
        (("CN", "US"), "Reno, NV, US", "those of US-NV, where it was last scanned (in all of its 2 zones at once)"),
        (("", ""), "", "Business days: Monday to Friday, UTC; nothing tells the country it is in."),
    ],
)
def test_it_says_whose_days_count_and_how_that_is_known(lane: tuple[str, str], place: str, said: str) -> None:
    start = datetime(2026, 3, 2, 8, tzinfo=UTC)
    assert said in whose_days(stalled(start, start, lane, place))


def test_all_that_held_a_clock_up_is_named_with_what_it_cost() -> None:
    calendar = Calendar(
        ALMANAC,
        peaks=(Peak("Double 11", Dates("11-01", "11-20"), Fraction("1.5")),),
        stoppages=(Stoppage("flood\x1b[2J", Dates("2026-11-22", "2026-11-22")),),
        remote=(Remote(Fraction(2), "CN", ("83",), "Xinjiang"),),
    )
    start, end = datetime(2026, 11, 20, 12, tzinfo=SHANGHAI), datetime(2026, 11, 23, 12, tzinfo=SHANGHAI)
    each = stalled(start, end, ("CN", "CN"), limit="99h", calendar=calendar)
    assert each.counted == 12 / 1.5 / 2 + 24 / 2 + 0 + 12 / 2
    said = skipped(each)
    assert said.startswith("50.0 h skipped (peak: Double 11, ×1.5; remote: Xinjiang, ×2; stoppage: flood")
    assert "\x1b" not in said


def test_where_nothing_was_skipped_nothing_is_said() -> None:
    monday = datetime(2026, 3, 2, 8, tzinfo=UTC)
    each = stalled(monday, monday.replace(day=4))
    assert each.limits.warn == Duration(9, "bd")
    assert _clock(each, UTC) == "counted since 2026-03-02 08:00: 2.0 bd"
