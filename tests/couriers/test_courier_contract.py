"""The contract of every courier, over every fixture; both are found, not listed."""

from __future__ import annotations

import copy
import json
import random
from base64 import b64encode
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import astuple
from datetime import datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from parcelwatch import errors
from parcelwatch.core.rows.companies import COURIERS as COMPANIES
from parcelwatch.core.rows.companies import company
from parcelwatch.core.texts.secrecy import secrecy
from parcelwatch.couriers.base import Courier, Grants, Pushes, Registration, Token, card
from parcelwatch.couriers.shared.discretion import hush, hushed
from parcelwatch.duration import parse_rate
from parcelwatch.errors import CourierBusy, CourierError, CourierUnreadable
from parcelwatch.model import Answered, Cause, Milestone, Observation
from tests.couriers.recorded import COURIERS, SECRETS, Fixture, fixtures, iso, scans, shown

ALL = fixtures()
READABLE = [fixture for fixture in ALL if "expected" in fixture.told]
CALLED = [fixture for fixture in ALL if fixture.call != "push"]
ASKED = [fixture for fixture in READABLE if fixture.call in ("ask", "register")]
# What was answered in full; a number the courier cannot be asked about is refused whatever the answer holds.
ANSWERED = [
    fixture for fixture in ASKED if 200 <= fixture.told["status"] < 300 and not fixture.told.get("lacking", False)
]
REFUSING = [fixture for fixture in ALL if "raises" in fixture.told]

ABSURD = {
    "an empty body": b"",
    "an empty list": b"[]",
    "null": b"null",
    "a text": b'"x"',
    "a number": b"1e999",
    "NaN": b'{"code": NaN}',
    "an empty object": b"{}",
    "a hundred thousand brackets": b"[" * 100_000,
    "a hundred thousand nested objects": b'{"a":' * 100_000,
    "a number of five thousand digits": b'{"code": ' + b"9" * 5000 + b"}",
    "HTML": b"<!doctype html><html><body>Please sign in</body></html>",
    "broken UTF-8": b'{"data": "\xff\xfe"}',
    "a body of blanks": b" " * 10_000,
}


# Where couriers put words about an error, which may quote what they were sent.
ERROR_WORDS = (
    *("message", "detail", "title", "msg", "Reason", "reason", "errorMsg", "apiErrorMsg", "retMsg", "zh_desc"),
    *("error_description", "reasonRemark", "errorMessage", "returnMessage", "sub_msg"),
)


def called(fixture: Fixture) -> str:
    return f"{fixture.api}-{fixture.name}"


def apis(fixtures: Sequence[Fixture]) -> list[str]:
    """The adapters with such fixtures: one case each, as the fixtures of one differ in nothing that is tried."""
    return sorted({fixture.api for fixture in fixtures})


def of(fixtures: Sequence[Fixture], api: str) -> Iterator[Fixture]:
    return (fixture for fixture in fixtures if fixture.api == api)


@contextmanager
def trying(fixture: Fixture, what: str = "") -> Iterator[None]:
    """Whatever fails inside says which fixture it was, and what was tried with it."""
    try:
        yield
    except BaseException as error:
        error.add_note(" of ".join(filter(None, (what, f"{fixture.api}/{fixture.name}.json"))))
        raise


@pytest.mark.parametrize("fixture", READABLE, ids=called)
def test_a_fixture_reads_as_expected(fixture: Fixture) -> None:
    answers = fixture.read()
    expected = fixture.told["expected"]
    assert [shown(answer, wanted) for answer, wanted in zip(answers, expected, strict=True)] == expected


@pytest.mark.parametrize("fixture", REFUSING, ids=called)
def test_a_fixture_that_is_no_answer_raises_whose_fault_it_is(fixture: Fixture) -> None:
    with pytest.raises(getattr(errors, fixture.told["raises"])) as caught:
        fixture.read()
    assert type(caught.value).__name__ == fixture.told["raises"]
    if isinstance(caught.value, CourierBusy):
        at = caught.value.retry_at
        assert (iso(at) if at else None) == fixture.told.get("retry_at")


@pytest.mark.parametrize("api", apis(ASKED))
def test_an_answer_speaks_of_exactly_what_was_asked(api: str) -> None:
    for fixture in of(ASKED, api):
        with trying(fixture):
            assert [numbered(answer) for answer in fixture.read()] == [ask.number for ask in fixture.asked]


