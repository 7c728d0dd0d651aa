"""Our own sentences in the agents' language, phrase by phrase; what others said stays in their words.

What belongs here: translating. The phrases are data (templates/alerts/<language>/words.toml).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

_QUOTED = re.compile(r"(“[^”]*”)")
_HOLE = re.compile(r"\\\{(\w+)\\\}")
_FITS = {
    "age": r"\d+ (?:min|h|d)",
    "at": r"\d{4}-\d\d-\d\d \d\d:\d\d (?:UTC|GMT[+-]\d\d:\d\d)",
    "place": r"[^,]{1,80}",
    "word": r"[\w ]{1,40}",
    "count": r"\d+",
}
_AGE = re.compile(r"(\d+) (min|h|d)")


@dataclass(frozen=True, slots=True)
class Phrase:
    """A piece of a sentence and what it becomes; both name the same holes: {age}, {at}, {place}, {word}, {count}."""

    pattern: re.Pattern[str]
    said: str

    def says(self, found: re.Match[str]) -> str:
        return self.said.format(**found.groupdict())


def phrases(pairs: Iterable[tuple[str, str]]) -> tuple[Phrase, ...]:
    """Compile (English, translated) pairs; they are applied in their order."""
    return tuple(Phrase(re.compile(_HOLE.sub(_fitting, re.escape(english))), said) for english, said in pairs)


def translate(sentence: str, book: Sequence[Phrase], units: dict[str, str]) -> str:
    """`sentence` with every phrase that is in the book translated, outside of quotations only."""
    parts = _QUOTED.split(sentence)
    return "".join(part if part.startswith("“") else _say(part, book, units) for part in parts)


def _say(part: str, book: Sequence[Phrase], units: dict[str, str]) -> str:
    for phrase in book:
        part = phrase.pattern.sub(phrase.says, part)
    if not units:
        return part
    return _AGE.sub(lambda found: f"{found[1]} {units[found[2]]}", part)


def _fitting(hole: re.Match[str]) -> str:
    return f"(?P<{hole[1]}>{_FITS[hole[1]]})"
