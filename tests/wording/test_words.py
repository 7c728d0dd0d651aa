"""Every language says everything: each form with much and with little evidence, each kind, each template."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from parcelwatch import words
from parcelwatch.core.drafts import PEAK
from parcelwatch.core.kinds import KINDS as ALL_KINDS
from parcelwatch.core.kinds import LETTERS, RULES, Family
from parcelwatch.core.messaging.content import About
from parcelwatch.core.messaging.messages import Characters, Group, Outgoing
from parcelwatch.model import (
    Cause,
    Chance,
    Checkpoint,
    Draft,
    DraftState,
    Fact,
    Form,
    Milestone,
    Order,
    Severity,
    Unread,
    Why,
)
from parcelwatch.wording.render import Renderer
from parcelwatch.words import FOLDER, catalogue, languages

NOW = datetime(2026, 5, 6, 9, 0, tzinfo=UTC)
THEN = NOW - timedelta(hours=70)
VOICES = languages("agents")
RENDERERS = {language: Renderer("Asia/Shanghai", language) for language in VOICES}
PEOPLE = {name for name, kind in ALL_KINDS.items() if kind.family is not Family.OPERATOR}

SCAN = Checkpoint(THEN, THEN, Milestone.EXCEPTION, Cause.COURIER_FAULT, "7-Q", "7-Q 7-Q", "7-Q")
FULL = {
    "since": THEN,
    "scan": SCAN,
    "quiet_since": THEN,
    "until": NOW + timedelta(days=400),
    "whose": "courier",
    "on": (NOW + timedelta(days=400)).date(),
    "count": 3,
    "kind": "stalled",
    "reason": "7-Q",
    "unread": (Unread("7-Q", "7-Q", 3), Unread("", "7-Q", 1)),
    "chance": Chance(0.78, 412, "lane", "7-Q", THEN, 11.3, 2.7, 0.248, 1.0),
}
# What a form cannot do without: whoever finds such trouble knows as much.
LEAST: Mapping[Form, Mapping[str, object]] = {
    Form.PROMISE_OVER: {"since": THEN, "until": THEN, "whose": "shop"},
    Form.NOT_HANDED_OVER: {"since": THEN, "until": THEN},
    Form.COUNTS_FROM_DISPATCH: {"until": THEN},
    Form.ONLY_ESTIMATED: {"until": THEN},
    Form.ESTIMATE_MOVED: {"until": THEN},
    Form.LIKELY_LATE: {"until": THEN, "whose": "shop"},
    Form.PROMISE_NEAR: {"until": THEN, "whose": "shop"},
    Form.EXPECTED_AFTER: {"until": THEN, "whose": "shop", "on": NOW.date()},
    Form.ESTIMATE_OVER: {"until": THEN},
    Form.DISPATCH_OVERDUE: {"until": THEN, "whose": "shop", "on": NOW.date()},
    Form.CHANCE_KNOWN: {"chance": Chance(0.78, 412, "all", "", THEN, 11.3, 2.7, 0.248, 1.0)},
    Form.CHANCE_UNKNOWN: {"count": 30},
    Form.SNOOZED: {"until": NOW},
    Form.NOTED: {"reason": "7-Q"},
    Form.CLEARED: {"kind": "stalled"},
    Form.LIMIT_RAISED: {"kind": "stalled"},
    Form.CASE_CLOSED: {"kind": "stalled"},
    Form.STANDS_AGAIN: {"kind": "stalled"},
    Form.WORSE_OFF: {"kind": "damaged"},
    Form.CLAIM_DUE: {"since": THEN, "on": NOW.date(), "count": 3},
    Form.CLAIM_MISSED: {"since": THEN, "on": NOW.date()},
    Form.CODES_UNREAD: {"unread": (Unread("7-Q", "", 1),)},
}


def fullest(form: Form) -> Iterator[Fact]:
    """With all the evidence there is, for every reading of the scan and every owner of a promise."""
    for cause in Cause:
        yield Fact(form, **{**FULL, "scan": replace(SCAN, cause=cause)})  # type: ignore[arg-type]
    for milestone in Milestone:
        yield Fact(form, **{**FULL, "scan": replace(SCAN, milestone=milestone, text="", code="", place="")})  # type: ignore[arg-type]
    for kind in RULES:
        yield Fact(form, **{**FULL, "kind": kind, "whose": "shop"})  # type: ignore[arg-type]


def barest(form: Form) -> Iterator[Fact]:
    least = LEAST.get(form, {"since": THEN})
    yield Fact(form, **least)  # type: ignore[arg-type]
    yield Fact(form, **{**least, "count": 1, "scan": Checkpoint(THEN, THEN, Milestone.UNKNOWN)})  # type: ignore[arg-type]


def everything(form: Form) -> Iterator[Fact]:
    yield from fullest(form)
    yield from barest(form)


LEFT_OVER = re.compile(
    r"[{}]|%\w|None|  |^\s|\s$|[,;:，；：、]$|^[,;:，；：]|,,|\.\.|;;|，，|。。|；；|：：|：；|: ;|\(\)|（）|“”| [,;:.)]|\( "  # noqa: E501
)


HEADS = ("Do now:", "现在：")


def whole(text: str) -> bool:
    """Whether it reads as one piece: no hole where a value was to stand, no doubled or dangling punctuation."""
    return bool(text) and not LEFT_OVER.search(text)


# --- sentences -----------------------------------------------------------------------------------


@pytest.mark.parametrize("language", VOICES)
@pytest.mark.parametrize("form", Form)
def test_every_form_reads_whole_with_much_and_with_little_to_say(form: Form, language: str) -> None:
    for fact in everything(form):
        said = RENDERERS[language].sentence(fact, NOW, account="my_dhl")
        assert whole(said), f"{said!r} of {fact}"


def quoteless(text: str) -> str:
    """Without what is not ours to translate: quotations, names of accounts, commands, numbers."""
    text = re.sub(r"“[^”]*”|`[^`]*`|7-Q|my_dhl|parcelwatch [a-z]+(?: [!-~]+)*|GMT[+-]\d\d:\d\d|UTC", "", text)
    return re.sub(r"https?://\S+|\b[AD]\d+\b|JD\d+|T-\d+", "", text)


@pytest.mark.parametrize("form", Form)
def test_nothing_in_a_chinese_sentence_is_left_in_latin_letters(form: Form) -> None:
    for fact in everything(form):
        said = RENDERERS["zh-CN"].sentence(fact, NOW, account="my_dhl")
        assert not re.search("[A-Za-z]", quoteless(said)), f"{said!r} of {fact}"


def outgoing(fact: Fact, **more: object) -> Outgoing:
    about = Outgoing(
        17, "stalled", "ops", False, Severity.HIGH, Why.OPENED, fact, NOW, number="JD001", courier="my_dhl"
    )
    return replace(about, **more)  # type: ignore[arg-type]


ORDER = Order("T-1001", "赵婷", buyer="旺旺甲", value=888, tier="贵宾", goods="台灯", url="https://7-Q.example/1")
ABOUT = About((ORDER, replace(ORDER, number="T-1002", customer_name="李明")), "CN", "DE", (4, 5))
LETTER = Draft(
    "stalled", "zh-CN", DraftState.DRAFT, NOW, Milestone.IN_TRANSIT, subject="关于您的包裹", body="您好", id=5
)
OTHERS = (replace(LETTER, id=8), replace(LETTER, id=9, edited=True))


def messages() -> Iterator[Outgoing]:
    """Every kind of message there is, in every state of being known."""
    operator = {"severity": Severity.OPERATOR, "number": "", "courier": "", "account": "my_dhl"}
    unsaid = {**operator, "why": Why.SILENT, "kind": "courier_silent"}
    accounts = {Form.COURIER_SILENT, Form.COURIER_REFUSES, Form.COURIER_BACK, Form.CODES_UNREAD, Form.ANSWER_UNREAD}
    accounts |= {Form.UNANSWERED, Form.GIVEN_UP, Form.SHOP_REMARKED}
    accounts |= {
        Form.CHANNEL_DOWN,
        Form.CHANNEL_BACK,
        Form.LETTERS_BROKEN,
        Form.SHOP_REMARKED,
        Form.SERVICE_TROUBLED,
        Form.SERVICE_WELL,
    }
    accounts |= {Form.CLOCK_JUMPED, *(form for form in Form if form.startswith("store_"))}
    for form in Form:
        for fact in (next(fullest(form)), next(barest(form))):
            if form in accounts:
                yield outgoing(replace(fact, kind=""), **unsaid)
                continue
            for why in () if fact.since is None else (Why.OPENED, Why.WORSENED, Why.REOPENED, Why.UNHIDDEN, Why.WOKEN):
                yield outgoing(fact, why=why, milestone="in_transit", case_id=7, orders=("T-1001",), company="7-Q")
                yield outgoing(fact, why=why, case_id=7, orders=("T-1001", "T-1002"), about=ABOUT, promised_by=NOW)
            for why in (Why.DRAFTED, Why.WITHDRAWN, Why.UNSURE):
                yield outgoing(fact, why=why, draft=True, letter=LETTER)
                yield outgoing(fact, why=why, draft=True, letter=LETTER, about=replace(ABOUT, others=OTHERS), case_id=7)
    for kind in ALL_KINDS:
        for severity in Severity:
            yield outgoing(Fact(Form.NO_SCAN, since=THEN), kind=kind, severity=severity)
    for milestone in Milestone:
        yield outgoing(Fact(Form.NO_SCAN, since=THEN), milestone=milestone)


@pytest.mark.parametrize("language", VOICES)
def test_every_message_reads_whole(language: str) -> None:
    for one in messages():
        said = RENDERERS[language].alert(one, NOW)
        assert RENDERERS[language].line(one, NOW) == said.line
        for text in (said.title, said.line, *filter(None, said.body.split("\n"))):
            assert text in HEADS or whole(re.sub(r"https?://\S+", "…", text)), f"{text!r} of {one}"


def test_nothing_in_a_chinese_message_is_left_in_latin_letters() -> None:
    names = r"parcelwatch|zh-CN|单号 --raw|--raw"
    for one in messages():
        said = RENDERERS["zh-CN"].alert(one, NOW)
        for text in (said.title, said.line, *said.body.split("\n")):
            assert not re.search("[A-Za-z]", re.sub(names, "", quoteless(text))), f"{text!r} of {one}"
    nine = Group("ops", "stalled", False, tuple(outgoing(Fact(Form.NO_SCAN, since=THEN)) for _ in range(9)), 17)
    (digest,) = RENDERERS["zh-CN"].message(nine, Characters(400), NOW)
    assert not re.search("[A-Za-z]", re.sub(names, "", quoteless(f"{digest.title}\n{digest.body}")))


# --- catalogues ----------------------------------------------------------------------------------


@pytest.mark.parametrize("language", VOICES)
def test_every_kind_has_a_name_a_next_step_and_what_clears_it(language: str) -> None:
    said = catalogue(language, "agents")
    assert set(said["labels"]) == {*ALL_KINDS, PEAK}  # a letter of a peak is about no trouble
    assert set(said["next"]) >= PEOPLE
    assert set(RULES) <= set(said["clears"])
    assert set(said["clears"]) >= PEOPLE
    assert all(said["labels"].values())
    assert all(said["clears"].values())


@pytest.mark.parametrize("language", VOICES)
def test_every_value_of_the_model_has_a_word(language: str) -> None:
    said = catalogue(language, "agents")
    assert set(said["says"]) == {str(form) for form in Form}
    assert set(said["severities"]) == set(map(str, Severity))
    assert set(said["milestones"]) == set(map(str, Milestone))
    assert set(said["causes"]) == set(map(str, Cause))


@pytest.mark.parametrize("part", ["agents", "letters"])
def test_every_language_has_words_for_the_same_things(part: str) -> None:
    first, *others = languages(part)
    expected = keys(catalogue(first, part))
    for language in others:
        assert keys(catalogue(language, part)) == expected, language


def keys(table: Mapping[str, Any], before: str = "") -> set[str]:
    """Every key of a catalogue, in full."""
    found: set[str] = set()
    for name, value in table.items():
        found |= keys(value, f"{before}{name}.") if isinstance(value, Mapping) else {before + name}
    return found


@pytest.mark.parametrize("part", ["agents", "letters"])
def test_every_template_exists_in_every_language(part: str) -> None:
    """The pieces that begin with "_" are each language's own: what they are good for differs."""
    templates = {
        language: {one.name for one in (FOLDER / language / part).glob("[!_]*.j2")} for language in languages(part)
    }
    assert len({frozenset(names) for names in templates.values()}) == 1
    if part == "letters":
        assert {f"{kind}.txt.j2" for kind in LETTERS} <= next(iter(templates.values()))


