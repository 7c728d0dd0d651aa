"""TrackingMore's webhook: who sent it, and which numbers it is about.

Source: TrackingMore's webhook pages, which contradict each other. What their published example proves is an HMAC of a
timestamp alone: the body is not signed, so a push only says who knocked, and a replayed one says no more. The names of
its headers are not published: any header that ends in "signature" and any that ends in "timestamp" will do. API v2
puts both into the body (`verifyInfo`), with the account's e-mail address as the key.
"""

from __future__ import annotations

import re
from dataclasses import replace

from parcelwatch.couriers.base import Push, Trust, decoded
from parcelwatch.couriers.shared.fields import Record, record, rows, text
from parcelwatch.couriers.shared.signing import hmac_sha256_hex, same
from parcelwatch.couriers.trackingmore.item import COMPANY, either, observe
from parcelwatch.errors import CourierRefused, CourierUnreadable
from parcelwatch.model import Ask, Observation

TIMES = ("timeStr", "timestamp")
TIMESTAMP = re.compile(r"[0-9]{9,16}")


def verify(secret: str, push: Push) -> Trust:
    """SENDER when the timestamp is signed with the webhook's secret."""
    if not secret:
        raise CourierRefused("the account has no secret, so TrackingMore's pushes cannot be told from others")
    moment, signature = _signed(push)
    if not TIMESTAMP.fullmatch(moment) or not signature:
        raise CourierRefused("the push is not signed")
    if not same(hmac_sha256_hex(secret.encode(), moment.encode()), signature.lower()):
        raise CourierRefused("the push is signed with another secret")
    return Trust.SENDER


def _signed(push: Push) -> tuple[str, str]:
    """The timestamp and its signature, from the headers or from the body."""
    signature, moment = _header(push, "signature"), _header(push, "timestamp")
    if signature and moment:
        return moment, signature
    try:
        proof = record(_body(push).get("verifyInfo"), "verifyInfo")
        return either(proof, TIMES), text(proof.get("signature"), "signature")
    except CourierUnreadable:
        return "", ""


def _header(push: Push, ending: str) -> str:
    return next((value.strip() for name, value in push.headers.items() if name.lower().endswith(ending)), "")


def pushed(push: Push) -> tuple[Observation, ...]:
    """What the push says, number by number."""
    try:
        return tuple(_told(item) for item in _items(_body(push)))
    except (LookupError, TypeError, ValueError, ArithmeticError, AttributeError, RecursionError) as error:
        raise CourierUnreadable(f"the push does not fit ({type(error).__name__})", push.body[:4096]) from error


def _told(item: Record) -> Observation:
    ask = Ask(text(item.get("tracking_number"), "tracking_number"), company=either(item, COMPANY))
    return replace(observe(ask, item), company=ask.company)


def _items(body: Record) -> list[Record]:
    data = body.get("data")
    found = rows(data, "data") if isinstance(data, list) else [record(data, "data")]
    return [item for item in found if item.get("tracking_number")]


def _body(push: Push) -> Record:
    try:
        value = decoded(push.body)
    except (ValueError, RecursionError) as error:
        raise CourierUnreadable("the push is not JSON", push.body[:4096]) from error
    if not isinstance(value, dict):
        raise CourierUnreadable(f"the push is a JSON {type(value).__name__}", push.body[:4096])
    return value
