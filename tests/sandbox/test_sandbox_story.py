"""Story files: what they mean, and how their faults are told."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from parcelwatch.errors import BadInput
from parcelwatch.model import Cause, Milestone
from parcelwatch.sandbox.keys import ACCESS, PARCEL, SAYS, STORY, TROUBLE
from parcelwatch.sandbox.reading import default, parse, read
from parcelwatch.sandbox.story import APIS, TROUBLES, StoryError
from parcelwatch.sandbox.trouble import JUNK, PLAYS

GOOD = """
title = "one parcel"
api = "dhl"
start = 2031-03-12T09:30:00Z
[access]
key = "abc"
quota = 7
[[parcels]]
number = "A1"
service = "express"
zone = "Asia/Tokyo"
estimate = "+2d"
[[parcels.says]]
at = "-1d12h"
milestone = "picked_up"
[[parcels.says]]
at = 2031-03-12T10:00:00Z
milestone = "exception"
cause = "damaged"
text = "broken"
heard = "+2h30m"
[[trouble]]
kind = "rate_limit"
from = "+10m"
to = "+20m"
numbers = ["A1"]
retry_after = "90s"
"""


def test_a_story_says_what_it_says() -> None:
    story = parse(GOOD)
    parcel, trouble = story.parcels[0], story.troubles[0]
    assert (story.apis, story.title, story.start) == (("dhl",), "one parcel", datetime(2031, 3, 12, 9, 30, tzinfo=UTC))
    assert (story.access.key, story.access.quota) == ("abc", 7)
    assert (parcel.number, parcel.api, parcel.estimate) == ("A1", "dhl", timedelta(days=2))
    first, second = parcel.says
    assert (first.at, first.milestone) == (timedelta(hours=-36), Milestone.PICKED_UP)
    assert (second.at, second.cause, second.text) == (datetime(2031, 3, 12, 10, tzinfo=UTC), Cause.DAMAGED, "broken")
    assert second.heard == timedelta(minutes=150)
    assert (trouble.begins, trouble.ends) == (timedelta(minutes=10), timedelta(minutes=20))
    assert (trouble.numbers, trouble.retry_after) == (("A1",), timedelta(seconds=90))


def test_every_fault_is_told_at_once_with_line_and_key() -> None:
    faulty = GOOD.replace('"-1d12h"', '"-3x"').replace('"damaged"', '"dammaged"').replace("quota = 7", "quotta = 7")
    with pytest.raises(StoryError) as caught:
        parse(faulty, "mine.toml")
    problems = str(caught.value).splitlines()
    assert len(problems) == 3
    assert problems[0].startswith("mine.toml:14: parcels[1].says[1].at: expected a time from the start")
    assert "mine.toml:19: parcels[1].says[2].cause: expected one of" in problems[1]
    assert 'did you mean "damaged"?' in problems[1]
    assert problems[2] == 'mine.toml:7: access.quotta: unknown key (did you mean "quota"?)'


def test_faults_in_braces_have_their_own_line() -> None:
    text = 'api = "dhl"\n[[parcels]]\nnumber = "A"\nsays = [\n  { at = "-1d", milestone = "foo" },\n]\n'
    with pytest.raises(StoryError, match=r"^story:5: parcels\[1\]\.says\[1\]\.milestone: expected one of"):
        parse(text)


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("", 'story:1: api: missing: say whose story it is, such as api = "dhl"'),
        ('api = "ups"', "expected one of 17track, dhl, kuaidi100, got 'ups'"),
        ('api = "dhl"\nparcels = 3', r"expected tables: write \[\[parcels\]\] above each one"),
        ('api = "dhl"\n[[parcels]]\nnumber = 340434', "expected text in quotes, got 340434"),
        ('api = "dhl"\n[[parcels]]\n', "every parcel has a tracking number"),
        ('api = "kuaidi100"\n[[parcels]]\nnumber = "A"', "kuaidi100 wants the courier's code"),
        ('api = "17track"\n[[parcels]]\nnumber = "A"\ncompany = "usps"', "carrier codes are numbers"),
        ('api = ["dhl", "17track"]\n[[parcels]]\nnumber = "A"', "several couriers, so say which"),
        ('api = "dhl"\n[[parcels]]\nnumber = "A"\n[[parcels]]\nnumber = "A"', "A stands in the story twice"),
        ('api = "dhl"\n[[parcels]]\nnumber = "A"\n[[parcels.says]]\nat = "-1d"', "needs a time and a milestone"),
        ('api = "dhl"\n[[trouble]]\nkind = "outrage"', 'did you mean "outage"?'),
        ('api = "dhl"\n[[parcels]]\nnumber = "A"\nzone = "Mars/Base"', "expected a time zone like Europe/Berlin"),
        ("api = ", "not valid TOML"),
    ],
)
def test_a_bad_story_says_what_would_do(text: str, problem: str) -> None:
    with pytest.raises(BadInput, match=problem.replace("?", r"\?")):
        parse(text)


def test_a_file_that_cannot_be_read_is_bad_input(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match=r"none\.toml: cannot be read"):
        read(tmp_path / "none.toml")


def test_a_file_is_read_and_named_in_its_faults(tmp_path: Path) -> None:
    path = tmp_path / "mine.toml"
    path.write_text('api = "dhl"\ntitel = "x"\n', encoding="utf-8")
    with pytest.raises(BadInput, match=r"mine\.toml:2: titel: unknown key \(did you mean \"title\"\?\)"):
        read(path)


@pytest.mark.parametrize("api", APIS)
def test_every_courier_has_a_story_of_its_own(api: str) -> None:
    story = default(api)
    assert story.apis == (api,)
    assert story.title
    assert len(story.parcels) >= 8
    assert any(not parcel.says for parcel in story.parcels)
    assert story.troubles


def test_there_is_no_story_for_an_api_nobody_plays() -> None:
    with pytest.raises(BadInput, match="no sandbox for 'ups'; choose one of 17track, dhl, kuaidi100"):
        default("ups")


def test_every_kind_of_trouble_can_be_played() -> None:
    assert set(TROUBLES) == set(PLAYS) | set(JUNK)


def test_the_readme_shows_a_story_that_plays_and_names_every_key() -> None:
    readme = (Path(__file__).parents[2] / "README.md").read_text(encoding="utf-8")
    section = readme.partition("### Stories for the sandbox")[2].partition("\n### ")[0]
    (example,) = re.findall(r"```toml\n(# story\.toml\n.*?)```", section, re.DOTALL)
    assert len(parse(example).parcels) == 1
    keys = {key for table in (STORY, ACCESS, PARCEL, SAYS, TROUBLE) for key in table}
    assert [key for key in sorted(keys) if not re.search(rf"\b{key}\b", section)] == []
