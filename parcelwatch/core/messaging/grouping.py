"""Which waiting messages leave together, which of them first, and which have to wait: one channel at a time.

What belongs here: the decision. When clocks let a channel be told is timing.py's; the words of a digest and the keeping
of rows are others'. Nothing is ever dropped: what may not leave now is given a time.

A channel's waiting messages go through these stages:

1. *Tried before.* What was in an attempt goes again as it went, for it may have arrived.
2. *Gather.* What is about one order (else one parcel) is one message: its troubles and its letters.
3. *Hold.* Each waits for the daily digest, for the end of the quiet hours, for company, or for the hour's next message.
4. *Bundle.* Of what may leave the worst comes first. A few go one by one; where there are more of one grade (critical,
   high, milder), they go as one digest. No more than the hour allows: the last message takes what would be too many.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from itertools import groupby
from typing import Final

from parcelwatch.core.messaging.timing import HOUR, Hours, Timing
from parcelwatch.model import Severity

SINGLY: Final = 5
"""So many messages go one by one within Timing.interval; more of a grade that wait together become one digest."""

FEW: Final = 2
"""So many are no crowd, whatever went before."""

LONGEST: Final = 40
"""Critical messages in one digest, so that even a channel of 2,000 bytes has room to name each."""

FIRST_HOLD: Final = timedelta(seconds=30)
LATER_HOLD: Final = timedelta(minutes=15)
# What befell a parcel longer before it was imported is the past, whoever tells of it.
LATELY: Final = timedelta(days=1)
_OVER: Final = -1
_EVER: Final = datetime.min.replace(tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Waiting:
    """A message that waits, of one channel. `rank`: of its severity.

    `bundle`: the message whose id the attempt it was once part of went by, None while nobody tried to send it;
    `digest`: that was a digest. `about`: the order or parcel, "" for what goes with nothing. `gathered`: it waited for
    the daily digest. `hurried`: an agent wants it sent now. `cleared`: it says that a trouble is over. `known`: it
    takes back a letter or tells again what was told, which can wait for the morning however grave it is.
    """

    id: int
    rank: int
    priority: int
    bundle: int | None = None
    digest: bool = False
    about: str = ""
    draft: bool = False
    created_at: datetime = _EVER
    gathered: bool = False
    hurried: bool = False
    cleared: bool = False
    known: bool = False


@dataclass(frozen=True, slots=True)
class Bundle:
    """Messages that leave as one, worst first, letters after what they are about; `digest`: a line for each."""

    id: int
    messages: tuple[int, ...]
    digest: bool


@dataclass(frozen=True, slots=True)
class Sent:
    """A message that a channel took lately, with the rank of the worst in it; `digest`: of several."""

    rank: int
    at: datetime
    digest: bool = False


@dataclass(frozen=True, slots=True)
class Held:
    """Messages that may not leave before `until`; `digest_on`: with the daily digest of that date, "" for none."""

    messages: tuple[int, ...]
    until: datetime
    digest_on: str = ""


@dataclass(frozen=True, slots=True)
class Plan:
    """What leaves now, in this order, and what does not."""

    bundles: tuple[Bundle, ...] = ()
    held: tuple[Held, ...] = ()


@dataclass(frozen=True, slots=True)
class _Unit:
    """What is never torn apart: a bundle tried before, or all that is about one order."""

    members: tuple[Waiting, ...]

    @property
    def first(self) -> Waiting:
        return self.members[0]

    @property
    def rank(self) -> int:
        """Of the worst in it; that a trouble is over is never urgent."""
        return max(_rank(one) for one in self.members)

    def passes(self, hours: Hours) -> bool:
        """Whether something in it waits for nothing."""
        return any(hours.lets_pass(_rank(one)) for one in self.members if not one.known)

    @property
    def over(self) -> bool:
        """Whether it says of nothing that it is new."""
        return self.first.cleared

    @property
    def ids(self) -> tuple[int, ...]:
        return tuple(one.id for one in self.members)

    @property
    def born_at(self) -> datetime:
        return min(one.created_at for one in self.members)

    @property
    def hurried(self) -> bool:
        return any(one.hurried for one in self.members)

    @property
    def gathered(self) -> bool:
        """Whether its day came: what is new of its order since goes along, and puts it off no more."""
        return self.first.bundle is None and any(one.gathered for one in self.members)


def plan(waiting: Sequence[Waiting], now: datetime, *, hours: Hours, timing: Timing, sent: Sequence[Sent] = ()) -> Plan:
    """What of a channel's waiting messages leaves now. `sent`: what it took within the hour, or Timing.interval."""
    units = _units(waiting)
    oldest = min((unit.born_at for unit in units if unit.first.bundle is None), default=now)
    leaving: list[_Unit] = []
    held: list[Held] = []
    for unit in units:
        wait = None if unit.hurried else _hold(unit, oldest, now, hours, timing, sent)
        held += [wait] if wait else []
        leaving += [] if wait else [unit]
    return Plan(_bundles(leaving, now, hours, timing, sent), tuple(held))


