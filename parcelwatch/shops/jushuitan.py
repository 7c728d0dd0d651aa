"""聚水潭, the ERP through which most Chinese platforms of a seller can be read at once (openapi.jushuitan.com).

Source: the platform's Java SDK, whose comments are the official text, and clients of others. What is read are 销售出库
documents; one is an order's parcels, so that an order in two documents is told twice, and documents of several orders
once for each. The row version `ts` is the cursor; the first reading goes by the time of change. Read off others' code
and not from a recorded answer: how `ts` behaves at its start, the names of the list (`datas`, `orders`) and of the
further numbers (`clusterInfos`, `cluster_infos`), and the limits.

`key` and `secret` are the application's. `token` is its refresh token; a seller's own application needs none.
"""

from __future__ import annotations

from collections.abc import Generator, Iterator, Mapping
from datetime import datetime, timedelta
from functools import partial
from hashlib import sha256
from typing import Any, ClassVar, Final

import httpx

from parcelwatch.couriers.shared.fields import Record, part
from parcelwatch.couriers.shared.signing import md5_hex
from parcelwatch.couriers.shared.times import country_code
from parcelwatch.errors import CourierUnreadable
from parcelwatch.model import Grievance, Shipment, ShopOrder, Standing
from parcelwatch.shops.base import Account, Granted, Looking, Mark, Page, Reading, Tells, compact
from parcelwatch.shops.china.cells import at, four, goods, listed, once, order, seconds, sent, wall, word, yuan
from parcelwatch.shops.china.complaints import COMPLAINTS, about_delivery, grievance, heard
from parcelwatch.shops.china.couriers import called
from parcelwatch.shops.china.tokens import granted
from parcelwatch.shops.china.trouble import Codes, answer, blame, fitting
from parcelwatch.shops.china.walking import Sheet, Spread, feed, pages_of, walk

_OUT: Final = "/open/orders/out/simple/query"
_REFUNDS: Final = "/open/refund/single/query"
_SIZE: Final = 50
_WINDOW: Final = timedelta(days=7)
_MOST: Final = 1000
_OVER: Final = frozenset({"Cancelled", "Delete"})
_SENT: Final = "Confirmed"
_AGAIN: Final = ("补发", "补寄")
_CODES: Final = Codes(busy=frozenset({"199", "200"}))


class Jushuitan:
    """The 出库 documents of a 聚水潭 company."""

    api: ClassVar[str] = "jushuitan"
    base_url: ClassVar[str] = "https://openapi.jushuitan.com"
    needs: ClassVar[tuple[str, ...]] = ("key", "secret")
    options: ClassVar[Mapping[str, str]] = {COMPLAINTS: "no: leave refunds (/open/refund/single/query) unread"}
    required: ClassVar[tuple[str, ...]] = ()
    rate: ClassVar[str] = "3/2s"
    overlap: ClassVar[timedelta] = timedelta(minutes=10)
    farthest: ClassVar[timedelta | None] = None
    doubt: ClassVar[str] = "built from the official SDK's text and others' clients; no recorded answer is known"
    tells: ClassVar[Tells] = Tells(complaints=True)

    def since(self, account: Account, mark: Mark, now: datetime) -> Reading:
        """By the row version where one is kept, else by the time of change, which finds the version to go on by."""
        refunds = feed(lambda spread: _call(account, _REFUNDS, _within(spread), now), _refunds)
        complaints = heard(account, refunds)
        if mark.cursor.isdecimal():
            mark = yield from self._changed(account, mark, now)
            yield from walk(mark, now, _WINDOW, *complaints, again=self.overlap)
            return
        versions: set[int] = set()
        documents = feed(
            lambda spread: _call(account, _OUT, {**_within(spread), "date_type": 0, "is_get_total": True}, now),
            partial(_documents, versions=versions),
        )
        reached = yield from walk(mark, now, _WINDOW, documents, *complaints)
        yield Page(mark=Mark(reached.at, str(max(versions)) if any(versions) else ""))

    def order(self, account: Account, ref: str, now: datetime) -> Looking[ShopOrder | None]:
        """One document by its ref, or the first of an order by the platform's number."""
        document, _, number = ref.partition("#")
        wanted: Record = {"io_ids": [document]} if number else {"so_ids": [ref]}
        response = yield _call(account, _OUT, {**wanted, "page_index": 1, "page_size": _SIZE}, now)
        with fitting(response):
            told = [one for row in _rows(response) for one in _orders(row)]
        return next((one for one in told if not number or one.ref == ref), None)

    def renew(self, account: Account, renewal: str, now: datetime) -> httpx.Request:
        """By the refresh token; a seller's own application, configured without one, is granted its token anew."""
        form = {"app_key": account.key, "timestamp": str(seconds(now)), "charset": "utf-8"}
        if account.token:
            form |= {"grant_type": "refresh_token", "refresh_token": renewal, "scope": "all"}
            return _signed(account, "/openWeb/auth/refreshToken", form)
        # Any six characters will do.
        code = sha256(f"{now.isoformat()}{account.key}".encode()).hexdigest()[:6]
        form |= {"grant_type": "authorization_code", "code": code}
        return _signed(account, "/openWeb/auth/getInitToken", form)

    def renewed(self, response: httpx.Response) -> Granted:
        """The access token with its refresh token."""
        with fitting(response):
            return granted(_data(response))

    def _changed(self, account: Account, mark: Mark, now: datetime) -> Generator[httpx.Request | Page, Any, Mark]:
        """All rows whose version is greater, always by the first page; returns the mark with the greatest one."""
        version = int(mark.cursor)
        for _ in range(_MOST):
            wanted: Record = {"start_ts": version, "is_get_total": False, "page_index": 1, "page_size": _SIZE}
            response = yield _call(account, _OUT, wanted, now)
            with fitting(response):
                rows = _rows(response)
                orders = _latest(rows)
            greatest = max((version, *(_version(row) for row in rows)))
            yield Page(orders, mark=Mark(mark.at, str(greatest)))
            if greatest == version:
                break
            version = greatest
        return Mark(mark.at, str(version))


