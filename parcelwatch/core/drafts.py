"""Drafts for the customer: which troubles have one, and the facts it may say.

What belongs here: choosing facts and judging whether they still hold. Words are templates (see wording/).
A fact is something the courier or the shop said; nothing is inferred, and nothing but facts reaches a text.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Final

from parcelwatch.core.asks import asks, recalled
from parcelwatch.core.kinds import LETTERS
from parcelwatch.core.tracking.timeline import current, earliest, latest
from parcelwatch.model import (
    Case,
    Cause,
    Checkpoint,
    Dossier,
    Draft,
    Entry,
    Fact,
    Form,
    LetterStep,
    Milestone,
    Order,
    Remedy,
    Sure,
)

REMEDIES = tuple(str(each) for each in Remedy if each is not Remedy.OTHER)
"""What a draft can offer; each has a phrase in every language."""


@dataclass(frozen=True, slots=True)
class Offer:
    """What some customers are offered: those of `tier`, and with orders of `value` or more. "" and () match all."""

    remedies: tuple[str, ...]
    kinds: tuple[str, ...] = ()
    tier: str = ""
    value: float = 0.0

    def matches(self, kind: str, order: Order) -> bool:
        same_tier = not self.tier or self.tier.casefold() == order.tier.casefold()
        return same_tier and order.value >= self.value and (not self.kinds or kind in self.kinds)


@dataclass(frozen=True, slots=True)
class Wording:
    """What the shop decides about its drafts.

    `remedies`: codes of REMEDIES by kind; an absent entry means the default, an empty one that nothing is offered.
    `offers`: what comes before them for some orders; the first that matches holds.
    """

    shop: str = ""
    languages: tuple[str, ...] = ("en",)
    follow_up: timedelta = timedelta(days=2)
    remedies: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    offers: tuple[Offer, ...] = ()

    def offered(self, kind: str, order: Order) -> tuple[str, ...] | None:
        """What the shop chose to offer, None where it chose nothing."""
        chosen = next((offer.remedies for offer in self.offers if offer.matches(kind, order)), None)
        return self.remedies.get(kind) if chosen is None else chosen


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

Facts = Mapping[str, object]


def facts(
    dossier: Dossier,
    case: Case,
    order: Order,
    wording: Wording,
    now: datetime,
    step: LetterStep = LetterStep.FIRST,
    earlier: Draft | None = None,
) -> dict[str, object]:
    """All a draft may say, fit for JSON: texts as they came (cleaned when rendered), times ISO 8601 UTC.

    What is not known is "". Of the parcel: its id, where it is, and the checkpoint in evidence, which happened from
    `seen_from` to `seen_until`; `seen_as` is how we read it, `evidence` its identity, which no text shows. `also`: the
    same of other parcels of the order that the draft is about too. `attempt`: which one failed, 0 where nobody counted.
    `reason`: why it goes back, `asks`: what customs wants, as far as the courier says. `wrote_at`: when the customer
    was written to before. `corrects`: of a correction, the good news that was wrong.
    """
    promised_by = promised_to(order, dossier)
    return {
        **_of_order(order, wording, now, step),
        "kind": case.kind,
        "promised_by": stamp(promised_by),
        "promise_of": "shop" if order.promised_by else "courier" if dossier.promise else "",
        "remedies": list(_remedies(dossier, case.kind, order, wording)),
        "wrote_at": stamp(earlier.sent_at or earlier.created_at) if earlier else "",
        "corrects": _good_news(earlier) if earlier and step is LetterStep.CORRECTED else "",
        **_of_parcel(dossier, case, step),
        # Of a correction: how sure the letter was that is corrected.
        **({"sure": earlier.facts.get("sure", "")} if earlier and step is LetterStep.CORRECTED else {}),
        "also": [],
    }


def _good_news(letter: Draft) -> str:
    """Where a letter said that all goes well: "delivered", or as in _whereabouts; "" where it told of trouble."""
    if letter.step is LetterStep.DELIVERED:
        return str(Milestone.DELIVERED)
    return _whereabouts(letter, letter.facts.get("milestone")) if letter.step is LetterStep.MOVED else ""


def announcing(
    dossier: Dossier, order: Order, wording: Wording, now: datetime, peak: str, first: datetime, last: datetime
) -> dict[str, object]:
    """All that an announcement of a peak may say, as in `facts`."""
    return {
        **_of_order(order, wording, now, LetterStep.PEAK),
        "kind": PEAK,
        "peak": peak,
        "peak_from": stamp(first),
        "peak_to": stamp(last),
        **_parcel(dossier),
        **_seen(None),
        "also": [],
    }


def peak_over_at(draft: Draft) -> datetime:
    """When the peak that a draft announces is over: its last day is kept as its noon."""
    return datetime.fromisoformat(str(draft.facts["peak_to"])) + timedelta(hours=12)


PEAK = "peak"
"""Stands where a kind of trouble would, in a letter about none."""


def _of_order(order: Order, wording: Wording, now: datetime, step: LetterStep) -> dict[str, object]:
    return {
        "step": str(step),
        "order": order.number,
        "shop": wording.shop,
        "customer_name": order.customer_name,
        "promised_by": "",
        "promise_of": "",
        "remedies": [],
        **dates(wording, now),
        "wrote_at": "",
    }


def dates(wording: Wording, now: datetime) -> dict[str, object]:
    """When it is written, and by when the customer is promised to hear again."""
    return {"written_at": stamp(now), "follow_up_at": stamp(now + wording.follow_up)}


def _parcel(dossier: Dossier) -> dict[str, object]:
    return {
        "parcel": dossier.parcel.id,
        "number": dossier.parcel.number,
        "account": dossier.parcel.courier,
        "company": dossier.parcel.company,
        "origin": dossier.parcel.origin,
        "destination": dossier.parcel.destination,
        "milestone": str(dossier.milestone),
        "since": "",
        "attempt": 0,
        "reason": "",
        "asks": "",
    }


def _of_parcel(dossier: Dossier, case: Case, step: LetterStep) -> dict[str, object]:
    entry = _rests_on(dossier, case) if step in _OF_TROUBLE else newest(dossier)
    return {
        **_parcel(dossier),
        "since": stamp(case.since),
        "attempt": case.fact.count if case.kind == "attempt_failed" else 0,
        "reason": str(why_back(dossier) or "") if case.kind in _BACK else "",
        "asks": asks(entry.checkpoint.text) if entry and case.kind == "customs_held" else "",
        **_seen(entry),
    }


_OF_TROUBLE = (LetterStep.FIRST, LetterStep.UPDATE)
_BACK = ("returning", "returned")


def newest(dossier: Dossier) -> Entry | None:
    """The courier's newest scan of movement."""
    moved = [entry for entry in current(dossier.timeline) if entry.checkpoint.moves and not entry.checkpoint.by]
    return moved[-1] if moved else None


