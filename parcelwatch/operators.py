"""What the operator is told about the couriers themselves: silent, back again, or saying what we cannot read.

What belongs here: operator findings, from the accounts' states to the outbox. They are not cases.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Final

from parcelwatch.core import accounts as rules
from parcelwatch.ingest import Judge
from parcelwatch.model import Severity, Why
from parcelwatch.render import OperatorFacts, Unmapped
from parcelwatch.store import Store, accounts, evidence, outbox, parcels
from parcelwatch.store.rows import NewAlert

SILENT = "courier_silent"
UNREAD = "unknown_status"

UNREAD_EVERY: Final = timedelta(hours=1)
"""A wording that names a counter or a clerk is a new one each time; the operator hears of them together."""


MANY: Final = 3
"""Parcels on which a code or a wording is seen before the operator hears of it; `couriers list` shows it at once."""


def tell_operators(store: Store, apis: Mapping[str, str], judge: Judge, now: datetime) -> int:
    """Enqueue what is new about each account (name → API); the caller holds the transaction. How many messages."""
    tellers = (_tell_silence, _tell_unread)
    return sum(tell(store, name, api, judge, now) for name, api in apis.items() for tell in tellers)


def _tell_silence(store: Store, name: str, api: str, judge: Judge, now: datetime) -> int:
    state, pace = accounts.load(store, name)
    why = rules.silence(state, now, judge.policy.courier_silent(name))
    if why is None:
        return 0
    # An answer clears the state, so how long it was silent is read from the log of outages.
    began = next((begin for begin, _ in reversed(accounts.outages(store, name))), None)
    facts = OperatorFacts(
        why=why,
        account=name,
        now=now,
        api=api,
        since=state.failing_since or began,
        error=state.last_error,
        refused=bool(state.refused),
        parcels=parcels.due(store, name, now),
    )
    _enqueue(store, SILENT, facts, judge, now)
    accounts.save(store, name, rules.told(state, now, why), pace)
    return 1


def _tell_unread(store: Store, name: str, api: str, judge: Judge, now: datetime) -> int:
    last = evidence.last_told(store, name)
    if last is not None and last <= now < last + UNREAD_EVERY:
        return 0
    unread = evidence.unknown(store, name, untold=True, least=MANY)
    if not unread:
        return 0
    codes = tuple(Unmapped(row["code"], row["text"], row["count"]) for row in unread)
    _enqueue(store, UNREAD, OperatorFacts(why=Why.UNMAPPED, account=name, now=now, api=api, unknown=codes), judge, now)
    evidence.told_unknown(store, name, [(row["code"], row["text"]) for row in unread], now)
    return 1


def _enqueue(store: Store, kind: str, facts: OperatorFacts, judge: Judge, now: datetime) -> None:
    channel = judge.policy.channel(kind, Severity.OPERATOR)
    words = judge.renderer.operator(facts)
    alert = NewAlert(
        kind=kind,
        channel=channel or "",
        severity=Severity.OPERATOR,
        title=words.title,
        body=words.body,
        line=words.line,
        why=facts.why,
        suppressed="" if channel else "no channel is configured",
    )
    outbox.enqueue(store, alert, now)
