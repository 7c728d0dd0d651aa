"""The tables of the beginning: parcels and what is heard of them, cases, messages; orders, leases."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from parcelwatch.store.views import VIEW_NAMES, VIEWS

if TYPE_CHECKING:
    from sqlite_utils import Database

APPLICATION_ID: Final = 0x70777463

_IMPORTS: Final = """
CREATE TABLE imports (
  id INTEGER PRIMARY KEY,
  source TEXT NOT NULL DEFAULT '',
  started_at INTEGER NOT NULL,
  finished_at INTEGER,
  added INTEGER NOT NULL DEFAULT 0,
  updated INTEGER NOT NULL DEFAULT 0,
  unchanged INTEGER NOT NULL DEFAULT 0,
  rejected INTEGER NOT NULL DEFAULT 0,
  released_at INTEGER
) STRICT
"""

_PARCELS: Final = """
CREATE TABLE parcels (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  number TEXT NOT NULL,
  courier TEXT NOT NULL,
  company TEXT NOT NULL DEFAULT '',
  added_at INTEGER NOT NULL,
  order_no TEXT NOT NULL DEFAULT '',
  service TEXT NOT NULL DEFAULT '',
  origin TEXT NOT NULL DEFAULT '',
  destination TEXT NOT NULL DEFAULT '',
  shipped_at INTEGER,
  promised_by INTEGER,
  dispatch_by INTEGER,
  customer_name TEXT NOT NULL DEFAULT '',
  customer_contact TEXT NOT NULL DEFAULT '',
  phone_last4 TEXT NOT NULL DEFAULT '',
  postal_code TEXT NOT NULL DEFAULT '',
  language TEXT NOT NULL DEFAULT '',
  value REAL NOT NULL DEFAULT 0,
  tags TEXT NOT NULL DEFAULT '[]',
  import_id INTEGER REFERENCES imports(id),
  milestone TEXT NOT NULL DEFAULT 'unknown',
  cause TEXT,
  confirmed_at INTEGER,
  missing_since INTEGER,
  first_tracked_at INTEGER,
  baseline_at INTEGER,
  refused TEXT NOT NULL DEFAULT '',
  stopped TEXT NOT NULL DEFAULT '',
  estimate INTEGER,
  promise INTEGER,
  answered_at INTEGER,
  answered_from INTEGER,
  poll_at INTEGER,
  poll_why TEXT NOT NULL DEFAULT '',
  assess_at INTEGER,
  urgency INTEGER NOT NULL DEFAULT 1,
  registered INTEGER NOT NULL DEFAULT 0,
  failures INTEGER NOT NULL DEFAULT 0,
  asked_at INTEGER,
  claimed_at INTEGER,
  lease_until INTEGER,
  unwatched_at INTEGER
) STRICT
"""

_CHECKPOINTS: Final = """
CREATE TABLE checkpoints (
  parcel_id INTEGER NOT NULL REFERENCES parcels(id) ON DELETE CASCADE,
  occurred_at INTEGER NOT NULL,
  occurred_until INTEGER NOT NULL,
  code TEXT NOT NULL,
  text TEXT NOT NULL,
  place TEXT NOT NULL,
  milestone TEXT NOT NULL,
  cause TEXT,
  seen_at INTEGER NOT NULL,
  last_seen_at INTEGER,
  PRIMARY KEY (parcel_id, occurred_at, occurred_until, code, text, place)
) STRICT, WITHOUT ROWID
"""

_CASES: Final = (
    """
