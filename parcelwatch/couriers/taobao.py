"""淘宝's own traces (taobao.logistics.trace.search). One trade a call, signed form, on the seller's behalf.

Source: the pages of 淘宝's open platform (TOP) and its SDKs. It is asked by the trade's number, not the parcel's: the
answer says whose waybill it is. Its `status` moves only for parcels handed over through 淘宝; of any other it says
"signed for" from the first minute, so no delivery is ever read from it. The steps' words are the couriers' own. Which
order the steps come in, and what is said of a trade without a parcel, is not published.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta, timezone
from typing import ClassVar

import httpx

from parcelwatch.couriers.base import Account, Card, Tells, check, document, fitting, retry_at, said, unreadable
from parcelwatch.couriers.shared.china import another, history, scanned
from parcelwatch.couriers.shared.china_scans import without_code
from parcelwatch.couriers.shared.fields import TEXT_LIMIT, Record, recent, record, rows, same_number, text
from parcelwatch.couriers.shared.history import Scan
from parcelwatch.couriers.shared.meanings import Meaning
from parcelwatch.couriers.shared.signing import md5_hex
from parcelwatch.errors import CourierBusy, CourierRefused, CourierUnavailable
from parcelwatch.lexicon import read
from parcelwatch.model import Answered, Ask, Cause, Milestone, NotFound, Observation, Refused

M = Milestone
C = Cause

METHOD = "taobao.logistics.trace.search"
BEIJING = timezone(timedelta(hours=8))
KINDS = ("json", "javascript", "text/plain", "text/html")
TRADE = re.compile(r"[0-9]{5,20}")

# The trade's own status, None where it says nothing about the parcel that a step does not say better.
STATUSES: Mapping[str, Meaning | None] = {
    "等候发送给物流公司": None,
    "已提交给物流公司,等待物流公司接单": None,
    "已经确认消息接收,等待物流公司接单": None,
    "物流公司已接单": None,
    "物流公司不接单": (M.EXCEPTION, C.COURIER_FAULT),
    "物流公司揽收失败": (M.INFO_RECEIVED, None),
    "物流公司揽收成功": None,
    "签收失败": (M.ATTEMPT_FAILED, None),
    "对方已签收": None,  # true only of parcels handed over through 淘宝, and nothing tells which are
    "对方拒绝签收": (M.ATTEMPT_FAILED, C.REFUSED),
    "NEW_CREATED": None,
    "WAITING_TO_BE_SENT": None,
    "ACCEPTED_BY_COMPANY": None,
    "REJECTED_BY_COMPANY": (M.EXCEPTION, C.COURIER_FAULT),
    "RECIEVE_TIMEOUT": (M.EXCEPTION, C.COURIER_FAULT),
    "TAKEN_IN_SUCCESS": None,
    "TAKEN_IN_FAILED": (M.INFO_RECEIVED, None),
    "TAKEN_TIMEOUT": (M.INFO_RECEIVED, None),
    "SIGN_IN": None,
    "REJECTED_BY_OTHER_SIDE": (M.ATTEMPT_FAILED, C.REFUSED),
    "CANCELED": (M.CANCELLED, None),
}

# Where a step may have left a parcel that the trade's status then says more about: before it moved, or until the door.
NOT_YET = (None, M.INFO_RECEIVED)
UNDER_WAY = (*NOT_YET, M.PICKED_UP, M.IN_TRANSIT, M.OUT_FOR_DELIVERY)

# What the platform itself refuses, and what to do about it.
REFUSED: Mapping[str, str] = {
    "9": "it does not take this kind of call",
    "11": "the application may not use this API: apply for it on the open platform",
    "12": "the seller may not use this API",
    "13": "the partner may not use this API",
    "21": "the call names no method",
    "22": "it does not know the method",
    "23": "it does not know the format",
    "24": "the signature is missing",
    "25": "it does not accept the signature: check secret",
    "26": "the session is missing: set token to the seller's session key",
    "27": "the session is over: let the seller authorise the application again and set token",
    "28": "the application's key is missing",
    "29": "it does not know the application's key: check key",
    "30": "the time is missing",
    "31": "it does not accept the time: check this machine's clock",
    "32": "the version is missing",
    "33": "it does not know the version",
    "34": "it does not support the version",
    "42": "it forbids the call",
}
TOO_MANY = frozenset({"4", "5", "6", "7", "8"})
LIMITED = ("accesscontrol.limited-by", "isp.call-limited")
DOWN = "10"
ABOUT_THE_TRADE = frozenset({"40", "41"})
OURS, THEIRS, DENIED = "isv.", "isp.", "isv.permission"
_BAN = re.compile(r"(?:last|lasts) for (\d{1,6}) more second")


class Taobao:
    """The shop's own trades at 淘宝 and 天猫. A parcel's number is the trade's number (tid) here.

    `key` and `secret` are the application's (app_key, app_secret); `token` is the session key that the seller granted.
    """

    api: ClassVar[str] = "taobao"
    base_url: ClassVar[str] = "https://gw.api.taobao.com/router/rest"
    batch: ClassVar[int] = 1
    rate: ClassVar[str] = "2/s"
    quotas: ClassVar[tuple[str, ...]] = ()
    needs: ClassVar[tuple[str, ...]] = ("key", "secret", "token")
    auth: ClassVar[str] = "signed form (MD5)"
    options: ClassVar[Mapping[str, str]] = {}
    min_interval: ClassVar[timedelta] = timedelta(0)
    tells: ClassVar[Tells] = Tells(damaged="text", returned="text", lost="text")
    card: ClassVar[Card] = Card(
        doubt="no recorded answer is known; what its steps are called is not explained anywhere",
    )

    def lacks(self, ask: Ask) -> str:
        if not TRADE.fullmatch(ask.number):
            return "淘宝 is asked by trade: set number to the trade's number (tid), which is all digits"
        return ""

    def request(self, account: Account, asked: Sequence[Ask], now: datetime) -> httpx.Request:
        (ask,) = asked
        form = {
            "method": METHOD,
            "app_key": account.key,
            "session": account.token,
            "timestamp": now.astimezone(BEIJING).strftime("%Y-%m-%d %H:%M:%S"),
            "format": "json",
            "v": "2.0",
            "sign_method": "md5",
            "tid": ask.number,
        }
        form["sign"] = sign(form, account.secret)
        return httpx.Request("POST", account.base_url or self.base_url, data=form)

    def parse(self, response: httpx.Response, asked: Sequence[Ask]) -> tuple[Observation, ...]:
        (ask,) = asked
        with fitting(response):
            check(response)
            body = document(response, kinds=KINDS)
            if "error_response" in body:
                return (_problem(response, ask, record(body["error_response"], "error_response")),)
            if not isinstance(body.get("logistics_trace_search_response"), dict):
                unreadable(response, "the answer holds no trace")
            return (_observation(ask, record(body["logistics_trace_search_response"], "the trace")),)


def sign(form: Mapping[str, str], secret: str) -> str:
    """The signature of a form: MD5 over its names and values in alphabetical order, with the secret at both ends."""
    plain = "".join(f"{name}{value}" for name, value in sorted(form.items()) if value and name != "sign")
    return md5_hex(f"{secret}{plain}{secret}").upper()


# --- errors --------------------------------------------------------------------------------------


def _problem(response: httpx.Response, ask: Ask, error: Record) -> Observation:
    """What an error means for the trade asked; raised when it is the account's or passing."""
    code, sub = text(error.get("code"), "code"), text(error.get("sub_code"), "sub_code")
    message = text(error.get("sub_msg"), "sub_msg") or text(error.get("msg"), "msg")
    if code in TOO_MANY or sub.startswith(LIMITED):
        raise CourierBusy(f"淘宝: too many calls ({code})", _free_again(response, message))
    if code in REFUSED:
        raise CourierRefused(f"淘宝: {REFUSED[code]} ({code})")
    if sub.startswith(DENIED):
        raise CourierRefused(said(response, f"淘宝: {REFUSED['11']} ({sub})"))
    if code == DOWN or sub.startswith(THEIRS):
        raise CourierUnavailable(said(response, f"淘宝: {message} ({sub or code})"))
    if sub.startswith(OURS) or code in ABOUT_THE_TRADE:
        reason = said(
            response, f"淘宝 does not accept the trade: {message} ({sub or code}); check that number is a tid of yours"
        )
        return Refused(ask.number, reason=reason)
    return unreadable(response, f"淘宝 answers with an error we do not know: {code} {sub} {message}".rstrip())