def why_back(dossier: Dossier) -> Cause | None:
    """Why a parcel goes back, where the courier says so: refused, or the address.

    By the scan of its return, else by the last trouble before it.
    """
    said = [entry.checkpoint for entry in current(dossier.timeline) if not entry.checkpoint.by]
    back = [at for at, one in enumerate(said) if one.milestone in (Milestone.RETURNING, Milestone.RETURNED)]
    named = [said[at].cause for at in reversed(back) if said[at].cause in (Cause.REFUSED, Cause.ADDRESS)]
    before = said[: back[0]] if back else []
    failed = [one.cause for one in before if one.milestone is Milestone.ATTEMPT_FAILED or one.cause is Cause.REFUSED]
    cause = next(iter((*named, *reversed(failed))), None)
    return cause if cause in (Cause.REFUSED, Cause.ADDRESS) else None


def called_back(dossier: Dossier) -> bool:
    """Whether the shop itself had the parcel sent back, as its scans say."""
    said = (entry.checkpoint for entry in current(dossier.timeline))
    return any(recalled(one.text) for one in said if one.milestone in (Milestone.RETURNING, Milestone.RETURNED))


def _remedies(dossier: Dossier, kind: str, order: Order, wording: Wording) -> tuple[str, ...]:
    """What the shop chose to offer, else what its kind has; who refused a parcel is not sent another."""
    chosen = wording.offered(kind, order)
    if chosen is not None:
        return chosen
    refused = kind in _BACK and why_back(dossier) is Cause.REFUSED
    return ("refund",) if refused else LETTERS[kind].remedies


def offered(facts: Facts) -> list[str]:
    """The codes of what is offered beyond what the letter's own sentences offer."""
    codes, spec = facts.get("remedies"), LETTERS.get(str(facts["kind"]))
    if facts.get("reason") == Cause.REFUSED:
        in_text: tuple[str, ...] = ("refund", "resend")
    else:
        first = facts.get("step", LetterStep.FIRST) == LetterStep.FIRST
        in_text = spec.in_text if spec and first else ()
    return [code for code in codes if code not in in_text] if isinstance(codes, list) else []


