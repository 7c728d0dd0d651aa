"""What is shown of cases, drafts and messages, as JSON gives it out: one shape for the command line and for HTTP.

What belongs here: putting what the store keeps and what render.py says of it into plain values. Times are ISO 8601
UTC; keys are an interface that scripts rely on.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from datetime import datetime
from typing import Any

from parcelwatch.alike import Common
from parcelwatch.core.forewarned import AHEAD, DAY, Carrier, Forewarned, Weighed
from parcelwatch.core.incidents import Incident, fact, place
from parcelwatch.core.report import AGES, Figures
from parcelwatch.core.review import Judged, Review
from parcelwatch.core.scorecards import Scorecard
from parcelwatch.core.shares import share
from parcelwatch.model import Agreed, Case, CaseEvent, ClaimState, Draft, Fact
from parcelwatch.render import Renderer
from parcelwatch.store import Store, cases, drafts, incidents, tickets
from parcelwatch.store.alerts import AlertRow
from parcelwatch.store.cases import CaseRow
from parcelwatch.store.rows import iso, maybe_ms


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
        "snoozed_until": stamp(one.snoozed_until),
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


def incident(store: Store, one: Incident, words: Renderer, now: datetime) -> dict[str, Any]:
    """An incident as in `incidents list`: what its group has in common, its numbers, and what it was measured by.

    `troubled` of `parcels` of the group are so as of the last look; `folded` parcels are told by it, of which `left`
    are in trouble still.
    """
    left = incidents.left(store, one.id or 0)
    return {
        "id": one.id,
        "state": one.state,
        **one.group._asdict(),
        "place": place(one.group),
        "opened_at": stamp(one.opened_at),
        "closed_at": stamp(one.closed_at),
        "troubled": one.troubled,
        "parcels": one.parcels,
        "folded": one.folded,
        "left": left,
        "usual": one.usual,
        "known": one.known,
        "chance": one.chance,
        "sentence": words.sentence(fact(one, left), one.closed_at or now, one.group.courier),
    }


def incident_whole(store: Store, incident_id: int, words: Renderer, now: datetime) -> dict[str, Any]:
    """An incident with its history, oldest first, and the ids of its cases and of the letters to approve.

    Raises NotFound.
    """
    one = incidents.one(store, incident_id)
    events = [{**asdict(each), "at": stamp(each.at)} for each in incidents.events(store, incident_id)]
    found = [row.case.id for row in cases.rows(store, now, incident=incident_id)]
    letters = incidents.letters(store, incident_id)
    return {**incident(store, one, words, now), "events": events, "cases": found, "drafts": letters}


def draft(row: Mapping[str, Any], words: Renderer) -> dict[str, Any]:
    """A draft as in `drafts list`, with its words: those somebody was shown, else those that say its facts."""
    shown = dict(row)
    letter = words.letter(shown.pop("draft"))
    return {**shown, "subject": letter.subject, "body": letter.body}


def letter(store: Store, draft_id: int, words: Renderer) -> tuple[Draft, ...]:
    """The drafts that make one letter with this one, itself among them. Raises NotFound."""
    return words.together(drafts.one(store, draft_id)[1], drafts.beside(store, draft_id))


def draft_whole(store: Store, draft_id: int, words: Renderer, *, alone: bool = False) -> dict[str, Any]:
    """A draft with the letter it goes out in, and what was done to it, oldest first. Raises NotFound.

    `drafts`: all that the letter says, this one among them. `alone`: what this one says by itself.
    """
    letters = letter(store, draft_id, words)
    (row,) = drafts.rows(store, draft_id=draft_id)
    said = words.letter(row["draft"]) if alone else words.whole(letters)
    events = [{**one, "fact": None, "why": _why(one, words)} for one in drafts.events(store, draft_id)]
    for event in events:
        del event["fact"]
    went = tickets.of_letter(store, min(row["draft"].joint, default=draft_id))
    said_by = [draft_id] if alone else sorted(one.id or draft_id for one in letters)
    words_of = {"subject": said.subject, "body": said.body, "drafts": said_by}
    return {**draft(row, words), **words_of, "events": events, "ticket": went}


def text(one: Common) -> dict[str, Any]:
    """A common text as in `drafts show --incident`; `marks`: what it may name of each letter, in braces."""
    said = {"subject": one.letter.subject, "body": one.letter.body, "marks": sorted(one.marks)}
    return {"language": one.language, "letters": len(one.letters), "drafts": sorted(one.letters), **said}


def _why(event: Mapping[str, Any], words: Renderer) -> str:
    fact: Fact | None = event["fact"]
    return words.sentence(fact, datetime.fromisoformat(event["at"])) if fact else ""


def alert(row: AlertRow, words: Renderer, now: datetime) -> dict[str, Any]:
    """A message as in `alerts list`: the words it went with, else those it would go with now."""
    out = row.out
    said = words.alert(out, row.sent_at or now)
    return {
        "id": out.id,
        "cases": [] if out.case_id is None else [out.case_id],
        "draft": out.letter.id if out.letter else None,
        "kind": out.kind,
        "channel": out.channel,
        "state": row.state,
        "attempts": out.attempts,
        "title": said.title if row.title is None else row.title,
        "body": said.body if row.body is None else row.body,
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
        "line": said.line,
    }


def report(figures: Figures) -> dict[str, Any]:
    """What happened in a while and what waits, as `report --json` gives it out."""
    counts = figures.counts
    return {
        "from": stamp(figures.since),
        "to": stamp(figures.until),
        **{name: counts[name] for name in ("opened", "acknowledged", "resolved", "escalated", "reraised")},
        "waiting": {
            "total": figures.waiting,
            "hidden": figures.hidden,
            "states": dict(figures.states),
            "ages": {name: figures.ages.get(name, 0) for name in AGES},
            "owners": dict(figures.owners),
        },
        "letters": {name: counts[name] for name in ("drafted", "approved", "sent")},
        "remedies": {"agreed": counts["agreed"], "done": counts["done"], "open": figures.owed},
        "verdicts": {"true": counts["right"], "false": counts["wrong"], "known": counts["known"]},
        "incidents": dict(figures.incidents),
        "shadows": [dict(each) for each in figures.shadows],
    }


def review(over: Review) -> dict[str, Any]:
    """The figures of some weeks, as `report --json` gives them out beside those of `report`.

    Shares are 0 to 1; a share, a median or a tail is null where there is too little to say it of.
    """
    return {
        "parcels": over.parcels,
        "alerts": {
            "total": over.load.total,
            "parcels": over.load.parcels,
            "per_100": rounded(over.alerts_per_100),
            "by_kind": dict(over.load.by_kind),
            "days": [{"day": day.isoformat(), "alerts": count} for day, count in over.load.days],
        },
        "complaints": _forewarned(over.forewarned),
        "asked": {
            "total": over.asked.total,
            "kinds": dict(over.asked.kinds),
            "weekdays": list(over.asked.weekdays),
            "couriers": [{**_carrier(one), "complaints": count} for one, count in over.asked.carriers.items()],
        },
        "precision": [_judged(one) for one in over.judged],
        "couriers": [_scorecard(one) for one in over.couriers],
    }


def complaint(one: Weighed, number: str, order: str) -> dict[str, Any]:
    """A complaint as in `complaints list`; `warned_by`: of which kind the first alert before it was, null for none."""
    return {
        "id": one.complaint.id,
        "at": stamp(one.complaint.at),
        "number": number or None,
        "order": order or None,
        "kind": one.complaint.kind,
        **_carrier(one.complaint.carrier),
        "again": one.again,
        "warned_by": one.warning.kind if one.warning else None,
        "warned_at": stamp(one.warning.at) if one.warning else None,
        "lead_days": rounded(one.lead / DAY) if one.lead is not None else None,
    }


def _forewarned(known: Forewarned) -> dict[str, Any]:
    ahead = {days: known.ahead(days) for days in AHEAD}
    return {
        "total": known.total,
        "warned": known.warned,
        **{f"warned_{days}d": count for days, count in ahead.items()},
        "median_lead_days": rounded(known.median_days),
        "share": rounded(share(known.warned, known.total)),
        **{f"share_{days}d": rounded(share(count, known.total)) for days, count in ahead.items()},
        "by_kind": dict(known.by_kind),
        "again": known.again,
    }


def _judged(one: Judged) -> dict[str, Any]:
    verdicts = {"true": one.right, "false": one.wrong, "known": one.known}
    return {"kind": one.kind, "alerts": one.alerts, **verdicts, "precision": rounded(one.precision)}


def _carrier(carrier: Carrier) -> dict[str, Any]:
    """Whose it is; both are null for several couriers' at once."""
    courier, company = carrier
    return {"courier": courier or None, "company": company if courier else None}


def _scorecard(card: Scorecard) -> dict[str, Any]:
    return {
        **_carrier(card.carrier),
        "parcels": card.parcels,
        "promised": card.promised,
        "on_time": card.on_time,
        "on_time_share": rounded(card.on_time_share),
        "exceptions": card.troubled,
        "exceptions_per_1000": rounded(card.troubled_per_1000),
        "arrived": card.ended,
        "dwell": {
            str(stage): {"n": stay.n, "median_hours": rounded(stay.median), "p90_hours": rounded(stay.tail)}
            for stage, stay in card.stays.items()
        },
    }


def rounded(value: float | None) -> float | None:
    """To three places, which is more than anybody can read out of a share or an hour."""
    return None if value is None else round(value, 3)


def stamp(at: datetime | None) -> str | None:
    """ISO 8601 UTC with Z, None for None."""
    return iso(maybe_ms(at))
