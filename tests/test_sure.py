"""How sure a courier is, from the scan to the words that agents and customers read."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from parcelwatch.core.advance import advance
from parcelwatch.core.drafts import Wording
from parcelwatch.core.policy import Policy
from parcelwatch.model import Advance, Answered, Cause, Checkpoint, Dossier, Milestone, Order, Parcel, Severity, Sure
from parcelwatch.wording.render import Renderer

NOW = datetime(2026, 3, 2, 8, 0, tzinfo=UTC)
POLICY = Policy(channels=("ops",), draft_channel="drafts", wording=Wording(languages=("en", "zh-CN")))

GRADES = [
    (Cause.LOST, Sure.STATED, Severity.CRITICAL, True),
    (Cause.LOST, Sure.SUSPECTED, Severity.HIGH, True),
    (Cause.DAMAGED, Sure.STATED, Severity.CRITICAL, True),
    (Cause.DAMAGED, Sure.SUSPECTED, Severity.CRITICAL, True),
    (Cause.DAMAGED, Sure.SLIGHT, Severity.MEDIUM, False),
]


def heard(cause: Cause, sure: Sure, language: str = "en") -> Advance:
    parcel = Parcel(1, "PW000000001XX", "acme", NOW, orders=(Order("A-1", language=language),))
    said = Checkpoint(NOW, NOW, Milestone.EXCEPTION, cause, sure=sure)
    return advance(Dossier(parcel), Answered(parcel.number, (said,)), POLICY, NOW)


@pytest.mark.parametrize(("cause", "sure", "severity", "written"), GRADES)
def test_how_bad_it_is_and_whether_customers_hear_of_it_depends_on_how_sure_it_is(
    cause: Cause, sure: Sure, severity: Severity, written: bool
) -> None:
    after = heard(cause, sure).dossier
    assert [(case.kind, case.severity) for case in after.cases] == [(str(cause), severity)]
    assert bool(after.drafts) is written


@pytest.mark.parametrize(
    ("language", "sure", "says", "never"),
    [
        ("en", Sure.SUSPECTED, "is looking for it", "as lost"),
        ("en", Sure.STATED, "as lost", "looking for"),
        ("zh-CN", Sure.SUSPECTED, "正在查找", "遗失"),
        ("zh-CN", Sure.STATED, "遗失", "正在查找"),
    ],
)
def test_a_customer_is_told_of_a_loss_only_when_it_is_one(language: str, sure: Sure, says: str, never: str) -> None:
    (draft,) = heard(Cause.LOST, sure, language).dossier.drafts
    letter = Renderer().letter(draft)
    text = f"{letter.subject}\n{letter.body}"
    assert says in text
    assert never not in text


@pytest.mark.parametrize(
    ("language", "sure", "says"),
    [
        ("en", Sure.SUSPECTED, "The courier cannot find it and is looking for it"),
        ("en", Sure.STATED, "The courier reports it lost"),
        ("zh-CN", Sure.SUSPECTED, "疑似丢失"),
        ("zh-CN", Sure.STATED, "快递反馈丢失"),
    ],
)
def test_agents_read_whether_it_is_lost_or_searched_for(language: str, sure: Sure, says: str) -> None:
    (case,) = heard(Cause.LOST, sure).dossier.cases
    assert Renderer(agent_language=language).sentence(case.fact, NOW).startswith(says)
