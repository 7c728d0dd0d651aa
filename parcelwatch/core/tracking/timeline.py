"""What was said about a parcel, joined: merge, what is withdrawn, what was known when.

What belongs here: everything that treats checkpoints as sayings, whatever they mean. What they mean is
milestones.py's.

A timeline is a join-semilattice: per checkpoint the earliest and the latest time we heard it, and the latest
complete answer. Whatever the order, overlap or repetition of answers, joining them gives the same timeline.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, datetime
from typing import Final

from parcelwatch.core.tracking.milestones import PROGRESS
from parcelwatch.model import Answered, Checkpoint, Entry, Timeline

READ: Final = 500
"""Checkpoints read of one list of a courier's, the newest."""
MOST: Final = 1_000
"""Checkpoints kept of one parcel, the newest: hardly any has a hundred, and what repeats itself for ever has no end."""

_BEFORE_ALL = datetime.min.replace(tzinfo=UTC)


def merge(timeline: Timeline, answer: Answered, at: datetime) -> Timeline:
    """`timeline` with what `answer`, heard at `at`, says: join(timeline, heard(answer, at)), in one go."""
    said = answer.checkpoints
    if not said:
        return timeline
    known = {entry.checkpoint.identity: entry for entry in timeline.entries}
    in_order = True
    for checkpoint in said:
        identity = checkpoint.identity
        old = known.get(identity)
        known[identity] = new = Entry(checkpoint, at, at) if old is None else _again(old, checkpoint, at)
        # What was known and reads as before stays where it stood: nearly every answer says nothing new.
        in_order = in_order and old is not None and old.checkpoint.milestone is new.checkpoint.milestone
    entries = _bounded(tuple(known.values() if in_order else sorted(known.values(), key=_order)))
    if not answer.complete:
        return replace(timeline, entries=entries)
    listed = (at, min(checkpoint.occurred_at for checkpoint in said))
    return Timeline(entries, *max(_answered(timeline), listed))


def heard(answer: Answered, at: datetime) -> Timeline:
    """One answer as a timeline of its own."""
    entries = _distinct(Entry(checkpoint, at, at) for checkpoint in answer.checkpoints)
    if not (answer.complete and entries):
        return Timeline(entries)
    return Timeline(entries, at, entries[0].checkpoint.occurred_at)


def join(one: Timeline, other: Timeline) -> Timeline:
    """The least timeline that holds all that both say. Commutative, associative, idempotent."""
    answered_at, answered_from = max(_answered(one), _answered(other))
    entries = _distinct((*one.entries, *other.entries))
    if answered_at == _BEFORE_ALL:
        return Timeline(entries)
    return Timeline(entries, answered_at, answered_from)


def withdrawn(entry: Entry, timeline: Timeline) -> bool:
    """Whether the courier's latest list reaches back to this entry and leaves it out; an agent's word stands."""
    if timeline.answered_at is None or timeline.answered_from is None or entry.checkpoint.by:
        return False
    return entry.last_seen_at < timeline.answered_at and entry.checkpoint.occurred_at >= timeline.answered_from


def current(timeline: Timeline) -> tuple[Entry, ...]:
    """The entries the courier still stands by, oldest first."""
    at = timeline.answered_at
    if at is None or all(entry.last_seen_at >= at for entry in timeline.entries):
        return timeline.entries
    return tuple(entry for entry in timeline.entries if not withdrawn(entry, timeline))


def as_of(timeline: Timeline, at: datetime) -> Timeline:
    """What was known at `at`. An answer between the last sighting and `at` is assumed to have been complete."""
    known = [entry for entry in timeline.entries if entry.seen_at <= at]
    entries = tuple(replace(entry, last_seen_at=min(entry.last_seen_at, at)) for entry in known)
    if timeline.answered_at is None or timeline.answered_at <= at:
        return replace(timeline, entries=entries)
    last = max((entry.last_seen_at for entry in entries), default=None)
    return Timeline(entries, last, timeline.answered_from if last else None)


def earliest(entry: Entry) -> datetime:
    """The first instant it can have happened; a stamp from the future happened when we saw it."""
    return min(entry.checkpoint.occurred_at, entry.seen_at)


def latest(entry: Entry) -> datetime:
    """The last instant it can have happened: nobody reports what is still to come."""
    return min(entry.checkpoint.occurred_until, entry.seen_at)


def _answered(timeline: Timeline) -> tuple[datetime, datetime]:
    return (timeline.answered_at or _BEFORE_ALL, timeline.answered_from or _BEFORE_ALL)


def _distinct(entries: Iterable[Entry]) -> tuple[Entry, ...]:
    known: dict[tuple[object, ...], Entry] = {}
    for entry in entries:
        identity = entry.checkpoint.identity
        other = known.get(identity)
        known[identity] = entry if other is None else _same(entry, other)
    return _bounded(tuple(sorted(known.values(), key=_order)))


def _bounded(entries: tuple[Entry, ...]) -> tuple[Entry, ...]:
    """The newest of them, and what agents said: the newest of all are among the newest of each part."""
    if len(entries) <= MOST:
        return entries
    old, new = entries[:-MOST], entries[-MOST:]
    return (*(entry for entry in old if entry.checkpoint.by), *new)


def _same(one: Entry, other: Entry) -> Entry:
    """Two hearings of one saying. The reading of the later one stands: adapters learn."""
    if one.last_seen_at == other.last_seen_at:
        newer = max(one, other, key=lambda entry: _reading(entry.checkpoint))
    else:
        newer = one if one.last_seen_at > other.last_seen_at else other
    return Entry(newer.checkpoint, min(one.seen_at, other.seen_at), newer.last_seen_at)


def _again(old: Entry, said: Checkpoint, at: datetime) -> Entry:
    """A saying heard once more, mostly later than ever before."""
    if at > old.last_seen_at:
        return Entry(said, min(at, old.seen_at), at)
    return _same(Entry(said, at, at), old)


def _reading(checkpoint: Checkpoint) -> tuple[object, ...]:
    return (checkpoint.milestone, checkpoint.cause or "", checkpoint.sure, checkpoint.moves, checkpoint.by)


def _order(entry: Entry) -> tuple[object, ...]:
    """Oldest first; at the same instant what lies further along a parcel's way comes later."""
    checkpoint = entry.checkpoint
    return (checkpoint.occurred_at, PROGRESS[checkpoint.milestone], *checkpoint.identity[1:])
