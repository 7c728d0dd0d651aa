"""What agents would have been told of a parcel, and when, had this policy judged it as its history went on.

What belongs here: the walk from one moment at which something may change to the next, through the same judgement as
the daemon's: what was known by then, the rules, the cases, and what of them is news. Letters, claims and questions to
couriers lead to no alert about a case, so they are left out. In a replay the courier is taken to answer: whenever a
deadline falls, it says what it had said by then. Where its first answer and its last are known, it says nothing before
the one and nothing after the other.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import groupby, pairwise
from types import MappingProxyType
from typing import Any, Final, NamedTuple

from parcelwatch.core import dispatch, followup, shadow, tell
from parcelwatch.core.assess import Assessment, Rules, judged, rules_for
from parcelwatch.core.cadence import EVERY, GIVEN_UP, next_poll
from parcelwatch.core.hear import OVER_AND_DONE
from parcelwatch.core.kinds import RULES
from parcelwatch.core.learn import Forecasts
from parcelwatch.core.past.histories import History
from parcelwatch.core.policy import Policy
from parcelwatch.core.rules.astray import country_code
from parcelwatch.core.step import Step
from parcelwatch.core.timekeeping.whereabouts import split
from parcelwatch.core.tracking.habits import AWAITING, Habits
from parcelwatch.core.tracking.milestones import stage
from parcelwatch.core.tracking.timeline import as_of, current, earliest, latest, withdrawn
from parcelwatch.core.view import View, view
from parcelwatch.model import (
    Case,
    CaseTold,
    Checkpoint,
    Dossier,
    Entry,
    Milestone,
    Parcel,
    Passed,
    Severity,
    Shadow,
    Timeline,
    Why,
)

_TIME: Final = Passed()
_ALWAYS: Final = datetime.min.replace(tzinfo=UTC)
_NO_CHANGE: Final[Mapping[str, Any]] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class Told:
    """An alert that agents would have got. `since`: when its trouble began.

    `shadow`: of a threshold on trial, so that they would not have got it.
    """

    kind: str
    severity: Severity
    why: Why
    at: datetime
    since: datetime
    shadow: bool = False


class Hearing(NamedTuple):
    """All that was known when something was heard; `answered`: the fields of a Dossier that it changed."""

    at: datetime
    timeline: Timeline
    answered: Mapping[str, Any]


def replay(
    history: History,
    policy: Policy,
    until: datetime | None = None,
    forecasts: Forecasts | None = None,
    habits: Habits | None = None,
) -> Iterator[Told]:
    """Every alert up to `until`, in order. Cases, and what was told of them, go on from step to step.

    `forecasts`, `habits`: what was known of other parcels at each time; without them nothing was.
    """
    parcel = history.parcel()
    known, cases, shadows = Known(parcel, history.confirmed, habits), tuple[Case, ...](), tuple[Shadow, ...]()
    rules = rules_for(policy, parcel)
    foreseen = forecasts if policy.foresight.enabled else None
    way = _Way(history, parcel, rules, foreseen=foreseen is not None)
    coming = hearings(history, parcel.added_at)
    ahead: Hearing | None = next(coming)
    now: datetime | None = parcel.added_at
    while now is not None and (until is None or now <= until):
        first = False
        if ahead is not None and ahead.at <= now:
            heard, ahead = ahead, next(coming, None)
            first = known.hear(heard)
            if not (cases or shadows) and way.goes_on(heard, ahead):
                now = ahead.at if ahead else None
                continue
        dossier = known.at(now, cases, shadows)
        asks = foreseen if dossier.timeline.entries and (parcel.promised_by or dossier.promise) else None
        outlook = asks.outlook(parcel, now) if asks else None
        seen = view(dossier, policy.calendar, policy.foresight, outlook)
        found = judged(seen, rules)
        if cases or shadows or found.findings or found.shadows:
            step = _moved(Step(dossier, policy, now, first=first), found)
            yield from _alerts(step)
            yield from _shadows(step, shadows)
            cases, shadows = step.dossier.cases, step.dossier.shadows
            dossier = step.dossier
        now = _next(dossier, seen, found, policy, ahead, now)
        way.looked(seen, found)


class _Way:
    """Which scans need no look, because they only move a parcel on and the next one comes before any clock runs out.

    Most scans of most parcels are such. What was due before one is due after it: a clock that it starts anew runs at
    least as long as the rules are patient.
    """

    def __init__(self, history: History, parcel: Parcel, rules: Rules, *, foreseen: bool) -> None:
        self._rules = rules
        self._parcel = parcel
        self._foreseen = foreseen
        file = not history.answers and history.confirmed is None and history.heard.answered_at is None
        self._smooth = file and _smooth(history.checkpoints)
        # A label starts no clock but that of its pickup, unless the shop says more of that.
        self._labels = history.shipped_at is None and history.dispatch_by is None
        self._after = Milestone.UNKNOWN
        self._clocks: dict[str, datetime] | None = None

    def looked(self, seen: View, found: Assessment) -> None:
        """A parcel was looked at; after what is heard next of it, what was found then may still hold."""
        if self._smooth:
            self._after, self._clocks = seen.milestone, {}
            for kind, verdict in (*found.verdicts.items(), *found.shadows.items()):
                for at in (verdict.due_at, verdict.valid_until):
                    if at is not None:
                        self._runs(kind, at)

    def goes_on(self, heard: Hearing, ahead: Hearing | None) -> bool:
        """Whether nothing can come of what was heard until the next is."""
        if not self._smooth or self._clocks is None:
            return False
        newest = heard.timeline.entries[-1]
        reached = newest.checkpoint.milestone
        patient = self._rules.patient(reached)
        if patient is None or not self._foretold(newest) or self._abroad(newest.checkpoint):
            return False
        for kind, patience in patient:
            self._runs(kind, latest(newest) + patience)
        if ahead is None:
            return reached is Milestone.DELIVERED
        # The clocks of the others stopped when it came so far.
        return all(ahead.at < at for kind, at in self._clocks.items() if reached in RULES[kind].at)

    def _runs(self, kind: str, until: datetime) -> None:
        assert self._clocks is not None
        before = self._clocks.get(kind)
        self._clocks[kind] = until if before is None or until < before else before

    def _foretold(self, newest: Entry) -> bool:
        """Whether no clock but the rules' own starts with a scan. Forecasts count from the hand-over, and so do the
        days that were left of a promise where it was handed over before we knew of it.
        """
        if self._after in _ONWARD:
            return True
        if newest.checkpoint.milestone in _LABELLED:
            return self._labels and self._after in _LABELLED
        return not self._foreseen and self._after in _LABELLED and earliest(newest) >= self._parcel.added_at

    def _abroad(self, said: Checkpoint) -> bool:
        """Whether it may be a delivery in another country."""
        if said.milestone is not Milestone.DELIVERED:
            return False
        return country_code(said.place) not in ("", split(self._parcel.destination)[0])


# Under way, and over: at customs a clock runs from the first scan there, and tours are counted.
_M: Final = Milestone
_ONWARD: Final = {_M.PICKED_UP: 0, _M.IN_TRANSIT: 1, _M.OUT_FOR_DELIVERY: 2, _M.DELIVERED: 3}
_LABELLED: Final = frozenset({_M.UNKNOWN, _M.INFO_RECEIVED})


def _smooth(entries: tuple[Entry, ...]) -> bool:
    """Whether all that is told is a parcel's way, each scan further on, elsewhere and heard later than
    the one before.
    """
    stage, tours, heard_at = 0, 0, _ALWAYS
    for entry in entries:
        said = entry.checkpoint
        if said.milestone is Milestone.INFO_RECEIVED and not stage and said.cause is None:
            continue
        to = _ONWARD.get(said.milestone, -1)
        tours += to == 2
        if said.cause is not None or not said.moves or to < stage or tours > 1 or entry.seen_at <= heard_at:
            return False
        stage, heard_at = to, entry.seen_at
    return not _back_somewhere(entries)


def _back_somewhere(entries: tuple[Entry, ...]) -> bool:
    """Whether a place comes again after another."""
    places = [place for place, _ in groupby(entry.checkpoint.place.casefold() for entry in entries) if place]
    return len(set(places)) < len(places)


class Known:
    """What is known of a parcel so far, beside its cases. `answering`: see History.confirmed; `habits`: see replay."""

    def __init__(
        self, parcel: Parcel, answering: tuple[datetime, ...] | None = None, habits: Habits | None = None
    ) -> None:
        self._parcel = parcel
        self._habits = habits
        self._answering = answering
        self._timeline = Timeline()
        self._confirmed_at: datetime | None = None
        self._tracked_at: datetime | None = None
        self._baseline_at: datetime | None = None
        self._said: dict[str, Any] = {}

    def hear(self, heard: Hearing) -> bool:
        """Take in what was heard; whether it is the first history of the parcel."""
        self._timeline = heard.timeline
        if heard.answered:
            self._said.update(heard.answered)
        first = self._tracked_at is None and bool(heard.timeline.entries)
        if first:
            self._tracked_at = heard.at
            reached = stage(current(heard.timeline), self._said.get("stands")).milestone
            self._baseline_at = heard.at if reached in OVER_AND_DONE else None
        return first

    def at(self, now: datetime, cases: tuple[Case, ...] = (), shadows: tuple[Shadow, ...] = ()) -> Dossier:
        """The dossier when the courier answers at `now` what it has said so far; whoever refuses confirms nothing."""
        if not self._said.get("refused") and self._answers(now):
            self._confirmed_at = now if self._answering is None else min(now, self._answering[-1])
        return Dossier(
            self._parcel,
            self._timeline,
            confirmed_at=self._confirmed_at,
            first_tracked_at=self._tracked_at,
            baseline_at=self._baseline_at,
            cases=cases,
            shadows=shadows,
            habits=self._habits.of(self._parcel, now) if self._habits is not None and self._awaits() else (),
            **self._said,
        )

    def _awaits(self) -> bool:
        """Whether the scans may still come that others hardly ever had."""
        entries = self._timeline.entries
        return not entries or entries[-1].checkpoint.milestone in AWAITING

    def _answers(self, now: datetime) -> bool:
        return self._answering is None or (bool(self._answering) and self._answering[0] <= now)


def hearings(history: History, added_at: datetime) -> Iterator[Hearing]:
    """What was known when it was added, and then whenever something was heard of it. There is always a first one."""
    heard, answers = history.heard, dict(history.answers)
    entries = heard.entries
    seen = [max(entry.seen_at, added_at) for entry in entries]
    moments = sorted({added_at, *seen, *answers, *_first_answer(history), *_taken_back(heard)})
    if heard.answered_at is not None:
        for at in moments:
            yield Hearing(at, as_of(heard, at), answers.get(at, _NO_CHANGE))
    elif all(one <= other for one, other in pairwise(seen)):
        # As a rule what happened later was heard later, so that what was known is the beginning of the list.
        for at in moments:
            yield Hearing(at, Timeline(entries[: bisect_right(seen, at)]), answers.get(at, _NO_CHANGE))
    else:
        for at in moments:
            told = tuple(entry for entry, since in zip(entries, seen, strict=True) if since <= at)
            yield Hearing(at, Timeline(told), answers.get(at, _NO_CHANGE))


def _first_answer(history: History) -> tuple[datetime, ...]:
    """It may say nothing new, and yet what was silent until then can be judged."""
    return (history.confirmed or ())[:1]


def _taken_back(heard: Timeline) -> Iterator[datetime]:
    """When the courier was asked next after it last listed what it then took back, as far as can be told."""
    if heard.answered_at is not None:
        for entry in heard.entries:
            if withdrawn(entry, heard):
                every = EVERY.get(entry.checkpoint.milestone, EVERY[Milestone.UNKNOWN])
                yield min(entry.last_seen_at + every, heard.answered_at)


def _moved(step: Step, found: Assessment) -> Step:
    step = tell.move(step, found.findings, _TIME)
    return shadow.follow(tell.tell(followup.follow(step, _TIME)), found.shadowed)


def _alerts(step: Step) -> Iterator[Told]:
    """What goes out: old news of a parcel that was only just heard of does not."""
    for notice in step.notices:
        if isinstance(notice, CaseTold):
            case, way = notice.case, dispatch.way(notice, step.dossier.parcel, step.policy, step.now, first=step.first)
            if way.suppressed in ("", dispatch.NO_CHANNEL):
                yield Told(case.kind, case.severity, notice.why, step.now, case.since)


def _shadows(step: Step, before: tuple[Shadow, ...]) -> Iterator[Told]:
    """What thresholds on trial would have told in this step; worse than before is told anew."""
    for each in step.dossier.shadows[len(before) :]:
        if not each.old:
            why = Why.WORSENED if any(_worse(each, known) for known in before) else Why.OPENED
            yield Told(each.kind, each.severity, why, each.told_at, each.since, shadow=True)


def _worse(shadow: Shadow, known: Shadow) -> bool:
    return shadow.kind == known.kind and known.over_at is None


def _next(
    dossier: Dossier, seen: View, found: Assessment, policy: Policy, ahead: Hearing | None, now: datetime
) -> datetime | None:
    """The next moment at which anything may change."""
    # Chances are another every midnight, of a parcel without an end for ever.
    judged_at = (found.due_at, found.valid_until, found.trial_at)
    coming = [ahead.at if ahead else None, *(at for at in judged_at if at is not None and _asked(seen, at))]
    if dossier.cases:
        coming += followup.due(dossier, policy)
        if any(case.cleared and case.live for case in dossier.cases):
            # Trouble that is back after an all-clear is told once a second answer says so.
            coming.append(next_poll(seen, found.due_at, now)[0])
    return min((at for at in coming if at is not None and at > now), default=None)


def _asked(seen: View, at: datetime) -> bool:
    """Whether the courier is still asked then: nobody asks for ever after what nobody speaks of."""
    last = max(seen.quiet_since or seen.dossier.parcel.added_at, seen.dossier.parcel.added_at)
    return seen.milestone is not Milestone.CANCELLED and at - last <= GIVEN_UP