def _units(waiting: Sequence[Waiting]) -> list[_Unit]:
    together: dict[object, list[Waiting]] = {}
    news = {one.about for one in waiting if not (one.cleared or one.draft)}
    for one in sorted(waiting, key=_worst_first):
        # A letter, written or taken back, goes with what is new of its order, else with what is over.
        fresh = (one.about or one.id, one.cleared or (one.draft and one.about not in news))
        together.setdefault((one.bundle,) if one.bundle is not None else fresh, []).append(one)
    return [_Unit(tuple(sorted(each, key=_letters_last))) for each in together.values()]


# --- who waits -----------------------------------------------------------------------------------


def _hold(
    unit: _Unit, oldest: datetime, now: datetime, hours: Hours, timing: Timing, sent: Sequence[Sent]
) -> Held | None:
    if unit.first.bundle is None and hours.gathers(unit.rank) and not unit.gathered:
        return Held(unit.ids, *hours.next_digest(now))
    times = [_company(unit, oldest, hours, timing, sent)]
    if not unit.passes(hours):
        times += [hours.awake(now), _budget(hours, now, sent)]
    until = max(times)
    return Held(unit.ids, until) if until > now else None


def _company(unit: _Unit, oldest: datetime, hours: Hours, timing: Timing, sent: Sequence[Sent]) -> datetime:
    """Until when it waits for others. What came together, in a flood or an import, also leaves together."""
    if unit.first.bundle is not None or unit.gathered or not timing.patient:
        return _EVER
    passes = unit.passes(hours)
    waits = _EVER if passes else oldest + timing.wait
    before = [one for one in sent if one.rank >= unit.rank]
    floods = [one.at for one in before[SINGLY - 1 :][-1:] if one.at - before[-SINGLY].at < timing.interval]
    floods += [one.at for one in before if one.digest and not passes]
    # What came with a flood leaves with it; only what came after waits for the next.
    return max([waits, *(at + timing.interval for at in floods if unit.born_at > at)])


def _budget(hours: Hours, now: datetime, sent: Sequence[Sent]) -> datetime:
    """When the hour has room for one message more."""
    lately = _counted(hours, now, sent)
    return lately[-hours.most] + HOUR if hours.most and len(lately) >= hours.most else now


def _counted(hours: Hours, now: datetime, sent: Sequence[Sent]) -> list[datetime]:
    """When what the hour's number counts was sent; what passes neither waits for it nor makes others wait."""
    return [one.at for one in sent if one.at > now - HOUR and not hours.lets_pass(one.rank)]


# --- what leaves ---------------------------------------------------------------------------------


def _bundles(
    units: Sequence[_Unit], now: datetime, hours: Hours, timing: Timing, sent: Sequence[Sent]
) -> tuple[Bundle, ...]:
    """Everything that leaves, worst first; of one grade what was tried before comes first."""
    again = [(unit, _again(unit)) for unit in units if unit.first.bundle is not None]
    daily = [unit for unit in units if unit.gathered and unit.rank < hours.digest_below.rank]
    fresh = [unit for unit in units if unit.first.bundle is None and unit not in daily]
    made = [*again, *_graded(fresh, now, timing, sent), *([(daily[0], _digest(daily))] if daily else [])]
    made.sort(key=lambda one: -one[0].rank)
    return tuple(_rationed(made, now, hours, sent))


