"""The program's own sentences in the agents' language, known again by what does not change in them.

What belongs here: finding the words for a whole sentence that was made elsewhere in English, such as an error or why a
courier's answer was of no use. What somebody else wrote has none, and stands as it is.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from functools import cache
from typing import Final

from parcelwatch.core.rows.companies import COURIERS, keys
from parcelwatch.words import catalogue, languages

_NEAR: Final = re.compile(r" \(did you mean (.+?)\?\)")
_PLACE: Final = re.compile(r"\\\{(\w+)\\\}")
_COUNTED: Final = re.compile(r"(?P<count>\d+) (?P<what>[a-z]+?)s?")
_LONGEST: Final = 2000  # signs of what may be a sentence
_MOST_MARKS: Final = 40  # at which a sentence is taken apart; trying them all takes their third power
# Places of a sentence that hold others, and those that hold a list.
_REASONS: Final = ("why", "what")
_NAMES: Final = ("api", "courier", "file")  # no sentence before theirs is a part of them
_LISTS: Final = ("known", "names", "either", "there")
_COUNTS: Final = ("rows", "orders", "count")  # short of any mark, or a sentence of many commas is tried for minutes


class Retold:
    """The sentences of one language. Called with an English one, it gives the one to show."""

    def __init__(self, language: str) -> None:
        self._terms: Mapping[str, str] = catalogue(language, "cli")["terms"] if language in languages("cli") else {}
        self._language = language
        self._known = bool(self._terms) and language in languages("sentences")
        self._or = str(catalogue(language, "sentences")["or"]) if self._known else " or "
        self._verbs: Mapping[str, str] = catalogue(language, "sentences")["verbs"] if self._known else {}
        self._agents = catalogue(language, "agents")

    def __call__(self, english: str, /) -> str:
        """A whole sentence of the program's, or several, as it stands where there are no words for it."""
        if not self._known:
            return english
        # One that ends in a reason of somebody's has marks of its own in it, between no pieces of ours.
        return self._in_pieces(english, "; ") or self._in_pieces(english, ", ") or self._one(english) or english

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
        return self._term(mark).join(said)

    def _one(self, english: str) -> str:
        """One sentence, with the hint at what was meant where it stands, or else behind it; "" where it is unknown."""
        if len(english) > _LONGEST:
            return ""
        hint = str(catalogue(self._language, "sentences")["near"])
        hints = [hint.format(name=name) for name in _NEAR.findall(english)]
        bare = self._retold(_NEAR.sub("", english)) if hints else ""
        said = bare + "".join(hints) if bare and english.endswith("?)") else ""  # what stood last stays last
        said = said or self._retold(_NEAR.sub(lambda found: hint.format(name=found[1]), english))
        if not said and bare:
            said = bare + "".join(hints)
        return said or str(self._agents["milestones"].get(english, ""))

    def _retold(self, english: str) -> str:
        for pattern, said in _sentences(self._language):
            if found := pattern.fullmatch(english):
                return said.format(**{name: self._value(name, value) for name, value in found.groupdict().items()})
        return ""

    def _value(self, name: str, value: str) -> str:
        """What changes in a sentence: one of our words, a reason, a list, or anything else as it stands."""
        tables = {
            "milestone": self._agents["milestones"],
            "kind": self._agents["labels"],
            "state": self._terms,
            "verb": self._verbs,
        }
        table, words = tables.get(name, {}), value.split(" or ")
        if all(word in table for word in words):
            return self._or.join(str(table[word]) for word in words)
        if (found := _COUNTED.fullmatch(value)) and (counted := self._terms.get(f"{{count}} {found['what']}s")):
            return counted.format(count=found["count"])
        if name == "courier":
            return self.courier(value)
        if name == "couriers":
            return self._listed(map(self.courier, value.split(", ")))
        if name == "parts":
            return self._listed(map(self, value.split(", ")))
        if name in _LISTS and value != "none":
            return self._listed(value.split(", ")).replace(" or ", self._or)
        return self(value) if name in (*_REASONS, *_LISTS) else value

    def courier(self, called: str) -> str:
        """A courier by the name or code it goes by anywhere: 顺丰 for shunfeng; as it stands where it is unknown."""
        known = {COURIERS[key].short(self._language) for key in keys(called)}
        return known.pop() if len(known) == 1 else self(called)

    def _term(self, english: str) -> str:
        return self._terms.get(english, english)

    def _listed(self, names: Iterable[str]) -> str:
        return self._term("1, 2").strip("12").join(names)


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
        any_sign = "[^:,]" if found[1] in _COUNTS else "[^:]" if found[1] in _NAMES else "."
        return f"(?P={found[1]})" if again else f"(?P<{found[1]}>{any_sign}*?)"

    return re.compile(_PLACE.sub(place, re.escape(english)), re.DOTALL)