# --- asking --------------------------------------------------------------------------------------


def _call(account: Account, path: str, wanted: Record, now: datetime) -> httpx.Request:
    form = {
        "app_key": account.key,
        "access_token": account.token,
        "timestamp": str(seconds(now)),
        "charset": "utf-8",
        "version": "2",
        "biz": compact(wanted),
    }
    return _signed(account, path, form)


def _signed(account: Account, path: str, form: dict[str, str]) -> httpx.Request:
    return httpx.Request("POST", f"{account.base_url}{path}", data={**form, "sign": sign(form, account.secret)})


def sign(form: Mapping[str, str], secret: str) -> str:
    """The signature of a form: MD5 over the secret, then names and values in alphabetical order."""
    return md5_hex(secret + "".join(f"{name}{said}" for name, said in sorted(form.items()) if said and name != "sign"))


def _within(spread: Spread) -> Record:
    window = {"modified_begin": wall(spread.begin), "modified_end": wall(spread.end)}
    return {**window, "page_index": spread.page + 1, "page_size": _SIZE}


# --- reading -------------------------------------------------------------------------------------


def _judge(response: httpx.Response, body: Record) -> None:
    code = word(body.get("code"))
    if code != "0":
        blame(response, "聚水潭", code, word(body.get("msg")), _CODES)


def _data(response: httpx.Response) -> Record:
    return part(answer(response, _judge).get("data"))


def _rows(response: httpx.Response) -> list[Record]:
    data = _data(response)
    return listed(data.get("datas") or data.get("orders"))


def _version(row: Record) -> int:
    digits = word(row.get("ts"))
    return int(digits) if digits.isascii() and digits.isdigit() else 0


def _latest(rows: list[Record]) -> tuple[ShopOrder, ...]:
    """The orders of every document as it is told last."""
    last = {word(row.get("io_id")): row for row in sorted(rows, key=_version)}
    return tuple(one for row in last.values() for one in _orders(row))


def _documents(response: httpx.Response, versions: set[int]) -> Sheet:
    """A page of documents; `versions` takes the rows'."""
    data, rows = _data(response), _rows(response)
    versions |= {_version(row) for row in rows}
    return Sheet(_latest(rows), pages=pages_of(data.get("data_count"), _SIZE) or None, more=bool(data.get("has_next")))


def _refunds(response: httpx.Response) -> Sheet:
    data, rows = _data(response), _rows(response)
    return Sheet(
        grievances=tuple(one for row in rows for one in _grievance(row)),
        pages=pages_of(data.get("data_count"), _SIZE) or None,
        more=bool(data.get("has_next")),
    )


def _grievance(row: Record) -> tuple[Grievance, ...]:
    kind, reason = word(row.get("type")), word(row.get("question_type")) or word(row.get("reason"))
    missing = row.get("good_status") == "BUYER_NOT_RECEIVED"
    if not (missing or kind.startswith(_AGAIN) or about_delivery(reason)):
        return ()
    return grievance(row.get("as_id"), row.get("as_date") or row.get("created"), row.get("so_id"), reason or kind)


def _orders(row: Record) -> list[ShopOrder]:
    """A document as each of its orders."""
    document = word(row.get("io_id"))
    if not document:
        raise CourierUnreadable("a document without io_id")
    shipments = once(_shipments(row)) if row.get("status") == _SENT else ()
    said = {
        "standing": Standing.CANCELLED if row.get("status") in _OVER else Standing.OPEN,
        "shipments": shipments,
        "customer_name": word(row.get("receiver_name")),
        "language": "",
        "value": yuan(row.get("paid_amount")),
        "goods": goods(item.get("name") for item in listed(row.get("items"))),
        "destination": country_code(word(row.get("receiver_country"))) or "CN",
        "phone_last4": four(row.get("receiver_mobile"), row.get("receiver_phone")),
        "tags": tuple(tag for each in word(row.get("labels")).split("|")[:20] if (tag := each.strip())),
    }
    return [order(f"{document}#{number}", row.get("modified"), number, **said) for number in _numbers(row)]


def _numbers(row: Record) -> list[str]:
    """The platforms' numbers of the orders a document sends, its own where no platform gave one."""
    told = [row.get("so_id"), *word(row.get("merge_so_id")).split(",")]
    told += [item.get("raw_so_id") for item in listed(row.get("items"))]
    return list(dict.fromkeys(number for each in told if (number := word(each)))) or [word(row.get("o_id"))]


def _shipments(row: Record) -> Iterator[Shipment]:
    when = at(row.get("io_date"))
    yield from sent(row.get("l_id"), _company(row, "logistics_company"), when)
    for name in ("clusterInfos", "cluster_infos", "子母单"):
        for each in listed(row.get(name)):
            yield from sent(each.get("l_id"), _company(each, "logistic_company") or _company(row), when)
    yield from sent(row.get("tracking_number"), word(row.get("channel_name")), when)


def _company(row: Record, name: str = "logistics_company") -> str:
    """By the code, which is 淘宝's; else by the name, which a seller may have made up."""
    return called("taobao", word(row.get("lc_id"))) or word(row.get(name)) or word(row.get("lc_id"))
