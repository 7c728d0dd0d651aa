"""The parcels being watched: adding, finding, listing, stopping; all else that is done with them is passed on.

What belongs here: a parcel as the shop describes it. Its due times are polling.py's, its story dossiers.py's.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from datetime import datetime
from types import MappingProxyType
from typing import Any, Final

from parcelwatch.core import cadence
from parcelwatch.errors import NotFound
from parcelwatch.model import FINAL, Dossier, Parcel
from parcelwatch.store import orders
from parcelwatch.store.connection import Store
from parcelwatch.store.dossiers import dossier, save, with_learned
from parcelwatch.store.erase import export, forget
from parcelwatch.store.polling import (
    claim,
    due,
    due_to_assess,
    hasten,
    hasten_one,
    judged_otherwise,
    let_go,
    look_again,
    next_assess,
    next_poll,
    poll_again,
    postpone,
    rejoin,
    release,
    set_judged,
    set_registered,
    sooner,
    split,
    void_leases,
    watched,
)
from parcelwatch.store.rows import (
    DERIVED,
    PARCEL,
    PARCEL_COLUMNS,
    derived,
    dump,
    iso,
    load,
    parcel_row,
    to_ms,
    to_parcel,
)

__all__ = [
    "add",
    "called",
    "claim",
    "dossier",
    "due",
    "due_to_assess",
    "export",
    "find",
    "forget",
    "hasten",
    "hasten_one",
    "judged_otherwise",
    "known",
    "let_go",
    "look_again",
    "move",
    "next_assess",
    "next_poll",
    "one",
    "poll_again",
    "postpone",
    "rejoin",
    "release",
    "resume",
    "rows",
    "same",
    "save",
    "set_judged",
    "set_registered",
    "show",
    "sooner",
    "split",
    "stop",
    "void_leases",
    "watched",
    "where",
    "with_learned",
]

# --- adding --------------------------------------------------------------------------------------

_NEW: Final = (
    f"INSERT INTO parcels ({', '.join((*PARCEL[1:], *DERIVED))}, poll_at, poll_why, urgency) "
    f"VALUES ({', '.join('?' * (len(PARCEL) + len(DERIVED) + 2))})"
)
_SAME: Final = f"SELECT {PARCEL_COLUMNS} FROM parcels WHERE number = ? AND courier = ? ORDER BY id"


def known(store: Store, numbers: Collection[str]) -> set[str]:
    """Which of these numbers are those of parcels, of whatever account."""
    sql = "SELECT number FROM parcels WHERE number IN (SELECT value FROM json_each(?))"
    return {number for (number,) in store.all(sql, (dump([*numbers]),))}


def add(store: Store, parcel: Parcel, now: datetime, *, alone: bool = False) -> int:
    """Watch a parcel that is not watched yet (its id is ignored), due at once; its id.

    `alone`: no other parcel is of any of its orders.
    """
    at, why = cadence.NEW.after(now)
    row = (*parcel_row(parcel)[1:], *derived(parcel), to_ms(at), why, cadence.urgency(Dossier(parcel), None, now))
    parcel_id = store.insert(_NEW, row)
    if parcel.orders:
        orders.save_first(store, parcel_id, parcel.orders, now, alone=alone)
    return parcel_id


def same(store: Store, parcel: Parcel) -> Parcel | None:
    """The watched parcel that is meant, if any. Account, number and company make the identity.

    A company not given is any company, and one that was given wrongly is that of the parcel which it corrects.
    """
    known = [_parcel(store, row) for row in store.all(_SAME, (parcel.number, parcel.courier))]
    exact = [one for one in known if one.company == parcel.company]
    loose = [one for one in known if not parcel.company or not one.company]
    wrong = [one for one in known if _mistaken(store, one, parcel)]
    return next(iter(exact or loose or wrong), None)


_TRACKED: Final = "SELECT first_tracked_at IS NOT NULL FROM parcels WHERE id = ?"


def _mistaken(store: Store, known: Parcel, said: Parcel) -> bool:
    """Whether `said` is `known` under its right company: the same order's, or one its company never knew."""
    if known.import_id is not None and known.import_id == said.import_id:
        return False
    if known.order_numbers and said.order_numbers:
        return not set(known.order_numbers).isdisjoint(said.order_numbers)
    return not store.value(_TRACKED, (known.id,))


def _parcel(store: Store, row: tuple[Any, ...]) -> Parcel:
    return to_parcel(row, orders.of(store, row[0]))


# --- finding -------------------------------------------------------------------------------------


def find(store: Store, number: str, courier: str = "") -> list[Parcel]:
    """Every parcel with that number, oldest first; of one account if `courier` names it."""
    sql = f"SELECT {PARCEL_COLUMNS} FROM parcels WHERE number = ? AND (? = '' OR courier = ?) ORDER BY id"
    return [_parcel(store, row) for row in store.all(sql, (number, courier, courier))]


