"""A world of parcels with known truth, and what each way of warning would have come to in it.

    python -m tests.world [--parcels 50000] [--seed 1]

What belongs here: drawing parcels whose times are distributed as those of real orders (world_figures.py), and counting.
There are weeks in which everything takes longer, in some region or everywhere; couriers whose hubs are never seen, and
couriers that name a day and move it; parcels that are never handed over or never come; and buyers who complain, all of
them after the day they were promised. Half of the parcels are there to be learned from, the other half are counted.
"""

from __future__ import annotations

import argparse
import random
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta, timezone
from itertools import pairwise
from statistics import NormalDist, median
from time import perf_counter
from typing import Final

from parcelwatch.core.kinds import KINDS
from parcelwatch.core.learn import Chronicle, Forecasts, Foresight
from parcelwatch.core.past.figures import Survey, untested
from parcelwatch.core.past.histories import History
from parcelwatch.core.past.replay import Told, replay
from parcelwatch.core.policy import Policy
from parcelwatch.core.thresholds import Threshold
from parcelwatch.core.timekeeping.calendar import Calendar
from parcelwatch.duration import Duration
from parcelwatch.model import Checkpoint, Entry, Milestone, Timeline
from parcelwatch.reference.almanac import ALMANAC
from tests import world_figures as figures

BEGINS: Final = date(2024, 10, 1)
DAYS: Final = 600
LOCAL: Final = timezone(timedelta(hours=-3))
REGIONS: Final = tuple(
    "SP|RJ|MG|RS|PR|SC|BA|DF|ES|GO|PE|CE|PA|MT|MA|MS|PB|RN|PI|AL|SE|TO|RO|AM|AC|AP|RR".split("|")  # noqa: SIM905
)
_DAY: Final = timedelta(days=1)
_HOUR: Final = timedelta(hours=1)
_MORNING: Final = time(8)
_LANE_QUANTILES: Final = (0.1, 0.5, 0.9, 0.95, 0.99)
# How much a lane's usual time says of the days that are promised on it, and by how much shops promise more.
_RELATED: Final = 0.85
_GENEROUS: Final = 1.08
_MADE_TO_ORDER: Final = 0.7


# --- drawing -------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Slow:
    """Days on which parcels to a region, "" for all, take `factor` times as long."""

    first: date
    last: date
    region: str
    factor: float


@dataclass(frozen=True, slots=True)
class Lane:
    origin: str
    destination: str
    courier: str
    days: tuple[float, ...]
    rank: float


