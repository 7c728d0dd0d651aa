"""快递鸟 (KdNiao): one number a call, signed form; it may also be told numbers once and push their news.

Source: the vendor's demonstration client, its dictionary of states, and two client libraries. Their addresses are plain
http everywhere; whether https is served too is not documented, and we use nothing else, so a base_url may be needed.
Requests a second are not documented; numbers a day are limited to 30 000 at most, less in small plans.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import ClassVar, NoReturn

import httpx

from parcelwatch.couriers.base import (
    Account,
    Card,
    Push,
    Registration,
    Tells,
    Trust,
    check,
    document,
    fitting,
    retry_at,
)
from parcelwatch.couriers.kdniao.answer import Fault, fault, succeeded, tracked, words
from parcelwatch.couriers.kdniao.codes import STATES
from parcelwatch.couriers.kdniao.push import reply, sign, told, verify
from parcelwatch.couriers.shared.china import KINDS
from parcelwatch.couriers.shared.fields import Record, same_number, text
from parcelwatch.couriers.shared.forms import form
from parcelwatch.couriers.shared.meanings import Meaning
from parcelwatch.errors import CourierBusy, CourierRefused, CourierUnavailable
from parcelwatch.model import Ask, NotFound, Observation, Refused, Unanswered

QUERY = "/Ebusiness/EbusinessOrderHandle.aspx"
SUBSCRIBE = "/api/dist"
QUERIES = ("1002", "8001", "8002")
SUBSCRIPTIONS = ("1008", "8008")

# Codes people write that 快递鸟 does not know, and the one it does.
MISNAMED: Mapping[str, str] = {"YUNDA": "YD"}
PHONE_WANTED = "SF"
MERCHANT_WANTED = "JD"
_ALREADY = ("重复", "已订阅", "已经订阅")


class Kdniao:
    """The Chinese aggregator 快递鸟. A number is asked for together with its courier's 快递鸟 code.

    `customer` is the EBusinessID, `key` the AppKey, which also signs pushes: there is no secret of their own. Where
    pushes go is set in 快递鸟's console; the option `subscribe` decides whether numbers are told to it at all.
    A push is signed in the form field `DataSign`: Base64 of the hexadecimal MD5 over `RequestData` + AppKey.
    """

    api: ClassVar[str] = "kdniao"
    base_url: ClassVar[str] = "https://api.kdniao.com" + QUERY
    batch: ClassVar[int] = 1
    rate: ClassVar[str] = "1/s"
    quotas: ClassVar[tuple[str, ...]] = ("30000/d",)
    needs: ClassVar[tuple[str, ...]] = ("key", "customer")
    auth: ClassVar[str] = "signed form (MD5)"
    options: ClassVar[Mapping[str, str]] = {
        "request_type": "which query the plan pays for: 1002 (the default), 8001 (finer states) or 8002",
        "subscribe": "8008 or 1008: tell 快递鸟 each number once, so that it pushes; its console knows where to",
        "merchant_code": "the shop's code at 京东 (JD), which it wants with every number",
    }
    min_interval: ClassVar[timedelta] = timedelta(0)
    register_batch: ClassVar[int] = 1
    asks_anyway: ClassVar[bool] = True
    tells: ClassVar[Tells] = Tells(damaged="code, text", returned="code, text", lost="text")
    codes: ClassVar[Mapping[str, Meaning]] = STATES
    card: ClassVar[Card] = Card(company="YTO")

    def lacks(self, ask: Ask) -> str:
        company = ask.company.upper()
        if not company:
            return "快递鸟 wants the courier: set company to its code, such as YTO, ZTO, SF or YD"
        if company in MISNAMED:
            return f"快递鸟 calls this courier {MISNAMED[company]}: correct company"
        if company == PHONE_WANTED and not ask.phone_last4:
            return "顺丰 wants a phone: set phone_last4 to the recipient's or the sender's last four digits"
        return ""

    def request(self, account: Account, asked: Sequence[Ask], now: datetime) -> httpx.Request:
        (ask,) = asked
        kind = _chosen(account, "request_type", QUERIES, QUERIES[0])
        return _signed(account, self._url(account), kind, _item(account, ask))

    def registers(self, account: Account) -> bool:
        return bool(account.options.get("subscribe"))

    def registration(self, account: Account, asked: Sequence[Ask], now: datetime) -> httpx.Request:
        (ask,) = asked
        kind = _chosen(account, "subscribe", SUBSCRIPTIONS, SUBSCRIPTIONS[-1])
        url = self._url(account)
        # The sandbox has one address for everything.
        url = url.removesuffix(QUERY) + SUBSCRIBE if url.endswith(QUERY) else url
        return _signed(account, url, kind, _item(account, ask))

    def parse(self, response: httpx.Response, asked: Sequence[Ask]) -> tuple[Observation, ...]:
        (ask,) = asked
        with fitting(response):
            check(response)
            return (_observation(response, ask, document(response, kinds=KINDS)),)

    def registered(self, response: httpx.Response, asked: Sequence[Ask]) -> tuple[Registration, ...]:
        (ask,) = asked
        with fitting(response):
            check(response)
            return (_registration(response, ask, document(response, kinds=KINDS)),)

    def verify(self, account: Account, push: Push, now: datetime) -> Trust:
        return verify(account, push)

    def signed(self, push: Push) -> bytes:
        return form(push)["RequestData"].encode()

    def pushed(self, account: Account, push: Push) -> tuple[Observation, ...]:
        return told(account, push)

    def reply(self, account: Account, now: datetime) -> bytes:
        return reply(account, now)

    def _url(self, account: Account) -> str:
        return (account.base_url or self.base_url).rstrip("/")


def _chosen(account: Account, option: str, known: Sequence[str], default: str) -> str:
    wanted = account.options.get(option) or default
    if wanted not in known:
        raise CourierRefused(f"快递鸟 knows no {option} {wanted[:20]!r}: it is one of {', '.join(known)}")
    return wanted


def _item(account: Account, ask: Ask) -> dict[str, str]:
    """The number and its courier; a customer name only for the two couriers that want one."""
    company = ask.company.upper()
    item = {"ShipperCode": company, "LogisticCode": ask.number}
    names = {PHONE_WANTED: ask.phone_last4, MERCHANT_WANTED: account.options.get("merchant_code", "")}
    name = names.get(company, "")
    return item | ({"CustomerName": name} if name else {})


def _signed(account: Account, url: str, kind: str, item: Mapping[str, str]) -> httpx.Request:
    said = json.dumps(item, ensure_ascii=False, separators=(",", ":"))
    form = {
        "RequestData": said,
        "EBusinessID": account.customer,
        "RequestType": kind,
        "DataSign": sign(said, account.key),
        "DataType": "2",
    }
    headers = {"Content-Type": "application/x-www-form-urlencoded;charset=utf-8"}
    return httpx.Request("POST", url, data=form, headers=headers)


# --- answers -------------------------------------------------------------------------------------


def _observation(response: httpx.Response, ask: Ask, body: Record) -> Observation:
    if not succeeded(body):
        return _failure(response, ask, body)
    company = text(body.get("ShipperCode"), "ShipperCode")
    if not same_number(text(body.get("LogisticCode"), "LogisticCode"), ask.number):
        return Unanswered(ask.number, reason="快递鸟 answers about another number")
    if company and company.upper() != ask.company.upper():
        return Unanswered(ask.number, reason="快递鸟 answers about another courier's number")
    return tracked(ask.number, body)


def _failure(response: httpx.Response, ask: Ask, body: Record) -> Observation:
    """What a failure means for the number asked; raised when it is the account's or passing."""
    found = fault(body)
    if found is Fault.NO_RECORD:
        return NotFound(ask.number)
    if found is not Fault.NUMBER:
        _raise(response, body, found)
    return Refused(ask.number, reason=_advice(response, ask, body))


def _registration(response: httpx.Response, ask: Ask, body: Record) -> Registration:
    if succeeded(body) or any(word in text(body.get("Reason"), "Reason") for word in _ALREADY):
        return Registration(ask.number, ok=True)
    found = fault(body)
    if found is Fault.NO_RECORD:
        return Registration(ask.number, ok=True)
    if found is not Fault.NUMBER:
        _raise(response, body, found)
    return Registration(ask.number, ok=False, reason=_advice(response, ask, body))


def _raise(response: httpx.Response, body: Record, found: Fault) -> NoReturn:
    if found is Fault.TOO_MANY:
        raise CourierBusy(words(response, body), retry_at(response))
    if found is Fault.PASSING:
        raise CourierUnavailable(words(response, body))
    raise CourierRefused(f"{words(response, body)}; check key, customer and the plan")


def _advice(response: httpx.Response, ask: Ask, body: Record) -> str:
    hint = "phone_last4" if ask.company.upper() == PHONE_WANTED else "company"
    hint = "the option merchant_code" if ask.company.upper() == MERCHANT_WANTED else hint
    return f"{words(response, body)}; check the number and {hint}"
