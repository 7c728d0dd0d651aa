"""Couriers' pushes: kept as they came once their sender is proven, then read like any other answer.

What belongs here: the way from a push to the inbox, and from the inbox to the parcels. HTTP is web.py's, signatures
and wording are the adapters'. A push adds to what is known and never takes anything back: it may be an old one.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Final

import structlog

from parcelwatch.couriers.base import Push, Pushes, Trust
from parcelwatch.errors import CourierUnreadable
from parcelwatch.ingest import Heard, Judge, Tally, ingest
from parcelwatch.model import Answer, Observation
from parcelwatch.poller import Post
from parcelwatch.store import Store, evidence, inbox, parcels
from parcelwatch.store.rows import Received

log = structlog.get_logger()

TOGETHER: Final = 50
KEPT: Final = timedelta(days=7)
"""How long a push is remembered, so that the same one is not read twice."""

_TYPE: Final = "content-type"
_TRUST: Final = "trust"


def keep(store: Store, account: str, push: Push, trust: Trust, now: datetime) -> bool:
    """Keep a push whose sender is proven; False if the very same one was kept before.

    Of its headers only the content type: signatures and tokens have done their work.
    """
    headers = {_TYPE: push.headers.get(_TYPE, ""), _TRUST: str(trust)}
    with store.transaction():
        return inbox.keep(store, account, headers, push.body, now)


def read(store: Store, posts: Mapping[str, Post], judge: Judge, now: datetime) -> Tally:
    """Read what was kept and not read yet, a batch to a transaction, and drop what was read long ago."""
    tally = Tally()
    while waiting := inbox.unread(store, TOGETHER):
        with store.transaction():
            for received in waiting:
                more, error = _read(store, posts.get(received.account), received, judge, now)
                tally += more
                inbox.done(store, received.id, now, error)
            inbox.purge(store, now - KEPT)
    return tally


def _read(store: Store, post: Post | None, received: Received, judge: Judge, now: datetime) -> tuple[Tally, str]:
    """What one push came to, and what was wrong with it."""
    if post is None or not isinstance(post.courier, Pushes):
        return Tally(), f"no account {received.account} takes pushes any more"
    push = Push({_TYPE: received.headers.get(_TYPE, "")}, {}, received.body)
    try:
        said = post.courier.pushed(post.account, push)
    except CourierUnreadable as error:
        evidence.keep_payload(store, post.name, received.body, str(error), now)
        evidence.count_unknown(store, post.name, evidence.UNREADABLE, str(error), now)
        return Tally(failed=1), str(error)
    except Exception as error:
        # An adapter's bug must not stop the inbox; the text of a stray exception may quote the push.
        log.exception("the adapter failed", account=post.name)
        return Tally(failed=1), f"the adapter failed ({type(error).__name__})"
    if received.headers.get(_TRUST) == Trust.BODY:
        return _hear(store, post, said, judge, received.received_at), ""
    return _ask_soon(store, post, said, now), ""


def _hear(store: Store, post: Post, said: Sequence[Observation], judge: Judge, at: datetime) -> Tally:
    """Take in what was said of the parcels we watch; of others nothing is kept."""
    heard = [
        Heard(parcel_id, replace(one, complete=False, pushed=True), at)
        for one in said
        if one.answer is not Answer.UNANSWERED
        for parcel_id in parcels.called(store, post.name, one.number, one.company)
    ]
    return ingest(store, heard, judge)


def _ask_soon(store: Store, post: Post, said: Sequence[Observation], now: datetime) -> Tally:
    """A push nobody vouches for is only a reason to ask."""
    for one in said:
        parcels.sooner(store, parcels.called(store, post.name, one.number, one.company), now, post.interval)
    return Tally()
