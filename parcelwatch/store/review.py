"""What a report over some weeks is made from: complaints, what agents were told, verdicts, journeys.

What belongs here: reading rows, many of them, a page at a time. What they come to is core's.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterator
from datetime import datetime, tzinfo
from itertools import groupby
from operator import itemgetter
from typing import Any, Final

from parcelwatch.core.past import review
from parcelwatch.core.past.forewarned import SEVERAL, Carrier, Complained, Told, Weighed, asked, forewarned
from parcelwatch.core.past.forewarned import weighed as forewarning
from parcelwatch.core.past.review import Alert, Review
from parcelwatch.core.past.scorecards import Journey, Scan, scorecards
from parcelwatch.store.connection import Store
from parcelwatch.store.rows import CAUSES, MILESTONES, from_ms, to_ms

PAGE: Final = 2000


def over(store: Store, since: datetime, until: datetime, zone: tzinfo, page: int = PAGE) -> Review:
    """What happened from `since` up to `until`, days as in `zone`. `page`: so many parcels are read at once."""
    span = (to_ms(since), to_ms(until))
    complaints = tuple(weighed(store, until))
    told = review.load(_alerts(store, span), since, until, zone)
    return Review(
        since,
        until,
        load=told,
        forewarned=forewarned(complaints, since),
        asked=asked((one.complaint for one in complaints if one.complaint.at >= since), zone),
        judged=review.judged(_verdicts(store, span), told.by_kind),
        couriers=scorecards(_journeys(store, span, page), *span),
    )


# --- complaints ----------------------------------------------------------------------------------

_ABOUT: Final = """
SELECT c.id, c.at, c.kind, p.id, p.courier, p.company FROM complaints c
LEFT JOIN parcel_orders l ON c.parcel_id IS NULL AND l.order_id = c.order_id
JOIN parcels p ON p.id = coalesce(c.parcel_id, l.parcel_id)
WHERE c.at < ? ORDER BY c.id, p.id
"""


def weighed(store: Store, until: datetime) -> Iterator[Weighed]:
    """Every complaint before that time, oldest first: the first about a parcel may be older than any report."""
    rows = groupby(store.all(_ABOUT, (to_ms(until),)), itemgetter(0))
    return forewarning((_complaint(list(each)) for _, each in rows), _told(store, to_ms(until)))


def _complaint(rows: list[tuple[Any, ...]]) -> Complained:
    carriers = {(courier, company) for *_, courier, company in rows}
    complaint_id, at, kind, *_ = rows[0]
    return Complained(from_ms(at), tuple(row[3] for row in rows), kind, _only(carriers), complaint_id)


def _only(carriers: set[Carrier]) -> Carrier:
    return next(iter(carriers)) if len(carriers) == 1 else SEVERAL


# --- what agents were told -----------------------------------------------------------------------

_TELLING: Final = f"""
a.sent_at IS NOT NULL AND a.for_draft = 0 AND a.parcel_id IS NOT NULL
  AND a.why IN ({", ".join(f"'{why}'" for why in review.TELLING)})
"""
_SENT: Final = f"""
SELECT a.parcel_id, a.kind, min(a.sent_at) FROM alerts a
WHERE {_TELLING} AND a.sent_at >= ? AND a.sent_at < ? GROUP BY coalesce(a.notice, a.id)
"""
_TOLD: Final = f"""
WITH complained (parcel_id) AS (
  SELECT parcel_id FROM complaints WHERE parcel_id IS NOT NULL AND at < ?1
  UNION SELECT l.parcel_id FROM complaints c JOIN parcel_orders l ON l.order_id = c.order_id
  WHERE c.parcel_id IS NULL AND c.at < ?1)
SELECT a.parcel_id, a.kind, a.sent_at FROM complained JOIN alerts a ON a.parcel_id = complained.parcel_id
WHERE {_TELLING} AND a.sent_at < ?1
"""
_VERDICTS: Final = """
SELECT kind, verdict, count(*) FROM cases WHERE verdict_at >= ? AND verdict_at < ? GROUP BY kind, verdict
"""


def _alerts(store: Store, span: tuple[int, int]) -> list[Alert]:
    return [Alert(parcel, kind, from_ms(at)) for parcel, kind, at in store.all(_SENT, span)]


def _told(store: Store, until: int) -> dict[int, list[Told]]:
    """What agents were told of the parcels that somebody complained of."""
    told: defaultdict[int, list[Told]] = defaultdict(list)
    for parcel, kind, at in store.all(_TOLD, (until,)):
        told[parcel].append(Told(from_ms(at), kind))
    return told


def _verdicts(store: Store, span: tuple[int, int]) -> dict[tuple[str, str], int]:
    return {(kind, verdict): count for kind, verdict, count in store.all(_VERDICTS, span)}


# --- journeys ------------------------------------------------------------------------------------

_PARCELS: Final = """
SELECT id, courier, company, added_at, milestone, coalesce(promised_by, promise), confirmed_at FROM parcels
WHERE id > ?1 AND added_at < ?3 AND max(added_at, coalesce(answered_at, 0), coalesce(confirmed_at, 0)) >= ?2
ORDER BY id LIMIT ?4
"""
_SCANS: Final = """
SELECT c.parcel_id, c.occurred_at, c.milestone, c.cause, c.moves
FROM json_each(?) p JOIN checkpoints c ON c.parcel_id = p.value
WHERE c.occurred_at < ? ORDER BY c.parcel_id, c.occurred_at
"""


def _journeys(store: Store, span: tuple[int, int], most: int) -> Iterator[Journey]:
    """Every parcel that was heard of since, a page at a time."""
    since, until = span
    last = 0
    while page := store.all(_PARCELS, (last, since, until, most)):
        scans, moved = _scans(store, [row[0] for row in page], until)
        for parcel, courier, company, added_at, milestone, promised_by, heard_at in page:
            seen = scans.get(parcel, ())
            known = MILESTONES[milestone]
            yield Journey((courier, company), added_at, known, promised_by, heard_at, moved.get(parcel), seen)
        last = page[-1][0]


def _scans(store: Store, parcels: list[int], until: int) -> tuple[dict[int, list[Scan]], dict[int, int]]:
    """What was said of each of them, oldest first, and when each first moved."""
    scans: defaultdict[int, list[Scan]] = defaultdict(list)
    moved: dict[int, int] = {}
    for parcel, at, milestone, cause, moves in store.all(_SCANS, (json.dumps(parcels), until)):
        scans[parcel].append((at, MILESTONES[milestone], CAUSES[cause]))
        if moves:
            moved.setdefault(parcel, at)
    return scans, moved
