"""USPS Tracking v3, one number a call, and v3r2, 35 numbers a call. A token for eight hours, about 60 calls an hour.

Source: USPS's examples and error inventory, the documents of both APIs, and recorded answers of v3. A parcel is read
in detail.py. The default is v3: its answers are known as they really come, its errors tell "nothing yet" from "a
wrong number", and of v3r2 no real answer was ever seen. Whoever follows more than some hundred parcels wants v3r2 all
the same, for USPS allows each app 60 calls an hour unless it is asked for more.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from typing import ClassVar
from urllib.parse import quote

import httpx

from parcelwatch.config import AccountConfig
from parcelwatch.couriers.base import (
    Account,
    Card,
    Courier,
    Tells,
    Token,
    array,
    check,
    document,
    fitting,
    retry_at,
    said,
    unreadable,
)
from parcelwatch.couriers.shared import oauth
from parcelwatch.couriers.shared.fields import Record, record, rows, same_number, text
from parcelwatch.couriers.shared.meanings import Meaning
from parcelwatch.couriers.shared.recycled import likeliest
from parcelwatch.couriers.shared.several import bearing, told
from parcelwatch.couriers.usps.codes import EVENTS, NOTHING_YET, REASONS
from parcelwatch.couriers.usps.detail import observe, summarized, words
from parcelwatch.errors import ConfigError, CourierBusy, CourierDeclines, CourierRefused
from parcelwatch.model import Answered, Ask, NotFound, Observation, Refused, Unanswered

NUMBER = re.compile(r"[A-Za-z0-9]{4,34}")
ZIP = re.compile(r"(\d{5})(?:-?\d{4})?")
# A label reads the ZIP, in five or nine digits, and then the number of the parcel, which begins with 9 or with 8.
_ROUTED = re.compile(r"^420\d{5}(?:\d{4})?(?=[89]\d{19,25}$)")
LIFETIME = timedelta(hours=8)

NOT_OURS = "USPS does not let this account track it: only parcels of its own mailer id, or with the mailer's leave"
# What a 404 about a parcel speaks of; one about a wrong address speaks of resources and the like.
ABOUT_AN_ADDRESS = re.compile(r"\b(?:resource|route|path|ur[il]|proxy)\b", re.IGNORECASE)
ABOUT_AN_ITEM = re.compile(r"\b(?:tracking|item|parcel|package|mailpiece|label|number|1500\d\d)\b", re.IGNORECASE)


class Usps:
    """USPS by its own API, v3.

    `key` and `secret` are the consumer key and secret of an app at developers.usps.com that may use tracking.
    """

    api: ClassVar[str] = "usps"
    base_url: ClassVar[str] = "https://apis.usps.com"
    batch: ClassVar[int] = 1
    rate: ClassVar[str] = "1/s"
    quotas: ClassVar[tuple[str, ...]] = ("60/h",)
    needs: ClassVar[tuple[str, ...]] = ("key", "secret")
    auth: ClassVar[str] = "OAuth2 client credentials"
    options: ClassVar[Mapping[str, str]] = {
        "version": '"v3" (one number a call; the default) or "v3r2" (35 numbers a call, newer, other messages)'
    }
    min_interval: ClassVar[timedelta] = timedelta(0)
    tells: ClassVar[Tells] = Tells(damaged="code, text", returned="code, text", lost="")
    codes: ClassVar[Mapping[str, Meaning]] = EVENTS
    card: ClassVar[Card] = Card(asks=("usps",))

    def tailored(self, settings: AccountConfig) -> Courier:
        version = settings.options.get("version", "v3")
        if version not in _VERSIONS:
            raise ConfigError([f'version is {version!r}: write "v3" or "v3r2"'])
        return _VERSIONS[version]()

    def lacks(self, ask: Ask) -> str:
        if NUMBER.fullmatch(_compact(ask.number)):
            return ""
        return "USPS takes numbers of 4 to 34 letters and digits only"

    def grant(self, account: Account, now: datetime) -> httpx.Request:
        return oauth.by_json(f"{self._root(account)}/oauth2/v3/token", account.key, account.secret)

    def granted(self, response: httpx.Response) -> Token:
        return oauth.token(response, LIFETIME)

    def request(self, account: Account, asked: Sequence[Ask], now: datetime) -> httpx.Request:
        (ask,) = asked
        query = {"expand": "DETAIL", **_destination(ask)}
        url = f"{self._root(account)}/tracking/v3/tracking/{quote(_compact(ask.number), safe='')}"
        return httpx.Request("GET", url, params=query, headers=_headers(account))

    def parse(self, response: httpx.Response, asked: Sequence[Ask]) -> tuple[Observation, ...]:
        with fitting(response):
            if response.status_code in (400, 403, 404):
                return tuple(_problem(response, asked))
            _check(response)
            answer = _Details(response, _details(response))
            return tuple(_observation(answer, ask) for ask in asked)

    def _root(self, account: Account) -> str:
        return (account.base_url or self.base_url).rstrip("/")


class UspsBatched(Usps):
    """USPS by its own API, v3r2."""

    batch: ClassVar[int] = 35

    def request(self, account: Account, asked: Sequence[Ask], now: datetime) -> httpx.Request:
        body = [{"trackingNumber": _compact(ask.number), **_destination(ask)} for ask in asked]
        headers = {**_headers(account), "Content-Type": "application/json"}
        url = f"{self._root(account)}/tracking/v3r2/tracking"
        return httpx.Request("POST", url, headers=headers, content=json.dumps(body, separators=(",", ":")))


_VERSIONS: Mapping[str, type[Usps]] = {"v3": Usps, "v3r2": UspsBatched}


def _short(number: str) -> str:
    """The number of a parcel without the ZIP of its addressee, which a label puts before it."""
    return _ROUTED.sub("", number)


def _compact(number: str) -> str:
    return "".join(number.split())


def _headers(account: Account) -> dict[str, str]:
    return {"Authorization": f"Bearer {account.token}", "Accept": "application/json"}


def _destination(ask: Ask) -> dict[str, str]:
    """The ZIP code tells parcels with the same number apart; what is none would only be refused."""
    code = ZIP.fullmatch(ask.postal_code.strip())
    return {"destinationZIPCode": code[1]} if code and ask.destination.upper() in ("", "US") else {}


def _refused(ask: Ask, why: str) -> Observation:
    return Refused(ask.number, reason=why)


# --- the call as a whole -------------------------------------------------------------------------


def _check(response: httpx.Response) -> None:
    if response.status_code == 401 and b"scope" in response.content[:2000].lower():
        raise CourierRefused("the USPS app may not use tracking (401): add the scope tracking to it")
    if response.status_code == 503 and "retry-after" in response.headers:
        raise CourierBusy("USPS is overloaded (503)", retry_at(response))
    check(response)


def _problem(response: httpx.Response, asked: Sequence[Ask]) -> list[Observation]:
    """What a refused call is about: the number, as that is all that differs by call; of several nobody knows which."""
    body = document(response)
    if not isinstance(body.get("error"), dict):
        unreadable(response, f"the answer {response.status_code} does not come from the tracking API: check base_url")
    told = _message(record(body.get("error"), "error"))
    if response.status_code == 404 and (ABOUT_AN_ADDRESS.search(told) or not ABOUT_AN_ITEM.search(told)):
        unreadable(response, "the answer 404 is about no parcel: check base_url")
    if len(asked) == 1 or response.status_code == 404:
        return [_failed(response, ask, body, response.status_code) for ask in asked]
    if response.status_code == 403:
        check(response)
    raise CourierDeclines(said(response, f"USPS rejects a call about several numbers: {told}"))


def _failed(response: httpx.Response, ask: Ask, item: Record, status: int) -> Observation:
    """What an error says about one number."""
    error = record(item.get("error"), "error")
    codes = [text(one.get("code"), "error.code") for one in rows(error.get("errors"), "errors")]
    if status == 404 or NOTHING_YET.intersection(codes):
        return NotFound(ask.number)
    known = next((f"{REASONS[code]} ({code})" for code in codes if code in REASONS), "")
    if known or status == 403:
        return _refused(ask, known or NOT_OURS)
    if status == 400:
        return _refused(ask, said(response, f"USPS does not accept the number: {_message(error)}"))
    return Unanswered(ask.number, reason=f"USPS cannot answer about it now ({status})")


def _message(error: Record) -> str:
    """What went wrong, in USPS's words and in its own number, if it has one."""
    first = next(iter(rows(error.get("errors"), "errors")), {})
    told = words(first.get("title")) or words(first.get("detail")) or words(error.get("message"))
    code = text(first.get("code"), "error.code")
    return f"{told} ({code})" if code else told


