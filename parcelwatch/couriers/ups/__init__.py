"""UPS Tracking API v1. One number a call, a token for about four hours, no published limits.

Source: UPS's API documentation, its appendices of codes, and its answers to questions about them. An unknown number is
mostly a 200 with a warning and no package, sometimes a 404. Events are read in package.py.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import ClassVar
from urllib.parse import quote
from uuid import NAMESPACE_URL, uuid5

import httpx

from parcelwatch.couriers.base import Account, Card, Tells, Token, check, document, fitting, retry_at, said, unreadable
from parcelwatch.couriers.shared import oauth
from parcelwatch.couriers.shared.fields import Record, record, rows, same_number, text
from parcelwatch.couriers.shared.meanings import Meaning
from parcelwatch.couriers.shared.recycled import likeliest
from parcelwatch.couriers.ups.codes import TYPES
from parcelwatch.couriers.ups.package import observe
from parcelwatch.errors import CourierBusy, CourierRefused
from parcelwatch.model import Ask, NotFound, Observation, Refused, Unanswered

NUMBER = re.compile(r"[A-Za-z0-9]{7,34}")
UPS_OWN = "1Z"
LIFETIME = timedelta(hours=4)

NOT_FOUND = "TW0001"
NOT_FOUND_WORDS = re.compile(r"tracking (?:number )?information not found", re.IGNORECASE)
# Codes of tracking itself, and words of theirs that are about the call all the same.
TRACKING_CODE = re.compile(r"T[A-Z]\d+", re.IGNORECASE)
NUMBER_WORDS = re.compile(r"\b(?:inquiry|tracking) number\b", re.IGNORECASE)
CALL_WORDS = re.compile(r"\btrans(?:action)?_? ?(?:id|src)\b|\bheader\b|\blocale\b", re.IGNORECASE)
TOO_MANY = "10429"
# Codes of the account's own trouble, which come with 400 as well as with 401.
ACCOUNT_CODES: Mapping[str, str] = {
    "250002": "UPS refuses the credentials: check key and secret",
    "250003": "UPS refuses the credentials: check key and secret",
    "251004": "UPS says the token has expired",
    "UJ0001": "UPS refuses the credentials: check key and secret",
    "10004": "UPS refuses the credentials: check key and secret",
    "10401": "UPS refuses the token",
}


class Ups:
    """UPS by its own API, packages, Mail Innovations and freight.

    `key` and `secret` are the client id and secret of an app at developer.ups.com; `customer` is the six-character
    account number, where the app serves several merchants.
    """

    api: ClassVar[str] = "ups"
    base_url: ClassVar[str] = "https://onlinetools.ups.com"
    batch: ClassVar[int] = 1
    rate: ClassVar[str] = "3/s"
    quotas: ClassVar[tuple[str, ...]] = ()
    needs: ClassVar[tuple[str, ...]] = ("key", "secret")
    auth: ClassVar[str] = "OAuth2 client credentials"
    options: ClassVar[Mapping[str, str]] = {}
    min_interval: ClassVar[timedelta] = timedelta(0)
    tells: ClassVar[Tells] = Tells(damaged="code", returned="code", lost="code")
    codes: ClassVar[Mapping[str, Meaning]] = TYPES
    card: ClassVar[Card] = Card(asks=("ups",))

    def lacks(self, ask: Ask) -> str:
        if NUMBER.fullmatch(_compact(ask.number)):
            return ""
        return "UPS takes numbers of 7 to 34 letters and digits only"

    def grant(self, account: Account, now: datetime) -> httpx.Request:
        request = oauth.by_header(f"{self._root(account)}/security/v1/oauth/token", account.key, account.secret)
        if account.customer:
            request.headers["x-merchant-id"] = account.customer
        return request

    def granted(self, response: httpx.Response) -> Token:
        return oauth.token(response, LIFETIME)

    def request(self, account: Account, asked: Sequence[Ask], now: datetime) -> httpx.Request:
        (ask,) = asked
        number = _compact(ask.number)
        headers = {
            "Authorization": f"Bearer {account.token}",
            "transId": str(uuid5(NAMESPACE_URL, f"{number} {now.isoformat()}")),
            "transactionSrc": "parcelwatch",
            "Accept": "application/json",
        }
        query = {"locale": "en_US", "returnSignature": "false", "returnMilestones": "false", "returnPOD": "false"}
        url = f"{self._root(account)}/api/track/v1/details/{quote(number, safe='')}"
        return httpx.Request("GET", url, params=query, headers=headers)

    def parse(self, response: httpx.Response, asked: Sequence[Ask]) -> tuple[Observation, ...]:
        (ask,) = asked
        with fitting(response):
            if response.status_code in (400, 404):
                return (_problem(response, ask),)
            _check(response)
            return (_observation(response, ask, _shipments(response)),)

    def _root(self, account: Account) -> str:
        return (account.base_url or self.base_url).rstrip("/")


def _compact(number: str) -> str:
    return "".join(number.split())


# --- the call as a whole -------------------------------------------------------------------------


def _check(response: httpx.Response) -> None:
    if response.status_code == 403 and b"blocked merchant" in response.content[:2000].lower():
        raise CourierRefused("UPS has blocked the merchant of this account (403): only UPS can lift that")
    check(response)


def _shipments(response: httpx.Response) -> list[Record]:
    body = document(response)
    if "response" in body:
        _raise_if_ours(response, _errors(body))
    tracked = record(body.get("trackResponse"), "trackResponse")
    if "shipment" not in tracked:
        unreadable(response, "the answer holds no shipment")
    return rows(tracked["shipment"], "shipment")


def _problem(response: httpx.Response, ask: Ask) -> Observation:
    """What a 404 or 400 of the tracking API is about: the number where it says so, else the call."""
    body = document(response)
    errors = _errors(body)
    if not errors:
        unreadable(response, f"the answer {response.status_code} does not come from the tracking API: check base_url")
    _raise_if_ours(response, errors)
    code, message = _code(errors[0]), text(errors[0].get("message"), "message")
    if response.status_code == 404:
        if code == NOT_FOUND or NOT_FOUND_WORDS.search(message):
            return NotFound(ask.number)
        unreadable(response, f"the answer 404 is about no number ({code}): check base_url")
    if CALL_WORDS.search(message) or not (TRACKING_CODE.fullmatch(code) or NUMBER_WORDS.search(message)):
        raise CourierRefused(said(response, f"UPS refuses the call: {message} ({code})"))
    reason = f"UPS does not accept the number: {message} ({code})"
    return Refused(ask.number, reason=said(response, reason))


def _raise_if_ours(response: httpx.Response, errors: list[Record]) -> None:
    """Raise what is about the call and not about the number."""
    for code in map(_code, errors):
        if code == TOO_MANY:
            raise CourierBusy(f"too many requests ({code})", retry_at(response))
        if code in ACCOUNT_CODES:
            raise CourierRefused(f"{ACCOUNT_CODES[code]} ({code})")


def _errors(body: Record) -> list[Record]:
    return rows(record(body.get("response"), "response").get("errors"), "errors")


def _code(error: Record) -> str:
    return text(error.get("code"), "code")


# --- one number ----------------------------------------------------------------------------------


def _observation(response: httpx.Response, ask: Ask, shipments: list[Record]) -> Observation:
    ours = [package for shipment in shipments for package in _ours(shipment, _compact(ask.number))]
    if ours:
        return likeliest([observe(ask, package) for package in ours], ask.shipped_at)
    if any(rows(shipment.get("package"), "package") for shipment in shipments):
        return Unanswered(ask.number, reason="UPS answers about another package")
    warnings = [warning for shipment in shipments for warning in rows(shipment.get("warnings"), "warnings")]
    if not warnings:
        unreadable(response, "the answer holds neither a package nor a warning")
    if NOT_FOUND in map(_code, warnings):
        return NotFound(ask.number)
    message = text(warnings[0].get("message"), "message")
    reason = said(response, f"UPS answers with a warning: {message} ({_code(warnings[0])})")
    return Unanswered(ask.number, reason=reason)


def _ours(shipment: Record, number: str) -> list[Record]:
    """The packages that bear the number; or the only one of a shipment that does, if its own is of another kind.

    The post's parcels have names of their own; another package of the same shipment has a number like the one asked.
    """
    packages = rows(shipment.get("package"), "package")
    bearing = [package for package in packages if _bears(package, number)]
    if bearing or len(packages) != 1 or _is_another(packages[0], number):
        return bearing
    return packages if same_number(text(shipment.get("inquiryNumber"), "inquiryNumber"), number) else []


def _is_another(package: Record, number: str) -> bool:
    """Whether a package that does not bear the number has one of the same kind."""
    own = text(package.get("trackingNumber"), "trackingNumber").upper()
    return own.startswith(UPS_OWN) and number.upper().startswith(UPS_OWN)


def _bears(package: Record, number: str) -> bool:
    others = rows(package.get("alternateTrackingNumber"), "alternateTrackingNumber")
    names = (package.get("trackingNumber"), *(other.get("number") for other in others))
    return any(same_number(text(name, "number"), number) for name in names)
