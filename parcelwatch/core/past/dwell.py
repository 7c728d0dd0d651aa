"""How long parcels are silent at each stage: what thresholds of silence are to be measured against.

What belongs here: lengths of silences, by kind and by whose parcels they are, and the shares that follow from them.
What is suggested from it is suggest.py's.

A silence of a kind lasts from where the kind's clock starts to where it stops, or starts anew, by the rule itself; so
a threshold fires on a parcel exactly where its longest silence lasts as long. Of each parcel the longest counts.
Parcels that came, and whose buyer did not complain, were well: their lengths are known. Of those under way it is only
known that it lasts at least so long; leaving them out would make all that is slow look rare, so they count for as long
as they were seen (Kaplan-Meier). What was lost, broken, sent back or complained of is what thresholds are there to
find, and counts for nothing.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final, NamedTuple

from parcelwatch.core.cadence import GIVEN_UP
from parcelwatch.core.kinds import KINDS, RULES, Family
from parcelwatch.core.past.histories import History
from parcelwatch.core.past.replay import Known, hearings
from parcelwatch.core.policy import Policy
from parcelwatch.core.rules import Rule
from parcelwatch.core.thresholds import Threshold
from parcelwatch.core.timekeeping.calendar import Calendar
from parcelwatch.core.timekeeping.whereabouts import split
from parcelwatch.core.tracking.milestones import stage
from parcelwatch.core.tracking.timeline import current
from parcelwatch.core.view import View, view
from parcelwatch.duration import BUSINESS_DAY, Duration
from parcelwatch.model import FINAL, Cause

HOUR: Final = timedelta(hours=1)
UNITS: Final = ("h", BUSINESS_DAY)
MEASURED: Final = tuple(name for name, kind in KINDS.items() if kind.limits and kind.family is not Family.FORECAST)
"""The kinds whose clocks run while a parcel is silent."""

_ILL: Final = frozenset({Cause.LOST, Cause.DESTROYED, Cause.DAMAGED})
_RULES: Final[tuple[Rule, ...]] = tuple(RULES[kind](Threshold()) for kind in MEASURED if kind in RULES)


# --- lengths -------------------------------------------------------------------------------------


@dataclass(slots=True)
class Lengths:
    """Longest silences of parcels in whole hours: `ended` of those that were well, `waiting` of those under way."""

    ended: Counter[int] = field(default_factory=Counter)
    waiting: Counter[int] = field(default_factory=Counter)

    @property
    def n(self) -> int:
        return self.ended.total() + self.waiting.total()

    def add(self, other: Lengths) -> None:
        """Count all that another counted."""
        self.ended.update(other.ended)
        self.waiting.update(other.waiting)

    def curve(self) -> Iterator[tuple[int, float]]:
        """(hours, share of parcels silent for so long or longer), longest last; it ends where nothing is known."""
        left, share = self.n, 1.0
        yield 0, share
        for hours in sorted({*self.ended, *self.waiting}):
            share *= 1 - self.ended[hours] / left
            left -= self.ended[hours] + self.waiting[hours]
            if self.ended[hours]:
                yield hours + 1, share

    def share(self, hours: float) -> float:
        """The share of parcels that are silent for so many hours or longer."""
        return [share for at, share in self.curve() if at <= hours][-1]

    def within(self, share: float) -> int | None:
        """After how many hours at most 1 - `share` are still silent; None where too many still wait to tell."""
        return next((hours for hours, left in self.curve() if left <= 1 - share + 1e-12), None)


class Group(NamedTuple):
    """Whose parcels: an account's, or those of all ("" each), on one lane or on all."""

    kind: str
    courier: str = ""
    origin: str = ""
    destination: str = ""


