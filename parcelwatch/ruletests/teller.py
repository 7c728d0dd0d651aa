"""Who plays a test: the pure core alone, as fast as it can be.

What belongs here: driving core.advance, and saying what came of a step in the words that tests are written in.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from typing import Final

from parcelwatch.core import dispatch
from parcelwatch.core.advance import advance
from parcelwatch.core.learn import look_ahead
from parcelwatch.core.policy import Policy
from parcelwatch.errors import BadInput
from parcelwatch.model import (
    Advance,
    CaseCleared,
    CaseEvent,
    CaseTold,
    ClaimTold,
    Dossier,
    DraftState,
    Event,
    LetterAction,
    LetterStep,
    Passed,
    State,
)
from parcelwatch.ruletests.book import Story
from parcelwatch.ruletests.steps import Letter
from parcelwatch.ruletests.telling import Happened
from parcelwatch.wording.render import Renderer

BY: Final = "lin"


class InCore:
    """Plays through core.advance alone, its words those of `words`. `events`: all that moved a case."""

    def __init__(self, story: Story, words: Renderer) -> None:
        self._policy = story.policy
        self._words = words
        self._letters = 0
        self.dossier = Dossier(replace(story.parcel, id=1))  # as the first of a database
        self.assess_at: datetime | None = None
        self.events: list[CaseEvent] = []
        self._heard: set[str] = set()

    def step(self, event: Event, at: datetime) -> Happened:
        # Of other parcels nothing is known, as in a database that is new.
        before, step = self.dossier, advance(self.dossier, event, self._policy, at, look_ahead((), at))
        self.dossier, self.assess_at = self._numbered(step.dossier), step.assess_at
        self.events += step.events
        happened = self._in_words(before, step, at)
        over = tuple(kind for kind in happened.cleared if kind in self._heard)
        self._heard |= {one.split()[0] for one in happened.told}
        self._heard -= set(over)
        return replace(happened, cleared=over)

    def letter(self, letter: Letter, at: datetime) -> Happened:
        return self.step(action(letter, self.dossier), at)

    def judge(self, policy: Policy, at: datetime) -> Happened:
        self._policy = policy
        return self.step(Passed(), at)

    def rest(self) -> None:
        pass

    def _numbered(self, dossier: Dossier) -> Dossier:
        """With an id for every draft, as a store gives it: what an agent does to one names it."""
        fresh = [one for one in dossier.drafts if one.id is None]
        ids = {id(one): self._letters + place for place, one in enumerate(fresh, 1)}
        self._letters += len(fresh)
        letters = [replace(one, id=ids.get(id(one), one.id)) for one in dossier.drafts]
        past = {one.id: one for one in (*dossier.past, *letters) if not one.unsent}
        past_in_order = tuple(past[draft_id] for draft_id in sorted(past, key=lambda draft_id: draft_id or 0))
        return replace(dossier, drafts=tuple(one for one in letters if one.unsent), past=past_in_order)

    def _in_words(self, before: Dossier, step: Advance, at: datetime) -> Happened:
        known = len(before.drafts)
        moved = [
            new for old, new in zip(before.drafts, step.dossier.drafts, strict=False) if old.state is not new.state
        ]
        taken = [one for one in moved if one.state in (DraftState.WITHDRAWN, DraftState.SUPERSEDED)]
        born = step.dossier.drafts[known:]
        news = [one for one in step.notices if isinstance(one, CaseTold | ClaimTold)]
        over = [one for one in step.notices if isinstance(one, CaseCleared) and not one.moot]
        spoken: list[CaseTold | ClaimTold | CaseCleared] = [*news, *over]
        parcel, policy = step.dossier.parcel, self._policy
        quiet = {id(one): dispatch.way(one, parcel, policy, at, first=step.first).suppressed for one in news}
        fired = [one for one in step.events if one.signal == "fires"]
        return Happened(
            opened=tuple(one.kind for one in fired if not one.before),
            reopened=tuple(one.kind for one in fired if one.before),
            resolved=tuple(one.kind for one in step.events if one.after == State.RESOLVED != one.before),
            told=tuple(_told(one) for one in news if not quiet[id(one)]),
            suppressed=tuple(_told(one) for one in news if quiet[id(one)]),
            drafted=tuple(drafted(one.kind, one.step, one.language) for one in born),
            withdrawn=tuple(one.kind for one in taken if one.state is DraftState.WITHDRAWN),
            superseded=tuple(one.kind for one in taken if one.state is DraftState.SUPERSEDED),
            cleared=tuple(one.case.kind for one in over),
            says=tuple(self._words.sentence(dispatch.fact(one), at) for one in spoken),
        )


def action(letter: Letter, dossier: Dossier) -> LetterAction:
    """What an agent does to the one draft of a kind that waits. Raises BadInput where none does."""
    draft = next((one for one in dossier.drafts if one.kind == letter.kind and one.unsent), None)
    if draft is None or draft.id is None:
        raise BadInput(f"{letter.verb} {letter.kind}: no such draft waits then")
    return LetterAction(letter.verb, draft.id, by=BY)


def _told(notice: CaseTold | ClaimTold) -> str:
    return f"{notice.case.kind} {dispatch.severity(notice)} {notice.why}"


def drafted(kind: str, step: str, language: str) -> str:
    """How a letter is named: "stalled en", and "stalled update en" where it is not the first."""
    return f"{kind} {language}" if step == LetterStep.FIRST else f"{kind} {step} {language}"
