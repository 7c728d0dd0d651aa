"""Why a channel takes no message is said in the agents' language."""

from __future__ import annotations

import ast
import re
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

import parcelwatch.channels
from parcelwatch.core.messaging.messages import Outgoing
from parcelwatch.model import Fact, Form, Severity, Why
from parcelwatch.wording.render import Renderer
from parcelwatch.words import catalogue, languages

NOW = datetime(2026, 5, 6, 9, 0, tzinfo=UTC)


def faults() -> set[str]:
    """Every reason that the channels give."""
    makers = {"closed", "never", "later", "unknown", "Verdict", "replace"}
    found = {"(erased)"}
    for path in Path(parcelwatch.channels.__file__).parent.rglob("*.py"):
        calls = [each for each in ast.walk(ast.parse(path.read_text(encoding="utf-8"))) if isinstance(each, ast.Call)]
        made = [each for each in calls if getattr(each.func, "id", getattr(each.func, "attr", "")) in makers]
        given = [*(one for each in made for one in each.args), *(one.value for each in made for one in named(each))]
        found |= {one.value for one in given if isinstance(one, ast.Constant) and isinstance(one.value, str)}
    return {each for each in found if " " in each or each == "(erased)"}


def named(call: ast.Call) -> list[ast.keyword]:
    return [each for each in call.keywords if each.arg == "why"]


@pytest.mark.parametrize("language", languages("faults"))
def test_every_reason_of_a_channel_has_words_in_every_language_that_has_some(language: str) -> None:
    assert set(catalogue(language, "faults")["terms"]) == faults()


def test_a_reason_in_chinese_leaves_nothing_in_english_but_what_is_to_be_typed() -> None:
    typed = r"chat:write|thread=|mode=|\?secret=…"
    for said in catalogue("zh-CN", "faults")["terms"].values():
        assert not re.search("[A-Za-z]", re.sub(typed, "", said)), said


@pytest.mark.parametrize(
    ("said", "read"),
    [
        ("the key is wrong or was revoked (errcode 93000)", "密钥有误或已失效（errcode 93000）"),
        ("its safety setting (keyword, signature or address) turned the message away (errcode 310000)", "310000）"),
        ("the signature is wrong, missing (add ?secret=…), or an hour off by this machine's clock", "本机时钟"),
        ("there is nothing at this address (HTTP 404)", "这个地址不存在（HTTP 404）"),
    ],
)
def test_an_agent_who_reads_chinese_is_told_in_it_why_a_channel_is_down(said: str, read: str) -> None:
    fact = Fact(Form.CHANNEL_DOWN, since=NOW - timedelta(hours=2), count=3, kind="boss", reason=said)
    out = Outgoing(7, "channel_down", "ops", False, Severity.OPERATOR, Why.SILENT, fact, NOW, account="ops")
    words = Renderer(agent_language="zh-CN")
    told = words.alert(out, NOW)
    for text in (told.body, told.line, words.sentence(fact, NOW, "ops")):
        assert read in text
    left = re.sub(r"errcode|HTTP|\?secret=…|parcelwatch alerts test|ops|boss", "", told.title + told.line + told.body)
    assert re.findall("[A-Za-z]{2,}", left) == []
    assert said in Renderer().alert(out, NOW).body


def test_a_reason_that_no_language_knows_stands_as_it_is() -> None:
    assert Renderer(agent_language="zh-CN").fault("ValueError") == "ValueError"
