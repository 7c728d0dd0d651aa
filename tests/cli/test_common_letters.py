"""One letter for all of an incident: read once, changed once, and each customer gets it with what is theirs."""

from __future__ import annotations

from typing import Any

import pytest

from parcelwatch import clock
from parcelwatch.core.drafts import Wording
from tests.cli.conftest import Shop
from tests.standstill import DAY, STALLED, Courier

GERMAN, ENGLISH = 36, 24


@pytest.fixture
def stuck(shop: Shop) -> Shop:
    """Sixty orders that stand still at one hub, of customers who read German or English."""
    shop.configure('\n[thresholds]\nprofile = "china"\n')
    wording = Wording("Nordlicht", languages=("en", "de"))
    dhl = Courier(shop.folder, now=clock.now() - STALLED - DAY / 4, wording=wording)
    german = dhl.add(GERMAN, "Leipzig", destination="DE")
    dhl.stall((*german, *dhl.add(ENGLISH, "Leipzig", destination="GB")))
    dhl.store.close()
    return shop


def texts(shop: Shop) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = shop.run("drafts", "show", "--incident", "1", "--json").document
    return found


def letters(shop: Shop) -> dict[int, dict[str, Any]]:
    return {row["id"]: row for row in shop.run("drafts", "list", "--incident", "1", "--json").document}


def test_each_text_is_shown_once_with_how_many_letters_say_it(stuck: Shop) -> None:
    found = texts(stuck)
    assert [(each["language"], each["letters"]) for each in found] == [("de", GERMAN), ("en", ENGLISH)]
    assert "{name}" in found[1]["body"]
    assert "{order}" in found[1]["body"]
    assert "{number}" in found[1]["body"]
    shown = stuck.run("drafts", "show", "--incident", "1").out
    assert f"{ENGLISH}, such as draft" in shown
    assert "Lin" not in shown
    assert "parcelwatch drafts show --incident 1" in stuck.run("drafts", "list", "--incident", "1").out


def test_a_change_of_the_text_is_one_of_each_letter_that_says_it_and_was_not_edited_by_itself(stuck: Shop) -> None:
    german, english = texts(stuck)
    one, *others = english["drafts"]
    assert stuck.run("drafts", "edit", str(one), "--body-file", "-", stdin=b"Only for you.").code == 0
    before = letters(stuck)
    common = ("drafts", "edit", "--incident", "1", "--body-file", "-", "--like")
    said = stuck.run(*common, str(others[0]), stdin=b"Dear {name}, {number} of {order} is {held up}.")
    assert said.out == f"Letters of incident 1: {len(others)} draft.\n"
    after = letters(stuck)
    for each in others:
        row = after[each]
        assert row["body"] == f"Dear Lin, {row['number']} of {row['order']} is {{held up}}."
        assert row["subject"] == before[each]["subject"]
    assert after[one]["body"] == "Only for you."
    assert {after[each]["body"] for each in german["drafts"]} == {before[each]["body"] for each in german["drafts"]}
    # What was changed together goes on being one text, that can be changed once more.
    assert sorted(each["letters"] for each in texts(stuck)) == [1, len(others), GERMAN]
    again = stuck.run(*common, str(others[1]), "--json", stdin=b"{name}: soon.")
    assert {row["body"] for row in again.document} == {"Lin: soon."}
    assert stuck.run("drafts", "approve", "--incident", "1").out == "Letters of incident 1: 60 approved.\n"


WRONG = [
    (("--incident", "1"), "Hello {name}", "there are 2 texts: name one by a letter that says it, --like"),
    (
        ("--incident", "1", "--like", "1"),
        "Hello {nmae}",
        "“nmae” is no mark that each of these letters has: write one of",
    ),
    (("--incident", "1", "--like", "999"), "Hello", "draft 999 is none of those letters"),
    (("1", "--incident", "1"), "Hello", "name a draft, an incident or a kind"),
    ((), "Hello", "name a draft, an incident or a kind"),
    (("1", "--like", "2"), "Hello", "--like goes with --incident"),
]


def test_what_cannot_be_changed_together_is_said(stuck: Shop) -> None:
    before = letters(stuck)
    for typed, body, said in WRONG:
        done = stuck.run("drafts", "edit", *typed, "--body-file", "-", stdin=body.encode())
        assert (done.code, said in " ".join(done.err.split())) == (2, True), typed
    assert letters(stuck) == before