def _details(response: httpx.Response) -> list[Record]:
    details = [_unwrapped(detail) for detail in array(response)]
    if not details or not any("trackingNumber" in detail for detail in details):
        unreadable(response, "the answer names no tracking number")
    return details


def _unwrapped(detail: Record) -> Record:
    """A detail; of a summary in the shape of the older service its number and its sentence."""
    if "TrackResults" not in detail:
        return detail
    info = record(record(detail["TrackResults"], "TrackResults").get("TrackInfo"), "TrackInfo")
    return {"trackingNumber": info.get("@ID"), "TrackSummary": info.get("TrackSummary")}


# --- one number ----------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Details:
    """What one call says, parcel by parcel."""

    response: httpx.Response
    details: list[Record]

    def about(self, number: str) -> list[Record]:
        return bearing(self.details, lambda one: same_number(_short(_name(one)), _short(number)), alone=self.alone)

    @property
    def alone(self) -> bool:
        return len(self.details) == 1


def _name(detail: Record) -> str:
    return text(detail.get("trackingNumber"), "trackingNumber")


def _observation(answer: _Details, ask: Ask) -> Observation:
    """What the answer says about one number; a detail that cannot be read leaves the others of its call alone."""
    return told(answer.response, "USPS", ask, partial(_read, answer), alone=answer.alone)


def _read(answer: _Details, ask: Ask) -> Observation:
    details = answer.about(_compact(ask.number))
    if not details:
        return Unanswered(ask.number, reason="USPS's answer does not mention it")
    found = [_one(answer.response, ask, detail) for detail in details]
    tracked = [one for one in found if isinstance(one, Answered)]
    return likeliest(tracked, ask.shipped_at) if tracked else found[0]


def _one(response: httpx.Response, ask: Ask, detail: Record) -> Observation:
    if detail.get("error"):
        status = text(detail.get("statusCode"), "statusCode")
        return _failed(response, ask, detail, int(status) if status.isascii() and status.isdigit() else 0)
    if "TrackSummary" in detail:
        return summarized(ask, words(detail["TrackSummary"]))
    if not any(name in detail for name in ("trackingEvents", "status", "statusSummary")):
        unreadable(response, "a tracking detail holds neither events nor a status")
    return observe(ask, detail)
