"""快递100's states: base and advanced values, and their names, in one map, as both come in the same field.

Source: 快递100's API document. The numbers mean other things at other vendors; nothing here may be shared.
"""

from __future__ import annotations

from collections.abc import Mapping

from parcelwatch.couriers.shared.meanings import Meaning
from parcelwatch.model import Cause, Milestone

M = Milestone
C = Cause

STATES: Mapping[str, Meaning] = {
    "0": (M.IN_TRANSIT, None),
    "1001": (M.IN_TRANSIT, None),
    "1002": (M.IN_TRANSIT, None),
    "1003": (M.IN_TRANSIT, None),
    "1": (M.PICKED_UP, None),
    "101": (M.INFO_RECEIVED, None),
    "102": (M.INFO_RECEIVED, None),
    "103": (M.PICKED_UP, None),
    "2": (M.EXCEPTION, C.UNSTATED),
    "201": (M.EXCEPTION, C.COURIER_FAULT),
    "202": (M.EXCEPTION, C.COURIER_FAULT),
    "203": (M.ATTEMPT_FAILED, C.REFUSED),
    "204": (M.ATTEMPT_FAILED, None),
    "205": (M.AVAILABLE_FOR_PICKUP, None),
    "206": (M.ATTEMPT_FAILED, C.NOBODY_HOME),
    "207": (M.EXCEPTION, C.ADDRESS),
    "208": (M.EXCEPTION, C.COURIER_FAULT),
    "209": (M.EXCEPTION, C.DAMAGED),
    "210": (M.CANCELLED, None),
    "3": (M.DELIVERED, None),
    "301": (M.DELIVERED, None),
    "302": (M.DELIVERED, None),
    "303": (M.DELIVERED, None),
    "304": (M.DELIVERED, None),
    "4": (M.RETURNED, None),
    "401": (M.CANCELLED, None),
    "14": (M.RETURNED, C.REFUSED),
    "5": (M.OUT_FOR_DELIVERY, None),
    "501": (M.AVAILABLE_FOR_PICKUP, None),
    "6": (M.RETURNING, None),
    "7": (M.IN_TRANSIT, None),
    "8": (M.CUSTOMS, None),
    "10": (M.CUSTOMS, None),
    "11": (M.CUSTOMS, None),
    "12": (M.IN_TRANSIT, None),
    "13": (M.CUSTOMS, C.CUSTOMS),
}

# State names, where an answer brings no number.
NAMES: Mapping[str, str] = {
    "在途": "0",
    "到达派件城市": "1001",
    "干线": "1002",
    "转递": "1003",
    "揽收": "1",
    "已下单": "101",
    "待揽收": "102",
    "已揽收": "103",
    "疑难": "2",
    "超时未签收": "201",
    "超时未更新": "202",
    "拒收": "203",
    "派件异常": "204",
    "柜或驿站超时未取": "205",
    "无法联系": "206",
    "超区": "207",
    "滞留": "208",
    "破损": "209",
    "销单": "210",
    "签收": "3",
    "本人签收": "301",
    "派件异常后签收": "302",
    "代签": "303",
    "投柜或站签收": "304",
    "退签": "4",
    "已销单": "401",
    "拒签": "14",
    "派件": "5",
    "投柜或驿站": "501",
    "退回": "6",
    "转投": "7",
    "清关": "8",
    "待清关": "10",
    "清关中": "11",
    "已清关": "12",
    "清关异常": "13",
}
