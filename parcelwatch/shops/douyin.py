"""抖店 (抖音): orders by their time of change, after-sales cases as complaints, and its calls.

Source: the platform's generated SDK of 2023. What is signed is the body as it is sent. An order is taken as refunded
when every item's refund succeeded, of one that is not exchanged or sent again. `promise_info` is a text whose inside is
not published, and is not read. What its codes of limits and tokens are is not established: its words decide. Its calls
are signed with MD5 as the SDK checks them; whether a newer signature replaces that is not established.

`key` and `secret` are the application's. A seller's own application (自用型) names `shop_id` and needs no token; any
other one's `token` is its refresh token, which is replaced at use.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from functools import partial
from typing import ClassVar, Final
from urllib.parse import urlencode

import httpx

from parcelwatch.couriers.shared.fields import Record, part
from parcelwatch.couriers.shared.signing import hmac_sha256_hex, md5_hex, same
from parcelwatch.errors import CourierRefused
from parcelwatch.model import Grievance, Shipment, ShopOrder, Standing
from parcelwatch.shops.base import Account, Granted, Knock, Looking, Mark, Reading, Tells
from parcelwatch.shops.china.cells import at, fen, first, four, goods, inner, listed, once, order, seconds, sent, word
from parcelwatch.shops.china.complaints import COMPLAINTS, about_delivery, grievance, heard
from parcelwatch.shops.china.knocks import decoded, named
from parcelwatch.shops.china.tokens import granted
from parcelwatch.shops.china.trouble import Codes, answer, blame, fitting, found
from parcelwatch.shops.china.walking import Sheet, Spread, feed, pages_of, walk

_ORDERS: Final = "order.searchList"
_ORDER: Final = "order.orderDetail"
_CASES: Final = "afterSale.List"
_SIZE: Final = 100
_WINDOW: Final = timedelta(days=1)
_SUCCESS, _CANCELLED, _SUCCEEDED = "10000", "4", "3"
_SENT_REFUND, _SENT_AGAIN, _UNSENT_REFUND = "1", "7", "2"
_GIVES_BACK: Final = frozenset({"0", "1", "2"})
_CODES: Final = Codes(busy=frozenset({"90000", "80000"}))


class Douyin:
    """A shop's own orders at 抖店."""

    api: ClassVar[str] = "douyin"
    base_url: ClassVar[str] = "https://openapi-fxg.jinritemai.com"
    needs: ClassVar[tuple[str, ...]] = ("key", "secret")
    options: ClassVar[Mapping[str, str]] = {
        "shop_id": "the shop's number, for a seller's own application (自用型)",
        COMPLAINTS: "no: leave after-sales cases (afterSale.List) unread",
    }
    required: ClassVar[tuple[str, ...]] = ()
    rate: ClassVar[str] = "5/s"
    overlap: ClassVar[timedelta] = timedelta(minutes=10)
    farthest: ClassVar[timedelta | None] = None
    doubt: ClassVar[str] = "built from its SDK; no recorded answer is known, and its codes of errors are not published"
    tells: ClassVar[Tells] = Tells(promised=True, hand_over=True, refunded=True, complaints=True)
    heard: ClassVar[str] = '{"code":0,"msg":"success"}'

    def since(self, account: Account, mark: Mark, now: datetime) -> Reading:
        """Day by day, so that a window stays below what paging reaches."""
        orders = feed(partial(_page, account, _ORDERS, now, ("update_time_start", "update_time_end")), _orders)
        cases = feed(partial(_page, account, _CASES, now, ("update_start_time", "update_end_time")), _cases)
        yield from walk(mark, now, _WINDOW, orders, *heard(account, cases))

    def order(self, account: Account, ref: str, now: datetime) -> Looking[ShopOrder | None]:
        """One order by its number."""
        response = yield _call(account, _ORDER, {"shop_order_id": ref}, now)
        return found(response, _one)

    def renew(self, account: Account, renewal: str, now: datetime) -> httpx.Request:
        """By the shop's number for a seller's own application, else by the refresh token."""
        shop = account.options.get("shop_id", "")
        if shop:
            wanted: Record = {"code": "", "grant_type": "authorization_self", "shop_id": shop}
            return _call(account, "token.create", wanted, now, token=False)
        if not renewal:
            raise CourierRefused("抖店: set options.shop_id for your own application, or token to a refresh token")
        return _call(
            account, "token.refresh", {"grant_type": "refresh_token", "refresh_token": renewal}, now, token=False
        )

    def renewed(self, response: httpx.Response) -> Granted:
        """The access token with its refresh token."""
        with fitting(response):
            return granted(part(answer(response, _judge).get("data")))

    def knocked(self, account: Account, knock: Knock, now: datetime) -> tuple[str, ...]:
        """The orders of its messages; one that only tries the address names none."""
        told = knock.body.decode("utf-8", "replace")
        if not same(knock.headers.get("event-sign", ""), md5_hex(f"{account.key}{told}{account.secret}")):
            raise CourierRefused("抖店: the call is not signed with key and secret")
        return named((decoded(message.get("data")) for message in listed(decoded(told))), "p_id")


