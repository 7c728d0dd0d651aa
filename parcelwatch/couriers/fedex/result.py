"""What FedEx says about one parcel: its events, what its latest status adds, when it is due, and what replaced it.

What belongs here: reading one track result. An event's type speaks first; where it is an exception, its reason, the
type of its delay and its text say which. "Running late" stands in no event, only in the latest status, and so may a
return or any trouble. A midnight six hours from Greenwich, and one without an offset, is a day and no time.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import chain

from parcelwatch.core.tracking.delays import HELD_UP
from parcelwatch.couriers.fedex.codes import (
    DELAYS,
    EVENTS,
    EXCEPTIONS,
    LATE,
    NEW_NUMBER,
    NO_DELAY,
    NOTICES,
    REASONS,
    RETURN,
)
from parcelwatch.couriers.shared.fields import (
    TEXT_LIMIT,
    Record,
    aside,
    optional,
    part,
    recent,
    record,
    rows,
    same_number,
    text,
)
from parcelwatch.couriers.shared.history import Scan, checkpoints, ordered
from parcelwatch.couriers.shared.meanings import UNKNOWN, Meaning, standing
from parcelwatch.couriers.shared.notices import STILL
from parcelwatch.couriers.shared.onward import onward
from parcelwatch.couriers.shared.ties import apart
from parcelwatch.couriers.shared.times import Span, committed, due, span
from parcelwatch.lexicon import Reading, read
from parcelwatch.model import FINAL, Answered, Ask, Cause, Checkpoint, Milestone

M = Milestone
C = Cause

# Where nobody meant a time of day: FedEx's headquarters' midnight, and a midnight of nowhere.
_DAY_ONLY = re.compile(r"(\d{4}-\d{2}-\d{2})T00:00:00(?:\.0+)?(?:-06:00)?")
_NEW_NUMBER = re.compile(r"return tracking number\W{0,3}(\d{8,34})\b", re.IGNORECASE)

# What an exception's name may tell, and is no reason for it.
_NO_REASON = frozenset({None, C.UNSTATED, C.COURIER_FAULT})
_MOVING = frozenset({M.INFO_RECEIVED, M.PICKED_UP, M.IN_TRANSIT, M.CUSTOMS, M.OUT_FOR_DELIVERY})
# After one of these, that it runs late is no news.
_SPEAKS = FINAL | {M.EXCEPTION, M.OUT_FOR_DELIVERY, M.ATTEMPT_FAILED, M.RETURNING, M.AVAILABLE_FOR_PICKUP}
# When the latest status happened, where there are no events.
_STAMPS = {"DL": "ACTUAL_DELIVERY", "PU": "ACTUAL_PICKUP", "OC": "SHIPMENT_DATA_RECEIVED", "IN": "SHIP"}


def observe(ask: Ask, result: Record) -> Answered:
    origin = _country(_address(result.get("originLocation"))) or _country(_party(result.get("shipperInformation")))
    goal = _country(_address(result.get("destinationLocation"))) or _country(_party(result.get("recipientInformation")))
    latest = _Latest.of(part(result.get("latestStatusDetail")))
    return Answered(
        number=ask.number,
        checkpoints=_checkpoints(result, latest),
        complete=bool(result.get("scanEvents")),
        estimate=_estimate(result, goal or ask.destination),
        commitment=_commitment(result, goal or ask.destination),
        stands=standing(_brought(EVENTS.get(latest.code), latest.words)),
        service=aside(part(result.get("serviceDetail")).get("description")),
        origin=origin,
        destination=goal,
        successor=_successor(ask, result, latest),
    )


@optional({})
def _address(location: object) -> Record:
    place = record(record(location, "location").get("locationContactAndAddress"), "locationContactAndAddress")
    return record(place.get("address"), "address")


@optional({})
def _party(party: object) -> Record:
    return record(record(party, "party").get("address"), "address")


@optional("")
def _country(address: Record) -> str:
    return text(address.get("countryCode"), "countryCode").upper()


# --- the latest status ---------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Latest:
    """The latest status: its codes, its words, the reasons beside them, and what delays it ("" where nothing does)."""

    code: str
    derived: str
    words: str
    reasons: tuple[tuple[str, str], ...]
    delayed: bool
    delay: str

    @classmethod
    def of(cls, status: Record) -> _Latest:
        delay = part(status.get("delayDetail"))
        words = aside(status.get("statusByLocale")) or aside(status.get("description"))
        return cls(
            aside(status.get("code")).upper(),
            aside(status.get("derivedCode")).upper(),
            words,
            _reasons(status),
            aside(delay.get("status")) == "DELAYED",
            aside(delay.get("type")),
        )

    @property
    def late(self) -> bool:
        return self.derived == LATE or self.delayed


@optional(())
def _reasons(status: Record) -> tuple[tuple[str, str], ...]:
    details = rows(status.get("ancillaryDetails"), "ancillaryDetails")
    return tuple((text(one.get("reason"), "reason").upper(), _reason(one)) for one in details)


def _reason(detail: Record) -> str:
    names = ("reasonDescription", "action", "actionDescription")
    return ". ".join(filter(None, (text(detail.get(name), name, TEXT_LIMIT) for name in names)))


@optional("")
def _successor(ask: Ask, result: Record, latest: _Latest) -> str:
    """The number a parcel goes back under, from the list of its numbers or from the words about its return."""
    more = record(result.get("additionalTrackingInfo"), "additionalTrackingInfo")
    named = (
        number
        for one in rows(more.get("packageIdentifiers"), "packageIdentifiers")
        if text(one.get("type"), "type") == NEW_NUMBER
        for number in _values(one)
    )
    events = recent(rows(result.get("scanEvents"), "scanEvents"))
    words = [words for _, words in latest.reasons]
    words += [text(event.get("exceptionDescription"), "exceptionDescription", TEXT_LIMIT) for event in events]
    told = (match[1] for one in words if (match := _NEW_NUMBER.search(one)))
    return next((number for number in chain(named, told) if not same_number(number, ask.number)), "")


def _values(identifier: Record) -> Iterator[str]:
    """The document says `value`, answers say `values`."""
    many = identifier.get("values")
    for value in (*(many if isinstance(many, list) else [many]), identifier.get("value")):
        number = "".join(text(value, "packageIdentifiers").split())
        if number:
            yield number


# --- events --------------------------------------------------------------------------------------


def _checkpoints(result: Record, latest: _Latest) -> tuple[Checkpoint, ...]:
    """Oldest first; the list comes newest first. What only the latest status says comes last."""
    events = recent(rows(result.get("scanEvents"), "scanEvents"))
    if not events:
        return _without_events(result, latest)
    scans = ordered([_told(event, latest if place == 0 else None) for place, event in enumerate(events)])
    found = checkpoints(scans)
    unsaid = _unsaid(events, latest)
    if unsaid and found and found[-1].milestone in _MOVING | {M.UNKNOWN} and not found[-1].cause:
        found = checkpoints([*scans, replace(unsaid, when=scans[-1].when)])
    return apart([*found, *_running_late(found, latest)])


def _unsaid(events: list[Record], latest: _Latest) -> Scan | None:
    """The latest status as an event of its own, where it is more than movement and no event bears its code."""
    codes = {text(event.get(name), name).upper() for event in events for name in ("eventType", "derivedStatusCode")}
    if not latest.code or latest.code in codes:
        return None
    reasons, more = [code for code, _ in latest.reasons], ". ".join(said for _, said in latest.reasons if said)
    delay = DELAYS.get(latest.delay) if latest.delayed else None
    words = f"{latest.words} ({more})" if more else latest.words
    meaning = _brought(_meaning(latest.code, "", reasons, delay), words)
    if meaning is None or (meaning[0] in _MOVING | {M.UNKNOWN} and meaning[1] is None):
        return None
    reading = _read(latest.code, latest.words, more, words)
    return Scan(None, "/".join(filter(None, (latest.code, *reasons[:1]))), meaning, words, "", reading)


def _running_late(found: Sequence[Checkpoint], latest: _Latest) -> list[Checkpoint]:
    """A delay that no event tells, at the time of the newest one."""
    if not found or not latest.late or found[-1].milestone in _SPEAKS or found[-1].cause:
        return []
    cause = DELAYS.get(latest.delay, C.COURIER_FAULT)
    milestone = M.CUSTOMS if cause is C.CUSTOMS else M.EXCEPTION
    newest = found[-1]
    code = latest.derived or latest.code
    return [replace(newest, milestone=milestone, cause=cause, code=code, text=latest.words, moves=False)]


def _without_events(result: Record, latest: _Latest) -> tuple[Checkpoint, ...]:
    """The latest status, where it is one that FedEx dates elsewhere."""
    code = latest.derived if latest.derived in _STAMPS else latest.code
    dates = _dates(result)
    stamp = dates.get(_STAMPS.get(code, ""), "")
    if not stamp:
        return ()
    return checkpoints([Scan(_when(stamp, ""), code, EVENTS[code], latest.words, reading=read(latest.words, "en"))])


def _told(event: Record, latest: _Latest | None) -> Scan:
    kind = text(event.get("eventType"), "eventType").upper()
    derived = text(event.get("derivedStatusCode"), "derivedStatusCode").upper()
    reason = text(event.get("exceptionCode"), "exceptionCode").upper()
    words = text(event.get("eventDescription"), "eventDescription", TEXT_LIMIT)
    more = text(event.get("exceptionDescription"), "exceptionDescription", TEXT_LIMIT)
    words = words or text(event.get("derivedStatus"), "derivedStatus", TEXT_LIMIT)
    spoken = f"{words} ({more})" if more and more != words else words
    reasons = [reason]
    if latest and latest.code == kind and kind in EXCEPTIONS:
        reasons += [code for code, _ in latest.reasons]
        more = ". ".join(filter(None, (more, *(said for _, said in latest.reasons))))
    meaning = _meaning(kind, derived, reasons, _delay(event))
    reading = _read(kind, words, more, spoken)
    code = "/".join(filter(None, (kind or derived, reason)))
    return Scan(_span(event), code, meaning, spoken, _place(event), reading, _moves(kind, meaning))


def _read(kind: str, words: str, more: str, spoken: str) -> Reading:
    """What an event's words say: of an exception its reason, or its own name where only that tells a cause."""
    if kind not in EXCEPTIONS or not more:
        return read(spoken, "en")
    reason, named = read(more, "en"), read(words, "en")
    return named if reason.cause in _NO_REASON and named.cause not in _NO_REASON else reason


