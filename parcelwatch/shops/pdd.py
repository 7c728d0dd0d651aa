"""拼多多: orders by their time of change, half an hour at a time and never the last three minutes; refunds.

Source: the platform's own signature example, and the text of its SDKs. Numbers stand at the order and in three lists
beside it (split, gifts, sent again). 催发货 and refunds about the delivery are complaints. The refunds' fields and what
limits and token errors are called are others' reports. Orders of 集运 name the first leg only.

`key` is client_id, `secret` client_secret, `token` the access token that the seller granted (a year for a seller's own
application).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from typing import ClassVar, Final

import httpx

from parcelwatch.couriers.shared.fields import Record, part
from parcelwatch.errors import CourierUnreadable
from parcelwatch.model import Grievance, Shipment, ShopOrder, Standing
from parcelwatch.shops.base import Account, Looking, Mark, Reading, Tells
from parcelwatch.shops.china.cells import at, first, four, goods, listed, once, order, seconds, sent, word, yuan
from parcelwatch.shops.china.complaints import COMPLAINTS, about_delivery, grievance, heard
from parcelwatch.shops.china.couriers import called
from parcelwatch.shops.china.signing import wrapped
from parcelwatch.shops.china.trouble import Codes, answer, blame, found
from parcelwatch.shops.china.walking import Sheet, Spread, feed, pages_of, walk

_ORDERS: Final = ("pdd.order.number.list.increment.get", "order_sn_increment_get_response")
_ORDER: Final = ("pdd.order.information.get", "order_info_get_response")
_REFUNDS: Final = ("pdd.refund.list.increment.get", "refund_increment_get_response")
_ALL_ORDERS: Final = {"order_status": "5", "refund_status": "5", "is_lucky_flag": "0"}
_ALL_REFUNDS: Final = {"after_sales_status": "1", "after_sales_type": "1"}
_SIZE: Final = 100
_WINDOW: Final = timedelta(minutes=30)
_TOO_FRESH: Final = timedelta(minutes=4)
_LISTS: Final = ("extra_delivery_list", "gift_delivery_list", "resend_delivery_list")
_CANCELLED, _REFUNDED = "2", frozenset({("refund_status", "4"), ("after_sales_status", "10")})
_CODES: Final = Codes(
    busy=frozenset({"70031", "70032", "70033", "70034", "52"}),
    ours={
        "10019": "let the seller authorise the application again and set token",
        "10018": "let the seller authorise the application again and set token",
        "10016": "check key",
        "20004": "check secret",
        "20005": "the platform's list of allowed IP addresses lacks this machine's",
    },
)


class Pdd:
    """A seller's own orders at 拼多多."""

    api: ClassVar[str] = "pdd"
    base_url: ClassVar[str] = "https://gw-api.pinduoduo.com/api/router"
    needs: ClassVar[tuple[str, ...]] = ("key", "secret", "token")
    options: ClassVar[Mapping[str, str]] = {COMPLAINTS: "no: leave refunds (pdd.refund.list.increment.get) unread"}
    required: ClassVar[tuple[str, ...]] = ()
    rate: ClassVar[str] = "5/s"
    overlap: ClassVar[timedelta] = timedelta(minutes=10)
    farthest: ClassVar[timedelta | None] = timedelta(days=90)
    doubt: ClassVar[str] = "built from its documents; no recorded answer is known, and its refunds are others' report"
    tells: ClassVar[Tells] = Tells(
        promised=True,
        hand_over=True,
        refunded=True,
        complaints=True,
        unheard="its messages (PMC) want a lasting connection",
    )

    def since(self, account: Account, mark: Mark, now: datetime) -> Reading:
        """Half an hour at a time, from the last page to the first."""
        orders = feed(lambda spread: _page(account, _ORDERS, _ALL_ORDERS, spread, now), _orders)
        refunds = feed(lambda spread: _page(account, _REFUNDS, _ALL_REFUNDS, spread, now), _refunds)
        yield from walk(mark, now - _TOO_FRESH, _WINDOW, orders, *heard(account, refunds))

    def order(self, account: Account, ref: str, now: datetime) -> Looking[ShopOrder | None]:
        """One order by its order_sn."""
        response = yield _call(account, _ORDER[0], {"order_sn": ref}, now)
        return found(response, _one)


