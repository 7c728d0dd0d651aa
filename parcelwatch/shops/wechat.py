"""微信小店: orders by their time of change, each then asked for by itself; after-sales cases likewise.

Source: audits of the platform's pages by others, and the shapes that several clients read. The list names numbers only.
Recalled and not read anew: the numbers of an order's standing, and an item's delivery deadline. The names of a case's
fields and reasons are as several clients read them. Its messages are heard where they come as they are (明文): what is
encrypted with AES the standard library cannot read. They are signed without their body, which is never taken anyway.

`key` is the AppID, `secret` the AppSecret; the platform grants tokens for them. It answers only addresses on its list.
`token` is the one of its message push (消息推送), where that is wanted.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from hashlib import sha1
from typing import ClassVar, Final
from urllib.parse import quote

import httpx

from parcelwatch.couriers.shared.fields import Record, part
from parcelwatch.couriers.shared.signing import same
from parcelwatch.errors import CourierRefused
from parcelwatch.model import Grievance, Shipment, ShopOrder, Standing
from parcelwatch.shops.base import Account, Granted, Knock, Looking, Mark, Reading, Tells, compact
from parcelwatch.shops.china.cells import at, fen, first, four, goods, inner, listed, once, order, seconds, sent, word
from parcelwatch.shops.china.complaints import COMPLAINTS, about_delivery, grievance, heard
from parcelwatch.shops.china.knocks import decoded, named
from parcelwatch.shops.china.tokens import granted
from parcelwatch.shops.china.trouble import Codes, answer, blame, fitting, found
from parcelwatch.shops.china.walking import Feed, Sheet, Spread, told_at, walk

_LIST: Final = "/channels/ec/order/list/get"
_ORDER: Final = "/channels/ec/order/get"
_CASES: Final = "/channels/ec/aftersale/getaftersalelist"
_CASE: Final = "/channels/ec/aftersale/getaftersaleorder"
_GRANT: Final = "/cgi-bin/stable_token"
_SIZE: Final = 100
_WINDOW: Final = timedelta(days=1)
# What a case's reason is called where it speaks of the way to the buyer, and where it speaks of the buyer's mind.
_ON_THE_WAY: Final[Mapping[str, str]] = {
    "NO_EXPRESS_INFO": "无快递信息",
    "NOT_DELIVERED_TOO_LONG": "快递长时间未送达",
    "EMPTY_PACKAGE": "包裹为空",
    "REJECT_RECEIVE_PACKAGE": "已拒签包裹",
    "SEND_WRONG_GOODS": "卖家发错货",
}
_CHANGED_MIND: Final = frozenset({"INCORRECT_SELECTION", "NO_LONGER_WANT", "NO_REASON_7_DAYS"})
# What a message tells of stands under a name of its own; these are orders', or a case's with its order.
_ABOUT: Final = ("order_info", "finder_shop_aftersale_status_update")
_FRESH: Final = timedelta(minutes=10)
_PAID_BACK: Final = frozenset({"MERCHANT_REFUND_SUCCESS", "MERCHANT_RETURN_SUCCESS"})
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
    options: ClassVar[Mapping[str, str]] = {COMPLAINTS: "no: leave after-sales cases (getaftersalelist) unread"}
    required: ClassVar[tuple[str, ...]] = ()
    rate: ClassVar[str] = "5/s"
    overlap: ClassVar[timedelta] = timedelta(minutes=10)
    farthest: ClassVar[timedelta | None] = None
    doubt: ClassVar[str] = (
        "no recorded answer is known; what cancels an order is recalled, and after-sales cases are others' report"
    )
    tells: ClassVar[Tells] = Tells(hand_over=True, refunded=True, complaints=True)
    heard: ClassVar[str] = "success"

    def since(self, account: Account, mark: Mark, now: datetime) -> Reading:
        """Day by day, which is all that it tells of cases at once, page by page as the platform goes on."""
        yield from walk(mark, now, _WINDOW, _orders(account), *heard(account, _cases(account)))

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

    def greeted(self, account: Account, knock: Knock, now: datetime) -> str:
        """The word that the platform sends to see whether the address is ours."""
        _check_sign(account, knock, now)
        return knock.query.get("echostr", "")[:200]

    def knocked(self, account: Account, knock: Knock, now: datetime) -> tuple[str, ...]:
        """The order that a message is about."""
        _check_sign(account, knock, now)
        told = part(decoded(knock.body))
        if "Encrypt" in told and not any(name in told for name in (*_ABOUT, "Event")):
            raise CourierRefused("微信小店: its messages are encrypted; set 消息推送 to 明文 and JSON")
        return named((told.get(name) for name in _ABOUT), "order_id")


def _check_sign(account: Account, knock: Knock, now: datetime) -> None:
    """Raise CourierRefused for what the platform did not sign, or long ago."""
    said = [knock.query.get(name, "") for name in ("timestamp", "nonce")]
    proof = sha1("".join(sorted([account.token, *said])).encode(), usedforsecurity=False).hexdigest()
    if not account.token or not same(knock.query.get("signature", ""), proof):
        raise CourierRefused("微信小店: the call is not signed with `token`, the one of 消息推送")
    sent_at = at(said[0])
    if sent_at is None or abs(now - sent_at) > _FRESH:
        raise CourierRefused("微信小店: the call was signed at another time")


def _call(account: Account, path: str, wanted: Record) -> httpx.Request:
    url = f"{account.base_url}{path}?access_token={quote(account.token, safe='')}"
    headers = {"Content-Type": "application/json"}
    return httpx.Request("POST", url, content=compact(wanted).encode(), headers=headers)


def _listed(account: Account, path: str, wanted: Record, name: str) -> Looking[tuple[list[str], Sheet]]:
    """The identities of a page, each once, and the page without what they stand for."""
    response = yield _call(account, path, wanted)
    with fitting(response):
        body = answer(response, _judge)
        refs = body.get(name)
        numbers = [ref for each in (refs if isinstance(refs, list) else []) if (ref := word(each))]
        cursor = word(body.get("next_key"))
    more = body.get("has_more") is True and bool(cursor)
    return list(dict.fromkeys(numbers)), Sheet(more=more, cursor=cursor, told_at=told_at(response))


def _asked(account: Account, numbers: Iterable[str]) -> Looking[tuple[ShopOrder, ...]]:
    """Each of these orders, as far as the platform has it."""
    orders = []
    for number in numbers:
        told = yield _call(account, _ORDER, {"order_id": number})
        one = found(told, _order)
        orders += [one] if one else []
    return tuple(orders)


def _orders(account: Account) -> Feed:
    def ask(spread: Spread) -> Looking[Sheet]:
        window = {"start_time": seconds(spread.begin), "end_time": seconds(spread.end)}
        wanted: Record = {"update_time_range": window, "page_size": _SIZE, "next_key": spread.cursor}
        numbers, sheet = yield from _listed(account, _LIST, wanted, "order_id_list")
        return replace(sheet, orders=(yield from _asked(account, numbers)))

    return ask


def _cases(account: Account) -> Feed:
    """After-sales cases, and the orders whose money went back, whatever their own time of change says."""

    def ask(spread: Spread) -> Looking[Sheet]:
        window = {"begin_update_time": seconds(spread.begin), "end_update_time": seconds(spread.end)}
        numbers, sheet = yield from _listed(
            account, _CASES, {**window, "next_key": spread.cursor}, "after_sale_order_id_list"
        )
        grievances: list[Grievance] = []
        paid_back: dict[str, None] = {}
        for number in numbers:
            response = yield _call(account, _CASE, {"after_sale_order_id": number})
            case = found(response, _case) or {}
            grievances += _grievance(case)
            if word(case.get("status")) in _PAID_BACK and word(case.get("order_id")):
                paid_back[word(case.get("order_id"))] = None
        return replace(sheet, grievances=tuple(grievances), orders=(yield from _asked(account, paid_back)))

    return ask


def _case(response: httpx.Response) -> Record:
    return inner(answer(response, _judge), "after_sale_order")


def _grievance(case: Record) -> tuple[Grievance, ...]:
    """What did not come, or came broken or short; not what the buyer has, or no longer wants."""
    reason, details = word(case.get("reason")) or word(case.get("reason_text")), inner(case, "details")
    missing = details.get("receive_product") is False and reason not in _CHANGED_MIND
    words = _ON_THE_WAY.get(reason, reason)
    if not (missing or about_delivery(words, details.get("desc"))):
        return ()
    return grievance(case.get("after_sale_order_id"), case.get("create_time"), case.get("order_id"), words)


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
