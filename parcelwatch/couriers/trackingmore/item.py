"""One tracked number of TrackingMore: its statuses, scans and times as an observation.

Source: the models of TrackingMore's Java SDK and its help pages. The history is told in two lists, the sender's side
and the recipient's, newest first, which overlap. Times are wall clocks of the scan's place. The keys of API v2 still
turn up among those of v4. The main status counts where no scan says what it says.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import lru_cache

from parcelwatch.couriers.shared.fields import TEXT_LIMIT, Record, aside, flag, optional, recent, record, rows, text
from parcelwatch.couriers.shared.history import Scan, checkpoints, concluded, in_time, joined
from parcelwatch.couriers.shared.meanings import UNKNOWN, Meaning, standing
from parcelwatch.couriers.shared.times import Span, country_code, country_in, due, span
from parcelwatch.couriers.trackingmore.codes import CODES, HOPELESS, RETURNED, RETURNING, STATUSES
from parcelwatch.lexicon import Reading, read
from parcelwatch.model import Answered, Ask, Checkpoint, Milestone, NotFound, Observation, Refused, Stop

M = Milestone

SIDES = ("origin_info", "destination_info")

# Of each, the key of v4 first.
STATUS = ("delivery_status", "status")
COMPANY = ("courier_code", "carrier_code")
DESTINATION = ("destination_country",)
ORIGIN = ("origin_country", "original_country")
LATEST = ("latest_checkpoint_time", "lastest_checkpoint_time", "update_at")
SCAN_TIME = ("checkpoint_date", "Date")
SCAN_TEXT = ("tracking_detail", "StatusDescription")
SCAN_PLACE = ("location", "Details")
SCAN_STATUS = ("checkpoint_delivery_status", "checkpoint_status")
SCAN_SUB = ("checkpoint_delivery_substatus", "substatus")

# Main statuses that say nothing of where a parcel is; what is picked up may be on the van or waiting in a shop.
SILENT = ("pending", "notfound", "expired")
# Main statuses about the parcel itself that TrackingMore may conclude without any one scan saying so.
CONCLUDED = ("exception", "undelivered", "delivered")


def either(item: Mapping[str, object], names: Sequence[str], limit: int = 200) -> str:
    """The first of several keys that says anything."""
    return next(filter(None, (text(item.get(name), name, limit) for name in names)), "")


def _aside(item: Mapping[str, object], names: Sequence[str]) -> str:
    return next(filter(None, (aside(item.get(name)) for name in names)), "")


def observe(ask: Ask, item: Record) -> Observation:
    """What an item says about the number asked."""
    main, sub = either(item, STATUS).lower(), text(item.get("substatus"), "substatus").lower()
    origin, destination = (country_code(_aside(item, names)) for names in (ORIGIN, DESTINATION))
    scans = _scans(item, origin if origin == destination else "")
    if not scans:
        return _empty(ask, item, main, sub)
    return Answered(
        number=ask.number,
        checkpoints=_checkpoints(scans, main, sub),
        estimate=due(aside(item.get("scheduled_delivery_date")), destination),
        stopped=Stop.NO_NEWS if main == "expired" else "",
        stands=None if main in SILENT else standing(CODES.get(sub or main)),
        company=_aside(item, COMPANY) or ask.company,
        service=aside(item.get("service_code")),
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


def _scans(item: Record, home: str) -> list[Scan]:
    """Both sides' scans, oldest first; what both tell is told once, by whoever says more.

    `home`: the country of a parcel that never leaves it, for scans that name none.
    """
    told: dict[tuple[str, str], Record] = {}
    sides: list[dict[tuple[str, str], None]] = []
    for side in SIDES:
        events = recent(rows(record(item.get(side), side).get("trackinfo"), "trackinfo"))
        sides.append(dict.fromkeys(key for event in events if (key := _key(event)) not in told))
        for event in events:
            if _key(event) not in told or (_code(event) and not _code(told[_key(event)])):
                told[_key(event)] = event
    found = in_time(joined([_scan(told[key], home) for key in keys] for keys in sides))
    return found or _latest(item)


def _latest(item: Record) -> list[Scan]:
    """The latest event alone, where neither side lists any: a text that ends with its place and its time."""
    words, stamp = aside(item.get("latest_event"), TEXT_LIMIT), _aside(item, LATEST)
    main = either(item, STATUS).lower()
    if not words or not stamp or main not in STATUSES or main in SILENT:
        return []
    return [Scan(span(stamp), "", None, words, reading=read(words))]


def _key(event: Record) -> tuple[str, str]:
    """What makes a scan itself, whichever side tells it."""
    return either(event, SCAN_TIME), either(event, SCAN_TEXT, TEXT_LIMIT)


def _code(event: Record) -> str:
    return (either(event, SCAN_SUB) or either(event, SCAN_STATUS)).lower()


@optional(None)
def _span(event: Record, home: str) -> Span | None:
    stamp = either(event, SCAN_TIME)
    return span(stamp, aside(event.get("country_iso2")).upper() or home) if stamp else None


def _scan(event: Record, home: str) -> Scan:
    words, code = either(event, SCAN_TEXT, TEXT_LIMIT), _code(event)
    meaning, reading = _told(code, words)
    place = _aside(event, SCAN_PLACE) or aside(event.get("city"))
    return Scan(_span(event, home or country_in(place)), code, meaning, words, place, reading)


def _checkpoints(scans: list[Scan], main: str, sub: str) -> tuple[Checkpoint, ...]:
    code = _conclusion([scan.code for scan in scans], main, sub)
    if code:
        meaning, reading = _told(code, scans[-1].words)
        scans[-1] = concluded(scans[-1], code, meaning, reading)
    return checkpoints(scans)


@lru_cache(maxsize=8192)  # scans of many parcels say the same things
def _told(code: str, words: str) -> tuple[Meaning | None, Reading]:
    """What a scan's code means, and its words; without a code the words alone speak."""
    return CODES.get(code, UNKNOWN) if code else None, read(words)


def _conclusion(codes: Sequence[str], main: str, sub: str) -> str:
    """The main status where it belongs to the newest scan: that one says nothing itself, or no scan says it.

    A return keeps its exception after it was delivered back, so that delivery is where the return ended.
    """
    code, newest = sub or main, codes[-1]
    if main not in STATUSES or main in SILENT:
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
