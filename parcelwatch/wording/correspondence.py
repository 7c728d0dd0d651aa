"""Letters to customers put into words, each in its customer's language.

What belongs here: one draft, and what is said to one customer as one letter. What a template may name is
lettering.py's; which drafts make one letter, core.joint's.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Final
from zoneinfo import ZoneInfo

from parcelwatch.core import joint
from parcelwatch.core.messaging.messages import Letter
from parcelwatch.model import Draft
from parcelwatch.wording import alike
from parcelwatch.wording.lettering import SEVERAL, Part, letter_name, part_values, several, values
from parcelwatch.wording.templates import Templates
from parcelwatch.wording.whose import Whose

_KEPT: Final = 200
"""Parts of letters that are kept as they were worded last: a message asks for those of its letter several times."""


class Correspondence:
    """Words letters by `templates`. `zone`: the shop's. Safe to share by threads."""

    def __init__(self, templates: Templates, zone: ZoneInfo, whose: Whose) -> None:
        self._templates, self._zone, self.whose = templates, zone, whose
        self._made: dict[tuple[int | None, bool], Part] = {}

    def letter(self, draft: Draft) -> Letter:
        """The words of a draft by itself: those somebody was shown or chose, else those that say its facts.

        One that has left is worded as it left, with what it was said together with.
        """
        if draft.body and not (draft.joint and draft.unsent):
            return Letter(draft.subject, draft.body)
        return self.worded(draft.kind, draft.language, draft.facts)

    def together(self, draft: Draft, known: Iterable[Draft]) -> tuple[Draft, ...]:
        """The drafts that make one letter with this one, as core.joint says, as far as templates can be said together.

        A shop's own that is not made of the shipped ones' blocks is a letter by itself.
        """
        letter = joint.together(draft, known)
        if len(letter) == 1 or draft.edited or draft.gone:
            return letter
        made = tuple(one.draft for one in self._parts_of(letter) if one.says.get("happened"))
        return made if len(made) > 1 and draft.id in {one.id for one in made} else (draft,)

    def whole(self, letter: Sequence[Draft]) -> Letter:
        """The words of the drafts that make one letter: those somebody was shown or chose, else those that say all."""
        if len(letter) == 1:
            return self.letter(letter[0])
        if (said := joint.worded(letter)) is not None:
            return Letter(said.subject, said.body)
        return Letter(*self._templates.letter(*self._several(letter)))

    def own_several(self, letter: Sequence[Draft]) -> Letter:
        """As `whole` of several drafts, but raises BadInput for a template of the shop's that does not work."""
        return Letter(*self._templates.own_letter(*self._several(letter)))

    def _several(self, letter: Sequence[Draft]) -> tuple[str, Mapping[str, object]]:
        """Which template says all of them, and what it may name."""
        return f"{letter[0].language}/letters/{SEVERAL}", several(self._parts_of(letter), self._zone, self.whose)

    def _parts_of(self, letter: Sequence[Draft]) -> list[Part]:
        return [self._part(one, first=place == 0) for place, one in enumerate(letter)]

    def _part(self, draft: Draft, *, first: bool) -> Part:
        known = self._made.get((draft.id, first))
        if known is not None and known.draft == draft:
            return known
        said = part_values(draft, self._zone, self.whose, first=first)
        name = letter_name(draft.kind, draft.language, draft.facts)
        part = Part(draft, said, self._templates.blocks(name, said))
        if len(self._made) >= _KEPT:
            self._made.clear()
        self._made[draft.id, first] = part
        return part

    def worded(self, kind: str, language: str, facts: Mapping[str, object]) -> Letter:
        """The letter that says `facts` (of core.drafts) in a language there are words for.

        By the shop's own template where it has one that works; one that does not is logged, once.
        """
        said = values(kind, language, facts, self._zone, self.whose)
        return Letter(*self._templates.letter(letter_name(kind, language, facts), said))

    def marked(self, draft: Draft) -> tuple[Letter, alike.Own]:
        """The letter that says the facts of a draft with marks for what is its customer's own, and that."""
        whole = values(draft.kind, draft.language, draft.facts, self._zone, self.whose)
        said, own = alike.marked(whole)
        return Letter(*self._templates.letter(letter_name(draft.kind, draft.language, draft.facts), said)), own

    def own_letter(self, kind: str, language: str, facts: Mapping[str, object]) -> Letter:
        """As `worded`, but raises BadInput for a template of the shop's that does not work."""
        said = values(kind, language, facts, self._zone, self.whose)
        return Letter(*self._templates.own_letter(letter_name(kind, language, facts), said))

    @property
    def broken(self) -> list[str]:
        """What is wrong with the shop's own letters that did not work so far."""
        return [*self._templates.broken.values()]
