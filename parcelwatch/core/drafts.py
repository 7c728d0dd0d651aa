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
from parcelwatch.model import Case, Checkpoint, Dossier, Draft, Entry, Fact, Form, Order, Sure

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


def language(order: Order, languages: Sequence[str]) -> str:
    """The listed language nearest the order's: the same, else one with the same first part.

    Where none is near, English if it is listed and the order names a language, for more people read it; else the first.
    """
    wanted = order.language.strip().replace("_", "-").lower()
    near = [listed for listed in languages if listed.lower() == wanted]
    if wanted:
        near += [listed for first in (_primary(wanted), "en") for listed in languages if _primary(listed) == first]
    return next(iter((*near, *languages)), "en")


def _primary(tag: str) -> str:
    return tag.partition("-")[0].lower()


# --- evidence ------------------------------------------------------------------------------------


def evidence(dossier: Dossier, kind: str) -> Entry | None:
    """The entry a case of `kind` rests on: the newest of those that fit best, None if none does.

    Customers are told what the courier said; what an agent noted is for agents.
    """
    return _newest([entry for entry in current(dossier.timeline) if not entry.checkpoint.by], kind)


def _rests_on(dossier: Dossier, case: Case) -> Entry | None:
    """The entry that the case itself rests on, if a letter may quote it; else the best there is.

    What was stated is not doubted again because a search goes on.
    """
    scan = case.fact.scan
    if scan is not None and not scan.by and any(fits(scan) for fits in LETTERS[case.kind].evidence):
        same = (each for each in current(dossier.timeline) if each.checkpoint.identity == scan.identity)
        if (entry := next(same, None)) is not None:
            return entry
    return evidence(dossier, case.kind)


def _newest(entries: Sequence[Entry], kind: str) -> Entry | None:
    for fits in LETTERS[kind].evidence:
        found = [entry for entry in entries if fits(entry.checkpoint)]
        if found:
            return found[-1]
    return None


# --- facts ---------------------------------------------------------------------------------------


def facts(dossier: Dossier, case: Case, order: Order, wording: Wording, now: datetime) -> dict[str, object]:
    """All a draft may say, fit for JSON: texts as they came (cleaned when rendered), times ISO 8601 UTC.

    What is not known is "". Of the parcel: its id, where it is, and the checkpoint in evidence, which happened from
    `seen_from` to `seen_until`; `seen_as` is how we read it, `evidence` its identity, which no text shows. `also`: the
    same of other parcels of the order that the draft is about too.
    """
    promised_by = order.promised_by or dossier.promise
    return {
        "kind": case.kind,
        "order": order.number,
        "shop": wording.shop,
        "customer_name": order.customer_name,
        "promised_by": stamp(promised_by),
        "promise_of": "shop" if order.promised_by else "courier" if dossier.promise else "",
        "remedies": list(wording.remedies.get(case.kind) or LETTERS[case.kind].remedies),
        "written_at": stamp(now),
        "follow_up_at": stamp(now + wording.follow_up),
        **_of_parcel(dossier, case),
        "also": [],
    }


def _of_parcel(dossier: Dossier, case: Case) -> dict[str, object]:
    return {
        "parcel": dossier.parcel.id,
        "number": dossier.parcel.number,
        "origin": dossier.parcel.origin,
        "destination": dossier.parcel.destination,
        "milestone": str(dossier.milestone),
        "since": stamp(case.since),
        **_seen(_rests_on(dossier, case)),
    }


# --- one draft for several parcels ---------------------------------------------------------------

Facts = Mapping[str, object]

MOST = 50
"""Parcels that one draft is about; an order with more of them in trouble gets another draft."""


def parts(facts: Facts) -> list[Facts]:
    """What the facts of a draft say of each parcel it is about, the first one first."""
    also = facts.get("also")
    return [facts, *(also if isinstance(also, list) else [])]


def about(draft: Draft, parcel_id: int) -> Facts | None:
    """What a draft says of one parcel, None when it is not about it."""
    return next((part for part in parts(draft.facts) if part.get("parcel") == parcel_id), None)


def joined(draft: Draft, dossier: Dossier, case: Case) -> Facts:
    """The facts of a draft that is from now on about one more parcel."""
    return {**draft.facts, "also": [*parts(draft.facts)[1:], _of_parcel(dossier, case)]}


def without(draft: Draft, parcel_id: int) -> Facts | None:
    """The facts of a draft that is no longer about that parcel, None when nothing is left."""
    rest = [part for part in parts(draft.facts) if part.get("parcel") != parcel_id]
    if not rest:
        return None
    return {**draft.facts, **{name: value for name, value in rest[0].items() if name != "also"}, "also": rest[1:]}


