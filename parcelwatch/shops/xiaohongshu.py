"""小红书 (千帆/ARK): orders by their time of change, half an hour at a time, each then asked for by itself; complaints.

Source: audits of the platform's pages by others, and an open SDK. The list has no numbers, so that every order costs a
call. Recalled and not read anew: the names within the list, what 8 and 9 mean (closed, cancelled), and where an amount
stands. The platform renews a token only within its last half hour; earlier it answers with the one that holds. How it
signs what it posts when an order changes is not established, and that is not heard. No field of an order says that its
money went back: only closing or cancelling it ends it.

`key` is the appId, `secret` the application's, `token` the refresh token, replaced at use.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from typing import ClassVar, Final

import httpx

from parcelwatch.couriers.shared.fields import Record, part
from parcelwatch.couriers.shared.signing import md5_hex
from parcelwatch.errors import CourierUnreadable
from parcelwatch.model import Grievance, Shipment, ShopOrder, Standing
from parcelwatch.shops.base import Account, Granted, Looking, Mark, Reading, Tells, compact
from parcelwatch.shops.china.cells import at, fen, first, goods, listed, once, order, seconds, sent, word
from parcelwatch.shops.china.complaints import COMPLAINTS, about_delivery, grievance, heard
from parcelwatch.shops.china.tokens import granted
from parcelwatch.shops.china.trouble import Codes, answer, blame, fitting, found
from parcelwatch.shops.china.walking import Feed, Sheet, Spread, feed, pages_of, told_at, walk

_LIST: Final = "order.getOrderList"
_ORDER: Final = "order.getOrderDetail"
_CASES: Final = "afterSale.listAfterSaleInfos"
_REFRESH: Final = "oauth.refreshToken"
_SIZE: Final = 100
_WINDOW: Final = timedelta(minutes=30)
_CANCELLED: Final = frozenset({"8", "9"})
_WEEK: Final = timedelta(days=7)
_CODES: Final = Codes(busy=frozenset({"-9013"}))


class Xiaohongshu:
    """A shop's own orders at 小红书."""

    api: ClassVar[str] = "xiaohongshu"
    base_url: ClassVar[str] = "https://ark.xiaohongshu.com/ark/open_api/v3/common_controller"
    needs: ClassVar[tuple[str, ...]] = ("key", "secret", "token")
    options: ClassVar[Mapping[str, str]] = {
        COMPLAINTS: "no: leave after-sales cases (afterSale.listAfterSaleInfos) unread"
    }
    required: ClassVar[tuple[str, ...]] = ()
    rate: ClassVar[str] = "2/s"
    overlap: ClassVar[timedelta] = timedelta(minutes=10)
    farthest: ClassVar[timedelta | None] = None
    doubt: ClassVar[str] = (
        "no recorded answer is known; renewing its token early and what cancels an order are recalled, and an order "
        "does not say that it was refunded"
    )
    tells: ClassVar[Tells] = Tells(
        hand_over=True, complaints=True, unheard="how its messages are signed is not established"
    )

    def since(self, account: Account, mark: Mark, now: datetime) -> Reading:
        """Half an hour at a time, from the last page to the first."""
        cases = feed(lambda spread: _cases_page(account, spread, now), _cases)
        yield from walk(mark, now, _WINDOW, _orders(account, now), *heard(account, cases))

    def order(self, account: Account, ref: str, now: datetime) -> Looking[ShopOrder | None]:
        """One order by its number."""
        response = yield _call(account, _ORDER, {"orderId": ref}, now)
        return found(response, _order)

    def renew(self, account: Account, renewal: str, now: datetime) -> httpx.Request:
        """By the refresh token."""
        return _call(account, _REFRESH, {"refreshToken": renewal}, now, token=False)

    def renewed(self, response: httpx.Response) -> Granted:
        """The access token with its refresh token."""
        with fitting(response):
            data = part(answer(response, _judge).get("data"))
            token = granted(data, "accessToken", "refreshToken")
            ends, now = at(data.get("accessTokenExpiresAt")), told_at(response)
            left = ends - now if ends and now else token.lifetime
            return Granted(token.token, max(timedelta(0), min(left, _WEEK)), token.renewal)


