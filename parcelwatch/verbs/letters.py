"""Letters leave: at most once as well as one can, and only with an agent's yes.

What belongs here: sending one letter, and announcing a peak. Where letters stand, and what may be done to one as it
stands, is the core's to say.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final, Protocol

from parcelwatch.channels.customers import Attempt, Outcome
from parcelwatch.core.announcing import unannounced
from parcelwatch.core.drafts import PEAK, parts
from parcelwatch.core.joint import approved, ids, overdue, unread
from parcelwatch.core.letters import instead
from parcelwatch.core.messaging.messages import Letter
from parcelwatch.core.policy import Policy
from parcelwatch.errors import BadInput
from parcelwatch.ingest import take_step
from parcelwatch.model import Announced, Dossier, Draft, DraftState, LetterAction, Order, Passed
from parcelwatch.store import Store, drafts, identity, parcels
from parcelwatch.store.rows import whole
from parcelwatch.wording.render import Renderer


class Way(Protocol):
    """A way to customers."""

    def send(self, said: Mapping[str, str]) -> Attempt:
        """One attempt with a letter, as FIELDS and its "mark". Raises BadInput where nothing left."""
        ...


def send(
    store: Store,
    customers: Way,
    draft_id: int,
    words: Renderer,
    policy: Policy,
    now: datetime,
    *,
    by: str = "",
    approve: bool = False,
) -> Attempt:
    """Send an approved letter. Raises BadInput, with nothing sent, for one that cannot be as it stands.

    Its parcels are looked at first, and what that finds is kept, whether or not the letter may leave.
    That it is being sent is on record before it leaves, so that no crash and no second hand repeats it. Where nobody
    knows whether it arrived it stays so: an agent looks, and says.
    """
    now = whole(now)
    with store.transaction():
        before = _judged_anew(store, draft_id, words, policy, now)
        said = _taken_up(store, draft_id, before, words, policy, now, by, approve=approve)
    if isinstance(said, BadInput):
        raise said
    try:
        attempt = customers.send(said)
    except BadInput:
        _note(store, draft_id, "unsent", policy, now, by)
        raise
    if attempt.outcome is not Outcome.UNKNOWN:
        _note(store, draft_id, "sent" if attempt.outcome is Outcome.ARRIVED else "unsent", policy, now, by)
    return attempt


def _judged_anew(store: Store, draft_id: int, words: Renderer, policy: Policy, now: datetime) -> list[int]:
    """Look at every parcel of a letter; the drafts that it was made of before."""
    parcel_id, draft = drafts.one(store, draft_id)
    letter = words.together(draft, drafts.beside(store, draft_id)) if draft.unsent else ()
    said = {part.get("parcel") for one in letter for part in parts(one.facts)}
    # The draft's own last: what another of its order takes back may leave less of it.
    for each in sorted((one for one in said if isinstance(one, int)), key=lambda one: (one == parcel_id, one)):
        take_step(store, each, Passed(), policy, now)
    return [one.id for one in letter if one.id is not None]


def _taken_up(
    store: Store,
    draft_id: int,
    before: Sequence[int],
    words: Renderer,
    policy: Policy,
    now: datetime,
    by: str,
    *,
    approve: bool,
) -> dict[str, str] | BadInput:
    """What is sent, in the words that are from now on the draft's; or why nothing is, and nothing was moved."""
    parcel_id, draft = drafts.one(store, draft_id)
    together = words.together(draft, drafts.beside(store, draft_id))
    letter, joint = words.whole(together), ids(together)
    try:
        with store.savepoint():
            _refused(draft_id, draft, before, together, parcels.dossier(store, parcel_id), now, approve=approve)
            for verb in ("send",) if approved(together) else ("approve", "send"):
                action = LetterAction(verb, draft_id, by, letter.subject, letter.body, joint)
                take_step(store, parcel_id, action, policy, now)
    except BadInput as error:
        return error
    return _said(store, draft_id, letter, joint)


