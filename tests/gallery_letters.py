"""Every letter in every language, to be read on one page: `python -m tests.gallery_letters [PAGE.html]`.

Each template stands there in each of its variants, with all the facts there may be, with as few as there can be, and
about two parcels of an order.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from html import escape
from pathlib import Path
from typing import Final

from parcelwatch.core.drafts import PEAK
from parcelwatch.core.kinds import LETTERS
from parcelwatch.model import LetterStep
from parcelwatch.render import Renderer
from parcelwatch.words import languages

Facts = Mapping[str, object]


@dataclass(frozen=True, slots=True)
class Card:
    """One letter. `trouble`: it tells or repeats one, so that it must offer something and name a day."""

    section: str
    name: str
    language: str
    title: str
    body: str
    trouble: bool


RENDERER: Final = Renderer("Asia/Shanghai")

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
    "milestone": "in_transit",
    "seen_as": "in_transit",
    "peak": "Double 11",
    "peak_from": "2026-10-31T23:00:00Z",
    "peak_to": "2026-11-20T22:59:59Z",
    "parcel": 1,
    "evidence": [],
    "also": [],
}
_UNKNOWN: Final = "order shop customer_name origin destination promised_by promise_of what place seen_from seen_until seen_as cause peak"
BARE: Final[Facts] = {**FULL, **dict.fromkeys(_UNKNOWN.split(), "")}
TWO: Final[Facts] = {"also": [{"parcel": 2, "number": "7710000000067"}]}

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
        {"cause": "address", "attempt": 1, "seen_as": "attempt_failed"},
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
_LATER: Final = {"lost": ({"sure": "stated"}, {"sure": "suspected"}), "returning": ({}, {"reason": "refused"})}
_MOVED: Final = tuple({"milestone": at} for at in ("in_transit", "out_for_delivery", "available_for_pickup"))


def variants() -> Iterator[tuple[str, LetterStep, Facts]]:
    """Every kind, step and variant there is a sentence for."""
    for kind in LETTERS:
        yield from ((kind, LetterStep.FIRST, facts) for facts in FIRST.get(kind, ({},)))
        for facts in _LATER.get(kind, ({},)):
            yield kind, LetterStep.UPDATE, facts
            yield kind, LetterStep.CORRECTED, facts
        yield from ((kind, LetterStep.MOVED, facts) for facts in _MOVED)
        yield kind, LetterStep.DELIVERED, {"milestone": "delivered"}
    yield PEAK, LetterStep.PEAK, {}


def remedies(kind: str, variant: Facts) -> list[str]:
    """What is offered where the shop says nothing."""
    if variant.get("reason") == "refused":
        return ["refund"]
    return list(LETTERS[kind].remedies) if kind in LETTERS else []


def letters() -> Iterator[Card]:
    """Every letter, of each language one after the other."""
    for language in languages("letters"):
        note = NOTES.get(language, NOTES["en"])
        for kind, step, variant in variants():
            said = {"kind": kind, "step": step, "remedies": remedies(kind, variant)}
            contexts = {"full": {**FULL, "what": note}, "bare": BARE, "two": {**FULL, **TWO, "what": note}}
            for context, facts in contexts.items():
                known = {"cause": "", "sure": "", **facts, **variant, **said}
                if context == "bare":
                    known["promise_of"] = ""
                letter = RENDERER.worded(kind, language, known)
                name = f"{kind} · {step} · {', '.join(f'{key} {value}' for key, value in variant.items())} · {context}"
                trouble = step in (LetterStep.FIRST, LetterStep.UPDATE)
                yield Card("letters", name, language, letter.subject, letter.body, trouble)


def page() -> str:
    """All of them as one HTML page."""
    cards = (
        f"<article lang={escape(one.language)}><h2>{escape(one.language)} · {escape(one.name)}</h2>"
        f"<h3>{escape(one.title)}</h3><pre>{escape(one.body)}</pre></article>"
        for one in letters()
    )
    style = "article{display:inline-block;vertical-align:top;width:32em;margin:1em} pre{white-space:pre-wrap}"
    return f"<!doctype html><meta charset=utf-8><title>Letters</title><style>{style}</style>{''.join(cards)}"


if __name__ == "__main__":
    target = Path(sys.argv[1] if len(sys.argv) > 1 else "gallery_letters.html")
    target.write_text(page(), encoding="utf-8")
    print(target)
