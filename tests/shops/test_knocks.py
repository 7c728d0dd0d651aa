"""Shops that call: a signed call means that the order is asked for, any other means nothing."""

from __future__ import annotations

import hashlib
import hmac
import json
from base64 import b64encode
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from datetime import datetime, timedelta
from pathlib import Path

import httpx
import pytest

from parcelwatch import shops, web
from parcelwatch.errors import CourierRefused
from parcelwatch.running.engine import Engine
from parcelwatch.running.keepers import succession
from parcelwatch.shopping.keeper import Shopkeeper
from parcelwatch.shops.base import Account, Knock, Knocks
from parcelwatch.store import parcels
from tests.acceptance.world import THRESHOLDS, Shop, ago, known, numbers
from tests.acceptance.world import Account as CourierAccount
from tests.shops.driving import NOW
from tests.shops.shopify import Shopify, sent, signed

FIRST, SECOND = numbers(2)


@pytest.fixture
def shopify() -> Iterator[Shopify]:
    place = Shopify()
    with place.server:
        yield place


def opened(folder: Path, shopify: Shopify) -> Shop:
    """A shop that asks Shopify once a day, and hears it in between."""
    settings = THRESHOLDS + shopify.settings + 'every = "1d"\n'
    return Shop(
        folder, known(FIRST, ago(3)), known(SECOND, ago(3)), accounts=[CourierAccount("dhl")], settings=settings
    )


@asynccontextmanager
async def door(place: Shop, parts: Engine) -> AsyncIterator[httpx.AsyncClient]:
    """Where shops call, as the daemon opens it."""
    listening = web.bound("127.0.0.1", 0)
    server = web.Server(
        web.application(web.ShopHooks(lambda: parts.shopkeepers, lambda: place.hand.at).route), listening
    )
    server.start()
    try:
        base = f"http://127.0.0.1:{listening.getsockname()[1]}"
        async with httpx.AsyncClient(base_url=base, trust_env=False) as client:
            yield client
    finally:
        await server.stop()


def watched(place: Shop) -> dict[str, bool]:
    with place.store() as store:
        return {row["number"]: row["unwatched_at"] is None for row in parcels.rows(store)}


def test_a_call_has_its_order_asked_for_at_once_and_a_replay_has_not(tmp_path: Path, shopify: Shopify) -> None:
    with opened(tmp_path, shopify) as place:

        async def scene(parts: Engine) -> None:
            shopify.put(1001, place.hand.at, sent(FIRST))
            await place.beat(parts)
            async with door(place, parts) as shop:
                # The body lies: the order has another number.
                body = json.dumps({"id": 1001, "fulfillments": [{"tracking_number": "XX99"}]}).encode()
                shopify.put(1001, place.hand.at, sent(SECOND))
                place.hand.at += timedelta(minutes=1)
                await place.beat(parts)
                asked = len(shopify.queries)
                for _ in range(3):
                    assert (await shop.post("/hooks/shops/web", content=body, headers=signed(body))).status_code == 200
                    await place.beat(parts)
                assert len(shopify.queries) == asked + 1
                gone = json.dumps({"id": 4711}).encode()
                assert (await shop.post("/hooks/shops/web", content=gone, headers=signed(gone))).status_code == 200
                await place.beat(parts)

        place.play(scene)
        assert watched(place) == {FIRST: False, SECOND: True}


def test_whoever_cannot_sign_is_turned_away_and_nothing_is_asked(tmp_path: Path, shopify: Shopify) -> None:
    with opened(tmp_path, shopify) as place:

        async def scene(parts: Engine) -> None:
            await place.beat(parts)
            asked = len(shopify.queries)
            body = b'{"id": 1001}'
            async with door(place, parts) as shop:
                assert (await shop.post("/hooks/shops/web", content=body)).status_code == 401
                assert (await shop.post("/hooks/shops/other", content=body)).status_code == 404
                assert (await shop.get("/hooks/shops/web")).status_code == 405
                long = b" " * (web.LIMIT + 1)
                assert (await shop.post("/hooks/shops/web", content=long, headers=signed(long))).status_code == 413
                place.hand.at += timedelta(minutes=1)
                await place.beat(parts)
            assert len(shopify.queries) == asked

        place.play(scene)


