"""Who plays stories: the pure core alone, and a real database; and what must be equal of the two."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path
from typing import Any, Final

from parcelwatch.core import dispatch
from parcelwatch.core.advance import advance
from parcelwatch.core.messages import Characters
from parcelwatch.core.policy import Policy
from parcelwatch.deliver import Wording, claim, settle
from parcelwatch.ingest import take_step
from parcelwatch.model import (
    Advance,
    CaseCleared,
    CaseEvent,
    CaseTold,
    ClaimTold,
    Dossier,
    Draft,
    DraftState,
    Event,
    LetterAction,
    LetterStep,
    LetterTakenBack,
    LetterWritten,
    Notice,
    State,
)
from parcelwatch.render import Renderer
from parcelwatch.shapes import alert as alert_shape
from parcelwatch.shapes import draft as draft_shape
from parcelwatch.store import Store, alerts, drafts, parcels
from parcelwatch.store.rows import whole
from tests.storybook import Letter, Story
from tests.storytelling import Happened

RENDERER: Final = Renderer()
WORDS: Final = Wording(RENDERER, {name: Characters(100_000) for name in ("ops", "drafts", "boss")})
BY: Final = "lin"
_OF_LETTERS: Final = ("drafted", "withdrawn")

# --- through the core ----------------------------------------------------------------------------


class InCore:
    """Plays through core.advance alone. `events`: all that moved a case."""

    def __init__(self, story: Story) -> None:
        self._policy = story.policy
        self._letters = 0
        self.dossier = Dossier(replace(story.parcel, id=1))  # as the first of a database
        self.assess_at: datetime | None = None
        self.events: list[CaseEvent] = []
        self._heard: set[str] = set()

    def step(self, event: Event, at: datetime) -> Happened:
        before, step = self.dossier, advance(self.dossier, event, self._policy, at)
        self.dossier, self.assess_at = self._numbered(step.dossier), step.assess_at
        self.events += step.events
        happened = _in_words(before, step, self._policy, at)
        over = tuple(kind for kind in happened.cleared if kind in self._heard)
        self._heard |= {one.split()[0] for one in happened.told}
        self._heard -= set(over)
        return replace(happened, cleared=over)

    def letter(self, letter: Letter, at: datetime) -> Happened:
        return self.step(_action(letter, self.dossier), at)

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


def _action(letter: Letter, dossier: Dossier) -> LetterAction:
    (draft,) = (one for one in dossier.drafts if one.kind == letter.kind and one.unsent)
    assert draft.id is not None
    return LetterAction(letter.verb, draft.id, by=BY)


def _in_words(before: Dossier, step: Advance, policy: Policy, at: datetime) -> Happened:
    known = len(before.drafts)
    moved = [new for old, new in zip(before.drafts, step.dossier.drafts, strict=False) if old.state is not new.state]
    taken = [one for one in moved if one.state in (DraftState.WITHDRAWN, DraftState.SUPERSEDED)]
    born = step.dossier.drafts[known:]
    news = [one for one in step.notices if isinstance(one, CaseTold | ClaimTold)]
    letters = [one.draft.kind for one in step.notices if isinstance(one, LetterWritten | LetterTakenBack)]
    assert sorted(letters) == sorted(one.kind for one in (*taken, *born)), "every draft written or taken back is told"
    assert [one.draft for one in step.moves] == moved, "every move of a draft is written down"
    over = [one for one in step.notices if isinstance(one, CaseCleared) and not one.moot]
    spoken: list[Notice] = [*news, *over]
    quiet = {id(one): dispatch.way(one, step.dossier.parcel, policy, at, first=step.first).suppressed for one in news}
    fired = [one for one in step.events if one.signal == "fires"]
    return Happened(
        opened=tuple(one.kind for one in fired if not one.before),
        reopened=tuple(one.kind for one in fired if one.before),
        resolved=tuple(one.kind for one in step.events if one.after == State.RESOLVED != one.before),
        told=tuple(_told(one) for one in news if not quiet[id(one)]),
        suppressed=tuple(_told(one) for one in news if quiet[id(one)]),
        drafted=tuple(_drafted(one.kind, one.step, one.language) for one in born),
        withdrawn=tuple(one.kind for one in taken if one.state is DraftState.WITHDRAWN),
        superseded=tuple(one.kind for one in taken if one.state is DraftState.SUPERSEDED),
        cleared=tuple(one.case.kind for one in over),
        says=tuple(RENDERER.sentence(dispatch.fact(one), at) for one in spoken),
    )


def _told(notice: CaseTold | ClaimTold) -> str:
    return f"{notice.case.kind} {dispatch.severity(notice)} {notice.why}"


# --- through a store -----------------------------------------------------------------------------

_EVENTS: Final = """
SELECT e.id, c.kind, e.signal, e.before, e.after FROM case_events e JOIN cases c ON c.id = e.case_id WHERE e.id > ?
ORDER BY e.id
"""


class InStore:
    """Plays through a real database, opened anew for every step; all that is told is sent before the next."""

    def __init__(self, story: Story, path: Path) -> None:
        self._path = path
        self._policy = story.policy
        self._store = Store.open(path)
        with self._store.transaction():
            self._id = parcels.add(self._store, story.parcel, story.parcel.added_at)
        self._seen = _Seen()
        self._ids: dict[str, int] = {}
        self.dossier = parcels.dossier(self._store, self._id)

    def close(self) -> None:
        self._store.close()

    def rest(self) -> None:
        self._store.close()
        self._store = Store.open(self._path, create=False)

    @property
    def assess_at(self) -> datetime | None:
        return parcels.next_assess(self._store)

    def letter(self, letter: Letter, at: datetime) -> Happened:
        return self.step(_action(letter, self.dossier), at)

    def step(self, event: Event, at: datetime) -> Happened:
        with self._store.transaction():
            take_step(self._store, self._id, event, self._policy, at)
        return self._happened(at)

    def _happened(self, at: datetime) -> Happened:
        self.dossier = parcels.dossier(self._store, self._id)
        happened = self._read(at)
        if happened != Happened():
            self._send_all(at)
        return happened

    def _send_all(self, at: datetime) -> None:
        while group := claim(self._store, at, (), WORDS):
            assert group.said
            settle(self._store, group, None, self._policy, at)

    def _read(self, at: datetime) -> Happened:
        """What the step left in the tables, and nothing but that."""
        rows = [alert_shape(row, RENDERER, at) for row in alerts.rows(self._store, after=self._seen.alert)]
        moved = self._store.all(_EVENTS, (self._seen.event,))
        states, before = _states(self._store), self._seen.drafts
        born = {one: row for one, row in states.items() if one not in before}
        changed = [row for one, row in states.items() if one in before and row["state"] != before[one]["state"]]
        self._seen = _Seen(
            max((row["id"] for row in rows), default=self._seen.alert),
            max((row[0] for row in moved), default=self._seen.event),
            states,
        )
        self._check_rows(rows, born)
        news = [row for row in rows if row["why"] not in (*_OF_LETTERS, "cleared")]
        over = [row for row in rows if row["why"] == "cleared" and row["state"] == "pending"]
        fires = [row for row in moved if row[2] == "fires"]
        return Happened(
            opened=tuple(row[1] for row in fires if not row[3]),
            reopened=tuple(row[1] for row in fires if row[3]),
            resolved=tuple(row[1] for row in moved if row[4] == "resolved" != row[3]),
            told=tuple(_row_told(row) for row in news if row["state"] == "pending"),
            suppressed=tuple(_row_told(row) for row in news if row["state"] == "suppressed"),
            drafted=tuple(_drafted(row["kind"], row["step"], row["language"]) for row in born.values()),
            withdrawn=tuple(row["kind"] for row in changed if row["state"] == "withdrawn"),
            superseded=tuple(row["kind"] for row in changed if row["state"] == "superseded"),
            cleared=tuple(row["kind"] for row in over),
            says=tuple(row["body"] for row in (*news, *over)),
        )

    def _check_rows(self, rows: list[dict[str, Any]], born: Mapping[int, dict[str, Any]]) -> None:
        number = self.dossier.parcel.number
        for row in rows:
            assert (row["channel"] == "drafts") is (row["why"] in _OF_LETTERS)
            assert number in row["title"] + row["body"], "who reads it knows which parcel it is about"
        assert {row["draft"] for row in rows if row["why"] == "drafted"} == set(born)
        for draft in born.values():
            assert draft["subject"], "a letter has a subject"
            assert number in draft["subject"] + draft["body"], "the buyer knows which parcel it is about"
        ids = {case.kind: case.id or 0 for case in self.dossier.cases}
        assert self._ids.items() <= ids.items(), "a case keeps its ID for ever"
        self._ids = ids


@dataclass(frozen=True, slots=True)
class _Seen:
    """How much of the tables was there before a step."""

    alert: int = 0
    event: int = 0
    drafts: Mapping[int, dict[str, Any]] = field(default_factory=dict)


def _drafted(kind: str, step: str, language: str) -> str:
    return f"{kind} {language}" if step == LetterStep.FIRST else f"{kind} {step} {language}"


def _states(store: Store) -> dict[int, dict[str, Any]]:
    return {row["id"]: draft_shape(row, RENDERER) for row in drafts.rows(store)}


def _row_told(row: dict[str, Any]) -> str:
    return f"{row['kind']} {row['severity']} {row['why']}"


# --- do they agree -------------------------------------------------------------------------------


def plain(dossier: Dossier) -> Dossier:
    """A dossier without what only a store gives it: ids, words, the letters that have left."""
    return replace(
        dossier,
        parcel=replace(dossier.parcel, id=0),
        cases=tuple(sorted((replace(case, id=None) for case in dossier.cases), key=lambda case: case.kind)),
        drafts=tuple(sorted(map(_wordless, filter(_waits, dossier.drafts)), key=lambda draft: draft.kind)),
        past=tuple(map(_wordless, dossier.past)),
        poll_at=whole(dossier.poll_at) if dossier.poll_at else None,
    )


def _waits(draft: Draft) -> bool:
    return draft.unsent


def _wordless(draft: Draft) -> Draft:
    return replace(draft, id=None, subject="", body="")
