"""What the operator is told about the couriers themselves: silent, back again, saying nothing of a number, or
what we cannot read.

What belongs here: operator findings, from the accounts' states to the outbox, and what is wrong with the shop's own
letters, or with what shops answer. They are not cases.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from datetime import datetime, timedelta
from typing import Final

from parcelwatch.core.dispatch import operators
from parcelwatch.core.messaging.messages import UNREADABLE
from parcelwatch.core.policy import Policy
from parcelwatch.core.service import accounts as rules
from parcelwatch.core.service import health
from parcelwatch.core.timekeeping.jumps import Jump
from parcelwatch.model import Fact, Form, Severity, Unread, Why
from parcelwatch.store import Store, accounts, alerts, evidence, outbox, parcels, unheard
from parcelwatch.store.rows import NewAlert
from parcelwatch.store.unheard import Unheard

SILENT = "courier_silent"
UNREAD = "unknown_status"
UNANSWERED = "unanswered"
BROKEN = "letters_broken"
CLOCK = "clock_jumped"
SHOP = "shop_remark"

_SAYS: Final = {Why.SILENT: Form.COURIER_SILENT, Why.RECOVERED: Form.COURIER_BACK}

UNREAD_EVERY: Final = timedelta(hours=1)
"""A wording that names a counter or a clerk is a new one each time; the operator hears of them together."""


MOST: Final = 10_000
"""Numbers that one message counts."""

NAMED: Final = 20
"""Numbers that it names for one reason."""


MANY: Final = 3
"""Parcels on which a code or a wording is seen before the operator hears of it; `couriers list` shows it at once."""


def tell_operators(store: Store, apis: Mapping[str, str], policy: Policy, now: datetime) -> int:
    """Enqueue what is new about each account (name → API); the caller holds the transaction. How many messages."""
    tellers = (_tell_silence, _tell_unread, _tell_unanswered, _tell_given_up)
    return sum(tell(store, name, api, policy, now) for name, api in apis.items() for tell in tellers)


def _tell_silence(store: Store, name: str, api: str, policy: Policy, now: datetime) -> int:
    state, pace = accounts.load(store, name)
    why = rules.silence(state, now, policy.courier_silent(name))
    if why is None:
        return 0
    # An answer clears the state, so how long it was silent is read from the log of outages.
    began = next((begin for begin, _ in reversed(accounts.outages(store, name))), None)
    fact = Fact(
        _SAYS[why] if not state.refused else Form.COURIER_REFUSES,
        since=state.failing_since or began,
        count=parcels.due(store, name, now),
        kind=api,
        reason=state.last_error,
    )
    _enqueue(store, SILENT, name, why, fact, policy, now)
    accounts.save(store, name, rules.told(state, now, why), pace)
    return 1


def _tell_unread(store: Store, name: str, api: str, policy: Policy, now: datetime) -> int:
    last = evidence.last_told(store, name)
    if last is not None and last <= now < last + UNREAD_EVERY:
        return 0
    unread = evidence.unknown(store, name, untold=True, least=MANY)
    if not unread:
        return 0
    codes = tuple(Unread(row["code"], row["text"], row["count"], tuple(row["numbers"])) for row in unread)
    says = Form.ANSWER_UNREAD if all(one.code == UNREADABLE for one in codes) else Form.CODES_UNREAD
    fact = Fact(says, since=now, kind=api, unread=codes)
    _enqueue(store, UNREAD, name, Why.UNMAPPED, fact, policy, now)
    evidence.told_unknown(store, name, [(row["code"], row["text"]) for row in unread], now)
    return 1


def _tell_unanswered(store: Store, name: str, api: str, policy: Policy, now: datetime) -> int:
    """Numbers that every answer left out for hours, and why the adapter could use none of them."""
    last = unheard.last_told(store, name)
    if last is not None and last <= now < last + UNREAD_EVERY:
        return 0
    found = unheard.untold(store, name, now - health.UNANSWERED, MOST)
    if not found:
        return 0
    fact = Fact(
        Form.UNANSWERED,
        since=min(one.since for one in found.values()),
        count=len(found),
        kind=api,
        unread=_by_reason(found.values()),
    )
    _enqueue(store, UNANSWERED, name, Why.SILENT, fact, policy, now)
    unheard.told(store, found, now)
    return 1


def _tell_given_up(store: Store, name: str, api: str, policy: Policy, now: datetime) -> int:
    """Numbers nobody had a word of for so long that they are no longer asked about."""
    last = unheard.last_told_end(store, name)
    if last is not None and last <= now < last + UNREAD_EVERY:
        return 0
    found = unheard.ended(store, name, MOST)
    if not found:
        return 0
    fact = Fact(Form.GIVEN_UP, since=now, count=len(found), kind=api, unread=_by_reason(found.values()))
    _enqueue(store, UNANSWERED, name, Why.SILENT, fact, policy, now)
    unheard.told_end(store, found, now)
    return 1


def _by_reason(found: Iterable[Unheard]) -> tuple[Unread, ...]:
    """What was said of how many, and of which: the numbers, or the first of them."""
    numbers: dict[str, list[str]] = {}
    for one in found:
        numbers.setdefault(one.reason, []).append(one.number)
    return tuple(Unread("", why, len(those), tuple(those[:NAMED])) for why, those in numbers.items())


def tell_broken(store: Store, faults: Collection[str], policy: Policy, now: datetime) -> int:
    """Enqueue what is wrong with the shop's own letters, each fault once; the caller holds the transaction."""
    told = {one.text for fact in alerts.facts(store, BROKEN) for one in fact.unread}
    news = tuple(Unread("", fault, 1) for fault in dict.fromkeys(faults) if fault not in told)
    if news:
        _enqueue(store, BROKEN, "", Why.BROKEN, Fact(Form.LETTERS_BROKEN, since=now, unread=news), policy, now)
    return len(news)


def tell_shop(store: Store, shop: str, remarks: Iterable[str], policy: Policy, now: datetime) -> None:
    """Enqueue what a shop's answers lack, such as fields that it denies us, each remark once; in one transaction."""
    told = {one.text for fact in alerts.facts(store, SHOP) if fact.reason == shop for one in fact.unread}
    news = tuple(Unread("", remark, 1) for remark in dict.fromkeys(remarks) if remark not in told)
    if news:
        with store.transaction():
            _enqueue(store, SHOP, "", Why.BROKEN, Fact(Form.SHOP_REMARKED, now, reason=shop, unread=news), policy, now)


def tell_jump(store: Store, jump: Jump, mended: int, policy: Policy, now: datetime) -> None:
    """Enqueue that the clock jumped; `mended`: rows brought back so far. The caller holds the transaction."""
    denied = () if jump.believed else (("denied", 1),)
    fact = Fact(Form.CLOCK_JUMPED, since=jump.before, until=jump.before + jump.by, count=mended, tally=denied)
    _enqueue(store, CLOCK, "", Why.JUMPED, fact, policy, now)


def _enqueue(store: Store, kind: str, account: str, why: Why, fact: Fact, policy: Policy, now: datetime) -> None:
    way = operators(kind, account, policy)
    alert = NewAlert(
        kind=kind,
        channel="",
        severity=Severity.OPERATOR,
        why=why,
        fact=fact,
        account=account,
        suppressed=way.suppressed,
    )
    outbox.enqueue_all(store, alert, way.receivers, now)