CREATE TABLE cases (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  parcel_id INTEGER NOT NULL REFERENCES parcels(id) ON DELETE CASCADE,
  kind TEXT NOT NULL,
  state TEXT NOT NULL,
  severity TEXT NOT NULL,
  opened_at INTEGER NOT NULL,
  since INTEGER NOT NULL,
  sentence TEXT NOT NULL,
  threshold TEXT NOT NULL,
  policy_line TEXT NOT NULL,
  policy_id TEXT NOT NULL,
  priority INTEGER NOT NULL,
  hidden_by TEXT NOT NULL,
  told TEXT,
  reopened INTEGER NOT NULL,
  resolved_at INTEGER,
  by_agent INTEGER NOT NULL,
  snoozed_until INTEGER,
  verdict TEXT,
  verdict_at INTEGER,
  UNIQUE (parcel_id, kind)
) STRICT
""",
    """
CREATE TABLE case_events (
  id INTEGER PRIMARY KEY,
  case_id INTEGER NOT NULL REFERENCES cases(id) ON DELETE CASCADE,
  at INTEGER NOT NULL,
  signal TEXT NOT NULL,
  before TEXT NOT NULL,
  after TEXT NOT NULL,
  why TEXT NOT NULL,
  by TEXT NOT NULL
) STRICT
""",
    """
CREATE TABLE notes (
  id INTEGER PRIMARY KEY,
  case_id INTEGER NOT NULL REFERENCES cases(id) ON DELETE CASCADE,
  at INTEGER NOT NULL,
  by TEXT NOT NULL,
  text TEXT NOT NULL
) STRICT
""",
    """
CREATE TABLE drafts (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  parcel_id INTEGER NOT NULL REFERENCES parcels(id) ON DELETE CASCADE,
  kind TEXT NOT NULL,
  language TEXT NOT NULL,
  state TEXT NOT NULL,
  milestone TEXT NOT NULL,
  facts TEXT NOT NULL,
  subject TEXT NOT NULL,
  body TEXT NOT NULL,
  created_at INTEGER NOT NULL,
  changed_at INTEGER NOT NULL
) STRICT
""",
)

_ALERTS: Final = """
CREATE TABLE alerts (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  parcel_id INTEGER REFERENCES parcels(id) ON DELETE CASCADE,
  case_id INTEGER REFERENCES cases(id) ON DELETE CASCADE,
  draft_id INTEGER REFERENCES drafts(id) ON DELETE CASCADE,
  for_draft INTEGER NOT NULL,
  kind TEXT NOT NULL,
  why TEXT NOT NULL,
  channel TEXT NOT NULL,
  severity TEXT NOT NULL,
  rank INTEGER NOT NULL,
  priority INTEGER NOT NULL,
  title TEXT NOT NULL,
  body TEXT NOT NULL,
  line TEXT NOT NULL,
  state TEXT NOT NULL CHECK (state IN ('pending', 'sent', 'dead', 'suppressed')),
  reason TEXT NOT NULL DEFAULT '',
  created_at INTEGER NOT NULL,
  due_at INTEGER,
  lease_until INTEGER,
  sent_at INTEGER,
  tried_at INTEGER,
  attempts INTEGER NOT NULL DEFAULT 0,
  bundle INTEGER,
  digest INTEGER,
  import_id INTEGER REFERENCES imports(id),
  error TEXT NOT NULL DEFAULT '',
  outcome TEXT NOT NULL DEFAULT ''
) STRICT
"""

_COURIERS: Final = (
    """
CREATE TABLE accounts (
  name TEXT PRIMARY KEY,
  failures INTEGER NOT NULL,
  failing_since INTEGER,
  open_until INTEGER,
  opened_times INTEGER NOT NULL,
  last_ok_at INTEGER,
  refused TEXT NOT NULL,
  told_silent_at INTEGER,
  last_error TEXT NOT NULL,
  next_at INTEGER,
  day_start INTEGER,
  used INTEGER NOT NULL,
  calls INTEGER NOT NULL
) STRICT, WITHOUT ROWID
""",
    """
CREATE TABLE outages (
  id INTEGER PRIMARY KEY,
  account TEXT NOT NULL,
  from_at INTEGER NOT NULL,
  to_at INTEGER
) STRICT
""",
    """