def _free_again(response: httpx.Response, message: str) -> datetime | None:
    """When the ban it speaks of ends, by its own clock."""
    ban = _BAN.search(message)
    if ban is None:
        return retry_at(response)
    told = {**response.headers, "retry-after": ban[1]}
    return retry_at(httpx.Response(429, headers=told))


# --- one trade -----------------------------------------------------------------------------------


def _observation(ask: Ask, trace: Record) -> Observation:
    if not same_number(text(trace.get("tid"), "tid"), ask.number):
        return another(ask, "淘宝")
    steps = rows(record(trace.get("trace_list"), "trace_list").get("transit_step_info"), "transit_step_info")
    scans = [_scan(step) for step in recent(steps)]
    status = text(trace.get("status"), "status").replace("，", ",")
    found = history(_concluded(scans, status))
    company = text(trace.get("company_name"), "company_name")
    if not found:
        return NotFound(ask.number, company=company)
    return Answered(ask.number, found, company=company)


def _scan(step: Record) -> Scan:
    """A step: its words speak, as its `action` is not explained anywhere."""
    stamp, words = (
        text(step.get("status_time"), "status_time"),
        text(step.get("status_desc"), "status_desc", TEXT_LIMIT),
    )
    meaning, reading = without_code(words)
    action = text(step.get("action"), "action")
    return Scan(scanned(stamp), action, meaning, words, reading=reading)


def _concluded(scans: list[Scan], status: str) -> list[Scan]:
    """The steps; the newest takes what the trade's status says beyond it, unless the parcel has got further since."""
    meaning = STATUSES.get(status)
    times = [scan.when for scan in scans if scan.when is not None]
    if meaning is None or not times:
        return scans
    newest = max(times)
    place = next(place for place, scan in enumerate(scans) if scan.when == newest)
    last = scans[place]
    told = read(last.words, "zh")
    if told.cause is not None or told.milestone not in (UNDER_WAY if meaning[0] is M.ATTEMPT_FAILED else NOT_YET):
        return scans
    scan = Scan(last.when, status, meaning, last.words, last.place, last.reading)
    return [*scans[:place], scan, *scans[place + 1 :]]