def _moves(kind: str, meaning: Meaning | None) -> bool | None:
    """Whether an event is a scan or only tells of a delay, as far as its type says."""
    if kind in NOTICES:
        return False
    plain = kind in EVENTS and kind not in EXCEPTIONS and meaning is not None
    return meaning[0] not in STILL if plain and meaning else None


def _meaning(kind: str, derived: str, reasons: list[str], delay: Cause | None) -> Meaning | None:
    if not kind and not derived:
        return None
    meaning = EVENTS.get(kind or derived)
    if meaning is None:
        # A type nobody has read: FedEx's own summary of it counts where it says more than "under way".
        summary = EVENTS.get(derived, UNKNOWN)
        return UNKNOWN if summary[0] in _MOVING else summary
    if kind in EXCEPTIONS:
        known = [REASONS[reason] for reason in reasons if reason in REASONS]
        if REASONS[RETURN] in known:
            return REASONS[RETURN]
        return _delayed(known[0] if known else meaning, delay)
    return _delayed(meaning, delay)


def _brought(meaning: Meaning | None, words: str) -> Meaning | None:
    """A delivery, unless it was one to another company or to a place from where it must be fetched."""
    return (onward(words) or meaning) if meaning and meaning[0] is M.DELIVERED else meaning


def _delayed(meaning: Meaning, delay: Cause | None) -> Meaning:
    """What a delay's type adds where nothing says more."""
    milestone, cause = meaning
    if delay is None or cause not in (None, C.UNSTATED):
        return meaning
    if delay is C.CUSTOMS and milestone in _MOVING | {M.EXCEPTION}:
        return M.CUSTOMS, delay
    if milestone is M.EXCEPTION:
        return milestone, delay
    return milestone, delay if delay in HELD_UP and milestone in _MOVING - {M.INFO_RECEIVED, M.CUSTOMS} else cause


