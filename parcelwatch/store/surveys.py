"""How many parcels of each group are on the road and in trouble, now and on each recent day.

What belongs here: counting. Whether that is more than usual is core.outbreaks'.
"""

from __future__ import annotations

from collections.abc import Container, Iterable, Mapping
from datetime import date, datetime
from typing import Final

from parcelwatch.core.incidents import FOLDED, FRESH, STALE
from parcelwatch.core.outbreaks import RECENT, Cell, Grain, Group, Spot, Surveyed, totals
from parcelwatch.model import FINAL
from parcelwatch.store.connection import Store
from parcelwatch.store.rows import to_ms

_FEWEST: Final = 5
"""Groups with fewer parcels on the road are not kept: they say nothing of what is usual.

Nor is a place with parcels of fewer buyers: it may be where one of them lives.
"""


def _quoted(names: Iterable[str]) -> str:
    return ", ".join(f"'{name}'" for name in sorted(names))


_SPOT: Final = ", ".join(f"p.{name}" for name in Spot._fields)
_GROUP: Final = ", ".join(Group._fields)
ON_ROAD: Final = f"""p.poll_at IS NOT NULL AND p.policy_id <> '' AND p.first_tracked_at IS NOT NULL
  AND p.milestone NOT IN ({_quoted(FINAL)})"""
"""Of `parcels p`."""

TROUBLE: Final = f"c.state <> 'resolved' AND c.kind IN ({_quoted(FOLDED)})"
"""Of `cases c`: what an incident may take in."""

NEW: Final = """(c.opened_at > ?1 AND c.since > ?2
  AND (i.id IS NULL OR i.state = 'open' OR c.opened_at > i.closed_at))"""
"""Of `cases c`, and `incidents i` that it was part of: it counts, for it is neither old nor told of already.

The values of `lately` come first.
"""

# What stands still for long is neither in trouble now nor a parcel that might be. The index is named because grouping
# by parcel tempts SQLite to read every case there ever was.
_NEWLY: Final = f"""
SELECT c.parcel_id AS parcel, max{NEW} AS new FROM cases c INDEXED BY cases_live
LEFT JOIN incidents i ON i.id = c.incident_id WHERE {TROUBLE} GROUP BY c.parcel_id
"""
_TROUBLED: Final = f"""
SELECT {_SPOT}, count(*), count(*) FROM ({_NEWLY}) t JOIN parcels p ON p.id = t.parcel WHERE t.new AND {ON_ROAD}
GROUP BY {_SPOT}
"""
_ALL: Final = f"""
SELECT {_SPOT}, count(*), count(t.new) FROM parcels p LEFT JOIN ({_NEWLY}) t ON t.parcel = p.id
WHERE t.new IS NOT 0 AND {ON_ROAD} GROUP BY {_SPOT}
"""


def lately(now: datetime) -> tuple[int, int]:
    """Since when cases count: opened, and begun."""
    return to_ms(now - FRESH), to_ms(now - STALE)


def troubled(store: Store, now: datetime) -> list[Cell]:
    """The parcels in trouble alone: as quick as they are few."""
    return _cells(store, _TROUBLED, now)


def everything(store: Store, now: datetime) -> list[Cell]:
    """All parcels on the road."""
    return _cells(store, _ALL, now)


def _cells(store: Store, sql: str, now: datetime) -> list[Cell]:
    return [Cell(Spot(*row[:-2]), row[-2], row[-1]) for row in store.all(sql, lately(now))]


_SHARED: Final = f"""
SELECT p.courier, p.company, p.hub FROM parcels p
LEFT JOIN parcel_orders l ON l.parcel_id = p.id LEFT JOIN orders o ON o.id = l.order_id
WHERE p.hub <> '' AND {ON_ROAD} GROUP BY p.courier, p.company, p.hub
HAVING count(DISTINCT coalesce(nullif(o.buyer, ''), nullif(o.customer_contact, ''), nullif(o.customer_name, ''),
  o.id, p.number)) >= {_FEWEST}
"""


def nameable(store: Store, found: Iterable[Group]) -> frozenset[Group]:
    """Those of some groups that may be named: all but the places of a few buyers alone."""
    asked = frozenset(found)
    hubs = {group for group in asked if group.grain is Grain.HUB}
    if not hubs:
        return asked
    shared = {Group(Grain.HUB, courier, company, hub=hub) for courier, company, hub in store.all(_SHARED)}
    return (asked - hubs) | (hubs & shared)


# --- the days before -----------------------------------------------------------------------------

_KEEP: Final = f"""
INSERT INTO surveys ({_GROUP}, day, parcels, troubled) VALUES ({", ".join("?" * (len(Group._fields) + 3))})
ON CONFLICT DO UPDATE SET parcels = excluded.parcels, troubled = excluded.troubled
WHERE excluded.troubled > troubled OR (excluded.troubled = troubled AND excluded.parcels < parcels)
"""
_FORGET: Final = f"DELETE FROM surveys WHERE day = ? AND ({_GROUP}) = ({', '.join('?' * len(Group._fields))})"
_PAST: Final = f"""
SELECT day, parcels, troubled FROM surveys WHERE ({_GROUP}) = ({", ".join("?" * len(Group._fields))})
  AND day >= ? AND day < ? ORDER BY day
"""


def keep(store: Store, cells: Iterable[Cell], today: date, only: Container[Group] | None = None) -> None:
    """Keep how these parcels stand, of each group where more are in trouble than at any other moment of the day."""
    counted, day = totals(cells, only), today.isoformat()
    rows = [(*group, day, each.parcels, each.troubled) for group, each in counted.items() if each.parcels >= _FEWEST]
    store.write_many(_KEEP, rows)
    store.write("DELETE FROM surveys WHERE day < ?", ((today - RECENT).isoformat(),))


def forget(store: Store, group: Group, today: date) -> None:
    """A day on which a group, or a whole courier's part, was in trouble says nothing of what is usual there."""
    if group.courier:
        store.write("DELETE FROM surveys WHERE day = ? AND courier = ?", (today.isoformat(), group.courier))
    else:
        store.write(_FORGET, (today.isoformat(), *group))


_DROP: Final = f"""
DELETE FROM surveys WHERE ({_GROUP}) = ({", ".join("?" * len(Group._fields))}) AND day >= ? AND day < ?
"""


def drop(store: Store, groups: Iterable[Group], since: date = date.min, until: date = date.max) -> None:
    """Forget days of groups, `until` not among them."""
    days = (since.isoformat(), until.isoformat())
    store.write_many(_DROP, [(*group, *days) for group in groups])


def past(store: Store, asked: Iterable[Group], today: date) -> Mapping[Group, tuple[Surveyed, ...]]:
    """The recent days of groups, oldest first, without today."""
    since, until = (today - RECENT).isoformat(), today.isoformat()
    return {
        group: tuple(
            Surveyed(date.fromisoformat(day), *both) for day, *both in store.all(_PAST, (*group, since, until))
        )
        for group in asked
    }
