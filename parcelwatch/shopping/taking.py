"""Taking in what shops tell: a page of orders with its mark, in one transaction.

What belongs here: from a Page to parcels watched, amended and stopped, and complaints kept. What follows from an order
is core.rows.shopping's to say.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, replace
from datetime import datetime

from parcelwatch.core.policy import Policy
from parcelwatch.core.rows.complaints import Complaint
from parcelwatch.core.rows.shopping import Assign, Plan, plan
from parcelwatch.errors import BadInput
from parcelwatch.ingest import watch
from parcelwatch.model import Grievance, Parcel, ShopOrder, Standing
from parcelwatch.shops.base import Page
from parcelwatch.store import Store, complaints, forgotten, parcels, shops
from parcelwatch.store.forgotten import Forgotten
from parcelwatch.store.rows import EPOCH, whole
from parcelwatch.verbs.agents import stop
from parcelwatch.verbs.orders import end, enrich, reopen


@dataclass(frozen=True, slots=True)
class Taken:
    """What some orders came to, in parcels; `told`: orders, `complaints`: new ones about what is watched.

    `forgotten`: orders that are not to come back.
    """

    told: int = 0
    added: int = 0
    updated: int = 0
    stopped: int = 0
    held: int = 0
    complaints: int = 0
    forgotten: int = 0

    def __add__(self, other: Taken) -> Taken:
        mine, theirs = self.as_tuple(), other.as_tuple()
        return Taken(*(one + another for one, another in zip(mine, theirs, strict=True)))

    def as_tuple(self) -> tuple[int, ...]:
        return (self.told, self.added, self.updated, self.stopped, self.held, self.complaints, self.forgotten)


@dataclass(frozen=True, slots=True)
class Counter:
    """Where a shop's orders are taken in: who asks about a parcel, what decides, and the shop's currency."""

    shop: str
    assign: Assign
    policy: Policy
    currency: str = ""


def take_page(store: Store, counter: Counter, page: Page, now: datetime) -> Taken:
    """Keep a page and how far it goes, all or nothing."""
    with store.joined():
        gone = forgotten.load(store)
        taken = sum((_take(store, counter, one, gone, now) for one in page.orders), Taken())
        taken += Taken(complaints=sum(_complain(store, counter.shop, one) for one in page.grievances))
        if page.mark is not None:
            shops.mark(store, counter.shop, page.mark.at, page.mark.cursor, len(page.orders))
    return taken


def _take(store: Store, counter: Counter, told: ShopOrder, gone: Forgotten, now: datetime) -> Taken:
    if gone.order(told.number):
        return Taken(told=1, forgotten=1)
    sent = tuple(each for each in told.shipments if not gone.parcel(each.number, told.number))
    told = replace(told, shipments=sent)
    fingerprint = _fingerprint(told)
    if shops.told(store, counter.shop, told.ref) == fingerprint and not _waits(store, counter.shop, told):
        return Taken(told=1)
    known = shops.known(store, counter.shop, told.ref)
    decided = plan(told, known, counter.assign, now, counter.currency)
    shops.keep(store, counter.shop, told.ref, told.number, told.standing, told.updated_at, fingerprint)
    return _carry_out(store, counter, told, decided, now)


def _waits(store: Store, shop: str, told: ShopOrder) -> bool:
    """Whether a number of an order is held, so that another configuration may know who asks about it."""
    return store.value("SELECT 1 FROM shop_held WHERE shop = ? AND ref = ? LIMIT 1", (shop, told.ref)) is not None


def _carry_out(store: Store, counter: Counter, told: ShopOrder, decided: Plan, now: datetime) -> Taken:
    shop, ref, policy = counter.shop, told.ref, counter.policy
    outcomes = []
    for each in decided.watch:
        was = watch(store, each, policy, now)
        reopen(store, [was.id], (), policy, now, by=shop)
        shops.link(store, shop, ref, was.id)
        outcomes.append(was.outcome)
    stopped = 0
    for gone in decided.stop:
        shops.link(store, shop, ref, gone.parcel_id, gone.why)
        if not shops.wanted(store, gone.parcel_id, shop, ref):
            stopped += stop(store, parcels.one(store, gone.parcel_id), policy, now, by=shop, told_by=shop)
    if told.standing is Standing.OPEN:
        by_hand = shops.apart(store, shop, parcels.ended(store, (), [told.number], shop))
        reopen(store, by_hand, (), policy, now, by=shop)
    else:
        stopped += end(store, told.number, (), policy, now, by=shop)
    shops.hold(store, shop, ref, decided.held, now)
    # Parcels of the same order that came in another way hear what the shop says of it, too.
    enrich(store, Parcel(0, "", "", now, orders=(decided.order,)), policy, now)
    return Taken(1, outcomes.count("added"), outcomes.count("updated"), stopped, len(decided.held))


def _complain(store: Store, source: str, told: Grievance) -> bool:
    """Keep a complaint once; False for one that is known, or about nothing that is watched."""
    complaint = Complaint(whole(told.at), told.number, (told.order,) if told.order else (), told.kind[:60])
    try:
        about = complaints.subject(store, complaint)
    except BadInput:
        about = None
    if about is None or not shops.first_heard(store, source, told.ref, told.at):
        return False
    return complaints.keep(store, replace(complaint, text=""), about) == "added"


def _fingerprint(told: ShopOrder) -> str:
    """What changes with everything a shop says of an order that matters here, and says nothing of anybody."""
    said = replace(told, updated_at=EPOCH)
    return hashlib.sha256(repr(said).encode()).hexdigest()[:32]
