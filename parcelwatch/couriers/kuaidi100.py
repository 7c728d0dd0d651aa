"""快递100 real-time query. One number a call, signed form; never one number twice within half an hour.

Source: 快递100's API document and its vendor SDK. Errors come with HTTP 200 in another shape. The state numbers are
its own (0 moves, 4 is back at the sender). No state says "lost": only the text does. 顺丰 and 中通 want the last four
digits of the recipient's phone. Asking one number within 30 minutes again, or more than 48 times a day, locks it.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import ClassVar

import httpx

from parcelwatch.core.lexicon import NOTHING, Reading, read
from parcelwatch.couriers.base import Account, Tells, check, document, fitting, said, unreadable
from parcelwatch.couriers.fields import ROWS_LIMIT, TEXT_LIMIT, Record, flag, rows, same_number, text
from parcelwatch.couriers.kuaidi100_codes import NAMES, STATES
from parcelwatch.couriers.meanings import UNKNOWN, Meaning, follow
from parcelwatch.couriers.times import Span, filled, naive, parse, promise, span
from parcelwatch.errors import CourierRefused, CourierUnavailable
from parcelwatch.model import Answer, Ask, Cause, Checkpoint, Milestone, Observation

M = Milestone
C = Cause

BEIJING = timedelta(hours=8)
LOOP = "+loop"

PROBLEM = "2"
SIGNED_BY_BUYER = "301"
DROPPED = "304"
PHONE_WANTED = frozenset({"shunfeng", "shunfengkuaiyun", "zhongtong"})
ABROAD = frozenset(
    {
        "dhl",
        "dhlen",
        "ups",
        "upsen",
        "fedex",
        "fedexcn",
        "usps",
        "tnt",
        "yuntrack",
        "disifang",
        "yw56",
        "aliexpress",
        "jet",
    }
)

ACCOUNT_REFUSED: Mapping[str, str] = {
    "503": "快递100 does not accept the signature: check key and customer",
    "600": "快递100 does not know the key",
    "601": "the 快递100 key has expired or its quota is used up",
}
PASSING = frozenset({"501", "502"})
NO_RECORD = frozenset({"500", "201"})

# A problem scan whose reason is harmless (asked to come in the afternoon, a holiday) heals by itself.
_HARMLESS = re.compile(r"原因|约|自取|自提|节假日|改日|改派|推迟|要求")
_COLLECTED = re.compile(r"凭取|领取|已取|取走|本人|客户取")
_SIGNED = re.compile(r"签收|派送至|妥投")
_CHINESE = re.compile(r"[\u3400-\u9fff]")


class Kuaidi100:
    """The Chinese aggregator 快递100. A number is asked for together with its courier's 快递100 code."""

    api: ClassVar[str] = "kuaidi100"
    base_url: ClassVar[str] = "https://poll.kuaidi100.com/poll/query.do"
    batch: ClassVar[int] = 1
    rate: ClassVar[str] = "1/s"
    quotas: ClassVar[tuple[str, ...]] = ()
    needs: ClassVar[tuple[str, ...]] = ("key", "customer")
    auth: ClassVar[str] = "signed form (MD5)"
    options: ClassVar[Mapping[str, str]] = {}
    min_interval: ClassVar[timedelta] = timedelta(minutes=31)
    tells: ClassVar[Tells] = Tells(damaged="code, text", returned="code, text", lost="text")

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
            "from": ask.origin if _CHINESE.search(ask.origin) else "",
            "to": ask.destination if _CHINESE.search(ask.destination) else "",
            "resultv2": "4",
            "show": "0",
            "order": "desc",
        }
        param = json.dumps({name: value for name, value in wanted.items() if value}, ensure_ascii=False)
        form = {"customer": account.customer, "sign": sign(param, account.key, account.customer), "param": param}
        return httpx.Request("POST", account.base_url or self.base_url, data=form)

    def parse(self, response: httpx.Response, asked: Sequence[Ask]) -> tuple[Observation, ...]:
        (ask,) = asked
        lacking = self.lacks(ask)
        if lacking:
            return (Observation(ask.number, Answer.REFUSED, reason=lacking),)
        with fitting(response):
            check(response)
            # The document promises JSON but no content type, so a JSON body under a text type will do.
            body = document(response, kinds=("json", "text/plain", "text/html"))
            code = text(body.get("returnCode"), "returnCode") or text(body.get("status"), "status")
            if code != "200":
                return (_error(response, ask, body, code),)
            return (_observation(response, ask, body),)


def sign(param: str, key: str, customer: str) -> str:
    """The signature of a query: MD5 over the very text of `param` that is sent."""
    return hashlib.md5((param + key + customer).encode(), usedforsecurity=False).hexdigest().upper()


def _error(response: httpx.Response, ask: Ask, body: Record, code: str) -> Observation:
    """What an error means for the number asked; raised when it is the account's or passing."""
    message = said(response, text(body.get("message"), "message"))
    if code in NO_RECORD:
        return Observation(ask.number, Answer.NOT_FOUND)
    if code == "408":
        reason = f"快递100: {message} (408); check phone_last4, the recipient's or sender's last four digits"
        return Observation(ask.number, Answer.REFUSED, reason=reason)
    if code == "400" and "公司" in message:
        reason = f"快递100: {message} (400); check company, now {ask.company!r}"
        return Observation(ask.number, Answer.REFUSED, reason=reason)
    if code in PASSING:
        raise CourierUnavailable(f"快递100: {message} ({code})")
    if code in ACCOUNT_REFUSED:
        raise CourierRefused(f"{ACCOUNT_REFUSED[code]} ({code})")
    if code == "400":
        raise CourierRefused(f"快递100: {message} (400); check that the account is paid for")
    return unreadable(response, f"快递100 answers with an error we do not know: {code} {message}".rstrip())


