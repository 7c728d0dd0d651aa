"""17TRACK's webhook: whether it is 17TRACK's, and what it says.

Source: 17TRACK's API document on webhooks. The header `sign` is a plain SHA-256 of the body, a slash and the API key,
so it vouches for every byte of the body, but not for when it was sent. Version 1 of the API put the signature into the
body, over a part of it; such a push is refused. A number 17TRACK stops following is told once, and without its events.
"""

from __future__ import annotations

from dataclasses import replace

from parcelwatch.couriers.base import Account, Push, Trust
from parcelwatch.couriers.seventeentrack.item import observe
from parcelwatch.couriers.shared.envelope import opened
from parcelwatch.couriers.shared.fields import Record, record, text
from parcelwatch.couriers.shared.signing import same, sha256_hex
from parcelwatch.errors import CourierRefused
from parcelwatch.model import Answered, Ask, Observation, Stop

HEADER = "sign"
UPDATED = "TRACKING_UPDATED"
STOPPED = "TRACKING_STOPPED"


def verify(account: Account, push: Push) -> Trust:
    """BODY when the header `sign` fits the body and the account's key."""
    signature = push.headers.get(HEADER, "").strip().lower()
    if not signature:
        raise CourierRefused("the push carries no sign header; 17TRACK's webhook must be of version 2 or later")
    if not account.key or not same(sha256_hex(push.body + b"/" + account.key.encode()), signature):
        raise CourierRefused("the push is signed with another 17TRACK key")
    return Trust.BODY


def pushed(push: Push) -> tuple[Observation, ...]:
    """What it says of its one number."""
    with opened(push) as body:
        item = record(body.get("data"), "data")
        ask = Ask(text(item.get("number"), "number"), company=text(item.get("carrier"), "carrier").lstrip("0"))
        meant = _MEANT.get(text(body.get("event"), "event"))
        return (meant(ask, item),) if meant and ask.number else ()


def _updated(ask: Ask, item: Record) -> Observation:
    return replace(observe(ask, item), company=ask.company)


def _stopped(ask: Ask, _: Record) -> Observation:
    return Answered(ask.number, stopped=Stop.NO_LONGER_FOLLOWED, company=ask.company)


_MEANT = {UPDATED: _updated, STOPPED: _stopped}
