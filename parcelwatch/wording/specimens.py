"""Made-up facts for every letter in every variant: full, bare, about two parcels of an order, or of one whose courier
speaks another script than its reader.

What belongs here: what templates are tried with, those of a shop by `config check`, ours by the tests and the gallery.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final

from parcelwatch.core.drafts import PEAK
from parcelwatch.core.joint import ordered
from parcelwatch.core.kinds import LETTERS
from parcelwatch.model import Draft, DraftState, LetterStep, Milestone

Facts = Mapping[str, object]


@dataclass(frozen=True, slots=True)
class Specimen:
    """Facts of one letter, as core.drafts gives them. `trouble`: it tells or repeats one."""

    name: str
    kind: str
    facts: Facts
    trouble: bool


FULL: Final[Facts] = {
    "order": "4120000000059331",
    "shop": "Lotus & Lantern",
    "customer_name": "Lin",
    "origin": "CN",
    "destination": "DE",
    "since": "2026-11-22T08:26:00Z",
    "promised_by": "2026-11-26T22:59:59Z",
    "promise_of": "shop",
    "written_at": "2026-11-28T09:00:00Z",
    "follow_up_at": "2026-11-30T09:00:00Z",
    "wrote_at": "2026-11-26T09:00:00Z",
    "seen_from": "2026-11-22T08:26:00Z",
    "seen_until": "2026-11-22T08:26:00Z",
    "place": "Leipzig, DE",
    "number": "7710000000059",
    "account": "dhl",
    "milestone": "in_transit",
    "seen_as": "in_transit",
    "peak": "Double 11",
    "peak_from": "2026-11-01T12:00:00Z",
    "peak_to": "2026-11-20T12:00:00Z",
    "parcel": 1,
    "evidence": [],
    "also": [],
}
_NAMES: Final = "order shop customer_name origin destination promised_by promise_of what place"
_UNKNOWN: Final = f"{_NAMES} account seen_from seen_until seen_as cause peak".split()
BARE: Final[Facts] = {**FULL, **dict.fromkeys(_UNKNOWN, "")}
TWO: Final[Facts] = {"also": [{"parcel": 2, "number": "7710000000067", "account": "dhl"}]}

# What the courier says, in the script of each language; a language that is not here is read in Latin letters.
NOTES: Final[Mapping[str, str]] = {
    "en": "The shipment was processed in the parcel center",
    "zh-CN": "快件已到达转运中心",
    "zh-TW": "包裹已到達轉運中心",
    "ja": "荷物は配送センターに到着しました",
}

FIRST: Final[Mapping[str, tuple[Facts, ...]]] = {
    "attempt_failed": (
        {"cause": "nobody_home", "attempt": 1, "seen_as": "attempt_failed"},
        {"cause": "nobody_home", "attempt": 2, "seen_as": "attempt_failed"},
        {"cause": "", "attempt": 1, "seen_as": "attempt_failed"},
        {"cause": "", "seen_as": "out_for_delivery"},
    ),
    "customs_held": tuple({"asks": asks} for asks in ("", "invoice", "identity", "duties", "papers")),
    "damaged": (
        {"sure": "stated", "milestone": "exception"},
        {"sure": "stated", "milestone": "in_transit"},
        {"sure": "stated", "milestone": "delivered"},
        {"sure": "suspected", "milestone": "exception"},
        {"sure": "slight", "milestone": "in_transit"},
    ),
    "late": ({"promise_of": "shop"}, {"promise_of": "courier"}, {"milestone": "available_for_pickup"}),
    "lost": ({"sure": "stated"}, {"sure": "suspected"}),
    "returned": tuple({"reason": reason} for reason in ("", "refused", "address")),
    "returning": tuple({"reason": reason} for reason in ("", "refused", "address")),
}
# What was sure or not is told on in the letters that follow.
_BACK: Final[tuple[Facts, ...]] = ({}, {"reason": "refused"})
_LATER: Final[Mapping[str, tuple[Facts, ...]]] = {
    "lost": ({"sure": "stated"}, {"sure": "suspected"}),
    "returning": _BACK,
    "returned": _BACK,
    "customs_held": ({}, {"asks": "duties"}),
}
_MOVED: Final = tuple({"milestone": at} for at in ("in_transit", "out_for_delivery", "available_for_pickup"))

_GOOD_NEWS: Final = ("delivered", "available_for_pickup", "moving")


def variants() -> Iterator[tuple[str, LetterStep, Facts]]:
    """Every kind, step and variant there is a sentence for."""
    for kind in LETTERS:
        yield from ((kind, LetterStep.FIRST, facts) for facts in FIRST.get(kind, ({},)))
        for facts in _LATER.get(kind, ({},)):
            yield kind, LetterStep.UPDATE, facts
            yield kind, LetterStep.CORRECTED, facts
        yield from ((kind, LetterStep.CORRECTED, {"corrects": news}) for news in _GOOD_NEWS)
        yield from ((kind, LetterStep.MOVED, facts) for facts in _MOVED)
        yield kind, LetterStep.DELIVERED, {"milestone": "delivered"}
    yield PEAK, LetterStep.PEAK, {}


def remedies(kind: str, variant: Facts) -> list[str]:
    """What is offered where the shop says nothing."""
    if variant.get("reason") == "refused":
        return ["refund"]
    return list(LETTERS[kind].remedies) if kind in LETTERS else []


def specimens(language: str) -> Iterator[Specimen]:
    """Every letter there is, with notes of couriers that its readers can read."""
    note = NOTES.get(language, NOTES["en"])
    contexts = {"full": {**FULL, "what": note}, "bare": BARE, "two": {**FULL, **TWO, "what": note}}
    unread = {**FULL, "what": ""}
    for kind, step, variant in variants():
        named = ", ".join(f"{key} {value}" for key, value in variant.items() if value != "")
        more = (
            {"unread": unread} if step in (LetterStep.FIRST, LetterStep.CORRECTED) and "corrects" not in variant else {}
        )
        for context, facts in {**contexts, **more}.items():
            said = {"kind": kind, "step": str(step), "remedies": remedies(kind, variant)}
            known = {"cause": "", "sure": "", **facts, **variant, **said}
            if context == "bare":
                known["promise_of"] = ""
            name = " · ".join(filter(None, (kind, str(step), named, context)))
            yield Specimen(name, kind, known, step in (LetterStep.FIRST, LetterStep.UPDATE))


@dataclass(frozen=True, slots=True)
class Several:
    """Drafts that are one letter."""

    name: str
    drafts: tuple[Draft, ...]

    @property
    def trouble(self) -> bool:
        return any(each.step in (LetterStep.FIRST, LetterStep.UPDATE) for each in self.drafts)


NUMBERS: Final = ("7710000000059", "7710000000067", "7710000000083")


def several(language: str) -> Iterator[Several]:
    """Letters that say several troubles of an order: every kind and step beside a parcel lost, and some of three."""
    lost = ("lost", LetterStep.FIRST, {"sure": "stated"})
    each = {(kind, step): variant for kind, step, variant in variants() if step is not LetterStep.PEAK}
    for (kind, step), variant in each.items():
        yield _several(f"lost and {kind} · {step}", language, lost, (kind, step, variant))
    moved = ("stalled", LetterStep.MOVED, {"milestone": "in_transit"})
    late = ("late", LetterStep.UPDATE, {"promise_of": "shop"})
    yield _several("three", language, lost, late, moved)
    yield _several("three, two of them good news", language, moved, lost, ("late", LetterStep.DELIVERED, {}))
    yield _several("good news alone", language, moved, ("late", LetterStep.DELIVERED, {}))
    yield _several("two kinds of one parcel", language, late, ("customs_held", LetterStep.CORRECTED, {}), apart=False)
    yield _several("of parcels two by two", language, lost, late, facts=TWO)
    yield _several("bare", language, lost, late, facts=BARE)


def _several(
    name: str, language: str, *said: tuple[str, LetterStep, Facts], facts: Facts | None = None, apart: bool = True
) -> Several:
    made = (_draft(place if apart else 0, language, *each, facts or {}) for place, each in enumerate(said))
    return Several(name, ordered(replace(each, id=place) for place, each in enumerate(made, 1)))


def _draft(place: int, language: str, kind: str, step: LetterStep, variant: Facts, facts: Facts) -> Draft:
    of = {"kind": kind, "step": str(step), "remedies": remedies(kind, variant), "number": NUMBERS[place]}
    note = NOTES.get(language, NOTES["en"])
    known = {**FULL, "what": note, "cause": "", "sure": "", **facts, **variant, **of, "parcel": place + 1}
    if known["also"]:
        known["also"] = [{"parcel": 5 + place, "number": f"{NUMBERS[place]}2", "account": "dhl"}]
    at = datetime.fromisoformat(str(known["written_at"]))
    draft = Draft(kind, language, DraftState.DRAFT, at, Milestone.IN_TRANSIT, facts=known, step=step)
    return replace(draft, order=str(FULL["order"]))
