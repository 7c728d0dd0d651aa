"""What every adapter of a helpdesk must do, whatever its platform answers."""

from __future__ import annotations

import json
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any

import httpx
import pytest

from parcelwatch import helpdesks
from parcelwatch.core.tickets import Book, Order, about, first_words, found
from parcelwatch.errors import CourierBusy, CourierError, CourierRefused, CourierUnavailable
from parcelwatch.helpdesks.base import Creates, Helpdesk, Page
from parcelwatch.model import Author, Message, Missive
from parcelwatch.shops.base import Account, Mark, Renews, Wait
from tests.helpdesks.wires import ANSWER, CASES, MAIL, NUMBER, SAID, Case, answered
from tests.shops.test_contract import shape, spoiled

NOW = datetime(2026, 11, 27, 10, tzinfo=UTC)
SINCE = NOW - timedelta(hours=2)
BEGAN = datetime(2026, 11, 27, 9, 12, tzinfo=UTC)
SECRETS = {"key": "key-1234567", "secret": "secret-1234567", "token": "token-1234567"}
KNOWN = Book(
    lambda numbers: [1] if NUMBER in numbers else [],
    lambda names: {"1001": Order(7, (2,))} if "1001" in names else {},
    lambda mail: (),
)

every = pytest.mark.parametrize("case", CASES.values(), ids=CASES)
writing = pytest.mark.parametrize(
    "case", [case for case in CASES.values() if case.desk.writes], ids=[n for n, c in CASES.items() if c.desk.writes]
)


def account(case: Case) -> Account:
    base = (case.desk.base_url or "https://desk.example.com").rstrip("/")
    return Account("desk", case.desk.api, base, options=case.options, **SECRETS)


def driven(
    case: Case, steps: Any, status: int = 200, gone_after: int = 50
) -> tuple[Any, list[Page], list[httpx.Request]]:
    """What a generator came to, its pages, and what it asked. The desk is away `gone_after` so many calls."""
    pages: list[Page] = []
    asked: list[httpx.Request] = []
    answer = None
    try:
        while len(asked) < 50:
            step = steps.send(answer)
            answer = None
            if isinstance(step, httpx.Request):
                asked.append(step)
                answer = answered(case, step, status if len(asked) <= gone_after else 503)
            elif isinstance(step, Page):
                pages.append(step)
            else:
                assert isinstance(step, Wait)
    except StopIteration as done:
        return done.value, pages, asked
    raise AssertionError("it asks on and on")


def read(case: Case, since: datetime = SINCE) -> tuple[list[Page], list[httpx.Request]]:
    _, pages, asked = driven(case, case.desk.since(account(case), Mark(since), NOW))
    return pages, asked


def test_there_is_a_case_for_every_adapter() -> None:
    assert set(CASES) == set(helpdesks.load())


@every
def test_it_is_what_a_helpdesk_is(case: Case) -> None:
    assert isinstance(case.desk, Helpdesk)
    assert set(case.desk.required) <= set(case.desk.options)
    assert case.desk.overlap >= timedelta(0)


@every
def test_a_ticket_is_read_with_who_wrote_what_when(case: Case) -> None:
    pages, _ = read(case)
    (ticket,) = [one for page in pages for one in page.tickets]
    assert (ticket.mail, ticket.created_at, ticket.closed, ticket.merged) == (MAIL, BEGAN, False, False)
    assert not ticket.outbound
    said = ticket.messages
    if said is None:
        said, _, _ = driven(case, case.desk.messages(account(case), ticket, NOW))
    first = said[0]
    assert (first.author, first.at, first.private) == (Author.CUSTOMER, BEGAN, False)
    assert SAID in first.text
    if case.desk.api != "imap":
        ours = next(one for one in said if one.text == ANSWER)
        assert (ours.author, ours.private) == (Author.AGENT, False)
        assert "not yet" not in {one.text for one in said}


@every
def test_its_complaint_is_found(case: Case) -> None:
    pages, _ = read(case)
    (ticket,) = [one for page in pages for one in page.tickets]
    whole, _, _ = driven(case, case.desk.ticket(account(case), ticket.ref, NOW))
    words, there = first_words(whole), about(whole, KNOWN)
    assert isinstance(words, Message)
    assert words.at == BEGAN
    assert there is not None
    assert there.parcels == (1,)
    assert whole.number == ticket.number


@every
def test_the_mark_goes_as_far_as_what_was_read_and_no_further(case: Case) -> None:
    pages, _ = read(case)
    assert pages[-1].mark is not None
    latest = max(one.updated_at for page in pages for one in page.tickets)
    assert SINCE <= pages[-1].mark.at <= max(latest, SINCE)


@every
def test_no_secret_stands_in_an_address(case: Case) -> None:
    _, asked = read(case)
    assert asked
    for request in asked:
        assert not any(secret in str(request.url) for secret in SECRETS.values())
        assert repr(account(case)).count("1234567") == 0


