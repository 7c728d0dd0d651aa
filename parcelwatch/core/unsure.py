"""Letters of which nobody knows whether they arrived: agents hear of each once, and nothing is sent again.

What belongs here: when that is said. A program that was killed while it gave a letter to the channel, and a channel
that broke off before it answered, leave the same behind.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Final

from parcelwatch.core.step import Step
from parcelwatch.model import Dossier, Draft, DraftState, Fact, Form, LetterUnsure

AFTER: Final = timedelta(minutes=10)
"""Longer than any channel may take to answer, and long enough for whoever sent it to say what became of it."""


def tell(step: Step) -> Step:
    """A notice of each letter that was given to the channel so long ago, to whoever has its first parcel."""
    for letter in _waiting(step.dossier):
        if letter.unsure_at is not None and letter.unsure_at <= step.now:
            step = _told(step, letter, letter.unsure_at - AFTER)
    return step


def due(dossier: Dossier) -> Iterator[datetime]:
    """The moments at which something of this is due, if nothing happens before."""
    return (letter.unsure_at for letter in _waiting(dossier) if letter.unsure_at is not None)


def _waiting(dossier: Dossier) -> list[Draft]:
    known = {one.id: one for one in (*dossier.past, *dossier.drafts) if one.state is DraftState.SENDING}
    # Of several drafts that left as one letter the first stands for it.
    letters = [one for one in known.values() if one.id == min(one.joint, default=one.id)]
    return [one for one in letters if one.facts.get("parcel") == dossier.parcel.id]


def _told(step: Step, letter: Draft, since: datetime) -> Step:
    case = next((one for one in step.dossier.cases if one.kind == letter.kind), None)
    then = replace(letter, unsure_at=None)
    notice = LetterUnsure(then, case, Fact(Form.LETTER_UNSURE, since, count=letter.id or 0))
    past, drafts = (
        tuple(then if one.id == letter.id else one for one in some) for some in (step.dossier.past, step.dossier.drafts)
    )
    dossier = replace(step.dossier, past=past, drafts=drafts)
    return replace(step, dossier=dossier, notices=(*step.notices, notice))
