"""FAILURE_MODES.md: each known way to fail has its line, and every test it names is there."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

TESTS = Path(__file__).parent
ROWS = re.findall(r"^\| (\d+) \| ([^|]+) \| ([^|]+) \|$", (TESTS / "FAILURE_MODES.md").read_text("utf-8"), re.MULTILINE)
NAMED = re.compile(r"`([\w/]+\.py)::(\w+)`")


def test_every_known_way_to_fail_has_one_line() -> None:
    assert [int(number) for number, _, _ in ROWS] == list(range(1, 89))


@pytest.mark.parametrize(("number", "shown"), [(number, shown) for number, _, shown in ROWS])
def test_each_names_tests_that_exist_or_says_why_not(number: str, shown: str) -> None:
    named = NAMED.findall(shown)
    assert named or shown.startswith(("open: ", "cannot happen: ")), number
    for file, name in named:
        assert f"def {name}(" in (TESTS / file).read_text("utf-8"), f"{number}: {file}::{name}"
