"""Tables, indexes and views, from the first version on.

What belongs here: the shape of the database and its history; the views for people stand in views.py. A released
migration is never edited; a change is a new one at the end.
"""

from __future__ import annotations

from pathlib import Path
from typing import Final

from sqlite_utils import Database, Migrations

from parcelwatch.errors import StoreError
from parcelwatch.store.views import VIEW_NAMES, VIEWS

MIGRATIONS: Final = Migrations("parcelwatch")
APPLICATION_ID: Final = 0x70777463


def migrate(db: Database) -> None:
    """Bring the database up to date; each migration stands or falls as a whole."""
    MIGRATIONS.apply(db)


def refuse_foreign(db: Database, path: Path) -> None:
    """Raise StoreError for a database of another program or of a newer parcelwatch."""
    (tables,) = db.execute("SELECT count(*) FROM sqlite_master").fetchone()
    (owner,) = db.execute("PRAGMA application_id").fetchone()
    if tables and owner != APPLICATION_ID:
        raise StoreError(f"{path} is another program's database; name another file as [service] database")
    newer = sorted({migration.name for migration in MIGRATIONS.applied(db)} - set(NAMES))
    if newer:
        raise StoreError(
            f"{path} was written by a newer parcelwatch (it has {newer[0]}): install that version again, "
            "or restore the backup made before it was upgraded"
        )


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


@MIGRATIONS()
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


@MIGRATIONS()
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
_NO_VIEWS: Final = tuple(f"DROP VIEW IF EXISTS {name}" for name in VIEW_NAMES)


@MIGRATIONS()
def m003_facts(db: Database) -> None:
    """Cases, their history and messages are kept as facts; words are found when they are read."""
    for statement in (*_NO_VIEWS, *_FACTS):
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


@MIGRATIONS()
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


@MIGRATIONS()
def m005_leases(db: Database) -> None:
    """A claim is a lease of its own beside the due time; a declined call leaves marks on its numbers."""
    for statement in _LEASES:
        db.execute(statement)


# Of a token only the digest: whoever reads the database cannot act. What a digest of many parcels links to outlives
# its first one, so the bundle is no reference.
_LINKS: Final = (
    """
CREATE TABLE links (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  digest TEXT NOT NULL UNIQUE,
  salt BLOB NOT NULL,
  bundle INTEGER NOT NULL,
  channel TEXT NOT NULL,
  expires_at INTEGER NOT NULL
) STRICT
""",
    """
CREATE TABLE link_cases (
  id INTEGER PRIMARY KEY,
  link_id INTEGER NOT NULL REFERENCES links(id) ON DELETE CASCADE,
  case_id INTEGER NOT NULL REFERENCES cases(id) ON DELETE CASCADE,
  reopened INTEGER NOT NULL,
  draft_id INTEGER REFERENCES drafts(id) ON DELETE SET NULL,
  words TEXT NOT NULL
) STRICT
""",
    """
CREATE TABLE link_uses (
  id INTEGER PRIMARY KEY,
  link_case_id INTEGER NOT NULL REFERENCES link_cases(id) ON DELETE CASCADE,
  verb TEXT NOT NULL,
  by TEXT NOT NULL,
  at INTEGER NOT NULL,
  UNIQUE (link_case_id, verb)
) STRICT
""",
    "CREATE INDEX links_by_bundle ON links (bundle)",
    "CREATE INDEX links_by_end ON links (expires_at)",
    "CREATE INDEX link_cases_by_link ON link_cases (link_id)",
    "CREATE INDEX link_cases_by_case ON link_cases (case_id)",
    "CREATE INDEX link_cases_by_draft ON link_cases (draft_id) WHERE draft_id IS NOT NULL",
)


@MIGRATIONS()
def m006_links(db: Database) -> None:
    """Links in messages: what each is about and what was done through it."""
    for statement in _LINKS:
        db.execute(statement)


@MIGRATIONS()
def m007_claims(db: Database) -> None:
    """A case knows the last day of the claim it may lead to, and what became of that."""
    db.execute("ALTER TABLE cases ADD COLUMN claim TEXT")


