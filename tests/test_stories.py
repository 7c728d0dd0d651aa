"""Every story, told twice: by the pure core, and by a real database that is closed and opened between the steps."""

from __future__ import annotations

from pathlib import Path

import pytest

from parcelwatch.core.cases import TRANSITIONS
from parcelwatch.core.rules import RULES
from tests.storybook import Story, read_all
from tests.storytellers import InCore, InStore, plain
from tests.storytelling import play

ALL = read_all()
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
            assert plain(store.dossier) == plain(core.dossier), f"stories/{story.name}, step {step.place}"
            assert store.assess_at == core.assess_at, f"stories/{story.name}, step {step.place}"
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
        made |= {(event.before, event.signal) for event in teller.events}
    assert made == {(state or "", signal.value) for state, signal in TRANSITIONS}


def test_every_story_has_a_title_of_its_own() -> None:
    assert len({story.title for story in ALL}) == len(ALL)
