"""拼多多 as documented: whole orders in half hours, numbers in four places, refunds, errors under 200."""

from __future__ import annotations

from typing import Any

import httpx

from tests.shops.platforms.taobao import form_of


def row(**said: Any) -> dict[str, Any]:
    """A shipped order of two parcels."""
    known = {
        "order_sn": "261127-100000000000001",
        "order_status": 2,
        "refund_status": 1,
        "after_sales_status": 0,
        "confirm_status": 1,
        "created_time": "2026-11-27 08:20:11",
        "last_ship_time": "2026-11-29 08:20:30",
        "shipping_time": "2026-11-28 11:02:40",
        "promise_delivery_time": "2026-12-01 23:59:59",
        "urge_shipping_time": "",
        "receive_time": None,
        "updated_at": "2026-11-28 11:02:41",
        "tracking_number": "YT8800000000001",
        "logistics_id": 85,
        "extra_delivery_list": [{"logistics_id": 121, "tracking_number": "430000000000077"}],
        "gift_delivery_list": [],
        "resend_delivery_list": [],
        "pay_amount": 30.5,
        "receiver_name_mask": "王*",
        "receiver_phone_mask": "139****4321",
        "item_list": [{"goods_name": "灯泡", "goods_count": 2}],
    }
    return {**known, **said}


REFUND = {
    "id": 501,
    "order_sn": "261127-100000000000001",
    "after_sale_reason": "物流一直不更新",
    "after_sales_status": 2,
    "after_sales_type": 2,
    "created_time": "2026-11-28 11:11:00",
    "updated_time": "2026-11-28 11:11:00",
    "tracking_number": "SF9900000000009",
}


def error(code: int, message: str) -> dict[str, Any]:
    told = {"error_code": code, "error_msg": message, "sub_code": str(code), "sub_msg": message, "request_id": "r"}
    return {"error_response": told}


def orders(rows: list[Any], **said: Any) -> dict[str, Any]:
    told = {"total_count": len(rows), "has_next": False, "order_sn_list": rows, "request_id": "r"}
    return {"order_sn_increment_get_response": {**told, **said}}


def refunds(*rows: Any) -> dict[str, Any]:
    return {"refund_increment_get_response": {"total_count": len(rows), "refund_list": list(rows)}}


def answer(request: httpx.Request) -> Any:
    """One order, one refund."""
    match form_of(request)["type"]:
        case "pdd.order.information.get":
            return {"order_info_get_response": {"order_info": row()}}
        case "pdd.refund.list.increment.get":
            return refunds(REFUND)
    return orders([row()])