@dataclass(slots=True)
class Dwell:
    """The lengths of many parcels, by group and by the unit they are counted in: hours of any day, or of business days.

    May be counted in parts and added up.
    """

    lengths: dict[tuple[Group, str], Lengths] = field(default_factory=dict)

    def take(self, history: History, policy: Policy, until: datetime) -> None:
        """Count one more, as it was known at `until`; of what the policy does not look for with it, nothing."""
        well = _well(history, until)
        if well is None:
            return
        place = (history.courier, split(history.origin)[0].upper(), split(history.destination)[0].upper())
        for (kind, unit), longest in _longest(history, policy, until).items():
            found = self.lengths.setdefault((Group(kind, *place), unit), Lengths())
            (found.ended if well else found.waiting)[longest // HOUR] += 1

    def add(self, other: Dwell) -> None:
        """Count all that another counted."""
        for key, lengths in other.lengths.items():
            self.lengths.setdefault(key, Lengths()).add(lengths)

    def of(self, group: Group, unit: str) -> Lengths:
        """Those of a group; what it leaves open matches all."""
        found = Lengths()
        for (one, counted), lengths in self.lengths.items():
            if counted == unit and all(asked in ("", said) for asked, said in zip(group, one, strict=True)):
                found.add(lengths)
        return found

    def groups(self) -> list[Group]:
        """Everybody's, each account's, and each account's lanes, of every kind; wider ones first."""
        exact = sorted({group for group, _ in self.lengths if group.courier.isprintable()})
        accounts = {Group(one.kind, one.courier) for one in exact if one.courier}
        lanes = {one for one in exact if one.origin and one.destination}
        return [*dict.fromkeys(Group(one.kind) for one in exact), *sorted(accounts), *sorted(lanes)]


def _well(history: History, until: datetime) -> bool | None:
    """Whether it came and nobody complained; False while it is under way, None where it is known to be neither."""
    if history.complaints or any(entry.checkpoint.cause in _ILL for entry in history.checkpoints):
        return None
    if history.delivered_at is not None:
        return True
    last = history.last_at
    over = stage(current(history.heard)).milestone in FINAL
    return None if over or last is None or until - last > GIVEN_UP else False


def _longest(history: History, policy: Policy, until: datetime) -> dict[tuple[str, str], timedelta]:
    found: dict[tuple[str, str], timedelta] = {}
    table = policy.table(history.parcel())
    for one in silences(history, policy.calendar, until):
        for unit in UNITS if table[one.kind].quiet is None else ():
            length = one.seen.elapsed(one.since, one.until, unit)
            found[one.kind, unit] = max(length, found.get((one.kind, unit), length))
    return found


# --- silences ------------------------------------------------------------------------------------


class Silence(NamedTuple):
    """One silence of one kind. `seen`: the parcel in it."""

    kind: str
    since: datetime
    until: datetime
    seen: View


def silences(history: History, calendar: Calendar, until: datetime) -> Iterator[Silence]:
    """Every silence of a parcel up to `until`, in the order in which they end."""
    parcel = history.parcel()
    known, running, before = Known(parcel), dict[str, datetime](), None
    for heard in hearings(history, parcel.added_at):
        if heard.at > until:
            break
        known.hear(heard)
        seen = view(known.at(heard.at), calendar)
        now = _running(seen)
        if before is not None:
            over = ((kind, since) for kind, since in running.items() if now.get(kind) != since)
            yield from (Silence(kind, since, heard.at, before) for kind, since in over)
        running, before = now, seen
    if before is not None:
        yield from (Silence(kind, since, until, before) for kind, since in running.items())


def _running(seen: View) -> dict[str, datetime]:
    """Since when the clock of each kind runs."""
    verdicts = ((rule.kind, rule.judge(seen)) for rule in _RULES if seen.milestone in rule.at)
    return {kind: verdict.since for kind, verdict in verdicts if verdict.since is not None}


def hours(limit: Duration) -> float:
    """A limit in hours of its own unit's days, as lengths are counted."""
    return limit.amount * 24.0 if limit.business else limit.length / HOUR
