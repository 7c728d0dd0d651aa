"""AfterShip's webhook: whether it is AfterShip's, and the tracking it brings.

Source: AfterShip's webhook pages (2026-07). The header is the Base64 of an HMAC over the body, so it vouches for every
byte of it, but not for when it was sent. The events are an update, a revised delivery date and a number AfterShip has
found nothing about for long; each brings the tracking, the latter two without its checkpoints at times.
"""

from __future__ import annotations

from dataclasses import replace

from parcelwatch.couriers.aftership.tracking import observe
from parcelwatch.couriers.base import Push, Trust
from parcelwatch.couriers.shared.envelope import opened
from parcelwatch.couriers.shared.fields import record, text
from parcelwatch.couriers.shared.signing import hmac_sha256_base64, same
from parcelwatch.errors import CourierRefused
from parcelwatch.model import Ask, Observation

HEADER = "aftership-hmac-sha256"
EVENTS = frozenset({"tracking_update", "edd_revise", "tracking_pending_time"})


def verify(secret: str, push: Push) -> Trust:
    """BODY when the header fits the body and the webhook's secret."""
    if not secret:
        raise CourierRefused("the account has no secret, so AfterShip's pushes cannot be told from others")
    if not same(hmac_sha256_base64(secret.encode(), push.body), push.headers.get(HEADER, "").strip()):
        raise CourierRefused("the push is not signed with the account's secret")
    return Trust.BODY


def pushed(push: Push) -> tuple[Observation, ...]:
    """The tracking it brings."""
    with opened(push) as body:
        tracking = record(body.get("msg"), "msg")
        number = text(tracking.get("tracking_number"), "tracking_number")
        if text(body.get("event"), "event") not in EVENTS or not number:
            return ()
        company = text(tracking.get("slug"), "slug").lower()
        return (replace(observe(Ask(number, company=company), tracking), company=company),)
