"""What judging by the past needed: complaints, habits, the forecast, incidents, trials."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from sqlite_utils import Database


# What a complaint is about may be erased or purged, and the complaint goes along. `text` is kept only where asked.
_COMPLAINTS: Final = (
    """
CREATE TABLE complaints (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  at INTEGER NOT NULL,
  parcel_id INTEGER REFERENCES parcels(id) ON DELETE CASCADE,
  order_id INTEGER REFERENCES orders(id) ON DELETE CASCADE,
  kind TEXT NOT NULL DEFAULT '',
  text TEXT NOT NULL DEFAULT '',
  CHECK (parcel_id IS NOT NULL OR order_id IS NOT NULL)
) STRICT
""",
    "CREATE INDEX complaints_by_parcel ON complaints (parcel_id, at) WHERE parcel_id IS NOT NULL",
    "CREATE INDEX complaints_by_order ON complaints (order_id, at) WHERE order_id IS NOT NULL",
    "CREATE INDEX complaints_by_time ON complaints (at)",
    "CREATE INDEX cases_judged ON cases (verdict_at) WHERE verdict_at IS NOT NULL",
    "CREATE INDEX alerts_told ON alerts (sent_at) WHERE sent_at IS NOT NULL AND for_draft = 0",
)


def m015_complaints(db: Database) -> None:
    """When buyers complained, and of which parcel or order; what a report counts is found by its time."""
    for statement in _COMPLAINTS:
        db.execute(statement)


_HABITS: Final = (
    """
CREATE TABLE habits (
  courier TEXT NOT NULL,
  company TEXT NOT NULL,
  origin TEXT NOT NULL,
  destination TEXT NOT NULL,
  kind TEXT NOT NULL,
  healthy INTEGER NOT NULL,
  scanned INTEGER NOT NULL,
  PRIMARY KEY (courier, company, origin, destination, kind)
) STRICT, WITHOUT ROWID
""",
    # What is known of the parcels that arrived before: once for their lane, once for all lanes of their courier.
    """
INSERT INTO habits
WITH arrived AS (
  SELECT p.id, p.courier, p.company, upper(p.origin) AS origin, upper(p.destination) AS destination,
    min(c.occurred_at) AS at
  FROM parcels p JOIN checkpoints c ON c.parcel_id = p.id AND c.milestone = 'delivered' AND c.by = ''
  WHERE p.milestone = 'delivered' GROUP BY p.id
),
awaited (kind, begins) AS (VALUES ('no_first_scan', 'picked_up'), ('not_picked_up', 'info_received')),
taught AS (
  SELECT a.courier, a.company, a.origin, a.destination, w.kind, EXISTS (
    SELECT 1 FROM checkpoints c WHERE c.parcel_id = a.id AND c.moves AND c.occurred_at < a.at AND (
      c.milestone IN ('in_transit', 'customs')
      OR (w.kind = 'not_picked_up' AND c.milestone NOT IN ('info_received', 'delivered')))
  ) AS scanned
  FROM arrived a, awaited w
  WHERE EXISTS (SELECT 1 FROM checkpoints c WHERE c.parcel_id = a.id AND c.milestone = w.begins)
)
SELECT courier, company, origin, destination, kind, count(*), sum(scanned) FROM taught
GROUP BY courier, company, origin, destination, kind
UNION ALL
SELECT courier, company, '*', '*', kind, count(*), sum(scanned) FROM taught GROUP BY courier, company, kind
""",
)


def m016_habits(db: Database) -> None:
    """Which scans couriers and lanes give, by the parcels that arrived."""
    for statement in _HABITS:
        db.execute(statement)


_FORECAST: Final = (
    # Blobs of doubles, one an age: parcels that waited through it and that came in it, weighed by when they were sent.
    """
CREATE TABLE forecast (
  scope TEXT NOT NULL,
  name TEXT NOT NULL,
  waited BLOB NOT NULL,
  came BLOB NOT NULL,
  days TEXT NOT NULL DEFAULT '[]',
  PRIMARY KEY (scope, name)
) STRICT, WITHOUT ROWID
""",
    # Ages of the parcel that were counted; -1: all there are, -2: it is yet to be looked at for the first time.
    "ALTER TABLE parcels ADD COLUMN learned INTEGER NOT NULL DEFAULT 0",
    "UPDATE parcels SET learned = -2 WHERE first_tracked_at IS NOT NULL",
    "CREATE INDEX parcels_unlearned ON parcels (id) WHERE learned = -2",
)


def m017_forecast(db: Database) -> None:
    """How long parcels take is learned, from those of before as well."""
    for statement in _FORECAST:
        db.execute(statement)


_INCIDENTS: Final = (
    """
