"""The database for people with `sqlite3`, datasette or sqlite-utils: one view per thing, with dates and numbers."""

from __future__ import annotations

from typing import Final


def _iso(time: str) -> str:
    return f"strftime('%Y-%m-%dT%H:%M:%SZ', {time} / 1000, 'unixepoch')"


def _dates(*columns: str) -> str:
    return ", ".join(f"{_iso(column)} AS {column.rpartition('.')[2]}" for column in columns)


VIEWS: Final = (
    f"""
CREATE VIEW v_parcels AS
SELECT id, number, courier, company, order_no, milestone, cause, origin, destination, service,
  {_dates("added_at", "shipped_at", "promised_by", "estimate", "confirmed_at", "poll_at")}, poll_why,
  {_dates("assess_at", "missing_since", "asked_at", "unwatched_at")}, refused, stopped, failures, tags,
  (SELECT {_iso("max(occurred_at)")} FROM checkpoints WHERE parcel_id = parcels.id) AS last_checkpoint_at,
  (SELECT count(*) FROM cases WHERE parcel_id = parcels.id AND state <> 'resolved') AS live_cases
FROM parcels
""",
    f"""
CREATE VIEW v_checkpoints AS
SELECT p.number, p.courier, {_dates("c.occurred_at", "c.occurred_until")}, c.milestone, c.cause, c.code, c.text,
  c.place, {_dates("c.seen_at")}, {_iso("coalesce(c.last_seen_at, p.answered_at)")} AS last_seen_at
FROM checkpoints c JOIN parcels p ON p.id = c.parcel_id
""",
    f"""
CREATE VIEW v_cases AS
SELECT c.id, p.number, p.courier, p.order_no, c.kind, c.severity, c.state,
  {_dates("c.opened_at", "c.since", "c.resolved_at", "c.snoozed_until")},
  c.reopened, json_extract(c.fact, '$.says') AS says, c.fact, c.threshold, c.policy_line, c.hidden_by, c.told, c.verdict
FROM cases c JOIN parcels p ON p.id = c.parcel_id
""",
    f"""
CREATE VIEW v_alerts AS
SELECT a.id, p.number, a.account, a.kind, a.why, a.channel, a.meant_for, a.severity, a.state, a.reason, a.outcome,
  a.attempts, a.digest, json_extract(a.fact, '$.says') AS says, a.fact, s.title, s.body,
  {_dates("a.created_at", "a.due_at", "a.sent_at")}, a.error
FROM alerts a LEFT JOIN parcels p ON p.id = a.parcel_id
  LEFT JOIN sendings s ON s.bundle = coalesce(a.bundle, a.id) AND s.part = 1
""",
    f"""
CREATE VIEW v_drafts AS
SELECT d.id, p.number, d.order_no, d.to_contact, d.kind, d.language, d.state, d.subject, d.body,
  {_dates("d.created_at", "d.changed_at")}
FROM drafts d JOIN parcels p ON p.id = d.parcel_id
""",
    f"""
CREATE VIEW v_orders AS
SELECT o.number AS order_no, p.number, o.customer_name, o.customer_contact, o.buyer, o.language, o.value, o.tier,
  o.goods, o.url, {_dates("o.promised_by", "o.dispatch_by")}, o.tags
FROM orders o JOIN parcel_orders l ON l.order_id = o.id JOIN parcels p ON p.id = l.parcel_id
""",
)

VIEW_NAMES: Final = ("v_parcels", "v_checkpoints", "v_cases", "v_alerts", "v_drafts", "v_orders")
