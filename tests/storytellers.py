"""Who plays stories: the pure core alone, and a real database; and what must be equal of the two."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path
from typing import Any, Final

from parcelwatch import ruletests
from parcelwatch.core.messaging.messages import Characters
from parcelwatch.core.policy import Policy
from parcelwatch.ingest import take_step
from parcelwatch.model import (
    Advance,
    CaseCleared,
    Dossier,
    Draft,
    DraftState,
    Event,
    LetterTakenBack,
    LetterWritten,
    Passed,
)
from parcelwatch.ruletests.book import Story
from parcelwatch.ruletests.steps import Letter
from parcelwatch.ruletests.teller import action, drafted
from parcelwatch.ruletests.telling import Happened
from parcelwatch.shapes import alert as alert_shape
from parcelwatch.shapes import draft as draft_shape
from parcelwatch.store import Store, alerts, drafts, parcels
from parcelwatch.store.rows import whole
from parcelwatch.telling.deliver import Wording, claim
from parcelwatch.telling.settle import settle
from parcelwatch.wording.render import Renderer
from tests.databases import blank

RENDERER: Final = Renderer()
WORDS: Final = Wording(RENDERER, {name: Characters(100_000) for name in ("ops", "drafts", "boss")})
_OF_LETTERS: Final = ("drafted", "withdrawn")

# --- through the core ----------------------------------------------------------------------------


class InCore(ruletests.InCore):
    """The package's own, which is held to telling and writing down all that it does."""

    def __init__(self, story: Story) -> None:
        super().__init__(story, RENDERER)

    def _in_words(self, before: Dossier, step: Advance, at: datetime) -> Happened:
        pairs = zip(before.drafts, step.dossier.drafts, strict=False)
        moved = [new for old, new in pairs if old.state is not new.state]
        taken = [one for one in moved if one.state in (DraftState.WITHDRAWN, DraftState.SUPERSEDED)]
        born = step.dossier.drafts[len(before.drafts) :]
        letters = [one.draft.kind for one in step.notices if isinstance(one, LetterWritten | LetterTakenBack)]
        assert sorted(letters) == sorted(one.kind for one in (*taken, *born)), "every draft written or taken is told"
        assert [one.draft for one in step.moves] == moved, "every move of a draft is written down"
        happened = super()._in_words(before, step, at)
        over = {one.case.kind for one in step.notices if isinstance(one, CaseCleared)}
        assert over <= set(happened.resolved), "an all-clear is for what just ended"
        return happened


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
        self._store = Store.open(blank(path))
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
        return self.step(action(letter, self.dossier), at)

    def judge(self, policy: Policy, at: datetime) -> Happened:
        self._policy = policy
        return self.step(Passed(), at)

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
            drafted=tuple(drafted(row["kind"], row["step"], row["language"]) for row in born.values()),
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
        shadows=tuple(replace(one, id=None) for one in dossier.shadows),
        drafts=tuple(sorted(map(_wordless, filter(_waits, dossier.drafts)), key=lambda draft: draft.kind)),
        past=tuple(map(_wordless, dossier.past)),
        poll_at=whole(dossier.poll_at) if dossier.poll_at else None,
    )


def _waits(draft: Draft) -> bool:
    return draft.unsent


def _wordless(draft: Draft) -> Draft:
    return replace(draft, id=None, subject="", body="")