_OF_SCANS = ("what", "place", "seen_from", "seen_until", "seen_as", "cause", "sure")


def _seen(entry: Entry | None) -> dict[str, object]:
    if entry is None:
        return {
            "evidence": [],
            **dict.fromkeys(("what", "place", "seen_from", "seen_until", "seen_as", "cause", "sure"), ""),
        }
    checkpoint = entry.checkpoint
    return {
        "evidence": _identity(checkpoint),
        "what": checkpoint.text,
        "place": checkpoint.place,
        "seen_from": stamp(earliest(entry)),
        "seen_until": stamp(latest(entry)),
        "seen_as": str(checkpoint.milestone),
        "cause": str(checkpoint.cause or ""),
        "sure": str(checkpoint.sure),
    }


def _identity(checkpoint: Checkpoint) -> list[str]:
    """Checkpoint.identity as JSON gives it back."""
    return [stamp(part) if isinstance(part, datetime) else part for part in checkpoint.identity]


def _is(checkpoint: Checkpoint, identity: list[object]) -> bool:
    """Whether this is its identity; words are compared before times, which take longer."""
    return [*checkpoint.identity[2:]] == identity[2:] and _identity(checkpoint) == identity


def stamp(at: datetime | None) -> str:
    """ISO 8601 UTC to the second, with Z; "" for None."""
    return at.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z") if at else ""


# --- does it still hold --------------------------------------------------------------------------


def contradicted(draft: Draft, dossier: Dossier) -> Fact | None:
    """Why an unsent draft is no longer true of this parcel, None while it is.

    Untrue: the courier took back the checkpoint it rests on, or a newer one puts the parcel where the draft says it is
    not. Damage stays damage wherever the parcel goes.
    """
    said = about(draft, dossier.parcel.id)
    if said is None:
        return None
    entries = current(dossier.timeline)
    checkpoints = [entry.checkpoint for entry in entries]
    rests_on = said.get("evidence")
    if isinstance(rests_on, list) and rests_on and not any(_is(checkpoint, rests_on) for checkpoint in checkpoints):
        return Fact(Form.SCAN_TAKEN_BACK)
    surer = _newest(entries, draft.kind)
    if surer is not None and _weighs_otherwise(said.get("sure"), surer.checkpoint.sure):
        return Fact(Form.NEWER_SCAN, scan=surer.checkpoint)
    moved = [checkpoint for checkpoint in checkpoints if checkpoint.moves]
    if not moved or dossier.milestone not in LETTERS[draft.kind].undone_by:
        return None
    newest = moved[-1]
    return None if stamp(newest.occurred_at) <= _newest_known(said) else Fact(Form.NEWER_SCAN, scan=newest)


def order_of(draft: Draft, orders: Sequence[Order]) -> Order | None:
    """The order a draft is about, as it is by now; None when it is not among these."""
    return next((order for order in orders if order.number == draft.order), None)


def _weighs_otherwise(said: object, now: Sure) -> bool:
    """Whether a cause is surer or slighter than a draft says. What was stated is not taken back by a search."""
    return said not in (None, "", now) and (said, now) != (Sure.STATED, Sure.SUSPECTED)


def misaddressed(draft: Draft, orders: Sequence[Order]) -> bool:
    """Whether the order has another customer by now than the one a draft is addressed to."""
    order = order_of(draft, orders)
    return order is not None and (order.customer_name, order.customer_contact) != (draft.to_name, draft.to_contact)


def repromised(draft: Draft, dossier: Dossier) -> Fact | None:
    """The promise that holds by now, where a draft names another one; None where it names none, or that one."""
    order = order_of(draft, dossier.parcel.orders)
    until = (order.promised_by if order else None) or dossier.promise
    if not LETTERS[draft.kind].promise or draft.facts.get("promised_by") in (None, "", stamp(until)):
        return None
    return Fact(Form.PROMISE_CHANGED, until=until)


def _newest_known(said: Facts) -> str:
    """When the checkpoint it rests on happened, at the earliest; without one, since when there is trouble."""
    rests_on = said.get("evidence")
    return str(rests_on[0] if isinstance(rests_on, list) and rests_on else said["since"])


def overdue(draft: Draft, now: datetime) -> bool:
    """Whether the day by which it promises word has come, so that it must be edited before it is sent."""
    return stamp(now) >= str(draft.facts["follow_up_at"])
