"""The past of watched parcels as histories: what was heard of each, and when.

What belongs here: reading. Nothing is guessed: what an answer said is known from the moment at which it was heard.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from typing import Any, Final

from parcelwatch.core.past.histories import History, arrived_at
from parcelwatch.model import Dossier, Milestone
from parcelwatch.store import history
from parcelwatch.store.connection import Store
from parcelwatch.store.dossiers import dossier
from parcelwatch.store.rows import from_ms, to_ms

_IDS: Final = "SELECT id FROM parcels WHERE added_at >= ? ORDER BY id"
_COMPLAINED: Final = """
SELECT at FROM complaints
WHERE parcel_id = ?1 OR order_id IN (SELECT order_id FROM parcel_orders WHERE parcel_id = ?1) ORDER BY at
"""
_TIMES: Final = frozenset({"missing_since", "estimate", "promise"})
_KEPT: Final = _TIMES | {"refused", "stopped", "stands"}


def ids(store: Store, since: datetime) -> list[int]:
    """The parcels that were added since then."""
    return [one for (one,) in store.all(_IDS, (to_ms(since),))]


def histories(store: Store, parcel_ids: Iterable[int]) -> Iterator[History]:
    """The histories of these parcels, one after the other."""
    return (_history(store, dossier(store, one)) for one in parcel_ids)


def _history(store: Store, known: Dossier) -> History:
    parcel, lines = known.parcel, history.read(store, known.parcel.id)
    return History(
        number=parcel.number,
        courier=parcel.courier,
        company=parcel.company,
        order=parcel.order,
        service=parcel.service,
        origin=parcel.origin,
        destination=parcel.destination,
        postal_code=parcel.postal_code,
        tags=parcel.tags,
        announced_at=parcel.added_at,
        shipped_at=parcel.shipped_at,
        promised_by=parcel.promised_by,
        dispatch_by=parcel.dispatch_by,
        heard=known.timeline,
        answers=tuple(_answers(lines)),
        confirmed=_confirmed(known, lines),
        complaints=tuple(from_ms(at) for (at,) in store.all(_COMPLAINED, (parcel.id,))),
        delivered_at=arrived_at(known.timeline),
    )


def _answers(lines: Iterable[Mapping[str, Any]]) -> Iterator[tuple[datetime, Mapping[str, Any]]]:
    for line in lines:
        said = line["data"]
        if line["what"] == "answered" and isinstance(said, dict) and (kept := _KEPT & said.keys()):
            yield datetime.fromisoformat(line["at"]), {name: _value(name, said[name]) for name in kept}


def _confirmed(known: Dossier, lines: Iterable[Mapping[str, Any]]) -> tuple[datetime, ...]:
    """The first answer and the last, () where there was none.

    A database that is older than the line of the first answer has what was first heard in its place.
    """
    if known.confirmed_at is None:
        return ()
    said = [line["data"] for line in lines if line["what"] == "answered" and isinstance(line["data"], dict)]
    noted = [datetime.fromisoformat(one["confirmed_at"]) for one in said if one.get("confirmed_at")]
    if noted:
        # Whatever was answered before was about another's parcel, under the wrong company.
        return noted[-1], known.confirmed_at
    heard = [entry.seen_at for entry in known.timeline.entries if not entry.checkpoint.by]
    missing = [datetime.fromisoformat(one["missing_since"]) for one in said if one.get("missing_since")]
    return min([*heard, *missing, known.confirmed_at]), known.confirmed_at


def _value(name: str, said: Any) -> Any:
    if name in _TIMES:
        return datetime.fromisoformat(said) if said else None
    if name == "stands":
        return Milestone(said) if said else None
    return said or ""
