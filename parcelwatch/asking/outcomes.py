"""What became of calls: an answer, a failure or a declined call, and what that does to the account and its parcels.

What belongs here: taking in what was said, one transaction for many calls. Who is to blame is decided in
core.service.accounts, what an answer leads to in ingest.py.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

import structlog

from parcelwatch.asking import unheard
from parcelwatch.asking.posts import Post
from parcelwatch.core import cadence
from parcelwatch.core.messaging.messages import UNREADABLE
from parcelwatch.core.policy import Policy
from parcelwatch.core.service import accounts as rules
from parcelwatch.couriers.base import AsksAnyway, Registration
from parcelwatch.errors import CourierDeclines, CourierError, CourierRefused, CourierUnreadable
from parcelwatch.ingest import Heard, Tally, ingest
from parcelwatch.model import Ask, NotFound, Observation, Refused, Unanswered
from parcelwatch.store import Store, accounts, evidence, parcels
from parcelwatch.store import unheard as ends
from parcelwatch.store.rows import Claimed

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Call:
    """One call to make, not before `after` seconds of its pass: an ask, or the registration of new numbers."""

    claimed: tuple[Claimed, ...]
    after: float
    registers: bool = False

    @property
    def asked(self) -> tuple[Ask, ...]:
        return tuple(one.ask for one in self.claimed)

    @property
    def ids(self) -> tuple[int, ...]:
        return tuple(one.parcel_id for one in self.claimed)


@dataclass(frozen=True, slots=True)
class Said:
    """What became of one call, and when."""

    call: Call
    at: datetime
    observations: tuple[Observation, ...] = ()
    registrations: tuple[Registration, ...] = ()
    error: CourierError | None = None


def take_in(store: Store, post: Post, policy: Policy, batch: Sequence[Said], *, followed: bool = False) -> Tally:
    """What became of some calls, in one transaction: the account's state, the parcels', and all that follows.

    `followed`: another asks the account by now, with another key maybe, and asks again what failed here.
    """
    heard: list[Heard] = []
    unanswered = 0
    with store.transaction():
        state, pace = accounts.load(store, post.name)
        for said in batch:
            if followed and said.error is not None:
                parcels.let_go(store, said.call.ids)
                unanswered += len(said.call.ids)
                continue
            settled = _settle(store, post, state, said)
            state = settled.state
            heard += settled.heard
            unanswered += settled.unanswered
        tally = ingest(store, heard, policy)
        ends.note_ended(store, [one.parcel_id for one in heard], batch[-1].at)
        accounts.save(store, post.name, state, pace)
    return tally + Tally(unanswered=unanswered)


class _Settled(NamedTuple):
    """The account's state after a call, what the call said of parcels, and of how many it said nothing."""

    state: rules.AccountState
    heard: Sequence[Heard] = ()
    unanswered: int = 0


def _settle(store: Store, post: Post, state: rules.AccountState, said: Said) -> _Settled:
    if isinstance(said.error, CourierRefused) and said.call.registers and isinstance(post.courier, AsksAnyway):
        _unsubscribed(store, post, said, said.error)
        return _Settled(state)
    if (error := _declined(said)) is not None:
        return _decline(store, post, state, said, error)
    if said.error is not None:
        return _Settled(_failed(store, post, state, said, said.error), unanswered=len(said.call.ids))
    after = rules.answered(state, said.at)
    if state.failures:
        accounts.outage_ended(store, post.name, said.at)
    if rules.held(state):
        parcels.hasten(store, post.name, *cadence.RECOVERED.after(said.at))
    parcels.rejoin(store, _cleared(said))
    if said.call.registers:
        return _Settled(after, _registered(store, post, said))
    heard = [
        Heard(parcel_id, observation, said.at)
        for parcel_id, observation in zip(said.call.ids, said.observations, strict=True)
    ]
    return _Settled(after, unheard.noted(store, post.name, heard))


# --- declined calls ------------------------------------------------------------------------------


def _declined(said: Said) -> CourierDeclines | None:
    """Why a call was declined, if it was. The refusal of a number left alone by declined calls is one more of them."""
    if isinstance(said.error, CourierDeclines):
        return said.error
    match said.call.claimed, said.observations:
        case (Claimed(doubted_at=datetime()),), (Refused(unregistered=False, reason=reason),):
            return CourierDeclines(reason)
    return None