CREATE TABLE unknown_codes (
  courier TEXT NOT NULL,
  code TEXT NOT NULL,
  text TEXT NOT NULL,
  count INTEGER NOT NULL,
  first_at INTEGER NOT NULL,
  last_at INTEGER NOT NULL,
  told_at INTEGER,
  PRIMARY KEY (courier, code, text)
) STRICT, WITHOUT ROWID
""",
    """
CREATE TABLE payloads (
  id INTEGER PRIMARY KEY,
  account TEXT NOT NULL,
  at INTEGER NOT NULL,
  error TEXT NOT NULL,
  body BLOB NOT NULL
) STRICT
""",
    """
CREATE TABLE inbox (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  account TEXT NOT NULL,
  received_at INTEGER NOT NULL,
  headers TEXT NOT NULL,
  body BLOB NOT NULL,
  digest TEXT NOT NULL,
  done_at INTEGER,
  error TEXT NOT NULL DEFAULT '',
  UNIQUE (account, digest)
) STRICT
""",
    """
CREATE TABLE history (
  id INTEGER PRIMARY KEY,
  parcel_id INTEGER NOT NULL REFERENCES parcels(id) ON DELETE CASCADE,
  at INTEGER NOT NULL,
  what TEXT NOT NULL,
  data TEXT NOT NULL
) STRICT
""",
)

# Partial indexes hold only open work, so their size follows what is to be done and not what ever was.
_INDEXES: Final = (
    "CREATE UNIQUE INDEX parcels_by_number ON parcels (number, courier, company)",
    "CREATE INDEX parcels_to_poll ON parcels (courier, urgency, poll_at) WHERE poll_at IS NOT NULL",
    "CREATE INDEX parcels_to_assess ON parcels (assess_at) WHERE assess_at IS NOT NULL",
    "CREATE INDEX parcels_leased ON parcels (lease_until) WHERE lease_until IS NOT NULL",
    "CREATE INDEX parcels_failing ON parcels (courier) WHERE failures > 0",
    """CREATE INDEX parcels_unasked ON parcels (import_id)
       WHERE import_id IS NOT NULL AND asked_at IS NULL AND poll_at IS NOT NULL""",
    "CREATE INDEX cases_live ON cases (priority) WHERE state <> 'resolved'",
    "CREATE INDEX case_events_by_case ON case_events (case_id)",
    "CREATE INDEX notes_by_case ON notes (case_id)",
    "CREATE INDEX drafts_by_parcel ON drafts (parcel_id)",
    "CREATE INDEX drafts_open ON drafts (parcel_id) WHERE state IN ('draft', 'approved')",
    "CREATE INDEX alerts_waiting ON alerts (channel, kind, for_draft, due_at) WHERE state = 'pending'",
    "CREATE INDEX alerts_held ON alerts (import_id, created_at) WHERE state = 'pending' AND due_at IS NULL",
    "CREATE INDEX alerts_bundled ON alerts (bundle) WHERE bundle IS NOT NULL",
    "CREATE INDEX alerts_leased ON alerts (lease_until) WHERE lease_until IS NOT NULL",
    "CREATE INDEX alerts_by_parcel ON alerts (parcel_id)",
    "CREATE INDEX alerts_by_case ON alerts (case_id)",
    "CREATE INDEX alerts_by_draft ON alerts (draft_id)",
    "CREATE INDEX outages_by_account ON outages (account, from_at)",
    "CREATE INDEX unknown_codes_told ON unknown_codes (courier, told_at)",
    "CREATE INDEX payloads_by_account ON payloads (account)",
    "CREATE INDEX inbox_unread ON inbox (id) WHERE done_at IS NULL",
    "CREATE INDEX history_by_parcel ON history (parcel_id)",
)


def m001_first(db: Database) -> None:
    """The tables of the first release."""
    for statement in (_IMPORTS, _PARCELS, _CHECKPOINTS, *_CASES, _ALERTS, *_COURIERS, *_INDEXES):
        db.execute(statement)
    db.execute(f"PRAGMA application_id = {APPLICATION_ID}")


_SEVERAL_QUOTAS: Final = (
    "ALTER TABLE accounts ADD COLUMN windows TEXT NOT NULL DEFAULT '[]'",
    # Which period was counted was not kept. Every default was a day; another period starts over, once.
    """UPDATE accounts SET windows = json_array(json_array(86400, day_start, used)) WHERE day_start IS NOT NULL""",
    "ALTER TABLE accounts DROP COLUMN day_start",
    "ALTER TABLE accounts DROP COLUMN used",
)

_SUCCESSORS: Final = (
    "ALTER TABLE parcels ADD COLUMN successor TEXT NOT NULL DEFAULT ''",
    "ALTER TABLE parcels ADD COLUMN replaced TEXT NOT NULL DEFAULT '[]'",
    "CREATE INDEX parcels_by_successor ON parcels (courier, successor) WHERE successor <> ''",
)

_DEADLINES: Final = (
    "ALTER TABLE parcels ADD COLUMN deadline_at INTEGER",
    "CREATE INDEX parcels_at_deadline ON parcels (courier, deadline_at) WHERE urgency = 1 AND deadline_at IS NOT NULL",
)

# How many there are so far is not known any more; each parcel heard of from now on counts.
_UNREAD: Final = "ALTER TABLE unknown_codes ADD COLUMN parcels INTEGER NOT NULL DEFAULT 0"


def m002_couriers(db: Database) -> None:
    """Several quotas an account, numbers that replace others, thresholds to ask at, what nobody could read."""
    for statement in (*_SEVERAL_QUOTAS, *_SUCCESSORS, *_DEADLINES, _UNREAD):
        db.execute(statement)


# What was said in English sentences is kept as such; what is said from now on is kept as facts.
_NOTED: Final = "json_object('says', 'noted', 'since', {since}, 'reason', {sentence})"
_FACTS: Final = (
    "DROP INDEX cases_live",
    "ALTER TABLE cases ADD COLUMN fact TEXT NOT NULL DEFAULT ''",
    f"UPDATE cases SET fact = {_NOTED.format(since='since', sentence='sentence')}",
    "ALTER TABLE cases DROP COLUMN sentence",
    "ALTER TABLE cases DROP COLUMN priority",
    "CREATE INDEX cases_live ON cases (id) WHERE state <> 'resolved'",
    "ALTER TABLE case_events ADD COLUMN fact TEXT NOT NULL DEFAULT ''",
    f"UPDATE case_events SET fact = {_NOTED.format(since='at', sentence='why')}",
    "ALTER TABLE case_events DROP COLUMN why",
    """