class World:
    """Parcels, the same for a seed every time."""

    def __init__(self, seed: int, parcels: int) -> None:
        self._draw = random.Random(seed)
        self._parcels = parcels
        self._weights = [row[0] for row in figures.LANES]
        self._lanes = self._drawn_lanes()
        self._slow = [self._trouble(region) for region in ("", "", *REGIONS)]

    def histories(self) -> Iterator[History]:
        """In the order in which they were bought."""
        bought = sorted(self._draw.triangular(0, DAYS, DAYS) for _ in range(self._parcels))
        for number, day in enumerate(bought, 1):
            at = datetime.combine(BEGINS, time(0), UTC) + _DAY * day
            yield self._history(f"PW{number:08d}", at)

    def _drawn_lanes(self) -> list[Lane]:
        total = sum(self._weights)
        return [
            Lane(
                f"BR-{REGIONS[0] if place % 3 < 2 else REGIONS[place % 5]}",
                f"BR-{REGIONS[place % len(REGIONS)]}",
                "express" if place % 2 else "post",
                row[1:],
                (sum(each[0] for each in figures.LANES if each[2] < row[2]) + row[0] / 2) / total,
            )
            for place, row in enumerate(figures.LANES)
        ]

    def _trouble(self, region: str) -> Slow:
        first = BEGINS + _DAY * self._draw.randrange(DAYS)
        return Slow(first, first + _DAY * self._draw.randrange(10, 40), region, self._draw.uniform(1.2, 1.9))

    def _history(self, number: str, bought: datetime) -> History:
        draw, lane = self._draw, self._draw.choices(self._lanes, self._weights)[0]
        paid = bought + _HOUR * self._from(figures.PAYMENT_HOURS)
        handed: datetime | None = paid + _HOUR * self._from(figures.HANDOFF_HOURS)
        promised = _end_of_day(bought + _DAY * self._promised_days(lane))
        never = draw.random()
        if never < figures.NEVER_HANDED_OVER:
            handed = None
        came = self._delivery(handed, lane) if handed else None
        if never > 1 - figures.NEVER_DELIVERED:
            came = None
        history = History(
            number,
            lane.courier,
            origin=lane.origin,
            destination=lane.destination,
            announced_at=paid,
            promised_by=promised,
            dispatch_by=self._dispatch_by(paid, handed),
            heard=Timeline(tuple(self._scans(lane, paid, handed, came))),
            delivered_at=came,
            complaints=self._complaints(promised, handed, came),
        )
        return self._expected(history, lane) if handed and lane.courier == "express" else history

    def _promised_days(self, lane: Lane) -> float:
        normal = NormalDist()
        own = normal.inv_cdf(lane.rank)
        mixed = _RELATED * own + (1 - _RELATED**2) ** 0.5 * self._draw.gauss()
        return _quantile(figures.PROMISE_DAYS, normal.cdf(mixed)) * _GENEROUS

    def _dispatch_by(self, paid: datetime, handed: datetime | None) -> datetime:
        """What takes long is often made to order, and known to."""
        usual = paid + _HOUR * _quantile(figures.HANDOFF_HOURS, 1 - figures.HANDED_OVER_TOO_LATE)
        made = handed is not None and handed > usual + _DAY * 4 and self._draw.random() < _MADE_TO_ORDER
        return _end_of_day(handed - _DAY * self._draw.uniform(0, 5) if made and handed else usual)

    def _delivery(self, handed: datetime, lane: Lane) -> datetime:
        days = _quantile(lane.days, self._draw.random(), _LANE_QUANTILES)
        at, left = handed, days
        while left > 0:
            factor = self._factor(at.date(), lane.destination[3:])
            at += _DAY * min(left, 1.0) * factor
            left -= 1.0
        return max(self._delivered_on(at), handed + _HOUR)

    def _factor(self, day: date, region: str) -> float:
        slow = (each.factor for each in self._slow if each.first <= day <= each.last and each.region in ("", region))
        return max(slow, default=1.0)

    def _delivered_on(self, at: datetime) -> datetime:
        """On weekends few parcels are delivered, the others on the next working day."""
        day = at.astimezone(LOCAL).date()
        usual = max(figures.DELIVERY_DAYS)
        while self._draw.random() > figures.DELIVERY_DAYS[day.weekday()] / usual + 0.1:
            day += _DAY
        hour = self._draw.choices(range(24), figures.DELIVERY_HOURS)[0]
        minute = self._draw.randrange(60)
        return datetime.combine(day, time(hour, minute), LOCAL).astimezone(UTC)

    def _scans(self, lane: Lane, paid: datetime, handed: datetime | None, came: datetime | None) -> Iterator[Entry]:
        yield _entry(Milestone.INFO_RECEIVED, paid)
        if handed is None:
            return
        yield _entry(Milestone.PICKED_UP, handed)
        if lane.courier == "express":
            ends = came or handed + _DAY * 20
            for place in range(1, 5):
                yield _entry(Milestone.IN_TRANSIT, handed + (ends - handed) * place / 5)
        if came is not None:
            yield _entry(Milestone.DELIVERED, came)

    def _expected(self, history: History, lane: Lane) -> History:
        """The courier names a day at each scan, the nearer the truer, and seldom one that is too late."""
        answers = []
        for entry in history.checkpoints[1:-1]:
            at = entry.seen_at
            truth = (history.delivered_at or at + _DAY * 10) - at
            guess = truth * self._draw.triangular(0.4, 1.3, 0.9)
            answers.append((at, {"estimate": _end_of_day(at + guess)}))
        return replace(history, answers=tuple(answers))

    def _complaints(self, promised: datetime, handed: datetime | None, came: datetime | None) -> tuple[datetime, ...]:
        late = came is None or came > promised
        share = figures.COMPLAIN_OF_NEVER if came is None else figures.COMPLAIN_OF_LATE
        after = self._from(figures.COMPLAINT_DAYS)
        return (promised + _DAY * after,) if late and self._draw.random() < share else ()

    def _from(self, values: Sequence[float]) -> float:
        return _quantile(values, self._draw.random())


def _quantile(values: Sequence[float], share: float, shares: Sequence[float] = figures.QUANTILES) -> float:
    """Between two known quantiles in even proportion; beyond them a little further."""
    known = [(0.0, values[0] * 0.6), *zip(shares, values, strict=True), (1.0, values[-1] * 1.3)]
    for (low, least), (high, most) in pairwise(known):
        if share <= high:
            return float((least + 0.05) * ((most + 0.05) / (least + 0.05)) ** ((share - low) / (high - low))) - 0.05
    return values[-1]


def _entry(milestone: Milestone, at: datetime) -> Entry:
    at = at.replace(microsecond=0)
    return Entry(Checkpoint(at, at, milestone), at, at)


def _end_of_day(at: datetime) -> datetime:
    return datetime.combine(at.astimezone(LOCAL).date() + _DAY, time(0), LOCAL).astimezone(UTC)


# --- ways of warning -----------------------------------------------------------------------------

Way = Callable[[History], datetime | None]
"""When a parcel would be warned of, None when never."""

_ONLY: Final = frozenset({"late", "will_be_late"})
_NEVER: Final = Threshold(Duration(3650, "d"))


def _morning(at: datetime) -> datetime:
    local = at.astimezone(LOCAL)
    morning = datetime.combine(local.date(), _MORNING, LOCAL)
    return morning if morning >= local else morning + _DAY


