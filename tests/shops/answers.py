"""What each platform answers when nothing is wrong, in its documented shape: the contract test asks and spoils it.

One function per adapter: a request in, the JSON of a good answer out. An order has the ref that REFS names.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import httpx

from tests.shops.platforms import douyin, jd, jushuitan, kuaishou, pdd, taobao, wangdiantong, wechat, xiaohongshu

Answers = Callable[[httpx.Request], Any]


def woocommerce(request: httpx.Request) -> Any:
    """One order with one number of Shipment Tracking."""
    order = {
        "id": 727,
        "number": "727",
        "status": "completed",
        "date_modified_gmt": "2026-11-27T09:30:00",
        "total": "29.35",
        "currency": "EUR",
        "shipping": {"first_name": "Ann", "last_name": "Beispiel", "country": "DE", "postcode": "10115"},
        "billing": {"email": "ann@example.com", "phone": "555"},
        "line_items": [{"name": "Lamp"}],
        "meta_data": [
            {
                "key": "_wc_shipment_tracking_items",
                "value": [{"tracking_number": "00340434161094042557", "tracking_provider": "dhl-de"}],
            }
        ],
    }
    return order if request.url.path.endswith("/727") else [order]


ANSWERS: dict[str, Answers] = {
    "douyin": douyin.answer,
    "jd": jd.answer,
    "jushuitan": jushuitan.answer,
    "kuaishou": kuaishou.answer,
    "pdd": pdd.answer,
    "taobao": taobao.answer,
    "wangdiantong": wangdiantong.answer,
    "wechat": wechat.answer,
    "xiaohongshu": xiaohongshu.answer,
    "woocommerce": woocommerce,
}
REFS = {
    "douyin": "6917926768820000001",
    "jd": "300000000077",
    "kuaishou": "2500000000000000001",
    "jushuitan": "500001#3935119409000000001",
    "pdd": "261127-100000000000001",
    "taobao": "3935119409000000001",
    "wangdiantong": "CK2026112700001#zd2026112700001",
    "wechat": wechat.REF,
    "xiaohongshu": xiaohongshu.REF,
    "woocommerce": "727",
}

# Credentials that a platform wants in the query, where servers and proxies keep them: its own rule.
IN_THE_QUERY: dict[str, tuple[str, ...]] = {
    "douyin": ("key", "token"),
    "wangdiantong": ("key", "secret"),  # of the secret only the salt
    "wechat": ("token",),
}

# What a platform says of an order there is none of, where that is known.
ABSENT: dict[str, Any] = {
    "douyin": {"code": 50002, "msg": "订单不存在", "data": None},
    "jd": jd.error("10400001", "订单不存在"),
    "jushuitan": jushuitan.told([]),
    "kuaishou": {"result": 803000, "error_msg": "订单不存在"},
    "pdd": pdd.error(50001, "订单不存在"),
    "taobao": taobao.error(15, "Remote service error", "isv.trade-not-exist", "交易订单不存在"),
    "wangdiantong": wangdiantong.told([]),
    "wechat": {"errcode": 10020050, "errmsg": "order not exist"},
    "xiaohongshu": {"success": False, "error_code": -1, "error_msg": "订单不存在"},
}
