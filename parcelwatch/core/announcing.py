"""Announcing a peak: one letter an order on the road, before anything is late."""

from __future__ import annotations

from enum import StrEnum

from parcelwatch.core import drafts, letters
from parcelwatch.core.step import Step
from parcelwatch.model import FINAL, Announced, Dossier, Event, LetterStep, Order


class Unannounced(StrEnum):
    """Why an order is not told of a peak: its parcel is on no road, is in trouble, or it was told before."""

    OVER = "over"
    TROUBLED = "troubled"
    ANNOUNCED = "announced"


def unannounced(dossier: Dossier, order: Order, event: Announced) -> Unannounced | None:
    """Why an order of a parcel is not to hear of a peak; None where it is."""
    if dossier.milestone in FINAL or dossier.unwatched:
        return Unannounced.OVER
    about = (drafts.PEAK, order.number)
    known = (one for one in (*dossier.past, *dossier.drafts) if (one.kind, one.order) == about)
    if any(one.facts.get("peak_from") == drafts.stamp(event.first) for one in known):
        return Unannounced.ANNOUNCED
    return Unannounced.TROUBLED if any(map(letters.stands, dossier.cases)) else None


def announce(step: Step, event: Event) -> Step:
    """One announcement an order, where the parcel is under way and customers did not hear of this peak yet."""
    if not isinstance(event, Announced):
        return step
    for order in letters.orders(step):
        if unannounced(step.dossier, order, event) is None:
            wording = step.policy.wording
            said = drafts.announcing(step.dossier, order, wording, step.now, event.peak, event.first, event.last)
            step = letters.add(step, letters.new(step, drafts.PEAK, order, said, LetterStep.PEAK), None)
    return step
