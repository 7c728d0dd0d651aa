"""When to ask the courier next, and why then: every due time of a poll comes from here, with its reason in words.

What belongs here: how long to wait after what. That a courier's own interval is kept is the store's, whatever is
decided here. Jitter is a hash of the number, never random.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import IntEnum
from zlib import crc32

from parcelwatch.core.view import View
from parcelwatch.model import Dossier, Milestone

M = Milestone
_HOUR = timedelta(hours=1)

EVERY: dict[Milestone, timedelta] = {
    M.UNKNOWN: 4 * _HOUR,
    M.INFO_RECEIVED: 6 * _HOUR,
    M.PICKED_UP: 4 * _HOUR,
    M.IN_TRANSIT: 4 * _HOUR,
    M.CUSTOMS: 8 * _HOUR,
    M.OUT_FOR_DELIVERY: 1 * _HOUR,
    M.ATTEMPT_FAILED: 2 * _HOUR,
    M.AVAILABLE_FOR_PICKUP: 6 * _HOUR,
    M.EXCEPTION: 2 * _HOUR,
    M.RETURNING: 8 * _HOUR,
    M.DELIVERED: 24 * _HOUR,
    M.RETURNED: 24 * _HOUR,
}


@dataclass(frozen=True, slots=True)
class Wait:
    """How long to wait after something happened, and why."""

    span: timedelta
    why: str

    def after(self, now: datetime) -> tuple[datetime, str]:
        """The due time and its reason, when it happened now."""
        return now + self.span, self.why


NEW = Wait(timedelta(0), "new")
RESUMED = Wait(timedelta(0), "watched again")
UNREGISTERED = Wait(timedelta(0), "to be registered")
REGISTERED = Wait(timedelta(seconds=5), "registered a moment ago")
UNANSWERED = Wait(timedelta(minutes=5), "missing from the answer")
# A replaced number is asked for under the new one soon.
REPLACED = Wait(timedelta(minutes=1), "its number was replaced")
# A parcel whose own step fails must not hold up the others.
SET_ASIDE = Wait(timedelta(hours=1), "it could not be judged, and was set aside")
RECOVERED = Wait(timedelta(0), "the courier answers again")
HINTED = Wait(timedelta(0), "the courier may have news")
MOVED = Wait(timedelta(0), "moved to this account")
CORRECTED = Wait(timedelta(0), "its company was corrected")
CLOCK = Wait(timedelta(0), "our clock jumped, and the courier's tells the time")
DEADLINE = Wait(timedelta(0), "a deadline falls then")

# The least time between two questions that hints lead to: whoever repeats them must not spend the quota.
APART = timedelta(minutes=5)
# A failed ask is repeated after the first, doubling up to the longest.
FIRST_BACKOFF = timedelta(seconds=30)
LONGEST_BACKOFF = timedelta(minutes=15)

REFUSED = 12 * _HOUR
# A push can be lost, so a courier that calls is still asked, but rarely.
PUSHED = 12 * _HOUR
# A delivery booked by mistake is taken back within days; a parcel nobody speaks of for months never comes.
AFTER_THE_END = timedelta(days=3)
GIVEN_UP = timedelta(days=90)
# Couriers use numbers again after months.
LONG_AGO = timedelta(days=60)
QUIET = timedelta(days=5)


def next_poll(
    view: View, due_at: datetime | None, now: datetime, *, pushed: bool = False
) -> tuple[datetime | None, str]:
    """The next time to ask, None when never again, with the reason in words. `pushed`: the courier calls by itself."""
    last = max(view.quiet_since or view.dossier.parcel.added_at, view.dossier.parcel.added_at)
    if view.milestone is M.CANCELLED:
        return None, "cancelled"
    if view.over and now - (view.quiet_since or now) > AFTER_THE_END:
        return _after_the_end(view, last, now)
    if now - last > GIVEN_UP:
        return None, f"no word for {GIVEN_UP.days} days"
    every, why = _interval(view, now)
    if pushed:
        every, why = max(every, PUSHED), f"{why}, the courier calls by itself"
    regular = now + every * _jitter(view.dossier.parcel.number)
    if due_at is not None and now < due_at < regular:
        return DEADLINE.after(due_at)
    return regular, why


class Urgency(IntEnum):
    """Who is asked first when a quota cannot cover all that are due, in this order; the values are what is stored."""

    TROUBLED = 0
    NEAR = 3
    ORDINARY = 1
    NEW = 2


def urgency(dossier: Dossier, due_at: datetime | None, now: datetime) -> Urgency:
    """How urgent the next ask is.

    A case that stands comes first, then a threshold that passed at `due_at` and that only an answer can decide. A
    bulk of new parcels must not hold up the others; one added by hand is asked among them.
    """
    if any(case.live for case in dossier.cases):
        return Urgency.TROUBLED
    if due_at is not None and due_at <= now:
        return Urgency.NEAR
    unheard = dossier.confirmed_at is None and not dossier.refused
    return Urgency.NEW if unheard and dossier.parcel.import_id is not None else Urgency.ORDINARY


def _interval(view: View, now: datetime) -> tuple[timedelta, str]:
    if view.dossier.refused:
        return REFUSED, "the courier refuses it"
    if view.dossier.missing_since is not None and not view.entries:
        return _while_missing(now - view.dossier.parcel.added_at), "no record yet"
    every, why = EVERY[view.milestone], f"{view.milestone}"
    promise = view.dossier.parcel.promised_by or view.dossier.promise
    if promise is not None and not view.over and abs(promise - now) < timedelta(days=1):
        return min(every, 2 * _HOUR), f"{why}, near the promise"
    if view.quiet_since is not None and now - view.quiet_since > QUIET:
        return 2 * every, f"{why}, quiet"
    return every, why


def _after_the_end(view: View, last: datetime, now: datetime) -> tuple[datetime | None, str]:
    """Over, unless it was over long before anybody added it: then the number may have been used again."""
    ended, added = view.quiet_since or now, view.dossier.parcel.added_at
    if added - ended > LONG_AGO and now - last <= AFTER_THE_END:
        every = EVERY[view.milestone] * _jitter(view.dossier.parcel.number)
        return now + every, f"{view.milestone} long before it was added: the number may be used again"
    return None, f"{view.milestone} for more than {AFTER_THE_END.days} days"


def _while_missing(age: timedelta) -> timedelta:
    """A new number appears within minutes or within days: ask often at first, then ever more rarely."""
    return min(max(age / 4, timedelta(minutes=2)), 6 * _HOUR)


def failed(number: str, failures: int, now: datetime) -> tuple[datetime, str]:
    """The due time after a failure that follows `failures` others in a row.

    Between 3/4 and all of the full step, by a hash: parcels that failed together do not come back together.
    """
    full = min(FIRST_BACKOFF * (1 << min(failures, 10)), LONGEST_BACKOFF)
    step = full * (1 - crc32(f"{number} {failures}".encode()) % 1000 / 4000)
    return now + step, f"asking failed, {failures + 1} times in a row" if failures else "asking failed"


def _jitter(number: str) -> float:
    """Between 0.9 and 1, the same for a number every time, so that parcels added together drift apart."""
    return 0.9 + 0.1 * (crc32(number.encode()) % 1000) / 1000
