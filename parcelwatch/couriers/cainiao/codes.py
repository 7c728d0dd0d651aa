"""The statuses of 菜鸟's answers, as aggregators hand them on, and what they mean.

Source: recorded answers; the list of statuses is not published, so what is not here is left to the words beside it.
The action codes of 菜鸟's cross-border parcels come in families: their failures are told by how a code ends, before
its family is told by how it begins. 菜鸟速递, 菜鸟's own courier, numbers its scans.
"""

from __future__ import annotations

from collections.abc import Mapping

from parcelwatch.couriers.shared.meanings import Meaning
from parcelwatch.model import Cause, Milestone

M = Milestone
C = Cause

STATUSES: Mapping[str, Meaning] = {
    "WAIT_ACCEPT": (M.INFO_RECEIVED, None),
    "ACCEPT": (M.PICKED_UP, None),
    "TRANSPORT": (M.IN_TRANSIT, None),
    "ON_THE_WAY": (M.IN_TRANSIT, None),
    "DELIVERING": (M.OUT_FOR_DELIVERY, None),
    "STA_INBOUND": (M.AVAILABLE_FOR_PICKUP, None),
    "SIGN": (M.DELIVERED, None),
}

ACTIONS: Mapping[str, Meaning] = {
    "CONSIGN": (M.INFO_RECEIVED, None),
    "OM_CONSIGN": (M.INFO_RECEIVED, None),
    "GTMS_ASN": (M.INFO_RECEIVED, None),
    "GWMS_ACCEPT": (M.INFO_RECEIVED, None),
    "CUS_TAX": (M.CUSTOMS, C.CUSTOMS),
    "GTMS_ACCEPT": (M.IN_TRANSIT, None),
    "GTMS_DELIVERING": (M.OUT_FOR_DELIVERY, None),
    "GTMS_RE_DELIVERING": (M.OUT_FOR_DELIVERY, None),
    "SENT_SCAN": (M.OUT_FOR_DELIVERY, None),
    "GTMS_WAIT_SELF_PICK": (M.AVAILABLE_FOR_PICKUP, None),
    "GSTA_INBOUND": (M.AVAILABLE_FOR_PICKUP, None),
    "GSTAHUB_INBOUND": (M.AVAILABLE_FOR_PICKUP, None),
    "GTMS_SIGNED": (M.DELIVERED, None),
    "GTMS_STA_SIGNED": (M.AVAILABLE_FOR_PICKUP, None),  # the pick-up point signed
    "SIGNED": (M.DELIVERED, None),
    "GSTA_SIGN": (M.DELIVERED, None),
    "GSTA_BUYER_SIGN": (M.DELIVERED, None),
    "STA_SIGN": (M.DELIVERED, None),
    "RETURNED": (M.RETURNING, None),  # or back already: only words could tell
    "FAILED": (M.EXCEPTION, C.UNSTATED),
    "REJECT": (M.EXCEPTION, C.UNSTATED),
    "GWMS_EXCEPTION": (M.EXCEPTION, C.UNSTATED),
}

FAILURES = ("_FAILURE", "_FAIL")
AT_CUSTOMS = ("CC_EX_", "CC_IM_", "CC_HO_", "CUS_", "CIQ_")

# By how a code begins; of two that fit, the longer one stands first.
FAMILIES: Mapping[str, Meaning] = {
    "CC_TRANS_": (M.IN_TRANSIT, None),
    "CC_EX_": (M.CUSTOMS, None),
    "CC_IM_": (M.CUSTOMS, None),
    "CC_HO_": (M.CUSTOMS, None),
    "CUS_": (M.CUSTOMS, None),
    "CIQ_": (M.CUSTOMS, None),
    "GTMS_STATION_": (M.IN_TRANSIT, None),
    "GTMS_SC_": (M.IN_TRANSIT, None),
    "GTMS_DO_": (M.IN_TRANSIT, None),
    "GWMS_": (M.IN_TRANSIT, None),
    "PU_": (M.PICKED_UP, None),
    "SC_": (M.IN_TRANSIT, None),
    "LH_": (M.IN_TRANSIT, None),
    "TD_": (M.IN_TRANSIT, None),
    "RT_": (M.RETURNING, None),
}

OWN_COURIER = "CP570969"
# 14 to 26 exist as well; nobody says what they are.
OWN_SCANS: Mapping[str, Meaning] = {
    "00": (M.PICKED_UP, None),
    "01": (M.IN_TRANSIT, None),
    "02": (M.IN_TRANSIT, None),
    "03": (M.IN_TRANSIT, None),
    "04": (M.OUT_FOR_DELIVERY, None),
    "05": (M.EXCEPTION, C.UNSTATED),
    "06": (M.ATTEMPT_FAILED, C.REFUSED),
    "07": (M.DELIVERED, None),
    "08": (M.RETURNING, None),
    "09": (M.RETURNING, None),
    "10": (M.RETURNING, None),
    "11": (M.RETURNED, None),
    "12": (M.EXCEPTION, C.UNSTATED),
    "13": (M.IN_TRANSIT, None),
}


def meaning(code: str, company: str) -> Meaning | None:
    """What a code means; None for one nobody has explained."""
    if company == OWN_COURIER and code in OWN_SCANS:
        return OWN_SCANS[code]
    found = STATUSES.get(code) or ACTIONS.get(code)
    if found is not None:
        return found
    if code.endswith(FAILURES):
        return (M.CUSTOMS, C.CUSTOMS) if code.startswith(AT_CUSTOMS) else (M.EXCEPTION, C.UNSTATED)
    return next((told for family, told in FAMILIES.items() if code.startswith(family)), None)
