"""The commands speak the agents' language where they show what agents read, and hold at 80 columns in it."""

from __future__ import annotations

import ast
import re
import shlex
import string
from pathlib import Path

import pytest
from rich.cells import cell_len

import parcelwatch.cli
from parcelwatch import claims
from parcelwatch.cli import acting, alerts, drafts, matching, orders, parcels, report, silences, why
from parcelwatch.cli.tongue import Tongue
from parcelwatch.core import policy
from parcelwatch.core.clockwork import Reason
from parcelwatch.core.incidents import IncidentState, Turn
from parcelwatch.core.outbreaks import Grain
from parcelwatch.core.windows import Lane, Loss, Start
from parcelwatch.model import ClaimState, DraftState, LetterStep, Remedy, State
from parcelwatch.words import catalogue, languages
from tests.cli.conftest import DAMAGED, STALLED, Shop

CHINESE = Tongue("zh-CN")
# Said by what the commands work with: titles and names of values, states, reasons.
SAID = {
    *map(str, State),
    *map(str, DraftState),
    *map(str, Reason),
    *map(str, ClaimState),
    *map(str, LetterStep),
    *map(str, Remedy),
    *map(str, IncidentState),
    *map(str, Turn),
    *map(str, Grain),
    *map(str, Loss),
    *map(str, Start),
    *map(str, Lane),
    *alerts.STATES,
    *("it may have arrived", "no channel is configured", "not delivered within a day"),
    *("milestone", "last scan", "courier answered", "estimate", "promised by", "tracking stopped", "next ask"),
    *why._KNOWN.values(),
    *report.AGES.values(),
    *acting.STANDS.values(),
    *(drafts.NO_WAY, drafts.DOUBTED, *drafts.LEFT_OUT.values()),
    *(policy._TOLD, policy._PROMISE),
    *("new", "true", "false", "known", "warn", "critical", "Fires", "Clock running", "edited"),
    *("case", "number", "courier", "order", "orders", "kind", "severity", "state", "hidden by", "why", "since"),
    *("threshold", "set by", "opened", "snoozed until", "resolved", "reopened", "verdict", "drafts"),
    *("incident", "group", "place", "measured", "told by it", "letters"),
    *matching.NAMES,
    *("company", "service", "origin", "holds", *orders.ORDER, "value", "dispatch by", "tags", "parcels", silences.OVER),
    *(each for done in (parcels.STOPPED, parcels.RESUMED, parcels.MOVED) for each in done),
    *("claim", "last day to claim", "window", "claim number", "owner", "remedy", "customer hears by"),
}


def spoken() -> set[str]:
    """Every text that a command has put into the agents' language."""
    found = set(SAID)
    for path in Path(parcelwatch.cli.__file__).parent.glob("*.py"):
        tree = ast.parse(path.read_text(encoding="utf-8"))
        named = {
            node.targets[0].id: {str(each.value) for each in ast.walk(node.value) if isinstance(each, ast.Constant)}
            for node in ast.walk(tree)
            if isinstance(node, ast.Assign)
            and isinstance(node.targets[0], ast.Name)
            and isinstance(node.value.body if isinstance(node.value, ast.IfExp) else node.value, ast.Constant)
        }
        for call in (node for node in ast.walk(tree) if isinstance(node, ast.Call)):
            titles = isinstance(call.func, ast.Attribute) and call.func.attr == "columns"
            if titles or (isinstance(call.func, ast.Name) and call.func.id == "t"):
                texts = call.args if titles else call.args[:1]
                found |= {str(one.value).lstrip("!>~?") for one in texts if isinstance(one, ast.Constant)}
                for one in (each.id for each in texts if isinstance(each, ast.Name) and each.id in named):
                    found |= named[one]
    return found - {""}


@pytest.mark.parametrize("language", languages("cli"))
def test_every_text_of_the_commands_has_words_in_every_language_that_has_some(language: str) -> None:
    terms = catalogue(language, "cli")["terms"]
    assert spoken() - set(terms) == set()
    assert set(terms) - spoken() == set()


@pytest.mark.parametrize("language", languages("cli"))
def test_a_text_has_the_same_places_in_every_language(language: str) -> None:
    for english, said in catalogue(language, "cli")["terms"].items():
        assert places(said) == places(english), english


def places(text: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(text) if name}


def test_nothing_in_chinese_is_left_in_latin_letters() -> None:
    for said in catalogue("zh-CN", "cli")["terms"].values():
        assert not re.search("[A-Za-z]", re.sub(r"\{\w+\}|`[^`]*`|UTC", "", said)), said


def test_a_language_without_words_of_its_own_is_shown_english() -> None:
    english = Tongue("en")
    assert english("{count} times", count=2) == "2 times"
    assert english.kind("stalled") == "stalled"
    assert english.styles["critical"] == CHINESE.styles["严重"]