def _refused(
    draft_id: int,
    draft: Draft,
    before: Sequence[int],
    together: Sequence[Draft],
    dossier: Dossier,
    now: datetime,
    *,
    approve: bool,
) -> None:
    """Raise BadInput where it may not be sent as it is, with what to do first."""
    if draft.state is DraftState.SENDING:
        raise BadInput(
            f"draft {draft_id} was given to the channel before, and may have arrived: look there, then say "
            f"`parcelwatch drafts sent {draft_id}`, or `parcelwatch drafts approve {draft_id}` if it did not"
        )
    if draft.state is DraftState.DRAFT and not approve:
        raise BadInput(f"draft {draft_id} is not approved: read it, then `parcelwatch drafts approve {draft_id}`")
    if not draft.unsent:
        hint = instead(draft, dossier)
        raise BadInput(f"draft {draft_id} is {draft.state}; only an approved one can be sent{hint}")
    if gone := [one for one in before if one not in {each.id for each in together}]:
        raise BadInput(
            f"draft {gone[0]} no longer belongs to the letter of draft {draft_id}: read what is left "
            f"(`parcelwatch drafts show {draft_id}`), then `parcelwatch drafts approve {draft_id}`"
        )
    if not (approve or approved(together)):
        raise BadInput(
            f"what else its customer waits for has changed the letter of draft {draft_id} since it was approved: read "
            f"it (`parcelwatch drafts show {draft_id}`), then `parcelwatch drafts approve {draft_id}`"
        )
    if not approved(together) and (new := unread(together)):
        raise BadInput(
            f"draft {new[0]} has joined the letter of draft {draft_id} since that was last shown: read it "
            f"(`parcelwatch drafts show {draft_id}`), then `parcelwatch drafts approve {draft_id}`"
        )
    if overdue(together, now) and not draft.edited:
        raise BadInput(
            f"draft {draft_id} promises word by a day that has come: `parcelwatch drafts edit {draft_id}` first"
        )


def _said(store: Store, draft_id: int, letter: Letter, joint: Collection[int]) -> dict[str, str]:
    """All that a way to customers may write, under the letter's first draft: it is one letter to whoever takes it."""
    first = min(joint, default=draft_id)
    (row,) = drafts.rows(store, draft_id=first)
    draft = row["draft"]
    return {
        "to": draft.to_contact,
        "name": draft.to_name,
        "subject": letter.subject,
        "body": letter.body,
        "order": draft.order,
        "number": str(row["number"]),
        "kind": draft.kind,
        "step": str(draft.step),
        "language": draft.language,
        "draft": str(first),
        "mark": f"{identity.mark(store, 'letters')}-{first}",
    }


def _note(store: Store, draft_id: int, verb: str, policy: Policy, now: datetime, by: str) -> None:
    parcel_id, draft = drafts.one(store, draft_id)
    with store.transaction():
        take_step(store, parcel_id, LetterAction(verb, draft_id, by, joint=draft.joint), policy, now)


ELSEWHERE: Final = "elsewhere"
"""Why an order is not told of a peak, beside core.letters' reasons: it neither comes from there nor goes there."""


@dataclass(frozen=True, slots=True)
class Announcements:
    """What an announcement came to: letters written, and orders on the road that got none, by why."""

    written: int
    left_out: Mapping[str, int]


def announce(store: Store, peak: Announced, policy: Policy, now: datetime, *, country: str = "") -> Announcements:
    """Write the announcement of a peak for each order on the road, once."""
    before = len(drafts.rows(store, kind=PEAK))
    near, left_out = parcels.under_way(store, country), dict[object, str]()
    for parcel_id in near:
        known = parcels.dossier(store, parcel_id)
        with store.transaction():
            take_step(store, parcel_id, peak, policy, whole(now))
        for order in known.parcel.orders or (Order(),):
            key, why = order.number or parcel_id, unannounced(known, order, peak)
            # Of an order with several parcels one is enough.
            left_out[key] = str(why) if why and left_out.get(key) != "" else ""
    for parcel_id in sorted({*parcels.under_way(store)} - {*near}):
        for order in parcels.one(store, parcel_id).orders or (Order(),):
            left_out.setdefault(order.number or parcel_id, ELSEWHERE)
    reasons = Counter(why for why in left_out.values() if why)
    return Announcements(len(drafts.rows(store, kind=PEAK)) - before, dict(reasons))
