"""Shippo's six statuses and the sub-statuses of each.

Source: Shippo's tracking pages and its SDK. Damage and failed attempts are sub-statuses of TRANSIT, loss is one of
FAILURE. A return has one status on its way and at its end.
"""

from __future__ import annotations

from collections.abc import Mapping

from parcelwatch.couriers.shared.meanings import UNKNOWN, Meaning
from parcelwatch.model import Cause, Milestone

M = Milestone
C = Cause

STATUSES: Mapping[str, Meaning] = {
    "UNKNOWN": UNKNOWN,
    "PRE_TRANSIT": (M.INFO_RECEIVED, None),
    "TRANSIT": (M.IN_TRANSIT, None),
    "DELIVERED": (M.DELIVERED, None),
    "RETURNED": (M.RETURNING, None),  # or returned: only words could tell
    "FAILURE": (M.EXCEPTION, C.UNSTATED),
}

SUB_STATUSES: Mapping[str, Mapping[str, Meaning]] = {
    "UNKNOWN": {"other": UNKNOWN},
    "PRE_TRANSIT": {"information_received": (M.INFO_RECEIVED, None)},
    "TRANSIT": {
        "address_issue": (M.EXCEPTION, C.ADDRESS),
        "contact_carrier": (M.EXCEPTION, C.UNSTATED),
        "delayed": (M.IN_TRANSIT, C.COURIER_FAULT),
        "delivery_attempted": (M.ATTEMPT_FAILED, None),
        "delivery_rescheduled": (M.IN_TRANSIT, None),
        "delivery_scheduled": (M.IN_TRANSIT, None),
        "location_inaccessible": (M.ATTEMPT_FAILED, C.ADDRESS),
        "notice_left": (M.ATTEMPT_FAILED, C.NOBODY_HOME),
        "out_for_delivery": (M.OUT_FOR_DELIVERY, None),
        "package_accepted": (M.PICKED_UP, None),
        "package_arrived": (M.IN_TRANSIT, None),
        "package_damaged": (M.EXCEPTION, C.DAMAGED),
        "package_departed": (M.IN_TRANSIT, None),
        "package_forwarded": (M.IN_TRANSIT, None),
        "package_held": (M.EXCEPTION, C.UNSTATED),
        "package_processed": (M.IN_TRANSIT, None),
        "package_processing": (M.IN_TRANSIT, None),
        "pickup_available": (M.AVAILABLE_FOR_PICKUP, None),
        "reschedule_delivery": (M.ATTEMPT_FAILED, None),
    },
    "DELIVERED": {"delivered": (M.DELIVERED, None)},
    "RETURNED": {"return_to_sender": (M.RETURNING, None), "package_unclaimed": (M.RETURNING, None)},
    "FAILURE": {
        "package_undeliverable": (M.EXCEPTION, C.UNSTATED),
        "package_disposed": (M.EXCEPTION, C.DESTROYED),
        "package_lost": (M.EXCEPTION, C.LOST),
    },
}

KNOWN = frozenset(sub for subs in SUB_STATUSES.values() for sub in subs)

# Held at customs, at a post office, at the recipient's wish: words say which, and where, before the code does.
HELD = "package_held"
# Late for a reason that words may give.
DELAYED = "delayed"
# News of a parcel that nobody need have had in hand.
NOTICES = frozenset({DELAYED, "contact_carrier", "delivery_rescheduled", "delivery_scheduled", "reschedule_delivery"})
