"""Drawing a parcel for a plot: its number, people, route and a natural history up to where the plot takes over.

Everything is drawn from one seeded source, so the same seed gives the same world.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from random import Random

from parcelwatch.model import Cause, Milestone
from parcelwatch.sandbox.cast import CHINESE_PEOPLE, COMPANIES, ENGLISH_PEOPLE, SHOPS, Company, Route
from parcelwatch.sandbox.story import Says, StoryParcel

M = Milestone
Row = dict[str, str]
"""A line of an import file; the keys are its columns."""

NATURAL = (M.INFO_RECEIVED, M.PICKED_UP, M.IN_TRANSIT, M.IN_TRANSIT, M.IN_TRANSIT)
GAP_HOURS = (7.0, 19.0)


@dataclass(frozen=True, slots=True)
class Step:
    """A line some hours before the start, drawn between `least` and `most`."""

    least: float
    most: float
    milestone: Milestone
    cause: Cause | None = None
    text: str = ""


@dataclass(frozen=True, slots=True)
class Later:
    """A line that many seconds after the start, while somebody watches."""

    seconds: float
    milestone: Milestone
    cause: Cause | None = None


@dataclass(frozen=True, slots=True)
class Plot:
    """What becomes of a parcel: `steps` end its past, `before` natural lines lead to them, `later` comes live.

    `promised`: days from the start to the promised day; None for no promise. `unknown`: the courier never heard of it.
    `stops`: days before the start at which the aggregator gave it up.
    """

    steps: tuple[Step, ...]
    before: int = 4
    later: tuple[Later, ...] = ()
    promised: float | None = 6
    unknown: bool = False
    stops: float | None = None


class Drawer:
    """Draws parcels one after another; no two get the same number."""

    def __init__(self, seed: int, start: datetime, scale: float = 1.0) -> None:
        self.random = Random(seed)  # noqa: S311 - a world is no secret
        self.start = start
        self.scale = scale
        self._numbers: set[str] = set()

    def parcel(self, api: str, plot: Plot, company: Company | None = None) -> tuple[StoryParcel | None, Row]:
        """The parcel as the courier knows it, None if it does not, and the row the shop imports."""
        company = company or self.random.choice(COMPANIES[api])
        number = self._number(company)
        route = self.random.choice(company.routes)
        past = self._past(plot)
        row = self._row(api, company, number, plot, past)
        if plot.unknown:
            return None, row
        says = [self._says(at, step, route, position) for position, (at, step) in enumerate(past)]
        says += [self._live(later, route) for later in plot.later]
        return StoryParcel(
            number,
            api,
            company.code,
            company.service,
            company.origin,
            company.destination,
            phone_last4=row["phone_last4"] if company.wants_phone else "",
            stops=None if plot.stops is None else timedelta(days=-plot.stops),
            says=tuple(says),
        ), row

    def _past(self, plot: Plot) -> list[tuple[timedelta, Step]]:
        """The plot's own steps and the natural ones before them, oldest first."""
        steps = [(timedelta(hours=-self.random.uniform(step.least, step.most)), step) for step in plot.steps]
        at = steps[0][0]
        for milestone in NATURAL[: plot.before][::-1]:
            at -= timedelta(hours=self.random.uniform(*GAP_HOURS))
            steps.insert(0, (at, Step(0, 0, milestone)))
        return steps

    def _says(self, at: timedelta, step: Step, route: Route, position: int) -> Says:
        return Says(at, step.milestone, step.cause, step.text, _place(step.milestone, route, position))

    def _live(self, later: Later, route: Route) -> Says:
        at = timedelta(seconds=later.seconds * self.scale)
        return Says(at, later.milestone, later.cause, "", _place(later.milestone, route, len(NATURAL)))

    def _number(self, company: Company) -> str:
        while (number := company.number(self.random)) in self._numbers:
            continue
        self._numbers.add(number)
        return number

    def _row(self, api: str, company: Company, number: str, plot: Plot, past: list[tuple[timedelta, Step]]) -> Row:
        shipped = self.start + past[0][0]
        promised = None if plot.promised is None else self.start + timedelta(days=plot.promised)
        chinese = api == "kuaidi100" or self.random.random() < 0.15
        name, mailbox = self.random.choice(CHINESE_PEOPLE if chinese else ENGLISH_PEOPLE)
        return {
            "number": number,
            "courier": api,
            "company": company.code,
            "order": f"{SHOPS[api].prefix}-{self.random.randrange(10_000, 99_999)}",
            "service": company.service,
            "origin": company.origin,
            "destination": company.destination,
            "shipped_at": shipped.replace(microsecond=0).isoformat(),
            "promised_by": "" if promised is None else promised.date().isoformat(),
            "customer_name": name,
            "customer_contact": f"{mailbox}@example.com",
            "phone_last4": f"{self.random.randrange(10_000):04}",
            "language": "zh-CN" if chinese else "en",
            "value": f"{self.random.lognormvariate(3.9, 0.6):.2f}",
        }


def _place(milestone: Milestone, route: Route, position: int) -> str:
    """Where on its route such a thing happens."""
    if milestone in (M.INFO_RECEIVED, M.PICKED_UP, M.RETURNED, M.CANCELLED):
        return route[0]
    if milestone in (M.OUT_FOR_DELIVERY, M.ATTEMPT_FAILED, M.AVAILABLE_FOR_PICKUP, M.DELIVERED):
        return route[-1]
    return route[min(max(position - 2, 0), len(route) - 2)]
