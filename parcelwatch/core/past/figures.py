"""What a policy would have come to over many histories: its load, its precision, what it warned of and how early.

What belongs here: counting. Each parcel is played by core.past.replay; figures are sums, so that histories may be
counted in any number of parts and need not fit into memory.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta, tzinfo
from typing import Any, Final

from parcelwatch.core.kinds import KINDS, Family
from parcelwatch.core.past.histories import History
from parcelwatch.core.past.replay import Told
from parcelwatch.core.past.shares import quantile
from parcelwatch.model import Cause, Milestone

DAYS: Final = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
TELLING: Final = frozenset(name for name, kind in KINDS.items() if kind.family in (Family.SILENCE, Family.FORECAST))
"""The kinds that foretell: whether the parcel then came late, or never, says whether they were right."""

_DAY: Final = timedelta(days=1)
_TENTH: Final = _DAY / 10
_EARLY: Final = (3, 5)
_SPIKE: Final = 1.5
_ENOUGH: Final = 50
_HARDLY: Final = 0.05
_M: Final = Milestone


# --- what there is to judge by -------------------------------------------------------------------


@dataclass(slots=True)
class Survey:
    """What histories hold, added up: `milestones` and `causes` count the parcels that ever were there.

    `answered`: of which it is kept how the courier answered. `handed_over`: that somebody collected; `scanned`: that
    were seen again after that and before they arrived.
    """

    parcels: int = 0
    promised: int = 0
    complaints: int = 0
    answered: int = 0
    handed_over: int = 0
    scanned: int = 0
    milestones: Counter[Milestone] = field(default_factory=Counter)
    causes: Counter[Cause] = field(default_factory=Counter)
    begins: datetime | None = None
    ends: datetime | None = None

    def take(self, history: History) -> None:
        """Count one more."""
        told = [entry.checkpoint for entry in history.checkpoints]
        reached = {one.milestone for one in told}
        self.parcels += 1
        self.promised += history.promised_by is not None
        self.complaints += bool(history.complaints)
        self.answered += bool(history.answers)
        self.milestones.update(reached)
        self.causes.update({one.cause for one in told if one.cause is not None})
        if _M.PICKED_UP in reached:
            self.handed_over += 1
            self.scanned += bool(reached - _UNSEEN)
        self._spans(history.began_at, history.last_at)

    def add(self, other: Survey) -> None:
        """Count all that another counted."""
        for name in ("parcels", "promised", "complaints", "answered", "handed_over", "scanned"):
            setattr(self, name, getattr(self, name) + getattr(other, name))
        self.milestones.update(other.milestones)
        self.causes.update(other.causes)
        self._spans(other.begins, other.ends)

    def _spans(self, begins: datetime | None, ends: datetime | None) -> None:
        self.begins = min((at for at in (self.begins, begins) if at), default=None)
        self.ends = max((at for at in (self.ends, ends) if at), default=None)


_UNSEEN: Final = frozenset({_M.INFO_RECEIVED, _M.PICKED_UP, _M.UNKNOWN, _M.DELIVERED, _M.CANCELLED})
# What a parcel must have been at for a kind to come about, and what it must be seen at for the kind to end.
_NEEDS: Final[Mapping[str, tuple[Milestone, ...]]] = {
    "not_picked_up": (_M.PICKED_UP, _M.IN_TRANSIT, _M.OUT_FOR_DELIVERY),
    "no_first_scan": (_M.PICKED_UP,),
    "stalled": (_M.IN_TRANSIT, _M.EXCEPTION),
    "not_delivered": (_M.OUT_FOR_DELIVERY,),
    "awaiting_collection": (_M.AVAILABLE_FOR_PICKUP,),
    "customs_held": (_M.CUSTOMS,),
    "attempt_failed": (_M.ATTEMPT_FAILED, _M.OUT_FOR_DELIVERY),
    "returning": (_M.RETURNING,),
    "returned": (_M.RETURNED, _M.RETURNING),
    "courier_exception": (_M.EXCEPTION,),
}
_CAUSED: Final = {"damaged": Cause.DAMAGED, "lost": Cause.LOST, "destroyed": Cause.DESTROYED, "refused": Cause.REFUSED}
_PROMISED: Final = ("late", "will_be_late")
_ANSWERED: Final = ("unknown_number", "tracking_stopped")


def untested(survey: Survey) -> dict[str, str]:
    """The kinds that these histories cannot test, each with why. Their alerts are no one's fault and no one's merit."""
    if not survey.parcels:
        return {}
    found = {
        kind: f"no parcel is ever {' or '.join(needed)}"
        for kind, needed in _NEEDS.items()
        if not any(survey.milestones[each] for each in needed)
    }
    found |= {kind: "no scan tells of it" for kind, cause in _CAUSED.items() if not survey.causes[cause]}
    if not survey.answered:
        found |= dict.fromkeys(_ANSWERED, "it is not kept when the courier had no record, or refused")
    if not survey.promised:
        found |= dict.fromkeys(_PROMISED, "no parcel has a promised day")
    if survey.handed_over and survey.scanned <= survey.handed_over * _HARDLY:
        share = f"{survey.scanned} of {survey.handed_over} parcels were seen between pickup and delivery"
        found["no_first_scan"] = f"there are hardly any scans on the way: {share}"
    return {kind: found[kind] for kind in KINDS if kind in found}


# --- one parcel ----------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Played:
    """One parcel, and what each policy would have told of it."""

    number: str
    promised_by: datetime | None
    delivered_at: datetime | None
    complained_at: datetime | None
    told: tuple[tuple[Told, ...], ...]

    @classmethod
    def of(cls, history: History, told: Sequence[tuple[Told, ...]]) -> Played:
        complained_at = min(history.complaints, default=None)
        return cls(history.number, history.promised_by, history.delivered_at, complained_at, tuple(told))

    @property
    def counts(self) -> bool:
        """Whether anything of it enters the figures but that it is there."""
        return self.complained_at is not None or any(self.told)

    def late(self, until: datetime) -> bool | None:
        """Whether it came late or never; None where nothing was promised, or the promise is still to come."""
        if self.promised_by is None:
            return None
        if self.delivered_at is not None:
            return self.delivered_at > self.promised_by
        return True if self.promised_by <= until else None


# --- many ----------------------------------------------------------------------------------------


@dataclass(slots=True)
class _Kind:
    """`right`, `judged`: parcels told of that came late or never, and those of which that is known."""

    alerts: int = 0
    parcels: int = 0
    right: int = 0
    judged: int = 0
    weekdays: Counter[int] = field(default_factory=Counter)

    def judge(self, late: bool | None) -> None:
        self.judged += late is not None
        self.right += late is True

    @property
    def precision(self) -> float | None:
        return round(self.right / self.judged, 3) if self.judged else None

    @property
    def spike(self) -> float | None:
        """How many times an ordinary working day's alerts Monday brings, where that is many; None where it is not."""
        others = sum(self.weekdays[day] for day in range(1, 5)) / 4
        if self.weekdays.total() < _ENOUGH or not others:
            return None
        ratio = self.weekdays[0] / others
        return round(ratio, 2) if ratio >= _SPIKE else None


