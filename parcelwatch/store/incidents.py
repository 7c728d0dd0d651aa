"""Incidents as they are kept: the table, their history, the cases inside, and the messages they keep back.

What belongs here: reading and writing. What makes an incident is core.outbreaks', what one does core.incidents'.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Final, NamedTuple

from parcelwatch.core.dispatch import SAID
from parcelwatch.core.incidents import FRESH, Incident, IncidentState, Turn, reason
from parcelwatch.core.messaging.matching import Subject
from parcelwatch.core.outbreaks import Grain, Group, Spot
from parcelwatch.errors import NotFound
from parcelwatch.model import DraftState
from parcelwatch.store import silences
from parcelwatch.store.connection import Store
from parcelwatch.store.rows import dump, from_ms, maybe_at, maybe_ms, to_ms, where
from parcelwatch.store.silences import STANDING, UNHEARD
from parcelwatch.store.surveys import NEW, ON_ROAD, TROUBLE, lately

_GROUP: Final = Group._fields
_COLUMNS: Final = (
    *_GROUP,
    *("state", "opened_at", "closed_at", "troubled", "parcels", "peak", "folded", "told"),
    *("usual", "known", "chance", "old_before", "valuable"),
)
_SELECT: Final = f"SELECT id, {', '.join(_COLUMNS)} FROM incidents"
_ADD: Final = f"INSERT INTO incidents ({', '.join(_COLUMNS)}) VALUES ({', '.join('?' * len(_COLUMNS))}) RETURNING id"
_SAVE: Final = f"UPDATE incidents SET {', '.join(f'{name} = ?' for name in _COLUMNS)} WHERE id = ?"


def live(store: Store) -> list[Incident]:
    """Those that are open, the first one first."""
    return rows(store, IncidentState.OPEN)[::-1]


def rows(store: Store, state: str = "") -> list[Incident]:
    """Open ones first, then the newest."""
    clause, values = where({"state = ?": state})
    order = f"ORDER BY state = '{IncidentState.OPEN}' DESC, opened_at DESC, id DESC"
    return [_incident(row) for row in store.all(f"{_SELECT} {clause} {order}", values)]


def one(store: Store, incident_id: int) -> Incident:
    """One of them. Raises NotFound."""
    row = store.one(f"{_SELECT} WHERE id = ?", (incident_id,))
    if row is None:
        raise NotFound(f"there is no incident {incident_id}; `parcelwatch incidents list` shows them")
    return _incident(row)


def add(store: Store, incident: Incident) -> Incident:
    """Keep a new one; the same with its id."""
    incident_id: int = store.write(_ADD, _row(incident)).fetchall()[0][0]
    return replace(incident, id=incident_id)


def save(store: Store, incident: Incident) -> None:
    """Keep what became of it."""
    store.write(_SAVE, (*_row(incident), incident.id))


# --- history -------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class IncidentEvent:
    """One line of an incident's history, with its numbers then."""

    at: datetime
    turn: Turn
    troubled: int
    parcels: int
    folded: int


_NOTE: Final = (
    "INSERT INTO incident_events (incident_id, at, turn, troubled, parcels, folded) VALUES (?, ?, ?, ?, ?, ?)"
)
_EVENTS: Final = "SELECT at, turn, troubled, parcels, folded FROM incident_events WHERE incident_id = ? ORDER BY at, id"


def note(store: Store, incident: Incident, turn: Turn, now: datetime) -> None:
    """Write a line of its history."""
    store.write(_NOTE, (incident.id, to_ms(now), turn, incident.troubled, incident.parcels, incident.folded))


def events(store: Store, incident_id: int) -> list[IncidentEvent]:
    """The history of one, oldest first."""
    return [
        IncidentEvent(from_ms(at), Turn(turn), *numbers) for at, turn, *numbers in store.all(_EVENTS, (incident_id,))
    ]


# --- the cases inside ----------------------------------------------------------------------------

