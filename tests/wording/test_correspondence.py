"""Letters put into words: how much of it is done."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from zoneinfo import ZoneInfo

from parcelwatch.wording.correspondence import Correspondence
from parcelwatch.wording.render import Renderer
from parcelwatch.wording.specimens import several
from parcelwatch.wording.templates import Templates


class Counted(Templates):
    """Templates that know which letters they were asked the blocks of."""

    def __init__(self) -> None:
        super().__init__()
        self.asked: list[str] = []

    def blocks(self, name: str, values: Mapping[str, object]) -> Mapping[str, str]:
        self.asked.append(name)
        return super().blocks(name, values)


def test_each_part_of_a_letter_is_worded_once_however_often_a_message_asks_for_it() -> None:
    templates = Counted()
    words = Correspondence(templates, ZoneInfo("UTC"), Renderer().whose)
    drafts = max((each.drafts for each in several("en")), key=len)
    for _ in range(3):
        for one in drafts:
            letter = words.together(one, drafts)
            assert words.whole(letter) == words.whole(words.together(drafts[0], drafts))
    assert len(templates.asked) == len(letter) > 1


def test_a_part_that_says_something_else_by_now_is_worded_anew() -> None:
    words = Correspondence(Templates(), ZoneInfo("UTC"), Renderer().whose)
    drafts = next(iter(several("en"))).drafts
    before = words.whole(words.together(drafts[0], drafts))
    changed = [replace(one, facts={**one.facts, "number": "ANOTHER1"}) for one in drafts]
    after = words.whole(words.together(changed[0], changed))
    assert ("ANOTHER1" in before.body, "ANOTHER1" in after.body) == (False, True)
