"""申通's scan types: the Chinese names of its traces, those it dropped but old parcels still carry, and action codes.

The action codes are those of its international lines. 退回件 is a return under way. 驿站出库 may be the buyer or the
courier: the words, or a signature after it, tell. 快件取出 is the courier taking a parcel out of a locker again.
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
    "派件": (M.OUT_FOR_DELIVERY, None),
    "第三方代派": (M.OUT_FOR_DELIVERY, None),
    "快件取出": (M.OUT_FOR_DELIVERY, None),
    "柜机代收": (M.AVAILABLE_FOR_PICKUP, None),
    "驿站代收": (M.AVAILABLE_FOR_PICKUP, None),
    "驿站出库": (M.AVAILABLE_FOR_PICKUP, None),
    "问题件": (M.EXCEPTION, C.UNSTATED),
    "退回件": (M.RETURNING, None),
    "改地址件": (M.IN_TRANSIT, None),
    "转邮": (M.IN_TRANSIT, None),
    "转同行": (M.IN_TRANSIT, None),
    "签收": (M.DELIVERED, None),
    # No longer used.
    "留仓件": (M.EXCEPTION, C.COURIER_FAULT),
    "代取快递": (M.AVAILABLE_FOR_PICKUP, None),
    "派件入柜": (M.AVAILABLE_FOR_PICKUP, None),
    "第三方代收": (M.AVAILABLE_FOR_PICKUP, None),
    # International lines.
    "SC_ORDER_PAY_SUCCESS": (M.INFO_RECEIVED, None),
    "PU_PICKUP_SUCCESS": (M.PICKED_UP, None),
    "MOT_TRANSIT": (M.IN_TRANSIT, None),
    "SC_INBOUND_SUCCESS": (M.IN_TRANSIT, None),
    "SC_ORDER_WEIGHT": (M.IN_TRANSIT, None),
    "SC_ORDER_PACKET_SUCCESS": (M.IN_TRANSIT, None),
    "SC_ORDER_PACKET_OUT": (M.IN_TRANSIT, None),
    "LH_DEPART": (M.IN_TRANSIT, None),
    "LH_ARRIVE": (M.IN_TRANSIT, None),
    "CC_START": (M.IN_TRANSIT, None),
    "CC_IM_START": (M.CUSTOMS, None),
    "CC_IM_SUCCESS": (M.IN_TRANSIT, None),
    "CC_IM_FAILURE": (M.CUSTOMS, C.CUSTOMS),
    "GOT": (M.IN_TRANSIT, None),
}

PROBLEM = "问题件"
# Out of a shop or a locker, or of customs, which the words may name.
LEAVING: Mapping[str, Milestone] = {
    "驿站出库": M.AVAILABLE_FOR_PICKUP,
    "快件取出": M.AVAILABLE_FOR_PICKUP,
    "CC_IM_SUCCESS": M.CUSTOMS,
    "GOT": M.CUSTOMS,
}
