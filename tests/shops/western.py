"""What the platforms of the West answer when nothing is wrong, for the contract that every adapter keeps to.

What belongs here: the loopback peers' answers without a network, by the name of each adapter.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, datetime
from functools import partial
from typing import Any
from urllib.parse import parse_qs

import httpx

from tests.shops.peers import ALL, BigCommerce, Call, ErpNext, Etsy, Odoo, Peer, Sold
from tests.shops.shopify import Shopify, sent

AT = datetime(2026, 11, 28, 3, 30, tzinfo=UTC)
CHOSEN = "11223344"
"""What every required option is there."""


def _peer(kind: type[Peer]) -> Peer:
    peer = kind()
    peer.sold = [Sold("7", AT, "1Z999AA10123456784"), Sold("8", AT, "1Z999AA10123456795", over="cancelled")]
    return peer


def _answer(kind: type[Peer], request: httpx.Request) -> Any:
    if request.url.path.endswith("/token"):
        return {"access_token": "granted-1", "refresh_token": "renewal-1", "expires_in": 3600}
    path = request.url.path.replace(CHOSEN, {BigCommerce: "abc123", Etsy: "77"}.get(kind, CHOSEN))
    if kind is ErpNext:
        path = path.replace(" ", "%20")
    query = {name: values[0] for name, values in parse_qs(request.url.query.decode(), keep_blank_values=True).items()}
    body = json.loads(request.content) if request.content else None
    said = _peer(kind).answer(Call(request.method, path, query, request.headers, body))[1]
    return [] if said is None else said


def _shopify(request: httpx.Request) -> Any:
    if request.url.path.endswith("/access_token"):
        return {"access_token": "granted-1", "expires_in": 86399}
    shop = Shopify()
    due = {"id": "1", "status": "CLOSED", "fulfillBy": "2026-11-30T22:59:59Z", "deliveryMethod": None}
    shop.put(7, AT, sent("1Z999AA10123456784", by="UPS"), fulfillmentOrders={"nodes": [due]})
    return shop.told(json.loads(request.content))


ANSWERS: dict[str, Callable[[httpx.Request], Any]] = {kind.api: partial(_answer, kind) for kind in ALL}
ANSWERS |= {"shopify": _shopify, "shopify_app": _shopify}
REFS = dict.fromkeys(ANSWERS, "7") | {Odoo.api: "WH/OUT/7", ErpNext.api: "MAT-DN-7"}
