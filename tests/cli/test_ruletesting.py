"""`test-rules`: a shop's own tests of its thresholds."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.cli.conftest import Shop

README = (Path(__file__).parents[2] / "README.md").read_text(encoding="utf-8")
HOLDS = """
title = "It stalls after thirty hours"
[[then]]
at = "mon 09:00"
heard = { milestone = "in_transit" }
quiet_until = "+31h"
[[then]]
at = "+31h"
polled = true
expect = { opened = ["stalled"], told = ["stalled medium"], drafted = ["stalled zh-CN"] }
"""
THIRTY = '\n[thresholds]\nstalled = { warn = "30h" }\n'


def written(shop: Shop, text: str) -> str:
    path = shop.folder / "ours.toml"
    path.write_text(text, encoding="utf-8")
    return str(path)


def test_a_test_is_played_against_the_configured_thresholds(shop: Shop) -> None:
    shop.configure(THIRTY)
    ended = shop.run("test-rules", written(shop, HOLDS))
    assert (ended.code, ended.err) == (0, "")
    assert "passed  It stalls after thirty hours" in ended.out
    assert "1 passed, 0 failed" in ended.out


def test_of_one_that_fails_it_is_said_where_what_happened_and_why(shop: Shop) -> None:
    ended = shop.run("test-rules", written(shop, HOLDS))
    assert ended.code == 1
    assert "ours.toml:7, step 2 (+31h, Tue 2026-03-03 15:00 UTC)" in ended.out
    assert "expected: a poll placed" in ended.out
    assert "threshold: warn 5bd, critical 20d (profile international" in ended.out
    assert "1 of 1 tests failed" in ended.err


def test_as_json_each_test_has_its_line_and_a_failed_one_its_rules(shop: Shop) -> None:
    shop.configure(THIRTY)
    soon = HOLDS.replace("+31h", "+32h")
    tests = "".join(f"[[test]]\n{each.replace('[[then]]', '[[test.then]]')}" for each in (HOLDS, soon))
    document = shop.run("test-rules", written(shop, tests), "--json").document
    assert (document["passed"], document["failed"]) == (1, 1)
    held, failed = document["tests"]
    assert (held["passed"], held["line"]) == (True, 3)
    assert (failed["passed"], failed["step"], failed["at"]) == (False, 1, "2026-03-03T15:00:00Z")
    (stalled,) = [rule for rule in failed["why"] if rule["kind"] == "stalled"]
    assert (stalled["fires"], stalled["threshold"]) == (True, "30h")
    assert "thresholds.stalled" in stalled["policy_line"]


def test_a_test_with_a_policy_of_its_own_is_played_under_that(shop: Shop) -> None:
    own = HOLDS.replace("[[then]]", '[policy]\nthresholds = { stalled = { warn = "30h" } }\n[[then]]', 1)
    assert shop.run("test-rules", written(shop, own)).code == 0


@pytest.mark.parametrize(
    ("test", "told"),
    [
        (HOLDS.replace("heard", "herd"), 'ours.toml:5: step 1: unknown key herd (did you mean "heard"?)'),
        (
            HOLDS.replace("stalled medium", "staled medium"),
            'ours.toml:10: step 2: expect.told: no kind "staled" (did you mean "sta',
        ),
        (HOLDS.replace("[[then]]", '[parcel]\ncourier = "my_dlh"\n[[then]]', 1), '(did you mean "my_dhl"?)'),
        (HOLDS.replace("[[then]]", "[parcel]\ndestination = 3\n[[then]]", 1), "expected a text in quotes, got 3"),
        (HOLDS.replace("[[then]]", '[policy]\nzone = "Mars"\n[[then]]', 1), 'ours.toml:4: no time zone "Mars"'),
        (
            "[[tests]]" + HOLDS.replace("[[then", "[[tests.then"),
            'ours.toml:1: unknown key tests (did you mean "test"?)',
        ),
        (HOLDS.replace("title", "titel"), 'ours.toml:2: unknown key titel (did you mean "title"?)'),
        ("title = 'x'\nthen = 3\n", "ours.toml:2: then is written with two brackets, [[then]], got 3"),
        ("test = 3\n", "ours.toml:1: test is written with two brackets, [[test]], got 3"),
        ("title = 'x'\n", "ours.toml: needs `then`"),
        ("title = [\n", "ours.toml:1: not valid TOML: "),
        ("title = 'x'\ntitle = 'y'\n", "ours.toml:2: not valid TOML: title is written twice, in line 1 and line 2"),
        ("number,courier\nAB1,my_dhl\n", "ours.toml: is a table (CSV); TOML is wanted"),
        ("[couriers.a]\napi = 'dhl'\n", "ours.toml: is a configuration of parcelwatch, not a test for `parcelwatch te"),
        (HOLDS.replace('"in_transit"', '"in_transit", text = 3'), "expected a text in quotes, got 3"),
        (HOLDS.replace('["stalled"]', "3"), "expected a list of texts"),
        (HOLDS.replace('at = "mon 09:00"', 'at = "mon 09:00"\nstopped = 3'), "expected a text in quotes, got 3"),
        (HOLDS.replace('at = "mon 09:00"', 'at = "mon 09:00"\ndestination = 3'), "expected a text in quotes, got 3"),
        ("title = 'x'\n[[then]]\nat = '+1h'\nanswer = 'refused'\nreason = 3\n", "expected a text in quotes, got 3"),
        (f"title = 'x'\nthen = {'[' * 5000}{']' * 5000}\n", "ours.toml:2: not valid TOML: it is nested too deeply"),
        (HOLDS.replace('"mon 09:00"', '"+999999d999999d"'), "ours.toml:4: step 1: "),
        (HOLDS.replace('"in_transit" }', '"in_transit" }\npending = true'), "step 1: pending does not go with heard"),
        (HOLDS.replace("polled = true", 'act = "ack"'), 'such as "ack stalled", got "ack"'),
        (
            HOLDS.replace("[[then]]", "[policy]\nthresholds = { stalled = { wran = '3d' } }\n[[then]]", 1),
            'mean "warn"?',
        ),
        (HOLDS.replace("[[then]]", "[policy]\nfollow_up = 3\n[[then]]", 1), "policy.follow_up: expected a text in quo"),
        (HOLDS.replace('"mon 09:00"', '"mon 25:00"'), "ours.toml:4: step 1: at: expected a moment such as"),
    ],
)
def test_a_test_that_cannot_be_read_is_told_by_its_line_and_what_was_meant(shop: Shop, test: str, told: str) -> None:
    ended = shop.run("test-rules", written(shop, test))
    assert ended.code == 2
    assert told in ended.err


def test_what_cannot_be_done_then_fails_the_test(shop: Shop) -> None:
    ended = shop.run("test-rules", written(shop, f'{HOLDS.partition("[[then]]")[0]}[[then]]\nat="+1h"\nact="ack lost"'))
    assert ended.code == 1
    assert "something that can be done then" in ended.out


def test_a_file_that_is_not_there_is_named(shop: Shop) -> None:
    ended = shop.run("test-rules", str(shop.folder / "none.toml"))
    assert ended.code == 2
    assert "none.toml: cannot be read: No such file" in ended.err


def test_the_readmes_example_is_one_that_holds_and_one_that_does_not_with_other_thresholds(shop: Shop) -> None:
    (example,) = re.findall(r"```toml\n(# tests/letters\.toml\n.*?)```", README, re.DOTALL)
    assert shop.run("test-rules", written(shop, example)).code == 0
    shop.configure('\n[thresholds]\nstalled = { warn = "1d" }\n')
    assert shop.run("test-rules", written(shop, example)).code == 1
