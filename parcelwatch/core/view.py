"""What rules look at: a dossier read once, so that every rule is a few comparisons."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Final

from parcelwatch.core.learn.foresight import Foresight
from parcelwatch.core.learn.outlook import Outlook
from parcelwatch.core.timekeeping.calendar import Calendar
from parcelwatch.core.timekeeping.clockwork import Clock, Reason, Skip
from parcelwatch.core.timekeeping.whereabouts import Whereabouts, whereabouts
from parcelwatch.core.tracking.agreed import dated, held_until, leading, postponements
from parcelwatch.core.tracking.delays import Hold, delayed, hold
from parcelwatch.core.tracking.milestones import Stage, stage
from parcelwatch.core.tracking.timeline import current, latest
from parcelwatch.duration import Duration
from parcelwatch.model import FINAL, Case, Cause, Dossier, Entry, Milestone
from parcelwatch.model.frequent import frequent

_FORESIGHT: Final = Foresight()


@frequent
@dataclass(frozen=True, slots=True)
class View:
    """One parcel as the rules see it.

    `entries`: what the courier stands by, oldest first. `fresh`: those that may be told, that is all but what
    was already over when we first heard of the parcel; `causes`: what those name. `quiet_since`: the last instant at
    which the newest movement, withdrawn or not, can have happened. While nothing has moved it is the first of what else
    was heard, of announcements only while there is nothing but them: what is no movement starts a clock once and never
    again.
    `clock`: which time counts `where` the parcel is; both are worked out when asked for, as few rules count.
    `outlook`: what is known of parcels like it, None where nobody asked or nothing is learned; `foresight`: what the
    shop makes of that.
    """

    dossier: Dossier
    entries: tuple[Entry, ...]
    fresh: tuple[Entry, ...]
    causes: frozenset[Cause | None]
    stage: Stage
    quiet_since: datetime | None
    calendar: Calendar
    foresight: Foresight = _FORESIGHT
    outlook: Outlook | None = None

    @property
    def milestone(self) -> Milestone:
        return self.stage.milestone

    @property
    def confirmed_at(self) -> datetime | None:
        return self.dossier.confirmed_at

    @property
    def over(self) -> bool:
        return self.stage.milestone in FINAL

    @property
    def postponement(self) -> Entry | None:
        """By what the buyer or the courier put the delivery off, if it has not gone out since."""
        found = postponements(reversed(self.entries))
        return leading(found, self.clock) if found else None

    @property
    def held_until(self) -> datetime | None:
        """Where the agreed day begins, None where none was agreed."""
        entry = self.postponement
        return None if entry is None else held_until(entry, self.clock, self.dossier.estimate)

    @property
    def counts_from(self) -> datetime | None:
        """Where silence begins to count: with the newest movement, or the agreed day if that comes later."""
        if self.quiet_since is None:
            return None
        return max(self.quiet_since, self.held_until or self.quiet_since)

    @property
    def hold(self) -> Hold | None:
        """What the courier says holds it up; silence does not count while it does."""
        newest = self.entries[-1] if self.entries else None
        if newest is None or (newest.checkpoint.moves and not delayed(newest)):
            return None
        return hold(reversed(self.entries))

    def due(self, since: datetime, limit: Duration) -> datetime:
        """When silence has lasted `limit`. What was over before the courier spoke of a delay, that does not undo."""
        clock, held = self.clock, self.hold
        due = clock.add(since, limit)
        if held is None or due <= held.from_ or held.to <= since:
            return due
        return clock.add(held.to, limit, clock.elapsed(since, held.from_, limit.unit))

    def elapsed(self, since: datetime, at: datetime, unit: str) -> timedelta:
        """How long silence has counted by `at`, in the time of `unit`s."""
        clock, held = self.clock, self.hold
        if held is None or at <= held.from_:
            return clock.elapsed(since, at, unit)
        return clock.elapsed(since, held.from_, unit) + clock.elapsed(max(since, held.to), at, unit)

    def skipped(self, since: datetime, at: datetime, unit: str) -> tuple[Skip, ...]:
        """The spans of [since, at] in which silence did not count in full, oldest first."""
        clock, held = self.clock, self.hold
        if held is None or at <= held.from_ or held.to <= since:
            return clock.skipped(since, at, unit)
        from_, to = max(since, held.from_), min(held.to, at)
        still = Skip(from_, to, Reason.DELAY, held.words, to - from_)
        return (*clock.skipped(since, from_, unit), still, *clock.skipped(to, at, unit))

    def as_told(self, case: Case) -> View:
        """Without the excuses from before a silence became a case that were only heard after it."""
        kept = tuple(one for one in self.entries if not self._comes_late(one, case.opened_at))
        return self if len(kept) == len(self.entries) else replace(self, entries=kept)

    def _comes_late(self, entry: Entry, opened_at: datetime) -> bool:
        said = entry.checkpoint
        if said.moves or entry.seen_at <= opened_at or latest(entry) > opened_at:
            return False
        return delayed(entry) or (said.cause is Cause.POSTPONED and not dated(entry, self.clock))

    @property
    def where(self) -> Whereabouts:
        newest = self.entries[-1].checkpoint if self.entries else None
        if newest is not None and not newest.moves:
            # What is no movement names no place, or one that was known before.
            newest = next((each.checkpoint for each in reversed(self.entries) if each.checkpoint.moves), newest)
        calendar = self.calendar
        return whereabouts(self.dossier.parcel, self.stage.milestone, newest, calendar.country, calendar.almanac)

    @property
    def clock(self) -> Clock:
        return self.calendar.clock(self.where, self.dossier.parcel)


def view(
    dossier: Dossier, calendar: Calendar, foresight: Foresight = _FORESIGHT, outlook: Outlook | None = None
) -> View:
    entries = current(dossier.timeline)
    baseline = dossier.baseline_at
    fresh = entries if baseline is None else tuple(entry for entry in entries if entry.seen_at > baseline)
    return View(
        dossier=dossier,
        entries=entries,
        fresh=fresh,
        causes=frozenset([entry.checkpoint.cause for entry in fresh]),
        stage=stage(entries, dossier.stands),
        quiet_since=_quiet_since(dossier.timeline.entries),
        calendar=calendar,
        foresight=foresight,
        outlook=outlook,
    )


def _quiet_since(entries: tuple[Entry, ...]) -> datetime | None:
    said = [entry for entry in entries if entry.checkpoint.milestone is not Milestone.UNKNOWN]
    moved = [latest(entry) for entry in said if entry.checkpoint.moves]
    if moved:
        return max(moved)
    heard = [entry for entry in entries if entry.checkpoint.milestone is not Milestone.INFO_RECEIVED]
    return min(map(latest, heard or entries), default=None)