CREATE TABLE draft_events (
  id INTEGER PRIMARY KEY,
  draft_id INTEGER NOT NULL REFERENCES drafts(id) ON DELETE CASCADE,
  at INTEGER NOT NULL,
  verb TEXT NOT NULL,
  before TEXT NOT NULL,
  after TEXT NOT NULL,
  fact TEXT,
  by TEXT NOT NULL
) STRICT
""",
    "CREATE INDEX draft_events_by_draft ON draft_events (draft_id)",
    # The words of an attempt, for a repetition of it; `ids`: the rows it was made of.
    """
CREATE TABLE sendings (
  bundle INTEGER PRIMARY KEY REFERENCES alerts(id) ON DELETE CASCADE,
  ids TEXT NOT NULL,
  title TEXT NOT NULL,
  body TEXT NOT NULL
) STRICT
""",
    """INSERT INTO sendings (bundle, ids, title, body)
       SELECT id, json_array(id), '[A' || id || '] ' || title, body FROM alerts""",
    "ALTER TABLE alerts ADD COLUMN account TEXT NOT NULL DEFAULT ''",
    "ALTER TABLE alerts ADD COLUMN fact TEXT NOT NULL DEFAULT ''",
    f"UPDATE alerts SET fact = {_NOTED.format(since='created_at', sentence='line')}",
    # Judged by nobody knows which policy, so that every parcel is looked at once.
    "ALTER TABLE parcels ADD COLUMN policy_id TEXT NOT NULL DEFAULT ''",
    "UPDATE parcels SET policy_id = 'before' WHERE asked_at IS NOT NULL AND unwatched_at IS NULL",
    "CREATE INDEX parcels_judged ON parcels (policy_id) WHERE poll_at IS NOT NULL AND policy_id <> ''",
    *(f"ALTER TABLE alerts DROP COLUMN {name}" for name in ("title", "body", "line", "rank", "priority")),
)


# Views are made anew by the last migration, and are in the way of those before it.
NO_VIEWS: Final = tuple(f"DROP VIEW IF EXISTS {name}" for name in VIEW_NAMES)


def m003_facts(db: Database) -> None:
    """Cases, their history and messages are kept as facts; words are found when they are read."""
    for statement in (*NO_VIEWS, *_FACTS):
        db.execute(statement)


# What the last parcel of an order says of it that says anything at all.
_LAST: Final = """
  (SELECT {0} FROM parcels said WHERE said.order_no = p.order_no ORDER BY {0} <> {1} DESC, id DESC LIMIT 1)"""

_ORDERS: Final = (
    # An order without a number is its parcel's alone.
    """
