"""AfterShip tracking API 2026-07. 50 numbers a call; a number must be registered, one a call, before it is read.

Source: AfterShip's SDK (README and models), its OpenAPI document and pages on limits. A record is a number and a
courier's slug; the list leaves out what was never registered, and keeps 120 days. What a call came to stands in
`meta.code`. Limits are per endpoint and second: 6 for reading, 20 for registering; answers say when one ends.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from typing import ClassVar

import httpx

from parcelwatch.couriers.aftership import push as aftership_push
from parcelwatch.couriers.aftership.codes import (
    ALREADY_REGISTERED,
    CALL_REFUSED,
    CODES,
    MORE_WANTED,
    NOT_REGISTERED,
    NUMBER_REFUSED,
    SERVER_ERRORS,
    TOO_MANY,
    VALUE_REFUSED,
)
from parcelwatch.couriers.aftership.tracking import observe
from parcelwatch.couriers.base import (
    LONGEST_WAIT,
    SHORTEST_WAIT,
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
from parcelwatch.couriers.shared.fields import Record, flag, record, rows, same_number, text
from parcelwatch.couriers.shared.iso3 import alpha3
from parcelwatch.couriers.shared.meanings import Meaning
from parcelwatch.couriers.shared.recycled import likeliest
from parcelwatch.couriers.shared.several import bearing, told
from parcelwatch.errors import CourierBusy, CourierDeclines, CourierRefused, CourierUnavailable, CourierUnreadable
from parcelwatch.model import Ask, Observation, Refused, Unanswered

NUMBER = re.compile(r"[A-Za-z0-9][A-Za-z0-9 ._/-]{2,99}")
SLUG = re.compile(r"[a-z0-9][a-z0-9_-]{0,59}")
SECONDS = re.compile(r"[0-9]{9,10}")
PAGE = 200

# Bodies that come with these say in `meta` what is wrong.
SPOKEN = frozenset({400, 401, 403, 404, 422, 500})


class AfterShip(Aggregator):
    """The aggregator AfterShip. `key`: the API key. `secret`: the webhook secret, for pushes only.

    A push is signed in the header `aftership-hmac-sha256`: HMAC-SHA256 over the body, in Base64.
    """

    api: ClassVar[str] = "aftership"
    base_url: ClassVar[str] = "https://api.aftership.com/tracking/2026-07"
    batch: ClassVar[int] = 50
    rate: ClassVar[str] = "6/s"
    tells: ClassVar[Tells] = Tells(damaged="code, text", returned="code, text", lost="code, text")
    codes: ClassVar[Mapping[str, Meaning]] = CODES
    register_batch: ClassVar[int] = 1

    def lacks(self, ask: Ask) -> str:
        if not NUMBER.fullmatch(ask.number):
            return "AfterShip takes numbers of 3 to 100 letters, digits, points, slashes and hyphens only"
        if ask.company and not SLUG.fullmatch(ask.company.lower()):
            return "AfterShip wants the courier's slug: set company to a word such as usps or dhl-germany"
        return ""

    def request(self, account: Account, asked: Sequence[Ask], now: datetime) -> httpx.Request:
        usable = list(asked)
        query = {"tracking_numbers": ",".join(dict.fromkeys(ask.number for ask in usable)), "limit": str(PAGE)}
        if usable and all(ask.company for ask in usable):
            query["slug"] = ",".join(dict.fromkeys(ask.company.lower() for ask in usable))
        return httpx.Request("GET", self._url(account, "trackings"), params=query, headers=_headers(account))

    def registration(self, account: Account, asked: Sequence[Ask], now: datetime) -> httpx.Request:
        (ask,) = asked
        headers = {**_headers(account), "Content-Type": "application/json"}
        return httpx.Request("POST", self._url(account, "trackings"), headers=headers, content=json.dumps(_item(ask)))

    def parse(self, response: httpx.Response, asked: Sequence[Ask]) -> tuple[Observation, ...]:
        with fitting(response):
            code, message, body = _spoken(response, NUMBER_REFUSED)
            tell: Callable[[Ask], Observation]
            if code:
                tell = partial(_about, asked=asked, code=code, why=_why(code, message))
            else:
                tell = _Trackings(response, *_listed(response, body)).observation
            return tuple(tell(ask) for ask in asked)

    def registered(self, response: httpx.Response, asked: Sequence[Ask]) -> tuple[Registration, ...]:
        (ask,) = asked
        with fitting(response):
            code, message, body = _spoken(response, {ALREADY_REGISTERED: "", **NUMBER_REFUSED, **VALUE_REFUSED})
            if code == ALREADY_REGISTERED:
                return (Registration(ask.number, ok=True),)
            if code:
                return (Registration(ask.number, ok=False, reason=_why(code, message)),)
            trackings, _ = _listed(response, body)
            ours = any(same_number(ask.number, _number(tracking)) for tracking in trackings)
            return (Registration(ask.number, ok=ours, reason="" if ours else "AfterShip registered another number"),)

    def verify(self, account: Account, push: Push, now: datetime) -> Trust:
        return aftership_push.verify(account.secret, push)

    def pushed(self, account: Account, push: Push) -> tuple[Observation, ...]:
        return aftership_push.pushed(push)


def _headers(account: Account) -> dict[str, str]:
    return {"as-api-key": account.key, "Accept": "application/json"}


def _item(ask: Ask) -> dict[str, str]:
    """A number to register, with what some couriers want beside it."""
    item = {
        "tracking_number": ask.number,
        "slug": ask.company.lower(),
        "tracking_ship_date": f"{ask.shipped_at:%Y%m%d}" if ask.shipped_at else "",
        "origin_country_region": alpha3(ask.origin),
        "destination_country_region": alpha3(ask.destination),
        "destination_postal_code": ask.postal_code,
    }
    return {name: value for name, value in item.items() if value}


# --- the call as a whole -------------------------------------------------------------------------


def _spoken(response: httpx.Response, passing: Mapping[str, str]) -> tuple[str, str, Record]:
    """The `meta.code` of an answer ("" when it is fine) and its message, and the body.

    Raised when it is the account's fault or passing; `passing`: codes that are about the numbers asked.
    """
    if response.status_code == 429:
        raise CourierBusy("AfterShip: too many calls (429)", retry_at(response) or _reset_at(response))
    if response.status_code not in SPOKEN or "json" not in response.headers.get("content-type", "json"):
        check(response)
    body = document(response)
    meta = record(body.get("meta"), "meta")
    code, message = text(meta.get("code"), "meta.code"), said(response, text(meta.get("message"), "meta.message"))
    if code in ("200", "201") and response.is_success:
        return "", "", body
    if code in passing:
        return code, message, body
    raise _call_error(response, code, message)


def _call_error(response: httpx.Response, code: str, message: str) -> Exception:
    if code == TOO_MANY:
        return CourierBusy(f"AfterShip: too many calls ({TOO_MANY})", retry_at(response) or _reset_at(response))
    if code in SERVER_ERRORS or response.is_server_error:
        return CourierUnavailable(f"AfterShip has an internal error ({code})")
    if code in CALL_REFUSED:
        return CourierRefused(f"{CALL_REFUSED[code]} ({code})")
    if response.is_client_error:
        return CourierDeclines(f"AfterShip refuses the call: {message} ({code})")
    return CourierUnreadable(said(response, f"AfterShip answers with an error we do not know: {code} {message}"))


def _reset_at(response: httpx.Response) -> datetime | None:
    """When the endpoint takes calls again, by AfterShip's own clock; None when it does not say."""
    stamp = response.headers.get("x-ratelimit-reset", "").strip()
    if not SECONDS.fullmatch(stamp):
        return None
    moment = datetime.fromtimestamp(int(stamp), UTC)
    sent = http_date(response.headers.get("date", ""))
    return sent + max(SHORTEST_WAIT, min(LONGEST_WAIT, moment - sent)) if sent else moment


