"""An aggregator that takes a number and does not know it is not told of it again and again."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from parcelwatch.core.policy import Policy
from parcelwatch.core.tracking.registration import FORGOTTEN, SLOW, believed
from parcelwatch.ingest import Heard, ingest
from parcelwatch.model import NotFound, Parcel, Refused
from parcelwatch.store import Store, cases, parcels
from tests.databases import blank

NOW = datetime(2026, 3, 2, 8, 0, tzinfo=UTC)
HOUR = timedelta(hours=1)
UNKNOWN = Refused("PW1", reason="not registered", unregistered=True)


@pytest.mark.parametrize("age", [None, FORGOTTEN, timedelta(days=90), -HOUR])
def test_a_number_it_was_never_told_of_or_forgot_is_to_be_registered(age: timedelta | None) -> None:
    told = None if age is None else NOW - age
    assert believed(UNKNOWN, told, NOW) == UNKNOWN


def test_a_number_it_was_told_of_lately_is_not_there_yet() -> None:
    said = believed(UNKNOWN, NOW - SLOW / 2, NOW)
    assert isinstance(said, NotFound)
    assert said.pending


def test_a_number_it_took_and_does_not_know_is_refused() -> None:
    said = believed(UNKNOWN, NOW - SLOW, NOW)
    assert isinstance(said, Refused)
    assert not said.unregistered
    assert "check the number and its company" in said.reason


def test_six_hours_of_taking_and_not_knowing_cost_one_registration_and_tell_agents(tmp_path: Path) -> None:
    policy = Policy(profile="china")
    registrations = asks = 0
    with Store.open(blank(tmp_path / "watch.db")) as store:
        with store.transaction():
            added = parcels.add(store, Parcel(0, "PW1", "track", NOW), NOW)
        now = NOW
        while now < NOW + 6 * HOUR:
            with store.transaction():
                for one in parcels.claim(store, "track", now, now + HOUR, 1):
                    if one.registered:
                        asks += 1
                        ingest(store, [Heard(added, UNKNOWN, now)], policy)
                    else:
                        registrations += 1
                        parcels.set_registered(store, [added], now)
                        parcels.poll_again(store, [added], now + timedelta(seconds=5))
            now += timedelta(seconds=5)
        assert registrations == 1
        assert asks < 30
        assert [row.case.kind for row in cases.rows(store, now)] == ["tracking_stopped"]
