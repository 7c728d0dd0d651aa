"""Drafts for the customer: which troubles have one, in which language, and the facts it may say.

What belongs here: choosing facts and judging whether they still hold. Words are templates (see render.py).
A fact is something the courier or the shop said; nothing is inferred, and nothing but facts reaches a text.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from parcelwatch.core.kinds import LETTERS
from parcelwatch.core.timeline import current, earliest, latest
from parcelwatch.model import Case, Checkpoint, Dossier, Draft, Entry, Fact, Form, Milestone, Parcel

REMEDIES = ("resend", "refund", "redeliver", "hold", "documents")
"""What a draft can offer; each has a phrase in every language."""


@dataclass(frozen=True, slots=True)
class Wording:
    """What the shop decides about its drafts.

    `remedies`: codes of REMEDIES by kind; an absent or empty entry means the default.
    """

    shop: str = ""
    languages: tuple[str, ...] = ("en",)
    follow_up: timedelta = timedelta(days=2)
    remedies: Mapping[str, tuple[str, ...]] = field(default_factory=dict)


# --- language ------------------------------------------------------------------------------------


def language(parcel: Parcel, languages: Sequence[str]) -> str:
    """The listed language nearest the parcel's: the same, else one with the same first part, else the first."""
    wanted = parcel.language.strip().replace("_", "-").lower()
    for listed in languages:
        if listed.lower() == wanted:
            return listed
    for listed in languages:
        if wanted and _primary(listed) == _primary(wanted):
            return listed
    return languages[0] if languages else "en"


def _primary(tag: str) -> str:
    return tag.partition("-")[0].lower()


# --- evidence ------------------------------------------------------------------------------------


def evidence(dossier: Dossier, kind: str) -> Entry | None:
    """The entry a case of `kind` rests on: the newest of those that fit best, None if none does."""
    entries = _scans(dossier)
    for fits in LETTERS[kind].evidence:
        found = [entry for entry in entries if fits(entry.checkpoint)]
        if found:
            return found[-1]
    return None


def _scans(dossier: Dossier) -> tuple[Entry, ...]:
    """What the courier stands by, without label data: an update of that is no news of the parcel."""
    entries = current(dossier.timeline)
    return tuple(entry for entry in entries if entry.checkpoint.milestone is not Milestone.INFO_RECEIVED)


# --- facts ---------------------------------------------------------------------------------------


def facts(dossier: Dossier, case: Case, wording: Wording, now: datetime) -> Mapping[str, object]:
    """All a draft may say, fit for JSON: texts as they came (cleaned when rendered), times ISO 8601 UTC.

    What is not known is "". The checkpoint in evidence happened from `seen_from` to `seen_until`; `seen_as` is how
    we read it, `evidence` its identity, which no text shows.
    """
    parcel = dossier.parcel
    return {
        "kind": case.kind,
        "number": parcel.number,
        "order": parcel.order,
        "shop": wording.shop,
        "customer_name": parcel.customer_name,
        "destination": parcel.destination,
        "milestone": str(dossier.milestone),
        "since": stamp(case.since),
        "promised_by": stamp(parcel.promised_by or dossier.promise),
        "promise_of": "shop" if parcel.promised_by else "courier" if dossier.promise else "",
        "remedies": list(wording.remedies.get(case.kind) or LETTERS[case.kind].remedies),
        "written_at": stamp(now),
        "follow_up_at": stamp(now + wording.follow_up),
        **_seen(evidence(dossier, case.kind)),
    }


def _seen(entry: Entry | None) -> dict[str, object]:
    if entry is None:
        return {"evidence": [], **dict.fromkeys(("what", "place", "seen_from", "seen_until", "seen_as", "cause"), "")}
    checkpoint = entry.checkpoint
    return {
        "evidence": _identity(checkpoint),
        "what": checkpoint.text,
        "place": checkpoint.place,
        "seen_from": stamp(earliest(entry)),
        "seen_until": stamp(latest(entry)),
        "seen_as": str(checkpoint.milestone),
        "cause": str(checkpoint.cause or ""),
    }


def _identity(checkpoint: Checkpoint) -> list[str]:
    """Checkpoint.identity as JSON gives it back."""
    return [stamp(part) if isinstance(part, datetime) else part for part in checkpoint.identity]


def stamp(at: datetime | None) -> str:
    """ISO 8601 UTC to the second, with Z; "" for None."""
    return at.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z") if at else ""


# --- does it still hold --------------------------------------------------------------------------


def contradicted(draft: Draft, dossier: Dossier) -> Fact | None:
    """Why an unsent draft is no longer true, None while it is.

    Untrue: the courier took back the checkpoint it rests on, or a newer one puts the parcel where the draft
    says it is not. Damage stays damage wherever the parcel goes.
    """
    checkpoints = [entry.checkpoint for entry in _scans(dossier)]
    rests_on = draft.facts.get("evidence")
    if rests_on and all(_identity(checkpoint) != rests_on for checkpoint in checkpoints):
        return Fact(Form.SCAN_TAKEN_BACK)
    if not checkpoints or dossier.milestone not in LETTERS[draft.kind].undone_by:
        return None
    newest = checkpoints[-1]
    return None if stamp(newest.occurred_at) <= _newest_known(draft) else Fact(Form.NEWER_SCAN, scan=newest)


def _newest_known(draft: Draft) -> str:
    """When the checkpoint it rests on happened, at the earliest; without one, since when there is trouble."""
    rests_on = draft.facts.get("evidence")
    return str(rests_on[0] if isinstance(rests_on, list) and rests_on else draft.facts["since"])


def overdue(draft: Draft, now: datetime) -> bool:
    """Whether the day by which it promises word has come, so that it must be edited before it is sent."""
    return stamp(now) >= str(draft.facts["follow_up_at"])
