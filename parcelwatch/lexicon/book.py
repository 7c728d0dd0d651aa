"""The wordings of one language, and how a text is read by them.

What belongs here: the machinery all languages share. The wordings are data, one file per language.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import groupby
from typing import Final

from parcelwatch.lexicon.notation import BORDER
from parcelwatch.model import Cause, Milestone, Sure

# What opens, closes or is neither: escaped characters, sets, and parentheses with what tells their kind.
_TOKEN: Final = re.compile(r"\\.|\[\^?\]?(?:\\.|[^\]\\])*\]|\((?:\?<?[!=:])?|\)", re.DOTALL)
_EXCLUDING: Final = ("(?!", "(?<!")
NEVER: Final = r"(?!)"
Letters = Mapping[int, int | str]

# Accents are left out in capitals and by old systems, so they never decide.
PLAIN: Final[Letters] = str.maketrans("àáâãäåąçćèéêëęìíîïłñńòóôõöśùúûüýÿźż", "aaaaaaacceeeeeiiiilnnooooosuuuuyyzz") | {
    ord("œ"): "oe",
    ord("æ"): "ae",
    ord("ß"): "ss",
}


def plain(text: str) -> str:
    """In lower case, one space between words, and letters and apostrophes written in one way."""
    if not text.isascii():
        text = unicodedata.normalize("NFC", text).replace("’", "'")
    return " ".join(text.lower().split())


@dataclass(frozen=True, slots=True)
class Reading:
    """What a text says; both None when it says nothing we know. `announced`: a return that has not begun."""

    milestone: Milestone | None = None
    cause: Cause | None = None
    announced: bool = field(default=False, compare=False)
    sure: Sure = field(default=Sure.STATED, compare=False)


NOTHING: Final = Reading()


@dataclass(frozen=True, slots=True)
class Row:
    """One wording: how it is written, the pattern of it, and what must not stand in the text beside it.

    `number`: which row of its file it is, from 0. `part`: the part of the book it stands in. `example` must be read
    as `reading`, `counter` must not.
    """

    wording: str
    pattern: str
    reading: Reading
    unless: str = ""
    number: int = -1
    part: str = ""
    example: str = ""
    counter: str = ""

    def found(self, text: str) -> bool:
        """Whether it stands in `text`, whatever stands beside it."""
        return re.search(self.pattern, text) is not None


@dataclass(frozen=True, slots=True)
class _Phrase:
    """Neighbouring rows that mean the same, as one pattern."""

    pattern: re.Pattern[str]
    unless: re.Pattern[str] | None
    reading: Reading
    rows: tuple[Row, ...]

    def row(self, text: str) -> Row:
        """The row that `text`, which the phrase has found, is read by."""
        return next(row for row in self.rows if row.found(text))


@dataclass(frozen=True, slots=True)
class _Group:
    """Ordered phrases behind one combined pattern, so that a text with none of them costs one search."""

    any: re.Pattern[str]
    each: tuple[_Phrase, ...]

    def first(self, text: str) -> _Phrase | None:
        if not self.any.search(text):
            return None
        for phrase in self.each:
            if phrase.pattern.search(text) and not (phrase.unless and phrase.unless.search(text)):
                return phrase
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


def _bordered(patterns: Sequence[str], written: Callable[[str], str] = str) -> str:
    """The patterns as one. A border before each of them is slow, so those that begin with one share it."""
    begun = [written(pattern.removeprefix(BORDER)) for pattern in patterns if pattern.startswith(BORDER)]
    free = [written(pattern) for pattern in patterns if not pattern.startswith(BORDER)]
    shared = [f"{BORDER}(?:{'|'.join(begun)})"] if begun else []
    return "|".join(shared + free) or NEVER


def _group(rows: Iterable[Row]) -> _Group:
    each = tuple(
        _Phrase(
            re.compile(_bordered([row.pattern for row in same])),
            re.compile(same[0].unless) if same[0].unless else None,
            same[0].reading,
            same,
        )
        for same in (tuple(found) for _, found in groupby(rows, key=_meaning))
    )
    # Without word borders it finds too much, never too little.
    patterns = [row.pattern for phrase in each for row in phrase.rows]
    return _Group(re.compile(_bordered(patterns, _widened)), each)


def _meaning(row: Row) -> tuple[str, Reading]:
    return row.unless, row.reading


# A parcel lost or destroyed is neither on its way back nor waiting for another attempt, whatever else is said.
_OVER: Final = frozenset({Cause.LOST, Cause.DESTROYED})
_WEIGHED: Final = frozenset({Cause.LOST, Cause.DAMAGED, Cause.DESTROYED, Cause.SECURITY})
_AT_THE_DOOR: Final = frozenset(
    {
        Cause.REFUSED,
        Cause.ADDRESS,
        Cause.NOBODY_HOME,
        Cause.WEATHER,
        Cause.DISRUPTED,
        Cause.COURIER_FAULT,
        Cause.UNSTATED,
    }
)


@dataclass(frozen=True, slots=True)
class Book:
    """One language. A text is scrubbed, then read for its direction, its cause, a failed attempt, its movement.

    `small_print`: what is taken out first (hotlines, conditions). `settled`: what settles a text before anything
    else: a scan taken back, papers and accounts that are no parcel. `returns`: on its way back, or back.
    `causes`: why it is in trouble, worse first. `attempts`: not handed over. `moves`: all that is in order.
    `notices`: what is told without anybody having the parcel in hand, whatever else it means.
    `announced`: what makes a return without a reason one to come. `denied`: deliveries that did not take place,
    whatever wording says "delivered". `suspected`, `slight`: what makes a loss, a damage or the like so. `claims`: what
    is said of a claim and not of the parcel, which makes a loss no less certain. `stated`: what says of a loss that it
    is one, and not merely a search without success; `doubted`: what takes that back.
    `letters`: how its letters are written in texts and wordings alike, so that a missing accent changes nothing.
    """

    small_print: Sequence[Row]
    settled: Sequence[Row]
    returns: Sequence[Row]
    causes: Sequence[Row]
    attempts: Sequence[Row]
    moves: Sequence[Row]
    letters: Letters
    notices: Sequence[Row] = ()
    denied: Sequence[Row] = ()
    announced: str = NEVER
    suspected: Sequence[Row] = ()
    slight: Sequence[Row] = ()
    claims: str = NEVER
    stated: str = NEVER
    doubted: str = NEVER
    _announced: re.Pattern[str] = field(init=False, repr=False)
    _claims: re.Pattern[str] = field(init=False, repr=False)
    _stated: re.Pattern[str] = field(init=False, repr=False)
    _doubted: re.Pattern[str] = field(init=False, repr=False)
    _weights: tuple[tuple[Sure, _Group], ...] = field(init=False, repr=False)
    _notices: _Group = field(init=False, repr=False)
    _scrub: re.Pattern[str] = field(init=False, repr=False)
    _foreign: re.Pattern[str] = field(init=False, repr=False)
    _groups: tuple[_Group, ...] = field(init=False, repr=False)

    def __post_init__(self) -> None:
        parts = (self.settled, self.returns, self.causes, self.attempts, self.moves, self.denied)
        weights = ((Sure.SLIGHT, _group(self.slight)), (Sure.SUSPECTED, _group(self.suspected)))
        scrub = "|".join(row.pattern for row in self.small_print) or NEVER
        object.__setattr__(self, "_groups", tuple(_group(part) for part in parts))
        object.__setattr__(self, "_announced", re.compile(self.announced))
        object.__setattr__(self, "_claims", re.compile(self.claims))
        object.__setattr__(self, "_stated", re.compile(self.stated))
        object.__setattr__(self, "_doubted", re.compile(self.doubted))
        object.__setattr__(self, "_weights", weights)
        object.__setattr__(self, "_notices", _group(self.notices))
        object.__setattr__(self, "_scrub", re.compile(scrub))
        object.__setattr__(self, "_foreign", re.compile("|".join(re.escape(chr(one)) for one in self.letters) or NEVER))

    def read(self, text: str) -> Reading | None:
        """The reading of `text`, which is in lower case; None when nothing in it is known."""
        decided = self._decided(self.folded(text))
        return None if decided is None else decided[0]

    def decide(self, text: str) -> tuple[Reading, tuple[Row, ...]] | None:
        """The same with the rows that decided, the most telling first."""
        text = self.folded(text)
        decided = self._decided(text)
        if decided is None:
            return None
        reading, phrases = decided
        rows = [phrase.row(self.scrubbed(text)) for phrase in phrases]
        _, weight = self._weight(reading, text)
        return reading, (*rows, *([weight.row(self._of_the_parcel(text))] if weight else []))

    def notice(self, text: str) -> Row | None:
        """The row by which `text`, which is in lower case, is news that nobody had the parcel in hand for."""
        text = self.scrubbed(self.folded(text))
        found = self._notices.first(text)
        return found.row(text) if found else None

    def folded(self, text: str) -> str:
        """`text` with its letters as the wordings have them."""
        return text.translate(self.letters) if self._foreign.search(text) else text

    def scrubbed(self, text: str) -> str:
        """What is folded without its small print."""
        return self._scrub.sub(" ", text)

    def _decided(self, folded: str) -> tuple[Reading, tuple[_Phrase, ...]] | None:
        text = self.scrubbed(folded)
        settled, returns, causes, attempts, moves, denied = self._groups
        found = settled.first(text)
        if found is not None:
            return found.reading, (found,)
        direction, trouble, attempt = returns.first(text), causes.first(text), attempts.first(text)
        if trouble is not None:
            reading, phrases = _together(trouble, direction, attempt)
            return self._weighed(reading, folded), phrases
        if direction is not None:
            return replace(direction.reading, announced=self._announced.search(text) is not None), (direction,)
        found = attempt or moves.first(text)
        if found is None or found.reading.milestone is Milestone.DELIVERED:
            found = denied.first(text) or found
        return None if found is None else (found.reading, (found,))

    def _weighed(self, reading: Reading, folded: str) -> Reading:
        """A loss that is looked into is suspected, a damage of the wrapping alone slight."""
        sure, _ = self._weight(reading, folded)
        return reading if sure is Sure.STATED else replace(reading, sure=sure)

    def _weight(self, reading: Reading, folded: str) -> tuple[Sure, _Phrase | None]:
        """How sure it is, with what made it less than stated."""
        if reading.cause in _WEIGHED and not (reading.cause is Cause.LOST and self._states(folded)):
            text = self._of_the_parcel(folded)
            for sure, group in self._weights:
                if found := group.first(text):
                    return sure, found
        return Sure.STATED, None

    def _states(self, folded: str) -> bool:
        """Whether a loss is said to be one, whatever was looked for before."""
        text = self.scrubbed(folded)
        return self._stated.search(text) is not None and self._doubted.search(text) is None

    def _of_the_parcel(self, folded: str) -> str:
        """What is folded without what it says of a claim."""
        return self._claims.sub(" ", folded)


def _together(
    trouble: _Phrase, direction: _Phrase | None, attempt: _Phrase | None
) -> tuple[Reading, tuple[_Phrase, ...]]:
    """A cause with where it left the parcel: refused and on its way back is a return whose cause is the refusal."""
    said = trouble.reading
    if said.cause in _OVER:
        return said, (trouble,)
    if direction is not None:
        return replace(said, milestone=direction.reading.milestone), (trouble, direction)
    if attempt is not None and said.cause in _AT_THE_DOOR:
        return replace(said, milestone=attempt.reading.milestone), (trouble, attempt)
    return said, (trouble,)
