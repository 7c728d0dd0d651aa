"""One tracked number of TrackingMore: its statuses, scans and times as an observation.

Source: the models of TrackingMore's Java SDK and its help pages. The history is told in two lists, the sender's side
and the recipient's, newest first, which overlap. Times are wall clocks of the scan's place. The keys of API v2 still
turn up among those of v4. The main status counts where no scan says what it says.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

from parcelwatch.core.lexicon import Reading, read
from parcelwatch.couriers.shared.fields import ROWS_LIMIT, TEXT_LIMIT, Record, flag, record, rows, text
from parcelwatch.couriers.shared.meanings import UNKNOWN, Meaning, follow
from parcelwatch.couriers.shared.sequence import following
from parcelwatch.couriers.shared.ties import apart
from parcelwatch.couriers.shared.times import Span, country_code, due, filled, span
from parcelwatch.couriers.trackingmore.codes import CODES, HOPELESS, RETURNED, RETURNING, STATUSES
from parcelwatch.model import Answered, Ask, Checkpoint, Milestone, NotFound, Observation, Refused

M = Milestone

SIDES = ("origin_info", "destination_info")

# Of each, the key of v4 first.
STATUS = ("delivery_status", "status")
COMPANY = ("courier_code", "carrier_code")
ORIGIN = ("origin_country", "original_country")
SCAN_TIME = ("checkpoint_date", "Date")
SCAN_TEXT = ("tracking_detail", "StatusDescription")
SCAN_PLACE = ("location", "Details")
SCAN_STATUS = ("checkpoint_delivery_status", "checkpoint_status")
SCAN_SUB = ("checkpoint_delivery_substatus", "substatus")

# Main statuses about the parcel itself that TrackingMore may conclude without any one scan saying so.
CONCLUDED = ("exception", "undelivered", "delivered")


def either(item: Mapping[str, object], names: Sequence[str], limit: int = 200) -> str:
    """The first of several keys that says anything."""
    return next(filter(None, (text(item.get(name), name, limit) for name in names)), "")


def observe(ask: Ask, item: Record) -> Observation:
    """What an item says about the number asked."""
    main, sub = either(item, STATUS).lower(), text(item.get("substatus"), "substatus").lower()
    origin = country_code(either(item, ORIGIN))
    destination = country_code(text(item.get("destination_country"), "destination_country"))
    scans = _scans(item, origin if origin == destination else "")
    if not scans:
        return _empty(ask, item, main, sub)
    return Answered(
        number=ask.number,
        checkpoints=_checkpoints(scans, main, sub),
        estimate=due(either(item, ("scheduled_delivery_date",)), destination),
        stopped="TrackingMore gave up: no news for a month" if main == "expired" else "",
        company=either(item, COMPANY) or ask.company,
        service=text(item.get("service_code"), "service_code"),
        origin=origin,
        destination=destination,
    )


def _empty(ask: Ask, item: Record, main: str, sub: str) -> Observation:
    """Registered, but there is no history: not yet (ask again soon), none at the courier, or no such number."""
    if sub in HOPELESS:
        return Refused(ask.number, reason=HOPELESS[sub])
    waiting = flag(item.get("updating"), "updating") or (main == "pending" and sub in ("", "pending001"))
    return NotFound(ask.number, pending=waiting, company=either(item, COMPANY))


# --- scans ---------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Scan:
    """One scan as told. `code`: what it says of itself, "" when nothing."""

    span: Span
    code: str
    text: str
    place: str


def _scans(item: Record, home: str) -> list[_Scan]:
    """Both sides' scans, oldest first within each; what both tell is told once, by whoever says more.

    `home`: the country of a parcel that never leaves it, for scans that name none.
    """
    found: dict[tuple[str, str], _Scan] = {}
    for side in SIDES:
        events = rows(record(item.get(side), side).get("trackinfo"), "trackinfo")[:ROWS_LIMIT]
        for stamp, scan in _side(events, home):
            twin = found.setdefault((stamp, scan.text), scan)
            if scan.code and not twin.code:
                found[stamp, scan.text] = scan
    return list(found.values())


def _side(events: Sequence[Record], home: str) -> list[tuple[str, _Scan]]:
    """The scans of one list, which comes newest first, with their times as written."""
    spans = filled([_span(event, home) for event in events])
    dated = [(when, event) for when, event in zip(spans, events, strict=True) if when is not None][::-1]
    times = following([when for when, _ in dated])
    return [(either(event, SCAN_TIME), _scan(event, when)) for when, (_, event) in zip(times, dated, strict=True)]


def _span(event: Record, home: str) -> Span | None:
    stamp = either(event, SCAN_TIME)
    return span(stamp, text(event.get("country_iso2"), "country_iso2").upper() or home) if stamp else None


def _scan(event: Record, when: Span) -> _Scan:
    sub = either(event, SCAN_SUB).lower()
    words = either(event, SCAN_TEXT, TEXT_LIMIT)
    place = either(event, SCAN_PLACE) or text(event.get("city"), "city")
    return _Scan(when, sub or either(event, SCAN_STATUS).lower(), words, place)


def _checkpoints(scans: list[_Scan], main: str, sub: str) -> tuple[Checkpoint, ...]:
    """Oldest first; within one instant as the lists have it."""
    ordered = sorted(scans, key=lambda scan: scan.span[0])
    codes = [scan.code for scan in ordered]
    codes[-1] = _conclusion(codes, main, sub) or codes[-1]
    meanings = follow([_told(code, scan.text) for scan, code in zip(ordered, codes, strict=True)])
    return apart(
        Checkpoint(*scan.span, milestone, cause, code, scan.text, scan.place)
        for scan, code, (milestone, cause) in zip(ordered, codes, meanings, strict=True)
    )


@lru_cache(maxsize=8192)  # scans of many parcels say the same things
def _told(code: str, words: str) -> tuple[Meaning | None, Reading]:
    """What a scan's code means, and its words; without a code the words alone speak."""
    return CODES.get(code, UNKNOWN) if code else None, read(words)


def _conclusion(codes: Sequence[str], main: str, sub: str) -> str:
    """The main status where it belongs to the newest scan: that one says nothing itself, or no scan says it.

    A return keeps its exception after it was delivered back, so that delivery is where the return ended.
    """
    code, newest = sub or main, codes[-1]
    if main not in STATUSES or main in ("pending", "notfound", "expired"):
        return ""
    if not newest:
        return code
    meant = CODES.get(code, UNKNOWN)
    if main not in CONCLUDED or any(CODES.get(one) == meant for one in codes):
        return ""
    if code == RETURNING and CODES.get(newest, UNKNOWN)[0] is M.DELIVERED:
        return RETURNED
    # That a parcel waits for its recipient says more than an exception without a reason.
    waiting = CODES.get(newest, UNKNOWN)[0] is M.AVAILABLE_FOR_PICKUP
    return "" if waiting and meant == STATUSES["exception"] else code
