"""What is shown of cases, drafts and messages, as JSON gives it out: one shape for the command line and for HTTP.

What belongs here: putting what the store keeps and what wording/render.py says of it into plain values. Times are ISO
8601 UTC; keys are an interface that scripts rely on.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from parcelwatch.core.joint import approved
from parcelwatch.model import Agreed, Case, CaseEvent, ClaimState, Draft, Fact
from parcelwatch.store import Store, cases, drafts, tickets
from parcelwatch.store.cases import CaseRow
from parcelwatch.wording.render import Renderer

if TYPE_CHECKING:
    from parcelwatch.store.alerts import AlertRow
    from parcelwatch.wording.alike import Common


def case(row: CaseRow, words: Renderer, now: datetime) -> dict[str, Any]:
    """A case as in `cases list`; its sentence and its priority are as of `now`, or of when it was resolved."""
    one = row.case
    at = one.resolved_at or now
    return {
        "id": one.id,
        "number": row.number,
        "courier": row.courier,
        "company": row.company,
        "order": next(iter(row.orders), ""),
        "orders": list(row.orders),
        "tags": list(row.tags),
        "kind": one.kind,
        "severity": one.severity,
        "state": one.state,
        "opened_at": stamp(one.opened_at),
        "resolved_at": stamp(one.resolved_at),
        "reopened": one.reopened,
        "since": stamp(one.since),
        "says": one.fact.says,
        "sentence": words.sentence(one.fact, at),
        "threshold": str(one.limit or ""),
        "policy_line": one.line,
        "hidden_by": one.hidden_by or None,
        "incident": row.incident,
        "priority": row.priority(at),
        "snoozed_until": stamp(one.snoozed_until if one.live else None),
        "verdict": row.verdict,
        "owner": one.owner or None,
        "remedy": _remedy(one.remedy),
        "word_due_at": stamp(one.word.by) if one.word else None,
        "claim": claim(one, at),
        "tickets": list(row.tickets),
    }


def claim(case: Case, now: datetime) -> dict[str, Any] | None:
    """How a case's claim against the courier stands, None where no window is known and nobody said anything.

    `last_on` is null where it is not known, or the trouble ended by itself and there is nothing to claim any more: then
    it no longer `stands`. `running`: it is still to be made by that day. `missed`: that day is over.
    """
    one = case.claim
    if one is None:
        return None
    shown = one.last_on if one.running or one.state is not ClaimState.OPEN else None
    return {
        "state": one.state,
        "stands": one.stands,
        "running": one.running,
        "last_on": shown.isoformat() if shown else None,
        "missed": bool(one.running and one.ends_at and one.ends_at <= now),
        "window": one.line,
        "ref": one.ref,
        "amount": one.amount,
    }


def _remedy(agreed: Agreed | None) -> dict[str, Any] | None:
    if agreed is None:
        return None
    times = {"agreed_at": stamp(agreed.at), "done_at": stamp(agreed.done_at)}
    return {"what": agreed.what, "by": agreed.by, "note": agreed.note, **times}


def case_whole(store: Store, case_id: int, words: Renderer, now: datetime) -> dict[str, Any]:
    """A case with its history, the agents' notes and its drafts, oldest first. Raises NotFound."""
    shown = case(cases.one(store, case_id, now), words, now)
    letters = [draft(row, words) for row in drafts.rows(store, case_id=case_id)]
    return {
        **shown,
        "events": [_event(event, words) for event in cases.events(store, case_id)],
        "notes": cases.notes(store, case_id),
        "drafts": letters,
    }


def _event(event: CaseEvent, words: Renderer) -> dict[str, Any]:
    return {
        "at": stamp(event.at),
        "signal": event.signal,
        "before": event.before,
        "after": event.after,
        "why": words.sentence(event.why, event.at),
        "by": event.by,
    }


def draft(row: Mapping[str, Any], words: Renderer) -> dict[str, Any]:
    """A draft as in `drafts list`, with its words: those somebody was shown, else those that say its facts."""
    shown = dict(row)
    letter = words.letter(shown.pop("draft"))
    return {**shown, "subject": letter.subject, "body": letter.body}