class Tally:
    """What one policy comes to. `aside`: kinds the histories cannot test, which count only by themselves."""

    def __init__(self, until: datetime, zone: tzinfo, aside: Mapping[str, str]) -> None:
        self._until, self._zone, self._aside = until, zone, aside
        self._kinds: dict[str, _Kind] = {}
        self._shadows: dict[str, _Kind] = {}
        self._all, self._foretold = _Kind(), _Kind()
        self._complaints = 0
        self._leads: Counter[int] = Counter()

    def take(self, parcel: Played, told: Sequence[Told]) -> None:
        """Count one parcel that was played."""
        late = parcel.late(self._until)
        real = [one for one in told if not one.shadow]
        self._count(self._kinds, real, late)
        self._count(self._shadows, [one for one in told if one.shadow], late)
        counted = [one for one in real if one.kind not in self._aside]
        self._all.weekdays.update(map(self._weekday, counted))
        self._all.alerts += len(counted)
        self._all.parcels += bool(counted)
        if any(one.kind in TELLING for one in counted):
            self._foretold.judge(late)
        if parcel.complained_at is not None:
            self._complained(parcel.complained_at, counted)

    def _count(self, kinds: dict[str, _Kind], told: Sequence[Told], late: bool | None) -> None:
        for kind in dict.fromkeys(one.kind for one in told):
            row = kinds.setdefault(kind, _Kind())
            of_it = [one for one in told if one.kind == kind]
            row.alerts += len(of_it)
            row.parcels += 1
            row.weekdays.update(self._weekday(one) for one in of_it)
            if kind in TELLING:
                row.judge(late)

    def _weekday(self, one: Told) -> int:
        return one.at.astimezone(self._zone).weekday()

    def _complained(self, at: datetime, told: Sequence[Told]) -> None:
        self._complaints += 1
        first = min((one.at for one in told if one.at < at), default=None)
        if first is not None:
            self._leads[(at - first) // _TENTH] += 1

    def figures(self, parcels: int, days: float) -> dict[str, Any]:
        """As JSON shows them."""
        return {
            "alerts": self._all.alerts,
            "alerts_per_100": _per_100(self._all.alerts, parcels),
            "alerts_per_day": round(self._all.alerts / days, 2) if days else None,
            "parcels_alerted": self._all.parcels,
            "parcels_alerted_per_100": _per_100(self._all.parcels, parcels),
            "precision": self._foretold.precision,
            "by_kind": self._rows(self._kinds, parcels),
            "shadow": self._rows(self._shadows, parcels),
            "complaints": {
                "total": self._complaints,
                "warned": self._leads.total(),
                **{f"warned_{days}d": self._early(days) for days in _EARLY},
                "median_lead_days": self._median(),
            },
            "weekdays": {name: self._all.weekdays[day] for day, name in enumerate(DAYS)},
            "monday_spike": self._all.spike,
        }

    def _rows(self, kinds: Mapping[str, _Kind], parcels: int) -> dict[str, Any]:
        return {kind: self._row(kind, kinds[kind], parcels) for kind in KINDS if kind in kinds}

    def _row(self, kind: str, row: _Kind, parcels: int) -> dict[str, Any]:
        return {
            "alerts": row.alerts,
            "alerts_per_100": _per_100(row.alerts, parcels),
            "parcels": row.parcels,
            "precision": row.precision,
            "judged": row.judged,
            "monday_spike": row.spike,
            "counted": kind not in self._aside,
        }

    def _early(self, days: int) -> int:
        return sum(count for lead, count in self._leads.items() if lead >= days * 10)

    def _median(self) -> float | None:
        ordered = sorted(self._leads.elements())
        return round(quantile(ordered, 0.5) / 10, 2) if ordered else None


def _per_100(count: int, parcels: int) -> float:
    return round(count * 100 / parcels, 2) if parcels else 0.0


def days(survey: Survey, until: datetime | None = None) -> float:
    """How long the histories last, in days."""
    ends = until or survey.ends
    return round((ends - survey.begins) / _DAY, 2) if survey.begins and ends else 0.0
