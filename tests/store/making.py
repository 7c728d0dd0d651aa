"""Parcels, answers and messages for the store's tests: invented, and as small as the test allows."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from parcelwatch.model import Advance, Case, CaseEvent, Checkpoint, Dossier, Milestone, Parcel, Severity, State
from parcelwatch.store import Store, outbox, parcels
from parcelwatch.store.rows import NewAlert

NOW = datetime(2026, 3, 2, 8, 0, tzinfo=UTC)
SECOND = timedelta(seconds=1)
MINUTE = timedelta(minutes=1)
HOUR = timedelta(hours=1)


def parcel(number: str = "PW1", courier: str = "my_dhl", **said: object) -> Parcel:
    return replace(Parcel(0, number, courier, NOW), **said)  # type: ignore[arg-type]


def add(store: Store, number: str = "PW1", courier: str = "my_dhl", **said: object) -> int:
    with store.transaction():
        return parcels.add(store, parcel(number, courier, **said), NOW).id


def heard(
    before: Dossier, poll_at: datetime | None = NOW + HOUR, assess_at: datetime | None = None, **changes: object
) -> Advance:
    """A step in which the courier answered."""
    after = replace(before, confirmed_at=NOW, poll_at=poll_at, **changes)  # type: ignore[arg-type]
    return Advance(after, poll_at=poll_at, assess_at=assess_at, poll_why="moving", asked=True)


def looked(before: Dossier, **changes: object) -> Advance:
    """A step in which only time passed."""
    return Advance(replace(before, **changes), poll_at=before.poll_at)  # type: ignore[arg-type]


def save(store: Store, parcel_id: int, **changes: object) -> dict[str, int]:
    """Load, change, save as answered."""
    with store.transaction():
        before = parcels.dossier(store, parcel_id)
        return parcels.save(store, before, heard(before, **changes), NOW)  # type: ignore[arg-type]


def case(kind: str = "stalled", state: State = State.OPEN, **said: object) -> Case:
    made = Case(kind, state, Severity.HIGH, NOW, NOW - HOUR, f"{kind} for an hour")
    return replace(made, **said)  # type: ignore[arg-type]


def fired(kind: str = "stalled") -> CaseEvent:
    return CaseEvent(kind, NOW, "fires", "", "open", "it stands still")


def checkpoint(hours_ago: int = 1, text: str = "Departed", milestone: Milestone = Milestone.IN_TRANSIT) -> Checkpoint:
    at = NOW - hours_ago * HOUR
    return Checkpoint(at, at, milestone, None, "T", text, "Leipzig")


def alert(kind: str = "stalled", channel: str = "ops", **said: object) -> NewAlert:
    made = NewAlert(kind, channel, Severity.HIGH, title=f"{kind}!", body="It stands still.", line="PW1 stands still")
    return replace(made, **said)  # type: ignore[arg-type]


def enqueue(store: Store, *alerts: NewAlert, at: datetime = NOW) -> list[int]:
    with store.transaction():
        return [outbox.enqueue(store, one, at) for one in alerts]
