"""Loading all that is known of one parcel, and saving what one step changed of it.

What belongs here: the hot path. Only what differs from the dossier that was loaded is written.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from itertools import pairwise
from typing import Any, Final

from parcelwatch.core.cadence import urgency
from parcelwatch.core.incidents import hub
from parcelwatch.core.tracking.timeline import join
from parcelwatch.errors import NotFound
from parcelwatch.model import Advance, Case, CaseEvent, Checkpoint, Dossier, Entry, Parcel, Timeline
from parcelwatch.store import drafts, habits, history, orders, shadows
from parcelwatch.store.connection import Store
from parcelwatch.store.drafts import Key
from parcelwatch.store.rows import (
    CASE,
    CASE_COLUMNS,
    CAUSES,
    DERIVED,
    DRAFT_COLUMNS,
    EPOCH,
    MILESTONES,
    PARCEL,
    PARCEL_COLUMNS,
    SURES,
    case_row,
    derived,
    fact_json,
    from_ms,
    maybe_at,
    maybe_ms,
    parcel_row,
    plain,
    to_case,
    to_draft,
    to_ms,
    to_parcel,
)

# Most parcels have no case, no draft and one order or none, new ones no checkpoint: what is not there is not asked for.
_LOAD: Final = f"""
SELECT {PARCEL_COLUMNS}, milestone, cause, confirmed_at, missing_since, first_tracked_at, baseline_at, refused, stopped,
  estimate, promise, stands, registered, policy_id, answered_at, answered_from, poll_at,
  learned, unwatched_at IS NOT NULL,
  EXISTS (SELECT 1 FROM checkpoints WHERE parcel_id = parcels.id),
  EXISTS (SELECT 1 FROM cases WHERE parcel_id = parcels.id),
  EXISTS (SELECT 1 FROM drafts WHERE parcel_id = parcels.id),
  EXISTS (SELECT 1 FROM parcel_orders WHERE parcel_id = parcels.id),
  EXISTS (SELECT 1 FROM shadows WHERE parcel_id = parcels.id)
FROM parcels WHERE id = ?
"""
_ENTRIES: Final = """
SELECT occurred_at, occurred_until, code, text, place, milestone, cause, seen_at, last_seen_at, moves, by, sure
FROM checkpoints WHERE parcel_id = ? ORDER BY occurred_at, occurred_until, code, text, place
"""
_CASES: Final = f"SELECT {CASE_COLUMNS} FROM cases WHERE parcel_id = ? ORDER BY id"
# Those of its orders too: parcels of one order share a draft.
_DRAFTS: Final = f"""
SELECT {DRAFT_COLUMNS} FROM drafts WHERE parcel_id = ?1
UNION SELECT {DRAFT_COLUMNS} FROM drafts
  WHERE order_id IN (SELECT order_id FROM parcel_orders WHERE parcel_id = ?1)
ORDER BY 1
"""


def dossier(store: Store, parcel_id: int) -> Dossier:
    """Everything known of one parcel. Raises NotFound."""
    return with_learned(store, parcel_id)[0]


def with_learned(store: Store, parcel_id: int) -> tuple[Dossier, int]:
    """The same, and how far the forecast has learned from it. Raises NotFound."""
    row = store.one(_LOAD, (parcel_id,))
    if row is None:
        raise NotFound(f"there is no parcel with ID {parcel_id}")
    milestone, cause, confirmed, missing, tracked, baseline, refused, stopped, *rest = row[len(PARCEL) :]
    estimate, promise, stands, registered, policy_id, *rest = rest
    *times, learned, unwatched, with_entries, with_cases, with_drafts, with_orders, with_shadows = rest
    answered_at, answered_from, poll_at = map(maybe_at, times)
    letters = tuple(map(to_draft, store.all(_DRAFTS, (parcel_id,)))) if with_drafts or with_orders else ()
    parcel = to_parcel(row, orders.of(store, parcel_id) if with_orders else ())
    known = Dossier(
        parcel=parcel,
        timeline=_timeline(store.all(_ENTRIES, (parcel_id,)) if with_entries else [], answered_at, answered_from),
        milestone=MILESTONES[milestone],
        cause=CAUSES[cause],
        confirmed_at=maybe_at(confirmed),
        missing_since=maybe_at(missing),
        first_tracked_at=maybe_at(tracked),
        baseline_at=maybe_at(baseline),
        refused=refused,
        stopped=stopped,
        estimate=maybe_at(estimate),
        promise=maybe_at(promise),
        stands=MILESTONES[stands] if stands else None,
        registered_at=maybe_at(registered or None),
        policy_id=policy_id,
        cases=tuple(map(to_case, store.all(_CASES, (parcel_id,)))) if with_cases else (),
        shadows=shadows.of(store, parcel_id) if with_shadows else (),
        drafts=tuple(one for one in letters if one.unsent),
        past=tuple(one for one in letters if not one.unsent),
        poll_at=poll_at,
        unwatched=bool(unwatched),
        habits=habits.of(store, parcel, MILESTONES[milestone]),
    )
    return known, learned


def _timeline(rows: list[tuple[Any, ...]], answered_at: datetime | None, answered_from: datetime | None) -> Timeline:
    timeline = Timeline(tuple(_entries(rows, answered_at)), answered_at, answered_from)
    # The table keeps order by time; within one instant the core's order depends on what the codes mean.
    tied = any(one[0] == other[0] for one, other in pairwise(rows))
    return join(timeline, Timeline()) if tied else timeline


def _entries(rows: list[tuple[Any, ...]], answered_at: datetime | None) -> Iterator[Entry]:
    seen_ms, seen_at = None, EPOCH
    for at, until, code, text, place, milestone, cause, seen, last, moves, by, sure in rows:
        # Most of a parcel's checkpoints were first seen together, and making a datetime is what costs here.
        if seen != seen_ms:
            seen_ms, seen_at = seen, from_ms(seen)
        occurred_at = from_ms(at)
        occurred_until = occurred_at if until == at else from_ms(until)
        said = Checkpoint(
            occurred_at,
            occurred_until,
            MILESTONES[milestone],
            CAUSES[cause],
            code,
            text,
            place,
            moves=bool(moves),
            by=by,
            sure=SURES[sure],
        )
        last_seen_at = answered_at if last is None else from_ms(last)
        yield Entry(said, seen_at, last_seen_at or seen_at)


# --- saving --------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Saved:
    """The ids of a parcel's cases by kind, and of its unsent drafts by their key."""

    cases: dict[str, int]
    drafts: dict[Key, int]


