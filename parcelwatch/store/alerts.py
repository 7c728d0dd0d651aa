"""Messages as they stand in the table `alerts`: what each says, what agents were told, and how many wait.

What belongs here: reading.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Final

from parcelwatch.core.dispatch import NO_CHANNEL
from parcelwatch.core.messaging.content import About
from parcelwatch.core.messaging.messages import Outgoing
from parcelwatch.errors import NotFound
from parcelwatch.model import Fact, Form, Why
from parcelwatch.store import orders, tickets
from parcelwatch.store.connection import Store
from parcelwatch.store.drafts import ONE_ADDRESSEE
from parcelwatch.store.orders import NUMBERS_OF
from parcelwatch.store.rows import (
    DRAFT_WIDTH,
    SEVERITIES,
    WHYS,
    draft_columns,
    dump,
    from_ms,
    load,
    maybe_at,
    to_claim,
    to_draft,
    to_fact,
    to_ms,
    where,
)

# --- what one says -------------------------------------------------------------------------------

# What a message may speak of beside its fact is read when it is sent, so that it is as known then.
OUT: Final = f"""
  a.id, a.kind, a.channel, a.for_draft, a.severity, a.why, a.fact, a.account, a.attempts, a.created_at, p.number,
  p.courier, p.company, {NUMBERS_OF.format(parcel="p.id")}, p.milestone, p.promised_by, p.value, a.parcel_id,
  a.case_id, {draft_columns("d")}, a.route, c.claim"""
FROM: Final = """FROM alerts a LEFT JOIN parcels p ON p.id = a.parcel_id LEFT JOIN drafts d ON d.id = a.draft_id
  LEFT JOIN cases c ON c.id = a.case_id"""


_INCIDENT: Final = "incident"


def outgoing(row: tuple[Any, ...]) -> Outgoing:
    """A message from the values of OUT; more may follow them."""
    letter, fact = row[19 : 19 + DRAFT_WIDTH], to_fact(row[6])
    return Outgoing(
        id=row[0],
        kind=row[1],
        channel=row[2],
        draft=row[3] == 1,
        severity=SEVERITIES[row[4]],
        why=WHYS[row[5]],
        fact=fact,
        account=row[7],
        attempts=row[8],
        created_at=from_ms(row[9]),
        number=row[10] or "",
        courier=row[11] or (row[7] if row[1] == _INCIDENT else ""),
        company=row[12] or fact.company,
        orders=tuple(load(row[13])),
        milestone=row[14] or "",
        promised_by=maybe_at(row[15]),
        value=row[16] or 0.0,
        parcel_id=row[17],
        case_id=row[18],
        letter=None if letter[0] is None else to_draft(letter),
        route=row[19 + DRAFT_WIDTH],
        claim=to_claim(row[20 + DRAFT_WIDTH]),
    )


_LANE: Final = "SELECT origin, destination FROM parcels WHERE id = ?"
_LETTERS: Final = """
SELECT id FROM drafts WHERE parcel_id = ?1 AND ?2 IN ('', kind) AND state IN ('draft', 'approved')
UNION SELECT d.id FROM parcel_orders l JOIN drafts d ON d.order_id = l.order_id
  WHERE l.parcel_id = ?1 AND ?2 IN ('', d.kind) AND d.state IN ('draft', 'approved')
    AND EXISTS (SELECT 1 FROM json_each(d.facts, '$.also') p WHERE json_extract(p.value, '$.parcel') = ?1)
ORDER BY 1
"""
# What is true now may be of another kind; but it is the same customer's.
_INSTEAD: Final = f"""
SELECT n.id FROM drafts d JOIN drafts n ON {ONE_ADDRESSEE.format(one="n", other="d")}
WHERE d.id = ?3 AND n.id IN ({_LETTERS.replace("ORDER BY 1", "")}) AND n.step <> 'peak' ORDER BY n.id
"""
_OTHERS: Final = f"""
SELECT {draft_columns("o")} FROM drafts d JOIN drafts o
  ON o.order_id = d.order_id AND {ONE_ADDRESSEE.format(one="o", other="d")}
WHERE d.id = ? AND o.id <> d.id AND o.state IN ('draft', 'approved') AND o.step <> 'peak' ORDER BY o.id
"""

_LAPSED: Final = """
SELECT coalesce(json_extract(e.fact, '$.count'), 0) FROM drafts d JOIN draft_events e ON e.draft_id = d.id
WHERE d.id = ? AND d.state = 'draft' AND e.verb = 'part' AND e.before = 'approved' ORDER BY e.id DESC LIMIT 1
"""

# Why a letter of trouble was taken back while that was over or hidden: true only for as long.
_WHILE_OVER: Final = (Form.CASE_CLOSED, Form.WORSE_OFF, Form.LIMIT_RAISED)
_STANDS: Final = f"""
SELECT (SELECT max(n.id) FROM drafts n
  WHERE (n.parcel_id = c.parcel_id OR n.order_id = d.order_id) AND n.kind = d.kind AND n.id > d.id
    AND n.state IN ('draft', 'approved', 'sending', 'sent')
    AND {ONE_ADDRESSEE.format(one="n", other="d")}
    AND (n.parcel_id = c.parcel_id
      OR EXISTS (SELECT 1 FROM json_each(n.facts, '$.also') p WHERE json_extract(p.value, '$.parcel') = c.parcel_id)))
