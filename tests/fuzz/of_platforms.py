"""What shops and helpdesks answer, and what is made of their pages.

What belongs here: each kind of good answer as a seed; while one is spoiled, all others are good.
"""

from __future__ import annotations

import json
from base64 import b64decode, b64encode
from collections.abc import Callable, Mapping
from contextlib import suppress
from functools import cache
from typing import Any, Final

import httpx

from parcelwatch import shops
from parcelwatch.core.texts.secrecy import secrecy
from parcelwatch.core.tickets import about, first_words
from parcelwatch.couriers.shared.discretion import hush
from parcelwatch.errors import CourierError
from parcelwatch.shopping.taking import Counter, take_page
from parcelwatch.shops.base import Knock, Knocks, Mark
from parcelwatch.shops.base import Page as ShopPage
from parcelwatch.verbs.desks import assigner
from tests.fuzz.by_hand import known
from tests.fuzz.oracle import POLICY, Broken, keeps_secrets, must, printable, undone
from tests.fuzz.target import Seeds, Target
from tests.helpdesks import test_contract as desk
from tests.helpdesks.wires import CASES, Case, answered
from tests.shops import asking
from tests.shops.answers import ANSWERS, REFS
from tests.shops.test_contract import shape

_ANSWERS: Final = 30


def until_it_is_gone(answer: asking.Answer) -> asking.Answer:
    """So many answers, and then none: what goes on for ever is the contract tests' to try."""
    left = iter(range(_ANSWERS))

    def answers(request: httpx.Request) -> httpx.Response:
        return httpx.Response(503, request=request) if next(left, None) is None else answer(request)

    return answers


# --- shops ---------------------------------------------------------------------------------------

_SHOPS: Final = {name: shop for name, shop in shops.load().items() if name in ANSWERS}


def _asked_of(api: str, answer: asking.Answer) -> list[ShopPage]:
    pages, _ = asking.read(_SHOPS[api], answer)
    with suppress(CourierError):
        found, _ = asking.looked(_SHOPS[api], REFS[api], answer)
        pages += [ShopPage(orders=(found,))] if found else []
    return pages


@cache
def _good(api: str) -> Mapping[str, bytes]:
    """The different answers of a platform, by their shape."""
    told: dict[str, bytes] = {}

    def remember(request: httpx.Request) -> httpx.Response:
        body = ANSWERS[api](request)
        told.setdefault(shape(body), json.dumps(body, ensure_ascii=False).encode())
        return httpx.Response(200, json=body)

    _asked_of(api, remember)
    return told


def _shop_seeds() -> Seeds:
    return {f"{api}/{place}": body for api in _SHOPS for place, body in enumerate(_good(api).values())}


def _shop(name: str, body: bytes) -> None:
    api, _, place = name.partition("/")
    spoiling = list(_good(api))[int(place)]

    @until_it_is_gone
    def answer(request: httpx.Request) -> httpx.Response:
        try:
            good = ANSWERS[api](request)
        except Exception:  # noqa: BLE001 - the platform of the tests knows good questions only
            return httpx.Response(404, json={})
        if shape(good) == spoiling:
            return httpx.Response(200, content=body, headers={"content-type": "application/json"})
        return httpx.Response(200, json=good)

    secrets = asking.account(_SHOPS[api]).secrets
    try:
        pages = _asked_of(api, answer)
    except CourierError as error:
        keeps_secrets(f"{error!r}", secrets)
        str(error).encode()
        return
    with undone() as store:
        counter = Counter(api, assigner(known()), POLICY, "EUR")
        for page in pages:
            printable(page.orders + page.grievances + page.remarks)
            keeps_secrets("".join(page.remarks), secrets)
            take_page(store, counter, page, asking.NOW)


# --- shops that call -----------------------------------------------------------------------------


def _knock_seeds() -> Seeds:
    bodies = {f"{api}/{place}": body for api in _SHOPS for place, body in enumerate(_good(api).values())}
    return {name: body for name, body in bodies.items() if isinstance(_SHOPS[name.partition("/")[0]], Knocks)}


def _knock(name: str, body: bytes) -> None:
    """Nobody signed it: it is a greeting or refused."""
    shop = _SHOPS[name.partition("/")[0]]
    assert isinstance(shop, Knocks)
    knock = Knock({"content-type": "application/json", "event-sign": "x"}, {"sign": "x", "timestamp": "1"}, body)
    with suppress(CourierError):
        must(not shop.knocked(asking.account(shop), knock, asking.NOW), "an order is asked for that nobody named")


