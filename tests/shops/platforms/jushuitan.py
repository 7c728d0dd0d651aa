"""聚水潭 as documented: 出库 documents by row version or time of change, refunds, tokens, all under HTTP 200."""

from __future__ import annotations

import json
from typing import Any
from urllib.parse import parse_qs

import httpx


def row(**said: Any) -> dict[str, Any]:
    """A shipped document of two parcels."""
    known = {
        "io_id": 500001,
        "o_id": 900001,
        "so_id": "3935119409000000001",
        "shop_id": 11,
        "shop_name": "天猫灯具店",
        "status": "Confirmed",
        "order_type": "普通订单",
        "created": "2026-11-27 08:30:00",
        "modified": "2026-11-27 17:02:40",
        "io_date": "2026-11-27 17:02:40",
        "l_id": "YT8800000000001",
        "lc_id": "YTO",
        "logistics_company": "圆通2仓",
        "clusterInfos": [{"io_id": 500001, "l_id": "YT8800000000002", "lc_id": "YTO", "logistic_company": "圆通2仓"}],
        "merge_so_id": "",
        "receiver_name": "王**",
        "receiver_mobile": "139****4321",
        "paid_amount": 88.5,
        "labels": "加急|礼物",
        "ts": 7001,
        "items": [{"sku_id": "L1", "name": "床头灯", "qty": 1, "raw_so_id": "3935119409000000001"}],
    }
    return {**known, **said}


REFUND = {
    "as_id": 31,
    "as_date": "2026-11-27 20:11:00",
    "so_id": "3935119409000000001",
    "type": "仅退款",
    "question_type": "快递一直没送到",
    "good_status": "BUYER_NOT_RECEIVED",
    "l_id": "SF9900000000009",
    "modified": "2026-11-27 20:11:00",
}


def told(rows: list[Any], **said: Any) -> dict[str, Any]:
    """A page of a list."""
    page = {"page_index": 1, "page_size": 50, "data_count": len(rows), "has_next": False, "datas": rows}
    return {"code": 0, "msg": "执行成功", "data": {**page, **said}}


GRANTED = {"code": 0, "msg": "", "data": {"access_token": "at-new", "refresh_token": "rt-new", "expires_in": 2592000}}


def asked(request: httpx.Request) -> tuple[str, dict[str, str], dict[str, Any]]:
    """The path, the form and what is in `biz`."""
    form = {name: values[0] for name, values in parse_qs(request.content.decode()).items()}
    return request.url.path, form, json.loads(form.get("biz", "{}"))


def answer(request: httpx.Request) -> Any:
    """One document, one refund."""
    path, _, biz = asked(request)
    if "/auth/" in path:
        return GRANTED
    if "refund" in path:
        return told([REFUND])
    return told([row()] if biz.get("start_ts", 0) < 7001 else [])
