"""What couriers' texts say: wordings that name a milestone or a cause, and which language a text is in.

What belongs here: reading of text. The wordings are data, one TOML file per language, written and mended by people
who speak it; they are read once, when the first text is. Codes are the couriers' own business; a text is read where
there is no code, or beside one that says less.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from itertools import groupby
from typing import Final

from parcelwatch.lexicon.book import NOTHING, PLAIN, Reading, Row, plain
from parcelwatch.lexicon.files import Language, languages

__all__ = ["NOTHING", "Decision", "Reading", "decide", "languages", "notice", "read"]

LONGEST: Final = 1000

_WORD: Final = re.compile(r"[^\W\d_]{2,}")
# A letter tells as much as two words, and a hint outweighs one: place names are words of some language too.
_LETTER: Final = 2
_HINT: Final = 1.5
# With so many of its own words a text is in that language, and what it does not say there it does not say.
_CERTAIN: Final = 3
# A character that one language alone has tells as much as so many that others have too.
_OWN: Final = 4


@dataclass(frozen=True, slots=True)
class Decision:
    """A reading with the language it was read in and the rows that decided, the most telling first."""

    reading: Reading
    language: Language | None = None
    rows: tuple[Row, ...] = ()


@lru_cache(maxsize=16384)
def read(text: str, language_hint: str = "") -> Reading:
    """What `text` says; NOTHING when it holds no wording we know, which is no news about the parcel.

    A script that one language has makes a text that language's; otherwise its own words say which language it is in,
    and `language_hint` ("zh", "en-GB", "de") decides where they leave it open. A text that fits several languages
    counts only where they agree. Only the first LONGEST characters are read.
    """
    text = plain(text[:LONGEST])
    for tried in _tried(text, language_hint.lower()[:2]):
        readings = {language.book.read(text) for language in tried} - {None}
        if readings:
            return (readings.pop() if len(readings) == 1 else None) or NOTHING
    return NOTHING


def decide(text: str, language_hint: str = "") -> Decision:
    """The same as `read`, with what decided it."""
    text = plain(text[:LONGEST])
    for tried in _tried(text, language_hint.lower()[:2]):
        found = [(language, language.book.decide(text)) for language in tried]
        decided = [Decision(said[0], language, said[1]) for language, said in found if said]
        if decided:
            agreed = len({one.reading for one in decided}) == 1
            return decided[0] if agreed else Decision(NOTHING)
    return Decision(NOTHING)


def notice(text: str, language_hint: str = "") -> tuple[Language, Row] | None:
    """By which row `text` tells what nobody had the parcel in hand for (a delay, a new estimate), with its language.

    None where no wording says so: then it is a scan.
    """
    text = plain(text[:LONGEST])
    for tried in _tried(text, language_hint.lower()[:2]):
        for language in tried:
            if row := language.book.notice(text):
                return language, row
    return None


@dataclass(frozen=True, slots=True)
class _Signs:
    """By what a text's language is told: its script, else its words and letters."""

    scripts: tuple[tuple[Language, re.Pattern[str]], ...]
    any_script: re.Pattern[str]
    words: Mapping[str, tuple[str, ...]]
    letters: tuple[tuple[str, frozenset[str]], ...]
    latin: Mapping[str, Language]


@cache
def _signs() -> _Signs:
    every = languages()
    latin = {code: language for code, language in every.items() if not language.script}
    words: dict[str, list[str]] = {}
    for code, language in latin.items():
        for word in language.words:
            words.setdefault(word, []).append(code)
    scripts = [language for language in every.values() if language.script]
    return _Signs(
        tuple((language, re.compile("|".join([f"[{language.script}]", *language.words]))) for language in scripts),
        re.compile(f"[{''.join(language.script for language in scripts)}]"),
        {word: tuple(codes) for word, codes in words.items()},
        tuple((code, language.letters) for code, language in latin.items()),
        latin,
    )


def _tried(text: str, hint: str) -> Iterator[Sequence[Language]]:
    """The languages `text` may be in, best first, those equally likely together."""
    signs = _signs()
    if not text.isascii() and signs.any_script.search(text):
        for language in _scripted(text, hint, signs):
            yield (language,)
    yield from _likely(text, hint, signs)


def _scripted(text: str, hint: str, signs: _Signs) -> list[Language]:
    """The languages whose script stands in `text`, the one hinted at first, else the one that shows most of its own.

    A language that is told by characters of its own leaves none to be tried after it.
    """
    shown = [(len(sign.findall(text)) * (1 if language.shared else _OWN), language) for language, sign in signs.scripts]
    found = [(count, language) for count, language in shown if count or language.code == hint]
    found.sort(key=lambda one: (one[1].code != hint, -one[0]))
    last = next((at for at, (_, language) in enumerate(found) if not language.shared), len(found))
    return [language for _, language in found[: last + 1]]


def _likely(text: str, hint: str, signs: _Signs) -> list[Sequence[Language]]:
    """The languages written in Latin letters `text` may be in; all where no word tells."""
    scores = dict.fromkeys(signs.latin, 0.0)
    for word in set(_WORD.findall(text if text.isascii() else text.translate(PLAIN))):
        for code in signs.words.get(word, ()):
            scores[code] += 1
    if not text.isascii():
        for code, letters in signs.letters:
            scores[code] += _LETTER * (not letters.isdisjoint(text))
    best = max(scores.values())
    # A hint none of whose words stand in the text is wrong when two words of another language do.
    if hint in scores and (scores[hint] or best < 2):
        scores[hint] += _HINT
    least = best if best >= _CERTAIN else min(best, 1)
    likely = [code for code in scores if scores[code] >= least]
    likely.sort(key=scores.__getitem__, reverse=True)
    return [[signs.latin[code] for code in equal] for _, equal in groupby(likely, key=scores.__getitem__)]