def _decline(store: Store, post: Post, state: rules.AccountState, said: Said, error: CourierDeclines) -> _Settled:
    """Its numbers are asked again by halves, until the bad one is alone or the account turns out to be at fault."""
    claimed = said.call.claimed
    before = [one.doubted_at for one in claimed if one.doubted_at is not None]
    since = max(before) if len(before) == len(claimed) else None
    after, verdict = rules.declined(state, said.at, error, since, alone=len(claimed) == 1)
    parcels.split(store, said.call.ids, (len(claimed) + 1) // 2, None if error.certain else said.at)
    if after.failures > state.failures:
        _note_failure(store, post, after, said.at, error)
    if verdict is rules.Verdict.SPLIT:
        return _Settled(after)
    if verdict is rules.Verdict.WAIT:
        _put_off(store, claimed, said.at)
        return _Settled(after, unanswered=len(claimed))
    (one,) = claimed
    return _Settled(after, [Heard(one.parcel_id, Refused(one.ask.number, reason=str(error)), said.at)])


def _cleared(said: Said) -> list[int]:
    """Numbers a declined call held that are none the worse for it: answered with others, or tracked."""
    match said.observations:
        case (NotFound() | Refused() | Unanswered(),):
            return []
    return [one.parcel_id for one in said.call.claimed if one.split]


# --- registrations -------------------------------------------------------------------------------


def _registered(store: Store, post: Post, said: Said) -> list[Heard]:
    """Numbers the aggregator took are asked about in a moment; those it refused are refused for good, or told later."""
    pairs = list(zip(said.call.claimed, said.registrations, strict=True))
    _put_off(store, [one for one, answer in pairs if answer.later], said.at)
    for one, answer in pairs:
        if answer.later:
            ends.note(store, post.name, one.parcel_id, answer.reason, said.at)
    taken = [one.parcel_id for one, answer in pairs if answer.ok]
    parcels.set_registered(store, taken, said.at)
    parcels.release(store, taken)
    parcels.poll_again(store, taken, *cadence.REGISTERED.after(said.at))
    return [
        Heard(one.parcel_id, Refused(answer.number, reason=answer.reason), said.at)
        for one, answer in pairs
        if not (answer.ok or answer.later)
    ]


def _unsubscribed(store: Store, post: Post, said: Said, error: CourierError) -> None:
    """Numbers it will not push: they are asked about instead, and the operator hears of it once."""
    why = f"numbers cannot be subscribed, they are asked about instead: {error}"
    log.warning("subscribing failed", account=post.name, error=str(error))
    evidence.count_unknown(store, post.name, UNREADABLE, why, said.at)
    parcels.set_registered(store, said.call.ids, said.at)
    parcels.release(store, said.call.ids)


# --- failures ------------------------------------------------------------------------------------


def _put_off(store: Store, claimed: Sequence[Claimed], now: datetime) -> None:
    """Asking about these failed."""
    for one in claimed:
        parcels.postpone(store, one.parcel_id, *cadence.failed(one.ask.number, one.failures, now))


def _failed(store: Store, post: Post, state: rules.AccountState, said: Said, error: CourierError) -> rules.AccountState:
    after = state
    if not _blames_account(said.call, state, error):
        unheard.unread(store, post.name, said.call.claimed, str(error), said.at)
    else:
        _put_off(store, said.call.claimed, said.at)
        after = rules.failed(state, said.at, error)
        _note_failure(store, post, after, said.at, error)
    if isinstance(error, CourierUnreadable):
        evidence.keep_payload(store, post.name, error.payload, str(error), said.at)
        evidence.count_unknown(store, post.name, UNREADABLE, str(error), said.at)
    return after


def _note_failure(store: Store, post: Post, after: rules.AccountState, at: datetime, error: CourierError) -> None:
    accounts.outage_began(store, post.name, after.failing_since or at)
    if after.failures & (after.failures - 1) == 0:
        # The first, second, fourth… in a row: an outage of a day writes a dozen lines.
        log.warning("asking failed", account=post.name, failures=after.failures, error=str(error))


def _blames_account(call: Call, state: rules.AccountState, error: CourierError) -> bool:
    """Whether a failure is the account's. A number that comes back unreadable each time says nothing of the others."""
    if not isinstance(error, CourierUnreadable) or rules.held(state):
        return True
    return any(one.failures == 0 for one in call.claimed)