def save(store: Store, before: Dossier, step: Advance, now: datetime, learned: int | None = None) -> Saved:
    """Write what `step` changed of `before`; what it says to people is not written here.

    A step in which the courier was heard ends the claim and the run of failures. `learned`: how far the forecast has
    learned from the parcel by now, None where that stays as it is.
    """
    after, parcel_id = step.dossier, before.parcel.id
    _save_state(store, step, now, learned, _changed(before, after))
    if after.parcel.orders != before.parcel.orders:
        orders.save(store, parcel_id, before.parcel.orders, after.parcel.orders, now)
    if after.timeline is not before.timeline:
        _save_entries(store, parcel_id, before.timeline, after.timeline)
    ids = _save_cases(store, parcel_id, before.cases, after.cases)
    if after.shadows != before.shadows:
        shadows.save(store, parcel_id, before.shadows, after.shadows)
    if step.events:
        store.write_many(_EVENT, [_event_row(event, ids) for event in step.events])
    letters = drafts.save(store, parcel_id, before.drafts, after.drafts, now)
    drafts.save_told(store, before.past, after.past)
    if step.moves:
        drafts.save_events(store, step.moves)
    habits.count(store, before, after)
    history.note(store, before, after, now)
    return Saved(ids, letters)


_STATE: Final = """
UPDATE parcels SET milestone = ?, cause = ?, confirmed_at = ?, missing_since = ?, first_tracked_at = ?, baseline_at = ?,
  refused = ?, stopped = ?, estimate = ?, promise = ?, answered_at = ?, answered_from = ?, urgency = ?, deadline_at = ?,
  stands = ?, policy_id = ?, learned = coalesce(?, learned), assess_at = ?,
  poll_at = CASE WHEN unwatched_at IS NULL THEN ? END, poll_why = coalesce(nullif(?, ''), poll_why)
"""
_HEARD: Final = ", asked_at = coalesce(asked_at, ?), failures = 0, lease_until = NULL"


def _changed(before: Dossier, after: Dossier) -> dict[str, object]:
    """The columns that few steps change, where this one does: each one named costs its indexes a write."""
    changed: dict[str, object] = {}
    if after.registered_at != before.registered_at:
        changed["registered"] = maybe_ms(after.registered_at) or 0
    if after.parcel != before.parcel:
        changed |= _described(before.parcel, after.parcel)
    if after.timeline is not before.timeline and (where := hub(after.timeline)) != hub(before.timeline):
        changed["hub"] = where
    return changed


def _described(before: Parcel, after: Parcel) -> dict[str, object]:
    row = zip(PARCEL, parcel_row(after), strict=True)
    changed = {name: value for name, value in row if getattr(after, name) != getattr(before, name)}
    if after.orders != before.orders:
        changed |= zip(DERIVED, derived(after), strict=True)
    return changed


def _save_state(store: Store, step: Advance, now: datetime, learned: int | None, changed: Mapping[str, object]) -> None:
    after = step.dossier
    values = [
        plain(after.milestone),
        plain(after.cause),
        maybe_ms(after.confirmed_at),
        maybe_ms(after.missing_since),
        maybe_ms(after.first_tracked_at),
        maybe_ms(after.baseline_at),
        after.refused,
        after.stopped,
        maybe_ms(after.estimate),
        maybe_ms(after.promise),
        maybe_ms(after.timeline.answered_at),
        maybe_ms(after.timeline.answered_from),
        int(urgency(after, step.due_at, now)),
        maybe_ms(step.due_at),
        plain(after.stands),
        after.policy_id,
        learned,
        maybe_ms(step.assess_at),
        maybe_ms(step.poll_at),
        step.poll_why,
        *changed.values(),
    ]
    also = "".join(f", {name} = ?" for name in changed)
    if step.heard:
        also += _HEARD
        values.append(to_ms(now) if step.asked else None)
    store.write(f"{_STATE}{also} WHERE id = ?", (*values, after.parcel.id))


