"""Where a parcel is, and how that is known."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from parcelwatch.core.timekeeping.calendar import Calendar
from parcelwatch.core.timekeeping.whereabouts import Known, Whereabouts, read, whereabouts
from parcelwatch.core.view import view
from parcelwatch.model import Checkpoint, Dossier, Milestone, Parcel
from parcelwatch.reference.almanac import ALMANAC

NOW = datetime(2026, 3, 2, 8, tzinfo=UTC)


@dataclass(frozen=True)
class Atlas:
    """A gazetteer of few names."""

    divided: tuple[str, ...] = ("US", "CA")

    def country(self, name: str) -> str:
        names = {"GERMANY": "DE", "DE": "DE", "US": "US", "CA": "CA", "FR": "FR", "GEORGIA": "GE", "BR": "BR"}
        return names.get(name.upper(), "")

    def regions(self, country: str) -> frozenset[str]:
        return frozenset({"US": {"CA", "DE", "NY"}, "CA": {"ON", "QC"}}.get(country, ()))


def found(place: str = "", milestone: str = "in_transit", lane: str = "CN→DE", shop: str = "") -> Whereabouts:
    origin, destination = lane.split("→")
    parcel = Parcel(1, "N1", "acme", NOW, origin=origin, destination=destination)
    newest = Checkpoint(NOW, NOW, Milestone(milestone), place=place) if milestone != "unknown" else None
    return whereabouts(parcel, Milestone(milestone), newest, shop, Atlas())


@pytest.mark.parametrize(
    ("place", "lane", "there"),
    [
        ("Leipzig, DE", "CN→DE", ("DE", "")),
        ("Leipzig - Germany", "CN→DE", ("DE", "")),
        ("germany", "CN→FR", ("DE", "")),
        ("Leipzig, DE", "DE→DE", ("DE", "")),
        ("Los Angeles, CA, US", "CN→US", ("US", "CA")),
        ("LOS ANGELES, CA 90052", "US→US", ("US", "CA")),
        ("New York, NY 10001-1234, US", "CN→BR", ("US", "NY")),
        ("Toronto, ON, CA", "US→CA", ("CA", "ON")),
        ("Wilmington, DE", "US→US", ("US", "DE")),
        ("Atlanta, US", "CN→US", ("US", "")),
        ("São Paulo, BR", "CN→BR-SP", ("BR", "")),
        ("NY", "US→US", ("US", "NY")),
        ("Albany, NY", "→", ("US", "NY")),
        ("Bonn, Germany", "US→", ("DE", "")),
        # What may be two things is none.
        ("Wilmington, DE", "DE→US", ("", "")),
        ("Bonn, DE", "US→", ("", "")),
        ("Bonn, DE", "→", ("", "")),
        ("Wilmington, DE", "CN→US", ("", "")),
        ("Los Angeles, CA", "US→CA", ("", "")),
        # A parcel that never leaves a country is not in another one of that name.
        ("Atlanta, Georgia", "US→US", ("", "")),
        ("深圳市", "CN→DE", ("", "")),
        (", ,", "CN→DE", ("", "")),
        ("", "CN→DE", ("", "")),
    ],
)
def test_the_end_of_a_scans_place_is_read_where_it_can_mean_one_thing(
    place: str, lane: str, there: tuple[str, str]
) -> None:
    origin, destination = (end[:2] for end in lane.split("→"))
    assert read(place, origin, destination, Atlas()) == there


def test_the_newest_scan_tells_best() -> None:
    assert found("Paris, FR") == Whereabouts("FR", "", Known.SCAN)


@pytest.mark.parametrize(
    ("lane", "shop", "there", "known"),
    [
        ("CN→BR-SP", "DE", ("BR", "SP"), Known.DESTINATION),
        ("CN→", "DE", ("CN", ""), Known.ORIGIN),
        ("→", "de-by", ("DE", "BY"), Known.SHOP),
        ("→", "", ("", ""), Known.NOWHERE),
    ],
)
def test_under_way_it_is_taken_to_be_where_it_is_to_go(
    lane: str, shop: str, there: tuple[str, str], known: Known
) -> None:
    assert found("depot", lane=lane, shop=shop) == Whereabouts(*there, known)


@pytest.mark.parametrize("milestone", ["info_received", "picked_up", "unknown"])
@pytest.mark.parametrize(
    ("lane", "shop", "country", "known"),
    [
        ("CN→BR", "DE", "CN", Known.ORIGIN),
        ("CN→BR", "CN-GD", "CN", Known.SHOP),
        ("→BR", "DE", "DE", Known.SHOP),
        ("→BR", "", "BR", Known.DESTINATION),
        ("→", "", "", Known.NOWHERE),
    ],
)
def test_before_it_is_under_way_it_is_where_it_comes_from(
    milestone: str, lane: str, shop: str, country: str, known: Known
) -> None:
    there = found(milestone=milestone, lane=lane, shop=shop)
    assert (there.country, there.known, there.under_way) == (country, known, False)
    assert there.region == ("GD" if shop == "CN-GD" else ""), "a parcel from the shop's country is at the shop"


def test_a_parcel_nobody_has_spoken_of_is_with_the_shop() -> None:
    seen = view(Dossier(Parcel(1, "N1", "acme", NOW, origin="CN", destination="BR")), Calendar())
    assert (seen.where.country, seen.clock.place) == ("CN", "CN")


@given(st.text(max_size=40), st.sampled_from([("", ""), ("US", ""), ("CN", "BR"), ("US", "CA"), ("US", "US")]))
def test_whatever_stands_in_a_place_it_is_a_country_there_is_or_none(place: str, ends: tuple[str, str]) -> None:
    country, region = read(place, *ends, ALMANAC)
    assert country == "" or ALMANAC.zones(country, region)
    assert region == "" or region in ALMANAC.regions(country)
