"""Rules about parcels that went where they should not: sorted wrongly, turning in a circle, delivered wrongly."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from functools import lru_cache
from typing import ClassVar, Final

from parcelwatch.core.rules.base import FOREVER, QUIET, Rule, Verdict
from parcelwatch.core.timekeeping.whereabouts import read, split
from parcelwatch.core.tracking.milestones import LATE_BOOKING
from parcelwatch.core.tracking.timeline import earliest, latest
from parcelwatch.core.view import View
from parcelwatch.model import Cause, Entry, Form, Milestone, Severity

_M: Final = Milestone
_BETWEEN_HUBS: Final = frozenset({_M.PICKED_UP, _M.IN_TRANSIT, _M.CUSTOMS})
_NO_HUB: Final = frozenset({_M.UNKNOWN, _M.INFO_RECEIVED})


@dataclass(frozen=True, slots=True)
class Misrouted(Rule):
    """Sorted wrongly or sent the wrong way, or back at a hub it had left for another; worse when it happens again."""

    kind: ClassVar[str] = "misrouted"
    at: ClassVar[frozenset[Milestone]] = _BETWEEN_HUBS | {_M.EXCEPTION}

    @property
    def patience(self) -> timedelta | None:
        return FOREVER  # who moves on to where it never was turns in no circle

    def judge(self, view: View) -> Verdict:
        if view.milestone not in self.at:
            return QUIET
        wrong, times = _sorted_wrongly(view.fresh) if Cause.MISROUTED in view.causes else (None, 0)
        if wrong is not None:
            return Verdict(self.told(_graver(times), wrong, Form.MISROUTED, count=times))
        back, times = _back_again(view.fresh)
        return Verdict(self.told(_graver(times), back, Form.SEEN_TWICE, count=times)) if back else QUIET


def _graver(times: int) -> Severity:
    return Severity.MEDIUM if times > 1 else Severity.LOW


def _sorted_wrongly(entries: Iterable[Entry]) -> tuple[Entry | None, int]:
    """The newest word of it that no movement has outdated, and how many times the parcel went wrong in all."""
    wrong, times = None, 0
    for entry in entries:
        if entry.checkpoint.cause is Cause.MISROUTED:
            times += wrong is None
            wrong = entry
        elif entry.checkpoint.moves and entry.checkpoint.milestone is not Milestone.EXCEPTION:
            wrong = None
    return wrong, times


# --- circles -------------------------------------------------------------------------------------

LEG: Final = timedelta(hours=4)
"""A hub seen sooner than this after another is booked out of order rather than come back to."""


def _back_again(entries: Sequence[Entry]) -> tuple[Entry | None, int]:
    """The scan at which it came back to a hub it had left, if it is still there, and how often it came back in all."""
    visits: list[Entry] = []
    back, times = None, 0
    if len({entry.checkpoint.place for entry in entries}) > len(entries) - 1:
        return None, 0  # no place twice
    for entry in entries:
        if entry.checkpoint.milestone in _NO_HUB or not entry.checkpoint.moves:
            continue
        if entry.checkpoint.milestone not in _BETWEEN_HUBS:
            visits, back = [], None
            continue
        hub = _hub(entry)
        if not hub or (visits and _alike(hub, _hub(visits[-1]))):
            continue
        before = [each for each in visits if _hub(each) == hub]
        back = entry if before and _surely_apart(before[-1], visits[-1], entry) else None
        times += back is not None
        visits.append(entry)
    return back, times


def _hub(entry: Entry) -> str:
    return _plain(entry.checkpoint.place)


@lru_cache(maxsize=8192)  # many parcels pass the same hubs
def _plain(place: str) -> str:
    return " ".join(place.casefold().replace(",", " ").split())


def _alike(one: str, other: str) -> bool:
    """Whether one names the other more coarsely ("CN" of "Shenzhen, CN"), so that they may be one place."""
    first, second = sorted((one, other), key=len)
    return first in second or set(first.split()) <= set(second.split())


def _surely_apart(first: Entry, between: Entry, again: Entry) -> bool:
    if _alike(_hub(first), _hub(between)):
        return False
    return latest(first) < earliest(between) and earliest(again) - latest(between) >= LEG


# --- after the delivery --------------------------------------------------------------------------

_DOUBTS: Final = frozenset({None, Cause.UNSTATED, Cause.MISROUTED, Cause.COURIER_FAULT})
# Codes of one country that others write as a part of it, and neighbours whose post is one.
_ONE_POST: Final = tuple(
    frozenset(codes.split())
    for codes in (
        "CN HK MO TW",
        "US PR GU VI AS MP UM",
        "FR MC GP MQ GF RE YT MF BL PM WF PF NC AD",
        "GB IM JE GG GI",
        "NL AW CW SX BQ",
        "DK GL FO",
        "FI AX",
        "NO SJ",
        "AU CX CC NF",
        "ES AD IC EA",
        "IT SM VA",
        "CH LI",
        "RS XK",
    )
)


@dataclass(frozen=True, slots=True)
class WrongDelivery(Rule):
    """Told as delivered, but in another country, or an exception follows; milder where it is only scanned again."""

    kind: ClassVar[str] = "wrong_delivery"
    at: ClassVar[frozenset[Milestone]] = frozenset({_M.DELIVERED, _M.EXCEPTION})

    @property
    def patience(self) -> timedelta | None:
        return FOREVER  # who is delivered where it is to go is delivered rightly

    def judge(self, view: View) -> Verdict:
        if view.milestone not in self.at:
            return QUIET
        place, delivery = _delivered(view.entries)
        if delivery is None or delivery.checkpoint.by:
            return QUIET
        after = [entry for entry in view.entries[place + 1 :] if _later(delivery, entry)]
        for entry in (entry for entry in reversed(after) if entry in view.fresh):
            if (found := _doubt(entry)) is not None:
                return Verdict(self.told(found[0], entry, found[1]))
        if delivery in view.fresh and _elsewhere(view, delivery):
            return Verdict(self.told(Severity.HIGH, delivery, Form.DELIVERED_ELSEWHERE))
        return QUIET


def _delivered(entries: Sequence[Entry]) -> tuple[int, Entry | None]:
    found = [place for place, entry in enumerate(entries) if entry.checkpoint.milestone is Milestone.DELIVERED]
    return (found[-1], entries[found[-1]]) if found else (0, None)


def _later(delivery: Entry, entry: Entry) -> bool:
    """Whether it cannot be an earlier scan that was booked late, and is the courier's."""
    return not entry.checkpoint.by and earliest(entry) - latest(delivery) >= LATE_BOOKING


def _doubt(entry: Entry) -> tuple[Severity, Form] | None:
    """What a scan after the delivery makes of it; None where it says nothing, or what a rule of its own tells."""
    said = entry.checkpoint
    if said.milestone is Milestone.EXCEPTION and said.cause in _DOUBTS:
        return Severity.HIGH, Form.DELIVERY_DOUBTED
    if said.milestone in (Milestone.IN_TRANSIT, Milestone.CUSTOMS) and said.moves:
        return Severity.MEDIUM, Form.SCANNED_AFTER
    return None


def _elsewhere(view: View, delivery: Entry) -> bool:
    """Whether it was handed over in a country that it was not to go to, by a code its place ends with."""
    parcel = view.dossier.parcel
    origin, destination = split(parcel.origin)[0], split(parcel.destination)[0]
    place = delivery.checkpoint.place
    if not destination or not country_code(place):
        return False
    country = read(place, origin, destination, view.calendar.almanac)[0]
    return bool(country) and country != destination and not any({country, destination} <= one for one in _ONE_POST)


def country_code(place: str) -> str:
    """The code that a place ends with, which may be a country's; "" where there is none."""
    code = place.rpartition(",")[2].strip()
    return code if len(code) == len("DE") and code.isascii() and code.isupper() else ""
