"""微信小店 as documented: a list of numbers, orders one by one, tokens, errcode under 200."""

from __future__ import annotations

import json
from typing import Any

import httpx

REF = "3700000000000000001"


def detail(number: str = REF, **said: Any) -> dict[str, Any]:
    """A shipped order of two parcels."""
    parcels = [
        {
            "waybill_id": "YT8800000000001",
            "delivery_id": "YTO",
            "delivery_name": "圆通速递",
            "delivery_time": 1795834800,
        },
        {"waybill_id": "SF1020304050607", "delivery_id": "SF", "delivery_name": "", "delivery_time": 1795834800},
    ]
    order = {
        "order_id": number,
        "status": 30,
        "create_time": 1795746000,
        "update_time": 1795834800,
        "order_detail": {
            "product_infos": [{"title": "床头灯", "sku_cnt": 1, "delivery_deadline": 1795845600}],
            "price_info": {"order_price": 3050},
            "delivery_info": {
                "address_info": {"user_name": "王*", "tel_number": "139****4321"},
                "delivery_product_info": parcels,
            },
        },
    }
    return {"errcode": 0, "errmsg": "ok", "order": {**order, **said}}


def listed(numbers: list[str], cursor: str = "") -> dict[str, Any]:
    return {"errcode": 0, "errmsg": "ok", "order_id_list": numbers, "has_more": bool(cursor), "next_key": cursor}


def case(number: str = "2000000000000000001", **said: Any) -> dict[str, Any]:
    """A buyer who got nothing."""
    known = {
        "after_sale_order_id": number,
        "order_id": REF,
        "type": "REFUND",
        "status": "MERCHANT_PROCESSING",
        "reason": "NOT_DELIVERED_TOO_LONG",
        "details": {"desc": "", "receive_product": False},
        "create_time": 1795829000,
        "update_time": 1795834800,
        "return_info": {"waybill_id": "YT9900000000009", "delivery_id": "YTO"},
    }
    return {"errcode": 0, "errmsg": "ok", "after_sale_order": {**known, **said}}


def cases(numbers: list[str], cursor: str = "") -> dict[str, Any]:
    said = {"after_sale_order_id_list": numbers, "has_more": bool(cursor), "next_key": cursor}
    return {"errcode": 0, "errmsg": "ok", **said}


def answer(request: httpx.Request) -> Any:
    """One order."""
    if request.url.path == "/cgi-bin/stable_token":
        return {"access_token": "at-new", "expires_in": 7200}
    if request.url.path.endswith("/order/get"):
        return detail(json.loads(request.content)["order_id"])
    if request.url.path.endswith("/getaftersalelist"):
        return cases(["2000000000000000001"])
    if request.url.path.endswith("/getaftersaleorder"):
        return case(json.loads(request.content)["after_sale_order_id"])
    return listed([REF])
