"""17TRACK tracking API v2.4. 40 numbers a call, 3 calls a second; a number must be registered before it is read.

Source: 17TRACK's API document and help pages on statuses, errors and stopped tracking. A record is a number and a
carrier; the carrier is an opaque integer. Three planes of error: the HTTP status, `code` and `data.errors` of the
call, `data.rejected` per number.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
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
    retry_at,
    said,
    unreadable,
)
from parcelwatch.couriers.seventeentrack import push as seventeentrack_push
from parcelwatch.couriers.seventeentrack.item import CODES, observe
from parcelwatch.couriers.shared.aggregator import Aggregator
from parcelwatch.couriers.shared.fields import Record, record, rows, same_number, text
from parcelwatch.couriers.shared.meanings import Meaning
from parcelwatch.couriers.shared.recycled import likeliest
from parcelwatch.couriers.shared.several import bearing, told
from parcelwatch.errors import CourierBusy, CourierRefused, CourierUnavailable, CourierUnreadable
from parcelwatch.model import Ask, NotFound, Observation, Refused, Unanswered

NUMBER = re.compile(r"[A-Za-z0-9-]{5,50}")

INTERNAL = -18010003
NOT_REGISTERED = -18019902
ALREADY_REGISTERED = -18019901
NOTHING_YET = -18019909
DAILY_LIMIT = -18019907
QUOTA_SPENT = -18019908

# What the whole call can be refused for, and whose fault it is.
CALL_REFUSED: Mapping[int, str] = {
    401: "17TRACK refuses the key",
    -18010001: "this machine's address is not on the 17TRACK account's allow-list",
    -18010002: "the 17TRACK key is not valid",
    -18010004: "the 17TRACK account is disabled",
    -18010005: "the 17TRACK account may not use this",
    -18010010: "17TRACK misses a value in the call",
    -18010011: "17TRACK finds a bad value in the call",
    -18010012: "17TRACK finds a bad format in the call",
    -18010013: "17TRACK cannot use the submitted data",
    -18010014: "more than 40 numbers in one call",
    -18010015: "17TRACK finds a bad field value in the call",
    QUOTA_SPENT: "the 17TRACK quota is used up",
    -18019912: "the 17TRACK account may not use real-time calls",
}

# What one number can be rejected for, and what to do about it.
NUMBER_REFUSED: Mapping[int, str] = {
    -18010010: "17TRACK misses a value for this number",
    -18010011: "17TRACK does not accept a value given with this number",
    -18010012: "17TRACK says this is not a tracking number: check for typing errors",
    -18010013: "17TRACK cannot use what was submitted for this number",
    -18010015: "17TRACK does not accept a value given with this number",
    -18010016: "a last-mile carrier can only be named for postal parcels",
    -18010018: "this carrier wants the destination's country and postal code: set destination and postal_code",
    -18010019: "this carrier wants the destination's postal code: set postal_code",
    -18010020: "this carrier wants the recipient's phone: set phone_last4",
    -18010022: "this carrier wants more about the parcel than was given",
    NOT_REGISTERED: "not registered at 17TRACK",
    -18019903: "17TRACK cannot tell the carrier: set company to its 17TRACK code",
    -18019810: "registered for several carriers: set company to its 17TRACK code",
    -18019910: "17TRACK does not know this carrier code: correct company",
    -18019911: "17TRACK cannot follow this carrier",
}
TEMPORARY = frozenset({INTERNAL, ALREADY_REGISTERED, DAILY_LIMIT, 429})


class SeventeenTrack(Aggregator):
    """The aggregator 17TRACK: thousands of carriers, statuses made uniform. `key`: the API key; it signs pushes too.

    A push is signed in the header `sign`: SHA-256 over body + "/" + key, in hexadecimal.
    """

    api: ClassVar[str] = "17track"
    base_url: ClassVar[str] = "https://api.17track.net/track/v2.4"
    batch: ClassVar[int] = 40
    rate: ClassVar[str] = "3/s"
    register_batch: ClassVar[int] = 40
    tells: ClassVar[Tells] = Tells(damaged="code", returned="code", lost="code")
    codes: ClassVar[Mapping[str, Meaning]] = CODES

    def lacks(self, ask: Ask) -> str:
        if not NUMBER.fullmatch(ask.number):
            return "17TRACK takes numbers of 5 to 50 letters, digits and hyphens only"
        if ask.company and not (ask.company.isascii() and ask.company.isdigit()):
            return "17TRACK wants the carrier as its own code: set company to a number such as 3011"
        return ""

    def request(self, account: Account, asked: Sequence[Ask], now: datetime) -> httpx.Request:
        return self._post(account, "gettrackinfo", [_key(ask) for ask in asked])

    def registration(self, account: Account, asked: Sequence[Ask], now: datetime) -> httpx.Request:
        return self._post(account, "register", [_key(ask) | _extras(ask) for ask in asked])

    def parse(self, response: httpx.Response, asked: Sequence[Ask]) -> tuple[Observation, ...]:
        with fitting(response):
            answer = _Items(response, *_lists(response))
            return tuple(_observation(answer, ask) for ask in asked)

    def registered(self, response: httpx.Response, asked: Sequence[Ask]) -> tuple[Registration, ...]:
        with fitting(response):
            answer = _Items(response, *_lists(response))
            _raise_if_none_left(answer)
            return tuple(_registration(answer, ask) for ask in asked)

    def verify(self, account: Account, push: Push, now: datetime) -> Trust:
        return seventeentrack_push.verify(account, push)

    def pushed(self, account: Account, push: Push) -> tuple[Observation, ...]:
        return seventeentrack_push.pushed(push)

    def _post(self, account: Account, path: str, items: list[dict[str, object]]) -> httpx.Request:
        return httpx.Request(
            "POST",
            self._url(account, path),
            headers={"17token": account.key, "Content-Type": "application/json", "Accept": "application/json"},
            content=json.dumps(items, separators=(",", ":")),
        )


def _key(ask: Ask) -> dict[str, object]:
    return {"number": ask.number, "carrier": int(ask.company)} if ask.company else {"number": ask.number}


def _extras(ask: Ask) -> dict[str, object]:
    """What some carriers want beside the number; named fields since v2.4."""
    extras: dict[str, object] = {
        "destination_postal_code": ask.postal_code,
        "phone_number_last_4": ask.phone_last4,
        "origin_country": ask.origin,
        "destination_country": ask.destination,
        "ship_date": ask.shipped_at.date().isoformat() if ask.shipped_at else "",
    }
    return {name: value for name, value in extras.items() if value}


# --- the call as a whole -------------------------------------------------------------------------


def _lists(response: httpx.Response) -> tuple[list[Record], list[Record]]:
    """The accepted and the rejected items of a call that went through, or the error of one that did not."""
    check(response)
    body = document(response)
    data = record(body.get("data"), "data")
    errors = _items(data.get("errors"), "data.errors")
    code = _code(body.get("code"), "code")
    if code or errors:
        first = errors[0] if errors else {}
        raise _call_error(response, code or _code(first.get("code"), "data.errors.code"), first)
    if "accepted" not in data and "rejected" not in data:
        unreadable(response, "the answer holds neither accepted nor rejected numbers")
    return _items(data.get("accepted"), "data.accepted"), _items(data.get("rejected"), "data.rejected")


def _call_error(response: httpx.Response, code: int, error: Record) -> Exception:
    if code in (429, DAILY_LIMIT):
        return CourierBusy(f"17TRACK: too many calls ({code})", retry_at(response))
    if code in (INTERNAL, 500, 503):
        return CourierUnavailable(f"17TRACK has an internal error ({code})")
    if code in CALL_REFUSED:
        return CourierRefused(f"{CALL_REFUSED[code]} ({code})")
    message = said(response, text(error.get("message"), "data.errors.message"))
    return CourierUnreadable(f"17TRACK answers with an error we do not know: {code} {message}".rstrip())


def _items(value: object, where: str) -> list[Record]:
    """A list of objects, also when it comes as one object or as an object of objects."""
    if not isinstance(value, dict):
        return rows(value, where)
    return [value] if "number" in value or "code" in value else rows(list(value.values()), where)


def _code(value: object, where: str) -> int:
    """A code as an integer; text counts, as it comes in both forms."""
    try:
        return int(text(value, where) or 0)
    except ValueError as error:
        raise CourierUnreadable(f"{where} is not a number") from error


# --- one number ----------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Items:
    """What one call says, number by number."""

    response: httpx.Response
    accepted: list[Record]
    rejected: list[Record]

    @property
    def single(self) -> bool:
        return len(self.accepted) + len(self.rejected) <= 1

    def all(self, ask: Ask, items: list[Record]) -> list[Record]:
        """What is about the number asked; without a company, one number may be followed for several."""
        return bearing(items, partial(_about, ask), alone=self.single)

    def find(self, ask: Ask, items: list[Record]) -> Record | None:
        return next(iter(self.all(ask, items)), None)

    def bears(self, ask: Ask, items: list[Record]) -> bool:
        """Whether an item has the number, whatever its carrier: 17TRACK corrects the one it was given."""
        return any(same_number(ask.number, text(item.get("number"), "number")) for item in items)


def _about(ask: Ask, item: Record) -> bool:
    """Whether an item is about what was asked: the number, and the carrier where both sides name one."""
    carrier, number = text(item.get("carrier"), "carrier"), text(item.get("number"), "number")
    if ask.company and carrier.lstrip("0") and carrier.lstrip("0") != ask.company.lstrip("0"):
        return False
    return same_number(ask.number, number)


def _observation(answer: _Items, ask: Ask) -> Observation:
    """What the answer says about one number; an item that cannot be read leaves the others of its call alone."""
    for items, meant in ((answer.accepted, observe), (answer.rejected, _rejected)):
        if found := answer.all(ask, items):
            return told(answer.response, "17TRACK", ask, partial(_likeliest, meant, found), alone=answer.single)
    return Unanswered(ask.number, reason="17TRACK's answer does not mention it")


def _likeliest(meant: Callable[[Ask, Record], Observation], items: Sequence[Record], ask: Ask) -> Observation:
    return likeliest([meant(ask, item) for item in items], ask.shipped_at)


def _rejected(ask: Ask, item: Record) -> Observation:
    code = _error_code(item)
    if code == NOTHING_YET:
        return NotFound(ask.number, pending=True)
    if code in TEMPORARY:
        return Unanswered(ask.number, reason=f"17TRACK cannot answer about it now ({code})")
    return _refused(ask, _why(item, code), unregistered=code == NOT_REGISTERED)


def _registration(answer: _Items, ask: Ask) -> Registration:
    if answer.bears(ask, answer.accepted):
        return Registration(ask.number, ok=True)
    item = answer.find(ask, answer.rejected)
    if item is None:
        return Registration(ask.number, ok=False, reason="17TRACK's answer does not mention it", later=True)
    code = _error_code(item)
    if code == ALREADY_REGISTERED:
        return Registration(ask.number, ok=True)
    return Registration(ask.number, ok=False, reason=_why(item, code), later=code in TEMPORARY | {QUOTA_SPENT})


def _raise_if_none_left(answer: _Items) -> None:
    """A spent quota stops the account, not the numbers; only if nothing of the call went through."""
    codes = {_error_code(item) for item in answer.rejected}
    if answer.accepted or not codes:
        return
    if codes == {QUOTA_SPENT}:
        raise CourierRefused(f"{CALL_REFUSED[QUOTA_SPENT]} ({QUOTA_SPENT})")
    if codes == {INTERNAL}:
        raise CourierUnavailable(f"17TRACK has an internal error ({INTERNAL})")
    if codes <= {DAILY_LIMIT, 429}:
        raise CourierBusy(f"17TRACK's daily limit is reached ({DAILY_LIMIT})")


def _error_code(item: Record) -> int:
    return _code(record(item.get("error"), "error").get("code"), "error.code")


def _why(item: Record, code: int) -> str:
    known = NUMBER_REFUSED.get(code) or CALL_REFUSED.get(code)
    if known:
        return f"{known} ({code})"
    message = text(record(item.get("error"), "error").get("message"), "error.message")
    return f"17TRACK rejects it: {message} ({code})"


def _refused(ask: Ask, why: str, *, unregistered: bool = False) -> Observation:
    return Refused(ask.number, reason=why, unregistered=unregistered)
