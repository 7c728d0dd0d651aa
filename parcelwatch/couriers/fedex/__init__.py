"""FedEx Track API v1 (Basic Integrated Visibility). 30 numbers a call, 1400 calls in 10 seconds, 100000 a day.

Source: FedEx's API document and guides on limits and status codes. Results are found by their number, never by their
place; an unknown number is an error inside a 200; one number may have several results. One result is read in
result.py.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from typing import ClassVar
from uuid import NAMESPACE_URL, uuid5

import httpx

from parcelwatch.couriers.base import (
    Account,
    Card,
    Tells,
    Token,
    check,
    document,
    fitting,
    http_date,
    retry_at,
    said,
    unreadable,
)
from parcelwatch.couriers.fedex.codes import EVENTS
from parcelwatch.couriers.fedex.result import observe
from parcelwatch.couriers.shared import oauth
from parcelwatch.couriers.shared.fields import Record, record, rows, same_number, text
from parcelwatch.couriers.shared.meanings import Meaning
from parcelwatch.couriers.shared.recycled import likeliest
from parcelwatch.couriers.shared.several import bearing, told
from parcelwatch.errors import CourierBusy, CourierDeclines, CourierRefused, CourierUnavailable
from parcelwatch.model import Ask, NotFound, Observation, Refused, Unanswered

NUMBER = re.compile(r"[A-Za-z0-9]{6,40}")
LIFETIME = timedelta(hours=1)

# The days around the shop's shipping date in which FedEx's own must lie, so that a number given again is not mixed up.
SHIPPED_BEFORE = timedelta(days=10)
SHIPPED_AFTER = timedelta(days=20)

NOT_FOUND = "NOTFOUND"
ABOUT_A_NUMBER = "TRACKING.TRACKINGNUMBER."
ABOUT_ACCESS = re.compile(r"\b(?:jwt|token|credential|authori[sz])", re.IGNORECASE)
TRY_LATER = "VALIDATION.ERRCD.WSPOD"
# One of these is in every result that says anything.
SAID = ("scanEvents", "latestStatusDetail", "dateAndTimes")
SPENT_FOR_TODAY = "daily transaction quota"


class Fedex:
    """FedEx Express, Ground and Freight by their own API.

    `key` and `secret` are the API key and the secret key of a project at developer.fedex.com.
    """

    api: ClassVar[str] = "fedex"
    base_url: ClassVar[str] = "https://apis.fedex.com"
    batch: ClassVar[int] = 30
    rate: ClassVar[str] = "10/s"
    quotas: ClassVar[tuple[str, ...]] = ("1400/10s", "100000/d")
    needs: ClassVar[tuple[str, ...]] = ("key", "secret")
    auth: ClassVar[str] = "OAuth2 client credentials"
    options: ClassVar[Mapping[str, str]] = {}
    min_interval: ClassVar[timedelta] = timedelta(0)
    tells: ClassVar[Tells] = Tells(damaged="text", returned="code, text", lost="text")
    codes: ClassVar[Mapping[str, Meaning]] = EVENTS
    card: ClassVar[Card] = Card(asks=("fedex",))

    def lacks(self, ask: Ask) -> str:
        if NUMBER.fullmatch(_compact(ask.number)):
            return ""
        return "FedEx takes numbers of letters and digits only"

    def grant(self, account: Account, now: datetime) -> httpx.Request:
        return oauth.by_form(f"{self._root(account)}/oauth/token", account.key, account.secret)

    def granted(self, response: httpx.Response) -> Token:
        # Whoever asks for tokens too often is shut out for a while with a 403 of the gateway's, not of the API's.
        if response.status_code == 403 and "json" not in response.headers.get("content-type", "").lower():
            raise CourierBusy("FedEx grants no token for now (403)", retry_at(response))
        return oauth.token(response, LIFETIME)

    def request(self, account: Account, asked: Sequence[Ask], now: datetime) -> httpx.Request:
        wanted = list(asked)
        names = " ".join(ask.number for ask in wanted)
        headers = {
            "Authorization": f"Bearer {account.token}",
            "Content-Type": "application/json",
            "Accept": "application/json",
            "X-locale": "en_US",
            "x-customer-transaction-id": str(uuid5(NAMESPACE_URL, f"{names} {now.isoformat()}")),
        }
        body = {"includeDetailedScans": True, "trackingInfo": [_info(ask, now) for ask in wanted]}
        url = f"{self._root(account)}/track/v1/trackingnumbers"
        return httpx.Request("POST", url, headers=headers, content=json.dumps(body, separators=(",", ":")))

    def parse(self, response: httpx.Response, asked: Sequence[Ask]) -> tuple[Observation, ...]:
        with fitting(response):
            if response.status_code == 400:
                return tuple(_problem(response, asked))
            _check(response)
            answer = _Results(response, _complete(response))
            return tuple(_observation(answer, ask) for ask in asked)

    def _root(self, account: Account) -> str:
        return (account.base_url or self.base_url).rstrip("/")


def _compact(number: str) -> str:
    return "".join(number.split())


def _info(ask: Ask, now: datetime) -> dict[str, object]:
    info: dict[str, object] = {"trackingNumberInfo": {"trackingNumber": _compact(ask.number)}}
    if ask.shipped_at and ask.shipped_at <= now:
        info["shipDateBegin"] = (ask.shipped_at - SHIPPED_BEFORE).date().isoformat()
        info["shipDateEnd"] = min(ask.shipped_at + SHIPPED_AFTER, now).date().isoformat()
    return info


def _refused(ask: Ask, why: str) -> Observation:
    return Refused(ask.number, reason=why)


# --- the call as a whole -------------------------------------------------------------------------


def _check(response: httpx.Response) -> None:
    if response.status_code == 429 and SPENT_FOR_TODAY.encode() in response.content[:2000].lower():
        raise CourierBusy("FedEx's quota of the day is used up (429)", _midnight(response) or retry_at(response))
    check(response)


def _midnight(response: httpx.Response) -> datetime | None:
    """The next midnight in Greenwich, when a day's quota begins anew; None when the answer does not say when it is."""
    sent = http_date(response.headers.get("date", ""))
    return sent.replace(hour=0, minute=0, second=0, microsecond=0) + timedelta(days=1) if sent else None


