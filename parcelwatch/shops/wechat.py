"""微信小店: orders by their time of change, each then asked for by itself.

Source: audits of the platform's pages by others, and the shapes that several clients read. The list names numbers only.
Recalled and not read anew: the numbers of an order's standing, and an item's delivery deadline. After-sales cases are
not read.

`key` is the AppID, `secret` the AppSecret; the platform grants tokens for them. It answers only addresses on its list.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from typing import ClassVar, Final
from urllib.parse import quote

import httpx

from parcelwatch.couriers.shared.fields import Record
from parcelwatch.model import Shipment, ShopOrder, Standing
from parcelwatch.shops.base import Account, Granted, Looking, Mark, Reading, compact
from parcelwatch.shops.china.cells import at, fen, first, four, goods, inner, listed, once, order, seconds, sent, word
from parcelwatch.shops.china.tokens import granted
from parcelwatch.shops.china.trouble import Codes, answer, blame, fitting, found
from parcelwatch.shops.china.walking import Feed, Sheet, Spread, told_at, walk

_LIST: Final = "/channels/ec/order/list/get"
_ORDER: Final = "/channels/ec/order/get"
_GRANT: Final = "/cgi-bin/stable_token"
_SIZE: Final = 100
_WINDOW: Final = timedelta(days=7)
_STANDINGS: Final[Mapping[str, Standing]] = {"200": Standing.REFUNDED, "250": Standing.CANCELLED}
_CODES: Final = Codes(
    busy=frozenset({"45009", "45011"}),
    ours={
        "40001": "check secret",
        "40013": "check key",
        "40125": "check secret",
        "40164": "add this machine's address to the list of the platform's developer settings",
        "48001": "apply for the permission to read orders",
    },
    theirs=frozenset({"-1"}),
)


class Wechat:
    """A shop's own orders at 微信小店."""

    api: ClassVar[str] = "wechat"
    base_url: ClassVar[str] = "https://api.weixin.qq.com"
    needs: ClassVar[tuple[str, ...]] = ("key", "secret")
    options: ClassVar[Mapping[str, str]] = {}
    required: ClassVar[tuple[str, ...]] = ()
    rate: ClassVar[str] = "5/s"
    overlap: ClassVar[timedelta] = timedelta(minutes=10)
    farthest: ClassVar[timedelta | None] = None
    doubt: ClassVar[str] = "no recorded answer is known; what cancels an order is recalled and not read anew"

    def since(self, account: Account, mark: Mark, now: datetime) -> Reading:
        """A week at a time, page by page as the platform goes on."""
        yield from walk(mark, now, _WINDOW, _orders(account))

    def order(self, account: Account, ref: str, now: datetime) -> Looking[ShopOrder | None]:
        """One order by its number."""
        response = yield _call(account, _ORDER, {"order_id": ref})
        return found(response, _order)

    def renew(self, account: Account, renewal: str, now: datetime) -> httpx.Request:
        """By key and secret; asked again in time, the platform grants the same one."""
        wanted = {"grant_type": "client_credential", "appid": account.key, "secret": account.secret}
        return httpx.Request("POST", f"{account.base_url}{_GRANT}", json=wanted)

    def renewed(self, response: httpx.Response) -> Granted:
        """The access token."""
        with fitting(response):
            return granted(answer(response, _judge))


def _call(account: Account, path: str, wanted: Record) -> httpx.Request:
    url = f"{account.base_url}{path}?access_token={quote(account.token, safe='')}"
    headers = {"Content-Type": "application/json"}
    return httpx.Request("POST", url, content=compact(wanted).encode(), headers=headers)


def _orders(account: Account) -> Feed:
    def ask(spread: Spread) -> Looking[Sheet]:
        window = {"start_time": seconds(spread.begin), "end_time": seconds(spread.end)}
        wanted: Record = {"update_time_range": window, "page_size": _SIZE, "next_key": spread.cursor}
        response = yield _call(account, _LIST, wanted)
        with fitting(response):
            body = answer(response, _judge)
            refs = body.get("order_id_list")
            numbers = [ref for each in (refs if isinstance(refs, list) else []) if (ref := word(each))]
            cursor = word(body.get("next_key"))
        orders = []
        for number in dict.fromkeys(numbers):
            told = yield _call(account, _ORDER, {"order_id": number})
            one = found(told, _order)
            orders += [one] if one else []
        more = body.get("has_more") is True and bool(cursor)
        return Sheet(tuple(orders), more=more, cursor=cursor, told_at=told_at(response))

    return ask


def _judge(response: httpx.Response, body: Record) -> None:
    code = word(body.get("errcode"))
    if code not in ("", "0"):
        blame(response, "微信小店", code, word(body.get("errmsg")), _CODES)


def _order(response: httpx.Response) -> ShopOrder | None:
    row = inner(answer(response, _judge), "order")
    if not row:
        return None
    detail = inner(row, "order_detail")
    address = inner(detail, "delivery_info", "address_info")
    items = listed(detail.get("product_infos"))
    deadlines = [found for item in items if (found := first(item.get("delivery_deadline"))) is not None]
    return order(
        row.get("order_id"),
        row.get("update_time"),
        standing=_STANDINGS.get(word(row.get("status")), Standing.OPEN),
        shipments=once(_shipments(detail)),
        customer_name=word(address.get("user_name")),
        value=fen(inner(detail, "price_info").get("order_price")),
        goods=goods(item.get("title") for item in items),
        phone_last4=four(address.get("tel_number")),
        hand_over_by=min(deadlines, default=None),
    )


def _shipments(detail: Record) -> Iterator[Shipment]:
    for each in listed(inner(detail, "delivery_info").get("delivery_product_info")):
        company = word(each.get("delivery_name")) or word(each.get("delivery_id"))
        yield from sent(each.get("waybill_id"), company, at(each.get("delivery_time")))