@MIGRATIONS()
def m008_letters(db: Database) -> None:
    """A letter is the first word of a trouble or a later one; words that an agent chose are known as such."""
    db.execute("ALTER TABLE drafts ADD COLUMN step TEXT NOT NULL DEFAULT 'first'")
    db.execute("ALTER TABLE drafts ADD COLUMN edited INTEGER NOT NULL DEFAULT 0")


@MIGRATIONS()
def m009_content(db: Database) -> None:
    """With what could not be read stand a few of the parcels it was said of, to look up."""
    db.execute("ALTER TABLE unknown_codes ADD COLUMN numbers TEXT NOT NULL DEFAULT '[]'")


_CHANNELS: Final = (
    *_NO_VIEWS,
    """
CREATE TABLE channels (
  name TEXT PRIMARY KEY,
  failures INTEGER NOT NULL,
  failing_since INTEGER,
  down_since INTEGER,
  rest_until INTEGER,
  hold_until INTEGER,
  asked INTEGER NOT NULL,
  told_down_at INTEGER,
  last_error TEXT NOT NULL,
  next_at INTEGER,
  windows TEXT NOT NULL
) STRICT, WITHOUT ROWID
""",
    """
CREATE TABLE parts (
  bundle INTEGER NOT NULL REFERENCES alerts(id) ON DELETE CASCADE,
  part INTEGER NOT NULL,
  ids TEXT NOT NULL,
  title TEXT NOT NULL,
  body TEXT NOT NULL,
  arrived_at INTEGER,
  PRIMARY KEY (bundle, part)
) STRICT
""",
    "INSERT INTO parts (bundle, part, ids, title, body) SELECT bundle, 1, ids, title, body FROM sendings",
    "DROP TABLE sendings",
    "ALTER TABLE parts RENAME TO sendings",
    "ALTER TABLE alerts ADD COLUMN meant_for TEXT NOT NULL DEFAULT ''",
    "ALTER TABLE alerts ADD COLUMN doubts INTEGER NOT NULL DEFAULT 0",
    *VIEWS,
)


@MIGRATIONS()
def m010_channels(db: Database) -> None:
    """How each channel fares is kept; words may go in parts; a message may take another way, or have arrived unseen."""
    for statement in _CHANNELS:
        db.execute(statement)


_CALM: Final = (
    # `notice`: the first of the messages that tell several channels the same. `slot`: the date of the daily digest it
    # waits for, or 'now' where an agent wants it sent whatever the hour. `route`: the line that chose its channel.
    "ALTER TABLE alerts ADD COLUMN notice INTEGER",
    "UPDATE alerts SET notice = id",
    "ALTER TABLE alerts ADD COLUMN slot TEXT NOT NULL DEFAULT ''",
    "ALTER TABLE alerts ADD COLUMN route TEXT NOT NULL DEFAULT ''",
    """
CREATE TABLE silences (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  matcher TEXT NOT NULL,
  created_at INTEGER NOT NULL,
  until_at INTEGER NOT NULL,
  by TEXT NOT NULL,
  comment TEXT NOT NULL,
  released_at INTEGER
) STRICT
""",
    "CREATE INDEX silences_holding ON silences (until_at) WHERE released_at IS NULL",
    "ALTER TABLE alerts ADD COLUMN silence_id INTEGER REFERENCES silences(id)",
    "CREATE INDEX alerts_silenced ON alerts (silence_id) WHERE silence_id IS NOT NULL",
    "DROP INDEX alerts_waiting",
    "CREATE INDEX alerts_waiting ON alerts (channel, severity, due_at) WHERE state = 'pending'",
    # One row a message that a channel took, kept for as long as its hour counts.
    """
CREATE TABLE deliveries (
  id INTEGER PRIMARY KEY,
  channel TEXT NOT NULL,
  severity TEXT NOT NULL,
  at INTEGER NOT NULL
) STRICT
""",
    "CREATE INDEX deliveries_lately ON deliveries (channel, at)",
    "ALTER TABLE cases ADD COLUMN flaps INTEGER NOT NULL DEFAULT 0",
)