def test_a_call_is_heard_by_whoever_asks_the_shop_once_it_has_arrived(tmp_path: Path, shopify: Shopify) -> None:
    with opened(tmp_path, shopify) as place:

        async def scene(parts: Engine) -> None:
            body, (before,) = b'{"id": 1001}', parts.shopkeepers
            (after,) = succession((), (before.stall,), parts._hire).all
            assert isinstance(after, Shopkeeper)
            asking = [before]

            async def arriving() -> AsyncIterator[bytes]:
                asking[:] = [after]
                yield body

            app = web.application(web.ShopHooks(lambda: asking, lambda: place.hand.at).route)
            async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://here") as shop:
                told = await shop.post("/hooks/shops/web", content=arriving(), headers=signed(body))
            assert told.status_code == 200
            assert (before.knocked, after.knocked) == ((), ("1001",))

        place.play(scene)


def test_a_refused_shop_is_left_alone_however_often_it_calls(tmp_path: Path, shopify: Shopify) -> None:
    with opened(tmp_path, shopify) as place:

        async def scene(parts: Engine) -> None:
            shopify.denied = frozenset({"orders"})
            await place.beat(parts)
            asked = len(shopify.queries)
            async with door(place, parts) as shop:
                for ref in range(5):
                    body = json.dumps({"id": 1000 + ref}).encode()
                    await shop.post("/hooks/shops/web", content=body, headers=signed(body))
                await place.beat(parts)
            assert len(shopify.queries) == asked

        place.play(scene)


def hearing(
    api: str, account: Account, body: bytes, headers: dict[str, str], query: dict[str, str] | None = None
) -> tuple[str, ...]:
    shop = shops.load()[api]
    assert isinstance(shop, Knocks)
    return shop.knocked(account, Knock(headers, query or {}, body), NOW)


def proof(secret: bytes, signed: bytes) -> str:
    return b64encode(hmac.digest(secret, signed, hashlib.sha256)).decode()


def test_woocommerce_signs_with_the_webhooks_secret_and_greets_without() -> None:
    account = Account("web", "woocommerce", "https://x.example", key="ck", secret="cs-other", token="webhook-secret")
    body = b'{"id": 727, "number": "727"}'
    assert hearing("woocommerce", account, body, {"x-wc-webhook-signature": proof(b"webhook-secret", body)}) == ("727",)
    assert hearing("woocommerce", account, b"webhook_id=123", {}) == ()
    for headers in ({}, {"x-wc-webhook-signature": proof(b"cs-other", body)}):
        with pytest.raises(CourierRefused):
            hearing("woocommerce", account, body, headers)
    unknown = Account("web", "woocommerce", "https://x.example", key="ck", secret="cs-other")
    with pytest.raises(CourierRefused):
        hearing("woocommerce", unknown, body, {"x-wc-webhook-signature": proof(b"", body)})


@pytest.mark.parametrize("secret", ["plain-secret", "whsec_" + b64encode(b"other").decode()])
def test_bigcommerce_signs_as_standard_webhooks_do(secret: str) -> None:
    account = Account("web", "bigcommerce", "https://x.example", token="t", secret=secret)
    key = b"other" if secret.startswith("whsec_") else secret.encode()
    body = json.dumps(
        {"scope": "store/shipment/created", "data": {"type": "shipment", "id": 12, "orderId": 251}}
    ).encode()
    headers = {"webhook-id": "msg_1", "webhook-timestamp": "1764288000"}
    good = f"v1a,xyz v1,{proof(key, b'msg_1.1764288000.' + body)}"
    assert hearing("bigcommerce", account, body, {**headers, "webhook-signature": good}) == ("251",)
    order = json.dumps({"scope": "store/order/updated", "data": {"type": "order", "id": 250}}).encode()
    said = f"v1,{proof(key, b'msg_1.1764288000.' + order)}"
    assert hearing("bigcommerce", account, order, {**headers, "webhook-signature": said}) == ("250",)
    for spoiled in ({**headers, "webhook-id": "msg_2", "webhook-signature": good}, headers):
        with pytest.raises(CourierRefused):
            hearing("bigcommerce", account, body, spoiled)


DOUYIN = Account("dy", "douyin", "https://x.example", key="3333333333333333333", secret="aaaaaaaa-bbbb-cccc")


def of_douyin(body: bytes) -> dict[str, str]:
    told = DOUYIN.key.encode() + body + DOUYIN.secret.encode()
    return {"event-sign": hashlib.md5(told, usedforsecurity=False).hexdigest()}