@pytest.mark.parametrize("api", apis(READABLE))
def test_times_are_aware_utc_intervals_and_oldest_first(api: str) -> None:
    for fixture in of(READABLE, api):
        with trying(fixture):
            for checkpoint in checkpoints(fixture):
                assert checkpoint.occurred_at.utcoffset() == checkpoint.occurred_until.utcoffset() == timedelta(0)
                assert checkpoint.occurred_at <= checkpoint.occurred_until
            for answer in fixture.read():
                times = [checkpoint.occurred_at for checkpoint in scans(answer)]
                assert times == sorted(times)


@pytest.mark.parametrize("api", apis(READABLE))
def test_nothing_is_unknown_unless_the_fixture_says_so(api: str) -> None:
    for fixture in of(READABLE, api):
        with trying(fixture):
            unknown = any(one.milestone is Milestone.UNKNOWN or one.unmapped for one in checkpoints(fixture))
            assert unknown is fixture.told.get("unknown", False)


@pytest.mark.parametrize("api", apis(CALLED))
def test_no_secret_is_in_the_url_or_in_what_is_said(api: str) -> None:
    for fixture in of(CALLED, api):
        with trying(fixture):
            request = fixture.request()
            assert fixture.told.get("parameters") or not secret_in(str(request.url))
            assert not secret_in(repr(fixture.account))
            try:
                said = repr(as_asked(fixture))
            except CourierError as error:
                hush(error, secrecy(fixture.account.secrets))
                said = repr(error) + repr(getattr(error, "payload", b""))
            assert not secret_in(said)


def as_asked(fixture: Fixture) -> Any:
    """What an echoing answer says to whoever asks with the account."""
    read = fixture.read(echoing(fixture))
    known = secrecy(fixture.account.secrets)
    return [hushed(one, known) for one in read] if isinstance(read, tuple) else read


def secret_in(text: str) -> bool:
    return any(secret in text or packed(secret) in text for secret in SECRETS.values())


def packed(secret: str) -> str:
    return b64encode(secret.encode()).decode().rstrip("=")[:-1]


@pytest.mark.parametrize("api", apis(ANSWERED))
def test_an_absurd_body_is_unreadable(api: str) -> None:
    for fixture in of(ANSWERED, api):
        for what, absurd in ABSURD.items():
            with trying(fixture, what):
                with pytest.raises(CourierUnreadable) as caught:
                    fixture.read(absurd)
                assert len(caught.value.payload) <= 4096


