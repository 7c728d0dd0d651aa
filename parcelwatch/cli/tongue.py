"""The agents' language at the command line, where it shows what agents read.

What belongs here: finding the words for those that stand in the commands, in English; a language without a file of them
is shown these. Options, JSON and errors are the same everywhere, for scripts and for whoever helps; what a verb answers
about a case or a letter is none of them.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from parcelwatch.cli.tables import STYLES
from parcelwatch.words import catalogue, languages

if TYPE_CHECKING:
    from parcelwatch.render import Renderer


class Tongue:
    """Words of the commands in one language. Called with an English text, it gives the one to show."""

    def __init__(self, language: str, words: Renderer) -> None:
        self._terms: Mapping[str, str] = catalogue(language, "cli")["terms"] if language in languages("cli") else {}
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

    @property
    def styles(self) -> dict[str, str]:
        """Colours of our own words in a table, by the words shown."""
        return {
            self.severity(word) if word in self._agents["severities"] else self(word): STYLES[word] for word in STYLES
        }
