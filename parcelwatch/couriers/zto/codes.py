"""中通's scan types and problem codes.

`scanType` holds three namespaces at once: Chinese names, English words for lockers and shops only (ARRIVAL is no hub,
SIGNED is the buyer's collection), and numbers once a parcel was handed to another courier. 退件 is a return under way.
"""

from __future__ import annotations

from collections.abc import Mapping

from parcelwatch.couriers.shared.meanings import Meaning
from parcelwatch.model import Cause, Milestone

M = Milestone
C = Cause

SCANS: Mapping[str, Meaning] = {
    "收件": (M.PICKED_UP, None),
    "发件": (M.IN_TRANSIT, None),
    "到件": (M.IN_TRANSIT, None),
    "安检": (M.IN_TRANSIT, None),
    "转单": (M.IN_TRANSIT, None),
    "事件": (M.IN_TRANSIT, None),
    "派件": (M.OUT_FOR_DELIVERY, None),
    "签收": (M.DELIVERED, None),
    "退件": (M.RETURNING, None),
    "问题件": (M.EXCEPTION, C.UNSTATED),
    "ARRIVAL": (M.AVAILABLE_FOR_PICKUP, None),
    "SIGNED": (M.DELIVERED, None),
    "DELIVERY": (M.OUT_FOR_DELIVERY, None),
    "DEPARTURE": (M.EXCEPTION, C.UNSTATED),
    "1": (M.PICKED_UP, None),
    "2": (M.IN_TRANSIT, None),
    "3": (M.IN_TRANSIT, None),
    "4": (M.OUT_FOR_DELIVERY, None),
    "5": (M.DELIVERED, None),
    "7": (M.DELIVERED, None),
    "8": (M.RETURNING, None),
    "9": (M.IN_TRANSIT, None),
    "44": (M.AVAILABLE_FOR_PICKUP, None),
    "45": (M.OUT_FOR_DELIVERY, None),
}

# A notice: it says only what its words say.
NOTICES = frozenset({"事件"})
# Out of a locker, which the words may name: by the buyer, or by the courier again.
LEAVING: Mapping[str, Milestone] = dict.fromkeys(("SIGNED", "DEPARTURE", "45"), M.AVAILABLE_FOR_PICKUP)
# Signed for by somebody else: a shop as a rule, which is not the buyer yet.
THIRD_PARTY = frozenset({"7"})

PROBLEM = "问题件"

# The reason of a problem scan. B1 and B2 are in no published list.
PROBLEMS: Mapping[str, Meaning] = {
    "A1": (M.ATTEMPT_FAILED, C.NOBODY_HOME),
    "A2": (M.EXCEPTION, C.ADDRESS),
    "A3": (M.EXCEPTION, C.ADDRESS),
    "A4": (M.EXCEPTION, C.ADDRESS),
    "A5": (M.EXCEPTION, C.REFUSED),
    "A6": (M.EXCEPTION, C.REFUSED),
    "A7": (M.EXCEPTION, C.UNSTATED),
    "A8": (M.EXCEPTION, C.UNSTATED),
    "A9": (M.IN_TRANSIT, C.POSTPONED),
    "A10": (M.IN_TRANSIT, C.POSTPONED),
    "A11": (M.AVAILABLE_FOR_PICKUP, None),
    "A12": (M.IN_TRANSIT, None),
    "A13": (M.RETURNING, None),
    "A14": (M.EXCEPTION, C.ADDRESS),
    "A15": (M.EXCEPTION, C.UNSTATED),
    "A16": (M.IN_TRANSIT, C.POSTPONED),
    "B3": (M.EXCEPTION, C.MISROUTED),
    "B4": (M.EXCEPTION, C.DAMAGED),
    "B5": (M.EXCEPTION, C.UNSTATED),
    "B6": (M.EXCEPTION, C.SECURITY),
    "B7": (M.EXCEPTION, C.DISRUPTED),
    "B8": (M.EXCEPTION, C.UNSTATED),
    "B9": (M.EXCEPTION, C.LOST),
    "B10": (M.CUSTOMS, C.CUSTOMS),
    "B11": (M.EXCEPTION, C.UNSTATED),
    "B12": (M.EXCEPTION, C.DAMAGED),
    "B13": (M.EXCEPTION, C.UNSTATED),
    "B14": (M.EXCEPTION, C.UNSTATED),
    "B15": (M.EXCEPTION, C.UNSTATED),
    "B16": (M.EXCEPTION, C.UNSTATED),
    "B17": (M.EXCEPTION, C.UNSTATED),
    "C1": (M.EXCEPTION, C.WEATHER),
    "C2": (M.EXCEPTION, C.SECURITY),
    "C3": (M.IN_TRANSIT, C.COURIER_FAULT),
}
