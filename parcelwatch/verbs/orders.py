"""What is said of an order apart from its parcels: told to those of its parcels that are watched, or ending them.

What belongs here: from an order to its parcels in the database; the caller holds the transaction.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace
from datetime import datetime
from typing import Final

from parcelwatch.core.orders import described
from parcelwatch.core.policy import Policy
from parcelwatch.core.rows.intake import Remark
from parcelwatch.ingest import take_step
from parcelwatch.model import Amended, Order, Parcel
from parcelwatch.store import Store, orders, parcels
from parcelwatch.store.rows import whole
from parcelwatch.verbs.agents import resume, stop
from parcelwatch.verbs.promising import DEADLINES


def enrich(store: Store, said: Parcel, policy: Policy, now: datetime) -> int:
    """Tell the parcels of the orders in `said` what it says of each; how many it was news to.

    Where it goes is news only to a parcel of which nobody knows that.
    """
    changed = 0
    for order in said.orders:
        for parcel_id in orders.parcels_of(store, order.number):
            known = parcels.one(store, parcel_id)
            news = replace(
                Parcel(0, known.number, known.courier, now, company=known.company, orders=(order,)),
                destination="" if known.destination else said.destination,
                postal_code="" if known.postal_code else said.postal_code,
            )
            if described(known, news) != known:
                take_step(store, parcel_id, Amended(news), policy, whole(now))
                changed += 1
    return changed


def shared(store: Store, said: Parcel) -> list[Remark]:
    """What is to be said of each deadline that changes for other parcels of its order when `said` is taken."""
    if not (said.promised_by or said.dispatch_by):
        return []
    own, found = parcels.same(store, said), []
    for order in said.orders:
        others = [other for other in orders.parcels_of(store, order.number) if own is None or other != own.id]
        known = [one for other in others[:1] for one in orders.of(store, other) if one.number == order.number]
        found += [Remark(name, _SHARED.format(order.number, name)) for one in known for name in _changed(one, order)]
    return found


_SHARED: Final = "order {} has other parcels: its new {} holds for them, too"


def _changed(known: Order, said: Order) -> list[str]:
    pairs = {name: (getattr(known, name), getattr(said, name)) for name in DEADLINES}
    return [name for name, (before, after) in pairs.items() if before and after and before != after]


def end(store: Store, number: str, over: Collection[str], policy: Policy, now: datetime, *, by: str) -> int:
    """Stop the parcels of an order that is over, but for those with another one that is not; how many were stopped.

    `over`: orders that are.
    """
    stopped = 0
    for parcel_id in orders.parcels_of(store, number):
        parcel = parcels.one(store, parcel_id)
        if set(parcel.order_numbers) <= {number, *over}:
            stopped += stop(store, parcel, policy, now, by=by, told_by=by)
    return stopped


def reopen(
    store: Store,
    ids: Collection[int],
    numbers: Collection[str],
    policy: Policy,
    now: datetime,
    *,
    by: str,
    told_by: str = "",
) -> list[int]:
    """Watch these parcels again, and those of these orders, that were ended and not by an agent; which they are.

    `told_by`: only what that shop or file ended.
    """
    found = parcels.ended(store, ids, numbers, told_by)
    for parcel_id in found:
        resume(store, parcels.one(store, parcel_id), policy, now, by=by)
    return found