_FOLD: Final = f"""
UPDATE cases SET incident_id = ?3 WHERE id IN (
  SELECT c.id FROM cases c JOIN parcels p ON p.id = c.parcel_id LEFT JOIN incidents i ON i.id = c.incident_id
  WHERE {TROUBLE} AND coalesce(i.state, '') <> 'open' AND {NEW} AND {ON_ROAD} AND {{group}})
"""
_TAKE_IN: Final = "UPDATE cases SET incident_id = ? WHERE id = ?"
_FOLDED: Final = "SELECT count(DISTINCT parcel_id) FROM cases WHERE incident_id = ?"
_LEFT: Final = "SELECT count(DISTINCT parcel_id) FROM cases WHERE incident_id = ? AND state <> 'resolved'"
_MEMBERS: Final = """
SELECT c.since, p.value FROM cases c JOIN parcels p ON p.id = c.parcel_id WHERE c.incident_id = ? ORDER BY c.since
"""
_LETTERS: Final = """
SELECT DISTINCT d.id FROM cases c JOIN drafts d ON d.parcel_id = c.parcel_id AND d.kind = c.kind
WHERE c.incident_id = ? AND d.state IN (SELECT value FROM json_each(?)) ORDER BY d.id
"""


def fold(store: Store, incident: Incident, now: datetime) -> int:
    """Take in every trouble of its group that counts and is in no other; how many parcels it ever took in."""
    shared = incident.group.shared
    clause = " AND ".join(f"p.{name} = ?{place}" for place, (name, _) in enumerate(shared, 4))
    store.write(_FOLD.format(group=clause), (*lately(now), incident.id, *(value for _, value in shared)))
    found: int = store.value(_FOLDED, (incident.id,))
    return max(found, incident.folded)


def take_in(store: Store, case_id: int, incident_id: int) -> None:
    """A case becomes part of one."""
    store.write(_TAKE_IN, (incident_id, case_id))


def members(store: Store, incident_id: int) -> tuple[list[datetime], list[float]]:
    """Since when its troubles go on, and what their parcels are worth."""
    found = store.all(_MEMBERS, (incident_id,))
    return [from_ms(since) for since, _ in found], [value for _, value in found]


def left(store: Store, incident_id: int) -> int:
    """How many of its parcels are still in trouble."""
    found: int = store.value(_LEFT, (incident_id,))
    return found


def letters(store: Store, incident_id: int, *states: str) -> list[int]:
    """The ids of the drafts about its troubles that are in one of these states; that wait for approval, if none."""
    wanted = dump(states or (DraftState.DRAFT,))
    return [draft for (draft,) in store.all(_LETTERS, (incident_id, wanted))]


# --- the messages it keeps back ------------------------------------------------------------------

_WHYS: Final = ", ".join(f"'{why}'" for why in sorted(SAID))
# What an agent wants sent all the same ('now') is sent.
_HOLD: Final = f"""
UPDATE alerts SET state = 'suppressed', due_at = NULL, incident_id = ?1, reason = ?2
WHERE state = 'pending' AND lease_until IS NULL AND bundle IS NULL AND slot <> 'now' AND why IN ({_WHYS})
  AND EXISTS (
  SELECT 1 FROM cases c JOIN parcels p ON p.id = c.parcel_id WHERE c.id = alerts.case_id AND c.incident_id = ?1
    AND (?3 IS NULL OR c.since >= ?3) AND (?4 IS NULL OR p.value < ?4) AND c.opened_at > ?5)
"""
_SPOT_OF: Final = (
    f"SELECT {', '.join(Spot._fields)} FROM parcels WHERE id = (SELECT parcel_id FROM alerts WHERE id = ?)"
)
_OLD: Final = """
SELECT a.id FROM alerts a JOIN cases c ON c.id = a.case_id
WHERE a.incident_id = ? AND a.state = 'suppressed' AND c.opened_at <= ? AND c.state <> 'resolved'
"""
_MOVE: Final = "UPDATE alerts SET incident_id = ?, reason = ? WHERE id = ?"
_MOVE_CASE: Final = "UPDATE cases SET incident_id = ? WHERE id = (SELECT case_id FROM alerts WHERE id = ?)"


