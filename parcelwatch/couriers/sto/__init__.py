"""申通 STO's own tracking query. Several numbers a call, signed form, one gateway for all its interfaces.

Source: 申通's open platform as its clients call it. Answers give an object, number → scans; a list of parcels with
their scans is read too, as one client expects it. Errors may come as XML. A problem scan's reason is `issueName`. Not
established: the most numbers a call may hold, rates (both defaults are modest), and error codes (the words decide).
Damage and loss are told in words only.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from typing import ClassVar

import httpx

from parcelwatch.config import AccountConfig
from parcelwatch.couriers.base import KEPT, Account, Card, Tells, check, document, fitting, said, unreadable
from parcelwatch.couriers.shared.china import KINDS, another, at_station, history, leaving, refusal, scanned
from parcelwatch.couriers.shared.china_scans import Told, problem, without_code
from parcelwatch.couriers.shared.fields import TEXT_LIMIT, Record, flag, recent, rows, same_number, text
from parcelwatch.couriers.shared.history import Scan
from parcelwatch.couriers.shared.meanings import UNKNOWN, Meaning
from parcelwatch.couriers.shared.several import told
from parcelwatch.couriers.shared.signing import md5_base64
from parcelwatch.couriers.sto.codes import LEAVING, PROBLEM, SCANS
from parcelwatch.errors import ConfigError, CourierDeclines, CourierUnavailable
from parcelwatch.lexicon import Reading, read
from parcelwatch.model import Answered, Ask, Milestone, NotFound, Observation

WHO = "申通"
BATCH = 10
NUMBER = "waybillNo"
RECEIVER = "sto_trace_query"
HARMLESS = Reading(Milestone.IN_TRANSIT)

_XML = re.compile(r"<(errorCode|errorMsg|success)>\s*(?:<!\[CDATA\[)?(.*?)(?:\]\]>)?\s*</\1>", re.DOTALL)
_REASON = re.compile(r"原因(?:是)?[:：]\s*(\S.*)", re.DOTALL)


class Sto:
    """申通 direct.

    `key` is from_appkey, `secret` the secretKey. `customer` is from_code where it differs from the key.
    """

    api: ClassVar[str] = "sto"
    base_url: ClassVar[str] = "https://cloudinter-linkgateway.sto.cn/gateway/link.do"
    rate: ClassVar[str] = "2/s"
    quotas: ClassVar[tuple[str, ...]] = ()
    needs: ClassVar[tuple[str, ...]] = ("key", "secret")
    auth: ClassVar[str] = "signed form (MD5)"
    options: ClassVar[Mapping[str, str]] = {"batch": f"how many numbers a call may hold, {BATCH} unless told"}
    min_interval: ClassVar[timedelta] = timedelta(0)
    tells: ClassVar[Tells] = Tells(damaged="text", returned="code, text", lost="text")
    codes: ClassVar[Mapping[str, Meaning]] = SCANS
    card: ClassVar[Card] = Card(
        asks=("sto",),
        doubt="no recorded answer is known; codes and fields are those of its documents",
    )

    def __init__(self, *, batch: int = BATCH) -> None:
        self.batch = batch

    def tailored(self, settings: AccountConfig) -> Sto:
        told = settings.options.get("batch", str(BATCH))
        if not (told.isascii() and told.isdigit() and 1 <= len(told) <= 3 and int(told)):
            raise ConfigError(["the option batch must be a number from 1 to 999"])
        return Sto(batch=int(told))

    def request(self, account: Account, asked: Sequence[Ask], now: datetime) -> httpx.Request:
        content = json.dumps(
            {"order": "asc", "waybillNoList": [ask.number for ask in asked]}, ensure_ascii=False, separators=(",", ":")
        )
        form = {
            "content": content,
            "data_digest": md5_base64(content + account.secret),
            "api_name": "STO_TRACE_QUERY_COMMON",
            "from_appkey": account.key,
            "from_code": account.customer or account.key,
            "to_appkey": RECEIVER,
            "to_code": RECEIVER,
        }
        headers = {"Accept": "application/json"}
        return httpx.Request("POST", account.base_url or self.base_url, data=form, headers=headers)

    def parse(self, response: httpx.Response, asked: Sequence[Ask]) -> tuple[Observation, ...]:
        with fitting(response):
            check(response)
            body = _xml(response) or document(response, kinds=KINDS)
            if not flag(body.get("success"), "success"):
                return _refused(response, asked, body)
            if "data" not in body:
                unreadable(response, "the answer holds no data")
            answer = _Parcels(response, asked, _parcels(body["data"]))
            return tuple(_observation(answer, ask) for ask in asked)


# --- the call as a whole -------------------------------------------------------------------------


def _xml(response: httpx.Response) -> Record | None:
    """An error that came as XML, None when the answer is something else. Scans in XML are not read."""
    if not response.content[:200].lstrip().startswith((b"<response", b"<?xml")):
        return None
    found: Record = dict(_XML.findall(response.content[:KEPT].decode("utf-8", "replace")))
    if not found or found.get("success") == "true":
        unreadable(response, "申通 answers in XML where JSON was asked for: ask it to answer this app in JSON")
    return found


def _refused(response: httpx.Response, asked: Sequence[Ask], body: Record) -> tuple[Observation, ...]:
    """A call that did not go through; which of several numbers is to blame, nobody says."""
    code, message = text(body.get("errorCode"), "errorCode"), text(body.get("errorMsg"), "errorMsg")
    if flag(body.get("needRetry"), "needRetry"):
        raise CourierUnavailable(said(response, f"{WHO}: {message} ({code})"))
    found = [refusal(response, ask, WHO, code, message) for ask in asked]
    if len(asked) > 1:
        told = f"{message} ({code})" if code else message
        raise CourierDeclines(said(response, f"申通 has something against one of the numbers: {told}"), certain=True)
    return tuple(found)


# --- one number ----------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Parcels:
    """What one call says: numbers and their scans, as they came."""

    response: httpx.Response
    asked: Sequence[Ask]
    found: list[tuple[str, object]]

    @property
    def strange(self) -> bool:
        """Whether it is about other numbers only."""
        return bool(self.found) and not any(self.find(ask) for ask in self.asked)

    def find(self, ask: Ask) -> list[object]:
        return [events for number, events in self.found if same_number(number, ask.number)]


def _parcels(data: object) -> list[tuple[str, object]]:
    if isinstance(data, dict):
        return list(data.items())
    return [
        (_named(parcel), parcel.get("traceList")) if "traceList" in parcel else (_named(parcel), [parcel])
        for parcel in rows(data, "data")
    ]


def _named(parcel: Record) -> str:
    return text(parcel.get(NUMBER), NUMBER)


def _observation(answer: _Parcels, ask: Ask) -> Observation:
    """What the answer says about one number; one that cannot be read leaves the others of its call alone."""
    return told(answer.response, "申通", ask, partial(_tracked, answer), alone=len(answer.asked) == 1)


def _tracked(answer: _Parcels, ask: Ask) -> Observation:
    lists = answer.find(ask)
    if answer.strange:
        return another(ask, WHO)
    events = [event for one in lists for event in rows(one, "scans")]
    if not events:
        return NotFound(ask.number)
    ours = recent([event for event in events if same_number(_named(event) or ask.number, ask.number)])
    if not ours:
        return another(ask, WHO)
    return Answered(ask.number, history([_scan(event) for event in ours]))


def _scan(event: Record) -> Scan:
    stamp = text(event.get("opTime"), "opTime") or text(event.get("scanTime"), "scanTime")
    code, issue = text(event.get("scanType"), "scanType"), text(event.get("issueName"), "issueName")
    words = at_station(text(event.get("memo"), "memo", TEXT_LIMIT), text(event.get("signoffPeople"), "signoffPeople"))
    meaning, reading = _told(code, issue, words)
    if issue and issue not in words:
        words = f"{words} ({issue})" if words else issue
    return Scan(scanned(stamp), code, meaning, words, _place(event), reading)


def _told(code: str, issue: str, words: str) -> Told:
    """What a scan type means beside its reason or its words, ready to be followed."""
    if not code:
        return without_code(words)
    meaning = SCANS.get(code, UNKNOWN)
    if code == PROBLEM:
        return _problem(meaning, issue, words)
    if code in LEAVING:
        return leaving(meaning, words, LEAVING[code])
    return meaning, read(words, "zh")


def _problem(meaning: Meaning, issue: str, words: str) -> Told:
    """A problem scan; one whose reason is no trouble (come in the afternoon, to be collected) is none."""
    told = _REASON.search(words)
    if not issue and told is None:
        return problem(meaning, words)
    reading = read(issue or (told[1] if told else ""), "zh")
    return (None if reading == HARMLESS else meaning), reading


def _place(event: Record) -> str:
    names = ("opOrgProvinceName", "opOrgCityName", "opOrgName", "scanNetworkName")
    return ", ".join(filter(None, (text(event.get(name), name) for name in names)))