CREATE TABLE incidents (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  grain TEXT NOT NULL,
  courier TEXT NOT NULL,
  company TEXT NOT NULL,
  service TEXT NOT NULL,
  origin TEXT NOT NULL,
  destination TEXT NOT NULL,
  hub TEXT NOT NULL,
  state TEXT NOT NULL,
  opened_at INTEGER NOT NULL,
  closed_at INTEGER,
  troubled INTEGER NOT NULL,
  parcels INTEGER NOT NULL,
  peak INTEGER NOT NULL,
  folded INTEGER NOT NULL,
  told INTEGER NOT NULL,
  usual REAL NOT NULL,
  known INTEGER NOT NULL,
  chance REAL NOT NULL,
  old_before INTEGER,
  valuable REAL
) STRICT
""",
    """
CREATE TABLE incident_events (
  id INTEGER PRIMARY KEY,
  incident_id INTEGER NOT NULL REFERENCES incidents(id) ON DELETE CASCADE,
  at INTEGER NOT NULL,
  turn TEXT NOT NULL,
  troubled INTEGER NOT NULL,
  parcels INTEGER NOT NULL,
  folded INTEGER NOT NULL
) STRICT
""",
    "CREATE INDEX incident_events_by_incident ON incident_events (incident_id)",
    # What is usual of a group: of each day the moment at which most of its parcels were in trouble.
    """
CREATE TABLE surveys (
  grain TEXT NOT NULL,
  courier TEXT NOT NULL,
  company TEXT NOT NULL,
  service TEXT NOT NULL,
  origin TEXT NOT NULL,
  destination TEXT NOT NULL,
  hub TEXT NOT NULL,
  day TEXT NOT NULL,
  parcels INTEGER NOT NULL,
  troubled INTEGER NOT NULL,
  PRIMARY KEY (grain, courier, company, service, origin, destination, hub, day)
) STRICT, WITHOUT ROWID
""",
    "CREATE INDEX surveys_by_day ON surveys (day)",
    # The place of a parcel's last scan that moved it, as core.incidents.hub reads it.
    "ALTER TABLE parcels ADD COLUMN hub TEXT NOT NULL DEFAULT ''",
    """
UPDATE parcels SET hub = coalesce(substr(trim((SELECT place FROM checkpoints c WHERE c.parcel_id = parcels.id AND moves
  ORDER BY occurred_at DESC, occurred_until DESC LIMIT 1)), 1, 80), '') WHERE poll_at IS NOT NULL
""",
    "ALTER TABLE cases ADD COLUMN incident_id INTEGER REFERENCES incidents(id)",
    "CREATE INDEX cases_in_incident ON cases (incident_id) WHERE incident_id IS NOT NULL",
    "ALTER TABLE alerts ADD COLUMN incident_id INTEGER REFERENCES incidents(id)",
    "CREATE INDEX alerts_in_incident ON alerts (incident_id) WHERE incident_id IS NOT NULL",
)


def m018_incidents(db: Database) -> None:
    """Many cases with one cause, what is usual of the groups they are in, and the hub each parcel is at."""
    for statement in _INCIDENTS:
        db.execute(statement)


_SHADOWS: Final = (
    """
CREATE TABLE shadows (
  id INTEGER PRIMARY KEY,
  parcel_id INTEGER NOT NULL REFERENCES parcels(id) ON DELETE CASCADE,
  kind TEXT NOT NULL,
  severity TEXT NOT NULL,
  told_at INTEGER NOT NULL,
  since INTEGER NOT NULL,
  threshold TEXT NOT NULL,
  policy_line TEXT NOT NULL,
  over_at INTEGER,
  old INTEGER NOT NULL
) STRICT
""",
    "CREATE INDEX shadows_of ON shadows (parcel_id)",
    "CREATE INDEX shadows_by_time ON shadows (told_at)",
)


def m019_shadows(db: Database) -> None:
    """What thresholds on trial would have told."""
    for statement in _SHADOWS:
        db.execute(statement)


ALL: Final = (
    m015_complaints,
    m016_habits,
    m017_forecast,
    m018_incidents,
    m019_shadows,
)
