"""快手小店 as typed: orders by a cursor that ends in "nomore", tokens, result under 200."""

from __future__ import annotations

from typing import Any

import httpx


def row(**said: Any) -> dict[str, Any]:
    """A shipped order of two parcels; `said` is of its base."""
    base = {
        "oid": 2500000000000000001,
        "createTime": 1795746000000,
        "updateTime": 1795834800000,
        "sendTime": 1795834800000,
        "status": 40,
        "totalFee": 3050,
        "promiseTimeStampOfDelivery": 1795845600000,
    }
    parcels = [
        {"expressNo": "YT8800000000001", "expressCode": 6, "logisticsId": 1},
        {"expressNo": "SF1020304050607", "expressCode": 4, "logisticsId": 2},
    ]
    return {"orderBaseInfo": {**base, **said}, "orderItemInfo": {"itemTitle": "床头灯"}, "orderLogisticsInfo": parcels}


def orders(rows: list[Any], cursor: str = "nomore") -> dict[str, Any]:
    return {"result": 1, "error_msg": "SUCCESS", "data": {"pageSize": 50, "cursor": cursor, "orderList": rows}}


def case(**said: Any) -> dict[str, Any]:
    """A buyer who wants the money back for what never came."""
    known = {
        "refundId": 9000000000000000001,
        "oid": 2500000000000000001,
        "createTime": 1795830000000,
        "submitTime": 1795829000000,
        "updateTime": 1795834800000,
        "refundReasonDesc": "快递一直未送达",
        "refundDesc": "",
        "handlingWay": 10,
        "status": 10,
        "logisticsId": 77,
    }
    return {**known, **said}


def cases(rows: list[Any], cursor: str = "nomore") -> dict[str, Any]:
    return {"result": 1, "error_msg": "SUCCESS", "data": {"pcursor": cursor, "refundOrderInfoList": rows}}


def answer(request: httpx.Request) -> Any:
    """One order."""
    match request.url.path:
        case "/oauth2/refresh_token":
            return {"result": 1, "access_token": "at-new", "refresh_token": "rt-new", "expires_in": 172800}
        case "/open/order/detail":
            return {"result": 1, "error_msg": "SUCCESS", "data": row()}
        case "/open/seller/order/refund/pcursor/list":
            return cases([case()])
    return orders([row()])
