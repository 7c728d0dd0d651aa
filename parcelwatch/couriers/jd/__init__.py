"""京东物流 (JDL) through open.jdl.com: /jd/tracking/query, one number a call, a signed query.

Source: clients in use; no answer has been published word for word. The typed client names the list `trackings` and its
fields; other names are what further clients look for, and what the older trace query of the same vendor uses. That
the numbers in `operationCode` are those of the vendor's event list is not established: one that is not is unknown,
and is reported. Nor are rates and the greatest batch, so both are calm. Damage and loss are told in words only.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import ClassVar

import httpx

from parcelwatch.couriers.base import Account, Card, Tells, check, document, fitting, said, unreadable
from parcelwatch.couriers.jd.codes import REPLACED, STAGES, STATES, WORDY
from parcelwatch.couriers.shared.china import KINDS, another, beijing, epoch_ms, history, notice, refusal
from parcelwatch.couriers.shared.china_scans import Told, without_code
from parcelwatch.couriers.shared.fields import (
    ROWS_LIMIT,
    TEXT_LIMIT,
    Record,
    optional,
    recent,
    record,
    rows,
    same_number,
    text,
)
from parcelwatch.couriers.shared.history import Scan
from parcelwatch.couriers.shared.meanings import UNKNOWN, Meaning
from parcelwatch.couriers.shared.recycled import likeliest
from parcelwatch.couriers.shared.signing import md5_hex
from parcelwatch.couriers.shared.times import Span
from parcelwatch.errors import CourierRefused, CourierUnavailable
from parcelwatch.lexicon import read
from parcelwatch.model import Answered, Ask, NotFound, Observation, Refused

WHO = "京东"
METHOD = "/jd/tracking/query"
VERSION = "2.0"
WAYBILL = "20000"
CHINA = timedelta(hours=8)

FINE = frozenset({"1000", "0"})
NO_RECORD = "2100"
DISTURBED = "4000"
# The words of a token whose 京东 account is not the one the shop's contract names.
WRONG_MERCHANT = "商家编码"
# What one number is refused for, and what to do about it.
NUMBER_REFUSED: Mapping[str, str] = {
    "2001": "京东 does not show it to this account: set phone_last4, the last four digits of the phone",
    "2101": "京东 does not track this kind of number",
}

# The same thing under the names it has been seen with, the most certain first.
LISTS = ("trackings", "traceDetails", "trackDetails", "traceDetailList", "traceList", "traces")
NUMBERS = ("referenceNumber", "waybillNo", "waybillCode")
TIMES = ("operationTime", "msgTime", "operateTime")
CODES = ("state", "operationCode", "waybillStatus")
STAGE = "category"
WORDS = ("operationRemark", "remark", "content", "operationTitle")
PLACES = ("operateSite", "operatorSite")

_NAMED_NUMBER = re.compile(r"新(?:的)?(?:运单|运|单)?(?:单号|号码|号)?[为是]?\s*[:：]?\s*([A-Z]{0,4}\d{9,20})(?!\d)")
# A number without such words before it counts only with letters in front: bare digits may be a phone.
_LETTERED_NUMBER = re.compile(r"(?<![A-Z0-9])[A-Z]{2,4}\d{9,18}(?!\d)")


class Jd:
    """京东物流 itself. `key` is the app_key, `secret` the app_secret, `token` the access_token.

    The token is the one the shop's own 京东 account granted to the application; it lasts long and is renewed in
    京东's console, then written into the configuration. Parcels of other senders want a phone's last four digits.
    """

    api: ClassVar[str] = "jd"
    base_url: ClassVar[str] = "https://api.jdl.com/jd/tracking/query"
    batch: ClassVar[int] = 1
    rate: ClassVar[str] = "2/s"
    quotas: ClassVar[tuple[str, ...]] = ()
    needs: ClassVar[tuple[str, ...]] = ("key", "secret", "token")
    auth: ClassVar[str] = "signed query (MD5), access token"
    options: ClassVar[Mapping[str, str]] = {}
    min_interval: ClassVar[timedelta] = timedelta(0)
    tells: ClassVar[Tells] = Tells(damaged="text", returned="code, text", lost="text")
    codes: ClassVar[Mapping[str, Meaning]] = {**STAGES, **STATES}
    card: ClassVar[Card] = Card(
        asks=("jd",),
        doubt="no recorded answer is known; the names of its fields come from two interfaces",
    )

    def request(self, account: Account, asked: Sequence[Ask], now: datetime) -> httpx.Request:
        (ask,) = asked
        wanted = {"referenceNumber": ask.number, "referenceType": WAYBILL}
        if ask.phone_last4:
            wanted["phone"] = ask.phone_last4
        body = json.dumps([wanted], ensure_ascii=False, separators=(",", ":"))
        timestamp = (now + CHINA).strftime("%Y-%m-%d %H:%M:%S")
        query = {
            "LOP-DN": "Tracking_JD",
            "app_key": account.key,
            "access_token": account.token,
            "timestamp": timestamp,
            "v": VERSION,
            "algorithm": "md5-salt",
            "sign": sign(account, body, timestamp),
        }
        headers = {"Content-Type": "application/json;charset=utf-8", "Accept": "application/json"}
        url = account.base_url or self.base_url
        return httpx.Request("POST", url, params=query, content=body.encode(), headers=headers)

    def parse(self, response: httpx.Response, asked: Sequence[Ask]) -> tuple[Observation, ...]:
        (ask,) = asked
        with fitting(response):
            check(response)
            return (_observation(response, ask, document(response, kinds=KINDS)),)


def sign(account: Account, body: str, timestamp: str) -> str:
    """The signature of a call: MD5 over the very text of the body, its neighbours in the query, and the secret."""
    parts = {
        "access_token": account.token,
        "app_key": account.key,
        "method": METHOD,
        "param_json": body,
        "timestamp": timestamp,
        "v": VERSION,
    }
    told = "".join(name + value for name, value in parts.items())
    return md5_hex(account.secret + told + account.secret).upper()


# --- the answer as a whole -----------------------------------------------------------------------


def _observation(response: httpx.Response, ask: Ask, body: Record) -> Observation:
    error = record(body.get("error_response"), "error_response")
    if error:
        message = text(error.get("zh_desc"), "zh_desc") or text(error.get("en_desc"), "en_desc")
        return refusal(response, ask, WHO, text(error.get("code"), "error_response.code"), message)
    code = text(body.get("code"), "code")
    if code not in FINE:
        return _of_code(response, ask, code, text(body.get("msg"), "msg") or text(body.get("message"), "message"))
    if "data" not in body:
        unreadable(response, "the answer holds no data")
    data = body["data"]
    entries = [record(data, "data")] if isinstance(data, dict) else rows(data, "data")[:ROWS_LIMIT]
    if not entries:
        return NotFound(ask.number)
    ours = [entry for entry in entries if _is(response, entry, ask.number)]
    if not ours:
        return another(ask, WHO)
    return likeliest([_tracked(ask.number, _events(response, entry)) for entry in ours], ask.shipped_at)


def _of_code(response: httpx.Response, ask: Ask, code: str, message: str) -> Observation:
    if code == NO_RECORD:
        return NotFound(ask.number)
    if code in NUMBER_REFUSED:
        return Refused(ask.number, reason=said(response, f"{NUMBER_REFUSED[code]} ({code})"))
    if code == DISTURBED:
        raise CourierUnavailable(said(response, f"{WHO}: {message} ({code})"))
    if WRONG_MERCHANT in message:
        raise CourierRefused(said(response, f"{WHO}: {message} ({code}); check whose account granted the token"))
    return refusal(response, ask, WHO, code, message)


def _is(response: httpx.Response, entry: Record, number: str) -> bool:
    """Whether an entry is about the number asked: it says so itself, or one of its events does."""
    own = _first(entry, NUMBERS)
    if own:
        return same_number(own, number)
    return any(same_number(_first(event, NUMBERS), number) for event in _events(response, entry))


def _events(response: httpx.Response, entry: Record) -> list[Record]:
    name = next((name for name in LISTS if name in entry), "")
    if not name:
        unreadable(response, "the answer holds no list of events under any name we know")
    return recent(rows(entry[name], name))


def _first(row: Record, names: Sequence[str], limit: int = 200) -> str:
    return next((found for name in names if (found := text(row.get(name), name, limit))), "")


# --- events --------------------------------------------------------------------------------------


def _tracked(number: str, events: Sequence[Record]) -> Observation:
    if not events:
        return NotFound(number)
    told = history([_scan(event) for event in events])
    found = (successor(one.text, number) for one in reversed(told) if one.code == REPLACED)
    return Answered(number, told, successor=next((new for new in found if new), ""))


def _scan(event: Record) -> Scan:
    state, stage = _first(event, CODES), text(event.get(STAGE), STAGE)
    words = _first(event, WORDS, TEXT_LIMIT)
    meaning, reading = _told(state, stage, words)
    return Scan(_when(event), state or stage, meaning, words, _first(event, PLACES), reading)


@optional(None)
def _when(event: Record) -> Span | None:
    stamp = _first(event, TIMES)
    if stamp.isdecimal():
        return epoch_ms(stamp, TIMES[0])
    return beijing(stamp) if stamp else None


def _told(state: str, stage: str, words: str) -> Told:
    """The event's code, else its stage's, beside the words; without either the words alone."""
    if not (state or stage):
        return without_code(words)
    meaning = STATES.get(state) or STAGES.get(state) or STAGES.get(stage) or UNKNOWN
    return notice(meaning, words) if state in WORDY else (meaning, read(words, "zh"))


def successor(words: str, number: str) -> str:
    """The number a new label was printed with, where its words name one and only one; "" otherwise."""
    words = words.upper()
    for pattern in (_NAMED_NUMBER, _LETTERED_NUMBER):
        found = {new for new in pattern.findall(words) if not same_number(new, number)}
        if found:
            return found.pop() if len(found) == 1 else ""
    return ""
