"""Who plays stories: the pure core alone, and a real database; and what must be equal of the two."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, Final

from parcelwatch.core.advance import advance
from parcelwatch.ingest import Judge, take_step
from parcelwatch.model import Action, Advance, CaseEvent, Dossier, Draft, DraftState, Message, Observation, State
from parcelwatch.render import Renderer
from parcelwatch.store import Store, drafts, outbox, parcels
from parcelwatch.store.rows import whole
from tests.storybook import Letter, Story
from tests.storytelling import Happened

RENDERER: Final = Renderer()
LETTERS: Final = {"approve": DraftState.APPROVED, "discard": DraftState.DISCARDED, "send": DraftState.SENT}

# --- through the core ----------------------------------------------------------------------------


class InCore:
    """Plays through core.advance alone. `events`: all that moved a case."""

    def __init__(self, story: Story) -> None:
        self._policy = story.policy
        self.dossier = Dossier(story.parcel)
        self.assess_at: datetime | None = None
        self.events: list[CaseEvent] = []

    def step(self, heard: Observation | Action | None, at: datetime) -> Happened:
        before, step = self.dossier, advance(self.dossier, heard, self._policy, at)
        self.dossier, self.assess_at = step.dossier, step.assess_at
        self.events += step.events
        return _in_words(before, step)

    def letter(self, letter: Letter, at: datetime) -> None:
        del at
        moved = [
            replace(one, state=LETTERS[letter.verb]) if one.kind == letter.kind and one.unsent else one
            for one in self.dossier.drafts
        ]
        self.dossier = replace(self.dossier, drafts=tuple(moved))

    def rest(self) -> None:
        pass


def _in_words(before: Dossier, step: Advance) -> Happened:
    known = len(before.drafts)
    moved = [new for old, new in zip(before.drafts, step.dossier.drafts, strict=False) if old.state is not new.state]
    born = step.dossier.drafts[known:]
    pushed = sorted(one.kind for one in step.messages if one.draft)
    assert pushed == sorted(one.kind for one in (*moved, *born)), "every draft written or taken back is pushed"
    news = [one for one in step.messages if not one.draft]
    fired = [one for one in step.events if one.signal == "fires"]
    return Happened(
        opened=tuple(one.kind for one in fired if not one.before),
        reopened=tuple(one.kind for one in fired if one.before),
        resolved=tuple(one.kind for one in step.events if one.after == State.RESOLVED),
        told=tuple(_told(one) for one in news if not one.suppressed),
        suppressed=tuple(_told(one) for one in news if one.suppressed),
        drafted=tuple(f"{one.kind} {one.language}" for one in born),
        withdrawn=tuple(one.kind for one in moved if one.state is DraftState.WITHDRAWN),
        superseded=tuple(one.kind for one in moved if one.state is DraftState.SUPERSEDED),
        says=tuple(one.sentence for one in news),
    )


def _told(message: Message) -> str:
    return f"{message.kind} {message.severity} {message.why}"


# --- through a store -----------------------------------------------------------------------------

_EVENTS: Final = """
SELECT e.id, c.kind, e.signal, e.before, e.after FROM case_events e JOIN cases c ON c.id = e.case_id WHERE e.id > ?
ORDER BY e.id
"""


class InStore:
    """Plays through a real database, opened anew for every step; all that is told is sent before the next."""

    def __init__(self, story: Story, path: Path) -> None:
        self._path = path
        self._judge = Judge(story.policy, RENDERER)
        self._store = Store.open(path)
        with self._store.transaction():
            self._id = parcels.add(self._store, story.parcel, story.parcel.added_at).id
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

    def letter(self, letter: Letter, at: datetime) -> None:
        with self._store.transaction():
            for row in drafts.rows(self._store, parcel_id=self._id):
                if row["kind"] == letter.kind and row["state"] in {"draft", "approved"}:
                    drafts.set_state(self._store, row["id"], LETTERS[letter.verb], at)
        self._seen = replace(self._seen, drafts=_states(self._store))
        self.dossier = parcels.dossier(self._store, self._id)

    def step(self, heard: Observation | Action | None, at: datetime) -> Happened:
        with self._store.transaction():
            take_step(self._store, self._id, heard, self._judge, at)
        self.dossier = parcels.dossier(self._store, self._id)
        happened = self._read()
        if happened != Happened():
            self._send_all(at)
        return happened

    def _send_all(self, at: datetime) -> None:
        with self._store.transaction():
            while group := outbox.claim(self._store, at, at + timedelta(minutes=1)):
                outbox.settle_sent(self._store, group.ids, at)

    def _read(self) -> Happened:
        """What the step left in the tables, and nothing but that."""
        rows = outbox.rows(self._store, after=self._seen.alert)
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
        news = [row for row in rows if row["draft"] is None]
        fires = [row for row in moved if row[2] == "fires"]
        return Happened(
            opened=tuple(row[1] for row in fires if not row[3]),
            reopened=tuple(row[1] for row in fires if row[3]),
            resolved=tuple(row[1] for row in moved if row[4] == "resolved"),
            told=tuple(_row_told(row) for row in news if row["state"] == "pending"),
            suppressed=tuple(_row_told(row) for row in news if row["state"] == "suppressed"),
            drafted=tuple(f"{row['kind']} {row['language']}" for row in born.values()),
            withdrawn=tuple(row["kind"] for row in changed if row["state"] == "withdrawn"),
            superseded=tuple(row["kind"] for row in changed if row["state"] == "superseded"),
            says=tuple(row["body"] for row in news),
        )

    def _check_rows(self, rows: list[dict[str, Any]], born: Mapping[int, dict[str, Any]]) -> None:
        number = self.dossier.parcel.number
        for row in rows:
            assert row["channel"] == ("ops" if row["draft"] is None else "drafts")
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


def _states(store: Store) -> dict[int, dict[str, Any]]:
    return {row["id"]: row for row in drafts.rows(store)}


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
        poll_at=whole(dossier.poll_at) if dossier.poll_at else None,
    )


def _waits(draft: Draft) -> bool:
    return draft.unsent


def _wordless(draft: Draft) -> Draft:
    return replace(draft, id=None, subject="", body="")
