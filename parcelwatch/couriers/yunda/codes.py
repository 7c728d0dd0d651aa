"""韵达's two code spaces: `status` for the whole parcel (5 values) and `action` for a step (21 values).

They share words and not meanings: the status SIGNFAIL is a signature something is wrong with, the action SIGNFAIL an
attempt that failed. RETURN is a return under way in both. OUTBOUND is the courier taking a parcel out of a shop again.
"""

from __future__ import annotations

from collections.abc import Mapping

from parcelwatch.couriers.shared.meanings import Meaning
from parcelwatch.model import Cause, Milestone

M = Milestone
C = Cause

STATUSES: Mapping[str, Meaning] = {
    "GOT": (M.PICKED_UP, None),
    "TRANSIT": (M.IN_TRANSIT, None),
    "SIGNED": (M.DELIVERED, None),
    "RETURN": (M.RETURNING, None),
    "SIGNFAIL": (M.EXCEPTION, C.UNSTATED),
}

ACTIONS: Mapping[str, Meaning] = {
    "ACCEPT": (M.PICKED_UP, None),
    "GOT": (M.PICKED_UP, None),
    "ARRIVAL": (M.IN_TRANSIT, None),
    "DEPARTURE": (M.IN_TRANSIT, None),
    "SENT": (M.OUT_FOR_DELIVERY, None),
    "INBOUND": (M.AVAILABLE_FOR_PICKUP, None),
    "OUTBOUND": (M.OUT_FOR_DELIVERY, None),
    "SIGNED": (M.DELIVERED, None),
    "SIGNFAIL": (M.ATTEMPT_FAILED, None),
    "RETURN": (M.RETURNING, None),
    "ISSUE": (M.EXCEPTION, C.UNSTATED),
    "REJECTION": (M.ATTEMPT_FAILED, C.REFUSED),
    "OTHER": (M.IN_TRANSIT, None),
    "OVERSEA_IN": (M.IN_TRANSIT, None),
    "OVERSEA_OUT": (M.IN_TRANSIT, None),
    "OVERSEA_ARRIVAL": (M.IN_TRANSIT, None),
    "OVERSEA_DEPARTURE": (M.IN_TRANSIT, None),
    "CLEARANCE_START": (M.CUSTOMS, None),
    "CLEARANCE_FINISH": (M.IN_TRANSIT, None),
    "CLEARANCE_FAIL": (M.CUSTOMS, C.CUSTOMS),
    "TRANSFER": (M.IN_TRANSIT, None),
}

PROBLEM = "ISSUE"
# Says only what its words say.
NOTICES = frozenset({"OTHER"})
# Out of a shop or of customs, which the words may name.
LEAVING: Mapping[str, Milestone] = {"OUTBOUND": M.AVAILABLE_FOR_PICKUP, "CLEARANCE_FINISH": M.CUSTOMS}
# What a parcel's status may tell that none of its steps does, and how a step would tell it.
TROUBLES: Mapping[str, frozenset[Milestone]] = {
    "RETURN": frozenset({M.RETURNING, M.RETURNED}),
    "SIGNFAIL": frozenset({M.EXCEPTION, M.ATTEMPT_FAILED}),
}