@pytest.fixture
def chinese(watched: Shop, monkeypatch: pytest.MonkeyPatch) -> Shop:
    """A shop whose agents read Chinese, on a terminal of the usual width."""
    peak = '[[peaks]]\nname = "双十一"\nfrom = "01-01"\nto = "12-31"\nfactor = 1.5\n'
    watched.configure(f'\n[alerts]\nlanguage = "zh-CN"\n{peak}')
    monkeypatch.setenv("COLUMNS", "80")
    return watched


@pytest.mark.parametrize("said", ["cases list", "cases show 1", "drafts list", "drafts show 1", f"why {STALLED}"])
def test_an_agent_reads_in_chinese_what_agents_read(chinese: Shop, said: str) -> None:
    shown = chinese.run(*said.split()).out
    assert re.search("[\u3400-\u9fff]", shown)
    ours = re.sub(r"“[^”]*(?:”|…)|DHL|[A-Z]\w+/\w+|profile international \(domestic\)|A-\d|UTC|`[^`]*`", "", shown)
    if said.startswith(("cases", "why")):
        assert re.findall("[A-Za-z]{3,}", ours) == [], shown


@pytest.mark.parametrize("said", ["alerts list", "parcels list", f"parcels show {DAMAGED}"])
def test_alerts_and_parcels_are_headed_named_and_closed_in_chinese(chinese: Shop, said: str) -> None:
    ended = chinese.run(*said.split())
    first = ended.out.splitlines()[0]
    assert re.findall("[A-Za-z]{3,}", first) == []
    english = r"\b(?:Milestone|milestone|When|Where|Why|State|open|sent|critical|high|Times|picked_up|stalled)\b"
    assert re.findall(english, re.sub("“[^”]*(?:”|…)", "", ended.out + ended.err)) == []


def test_a_window_that_comes_along_is_named_in_chinese(chinese: Shop) -> None:
    shown = [chinese.run("cases", "show", case).out for case in "12"]
    assert any("程序自带：" in each for each in shown)
    assert not any("comes along" in each for each in shown)


def test_that_a_case_has_no_threshold_is_said_in_chinese(chinese: Shop) -> None:
    (damaged,) = [row["id"] for row in chinese.run("cases", "list", "--json").document if row["kind"] == "damaged"]
    shown = chinese.run("cases", "show", str(damaged)).out
    assert "快递公司明确反馈，无时限" in shown
    assert "no threshold" not in shown


# Where errors are made that agents meet; what is only met when setting up stays as it is.
MET_BY_AGENTS = (
    *("verbs/agents.py", "verbs/finding.py", "verbs/letters.py", "verbs/silencing.py"),
    *("core/cases.py", "core/claims.py", "core/letters.py", "store/alerts.py", "store/cases.py", "store/drafts.py"),
    *("store/incidents.py", "store/orders.py", "store/outbox.py", "store/parcels.py", "store/silences.py"),
    *("cli/acting.py", "cli/alerts.py", "cli/base.py", "cli/batches.py", "cli/cases.py", "cli/claims.py"),
    *("cli/desk.py", "cli/drafts.py", "cli/parcels.py", "cli/report.py", "cli/silences.py", "cli/typed.py"),
    "cli/why.py",
)
ERRORS = {"BadInput", "NotFound", "NeedsAttention"}


def met() -> set[str]:
    """Every error they hold, with an empty place for whatever changes in it; hints at what was meant aside."""
    root = Path(parcelwatch.cli.__file__).parent.parent
    calls = [node for name in MET_BY_AGENTS for node in ast.walk(ast.parse((root / name).read_text("utf-8")))]
    texts = [one.args[0] for one in calls if isinstance(one, ast.Call) and getattr(one.func, "id", "") in ERRORS]
    return {text for text in map(unfilled, texts) if text}


def unfilled(node: ast.expr) -> str:
    if isinstance(node, ast.Constant):
        return str(node.value)
    pieces = node.values if isinstance(node, ast.JoinedStr) else []
    return "".join(str(one.value) if isinstance(one, ast.Constant) else "{}" for one in pieces if not hint(one))


def hint(node: ast.expr) -> bool:
    return isinstance(node, ast.FormattedValue) and getattr(getattr(node.value, "func", None), "id", "") == "meant"


@pytest.mark.parametrize("language", languages("sentences"))
def test_every_error_that_agents_meet_has_words_in_every_language_that_has_some(language: str) -> None:
    terms = {re.sub(r"\{\w+\}", "{}", english) for english in catalogue(language, "sentences")["terms"]}
    assert met() - terms == set()


@pytest.mark.parametrize("language", languages("sentences"))
def test_a_sentence_has_the_same_places_in_every_language(language: str) -> None:
    for english, said in catalogue(language, "sentences")["terms"].items():
        assert places(said) <= places(english), english