_CALLED: Final = """
SELECT id FROM parcels WHERE number IN (?2, ?4) AND courier = ?1 AND unwatched_at IS NULL
  AND (company = '' OR ?3 = '' OR company = ?3 COLLATE NOCASE)
UNION
SELECT id FROM parcels WHERE successor IN (?2, ?4) AND successor <> '' AND courier = ?1 AND unwatched_at IS NULL
"""


def called(store: Store, courier: str, number: str, company: str = "") -> list[int]:
    """The IDs of the watched parcels a courier means by a number, its own or its new one, however it is spelt.

    Another company's parcels are not meant.
    """
    plain = "".join(number.split()).upper()
    return [parcel_id for (parcel_id,) in store.all(_CALLED, (courier, number, company, plain))]


def one(store: Store, parcel_id: int) -> Parcel:
    """The parcel with that ID. Raises NotFound."""
    row = store.one(f"SELECT {PARCEL_COLUMNS} FROM parcels WHERE id = ?", (parcel_id,))
    if row is None:
        raise NotFound(f"there is no parcel with ID {parcel_id}")
    return _parcel(store, row)


# --- listing -------------------------------------------------------------------------------------

_PAGE: Final = 1000
_ROWS: Final = f"""
SELECT id, number, courier, company, {orders.NUMBERS_OF.format(parcel="parcels.id")}, milestone, cause, destination,
  (SELECT max(occurred_at) FROM checkpoints WHERE parcel_id = parcels.id), confirmed_at, estimate, promised_by,
  poll_at, refused, stopped, unwatched_at,
  (SELECT count(*) FROM cases WHERE parcel_id = parcels.id AND state <> 'resolved')
FROM parcels WHERE id > ?1 AND (?2 = '' OR courier = ?2) AND (?3 = '' OR milestone = ?3)
  AND (NOT ?4 OR EXISTS (SELECT 1 FROM cases WHERE parcel_id = parcels.id AND state <> 'resolved'))
  AND {{chosen}}
ORDER BY id LIMIT ?5
"""


def rows(
    store: Store,
    courier: str = "",
    milestone: str = "",
    open_only: bool = False,
    chosen: Mapping[str, str] = MappingProxyType({}),
) -> Iterator[dict[str, Any]]:
    """Parcels for a list, by ID, read a page at a time; `open_only`: with a live case; `chosen`: as in `where`."""
    last = 0
    sql = _ROWS.format(chosen=_conditions(chosen, 6))
    while page := store.all(sql, (last, courier, milestone, open_only, _PAGE, *chosen.values())):
        yield from map(_listed, page)
        last = page[-1][0]


def _listed(row: tuple[Any, ...]) -> dict[str, Any]:
    return {
        "id": row[0],
        "number": row[1],
        "courier": row[2],
        "company": row[3],
        "order": next(iter(load(row[4])), ""),
        "orders": load(row[4]),
        "milestone": row[5],
        "cause": row[6],
        "destination": row[7],
        "last_checkpoint_at": iso(row[8]),
        "confirmed_at": iso(row[9]),
        "estimate": iso(row[10]),
        "promised_by": iso(row[11]),
        "poll_at": iso(row[12]),
        "refused": row[13],
        "stopped": row[14],
        "unwatched_at": iso(row[15]),
        "open_cases": row[16],
    }


_CHECKPOINTS: Final = """
SELECT occurred_at, occurred_until, milestone, cause, code, text, place, seen_at, by FROM checkpoints
WHERE parcel_id = ? ORDER BY occurred_at, occurred_until, code, text, place
"""


def show(store: Store, parcel_id: int) -> dict[str, Any]:
    """One parcel as in the list, with its checkpoints, oldest first. Raises NotFound."""
    found = store.all(_ROWS.format(chosen="TRUE"), (parcel_id - 1, "", "", False, 1))
    if not found or found[0][0] != parcel_id:
        raise NotFound(f"there is no parcel with ID {parcel_id}")
    shown = _listed(found[0])
    shown["poll_why"] = store.value("SELECT poll_why FROM parcels WHERE id = ?", (parcel_id,))
    shown["checkpoints"] = [_checkpoint(row) for row in store.all(_CHECKPOINTS, (parcel_id,))]
    return shown


def _checkpoint(row: tuple[Any, ...]) -> dict[str, Any]:
    at, until, milestone, cause, code, text, place, seen_at, by = row
    shown = {"occurred_at": iso(at), "milestone": milestone, "cause": cause, "code": code, "text": text, "place": place}
    if until != at:
        shown["occurred_until"] = iso(until)
    if by:
        shown["by"] = by
    return {**shown, "seen_at": iso(seen_at)}


