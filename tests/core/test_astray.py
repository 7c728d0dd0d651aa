"""Parcels that go where they should not: what is a circle and what is not, and when a delivery is in doubt."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from parcelwatch.config import days
from parcelwatch.config.models import File
from parcelwatch.core.advance import advance
from parcelwatch.core.assess import assess
from parcelwatch.core.policy import Policy
from parcelwatch.core.rules import Finding
from parcelwatch.core.view import view
from parcelwatch.model import Answered, Cause, Checkpoint, Dossier, Form, Milestone, Parcel, Severity

MONDAY = datetime(2026, 3, 2, 8, 0, tzinfo=UTC)
HOUR = timedelta(hours=1)
PARCEL = Parcel(1, "PW1", "acme", MONDAY)
POLICY = Policy(calendar=days.calendar(File.model_validate({})))
M = Milestone


def scan(hours: float, milestone: Milestone, place: str = "", cause: Cause | None = None) -> Checkpoint:
    at = MONDAY + hours * HOUR
    return Checkpoint(at, at, milestone, cause, text=f"{milestone} {hours}", place=place)


def found(*scans: Checkpoint, parcel: Parcel = PARCEL) -> dict[str, Finding]:
    """What is wrong with a parcel whose scans were heard one after the other."""
    dossier = Dossier(parcel)
    for count, one in enumerate(scans, 1):
        dossier = advance(dossier, Answered("PW1", scans[:count]), POLICY, one.occurred_until).dossier
    return assess(view(dossier, POLICY.calendar), POLICY).findings


def hubs(*places: str, every: float = 10) -> list[Checkpoint]:
    return [scan(every * at, M.IN_TRANSIT, place) for at, place in enumerate(places)]


# --- circles -------------------------------------------------------------------------------------


def test_back_at_a_hub_it_had_left_for_another_is_suspected_to_be_misrouted() -> None:
    finding = found(*hubs("Leipzig, DE", "Köln, DE", "Leipzig, DE"))["misrouted"]
    assert (finding.severity, finding.fact.says, finding.fact.count) == (Severity.LOW, Form.SEEN_TWICE, 1)


@pytest.mark.parametrize(
    "places",
    [
        ("Leipzig, DE", "Leipzig, DE", "Leipzig, DE"),
        ("Leipzig, DE", "DE", "Leipzig, DE"),
        ("深圳市", "深圳", "深圳市"),
        ("Leipzig, DE", "", "Leipzig, DE"),
        ("Leipzig, DE", "Köln, DE", "Hamburg, DE"),
        ("Leipzig, DE", "Köln, DE", "Leipzig, DE", "Hamburg, DE"),
    ],
    ids=["one hub", "coarser", "coarser in Chinese", "no place", "straight on", "on again"],
)
def test_what_may_be_one_place_or_leads_on_is_no_circle(places: tuple[str, ...]) -> None:
    assert not found(*hubs(*places))


def test_scans_that_are_booked_within_hours_of_each_other_are_no_circle() -> None:
    assert not found(*hubs("Leipzig, DE", "Köln, DE", "Leipzig, DE", every=2))


def test_a_departure_that_is_booked_after_the_next_arrival_is_no_circle() -> None:
    arrived = scan(0, M.IN_TRANSIT, "Oak Creek, WI")
    there = scan(11.5, M.IN_TRANSIT, "Milwaukee, WI")
    assert not found(arrived, there, scan(12, M.IN_TRANSIT, "Oak Creek, WI"), scan(12.5, M.IN_TRANSIT, "Milwaukee, WI"))


def test_to_the_door_and_back_to_the_depot_is_no_circle() -> None:
    depot = scan(0, M.IN_TRANSIT, "Hamburg, DE")
    tour = scan(10, M.OUT_FOR_DELIVERY, "Bremen, DE")
    assert "misrouted" not in found(depot, tour, scan(20, M.IN_TRANSIT, "Hamburg, DE"))


def test_scans_whose_times_are_not_certain_to_follow_each_other_are_no_circle() -> None:
    first, second, third = hubs("Leipzig, DE", "Köln, DE", "Leipzig, DE")
    assert not found(first, replace(second, occurred_until=third.occurred_until), third)


def test_what_is_no_movement_is_no_visit() -> None:
    first, second, third = hubs("Leipzig, DE", "Köln, DE", "Leipzig, DE")
    assert not found(first, replace(second, moves=False), third)


# --- after the delivery --------------------------------------------------------------------------

DELIVERED = scan(0, M.DELIVERED, "Bonn, DE")


@pytest.mark.parametrize(
    ("later", "severity", "says"),
    [
        (scan(30, M.IN_TRANSIT), Severity.MEDIUM, Form.SCANNED_AFTER),
        (scan(30, M.EXCEPTION), Severity.HIGH, Form.DELIVERY_DOUBTED),
        (scan(30, M.EXCEPTION, cause=Cause.MISROUTED), Severity.HIGH, Form.DELIVERY_DOUBTED),
    ],
)
def test_a_scan_long_after_the_delivery_puts_it_in_doubt(later: Checkpoint, severity: Severity, says: Form) -> None:
    finding = found(scan(-9, M.OUT_FOR_DELIVERY), DELIVERED, later)["wrong_delivery"]
    assert (finding.severity, finding.fact.says) == (severity, says)


@pytest.mark.parametrize(
    "later",
    [
        scan(9, M.IN_TRANSIT),
        scan(30, M.INFO_RECEIVED),
        scan(30, M.PICKED_UP),
        scan(30, M.UNKNOWN),
        scan(30, M.DELIVERED, "Bonn, DE"),
        replace(scan(30, M.IN_TRANSIT), moves=False),
    ],
    ids=["booked late", "label", "pickup", "unread", "delivered again", "notice"],
)
def test_what_may_come_after_a_good_delivery_does_not(later: Checkpoint) -> None:
    assert not found(scan(-9, M.OUT_FOR_DELIVERY), DELIVERED, later)


def test_a_delivery_is_in_doubt_no_more_once_it_is_made_again() -> None:
    assert not found(scan(-9, M.OUT_FOR_DELIVERY), DELIVERED, scan(30, M.IN_TRANSIT), scan(40, M.DELIVERED))


@pytest.mark.parametrize(
    ("destination", "place", "wrong"),
    [
        ("BR", "Bonn, DE", True),
        ("BR-SP", "Bonn, DE", True),
        ("DE", "Bonn, DE", False),
        ("", "Bonn, DE", False),
        ("BR", "Bonn", False),
        ("US", "Wilmington, DE", False),
        ("US", "Atlanta, Georgia", False),
        ("PR", "San Juan, US", False),
        ("HK", "Shenzhen, CN", False),
        ("FR", "Saint-Denis, RE", False),
        ("CN", "海口市", False),
    ],
)
def test_a_delivery_in_another_country_is_wrong_where_that_is_certain(
    destination: str, place: str, wrong: bool
) -> None:
    parcel = replace(PARCEL, origin="CN", destination=destination)
    scans = scan(-9, M.IN_TRANSIT), scan(0, M.DELIVERED, place)
    assert ("wrong_delivery" in found(*scans, parcel=parcel)) is wrong


def test_what_an_agent_knows_to_be_delivered_is_not_doubted() -> None:
    parcel = replace(PARCEL, origin="CN", destination="BR")
    by_agent = replace(scan(0, M.DELIVERED, "Bonn, DE"), by="lin")
    assert not found(scan(-9, M.IN_TRANSIT), by_agent, parcel=parcel)
