"""A courier that will not push a number is asked about it instead."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import ClassVar

import httpx
import pytest

from parcelwatch.asking.outcomes import Call, Said, take_in
from parcelwatch.asking.poller import take
from parcelwatch.asking.posts import Post
from parcelwatch.core.messaging.messages import UNREADABLE
from parcelwatch.core.policy import Policy
from parcelwatch.core.service.pacing import Pace
from parcelwatch.couriers.base import Account, AsksAnyway, Courier, Registration
from parcelwatch.couriers.dhl import Dhl
from parcelwatch.errors import CourierError, CourierRefused, CourierUnavailable
from parcelwatch.model import Ask, Parcel
from parcelwatch.store import Store, accounts, evidence, parcels
from tests.databases import blank

NOW = datetime(2026, 3, 2, 8, 0, tzinfo=UTC)
POLICY = Policy(profile="china")


class Told(Dhl):
    """A courier that must be told of numbers."""

    register_batch: ClassVar[int] = 1

    def registers(self, account: Account) -> bool:
        return True

    def registration(self, account: Account, asked: Sequence[Ask], now: datetime) -> httpx.Request:
        raise NotImplementedError

    def registered(self, response: httpx.Response, asked: Sequence[Ask]) -> tuple[Registration, ...]:
        raise NotImplementedError


class Subscribed(Told):
    """One that is told of them only so that it pushes."""

    asks_anyway: ClassVar[bool] = True


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with Store.open(blank(tmp_path / "watch.db")) as opened:
        with opened.transaction():
            parcels.add(opened, Parcel(0, "PW1", "bell", NOW), NOW)
        yield opened


def fail(store: Store, courier: Courier, error: CourierError) -> tuple[Call, ...]:
    """What is to be called next after the registration of the one parcel failed."""
    post = Post(Account("bell", "bell", "k", "https://bell.example"), courier, Pace(), timedelta(0))
    (call,) = take(store, post, POLICY, NOW, 10, 0).calls
    assert call.registers
    take_in(store, post, POLICY, [Said(call, NOW, error=error)])
    return take(store, post, POLICY, NOW, 10, 0).calls


def test_a_refused_subscription_is_told_and_the_number_asked_about(store: Store) -> None:
    (call,) = fail(store, Subscribed(), CourierRefused("404: check base_url"))
    assert not call.registers
    assert accounts.load(store, "bell")[0].refused == ""
    (row,) = evidence.unknown(store, "bell")
    assert (row["code"], "asked about instead" in row["text"]) == (UNREADABLE, True)


def test_a_refused_registration_without_which_nothing_can_be_asked_stops_the_account(store: Store) -> None:
    assert fail(store, Told(), CourierRefused("bad key")) == ()
    assert accounts.load(store, "bell")[0].refused == "bad key"


def test_a_number_to_be_told_later_is_postponed_and_nobody_is_told_of_it(store: Store) -> None:
    post = Post(Account("bell", "bell", "k", "https://bell.example"), Told(), Pace(), timedelta(0))
    (call,) = take(store, post, POLICY, NOW, 10, 0).calls
    later = Registration("PW1", ok=False, reason="the quota is spent", later=True)
    take_in(store, post, POLICY, [Said(call, NOW, registrations=(later,))])
    assert take(store, post, POLICY, NOW, 10, 0).calls == ()
    (again,) = take(store, post, POLICY, NOW + timedelta(minutes=1), 10, 0).calls
    assert again.registers
    assert parcels.dossier(store, 1).refused == ""


def test_a_subscription_that_fails_in_passing_is_tried_again(store: Store) -> None:
    assert fail(store, Subscribed(), CourierUnavailable("503")) == ()
    assert not isinstance(Told(), AsksAnyway)