def hold(store: Store, incident: Incident, now: datetime) -> int:
    """Keep back what waits to be told of its cases, but for those that speak for themselves; how many messages."""
    apart = (maybe_ms(incident.old_before), incident.valuable, to_ms(now - FRESH))
    kept = store.write(_HOLD, (incident.id, reason(incident), *apart)).rowcount
    if kept:
        store.write(UNHEARD.format(of="incident_id"), (incident.id,))
    return kept


class Held(NamedTuple):
    """A message that an incident keeps back: what it is about, and where its parcel is."""

    alert: int
    subject: Subject
    where: Spot


def standing(store: Store, incident_id: int) -> list[Held]:
    """The messages it kept back that are still true and that nobody was told of."""
    found = store.all(STANDING.format(by="incident_id"), (incident_id,))
    return [Held(row[0], silences.subject(row), Spot(*store.all(_SPOT_OF, (row[0],))[0])) for row in found]


def outlasting(store: Store, incident_id: int, now: datetime) -> list[Held]:
    """Of these the ones of cases that opened too long ago to count; hardly ever are there any."""
    old = {alert for (alert,) in store.all(_OLD, (incident_id, to_ms(now - FRESH)))}
    return [held for held in standing(store, incident_id) if held.alert in old] if old else []


def move(store: Store, alert_id: int, other: Incident) -> None:
    """A message is kept back by another one from now on."""
    store.write(_MOVE, (other.id, reason(other), alert_id))
    store.write(_MOVE_CASE, (other.id, alert_id))


# --- what was said of it -------------------------------------------------------------------------

_TAKE_BACK: Final = """
UPDATE alerts SET state = 'suppressed', due_at = NULL, reason = ?
WHERE incident_id = ? AND kind = 'incident' AND state = 'pending' AND lease_until IS NULL AND bundle IS NULL
RETURNING why
"""
_TOLD_ON: Final = """
SELECT DISTINCT channel FROM alerts WHERE incident_id = ? AND kind = 'incident' AND why <> 'cleared'
  AND state IN ('sent', 'pending') ORDER BY channel
"""


def take_back(store: Store, incident_id: int, why: str) -> bool:
    """What was said of it and nobody has yet is not said; whether that was the first word of it."""
    return any(each == "opened" for (each,) in store.write(_TAKE_BACK, (why, incident_id)).fetchall())


def told_on(store: Store, incident_id: int) -> list[str]:
    """The channels that have word of it, or may have."""
    return [channel for (channel,) in store.all(_TOLD_ON, (incident_id,))]


# --- values --------------------------------------------------------------------------------------


def _row(one: Incident) -> list[object]:
    return [
        *one.group,
        one.state,
        to_ms(one.opened_at),
        maybe_ms(one.closed_at),
        one.troubled,
        one.parcels,
        one.peak,
        one.folded,
        one.told,
        one.usual,
        int(one.known),
        one.chance,
        maybe_ms(one.old_before),
        one.valuable,
    ]


def _incident(row: tuple[Any, ...]) -> Incident:
    incident_id, grain, *parts = row[: len(_GROUP) + 1]
    state, opened_at, closed_at, troubled, parcels, peak, folded, told, *measured = row[len(_GROUP) + 1 :]
    usual, known, chance, old_before, valuable = measured
    return Incident(
        Group(Grain(grain), *parts),
        from_ms(opened_at),
        troubled,
        parcels,
        usual,
        bool(known),
        chance,
        IncidentState(state),
        peak,
        folded,
        told,
        maybe_at(old_before),
        valuable,
        maybe_at(closed_at),
        incident_id,
    )
