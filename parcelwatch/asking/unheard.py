"""Answers that say nothing of a parcel they were asked about: counted, their words kept, the next one put off.

What belongs here: what is done about such answers before they go the way of all others. Who is told of them, and when,
is telling/operators.py's.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from parcelwatch.core import cadence
from parcelwatch.ingest import Heard
from parcelwatch.model import Unanswered
from parcelwatch.store import Store, evidence, parcels, unheard
from parcelwatch.store.rows import Claimed


def noted(store: Store, account: str, told: Sequence[Heard]) -> list[Heard]:
    """What was told, each that says nothing with since when that is so; the first such answer is kept as it came."""
    silent = [one for one in told if isinstance(one.observation, Unanswered)]
    unheard.heard(store, [one.parcel_id for one in told if not isinstance(one.observation, Unanswered)])
    if not silent:
        return list(told)
    kept: set[bytes] = set()
    return [_noted(store, account, one, kept) for one in told]


def _noted(store: Store, account: str, one: Heard, kept: set[bytes]) -> Heard:
    said = one.observation
    if not isinstance(said, Unanswered):
        return one
    since, first = unheard.note(store, account, one.parcel_id, said.reason, one.at)
    if first and said.payload and said.payload not in kept:
        kept.add(said.payload)
        evidence.keep_payload(store, account, said.payload, said.reason, one.at)
    return replace(one, observation=replace(said, since=since))


def unread(store: Store, account: str, claimed: Sequence[Claimed], reason: str, now: datetime) -> None:
    """Answers about these alone cannot be read: they wait as if left out of them."""
    for one in claimed:
        since, _ = unheard.note(store, account, one.parcel_id, reason, now)
        at, why = cadence.unanswered(one.ask.number, since, now)
        parcels.postpone(store, one.parcel_id, at, why)
    unheard.note_ended(store, [one.parcel_id for one in claimed], now)