def _problem(response: httpx.Response, asked: Sequence[Ask]) -> list[Observation]:
    """What a 400 is about: a number among those asked, the service, or the account."""
    errors = rows(document(response).get("errors"), "errors")
    if not errors:
        unreadable(response, "the answer 400 does not come from the tracking API: check base_url")
    code, message = _error(errors[0])
    if code == TRY_LATER:
        raise CourierUnavailable(said(response, f"FedEx cannot answer now: {message} ({code})"))
    if ABOUT_ACCESS.search(message):
        raise CourierRefused(said(response, f"FedEx refuses the call: {message} ({code})"))
    if not code.startswith(ABOUT_A_NUMBER):
        raise CourierDeclines(said(response, f"FedEx refuses the call: {message} ({code})"))
    if len(asked) > 1:
        raise CourierDeclines(said(response, f"FedEx rejects one of the numbers: {message} ({code})"), certain=True)
    return [_refused(asked[0], said(response, f"FedEx does not accept the number: {message} ({code})"))]


def _complete(response: httpx.Response) -> list[Record]:
    output = record(document(response).get("output"), "output")
    if "completeTrackResults" not in output:
        unreadable(response, "the answer holds no track results")
    return rows(output["completeTrackResults"], "completeTrackResults")


def _error(error: Record) -> tuple[str, str]:
    return text(error.get("code"), "error.code"), text(error.get("message"), "error.message")


# --- one number ----------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Results:
    """What one call says, number by number."""

    response: httpx.Response
    complete: list[Record]

    def about(self, number: str) -> list[Record]:
        """The results of a number, wherever they stand."""
        return [
            result
            for one in bearing(self.complete, lambda one: same_number(_name(one), number), alone=self.alone)
            for result in rows(one.get("trackResults"), "trackResults")
        ]

    @property
    def alone(self) -> bool:
        return len(self.complete) == 1


def _name(one: Record) -> str:
    return text(one.get("trackingNumber"), "trackingNumber")


def _observation(answer: _Results, ask: Ask) -> Observation:
    """What the answer says about one number; a result that cannot be read leaves the others of its call alone."""
    return told(answer.response, "FedEx", ask, partial(_read, answer), alone=answer.alone)


def _read(answer: _Results, ask: Ask) -> Observation:
    results = answer.about(_compact(ask.number))
    if not results:
        return Unanswered(ask.number, reason="FedEx's answer does not mention it")
    tracked = [result for result in results if result.get("scanEvents") or not _failed(result)]
    if tracked:
        if not any(name in result for result in tracked for name in SAID):
            unreadable(answer.response, "a track result holds neither events nor a status")
        return likeliest([observe(ask, result) for result in tracked], ask.shipped_at)
    code, message = _error(record(results[0].get("error"), "error"))
    if code.endswith(NOT_FOUND):
        return NotFound(ask.number)
    if code.startswith(ABOUT_A_NUMBER):
        return _refused(ask, said(answer.response, f"FedEx does not accept the number: {message} ({code})"))
    reason = said(answer.response, f"FedEx cannot answer about it now: {message} ({code})")
    return Unanswered(ask.number, reason=reason)


def _failed(result: Record) -> bool:
    return bool(record(result.get("error"), "error").get("code"))
