"""TrackingMore API v4. 40 numbers a call; a number must be registered, with its courier's code, before it is read.

Source: TrackingMore's SDKs and help pages. What a call came to stands in `meta.code`, not in the HTTP status: 4101 is
"registered already", 4102 "not registered", 4190 a spent quota. A number that was never registered is left out of the
list, or answered with 4102. Too many calls close the account for two minutes, which no header says.
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

from parcelwatch.couriers.base import (
    Account,
    Push,
    Registration,
    Tells,
    Trust,
    check,
    document,
    fitting,
    http_date,
    retry_at,
    said,
    unreadable,
)
from parcelwatch.couriers.shared.aggregator import Aggregator
from parcelwatch.couriers.shared.fields import Record, record, rows, same_number, text
from parcelwatch.couriers.shared.meanings import Meaning
from parcelwatch.couriers.shared.several import bearing, told
from parcelwatch.couriers.trackingmore import push as trackingmore_push
from parcelwatch.couriers.trackingmore.codes import (
    ALREADY_REGISTERED,
    CALL_REFUSED,
    CODES,
    NOT_REGISTERED,
    NUMBER_REFUSED,
    QUOTA_SPENT,
    SERVER_ERRORS,
    TOO_MANY,
)
from parcelwatch.couriers.trackingmore.item import COMPANY, either, observe
from parcelwatch.errors import CourierBusy, CourierDeclines, CourierRefused, CourierUnavailable, CourierUnreadable
from parcelwatch.model import Ask, Observation, Refused

NUMBER = re.compile(r"[A-Za-z0-9][A-Za-z0-9._/-]{3,49}")
SLUG = re.compile(r"[a-z0-9][a-z0-9_-]{0,59}")
COUNTRY = re.compile(r"[A-Za-z]{2}")
REST = timedelta(minutes=2)

# Bodies that come with these say in `meta` what is wrong.
SPOKEN = frozenset({400, 401, 403, 404, 429, 500})


class TrackingMore(Aggregator):
    """The aggregator TrackingMore. `key`: the API key. `secret`: the webhook secret, for pushes only.

    A push is signed by HMAC-SHA256 over its timestamp alone, so the number is asked about before anything is believed.
    """

    api: ClassVar[str] = "trackingmore"
    base_url: ClassVar[str] = "https://api.trackingmore.com/v4"
    batch: ClassVar[int] = 40
    rate: ClassVar[str] = "10/s"
    tells: ClassVar[Tells] = Tells(damaged="text", returned="code, text", lost="text")
    codes: ClassVar[Mapping[str, Meaning]] = CODES
    register_batch: ClassVar[int] = 40

    def lacks(self, ask: Ask) -> str:
        if not NUMBER.fullmatch(ask.number):
            return "TrackingMore takes numbers of 4 to 50 letters, digits, points, slashes and hyphens only"
        if not SLUG.fullmatch(ask.company.lower()):
            return "TrackingMore wants the courier: set company to its code, such as usps, dhl or china-post"
        return ""

    def request(self, account: Account, asked: Sequence[Ask], now: datetime) -> httpx.Request:
        usable = list(asked)
        query = {"tracking_numbers": ",".join(dict.fromkeys(ask.number for ask in usable))}
        companies = {ask.company.lower() for ask in usable}
        if len(companies) == 1:
            query["courier_code"] = companies.pop()
        return httpx.Request("GET", self._url(account, "trackings/get"), params=query, headers=_headers(account))

    def registration(self, account: Account, asked: Sequence[Ask], now: datetime) -> httpx.Request:
        items = [_item(ask) for ask in asked]
        headers = {**_headers(account), "Content-Type": "application/json"}
        content = json.dumps(items, separators=(",", ":"))
        return httpx.Request("POST", self._url(account, "trackings/batch"), headers=headers, content=content)

    def parse(self, response: httpx.Response, asked: Sequence[Ask]) -> tuple[Observation, ...]:
        with fitting(response):
            code, body = _spoken(response)
            if code in NUMBER_REFUSED:
                return tuple(_about(ask, asked, code) for ask in asked)
            items = _Items(response, _listed(response, body))
            return tuple(items.observation(ask) for ask in asked)

    def registered(self, response: httpx.Response, asked: Sequence[Ask]) -> tuple[Registration, ...]:
        with fitting(response):
            code, body = _spoken(response, (ALREADY_REGISTERED,))
            data = body.get("data")
            if code != "200" and not data:
                return tuple(_outcome(response, ask, code) for ask in asked)
            if not isinstance(data, dict) or not ("success" in data or "error" in data):
                unreadable(response, "the answer holds neither accepted nor refused numbers")
            done, failed = rows(data.get("success"), "success"), rows(data.get("error"), "error")
            _raise_if_spent(done, failed)
            return tuple(_registration(response, ask, done, failed) for ask in asked)

    def verify(self, account: Account, push: Push, now: datetime) -> Trust:
        return trackingmore_push.verify(account.secret, push)

    def pushed(self, account: Account, push: Push) -> tuple[Observation, ...]:
        return trackingmore_push.pushed(push)

    def reply(self, account: Account, now: datetime) -> bytes:
        return b'{"code":200}'


def _headers(account: Account) -> dict[str, str]:
    return {"Tracking-Api-Key": account.key, "Accept": "application/json"}


def _item(ask: Ask) -> dict[str, str]:
    item = {
        "tracking_number": ask.number,
        "courier_code": ask.company.lower(),
        "tracking_postal_code": ask.postal_code,
        "origin_country_iso2": ask.origin.upper() if COUNTRY.fullmatch(ask.origin) else "",
        "destination_country_iso2": ask.destination.upper() if COUNTRY.fullmatch(ask.destination) else "",
    }
    return {name: value for name, value in item.items() if value}


# --- the call as a whole -------------------------------------------------------------------------


def _spoken(response: httpx.Response, passing: Sequence[str] = ()) -> tuple[str, Record]:
    """The `meta.code` of an answer and its body; raised when it is the account's fault or passing."""
    if response.status_code not in SPOKEN or "json" not in response.headers.get("content-type", "json"):
        check(response)
    body = document(response)
    meta = record(body.get("meta"), "meta")
    code = text(meta.get("code"), "meta.code")
    if code in ("200", "201") and response.is_success:
        return "200", body
    if code in NUMBER_REFUSED or code in passing:
        return code, body
    raise _call_error(response, code, said(response, text(meta.get("message"), "meta.message")))


