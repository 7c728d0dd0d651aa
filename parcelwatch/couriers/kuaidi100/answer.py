"""One number's record of 快递100, the same in an answer and in a push: its scans, state by state.

Source: 快递100's API document and recorded histories. Lists come newest first. A push may bring a second list, told by
the post of the destination's country; both are one history.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from parcelwatch.couriers.kuaidi100.codes import NAMES, STATES
from parcelwatch.couriers.shared.china import history
from parcelwatch.couriers.shared.china_scans import drop, problem, told_by_the_whole, without_code
from parcelwatch.couriers.shared.fields import TEXT_LIMIT, Record, aside, optional, recent, rows, text
from parcelwatch.couriers.shared.history import Scan, concluded
from parcelwatch.couriers.shared.meanings import UNKNOWN, Meaning, standing
from parcelwatch.couriers.shared.times import Span, due, naive, parse, span
from parcelwatch.errors import CourierUnreadable
from parcelwatch.lexicon import NOTHING, Reading, read
from parcelwatch.model import Answered, Cause, Checkpoint, Milestone

M = Milestone
C = Cause

BEIJING = timedelta(hours=8)
LOOP = "+loop"

PROBLEM = "2"
SIGNED_BY_BUYER = "301"
DROPPED = "304"
ABROAD = frozenset(
    {
        "dhl",
        "dhlen",
        "ups",
        "upsen",
        "fedex",
        "fedexcn",
        "usps",
        "tnt",
        "yuntrack",
        "disifang",
        "yw56",
        "aliexpress",
        "jet",
    }
)


def events_of(leg: Record) -> list[Record]:
    """The scans of one list; CourierUnreadable when there is no list."""
    if "data" not in leg:
        raise CourierUnreadable("the answer holds no data")
    return recent(rows(leg["data"], "data"))


def tracked(number: str, company: str, legs: Sequence[Record]) -> Answered:
    """What the record of a number says; `legs` with scans only, the first one first."""
    scans = [scan for place, leg in enumerate(legs) for scan in _scans(leg, company, abroad=place > 0)]
    told = history(scans)
    if told and any(leg.get("isLoop") in (True, 1, "true", "1") for leg in legs):
        told = (*told[:-1], _looped(told[-1]))
    arrivals = [aside(leg.get("arrivalTime")) for leg in reversed(legs)]
    return Answered(
        number=number,
        checkpoints=told,
        estimate=_estimate(next(filter(None, arrivals), "")),
        stands=next(filter(None, (_stands(leg) for leg in reversed(legs))), None),
        company=company,
    )


def _estimate(arrival: str) -> datetime | None:
    """The end of the hour that "2026-03-05 13" names, or of the day."""
    if not arrival:
        return None
    day, _, hour = arrival.partition(" ")
    return (due(f"{day}T{hour[:2].zfill(2)}:59:59+08:00") if hour else None) or due(f"{day}T00:00:00+08:00")


def _stands(leg: Record) -> Milestone | None:
    return standing(STATES.get(text(leg.get("state"), "state")))


def _looped(newest: Checkpoint) -> Checkpoint:
    """A route that turns in a circle: the newest scan, if it only moves, is told as misrouted."""
    if newest.milestone is not M.IN_TRANSIT or newest.cause is not None:
        return newest
    return replace(newest, cause=C.MISROUTED, code=newest.code + LOOP, moves=False)


# --- scans ---------------------------------------------------------------------------------------


def _scans(leg: Record, company: str, *, abroad: bool) -> list[Scan]:
    """One list's scans, oldest first."""
    events = events_of(leg)
    told_by = text(leg.get("com"), "com") or company
    local = not (abroad or told_by in ABROAD or told_by.endswith("guoji"))
    codes = [_code(event) for event in events]
    found = [_scan(event, code, local=local) for event, code in zip(events, codes, strict=True)]
    if top := _top(codes, text(leg.get("state"), "state")):
        found[0] = concluded(found[0], top, *_told(top, found[0].words))
    found.reverse()
    return found


def _scan(event: Record, code: str, *, local: bool) -> Scan:
    words = text(event.get("context"), "context", TEXT_LIMIT)
    place = aside(event.get("areaName")) or aside(event.get("location"))
    meaning, reading = _told(code, words)
    return Scan(_span(event, local=local), code, meaning, words, place, reading)


@optional(None)
def _span(event: Record, *, local: bool) -> Span | None:
    """A Beijing wall clock, or, for what may have happened abroad, that or the wall clock of the place."""
    stamp = text(event.get("ftime"), "ftime") or text(event.get("time"), "time")
    if not stamp:
        return None
    moment = parse(stamp)
    if moment.tzinfo is not None:
        return span(stamp)
    at = moment.replace(tzinfo=UTC) - BEIJING
    country = aside(event.get("areaCode"))[:2]
    if country == "CN" or (local and not country.isalpha()):
        return at, at
    earliest, latest = naive(moment, country if country.isalpha() else "")
    return min(earliest, at), max(latest, at)


def _code(event: Record) -> str:
    """A scan's state: its number, else its name's, else the name itself, which then is unknown."""
    code = text(event.get("statusCode"), "statusCode")
    name = text(event.get("status"), "status")
    return code or NAMES.get(name, name)


def _top(codes: Sequence[str], state: str) -> str:
    """The parcel's state where it belongs to the newest scan: that has none, or the state says trouble no scan says."""
    if not state or not codes[0]:
        return state
    return state if told_by_the_whole(state, codes[0], codes, STATES) else ""


def _told(code: str, words: str) -> tuple[Meaning | None, Reading]:
    """What a scan's state means beside its text, ready to be followed."""
    meaning = STATES.get(code, UNKNOWN)
    if not code:
        return without_code(words)
    if code == DROPPED:
        return drop(meaning, words)
    if code == PROBLEM:
        return problem(meaning, words)
    reading = read(words, "zh")
    if code == SIGNED_BY_BUYER and reading.milestone is M.AVAILABLE_FOR_PICKUP:
        return meaning, NOTHING
    return meaning, reading
