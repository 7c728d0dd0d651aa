"""极兔 J&T Express in China: logistics/trace, several numbers a call in one comma list, signed in a header.

Source: clients in use. Types of scans and problems come as numbers or as Chinese names. How many numbers a call may
hold is not documented; clients speak of 10 and of 30, so 10. Rates are not established, so the default is calm. The
numbers of errors are those of the same platform abroad; for others the words decide. Loss and damage are told in words
only: 包裹异常 is neither.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import ClassVar

import httpx

from parcelwatch.couriers.base import Account, Card, Tells, check, document, fitting, said, unreadable
from parcelwatch.couriers.jt.codes import PROBLEM_SCANS, PROBLEMS, SCANS, TAKEN_OUT, WORDY
from parcelwatch.couriers.shared.china import KINDS, history, leaving, notice, refusal, scanned
from parcelwatch.couriers.shared.china_scans import Told, problem, without_code
from parcelwatch.couriers.shared.fields import ROWS_LIMIT, TEXT_LIMIT, Record, recent, rows, same_number, text
from parcelwatch.couriers.shared.history import Scan
from parcelwatch.couriers.shared.meanings import UNKNOWN, Meaning
from parcelwatch.couriers.shared.recycled import likeliest
from parcelwatch.couriers.shared.several import told
from parcelwatch.couriers.shared.signing import md5_base64
from parcelwatch.errors import CourierDeclines, CourierRefused, CourierUnavailable, CourierUnreadable
from parcelwatch.lexicon import read
from parcelwatch.model import Answered, Ask, Milestone, NotFound, Observation, Unanswered

WHO = "极兔"
NUMBER = re.compile(r"[A-Za-z0-9-]{6,32}")
FINE = "1"
NO_RECORD = "999001030"
ACCOUNT_REFUSED: Mapping[str, str] = {
    "145003010": "极兔 does not know the API account: check key",
    "145003012": "the API account may not use this interface: subscribe to it in 极兔's console",
    "145003030": "极兔 does not accept the signature: check secret, the private key",
    "145003051": "极兔 finds no API account in the call: check key",
}
PASSING = frozenset({"145003040", "145005000"})


class Jt:
    """极兔 in China. `key` is the apiAccount, `secret` the privateKey of the application in its console."""

    api: ClassVar[str] = "jt"
    base_url: ClassVar[str] = "https://openapi.jtexpress.com.cn/webopenplatformapi/api/logistics/trace"
    batch: ClassVar[int] = 10
    rate: ClassVar[str] = "2/s"
    quotas: ClassVar[tuple[str, ...]] = ()
    needs: ClassVar[tuple[str, ...]] = ("key", "secret")
    auth: ClassVar[str] = "signed form (MD5 in a header)"
    options: ClassVar[Mapping[str, str]] = {}
    min_interval: ClassVar[timedelta] = timedelta(0)
    tells: ClassVar[Tells] = Tells(damaged="text", returned="code, text", lost="text")
    codes: ClassVar[Mapping[str, Meaning]] = {**PROBLEMS, **SCANS}
    card: ClassVar[Card] = Card(
        asks=("jt",),
        doubt="no recorded answer is known, nor the order of its lists and its limits",
    )

    def lacks(self, ask: Ask) -> str:
        return "" if NUMBER.fullmatch(ask.number) else "极兔 takes numbers of 6 to 32 letters and digits only"

    def request(self, account: Account, asked: Sequence[Ask], now: datetime) -> httpx.Request:
        numbers = ",".join(ask.number for ask in asked)
        content = json.dumps({"billCodes": numbers}, separators=(",", ":"))
        headers = {
            "apiAccount": account.key,
            "digest": md5_base64(content + account.secret),
            "timestamp": str(int(now.timestamp() * 1000)),
            "Accept": "application/json",
        }
        return httpx.Request("POST", account.base_url or self.base_url, data={"bizContent": content}, headers=headers)

    def parse(self, response: httpx.Response, asked: Sequence[Ask]) -> tuple[Observation, ...]:
        return tuple(_answered(response, asked))


# --- the call as a whole -------------------------------------------------------------------------


def _answered(response: httpx.Response, asked: Sequence[Ask]) -> list[Observation]:
    with fitting(response):
        check(response)
        body = document(response, kinds=KINDS)
        code, message = text(body.get("code"), "code"), text(body.get("msg"), "msg")
        if code != FINE:
            return _of_code(response, asked, code, message)
        if "data" not in body:
            unreadable(response, "the answer holds no data")
        answer = _Answer(response, rows(body["data"], "data")[:ROWS_LIMIT], asked)
        return [answer.observation(ask) for ask in asked]


def _of_code(response: httpx.Response, asked: Sequence[Ask], code: str, message: str) -> list[Observation]:
    """An error of a whole call; it is about a number only where one number was asked about."""
    if code in ACCOUNT_REFUSED:
        raise CourierRefused(f"{ACCOUNT_REFUSED[code]} ({code})")
    if code in PASSING:
        raise CourierUnavailable(said(response, f"{WHO}: {message} ({code})"))
    first = asked[0]
    found = NotFound(first.number) if code == NO_RECORD else refusal(response, first, WHO, code, message)
    if len(asked) > 1:
        told = said(response, f"极兔 has something against one of the numbers: {message} ({code})")
        raise CourierDeclines(told, certain=True)
    return [found]


@dataclass(frozen=True, slots=True)
class _Answer:
    """What a call says, number by number."""

    response: httpx.Response
    entries: Sequence[Record]
    asked: Sequence[Ask]

    def observation(self, ask: Ask) -> Observation:
        """What it says about one number; one that cannot be read leaves the others of its call alone."""
        return told(self.response, "极兔", ask, self._found, alone=len(self.asked) == 1)

    def _found(self, ask: Ask) -> Observation:
        ours = [entry for entry in self.entries if same_number(_number(entry), ask.number)]
        if ours:
            return likeliest([_tracked(ask.number, entry) for entry in ours], ask.shipped_at)
        if any(not self._asked_for(_number(entry)) for entry in self.entries):
            return Unanswered(ask.number, reason="极兔 answers about another number")
        return NotFound(ask.number)

    def _asked_for(self, number: str) -> bool:
        return any(same_number(number, ask.number) for ask in self.asked)


def _number(entry: Record) -> str:
    return text(entry.get("billCode"), "billCode")


# --- one number ----------------------------------------------------------------------------------


def _tracked(number: str, entry: Record) -> Observation:
    """An entry without the list is as unreadable as one with another kind of list; an empty one says "nothing yet"."""
    if "details" not in entry:
        raise CourierUnreadable("the answer holds no details")
    details = recent(rows(entry["details"], "details"))
    if not details:
        return NotFound(number)
    told = history([_scan(detail) for detail in details])
    return Answered(number, told)


def _scan(detail: Record) -> Scan:
    stamp = text(detail.get("scanTime"), "scanTime")
    words = text(detail.get("desc"), "desc", TEXT_LIMIT)
    kind, trouble = text(detail.get("scanType"), "scanType"), text(detail.get("problemType"), "problemType")
    meaning, reading = _told(kind, trouble, words)
    parts = (text(detail.get(name), name) for name in ("scanNetworkProvince", "scanNetworkCity", "scanNetworkName"))
    place = ", ".join(dict.fromkeys(part for part in parts if part))
    code = "/".join(part for part in (kind, trouble) if part)
    return Scan(scanned(stamp), code, meaning, words, place, reading)


def _told(kind: str, trouble: str, words: str) -> Told:
    """The problem's type, else the scan's, beside the words; None where only words can tell."""
    if trouble:
        return PROBLEMS.get(trouble.upper(), UNKNOWN), read(words, "zh")
    if not kind:
        return without_code(words)
    meaning = SCANS.get(kind, UNKNOWN)
    if kind in PROBLEM_SCANS:
        return problem(meaning, words)
    if kind in WORDY:
        return notice(meaning, words)
    if kind in TAKEN_OUT:
        return leaving(meaning, words, Milestone.AVAILABLE_FOR_PICKUP)
    return meaning, read(words, "zh")
