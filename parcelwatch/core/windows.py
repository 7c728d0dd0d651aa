"""Until when a claim against the courier is in time: the windows there are, which of them is a parcel's, its last day.

What belongs here: choosing a window and counting its days. Which windows there are is data (parcelwatch/claims) and the
shop's configuration; where none is known there is no deadline. What becomes of a claim is claims.py's.

Days are those of the calendar. The day on which a window begins, by the clock of where that happened, is not counted;
the last one is, so a claim made on it is in time. Where several clocks are possible, and between there and the shop,
the earliest day and the earliest end hold: to be early costs nothing.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import MAXYEAR, MINYEAR, UTC, date, datetime, time, timedelta, tzinfo
from enum import StrEnum
from typing import Final

from parcelwatch.core.rows import companies
from parcelwatch.core.timekeeping.calendar import Calendar
from parcelwatch.core.timekeeping.whereabouts import read, split
from parcelwatch.core.tracking.timeline import earliest
from parcelwatch.core.view import View
from parcelwatch.model import Claim, Entry, Milestone, Parcel


class Loss(StrEnum):
    """What a claim is for."""

    DAMAGED = "damaged"
    CONTENTS = "contents"
    LOST = "lost"
    LATE = "late"


class Start(StrEnum):
    """What a window's days are counted from."""

    SHIPPED = "shipped"
    DELIVERED = "delivered"
    PROMISED = "promised"
    LAST_SCAN = "last_scan"


class Basis(StrEnum):
    """What a window rests on: a law, the courier's own terms, or what is said by those who claim from it every day."""

    LAW = "law"
    TERMS = "terms"
    ADVICE = "advice"


class Lane(StrEnum):
    """Whether a parcel stays within one country."""

    DOMESTIC = "domestic"
    ABROAD = "abroad"


CLAIMABLE: Final[Mapping[str, tuple[Loss, ...]]] = {
    "lost": (Loss.LOST,),
    "destroyed": (Loss.LOST,),
    "damaged": (Loss.DAMAGED, Loss.CONTENTS),
    "late": (Loss.LATE,),
    "tracking_stopped": (Loss.LOST,),
    "stalled": (Loss.LOST,),
    "not_delivered": (Loss.LOST,),
    "no_first_scan": (Loss.LOST,),
}
"""What may be claimed for a case of each kind; of several cases for one loss the first here is the one that is told."""

_DAY: Final = timedelta(days=1)
_ANNOUNCED: Final = frozenset({Milestone.INFO_RECEIVED, Milestone.UNKNOWN})
_HANDED_OVER: Final = frozenset({Milestone.DELIVERED, Milestone.RETURNED})
_WEIGHTS: Final = {"courier": 1, "company": 2, "service": 4, "lane": 8, "origin": 8, "destination": 16}
_OWN: Final = 100


# --- windows -------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Window:
    """So long a claim is in time, for the parcels that match; "" matches all.

    `courier`: a key of companies.COURIERS, the name of an API, a declaration or an account. `days`: 0 for none at all.
    `own`: the shop's, before which those that come along give way. `source`: who says so, `title` what that calls
    itself, and `checked_on` when it was read. `doubt`: what speaks against it, language → text. `line`: where it is
    set.
    """

    loss: Loss
    days: int
    start: Start
    courier: str = ""
    company: str = ""
    service: str = ""
    lane: str = ""
    origin: str = ""
    destination: str = ""
    own: bool = False
    source: str = field(default="", compare=False)
    title: str = field(default="", compare=False)
    basis: Basis | None = field(default=None, compare=False)
    checked_on: date | None = field(default=None, compare=False)
    note: str = field(default="", compare=False)
    doubt: Mapping[str, str] = field(default_factory=dict, compare=False)
    line: str = field(default="", compare=False)

    @property
    def weight(self) -> int:
        """How much it says of whom it is for: the heaviest that match hold."""
        return sum(weight for name, weight in _WEIGHTS.items() if getattr(self, name)) + _OWN * self.own

    def matches(self, parcel: Parcel, called: frozenset[str]) -> bool:
        """`called`: all that the parcel's courier goes by."""
        return (
            (not self.courier or self.courier in called)
            and self.company in ("", parcel.company)
            and self.service.casefold() in ("", parcel.service.casefold())
            and (not self.lane or self.lane == lane(parcel))
            and _lies(parcel.origin, self.origin)
            and _lies(parcel.destination, self.destination)
        )