CREATE TABLE orders (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  number TEXT NOT NULL,
  parcel_id INTEGER UNIQUE REFERENCES parcels(id) ON DELETE CASCADE,
  customer_name TEXT NOT NULL DEFAULT '',
  customer_contact TEXT NOT NULL DEFAULT '',
  buyer TEXT NOT NULL DEFAULT '',
  language TEXT NOT NULL DEFAULT '',
  value REAL NOT NULL DEFAULT 0,
  tier TEXT NOT NULL DEFAULT '',
  goods TEXT NOT NULL DEFAULT '',
  url TEXT NOT NULL DEFAULT '',
  promised_by INTEGER,
  dispatch_by INTEGER,
  tags TEXT NOT NULL DEFAULT '[]'
) STRICT
""",
    "CREATE UNIQUE INDEX orders_by_number ON orders (number) WHERE number <> ''",
    """
CREATE TABLE parcel_orders (
  parcel_id INTEGER NOT NULL REFERENCES parcels(id) ON DELETE CASCADE,
  order_id INTEGER NOT NULL REFERENCES orders(id) ON DELETE CASCADE,
  PRIMARY KEY (parcel_id, order_id)
) STRICT, WITHOUT ROWID
""",
    "CREATE INDEX parcel_orders_by_order ON parcel_orders (order_id)",
    "CREATE INDEX parcels_by_order_no ON parcels (order_no)",
    # Of several parcels of one order the last one added that says something knows best; name and contact go together.
    f"""
INSERT INTO orders (number, customer_name, customer_contact, language, value, promised_by, dispatch_by, tags)
SELECT p.order_no, person.customer_name, person.customer_contact, {_LAST.format("language", "''")},
  {_LAST.format("value", "0")}, {_LAST.format("promised_by", "0")}, {_LAST.format("dispatch_by", "0")},
  (SELECT json_group_array(DISTINCT tag.value) FROM parcels said, json_each(said.tags) tag
   WHERE said.order_no = p.order_no)
FROM (SELECT DISTINCT order_no FROM parcels WHERE order_no <> '') p
JOIN parcels person ON person.id = (SELECT id FROM parcels said WHERE said.order_no = p.order_no
  ORDER BY customer_contact <> '' DESC, customer_name <> '' DESC, id DESC LIMIT 1)
""",
    """
UPDATE parcels SET (promised_by, dispatch_by, value, tags) =
  (SELECT promised_by, dispatch_by, value, tags FROM orders WHERE number = order_no)
