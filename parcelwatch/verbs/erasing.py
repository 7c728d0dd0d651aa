"""Erasing a parcel's data, and saying what that takes back of what agents did.

What belongs here: the verb, whoever asks for it. What is erased is store.erase's.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from parcelwatch import notices
from parcelwatch.core.letters import parted
from parcelwatch.core.policy import Policy
from parcelwatch.model import DraftState, LetterLapsed
from parcelwatch.store import Store, drafts, erase
from parcelwatch.store.erase import Erasure


def forget(store: Store, *numbers: str, policy: Policy, now: datetime) -> Erasure:
    """As store.erase.forget from `now` on; agents hear of each approval that lapses with it. Raises NotFound."""
    return erase.forget(store, *numbers, now=now, tell=lambda gone: _tell(store, gone, policy, now))


def _tell(store: Store, gone: Erasure, policy: Policy, now: datetime) -> None:
    for draft_id, other in gone.lapsed.items():
        left = drafts.one(store, draft_id)[1]
        _, line = parted(replace(left, state=DraftState.APPROVED), other, now)
        drafts.save_events(store, [line])
        notices.lapsed(store, LetterLapsed(left), policy, now)
