"""快递100: real-time queries, one number a call, signed form; never one number twice within half an hour.

Source: 快递100's API document and its vendor SDK. Errors come with HTTP 200 in another shape. The state numbers are
its own (0 moves, 4 is back at the sender). No state says "lost": only the text does. 顺丰 and 中通 want the last four
digits of the recipient's phone. Asking one number within 30 minutes again, or more than 48 times a day, locks it.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import ClassVar

import httpx

from parcelwatch.config import AccountConfig
from parcelwatch.config.values import is_loopback
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
    said,
    unreadable,
)
from parcelwatch.couriers.kuaidi100.answer import events_of, tracked
from parcelwatch.couriers.kuaidi100.codes import STATES
from parcelwatch.couriers.kuaidi100.push import (
    ACCOUNT_REFUSED,
    REPLY,
    places,
    subscribed,
    subscription,
    told,
    verify,
)
from parcelwatch.couriers.shared.china import KINDS
from parcelwatch.couriers.shared.fields import Record, same_number, text
from parcelwatch.couriers.shared.forms import form
from parcelwatch.couriers.shared.meanings import Meaning
from parcelwatch.couriers.shared.signing import md5_hex
from parcelwatch.errors import ConfigError, CourierRefused, CourierUnavailable
from parcelwatch.model import Ask, NotFound, Observation, Refused, Unanswered

PHONE_WANTED = frozenset({"shunfeng", "shunfengkuaiyun", "zhongtong"})
PASSING = frozenset({"501", "502"})
NO_RECORD = frozenset({"500", "201"})

# Of what crosses a border by post an answer tells the first leg only; a push may have told the second.
_POSTAL = re.compile(r"[A-Z]{2}\d{9}[A-Z]{2}", re.IGNORECASE)
# "Your company": the shop that asks, not the courier asked about.
_UNAUTHORISED = re.compile(r"授权|贵公司")


class Kuaidi100:
    """The Chinese aggregator 快递100. A number is asked for together with its courier's 快递100 code.

    `key` and `customer` are its own names. `secret` is a salt of the shop's choice, which signs pushes; without one no
    push is believed and nothing is subscribed. With the option `callback` every number is subscribed, once.
    A push is signed in the form field `sign`: UPPER(MD5(`param` + salt)).
    """

    api: ClassVar[str] = "kuaidi100"
    base_url: ClassVar[str] = "https://poll.kuaidi100.com/poll/query.do"
    batch: ClassVar[int] = 1
    rate: ClassVar[str] = "1/s"
    quotas: ClassVar[tuple[str, ...]] = ()
    needs: ClassVar[tuple[str, ...]] = ("key", "customer")
    auth: ClassVar[str] = "signed form (MD5)"
    options: ClassVar[Mapping[str, str]] = {
        "callback": "this account's public hook: every number is subscribed once, and pushed there; wants a secret",
        "foreign_leg": "1: subscriptions of postal parcels ask for the scans of the destination's post as well",
    }
    min_interval: ClassVar[timedelta] = timedelta(minutes=31)
    register_batch: ClassVar[int] = 1
    asks_anyway: ClassVar[bool] = True
    tells: ClassVar[Tells] = Tells(damaged="code, text", returned="code, text", lost="text")
    codes: ClassVar[Mapping[str, Meaning]] = STATES
    card: ClassVar[Card] = Card(company="yuantong")

    def tailored(self, settings: AccountConfig) -> Kuaidi100:
        callback = settings.options.get("callback", "")
        problems = _unusable(callback) if callback else []
        if callback and not settings.secret:
            problems.append("the option callback wants a secret: set it to any text of your own, which signs pushes")
        if problems:
            raise ConfigError(problems)
        return self

    def lacks(self, ask: Ask) -> str:
        if not ask.company:
            return "快递100 wants the courier: set company to its code, such as yuantong, shunfeng or zhongtong"
        if not 6 <= len(ask.number) <= 32:
            return "快递100 takes numbers of 6 to 32 characters only"
        if ask.company.lower() in PHONE_WANTED and not ask.phone_last4:
            return f"{ask.company} wants the recipient's phone: set phone_last4 to its last four digits"
        return ""

    def request(self, account: Account, asked: Sequence[Ask], now: datetime) -> httpx.Request:
        (ask,) = asked
        wanted = {
            "com": ask.company.lower(),
            "num": ask.number,
            "phone": ask.phone_last4,
            **places(ask),
            "resultv2": "4",
            "show": "0",
            "order": "desc",
        }
        param = json.dumps({name: value for name, value in wanted.items() if value}, ensure_ascii=False)
        form = {"customer": account.customer, "sign": sign(param, account.key, account.customer), "param": param}
        return httpx.Request("POST", account.base_url or self.base_url, data=form)

    def parse(self, response: httpx.Response, asked: Sequence[Ask]) -> tuple[Observation, ...]:
        (ask,) = asked
        with fitting(response):
            check(response)
            body = document(response, kinds=KINDS)
            code = text(body.get("returnCode"), "returnCode") or text(body.get("status"), "status")
            if code != "200":
                return (_error(response, ask, body, code),)
            return (_observation(ask, body),)

    def registers(self, account: Account) -> bool:
        return bool(account.options.get("callback"))

    def registration(self, account: Account, asked: Sequence[Ask], now: datetime) -> httpx.Request:
        (ask,) = asked
        return subscription(account, account.base_url or self.base_url, ask)

    def registered(self, response: httpx.Response, asked: Sequence[Ask]) -> tuple[Registration, ...]:
        (ask,) = asked
        return (subscribed(response, ask),)

    def verify(self, account: Account, push: Push, now: datetime) -> Trust:
        return verify(account, push)

    def signed(self, push: Push) -> bytes:
        return form(push)["param"].encode()

    def pushed(self, account: Account, push: Push) -> tuple[Observation, ...]:
        return told(account, push)

    def reply(self, account: Account, now: datetime) -> bytes:
        return REPLY


def _unusable(callback: str) -> list[str]:
    """What is wrong with the address pushes are to come to; http is for trials on this machine."""
    try:
        url = httpx.URL(callback)
        fine = bool(url.host) and (url.scheme == "https" or (url.scheme == "http" and is_loopback(callback)))
    except (httpx.InvalidURL, ValueError):
        fine = False
    return [] if fine else ["the option callback must be this account's public hook, as an https URL"]


def sign(param: str, key: str, customer: str) -> str:
    """The signature of a query: MD5 over the very text of `param` that is sent."""
    return md5_hex(param + key + customer).upper()


def _error(response: httpx.Response, ask: Ask, body: Record, code: str) -> Observation:
    """What an error means for the number asked; raised when it is the account's or passing."""
    message = said(response, text(body.get("message"), "message"))
    if code in NO_RECORD:
        return NotFound(ask.number)
    if code == "408":
        reason = f"快递100: {message} (408); check phone_last4, the recipient's or sender's last four digits"
        return Refused(ask.number, reason=reason)
    if code == "400" and not _UNAUTHORISED.search(message) and "公司" in message:
        reason = f"快递100: {message} (400); check company, now {ask.company!r}"
        return Refused(ask.number, reason=reason)
    if code in PASSING:
        raise CourierUnavailable(f"快递100: {message} ({code})")
    if code in ACCOUNT_REFUSED:
        raise CourierRefused(f"{ACCOUNT_REFUSED[code]} ({code})")
    if code == "400":
        raise CourierRefused(f"快递100: {message} (400); check that the account is paid for")
    return unreadable(response, f"快递100 answers with an error we do not know: {code} {message}".rstrip())


def _observation(ask: Ask, body: Record) -> Observation:
    events = events_of(body)
    number, company = text(body.get("nu"), "nu"), text(body.get("com"), "com") or ask.company
    if not same_number(number, ask.number):
        return Unanswered(ask.number, reason="快递100 answers about another number")
    if not events:
        return NotFound(ask.number)
    return replace(tracked(ask.number, company, [body]), complete=not _POSTAL.fullmatch(ask.number))
