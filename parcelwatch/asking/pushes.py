"""Couriers' pushes: kept as they came once their sender is proven, then read.

What belongs here: the way from a push to the inbox, and from the inbox to the parcels. HTTP is web/hooks.py's,
signatures and wording are the adapters'. A push adds to what is known and never takes anything back: it may be an old
one.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Final

import structlog

from parcelwatch.asking.posts import Post
from parcelwatch.core.cadence import HINTED
from parcelwatch.core.messaging.messages import UNREADABLE
from parcelwatch.core.policy import Policy
from parcelwatch.core.texts.secrecy import secrecy
from parcelwatch.couriers.base import Push, Pushes, Trust
from parcelwatch.couriers.shared.discretion import hushed
from parcelwatch.errors import CourierUnreadable, whereabouts
from parcelwatch.ingest import Heard, Tally, ingest
from parcelwatch.model import Answered, Observation, Pushed
from parcelwatch.store import Store, evidence, inbox, parcels
from parcelwatch.store.rows import Received

log = structlog.get_logger()

TOGETHER: Final = 50
KEPT: Final = timedelta(days=7)
"""How long a push is remembered, so that the same one is not read twice."""

_TYPE: Final = "content-type"
_TRUST: Final = "trust"


def keep(store: Store, account: str, push: Push, trust: Trust, signed: bytes, now: datetime) -> bool:
    """Keep a push whose sender is proven; False if one with the same `signed` words was kept before.

    Of its headers only the content type: signatures and tokens have done their work.
    """
    headers = {_TYPE: push.headers.get(_TYPE, ""), _TRUST: str(trust)}
    with store.transaction():
        return inbox.keep(store, account, headers, push.body, now, digest_of=trust.encode() + b"\n" + signed)


def read(store: Store, posts: Mapping[str, Post], policy: Policy, now: datetime) -> Tally:
    """Read what was kept and not read yet, a batch to a transaction, and drop what was read long ago."""
    tally = Tally()
    while waiting := inbox.unread(store, TOGETHER):
        with store.transaction():
            for received in waiting:
                more, error = _read(store, posts.get(received.account), received, policy, now)
                tally += more
                inbox.done(store, received.id, now, error)
            inbox.purge(store, now - KEPT)
    return tally


def _read(store: Store, post: Post | None, received: Received, policy: Policy, now: datetime) -> tuple[Tally, str]:
    """What one push came to, and what was wrong with it."""
    if post is None or not isinstance(post.courier, Pushes):
        return Tally(), f"no account {received.account} takes pushes any more"
    push = Push({_TYPE: received.headers.get(_TYPE, "")}, {}, received.body)
    try:
        known = secrecy(post.account.secrets)
        said = [hushed(one, known) for one in post.courier.pushed(post.account, push)]
    except CourierUnreadable as error:
        return _unreadable(store, post, received, str(error), now)
    except Exception as error:  # noqa: BLE001 - an adapter's bug must not stop the inbox
        why = f"the adapter failed ({type(error).__name__})"
        log.warning("the adapter failed", account=post.name, error=whereabouts(error))
        return _unreadable(store, post, received, why, now)
    if received.headers.get(_TRUST) == Trust.BODY:
        return _hear(store, post, said, policy, received.received_at, now), ""
    _ask_soon(store, post, said, now)
    return Tally(), ""


def _unreadable(store: Store, post: Post, received: Received, why: str, now: datetime) -> tuple[Tally, str]:
    """Kept for whoever mends the adapter, and told to the operator by the usual way."""
    known = secrecy(post.account.secrets)
    why = known.hide(why)
    evidence.keep_payload(store, post.name, known.hide_bytes(received.body), why, now)
    evidence.count_unknown(store, post.name, UNREADABLE, why, now)
    return Tally(failed=1), why


def _hear(store: Store, post: Post, said: Sequence[Observation], policy: Policy, at: datetime, now: datetime) -> Tally:
    """Take in what was said of the parcels we watch; of others nothing is kept.

    What is no news of a parcel ("no record", an abort) is only a reason to ask.
    """
    heard: list[Heard] = []
    for one in said:
        if not isinstance(one, Answered):
            _ask_soon(store, post, [one], now)
            continue
        ids = parcels.called(store, post.name, one.number, one.company)
        heard += [Heard(parcel_id, Pushed(one), at) for parcel_id in ids]
    return ingest(store, heard, policy)


def _ask_soon(store: Store, post: Post, said: Sequence[Observation], now: datetime) -> None:
    """What nobody vouches for, or is no news, is only a reason to ask; repeating it makes it none the sooner."""
    for one in said:
        ids = parcels.called(store, post.name, one.number, one.company)
        parcels.sooner(store, ids, *HINTED.after(now))
