"""菜鸟's traces as APISpace sells them (全国快递物流查询). One number a call, with its courier's 菜鸟 code.

Source: APISpace's own description and recorded answers. Times are milliseconds since 1970, as numbers or as text. The
status above stays "out for delivery" while the one below says that the parcel waits in a station. A scan comes twice
when two hotlines stand in its small print. How errors are worded, how often one may ask, and the whole list of
statuses are not published: words decide there, and what they do not say stays unknown. The pushes of its kin are not
signed, so none are taken.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import ClassVar

import httpx

from parcelwatch.couriers.base import Account, Card, Tells, check, document, fitting, retry_at, unreadable
from parcelwatch.couriers.cainiao.codes import meaning
from parcelwatch.couriers.shared.china import KINDS, another, epoch_ms, history, refusal
from parcelwatch.couriers.shared.china_scans import Told, problem, without_code
from parcelwatch.couriers.shared.fields import (
    TEXT_LIMIT,
    Record,
    flag,
    optional,
    recent,
    record,
    rows,
    same_number,
    text,
)
from parcelwatch.couriers.shared.history import Scan
from parcelwatch.couriers.shared.meanings import Meaning, standing
from parcelwatch.couriers.shared.times import Span
from parcelwatch.errors import CourierBusy, CourierRefused
from parcelwatch.lexicon import read
from parcelwatch.model import Answered, Ask, Cause, Milestone, NotFound, Observation, Unanswered

NAME = "APISpace"
TROUBLE: Meaning = (Milestone.EXCEPTION, Cause.UNSTATED)
LISTS = ("logisticsTraceDetailList", "logisticsFullTraceList")

# The marketplace's own HTTP statuses.
TOO_OFTEN = 413
SPENT = 416

# Where an error may hold its words and its code.
WORDS = ("message", "msg", "errorMsg", "errorMessage", "reason")
CODES = ("code", "errorCode", "statusCode", "status")


class Cainiao:
    """菜鸟's traces of China's couriers, asked through APISpace. `key`: the token of one's APISpace account."""

    api: ClassVar[str] = "cainiao"
    base_url: ClassVar[str] = "https://eolink.o.apispace.com/wlgj1/paidtobuy_api/trace_search"
    batch: ClassVar[int] = 1
    rate: ClassVar[str] = "1/s"
    quotas: ClassVar[tuple[str, ...]] = ()
    needs: ClassVar[tuple[str, ...]] = ("key",)
    auth: ClassVar[str] = "token in a header"
    options: ClassVar[Mapping[str, str]] = {}
    min_interval: ClassVar[timedelta] = timedelta(0)
    tells: ClassVar[Tells] = Tells(damaged="text", returned="text", lost="text")
    card: ClassVar[Card] = Card(company="YTO")

    def lacks(self, ask: Ask) -> str:
        if not ask.company:
            return "菜鸟 wants the courier: set company to its code, such as YTO, ZTO, STO, YUNDA or SF"
        return ""

    def request(self, account: Account, asked: Sequence[Ask], now: datetime) -> httpx.Request:
        (ask,) = asked
        wanted = {"cpCode": ask.company.upper(), "mailNo": ask.number, "tel": ask.phone_last4, "orderType": "asc"}
        headers = {
            "X-APISpace-Token": account.key,
            "Authorization-Type": "apikey",
            "Content-Type": "application/json",
            "Accept": "application/json",
        }
        content = json.dumps({name: value for name, value in wanted.items() if value}, ensure_ascii=False)
        return httpx.Request("POST", account.base_url or self.base_url, headers=headers, content=content.encode())

    def parse(self, response: httpx.Response, asked: Sequence[Ask]) -> tuple[Observation, ...]:
        (ask,) = asked
        with fitting(response):
            _check(response)
            body = document(response, kinds=KINDS)
            if not flag(body.get("success"), "success"):
                return (refusal(response, ask, NAME, _first(body, CODES), _first(body, WORDS)),)
            if "logisticsTrace" not in body:
                unreadable(response, "the answer holds no logisticsTrace")
            return (_observation(ask, record(body["logisticsTrace"], "logisticsTrace")),)


def _check(response: httpx.Response) -> None:
    if response.status_code == TOO_OFTEN:
        raise CourierBusy(f"{NAME}: too many calls ({TOO_OFTEN})", retry_at(response))
    if response.status_code == SPENT:
        raise CourierRefused(f"{NAME}: the API is not subscribed to, or its calls are used up ({SPENT})")
    check(response)


def _first(body: Record, names: Sequence[str]) -> str:
    return next(filter(None, (text(body.get(name), name) for name in names)), "")


def _observation(ask: Ask, trace: Record) -> Observation:
    if not trace:
        return NotFound(ask.number)
    company = text(trace.get("cpCode"), "cpCode").upper()
    if not same_number(text(trace.get("mailNo"), "mailNo"), ask.number):
        return another(ask, NAME)
    if company and company != ask.company.upper():
        reason = f"{NAME} answers about a parcel of {company}: check company"
        return Unanswered(ask.number, reason=reason)
    company = company or ask.company.upper()
    status = text(trace.get("logisticsStatus"), "logisticsStatus").upper()
    found = history(_scans(trace, status, company))
    if not found:
        return NotFound(ask.number)
    return Answered(ask.number, found, stands=standing(meaning(status, company)), company=company)


def _scans(trace: Record, status: str, company: str) -> list[Scan]:
    """The events; the newest one takes the status of the whole where it has none of its own."""
    events = recent(next((rows(trace[name], name) for name in LISTS if trace.get(name)), []))
    scans = [_scan(event, company) for event in events]
    newest = max((scan.when for scan in scans if scan.when), default=None)
    return [
        _scan({**event, "logisticsStatus": status}, company) if not scan.code and scan.when == newest else scan
        for event, scan in zip(events, scans, strict=True)
    ]


def _scan(event: Record, company: str) -> Scan:
    status = text(event.get("logisticsStatus"), "logisticsStatus").upper()
    sub = text(event.get("subLogisticsStatus"), "subLogisticsStatus").upper()
    words = text(event.get("desc"), "desc", TEXT_LIMIT)
    code = f"{status}/{sub}" if status and sub and sub != status else sub or status
    told, reading = _told(meaning(sub or status, company), words)
    place = text(event.get("areaName"), "areaName")
    return Scan(_when(event), code, told, words, place, reading)


@optional(None)
def _when(event: Record) -> Span | None:
    return epoch_ms(event.get("time"), "time")


def _told(meant: Meaning | None, words: str) -> Told:
    """A status in the light of its words, which speak alone where nobody has explained it."""
    if meant is None:
        return without_code(words)
    return problem(meant, words) if meant == TROUBLE else (meant, read(words, "zh"))
