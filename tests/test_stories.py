"""Every story, told twice: by the pure core, and by a real database that is closed and opened between the steps."""

from __future__ import annotations

from pathlib import Path

import pytest

from parcelwatch.core import claims
from parcelwatch.core.cases import TRANSITIONS, Signal
from parcelwatch.core.kinds import RULES
from parcelwatch.ruletests import Failed, Fault, Story, play
from parcelwatch.ruletests import read as read_file
from tests.storytellers import InCore, InStore, plain

STORIES = Path(__file__).parent / "stories"


def read(path: Path) -> Story:
    (story,) = read_file(path)
    return story


ALL = tuple(map(read, sorted(STORIES.glob("*.toml"))))
each_story = pytest.mark.parametrize("story", ALL, ids=[story.name.removesuffix(".toml") for story in ALL])


@each_story
def test_the_core_tells_the_story(story: Story) -> None:
    for _ in play(story, InCore(story)):
        pass


@each_story
def test_the_database_tells_the_same_story_whoever_restarts_between(story: Story, tmp_path: Path) -> None:
    core, store = InCore(story), InStore(story, tmp_path / "story.db")
    try:
        for step, _ in zip(play(story, store), play(story, core), strict=True):
            assert plain(store.dossier) == plain(core.dossier), f"{story.name}, step {step.place}"
            assert store.assess_at == core.assess_at, f"{story.name}, step {step.place}"
    finally:
        store.close()


# --- are they all there --------------------------------------------------------------------------


@pytest.mark.parametrize("kind", RULES)
def test_every_rule_opens_a_case_in_some_story_and_in_some_story_it_ends(kind: str) -> None:
    happens = [step.expect.happens for story in ALL for step in story.steps]
    assert any(kind in one["opened"] for one in happens)
    assert any(kind in one["resolved"] for one in happens)


@pytest.mark.parametrize("profile", ["china", "international"])
def test_both_profiles_have_stories(profile: str) -> None:
    assert sum(story.policy.profile == profile for story in ALL) > 5


def test_every_move_a_case_can_make_is_made_in_some_story() -> None:
    made: set[tuple[str, str]] = set()
    for story in ALL:
        teller = InCore(story)
        for _ in play(story, teller):
            pass
        made |= {(event.before, event.signal) for event in teller.events if not event.before.startswith("claim ")}
    # What buyers write comes from helpdesks, whose stories are played over loopback.
    moves = {(state or "", signal.value) for state, signal in TRANSITIONS if signal is not Signal.COMPLAIN}
    assert made == moves


def test_every_move_a_claim_can_make_is_made_in_some_story() -> None:
    made: set[tuple[str, str]] = set()
    for story in ALL:
        teller = InCore(story)
        for _ in play(story, teller):
            pass
        made |= {(event.before, event.signal) for event in teller.events if event.before.startswith("claim ")}
    assert made == {(f"claim {state}", verb) for state, verb in claims.TRANSITIONS}


def test_every_story_has_a_title_of_its_own() -> None:
    assert len({story.title for story in ALL}) == len(ALL)


# --- what a story that is not true says ----------------------------------------------------------

STALLS = """
title = "It stalls"
[policy]
profile = "china"
[[then]]
at = "mon 09:00"
heard = { milestone = "in_transit" }
"""


def fault_of(tmp_path: Path, then: str) -> str:
    path = tmp_path / "untrue.toml"
    path.write_text(STALLS + then, encoding="utf-8")
    with pytest.raises((Failed, Fault)) as caught:
        for _ in play(read(path), InCore(read(path))):
            pass
    return str(caught.value)


def test_a_message_nobody_expects_fails_the_story_by_file_step_and_what_happened(tmp_path: Path) -> None:
    assert fault_of(tmp_path, '[[then]]\nat = "wed 09:00"\nagain = true') == (
        "untrue.toml:8, step 2 (wed 09:00, Wed 2026-03-04 09:00 UTC) of “It stalls”\n"
        "  expected: opened nothing\n"
        "  happened: opened stalled (in all: opened stalled, told stalled medium opened, drafted stalled zh-CN)"
    )


