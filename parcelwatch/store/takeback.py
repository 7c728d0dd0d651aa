"""Messages that no longer hold, in the table `alerts`: those that nobody has yet are taken back.

What belongs here: what makes which of them moot. One that is being sent right now is settled by settling.py.
"""

from __future__ import annotations

from typing import Final

from parcelwatch.store.connection import Store
from parcelwatch.store.outbox import TOLD_OF
from parcelwatch.store.rows import WHYS

_TAKE_BACK: Final = """
UPDATE alerts SET state = 'suppressed', reason = ?, due_at = NULL
WHERE parcel_id = ? AND kind = ? AND for_draft < 2 AND state = 'pending'
  AND why NOT IN ('unfulfilled', 'unsure', 'claim_due', 'claim_missed') AND lease_until IS NULL
  AND (digest IS NULL OR error <> '')
RETURNING notice, for_draft, why
"""
_MOOT: Final = """
UPDATE alerts SET reason = ?
WHERE parcel_id = ? AND kind = ? AND for_draft < 2 AND state = 'pending'
  AND why NOT IN ('unfulfilled', 'unsure', 'claim_due', 'claim_missed')
"""
# After two answers that never came, or in part, it counts as delivered, so whoever got it is told what followed.
_HAD: Final = """
UPDATE alerts SET state = 'sent', sent_at = tried_at, due_at = NULL
WHERE {which} AND state = 'pending' AND lease_until IS NULL AND (doubts > 1
  OR EXISTS (SELECT 1 FROM sendings s WHERE s.bundle = alerts.bundle AND s.arrived_at IS NOT NULL))
"""
_KEPT_BACK: Final = """
UPDATE alerts SET reason = ?, silence_id = NULL, incident_id = NULL
WHERE parcel_id = ? AND kind = ? AND state = 'suppressed' AND coalesce(silence_id, incident_id) IS NOT NULL
RETURNING notice, for_draft, why
"""
_GOT: Final = "SELECT 1 FROM alerts WHERE notice = ? AND state IN ('sent', 'pending') LIMIT 1"
# Whoever is spoken to of a case again has heard of it before.
_NEWS: Final = TOLD_OF


def suppress(store: Store, parcel_id: int, kind: str, reason: str) -> bool:
    """What a parcel's trouble of that kind had to say no longer holds: take back what was not sent, but for its claim.

    What a customer was promised is owed all the same, and whether a letter reached them is as unknown as before.

    What is being sent right now, or may have arrived in a digest before a crash, is only taken back once its sending
    is known to have failed. True if an alert about the case was taken back or kept back that no other channel got: then
    nobody was told of it.
    """
    store.write(_HAD.format(which="parcel_id = ? AND kind = ?"), (parcel_id, kind))
    about = (reason, parcel_id, kind)
    rows = [row for sql in (_TAKE_BACK, _KEPT_BACK) for row in store.write(sql, about).fetchall()]
    store.write(_MOOT, about)
    notices = {notice for notice, for_draft, why in rows if not for_draft and WHYS[why] in _NEWS}
    return any(store.one(_GOT, (notice,)) is None for notice in notices)


_TAKE_BACK_CLAIMS: Final = """
UPDATE alerts SET state = 'suppressed', reason = ?, due_at = NULL
WHERE parcel_id = ? AND why IN ('claim_due', 'claim_missed') AND state = 'pending' AND lease_until IS NULL
  AND (digest IS NULL OR error <> '')
"""
_MOOT_CLAIMS: Final = """
UPDATE alerts SET reason = ? WHERE parcel_id = ? AND why IN ('claim_due', 'claim_missed') AND state = 'pending'
"""


def take_back_claims(store: Store, parcel_id: int, reason: str) -> None:
    """Nothing is to be claimed for a parcel, or it is seen to: what was not sent of the last day is moot."""
    store.write(_TAKE_BACK_CLAIMS, (reason, parcel_id))
    store.write(_MOOT_CLAIMS, (reason, parcel_id))


_TAKE_BACK_DRAFT: Final = """
UPDATE alerts SET state = 'suppressed', reason = ?, due_at = NULL
WHERE draft_id = ? AND state = 'pending' AND lease_until IS NULL AND (digest IS NULL OR error <> '')
"""
_PUSHED: Final = "SELECT 1 FROM alerts WHERE draft_id = ? AND why = 'drafted' AND state IN ('sent', 'pending') LIMIT 1"


def take_back_draft(store: Store, draft_id: int, reason: str) -> bool:
    """A draft no longer holds: take back its push. True when somebody may have it already and must be told."""
    store.write(_HAD.format(which="draft_id = ?"), (draft_id,))
    store.write(_TAKE_BACK_DRAFT, (reason, draft_id))
    return store.one(_PUSHED, (draft_id,)) is not None


_CONTRADICTED: Final = """
UPDATE alerts SET state = 'suppressed', reason = ?, due_at = NULL
WHERE case_id = ? AND for_draft = 2 AND state = 'pending' AND lease_until IS NULL AND (digest IS NULL OR error <> '')
"""


def not_over(store: Store, case_id: int, reason: str) -> None:
    """A case stands again: take back the all-clears that nobody has yet."""
    store.write(_CONTRADICTED, (reason, case_id))


_HUSH: Final = """
UPDATE alerts SET state = 'suppressed', reason = 'somebody took the case', due_at = NULL
WHERE parcel_id = ? AND kind = ? AND NOT for_draft AND state = 'pending' AND lease_until IS NULL
  AND (why IN ('repeated', 'escalated') OR bundle IS NULL AND why IN
    ('opened', 'worsened', 'reopened', 'unhidden', 'woken', 'flapping'))
"""


def hush(store: Store, parcel_id: int, kind: str) -> None:
    """Somebody took the case: what waits to say that it is there, or that nobody has it, is not said."""
    store.write(_HUSH, (parcel_id, kind))
