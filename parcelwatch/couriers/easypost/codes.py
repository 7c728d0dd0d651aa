"""EasyPost's ten statuses, its 28 details, and what a pair of them means.

Source: the types of EasyPost's Node library and its tracking pages. Which detail comes with which status is not
published: damage and loss may stand under "in_transit" as well as under "failure", so both are read.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache

from parcelwatch.core.tracking.milestones import PROGRESS
from parcelwatch.couriers.shared.meanings import UNKNOWN, Meaning
from parcelwatch.model import Cause, Milestone

M = Milestone
C = Cause

ERROR, NOT_YET, DELIVERED, FAILURE = "error", "unknown", "delivered", "failure"

STATUSES: Mapping[str, Meaning] = {
    NOT_YET: UNKNOWN,
    "pre_transit": (M.INFO_RECEIVED, None),
    "in_transit": (M.IN_TRANSIT, None),
    "out_for_delivery": (M.OUT_FOR_DELIVERY, None),
    DELIVERED: (M.DELIVERED, None),
    "available_for_pickup": (M.AVAILABLE_FOR_PICKUP, None),
    "return_to_sender": (M.RETURNING, None),  # or returned: only words could tell
    FAILURE: (M.EXCEPTION, C.UNSTATED),
    "cancelled": (M.CANCELLED, None),
    "canceled": (M.CANCELLED, None),  # spelled so in some texts
    ERROR: UNKNOWN,
}

# What a detail means by itself.
DETAILS: Mapping[str, Meaning] = {
    "address_correction": (M.EXCEPTION, C.ADDRESS),
    "arrived_at_destination": (M.IN_TRANSIT, None),
    "arrived_at_facility": (M.IN_TRANSIT, None),
    "arrived_at_pickup_location": (M.AVAILABLE_FOR_PICKUP, None),
    "awaiting_information": (M.EXCEPTION, C.UNSTATED),
    "cancelled": (M.CANCELLED, None),
    "damaged": (M.EXCEPTION, C.DAMAGED),
    "delayed": (M.IN_TRANSIT, C.COURIER_FAULT),
    "delivery_exception": (M.ATTEMPT_FAILED, None),
    "departed_facility": (M.IN_TRANSIT, None),
    "departed_origin_facility": (M.IN_TRANSIT, None),
    "expired": (M.IN_TRANSIT, None),  # silence, not a loss
    "failure": (M.EXCEPTION, C.UNSTATED),
    "held": (M.EXCEPTION, C.UNSTATED),
    "in_transit": (M.IN_TRANSIT, None),
    "label_created": (M.INFO_RECEIVED, None),
    "lost": (M.EXCEPTION, C.LOST),
    "missorted": (M.IN_TRANSIT, C.MISROUTED),
    "out_for_delivery": (M.OUT_FOR_DELIVERY, None),
    "received_at_destination_facility": (M.IN_TRANSIT, None),
    "received_at_origin_facility": (M.IN_TRANSIT, None),
    "refused": (M.EXCEPTION, C.REFUSED),
    "return": (M.RETURNING, None),
    "status_update": UNKNOWN,
    "transferred_to_destination_carrier": (M.IN_TRANSIT, None),
    "transit_exception": (M.EXCEPTION, C.UNSTATED),
    "unknown": UNKNOWN,
    "weather_delay": (M.IN_TRANSIT, C.WEATHER),
}

EXPIRED = "expired"
# Held at customs, at a post office, at the recipient's wish: words say which, and where, before the detail does.
HELD = "held"
# Late for a reason that words may give.
DELAYED = "delayed"
# News of a parcel that nobody need have had in hand.
NOTICES = frozenset({"awaiting_information", DELAYED, "weather_delay"})

# Pairs that mean something else than the rules of `meaning` make of them.
TOGETHER: Mapping[tuple[str, str], Meaning] = {
    (DELIVERED, "damaged"): (M.DELIVERED, C.DAMAGED),
    (DELIVERED, "return"): (M.RETURNED, None),
    (DELIVERED, "arrived_at_pickup_location"): (M.AVAILABLE_FOR_PICKUP, None),
    ("pre_transit", "awaiting_information"): (M.INFO_RECEIVED, None),
    ("available_for_pickup", HELD): (M.AVAILABLE_FOR_PICKUP, None),
}

_TURNS = frozenset({M.RETURNING, M.CANCELLED})


@lru_cache(maxsize=1024)
def meaning(status: str, detail: str) -> Meaning | None:
    """What a status and its detail mean together, None where neither says anything and words must."""
    if status and status not in STATUSES:
        return UNKNOWN
    if detail and detail not in DETAILS:
        return meaning(status, "") if status else UNKNOWN
    if (status, detail) in TOGETHER:
        return TOGETHER[status, detail]
    base, own = STATUSES.get(status, UNKNOWN), DETAILS.get(detail, UNKNOWN)
    if own == UNKNOWN or status == DELIVERED:
        return base if base != UNKNOWN else None
    return own if base == UNKNOWN else _joined(base, own)


def _joined(base: Meaning, own: Meaning) -> Meaning:
    """A status that says something, and a detail that does: what lies further along the way, and the named cause."""
    milestone, cause = own
    named = None if cause is C.UNSTATED else cause
    if cause is C.LOST:
        return own
    if base[0] in _TURNS:
        return base[0], named
    if base == STATUSES[FAILURE]:
        return milestone if milestone in _TURNS else base[0], named or (None if milestone in _TURNS else base[1])
    if milestone is M.IN_TRANSIT or (cause is None and PROGRESS[milestone] < PROGRESS[base[0]]):
        return base[0], cause
    return own
