"""The agents' language at the command line, where it shows what agents read.

What belongs here: finding the words for those that stand in the commands, in English; a language without a file of them
is shown these. Options and JSON are the same everywhere, for scripts and for whoever helps.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import cached_property
from typing import TYPE_CHECKING

from parcelwatch.cli import output
from parcelwatch.cli.tables import STYLES
from parcelwatch.core.texts.text import plain
from parcelwatch.words import catalogue, languages

if TYPE_CHECKING:
    from parcelwatch.wording.retold import Retold


class Tongue:
    """Words of the commands in one language. Called with an English text, it gives the one to show.

    `chosen`: whether it has words of its own.
    """

    def __init__(self, language: str) -> None:
        self._terms: Mapping[str, str] = catalogue(language, "cli")["terms"] if language in languages("cli") else {}
        self.chosen = bool(self._terms)
        self._agents = catalogue(language, "agents")
        self._language = language

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
        return self._sentences(english)

    def courier(self, called: str) -> str:
        """A courier by the name or code it goes by anywhere: 顺丰 for shunfeng; as it stands where it is unknown."""
        return self._sentences.courier(called)

    def marked(self, how: str) -> str:
        """What an agent said of a parcel, by the word that was typed."""
        from parcelwatch.verbs.agents import MARKS

        milestone, cause = MARKS[how]
        return self.cause(cause) if cause and self.chosen else self.milestone(milestone) if self.chosen else how

    @cached_property
    def _sentences(self) -> Retold:
        from parcelwatch.wording.retold import Retold

        return Retold(self._language)

    @property
    def styles(self) -> dict[str, str]:
        """Colours of our own words in a table, by the words shown."""
        return {
            self.severity(word) if word in self._agents["severities"] else self(word): STYLES[word] for word in STYLES
        }
