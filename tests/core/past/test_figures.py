"""What a policy comes to: counted by hand beside it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any, Final

from parcelwatch.core.past.figures import Played, Survey, Tally, days, untested
from parcelwatch.core.past.hints import hints
from parcelwatch.core.past.histories import History
from parcelwatch.core.past.replay import Told
from parcelwatch.core.policy import Policy
from parcelwatch.core.thresholds import Threshold
from parcelwatch.duration import parse
from parcelwatch.model import Checkpoint, Entry, Milestone, Severity, Timeline, Why

MONDAY: Final = datetime(2026, 3, 2, 8, tzinfo=UTC)
DAY: Final = timedelta(days=1)
END: Final = MONDAY + 30 * DAY


def told(kind: str, day: float) -> Told:
    at = MONDAY + day * DAY
    return Told(kind, Severity.MEDIUM, Why.OPENED, at, at)


def played(
    *alerts: Told, promised: float | None = 8, delivered: float | None = 5, complained: float | None = None
) -> Played:
    return Played("AB123456", _at(promised), _at(delivered), _at(complained), (alerts,))


def _at(day: float | None) -> datetime | None:
    return None if day is None else MONDAY + day * DAY


def figures(*parcels: Played, aside: dict[str, str] | None = None) -> dict[str, Any]:
    tally = Tally(END, UTC, aside or {})
    for each in parcels:
        tally.take(each, each.told[0])
    return tally.figures(len(parcels), 30)


def test_alerts_are_counted_by_kind_per_day_and_per_100_parcels() -> None:
    found = figures(played(told("stalled", 1), told("stalled", 2), told("late", 8)), played(), played(), played())
    assert (found["alerts"], found["alerts_per_100"], found["alerts_per_day"]) == (3, 75.0, 0.1)
    assert (found["parcels_alerted"], found["parcels_alerted_per_100"]) == (1, 25.0)
    stalled = found["by_kind"]["stalled"]
    assert (stalled["alerts"], stalled["parcels"]) == (2, 1)


def test_what_foretells_is_right_where_the_parcel_came_late_or_never() -> None:
    on_time, late, never = (
        played(told("stalled", 1)),
        played(told("stalled", 1), delivered=9),
        played(told("stalled", 1), delivered=None),
    )
    unknown = [played(told("stalled", 1), promised=None), played(told("stalled", 1), promised=99, delivered=None)]
    found = figures(on_time, late, never, *unknown)
    assert (found["by_kind"]["stalled"]["precision"], found["by_kind"]["stalled"]["judged"]) == (0.667, 3)
    assert found["precision"] == 0.667


def test_what_the_courier_said_is_no_forecast() -> None:
    found = figures(played(told("damaged", 1)))
    assert found["by_kind"]["damaged"]["precision"] is None
    assert found["precision"] is None


def test_complaints_are_warned_of_by_the_first_alert_before_them() -> None:
    found = figures(
        played(told("stalled", 1), told("late", 8), complained=9),
        played(told("late", 8), complained=10),
        played(told("late", 8), complained=8),
        played(complained=3),
    )["complaints"]
    assert found == {"total": 4, "warned": 2, "warned_3d": 1, "warned_5d": 1, "median_lead_days": 5.0}


def test_kinds_that_cannot_be_tested_count_only_by_themselves() -> None:
    found = figures(played(told("no_first_scan", 1), delivered=9, complained=9), aside={"no_first_scan": "no scans"})
    assert (found["alerts"], found["precision"], found["complaints"]["warned"]) == (0, None, 0)
    assert found["by_kind"]["no_first_scan"]["alerts"] == 1
    assert found["by_kind"]["no_first_scan"]["counted"] is False


def test_a_threshold_that_counts_weekends_is_known_by_its_mondays() -> None:
    weeks = [
        played(*(told("stalled", 7 * week + day) for day in (0, 0, 0, 1, 2, 3, 4)))
        for week in range(4)
        for _ in range(3)
    ]
    found = figures(*weeks)
    assert found["monday_spike"] == 3.0
    natural = Policy(thresholds={"stalled": Threshold(parse("72h"), None, "")})
    business = Policy(thresholds={"stalled": Threshold(parse("3bd"), None, "")})
    assert [hint for hint in hints(found, {}, 12, natural) if "weekend" in hint]
    assert not [hint for hint in hints(found, {}, 12, business) if "weekend" in hint]
    assert figures(*weeks[:3])["monday_spike"] is None, "too few to say so"


def test_a_threshold_that_fires_on_healthy_parcels_or_never_is_named() -> None:
    found = figures(*[played(told("stalled", 1))] * 60)
    policy = Policy(thresholds={"not_delivered": Threshold(parse("90d"), None, "")})
    said = list(hints(found, {}, 600, policy))
    assert [hint.split()[0] for hint in said] == ["stalled", "not_delivered"]
    assert not list(hints(found, {"stalled": "", "not_delivered": ""}, 600, policy))


def test_what_histories_cannot_test_is_told_from_what_they_hold() -> None:
    survey, other = Survey(), Survey()
    for hub in range(40):
        way = (Milestone.PICKED_UP, *([Milestone.IN_TRANSIT] if hub == 0 else []), Milestone.DELIVERED)
        entries = [Checkpoint(at, at, one) for day, one in enumerate(way) for at in (MONDAY + day * DAY,)]
        heard = Timeline(tuple(Entry(one, one.occurred_at, one.occurred_at) for one in entries))
        (survey if hub % 2 else other).take(History("AB123456", heard=heard, announced_at=MONDAY))
    survey.add(other)
    found = untested(survey)
    assert found.keys() >= {"no_first_scan", "late", "will_be_late", "customs_held", "unknown_number"}
    assert not found.keys() & {"stalled", "not_picked_up"}
    assert "1 of 40" in found["no_first_scan"]
    assert (survey.parcels, days(survey)) == (40, 2.0)