@every
@pytest.mark.parametrize(("status", "error"), [(401, CourierRefused), (429, CourierBusy), (503, CourierUnavailable)])
def test_what_a_status_means(case: Case, status: int, error: type[CourierError]) -> None:
    with pytest.raises(error):
        driven(case, case.desk.since(account(case), Mark(SINCE), NOW), status)


@every
@pytest.mark.parametrize("body", [b"[]", b"{}", b"null", b"[1]", b'{"results": 3}', b"<html>", b"\xff"])
def test_whatever_is_answered_is_an_error_or_nothing(case: Case, body: bytes) -> None:
    steps, answer = case.desk.since(account(case), Mark(SINCE), NOW), None
    try:
        for _ in range(20):
            step: Any = steps.send(answer)
            answer = httpx.Response(200, content=body, request=step) if isinstance(step, httpx.Request) else None
            if isinstance(step, Page):
                assert step.tickets == ()
    except (StopIteration, CourierError):
        return
    raise AssertionError("it asks on and on")


@every
def test_whatever_is_spoiled_in_an_answer_it_is_read_or_a_courier_error(case: Case) -> None:
    pages, asked = read(case)
    (ticket,) = [one for page in pages for one in page.tickets]
    good = {shape(body): body for request in asked if (body := wired(case, request))}
    for steps in (lambda: case.desk.ticket(account(case), ticket.ref, NOW), lambda: messages(case, ticket)):
        good |= {shape(body): body for request in driven(case, steps())[2] if (body := wired(case, request))}
    for kind, bad in [(kind, bad) for kind, body in good.items() for bad in (*spoiled(body), *spoiled(body, ("x",)))]:
        worse = replace(case, wire=partial(but, case, kind, bad))
        for steps in (lambda: case.desk.since(account(case), Mark(SINCE), NOW), lambda: messages(case, ticket)):
            with suppress(CourierError):
                driven(worse, steps(), gone_after=20)
        with suppress(CourierError):
            driven(worse, case.desk.ticket(account(case), ticket.ref, NOW), gone_after=20)


def wired(case: Case, request: httpx.Request) -> Any:
    return case.wire(request.method, request.url.path)


def messages(case: Case, ticket: Any) -> Any:
    return case.desk.messages(account(case), ticket, NOW)


def but(case: Case, kind: str, bad: Any, method: str, path: str) -> Any:
    """What the wire says, but for answers of that shape."""
    good = case.wire(method, path)
    return bad if shape(good) == kind else good


@every
def test_a_ticket_that_is_not_there_is_none(case: Case) -> None:
    if case.desk.api == "imap":
        return
    gone, _, _ = driven(case, case.desk.ticket(account(case), "999", NOW), 404)
    assert gone is None


@writing
@pytest.mark.parametrize("private", [True, False], ids=["note", "reply"])
def test_a_letter_is_written_as_it_is_meant(case: Case, private: bool) -> None:
    pages, _ = read(case)
    (ticket,) = [one for page in pages for one in page.tickets]
    letter = Missive("D3-abc", "Your parcel", "Hello, we ask the courier.", MAIL, "Jana", private)
    _, _, asked = driven(case, case.desk.write(account(case), ticket, letter, NOW))
    (request,) = asked
    assert request.method in ("POST", "PUT")
    said, as_note = case.wrote(json.loads(request.content))
    assert as_note is private
    assert found([Message("9", NOW, Author.AGENT, said)], letter, NOW) is not None


@writing
@pytest.mark.parametrize(
    ("status", "errors"), [(400, (CourierRefused,)), (429, (CourierBusy,)), (500, (CourierUnavailable,))]
)
def test_whether_a_letter_left_follows_from_the_status(
    case: Case, status: int, errors: tuple[type[CourierError], ...]
) -> None:
    pages, _ = read(case)
    (ticket,) = [one for page in pages for one in page.tickets]
    with pytest.raises(errors):
        driven(case, case.desk.write(account(case), ticket, Missive("D3", "S", "text", MAIL), NOW), status)


@pytest.mark.parametrize("case", [case for case in CASES.values() if isinstance(case.desk, Creates)])
def test_a_ticket_is_begun_in_the_customer_s_name(case: Case) -> None:
    assert isinstance(case.desk, Creates)
    _, _, (request,) = driven(case, case.desk.create(account(case), Missive("D3", "Late", "Hello", MAIL, "J"), NOW))
    assert MAIL in request.content.decode()


@pytest.mark.parametrize("case", [case for case in CASES.values() if isinstance(case.desk, Renews)])
def test_a_token_is_asked_for_with_both_credentials(case: Case) -> None:
    assert isinstance(case.desk, Renews)
    request = case.desk.renew(account(case), "", NOW)
    assert "secret-1234567" not in str(request.url)
