"""What a phrase book is made of and how it is read.

What belongs here: the machinery all languages share. The phrases are data, one module per language.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field

from parcelwatch.model import Cause, Milestone


@dataclass(frozen=True, slots=True)
class Reading:
    """What a text says; both None when it says nothing we know."""

    milestone: Milestone | None = None
    cause: Cause | None = None


@dataclass(frozen=True, slots=True)
class Phrase:
    """A wording, in lower case, and what it means. It does not count where `unless` is found as well."""

    pattern: str
    milestone: Milestone
    cause: Cause | None = None
    unless: str = ""


@dataclass(frozen=True, slots=True)
class _Group:
    """Ordered phrases behind one combined pattern, so that a text with none of them costs one search."""

    any: re.Pattern[str]
    each: tuple[tuple[re.Pattern[str], re.Pattern[str] | None, Reading], ...]

    def first(self, text: str) -> Reading | None:
        if not self.any.search(text):
            return None
        for pattern, unless, reading in self.each:
            if pattern.search(text) and not (unless and unless.search(text)):
                return reading
        return None


def _group(phrases: Iterable[Phrase]) -> _Group:
    phrases = tuple(phrases)
    return _Group(
        # Without word borders it finds too much, never too little, and a border before each branch is slow.
        re.compile("|".join(phrase.pattern for phrase in phrases).replace(r"\b", "")),
        tuple(
            (
                re.compile(phrase.pattern),
                re.compile(phrase.unless) if phrase.unless else None,
                Reading(phrase.milestone, phrase.cause),
            )
            for phrase in phrases
        ),
    )


# A parcel lost or destroyed is neither on its way back nor waiting for another attempt, whatever else is said.
_OVER = frozenset({Cause.LOST, Cause.DESTROYED})
_AT_THE_DOOR = frozenset(
    {Cause.REFUSED, Cause.ADDRESS, Cause.NOBODY_HOME, Cause.WEATHER, Cause.COURIER_FAULT, Cause.UNSTATED}
)


@dataclass(frozen=True, slots=True)
class PhraseBook:
    """One language. A text is scrubbed, then read for its direction, its cause, a failed attempt, its movement.

    `scrub`: what is taken out first (small print, hotlines, conditions). `returns`: on its way back, or back.
    `causes`: why it is in trouble, worse first. `attempts`: not handed over. `moves`: all that is in order.
    """

    scrub: tuple[str, ...]
    returns: tuple[Phrase, ...]
    causes: tuple[Phrase, ...]
    attempts: tuple[Phrase, ...]
    moves: tuple[Phrase, ...]
    _scrub: re.Pattern[str] = field(init=False, repr=False)
    _groups: tuple[_Group, ...] = field(init=False, repr=False)

    def __post_init__(self) -> None:
        groups = tuple(map(_group, (self.returns, self.causes, self.attempts, self.moves)))
        object.__setattr__(self, "_scrub", re.compile("|".join(self.scrub)))
        object.__setattr__(self, "_groups", groups)

    def read(self, text: str) -> Reading | None:
        """The reading of `text`, which is in lower case; None when nothing in it is known."""
        text = self._scrub.sub(" ", text)
        returns, causes, attempts, moves = self._groups
        direction, trouble, attempt = returns.first(text), causes.first(text), attempts.first(text)
        if trouble is not None:
            return _together(trouble, direction, attempt)
        return direction or attempt or moves.first(text)


def _together(trouble: Reading, direction: Reading | None, attempt: Reading | None) -> Reading:
    """A cause with where it left the parcel: refused and on its way back is a return whose cause is the refusal."""
    if trouble.cause in _OVER:
        return trouble
    if direction is not None:
        return Reading(direction.milestone, trouble.cause)
    if attempt is not None and trouble.cause in _AT_THE_DOOR:
        return Reading(attempt.milestone, trouble.cause)
    return trouble