def _graded(
    units: Sequence[_Unit], now: datetime, timing: Timing, sent: Sequence[Sent]
) -> Iterator[tuple[_Unit, Bundle]]:
    """One by one while few went lately; of more of one grade a digest."""
    lately = [one.rank for one in sent if one.at > now - timing.interval]
    for rank, found in groupby(sorted(units, key=_grade, reverse=True), key=_grade):
        grade = list(found)
        room = SINGLY - sum(each >= rank for each in lately)
        made = [[unit] for unit in grade] if len(grade) <= max(FEW, room) else _chunks(grade, rank)
        lately += [rank] * len(made)
        yield from ((some[0], _one(some[0]) if len(some) == 1 else _digest(some)) for some in made)


def _grade(unit: _Unit) -> int:
    """What goes into one digest: what is critical, what is high, all that is milder, and what is over."""
    if unit.over:
        return _OVER
    return unit.rank if unit.rank >= Severity.HIGH.rank else Severity.LOW.rank


def _chunks(units: list[_Unit], rank: int) -> list[list[_Unit]]:
    if rank < Severity.CRITICAL.rank:
        return [units]
    return [units[place : place + LONGEST] for place in range(0, len(units), LONGEST)]


def _rationed(
    made: Sequence[tuple[_Unit, Bundle]], now: datetime, hours: Hours, sent: Sequence[Sent]
) -> Iterator[Bundle]:
    """No more messages than the hour has left; the last of them takes what would be too many."""
    limited = [bundle for unit, bundle in made if unit.first.bundle is None and not unit.passes(hours)]
    left = len(limited) if hours.most is None else hours.most - len(_counted(hours, now, sent))
    rest = limited[max(0, left - 1) :] if len(limited) > left else []
    for _, bundle in made:
        if bundle not in rest:
            yield bundle
        elif bundle == rest[0]:
            ids = tuple(one for each in rest for one in each.messages)
            yield replace(bundle, messages=ids, digest=True)


def _again(unit: _Unit) -> Bundle:
    """A bundle once tried is never changed, for it may have arrived: its repetition must be told by its id."""
    assert unit.first.bundle is not None
    return Bundle(unit.first.bundle, unit.ids, digest=any(one.digest for one in unit.members))


def _one(unit: _Unit) -> Bundle:
    crowded = sum(not one.draft for one in unit.members) > SINGLY
    return Bundle(unit.first.id, unit.ids, digest=crowded)


def _digest(units: Iterable[_Unit]) -> Bundle:
    ids = tuple(one for unit in units for one in unit.ids)
    return Bundle(ids[0], ids, digest=len(ids) > 1)


def _rank(one: Waiting) -> int:
    return Severity.LOW.rank if one.cleared else one.rank


def _worst_first(one: Waiting) -> tuple[int, int, datetime, int]:
    return (-one.rank, -one.priority, one.created_at, one.id)


def _letters_last(one: Waiting) -> bool:
    return one.draft


# --- imports -------------------------------------------------------------------------------------


def waits(since: datetime, added_at: datetime, *, pushed: bool) -> bool:
    """Whether what a parcel's first answer tells waits for the rest of its import, so that the past is told together.

    What a courier calls about by itself, as it happens, is no past. `since`: when the trouble began.
    """
    return not (pushed and since > added_at - LATELY)


def release_at(
    first_waiting: datetime, released: datetime | None, *, all_asked: bool, others_asked: bool = True
) -> datetime:
    """From when on the held news of an import may leave.

    `first_waiting`: since when its oldest news waits. `released`: when news of that import last left. Once every
    parcel of it has been asked there is nothing to wait for but the others that came with it, `others_asked`, and
    those not for long: so the worst of all comes first, whichever courier is the quickest to answer.
    """
    if all_asked and (others_asked or released is not None):
        return first_waiting
    if released is None:
        return first_waiting + FIRST_HOLD
    return max(first_waiting, released + LATER_HOLD)
