"""Whether one account can be asked: the breaker, whose fault a declined call is, and when the operator hears of it.

What belongs here: what an answer or a failure does to an account, how many calls may be on their way, and the two
messages about it. An outage is never news about a parcel.

                    5 failures in a row; 429 until retry_at; refused at once
      closed ─────────────────────────────────────────────────────────────────► open: nobody calls
        ▲                                                                        │      ▲
        │ any answer                                           open_until is over│      │ the probe fails
        │                                                                        ▼      │ (60 s doubling to 30 min)
        └──────────────────────────────────────────────────────────────── half-open: one call

A call that was declined may have failed for one of its numbers. It is asked again by halves, down to single numbers.
What tells a number's fault from the account's is an answer: a number declined both before and after the account
answered about others is bad. Until it answers, the account is in doubt and makes one call at a time; five numbers
declined alone, and none answered, are the account's fault. So a bad number in forty costs some twelve calls once, and
an account that lost its permission about as many before it is left alone.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

from parcelwatch.errors import CourierBusy, CourierDeclines, CourierError, CourierRefused
from parcelwatch.model import Why

TRIPS: Final = 5
DOUBTS: Final = 5
FIRST_PAUSE: Final = timedelta(seconds=60)
LONGEST_PAUSE: Final = timedelta(minutes=30)
REFUSED_PAUSE: Final = timedelta(minutes=30)

# What a courier may ask of us with Retry-After; less is a busy loop, more is a mistake of theirs.
SHORTEST_WAIT: Final = timedelta(seconds=1)
LONGEST_WAIT: Final = timedelta(hours=6)

# Held parcels are asked again within half an hour, so a longer gap means that nobody was asking.
UNBROKEN: Final = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class AccountState:
    """How asking one account has gone.

    `failures` in a row and `failing_since`, the first of them. `open_until`: no call before; after a failure that
    opened nothing, the time of that failure, so that it always says until when we know the account to fail.
    `opened_times` the breaker opened in a row. `refused`: what the courier wants, "" unless it refused us.
    `told_silent_at`: when the operator was told, None while there is nothing to take back. `doubt`: 0 while its last
    word was an answer, 1 once it declined a call, and one more for each number it declined alone.
    `asked`: `open_until` is the courier's own wish.
    """

    failures: int = 0
    failing_since: datetime | None = None
    open_until: datetime | None = None
    opened_times: int = 0
    last_ok_at: datetime | None = None
    refused: str = ""
    told_silent_at: datetime | None = None
    last_error: str = ""
    doubt: int = 0
    asked: bool = False


class Breaker(StrEnum):
    """Whether calls are let through."""

    CLOSED = "closed"
    OPEN = "open"
    HALF_OPEN = "half_open"


def breaker(state: AccountState, now: datetime) -> Breaker:
    """Where the breaker stands."""
    # Longer than any pause: the clock has since been set back.
    if state.open_until is not None and now < state.open_until <= now + LONGEST_WAIT:
        return Breaker.OPEN
    return Breaker.HALF_OPEN if held(state) or state.doubt else Breaker.CLOSED


def room(state: AccountState, now: datetime, in_flight: int, limit: int) -> int:
    """How many more calls may be sent now, given those on their way and the most there may be."""
    most = {Breaker.CLOSED: limit, Breaker.HALF_OPEN: 1, Breaker.OPEN: 0}[breaker(state, now)]
    return max(0, most - in_flight)


def hold_until(state: AccountState, now: datetime) -> datetime | None:
    """When the next call may be sent at the earliest; None when nothing holds it."""
    return state.open_until if breaker(state, now) is Breaker.OPEN else None


def answered(state: AccountState, now: datetime) -> AccountState:
    """The courier answered, whatever it said about the numbers."""
    return AccountState(last_ok_at=now, told_silent_at=state.told_silent_at)


def failed(state: AccountState, now: datetime, error: CourierError) -> AccountState:
    """A call failed.

    A failure that comes in while the breaker is open belongs to a call sent before: it may lengthen the pause but
    does not double it, however many were on their way.
    """
    was_open = breaker(state, now) is Breaker.OPEN
    asked = isinstance(error, CourierBusy) and error.retry_at is not None
    state = replace(state, asked=asked or (was_open and state.asked))
    if not _unbroken(state, now):
        state = replace(state, failures=0, failing_since=now, opened_times=0)
    state = replace(state, failures=state.failures + 1, last_error=str(error))
    if isinstance(error, CourierRefused):
        return _open(replace(state, refused=str(error)), now + REFUSED_PAUSE, again=not was_open)
    if isinstance(error, CourierBusy) and error.retry_at is not None:
        return _open(state, now + _clamp(error.retry_at - now), again=not was_open)
    if was_open:
        return state
    if isinstance(error, CourierBusy) or state.refused or state.failures >= TRIPS:
        return _open(state, now + pause(state), again=True)
    return replace(state, open_until=now)


class Verdict(StrEnum):
    """What a declined call leads to: smaller calls, the end of its only number, or nothing until more is known."""

    SPLIT = "split"
    NUMBER = "number"
    WAIT = "wait"


def declined(
    state: AccountState, now: datetime, error: CourierDeclines, since: datetime | None, *, alone: bool
) -> tuple[AccountState, Verdict]:
    """A call was declined; `alone`: it was about one number.

    `since`: all its numbers were already in calls declined before then, None if one was not.
    """
    if error.certain or _answered_after(state, since):
        return state, Verdict.NUMBER if alone else Verdict.SPLIT
    state = replace(state, doubt=state.doubt + 1 if alone else max(1, state.doubt))
    if unproven(state):
        return failed(state, now, CourierRefused(f"one number after another is declined: {error}")), Verdict.WAIT
    return state, Verdict.WAIT if alone else Verdict.SPLIT


def unproven(state: AccountState) -> bool:
    """Whether so much was declined that the account is to blame; a number nobody declined yet is the best to ask."""
    return state.doubt >= DOUBTS


def _answered_after(state: AccountState, since: datetime | None) -> bool:
    return since is not None and state.last_ok_at is not None and since < state.last_ok_at


def retry_now(state: AccountState, now: datetime) -> AccountState:
    """The state when the next call need not wait: at a start, since the key may have been put right meanwhile.

    What the courier itself asked for stands.
    """
    return (
        state
        if state.open_until is None or (state.asked and not state.refused)
        else replace(state, open_until=min(state.open_until, now))
    )


def held(state: AccountState) -> bool:
    """Whether calls are withheld or sent one by one, so that parcels wait longer than their cadence says."""
    return bool(state.refused) or state.failures >= TRIPS


def pause(state: AccountState) -> timedelta:
    """How long the breaker opens the next time."""
    if state.refused:
        return REFUSED_PAUSE
    return min(LONGEST_PAUSE, FIRST_PAUSE * (1 << min(state.opened_times, 10)))


def silence(state: AccountState, now: datetime, warn: timedelta) -> Why | None:
    """What the operator is to be told: SILENT once `warn` has passed in failing, at once when refused; then RECOVERED.

    Time in which nobody was asking does not count as failing.
    """
    if state.told_silent_at is not None:
        return Why.RECOVERED if state.failing_since is None else None
    if state.failing_since is None:
        return None
    return Why.SILENT if state.refused or _failing_for(state, now) >= warn else None


def told(state: AccountState, now: datetime, why: Why) -> AccountState:
    """The state once that message is enqueued."""
    return replace(state, told_silent_at=now if why is Why.SILENT else None)


def _failing_for(state: AccountState, now: datetime) -> timedelta:
    """How long we know it to fail: up to its last failure, or up to now while the breaker holds."""
    if state.failing_since is None or state.open_until is None:
        return timedelta()
    return min(now, state.open_until) - state.failing_since


def _unbroken(state: AccountState, now: datetime) -> bool:
    """Whether a failure now continues the run of failures, or starts a new one."""
    if state.failing_since is None or state.open_until is None:
        return False
    return now - state.open_until <= UNBROKEN


def _open(state: AccountState, until: datetime, *, again: bool) -> AccountState:
    """Open until then, or for as long as it already was. `again` counts it as one more time in a row."""
    until = max(until, state.open_until or until)
    return replace(state, open_until=until, opened_times=state.opened_times + again)


def _clamp(wait: timedelta) -> timedelta:
    return min(LONGEST_WAIT, max(SHORTEST_WAIT, wait))