@dataclass(frozen=True, slots=True)
class Terms:
    """All windows that are known. `names`: account → what its courier is called besides; `zone`: the shop's."""

    windows: tuple[Window, ...] = ()
    names: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    zone: tzinfo = UTC

    def called(self, parcel: Parcel) -> frozenset[str]:
        """All that a parcel's courier goes by: behind an aggregator it is not the aggregator."""
        known = {parcel.courier}
        for name in self.names.get(parcel.courier, ()):
            behind = name in companies.AGGREGATORS
            known |= {companies.key_of(name, parcel.company)} if behind else {name, *companies.keys(parcel.company)}
        return frozenset(known)

    def windows_of(self, parcel: Parcel, loss: Loss) -> tuple[Window, ...]:
        """The most specific windows of a parcel, several where they weigh the same; () where none is known.

        What holds whoever carries it, such as a law, holds beside what is its courier's, but not beside the shop's own.
        """
        called = self.called(parcel)
        fit = [one for one in self.windows if one.loss is loss and one.matches(parcel, called)]
        if own := [one for one in fit if one.own]:
            heaviest = _heaviest(own)
            return () if any(not one.days for one in heaviest) else heaviest
        return _heaviest(one for one in fit if one.courier) + _heaviest(one for one in fit if not one.courier)


def _heaviest(windows: Iterable[Window]) -> tuple[Window, ...]:
    known = tuple(windows)
    most = max((one.weight for one in known), default=0)
    return tuple(one for one in known if one.weight == most)


def lane(parcel: Parcel) -> str:
    """Whether it stays within a country, "" when that is not known."""
    origin, destination = split(parcel.origin)[0], split(parcel.destination)[0]
    if not origin or not destination:
        return ""
    return Lane.DOMESTIC if origin == destination else Lane.ABROAD


def _lies(place: str, wanted: str) -> bool:
    """Whether a place is in a country, or in a region of it."""
    return not wanted or f"{place.upper()}-".startswith(f"{wanted.upper()}-")


# --- counting ------------------------------------------------------------------------------------


def deadline(view: View, kind: str, terms: Terms, calendar: Calendar) -> Claim | None:
    """The last day for a case of `kind`, the earliest of those known; None where no window is."""
    losses = CLAIMABLE.get(kind, ())
    windows = [one for loss in losses for one in terms.windows_of(view.dossier.parcel, loss)]
    if not windows:
        return None
    known = [ends for one in windows if (ends := _ends(view, one, terms, calendar)) is not None]
    return Claim(*min(known)) if known else Claim(line=windows[0].line)


def _ends(view: View, window: Window, terms: Terms, calendar: Calendar) -> tuple[date, datetime, str] | None:
    """The last day of a window, when it is over, and the window's line; None where nothing is known to count from."""
    begins = _begins(view, window.start, calendar)
    if begins is None:
        return None
    at, place = begins
    zones = calendar.almanac.zones(*place) or (terms.zone,)
    try:
        last_on = min(at.astimezone(zone).date() for zone in zones) + window.days * _DAY
        if not MINYEAR < last_on.year < MAXYEAR:
            return None
        ends = (datetime.combine(last_on + _DAY, time(), zone).astimezone(UTC) for zone in (*zones, terms.zone))
        return last_on, min(ends), window.line
    except OverflowError:  # somebody's date is at the end of time
        return None


def _begins(view: View, start: Start, calendar: Calendar) -> tuple[datetime, tuple[str, str]] | None:
    """When a window began, and the country and region whose calendar counts."""
    parcel, gazetteer = view.dossier.parcel, calendar.almanac

    def at(entry: Entry, end: str) -> tuple[datetime, tuple[str, str]]:
        ends = split(parcel.origin)[0], split(parcel.destination)[0]
        place = read(entry.checkpoint.place, *ends, gazetteer) if entry.checkpoint.place else ("", "")
        return earliest(entry), place if place[0] else split(end)

    moved = [one for one in view.entries if one.checkpoint.moves and one.checkpoint.milestone not in _ANNOUNCED]
    match start:
        case Start.SHIPPED:
            told = [(parcel.shipped_at, split(parcel.origin))] if parcel.shipped_at else []
            return min((*told, *(at(one, parcel.origin) for one in moved[:1])), default=None)
        case Start.DELIVERED:
            over = [one for one in view.entries if one.checkpoint.milestone in _HANDED_OVER]
            return at(over[0], parcel.destination) if over else None
        case Start.PROMISED:
            promise = view.dossier.promise or view.dossier.estimate
            return (promise, split(parcel.destination)) if promise else None
        case Start.LAST_SCAN:
            return at(moved[-1], parcel.destination) if moved else None
