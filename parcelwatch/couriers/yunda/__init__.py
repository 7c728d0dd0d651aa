"""韵达 Yunda's own tracking query. One number a call, signed JSON; a number must be subscribed before it is asked.

Source: 韵达's open platform, its API page, and its clients. Each step has an action, the parcel as a whole a status. No
data is a success, with "false" inside. Not established: rates and the most numbers a subscription may hold (both
defaults are modest), the answer to a number never subscribed, error codes (the words decide). Damage and loss are told
in words only.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import ClassVar

import httpx

from parcelwatch.couriers.base import Account, Card, Registration, Tells, check, document, fitting, said, unreadable
from parcelwatch.couriers.shared.china import KINDS, another, at_station, history, leaving, notice, refusal, scanned
from parcelwatch.couriers.shared.china_scans import Told, problem, without_code
from parcelwatch.couriers.shared.fields import TEXT_LIMIT, Record, flag, recent, record, rows, same_number, text
from parcelwatch.couriers.shared.history import Scan
from parcelwatch.couriers.shared.meanings import UNKNOWN, Meaning, standing
from parcelwatch.couriers.shared.signing import md5_hex
from parcelwatch.couriers.yunda.codes import ACTIONS, LEAVING, NOTICES, PROBLEM, STATUSES, TROUBLES
from parcelwatch.errors import CourierRefused
from parcelwatch.lexicon import read
from parcelwatch.model import Answered, Ask, Checkpoint, Milestone, NotFound, Observation, Refused

WHO = "韵达"
QUERY = "/query"
SUBSCRIBE = "/subscribe"
WHOLE = "status:"
# Words that say a number was never subscribed, or was already.
_UNSUBSCRIBED = re.compile(
    r"(?:单|件)(?:号)?[^，。；]{0,6}(?:未|没有?)[^，。；]{0,2}订阅"
    r"|(?:未|没有?|请先)订阅[^，。；]{0,4}(?:单|快件)"
)
_ACCOUNTS_OWN = re.compile(r"套餐|接口|权限|服务|账[号户]|到期|过期|余额|次数")
AGAIN = ("重复", "已订阅", "已存在", "已经订阅")


class Yunda:
    """韵达 direct.

    `key` is app-key, `secret` the appSecret. Two paths are published, so `base_url` is all of it up to /query, in case
    the console shows /openapi-api/outer/logictis. Numbers ordered through 韵达's own API are subscribed already; an
    account that has no others sets the option `subscribe` to "no".
    """

    api: ClassVar[str] = "yunda"
    base_url: ClassVar[str] = "https://openapi.yundaex.com/openapi/outer/logictis"
    batch: ClassVar[int] = 1
    rate: ClassVar[str] = "2/s"
    quotas: ClassVar[tuple[str, ...]] = ()
    register_batch: ClassVar[int] = 10
    needs: ClassVar[tuple[str, ...]] = ("key", "secret")
    auth: ClassVar[str] = "signed JSON (MD5)"
    options: ClassVar[Mapping[str, str]] = {
        "subscribe": '"no" where all numbers are subscribed by ordering them through 韵达\'s API'
    }
    min_interval: ClassVar[timedelta] = timedelta(0)
    tells: ClassVar[Tells] = Tells(damaged="text", returned="code, text", lost="text")
    codes: ClassVar[Mapping[str, Meaning]] = {**STATUSES, **ACTIONS}
    card: ClassVar[Card] = Card(
        asks=("yunda",),
        doubt="its documents name two addresses; which one an account has is not known",
    )

    def request(self, account: Account, asked: Sequence[Ask], now: datetime) -> httpx.Request:
        (ask,) = asked
        return self._post(account, QUERY, {"mailno": ask.number}, now)

    def parse(self, response: httpx.Response, asked: Sequence[Ask]) -> tuple[Observation, ...]:
        (ask,) = asked
        with fitting(response):
            check(response)
            body = document(response, kinds=KINDS)
            if not flag(body.get("result"), "result"):
                return (_refused(response, ask, *_said(body)),)
            if "data" not in body:
                unreadable(response, "the answer holds no data")
            return (_observation(response, ask, record(body["data"], "data")),)

    def registers(self, account: Account) -> bool:
        return account.options.get("subscribe") != "no"

    def registration(self, account: Account, asked: Sequence[Ask], now: datetime) -> httpx.Request:
        orders = [{"orderid": ask.number, "mailno": ask.number} for ask in asked]
        return self._post(account, SUBSCRIBE, {"orders": orders}, now)

    def registered(self, response: httpx.Response, asked: Sequence[Ask]) -> tuple[Registration, ...]:
        with fitting(response):
            check(response)
            body = document(response, kinds=KINDS)
            code, message = _said(body)
            if flag(body.get("result"), "result"):
                return tuple(_registration(ask, _orders(body.get("data"))) for ask in asked)
            if any(word in message for word in AGAIN):
                return tuple(Registration(ask.number, ok=True) for ask in asked)
            reasons = [refusal(response, ask, WHO, code, message).reason or f"{WHO}: {message}" for ask in asked]
            return tuple(
                Registration(ask.number, ok=False, reason=why) for ask, why in zip(asked, reasons, strict=True)
            )

    def _post(self, account: Account, path: str, wanted: Mapping[str, object], now: datetime) -> httpx.Request:
        body = json.dumps(wanted, ensure_ascii=False, separators=(",", ":"))
        headers = {
            "app-key": account.key,
            "req-time": str(int(now.timestamp() * 1000)),
            "sign": sign(body, account.secret),
            "Content-Type": "application/json",
            "Accept": "application/json",
        }
        address = (account.base_url or self.base_url).rstrip("/").removesuffix(QUERY)
        return httpx.Request("POST", address + path, headers=headers, content=body)


def sign(body: str, secret: str) -> str:
    """The signature of a call: over the very text that is sent, and the secret."""
    return md5_hex(f"{body}_{secret}")


def _said(body: Record) -> tuple[str, str]:
    return text(body.get("code"), "code"), text(body.get("message"), "message")


def _refused(response: httpx.Response, ask: Ask, code: str, message: str) -> Observation:
    if _UNSUBSCRIBED.search(message) and not _ACCOUNTS_OWN.search(message):
        return Refused(ask.number, reason="not subscribed at 韵达", unregistered=True)
    if "订阅" in message and _ACCOUNTS_OWN.search(message):
        quoted = said(response, f"{WHO}: {message} ({code})" if code else f"{WHO}: {message}")
        raise CourierRefused(f"{quoted}; check the account's plan and permissions")
    return refusal(response, ask, WHO, code, message)


# --- subscriptions -------------------------------------------------------------------------------


def _orders(data: object) -> list[Record]:
    """What the answer says of each number, in whichever shape; nothing where it says nothing."""
    if isinstance(data, dict) and "orders" not in data:
        return [data]
    return rows(record(data, "data").get("orders"), "orders") if isinstance(data, dict) else rows(data, "data")


def _registration(ask: Ask, orders: list[Record]) -> Registration:
    """A number the answer does not single out went through with the call."""
    for order in orders:
        number = text(order.get("mailno"), "mailno") or text(order.get("orderid"), "orderid")
        if same_number(number, ask.number) and not flag(order.get("result", True), "result"):
            remark = text(order.get("remark"), "remark") or text(order.get("message"), "message")
            ok = any(word in remark for word in AGAIN)
            return Registration(ask.number, ok=ok, reason="" if ok else f"韵达 does not take the number: {remark}")
    return Registration(ask.number, ok=True)


# --- one number ----------------------------------------------------------------------------------


def _observation(response: httpx.Response, ask: Ask, data: Record) -> Observation:
    remark = text(data.get("remark"), "remark", TEXT_LIMIT)
    steps = recent(rows(data.get("steps"), "steps"))
    number = text(data.get("mailno"), "mailno")
    if number and not same_number(number, ask.number):
        return another(ask, WHO)
    if not steps:
        refused = bool(remark) and not flag(data.get("result"), "result")
        return _refused(response, ask, "", remark) if refused else NotFound(ask.number)
    if not number:
        return another(ask, WHO)
    found = history([_scan(step) for step in steps])
    status = text(data.get("status"), "status").upper()
    return Answered(ask.number, _topped(found, status) if found else (), stands=standing(STATUSES.get(status)))


def _topped(found: tuple[Checkpoint, ...], status: str) -> tuple[Checkpoint, ...]:
    """The scans, the newest with the parcel's status where that is a trouble no scan tells."""
    newest, telling = found[-1], TROUBLES.get(status)
    if telling is None or any(one.milestone in telling for one in found):
        return found
    milestone, cause = STATUSES[status]
    if milestone is Milestone.RETURNING and newest.milestone is Milestone.DELIVERED:
        milestone = Milestone.RETURNED
    code = f"{newest.code}/{WHOLE}{status}".lstrip("/")
    return (*found[:-1], replace(newest, milestone=milestone, cause=newest.cause or cause, code=code))


def _scan(step: Record) -> Scan:
    stamp = text(step.get("time"), "time")
    code, status = text(step.get("action"), "action").upper(), text(step.get("status"), "status").upper()
    words = at_station(text(step.get("description"), "description", TEXT_LIMIT), text(step.get("signer"), "signer"))
    meaning, reading = _told(code, status, words)
    place = ", ".join(filter(None, (text(step.get(name), name) for name in ("city", "station_name"))))
    shown = code or (WHOLE + status if status else "")
    return Scan(scanned(stamp), shown, meaning, words, place, reading)


def _told(code: str, status: str, words: str) -> Told:
    """What an action, or a status without one, means beside its words, ready to be followed."""
    if not code and not status:
        return without_code(words)
    meaning = ACTIONS.get(code, UNKNOWN) if code else STATUSES.get(status, UNKNOWN)
    if code == PROBLEM:
        return problem(meaning, words)
    if code in NOTICES:
        return notice(meaning, words)
    if code in LEAVING:
        return leaving(meaning, words, LEAVING[code])
    return meaning, read(words, "zh")
