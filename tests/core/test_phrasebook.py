"""Our sentences in the agents' language: every one the stories lead to, and nothing of what others said."""

from __future__ import annotations

import re

import pytest

from parcelwatch.core.phrasebook import phrases, translate
from parcelwatch.core.text import clean
from parcelwatch.render import Renderer
from tests.storybook import Story, read_all
from tests.storytellers import InCore
from tests.storytelling import play

CHINESE = Renderer("Asia/Shanghai", "zh-CN")
# Couriers' words, places and reasons are theirs; what is left is ours.
THEIRS = re.compile(r"“[^”]*”|（[^）]*）|(?<=轨迹已停止更新：).*|(?<=快递接口拒绝查询：).*|GMT[+-]\d\d:\d\d")


@pytest.mark.parametrize("story", read_all(), ids=lambda story: str(story.title))
def test_no_english_is_left_in_a_chinese_alert(story: Story) -> None:
    teller = InCore(story)
    for _ in play(story, teller):
        pass
    for event in teller.events:
        if event.signal in {"fires", "worsens"}:
            said = CHINESE._sentence(clean(event.why, 500))
            assert not re.search(r"[A-Za-z]{3,}", THEIRS.sub("", said)), said


def test_what_the_courier_said_is_not_touched() -> None:
    book = phrases([("Held by customs: ", "被海关扣留：")])
    said = translate("Held by customs: “Held by customs: 3 d”; nothing", book, {"min": "分钟", "h": "小时", "d": "天"})
    assert said == "被海关扣留：“Held by customs: 3 d”; nothing"


def test_a_value_is_never_read_as_a_phrase() -> None:
    book = phrases([("worse off: {word}", "更严重：{word}")])
    assert translate("worse off: {kind}", book, {}) == "worse off: {kind}"


def test_english_agents_read_the_sentence_as_it_is() -> None:
    assert Renderer("UTC", "en")._sentence("In customs for 3 d, no release") == "In customs for 3 d, no release"