WHERE order_no <> ''
""",
    "DROP INDEX parcels_by_order_no",
    """
INSERT INTO orders (number, parcel_id, customer_name, customer_contact, language, value, promised_by, dispatch_by, tags)
SELECT '', id, customer_name, customer_contact, language, value, promised_by, dispatch_by, tags FROM parcels
WHERE order_no = '' AND (customer_name || customer_contact || language <> '' OR value <> 0 OR promised_by IS NOT NULL
  OR dispatch_by IS NOT NULL OR tags <> '[]')
""",
    """
INSERT INTO parcel_orders (parcel_id, order_id)
SELECT p.id, o.id FROM parcels p JOIN orders o ON o.number = p.order_no WHERE p.order_no <> ''
UNION SELECT parcel_id, id FROM orders WHERE parcel_id IS NOT NULL
""",
    "ALTER TABLE drafts ADD COLUMN order_id INTEGER REFERENCES orders(id) ON DELETE CASCADE",
    *(
        f"ALTER TABLE drafts ADD COLUMN {name} TEXT NOT NULL DEFAULT ''"
        for name in ("order_no", "to_name", "to_contact")
    ),
    """
UPDATE drafts SET order_id = l.order_id, order_no = p.order_no, to_name = p.customer_name,
  to_contact = p.customer_contact, facts = json_set(drafts.facts, '$.parcel', p.id, '$.also', json('[]'))
FROM parcels p LEFT JOIN parcel_orders l ON l.parcel_id = p.id WHERE p.id = drafts.parcel_id
""",
    "CREATE INDEX drafts_of_order ON drafts (order_id) WHERE state IN ('draft', 'approved')",
    "CREATE INDEX drafts_by_order ON drafts (order_id)",
    *(f"ALTER TABLE parcels DROP COLUMN {name}" for name in ("customer_name", "customer_contact", "language")),
    "ALTER TABLE parcels ADD COLUMN stands TEXT",
    "ALTER TABLE checkpoints ADD COLUMN moves INTEGER NOT NULL DEFAULT 1",
    "UPDATE checkpoints SET moves = 0 WHERE milestone = 'info_received'",
    "ALTER TABLE checkpoints ADD COLUMN by TEXT NOT NULL DEFAULT ''",
    "ALTER TABLE checkpoints ADD COLUMN sure TEXT NOT NULL DEFAULT 'stated'",
)


def m004_orders(db: Database) -> None:
    """An order and a parcel are two things, many to many; a draft belongs to an order and keeps whom it is for."""
    for statement in (*_ORDERS, *VIEWS):
        db.execute(statement)


_LEASES: Final = (
    "ALTER TABLE parcels ADD COLUMN split INTEGER NOT NULL DEFAULT 0",
    "ALTER TABLE parcels ADD COLUMN doubted_at INTEGER",
    "ALTER TABLE accounts ADD COLUMN doubt INTEGER NOT NULL DEFAULT 0",
    "ALTER TABLE parcels ADD COLUMN not_before INTEGER",
    "ALTER TABLE parcels ADD COLUMN ask_at INTEGER AS (max(poll_at, coalesce(not_before, 0)))",
    # A claim used to move the due time; no courier wants longer than this between two asks about a number.
    "UPDATE parcels SET poll_at = claimed_at + 1860000, lease_until = NULL WHERE lease_until IS NOT NULL",
    "DROP INDEX parcels_to_poll",
    "DROP INDEX parcels_leased",
    "CREATE INDEX parcels_to_ask ON parcels (courier, urgency, lease_until, ask_at) WHERE ask_at IS NOT NULL",
)


def m005_leases(db: Database) -> None:
    """A claim is a lease of its own beside the due time; a declined call leaves marks on its numbers."""
    for statement in _LEASES:
        db.execute(statement)


ALL: Final = (
    m001_first,
    m002_couriers,
    m003_facts,
    m004_orders,
    m005_leases,
)
