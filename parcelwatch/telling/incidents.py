"""Incidents: looked for whenever cases move, followed every minute, told once, and told to be over.

What belongs here: from the store's counts to what core.outbreaks and core.incidents make of them, and from there to the
outbox.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Final

from parcelwatch.core import dispatch
from parcelwatch.core.incidents import (
    LEARNED,
    SETTLES,
    Incident,
    Turn,
    around,
    begin,
    close,
    fact,
    follow,
    learned,
    outliers,
)
from parcelwatch.core.messaging.silences import silenced
from parcelwatch.core.outbreaks import Cell, Excess, Group, Total, candidates, outbreaks, outside, totals
from parcelwatch.core.policy import Policy
from parcelwatch.model import Severity, Why
from parcelwatch.store import Store, cases, incidents, outbox, silences, surveys
from parcelwatch.store.incidents import Held
from parcelwatch.store.rows import NewAlert, whole

KIND: Final = "incident"

FOLLOWED: Final = timedelta(minutes=1)
"""How often all parcels are counted while an incident is open; as they are when many more are in trouble."""

KEPT: Final = timedelta(hours=1)
"""How often what is usual is kept."""

_MORE: Final = 1.1


@dataclass(slots=True)
class Lookout:
    """What is remembered from one look to the next, to spare looking; whoever forgets it looks once more.

    `event`: the newest move of a case that was seen. `counted`: of each group how many were in trouble then.
    """

    event: int = -1
    counted_at: datetime | None = None
    kept_at: datetime | None = None
    counted: Mapping[Group, int] = field(default_factory=dict)

    def moved(self, newest: int) -> bool:
        """Whether cases moved since."""
        before, self.event = self.event, newest
        return newest != before


def look(store: Store, lookout: Lookout, policy: Policy, now: datetime) -> None:
    """Open, follow and close incidents, and keep back what they say; the caller holds the transaction."""
    now, known = whole(now), incidents.live(store)
    if not policy.incidents.enabled:
        for one in known:
            _release(store, _closed(store, close(one, now), now), (), now)
        return
    moved = lookout.moved(cases.newest_event(store))
    if moved:
        known = [_folded(store, one, now) for one in known]
    if _is_time(lookout, known, now) or (moved and _many_more(store, lookout, known, policy, now)):
        known = _survey(store, lookout, known, policy, now)
    for one in known:
        incidents.hold(store, one, now)


def _is_time(lookout: Lookout, known: Sequence[Incident], now: datetime) -> bool:
    return _is_over(lookout.kept_at, KEPT, now) or (bool(known) and _is_over(lookout.counted_at, FOLLOWED, now))


def _is_over(since: datetime | None, span: timedelta, now: datetime) -> bool:
    return since is None or not since <= now < since + span


def _many_more(store: Store, lookout: Lookout, known: Sequence[Incident], policy: Policy, now: datetime) -> bool:
    counted = candidates(_free(surveys.troubled(store, now), known), policy.incidents.bar)
    more = [group for group, troubled in counted.items() if troubled > lookout.counted.get(group, 0) * _MORE]
    return bool(surveys.nameable(store, more))


def _candidates(store: Store, free: Sequence[Cell], policy: Policy) -> Mapping[Group, int]:
    counted = candidates(free, policy.incidents.bar)
    named = surveys.nameable(store, counted)
    return {group: troubled for group, troubled in counted.items() if group in named}


def _free(cells: Sequence[Cell], known: Sequence[Incident]) -> list[Cell]:
    """Parcels that are in no incident."""
    return outside(cells, [one.group for one in known])


def _survey(store: Store, lookout: Lookout, known: Sequence[Incident], policy: Policy, now: datetime) -> list[Incident]:
    """Count all parcels: what became of the incidents there are, and whether there are more. Those that are open."""
    today = now.astimezone(policy.hours.zone).date()
    cells = surveys.everything(store, now)
    counted = totals(cells, {one.group for one in known})
    after = [_followed(store, one, counted.get(one.group, Total()), policy, now) for one in known]
    known, over = [one for one, _ in after if one.live], [one for one, _ in after if not one.live]
    for one, turn in after:
        _relearn(store, one, turn, _touched(cells, one.group), policy)
    for one in over:
        _release(store, one, known, now)
    for one in known:
        _release_old(store, one, now)
    cells = surveys.everything(store, now) if over else cells
    free = _free(cells, known)
    asked = _candidates(store, free, policy)
    found = outbreaks(free, surveys.past(store, asked, today), policy.incidents.bar)
    every = _is_over(lookout.kept_at, KEPT, now)
    usual = _free(cells, [one for one in known if not learned(one, now)])
    surveys.keep(store, usual, today, surveys.nameable(store, totals(usual)) if every else asked)
    known += [_opened(store, each, policy, now) for each in found]
    for each in found:
        surveys.forget(store, each.group, today)
    lookout.counted_at, lookout.counted = now, asked
    lookout.kept_at = now if every else lookout.kept_at
    return known


# --- one of them ---------------------------------------------------------------------------------


def _opened(store: Store, found: Excess, policy: Policy, now: datetime) -> Incident:
    one = incidents.add(store, begin(found, now))
    one = _apart(store, replace(one, folded=incidents.fold(store, one, now)), policy)
    incidents.note(store, one, Turn.OPENS, now)
    return _told(store, one, Why.OPENED, policy, now)


def _folded(store: Store, one: Incident, now: datetime) -> Incident:
    one = replace(one, folded=incidents.fold(store, one, now))
    incidents.save(store, one)
    return one


def _apart(store: Store, one: Incident, policy: Policy) -> Incident:
    assert one.id is not None
    return outliers(one, *incidents.members(store, one.id), policy.incidents)


def _followed(store: Store, one: Incident, total: Total, policy: Policy, now: datetime) -> tuple[Incident, Turn | None]:
    one, turn = follow(one, total, one.folded, now, policy.incidents.bar)
    if not one.live:
        over = turn or Turn.CLOSES
        return _cleared(store, _closed(store, one, now, over), now, settled=over is Turn.SETTLES), over
    if turn is not Turn.GROWS and one.told:
        incidents.save(store, one)
        return one, turn
    after = _told(store, _apart(store, one, policy), Why.WORSENED if one.told else Why.OPENED, policy, now)
    if turn is Turn.GROWS and after.told != one.told:
        incidents.note(store, after, turn, now)
    return after, turn


def _closed(store: Store, one: Incident, now: datetime, turn: Turn = Turn.CLOSES) -> Incident:
    incidents.save(store, one)
    incidents.note(store, one, turn, now)
    return one


def _touched(cells: Sequence[Cell], group: Group) -> frozenset[Group]:
    """Every group that has parcels of one."""
    return frozenset(totals(cell for cell in cells if group.holds(cell.spot)))


def _relearn(store: Store, one: Incident, turn: Turn | None, touched: frozenset[Group], policy: Policy) -> None:
    """What is usual goes by the last days of an incident that never ends alone, and by none of one that ended."""
    begun = (one.opened_at + SETTLES - LEARNED).astimezone(policy.hours.zone).date()
    if turn is Turn.SETTLES:
        surveys.drop(store, touched, until=begun)
    elif turn is Turn.CLOSES:
        surveys.drop(store, touched, since=begun)


def _release(store: Store, over: Incident, others: Sequence[Incident], now: datetime) -> None:
    """Tell what still stands of an incident that is over, but for what another one says."""
    assert over.id is not None
    for held in incidents.standing(store, over.id):
        other = around(held.subject.kind, held.where, others)
        if other is None:
            _let_go(store, held, now)
        else:
            incidents.move(store, held.alert, other)
    silences.owe(store, "incident_id", over.id)


def _release_old(store: Store, one: Incident, now: datetime) -> None:
    """Tell what has stood inside it for too long to be its business."""
    assert one.id is not None
    for held in incidents.outlasting(store, one.id, now):
        _let_go(store, held, now)


def _let_go(store: Store, held: Held, now: datetime) -> None:
    """Tell it, unless a silence keeps it back from now on."""
    silence = silenced(held.subject, silences.holding(store, now), now)
    if silence is None:
        silences.tell(store, held.alert, now)
    else:
        silences.keep_back(store, held.alert, silence)


# --- what is said of it --------------------------------------------------------------------------


def _told(store: Store, one: Incident, why: Why, policy: Policy, now: datetime) -> Incident:
    """Tell agents of an incident, unless a silence holds: then as soon as it is over."""
    assert one.id is not None
    way = dispatch.of_incident(one, policy, now, silences.holding(store, now))
    if way.silence is None:
        first = incidents.take_back(store, one.id, "a newer message says it")
        alert = _message(one, Why.OPENED if first else why, way.suppressed)
        outbox.enqueue_all(store, alert, way.receivers, now)
        one = replace(one, told=one.folded)
    incidents.save(store, one)
    return one


def _cleared(store: Store, one: Incident, now: datetime, *, settled: bool) -> Incident:
    """Tell whoever was told of an incident that it is over, and nobody else."""
    assert one.id is not None
    incidents.take_back(store, one.id, "it was over before it was sent")
    said = fact(one, incidents.left(store, one.id), settled=settled)
    alert = replace(_message(one, Why.CLEARED), fact=said)
    for channel in incidents.told_on(store, one.id):
        outbox.enqueue(store, replace(alert, channel=channel), now)
    return one


def _message(one: Incident, why: Why, suppressed: str = "") -> NewAlert:
    return NewAlert(
        kind=KIND,
        channel="",
        severity=Severity.HIGH,
        why=why,
        fact=fact(one),
        account=one.group.courier,
        suppressed=suppressed,
        incident=one.id,
    )
