"""小红书 (ARK) as documented: one address, a list of orders, each one by itself, throttling under 200."""

from __future__ import annotations

import json
from typing import Any

import httpx

REF = "P780000000000000001"


def detail(number: str = REF, **said: Any) -> dict[str, Any]:
    """A shipped order in two parts."""
    known = {
        "orderId": number,
        "orderStatus": 6,
        "createdTime": 1795746000000,
        "updateTime": 1795834800000,
        "deliveryTime": 1795834800000,
        "promiseLastDeliveryTime": 1795845600000,
        "totalPayAmount": 3050,
        "expressTrackingNo": "YT8800000000001",
        "expressCompanyCode": "yuantong",
        "simpleDeliveryOrderList": [part("YT8800000000001", "yuantong"), part("SF1020304050607", "shunfeng")],
        "skuList": [{"skuId": "a", "skuName": "床头灯", "skuQuantity": 1}],
    }
    return told({**known, **said})


def part(number: str, company: str) -> dict[str, Any]:
    return {"deliveryOrderIndex": 0, "status": 6, "expressTrackingNo": number, "expressCompanyCode": company}


def told(data: Any) -> dict[str, Any]:
    return {"success": True, "error_code": 0, "error_msg": "", "data": data}


def listed(numbers: list[str], total: Any = None) -> dict[str, Any]:
    rows = [{"orderId": number, "updateTime": 1795834800000} for number in numbers]
    return told({"total": len(rows) if total is None else total, "pageNo": 1, "pageSize": 100, "orderList": rows})


def case(**said: Any) -> dict[str, Any]:
    """A buyer whose parcel came broken."""
    known = {
        "returnsId": "R780000000000000001",
        "orderId": REF,
        "returnType": 4,
        "reasonNameZh": "商品破损",
        "desc": "",
        "status": 1,
        "applyTime": 1795829000000,
        "updatedAt": 1795834800000,
    }
    return {**known, **said}


def cases(rows: list[Any], total: Any = None) -> dict[str, Any]:
    """Both envelopes: the gateway's and the service's."""
    count = len(rows) if total is None else total
    return told({"code": 0, "success": True, "data": {"totalCount": count, "pageNo": 1, "afterSaleBasicInfos": rows}})


def asked(request: httpx.Request) -> dict[str, Any]:
    body: dict[str, Any] = json.loads(request.content)
    return body


def answer(request: httpx.Request) -> Any:
    """One order."""
    match asked(request)["method"]:
        case "oauth.refreshToken":
            ends = {"accessTokenExpiresAt": 1796356800000, "refreshTokenExpiresAt": 1796961600000}
            return told({"accessToken": "at-new", "refreshToken": "rt-new", **ends})
        case "order.getOrderDetail":
            return detail(asked(request)["orderId"])
        case "afterSale.listAfterSaleInfos":
            return cases([case()])
    return listed([REF])
