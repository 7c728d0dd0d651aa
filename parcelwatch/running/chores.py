"""What the engine has the store do: at the start, at every beat, and when others take over.

What belongs here: pieces of work for the store's thread, each a transaction or a look. When they are done is the
engine's.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

from parcelwatch.core import cadence
from parcelwatch.core.cadence import REGISTERED
from parcelwatch.core.policy import Policy
from parcelwatch.core.service import accounts as rules
from parcelwatch.core.timekeeping.jumps import Jump, plausible
from parcelwatch.ingest import Tally, assess_due, learn_from_before, rejudge
from parcelwatch.store import Store, accounts, ahead, outbox, parcels, shops
from parcelwatch.telling import incidents, operators, repeats, reports
from parcelwatch.verbs import silencing


def led_on(store: Store, name: str, now: datetime) -> datetime | None:
    """When what a registration or a declined call leads to is due: no later than a moment from now."""
    due_at = parcels.next_poll(store, name)
    return due_at if due_at is not None and due_at <= REGISTERED.after(now)[0] else None


def start(store: Store, names: Sequence[str], keepers: Sequence[str], now: datetime) -> None:
    with store.transaction():
        outbox.void_leases(store, now)
    take_over(store, names, now, anew=[*names, *keepers])


def take_over(
    store: Store, names: Sequence[str], now: datetime, *, anew: Sequence[str], hasten: Sequence[str] = ()
) -> None:
    """Nobody else asks these accounts; those of `anew` may have been put right. `hasten`: shops to be read at once."""
    with store.transaction():
        parcels.void_leases(store, names)
        for name in anew:
            state, pace = accounts.load(store, name)
            accounts.save(store, name, rules.retry_now(state, now), pace)
        for name in hasten:
            shops.hasten(store, name)


def set_right(store: Store, policy: Policy, now: datetime, jump: Jump | None) -> int:
    furthest = ahead.furthest(store, now) if plausible(now) else None
    # What lies ahead without a jump that we saw was left by one before the start, or by another program.
    jump = jump or (Jump(now - furthest, furthest) if furthest else None)
    if jump is None:
        return 0
    with store.transaction():
        mended = 0
        if jump.believed and jump.by < timedelta(0):
            mended = ahead.mend(store, now)
            ahead.plan_anew(store, now)
        if jump.tell:
            operators.tell_jump(store, jump, mended, policy, now)
    return mended


def mend_more(store: Store, now: datetime) -> int:
    with store.transaction():
        return ahead.mend(store, now)


def ask_the_time(store: Store, names: Sequence[str], now: datetime) -> None:
    with store.transaction():
        for name in names:
            parcels.hasten_one(store, name, *cadence.CLOCK.after(now))


def assess(store: Store, policy: Policy, apis: Mapping[str, str], lookout: incidents.Lookout, now: datetime) -> Tally:
    with store.transaction():
        tally = assess_due(store, policy, now) + rejudge(store, policy, now)
        learn_from_before(store, policy, now)
        operators.tell_operators(store, apis, policy, now)
        silencing.release(store, now)
        incidents.look(store, lookout, policy, now)
        reports.tell_daily(store, policy, now)
    return tally


def hold(store: Store, policy: Policy, lookout: incidents.Lookout, now: datetime) -> None:
    with store.transaction():
        incidents.look(store, lookout, policy, now)


def tell_broken(store: Store, faults: Sequence[str], policy: Policy, now: datetime) -> bool:
    with store.transaction():
        return operators.tell_broken(store, faults, policy, now) > 0


def repeat(store: Store, policy: Policy, now: datetime) -> None:
    with store.transaction():
        repeats.repeat(store, policy, now)


def to_look_at(store: Store, policy_id: str, now: datetime) -> bool:
    due_at = parcels.next_assess(store)
    return (due_at is not None and due_at <= now) or bool(parcels.judged_otherwise(store, policy_id, 1))


def left(store: Store, names: Sequence[str], now: datetime) -> int:
    return sum(parcels.due(store, name, now) for name in names)


def release(store: Store, now: datetime) -> None:
    with store.transaction():
        outbox.release(store, now, every=True)