# --- asking --------------------------------------------------------------------------------------


def _call(account: Account, method: str, wanted: Mapping[str, str], now: datetime) -> httpx.Request:
    form = {
        "type": method,
        "client_id": account.key,
        "access_token": account.token,
        "timestamp": str(seconds(now)),
        "data_type": "JSON",
        **wanted,
    }
    return httpx.Request("POST", account.base_url, data={**form, "sign": wrapped(form, account.secret)})


def _page(
    account: Account, method: tuple[str, str], wanted: Mapping[str, str], spread: Spread, now: datetime
) -> httpx.Request:
    window = {"start_updated_at": str(seconds(spread.begin)), "end_updated_at": str(seconds(spread.end))}
    paged = {"page": str(spread.page + 1), "page_size": str(_SIZE)}
    return _call(account, method[0], {**wanted, **window, **paged}, now)


# --- reading -------------------------------------------------------------------------------------


def _judge(response: httpx.Response, body: Record) -> None:
    if "error_response" not in body:
        return
    error = part(body["error_response"])
    message = word(error.get("sub_msg")) or word(error.get("error_msg"))
    blame(response, "拼多多", word(error.get("error_code")), message, _CODES)


def _told(response: httpx.Response, name: str) -> Record:
    body = answer(response, _judge)
    if not isinstance(body.get(name), dict):
        raise CourierUnreadable(f"the answer holds no {name}")
    return part(body[name])


def _sheet(told: Record) -> Sheet:
    return Sheet(pages=pages_of(told.get("total_count"), _SIZE), more=told.get("has_next") is True)


def _orders(response: httpx.Response) -> Sheet:
    told = _told(response, _ORDERS[1])
    rows = listed(told.get("order_sn_list"))
    urged = tuple(one for row in rows for one in _urged(row))
    return replace(_sheet(told), orders=tuple(_order(row) for row in rows), grievances=urged)


def _one(response: httpx.Response) -> ShopOrder | None:
    row = part(_told(response, _ORDER[1]).get("order_info"))
    return _order(row) if row else None


def _order(row: Record) -> ShopOrder:
    return order(
        row.get("order_sn"),
        row.get("updated_at"),
        standing=_standing(row),
        shipments=once(_shipments(row)),
        customer_name=word(row.get("receiver_name_mask")),
        value=yuan(row.get("pay_amount")),
        goods=goods(item.get("goods_name") for item in listed(row.get("item_list"))),
        phone_last4=four(row.get("receiver_phone_mask"), row.get("receiver_phone")),
        promised_by=first(row.get("promise_delivery_time")),
        hand_over_by=first(row.get("last_ship_time")),
    )


def _standing(row: Record) -> Standing:
    if word(row.get("confirm_status")) == _CANCELLED:
        return Standing.CANCELLED
    refunded = any(word(row.get(name)) == said for name, said in _REFUNDED)
    return Standing.REFUNDED if refunded else Standing.OPEN


def _shipments(row: Record) -> Iterator[Shipment]:
    when = at(row.get("shipping_time"))
    yield from sent(row.get("tracking_number"), _company(row), when)
    for each in (each for name in _LISTS for each in listed(row.get(name))):
        yield from sent(each.get("tracking_number"), _company(each), when)


def _company(row: Record) -> str:
    """The courier's name; a code that is not known stands for itself, so that an account can be given it."""
    code = word(row.get("logistics_id"))
    return called("pdd", code) or (f"拼多多 {code}" if code.strip("0") else "")


def _urged(row: Record) -> tuple[Grievance, ...]:
    """The buyer who urged the shop to send."""
    number = word(row.get("order_sn"))
    return grievance(f"{number}/urged", row.get("urge_shipping_time"), number, "催发货")


def _refunds(response: httpx.Response) -> Sheet:
    told = _told(response, _REFUNDS[1])
    found = (one for row in listed(told.get("refund_list")) for one in _grievance(row))
    return replace(_sheet(told), grievances=tuple(found))


def _grievance(row: Record) -> tuple[Grievance, ...]:
    reason = word(row.get("after_sale_reason") or row.get("after_sales_reason"))
    if not about_delivery(reason):
        return ()
    return grievance(row.get("id"), row.get("created_time"), row.get("order_sn"), reason)