@pytest.mark.parametrize(
    ("english", "said"),
    [
        (
            "there is no case 7; `parcelwatch cases list` shows them",
            "没有案件 7；`parcelwatch cases list` 列出全部案件",
        ),
        ("no channel 'op' (did you mean 'ops'?); configured: ops", "没有渠道 'op'；已配置：ops（是不是 'ops'？）"),
        ("draft 3 is sent; only an approved one can be sent", "草稿 3 现为已发送；批准后才能发送"),
        ("in_transit, near the promise, the courier calls by itself", "运输中，临近承诺时间，快递会主动推送"),
        ("delivered for more than 3 days", "已签收超过 3 天"),
        ("asking failed, 4 times in a row", "查询连续失败 4 次"),
        ("something nobody has words for", "something nobody has words for"),
    ],
)
def test_a_sentence_made_elsewhere_is_known_again(english: str, said: str) -> None:
    assert CHINESE.sentence(english) == said
    assert Tongue("en").sentence(english) == english


def test_an_agent_is_told_in_chinese_what_cannot_be_done(chinese: Shop) -> None:
    refused = chinese.run("cases", "ack", "77")
    assert refused.code != 0
    assert "没有案件 77" in refused.err
    assert re.search(r"下次查询.*（[\u3400-\u9fff]", chinese.run("parcels", "show", STALLED).out)


@pytest.mark.parametrize("said", ["claims list --all", "claims windows"])
def test_claims_are_headed_and_named_in_chinese(chinese: Shop, said: str) -> None:
    shown = chinese.run(*said.split()).out
    assert re.findall("[A-Za-z]{3,}", shown.splitlines()[0]) == []
    assert not re.search(
        r"\b(?:damaged|lost|late|shipped|delivered|promised|open|any)\b", re.sub(r"https?://\S+", "", shown)
    )


def test_of_a_claim_window_only_names_of_couriers_and_their_services_are_left_in_latin_letters(
    chinese: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "400")
    names = {name for one in claims.windows() for name in (one.courier, one.service)} - {""}
    rest = re.sub(r"https?://\S+", "", chinese.run("claims", "windows").out)
    for name in sorted(names, key=len, reverse=True):
        rest = re.sub(rf"\b{re.escape(name)}\b", "", rest)
    assert re.findall("[a-z]{3,}", rest) == []


@pytest.mark.parametrize("said", ["cases list", "drafts list"])
def test_a_table_in_chinese_holds_at_eighty_columns(chinese: Shop, said: str) -> None:
    for line in chinese.run(*said.split()).out.splitlines():
        assert cell_len(line) <= 80, line


def latin(text: str) -> list[str]:
    """What is left of it in Latin letters, beside names, numbers and what is to be typed."""
    return re.findall("[A-Za-z]{2,}", re.sub(r"“[^”]*(?:”|…)|`[^`]*`|lin|DHL|Asia/\w+|parcelwatch:|warning:", "", text))


@pytest.mark.parametrize(
    ("said", "answer"),
    [
        ("cases ack 1 --by lin", "处理中"),
        ("cases snooze 1 --until 2d", "已暂缓至"),
        ("cases resolve 1", "已解决"),
        ("cases assign 1 --to lin", "现由lin负责"),
        ("cases assign 1 --to lin|cases assign 1 --to lin", "已经由lin负责"),
        ('cases assign 1 --to lin|cases assign 1 --to ""', "现由无人负责"),
        ("cases ack 1|cases ack 1", "已经是处理中"),
        ("cases remedy 1 refund --by lin", "承诺，尚未完成"),
        ("cases remedy 1 refund|cases remedy 1 --done|cases remedy 1 --done", "已有处理方案：退款"),
        ("cases claim 1 --none", "无需理赔"),
        ("cases claim 1 --none|cases claim 1 --none", "已经是：无"),
        ("cases note 1 打过电话", "案件 1"),
        ("cases verdict 1 false", "误报"),
        ("cases list --limit 1", "另有 1 条"),
        ("drafts edit 1 --subject 您好", "已修改"),
        ("drafts approve 1", "已批准"),
        ("drafts discard 1", "已丢弃"),
        ("drafts approve 1|drafts sent 1", "已发送"),
        ("drafts send 1", "尚未批准"),
        ("drafts announce 双十一|drafts announce 双十一", "个有异常"),
        ("drafts send 1 --approve", "没有配置"),
        ("report --since 1d", "新增 2"),
    ],
)
def test_a_verb_answers_an_agent_in_chinese(chinese: Shop, said: str, answer: str) -> None:
    *before, last = said.split("|")
    for each in before:
        chinese.run(*shlex.split(each))
    ended = chinese.run(*shlex.split(last))
    assert answer in ended.out + ended.err
    assert latin(ended.out + ended.err) == []
    if last.startswith("report"):
        assert [line for line in ended.out.splitlines() if cell_len(line) > 80] == []


def test_a_verb_answers_an_agent_in_english_where_that_is_read(watched: Shop) -> None:
    assert re.match(r"Case 1 \(\w+ of \d+\) is acknowledged\.", watched.run("cases", "ack", "1").out)
    waiting = " ".join(watched.run("report").out.split())
    assert "2 opened, 1 acknowledged, 0 resolved" in waiting
    assert "waiting 2: 1 open, 1 acknowledged" in waiting or "waiting 2: 1 acknowledged, 1 open" in waiting
