"""淘宝 and 天猫 through the open platform (TOP): trades by their time of change, refunds as complaints.

Source: TOP's own metadata of its calls. Numbers stand at the sub-orders; a trade in several packages is asked for them.
Deadlines are the platform's own (最晚揽收, else 最晚发货, and 最晚签收); as it is not published how they are written, a
day and a time are both read. No personal data is asked for: it comes masked outside the platform's own cloud.

`key` and `secret` are the application's, `token` the session key that the seller granted.
"""

from __future__ import annotations

from collections.abc import Generator, Iterator, Mapping
from contextlib import suppress
from dataclasses import replace
from datetime import datetime, timedelta
from typing import ClassVar, Final

import httpx

from parcelwatch.couriers.shared.fields import Record, part
from parcelwatch.couriers.taobao import DENIED, DOWN, LIMITED, REFUSED, THEIRS, TOO_MANY, sign
from parcelwatch.errors import CourierRefused, CourierUnreadable
from parcelwatch.model import Grievance, Shipment, ShopOrder, Standing
from parcelwatch.shops.base import Account, Looking, Mark, Reading, Tells
from parcelwatch.shops.china.cells import at, first, four, goods, inner, listed, once, order, sent, wall, word, yuan
from parcelwatch.shops.china.complaints import COMPLAINTS, about_delivery, grievance, heard
from parcelwatch.shops.china.trouble import Codes, answer, blame, fitting, found
from parcelwatch.shops.china.walking import Feed, Sheet, Spread, feed, pages_of, told_at, walk

_TRADES: Final = "taobao.trades.sold.increment.get"
_TRADE: Final = "taobao.trade.fullinfo.get"
_PACKAGES: Final = "taobao.logistics.orders.get"
_REFUNDS: Final = "taobao.refunds.receive.get"
_SIZE: Final = 50
_WINDOW: Final = timedelta(days=1)
_FIELDS: Final = (
    "tid,status,type,created,pay_time,modified,end_time,consign_time,payment,seller_flag,shipping_type,is_part_consign,"
    "send_time,delivery_time,collect_time,dispatch_time,sign_time,promise_sign_time,"
    "logistics_infos.promise_outbound_time,logistics_infos.promise_collect_time,"
    "orders.oid,orders.title,orders.num,orders.status,orders.refund_status,orders.invoice_no,orders.logistics_company,"
    "orders.consign_time,orders.delivery_time,orders.collect_time,orders.sign_time"
)
_REFUND_FIELDS: Final = (
    "refund_id,tid,oid,created,modified,status,order_status,good_status,has_good_return,reason,desc,refund_phase,"
    "dispute_type"
)
_STANDINGS: Final[Mapping[str, Standing]] = {
    "TRADE_CLOSED": Standing.REFUNDED,
    "TRADE_CLOSED_BY_TAOBAO": Standing.CANCELLED,
}
_NOTHING_IS_SENT: Final = frozenset({"virtual", "no_shipping"})
_CODES: Final = Codes(busy=TOO_MANY, ours=REFUSED, theirs=frozenset({DOWN}))


class Taobao:
    """A seller's own trades."""

    api: ClassVar[str] = "taobao"
    base_url: ClassVar[str] = "https://gw.api.taobao.com/router/rest"
    needs: ClassVar[tuple[str, ...]] = ("key", "secret", "token")
    options: ClassVar[Mapping[str, str]] = {COMPLAINTS: "no: leave refunds (taobao.refunds.receive.get) unread"}
    required: ClassVar[tuple[str, ...]] = ()
    rate: ClassVar[str] = "5/s"
    overlap: ClassVar[timedelta] = timedelta(minutes=10)
    farthest: ClassVar[timedelta | None] = timedelta(days=90)
    doubt: ClassVar[str] = "built from its documents; no recorded answer is known, nor how it writes deadlines"
    tells: ClassVar[Tells] = Tells(
        promised=True,
        hand_over=True,
        refunded=True,
        complaints=True,
        unheard="its messages (TMC) want a lasting connection",
    )

    def since(self, account: Account, mark: Mark, now: datetime) -> Reading:
        """Day by day, from the last page to the first."""
        refunds = feed(lambda spread: _page(account, _REFUNDS, _REFUND_FIELDS, spread, now), _refunds)
        yield from walk(mark, now, _WINDOW, _trades(account, now), *heard(account, refunds))

    def order(self, account: Account, ref: str, now: datetime) -> Looking[ShopOrder | None]:
        """One trade by its number (tid)."""
        response = yield _call(account, _TRADE, {"tid": ref, "fields": _FIELDS}, now)
        one = found(response, _one)
        return (yield from _with_packages(account, *one, now)) if one is not None else None


# --- asking --------------------------------------------------------------------------------------


def _call(account: Account, method: str, wanted: Mapping[str, str], now: datetime) -> httpx.Request:
    form = {
        "method": method,
        "app_key": account.key,
        "session": account.token,
        "timestamp": wall(now),
        "format": "json",
        "v": "2.0",
        "sign_method": "md5",
        **wanted,
    }
    return httpx.Request("POST", account.base_url, data={**form, "sign": sign(form, account.secret)})


def _page(account: Account, method: str, fields: str, spread: Spread, now: datetime) -> httpx.Request:
    window = {"start_modified": wall(spread.begin), "end_modified": wall(spread.end)}
    paged = {"page_no": str(spread.page + 1), "page_size": str(_SIZE)}
    return _call(account, method, {"fields": fields, **window, **paged}, now)


