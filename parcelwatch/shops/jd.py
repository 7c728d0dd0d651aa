"""京东 (POP): orders by their time of change.

Source: the platform's own signature example, and audits of its pages by others. Of two forms of asking the newer one is
sent; both forms of answers are read. The couriers' numbers are recalled for six of them; of any other the parcel's own
number says whose it is. No personal data is asked for. The platform renews a token only within the day before it ends,
and never after; how often that goes wrong is counted by the month. Its after-sales list (jingdong.asc.query.list) wants
to be told which of the seller's people asks, and gives no reason that says whether a parcel is meant: it is not read.

`key` and `secret` are the application's. `token` is the access token that the seller granted, or access:refresh; then
the option `ends` is the day the platform said it ends.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from typing import ClassVar, Final

import httpx

from parcelwatch.couriers.shared.fields import Record, part
from parcelwatch.errors import CourierRefused, CourierUnreadable
from parcelwatch.model import Shipment, ShopOrder, Standing
from parcelwatch.shops.base import Account, Granted, Looking, Mark, Reading, Tells, compact
from parcelwatch.shops.china.cells import at, goods, inner, listed, once, order, sent, wall, word, yuan
from parcelwatch.shops.china.couriers import called
from parcelwatch.shops.china.signing import wrapped
from parcelwatch.shops.china.tokens import granted
from parcelwatch.shops.china.trouble import Codes, answer, blame, fitting, found
from parcelwatch.shops.china.walking import Sheet, Spread, feed, pages_of, walk

_SEARCH: Final = "jingdong.pop.order.search"
_ORDER: Final = "jingdong.pop.order.get"
_STATES: Final = (
    "WAIT_SELLER_STOCK_OUT,WAIT_GOODS_RECEIVE_CONFIRM,WAIT_SELLER_DELIVERY,PAUSE,FINISHED_L,TRADE_CANCELED,LOCKED"
)
_FIELDS: Final = (
    "orderId,orderState,orderStateRemark,orderStartTime,paymentConfirmTime,modified,logisticsId,waybill,"
    "orderTotalPrice,itemInfoList"
)
_SIZE: Final = 100
_WINDOW: Final = timedelta(days=7)
_CANCELLED: Final = "TRADE_CANCELED"
_TOKENS: Final = "https://open-oauth.jd.com"
# A token is renewed this long before it ends, well within the day in which the platform renews it at all.
_EARLY: Final = timedelta(hours=12)
_LASTING: Final = timedelta(days=400)
_NO_END: Final = (
    '京东: token = "access:refresh" is renewed by when it ends: set options = { ends = "2027-11-28" }, the day that '
    "the authorisation named"
)
_CODES: Final = Codes(ours={"19": "let the seller authorise the application again and set token"})


class Jd:
    """A seller's own orders at 京东."""

    api: ClassVar[str] = "jd"
    base_url: ClassVar[str] = "https://api.jd.com/routerjson"
    needs: ClassVar[tuple[str, ...]] = ("key", "secret", "token")
    options: ClassVar[Mapping[str, str]] = {
        "ends": 'when the configured token ends, by Beijing\'s clock: "2027-11-28", or with the time'
    }
    required: ClassVar[tuple[str, ...]] = ()
    rate: ClassVar[str] = "1/s"
    overlap: ClassVar[timedelta] = timedelta(minutes=10)
    farthest: ClassVar[timedelta | None] = timedelta(days=90)
    doubt: ClassVar[str] = (
        "no recorded answer is known; its form changed in 2026, and most of its fields are others' report; its "
        "after-sales list says no reason, and refunds stand nowhere"
    )
    tells: ClassVar[Tells] = Tells(unheard="what its message service sends is not established")

    def since(self, account: Account, mark: Mark, now: datetime) -> Reading:
        """A week at a time, from the last page to the first."""
        yield from walk(mark, now, _WINDOW, feed(lambda spread: _page(account, spread, now), _orders))

    def order(self, account: Account, ref: str, now: datetime) -> Looking[ShopOrder | None]:
        """One order by its number."""
        number: object = int(ref) if ref.isascii() and ref.isdigit() and len(ref) <= 19 else ref
        response = yield _call(account, _ORDER, {"order_id": number, "optional_fields": _FIELDS}, now)
        return found(response, _one)

    def begun(self, account: Account, now: datetime) -> Granted | None:
        """The access token until it can be renewed; one that nothing renews for good where it is not said when it ends.

        Raises CourierRefused.
        """
        token, _, renewal = account.token.partition(":")
        ends = at(account.options.get("ends", ""))
        if renewal and ends is None:
            # Taken for lasting, it would some day take the place of what renewed it.
            raise CourierRefused(_NO_END)
        left = ends - _EARLY - now if ends is not None else _LASTING
        return Granted(token, left, renewal) if left > timedelta(0) else None

    def renew(self, account: Account, renewal: str, now: datetime) -> httpx.Request:
        """By the refresh token."""
        form = {
            "app_key": account.key,
            "app_secret": account.secret,
            "grant_type": "refresh_token",
            "refresh_token": renewal.rpartition(":")[2],
        }
        home = _TOKENS if account.base_url == self.base_url else account.base_url
        return httpx.Request("POST", f"{home}/oauth2/refresh_token", data=form)

    def renewed(self, response: httpx.Response) -> Granted:
        """The access token with its refresh token, for as long as it cannot be renewed again."""
        with fitting(response):
            one = granted(answer(response, _judge_grant))
        return Granted(one.token, max(one.lifetime - _EARLY, one.lifetime / 2), one.renewal)