def fixed(days: int) -> Way:
    """So long after the hand-off."""

    def way(history: History) -> datetime | None:
        handed = next((e.seen_at for e in history.checkpoints if e.checkpoint.milestone is Milestone.PICKED_UP), None)
        return _unless_there(history, _morning(handed + _DAY * days)) if handed else None

    return way


def countdown(days: int) -> Way:
    """So long before the promise."""

    def way(history: History) -> datetime | None:
        assert history.promised_by is not None
        return _unless_there(history, _morning(history.promised_by - _DAY * days))

    return way


def _unless_there(history: History, at: datetime) -> datetime | None:
    return None if history.delivered_at and history.delivered_at <= at else at


def policy(foresight: Foresight, calendar: Calendar, left: str = "1d") -> Policy:
    """One that tells of promises alone."""
    silent = {kind: _NEVER for kind, each in KINDS.items() if each.limits and kind not in (*_ONLY, "courier_silent")}
    warn = Duration(int(left[:-1]), left[-1])
    return Policy(thresholds={**silent, "will_be_late": Threshold(warn)}, calendar=calendar, foresight=foresight)


# --- counting ------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Row:
    """What a way comes to: shares of complaints warned of, and of the alerted parcels that were late or never came."""

    name: str
    load: float
    warned: float
    three: float
    five: float
    lead: float
    precision: float

    def __str__(self) -> str:
        shares = " | ".join(f"{each:.1%}" for each in (self.warned, self.three, self.five))
        return f"| {self.name} | {self.load:.1f} | {shares} | {self.lead:.1f} d | {self.precision:.2f} |"


HEAD: Final = """| way of warning | load per 100 | warned of | ≥ 3 days ahead | ≥ 5 days | median lead | precision |
|---|---|---|---|---|---|---|"""


def counted(name: str, told: Iterable[tuple[History, datetime | None]]) -> Row:
    parcels = alerted = right = complaints = 0
    leads: list[float] = []
    for history, at in told:
        parcels += 1
        alerted += at is not None
        right += at is not None and bool(history.late)
        if history.complaints:
            complaints += 1
            if at is not None and at < history.complaints[0]:
                leads.append((history.complaints[0] - at) / _DAY)
    early = [sum(lead >= days for lead in leads) / max(complaints, 1) for days in (0, 3, 5)]
    return Row(
        name, alerted * 100 / parcels, early[0], early[1], early[2], median(leads or [0.0]), right / max(alerted, 1)
    )


def first(told: Iterable[Told]) -> datetime | None:
    return min((one.at for one in told), default=None)


# --- all of it -----------------------------------------------------------------------------------


def calendar() -> Calendar:
    return Calendar(ALMANAC)


def learned(histories: Iterable[History]) -> Chronicle:
    chronicle = Chronicle(calendar())
    for history in histories:
        chronicle.take(history.parcel(), history.checkpoints)
    return chronicle


def main() -> None:
    asked = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    asked.add_argument("--parcels", type=int, default=50_000)
    asked.add_argument("--seed", type=int, default=1)
    options = asked.parse_args()
    started = perf_counter()
    histories = list(World(options.seed, options.parcels).histories())
    test = histories[len(histories) // 2 :]
    late = sum(bool(each.late) for each in test) / len(test)
    print(f"{len(histories)} parcels, {len(test)} counted: {late:.1%} late or never, {perf_counter() - started:.0f} s")
    started = perf_counter()
    forecasts = Forecasts(learned(histories))
    print(f"learned in {perf_counter() - started:.1f} s\n\n{HEAD}")
    for name, way in (
        ("fixed: 18 days since the hand-off", fixed(18)),
        ("fixed: 25 days since the hand-off", fixed(25)),
        ("countdown: 2 days before the promise", countdown(2)),
        ("countdown: 1 day before the promise", countdown(1)),
    ):
        print(counted(name, ((each, way(each)) for each in test)), flush=True)
    days = calendar()
    for name, foresight in (
        ("will_be_late without the forecast", Foresight(enabled=False)),
        ("**will_be_late, as shipped**", Foresight()),
    ):
        judge = policy(foresight, days)
        told = [(each, first(replay(each, judge, None, forecasts))) for each in test]
        print(counted(name, told), flush=True)
    _print_kinds(test, Policy(calendar=days), forecasts)


def _print_kinds(test: Sequence[History], shipped: Policy, forecasts: Forecasts) -> None:
    """What all shipped thresholds together come to, kind by kind."""
    survey, alerts, alerted = Survey(), Counter[str](), 0
    for history in test:
        survey.take(history)
        told = Counter(one.kind for one in replay(history, shipped, None, forecasts))
        alerts += told
        alerted += bool(told)
    print(f"\nAll shipped thresholds: {alerted * 100 / len(test):.1f} parcels alerted per 100; alerts per 100 by kind:")
    for kind, count in alerts.most_common():
        print(f"  {kind} {count * 100 / len(test):.1f}")
    for kind, why in untested(survey).items():
        print(f"  {kind} cannot be tested here: {why}")


if __name__ == "__main__":
    main()