def _trades(account: Account, now: datetime) -> Feed:
    def ask(spread: Spread) -> Looking[Sheet]:
        response = yield _page(account, _TRADES, _FIELDS, spread, now)
        with fitting(response):
            told = _told(response, _TRADES)
            trades = [(trade, _order(trade)) for trade in _listed(told, "trades", "trade")]
        orders = []
        for trade, each in trades:
            orders.append((yield from _with_packages(account, trade, each, now)))
        return replace(_sheet(told), orders=tuple(orders), told_at=told_at(response))

    return ask


def _with_packages(
    account: Account, trade: Record, one: ShopOrder, now: datetime
) -> Generator[httpx.Request, httpx.Response, ShopOrder]:
    """The order with the packages of a trade in parts, which its sub-orders do not all name."""
    if trade.get("is_part_consign") is not True or one.standing is not Standing.OPEN:
        return one
    response = yield _call(account, _PACKAGES, {"tid": one.ref, "fields": "tid,out_sid,company_name,status"}, now)
    # Whatever is wrong with this, what the trade itself says holds.
    with suppress(CourierRefused, CourierUnreadable), fitting(response):
        more = _listed(_told(response, _PACKAGES), "shippings", "shipping")
        packages = (parcel for each in more for parcel in sent(each.get("out_sid"), word(each.get("company_name"))))
        return replace(one, shipments=once((*one.shipments, *packages)))
    return one


# --- reading -------------------------------------------------------------------------------------


def _judge(response: httpx.Response, body: Record) -> None:
    if "error_response" not in body:
        return
    error = part(body["error_response"])
    code, sub = word(error.get("code")), word(error.get("sub_code"))
    message = word(error.get("sub_msg")) or word(error.get("msg"))
    codes = _CODES
    if sub.startswith(LIMITED):
        codes = Codes(busy=frozenset({code}))
    elif sub.startswith(THEIRS):
        codes = Codes(theirs=frozenset({code}))
    elif sub.startswith(DENIED):
        codes = Codes(ours={code: REFUSED["11"]})
    blame(response, "淘宝", code, f"{message} {sub}".strip(), codes)


def _told(response: httpx.Response, method: str) -> Record:
    """What a call answers, which stands under a name made of the call's."""
    body = answer(response, _judge)
    name = f"{method.removeprefix('taobao.').replace('.', '_')}_response"
    if not isinstance(body.get(name), dict):
        raise CourierUnreadable(f"the answer holds no {name}")
    return part(body[name])


def _listed(told: Record, outer: str, name: str) -> list[Record]:
    """A list as TOP wraps it, or as it stands where it does not."""
    found = told.get(outer)
    return listed(found.get(name) if isinstance(found, dict) else found)


def _sheet(told: Record) -> Sheet:
    return Sheet(pages=pages_of(told.get("total_results"), _SIZE), more=told.get("has_next") is True)


def _one(response: httpx.Response) -> tuple[Record, ShopOrder] | None:
    trade = part(_told(response, _TRADE).get("trade"))
    return (trade, _order(trade)) if trade else None


def _order(trade: Record) -> ShopOrder:
    parts = _listed(trade, "orders", "order")
    info = inner(trade, "logistics_infos")
    standing = _STANDINGS.get(word(trade.get("status")), Standing.OPEN)
    return order(
        trade.get("tid_str") or trade.get("tid"),
        trade.get("modified"),
        standing=standing,
        shipments=once(_shipments(trade, parts)),
        customer_name=word(trade.get("receiver_name")),
        value=yuan(trade.get("payment")),
        goods=goods(each.get("title") for each in parts),
        phone_last4=four(trade.get("receiver_mobile")),
        promised_by=_earliest(trade, parts, "sign_time") or first(trade.get("promise_sign_time")),
        hand_over_by=_earliest(trade, parts, "collect_time")
        or first(info.get("promise_collect_time"))
        or _earliest(trade, parts, "delivery_time")
        or first(info.get("promise_outbound_time")),
    )


def _earliest(trade: Record, parts: list[Record], name: str) -> datetime | None:
    """The trade's deadline, else the earliest of its sub-orders'."""
    told = [found for each in parts if (found := first(each.get(name))) is not None]
    return first(trade.get(name)) or min(told, default=None)


def _shipments(trade: Record, parts: list[Record]) -> Iterator[Shipment]:
    """What goes to the buyer; a sub-order that was refunded goes to nobody, unless its parcel holds another one."""
    if word(trade.get("shipping_type")) in _NOTHING_IS_SENT:
        return
    for each in parts:
        if word(each.get("status")) not in _STANDINGS:
            when = at(each.get("consign_time") or trade.get("consign_time"))
            yield from sent(each.get("invoice_no"), word(each.get("logistics_company")), when)


def _refunds(response: httpx.Response) -> Sheet:
    told = _told(response, _REFUNDS)
    found = (one for refund in _listed(told, "refunds", "refund") for one in _grievance(refund))
    return replace(_sheet(told), grievances=tuple(found))


def _grievance(refund: Record) -> tuple[Grievance, ...]:
    """What is asked back before it was sent is none, nor what the buyer has and does not want."""
    reason = word(refund.get("reason"))
    missing = refund.get("good_status") == "BUYER_NOT_RECEIVED"
    again = refund.get("dispute_type") == "RESHIPPING"
    unsent = refund.get("order_status") == "WAIT_SELLER_SEND_GOODS"
    if unsent or not (missing or again or about_delivery(reason, refund.get("desc"))):
        return ()
    return grievance(refund.get("refund_id"), refund.get("created"), refund.get("tid"), reason)