@pytest.mark.parametrize("api", apis(ANSWERED))
def test_a_truncated_body_is_unreadable(api: str) -> None:
    for fixture in of(ANSWERED, api):
        body = fixture.body
        for tenth in range(10):
            with trying(fixture, f"{tenth} tenths"), pytest.raises(CourierUnreadable):
                fixture.read(body[: len(body) * tenth // 10])


@pytest.mark.parametrize("api", apis(ANSWERED))
def test_data_of_another_number_is_never_ours(api: str) -> None:
    for fixture in of(ANSWERED, api):
        body = fixture.body
        for number in {number.encode() for ask in fixture.asked for number in (ask.number, ask.number.lstrip("0"))}:
            body = body.replace(number, b"QQ99999999999")
        try:
            answers = fixture.read(body)
        except CourierError:
            continue
        with trying(fixture):
            assert not any(isinstance(answer, Answered) for answer in answers)


# Adapters that are nothing without their account's settings; their own tests say what they must do.
MADE_TO_MEASURE = ("declared", "karrio")


@pytest.mark.parametrize("api", COURIERS)
def test_a_courier_declares_itself_and_has_the_fixtures_of_every_courier(api: str) -> None:
    courier = COURIERS[api]
    assert isinstance(courier, Courier)
    assert courier.api == api
    assert courier.batch >= 1
    assert set(courier.needs) <= {"key", "customer", "secret", "token", "base_url"}
    assert parse_rate(courier.rate)
    assert all(parse_rate(quota) for quota in courier.quotas)
    assert courier.auth
    assert all(how in ("code", "text", "code, text", "") for how in astuple(courier.tells))
    if api in MADE_TO_MEASURE:
        return
    assert courier.base_url.startswith("https://")
    names = " ".join(fixture.name for fixture in ALL if fixture.api == api)
    for kind in ("moving", "delivered", "damaged", "returned", "refused", "not_found", "too_many"):
        assert kind in names
    assert ("push" in {fixture.call for fixture in ALL if fixture.api == api}) is isinstance(courier, Pushes)
    assert ("grant" in {fixture.call for fixture in ALL if fixture.api == api}) is isinstance(courier, Grants)


@pytest.mark.parametrize("api", COURIERS)
def test_a_courier_names_couriers_and_companies_that_are_known(api: str) -> None:
    mine = card(COURIERS[api])
    assert set(mine.asks) <= set(COMPANIES)
    assert not mine.company or company(api, mine.company).code == mine.company
    assert not mine.doubt.endswith(".")


# A trouble, and how its fixture would show that the courier tells it.
SHOWN = {
    "damaged": lambda one: one.cause is Cause.DAMAGED,
    "returned": lambda one: one.milestone in (Milestone.RETURNED, Milestone.RETURNING),
    "lost": lambda one: one.cause is Cause.LOST,
}


@pytest.mark.parametrize("api", [api for api in COURIERS if api not in MADE_TO_MEASURE])
@pytest.mark.parametrize("trouble", SHOWN)
def test_a_courier_tells_the_troubles_it_claims_to_tell(api: str, trouble: str) -> None:
    mine = [fixture for fixture in READABLE if fixture.api == api and fixture.call in ("ask", "push")]
    told = any(SHOWN[trouble](one) for fixture in mine for one in checkpoints(fixture))
    assert told is bool(getattr(COURIERS[api].tells, trouble))


# --- mutations -----------------------------------------------------------------------------------

WEIRD: st.SearchStrategy[object] = st.sampled_from(
    [
        *(None, True, False, 0, -1, 3, 10**400, 1.5, "", "x", [], {}, [[]], [None], ["x"], {"a": {}}),
        *("0000-00-00", "2026-02-30T25:61:00", "9999-12-31T23:59:59", "0001-01-01T00:00:00+14:00"),
        *("2026-03-04T10:00:00+99:00", "\ud800", "\x00", "𝄞" * 5000),
    ]
)


CHANGES = st.lists(st.tuples(st.integers(0, 2**32), WEIRD), min_size=1, max_size=4)
MUTABLE = [fixture for fixture in ASKED if "body" in fixture.told]


@pytest.mark.parametrize("api", apis(MUTABLE))
@given(data=st.data(), changes=CHANGES)
def test_a_mutated_answer_is_read_or_refused_and_never_breaks_the_reader(
    api: str, data: st.DataObject, changes: list[tuple[int, object]]
) -> None:
    fixture = data.draw(st.sampled_from(list(of(MUTABLE, api))))
    body = copy.deepcopy(fixture.told["body"])
    for seed, weird in changes:
        mutate(body, random.Random(seed), weird)
    try:
        answers = fixture.read(json.dumps(body).encode())
    except CourierError:
        return
    assert [numbered(answer) for answer in answers] == [ask.number for ask in fixture.asked]
    for answer in answers:
        repr(answer).encode()
        for checkpoint in scans(answer):
            assert checkpoint.occurred_at <= checkpoint.occurred_until
            assert isinstance(checkpoint.occurred_at, datetime)
            checkpoint.text.encode()


@given(st.data(), st.binary(max_size=300))
def test_random_bytes_are_never_an_answer(data: st.DataObject, body: bytes) -> None:
    fixture = data.draw(st.sampled_from(ANSWERED))
    with pytest.raises(CourierError):
        fixture.read(body)


def mutate(body: Any, dice: random.Random, weird: object) -> None:
    """Change one place of a JSON value: replace it, drop it, double it, or put a weird value there."""
    places = list(walk(body))
    if not places:
        return
    holder, key = dice.choice(places)
    action = dice.randrange(4)
    if action == 0:
        del holder[key]
    elif action == 1 and isinstance(holder, list):
        holder.insert(key, copy.deepcopy(holder[key]))
    elif action == 2:
        other, name = dice.choice(places)
        holder[key] = (
            copy.deepcopy(other[name]) if name in other or (isinstance(other, list) and name < len(other)) else 0
        )
    else:
        holder[key] = copy.deepcopy(weird)


def walk(value: Any) -> Iterator[tuple[Any, Any]]:
    pairs = (
        list(value.items()) if isinstance(value, dict) else list(enumerate(value)) if isinstance(value, list) else []
    )
    for key, inner in pairs:
        yield value, key
        yield from walk(inner)


def checkpoints(fixture: Fixture) -> list[Any]:
    return [one for answer in fixture.read() for one in scans(answer)]


def numbered(answer: Observation | Registration | Token) -> str:
    assert not isinstance(answer, Token)
    return answer.number


def echoing(fixture: Fixture) -> bytes:
    """The fixture's body with every credential of the account wherever a courier puts words."""
    packs = (b64encode(f"me-:{secret}".encode()[1:]).decode() for secret in SECRETS.values())
    body, echo = fixture.body.decode(), " ".join([*SECRETS.values(), *packs])
    for words in ERROR_WORDS:
        body = body.replace(f'"{words}": "', f'"{words}": "key {echo} ')
    return body.encode() or echo.encode()