# --- one draft for several parcels ---------------------------------------------------------------

MOST = 50
"""Parcels that one draft is about; an order with more of them in trouble gets another draft."""


def parts(facts: Facts) -> list[Facts]:
    """What the facts of a draft say of each parcel it is about, the first one first."""
    also = facts.get("also")
    return [facts, *(also if isinstance(also, list) else [])]


def about(draft: Draft, parcel_id: int) -> Facts | None:
    """What a draft says of one parcel, None when it is not about it."""
    return next((part for part in parts(draft.facts) if part.get("parcel") == parcel_id), None)


_SAID_OF_ALL: Final = ("account", "company", "sure", "cause", "reason", "asks", "seen_as", "wrote_at", "corrects")
_BY_PLACE: Final = frozenset({"attempt_failed", "not_delivered", "awaiting_collection"})
_TO_COLLECT: Final = str(Milestone.AVAILABLE_FOR_PICKUP)
_NO_LONGER_COMING: Final = frozenset(map(str, (Milestone.EXCEPTION, Milestone.RETURNING, Milestone.RETURNED)))


def tells(draft: Draft) -> tuple[object, ...]:
    """What a letter's sentences say of all its parcels alike: those that differ in it are written to apart."""
    facts, attempt = draft.facts, draft.facts.get("attempt")
    place = facts.get("place") if draft.kind in _BY_PLACE and draft.step is LetterStep.FIRST else ""
    again = isinstance(attempt, int) and attempt > 1
    return (
        *(facts.get(name) or "" for name in _SAID_OF_ALL),
        _whereabouts(draft, facts.get("milestone")),
        place,
        again,
    )


def _whereabouts(draft: Draft, milestone: object) -> str:
    """What a letter's sentences make of where its parcel is; "" where they say nothing of it."""
    at = str(milestone or "")
    if draft.step is LetterStep.MOVED:
        return at if at in (_TO_COLLECT, Milestone.OUT_FOR_DELIVERY) else "moving"
    if draft.step is not LetterStep.FIRST:
        return ""
    if draft.kind == "damaged":
        return "" if at in _NO_LONGER_COMING else at if at == Milestone.DELIVERED else "coming"
    return at if (draft.kind, at) == ("late", _TO_COLLECT) else ""


def joined(draft: Draft, dossier: Dossier, case: Case) -> Facts:
    """The facts of a draft that is from now on about one more parcel."""
    return {**draft.facts, "also": [*parts(draft.facts)[1:], _of_parcel(dossier, case, draft.step)]}


def without(draft: Draft, parcel_id: int) -> Facts | None:
    """The facts of a draft that is no longer about that parcel, None when nothing is left."""
    rest = [part for part in parts(draft.facts) if part.get("parcel") != parcel_id]
    if not rest:
        return None
    return {**draft.facts, **{name: value for name, value in rest[0].items() if name != "also"}, "also": rest[1:]}


_OF_SCANS = ("what", "place", "seen_from", "seen_until", "seen_as", "cause", "sure")


def _seen(entry: Entry | None) -> dict[str, object]:
    if entry is None:
        return {"evidence": [], **dict.fromkeys(_OF_SCANS, "")}
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


def _stands(said: Facts, checkpoint: Checkpoint) -> bool:
    """Whether this is the checkpoint in evidence. One that names a cause may have been dated anew since."""
    rests_on = said["evidence"]
    assert isinstance(rests_on, list)
    if said.get("cause") and checkpoint.cause == said["cause"]:
        return [*checkpoint.identity[2:]] == rests_on[2:]
    return _is(checkpoint, rests_on)


def stamp(at: datetime | None) -> str:
    """ISO 8601 UTC to the second, with Z; "" for None."""
    return at.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z") if at else ""


# --- does it still hold --------------------------------------------------------------------------


