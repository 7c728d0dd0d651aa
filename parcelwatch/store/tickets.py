"""Tickets of helpdesks: which parcels each is about, and the letters that went into one.

What belongs here: rows, and looking up what a ticket names. What a ticket is about is core.tickets' to say; how far a
helpdesk was read is kept as a shop's is, under a name that no shop can have.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Final, NamedTuple

from parcelwatch.core.tickets import LATELY, Book, Order
from parcelwatch.model import FINAL, Ticket
from parcelwatch.store.connection import Store
from parcelwatch.store.rows import dump, from_ms, iso, to_ms

COMPLAINED: Final = """
EXISTS (SELECT 1 FROM complaints w WHERE w.parcel_id = {parcel}
  OR w.parcel_id IS NULL AND w.order_id IN (SELECT l.order_id FROM parcel_orders l WHERE l.parcel_id = {parcel}))
"""
"""SQL for whether a buyer has complained of a parcel, or of its order."""

_TICKETS: Final = """
SELECT t.number AS number FROM ticket_parcels l JOIN tickets t ON t.desk = l.desk AND t.ref = l.ref
WHERE l.parcel_id = {parcel} ORDER BY t.wrote_at, t.number
"""
TICKETS_OF: Final = f"(SELECT coalesce(json_group_array(number), '[]') FROM ({_TICKETS}))"
"""SQL for the numbers of the tickets about a parcel, as a JSON list."""


def numbers_of(store: Store, parcel_id: int) -> tuple[str, ...]:
    """The tickets about a parcel, the oldest first."""
    return tuple(number for (number,) in store.all(_TICKETS.format(parcel="?"), (parcel_id,)))


# --- what is known of what a ticket names --------------------------------------------------------

_FINAL: Final = ", ".join(f"'{milestone}'" for milestone in sorted(FINAL))
# Open, or at its end for no longer than that.
_CONCERNS: Final = f"""
(p.milestone NOT IN ({_FINAL}) AND p.unwatched_at IS NULL
  OR (SELECT max(c.occurred_at) FROM checkpoints c WHERE c.parcel_id = p.id) >= ?1)
"""
_NUMBERED: Final = f"""
SELECT p.id FROM parcels p WHERE {_CONCERNS} AND (p.number IN (SELECT value FROM json_each(?2))
  OR p.successor <> '' AND p.successor IN (SELECT value FROM json_each(?2))) ORDER BY p.id
"""
_ORDERED: Final = f"""
SELECT ltrim(o.number, '#'), o.id, o.customer_contact, p.id FROM orders o
JOIN parcel_orders l ON l.order_id = o.id JOIN parcels p ON p.id = l.parcel_id
WHERE o.number IN (SELECT value FROM json_each(?2)) AND {_CONCERNS} ORDER BY o.id, p.id
"""
_MAILED: Final = f"""
SELECT DISTINCT p.id FROM orders o JOIN parcel_orders l ON l.order_id = o.id JOIN parcels p ON p.id = l.parcel_id
WHERE lower(trim(o.customer_contact)) = ?1 AND p.unwatched_at IS NULL AND p.milestone NOT IN ({_FINAL}) ORDER BY p.id
"""


def book(store: Store, at: datetime) -> Book:
    """What is known, for a ticket in which somebody wrote at that time."""
    since = to_ms(at - LATELY)

    def numbered(numbers: Sequence[str]) -> list[int]:
        return [one for (one,) in store.all(_NUMBERED, (since, dump(list(numbers))))]

    def ordered(names: Sequence[str]) -> dict[str, Order]:
        spelt = [each for name in names for each in (name, f"#{name}")]
        return _orders(store.all(_ORDERED, (since, dump(spelt))))

    def mailed(mail: str) -> list[int]:
        return [one for (one,) in store.all(_MAILED, (mail,))]

    return Book(numbered, ordered, mailed)


def _orders(rows: Sequence[tuple[Any, ...]]) -> dict[str, Order]:
    """Orders by name; a name that two orders have is nobody's."""
    found: dict[str, Order] = {}
    doubled: set[str] = set()
    for name, order_id, mail, parcel_id in rows:
        known = found.get(name, Order(order_id, ()))
        if known.order_id != order_id:
            doubled.add(name)
        found[name] = Order(order_id, (*known.parcels, parcel_id), (mail.strip().casefold(),) if mail else ())
    return {name: order for name, order in found.items() if name not in doubled}


# --- tickets -------------------------------------------------------------------------------------


def updated_at(store: Store, desk: str, ref: str) -> datetime | None:
    """When a ticket had last changed as it was last read, None where it never was."""
    found = store.value("SELECT updated_at FROM tickets WHERE desk = ? AND ref = ?", (desk, ref))
    return None if found is None else from_ms(found)