# --- checkpoints ---------------------------------------------------------------------------------

_DROP_ENTRY: Final = """
DELETE FROM checkpoints
WHERE parcel_id = ? AND occurred_at = ? AND occurred_until = ? AND code = ? AND text = ? AND place = ?
"""
_KEEP_ENTRY: Final = """
INSERT INTO checkpoints
  (parcel_id, occurred_at, occurred_until, code, text, place, milestone, cause, seen_at, last_seen_at, moves, by, sure)
VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
ON CONFLICT DO UPDATE SET milestone = excluded.milestone, cause = excluded.cause, seen_at = excluded.seen_at,
  last_seen_at = excluded.last_seen_at, moves = excluded.moves, sure = excluded.sure
"""


def _save_entries(store: Store, parcel_id: int, before: Timeline, after: Timeline) -> None:
    changed, gone = _differences(before, after)
    if gone:
        store.write_many(_DROP_ENTRY, [_key(parcel_id, entry) for entry in gone])
    if changed:
        store.write_many(_KEEP_ENTRY, [_row(parcel_id, entry, after) for entry in changed])


def _differences(before: Timeline, after: Timeline) -> tuple[list[Entry], list[Entry]]:
    """Entries whose rows are new or other than before, and entries that are no more."""
    changed: list[Entry] = []
    alike = 0
    # News comes at the end: up to the first difference the two run side by side, which spares looking them up.
    for old, new in zip(before.entries, after.entries, strict=False):
        if old.checkpoint != new.checkpoint:
            break
        alike += 1
        if not _heard_alike(old, before, new, after):
            changed.append(new)
    known = {entry.checkpoint.identity: entry for entry in before.entries[alike:]}
    for new in after.entries[alike:]:
        found = known.pop(new.checkpoint.identity, None) if known else None
        if found is None or found.checkpoint != new.checkpoint or not _heard_alike(found, before, new, after):
            changed.append(new)
    return changed, list(known.values())


def _heard_alike(old: Entry, before: Timeline, new: Entry, after: Timeline) -> bool:
    """Whether both keep the same times of hearing in their rows."""
    if old.seen_at != new.seen_at:
        return False
    if old.last_seen_at == before.answered_at:
        return new.last_seen_at == after.answered_at
    return old.last_seen_at == new.last_seen_at != after.answered_at


def _key(parcel_id: int, entry: Entry) -> tuple[object, ...]:
    said = entry.checkpoint
    at = to_ms(said.occurred_at)
    until = at if said.occurred_until == said.occurred_at else to_ms(said.occurred_until)
    return (parcel_id, at, until, said.code, said.text, said.place)


def _row(parcel_id: int, entry: Entry, timeline: Timeline) -> tuple[object, ...]:
    """No `last_seen_at` stands for "in the latest answer".

    So an answer that repeats what is known changes one row of one parcel and not each of its checkpoints.
    """
    said = entry.checkpoint
    last = None if entry.last_seen_at == timeline.answered_at else to_ms(entry.last_seen_at)
    return (
        *_key(parcel_id, entry),
        plain(said.milestone),
        plain(said.cause),
        to_ms(entry.seen_at),
        last,
        int(said.moves),
        said.by,
        plain(said.sure),
    )


# --- cases ---------------------------------------------------------------------------------------

_NEW_CASE: Final = (
    f"INSERT INTO cases (parcel_id, {', '.join(CASE[1:])}) VALUES ({', '.join('?' * len(CASE))}) RETURNING id"
)
_CASE: Final = f"UPDATE cases SET {', '.join(f'{name} = ?' for name in CASE[1:])} WHERE id = ?"
_EVENT: Final = "INSERT INTO case_events (case_id, at, signal, before, after, fact, by) VALUES (?, ?, ?, ?, ?, ?, ?)"


def _save_cases(store: Store, parcel_id: int, before: tuple[Case, ...], after: tuple[Case, ...]) -> dict[str, int]:
    known = {case.kind: case for case in before}
    ids: dict[str, int] = {}
    for case in after:
        old = known.get(case.kind)
        values = case_row(case)[1:] if case != old else []
        if old is None or old.id is None:
            ids[case.kind] = store.write(_NEW_CASE, (parcel_id, *values)).fetchall()[0][0]
            continue
        ids[case.kind] = old.id
        if values:
            store.write(_CASE, (*values, old.id))
    return ids


def _event_row(event: CaseEvent, ids: dict[str, int]) -> tuple[object, ...]:
    return (ids[event.kind], to_ms(event.at), event.signal, event.before, event.after, fact_json(event.why), event.by)
