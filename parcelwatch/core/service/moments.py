"""The times we keep, and which of them cannot be: what a clock that was ahead leaves behind.

What belongs here: one table of every time that the store keeps, by what it means, and what becomes of an impossible
one. Names of tables and columns are the store's; a test holds that none is missing.

What happened cannot lie ahead of now. What is due cannot lie further ahead than anything that sets it ever reaches, nor
ahead at all in a row that was written ahead of its time. A span that somebody named keeps its length.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from types import MappingProxyType
from typing import Final

from parcelwatch.core.cadence import EVERY
from parcelwatch.core.messaging.channels import LONGEST_REST
from parcelwatch.core.service.accounts import LONGEST_WAIT
from parcelwatch.core.unsure import AFTER as UNSURE_AFTER

SLACK: Final = timedelta(minutes=2)
"""As far ahead what happened may lie: a clock is put right by less than this without a word."""

_MOMENT: Final = timedelta(milliseconds=1)
_WEEK: Final = timedelta(days=7)
# A quiet parcel is asked half as often as others.
_LONGEST_POLL: Final = 2 * max(EVERY.values())
_LONGEST_LEASE: Final = timedelta(minutes=15)


@dataclass(frozen=True, slots=True)
class Times:
    """The times of one table.

    `happened`: of the past; `before`: of the past, and not of the latest moment. `due`: how far ahead each may lie.
    `lasting`: ends of spans, by when each began. `again`: what becomes due, and after how long, in a row written ahead
    of its time, unless `over` is set in it. `theirs`: named by couriers, the shop, agents or the policy; not judged.
    """

    happened: tuple[str, ...] = ()
    before: tuple[str, ...] = ()
    due: Mapping[str, timedelta] = field(default_factory=dict)
    lasting: Mapping[str, str] = field(default_factory=dict)
    again: Mapping[str, timedelta] = field(default_factory=dict)
    over: str = ""
    theirs: tuple[str, ...] = ()

    @property
    def past(self) -> tuple[str, ...]:
        return (*self.happened, *self.before)


TIMES: Final[Mapping[str, Times]] = MappingProxyType(
    {
        "accounts": Times(
            ("failing_since", "last_ok_at", "told_silent_at"),
            due={"open_until": LONGEST_WAIT, "next_at": LONGEST_WAIT},
        ),
        "alerts": Times(
            ("created_at", "sent_at", "tried_at"), due={"due_at": 2 * _WEEK, "lease_until": _LONGEST_LEASE}
        ),
        "case_events": Times(("at",)),
        "cases": Times(
            ("opened_at", "resolved_at", "verdict_at", "told_at", "handled_at"),
            theirs=("since", "snoozed_until"),
        ),
        "channels": Times(
            ("failing_since", "down_since", "told_down_at"),
            due={"rest_until": LONGEST_REST, "hold_until": LONGEST_WAIT, "next_at": LONGEST_WAIT},
        ),
        "checkpoints": Times(before=("seen_at", "last_seen_at"), theirs=("occurred_at", "occurred_until")),
        "complaints": Times(("at",)),
        "deliveries": Times(("at",)),
        "draft_events": Times(("at",)),
        "drafts": Times(("created_at", "changed_at"), due={"unsure_at": UNSURE_AFTER}),
        "history": Times(("at",)),
        "imports": Times(("started_at", "finished_at", "released_at")),
        "inbox": Times(("received_at", "done_at")),
        "incident_events": Times(("at",)),
        "incidents": Times(("opened_at", "closed_at"), theirs=("old_before",)),
        "link_uses": Times(("at",)),
        "links": Times(due={"expires_at": 2 * _WEEK}),
        "notes": Times(("at",)),
        "orders": Times(theirs=("promised_by", "dispatch_by")),
        "outages": Times(("from_at", "to_at")),
        "grievances": Times(theirs=("at",)),
        "posted": Times(("at",)),
        "parcels": Times(
            (
                "added_at",
                "confirmed_at",
                "missing_since",
                "first_tracked_at",
                "baseline_at",
                "answered_at",
                "registered",
                "asked_at",
                "claimed_at",
                "unwatched_at",
                "doubted_at",
            ),
            due={"poll_at": _LONGEST_POLL, "lease_until": _LONGEST_LEASE, "not_before": _WEEK},
            # It is asked about before it is judged by what was heard at a time that never was.
            again={"poll_at": timedelta(0), "assess_at": timedelta(minutes=10)},
            over="unwatched_at",
            theirs=("shipped_at", "promised_by", "dispatch_by", "estimate", "promise", "answered_from", "deadline_at"),
        ),
        "payloads": Times(("at",)),
        "reports": Times(("at",)),
        "sendings": Times(("arrived_at",)),
        "shadows": Times(("told_at", "over_at"), theirs=("since",)),
        "findings": Times(("since",)),
        "forgotten": Times(("at",)),
        "service": Times(("started_at", "loaded_at", "refused_at")),
        "shop_held": Times(("at",)),
        "shop_orders": Times(theirs=("updated_at",)),
        "shops": Times(("asked_at", "read_at"), theirs=("at",)),
        "silences": Times(("created_at", "released_at"), lasting={"until_at": "created_at"}),
        "unheard": Times(("since", "last_at", "told_at", "ended_at", "told_end_at")),
        "ticket_letters": Times(("tried_at",)),
        "tickets": Times(theirs=("wrote_at", "updated_at")),
        "unknown_codes": Times(("first_at", "last_at", "told_at")),
    }
)


def impossible(times: Times, row: Mapping[str, datetime | None], now: datetime) -> dict[str, datetime]:
    """The times of a row that cannot be, each with what it is to be instead."""
    early = {name for name in times.past if _over(row, name, now, SLACK)}
    found = {name: now - _MOMENT if name in times.before else now for name in early}
    found |= {name: now for name, reach in times.due.items() if _over(row, name, now, timedelta(0) if early else reach)}
    for name, began in times.lasting.items():
        end, start = row.get(name), row.get(began)
        if began in early and end is not None and start is not None:
            found[name] = now + (end - start)
    if early and not (times.over and row.get(times.over)):
        found |= {name: now + wait for name, wait in times.again.items()}
    return found


def _over(row: Mapping[str, datetime | None], name: str, now: datetime, reach: timedelta) -> bool:
    at = row.get(name)
    return at is not None and at - now > reach
