"""The rule about what has not happened yet: a promise that will not be kept.

It looks once a day, in the morning where the parcel is to go: what arrives that day is no warning any more, and people
have the day to act. Each of its grounds is a moment from which on it speaks, if the courier answers by then without
news; so nothing but answers changes what it says, as with silence.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from math import exp, log
from typing import ClassVar, Final

from parcelwatch.core.learn import SLOWEST, THIN, Level, age, handed_at, where_to
from parcelwatch.core.rules.base import FOREVER, QUIET, Rule, Verdict
from parcelwatch.core.rules.promise import UNDECIDED
from parcelwatch.core.timekeeping.clockwork import Clock
from parcelwatch.core.view import View
from parcelwatch.duration import BUSINESS_DAY, Duration
from parcelwatch.model import Case, Chance, Fact, Form, Milestone, Severity

_M: Final = Milestone
_UNDER_WAY: Final = frozenset(_M) - {_M.INFO_RECEIVED, _M.UNKNOWN, _M.PICKED_UP}

# What was told stands until it is as likely as not to come in time.
_CLEARS_BELOW: Final = 0.5
# The days left are no worry where parcels like it nearly always come on the last ones.
_CALM_BELOW: Final = 0.25
# By so much chances may fall short and yet be high enough when more is known in the morning.
_OVERNIGHT: Final = 0.5
_DAY: Final = timedelta(days=1)
_BINS_A_DAY: Final = 3
_NOTHING: Final = timedelta(0)
_MOMENT: Final = timedelta.resolution
# A business day weighs more days than this only where a holiday is longer.
_WEEKS: Final = timedelta(weeks=3)
_FURTHEST: Final = 400
"""Days: what is further off than these is a mistake, or needs no forecast yet."""


@dataclass(frozen=True, slots=True)
class _Ground:
    """Why it may be going to be late, and from when on that counts."""

    due: datetime
    fact: Fact
    limit: Duration | None = None


@dataclass(frozen=True, slots=True)
class _Mornings:
    """The moments of the daily look, on the destination's clock."""

    at: time
    zone: tzinfo

    def on(self, day: date) -> datetime:
        return datetime.combine(day, self.at, self.zone).astimezone(UTC)

    def not_before(self, at: datetime) -> datetime:
        morning = self.on(self.day(at))
        return morning if morning >= at else self.on(self.day(at) + _DAY)

    def not_after(self, at: datetime) -> datetime:
        morning = self.on(self.day(at))
        return morning if morning <= at else self.on(self.day(at) - _DAY)

    def first(self, after: datetime, until: datetime, holds: Callable[[datetime], bool]) -> datetime | None:
        """The first one past `after` at which something holds that goes on holding; None up to `until`."""
        begin = self.day(after).toordinal()
        days = range(begin, min(self.day(until).toordinal(), begin + _FURTHEST) + 1)

        def it_holds(day: int) -> bool:
            morning = self.on(date.fromordinal(day))
            return morning > after and holds(morning)

        place = bisect_left(days, True, key=it_holds)
        return self.on(date.fromordinal(days[place])) if place < len(days) else None

    def day(self, at: datetime) -> date:
        return at.astimezone(self.zone).date()


