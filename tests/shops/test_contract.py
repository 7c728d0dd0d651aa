"""What every shop adapter keeps to, whoever's it is: it asks discreetly, ends, and raises CourierErrors only."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import suppress
from datetime import timedelta
from functools import partial
from typing import Any

import httpx
import pytest

from parcelwatch import shops
from parcelwatch.errors import CourierBusy, CourierError, CourierRefused, CourierUnavailable
from parcelwatch.shops.base import Knocks, Renews, Shop, Telling, value
from tests.shops.answers import ABSENT, ANSWERS, IN_THE_QUERY, REFS
from tests.shops.asking import NOW, SINCE, Answer, account, answered, looked, read

ADAPTERS = {name: shop for name, shop in shops.load().items() if name != "declared"}

SECRETS = ("key-8d21f0", "sec-77aa19", "sgn-51be02", "tok-3c9e55")

every = pytest.mark.parametrize("api", sorted(ADAPTERS))


def well(api: str) -> Answer:
    return lambda request: httpx.Response(200, json=ANSWERS[api](request))


def always(make: Callable[[], httpx.Response]) -> Answer:
    """The same answer to everything."""
    return lambda _: make()


def every_way(shop: Shop, api: str, answer: Answer) -> Iterator[Callable[[], object]]:
    """All that can be asked of an adapter."""
    yield lambda: read(shop, answer)
    yield lambda: read(shop, answer, "7")
    yield lambda: looked(shop, REFS[api], answer)
    if isinstance(shop, Renews):
        who = account(shop)
        request = shop.renew(who, who.token, NOW)
        yield lambda: shop.renewed(answered(request, answer(request), who))


@every
def test_good_answers_are_orders_with_numbers_and_a_mark_that_goes_on(api: str) -> None:
    pages, asked = read(ADAPTERS[api], well(api))
    orders = {order.ref: order for page in pages for order in page.orders}
    assert orders[REFS[api]].shipments
    marks = [page.mark.at for page in pages if page.mark is not None]
    assert marks == sorted(marks)
    assert marks[-1] >= SINCE
    assert all(request.url.scheme == "https" for request in asked)
    found, _ = looked(ADAPTERS[api], REFS[api], well(api))
    assert found == orders[REFS[api]]


@every
def test_what_an_adapter_says_that_it_tells_is_what_it_reads(api: str) -> None:
    shop = ADAPTERS[api]
    assert isinstance(shop, Telling)
    pages, _ = read(shop, well(api))
    orders = [order for page in pages for order in page.orders]
    assert any(order.promised_by is not None for order in orders) == shop.tells.promised
    assert any(order.hand_over_by is not None for order in orders) == shop.tells.hand_over
    assert any(page.grievances for page in pages) == shop.tells.complaints
    assert not (isinstance(shop, Knocks) and shop.tells.unheard)


@every
def test_no_credential_stands_in_an_address_but_where_the_platform_wants_it_there(api: str) -> None:
    shop = ADAPTERS[api]
    who = account(shop)
    _, asked = read(shop, well(api))
    asked += looked(shop, REFS[api], well(api))[1]
    asked += [shop.renew(who, who.token, NOW)] if isinstance(shop, Renews) else []
    for request in asked:
        told = {name: getattr(who, name).split(":") for name in ("key", "secret", "token")}
        shown = {name for name, parts in told.items() if any(part in str(request.url) for part in parts)}
        assert shown <= set(IN_THE_QUERY.get(api, ()))
        assert not any(part in repr(who) for part in who.secrets)


def garbage() -> list[tuple[str, bytes, str]]:
    return [
        ("nothing", b"", "application/json"),
        ("no JSON", b"\xff\xfe{", "application/json"),
        ("a page", b"<html>please log in</html>", "text/html; charset=utf-8"),
        ("depth", b"[" * 100_000, "application/json"),
        ("NaN", b'{"code": NaN}', "application/json"),
    ]


@every
@pytest.mark.parametrize(("body", "kind"), [pytest.param(body, kind, id=name) for name, body, kind in garbage()])
def test_what_is_no_answer_is_a_courier_error(api: str, body: bytes, kind: str) -> None:
    for attempt in every_way(
        ADAPTERS[api], api, always(partial(httpx.Response, 200, content=body, headers={"content-type": kind}))
    ):
        with pytest.raises(CourierError):
            attempt()


@every
@pytest.mark.parametrize("body", ["{}", "[]", "null", "7", '"ok"'])
def test_an_empty_answer_is_read_or_a_courier_error(api: str, body: str) -> None:
    for attempt in every_way(ADAPTERS[api], api, always(partial(httpx.Response, 200, text=body))):
        with suppress(CourierError):
            attempt()


@every
@pytest.mark.parametrize(
    ("status", "error"),
    [
        (401, CourierRefused),
        (403, CourierRefused),
        (429, CourierBusy),
        (500, CourierUnavailable),
        (503, CourierUnavailable),
    ],
)
def test_statuses_mean_what_they_mean_everywhere(api: str, status: int, error: type[CourierError]) -> None:
    headers = {"retry-after": "90", "date": "Sat, 28 Nov 2026 04:00:00 GMT"}
    answers = [partial(httpx.Response, status, content=body, headers=headers) for body in (b"<html>no</html>", b"{}")]
    for attempt in (each for made in answers for each in every_way(ADAPTERS[api], api, always(made))):
        with pytest.raises(error) as raised:
            attempt()
        if isinstance(raised.value, CourierBusy):
            assert raised.value.retry_at == NOW + timedelta(seconds=90)


@every
def test_an_error_never_repeats_a_credential_that_the_answer_echoes(api: str) -> None:
    shop = ADAPTERS[api]
    echo = " ".join(SECRETS)
    words = dict.fromkeys(("msg", "message", "error_msg", "sub_msg", "errmsg", "errorMsg"), f"系统 {echo}")
    body = {**words, "code": "x1", "status": 7, "error_code": 7, "errcode": 7, "result": 7, "success": False}
    body["error_response"] = dict(body)
    for status in (200, 400):
        for attempt in every_way(shop, api, always(partial(httpx.Response, status, json=body))):
            with pytest.raises(CourierError) as raised:
                attempt()
            assert not any(secret in f"{raised.value!r}" for secret in SECRETS)


JUNK: tuple[Any, ...] = (None, "", "＊", -1, 1e400, True, [], {}, [[]], {"a": [None]}, "9" * 400, "2026-13-45", 10**30)


def spoiled(value: Any, junk: tuple[Any, ...] = JUNK) -> Iterator[Any]:
    """The value with one place of it replaced, place by place, each by the next piece of junk."""
    turn = 0

    def places(value: Any, put: Callable[[Any], Any]) -> Iterator[Any]:
        nonlocal turn
        yield put(junk[turn * 5 % len(junk)])
        turn += 1
        if isinstance(value, dict | list):
            for key in value if isinstance(value, dict) else range(len(value)):
                yield from places(value[key], partial(with_, value, key, put))

    return places(value, lambda new: new)


def with_(value: Any, key: Any, put: Callable[[Any], Any], new: Any) -> Any:
    """The whole, with one place of one part of it replaced."""
    changed = dict(value) if isinstance(value, dict) else list(value)
    changed[key] = new
    return put(changed)


def shape(value: Any) -> str:
    """What two answers to the same call have in common."""
    if isinstance(value, dict):
        return "{" + " ".join(f"{name}{shape(inner)}" for name, inner in sorted(value.items())) + "}"
    return "[" + "".join(shape(each) for each in value[:1]) + "]" if isinstance(value, list) else ""


@every
def test_whatever_is_spoiled_in_an_answer_it_is_read_or_a_courier_error(api: str) -> None:
    shop = ADAPTERS[api]
    good: dict[str, Any] = {}

    def remember(request: httpx.Request) -> httpx.Response:
        body = ANSWERS[api](request)
        good[shape(body)] = body
        return httpx.Response(200, json=body)

    def but(spoiling: str, bad: Any, request: httpx.Request) -> httpx.Response:
        body = ANSWERS[api](request)
        said = bad if shape(body) == spoiling else body
        return httpx.Response(200, text=json.dumps(said).replace("Infinity", "1e400"))

    for attempt in every_way(shop, api, remember):
        attempt()
    for kind, bad in [(kind, bad) for kind, body in good.items() for bad in spoiled(body)]:
        for attempt in every_way(shop, api, partial(but, kind, bad)):
            with suppress(CourierError):
                attempt()


def test_half_a_character_in_an_answer_keeps_no_page_from_being_saved() -> None:
    def halved(request: httpx.Request) -> httpx.Response:
        return httpx.Response(200, text=json.dumps(ANSWERS["odoo"](request)).replace("WH/", "W\\ud800H/"))

    pages, _ = read(ADAPTERS["odoo"], halved)
    refs = [order.ref for page in pages for order in page.orders]
    assert refs
    assert all(ref.encode() for ref in refs)
    told = httpx.Response(200, text='{"a\\ud800": ["\\udfff", "\\ud834\\udd1e", {"x": "\\ud83d!"}]}')
    assert value(told) == {"a?": ["?", "𝄞", {"x": "?!"}]}


@every
def test_a_platform_that_never_stops_telling_is_left_at_last(api: str) -> None:
    counts = {"total", "total_count", "data_count", "total_results", "orderTotal", "page_count", "totalCount"}

    def more(value: Any) -> Any:
        if isinstance(value, dict):
            return {name: 10**8 if name in counts else more(inner) for name, inner in value.items()}
        return True if isinstance(value, bool) else [more(each) for each in value] if isinstance(value, list) else value

    with suppress(CourierError):
        read(ADAPTERS[api], lambda request: httpx.Response(200, json=more(ANSWERS[api](request))))


@every
def test_an_adapter_says_what_it_is(api: str) -> None:
    shop = ADAPTERS[api]
    assert set(shop.needs) <= {"key", "secret", "token", "base_url"}
    assert set(shop.required) <= set(shop.options)
    assert shop.overlap >= timedelta(minutes=2)


@pytest.mark.parametrize("api", sorted(ABSENT))
def test_an_order_that_the_platform_does_not_know_is_none(api: str) -> None:
    found, _ = looked(ADAPTERS[api], "4711", lambda _: httpx.Response(200, json=ABSENT[api]))
    assert found is None
