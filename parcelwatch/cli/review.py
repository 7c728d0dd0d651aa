"""The report over some weeks, in words: its sections, for the terminal and for one HTML file.

What belongs here: what is said of the figures, in the agents' language. Counting is the store's and the core's. Of
few no share is said, only how many of how many.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import timedelta
from typing import TYPE_CHECKING, Final

from parcelwatch.core.past import shares
from parcelwatch.core.past.forewarned import AHEAD, DAY, SEVERAL, Carrier
from parcelwatch.core.past.plots import Chart, Form, Value
from parcelwatch.core.past.scorecards import Scorecard, Stage, Stay
from parcelwatch.wording.paper import Section, Sheet

if TYPE_CHECKING:
    from parcelwatch.cli.desk import Desk
    from parcelwatch.cli.tongue import Tongue
    from parcelwatch.core.past.review import Judged, Review

_MOST_BARS: Final = 8
_LEADS: Final = ((1, 3), (3, 5), (5, 7), (7, 14))
_DAYS: Final = 48.0
"""Hours from which on days are said."""


def sections(review: Review, desk: Desk) -> list[Section]:
    """All there is to say: the buyers, the alerts, the couriers."""
    said = _Said(desk)
    return [
        said.complaints(review),
        said.asked(review),
        said.alerts(review),
        said.judged(review),
        said.couriers(review),
    ]


class _Said:
    """Figures in the agents' language."""

    def __init__(self, desk: Desk) -> None:
        self._t: Tongue = desk.tongue
        self._whose = desk.words.whose
        self._name = desk.words.label
        self._channels = bool(desk.config.channels())

    # --- complaints ------------------------------------------------------------------------------

    def complaints(self, review: Review) -> Section:
        t, known = self._t, review.forewarned
        title = t("Complaints, and who knew before")
        if not known.total + known.again:
            return Section(title, notes=[t("No complaint was taken in: `parcelwatch complaints import FILE`.")])
        pairs = [
            (t("first complaints"), str(known.total)),
            (t("agents knew before"), self._of(known.warned, known.total)),
            *((t("{days} days or more", days=days), self._of(known.ahead(days), known.total)) for days in AHEAD),
            (t("median lead"), self._days(known.median_days)),
            (t("complained again"), str(known.again)),
        ]
        note = t("Agents knew when an alert about one of its parcels had been sent before the first complaint.")
        return Section(title, pairs, [self._leads(review)] if known.total else [], notes=[note])

    def _leads(self, review: Review) -> Chart:
        t, known = self._t, review.forewarned
        early, late = timedelta(days=_LEADS[0][0]), timedelta(days=_LEADS[-1][1])
        columns = [
            (t("never"), known.total - known.warned),
            ("<1", sum(lead < early for lead in known.leads)),
            *((f"{low}–{high}", sum(low * DAY <= lead < high * DAY for lead in known.leads)) for low, high in _LEADS),
            (f"{_LEADS[-1][1]}+", sum(lead >= late for lead in known.leads)),
        ]
        title = t("First complaints, by the days agents knew before")
        return Chart(title, [Value(name, count) for name, count in columns], Form.COLUMNS)

    def asked(self, review: Review) -> Section:
        t, asked = self._t, review.asked
        title = t("What buyers ask most")
        if not asked.total:
            return Section(title, notes=[t("Nothing was asked.")])
        parcels = {one.carrier: one.parcels for one in review.couriers}
        kinds = [Value(self._label(kind), count) for kind, count in asked.kinds.items()]
        days = [Value(name, count) for name, count in zip(self._weekdays(), asked.weekdays, strict=True)]
        carriers = [
            Value(self._courier(carrier), count, self._per_100(count, parcels.get(carrier, 0)))
            for carrier, count in asked.carriers.items()
        ]
        charts = [
            Chart(t("By what it is about"), self._most(kinds)),
            Chart(t("By courier"), self._most(carriers)),
            Chart(t("By weekday"), days, Form.COLUMNS),
        ]
        return Section(title, [(t("complaints"), str(asked.total))], charts)

    def _label(self, kind: str) -> str:
        from parcelwatch.cli.output import safe

        t = self._t
        return safe(kind, 40) or t("nothing said")

    def _most(self, values: Sequence[Value]) -> list[Value]:
        """The first of many, and how many the others are together."""
        if len(values) <= _MOST_BARS:
            return list(values)
        t = self._t
        first, rest = values[: _MOST_BARS - 1], values[_MOST_BARS - 1 :]
        return [*first, Value(t("{count} others", count=len(rest)), sum(one.amount for one in rest))]

    def _per_100(self, count: int, parcels: int) -> str:
        per = shares.per(count, parcels, 100)
        if per is None:
            return str(count)
        t = self._t
        return t("{count} ({per} per 100 parcels)", count=count, per=f"{per:.1f}")

    def _weekdays(self) -> list[str]:
        t = self._t
        return [t("Mon"), t("Tue"), t("Wed"), t("Thu"), t("Fri"), t("Sat"), t("Sun")]

    # --- alerts ----------------------------------------------------------------------------------

    def alerts(self, review: Review) -> Section:
        t, load = self._t, review.load
        per = review.alerts_per_100
        pairs = [
            (t("parcels under way"), str(review.parcels)),
            (t("alerts"), str(load.total)),
            (t("parcels told of"), self._of(load.parcels, review.parcels)),
            (t("alerts per 100 parcels"), "" if per is None else f"{per:.1f}"),
            (t("alerts a day"), f"{load.a_day:.1f}"),
            (t("busiest day"), str(load.busiest)),
        ]
        days = [Value(f"{day:%m-%d}", count) for day, count in load.days]
        charts = [Chart(t("Alerts a day"), days, Form.LINE)] if len(days) > 1 and load.total else []
        notes = [] if self._channels else [t("No channel is configured, so nobody was told of anything.")]
        return Section(t("Alerts"), [(name, said) for name, said in pairs if said], charts, notes=notes)

    def judged(self, review: Review) -> Section:
        t = self._t
        if not review.judged:
            return Section(t("Were they right?"), notes=[t("No alert was sent, and no case was judged.")])
        titles = t.columns("Kind", ">Alerts", ">Right", ">Wrong", ">Known", ">Precision")
        rows = [self._verdict(one) for one in review.judged]
        bars = [Value(self._name(one.kind), one.alerts) for one in review.judged if one.alerts]
        charts = [Chart(t("Alerts by kind"), self._most(bars))] if bars else []
        note = t("By the agents' verdicts (`cases verdict ID true|false|known`); known ones count neither way.")
        return Section(t("Were they right?"), (), charts, [Sheet(titles, rows)], [note])

    def _verdict(self, one: Judged) -> list[str]:
        said = self._of(one.right, one.judged) if one.judged else ""
        return [self._name(one.kind), str(one.alerts), str(one.right), str(one.wrong), str(one.known), said]

    # --- couriers --------------------------------------------------------------------------------

    def couriers(self, review: Review) -> Section:
        t, cards = self._t, review.couriers
        if not cards:
            return Section(t("Couriers"), notes=[t("No parcel was under way.")])
        titles = t.columns("Courier", ">Parcels", ">On time", ">Exceptions per 1,000", ">Arrived")
        rows = [self._card(card) for card in cards]
        stays = t.columns("Courier", "Stage", ">Parcels", ">Median", ">9 in 10 within")
        lines = [line for card in cards for line in self._stays(card)]
        shares = [
            Value(self._courier(card.carrier), share, self._of(card.on_time, card.promised))
            for card in cards
            if (share := card.on_time_share) is not None
        ]
        wholes = [
            Value(self._courier(card.carrier), stay.median, self._hours(stay.median))
            for card in cards
            if (stay := card.stays.get(Stage.WHOLE)) and stay.median is not None
        ]
        on_time, whole = Chart(t("On time"), shares, most=1), Chart(t("From pick-up to the end, median"), wholes)
        charts = [chart for chart in (on_time, whole) if chart.values]
        notes = [
            t("On time: delivered, tried or ready to be collected by the promised time."),
            t("Exceptions: parcels with an exception, a failed attempt or a return. Stages: of journeys that ended."),
            t("–: too few to say."),
        ]
        tables = [Sheet(titles, rows), *([Sheet(stays, lines)] if lines else [])]
        return Section(t("Couriers"), (), charts, tables, notes)

    def _card(self, card: Scorecard) -> list[str]:
        on_time = self._of(card.on_time, card.promised) if card.promised else ""
        per = card.troubled_per_1000
        troubled = self._of(card.troubled, card.parcels) if per is None else f"{per:.0f} ({card.troubled})"
        return [self._courier(card.carrier), str(card.parcels), on_time, troubled, str(card.ended)]

    def _stays(self, card: Scorecard) -> Iterator[list[str]]:
        for stage, stay in card.stays.items():
            yield [self._courier(card.carrier), self._stage(stage), str(stay.n), *self._long(stay)]

    def _stage(self, stage: Stage) -> str:
        t = self._t
        return {
            Stage.HANDOVER: t("until it is picked up"),
            Stage.TRANSIT: t("on the road"),
            Stage.CUSTOMS: t("at customs"),
            Stage.DELIVERY: t("out for delivery"),
            Stage.COLLECTION: t("to be collected"),
            Stage.RETURN: t("on its way back"),
            Stage.WHOLE: t("all in all"),
        }[stage]

    def _long(self, stay: Stay) -> tuple[str, str]:
        return self._hours(stay.median), self._hours(stay.tail)

    def _courier(self, carrier: Carrier) -> str:
        t = self._t
        if carrier == SEVERAL:
            return t("several couriers")
        return self._whose.courier(*carrier) or carrier[0]

    # --- figures ---------------------------------------------------------------------------------

    def _of(self, part: int, whole: int) -> str:
        """A share with what it is of; of a few only that."""
        t = self._t
        share = shares.share(part, whole)
        said = t("{part} of {whole}", part=part, whole=whole)
        return said if share is None else f"{share:.0%} ({said})"

    def _days(self, days: float | None) -> str:
        t = self._t
        return "" if days is None else t("{days} days", days=f"{days:.1f}")

    def _hours(self, hours: float | None) -> str:
        t = self._t
        if hours is None:
            return "–"
        if hours < _DAYS:
            return t("{hours} h", hours=f"{hours:.0f}" if hours >= 1 else f"{hours:.1f}")
        return self._days(hours / 24)
