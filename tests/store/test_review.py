"""A report over weeks from a real database: parcels that lived, agents that were told, complaints taken in."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from parcelwatch.core.messaging.matching import Matcher
from parcelwatch.core.past.forewarned import SEVERAL
from parcelwatch.core.past.review import Review
from parcelwatch.core.past.scorecards import Stage
from parcelwatch.core.policy import Policy, Route
from parcelwatch.core.rows.complaints import Reader
from parcelwatch.model import Cause, Checkpoint, Milestone
from parcelwatch.store import cases, parcels, review
from parcelwatch.verbs import complaining
from parcelwatch.verbs.complaining import Heard, Taken
from parcelwatch.verbs.records import open_source, records
from tests.quiet_office import HOUR, MONDAY, Office

DAY = timedelta(days=1)
SHANGHAI = ZoneInfo("Asia/Shanghai")
M = Milestone


@pytest.fixture
def office(tmp_path: Path) -> Office:
    return Office(tmp_path / "shop.db", Policy(profile="china", channels=("ops",)))


def let(office: Office, days: float) -> None:
    """Time passes, and what is due is told."""
    office.until(office.now + days * DAY, step=HOUR)


def complain(office: Office, text: str) -> Taken:
    """Import a list of complaints, times in the shop's zone."""
    path = office.store.path.with_name("complaints.csv")
    path.write_text(text, encoding="utf-8")
    rows = records(open_source(str(path)))
    return complaining.take(office.store, rows, Reader(SHANGHAI), office.now, Heard(lambda row: pytest.fail(str(row))))


def report(office: Office, since: datetime = MONDAY) -> Review:
    return review.over(office.store, since, office.now, SHANGHAI)


def at(moment: datetime) -> str:
    return moment.astimezone(SHANGHAI).strftime("%Y-%m-%d %H:%M")


def test_a_complaint_counts_against_the_alert_that_was_sent_before_it(office: Office) -> None:
    office.trouble("PW000001", order="A-1")
    office.trouble("PW000002", order="A-2")
    let(office, 4)
    early = MONDAY - HOUR
    complain(office, f"at,order,kind\n{at(office.now)},A-1,Broken\n{at(early)},A-2,Late\n")
    let(office, 0.1)
    known = report(office, MONDAY - DAY).forewarned
    assert (known.total, known.warned, known.ahead(3), known.ahead(5)) == (2, 1, 1, 0)
    assert dict(known.by_kind) == {"damaged": 1}
    assert timedelta(days=3, hours=23) < known.leads[0] < timedelta(days=4)
    late, broken = review.weighed(office.store, office.now)
    assert (late.complaint.kind, late.lead, broken.complaint.kind, broken.lead) == (
        "Late",
        None,
        "Broken",
        known.leads[0],
    )


def test_the_number_of_another_parcel_of_the_order_was_no_warning(office: Office) -> None:
    office.trouble("PW000001", order="A-1")
    office.watch("PW000002", "A-1")
    let(office, 1)
    complain(office, f"at,number\n{at(office.now)},PW000002\n")
    let(office, 0.1)
    assert report(office).forewarned.warned == 0
    complain(office, f"at,order\n{at(office.now)},A-1\n")
    let(office, 0.1)
    assert (report(office).forewarned.again, report(office).asked.total) == (1, 2)


def test_what_was_told_nobody_warned_nobody(tmp_path: Path) -> None:
    office = Office(tmp_path / "shop.db", Policy(profile="china", channels=("ops",)))
    office.away = ("ops",)
    office.trouble("PW000001", order="A-1")
    let(office, 1)
    complain(office, f"at,order\n{at(office.now)},A-1\n")
    let(office, 0.1)
    counted = report(office)
    assert (counted.forewarned.total, counted.forewarned.warned, counted.load.total) == (1, 0, 0)


def test_alerts_are_counted_once_however_many_channels_have_them(tmp_path: Path) -> None:
    both = Route(Matcher(), ("ops", "boss"))
    office = Office(tmp_path / "shop.db", Policy(profile="china", channels=("ops", "boss"), routes=(both,)))
    for one in range(5):
        office.trouble(f"PW00000{one}")
    let(office, 2)
    counted = report(office)
    assert {message.channel for message in office.told} == {"ops", "boss"}
    assert (counted.load.total, counted.load.parcels, counted.alerts_per_100) == (5, 5, 100)
    assert [(f"{day:%m-%d}", count) for day, count in counted.load.days] == [("03-02", 5), ("03-03", 0), ("03-04", 0)]


