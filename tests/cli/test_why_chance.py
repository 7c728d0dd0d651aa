"""What `why` says of the chance of being late: the sum can be done again by hand from what is printed."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from math import exp
from pathlib import Path

import pytest

from parcelwatch.core.explain import explain
from parcelwatch.core.learn import Chronicle, Forecasts
from parcelwatch.core.policy import Policy
from parcelwatch.model import Checkpoint, Dossier, Entry, Fact, Milestone, Order, Parcel, Timeline
from parcelwatch.wording.render import Renderer

README = (Path(__file__).parents[2] / "README.md").read_text(encoding="utf-8")
DAY = timedelta(days=1)
START = datetime(2026, 3, 2, 8, tzinfo=UTC)
POLICY = Policy()


def scans(at: datetime, days: float | None) -> tuple[Entry, ...]:
    told = [(Milestone.PICKED_UP, at)]
    told += [(Milestone.DELIVERED, at + DAY * days)] if days is not None else []
    return tuple(Entry(Checkpoint(when, when, milestone), when, when) for milestone, when in told)


def note() -> Fact:
    """Of a parcel on a lane on which as many come on each of the first 25 days."""
    parcel = Parcel(
        1, "PW1", "post", START, origin="DE", destination="DE", orders=(Order(promised_by=START + DAY * 10),)
    )
    past = Chronicle(POLICY.calendar)
    for each in range(900):
        at = START - DAY * (30 + each % 10)
        past.take(parcel, scans(at, 1 + each % 25))
    dossier = Dossier(parcel, timeline=Timeline(scans(START, None)), confirmed_at=START + DAY * 7)
    ahead = Forecasts(past).outlook(parcel, START + DAY * 7)
    rules = explain(dossier, POLICY, START + DAY * 7, ahead)
    said = next(each.note for each in rules if each.kind == "will_be_late")
    assert said is not None
    return said


@pytest.mark.parametrize("language", ["en", "zh-CN"])
def test_the_sum_can_be_done_again_from_what_is_printed(language: str) -> None:
    said = Renderer("UTC", language).sentence(note(), START + DAY * 7)
    percent, pace, risk = re.findall(r"([\d.]+)% = \D+\(\W?([\d.]+) × ([\d.]+)\)", said)[0]
    assert int(percent) == round(100 * exp(-float(pace) * float(risk)))


def test_the_readmes_example_is_what_it_says() -> None:
    said = Renderer("UTC", "en").sentence(note(), START + DAY * 7)
    assert said in " ".join(README.split()), said