@MIGRATIONS()
def m011_calm(db: Database) -> None:
    """Several channels a message, silences, hours, and how many messages each channel took lately."""
    for statement in _CALM:
        db.execute(statement)


_LIFE: Final = (
    "ALTER TABLE cases ADD COLUMN owner TEXT NOT NULL DEFAULT ''",
    "ALTER TABLE cases ADD COLUMN told_at INTEGER",
    # Not known of cases that were acknowledged before, which are therefore not raised again all at once.
    "ALTER TABLE cases ADD COLUMN handled_at INTEGER",
    "ALTER TABLE cases ADD COLUMN escalated INTEGER NOT NULL DEFAULT 0",
    "ALTER TABLE cases ADD COLUMN reraised INTEGER NOT NULL DEFAULT 0",
    "ALTER TABLE cases ADD COLUMN cleared INTEGER NOT NULL DEFAULT 0",
    # As JSON: what a letter promised its customer, and what an agent did.
    "ALTER TABLE cases ADD COLUMN word TEXT",
    "ALTER TABLE cases ADD COLUMN remedy TEXT",
    """UPDATE cases SET owner = coalesce(
         (SELECT by FROM case_events WHERE case_id = cases.id AND signal = 'ack' ORDER BY id DESC LIMIT 1), '')
       WHERE state = 'acknowledged'""",
    # Local days whose report was told.
    "CREATE TABLE reports (day TEXT PRIMARY KEY, at INTEGER NOT NULL) STRICT, WITHOUT ROWID",
    "CREATE INDEX case_events_by_time ON case_events (at)",
    "CREATE INDEX draft_events_by_time ON draft_events (at)",
    "CREATE INDEX cases_promised ON cases (id) WHERE remedy IS NOT NULL",
)


@MIGRATIONS()
def m012_life(db: Database) -> None:
    """Who has a case, what its customer was promised, and which days' reports were told."""
    for statement in _LIFE:
        db.execute(statement)


# A bundle goes by the id of one of its messages; where that one is gone, by the first that is left.
NAME_BUNDLES: Final = """
UPDATE alerts SET bundle = g.first, digest = iif(digest IS NULL, NULL, g.first)
FROM (SELECT bundle AS old, min(id) AS first FROM alerts
      WHERE bundle IS NOT NULL AND bundle NOT IN (SELECT id FROM alerts) GROUP BY bundle) g
WHERE bundle = g.old
"""


@MIGRATIONS()
def m013_bundles(db: Database) -> None:
    """What was sent with a message that was erased can be sent again; the same news, and old deliveries, are found."""
    db.execute(NAME_BUNDLES)
    db.execute("CREATE INDEX alerts_by_notice ON alerts (notice)")
    db.execute("CREATE INDEX deliveries_by_time ON deliveries (at)")


@MIGRATIONS()
def m014_commitments(db: Database) -> None:
    """What was kept as a courier's promise was its estimate, which is none."""
    db.execute("UPDATE parcels SET promise = NULL WHERE promise IS NOT NULL")


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


@MIGRATIONS()
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


@MIGRATIONS()
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


@MIGRATIONS()
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


@MIGRATIONS()
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


@MIGRATIONS()
def m019_shadows(db: Database) -> None:
    """What thresholds on trial would have told."""
    for statement in _SHADOWS:
        db.execute(statement)


NAMES: Final = (
    "m001_first",
    "m002_couriers",
    "m003_facts",
    "m004_orders",
    "m005_leases",
    "m006_links",
    "m007_claims",
    "m008_letters",
    "m009_content",
    "m010_channels",
    "m011_calm",
    "m012_life",
    "m013_bundles",
    "m014_commitments",
    "m015_complaints",
    "m016_habits",
    "m017_forecast",
    "m018_incidents",
    "m019_shadows",
)
"""Every migration this version knows, in order."""