def test_douyin_signs_its_messages_with_key_and_secret_and_tells_of_orders_in_texts() -> None:
    known = b'[{"tag":"102","msg_id":"1"}]'
    vector = Account("dy", "douyin", "https://x.example", key=DOUYIN.key, secret="aaaaaaaa-bbbb-cccc-dddd-eeeeeeeeeeee")
    assert hearing("douyin", vector, known, {"event-sign": "9c24f5f67c1f1ed53c33572c6f6b1309"}) == ()
    order = json.dumps({"p_id": 6917926768820000001, "s_ids": [1], "logistics_msg": {"logistics_code": "XX99"}})
    several = [
        {"tag": "102", "msg_id": "1", "data": order},
        {"tag": "206", "msg_id": "2", "data": json.dumps({"p_id": "6917926768820000002", "aftersale_id": 7})},
        {"tag": "104", "msg_id": "3", "data": order},
        {"tag": "0", "msg_id": "0", "data": "2026-11-28"},
        {"tag": "100", "data": {"p_id": 0}},
        {"tag": "100", "data": "[" * 100_000},
        "nonsense",
    ]
    body = json.dumps(several, ensure_ascii=False).encode()
    assert hearing("douyin", DOUYIN, body, of_douyin(body)) == ("6917926768820000001", "6917926768820000002")
    for headers in ({}, {"event-sign": ""}, {"event-sign": "0" * 32}, of_douyin(body + b" ")):
        with pytest.raises(CourierRefused):
            hearing("douyin", DOUYIN, body, headers)


WECHAT = Account("wx", "wechat", "https://x.example", key="wx1", secret="sec-77aa19", token="push-token")


def of_wechat(at: datetime = NOW, token: str = "push-token", **more: str) -> dict[str, str]:
    stamp, nonce = str(int(at.timestamp())), "n0nce"
    told = "".join(sorted([token, stamp, nonce]))
    proof = hashlib.sha1(told.encode(), usedforsecurity=False).hexdigest()
    return {"signature": proof, "timestamp": stamp, "nonce": nonce, **more}


def test_wechat_signs_when_it_calls_and_tells_of_an_order_or_of_a_case_with_its_order() -> None:
    bodies = {
        "371": {"Event": "channels_ec_order_deliver", "order_info": {"order_id": 371}},
        "372": {"finder_shop_aftersale_status_update": {"after_sale_order_id": "20", "order_id": "372"}},
    }
    for ref, body in bodies.items():
        assert hearing("wechat", WECHAT, json.dumps(body).encode(), {}, of_wechat()) == (ref,)
    assert hearing("wechat", WECHAT, b'{"Event": "product_spu_audit"}', {}, of_wechat()) == ()
    assert hearing("wechat", WECHAT, b"<xml></xml>", {}, of_wechat()) == ()
    told = json.dumps(bodies["371"]).encode()
    old = of_wechat(NOW - timedelta(hours=1))
    unknown = Account("wx", "wechat", "https://x.example", key="wx1", secret="sec-77aa19")
    for account, query in (
        (WECHAT, {}),
        (WECHAT, of_wechat(token="another")),
        (WECHAT, old),
        (WECHAT, {**old, "timestamp": of_wechat()["timestamp"]}),
        (WECHAT, {**of_wechat(), "timestamp": "9" * 400}),
        (unknown, of_wechat(token="")),
    ):
        with pytest.raises(CourierRefused):
            hearing("wechat", account, told, {}, query)
    with pytest.raises(CourierRefused, match="明文"):
        hearing("wechat", WECHAT, b'{"ToUserName": "gh_1", "Encrypt": "b64"}', {}, of_wechat())


@pytest.fixture
def wechat_shop(tmp_path: Path) -> Iterator[Shop]:
    settings = """
[shops.wx]
api = "wechat"
base_url = "http://127.0.0.1:9"
key = "wx1"
secret = "sec-77aa19"
token = "push-token"
every = "1d"
"""
    with Shop(
        tmp_path, known(FIRST, ago(3)), accounts=[CourierAccount("dhl")], settings=THRESHOLDS + settings
    ) as place:
        yield place


def test_a_platform_that_tries_the_address_hears_its_own_word_and_its_calls_are_answered_as_it_wants(
    wechat_shop: Shop,
) -> None:
    async def scene(parts: Engine) -> None:
        now = wechat_shop.hand.at
        async with door(wechat_shop, parts) as caller:
            greeted = await caller.get("/hooks/shops/wx", params=of_wechat(now, echostr="4711<b>"))
            assert (greeted.status_code, greeted.text) == (200, "4711<b>")
            assert greeted.headers["content-type"].startswith("text/plain")
            assert (await caller.get("/hooks/shops/wx", params=of_wechat(now, "another"))).status_code == 401
            assert (await caller.get("/hooks/shops/other")).status_code == 404
            heard = await caller.post("/hooks/shops/wx", params=of_wechat(now), content=b'{"order_info": {}}')
            assert (heard.status_code, heard.text) == (200, "success")

    wechat_shop.play(scene)