@pytest.mark.parametrize("language", languages("letters"))
def test_every_remedy_that_is_offered_has_words(language: str) -> None:
    offered = {code for letter in LETTERS.values() for code in letter.remedies}
    assert offered <= set(catalogue(language, "letters")["remedies"])


@pytest.mark.parametrize("path", sorted(FOLDER.glob("*/*.toml")), ids=lambda path: f"{path.parent.name}/{path.name}")
def test_a_catalogue_is_toml_that_says_what_it_is(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    assert text.startswith("# ")
    assert tomllib.loads(text)


# --- another language ----------------------------------------------------------------------------


def test_a_language_is_a_folder_found_by_itself(tmp_path: Path) -> None:
    """In a process of its own, for what a program has found it keeps."""
    package = tmp_path / "parcelwatch"
    shutil.copytree(FOLDER.parent, package, ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copytree(package / "words" / "en", package / "words" / "eo")
    shutil.rmtree(package / "words" / "eo" / "letters")
    (package / "words" / "eo" / "letters.toml").unlink()
    script = (
        "from datetime import UTC, datetime, timedelta\n"
        "from parcelwatch.model import Fact, Form\n"
        "from parcelwatch.wording.render import Renderer\n"
        "from parcelwatch.words import languages\n"
        "now = datetime(2026, 5, 6, tzinfo=UTC)\n"
        "print(languages('agents'), languages('letters'))\n"
        "print(Renderer(agent_language='eo').sentence(Fact(Form.NO_SCAN, since=now - timedelta(hours=49)), now))\n"
    )
    ran = subprocess.run(
        [sys.executable, "-c", script],
        cwd=tmp_path,
        env={"PYTHONPATH": str(tmp_path)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert ran.stderr == ""
    known = (tuple(sorted((*words.languages("agents"), "eo"))), words.languages("letters"))
    assert ran.stdout.splitlines()[0] == f"{known[0]} {known[1]}"
    assert ran.stdout.splitlines()[1].startswith("No new scan for 49 h")