def _call_error(response: httpx.Response, code: str, message: str) -> Exception:
    if TOO_MANY in (code, str(response.status_code)):
        return CourierBusy(f"TrackingMore: too many calls ({TOO_MANY})", retry_at(response) or _rested(response))
    if code in SERVER_ERRORS or response.is_server_error:
        return CourierUnavailable(f"TrackingMore has an internal error ({code})")
    if code in CALL_REFUSED:
        return CourierRefused(f"{CALL_REFUSED[code]} ({code})")
    if response.is_client_error:
        return CourierDeclines(f"TrackingMore refuses the call: {message} ({code})")
    return CourierUnreadable(said(response, f"TrackingMore answers with an error we do not know: {code} {message}"))


def _rested(response: httpx.Response) -> datetime | None:
    """The end of the two minutes it wants after too many calls, by its own clock; None when it does not tell it."""
    sent = http_date(response.headers.get("date", ""))
    return sent + REST if sent else None


def _listed(response: httpx.Response, body: Record) -> list[Record]:
    """The items: a list in v4, inside an object in v2, one object where one was created."""
    data = body.get("data")
    if isinstance(data, dict):
        return rows(data["items"], "data.items") if "items" in data else [data] if data else []
    if not isinstance(data, list):
        unreadable(response, "the answer holds no data")
    return rows(data, "data")


# --- one number ----------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Items:
    """What one call says, number by number."""

    response: httpx.Response
    items: list[Record]

    def observation(self, ask: Ask) -> Observation:
        """What is said about one number; an item that cannot be read leaves the others of its call alone."""
        alone = len(self.items) <= 1
        ours = bearing(self.items, partial(_is, ask), alone=alone)
        if not ours:
            return _refused(ask, NUMBER_REFUSED[NOT_REGISTERED], unregistered=True)
        return told(self.response, "TrackingMore", ask, lambda one: observe(one, ours[0]), alone=alone)


def _is(ask: Ask, item: Record) -> bool:
    """Whether an item is about what was asked: the number, and the courier it was asked with."""
    number, company = text(item.get("tracking_number"), "tracking_number"), either(item, COMPANY)
    return same_number(ask.number, number) and company.lower() in ("", ask.company.lower())


def _about(ask: Ask, asked: Sequence[Ask], code: str) -> Observation:
    """What an error of the call means for one of its numbers, when it need not be about that one."""
    why = f"{NUMBER_REFUSED[code]} ({code})"
    if code == NOT_REGISTERED:
        return _refused(ask, why, unregistered=True)
    if len(asked) > 1:
        raise CourierDeclines(f"one of the numbers is in the way: {why}", certain=True)
    return _refused(ask, why)


def _registration(response: httpx.Response, ask: Ask, done: list[Record], failed: list[Record]) -> Registration:
    taken = [either(item, COMPANY).lower() for item in done if _named(ask, item)]
    if any(company in ("", ask.company.lower()) for company in taken):
        return Registration(ask.number, ok=True)
    if taken:
        return Registration(ask.number, ok=False, reason=f"TrackingMore follows it for {taken[0]}: correct company")
    item = next((one for one in failed if _named(ask, one)), None)
    if item is None:
        return Registration(ask.number, ok=False, reason="TrackingMore's answer does not mention it", later=True)
    message = text(item.get("errorMessage"), "errorMessage")
    return _outcome(response, ask, text(item.get("errorCode"), "errorCode"), message)


def _named(ask: Ask, item: Record) -> bool:
    return same_number(ask.number, text(item.get("tracking_number"), "tracking_number"))


def _outcome(response: httpx.Response, ask: Ask, code: str, message: str = "") -> Registration:
    if code == ALREADY_REGISTERED:
        return Registration(ask.number, ok=True)
    known = NUMBER_REFUSED.get(code) or CALL_REFUSED.get(code)
    why = known or said(response, f"TrackingMore refuses it: {message}")
    passing = code in CALL_REFUSED or code in SERVER_ERRORS or code == TOO_MANY
    return Registration(ask.number, ok=False, reason=f"{why} ({code})", later=passing)


def _raise_if_spent(done: list[Record], failed: list[Record]) -> None:
    """A spent quota stops the account, not the numbers; only if nothing of the call went through."""
    codes = {text(item.get("errorCode"), "errorCode") for item in failed}
    if not done and codes == {QUOTA_SPENT}:
        raise CourierRefused(f"{CALL_REFUSED[QUOTA_SPENT]} ({QUOTA_SPENT})")
    if not done and codes and codes <= SERVER_ERRORS:
        raise CourierUnavailable(f"TrackingMore has an internal error ({min(codes)})")


def _refused(ask: Ask, why: str, *, unregistered: bool = False) -> Observation:
    return Refused(ask.number, reason=why, unregistered=unregistered)