def _listed(response: httpx.Response, body: Record) -> tuple[list[Record], bool]:
    """The trackings, and whether there are more of them. One alone comes as it is, or as `tracking` from version 4."""
    data = record(body.get("data"), "data")
    if "trackings" in data:
        pages = record(data.get("pagination"), "pagination")
        return rows(data["trackings"], "data.trackings"), flag(pages.get("has_next_page"), "has_next_page")
    one = record(data.get("tracking"), "data.tracking") or data
    if "tracking_number" not in one:
        unreadable(response, "the answer holds no trackings")
    return [one], False


# --- one number ----------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Trackings:
    """What one call says, number by number. `more`: the page was too small for all of it."""

    response: httpx.Response
    trackings: list[Record]
    more: bool

    def observation(self, ask: Ask) -> Observation:
        """What is said about one number; a tracking that cannot be read leaves the others of its call alone.

        The same number at several couriers, none of which was asked for: the one that began near the shipping date,
        and of those the one with the newest checkpoint.
        """
        alone = len(self.trackings) <= 1
        ours = bearing(self.trackings, partial(_is, ask), alone=alone)
        if not ours and self.more:
            return Unanswered(ask.number, reason="AfterShip's answer has more pages than one")
        if not ours:
            return _refused(ask, NUMBER_REFUSED[NOT_REGISTERED], unregistered=True)
        return told(self.response, "AfterShip", ask, partial(_likeliest, ours), alone=alone)


def _likeliest(trackings: Sequence[Record], ask: Ask) -> Observation:
    return likeliest([observe(ask, one) for one in trackings], ask.shipped_at)


def _is(ask: Ask, tracking: Record) -> bool:
    """Whether a tracking is about what was asked: the number, and the courier where one was asked for."""
    number, slug = _number(tracking), text(tracking.get("slug"), "slug").lower()
    return same_number(ask.number, number) and (not ask.company or slug in ("", ask.company.lower()))


def _number(tracking: Record) -> str:
    return text(tracking.get("tracking_number"), "tracking_number")


def _about(ask: Ask, asked: Sequence[Ask], code: str, why: str) -> Observation:
    """What an error of the call means for one of its numbers, when it need not be about that one."""
    if code == NOT_REGISTERED:
        return _refused(ask, why, unregistered=True)
    if len(asked) > 1:
        raise CourierDeclines(f"one of the numbers is in the way: {why}", certain=True)
    return _refused(ask, why)


def _why(code: str, message: str) -> str:
    """What to do about a number, with AfterShip's own words where they name what it wants."""
    known = NUMBER_REFUSED.get(code) or VALUE_REFUSED[code]
    quoted = f": {message}" if message and (code in VALUE_REFUSED or code == MORE_WANTED) else ""
    return f"{known}{quoted} ({code})"


def _refused(ask: Ask, why: str, *, unregistered: bool = False) -> Observation:
    return Refused(ask.number, reason=why, unregistered=unregistered)
