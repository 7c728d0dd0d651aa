"""Parcels of which the courier's answers say nothing, and those no longer asked about: since when, and what was said.

What belongs here: counting such answers until one says something, so that nobody is forgotten in silence.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from parcelwatch.core.cadence import NO_WORD
from parcelwatch.store.connection import Store
from parcelwatch.store.rows import from_ms, maybe_at, to_ms


@dataclass(frozen=True, slots=True)
class Unheard:
    """How one parcel stands: so many `answers` `since` said nothing of it, the last for this `reason`.

    `ended_at`: since then it is no longer asked about; of one whose answers merely had no news there are 0 of them.
    """

    number: str
    since: datetime
    last_at: datetime
    answers: int
    reason: str
    ended_at: datetime | None = None


_NOTE: Final = """
INSERT INTO unheard (parcel_id, courier, since, last_at, answers, reason) VALUES (?1, ?2, ?3, ?3, 1, ?4)
ON CONFLICT DO UPDATE SET last_at = ?3, answers = answers + 1, reason = ?4
RETURNING since, answers
"""


def note(store: Store, account: str, parcel_id: int, reason: str, now: datetime) -> tuple[datetime, bool]:
    """One more answer that says nothing of a parcel: since when that is so, and whether it is the first."""
    ((since, answers),) = store.write(_NOTE, (parcel_id, account, to_ms(now), reason)).fetchall()
    return from_ms(since), answers == 1


def heard(store: Store, ids: Collection[int]) -> None:
    """The courier said something of these."""
    if ids and store.one("SELECT 1 FROM unheard LIMIT 1"):
        store.write("DELETE FROM unheard WHERE parcel_id IN (SELECT value FROM json_each(?))", (json.dumps([*ids]),))


_ENDED: Final = f"""
INSERT INTO unheard (parcel_id, courier, since, last_at, answers, reason, told_at, ended_at)
SELECT id, courier, ?2, ?2, 0, '', ?2, ?2 FROM parcels
WHERE id IN (SELECT value FROM json_each(?1)) AND poll_at IS NULL AND poll_why = '{NO_WORD}'
ON CONFLICT DO UPDATE SET ended_at = coalesce(ended_at, excluded.ended_at)
"""


def note_ended(store: Store, ids: Sequence[int], now: datetime) -> None:
    """Of these, those that are no longer asked about for want of a word."""
    store.write(_ENDED, (json.dumps([*ids]), to_ms(now)))


_ROW: Final = "SELECT p.number, u.since, u.last_at, u.answers, u.reason, u.ended_at"
_OF: Final = f"{_ROW} FROM unheard u JOIN parcels p ON p.id = u.parcel_id WHERE u.parcel_id = ?"


def of(store: Store, parcel_id: int) -> Unheard | None:
    """How one parcel stands; None while answers say something of it."""
    row = store.one(_OF, (parcel_id,))
    return _unheard(row) if row else None


def _unheard(row: Sequence[object]) -> Unheard:
    number, since, last, answers, reason, ended = row
    return Unheard(str(number), from_ms(since), from_ms(last), int(answers), str(reason), maybe_at(ended))  # type: ignore[arg-type,call-overload]


_WAITING: Final = f"""{_ROW}, u.parcel_id FROM unheard u JOIN parcels p ON p.id = u.parcel_id
WHERE u.courier = ? AND u.since <= ? AND u.told_at IS NULL ORDER BY u.since, u.parcel_id LIMIT ?"""
_OVER: Final = f"""{_ROW}, u.parcel_id FROM unheard u JOIN parcels p ON p.id = u.parcel_id
WHERE u.courier = ? AND u.ended_at IS NOT NULL AND u.told_end_at IS NULL ORDER BY u.ended_at, u.parcel_id LIMIT ?"""


def untold(store: Store, account: str, since: datetime, most: int) -> dict[int, Unheard]:
    """Parcel by parcel, those of an account unheard of since then or longer, of which nobody was told."""
    return {row[-1]: _unheard(row[:-1]) for row in store.all(_WAITING, (account, to_ms(since), most))}


def ended(store: Store, account: str, most: int) -> dict[int, Unheard]:
    """Parcel by parcel, those of an account that are no longer asked about, of which nobody was told."""
    return {row[-1]: _unheard(row[:-1]) for row in store.all(_OVER, (account, most))}


def told(store: Store, ids: Iterable[int], now: datetime) -> None:
    """The operator was told of these."""
    store.write_many("UPDATE unheard SET told_at = ? WHERE parcel_id = ?", [(to_ms(now), one) for one in ids])


def told_end(store: Store, ids: Iterable[int], now: datetime) -> None:
    """Agents were told that these are no longer asked about."""
    store.write_many("UPDATE unheard SET told_end_at = ? WHERE parcel_id = ?", [(to_ms(now), one) for one in ids])


def last_told(store: Store, account: str) -> datetime | None:
    """When the operator was last told of parcels of an account."""
    return maybe_at(store.value("SELECT max(told_at) FROM unheard WHERE courier = ? AND answers > 0", (account,)))


def last_told_end(store: Store, account: str) -> datetime | None:
    """When agents were last told of parcels of an account that are no longer asked about."""
    return maybe_at(store.value("SELECT max(told_end_at) FROM unheard WHERE courier = ?", (account,)))


_COUNT: Final = """SELECT count(*), min(since) FROM unheard
WHERE courier = ? AND answers > 0 AND since <= ? AND ended_at IS NULL"""


def standing(store: Store, account: str, since: datetime) -> tuple[int, datetime | None]:
    """How many parcels of an account are unheard of since then or longer, and since when the first of them."""
    count, first = store.all(_COUNT, (account, to_ms(since)))[0]
    return count, maybe_at(first)
