"""Loopback shops with one order that changes as a story wants it.

What belongs here: how a story's order looks at each platform. Their wire formats are tests/shops'.
"""

from __future__ import annotations

import asyncio
import json
from datetime import timedelta
from typing import Any, Protocol
from zoneinfo import ZoneInfo

import httpx

from tests.acceptance.border import Turned
from tests.servers import Hit, Server, head
from tests.shops import shopify
from tests.shops.platforms import jushuitan


class Platform(Protocol):
    """A loopback shop with one order. `api`: which courier its parcels go by.

    `pause`: how long that one is left alone about a number that it may have been asked about.
    """

    server: Server
    pause: timedelta
    api: str
    company: str
    numbers: tuple[str, str, str]

    @property
    def settings(self) -> str: ...

    def put(self, clock: Turned, *numbers: str, over: bool = False) -> None:
        """The order as it is from now on."""
        ...


class AtShopify:
    """Shopify, and parcels by DHL."""

    pause, api, company = timedelta(0), "dhl", ""
    numbers = ("00340434111111111117", "00340434111111111124", "00340434111111111131")

    def __init__(self) -> None:
        self._shop = shopify.Shopify()
        self.server = self._shop.server

    @property
    def settings(self) -> str:
        return f'{self._shop.settings}every = "1m"\n'

    def put(self, clock: Turned, *numbers: str, over: bool = False) -> None:
        paid = "REFUNDED" if over else "PAID"
        parcels = [shopify.sent(each, by="DHL") for each in numbers]
        self._shop.put(5550001, clock.at, *parcels, displayFinancialStatus=paid)


class AtJushuitan:
    """聚水潭, and parcels by 圆通, asked about at 快递100."""

    pause, api, company = timedelta(minutes=35), "kuaidi100", "yuantong"
    numbers = ("YT8800000000001", "YT8800000000002", "YT8800000000003")

    def __init__(self) -> None:
        self._rows: list[dict[str, Any]] = []
        self._version = 7000
        self.server = Server(self._answer)

    @property
    def settings(self) -> str:
        return f"""
[shops.web]
api = "jushuitan"
base_url = "{self.server.url}"
key = "k-1"
secret = "s-1"
every = "1m"
options = {{ complaints = "no" }}
"""

    def put(self, clock: Turned, *numbers: str, over: bool = False) -> None:
        self._version += 1
        modified = clock.at.astimezone(ZoneInfo("Asia/Shanghai")).strftime("%Y-%m-%d %H:%M:%S")
        first, *others = numbers or ("",)
        more = [{"io_id": 500001, "l_id": each, "lc_id": "YTO", "logistic_company": "圆通"} for each in others]
        state = "Cancelled" if over else "Confirmed" if numbers else "WaitConfirm"
        said = {"status": state, "modified": modified, "l_id": first, "clusterInfos": more, "ts": self._version}
        self._rows = [jushuitan.row(**said)]

    async def _answer(self, _: Server, hit: Hit, writer: asyncio.StreamWriter) -> None:
        request = httpx.Request(hit.method, f"https://shop.example.com{hit.target}", content=hit.body)
        path, _form, biz = jushuitan.asked(request)
        granted = "/auth/" in path
        told = jushuitan.GRANTED if granted else jushuitan.told([row for row in self._rows if _within(row, biz)])
        body = json.dumps(told).encode()
        writer.write(head(200, len(body)) + body)


def _within(row: dict[str, Any], biz: dict[str, Any]) -> bool:
    if "start_ts" in biz:
        return bool(row["ts"] > biz["start_ts"])
    return bool(biz["modified_begin"] <= row["modified"] <= biz["modified_end"])
