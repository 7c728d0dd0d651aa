"""AfterShip's tags and sub-tags, and the errors it numbers.

Source: AfterShip's enumeration of delivery sub-statuses (2026-07), its help page on them, and the error table of its
SDK. A sub-tag that is published without a meaning is left out on purpose: it is unknown, and is told of as such.
"""

from __future__ import annotations

from collections.abc import Mapping

from parcelwatch.couriers.shared.meanings import UNKNOWN, Meaning
from parcelwatch.model import Cause, Milestone

M = Milestone
C = Cause

PENDING, EXPIRED = "Pending", "Expired"

TAGS: Mapping[str, Meaning] = {
    PENDING: UNKNOWN,
    "InfoReceived": (M.INFO_RECEIVED, None),
    "InTransit": (M.IN_TRANSIT, None),
    "OutForDelivery": (M.OUT_FOR_DELIVERY, None),
    "AttemptFail": (M.ATTEMPT_FAILED, None),
    "AvailableForPickup": (M.AVAILABLE_FOR_PICKUP, None),
    "Delivered": (M.DELIVERED, None),
    "Exception": (M.EXCEPTION, C.UNSTATED),
    EXPIRED: (M.IN_TRANSIT, None),  # silence for a month, not a loss
}

SUB_TAGS: Mapping[str, Meaning] = {
    "Pending_001": UNKNOWN,
    "InfoReceived_001": (M.INFO_RECEIVED, None),
    "InTransit_001": (M.IN_TRANSIT, None),
    "InTransit_002": (M.PICKED_UP, None),
    "InTransit_003": (M.IN_TRANSIT, None),
    "InTransit_004": (M.IN_TRANSIT, None),  # in the country of destination
    "InTransit_005": (M.IN_TRANSIT, None),  # customs are done
    "InTransit_006": (M.CUSTOMS, None),
    "InTransit_007": (M.IN_TRANSIT, None),
    "InTransit_008": (M.IN_TRANSIT, None),  # a problem is solved
    "InTransit_009": (M.IN_TRANSIT, None),  # sent on to another address
    "OutForDelivery_001": (M.OUT_FOR_DELIVERY, None),
    "OutForDelivery_002": (M.AVAILABLE_FOR_PICKUP, None),  # of old: to be collected
    "OutForDelivery_003": (M.OUT_FOR_DELIVERY, None),
    "OutForDelivery_004": (M.IN_TRANSIT, None),  # only an appointment is made
    "AttemptFail_001": (M.ATTEMPT_FAILED, None),
    "AttemptFail_002": (M.ATTEMPT_FAILED, C.NOBODY_HOME),
    "AttemptFail_003": (M.ATTEMPT_FAILED, C.NOBODY_HOME),  # a business that was closed
    "AvailableForPickup_001": (M.AVAILABLE_FOR_PICKUP, None),
    "Delivered_001": (M.DELIVERED, None),
    "Delivered_002": (M.DELIVERED, None),
    "Delivered_003": (M.DELIVERED, None),
    "Delivered_004": (M.DELIVERED, None),
    "Delivered_005": (M.DELIVERED, None),  # to a neighbour
    "Exception_001": (M.EXCEPTION, C.UNSTATED),
    "Exception_002": (M.EXCEPTION, C.ADDRESS),
    "Exception_003": (M.EXCEPTION, C.REFUSED),
    "Exception_004": (M.CUSTOMS, C.CUSTOMS),
    "Exception_005": (M.EXCEPTION, C.UNSTATED),  # late for a reason outside; words may give it
    "Exception_006": (M.EXCEPTION, C.UNSTATED),  # held until the recipient pays
    "Exception_007": (M.EXCEPTION, C.ADDRESS),
    "Exception_008": (M.EXCEPTION, C.UNSTATED),  # nobody came for it
    "Exception_009": (M.EXCEPTION, C.UNSTATED),  # against the courier's rules
    "Exception_010": (M.RETURNING, None),
    "Exception_011": (M.RETURNED, None),
    "Exception_012": (M.EXCEPTION, C.DAMAGED),
    "Exception_013": (M.EXCEPTION, C.LOST),
    "Exception_016": (M.EXCEPTION, C.COURIER_FAULT),
    "Exception_017": (M.EXCEPTION, C.WEATHER),
    "Exception_018": (M.CUSTOMS, C.CUSTOMS),
    "Exception_019": (M.EXCEPTION, C.COURIER_FAULT),
    "Exception_020": (M.CANCELLED, None),
    "Exception_021": (M.EXCEPTION, C.DESTROYED),
    "Expired_001": (M.IN_TRANSIT, None),
}

CODES: Mapping[str, Meaning] = {**TAGS, **SUB_TAGS}

# News of a parcel that nobody need have had in hand: an appointment, a delay, a payment that is awaited.
NOTICES = frozenset({"OutForDelivery_004", "Exception_005", "Exception_006"})

RETURNED = "Exception_011"

# A scan with this sub-tag may be a hand-over to another courier: then its words say so.
HANDED_OVER = "OutForDelivery_001"

ALREADY_REGISTERED = "4003"
NOT_REGISTERED = "4004"
MORE_WANTED = "4011"
TOO_MANY = "429"
SERVER_ERRORS = frozenset({"500", "502", "503", "504"})

# What one number can be refused for, and what to do about it.
NUMBER_REFUSED: Mapping[str, str] = {
    NOT_REGISTERED: "not registered at AfterShip",
    "4005": "AfterShip says this is not a tracking number: check for typing errors",
    "4010": "AfterShip does not know this courier: set company to its slug, such as usps or dhl",
    MORE_WANTED: "the courier wants more about the parcel than was given",
    "4012": "AfterShip cannot tell the courier, or may not follow it: set company to its slug, such as usps or dhl",
    "4017": "AfterShip says the number has the wrong form for this courier: check number and company",
}

# What a registration can be refused for beside that: what was sent with the number.
VALUE_REFUSED: Mapping[str, str] = {
    "4008": "AfterShip does not accept a value given with this number",
    "4009": "AfterShip misses a value for this number",
}

# What the whole call can be refused for.
CALL_REFUSED: Mapping[str, str] = {
    "401": "AfterShip refuses the key",
    "403": "the AfterShip account may not do this",
    "404": "AfterShip knows no such address: check base_url",
    "4001": "AfterShip cannot read the call",
    "4006": "AfterShip misses the tracking in the call",
    "4007": "AfterShip misses the number in the call",
    "4013": "AfterShip follows only what it gave up once more",
    "4014": "AfterShip misses the notification in the call",
    "4015": "AfterShip does not accept the ID in the call",
    "4016": "AfterShip followed this once more already",
}