def test_a_message_that_does_not_come_fails_the_story(tmp_path: Path) -> None:
    fault = fault_of(tmp_path, '[[then]]\nat = "wed 08:59"\nagain = true\nexpect = { told = ["stalled medium"] }')
    assert "  expected: told stalled medium\n  happened: told nothing" in fault


def test_a_message_while_quiet_is_expected_fails_the_story_and_says_when(tmp_path: Path) -> None:
    fault = fault_of(tmp_path, 'quiet_until = "+50h"')
    assert "quiet until Wed 2026-03-04 10:00 UTC\n  happened: at Wed 2026-03-04 09:00 UTC: opened stalled" in fault


@pytest.mark.parametrize("day", ["mon 18:00", "Mon 18:00", "MONDAY 18:00"])
def test_a_weekday_that_may_lie_before_the_quiet_above_or_a_week_after_it_is_not_guessed(
    tmp_path: Path, day: str
) -> None:
    quiet = 'quiet_until = "2026-03-04 08:00"\n[[then]]\nagain = true\nat = "%s"\nexpect = { opened = ["stalled"] }'
    told = fault_of(tmp_path, quiet % day)
    assert "lies before Wed 2026-03-04 08:00, the quiet_until above, or is 2026-03-09 18:00: write which day" in told
    assert told.startswith("untrue.toml:11: step 2: ")


def test_a_weekday_is_one_however_it_is_written(tmp_path: Path) -> None:
    path = tmp_path / "any.toml"
    path.write_text(STALLS.replace("mon 09:00", "Monday 9:00"), encoding="utf-8")
    story = read(path)
    assert f"{story.steps[0].at:%a %H:%M}" == "Mon 09:00"


def test_a_poll_the_cadence_did_not_place_fails_the_story(tmp_path: Path) -> None:
    assert "expected: a poll placed: Tue 2026-03-03 09:00:00" in fault_of(
        tmp_path, '[[then]]\nat = "tue 09:00"\npolled = true'
    )


@pytest.mark.parametrize(
    ("then", "fault"),
    [
        ('[[then]]\nat = "+2h"\nherd = []', '10: step 2: unknown key herd (did you mean "heard"?)'),
        ('[[then]]\nat = "+2h"\nagain = true\nact = "ack stalled"', "8: step 2: one thing a step, not again and act"),
        ('[[then]]\nat = "-2h"', '9: step 2: at = "-2h" lies before the step above'),
        ('[[then]]\nat = "soon"', '9: step 2: at: expected a moment such as "+26h"'),
        ("[[then]]\nagain = true", "8: step 2: needs `at`"),
        ('[[then]]\nat = "+2h"\nquiet_until = "+1h"', '10: step 2: quiet_until = "+1h" does not lie after it'),
        ('[[then]]\nat = "+2h"\nexpect = { told = ["staled high"] }', 'no kind "staled" (did you mean "stalled"?)'),
        (
            '[[then]]\nat = "+2h"\nexpect = { told = "stalled" }',
            "10: step 2: expect.told: expected a list of texts, such as",
        ),
        (
            '[[then]]\nat = "+2h"\nexpect = { nothing = true, told = [] }',
            "step 2: expect: it expects nothing, and something",
        ),
        (
            '[[then]]\nat = "+2h"\nheard = { milestone = "deliverd" }',
            'no milestone "deliverd" (did you mean "delivered"',
        ),
        ('[[then]]\nat = "+2h"\nheard = 3', "10: step 2: heard: expected a table, got 3"),
        ('[[then]]\nat = "+2h"\nact = "akc stalled"', 'step 2: act: no deed "akc" (did you mean "ack"?)'),
        ('[[then]]\nat = "+2h"\nmark = "gone"', 'step 2: no mark "gone"'),
    ],
)
def test_a_story_that_cannot_be_read_says_where(tmp_path: Path, then: str, fault: str) -> None:
    told = fault_of(tmp_path, then)
    assert told.startswith("untrue.toml:")
    assert fault in told