def _observation(response: httpx.Response, ask: Ask, body: Record) -> Observation:
    if "data" not in body:
        unreadable(response, "the answer holds no data")
    events = rows(body["data"], "data")[:ROWS_LIMIT]
    if not same_number(text(body.get("nu"), "nu"), ask.number):
        return Observation(ask.number, Answer.UNANSWERED, reason="快递100 answers about another number")
    if not events:
        return Observation(ask.number, Answer.NOT_FOUND)
    company = text(body.get("com"), "com") or ask.company
    arrival = text(body.get("arrivalTime"), "arrivalTime")
    return Observation(
        number=ask.number,
        answer=Answer.TRACKED,
        checkpoints=_checkpoints(body, events, company),
        estimate=_estimate(arrival),
        company=company,
    )


def _estimate(arrival: str) -> datetime | None:
    """The end of the hour that "2026-03-05 13" names, or of the day."""
    if not arrival:
        return None
    day, _, hour = arrival.partition(" ")
    return promise(f"{day}T{hour[:2].zfill(2)}:59:59+08:00" if hour else f"{day}T00:00:00+08:00")


# --- checkpoints ---------------------------------------------------------------------------------


def _checkpoints(body: Record, events: list[Record], company: str) -> tuple[Checkpoint, ...]:
    """Oldest first; the list comes newest first, and that order breaks ties."""
    local = not (company in ABROAD or company.endswith("guoji"))
    spans = filled([_span(event, local=local) for event in events])
    codes = [_code(event) for event in events]
    codes[0] = _top(codes, text(body.get("state"), "state")) or codes[0]
    told = [
        (when, code, text(event.get("context"), "context", TEXT_LIMIT), _place(event))
        for when, code, event in zip(spans, codes, events, strict=True)
        if when is not None
    ]
    told.reverse()
    told.sort(key=lambda one: one[0])
    scans = [_scan(code, words) for _, code, words, _ in told]
    found = tuple(
        Checkpoint(*when, milestone, cause, code, words, place)
        for (when, code, words, place), (milestone, cause) in zip(told, follow(scans), strict=True)
    )
    return _looped(found) if flag(body.get("isLoop"), "isLoop") else found


def _span(event: Record, *, local: bool) -> Span | None:
    """A Beijing wall clock, or, for what may have happened abroad, that or the wall clock of the place."""
    stamp = text(event.get("ftime"), "ftime") or text(event.get("time"), "time")
    if not stamp:
        return None
    moment = parse(stamp)
    if moment.tzinfo is not None:
        return span(stamp)
    at = moment.replace(tzinfo=UTC) - BEIJING
    country = text(event.get("areaCode"), "areaCode")[:2]
    if country == "CN" or (local and not country.isalpha()):
        return at, at
    earliest, latest = naive(moment, country if country.isalpha() else "")
    return min(earliest, at), max(latest, at)


def _code(event: Record) -> str:
    """A scan's state: its number, else its name's, else the name itself, which then is unknown."""
    code = text(event.get("statusCode"), "statusCode")
    name = text(event.get("status"), "status")
    return code or NAMES.get(name, name)


def _top(codes: Sequence[str], state: str) -> str:
    """The parcel's state where it belongs to the newest scan: that has none, or the state says trouble no scan says."""
    if not state or not codes[0]:
        return state
    meaning = STATES.get(state, UNKNOWN)
    troubled = meaning[1] is not None and state != PROBLEM
    return state if troubled and all(STATES.get(code) != meaning for code in codes) else ""


def _scan(code: str, words: str) -> tuple[Meaning | None, Reading]:
    """What a scan's state means beside its text, ready to be followed."""
    reading = read(words, "zh")
    if not code:
        signed = reading.milestone is M.AVAILABLE_FOR_PICKUP and _SIGNED.search(words)
        return ((M.DELIVERED, None) if signed else None), reading
    meaning = STATES.get(code, UNKNOWN)
    if code == DROPPED and not _COLLECTED.search(words):
        return meaning, Reading(M.AVAILABLE_FOR_PICKUP)
    if code == SIGNED_BY_BUYER and reading.milestone is M.AVAILABLE_FOR_PICKUP:
        return meaning, NOTHING
    if code == PROBLEM and reading == Reading(M.IN_TRANSIT) and _HARMLESS.search(words):
        return None, reading
    return meaning, reading


def _place(event: Record) -> str:
    return text(event.get("areaName"), "areaName") or text(event.get("location"), "location")


def _looped(checkpoints: tuple[Checkpoint, ...]) -> tuple[Checkpoint, ...]:
    """A route that turns in a circle: the newest scan, if it only moves, is told as misrouted."""
    newest = checkpoints[-1]
    if newest.milestone is not M.IN_TRANSIT or newest.cause is not None:
        return checkpoints
    code = newest.code + LOOP
    looped = Checkpoint(
        newest.occurred_at, newest.occurred_until, M.IN_TRANSIT, C.MISROUTED, code, newest.text, newest.place
    )
    return (*checkpoints[:-1], looped)
