"""What a letter to a customer is worded with: the name of its template, and the values this may name.

What belongs here: from the facts of a draft to values. The templates are words/'s.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from typing import Final
from zoneinfo import ZoneInfo

from parcelwatch.core.drafts import offered, parts
from parcelwatch.core.kinds import LETTERS
from parcelwatch.core.text import clean, code, link
from parcelwatch.dates import Calendar, clock_of_place, clock_there, middle
from parcelwatch.model import LetterStep, Sure
from parcelwatch.quoting import NAME, quotable, readable, third_party
from parcelwatch.whose import Whose
from parcelwatch.words import catalogue

_UTC: Final = ZoneInfo("UTC")
_OVER: Final = frozenset({"destroyed", "returned"})
"""Troubles after which there is nothing left to follow."""

_ENDS_A_WAIT: Final = frozenset({"resend", "refund"})
"""What is of use to who will not wait any longer; the other remedies are for those who do."""

_TIMES: Final = ("seen_from", "seen_until", "since", "promised_by", "wrote_at", "peak_from", "peak_to")


def letter_name(kind: str, language: str, facts: Mapping[str, object]) -> str:
    """The template of a letter: of its kind for the first notice, of its step for all that follow."""
    step = facts.get("step") or LetterStep.FIRST
    return f"{language}/letters/{kind if step == LetterStep.FIRST else step}"


def values(kind: str, language: str, facts: Mapping[str, object], zone: ZoneInfo, whose: Whose) -> dict[str, object]:
    """Everything a letter template may name. What is not known is "", 0 or an empty list. `zone`: the shop's."""
    words = catalogue(language, "letters")
    said = {name: str(value) for name, value in facts.items() if isinstance(value, str)}
    codes = facts["remedies"] if isinstance(facts["remedies"], list) else []
    numbers = [code(str(part["number"]), NAME) for part in parts(facts)]
    spec, sure, attempt = LETTERS.get(kind), said.get("sure", ""), facts.get("attempt", 0)
    offers = offered({**facts, "kind": kind})
    waits = bool(spec and spec.waits) or (kind == "lost" and sure == Sure.SUSPECTED)
    return {
        **_texts(said, language),
        **_dates(said, language, words["dates"], zone),
        **_followed(facts, language, whose),
        "kind": kind,
        "step": said.get("step") or str(LetterStep.FIRST),
        "numbers": numbers,
        "also": numbers[1:],
        "attempt": attempt if isinstance(attempt, int) else 0,
        "codes": [str(code) for code in codes],
        "remedies": [words["remedies"].get(code) or clean(str(code)) for code in offers],
        "rather": waits and not _ENDS_A_WAIT.isdisjoint(offers),
    }


def _followed(facts: Mapping[str, object], language: str, whose: Whose) -> dict[str, object]:
    """The courier's name, where it has one that buyers know and can read, and where each parcel can be followed."""
    courier, pages = "", []
    for part in parts(facts):
        account, company, number = (str(part.get(name, "")) for name in ("account", "company", "number"))
        contact = whose.contact(account, company) if account else None
        name = clean(contact.name(language), NAME) if contact and contact.known else ""
        courier = courier or (name if readable(name, language) else "")
        pages += [page] if contact and (page := link(contact.page(number))) else []
    over = facts.get("kind") in _OVER or facts.get("step") == LetterStep.DELIVERED
    return {"pages": [] if over else pages, **({"courier": courier} if courier else {})}


def _dates(said: Mapping[str, str], language: str, words: Mapping[str, str], zone: ZoneInfo) -> dict[str, str]:
    """The dates a letter may name, "" where there is none. A time of day only where the courier's is exact.

    What was scanned is told by the clock of its place, all else by the customer's.
    """
    at = {name: _parse(said.get(name, "")) for name in _TIMES}
    written = _known(said["written_at"])
    destination, place = said.get("destination", ""), said.get("place", "")
    seen = at["seen_from"] or written
    home = clock_there("", "", destination, seen)
    calendar = Calendar(language, words, home or middle(destination, seen) or zone, written)
    clock = clock_of_place(place, said.get("origin", ""), destination, seen)
    there = replace(calendar, zone=clock or calendar.zone, named=clock is None and (bool(place) or home is None))
    return {
        "seen_on": there.on(at["seen_from"], at["seen_until"]),
        "seen_at": there.at(at["seen_from"], at["seen_until"]),
        "seen_day": there.day(at["seen_from"]),
        "since_on": calendar.day(at["since"]),
        "promised_on": calendar.last_day(at["promised_by"], said.get("destination", "")),
        "follow_up_on": calendar.day(_known(said["follow_up_at"])),
        "wrote_on": calendar.day(at["wrote_at"]),
        # Days of the calendar, kept as their noon, which is another day far in the east.
        "peak_from": replace(calendar, zone=_UTC).day(at["peak_from"]),
        "peak_to": replace(calendar, zone=_UTC).day(at["peak_to"]),
    }


def _texts(said: Mapping[str, str], language: str) -> dict[str, str]:
    """The words others wrote. What a reader of this language cannot read is left out rather than quoted."""
    what, place = third_party(said["what"]).rstrip("。.;； "), third_party(said["place"], NAME)
    peak, courier = clean(said.get("peak", ""), NAME), clean(said.get("courier", ""), NAME)
    return {
        "what": what if quotable(what, language) else "",
        "place": place if readable(place, language) else "",
        "number": code(said["number"], NAME),
        "order": code(said["order"], NAME),
        "name": clean(said["customer_name"], NAME),
        "shop": " ".join(said["shop"].split()),
        "milestone": said["milestone"],
        "seen_as": said["seen_as"],
        "cause": said["cause"],
        "sure": said.get("sure", ""),
        "reason": said.get("reason", ""),
        "asks": said.get("asks", ""),
        "corrects": said.get("corrects", ""),
        "courier": courier if readable(courier, language) else "",
        "peak": peak if readable(peak, language) else "",
        "promise_of": said["promise_of"],
    }


def _parse(stamp: str) -> datetime | None:
    return datetime.fromisoformat(stamp) if stamp else None


def _known(stamp: str) -> datetime:
    return datetime.fromisoformat(stamp)