@optional(None)
def _delay(event: Record) -> Cause | None:
    detail = record(event.get("delayDetail"), "delayDetail")
    if text(detail.get("status"), "delayDetail.status") in NO_DELAY:
        return None
    return DELAYS.get(text(detail.get("type"), "delayDetail.type"))


@optional("")
def _place(event: Record) -> str:
    address = _scan_address(event)
    parts = (address.get("city"), address.get("stateOrProvinceCode"), address.get("countryCode"))
    return ", ".join(filter(None, (text(part, "scanLocation") for part in parts)))


def _scan_address(event: Record) -> Record:
    """Older answers wrap the address of a scan once more."""
    place = part(event.get("scanLocation"))
    return _address(place) if "locationContactAndAddress" in place else place


# --- times ---------------------------------------------------------------------------------------


@optional(None)
def _span(event: Record) -> Span | None:
    stamp = text(event.get("date"), "date")
    return _when(stamp, _country(_scan_address(event))) if stamp else None


def _when(stamp: str, country: str) -> Span:
    day = _DAY_ONLY.fullmatch(stamp)
    return span(day[1] if day else stamp, country)


@optional({})
def _dates(result: Record) -> dict[str, str]:
    dates = rows(result.get("dateAndTimes"), "dateAndTimes")
    return {text(one.get("type"), "type"): text(one.get("dateTime"), "dateTime") for one in dates}


@optional(None)
def _estimate(result: Record, country: str) -> datetime | None:
    """What FedEx expects now, or else what it committed itself to; the end of a window, at the destination's clock."""
    dates = _dates(result)
    expected, committed = _window(result, "estimatedDeliveryTimeWindow"), _window(result, "standardTransitTimeWindow")
    found = (expected, dates.get("ESTIMATED_DELIVERY"), committed, dates.get("COMMITMENT"))
    stamp = next(filter(None, found), "")
    day = _DAY_ONLY.fullmatch(stamp)
    return due(day[1] if day else stamp, country)


@optional(None)
def _commitment(result: Record, country: str) -> datetime | None:
    """The day FedEx committed itself to by the service that was bought."""
    stamp = _window(result, "standardTransitTimeWindow") or _dates(result).get("COMMITMENT", "")
    day = _DAY_ONLY.fullmatch(stamp)
    return committed(day[1] if day else stamp, country)


def _window(result: Record, name: str) -> str:
    window = record(record(result.get(name), name).get("window"), "window")
    return text(window.get("ends"), "ends") or text(window.get("begins"), "begins")