def test_verdicts_make_the_precision_of_a_kind_and_what_was_known_stays_apart(office: Office) -> None:
    ids = [office.trouble(f"PW00000{one}") for one in range(7)]
    let(office, 1)
    for parcel, verdict in zip(ids, ["true"] * 4 + ["false", "known"], strict=False):
        case = cases.of_kind(office.store, parcel, "damaged")
        with office.store.transaction():
            cases.set_verdict(office.store, case.id or 0, verdict, office.now)
    let(office, 0.1)
    (damaged,) = report(office).judged
    assert (damaged.kind, damaged.right, damaged.wrong, damaged.known, damaged.alerts) == ("damaged", 4, 1, 1, 7)
    assert damaged.precision == 0.8


def travel(office: Office, number: str, days: float, order: str = "", promised: float = 4) -> int:
    """A parcel picked up at once and delivered after so many days."""
    parcel = office.watch(number, order, promised_by=office.now + promised * DAY)
    start = office.now
    said: list[Checkpoint] = []
    for after, milestone in ((0.1, M.PICKED_UP), (days - 0.2, M.OUT_FOR_DELIVERY), (days, M.DELIVERED)):
        when = start + after * DAY
        said.append(Checkpoint(when, when, milestone))
    office.now = start + days * DAY
    office.hear(parcel, *said)
    office.now = start
    return parcel


def test_a_courier_is_measured_by_the_parcels_that_lived(office: Office) -> None:
    for one in range(8):
        travel(office, f"PW00000{one}", days=3)
    for one in range(2):
        travel(office, f"PX00000{one}", days=6)
    office.now += 10 * DAY
    (card,) = report(office).couriers
    assert card.carrier == ("dhl", "")
    assert (card.parcels, card.promised, card.on_time, card.on_time_share, card.ended) == (10, 10, 8, 0.8, 10)
    assert card.stays[Stage.TRANSIT].median == pytest.approx((3 - 0.3) * 24)
    assert card.stays[Stage.DELIVERY].n == 10


def test_only_what_fell_into_the_report_is_in_it(office: Office) -> None:
    travel(office, "PW000001", days=3)
    office.now += 10 * DAY
    assert report(office, since=office.now - 5 * DAY).couriers == ()
    assert report(office, since=office.now - 5 * DAY).load.days[0][1] == 0


def test_pages_of_parcels_lose_none(office: Office) -> None:
    for one in range(7):
        travel(office, f"PW00000{one}", days=3)
    office.now += 10 * DAY
    whole = report(office)
    assert review.over(office.store, MONDAY, office.now, SHANGHAI, page=2) == whole
    assert whole.parcels == 7


def test_an_order_whose_parcels_several_couriers_carry_is_nobody_s(office: Office) -> None:
    first, second = office.watch("PW000001", "A-1"), office.watch("PW000002", "A-1")
    with office.store.transaction():
        parcels.move(office.store, second, "kd", office.now)
    office.now += DAY
    complain(office, f"at,order\n{at(MONDAY)},A-1\n{at(MONDAY + HOUR)},A-1\n")
    assert dict(report(office).asked.carriers) == {SEVERAL: 2}
    assert first != second


def test_an_empty_database_has_nothing_to_report(office: Office) -> None:
    counted = report(office, MONDAY - DAY)
    assert (counted.parcels, counted.alerts_per_100, counted.judged, counted.forewarned.median_days) == (
        0,
        None,
        (),
        None,
    )


def test_a_report_names_no_cause_that_is_none(office: Office) -> None:
    parcel = office.watch("PW000001")
    office.hear(parcel, office.scan(M.IN_TRANSIT, ago=2 * HOUR), office.scan(M.EXCEPTION, Cause.POSTPONED))
    let(office, 0.5)
    (card,) = report(office, MONDAY - DAY).couriers
    assert (card.parcels, card.troubled) == (1, 0)


def test_times_are_those_of_the_zone_the_shop_is_in(office: Office) -> None:
    office.now = datetime(2026, 3, 2, 17, 0, tzinfo=UTC)  # Tuesday there
    office.trouble("PW000001", order="A-1")
    let(office, 0.2)
    complain(office, f"at,order\n{at(office.now)},A-1\n")
    let(office, 0.1)
    counted = report(office, datetime(2026, 3, 2, 16, 0, tzinfo=UTC))
    assert counted.asked.weekdays == (0, 1, 0, 0, 0, 0, 0)
    assert [f"{day:%m-%d}" for day, count in counted.load.days if count] == ["03-03"]
