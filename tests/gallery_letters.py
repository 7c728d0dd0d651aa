"""Every letter in every language, to be read on one page: `python -m tests.gallery_letters [PAGE.html]`.

Each template stands there in each of its variants, with all the facts there may be, with as few as there can be, about
two parcels of an order, and in one letter with another trouble of the order.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from dataclasses import dataclass
from html import escape
from itertools import chain
from pathlib import Path
from typing import Final

from parcelwatch.wording.render import Renderer
from parcelwatch.wording.specimens import several, specimens
from parcelwatch.words import languages

RENDERER: Final = Renderer("Asia/Shanghai")


@dataclass(frozen=True, slots=True)
class Card:
    """One letter. `trouble`: it tells or repeats one, so that it must offer something and name a day."""

    section: str
    name: str
    language: str
    title: str
    body: str
    trouble: bool


def letters(*wanted: str) -> Iterator[Card]:
    """Every letter of these languages, or of all, one after the other."""
    for language in wanted or languages("letters"):
        for each in specimens(language):
            letter = RENDERER.worded(each.kind, language, each.facts)
            yield Card("letters", each.name, language, letter.subject, letter.body, each.trouble)


def joint(*wanted: str) -> Iterator[Card]:
    """Every letter that says several troubles."""
    for language in wanted or languages("letters"):
        for each in several(language):
            letter = RENDERER.whole(each.drafts)
            yield Card("joint", each.name, language, letter.subject, letter.body, each.trouble)


def page() -> str:
    """All of them as one HTML page."""
    cards = (
        f"<article lang={escape(one.language)}><h2>{escape(one.language)} · {escape(one.name)}</h2>"
        f"<h3>{escape(one.title)}</h3><pre>{escape(one.body)}</pre></article>"
        for one in chain(letters(), joint())
    )
    style = "article{display:inline-block;vertical-align:top;width:32em;margin:1em} pre{white-space:pre-wrap}"
    return f"<!doctype html><meta charset=utf-8><title>Letters</title><style>{style}</style>{''.join(cards)}"


if __name__ == "__main__":
    target = Path(sys.argv[1] if len(sys.argv) > 1 else "gallery_letters.html")
    target.write_text(page(), encoding="utf-8")
    print(target)
