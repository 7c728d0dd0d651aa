"""圆通's scan codes (`infoContent`), the eleven its console lists.

TMS_RETURN is a return under way, not its end. FORWARDING sends a parcel on to another address.
"""

from __future__ import annotations

from collections.abc import Mapping

from parcelwatch.couriers.shared.meanings import Meaning
from parcelwatch.model import Milestone

M = Milestone

SCANS: Mapping[str, Meaning] = {
    "GOT": (M.PICKED_UP, None),
    "ARRIVAL": (M.IN_TRANSIT, None),
    "DEPARTURE": (M.IN_TRANSIT, None),
    "AIRSEND": (M.IN_TRANSIT, None),
    "AIRPICK": (M.IN_TRANSIT, None),
    "SENT_SCAN": (M.OUT_FOR_DELIVERY, None),
    "INBOUND": (M.AVAILABLE_FOR_PICKUP, None),
    "SIGNED": (M.DELIVERED, None),
    "FAILED": (M.ATTEMPT_FAILED, None),
    "FORWARDING": (M.IN_TRANSIT, None),
    "TMS_RETURN": (M.RETURNING, None),
}