_CHOSEN: Final = {
    "courier": "courier = ?",
    "company": "company = ?",
    "milestone": "milestone = ?",
    "origin": "origin = ? COLLATE NOCASE",
    "destination": "destination = ? COLLATE NOCASE",
    "service": "service = ?",
    "order": "id IN (SELECT l.parcel_id FROM parcel_orders l JOIN orders o ON o.id = l.order_id WHERE o.number = ?)",
    "tag": "EXISTS (SELECT 1 FROM json_each(tags) WHERE value = ?)",
}


def where(store: Store, chosen: Mapping[str, str]) -> list[int]:
    """The IDs of the watched parcels for which all of that holds."""
    sql = f"SELECT id FROM parcels WHERE {_conditions(chosen)} AND unwatched_at IS NULL ORDER BY id"
    return [parcel_id for (parcel_id,) in store.all(sql, tuple(chosen.values()))]


def _conditions(chosen: Mapping[str, str], first: int = 1) -> str:
    """SQL for all of that, its values from the parameter `first` on."""
    said = [_CHOSEN[name].replace("?", f"?{at}") for at, name in enumerate(chosen, first)]
    return " AND ".join(said) or "TRUE"


# --- stopping ------------------------------------------------------------------------------------

_UNDER_WAY: Final = f"""
SELECT id FROM parcels WHERE unwatched_at IS NULL AND first_tracked_at IS NOT NULL
  AND milestone NOT IN ({", ".join(f"'{milestone}'" for milestone in sorted(FINAL))})
  AND (?1 = '' OR substr(origin, 1, 2) = ?1 OR substr(destination, 1, 2) = ?1)
ORDER BY id
"""


def under_way(store: Store, country: str = "") -> list[int]:
    """Watched parcels on the road: known to their courier, and not at an end; from or to `country`, "" for any."""
    return [parcel_id for (parcel_id,) in store.all(_UNDER_WAY, (country[:2].upper(),))]


_STOP: Final = """
UPDATE parcels SET unwatched_at = ?1, unwatched_by = ?3, poll_at = NULL, lease_until = NULL,
  poll_why = iif(?3 = '', 'stopped by an agent', 'stopped by the shop')
WHERE id = ?2 AND unwatched_at IS NULL
"""
_AGENT_SAID: Final = "UPDATE parcels SET unwatched_by = '', poll_why = 'stopped by an agent' WHERE id = ?"
_RESUME: Final = """
UPDATE parcels SET unwatched_at = NULL, unwatched_by = '', poll_at = ?, poll_why = ?, failures = 0
WHERE id = ? AND unwatched_at IS NOT NULL
"""


def stop(store: Store, parcel_id: int, now: datetime, told_by: str = "") -> bool:
    """Ask about it no more, until `resume`; what is known stays. False if it was stopped before.

    `told_by`: the shop or file that said so, "" for an agent, who has the last word.
    """
    stopped = store.write(_STOP, (to_ms(now), parcel_id, told_by)).rowcount > 0
    if not stopped and not told_by:
        store.write(_AGENT_SAID, (parcel_id,))
    return stopped


_ENDED: Final = """
SELECT p.id FROM parcels p WHERE p.unwatched_by <> '' AND (?3 = '' OR p.unwatched_by = ?3)
  AND (p.id IN (SELECT value FROM json_each(?1)) OR p.id IN (SELECT l.parcel_id FROM parcel_orders l
    JOIN orders o ON o.id = l.order_id WHERE o.number <> '' AND o.number IN (SELECT value FROM json_each(?2))))
ORDER BY p.id
"""


def ended(store: Store, ids: Collection[int], numbers: Collection[str] = (), told_by: str = "") -> list[int]:
    """Which of these parcels, and of those of orders with these numbers, a shop or file ended and no agent did.

    `told_by`: only what that one ended.
    """
    return [one for (one,) in store.all(_ENDED, (dump([*ids]), dump([*numbers]), told_by))]


def resume(store: Store, parcel_id: int, now: datetime) -> bool:
    """Watch a stopped parcel again, due at once. False if it was not stopped."""
    at, why = cadence.RESUMED.after(now)
    return store.write(_RESUME, (to_ms(at), why, parcel_id)).rowcount > 0


_MOVE: Final = """
UPDATE parcels SET courier = ?, registered = 0, refused = '', failures = 0, not_before = NULL, lease_until = NULL,
  split = 0, doubted_at = NULL,
  poll_at = CASE WHEN unwatched_at IS NULL THEN ? END, poll_why = ?
WHERE id = ?
"""


def move(store: Store, parcel_id: int, courier: str, now: datetime) -> None:
    """Have another account asked about a parcel, at once."""
    at, why = cadence.MOVED.after(now)
    store.write(_MOVE, (courier, to_ms(at), why, parcel_id))
