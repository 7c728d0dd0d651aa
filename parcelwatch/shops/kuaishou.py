"""快手小店: orders by their time of change, after-sales cases as complaints.

Source: the typed shapes of an open client, and clients of others. The platform names a courier by a number whose table
is not published, so that a parcel's own number says whose it is. Recalled and not read anew: what 80 means (the order
failed), and where a title and an amount stand. What the platform posts when an order changes is encrypted with AES,
which the standard library has not; it is not heard.

`key` is the appKey; `secret` both secrets, as appSecret:signSecret; `token` the refresh token, replaced at use.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from typing import ClassVar, Final

import httpx

from parcelwatch.couriers.shared.fields import Record, part
from parcelwatch.couriers.shared.signing import hmac_sha256_base64
from parcelwatch.model import Grievance, Shipment, ShopOrder, Standing
from parcelwatch.shops.base import Account, Granted, Looking, Mark, Reading, Tells, compact
from parcelwatch.shops.china.cells import at, fen, first, goods, inner, listed, once, order, seconds, sent, word
from parcelwatch.shops.china.complaints import COMPLAINTS, about_delivery, grievance, heard
from parcelwatch.shops.china.tokens import granted
from parcelwatch.shops.china.trouble import Codes, answer, blame, fitting, found
from parcelwatch.shops.china.walking import Sheet, Spread, feed, walk

_LIST: Final = "open.order.cursor.list"
_ORDER: Final = "open.order.detail"
_CASES: Final = "open.seller.order.refund.pcursor.list"
_SIZE: Final = 50
_WINDOW: Final = timedelta(days=1)
_ALL_CASES: Final = 9
_SUCCESS, _NO_MORE, _FAILED, _REFUNDED = "1", "nomore", "80", "60"
_CODES: Final = Codes()


class Kuaishou:
    """A shop's own orders at 快手小店."""

    api: ClassVar[str] = "kuaishou"
    base_url: ClassVar[str] = "https://openapi.kwaixiaodian.com"
    needs: ClassVar[tuple[str, ...]] = ("key", "secret", "token")
    options: ClassVar[Mapping[str, str]] = {
        COMPLAINTS: "no: leave after-sales cases (open.seller.order.refund.pcursor.list) unread"
    }
    required: ClassVar[tuple[str, ...]] = ()
    rate: ClassVar[str] = "2/s"
    overlap: ClassVar[timedelta] = timedelta(minutes=10)
    farthest: ClassVar[timedelta | None] = timedelta(days=90)
    doubt: ClassVar[str] = (
        "no recorded answer is known; its couriers' codes and what cancels an order are not established, and its "
        "after-sales cases are others' report"
    )
    tells: ClassVar[Tells] = Tells(
        hand_over=True, refunded=True, complaints=True, unheard="its messages are encrypted with AES"
    )

    def since(self, account: Account, mark: Mark, now: datetime) -> Reading:
        """Day by day, which is all that it tells of cases at once, page by page as the platform goes on."""
        orders = feed(lambda spread: _page(account, spread, now), _orders)
        cases = feed(lambda spread: _cases_page(account, spread, now), _cases)
        yield from walk(mark, now, _WINDOW, orders, *heard(account, cases))

    def order(self, account: Account, ref: str, now: datetime) -> Looking[ShopOrder | None]:
        """One order by its number."""
        number: object = int(ref) if ref.isascii() and ref.isdigit() and len(ref) <= 19 else ref
        response = yield _call(account, _ORDER, {"oid": number}, now)
        return found(response, _one)

    def renew(self, account: Account, renewal: str, now: datetime) -> httpx.Request:
        """By the refresh token."""
        form = {
            "app_id": account.key,
            "app_secret": account.secret.partition(":")[0],
            "grant_type": "refresh_token",
            "refresh_token": renewal,
        }
        return httpx.Request("POST", f"{account.base_url}/oauth2/refresh_token", data=form)

    def renewed(self, response: httpx.Response) -> Granted:
        """The access token with its refresh token."""
        with fitting(response):
            return granted(answer(response, _judge))


