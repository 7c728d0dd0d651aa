"""抖店 as its SDK has it: orders with their logistics, after-sales cases, tokens, errors under 200."""

from __future__ import annotations

from typing import Any

import httpx


def row(**said: Any) -> dict[str, Any]:
    """A shipped order of two parcels."""
    known = {
        "order_id": "6917926768820000001",
        "order_status": 3,
        "create_time": 1795746000,
        "update_time": 1795834800,
        "ship_time": 1795834800,
        "finish_time": 0,
        "exp_ship_time": 1795845600,
        "latest_receipt_time": 1795867200,
        "pay_amount": 3050,
        "promise_info": "",
        "logistics_info": [
            parcel("YT8800000000001", "yuantong", "圆通快递"),
            parcel("SF1020304050607", "shunfeng", ""),
        ],
        "sku_order_list": [{"order_id": "6917926768820000002", "product_name": "床头灯", "after_sale_info": {}}],
        "mask_post_receiver": "王*",
        "mask_post_tel": "1********21",
    }
    return {**known, **said}


def parcel(number: str, code: str, name: str) -> dict[str, Any]:
    return {"tracking_no": number, "company": code, "company_name": name, "ship_time": 1795834800}


CASE: dict[str, Any] = {
    "aftersale_info": {
        "aftersale_id": "7100000000000000001",
        "aftersale_type": 1,
        "aftersale_status": 6,
        "apply_time": 1795836000,
        "got_pkg": 0,
        "return_logistics_code": "SF9900000000009",
    },
    "order_info": {"shop_order_id": "6917926768820000001"},
    "text_part": {"reason_text": "未收到货", "aftersale_type_text": "仅退款"},
}


def told(data: Any, **said: Any) -> dict[str, Any]:
    return {"code": 10000, "msg": "success", "sub_code": "", "sub_msg": "", "data": data, "log_id": "1", **said}


def orders(rows: list[Any], total: Any = None) -> dict[str, Any]:
    count = len(rows) if total is None else total
    return told({"total": count, "page": 0, "size": 100, "shop_order_list": rows})


def cases(*rows: Any) -> dict[str, Any]:
    return told({"total": len(rows), "has_more": False, "page": 0, "size": 100, "items": list(rows)})


def answer(request: httpx.Request) -> Any:
    """One order, one case."""
    match request.url.path:
        case "/token/create" | "/token/refresh":
            return told({"access_token": "at-new", "refresh_token": "rt-new", "expires_in": 604800})
        case "/order/orderDetail":
            return told({"shop_order_detail": row()})
        case "/afterSale/List":
            return cases(CASE)
    return orders([row()])
