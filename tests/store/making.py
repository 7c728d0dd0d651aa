"""Parcels, answers and messages for the store's tests: invented, and as small as the test allows."""

from __future__ import annotations

from dataclasses import fields, replace
from datetime import UTC, datetime, timedelta

from parcelwatch.model import (
    Advance,
    Case,
    CaseEvent,
    Checkpoint,
    Dossier,
    Draft,
    DraftState,
    Fact,
    Form,
    Milestone,
    Order,
    Parcel,
    Severity,
    State,
    Why,
)
from parcelwatch.store import Store, outbox, parcels
from parcelwatch.store.rows import NewAlert

NOW = datetime(2026, 3, 2, 8, 0, tzinfo=UTC)
SECOND = timedelta(seconds=1)
MINUTE = timedelta(minutes=1)
HOUR = timedelta(hours=1)


_OF_ORDER = {each.name for each in fields(Order)} - {"number"}


def parcel(number: str = "PW1", courier: str = "my_dhl", **said: object) -> Parcel:
    """`said`: of the parcel, or of its order."""
    ordered = {name: said.pop(name) for name in _OF_ORDER & said.keys()}
    number_of_order = str(said.pop("order", ""))
    orders = (Order(number_of_order, **ordered),) if ordered or number_of_order else ()  # type: ignore[arg-type]
    return replace(Parcel(0, number, courier, NOW, orders=orders), **said)  # type: ignore[arg-type]


def add(store: Store, number: str = "PW1", courier: str = "my_dhl", **said: object) -> int:
    with store.transaction():
        return parcels.add(store, parcel(number, courier, **said), NOW)


def heard(
    before: Dossier, poll_at: datetime | None = NOW + HOUR, assess_at: datetime | None = None, **changes: object
) -> Advance:
    """A step in which the courier answered."""
    after = replace(before, confirmed_at=NOW, poll_at=poll_at, **changes)  # type: ignore[arg-type]
    return Advance(after, poll_at=poll_at, assess_at=assess_at, poll_why="moving", heard=True, asked=True)


def looked(before: Dossier, **changes: object) -> Advance:
    """A step in which only time passed."""
    return Advance(replace(before, **changes), poll_at=before.poll_at)  # type: ignore[arg-type]


def save(store: Store, parcel_id: int, **changes: object) -> dict[str, int]:
    """Load, change, save as answered; the ids of its cases by kind."""
    with store.transaction():
        before = parcels.dossier(store, parcel_id)
        return parcels.save(store, before, heard(before, **changes), NOW).cases  # type: ignore[arg-type]


def noted(sentence: str, since: datetime = NOW - HOUR) -> Fact:
    return Fact(Form.NOTED, since=since, reason=sentence)


def case(kind: str = "stalled", state: State = State.OPEN, **said: object) -> Case:
    made = Case(kind, state, Severity.HIGH, NOW, noted(f"{kind} for an hour"))
    return replace(made, **said)  # type: ignore[arg-type]


def fired(kind: str = "stalled") -> CaseEvent:
    return CaseEvent(kind, NOW, "fires", "", "open", noted("it stands still"))


def checkpoint(hours_ago: int = 1, text: str = "Departed", milestone: Milestone = Milestone.IN_TRANSIT) -> Checkpoint:
    at = NOW - hours_ago * HOUR
    return Checkpoint(at, at, milestone, None, "T", text, "Leipzig")


def alert(kind: str = "stalled", channel: str = "ops", **said: object) -> NewAlert:
    made = NewAlert(kind, channel, Severity.HIGH, Why.OPENED, noted("It stands still."))
    return replace(made, **said)  # type: ignore[arg-type]


def enqueue(store: Store, *alerts: NewAlert, at: datetime = NOW) -> list[int]:
    with store.transaction():
        return [outbox.enqueue(store, one, at) for one in alerts]


def letter(kind: str = "stalled", **said: object) -> Draft:
    """A draft not yet stored, in words of its own."""
    facts = {"number": "PW1", "remedies": ["resend"]}
    made = Draft(kind, "en", DraftState.DRAFT, NOW, Milestone.IN_TRANSIT, facts=facts)
    made = replace(made, subject="About your parcel", body="Dear Lin, …")
    return replace(made, **said)  # type: ignore[arg-type]


def write(store: Store, parcel_id: int, *letters: Draft) -> dict[str, int]:
    """Keep drafts for a parcel; the ids of its unsent ones by kind."""
    with store.transaction():
        before = parcels.dossier(store, parcel_id)
        after = replace(before, drafts=(*before.drafts, *letters))
        saved = parcels.save(store, before, Advance(after, poll_at=before.poll_at), NOW)
    return {kind: draft_id for (kind, _, _), draft_id in saved.drafts.items()}