# --- asking --------------------------------------------------------------------------------------


def _call(account: Account, method: str, wanted: Record, now: datetime, *, token: bool = True) -> httpx.Request:
    body = json.dumps(wanted, ensure_ascii=False, separators=(",", ":"), sort_keys=True)
    stamp = str(seconds(now))
    query = {
        "method": method,
        "app_key": account.key,
        **({"access_token": account.token} if token else {}),
        "timestamp": stamp,
        "v": "2",
        "sign": sign(account.key, account.secret, method, body, stamp),
        "sign_method": "hmac-sha256",
    }
    url = f"{account.base_url}/{method.replace('.', '/')}?{urlencode(query)}"
    headers = {"Content-Type": "application/json;charset=UTF-8", "x-open-no-old-err-code": "1"}
    return httpx.Request("POST", url, content=body.encode(), headers=headers)


def sign(key: str, secret: str, method: str, body: str, stamp: str) -> str:
    """HMAC-SHA256 over a call, the secret at both ends of it and as its key."""
    told = f"{secret}app_key{key}method{method}param_json{body}timestamp{stamp}v2{secret}"
    return hmac_sha256_hex(secret.encode(), told.encode())


def _page(account: Account, method: str, now: datetime, window: tuple[str, str], spread: Spread) -> httpx.Request:
    begin, end = window
    wanted: Record = {
        begin: seconds(spread.begin),
        end: seconds(spread.end),
        "order_by": "update_time" if method == _ORDERS else ["update_time asc"],
        "page": spread.page,
        "size": _SIZE,
    }
    return _call(account, method, wanted | ({"order_asc": True} if method == _ORDERS else {}), now)


# --- reading -------------------------------------------------------------------------------------


def _judge(response: httpx.Response, body: Record) -> None:
    code = word(body.get("code"))
    if code != _SUCCESS:
        message = f"{word(body.get('sub_msg')) or word(body.get('msg'))} {word(body.get('sub_code'))}".strip()
        blame(response, "抖店", code, message, _CODES)


def _sheet(data: Record, orders: tuple[ShopOrder, ...], grievances: tuple[Grievance, ...]) -> Sheet:
    return Sheet(orders, grievances, pages_of(data.get("total"), _SIZE), more=data.get("has_more") is True)


def _orders(response: httpx.Response) -> Sheet:
    data = part(answer(response, _judge).get("data"))
    return _sheet(data, tuple(_order(row) for row in listed(data.get("shop_order_list"))), ())


def _one(response: httpx.Response) -> ShopOrder | None:
    row = inner(answer(response, _judge), "data", "shop_order_detail")
    return _order(row) if row else None


def _order(row: Record) -> ShopOrder:
    items = listed(row.get("sku_order_list"))
    return order(
        row.get("order_id"),
        row.get("update_time"),
        standing=_standing(row, items),
        shipments=once(_shipments(row)),
        customer_name=word(row.get("mask_post_receiver")),
        value=fen(row.get("pay_amount")),
        goods=goods(item.get("product_name") for item in items),
        phone_last4=four(row.get("mask_post_tel")),
        promised_by=first(row.get("latest_receipt_time")),
        hand_over_by=first(row.get("exp_ship_time")),
    )


def _standing(row: Record, items: list[Record]) -> Standing:
    if word(row.get("order_status")) == _CANCELLED:
        return Standing.CANCELLED
    cases = [part(item.get("after_sale_info")) for item in items]
    refunded = all(
        word(case.get("refund_status")) == _SUCCEEDED and word(case.get("after_sale_type")) in _GIVES_BACK
        for case in cases
    )
    return Standing.REFUNDED if cases and refunded else Standing.OPEN


def _shipments(row: Record) -> Iterator[Shipment]:
    for each in listed(row.get("logistics_info")):
        company = word(each.get("company_name")) or word(each.get("company"))
        yield from sent(each.get("tracking_no"), company, at(each.get("ship_time")))


def _cases(response: httpx.Response) -> Sheet:
    data = part(answer(response, _judge).get("data"))
    return _sheet(data, (), tuple(one for row in listed(data.get("items")) for one in _grievance(row)))


def _grievance(row: Record) -> tuple[Grievance, ...]:
    """Money back for what was sent and did not come, what is sent again, and reasons that speak of the delivery."""
    case, words = part(row.get("aftersale_info")), part(row.get("text_part"))
    kind, reason = word(case.get("aftersale_type")), word(words.get("reason_text"))
    missing = kind == _SENT_REFUND and word(case.get("got_pkg")) == "0"
    if kind == _UNSENT_REFUND or not (missing or kind == _SENT_AGAIN or about_delivery(reason)):
        return ()
    number = inner(row, "order_info").get("shop_order_id")
    return grievance(
        case.get("aftersale_id"), case.get("apply_time"), number, reason or words.get("aftersale_type_text")
    )
