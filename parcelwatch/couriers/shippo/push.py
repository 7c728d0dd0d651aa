"""Shippo's webhook: whether it is Shippo's, and the track it brings.

Source: Shippo's pages on webhooks and their security. By default nothing is signed: a token of one's own in the
webhook's address (`?token=`) then shows who sent it, but not what was said. On request Shippo signs the timestamp and
the body together. A signed push is believed for a few minutes only, so that a recorded one cannot be sent again.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta

from parcelwatch.couriers.base import Account, Push, Trust, decoded
from parcelwatch.couriers.shared.fields import record, text
from parcelwatch.couriers.shared.signing import hmac_sha256_hex, same
from parcelwatch.couriers.shippo.track import observe
from parcelwatch.errors import CourierRefused, CourierUnreadable
from parcelwatch.model import Ask, Observation

HEADER = "shippo-auth-signature"
UPDATED = "track_updated"
FRESH = timedelta(minutes=5)

_SECONDS = re.compile(r"[0-9]{1,11}")
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def verify(account: Account, push: Push, now: datetime) -> Trust:
    """BODY with a good signature, SENDER with the token alone."""
    signed = push.headers.get(HEADER, "")
    if signed and account.secret:
        _check_signature(account.secret, signed, push.body, now)
        return Trust.BODY
    if account.token and same(account.token, push.query.get("token", "")):
        return Trust.SENDER
    if account.secret or account.token:
        raise CourierRefused("the push carries neither Shippo's signature nor the right token")
    raise CourierRefused("the account has neither a secret nor a token, so Shippo's pushes cannot be told from others")


def _check_signature(secret: str, signed: str, body: bytes, now: datetime) -> None:
    fields = [field.strip().partition("=") for field in signed.split(",")]
    moment = next((value for name, _, value in fields if name == "t"), "")
    signatures = [value.lower() for name, _, value in fields if name == "v1"]
    if not _SECONDS.fullmatch(moment):
        raise CourierRefused("the push's signature names no time")
    expected = hmac_sha256_hex(secret.encode(), moment.encode() + b"." + body)
    if not any(same(expected, signature) for signature in signatures):
        raise CourierRefused("the push is signed with another secret")
    if abs(_EPOCH + timedelta(seconds=int(moment)) - now) > FRESH:
        raise CourierRefused("the push was signed minutes ago: it was sent twice, or this machine's clock is wrong")


def pushed(push: Push) -> tuple[Observation, ...]:
    """The track it brings."""
    try:
        body = decoded(push.body)
        if not isinstance(body, dict):
            raise CourierUnreadable(f"the push is a JSON {type(body).__name__}", push.body[:4096])
        track = record(body.get("data"), "data")
        number = text(track.get("tracking_number"), "tracking_number")
        if text(body.get("event"), "event") != UPDATED or not number:
            return ()
        ask = Ask(number, company=text(track.get("carrier"), "carrier"))
        return (observe(ask, track),)
    except (LookupError, TypeError, ValueError, ArithmeticError, AttributeError, RecursionError) as error:
        raise CourierUnreadable(f"the push does not fit ({type(error).__name__})", push.body[:4096]) from error
