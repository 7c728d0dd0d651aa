"""karrio's carriers, asked for real: the SDK's own Canada Post connector against a server on loopback."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace

import pytest

from parcelwatch.asking.caller import Caller
from parcelwatch.asking.client import Client
from parcelwatch.config import AccountConfig
from parcelwatch.core.tracking.milestones import stage
from parcelwatch.core.tracking.timeline import merge
from parcelwatch.couriers.base import Account
from parcelwatch.couriers.karrio import REASONS, STATUSES, Karrio
from parcelwatch.errors import (
    ConfigError,
    CourierBusy,
    CourierError,
    CourierRefused,
    CourierUnavailable,
    CourierUnreadable,
)
from parcelwatch.model import Answered, Ask, Cause, Milestone, NotFound, Observation, Timeline
from tests.couriers.recorded import tracked
from tests.servers import Hit, Server, head

M = Milestone
NUMBER = "7023210000000001"
NOW = datetime(2026, 3, 12, 8, tzinfo=UTC)
OPTIONS = {
    "carrier": "canadapost",
    "key_is": "username",
    "secret_is": "password",
    "customer_number": "0001",
    "country": "CA",
}


def occurrence(identifier: str, day: str, clock: str, words: str) -> str:
    return (
        f"<occurrence><event-identifier>{identifier}</event-identifier><event-date>{day}</event-date>"
        f"<event-time>{clock}</event-time><event-time-zone>EST</event-time-zone>"
        f"<event-description>{words}</event-description><event-site>MONTREAL</event-site>"
        "<event-province>QC</event-province></occurrence>"
    )


def detail(*occurrences: str) -> str:
    return (
        f'<tracking-detail xmlns="http://www.canadapost.ca/ws/track"><pin>{NUMBER}</pin>'
        "<expected-delivery-date>2026-03-16</expected-delivery-date>"
        f"<significant-events>{''.join(occurrences)}</significant-events></tracking-detail>"
    )


def messages(code: str, words: str) -> str:
    return (
        '<messages xmlns="http://www.canadapost.ca/ws/messages"><message>'
        f"<code>{code}</code><description>{words}</description></message></messages>"
    )


@pytest.fixture
def post() -> Iterator[Server]:
    async def answer(server: Server, hit: Hit, writer: asyncio.StreamWriter) -> None:
        body = server.body.encode()  # type: ignore[attr-defined]
        writer.write(head(server.status, len(body), content_type="text/xml") + body)  # type: ignore[attr-defined]

    with Server(answer) as server:
        vars(server).update(body=detail(), status=200)
        yield server


def ask(post: Server, body: str, status: int = 200) -> Observation:
    vars(post).update(body=body, status=status)
    courier = Karrio().tailored(AccountConfig("cp", "karrio", options=OPTIONS))
    account = Account("cp", "karrio", "user-4711", post.url, secret="password-4712", options=OPTIONS)

    async def once() -> Observation:
        client = Client()
        try:
            (said,) = await Caller(account, courier, client).ask([Ask(NUMBER)], lambda: NOW)
        finally:
            await client.aclose()
        return said

    return asyncio.run(once())


def test_a_moving_parcel_is_read_through_the_sdk(post: Server) -> None:
    said = ask(post, detail(occurrence("0174", "2026-03-11", "09:15:00", "Item out for delivery")))
    assert isinstance(said, Answered)
    (scan,) = tracked(said).checkpoints
    assert (scan.milestone, scan.code, scan.place) == (M.OUT_FOR_DELIVERY, "0174", "MONTREAL, QC")
    assert said.estimate is not None
    authorization = post.hits[0].headers["authorization"]
    assert authorization.startswith("Basic ")


def test_a_wall_clock_is_every_instant_it_may_mean_in_the_country_and_never_utc(post: Server) -> None:
    said = ask(post, detail(occurrence("1496", "2026-03-11", "19:39:00", "Item successfully delivered")))
    (scan,) = tracked(said).checkpoints
    assert scan.milestone is M.DELIVERED
    assert scan.occurred_at == datetime(2026, 3, 11, 19, 39, tzinfo=UTC) + timedelta(hours=2, minutes=30)
    assert scan.occurred_until == datetime(2026, 3, 12, 2, 39, tzinfo=UTC)


def test_a_code_karrio_does_not_know_is_not_in_transit(post: Server) -> None:
    said = ask(post, detail(occurrence("9876", "2026-03-11", "09:15:00", "Item contemplated")))
    assert [one.milestone for one in tracked(said).checkpoints] == [M.UNKNOWN]


def test_the_text_tells_damage_that_no_code_tells(post: Server) -> None:
    said = ask(post, detail(occurrence("9876", "2026-03-11", "09:15:00", "The item was damaged in transit")))
    assert tracked(said).checkpoints[-1].cause is Cause.DAMAGED


def test_a_number_without_history_is_not_found(post: Server) -> None:
    assert isinstance(ask(post, messages("004", "No Pin History")), NotFound)
    assert isinstance(ask(post, detail()), NotFound)


@pytest.mark.parametrize(
    ("status", "body", "error"),
    [
        (401, messages("E002", "AAA Authentication Failure"), CourierRefused),
        (200, messages("Server", "Rejected by SLM Monitor"), CourierBusy),
        (500, messages("Server", "Internal Server Error"), CourierUnavailable),
        (200, messages("7777", "The moon is full"), CourierUnreadable),
        (200, "<html><body>Please sign in", CourierError),
    ],
)
def test_a_refusal_is_told_by_its_words(post: Server, status: int, body: str, error: type[CourierError]) -> None:
    with pytest.raises(error) as caught:
        ask(post, body, status)
    assert "4711" not in str(caught.value)
    assert "4712" not in str(caught.value)


def test_a_carrier_that_is_down_is_unavailable() -> None:
    courier = Karrio().tailored(AccountConfig("cp", "karrio", options=OPTIONS))
    account = Account("cp", "karrio", "user-4711", "http://127.0.0.1:9", secret="password-4712", options=OPTIONS)
    assert isinstance(courier, Karrio)
    with pytest.raises(CourierUnavailable):
        courier.fetch(account, [Ask(NUMBER)])


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({}, "says which of karrio's carriers"),
        ({"carrier": "pigeonpost"}, "no carrier 'pigeonpost' in karrio; installed: canadapost"),
        ({**OPTIONS, "pasword": "x"}, "no setting 'pasword'; it has "),
        ({**OPTIONS, "key_is": "api_key"}, "no setting 'api_key'"),
    ],
)
def test_settings_karrio_would_stumble_over_are_told_before_anything_is_asked(
    options: dict[str, str], said: str
) -> None:
    with pytest.raises(ConfigError, match=said):
        Karrio().tailored(AccountConfig("cp", "karrio", options=options))


def test_every_status_and_the_reasons_that_name_trouble_are_karrios() -> None:
    units = pytest.importorskip("karrio.core.units")
    assert set(STATUSES) == {each.name for each in units.TrackingStatus}
    assert set(REASONS) <= {each.name for each in units.TrackingIncidentReason}


def test_an_afternoon_karrio_reads_as_a_morning_may_be_either() -> None:
    event = SimpleNamespace(timestamp="2026-03-11T07:11:26.000Z", date="2026-03-11", time="07:11 AM")
    earliest, latest = Karrio("dpd", country="BE")._span(event) or (NOW, NOW)
    assert latest - earliest == timedelta(hours=12)


def test_nothing_that_karrio_logs_is_seen() -> None:
    Karrio().tailored(AccountConfig("cp", "karrio", options=OPTIONS))
    seen: list[logging.LogRecord] = []

    class Watch(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            seen.append(record)

    watch = Watch()
    logging.getLogger().addHandler(watch)
    try:
        for name in ("jstruct.utils", "jstruct", "karrio", "karrio.mappers.gls.proxy"):
            logging.getLogger(name).warning("unknown arguments %s", {"access_token": "canary-4711"})
    finally:
        logging.getLogger().removeHandler(watch)
    assert seen == []


def test_one_error_told_twice_is_told_once(post: Server) -> None:
    message = "<message><code>X</code><description>Gateway unavailable</description></message>"
    body = f'<messages xmlns="http://www.canadapost.ca/ws/messages">{message}{message}</messages>'
    with pytest.raises(CourierUnavailable) as caught:
        ask(post, body)
    assert str(caught.value).count("Gateway unavailable") == 1


def test_a_scan_booked_minutes_after_the_delivery_does_not_undo_it(post: Server) -> None:
    late = occurrence("0174", "2026-03-11", "09:17:00", "Item out for delivery")
    delivery = occurrence("1408", "2026-03-11", "09:15:00", "Item successfully delivered")
    said = tracked(ask(post, detail(late, delivery)))
    heard = merge(Timeline(), said, NOW)
    assert [one.milestone for one in said.checkpoints] == [M.DELIVERED, M.OUT_FOR_DELIVERY]
    assert stage(heard.entries, said.stands).milestone is M.DELIVERED
