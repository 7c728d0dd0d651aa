"""Shippo's tracks. One number a call, 500 calls a minute; the carrier is part of the address.

Source: Shippo's tracking pages and recorded answers. A number it does not know is a 404, as a page of HTML; a carrier
it does not know is a 400. Reading needs no registration; registering is what makes it push, and registering twice
makes it push twice.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import ClassVar
from urllib.parse import quote

import httpx

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
from parcelwatch.couriers.shared.aggregator import Aggregator
from parcelwatch.couriers.shared.fields import Record, same_number, text
from parcelwatch.couriers.shared.meanings import Meaning
from parcelwatch.couriers.shippo import push as shippo_push
from parcelwatch.couriers.shippo.codes import STATUSES
from parcelwatch.couriers.shippo.track import observe
from parcelwatch.errors import CourierRefused
from parcelwatch.model import Ask, NotFound, Observation, Refused, Unanswered

VERSION = "2018-02-08"
NUMBER = re.compile(r"[A-Za-z0-9][A-Za-z0-9 _-]{2,59}")
# The page a number it does not know leads to; a wrong address's is the web server's.
NO_PAGE = b"<h1>not found</h1>"
ABOUT_THE_ACCOUNT = re.compile(
    r"(?<!carrier )(?<!provider )\btoken\b|\bapi[ _-]?key\b|authenticat|credential|permission", re.IGNORECASE
)
CARRIER = re.compile(r"[a-z0-9][a-z0-9_]{0,59}")


class Shippo(Aggregator):
    """The shipping platform Shippo and the carriers it follows.

    `key`: the API token. `secret`: what Shippo signs its pushes with, once it was asked to. `token`: what the
    webhook's address carries as `?token=`. With either, every number is registered, so that Shippo pushes.
    A push is signed in the header `shippo-auth-signature`: HMAC-SHA256 over its time + "." + body, in hexadecimal;
    with the token alone, the number is asked about before anything is believed.
    """

    api: ClassVar[str] = "shippo"
    base_url: ClassVar[str] = "https://api.goshippo.com"
    batch: ClassVar[int] = 1
    rate: ClassVar[str] = "8/s"
    quotas: ClassVar[tuple[str, ...]] = ("500/m",)
    auth: ClassVar[str] = "token in a header"
    tells: ClassVar[Tells] = Tells(damaged="code, text", returned="code, text", lost="code, text")
    codes: ClassVar[Mapping[str, Meaning]] = STATUSES
    card: ClassVar[Card] = Card(company="usps")
    register_batch: ClassVar[int] = 1
    asks_anyway: ClassVar[bool] = True

    def lacks(self, ask: Ask) -> str:
        if not CARRIER.fullmatch(ask.company.lower()):
            return "Shippo wants the carrier: set company to its token, such as usps, ups or dhl_express"
        if not NUMBER.fullmatch(ask.number):
            return "Shippo takes numbers of 3 to 60 letters, digits, hyphens and underscores only"
        return ""

    def request(self, account: Account, asked: Sequence[Ask], now: datetime) -> httpx.Request:
        (ask,) = asked
        company, number = quote(ask.company.lower(), safe=""), quote(ask.number, safe="")
        return httpx.Request("GET", self._url(account, f"tracks/{company}/{number}"), headers=_headers(account))

    def registers(self, account: Account) -> bool:
        return bool(account.secret or account.token)

    def registration(self, account: Account, asked: Sequence[Ask], now: datetime) -> httpx.Request:
        (ask,) = asked
        headers = {**_headers(account), "Content-Type": "application/json"}
        content = json.dumps({"carrier": ask.company.lower(), "tracking_number": ask.number})
        return httpx.Request("POST", self._url(account, "tracks/"), headers=headers, content=content)

    def parse(self, response: httpx.Response, asked: Sequence[Ask]) -> tuple[Observation, ...]:
        (ask,) = asked
        with fitting(response):
            if response.status_code == 404:
                _check_not_found(response)
                return (NotFound(ask.number),)
            if response.status_code == 400:
                return (Refused(ask.number, reason=_complaint(response)),)
            track = _track(response)
            if not _is(ask, track):
                return (Unanswered(ask.number, reason="Shippo answers about another parcel"),)
            return (observe(ask, track),)

    def registered(self, response: httpx.Response, asked: Sequence[Ask]) -> tuple[Registration, ...]:
        (ask,) = asked
        with fitting(response):
            if response.status_code == 400:
                return (Registration(ask.number, ok=False, reason=_complaint(response)),)
            ours = _is(ask, _track(response))
            return (Registration(ask.number, ok=ours, reason="" if ours else "Shippo registered another parcel"),)

    def verify(self, account: Account, push: Push, now: datetime) -> Trust:
        return shippo_push.verify(account, push, now)

    def pushed(self, account: Account, push: Push) -> tuple[Observation, ...]:
        return shippo_push.pushed(push)


def _headers(account: Account) -> dict[str, str]:
    return {
        "Authorization": f"ShippoToken {account.key}",
        "Shippo-API-Version": VERSION,
        "Accept": "application/json",
    }


def _track(response: httpx.Response) -> Record:
    check(response)
    body = document(response)
    if "tracking_number" not in body or "tracking_history" not in body:
        unreadable(response, "the answer holds no track")
    return body


def _is(ask: Ask, track: Record) -> bool:
    company = text(track.get("carrier"), "carrier").lower()
    return company in ("", ask.company.lower()) and same_number(
        text(track.get("tracking_number"), "tracking_number"), ask.number
    )


def _check_not_found(response: httpx.Response) -> None:
    """Raise unless a 404 is Shippo's own, in either of its two forms; the gateway's are about the address asked."""
    if "json" not in response.headers.get("content-type", ""):
        known = NO_PAGE in response.content[:2000].lower()
    else:
        known = text(document(response).get("detail"), "detail").lower().startswith("not found")
    if not known:
        unreadable(response, "the answer 404 does not come from the tracking API: check base_url")


def _complaint(response: httpx.Response) -> str:
    """What a 400 says about the number or its carrier; raised where it is about the token, as no 400 should be."""
    words = [word for value in document(response).values() for word in (value if isinstance(value, list) else [value])]
    told = " ".join(text(word, "an error") for word in words if isinstance(word, str))
    if ABOUT_THE_ACCOUNT.search(told):
        raise CourierRefused(said(response, f"Shippo refuses the call: {told}"))
    return said(response, f"Shippo does not accept it: {told or 'no reason given'}; check company and number")