def _call(account: Account, method: str, wanted: Record, now: datetime, *, token: bool = True) -> httpx.Request:
    stamp = str(seconds(now))
    body: Record = {
        "appId": account.key,
        "timestamp": stamp,
        "version": "2.0",
        "method": method,
        "sign": sign(account.key, account.secret, method, stamp),
        **({"accessToken": account.token} if token else {}),
        **wanted,
    }
    headers = {"Content-Type": "application/json;charset=utf-8"}
    return httpx.Request("POST", account.base_url, content=compact(body).encode(), headers=headers)


def sign(key: str, secret: str, method: str, stamp: str) -> str:
    """MD5 over who calls what and when; what is asked for is not signed."""
    return md5_hex(f"{method}?appId={key}&timestamp={stamp}&version=2.0{secret}")


def _orders(account: Account, now: datetime) -> Feed:
    def ask(spread: Spread) -> Looking[Sheet]:
        window = {"timeType": 2, "startTime": seconds(spread.begin), "endTime": seconds(spread.end)}
        response = yield _call(account, _LIST, {**window, "pageNo": spread.page + 1, "pageSize": _SIZE}, now)
        with fitting(response):
            data = part(answer(response, _judge).get("data"))
            numbers = [number for row in listed(data.get("orderList")) if (number := word(row.get("orderId")))]
        orders = []
        for number in dict.fromkeys(numbers):
            told = yield _call(account, _ORDER, {"orderId": number}, now)
            one = found(told, _order)
            orders += [one] if one else []
        pages = pages_of(data.get("total"), _SIZE)
        more = pages is None and len(numbers) >= _SIZE
        return Sheet(tuple(orders), pages=pages, more=more, told_at=told_at(response))

    return ask


def _cases_page(account: Account, spread: Spread, now: datetime) -> httpx.Request:
    # Of orders the platform counts seconds, of cases milliseconds.
    window = {"timeType": 2, "startTime": seconds(spread.begin) * 1000, "endTime": seconds(spread.end) * 1000}
    return _call(account, _CASES, {**window, "pageNo": spread.page + 1, "pageSize": _SIZE}, now)


def _cases(response: httpx.Response) -> Sheet:
    data = part(answer(response, _judge).get("data"))
    if "success" in data:  # the gateway's envelope around the service's
        _judge(response, data)
        data = part(data.get("data"))
    rows = listed(data.get("afterSaleBasicInfos"))
    found = tuple(one for row in rows for one in _grievance(row))
    pages = pages_of(data.get("totalCount"), _SIZE)
    return Sheet(grievances=found, pages=pages, more=pages is None and len(rows) >= _SIZE)


def _grievance(row: Record) -> tuple[Grievance, ...]:
    reason = word(row.get("reasonNameZh"))
    if not about_delivery(reason, row.get("desc")):
        return ()
    return grievance(row.get("returnsId"), row.get("applyTime"), row.get("orderId"), reason)


def _judge(response: httpx.Response, body: Record) -> None:
    """Both forms of success: `success` with `error_code`, and `success` with `code`."""
    code = word(body.get("error_code")) or word(body.get("code"))
    if body.get("success") is True and code in ("", "0"):
        return
    if not code and "success" not in body:
        raise CourierUnreadable("the answer says nothing of success")
    blame(response, "小红书", code, word(body.get("error_msg")) or word(body.get("msg")), _CODES)


def _order(response: httpx.Response) -> ShopOrder | None:
    row = part(answer(response, _judge).get("data"))
    if not row:
        return None
    return order(
        row.get("orderId"),
        row.get("updateTime"),
        standing=Standing.CANCELLED if word(row.get("orderStatus")) in _CANCELLED else Standing.OPEN,
        shipments=once(_shipments(row)),
        value=fen(row.get("totalPayAmount")),
        goods=goods(item.get("skuName") for item in listed(row.get("skuList"))),
        hand_over_by=first(row.get("promiseLastDeliveryTime")),
    )


def _shipments(row: Record) -> Iterator[Shipment]:
    """The parcels of an order in parts, and the order's own, which is one of them or the only one."""
    for each in (*listed(row.get("simpleDeliveryOrderList")), row):
        when = at(each.get("deliveryTime") or row.get("deliveryTime"))
        yield from sent(each.get("expressTrackingNo"), word(each.get("expressCompanyCode")), when)
