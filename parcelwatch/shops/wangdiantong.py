"""旺店通旗舰版, an ERP: 销售出库 documents by their time of change, an hour at a time; 退换单 as complaints.

Source: the platform's own pages. Documents of 淘宝, 天猫, 拼多多 and 供销 orders are never told: those need their own
platform's adapter. A document of several orders is told once for each. What a shop calls a courier there is its own
label; the courier is the type that the platform gives it. Codes of errors are few and mean little: words decide. The
older 企业版 has another gateway and is not this.

`key` is the interface account, `secret` the whole appsecret, which is secret:salt.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from typing import ClassVar, Final
from urllib.parse import urlencode

import httpx

from parcelwatch.couriers.shared.fields import Record, part
from parcelwatch.couriers.shared.signing import md5_hex
from parcelwatch.errors import CourierUnreadable
from parcelwatch.model import Grievance, Shipment, ShopOrder, Standing
from parcelwatch.shops.base import Account, Looking, Mark, Reading, Tells, compact
from parcelwatch.shops.china.cells import at, four, goods, listed, once, order, seconds, sent, wall, word, yuan
from parcelwatch.shops.china.complaints import COMPLAINTS, about_delivery, grievance, heard
from parcelwatch.shops.china.couriers import called
from parcelwatch.shops.china.trouble import Codes, answer, blame, fitting
from parcelwatch.shops.china.walking import Sheet, Spread, feed, pages_of, walk

_OUT: Final = "wms.stockout.Sales.queryWithDetail"
_REFUNDS: Final = "aftersales.refund.Refund.search"
_SIZE: Final = 100
_WINDOW: Final = timedelta(hours=1)
# The platform counts seconds from the first day of 2012 in Beijing.
_FIRST_SECOND: Final = 1325347200
# Cancelled ones and those that were sent.
_WANTED: Final = "5,10,90,95,105,110,113"
_CANCELLED_TO: Final = 10
_ALL_REFUNDED: Final = "3"
# Of 退换单: money back before anything was sent, and the difference to a lower price.
_NOT_ABOUT_A_PARCEL: Final = frozenset({"1", "6"})


class Wangdiantong:
    """The 出库 documents of a 旺店通旗舰版 company."""

    api: ClassVar[str] = "wangdiantong"
    base_url: ClassVar[str] = "https://wdt.wangdian.cn/openapi"
    needs: ClassVar[tuple[str, ...]] = ("key", "secret")
    options: ClassVar[Mapping[str, str]] = {
        "sid": "the seller's account (卖家账号)",
        COMPLAINTS: "no: leave 退换单 (aftersales.refund.Refund.search) unread",
    }
    required: ClassVar[tuple[str, ...]] = ("sid",)
    rate: ClassVar[str] = "1/s"
    overlap: ClassVar[timedelta] = timedelta(minutes=10)
    farthest: ClassVar[timedelta | None] = None
    doubt: ClassVar[str] = ""
    tells: ClassVar[Tells] = Tells(refunded=True, complaints=True)

    def since(self, account: Account, mark: Mark, now: datetime) -> Reading:
        """Hour by hour, from the last page to the first."""
        documents = feed(lambda spread: _page(account, spread, now), _documents)
        refunds = feed(lambda spread: _refunds_page(account, spread, now), _refunds)
        yield from walk(mark, now, _WINDOW, documents, *heard(account, refunds))

    def order(self, account: Account, ref: str, now: datetime) -> Looking[ShopOrder | None]:
        """One document by its ref, or the first of an order by the platform's number."""
        document, _, number = ref.partition("#")
        response = yield _call(account, _OUT, {"stockout_no": document} if number else {"src_tid": ref}, now)
        with fitting(response):
            told = [one for row in listed(_data(response).get("order")) for one in _orders(row)]
        return next((one for one in told if not number or one.ref == ref), None)


# --- asking --------------------------------------------------------------------------------------


def _call(account: Account, method: str, wanted: Record, now: datetime, page: int = 0) -> httpx.Request:
    secret, _, salt = account.secret.partition(":")
    body = compact([wanted])
    query = {
        "method": method,
        "sid": account.options.get("sid", ""),
        "key": account.key,
        "salt": salt,
        "timestamp": str(seconds(now) - _FIRST_SECOND),
        "v": "1.0",
        "page_size": str(_SIZE),
        "page_no": str(page),
        "calc_total": "1",
    }
    url = f"{account.base_url}?{urlencode({**query, 'sign': sign({**query, 'body': body}, secret)})}"
    return httpx.Request("POST", url, content=body.encode(), headers={"Content-Type": "application/json"})


