"""旺店通旗舰版 as documented: 出库 documents by the hour, several parcels, errors under 200."""

from __future__ import annotations

import json
from typing import Any

import httpx


def row(**said: Any) -> dict[str, Any]:
    """A shipped document of two parcels."""
    known = {
        "order_no": "CK2026112700001",
        "trade_no": "JY2026112700001",
        "src_trade_no": "zd2026112700001",
        "status": 110,
        "refund_status": 0,
        "logistics_no": "75880000000001",
        "logistics_code": "ZT0009",
        "logistics_name": "中通0009号仓",
        "logistics_type": 5,
        "logistics_list": [
            {"logistics_no": "75880000000001", "logistics_name": "中通0009号仓"},
            {"logistics_no": "75880000000002", "logistics_name": "中通0009号仓"},
        ],
        "consign_time": "2026-11-28 11:04:07",
        "modified": "2026-11-28 11:04:07",
        "receiver_name": "李***",
        "receiver_mobile": "139****4321",
        "paid": "9.0000",
        "details_list": [{"goods_name": "床头灯", "src_tid": "zd2026112700001", "refund_status": 0}],
    }
    return {**known, **said}


def told(rows: list[Any], total: Any = None) -> dict[str, Any]:
    return {"status": 0, "data": {"total_count": len(rows) if total is None else total, "order": rows}}


def wanted(request: httpx.Request) -> tuple[dict[str, str], dict[str, Any]]:
    """The query, and what the body asks for."""
    (params,) = json.loads(request.content)
    return dict(request.url.params), params


def refund(**said: Any) -> dict[str, Any]:
    """A buyer who had too few of what two orders hold."""
    known = {
        "refund_no": "TK2026112700001",
        "src_tids": "zd2026112700001,zd2026112700002",
        "tid_list": "zd2026112700001",
        "type": 4,
        "status": 20,
        "refund_reason": "少件/漏发",
        "reason_name": "",
        "remark": "",
        "created": "2026-11-28 11:00:00",
        "refund_time": "2026-11-28 10:50:00",
        "modified": "2026-11-28 11:04:07",
        "return_logistics_no": "YT9900000000009",
    }
    return {**known, **said}


def answer(request: httpx.Request) -> Any:
    """One document, one 退换单."""
    assert request.url.params["sign"]
    if request.url.params["method"] == "aftersales.refund.Refund.search":
        return told([refund()])
    return told([row()])
