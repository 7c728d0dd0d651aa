"""京东 as documented: a container of parameters, "responce", success within, several numbers in one field."""

from __future__ import annotations

import json
from typing import Any

import httpx

from tests.shops.platforms.taobao import form_of


def row(**said: Any) -> dict[str, Any]:
    """A shipped order of two parcels."""
    known = {
        "orderId": "300000000077",
        "orderState": "WAIT_GOODS_RECEIVE_CONFIRM",
        "modified": "2026-11-28 11:02:40",
        "orderStartTime": "2026-11-27 08:20:11",
        "logisticsId": "463",
        "waybill": "YT8800000000001|YT8800000000002",
        "orderTotalPrice": "30.50",
        "itemInfoList": [{"skuName": "床头灯", "itemTotal": "1"}],
    }
    return {**known, **said}


def orders(rows: list[Any], total: Any = None, **verdict: Any) -> dict[str, Any]:
    result = {
        "apiResult": {"success": True, "chineseErrCode": "", "englishErrCode": "", **verdict},
        "orderTotal": len(rows) if total is None else total,
        "orderInfoList": rows,
    }
    return {"jingdong_pop_order_search_responce": {"code": "0", "orderInfoResult": result}}


def error(code: str, message: str) -> dict[str, Any]:
    return {"error_response": {"code": code, "zh_desc": message, "en_desc": ""}}


def params(request: httpx.Request) -> dict[str, Any]:
    container: dict[str, Any] = json.loads(form_of(request)["360buy_param_json"])["paramOrderJSFQuery"]
    return container


def answer(request: httpx.Request) -> Any:
    """One order."""
    if request.url.path.endswith("/oauth2/refresh_token"):
        return {"code": 0, "access_token": "at-new", "refresh_token": "rt-new", "expires_in": 2592000}
    if form_of(request)["method"] == "jingdong.pop.order.get":
        detail = {"apiResult": {"success": True}, "orderInfo": row()}
        return {"jingdong_pop_order_get_responce": {"code": "0", "orderDetailInfo": detail}}
    return orders([row()])
