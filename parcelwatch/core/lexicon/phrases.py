"""What a phrase book is made of and how it is read.

What belongs here: the machinery all languages share. The phrases are data, one module per language.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from parcelwatch.model import Cause, Milestone

BORDER = r"\b"
# What opens, closes or is neither: escaped characters, sets, and parentheses with what tells their kind.
_TOKEN = re.compile(r"\\.|\[\^?\]?(?:\\.|[^\]\\])*\]|\((?:\?<?[!=:])?|\)", re.DOTALL)
_EXCLUDING = ("(?!", "(?<!")
Letters = Mapping[int, int | str]

# Accents are left out in capitals and by old systems, so they never decide.
PLAIN: Letters = str.maketrans("àáâãäåçèéêëìíîïñòóôõöùúûüýÿ", "aaaaaaceeeeiiiinooooouuuuyy") | {
    ord("œ"): "oe",
    ord("æ"): "ae",
    ord("ß"): "ss",
}


@dataclass(frozen=True, slots=True)
class Reading:
    """What a text says; both None when it says nothing we know. `announced`: a return that has not begun."""

    milestone: Milestone | None = None
    cause: Cause | None = None
    announced: bool = field(default=False, compare=False)


@dataclass(frozen=True, slots=True)
class Phrase:
    """A wording, in lower case, and what it means. It does not count where `unless` is found as well.

    Without a milestone it is a wording known to say nothing about where the parcel is.
    """

    pattern: str
    milestone: Milestone | None
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


def _widened(pattern: str) -> str:
    """`pattern` without word borders and without what must not stand beside it: it finds all that `pattern` finds.

    A border inside such an exclusion may not go by itself: "not before a, an, the" would become "not before any a".
    """
    depth, kept, start = 0, [], 0
    for token in _TOKEN.finditer(pattern):
        if depth:
            depth += token[0].startswith("(") - (token[0] == ")")
            start = token.end()
        elif token[0].startswith(_EXCLUDING):
            kept.append(pattern[start : token.start()])
            depth, start = 1, token.end()
    kept.append(pattern[start:])
    return "".join(kept).replace(BORDER, "")


def _group(phrases: Iterable[Phrase], letters: Letters, border: str) -> _Group:
    phrases = tuple(phrases)
    patterns = [phrase.pattern.translate(letters) for phrase in phrases]
    each = tuple(
        (
            re.compile(f"{border}(?:{pattern})"),
            re.compile(phrase.unless.translate(letters)) if phrase.unless else None,
            Reading(phrase.milestone, phrase.cause),
        )
        for pattern, phrase in zip(patterns, phrases, strict=True)
    )
    # Without word borders it finds too much, never too little, and a border before each branch is slow.
    return _Group(re.compile(f"{border}(?:{'|'.join(map(_widened, patterns))})"), each)


# A parcel lost or destroyed is neither on its way back nor waiting for another attempt, whatever else is said.
_OVER = frozenset({Cause.LOST, Cause.DESTROYED})
_AT_THE_DOOR = frozenset(
    {Cause.REFUSED, Cause.ADDRESS, Cause.NOBODY_HOME, Cause.WEATHER, Cause.COURIER_FAULT, Cause.UNSTATED}
)


@dataclass(frozen=True, slots=True)
class PhraseBook:
    """One language. A text is scrubbed, then read for its direction, its cause, a failed attempt, its movement.

    `first`: what settles a text before anything else: a scan taken back, papers and accounts that are no parcel.
    `letters`: how its letters are written in texts and phrases alike, so that a missing accent changes nothing.
    `border`: where a phrase may begin; nothing where words stand without spaces or are joined to one.
    `scrub`: what is taken out first (small print, hotlines, conditions). `returns`: on its way back, or back.
    `causes`: why it is in trouble, worse first. `attempts`: not handed over. `moves`: all that is in order.
    `announced`: what makes a return without a reason one to come.
    """

    scrub: tuple[str, ...]
    returns: tuple[Phrase, ...]
    causes: tuple[Phrase, ...]
    attempts: tuple[Phrase, ...]
    moves: tuple[Phrase, ...]
    first: tuple[Phrase, ...]
    letters: Letters
    border: str = BORDER
    announced: str = r"(?!)"
    _announced: re.Pattern[str] = field(init=False, repr=False)
    _scrub: re.Pattern[str] = field(init=False, repr=False)
    _foreign: re.Pattern[str] = field(init=False, repr=False)
    _groups: tuple[_Group, ...] = field(init=False, repr=False)

    def __post_init__(self) -> None:
        parts = (self.first, self.returns, self.causes, self.attempts, self.moves)
        groups = tuple(_group(part, self.letters, self.border) for part in parts)
        object.__setattr__(self, "_scrub", re.compile("|".join(self.scrub).translate(self.letters)))
        object.__setattr__(self, "_groups", groups)
        object.__setattr__(self, "_announced", re.compile(self.announced.translate(self.letters)))
        object.__setattr__(self, "_foreign", re.compile(f"[{''.join(map(chr, self.letters))}]"))

    def read(self, text: str) -> Reading | None:
        """The reading of `text`, which is in lower case; None when nothing in it is known."""
        if self._foreign.search(text):
            text = text.translate(self.letters)
        text = self._scrub.sub(" ", text)
        first, returns, causes, attempts, moves = self._groups
        settled = first.first(text)
        if settled is not None:
            return settled
        direction, trouble, attempt = returns.first(text), causes.first(text), attempts.first(text)
        if trouble is not None:
            return _together(trouble, direction, attempt)
        if direction is not None and self._announced.search(text):
            return Reading(direction.milestone, direction.cause, announced=True)
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