def contradicted(draft: Draft, dossier: Dossier) -> Fact | None:
    """Why an unsent draft is no longer true of this parcel, None while it is.

    Untrue: the courier took back the checkpoint it rests on, or a newer one puts the parcel where the draft says it is
    not. Damage stays damage wherever the parcel goes, and however often the courier dates it anew; but what its
    letter asks of the customer hangs on whether they have it.
    """
    said = about(draft, dossier.parcel.id)
    if said is None:
        return None
    entries = current(dossier.timeline)
    checkpoints = [entry.checkpoint for entry in entries]
    if not rests(said, dossier):
        return Fact(Form.SCAN_TAKEN_BACK)
    if _elsewhere(_whereabouts(draft, said.get("milestone")), _whereabouts(draft, dossier.milestone)):
        entry = newest(dossier)
        return Fact(Form.NEWER_SCAN, scan=entry.checkpoint if entry else None)
    if draft.step not in _OF_TROUBLE:
        return None
    surer = _newest(entries, draft.kind)
    if surer is not None and _weighs_otherwise(said.get("sure"), surer.checkpoint.sure):
        return Fact(Form.NEWER_SCAN, scan=surer.checkpoint)
    moved = [checkpoint for checkpoint in checkpoints if checkpoint.moves]
    if not moved or dossier.milestone not in LETTERS[draft.kind].undone_by:
        return None
    last = moved[-1]
    return None if stamp(last.occurred_at) <= _newest_known(said) else Fact(Form.NEWER_SCAN, scan=last)


def _elsewhere(said: str, now: str) -> bool:
    """Whether what a letter says of where its parcel is holds no more; what is out for delivery is moving, too."""
    return said not in ("", now) and (said, now) != ("moving", Milestone.OUT_FOR_DELIVERY)


def rests(said: Facts, dossier: Dossier) -> bool:
    """Whether the courier still lists the checkpoint that a draft rests on; true of one that rests on none."""
    on = said.get("evidence")
    if not (isinstance(on, list) and on):
        return True
    return any(_stands(said, entry.checkpoint) for entry in current(dossier.timeline))


def newer(draft: Draft, dossier: Dossier) -> Checkpoint | None:
    """The newest scan of movement, if it is younger than what a draft says of this parcel."""
    said, entry = about(draft, dossier.parcel.id), newest(dossier)
    if said is None or entry is None or stamp(entry.checkpoint.occurred_at) <= _newest_known(said):
        return None
    return entry.checkpoint


def outlived(draft: Draft, dossier: Dossier) -> bool:
    """Whether its good news of this parcel is none by now: it is not delivered, or has not moved since before."""
    if draft.step is LetterStep.DELIVERED:
        return dossier.milestone is not Milestone.DELIVERED
    said, entry = about(draft, dossier.parcel.id), newest(dossier)
    moved = entry is not None and said is not None and stamp(entry.checkpoint.occurred_at) >= _newest_known(said)
    return draft.step is LetterStep.MOVED and not moved


def last_sent(dossier: Dossier, kind: str, order: Order) -> Draft | None:
    """The last letter about this parcel and kind that the customer of an order has, or may have."""
    sent = (one for one in reversed(dossier.past) if one.gone and (one.kind, one.order) == (kind, order.number))
    ours = (one for one in sent if _same_customer(one, order))
    return next((one for one in ours if about(one, dossier.parcel.id) is not None), None)


def _same_customer(draft: Draft, order: Order) -> bool:
    """Whether who was written to is whose order it is; a contact that was found out later changes nothing."""
    known = (draft.to_contact, order.customer_contact)
    return known[0] == known[1] if all(known) else draft.to_name == order.customer_name


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
    if draft.kind not in LETTERS or not LETTERS[draft.kind].promise:
        return None
    order = order_of(draft, dossier.parcel.orders)
    until = (order.promised_by if order else None) or dossier.promise
    if draft.facts.get("promised_by") in (None, "", stamp(until)):
        return None
    return Fact(Form.PROMISE_CHANGED, until=until)


def promised_to(order: Order, dossier: Dossier) -> datetime | None:
    """The day that a customer was promised: by the shop, else by the courier."""
    return order.promised_by or dossier.promise


def names(draft: Draft, promised: datetime) -> bool:
    """Whether a letter names this very day as promised."""
    return draft.facts.get("promised_by") == stamp(promised)


def _newest_known(said: Facts) -> str:
    """When the checkpoint it rests on happened, at the earliest; without one, since when there is trouble."""
    rests_on = said.get("evidence")
    return str(rests_on[0] if isinstance(rests_on, list) and rests_on else said["since"])


def overdue(draft: Draft, now: datetime) -> bool:
    """Whether the day by which it promises word has come, so that it must be edited before it is sent."""
    promises = draft.step in (LetterStep.FIRST, LetterStep.UPDATE)
    return promises and stamp(now) >= str(draft.facts["follow_up_at"])