FROM cases c, drafts d
WHERE c.id = ? AND d.id = ? AND c.state <> 'resolved' AND c.hidden_by = '' AND d.step IN ('first', 'update')
"""


def _as_it_stands(store: Store, out: Outgoing) -> Fact:
    """Why a letter was taken back, where its case stands again that it does, with the letter that says so now."""
    if out.letter is None or out.fact.says not in _WHILE_OVER:
        return out.fact
    found = store.all(_STANDS, (out.case_id, out.letter.id))
    return Fact(Form.STANDS_AGAIN, kind=out.kind, count=found[0][0] or 0) if found else out.fact


def whole(store: Store, out: Outgoing) -> Outgoing:
    """A message about a parcel with what is known of that beside its trouble."""
    lane = store.all(_LANE, (out.parcel_id,)) if out.parcel_id is not None else []
    if not lane:
        return out
    if out.why is Why.WITHDRAWN:
        out = replace(out, fact=_as_it_stands(store, out))
        found = store.all(_INSTEAD, (out.parcel_id, "", out.letter.id if out.letter else None))
    else:
        found = store.all(_LETTERS, (out.parcel_id, out.kind))
    letters = tuple(one for (one,) in found)
    known, wrote = orders.of(store, out.parcel_id or 0), tickets.numbers_of(store, out.parcel_id or 0)
    brought = out.letter.id if out.letter is not None and out.why is Why.DRAFTED else None
    others = tuple(map(to_draft, store.all(_OTHERS, (brought,)))) if brought is not None else ()
    lapsed = next((beside for (beside,) in store.all(_LAPSED, (brought,))), None)
    return replace(out, about=About(known, lane[0][0], lane[0][1], letters, wrote, others, lapsed))


# --- lists ---------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class AlertRow:
    """A message with what became of it. `title`, `body`: the words it was sent with if it was sent alone, else None.

    `meant_for`: the channel it was meant for, where it took another way. `doubts`: how often no answer came, so that
    nobody knows whether it arrived. `outcome`: what else is known of its arrival. `incident`: the one that it is about,
    or that says it for all of its parcels.
    """

    out: Outgoing
    state: str
    reason: str
    error: str
    outcome: str
    meant_for: str
    doubts: int
    due_at: datetime | None
    sent_at: datetime | None
    digest: int | None
    title: str | None
    body: str | None
    incident: int | None


_ITS_WORDS: Final = "FROM sendings s WHERE s.bundle = a.id AND s.ids = '[' || a.id || ']' ORDER BY s.part"
_ROWS: Final = f"""
SELECT {OUT}, a.state, a.reason, a.error, a.outcome, a.meant_for, a.doubts, a.due_at, a.sent_at, a.digest,
  (SELECT title {_ITS_WORDS} LIMIT 1), (SELECT group_concat(body, char(10, 10)) FROM (SELECT body {_ITS_WORDS})),
  a.incident_id
{FROM}
"""


def rows(
    store: Store, state: str = "", parcel_id: int | None = None, after: int = 0, case_id: int | None = None
) -> list[AlertRow]:
    """Messages, oldest first, with ids above `after`."""
    conditions = {"a.state = ?": state, "a.parcel_id = ?": parcel_id, "a.id > ?": after, "a.case_id = ?": case_id}
    clause, values = where(conditions)
    listed = [_listed(row) for row in store.all(f"{_ROWS} {clause} ORDER BY a.id", values)]
    return [replace(row, out=whole(store, row.out)) for row in listed]


def _listed(row: tuple[Any, ...]) -> AlertRow:
    state, reason, error, outcome, meant_for, doubts, due_at, sent_at, digest, *rest = row[21 + DRAFT_WIDTH :]
    title, body, incident = rest
    return AlertRow(
        out=outgoing(row),
        state=state,
        reason=reason,
        error=error,
        outcome=outcome,
        meant_for=meant_for,
        doubts=doubts,
        due_at=maybe_at(due_at),
        sent_at=maybe_at(sent_at),
        digest=digest,
        title=title,
        body=body,
        incident=incident,
    )


# --- what agents were told -----------------------------------------------------------------------

CLEARS: Final = 2
# Of the newest message about a case that each channel took, or the all-clear that waits, whether it is an all-clear.
_LAST_WORDS: Final = """
SELECT channel, for_draft, max(id) FROM alerts
WHERE case_id = ? AND (state = 'sent' AND for_draft <> 1 OR state = 'pending' AND for_draft = 2)
  AND why NOT IN ('promised', 'unfulfilled', 'claim_due', 'claim_missed')
