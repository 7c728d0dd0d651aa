"""德邦's codes: of a scan, and of an order, which its trace may tell as well.

Facts: a public table. GOT, "the waybill is written", is said when the goods are handed over: its failure is a failed
collection. What the two lists share means the same.
"""

from __future__ import annotations

from collections.abc import Mapping

from parcelwatch.couriers.shared.meanings import Meaning
from parcelwatch.model import Cause, Milestone

M = Milestone
C = Cause

SCANS: Mapping[str, Meaning] = {
    "GOT": (M.PICKED_UP, None),
    "DEPARTURE": (M.IN_TRANSIT, None),
    "ARRIVAL": (M.IN_TRANSIT, None),
    "ADVANCE_NOTICE": (M.IN_TRANSIT, None),
    "INBOUND": (M.IN_TRANSIT, None),
    "OPERATETRACK": (M.IN_TRANSIT, None),
    "OTHER": (M.IN_TRANSIT, None),
    "ADVANCE_DELIVERY": (M.OUT_FOR_DELIVERY, None),
    "SENT_SCAN": (M.OUT_FOR_DELIVERY, None),
    "STA_INBOUND": (M.AVAILABLE_FOR_PICKUP, None),
    "ERROR": (M.EXCEPTION, C.COURIER_FAULT),
    "FAILED": (M.ATTEMPT_FAILED, C.REFUSED),
    "SIGNED": (M.DELIVERED, None),
    "STA_SIGN": (M.DELIVERED, None),
    "BACK_SIGNED": (M.RETURNED, None),
}

ORDERS: Mapping[str, Meaning] = {
    "SHOUTCAR": (M.INFO_RECEIVED, None),
    "RECEIPTING": (M.INFO_RECEIVED, None),
    "GOT": (M.PICKED_UP, None),
    "FAILGOT": (M.INFO_RECEIVED, None),
    "SIGNSUCCESS": (M.DELIVERED, None),
    "SIGNFAILED": (M.EXCEPTION, C.UNSTATED),
    "GOBACK": (M.RETURNED, None),
    "CANCEL": (M.CANCELLED, None),
    "INVALID": (M.CANCELLED, None),
}

CODES: Mapping[str, Meaning] = {**ORDERS, **SCANS}

# "Other": the words say what happened.
WORDY = frozenset({"OTHER"})
# Held, or late: the words may say why.
DELAYED = "ERROR"
# One code for a waybill made void and for a buyer who refuses: the words say which.
VOID_OR_REFUSED = "FAILED"