def draft_listed(store: Store, row: Mapping[str, Any], words: Renderer) -> dict[str, Any]:
    """A draft as in `drafts list`. `letter`: all that go out with it, itself among them; `ready`: it may, as it stands.

    An approved one whose letter says something else by now is to be read again.
    """
    known: Draft = row["draft"]
    beside = drafts.beside(store, row["id"]) if known.joint or (known.unsent and known.order) else ()
    letter = words.together(known, beside)
    said = [one.id or row["id"] for one in letter]
    return {**draft(row, words), "letter": sorted(said), "ready": known.unsent and approved(letter)}


def letter(store: Store, draft_id: int, words: Renderer) -> tuple[Draft, ...]:
    """The drafts that make one letter with this one, itself among them. Raises NotFound."""
    return words.together(drafts.one(store, draft_id)[1], drafts.beside(store, draft_id))


def draft_whole(store: Store, draft_id: int, words: Renderer, *, alone: bool = False) -> dict[str, Any]:
    """A draft with the letter it goes out in, and what was done to it, oldest first. Raises NotFound.

    `drafts`: all that the letter says, this one among them. `ready`: as in `drafts list`. `alone`: what this one says
    by itself.
    """
    letters = letter(store, draft_id, words)
    (row,) = drafts.rows(store, draft_id=draft_id)
    said = words.letter(row["draft"]) if alone else words.whole(letters)
    events = [{**one, "fact": None, "why": _why(one, words)} for one in drafts.events(store, draft_id)]
    for event in events:
        del event["fact"]
    went = tickets.of_letter(store, min(row["draft"].joint, default=draft_id))
    said_by = [draft_id] if alone else sorted(one.id or draft_id for one in letters)
    ready = row["draft"].unsent and approved(letters)
    words_of = {"subject": said.subject, "body": said.body, "drafts": said_by, "ready": ready}
    return {**draft(row, words), **words_of, "events": events, "ticket": went}


def text(one: Common) -> dict[str, Any]:
    """A common text as in `drafts show --incident`; `marks`: what it may name of each letter, in braces."""
    said = {"subject": one.letter.subject, "body": one.letter.body, "marks": sorted(one.marks)}
    return {"language": one.language, "letters": len(one.letters), "drafts": sorted(one.drafts), **said}


def _why(event: Mapping[str, Any], words: Renderer) -> str:
    fact: Fact | None = event["fact"]
    return words.sentence(fact, datetime.fromisoformat(event["at"])) if fact else ""


def alert(row: AlertRow, words: Renderer, now: datetime) -> dict[str, Any]:
    """A message as in `alerts list`: the words it went with, else those it would go with now."""
    said = words.alert(row.out, row.sent_at or now)
    title = said.title if row.title is None else row.title
    body = said.body if row.body is None else row.body
    return {**_alert(row, said.line), "title": title, "body": body}


def alert_listed(row: AlertRow, words: Renderer, now: datetime) -> dict[str, Any]:
    """The same for a table: of its words only the line, and those it went with."""
    return _alert(row, words.line(row.out, row.sent_at or now))


def _alert(row: AlertRow, line: str) -> dict[str, Any]:
    out = row.out
    return {
        "id": out.id,
        "cases": [] if out.case_id is None else [out.case_id],
        "draft": out.letter.id if out.letter else None,
        "kind": out.kind,
        "channel": out.channel,
        "state": row.state,
        "attempts": out.attempts,
        "title": row.title,
        "body": row.body,
        "created_at": stamp(out.created_at),
        "sent_at": stamp(row.sent_at),
        "reason": row.reason,
        "error": row.error,
        "outcome": row.outcome or ("unknown" if row.doubts else ""),
        "meant_for": row.meant_for or None,
        "severity": out.severity,
        "due_at": stamp(row.due_at),
        "digest": row.digest,
        "incident": row.incident,
        "number": out.number or None,
        "account": out.account or None,
        "why": out.why,
        "says": out.fact.says,
        "line": line,
    }


def stamp(at: datetime | None) -> str | None:
    """ISO 8601 UTC with Z, None for None; milliseconds only where there are any."""
    if at is None:
        return None
    spec = "milliseconds" if at.microsecond >= 1000 else "seconds"
    return at.astimezone(UTC).replace(tzinfo=None).isoformat(timespec=spec) + "Z"
