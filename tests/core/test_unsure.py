"""Letters of which nobody knows whether they arrived."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from parcelwatch.core.advance import advance
from parcelwatch.core.dispatch import fact, severity, way, why
from parcelwatch.core.policy import Policy, Receiver
from parcelwatch.core.unsure import AFTER
from parcelwatch.model import (
    Advance,
    Announced,
    Answered,
    Cause,
    Checkpoint,
    Dossier,
    Event,
    Fact,
    Form,
    LetterAction,
    LetterUnsure,
    Milestone,
    Parcel,
    Passed,
    Severity,
    Why,
)

NOW = datetime(2026, 3, 2, 8, 0, tzinfo=UTC)
HOUR = timedelta(hours=1)
POLICY = Policy(profile="china", channels=("ops",), draft_channel="desk")
PARCEL = Parcel(1, "PW000000001XX", "acme", NOW)
LOST = Checkpoint(NOW, NOW, Milestone.EXCEPTION, Cause.LOST, text="lost")
MOVING = Checkpoint(NOW, NOW, Milestone.IN_TRANSIT, text="sorted")


def given(*events: Event, scan: Checkpoint = LOST) -> Dossier:
    """A parcel whose letter was given to the channel an hour after it was written."""
    dossier = advance(Dossier(PARCEL), Answered(PARCEL.number, (scan,)), POLICY, NOW).dossier
    for event in events:
        dossier = advance(dossier, event, POLICY, NOW).dossier
    (draft,) = dossier.drafts
    dossier = replace(dossier, drafts=(replace(draft, id=4),))
    for verb in ("approve", "send"):
        dossier = advance(dossier, LetterAction(verb, 4, "lin"), POLICY, NOW + HOUR).dossier
    return replace(dossier, drafts=(), past=dossier.drafts)


def said(step: Advance) -> list[LetterUnsure]:
    return [one for one in step.notices if isinstance(one, LetterUnsure)]


def test_agents_hear_once_of_a_letter_that_was_left_on_its_way() -> None:
    before = given()
    early = advance(before, Passed(), POLICY, NOW + HOUR + AFTER - timedelta(seconds=1))
    assert (said(early), early.assess_at) == ([], NOW + HOUR + AFTER)
    late = advance(early.dossier, Passed(), POLICY, NOW + HOUR + AFTER)
    (told,) = said(late)
    assert (why(told), severity(told), fact(told)) == (
        Why.UNSURE,
        Severity.CRITICAL,
        Fact(Form.LETTER_UNSURE, NOW + HOUR, count=4),
    )
    assert way(told, PARCEL, POLICY, NOW, first=False).receivers == (Receiver("desk"),)
    assert [one.state for one in late.dossier.past] == ["sending"]
    assert not late.moves
    assert not said(advance(late.dossier, Passed(), POLICY, NOW + 9 * HOUR))


@pytest.mark.parametrize("verb", ["sent", "unsent", "approve", "discard"])
def test_nobody_hears_of_a_letter_whose_fate_is_known_by_then(verb: str) -> None:
    before = given()
    known = advance(replace(before, drafts=before.past), LetterAction(verb, 4, "lin"), POLICY, NOW + HOUR).dossier
    later = advance(replace(known, past=known.drafts, drafts=()), Passed(), POLICY, NOW + 2 * HOUR)
    assert not said(later)


def test_a_letter_about_no_trouble_is_told_of_too_whatever_became_of_its_parcel() -> None:
    before = replace(given(Announced("Double 11", NOW, NOW + 9 * HOUR), scan=MOVING), unwatched=True)
    (told,) = said(advance(before, Passed(), POLICY, NOW + 2 * HOUR))
    assert (told.case, severity(told)) == (None, Severity.MEDIUM)


def test_only_its_first_parcel_tells_of_a_letter_about_several() -> None:
    before = given()
    other = Dossier(replace(PARCEL, id=2, number="PW2"), past=before.past)
    assert not said(advance(other, Passed(), POLICY, NOW + 2 * HOUR))
