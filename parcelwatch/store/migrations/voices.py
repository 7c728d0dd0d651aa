"""What messages, letters and agents needed: links, claims, channels, calm, the life of a case."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from parcelwatch.store.migrations.spine import NO_VIEWS
from parcelwatch.store.views import VIEWS

if TYPE_CHECKING:
    from sqlite_utils import Database

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


def m006_links(db: Database) -> None:
    """Links in messages: what each is about and what was done through it."""
    for statement in _LINKS:
        db.execute(statement)


def m007_claims(db: Database) -> None:
    """A case knows the last day of the claim it may lead to, and what became of that."""
    db.execute("ALTER TABLE cases ADD COLUMN claim TEXT")


def m008_letters(db: Database) -> None:
    """A letter is the first word of a trouble or a later one; words that an agent chose are known as such."""
    db.execute("ALTER TABLE drafts ADD COLUMN step TEXT NOT NULL DEFAULT 'first'")
    db.execute("ALTER TABLE drafts ADD COLUMN edited INTEGER NOT NULL DEFAULT 0")


def m009_content(db: Database) -> None:
    """With what could not be read stand a few of the parcels it was said of, to look up."""
    db.execute("ALTER TABLE unknown_codes ADD COLUMN numbers TEXT NOT NULL DEFAULT '[]'")


_CHANNELS: Final = (
    *NO_VIEWS,
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


def m013_bundles(db: Database) -> None:
    """What was sent with a message that was erased can be sent again; the same news, and old deliveries, are found."""
    db.execute(NAME_BUNDLES)
    db.execute("CREATE INDEX alerts_by_notice ON alerts (notice)")
    db.execute("CREATE INDEX deliveries_by_time ON deliveries (at)")


def m014_commitments(db: Database) -> None:
    """What was kept as a courier's promise was its estimate, which is none."""
    db.execute("UPDATE parcels SET promise = NULL WHERE promise IS NOT NULL")


ALL: Final = (
    m006_links,
    m007_claims,
    m008_letters,
    m009_content,
    m010_channels,
    m011_calm,
    m012_life,
    m013_bundles,
    m014_commitments,
)