GROUP BY channel ORDER BY channel
"""
_LATE: Final = """
SELECT DISTINCT parcel_id, kind FROM alerts
WHERE id IN (SELECT value FROM json_each(?)) AND for_draft = 0 AND case_id IS NOT NULL AND reason <> ''
"""
_REMINDED: Final = "SELECT 1 FROM alerts WHERE draft_id = ? AND why = 'promised' LIMIT 1"


def told_on(store: Store, case_id: int) -> list[str]:
    """The channels that took the news of a case and no all-clear after it, nor wait for one."""
    return [channel for channel, lane, _ in store.all(_LAST_WORDS, (case_id,)) if lane != CLEARS]


def told_late(store: Store, ids: Sequence[int]) -> list[tuple[int, str]]:
    """Of messages that are about to be settled as sent, the parcels and kinds that were over when they left."""
    return store.all(_LATE, (dump(list(ids)),))


def case_of(store: Store, alert_id: int) -> int:
    """The case that an alert is about. Raises NotFound when there is no such alert, or it is about none."""
    row = store.one("SELECT case_id FROM alerts WHERE id = ?", (alert_id,))
    if row is None:
        raise NotFound(f"there is no alert {alert_id}; `parcelwatch alerts list` shows them")
    if row[0] is None:
        raise NotFound(f"alert {alert_id} is about no case; `parcelwatch cases list` shows the cases")
    case_id: int = row[0]
    return case_id


def facts(store: Store, kind: str) -> list[Fact]:
    """What was said, or is about to be, in all alerts of a kind."""
    return [to_fact(fact) for (fact,) in store.all("SELECT fact FROM alerts WHERE kind = ?", (kind,))]


def reminded_of(store: Store, draft_id: int) -> bool:
    """Whether agents were reminded of the word that a letter gave."""
    return store.one(_REMINDED, (draft_id,)) is not None


# Open, seen, and told: since its last news, how often it was repeated and when it was sent last. A channel that is down
# keeps its message waiting; the others repeat theirs.
_UNTAKEN: Final = """
SELECT c.parcel_id, c.kind, max(max(a.sent_at), coalesce(c.told_at, 0)),
  sum(a.why = 'repeated' AND a.notice = a.id) FROM cases c
JOIN alerts a ON a.case_id = c.id AND NOT a.for_draft
WHERE c.state <> 'resolved' AND c.state = 'open' AND c.hidden_by = '' AND a.id >=
  (SELECT max(id) FROM alerts news WHERE news.case_id = c.id AND NOT news.for_draft AND news.why <> 'repeated'
     AND news.notice = news.id)
GROUP BY c.id HAVING max(a.sent_at) IS NOT NULL
  AND count(DISTINCT a.channel) > count(DISTINCT iif(a.state = 'pending', a.channel, NULL))
"""
_WAITS_ON: Final = "SELECT DISTINCT channel FROM alerts WHERE case_id = ? AND NOT for_draft AND state = 'pending'"


def untaken(store: Store) -> list[tuple[int, str, datetime, int]]:
    """Cases that agents were told of and nobody took: parcel, kind, when they were last told, how often repeated."""
    return [(parcel, kind, from_ms(at), times) for parcel, kind, at, times in store.all(_UNTAKEN)]


def waits_on(store: Store, case_id: int) -> set[str]:
    """The channels for which something about a case waits."""
    return {channel for (channel,) in store.all(_WAITS_ON, (case_id,))}


# --- counts --------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Standing:
    """How a channel fares: messages it took, messages it keeps failing to take, and the last error of these."""

    sent: int
    failing: int
    error: str


_STANDINGS: Final = """
SELECT channel, sum(state = 'sent'), sum(state = 'pending' AND error <> ''),
  coalesce((SELECT error FROM alerts last WHERE last.channel = alerts.channel AND state = 'pending' AND error <> ''
            ORDER BY id DESC LIMIT 1), '')
FROM alerts GROUP BY channel
"""
_GIVEN_UP: Final = "SELECT id FROM alerts WHERE state = 'dead' ORDER BY id"
_UNHEARD: Final = "SELECT count(*) FROM alerts WHERE state = 'suppressed' AND channel = '' AND reason = ?"


def standings(store: Store) -> dict[str, Standing]:
    """Every channel that ever had a message."""
    return {channel: Standing(*counted) for channel, *counted in store.all(_STANDINGS)}


def given_up(store: Store) -> list[int]:
    """The ids of the messages that are dead."""
    return [one for (one,) in store.all(_GIVEN_UP)]


def unheard(store: Store) -> int:
    """How many messages were told to nobody for want of a channel."""
    found: int = store.value(_UNHEARD, (NO_CHANNEL,))
    return found


def count_waiting(store: Store, channel: str = "") -> int:
    """How many messages are not delivered yet; as quick as they are few, however many there ever were."""
    clause, values = where({"state = ?": "pending", "channel = ?": channel})
    found: int = store.value(f"SELECT count(*) FROM alerts {clause}", values)
    return found


def count_unsent(store: Store, now: datetime) -> int:
    """How many messages are due and were not tried: their channels' paces say wait, or their channels rest."""
    sql = "SELECT count(*) FROM alerts WHERE state = 'pending' AND due_at <= ? AND error = ''"
    found: int = store.value(sql, (to_ms(now),))
    return found


def counts(store: Store) -> dict[str, int]:
    """How many messages are in each state."""
    return dict(store.all("SELECT state, count(*) FROM alerts GROUP BY state"))
