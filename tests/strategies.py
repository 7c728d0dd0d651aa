"""Hypothesis strategies for the nouns of the model, and for what a courier might send.

Times are whole milliseconds, as all that was ever stored.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import TypeVar

from hypothesis import strategies as st

from parcelwatch.core.tracking.timeline import join
from parcelwatch.duration import parse
from parcelwatch.model import (
    Answered,
    Case,
    Cause,
    Checkpoint,
    Dossier,
    Entry,
    Fact,
    Form,
    Milestone,
    NotFound,
    Observation,
    Order,
    Parcel,
    Refused,
    Severity,
    State,
    Timeline,
    Unanswered,
    Unread,
)

T = TypeVar("T")

START = datetime(2026, 3, 2, 8, 0, tzinfo=UTC)

numbers = st.from_regex(r"[A-Z]{2}[0-9]{9}[A-Z]{2}", fullmatch=True)
words = st.text(st.characters(codec="utf-8", exclude_characters="\x00"), max_size=12)
codes = st.sampled_from(["", "PU", "TR", "DLV", "签收"])
countries = st.sampled_from(["", "CN", "DE", "BR"])


def times(around: datetime = START, within: timedelta = timedelta(days=60)) -> st.SearchStrategy[datetime]:
    """Whole milliseconds, UTC."""
    span = within // timedelta(milliseconds=1)
    return st.integers(-span, span).map(lambda ms: around + timedelta(milliseconds=ms))


def maybe(strategy: st.SearchStrategy[T]) -> st.SearchStrategy[T | None]:
    return st.none() | strategy


def documents(*keys: str) -> st.SearchStrategy[object]:
    """JSON of any shape, with these keys in its objects."""
    return st.recursive(
        st.none() | st.booleans() | st.integers() | st.text(max_size=20),
        lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(keys), inner, max_size=5),
        max_leaves=12,
    )


@st.composite
def checkpoints(draw: st.DrawFn) -> Checkpoint:
    """Few different instants, so that ties happen."""
    at = draw(st.sampled_from([START, START + timedelta(hours=5)]) | times())
    blur = draw(st.sampled_from([timedelta(0), timedelta(hours=9), timedelta(hours=26)]))
    return Checkpoint(
        at,
        at + blur,
        draw(st.sampled_from(Milestone)),
        draw(st.none() | st.sampled_from(Cause)),
        draw(codes),
        draw(words),
        draw(words),
    )


@st.composite
def histories(draw: st.DrawFn, number: str = "PW000000001CN") -> Answered:
    return Answered(
        number,
        tuple(draw(st.lists(checkpoints(), max_size=6))),
        complete=draw(st.booleans()),
        estimate=draw(maybe(times())),
        stopped=draw(st.sampled_from(["", "expired"])),
    )


def observations(number: str = "PW000000001CN") -> st.SearchStrategy[Observation]:
    others = [NotFound(number), Refused(number, "needs the phone's last digits"), Unanswered(number)]
    return histories(number) | st.sampled_from(others)


@st.composite
def entries(draw: st.DrawFn) -> Entry:
    seen_at = draw(times())
    return Entry(draw(checkpoints()), seen_at, seen_at + draw(st.integers(0, 500)) * timedelta(hours=1))


@st.composite
def timelines(draw: st.DrawFn) -> Timeline:
    """As merging leaves one: in order, and never last seen after the latest complete answer unless there was none."""
    made = join(Timeline(tuple(draw(st.lists(entries(), max_size=6)))), Timeline())
    if not made.entries or draw(st.booleans()):
        return made
    answered_at = max(entry.last_seen_at for entry in made.entries)
    return Timeline(made.entries, answered_at, made.entries[0].checkpoint.occurred_at)


@st.composite
def orders(draw: st.DrawFn) -> Order:
    return Order(
        number=draw(st.sampled_from(["A-1001", "A-1002"])),
        customer_name=draw(words),
        customer_contact=draw(words),
        buyer=draw(words),
        language=draw(st.sampled_from(["", "zh-CN", "en"])),
        value=draw(st.floats(0, 1e6)),
        tier=draw(words),
        goods=draw(words),
        url=draw(words),
        promised_by=draw(maybe(times())),
        dispatch_by=draw(maybe(times())),
        tags=tuple(draw(st.lists(words, max_size=2, unique=True))),
    )


@st.composite
def parcels(draw: st.DrawFn) -> Parcel:
    return Parcel(
        id=0,
        number=draw(numbers),
        courier=draw(st.sampled_from(["my_dhl", "kd100"])),
        added_at=draw(times()),
        company=draw(st.sampled_from(["", "yuantong"])),
        service=draw(words),
        origin=draw(countries),
        destination=draw(countries),
        shipped_at=draw(maybe(times())),
        phone_last4=draw(st.sampled_from(["", "0042"])),
        postal_code=draw(words),
        orders=tuple(draw(st.lists(orders(), max_size=2, unique_by=lambda order: order.number))),
    )


KINDS: Sequence[str] = ("stalled", "damaged", "late", "returned")


@st.composite
def facts(draw: st.DrawFn) -> Fact:
    """What may be said of a case: of any form, with any of its evidence."""
    return Fact(
        says=draw(st.sampled_from(Form)),
        since=draw(times()),
        scan=draw(maybe(checkpoints())),
        quiet_since=draw(maybe(times())),
        until=draw(maybe(times())),
        whose=draw(st.sampled_from(["", "shop", "courier"])),
        count=draw(st.integers(0, 9)),
        kind=draw(st.sampled_from(["", *KINDS])),
        reason=draw(words),
        unread=tuple(draw(st.lists(st.builds(Unread, words, words, st.integers(1, 9)), max_size=2))),
    )


@st.composite
def cases(draw: st.DrawFn, kind: str = "") -> Case:
    return Case(
        kind=kind or draw(st.sampled_from(KINDS)),
        state=draw(st.sampled_from(State)),
        severity=draw(st.sampled_from(Severity)),
        opened_at=draw(times()),
        fact=draw(facts()),
        limit=draw(st.none() | st.sampled_from(["48h", "3bd", "20d"]).map(parse)),
        line=draw(words),
        policy_id=draw(words),
        hidden_by=draw(st.sampled_from(["", "lost"])),
        told=draw(st.none() | st.sampled_from(Severity)),
        reopened=draw(st.integers(0, 3)),
        resolved_at=draw(maybe(times())),
        by_agent=draw(st.booleans()),
        snoozed_until=draw(maybe(times())),
    )


@st.composite
def dossiers(draw: st.DrawFn) -> Dossier:
    """A dossier without drafts; a case of each of some kinds, not yet stored."""
    kinds = draw(st.lists(st.sampled_from(KINDS), unique=True))
    return Dossier(
        parcel=draw(parcels()),
        timeline=draw(timelines()),
        milestone=draw(st.sampled_from(Milestone)),
        cause=draw(st.none() | st.sampled_from(Cause)),
        confirmed_at=draw(maybe(times())),
        missing_since=draw(maybe(times())),
        first_tracked_at=draw(maybe(times())),
        baseline_at=draw(maybe(times())),
        refused=draw(words),
        stopped=draw(words),
        estimate=draw(maybe(times())),
        promise=draw(maybe(times())),
        cases=tuple(draw(cases(kind)) for kind in kinds),
        poll_at=draw(maybe(times())),
    )
