"""The agents' language at the command line, where it shows what agents read.

What belongs here: finding the words for those that stand in the commands, in English; a language without a file of them
is shown these. Options and JSON are the same everywhere, for scripts and for whoever helps. Whole sentences made
elsewhere, errors above all, are known again by what does not change in them.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from functools import cache
from typing import Final

from parcelwatch.cli import output
from parcelwatch.cli.tables import STYLES
from parcelwatch.core.text import plain
from parcelwatch.words import catalogue, languages

_NEAR: Final = re.compile(r" \(did you mean (.+?)\?\)")
_PLACE: Final = re.compile(r"\\\{(\w+)\\\}")
_COUNTED: Final = re.compile(r"(?P<count>\d+) (?P<what>[a-z]+?)s?")
_MOST_MARKS: Final = 40  # at which a sentence is taken apart; trying them all takes their third power
# Places of a sentence that hold others, and those that hold a list.
_REASONS: Final = ("why", "what")
_NAMES: Final = ("api", "courier")  # no sentence before theirs is a part of them
_LISTS: Final = ("known", "names", "either", "there")


class Tongue:
    """Words of the commands in one language. Called with an English text, it gives the one to show.

    `chosen`: whether it has words of its own.
    """

    def __init__(self, language: str) -> None:
        self._terms: Mapping[str, str] = catalogue(language, "cli")["terms"] if language in languages("cli") else {}
        self._language = language
        self.chosen = bool(self._terms)
        self._agents = catalogue(language, "agents")

    def __call__(self, english: str, /, **values: object) -> str:
        said = self._terms.get(english, english)
        return said.format(**values) if values else said

    def of(self, said: Mapping[str, str]) -> str:
        """Of what is said in several languages its own, else the English; "" where nothing is said."""
        return said.get(self._language) or said.get("en", "")

    def columns(self, *titles: str) -> list[str]:
        """Titles of a table, each with its marks."""
        return [title[: -len(name)] + self(name) for title in titles if (name := title.lstrip("!>~?+"))]

    def listed(self, names: Iterable[str]) -> str:
        """Words one after another, as the language lists them."""
        return self("1, 2").strip("12").join(names)

    def some(self, names: Iterable[str], most: int = 10) -> str:
        """The first of many names, each once, and how many more there are."""
        known = [plain(name, 60) for name in dict.fromkeys(names)]
        first, more = self.listed(known[:most]), len(known) - most
        return self("{names} and {more} more", names=first, more=more) if more > 0 else first

    def count(self, number: int, what: str) -> str:
        """How many of what: "1 row", "2 rows"."""
        return self(f"{{count}} {what}s", count=number) if self.chosen else output.count(number, what)

    def warn(self, english: str) -> None:
        """A warning of the program's, on stderr."""
        output.warn(self.sentence(english), self("warning: {said}"))

    def named(self, values: Mapping[str, object]) -> list[tuple[str, object]]:
        """Names and values for output.pairs."""
        return [(self(name), value) for name, value in values.items()]

    def kind(self, kind: str) -> str:
        """A kind of trouble: its code, which options take, where the commands speak English."""
        return str(self._agents["labels"].get(kind) or kind.replace("_", " ")) if self.chosen else kind

    def severity(self, severity: str) -> str:
        """How grave."""
        return str(self._agents["severities"][severity]) if self.chosen and severity else severity

    def milestone(self, milestone: str) -> str:
        """Where a parcel is."""
        return str(self._agents["milestones"][milestone]) if self.chosen and milestone else milestone

    def cause(self, cause: str) -> str:
        """Why a courier says it is in trouble."""
        return str(self._agents["causes"][cause]) if self.chosen and cause else cause

    def sentence(self, english: str) -> str:
        """A whole sentence of the program's, or several, as it stands where there are no words for it."""
        if not self.chosen or self._language not in languages("sentences"):
            return english
        return self._in_pieces(english, "; ") or self._in_pieces(english, ", ") or english

    def _in_pieces(self, english: str, mark: str) -> str:
        """What is put together of sentences, each as short as can be; "" where one of them is not known."""
        said: list[str] = []
        left = english.split(mark, _MOST_MARKS)
        while left:
            known = ((end, one) for end in range(1, len(left) + 1) if (one := self._one(mark.join(left[:end]))))
            end, one = next(known, (0, ""))
            if not end:
                return ""
            said.append(one)
            del left[:end]
        return self(mark).join(said)

    def _one(self, english: str) -> str:
        """One sentence, with the hint at what was meant where it stands, or else behind it; "" where it is unknown."""
        hint = str(catalogue(self._language, "sentences")["near"])
        hints = [hint.format(name=name) for name in _NEAR.findall(english)]
        said = self._retold(_NEAR.sub(lambda found: hint.format(name=found[1]), english))
        if not said and hints and (bare := self._retold(_NEAR.sub("", english))):
            said = bare + "".join(hints)
        return said or str(self._agents["milestones"].get(english, ""))

    def _retold(self, english: str) -> str:
        for pattern, said in _sentences(self._language):
            if found := pattern.fullmatch(english):
                return said.format(**{name: self._value(name, value) for name, value in found.groupdict().items()})
        return ""

    def _value(self, name: str, value: str) -> str:
        """What changes in a sentence: one of our words, a reason, a list, or anything else as it stands."""
        tables = {"milestone": self._agents["milestones"], "kind": self._agents["labels"], "state": self._terms}
        table, words = tables.get(name, {}), value.split(" or ")
        if all(word in table for word in words):
            return self(" or ").join(str(table[word]) for word in words)
        if (found := _COUNTED.fullmatch(value)) and (counted := self._terms.get(f"{{count}} {found['what']}s")):
            return counted.format(count=found["count"])
        if name == "courier":
            return self.courier(value)
        if name == "couriers":
            return self.listed(map(self.courier, value.split(", ")))
        if name in _LISTS and value != "none":
            return self.listed(value.split(", ")).replace(" or ", self(" or "))
        return self.sentence(value) if name in (*_REASONS, *_LISTS) else value

    def courier(self, called: str) -> str:
        """A courier by the name or code it goes by anywhere: 顺丰 for shunfeng; as it stands where it is unknown."""
        from parcelwatch.core.companies import COURIERS, keys

        known = {COURIERS[key].short(self._language) for key in keys(called)}
        return known.pop() if len(known) == 1 else self.sentence(called)

    def marked(self, how: str) -> str:
        """What an agent said of a parcel, by the word that was typed."""
        from parcelwatch.verbs.agents import MARKS

        milestone, cause = MARKS[how]
        return self.cause(cause) if cause and self.chosen else self.milestone(milestone) if self.chosen else how

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
        any_sign = "[^:]" if found[1] in _NAMES else "."
        return f"(?P={found[1]})" if again else f"(?P<{found[1]}>{any_sign}*?)"

    return re.compile(_PLACE.sub(place, re.escape(english)), re.DOTALL)
