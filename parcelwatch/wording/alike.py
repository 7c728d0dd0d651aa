"""Letters that say the same: one common text, with marks such as {name} where each has what is its own.

What belongs here: finding which letters have a text in common, and putting a customer's own into it. A text is only
common to letters that it gives word for word; whichever it does not give stands for itself.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final, Protocol

from parcelwatch.core.messaging.messages import Letter
from parcelwatch.errors import BadInput
from parcelwatch.model import Draft

OWN: Final = (
    "name",
    "order",
    "number",
    "what",
    "place",
    "seen_on",
    "seen_at",
    "seen_day",
    "since_on",
    "promised_on",
    "follow_up_on",
    "wrote_on",
)
"""The values of letter templates that are one customer's."""
_LISTS: Final = {"numbers": "number", "also": "number", "pages": "page"}
_MARK: Final = re.compile(r"\{([a-z]+(?:_[a-z]+)*[0-9]*)\}")

Own = Mapping[str, str]
"""What a customer's own is, by mark."""


class Worder(Protocol):
    """Who words letters."""

    def letter(self, draft: Draft) -> Letter:
        """Its words: those somebody chose, else those that say its facts."""
        ...

    def marked(self, draft: Draft) -> tuple[Letter, Own]:
        """The letter that says its facts with marks for what is its own, and that."""
        ...


@dataclass(slots=True)
class Common:
    """A text, and the letters that say it, by the ids of their drafts. `beside`: those that one letter says, too."""

    language: str
    letter: Letter
    letters: dict[int, Own] = field(default_factory=dict)
    beside: frozenset[int] = frozenset()

    @property
    def drafts(self) -> frozenset[int]:
        """All that its letters say, whichever of them a letter is called by."""
        return frozenset(self.letters) | self.beside

    @property
    def marks(self) -> frozenset[str]:
        """What can be said of each of them: all of their own values."""
        first, *others = self.letters.values()
        return frozenset(first).intersection(*others)


def marked(values: Mapping[str, object]) -> tuple[dict[str, object], dict[str, str]]:
    """The values of a template with marks for what is one customer's, and what each mark stands for."""
    own = {name: value for name in OWN if isinstance(value := values.get(name), str) and value}
    said: dict[str, object] = {**values, **{name: _mark(name) for name in own}}
    for name, singular in _LISTS.items():
        listed = values.get(name)
        if isinstance(listed, list):
            # The numbers of the others go on where the first one ends.
            begins = 2 if name == "also" else 1
            marks = [f"{singular}{place}" if place > 1 else singular for place in range(begins, len(listed) + begins)]
            said[name] = [_mark(mark) for mark in marks]
            own |= dict(zip(marks, map(str, listed), strict=True))
    return said, own


def filled(letter: Letter, own: Own) -> Letter:
    """A common text with a customer's own in it. What is in braces and no mark stays."""
    return Letter(*(_MARK.sub(lambda mark: own.get(mark[1], mark[0]), text) for text in (letter.subject, letter.body)))


def common(drafts: Iterable[Draft], words: Worder) -> list[Common]:
    """The texts of these letters, that of the most of them first."""
    found: list[Common] = []
    for draft in drafts:
        assert draft.id is not None, "it is kept"
        letter = words.letter(draft)
        pattern, own = words.marked(draft)
        text = next(
            (each for each in found if each.language == draft.language and filled(each.letter, own) == letter), None
        )
        if text is None:
            text = Common(draft.language, _pattern(letter, pattern, own))
            found.append(text)
        text.letters[draft.id] = own
    return sorted(found, key=lambda each: -len(each.letters))


def _pattern(letter: Letter, pattern: Letter, own: Own) -> Letter:
    """The text of a letter with marks: as its template has them, else where its own values stand in its words."""
    guesses = (pattern, Letter(_unfilled(letter.subject, own), _unfilled(letter.body, own)))
    return next((guess for guess in guesses if filled(guess, own) == letter), letter)


def _unfilled(text: str, own: Own) -> str:
    for mark, value in sorted(own.items(), key=lambda each: len(each[1]), reverse=True):
        apart = r"(?<!\w){}(?!\w)" if value.isascii() else "{}"
        text = re.sub(apart.format(re.escape(value)), lambda _, mark=mark: _mark(mark), text)  # type: ignore[misc]
    return text


def unknown(text: str, marks: Iterable[str]) -> str:
    """The first mark in a text that is none of these, "" when all are."""
    known = frozenset(marks)
    return next((mark for mark in _MARK.findall(text) if mark not in known), "")


def chosen(texts: Sequence[Common], draft: int | None) -> Common:
    """The text that a draft says; without one, the only one that there is, those that one letter alone says aside.

    Raises BadInput where there are several.
    """
    if draft is not None:
        text = next((each for each in texts if draft in each.drafts), None)
        if text is None:
            raise BadInput(f"draft {draft} is none of those letters")
        return text
    shared = [each for each in texts if len(each.letters) > 1] or list(texts)
    if len(shared) == 1:
        return shared[0]
    listed = ", ".join(f"--like {next(iter(each.letters))} ({each.language}, {len(each.letters)})" for each in shared)
    raise BadInput(f"there are {len(shared)} texts: name one by a letter that says it, {listed}")


def _mark(name: str) -> str:
    return f"{{{name}}}"
