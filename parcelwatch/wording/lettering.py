"""What a letter to a customer is worded with: the name of its template, and the values this may name.

What belongs here: from the facts of a draft to values. The templates are words/'s.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final
from zoneinfo import ZoneInfo

from parcelwatch.core.drafts import offered
from parcelwatch.core.drafts import parts as parcels_of
from parcelwatch.core.joint import OF_TROUBLE, next_word
from parcelwatch.core.kinds import LETTERS
from parcelwatch.core.texts.text import clean, code, link
from parcelwatch.model import Draft, LetterStep, Milestone, Sure
from parcelwatch.wording.dates import Calendar, clock_at_home, clock_of_place, clock_there, middle
from parcelwatch.wording.quoting import NAME, quotable, readable, third_party
from parcelwatch.wording.whose import Whose
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
    numbers = [code(str(part["number"]), NAME) for part in parcels_of(facts)]
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
        "joint": False,
        "remedies": [words["remedies"].get(code) or clean(str(code)) for code in offers],
        "rather": waits and not _ENDS_A_WAIT.isdisjoint(offers),
    }


SEVERAL: Final = "several"
"""The template of a letter that says several troubles of one order."""


@dataclass(frozen=True, slots=True)
class Part:
    """One trouble of a letter that says several: the draft, what its template may name, and what that says by block."""

    draft: Draft
    values: Mapping[str, object]
    says: Mapping[str, str]

    @property
    def numbers(self) -> list[str]:
        return _listed(self.values, "numbers")

    @property
    def offers(self) -> frozenset[str]:
        """What is offered, where it is said in the usual way."""
        remedies = _listed(self.values, "remedies")
        usual = bool(remedies) and all(one in self.says.get("offer", "") for one in remedies)
        to_collect = self.values["rather"] and self.values["milestone"] == Milestone.AVAILABLE_FOR_PICKUP
        return frozenset(remedies) if usual and not to_collect else frozenset()


def _listed(values: Mapping[str, object], name: str) -> list[str]:
    listed = values[name]
    return [str(one) for one in listed] if isinstance(listed, list) else []


def part_values(draft: Draft, zone: ZoneInfo, whose: Whose, *, first: bool) -> dict[str, object]:
    """What the template of one trouble of several may name; only the first one names the order."""
    facts = draft.facts if first else {**draft.facts, "order": ""}
    return {**values(draft.kind, draft.language, facts, zone, whose), "joint": True}


def several(parts: Sequence[Part], zone: ZoneInfo, whose: Whose) -> dict[str, object]:
    """Everything that letters/several may name: as `values`, of all together, and what each part says."""
    lead, letter = parts[0], [one.draft for one in parts]
    day, numbers = next_word(letter), list(dict.fromkeys(number for one in parts for number in one.numbers))
    facts = {**lead.draft.facts, **({"follow_up_at": day} if day else {})}
    whole = values(lead.draft.kind, lead.draft.language, facts, zone, whose)
    pages = list(dict.fromkeys(page for one in parts for page in _listed(one.values, "pages")))
    return {
        **whole,
        "joint": True,
        "number": numbers[0],
        "numbers": numbers,
        "also": numbers[1:],
        "pages": pages,
        "follow_up_on": whole["follow_up_on"] if day else "",
        "trouble": any(one.step in OF_TROUBLE for one in letter),
        "thanks": lead.says.get("closing", ""),
        "parts": [_part(one, parts[:place]) for place, one in enumerate(parts)],
    }


def _part(one: Part, before: Sequence[Part]) -> dict[str, object]:
    named = {number for each in before for number in each.numbers}
    happened, doing = one.says["happened"], one.says.get("doing", "")
    named_so = bool(one.values["courier"]) and happened.startswith(str(one.values["courier"]))
    offered_last = next((each.offers for each in reversed(before) if each.says.get("offer")), None)
    return {
        # In some languages the first sentence goes on from the greeting, with a small letter.
        "happened": happened[:1].upper() + happened[1:] if before and not named_so else happened,
        "doing": _unsaid(doing, [each.says.get("doing", "") for each in before]),
        "offer": one.says.get("offer", ""),
        "known": named.issuperset(one.numbers),
        "same": bool(one.offers) and one.offers == offered_last,
        "rather": one.values["rather"],
        "also": one.values["also"],
        "numbers": one.numbers,
    }


def _unsaid(text: str, before: Sequence[str]) -> str:
    """What a text says beyond what it begins with, where that was said."""
    said = max((one for one in before if text.startswith(one)), key=len, default="")
    return text[len(said) :].strip()


def _followed(facts: Mapping[str, object], language: str, whose: Whose) -> dict[str, object]:
    """The courier's name, where it has one that buyers know and can read, and where each parcel can be followed."""
    courier, pages = "", []
    for part in parcels_of(facts):
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
    origin = said.get("origin", "")
    clock = clock_of_place(place, origin, destination, seen)
    if clock is None and not destination:
        clock = clock_at_home(place, origin, zone)
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
