"""淘宝 (TOP) as documented: wrapped lists, trades in sub-orders, packages, refunds, errors under 200."""

from __future__ import annotations

from typing import Any
from urllib.parse import parse_qs

import httpx


def part(number: str = "", company: str = "", **said: Any) -> dict[str, Any]:
    """A sub-order."""
    known = {"oid": 3935119409000000002, "title": "床头灯", "num": 1, "status": "WAIT_BUYER_CONFIRM_GOODS"}
    consigned = {"invoice_no": number, "logistics_company": company, "consign_time": "2026-11-27 17:02:40"}
    return {**known, "refund_status": "NO_REFUND", **(consigned if number else {}), **said}


def trade(*parts: Any, **said: Any) -> dict[str, Any]:
    """A shipped trade of two parcels."""
    known = {
        "tid": 3935119409000000001,
        "tid_str": "3935119409000000001",
        "status": "WAIT_BUYER_CONFIRM_GOODS",
        "created": "2026-11-27 08:20:11",
        "modified": "2026-11-28 11:20:00",
        "payment": "200.07",
        "shipping_type": "express",
        "collect_time": "2026-11-28 20:00:00",
        "delivery_time": "2026-11-28 09:00:00",
        "sign_time": "2026-11-30",
        "receiver_name": "王**",
        "receiver_mobile": "*******4321",
    }
    default = (part("773300000000001", "申通快递"), part("YT8800000000001", "圆通速递", title="灯泡"))
    return {**known, "orders": {"order": list(parts or default)}, **said}


REFUND = {
    "refund_id": "770001",
    "tid": 3935119409000000001,
    "created": "2026-11-28 11:11:00",
    "modified": "2026-11-28 11:11:00",
    "status": "WAIT_SELLER_AGREE",
    "order_status": "WAIT_BUYER_CONFIRM_GOODS",
    "good_status": "BUYER_NOT_RECEIVED",
    "has_good_return": False,
    "reason": "快递一直没送到",
    "desc": "",
    "sid": "SF9900000000009",
    "company_name": "顺丰速运",
    "dispute_type": "REFUND",
}


def form_of(request: httpx.Request) -> dict[str, str]:
    return {name: values[0] for name, values in parse_qs(request.content.decode()).items()}


def error(code: int, message: str, sub: str = "", words: str = "") -> dict[str, Any]:
    return {"error_response": {"code": code, "msg": message, "sub_code": sub, "sub_msg": words, "request_id": "r"}}


def trades(rows: list[Any], **said: Any) -> dict[str, Any]:
    told = {"total_results": len(rows), "has_next": False, "trades": {"trade": rows}, "request_id": "r"}
    return {"trades_sold_increment_get_response": {**told, **said}}


def refunds(*rows: Any) -> dict[str, Any]:
    return {"refunds_receive_get_response": {"total_results": len(rows), "refunds": {"refund": list(rows)}}}


def answer(request: httpx.Request) -> Any:
    """One trade, one refund."""
    match form_of(request)["method"]:
        case "taobao.trade.fullinfo.get":
            return {"trade_fullinfo_get_response": {"trade": trade()}}
        case "taobao.refunds.receive.get":
            return refunds(REFUND)
        case "taobao.logistics.orders.get":
            return {"logistics_orders_get_response": {"shippings": {"shipping": []}}}
    return trades([trade()])
