"""快递鸟's states: the base values of `State` and the finer ones of `StateEx` and `Action`, in one map.

Source: the provider's dictionary of states. The numbers mean other things at other vendors (快递100's 2 is a problem,
here it is a parcel on its way); nothing here may be shared. No number says "lost".
"""

from __future__ import annotations

from collections.abc import Mapping

from parcelwatch.couriers.shared.meanings import Meaning
from parcelwatch.model import Cause, Milestone

M = Milestone
C = Cause

STATES: Mapping[str, Meaning] = {
    "0": (M.INFO_RECEIVED, None),
    "10": (M.INFO_RECEIVED, None),
    "1": (M.PICKED_UP, None),
    "2": (M.IN_TRANSIT, None),
    "201": (M.IN_TRANSIT, None),
    "202": (M.OUT_FOR_DELIVERY, None),
    "204": (M.IN_TRANSIT, None),
    "205": (M.IN_TRANSIT, None),
    "206": (M.IN_TRANSIT, None),
    "211": (M.AVAILABLE_FOR_PICKUP, None),
    "3": (M.DELIVERED, None),
    "301": (M.DELIVERED, None),
    "302": (M.DELIVERED, None),
    "304": (M.DELIVERED, None),
    "311": (M.DELIVERED, None),
    "4": (M.EXCEPTION, C.UNSTATED),
    "401": (M.INFO_RECEIVED, None),
    "402": (M.EXCEPTION, C.COURIER_FAULT),
    "403": (M.EXCEPTION, C.COURIER_FAULT),
    "404": (M.ATTEMPT_FAILED, C.REFUSED),
    "405": (M.ATTEMPT_FAILED, None),
    "406": (M.RETURNED, None),
    "407": (M.RETURNING, None),
    "412": (M.AVAILABLE_FOR_PICKUP, None),
    "413": (M.EXCEPTION, C.UNSTATED),
    "414": (M.EXCEPTION, C.DAMAGED),
    "415": (M.CANCELLED, None),
    "416": (M.ATTEMPT_FAILED, C.NOBODY_HOME),
    "417": (M.EXCEPTION, C.COURIER_FAULT),
    "418": (M.OUT_FOR_DELIVERY, None),
    "419": (M.OUT_FOR_DELIVERY, None),
    "420": (M.EXCEPTION, C.ADDRESS),
    "421": (M.EXCEPTION, C.ADDRESS),
    "422": (M.EXCEPTION, C.MISROUTED),
    "423": (M.EXCEPTION, C.ADDRESS),
    "5": (M.IN_TRANSIT, None),
    "6": (M.CUSTOMS, None),
    "601": (M.CUSTOMS, None),
    "602": (M.CUSTOMS, None),
    "603": (M.IN_TRANSIT, None),
    "604": (M.CUSTOMS, C.CUSTOMS),
}

# What says less than any known word of the scan itself.
VAGUE = frozenset({"0", "1", "2"})
PROBLEM = "4"
DROPPED = "311"

# Error numbers of one client library; where an answer carries them is not documented. True: the account's fault.
ERRORS: Mapping[str, bool] = {
    "101": False,
    "102": True,
    "103": False,
    "104": True,
    "105": False,
    "401": False,
    "402": False,
    "403": False,
    "404": False,
}
QUOTA_SPENT = "405"
