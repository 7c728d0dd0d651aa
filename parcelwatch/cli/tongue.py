"""The agents' language at the command line, where it shows what agents read.

What belongs here: finding the words for those that stand in the commands, in English; a language without a file of them
is shown these. Options and JSON are the same everywhere, for scripts and for whoever helps. Whole sentences made
elsewhere, errors above all, are known again by what does not change in them.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cache
from typing import TYPE_CHECKING, Final

from parcelwatch.cli.tables import STYLES
from parcelwatch.words import catalogue, languages

if TYPE_CHECKING:
    from parcelwatch.render import Renderer


_NEAR: Final = re.compile(r" \(did you mean (.+?)\?\)")
_PLACE: Final = re.compile(r"\\\{(\w+)\\\}")


class Tongue:
    """Words of the commands in one language. Called with an English text, it gives the one to show."""

    def __init__(self, language: str, words: Renderer) -> None:
        self._terms: Mapping[str, str] = catalogue(language, "cli")["terms"] if language in languages("cli") else {}
        self._language = language
        self._chosen = bool(self._terms)
        self._agents = catalogue(language, "agents")
        self._words = words

    def __call__(self, english: str, /, **values: object) -> str:
        said = self._terms.get(english, english)
        return said.format(**values) if values else said

    def columns(self, *titles: str) -> list[str]:
        """Titles of a table, each with its marks."""
        return [title[: -len(name)] + self(name) for title in titles if (name := title.lstrip("!>~?"))]

    def named(self, values: Mapping[str, object]) -> list[tuple[str, object]]:
        """Names and values for output.pairs."""
        return [(self(name), value) for name, value in values.items()]

    def kind(self, kind: str) -> str:
        """A kind of trouble: its code, which options take, where the commands speak English."""
        return self._words.label(kind) if self._chosen else kind

    def severity(self, severity: str) -> str:
        """How grave."""
        return str(self._agents["severities"][severity]) if self._chosen and severity else severity

    def milestone(self, milestone: str) -> str:
        """Where a parcel is."""
        return str(self._agents["milestones"][milestone]) if self._chosen and milestone else milestone

    def cause(self, cause: str) -> str:
        """Why a courier says it is in trouble."""
        return str(self._agents["causes"][cause]) if self._chosen and cause else cause

    def sentence(self, english: str) -> str:
        """A whole sentence of the program's, as it stands where there are no words for it."""
        if not self._chosen or self._language not in languages("sentences"):
            return english
        near, bare = _NEAR.search(english), _NEAR.sub("", english)
        said = self._retold(bare) or self._in_pieces(bare)
        hint = str(catalogue(self._language, "sentences")["near"]).format(name=near[1]) if near else ""
        return said + hint if said else english

    def _retold(self, english: str) -> str:
        for pattern, said in _sentences(self._language):
            if found := pattern.fullmatch(english):
                return said.format(**{name: self._value(name, value) for name, value in found.groupdict().items()})
        return ""

    def _in_pieces(self, english: str) -> str:
        """A reason put together of several, the first of which may be a milestone."""
        pieces = [self._retold(one) or self._agents["milestones"].get(one, "") for one in english.split(", ")]
        return self(", ").join(map(str, pieces)) if all(pieces) else ""

    def _value(self, name: str, value: str) -> str:
        tables = {"milestone": self._agents["milestones"], "kind": self._agents["labels"], "state": self._terms}
        return str(tables.get(name, {}).get(value) or (self.sentence(value) if name == "why" else value))

    def marked(self, how: str) -> str:
        """What an agent said of a parcel, by the word that was typed."""
        from parcelwatch.verbs.agents import MARKS

        milestone, cause = MARKS[how]
        return self.cause(cause) if cause and self._chosen else self.milestone(milestone) if self._chosen else how

    @property
    def styles(self) -> dict[str, str]:
        """Colours of our own words in a table, by the words shown."""
        return {
            self.severity(word) if word in self._agents["severities"] else self(word): STYLES[word] for word in STYLES
        }


@cache
def _sentences(language: str) -> tuple[tuple[re.Pattern[str], str], ...]:
    """Each sentence as a pattern with what it becomes, those with the most that does not change first."""
    terms: Mapping[str, str] = catalogue(language, "sentences")["terms"]
    by_sureness = sorted(terms, key=lambda english: -len(re.sub(r"\{\w+\}", "", english)))
    return tuple((_pattern(english), terms[english]) for english in by_sureness)


def _pattern(english: str) -> re.Pattern[str]:
    named: set[str] = set()

    def place(found: re.Match[str]) -> str:
        again = found[1] in named
        named.add(found[1])
        return f"(?P={found[1]})" if again else f"(?P<{found[1]}>.*?)"

    return re.compile(_PLACE.sub(place, re.escape(english)), re.DOTALL)
