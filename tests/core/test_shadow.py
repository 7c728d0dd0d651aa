"""Thresholds on trial: they record what they would have told, and change nothing."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from parcelwatch.core.advance import advance
from parcelwatch.core.kinds import CLOCKED, RULES
from parcelwatch.core.past.replay import Told, replay
from parcelwatch.core.policy import Override, Policy
from parcelwatch.core.thresholds import Threshold
from parcelwatch.duration import parse
from parcelwatch.model import Answered, CaseTold, Checkpoint, Dossier, Milestone, Parcel, Passed, Severity
from parcelwatch.ruletests import Story, play
from tests.core.past.test_replay import STORIES as WITHOUT_AGENTS
from tests.core.past.test_replay import Daemon, history_of
from tests.storytellers import InCore, InStore
from tests.test_stories import ALL

ON_TRIAL = tuple(kind for kind in RULES if kind in CLOCKED)
START = datetime(2026, 3, 2, 8, tzinfo=UTC)
HOUR = timedelta(hours=1)
PARCEL = Parcel(1, "PW000000001XX", "acme", START)


def shadow(warn: str, critical: str = "", line: str = "the trial") -> Threshold:
    return Threshold(parse(warn), parse(critical) if critical else None, line, shadow=True)


def trying(policy: Policy, limits: dict[str, Threshold]) -> Policy:
    return replace(policy, overrides=(*policy.overrides, Override(limits)))


@pytest.mark.parametrize("story", [story for story in ALL if "shadow" not in story.name], ids=lambda story: story.name)
def test_no_story_goes_otherwise_because_something_is_on_trial(story: Story) -> None:
    anything = trying(story.policy, {kind: shadow("1h", "2h") for kind in ON_TRIAL})
    for _ in play(story, InCore(replace(story, policy=anything))):
        pass


@pytest.mark.parametrize("story", WITHOUT_AGENTS)
def test_what_is_recorded_is_what_the_same_threshold_tells_where_it_holds(story: Story) -> None:
    teller = InCore(story)
    daemon = Daemon(story, teller)
    end = daemon.play()
    same = story.policy.table(story.parcel)
    both = trying(story.policy, {kind: replace(same[kind], shadow=True) for kind in ON_TRIAL})
    told = [one for one in replay(history_of(story, daemon, teller.dossier), both) if one.at < end]
    assert first([one for one in told if one.shadow]) == first([one for one in told if not one.shadow])


@pytest.mark.parametrize("name", ["stalled_china", "customs_told", "attempt_failed_then_silence"])
def test_a_database_keeps_what_was_recorded_whoever_restarts_between(name: str, tmp_path: Path) -> None:
    story = next(story for story in ALL if story.name == f"{name}.toml")
    story = replace(story, policy=trying(story.policy, {kind: shadow("1h", "2h") for kind in ON_TRIAL}))
    core, store = InCore(story), InStore(story, tmp_path / "story.db")
    kept = []
    for _ in zip(play(story, store), play(story, core), strict=True):
        kept = [replace(each, id=None) for each in store.dossier.shadows]
        assert kept == list(core.dossier.shadows)
    store.close()
    assert kept


def first(told: list[Told]) -> dict[tuple[str, Severity, datetime], datetime]:
    """When each trouble was first told; what agents hear to be over is told again, of trials they hear nothing."""
    return {(one.kind, one.severity, one.since): one.at for one in reversed(told) if one.kind in ON_TRIAL}


# --- the daemon's own record ---------------------------------------------------------------------

MOVING = Answered(PARCEL.number, (Checkpoint(START, START, Milestone.IN_TRANSIT, text="on its way", moves=True),))
POLICY = Policy(thresholds={"stalled": Threshold(parse("72h"), None, "config.toml:5")}, channels=("ops",))


def after(policy: Policy, *hours: int) -> Dossier:
    """The parcel when the courier gave the same answer at each of these hours."""
    dossier = Dossier(PARCEL)
    for hour in hours:
        dossier = advance(dossier, MOVING, policy, START + hour * HOUR).dossier
    return dossier


def test_it_is_recorded_once_and_nobody_is_told() -> None:
    policy = trying(POLICY, {"stalled": shadow("36h")})
    dossier = after(policy, 1, 35)
    assert dossier.shadows == ()
    step = advance(dossier, MOVING, policy, START + 37 * HOUR)
    assert (step.notices, step.events, step.dossier.cases, step.dossier.drafts) == ((), (), (), ())
    again = after(policy, 1, 37, 40, 71)
    assert again.shadows == step.dossier.shadows
    (only,) = again.shadows
    assert (only.kind, only.severity, only.told_at) == ("stalled", Severity.MEDIUM, START + 37 * HOUR)
    assert (only.since, only.limit, only.line, only.over_at) == (START, parse("36h"), "the trial", None)


def test_the_real_limit_goes_on_telling_beside_a_trial_for_all_or_for_the_very_same_parcels() -> None:
    for override in (Override({"stalled": shadow("10d")}), Override({"stalled": shadow("10d")}, courier="acme")):
        policy = replace(POLICY, overrides=(override,))
        dossier = after(policy, 1, 73)
        assert [case.kind for case in dossier.cases] == ["stalled"]
        assert dossier.cases[0].line == "config.toml:5"
        assert dossier.shadows == ()


def test_what_comes_and_goes_is_recorded_as_often_as_a_case_of_it_is_told() -> None:
    limit = Threshold(parse("10h"), None, "the line")
    real, trial = (
        replace(POLICY, thresholds={"stalled": limit}),
        trying(POLICY, {"stalled": replace(limit, shadow=True)}),
    )
    scans: tuple[Checkpoint, ...] = ()
    told, recorded = 0, Dossier(PARCEL)
    case = Dossier(PARCEL)
    for round_ in range(6):
        at = START + 12 * round_ * HOUR
        scans = (*scans, Checkpoint(at, at, Milestone.IN_TRANSIT, text=f"hub {round_}", moves=True))
        for hour in (0, 11):
            heard = Answered(PARCEL.number, scans)
            step = advance(case, heard, real, at + hour * HOUR)
            case = step.dossier
            told += sum(isinstance(one, CaseTold) for one in step.notices)
            recorded = advance(recorded, heard, trial, at + hour * HOUR).dossier
    assert len(recorded.shadows) == told < 6


def test_no_courier_is_asked_earlier_for_a_trial() -> None:
    tried = advance(Dossier(PARCEL), MOVING, trying(POLICY, {"stalled": shadow("1h")}), START)
    assert tried.poll_at == advance(Dossier(PARCEL), MOVING, POLICY, START).poll_at
    assert tried.due_at == START + 72 * HOUR


def test_worse_than_before_is_recorded_again_and_so_is_what_begins_anew() -> None:
    policy = trying(POLICY, {"stalled": shadow("36h", "60h")})
    dossier = after(policy, 1, 37, 61)
    assert [(each.severity, each.over_at) for each in dossier.shadows] == [
        (Severity.MEDIUM, START + 61 * HOUR),
        (Severity.HIGH, None),
    ]
    later = START + 62 * HOUR
    moved = Answered(
        PARCEL.number,
        (*MOVING.checkpoints, Checkpoint(later, later, Milestone.IN_TRANSIT, text="on its way again", moves=True)),
    )
    dossier = advance(dossier, moved, policy, later).dossier
    assert dossier.shadows[-1].over_at == later
    dossier = advance(dossier, moved, policy, later + 37 * HOUR).dossier
    assert [each.severity for each in dossier.shadows] == [Severity.MEDIUM, Severity.HIGH, Severity.MEDIUM]


def test_a_more_specific_real_threshold_leaves_a_trial_nothing_to_do() -> None:
    lane = Override({"stalled": Threshold(parse("96h"), None, "config.toml:9")}, courier="acme")
    policy = replace(trying(POLICY, {"stalled": shadow("36h")}), overrides=(lane, Override({"stalled": shadow("36h")})))
    assert after(policy, 1, 37).shadows == ()
    other = replace(policy, overrides=(replace(lane, courier="another"), *policy.overrides[1:]))
    assert [each.kind for each in after(other, 1, 37).shadows] == ["stalled"]


def test_what_was_old_when_the_parcel_was_first_heard_of_is_marked_so() -> None:
    policy = trying(POLICY, {"stalled": shadow("36h")})
    dossier = advance(Dossier(PARCEL), MOVING, policy, START + timedelta(days=20)).dossier
    assert [each.old for each in dossier.shadows] == [True]


def test_what_is_no_longer_on_trial_is_over() -> None:
    dossier = after(trying(POLICY, {"stalled": shadow("36h")}), 1, 37)
    at = START + 38 * HOUR
    assert advance(dossier, Passed(), POLICY, at).dossier.shadows[0].over_at == at