# --- helpdesks -----------------------------------------------------------------------------------


@cache
def _desk_answers(name: str) -> Mapping[str, bytes]:
    case, told = CASES[name], dict[str, bytes]()

    def remember(request: httpx.Request) -> httpx.Response:
        response = answered(case, request)
        told.setdefault(shape(json.loads(response.content or b"null")), response.content)
        return response

    _tickets(case, remember)
    return told


def _desk_seeds() -> Seeds:
    return {f"{name}/{place}": body for name in CASES for place, body in enumerate(_desk_answers(name).values())}


def _desk(name: str, body: bytes) -> None:
    api, _, place = name.partition("/")
    case = CASES[api]
    spoiling = list(_desk_answers(api))[int(place)]

    @until_it_is_gone
    def answer(request: httpx.Request) -> httpx.Response:
        good = answered(case, request)
        if shape(json.loads(good.content or b"null")) != spoiling:
            return good
        headers = {"content-type": "application/json"}
        return httpx.Response(200, content=body, headers=headers, request=request)

    try:
        _tickets(case, answer)
    except CourierError as error:
        hush(error, secrecy(tuple(desk.SECRETS.values())))  # as whoever asks does
        keeps_secrets(f"{error!r}", desk.SECRETS.values())
        str(error).encode()


def _mail_seeds() -> Seeds:
    """Mails as a mailbox holds them."""
    (said,) = [json.loads(body) for body in _desk_answers("imap").values()]
    plain = [b64decode(mail["raw"]) for mail in said["mails"]]
    return {str(place): mail for place, mail in enumerate([*plain, _IN_PARTS.encode()])}


def _mail(_: str, body: bytes) -> None:
    found = {"validity": 5, "last": 7, "mails": [{"uid": 7, "raw": b64encode(body).decode()}]}

    @until_it_is_gone
    def answer(request: httpx.Request) -> httpx.Response:
        return httpx.Response(200, json=found, request=request)

    _tickets(CASES["imap"], answer)


_IN_PARTS: Final = """From: =?gb2312?B?1cXI/Q==?= <zhang@example.com>
To: shop@example.com
Subject: =?utf-8?q?Wo_ist_mein_P=C3=A4ckchen=3F?=
Date: Fri, 27 Nov 2026 10:12:00 +0100
Message-ID: <m2@example.com>
In-Reply-To: <m1@example.com>
References: <m0@example.com> <m1@example.com>
MIME-Version: 1.0
Content-Type: multipart/alternative; boundary="b1"

--b1
Content-Type: text/plain; charset="gb18030"
Content-Transfer-Encoding: base64

w7vT0MrVtb0=
--b1
Content-Type: text/html; charset=utf-8
Content-Transfer-Encoding: quoted-printable

<p>Where is order #1001? 003404=34292135100186<br>On Monday Jana wrote:</p><blockquote>old</blockquote>
--b1--
"""


def _tickets(case: Case, answer: Callable[[httpx.Request], httpx.Response]) -> None:
    account = desk.account(case)
    pages = _steps(case.desk.since(account, Mark(desk.SINCE), desk.NOW), answer)[1]
    for ticket in [one for page in pages for one in page.tickets][:5]:
        printable(ticket)
        whole = _steps(case.desk.ticket(account, ticket.ref, desk.NOW), answer)[0] or ticket
        said = whole.messages
        if said is None:
            said = _steps(case.desk.messages(account, whole, desk.NOW), answer)[0]
        printable(tuple(said))
        printable(first_words(whole))
        about(whole, desk.KNOWN)


def _steps(steps: Any, answer: Callable[[httpx.Request], httpx.Response]) -> tuple[Any, list[Any]]:
    """What a conversation came to, and its pages. One that asks on and on is a finding."""
    pages: list[Any] = []
    given = None
    for _ in range(500):
        try:
            step = steps.send(given)
        except StopIteration as done:
            return done.value, pages
        given = answer(step) if isinstance(step, httpx.Request) else None
        if hasattr(step, "tickets"):
            pages.append(step)
    raise Broken("it asks on and on")


SHOPS = Target(_shop_seeds, _shop)
KNOCKS = Target(_knock_seeds, _knock)
HELPDESKS = Target(_desk_seeds, _desk)
MAILS = Target(_mail_seeds, _mail)
