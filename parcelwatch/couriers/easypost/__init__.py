"""EasyPost's trackers (API v2). 25 numbers a call; a number must be registered, one a call, before it is read.

Source: EasyPost's libraries, their recorded answers, and its pages on trackers, errors and limits. Trackers are listed
with `tracking_codes[]`, newest first, up to 100 a page; the batch call would read as many, but how many is not
published. A number may have several trackers: carriers give numbers again, and within three months EasyPost answers
with the tracker it has. A number nobody can follow is no error but a tracker with the status "error".
"""

from __future__ import annotations

import json
import re
from base64 import b64encode
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
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
    retry_at,
    said,
    unreadable,
)
from parcelwatch.couriers.easypost import push as easypost_push
from parcelwatch.couriers.easypost.codes import DETAILS, STATUSES
from parcelwatch.couriers.easypost.tracker import observe
from parcelwatch.couriers.shared.aggregator import Aggregator
from parcelwatch.couriers.shared.fields import Record, flag, rows, same_number, text
from parcelwatch.couriers.shared.meanings import Meaning
from parcelwatch.couriers.shared.recycled import NEAR, began
from parcelwatch.couriers.shared.several import told
from parcelwatch.couriers.shared.times import span
from parcelwatch.errors import CourierBusy, CourierRefused, CourierUnreadable
from parcelwatch.model import Ask, Observation, Refused, Unanswered

NUMBER = re.compile(r"[A-Za-z0-9][A-Za-z0-9 ._/-]{2,59}")
CARRIER = re.compile(r"[A-Za-z0-9][A-Za-z0-9 _.-]{0,59}")
PAGE = 100
LIMIT = "RATE_LIMIT"

# What a registration is refused with for its number's sake; the rest is the account's.
ABOUT_THE_NUMBER = (400, 422)
ABOUT_THE_ACCOUNT = re.compile(r"payment|billing|insufficient|\bfunds\b|wallet|\bapi key\b", re.IGNORECASE)


class EasyPost(Aggregator):
    """The shipping platform EasyPost and the carriers it follows. `key`: the API key. `secret`: the webhook's.

    A push is signed in the header `x-hmac-signature`: HMAC-SHA256 over the body, in hexadecimal.
    """

    api: ClassVar[str] = "easypost"
    base_url: ClassVar[str] = "https://api.easypost.com/v2"
    batch: ClassVar[int] = 25
    rate: ClassVar[str] = "5/s"
    auth: ClassVar[str] = "key as a user name"
    tells: ClassVar[Tells] = Tells(damaged="code, text", returned="code, text", lost="code, text")
    codes: ClassVar[Mapping[str, Meaning]] = {**DETAILS, **STATUSES}
    register_batch: ClassVar[int] = 1

    def lacks(self, ask: Ask) -> str:
        if not NUMBER.fullmatch(ask.number):
            return "EasyPost takes numbers of 3 to 60 letters, digits, points, slashes and hyphens only"
        if ask.company and not CARRIER.fullmatch(ask.company):
            return "EasyPost wants the carrier by its own name: set company to one such as USPS, UPS or DHLExpress"
        return ""

    def request(self, account: Account, asked: Sequence[Ask], now: datetime) -> httpx.Request:
        numbers = dict.fromkeys(ask.number for ask in asked)
        query: dict[str, int | list[str]] = {"tracking_codes[]": list(numbers), "page_size": PAGE}
        return httpx.Request("GET", self._url(account, "trackers"), params=query, headers=_headers(account))

    def registration(self, account: Account, asked: Sequence[Ask], now: datetime) -> httpx.Request:
        (ask,) = asked
        tracker = {"tracking_code": ask.number} | ({"carrier": ask.company} if ask.company else {})
        headers = {**_headers(account), "Content-Type": "application/json"}
        return httpx.Request(
            "POST", self._url(account, "trackers"), headers=headers, content=json.dumps({"tracker": tracker})
        )

    def parse(self, response: httpx.Response, asked: Sequence[Ask]) -> tuple[Observation, ...]:
        with fitting(response):
            _passed(response)
            body = document(response)
            if "trackers" not in body:
                unreadable(response, "the answer holds no trackers")
            more = flag(body.get("has_more"), "has_more")
            answer = _Trackers(response, rows(body["trackers"], "trackers"), more)
            return tuple(answer.observation(ask) for ask in asked)

    def registered(self, response: httpx.Response, asked: Sequence[Ask]) -> tuple[Registration, ...]:
        (ask,) = asked
        with fitting(response):
            if response.status_code in ABOUT_THE_NUMBER and not _limited(response):
                complaint = _complaint(response)
                if ABOUT_THE_ACCOUNT.search(complaint):
                    raise CourierRefused(said(response, f"EasyPost refuses the call: {complaint}"))
                reason = said(response, f"EasyPost does not accept it: {complaint}")
                return (Registration(ask.number, ok=False, reason=reason),)
            _passed(response)
            body = document(response)
            if "tracking_code" not in body:
                unreadable(response, "the answer holds no tracker")
            why = _not_ours(ask, body)
            return (Registration(ask.number, ok=not why, reason=why),)

    def verify(self, account: Account, push: Push, now: datetime) -> Trust:
        return easypost_push.verify(account.secret, push)

    def pushed(self, account: Account, push: Push) -> tuple[Observation, ...]:
        return easypost_push.pushed(push)