def sign(form: Mapping[str, str], secret: str) -> str:
    """MD5 over names and values in alphabetical order, the body among them, the secret at both ends."""
    return md5_hex(f"{secret}{''.join(f'{name}{said}' for name, said in sorted(form.items()))}{secret}")


def _page(account: Account, spread: Spread, now: datetime) -> httpx.Request:
    window = {"start_time": wall(spread.begin), "end_time": wall(spread.end)}
    return _call(account, _OUT, {**window, "status_type": 3, "status": _WANTED}, now, spread.page)


def _refunds_page(account: Account, spread: Spread, now: datetime) -> httpx.Request:
    window: Record = {"modified_from": wall(spread.begin), "modified_to": wall(spread.end)}
    return _call(account, _REFUNDS, window, now, spread.page)


# --- reading -------------------------------------------------------------------------------------


def _judge(response: httpx.Response, body: Record) -> None:
    status = word(body.get("status"))
    if status != "0":
        blame(response, "旺店通", status, word(body.get("message")), Codes())


def _data(response: httpx.Response) -> Record:
    return part(answer(response, _judge).get("data"))


def _documents(response: httpx.Response) -> Sheet:
    data = _data(response)
    orders = (one for row in listed(data.get("order")) for one in _orders(row))
    return Sheet(tuple(orders), pages=pages_of(data.get("total_count"), _SIZE))


def _refunds(response: httpx.Response) -> Sheet:
    data = _data(response)
    found = (one for row in listed(data.get("order")) for one in _grievances(row))
    return Sheet(grievances=tuple(found), pages=pages_of(data.get("total_count"), _SIZE))


def _grievances(row: Record) -> Iterator[Grievance]:
    """A 退换单 that speaks of the delivery, once for each of its orders."""
    refund, reason, more = (word(row.get(name)) for name in ("refund_no", "refund_reason", "reason_name"))
    if word(row.get("type")) in _NOT_ABOUT_A_PARCEL or not about_delivery(reason, more, row.get("remark")):
        return
    numbers = [each.strip() for name in ("src_tids", "tid_list") for each in word(row.get(name)).split(",")]
    for number in dict.fromkeys(filter(None, numbers)):
        since = row.get("refund_time") or row.get("created")
        yield from grievance(f"{refund}/{number}", since, number, reason or more) if refund else ()


def _orders(row: Record) -> list[ShopOrder]:
    """A document as each of its orders."""
    document = word(row.get("order_no"))
    if not document:
        raise CourierUnreadable("a document without order_no")
    items = listed(row.get("details_list") or row.get("details"))
    told = [*word(row.get("src_trade_no")).split(","), *(word(item.get("src_tid")) for item in items)]
    numbers = list(dict.fromkeys(number for each in told if (number := each.strip()))) or [word(row.get("trade_no"))]
    one = order(
        document,
        row.get("modified"),
        standing=_standing(row),
        shipments=once(_shipments(row)),
        customer_name=word(row.get("receiver_name")),
        language="",
        value=yuan(row.get("paid")),
        goods=goods(item.get("goods_name") for item in items),
        phone_last4=four(row.get("receiver_mobile")),
    )
    return [replace(one, ref=f"{document}#{number}", number=number or document) for number in numbers]


def _standing(row: Record) -> Standing:
    status = word(row.get("status"))
    if status.isascii() and status.isdigit() and int(status) <= _CANCELLED_TO:
        return Standing.CANCELLED
    return Standing.REFUNDED if word(row.get("refund_status")) == _ALL_REFUNDED else Standing.OPEN


def _shipments(row: Record) -> Iterator[Shipment]:
    """What has left; every further parcel goes by the document's courier, as only that has a type."""
    when = at(row.get("consign_time"))
    if when is None:
        return
    company = called("wangdiantong", word(row.get("logistics_type")))
    for each in (row, *listed(row.get("logistics_list"))):
        yield from sent(each.get("logistics_no"), company, when)
