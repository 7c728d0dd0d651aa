"""Trouble that comes and goes, or is stamped anew at every answer: one case, hardly a letter, told as that once."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime, timedelta

import pytest

from parcelwatch.core.advance import advance
from parcelwatch.core.policy import Policy
from parcelwatch.model import (
    Answered,
    CaseTold,
    Cause,
    Checkpoint,
    Dossier,
    LetterTakenBack,
    LetterWritten,
    Milestone,
    Order,
    Parcel,
    Why,
)

NOW = datetime(2026, 3, 2, 8, tzinfo=UTC)
HOUR = timedelta(hours=1)
PARCEL = Parcel(1, "JD0002", "my_dhl", NOW - 10 * HOUR, orders=(Order("7", language="en"),))
ACCEPTED = Checkpoint(NOW - 9 * HOUR, NOW - 9 * HOUR, Milestone.PICKED_UP, None, moves=True)


def trouble(at: datetime, cause: Cause) -> Checkpoint:
    return Checkpoint(at, at, Milestone.EXCEPTION, cause, text="on hold")


def arrival(at: datetime, place: int) -> Checkpoint:
    return Checkpoint(at, at, Milestone.IN_TRANSIT, None, text="arrived", place=f"depot {place}", moves=True)


def polled(answers: Iterable[Sequence[Checkpoint]]) -> tuple[Dossier, list[Why], Counter[str]]:
    """What two-hourly answers leave, what agents were told of cases, and how many notices of each kind there were."""
    dossier, said, counts = Dossier(PARCEL), [], Counter[str]()
    for place, answer in enumerate(answers):
        step = advance(dossier, Answered(PARCEL.number, tuple(answer)), Policy(), NOW + 2 * HOUR * place)
        said += [one.why for one in step.notices if isinstance(one, CaseTold)]
        counts.update(type(one).__name__ for one in step.notices)
        dossier = step.dossier
    return dossier, said, counts


def moment(place: int) -> datetime:
    return NOW + 2 * HOUR * place - HOUR


@pytest.mark.parametrize("kept", [False, True])
def test_damage_stamped_anew_at_each_of_31_answers_is_one_alert_and_one_letter(kept: bool) -> None:
    damages = [trouble(moment(place), Cause.DAMAGED) for place in range(31)]
    dossier, said, counts = polled([ACCEPTED, *damages[0 if kept else place : place + 1]] for place in range(31))
    assert said == [Why.OPENED]
    assert (counts[LetterWritten.__name__], counts[LetterTakenBack.__name__]) == (1, 0)
    assert [case.kind for case in dossier.cases] == ["damaged"]


@pytest.mark.parametrize("cause", [Cause.UNSTATED, Cause.ADDRESS, Cause.LOST])
def test_trouble_and_arrival_in_turn_over_30_answers_are_told_three_times_the_last_as_flapping(cause: Cause) -> None:
    scans = [arrival(moment(place), place) if place % 2 else trouble(moment(place), cause) for place in range(30)]
    dossier, said, counts = polled([ACCEPTED, *scans[: place + 1]] for place in range(30))
    assert said == [Why.OPENED, Why.REOPENED, Why.FLAPPING]
    assert counts[LetterWritten.__name__] <= 2
    assert counts[LetterTakenBack.__name__] <= 2
    assert len(dossier.cases) == 1
    assert dossier.cases[0].reopened == 14