def _headers(account: Account) -> dict[str, str]:
    user = b64encode(f"{account.key}:".encode()).decode("ascii")
    return {"Authorization": f"Basic {user}", "Accept": "application/json"}


# --- the call as a whole -------------------------------------------------------------------------


def _passed(response: httpx.Response) -> None:
    """Raise what an error means, with EasyPost's words where it is the call's own."""
    if not response.is_client_error or response.status_code in (401, 403, 404, 408, 425, 429) or not _spoken(response):
        check(response)
        return
    if _limited(response):
        raise CourierBusy("EasyPost: too many calls", retry_at(response))
    words = said(response, _complaint(response))
    raise CourierRefused(f"EasyPost refuses the call ({response.status_code}): {words}")


def _spoken(response: httpx.Response) -> bool:
    return "json" in response.headers.get("content-type", "json")


def _limited(response: httpx.Response) -> bool:
    """Whether an error of any status is about too many calls."""
    error = document(response).get("error")
    return isinstance(error, dict) and text(error.get("code"), "error.code").startswith(LIMIT)


def _complaint(response: httpx.Response) -> str:
    """What an error says: a message, and more of them in a list of objects or of plain texts."""
    error = document(response).get("error")
    if not isinstance(error, dict):
        return text(error, "error") or "no reason given"
    listed = error.get("errors")
    words = [text(error.get("message"), "error.message")]
    words += [_item(one) for one in (listed if isinstance(listed, list) else [])[:10]]
    return "; ".join(filter(None, words)) or "no reason given"


def _item(one: object) -> str:
    if not isinstance(one, dict):
        return text(one, "errors")
    return " ".join(filter(None, (text(one.get("field"), "field"), text(one.get("message"), "message"))))


# --- one number ----------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Trackers:
    """What one call says, number by number. `more`: the page was too small for all of it."""

    response: httpx.Response
    trackers: list[Record]
    more: bool

    def observation(self, ask: Ask) -> Observation:
        """What is said about one number; a tracker that cannot be read leaves the others of its call alone."""
        fitness = [(self._fitness(ask, tracker), tracker) for tracker in self.trackers]
        best = max((fit for fit, _ in fitness), default=0)
        if not best and self.more:
            return Unanswered(ask.number, reason="EasyPost's answer has more pages than one")
        if not best:
            return _refused(ask, "not registered at EasyPost", unregistered=True)
        ours = [tracker for fit, tracker in fitness if fit == best]
        return told(self.response, "EasyPost", ask, lambda one: _chosen(one, ours), alone=len(self.trackers) <= 1)

    def _fitness(self, ask: Ask, tracker: Record) -> int:
        """How well a tracker fits what was asked, 0 when it does not."""
        try:
            return _fitness(ask, tracker)
        except CourierUnreadable:
            if len(self.trackers) <= 1:
                raise
            return 0


def _fitness(ask: Ask, tracker: Record) -> int:
    if not same_number(ask.number, text(tracker.get("tracking_code"), "tracking_code")):
        return 0
    wanted, carrier = _plain(ask.company), _plain(text(tracker.get("carrier"), "carrier"))
    if wanted == carrier:
        return 3
    if not (wanted and carrier):
        return 2
    # One carrier's services are carriers of their own here, such as FedEx and FedExSmartPost.
    return 1 if carrier.startswith(wanted) or wanted.startswith(carrier) else 0


def _plain(carrier: str) -> str:
    return "".join(letter for letter in carrier.lower() if letter.isalnum())


def _not_ours(ask: Ask, tracker: Record) -> str:
    """Why a new tracker is not about what was asked, "" when it is."""
    if _fitness(ask, tracker):
        return ""
    if not same_number(ask.number, text(tracker.get("tracking_code"), "tracking_code")):
        return "EasyPost registered another number"
    return f"EasyPost follows it for {text(tracker.get('carrier'), 'carrier')}: correct company"


def _chosen(ask: Ask, trackers: list[Record]) -> Observation:
    """Of several parcels with one number: the one that began near the shipping date, and of those the newest tracker.

    One that could not be processed counts only where there is no other.
    """
    found = [(text(tracker.get("created_at"), "created_at"), observe(ask, tracker)) for tracker in trackers]
    read = [one for one in found if not isinstance(one[1], Refused)] or found
    near = [one for one in read if _near(ask, *one)]
    return max(near or read, key=lambda one: one[0])[1]


def _near(ask: Ask, created: str, told: Observation) -> bool:
    at = began(told) or (span(created)[0] if created else None)
    return ask.shipped_at is not None and at is not None and abs(at - ask.shipped_at) <= NEAR


def _refused(ask: Ask, why: str, *, unregistered: bool = False) -> Observation:
    return Refused(ask.number, reason=why, unregistered=unregistered)