def _call(account: Account, method: str, wanted: Record, now: datetime) -> httpx.Request:
    form = {
        "access_token": account.token,
        "appkey": account.key,
        "method": method,
        "param": compact(dict(sorted(wanted.items()))),
        "signMethod": "HMAC_SHA256",
        "timestamp": str(seconds(now) * 1000),
        "version": "1",
    }
    form["sign"] = sign(form, account.secret.rpartition(":")[2])
    return httpx.Request("POST", f"{account.base_url}/{method.replace('.', '/')}", data=form)


def sign(form: Mapping[str, str], secret: str) -> str:
    """HMAC-SHA256 over the fields in alphabetical order and the secret, in Base64."""
    told = "&".join(f"{name}={said}" for name, said in sorted(form.items()) if name != "sign")
    return hmac_sha256_base64(secret.encode(), f"{told}&signSecret={secret}".encode())


def _page(account: Account, spread: Spread, now: datetime) -> httpx.Request:
    wanted: Record = {
        "orderViewStatus": 1,
        "queryType": 2,
        "sort": 2,
        "beginTime": seconds(spread.begin) * 1000,
        "endTime": seconds(spread.end) * 1000,
        "pageSize": _SIZE,
        "cursor": spread.cursor,
    }
    return _call(account, _LIST, wanted, now)


def _cases_page(account: Account, spread: Spread, now: datetime) -> httpx.Request:
    wanted: Record = {
        "type": _ALL_CASES,
        "queryType": 2,
        "sort": 2,
        "beginTime": seconds(spread.begin) * 1000,
        "endTime": seconds(spread.end) * 1000,
        "pageSize": _SIZE,
        "currentPage": spread.page + 1,
        "pcursor": spread.cursor,
    }
    return _call(account, _CASES, wanted, now)


def _judge(response: httpx.Response, body: Record) -> None:
    code = word(body.get("result"))
    if code != _SUCCESS:
        words = f"{word(body.get('error_msg')) or word(body.get('error'))} {word(body.get('sub_msg'))}".strip()
        blame(response, "快手", code, words, _CODES)


def _orders(response: httpx.Response) -> Sheet:
    data = part(answer(response, _judge).get("data"))
    cursor = word(data.get("cursor"))
    rows = listed(data.get("orderList"))
    return Sheet(tuple(_order(row) for row in rows), more=cursor not in ("", _NO_MORE), cursor=cursor)


def _cases(response: httpx.Response) -> Sheet:
    data = part(answer(response, _judge).get("data"))
    cursor = word(data.get("pcursor"))
    rows = listed(data.get("refundOrderInfoList") or data.get("dataList"))
    found = tuple(one for row in rows for one in _grievance(row))
    return Sheet(grievances=found, more=cursor not in ("", _NO_MORE), cursor=cursor)


def _grievance(row: Record) -> tuple[Grievance, ...]:
    reason = word(row.get("refundReasonDesc"))
    if not about_delivery(reason, row.get("refundDesc")):
        return ()
    since = row.get("submitTime") or row.get("createTime")
    return grievance(row.get("refundId"), since, row.get("oid"), reason)


def _one(response: httpx.Response) -> ShopOrder | None:
    row = part(answer(response, _judge).get("data"))
    return _order(row) if row else None


def _order(row: Record) -> ShopOrder:
    base = part(row.get("orderBaseInfo"))
    return order(
        base.get("oid"),
        base.get("updateTime"),
        standing=_standing(row, base),
        shipments=once(_shipments(row, base)),
        value=fen(base.get("totalFee")),
        goods=goods([inner(row, "orderItemInfo").get("itemTitle")]),
        hand_over_by=first(base.get("promiseTimeStampOfDelivery"), row.get("promiseTimeStampOfDelivery")),
    )


def _standing(row: Record, base: Record) -> Standing:
    if word(base.get("status")) != _FAILED:
        return Standing.OPEN
    refunds = listed(row.get("orderRefundList"))
    refunded = any(word(each.get("refundStatus")) == _REFUNDED for each in refunds)
    return Standing.REFUNDED if refunded else Standing.CANCELLED


def _shipments(row: Record, base: Record) -> Iterator[Shipment]:
    for each in listed(row.get("orderLogisticsInfo")):
        yield from sent(each.get("expressNo"), "", at(base.get("sendTime")))