def _call(account: Account, method: str, wanted: Record, now: datetime) -> httpx.Request:
    form = {
        "method": method,
        "app_key": account.key,
        "access_token": account.token,
        "timestamp": f"{wall(now)}.000+0800",
        "v": "2.0",
        "360buy_param_json": compact({"paramOrderJSFQuery": {**wanted, "source_id": "JOS"}}),
    }
    return httpx.Request("POST", account.base_url, data={**form, "sign": wrapped(form, account.secret)})


def _page(account: Account, spread: Spread, now: datetime) -> httpx.Request:
    wanted: Record = {
        "order_state": _STATES,
        "optional_fields": _FIELDS,
        "page": str(spread.page + 1),
        "page_size": str(_SIZE),
        "start_date": wall(spread.begin),
        "end_date": wall(spread.end),
        "dateType": 0,
        "sortType": 0,
    }
    return _call(account, _SEARCH, wanted, now)


def _judge(response: httpx.Response, body: Record) -> None:
    error = part(body.get("error_response"))
    if error:
        message = word(error.get("zh_desc")) or word(error.get("en_desc")) or word(error.get("msg"))
        blame(response, "京东", word(error.get("code")), message, _CODES)


def _judge_grant(response: httpx.Response, body: Record) -> None:
    _judge(response, body)
    message = word(body.get("msg")) or word(body.get("error_description"))
    if message and "access_token" not in body:
        blame(response, "京东", word(body.get("code")), message, _CODES)


def _told(response: httpx.Response, method: str) -> Record:
    """What a call answers, under a name made of the call's, and whether that is success."""
    body = answer(response, _judge)
    name = method.replace(".", "_")
    told = body.get(f"{name}_responce", body.get(f"{name}_response"))
    if not isinstance(told, dict):
        raise CourierUnreadable(f"the answer holds no {name}_responce")
    result = _result(told)
    verdict = part(result.get("apiResult"))
    code = word(told.get("code"))
    if code not in ("", "0") or verdict.get("success") is False:
        message = word(verdict.get("chineseErrCode")) or word(verdict.get("englishErrCode"))
        blame(response, "京东", code, message or word(told.get("zh_desc")), _CODES)
    return told


def _result(told: Record) -> Record:
    return next((found for name in _RESULTS if (found := part(told.get(name)))), {})


_RESULTS: Final = ("orderInfoResult", "searchorderinfo_result", "orderDetailInfo")


def _orders(response: httpx.Response) -> Sheet:
    result = _result(_told(response, _SEARCH))
    rows = listed(result.get("orderInfoList"))
    return Sheet(tuple(_order(row) for row in rows), pages=pages_of(result.get("orderTotal"), _SIZE))


def _one(response: httpx.Response) -> ShopOrder | None:
    row = inner(_told(response, _ORDER), "orderDetailInfo", "orderInfo")
    return _order(row) if row else None


def _order(row: Record) -> ShopOrder:
    items = listed(row.get("itemInfoList"))
    return order(
        row.get("orderId"),
        row.get("modified"),
        standing=Standing.CANCELLED if word(row.get("orderState")) == _CANCELLED else Standing.OPEN,
        shipments=once(_shipments(row)),
        value=yuan(row.get("orderTotalPrice")),
        goods=goods(item.get("skuName") for item in items),
    )


def _shipments(row: Record) -> Iterator[Shipment]:
    yield from sent(row.get("waybill"), called("jd", word(row.get("logisticsId"))))