_KEEP: Final = """
INSERT INTO tickets (desk, ref, number, url, wrote_at, updated_at) VALUES (?1, ?2, ?3, ?4, ?5, ?6)
ON CONFLICT (desk, ref) DO UPDATE SET number = ?3, url = ?4, wrote_at = min(wrote_at, ?5), updated_at = ?6
"""


def keep(store: Store, desk: str, ticket: Ticket, wrote_at: datetime) -> None:
    """Keep that a ticket was read; `wrote_at`: when its customer first wrote."""
    values = (desk, ticket.ref, ticket.number, ticket.url, to_ms(wrote_at), to_ms(ticket.updated_at))
    store.write(_KEEP, values)


def link(store: Store, desk: str, ref: str, parcel_id: int, by: str) -> bool:
    """Keep that a ticket is about a parcel; False where that was known."""
    sql = "INSERT INTO ticket_parcels (desk, ref, parcel_id, by) VALUES (?, ?, ?, ?) ON CONFLICT DO NOTHING"
    return store.write(sql, (desk, ref, parcel_id, by)).rowcount > 0


class Place(NamedTuple):
    """A ticket where a letter may go."""

    desk: str
    ref: str
    number: str


_PLACES: Final = """
SELECT DISTINCT t.desk, t.ref, t.number FROM ticket_parcels l JOIN tickets t ON t.desk = l.desk AND t.ref = l.ref
WHERE l.parcel_id IN (SELECT value FROM json_each(?)) AND t.desk IN (SELECT value FROM json_each(?))
ORDER BY t.wrote_at DESC, t.ref DESC
"""


def places(store: Store, parcels: Sequence[int], desks: Sequence[str]) -> list[Place]:
    """The tickets about any of these parcels, the newest first."""
    rows = store.all(_PLACES, (dump(list(parcels)), dump(list(desks))))
    return [Place(*row) for row in rows]


def listed(store: Store, desk: str) -> dict[str, int]:
    """How many tickets of a helpdesk are about parcels, and of how many parcels."""
    sql = "SELECT count(DISTINCT ref), count(DISTINCT parcel_id) FROM ticket_parcels WHERE desk = ?"
    complaints, parcels = store.one(sql, (desk,)) or (0, 0)
    return {"complaints": complaints, "parcels": parcels}


# --- letters into tickets ------------------------------------------------------------------------


class Going(NamedTuple):
    """A letter on its way into a ticket: "" is the ref of one that was to be created. `tried_at`: when it left."""

    draft_id: int
    desk: str
    ref: str
    number: str
    marker: str
    tried_at: datetime


_GOING: Final = "SELECT draft_id, desk, ref, number, marker, tried_at FROM ticket_letters"


def going(store: Store, draft_id: int) -> Going | None:
    """Where a letter was last sent to."""
    row = store.one(f"{_GOING} WHERE draft_id = ?", (draft_id,))
    return None if row is None else _going(row)


def unsettled(store: Store, desk: str) -> list[Going]:
    """Letters given to a helpdesk of which nobody knows whether they arrived."""
    sql = f"{_GOING} WHERE desk = ? AND (SELECT state FROM drafts WHERE id = draft_id) = 'sending' ORDER BY draft_id"
    return [_going(row) for row in store.all(sql, (desk,))]


def _going(row: tuple[Any, ...]) -> Going:
    draft_id, desk, ref, number, marker, tried_at = row
    return Going(draft_id, desk, ref, number, marker, from_ms(tried_at))


_GO: Final = """
INSERT INTO ticket_letters (draft_id, desk, ref, number, marker, tried_at) VALUES (?1, ?2, ?3, ?4, ?5, ?6)
ON CONFLICT (draft_id) DO UPDATE SET desk = ?2, ref = ?3, number = ?4, marker = ?5, tried_at = ?6
"""


def go(store: Store, draft_id: int, place: Place, marker: str, now: datetime) -> None:
    """Keep, before it leaves, that a letter goes into a ticket."""
    store.write(_GO, (draft_id, place.desk, place.ref, place.number, marker, to_ms(now)))


def forget(store: Store, draft_id: int) -> None:
    """It did not leave."""
    store.write("DELETE FROM ticket_letters WHERE draft_id = ?", (draft_id,))


def of_letter(store: Store, draft_id: int) -> dict[str, Any] | None:
    """Where a letter went, for whoever shows it."""
    found = going(store, draft_id)
    if found is None:
        return None
    return {"helpdesk": found.desk, "ticket": found.number or None, "tried_at": iso(to_ms(found.tried_at))}


def approved_at(store: Store, draft_id: int) -> tuple[datetime, datetime]:
    """When a letter was written or edited last, and when an agent last approved it."""
    created = store.value("SELECT created_at FROM drafts WHERE id = ?", (draft_id,))
    sql = "SELECT max(at) FROM draft_events WHERE draft_id = ? AND verb = ?"
    edited, approved = (store.value(sql, (draft_id, verb)) for verb in ("edit", "approve"))
    born = max(created, edited or created)
    return from_ms(born), from_ms(max(born, approved or born))
