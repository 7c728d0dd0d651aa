"""EasyPost's webhook: whether it is EasyPost's, and the tracker it brings.

Source: EasyPost's libraries and webhook pages. The header holds an HMAC over the body, with the secret in its
compatibility form (NFKD), so it vouches for every byte of the body, but not for when it was sent. A second version
signs a time as well, but of what exactly is not published. An event brings the whole tracker; `previous_attributes`
names the status before, which may be the same as now, so it says nothing.
"""

from __future__ import annotations

import unicodedata

from parcelwatch.couriers.base import Push, Trust
from parcelwatch.couriers.easypost.tracker import observe
from parcelwatch.couriers.shared.envelope import opened
from parcelwatch.couriers.shared.fields import record, text
from parcelwatch.couriers.shared.signing import hmac_sha256_hex, same
from parcelwatch.errors import CourierRefused
from parcelwatch.model import Ask, Observation

HEADER = "x-hmac-signature"
PREFIX = "hmac-sha256-hex="
EVENTS = frozenset({"tracker.created", "tracker.updated"})


def verify(secret: str, push: Push) -> Trust:
    """BODY when the header fits the body and the webhook's secret."""
    if not secret:
        raise CourierRefused("the account has no secret, so EasyPost's pushes cannot be told from others")
    key = unicodedata.normalize("NFKD", secret).encode()
    signature = push.headers.get(HEADER, "").strip().lower().removeprefix(PREFIX)
    if not same(hmac_sha256_hex(key, push.body), signature):
        raise CourierRefused("the push is not signed with the account's secret")
    return Trust.BODY


def pushed(push: Push) -> tuple[Observation, ...]:
    """The tracker it brings."""
    with opened(push) as body:
        tracker = record(body.get("result"), "result")
        number = text(tracker.get("tracking_code"), "tracking_code")
        if text(body.get("description"), "description") not in EVENTS or not number:
            return ()
        company = text(tracker.get("carrier"), "carrier")
        return (observe(Ask(number, company=company), tracker),)