@dataclass(frozen=True, slots=True)
class _Forecast:
    """The chances of one parcel, by what one level knows of parcels like it."""

    level: Level
    pace: float
    clock: Clock
    since: datetime
    end: float

    def late(self, at: datetime, pace: float) -> float:
        return exp(-pace * self._risk(age(self.clock, self.since, at)))

    def reaches(self, bar: float, pace: float) -> datetime:
        """From when on the chance may be so high; earlier by up to a business day."""
        wanted = self.level.risk(self.end) + log(bar) / pace
        aged = bisect_left(self.level.risks, wanted) - 1
        return self.clock.add(self.since, Duration(max(aged, 0) // _BINS_A_DAY, BUSINESS_DAY))

    def chance(self, at: datetime) -> Chance:
        aged, level = age(self.clock, self.since, at), self.level
        return Chance(
            late=self.late(at, self.pace),
            n=int(level.n(aged)),
            scope=level.scope,
            name=level.name,
            at=at,
            age=aged / _BINS_A_DAY,
            left=(self.end - aged) / _BINS_A_DAY,
            risk=self._risk(aged),
            pace=self.pace,
        )

    def _risk(self, aged: float) -> float:
        return max(0.0, self.level.risk(self.end) - self.level.risk(aged))


@dataclass(frozen=True, slots=True)
class WillBeLate(Rule):
    """The promise will hardly be kept: by what parcels like it did, by what the courier expects, or by the days left.

    It is held while it lies ready to be collected. An estimate of the courier's is no promise: where there is nothing
    else, it speaks once the estimate is well over.
    """

    kind: ClassVar[str] = "will_be_late"
    at: ClassVar[frozenset[Milestone]] = UNDECIDED

    @property
    def patience(self) -> timedelta | None:
        return FOREVER

    def judge(self, view: View) -> Verdict:
        if view.milestone not in self.at:
            return QUIET
        promise = view.dossier.parcel.promised_by or view.dossier.promise
        if promise is None:
            return self._by_estimate_alone(view)
        if _near(view, promise) is None:
            return QUIET
        return _Look(self, view, promise, _mornings(view)).verdict()

    def _by_estimate_alone(self, view: View) -> Verdict:
        known, estimate = _warned(view), _near(view, view.dossier.estimate)
        if known is not None and known.live and known.fact.says is Form.ESTIMATE_OVER:
            # The courier names another day by now; what was told of the first one stands until the parcel comes.
            return Verdict(self.found(Severity.MEDIUM, known.fact, known.limit), known.since)
        if estimate is None or view.milestone not in _UNDER_WAY:
            return QUIET
        grace = view.foresight.grace
        due = _mornings(view).not_before(_there(view).add(estimate, grace))
        over = Fact(Form.ESTIMATE_OVER, since=due, until=estimate)
        if view.confirmed_at is None or view.confirmed_at < due:
            return Verdict(since=estimate, due_at=due)
        return Verdict(self.found(Severity.MEDIUM, over, grace), estimate)


@dataclass(frozen=True, slots=True)
class _Look:
    """One parcel that was promised, looked at."""

    rule: WillBeLate
    view: View
    promise: datetime
    mornings: _Mornings

    def verdict(self) -> Verdict:
        """The first ground that holds by the last answer, else when one will."""
        confirmed = self.view.confirmed_at
        told = _warned(self.view, self.promise)
        if confirmed is not None and confirmed >= self.promise and not (told is not None and told.live):
            # It is late, and nothing that will be.
            return QUIET
        handed = _near(self.view, handed_at(self.view.entries, self.view.dossier.parcel))
        forecast = self._forecast(handed)
        chance = self._chance(forecast)
        note = self._note(handed, chance)
        grounds = list(self._grounds(forecast, chance, handed, told))
        ground = next((each for each in grounds if confirmed is not None and each.due <= confirmed), None)
        since = handed or self.view.dossier.parcel.dispatch_by or self.view.dossier.parcel.added_at
        if ground is None:
            due_at = min((each.due for each in grounds), default=None)
            return Verdict(None, since, due_at, self._learned_until(forecast, handed), note)
        # What was told of this promise goes on from then: another morning's reason is no other trouble.
        fact = replace(ground.fact, since=told.since if told else ground.due, chance=chance)
        worse = self._worse()
        if worse is not None and confirmed is not None and worse <= confirmed:
            graver = self.rule.found(Severity.HIGH, fact, self.rule.limits.critical)
            return Verdict(graver, since, None, self._learned_until(forecast, handed), note)
        found = self.rule.found(Severity.MEDIUM, fact, ground.limit)
        return Verdict(found, since, worse, self._learned_until(forecast, handed), note)

    def _learned_until(self, forecast: _Forecast | None, handed: datetime | None) -> datetime | None:
        """From when on more may be known of parcels like it; None while that is no matter."""
        outlook, confirmed = self.view.outlook, self.view.confirmed_at
        if not self.view.foresight.enabled or outlook is None or handed is None or confirmed is None:
            return None
        bar = self.view.foresight.probability * _OVERNIGHT
        return outlook.until if forecast is None or forecast.late(confirmed, SLOWEST) >= bar else None

    def _worse(self) -> datetime | None:
        """From when on it is graver that it has not come, None for never."""
        left = self.rule.limits.critical
        worse = self._with_left(left) if left is not None else None
        return worse if worse is not None and worse < self.promise else None

    # --- grounds, the one that says most first ---------------------------------------------------

    def _grounds(
        self, forecast: _Forecast | None, chance: Chance | None, handed: datetime | None, told: Case | None
    ) -> Iterator[_Ground]:
        live = told is not None and told.live
        if forecast is not None:
            yield from self._by_chance(forecast, chance, live)
        if chance is None or chance.late >= _CALM_BELOW or live:
            yield from self._by_estimate()
        yield from self._by_dispatch(handed)
        yield from self._by_days_left(chance, handed, live)

    def _by_chance(self, forecast: _Forecast, chance: Chance | None, live: bool) -> Iterator[_Ground]:
        bar = self.view.foresight.probability
        if chance is not None and chance.late >= (min(bar, _CLEARS_BELOW) if live else bar):
            yield _Ground(chance.at, self._fact(Form.LIKELY_LATE))
            return
        # The pace may be another by then, so that each morning counts from where the slowest one would speak.
        begins = max(forecast.reaches(bar, SLOWEST), (self.view.confirmed_at or forecast.since) + _MOMENT)
        if begins < self.promise:
            yield _Ground(self.mornings.not_before(begins), self._fact(Form.LIKELY_LATE))

    def _by_estimate(self) -> Iterator[_Ground]:
        estimate, confirmed = _near(self.view, self.view.dossier.estimate), self.view.confirmed_at
        if estimate is None or confirmed is None or self.view.milestone not in _UNDER_WAY:
            return
        grace = self.view.foresight.grace
        if estimate > _there(self.view).add(self.promise, grace):
            fact = replace(self._fact(Form.EXPECTED_AFTER), on=self.mornings.day(estimate))
            yield _Ground(confirmed, fact, grace)

    def _by_dispatch(self, handed: datetime | None) -> Iterator[_Ground]:
        by, after = _near(self.view, self.view.dossier.parcel.dispatch_by), self.view.foresight.undispatched
        if by is not None and handed is None:
            fact = replace(self._fact(Form.DISPATCH_OVERDUE), on=self.mornings.day(by))
            yield _Ground(self.mornings.not_before(_there(self.view).add(by, after)), fact, after)

    def _by_days_left(self, chance: Chance | None, handed: datetime | None, live: bool) -> Iterator[_Ground]:
        left = self.rule.limits.warn
        close = self.view.milestone is Milestone.OUT_FOR_DELIVERY
        if left is None or (close and not live):
            return
        due = max(self._with_left(left), self._with_a_quarter_left(handed))
        confirmed = self.view.confirmed_at
        if chance is not None and chance.late < _CALM_BELOW and not live and confirmed is not None and due <= confirmed:
            due = self.mornings.not_before(confirmed + _MOMENT)
        if due < self.promise:
            yield _Ground(due, self._fact(Form.PROMISE_NEAR), left)

    def _with_left(self, left: Duration) -> datetime:
        """The first morning with so much left, or less."""
        if not left.business:
            return self.mornings.not_before(self.promise - left.length)
        clock, most = _there(self.view), _DAY * left.amount
        begin = self.promise - left.length - _WEEKS
        due = self.mornings.first(begin, self.promise, lambda at: clock.elapsed(at, self.promise, left.unit) <= most)
        return due or self.promise

    def _with_a_quarter_left(self, handed: datetime | None) -> datetime:
        """Of what was promised within a day or two, the last day is no sign of anything."""
        parcel = self.view.dossier.parcel
        began = min(at for at in (parcel.added_at, parcel.shipped_at, handed) if at is not None)
        return self.mornings.not_before(self.promise - max(self.promise - began, _NOTHING) / 4)

    def _fact(self, says: Form) -> Fact:
        whose = "shop" if self.view.dossier.parcel.promised_by else "courier"
        return Fact(says, until=self.promise, whose=whose)

    # --- what is known of parcels like it --------------------------------------------------------

    def _forecast(self, handed: datetime | None) -> _Forecast | None:
        outlook = self.view.outlook if self.view.foresight.enabled else None
        if outlook is None or handed is None:
            return None
        clock = _there(self.view)
        aged = age(clock, handed, self.mornings.not_after(self.view.confirmed_at or handed))
        level = outlook.at(aged)
        return (
            None if level is None else _Forecast(level, outlook.pace, clock, handed, age(clock, handed, self.promise))
        )

    def _chance(self, forecast: _Forecast | None) -> Chance | None:
        """As of the morning before the last answer, at which it was still on its way."""
        if forecast is None or self.view.confirmed_at is None:
            return None
        at = self.mornings.not_after(self.view.confirmed_at)
        return forecast.chance(at) if at >= forecast.since else None

    def _note(self, handed: datetime | None, chance: Chance | None) -> Fact | None:
        if not self.view.foresight.enabled or handed is None:
            return None
        if chance is None:
            return Fact(Form.CHANCE_UNKNOWN, since=handed, count=int(THIN))
        return Fact(Form.CHANCE_KNOWN, since=handed, until=self.promise, chance=chance)


def _warned(view: View, promise: datetime | None = None) -> Case | None:
    """The case of it, if it is about this promise."""
    case = next((case for case in view.dossier.cases if case.kind == WillBeLate.kind), None)
    return case if case is not None and promise in (None, case.fact.until) else None


def _near(view: View, at: datetime | None) -> datetime | None:
    """A moment, if it is not so far off that it can only be a mistake."""
    now = view.confirmed_at or view.dossier.parcel.added_at
    return at if at is not None and abs(at - now) <= _DAY * _FURTHEST else None


def _there(view: View) -> Clock:
    return view.calendar.at(*where_to(view.dossier.parcel))


def _mornings(view: View) -> _Mornings:
    return _Mornings(view.foresight.at, _there(view).zones[0])
