"""The commands speak the agents' language where they show what agents read, and hold at 80 columns in it."""

from __future__ import annotations

import ast
import re
import shlex
import string
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from rich.cells import cell_len

import parcelwatch.cli
from parcelwatch import claims, config, ingest, notices
from parcelwatch.cli import acting, alerts, announcing, incoming, matching, orders, parcels, report, watch, why
from parcelwatch.cli import cases as cli_cases
from parcelwatch.cli.tongue import Tongue
from parcelwatch.core import cases, dispatch, letters, policy
from parcelwatch.core import claims as claiming
from parcelwatch.core.incidents import IncidentState, Turn
from parcelwatch.core.messaging.channels import ChannelState
from parcelwatch.core.messaging.matching import Matcher
from parcelwatch.core.messaging.silences import Silence
from parcelwatch.core.messaging.silences import reason as silence_reason
from parcelwatch.core.outbreaks import Grain
from parcelwatch.core.profiles import PROFILES
from parcelwatch.core.rows.exports.formats import EXPORTS, Export
from parcelwatch.core.service.accounts import AccountState
from parcelwatch.core.service.health import AccountFacts, ChannelFacts, Facts, remarks
from parcelwatch.core.timekeeping.clockwork import Reason
from parcelwatch.core.windows import Basis, Lane, Loss, Start
from parcelwatch.errors import StoreMoved
from parcelwatch.model import ClaimState, DraftState, Form, LetterStep, Remedy, State
from parcelwatch.running import storekeeping
from parcelwatch.store import Store, audit, settling
from parcelwatch.telling import detours
from parcelwatch.wording import sentences
from parcelwatch.words import catalogue, languages
from tests.cli.conftest import DAMAGED, MOVING, STALLED, Shop
from tests.databases import blank

CHINESE = Tongue("zh-CN")
NOW = datetime(2026, 11, 28, tzinfo=UTC)
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
    *map(str, Basis),
    *alerts.STATES,
    *("milestone", "last scan", "courier answered", "estimate", "promised by", "tracking stopped", "next ask"),
    *why._KNOWN.values(),
    *report.AGES.values(),
    *acting.STANDS.values(),
    *announcing.LEFT_OUT.values(),
    *(*incoming.DID.values(), *incoming.WOULD.values(), *watch.LEFT.values(), *alerts.RESULTS),
    *(
        "added",
        "updated",
        "unchanged",
        "alert",
        "nobody took it",
        ", ",
        "; ",
        "{count} d",
        "{count} bd",
        "{count} orders",
    ),
    *(incoming.REFUSED, incoming.PASSED_OVER),
    *(policy._TOLD, policy._PROMISE),
    *("new", "true", "false", "known", "warn", "critical", "Fires", "Clock running", "edited"),
    *("case", "number", "courier", "order", "orders", "kind", "severity", "state", "hidden by", "why", "since"),
    *("threshold", "set by", "opened", "snoozed until", "resolved", "reopened", "verdict", "drafts"),
    *("incident", "group", "place", "measured", "told by it", "letters"),
    *matching.NAMES,
    *("company", "service", "origin", "holds", *orders.ORDER, "value", "dispatch by", "tags", "parcels"),
    *(each for done in (parcels.STOPPED, parcels.RESUMED, parcels.MOVED) for each in done),
    *(
        "claim",
        "last day to claim",
        "window",
        "source",
        "doubt",
        "claim number",
        "owner",
        "remedy",
        "customer hears by",
    ),
}


def spoken() -> set[str]:
    """Every text that a command has put into the agents' language."""
    found = set(SAID)
    for path in Path(parcelwatch.cli.__file__).parent.glob("*.py"):
        tree = ast.parse(path.read_text(encoding="utf-8"))
        named: dict[str, set[str]] = {}
        for name, texts in filter(None, map(assigned, ast.walk(tree))):
            named[name] = named.get(name, set()) | texts
        for one in (text for call in ast.walk(tree) if isinstance(call, ast.Call) for text in put(call)):
            found |= constants(one) if not isinstance(one, ast.Name) else named.get(one.id, set())
    return found - {""}


def assigned(node: ast.AST) -> tuple[str, set[str]] | None:
    """A name and the texts it may stand for."""
    if not isinstance(node, ast.Assign | ast.AnnAssign) or not node.value:
        return None
    (target,) = (
        node.targets if isinstance(node, ast.Assign) and len(node.targets) == 1 else [getattr(node, "target", 0)]
    )
    texts = constants(node.value)
    return (target.id, texts) if texts and isinstance(target, ast.Name) else None


def constants(node: ast.expr) -> set[str]:
    """The texts that an expression is, either of two where there is a choice, without the marks of titles."""
    if isinstance(node, ast.IfExp):
        return constants(node.body) | constants(node.orelse)
    return {node.value.lstrip("!>~?+")} if isinstance(node, ast.Constant) and isinstance(node.value, str) else set()


def put(call: ast.Call) -> list[ast.expr]:
    """What a call puts into the agents' language: `t(…)`, `desk.tongue(…)`, `t.columns(…)`, `t.count(…, …)`."""
    name = getattr(call.func, "id", "") or getattr(call.func, "attr", "")
    if name == "columns":
        return call.args
    if name == "count" and len(call.args) == 2 and constants(call.args[1]):
        return [ast.Constant(f"{{count}} {word}s") for word in constants(call.args[1]) if speaks(call.func)]
    return call.args[:1] if name in ("t", "self", "_t", "tongue") else []


def speaks(function: ast.expr) -> bool:
    """Whether it is the tongue's own."""
    return isinstance(function, ast.Attribute) and getattr(function.value, "id", "") == "t"


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
    monkeypatch.chdir(watched.folder)
    return watched


@pytest.mark.parametrize("said", ["cases list", "cases show 1", "drafts list", "drafts show 1", f"why {STALLED}"])
def test_an_agent_reads_in_chinese_what_agents_read(chinese: Shop, said: str) -> None:
    shown = chinese.run(*said.split()).out
    assert re.search("[\u3400-\u9fff]", shown)
    theirs = r"“[^”]*(?:”|…)|https://[^（]*|DHL|[A-Z]\w+/\w+|A-\d|UTC|`[^`]*`"
    ours = re.sub(theirs, "", shown)
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
    *("cli/announcing.py", "cli/rewording.py", "cli/sending.py"),
    *("cli/desk.py", "cli/drafts.py", "cli/parcels.py", "cli/report.py", "cli/silences.py", "cli/typed.py"),
    *(
        "cli/forgetting.py",
        "cli/importing.py",
        "cli/adding.py",
        "cli/incoming.py",
        "cli/complaints.py",
        "cli/why.py",
        "bundle.py",
    ),
    *("store/erase.py", "ticketing/sending.py", "core/tickets.py"),
    # Why a row, or a file, cannot be taken.
    *(
        "core/rows/assigning.py",
        "core/rows/cells.py",
        "core/rows/companies.py",
        "core/rows/complaints.py",
        "core/rows/dates.py",
    ),
    *("core/rows/intake.py", "core/rows/misplaced.py", "verbs/books.py", "verbs/complaining.py", "verbs/desks.py"),
    *("verbs/encodings.py", "verbs/exporting.py", "verbs/importing.py", "verbs/lists.py", "verbs/records.py"),
    *("verbs/sheet.py", "verbs/surveying.py"),
)
ERRORS = {"BadInput", "NotFound", "NeedsAttention", "Useless", "Unplaced", "TwoDays"}


def met() -> set[str]:
    """Every error they hold, with an empty place for whatever changes in it; hints at what was meant aside."""
    root = Path(parcelwatch.cli.__file__).parent.parent
    calls = [node for name in MET_BY_AGENTS for node in ast.walk(ast.parse((root / name).read_text("utf-8")))]
    return {text for one in calls for text in map(unfilled, told(one)) if text}


def told(node: ast.AST) -> list[ast.expr]:
    """What is said there of something that cannot be done, or cannot be taken."""
    if isinstance(node, ast.Return) and node.value is not None:
        either = [node.value.body, node.value.orelse] if isinstance(node.value, ast.IfExp) else [node.value]
        return [each for each in either if len(re.findall(r"\b ", unfilled(each))) > MOST_BLANKS]
    if not isinstance(node, ast.Call):
        return []
    name = getattr(node.func, "id", "") or getattr(node.func, "attr", "")
    warns = name == "append" and "warnings" in ast.unparse(node.func)
    return [
        *(node.args[:1] if name in ERRORS or warns else []),
        *(one.value for one in node.keywords if one.arg == "fault"),
    ]


# A piece of a sentence has fewer.
MOST_BLANKS = 3


def unfilled(node: ast.expr) -> str:
    if isinstance(node, ast.Constant):
        return str(node.value)
    pieces = node.values if isinstance(node, ast.JoinedStr) else []
    return "".join(str(one.value) if isinstance(one, ast.Constant) else "{}" for one in pieces if not hint(one))


def hint(node: ast.expr) -> bool:
    """Whether it says what was meant."""
    named = getattr(node.value, "func", node.value) if isinstance(node, ast.FormattedValue) else None
    return getattr(named, "id", "") in ("did_you_mean", "_meant", "hint", "near")


@pytest.mark.parametrize("language", languages("sentences"))
def test_every_error_that_agents_meet_has_words_in_every_language_that_has_some(language: str) -> None:
    terms = {re.sub(r"\{\w+\}", "{}", english) for english in catalogue(language, "sentences")["terms"]}
    pieces = {piece for text in met() - terms for piece in text.split("; ")}
    assert {piece for piece in pieces if re.search("[a-z]{3}", piece)} - terms == set()


def wanting() -> set[str]:
    """Whatever an adapter says it lacks before a number can be asked about, with an empty place for what changes."""
    root = Path(parcelwatch.cli.__file__).parent.parent / "couriers"
    trees = [ast.parse(path.read_text("utf-8")) for path in root.rglob("*.py")]
    lacks = [
        node for tree in trees for node in ast.walk(tree) if isinstance(node, ast.FunctionDef) and node.name == "lacks"
    ]
    returned = [each.value for one in lacks for each in ast.walk(one) if isinstance(each, ast.Return) and each.value]
    said = [each for one in returned for each in ([one.body, one.orelse] if isinstance(one, ast.IfExp) else [one])]
    return {text for one in said if (text := unfilled(one))}


def test_whatever_an_adapter_lacks_is_said_in_every_language_that_has_sentences() -> None:
    said = {text.format(*["1"] * text.count("{}")) for text in wanting()}
    assert len(said) > 15
    assert {text for text in said if CHINESE.sentence(text) == text} == set()
    assert not {text for text in said if re.search(r"\b(?:wants|takes|set|only|holds|calls)\b", CHINESE.sentence(text))}


@pytest.mark.parametrize("export", EXPORTS.values(), ids=EXPORTS)
def test_an_export_is_called_in_chinese_what_it_is(export: Export) -> None:
    said = CHINESE.sentence(export.article)
    assert said.endswith("导出文件")
    assert re.findall(r"\b[a-z]{3,}", said) == []


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
        (
            "company 'op' is not known for kuaidi100 (did you mean \"ups\"?)",
            "kuaidi100 没有快递公司 'op'（是不是 \"ups\"？）",
        ),
        ("no channel 'op' (did you mean \"ops\"?); configured: ops", "没有渠道 'op'（是不是 \"ops\"？）；已配置：ops"),
        ("draft 3 is sent; only an approved one can be sent", "草稿 3 现为已发送；批准后才能发送"),
        (
            "draft 3 is sent: it cannot be moved by “edit”; draft 7 waits in its place: `parcelwatch drafts show 7`",
            "草稿 3 现为已发送，不能执行“修改”；现由草稿 7 代替：`parcelwatch drafts show 7`",
        ),
        ("in_transit, near the promise, the courier calls by itself", "运输中，临近承诺时间，快递会主动推送"),
        ("delivered for more than 3 days", "已签收超过 3 天"),
        ("asking failed, 4 times in a row", "查询连续失败 4 次"),
        ("no courier account 'x'; configured: a, b; it has no number", "没有快递账号 'x'；已配置：a、b；没有单号"),
        (
            "value 'x' is no amount: write it as 129.90; it is left out",
            "value 'x' 不是金额：请写成 129.90；这一格未采用",
        ),
        ("too many calls (429); it does not stand in ticket 4 yet", "请求过于频繁（429）；工单 4 中还没有这条消息"),
        ("a Taobao export: 12 rows, 1 order, 3 with numbers", "Taobao 导出文件：12 行，1 个订单，其中 3 个有单号"),
        (
            "k cannot be asked about it: shunfeng wants the recipient's phone: set phone_last4 to its last four digits",
            "无法用 k 查询：顺丰需要收件人的电话：请把 phone_last4 设为它的后四位",
        ),
        ("My Post wants the phone's last four digits: set phone_last4", "My Post 需要电话的后四位：请填写 phone_last4"),
        (
            "it looks like a number of 中通 ZTO, and kd asks 圆通 YTO, DHL: is its company right?",
            "看起来是中通的单号，而 kd 查询的是圆通、DHL：快递公司写对了吗？",
        ),
        ("no [import.nope]; configured: none", "没有 [import.nope]；已配置：无"),
        (
            "b.db cannot be read: No such file or directory; nothing was changed. Choose another backup",
            "无法读取 b.db：没有这个文件或目录；没有任何改动。请换一份备份",
        ),
        ("something nobody has words for", "something nobody has words for"),
    ],
)
def test_a_sentence_made_elsewhere_is_known_again(english: str, said: str) -> None:
    assert CHINESE.sentence(english) == said
    assert Tongue("en").sentence(english) == english


def test_a_list_of_thousands_that_nobody_knows_is_given_back_as_it_came() -> None:
    unknown = ", ".join(f"name {n}" for n in range(3000))
    assert CHINESE.sentence(unknown) == unknown


def test_why_an_aggregator_follows_a_number_no_longer_is_said_in_chinese(chinese: Shop) -> None:
    with Store.open(chinese.folder / "shop.db") as store, store.transaction():
        store.write("UPDATE parcels SET stopped = 'no_news' WHERE number = ?", (STALLED,))
    assert "长时间没有消息" in chinese.run("parcels", "show", STALLED).out


SILENCE = Silence(Matcher(), NOW, by="lin", id=3)
WHY_UNSENT = (
    *(ingest._BEING_SENT, *(f"the draft was {state} before" for state in ingest._OVER)),
    *(dispatch.NO_CHANNEL, dispatch.MOOT, ingest._MOOT, notices._AGAIN, notices._SAID_ALREADY, detours._BACK),
    *(settling.DOUBTED, settling.IN_PART, silence_reason(SILENCE), silence_reason(replace(SILENCE, by=""))),
    *("told as incident 7", "a newer message says it", "it was over before it was sent", "somebody took the case"),
)


@pytest.mark.parametrize("why", WHY_UNSENT)
def test_why_a_message_was_not_sent_is_known_in_chinese(why: str) -> None:
    assert latin(CHINESE.sentence(why)) == []


ACCOUNT = AccountFacts("my_dhl", AccountState(), due=3, behind=timedelta(hours=3))
CHANNEL = ChannelFacts("ops", ChannelState(), failing=2, error="502")
DOWN = Facts(NOW, accounts=(ACCOUNT,), ran=True)
UP = Facts(NOW, daemon=True, accounts=(ACCOUNT,), channels=(CHANNEL,), wedged=("writer",), free=1, folder="/var")
ANSWERED = replace(ACCOUNT, due=1, state=AccountState(last_ok_at=NOW - timedelta(hours=1)))
FACTS = (
    *(DOWN, replace(DOWN, accounts=(replace(ACCOUNT, due=1),)), UP, replace(UP, accounts=(ANSWERED,))),
    *(replace(UP, channels=(replace(CHANNEL, sent=1),)), replace(UP, dead=(4, 5), unheard=1)),
    replace(UP, channels=(replace(CHANNEL, sent=1, state=ChannelState(failing_since=NOW)),), edited=True),
    *(replace(UP, dead=(4,), unheard=2, refused=one, refused_at=NOW) for one in ("/c.toml:3: 无, 一; 二", "无")),
    *(replace(UP, unusable=f"/c.toml:3: {one}") for one in ("无, 一; 二", "not UTF-8; save the file in that encoding")),
    *(replace(UP, files=one, sizes={"wal": 10**9}) for one in (1, 2)),
    replace(UP, broken={name: (re.sub(r"\{\}", "1", sentence),) for name, sentence, _ in audit._PROMISES}),
)


NAMED_AS_IT_IS = r"/c\.toml:3|/var|my_dhl|writer|journalctl|\[channels\.NAME\]|UTC|UTF-8|MB"


@pytest.mark.parametrize("facts", FACTS)
def test_whatever_the_self_check_tells_agents_is_said_in_chinese(facts: Facts) -> None:
    told = [one.text for one in remarks(facts) if one.wrong and not one.told]
    assert told
    for text in told:
        assert latin(re.sub(NAMED_AS_IT_IS, "", CHINESE.sentence(text))) == []
    assert Form.SERVICE_TROUBLED in sentences.OF_OURS


@pytest.mark.parametrize("how", ["deleted", "replaced", "its log"])
def test_why_a_database_that_moved_cannot_be_used_is_said_in_chinese(tmp_path: Path, how: str) -> None:
    path = blank(tmp_path / "shop.db")
    with Store.open(path) as store:
        Path(f"{path}-wal").unlink() if how == "its log" else path.unlink()
        if how == "replaced":
            blank(path)
        with pytest.raises(StoreMoved) as moved, store.writing():
            pass
    saved = storekeeping.SAVED.format(copy=path) if how == "deleted" else ""
    said = CHINESE.sentence(f"{moved.value}{saved}")
    assert latin(re.sub(rf"`parcelwatch db restore {path}`|{path}\S*", "", said)) == []


@pytest.mark.parametrize("verb", sorted({*cases._DEEDS, *letters.Verb, *(verb for _, verb in claiming.TRANSITIONS)}))
def test_whatever_cannot_be_done_is_named_in_chinese(verb: str) -> None:
    said = CHINESE.sentence(f"case 7 is resolved: it cannot be moved by “{verb}”")
    assert latin(re.sub("[“”]", "", said)) == []


@pytest.mark.parametrize("profile", PROFILES)
@pytest.mark.parametrize("lane", [("CN", "CN"), ("CN", "BR"), ("", "")])
def test_what_set_a_threshold_is_said_in_chinese(profile: str, lane: tuple[str, str]) -> None:
    lines = {one.line for one in policy._defaults(PROFILES[profile], *lane).values()}
    for line in lines:
        assert latin(CHINESE.sentence(CHINESE(line))) == []


@pytest.mark.parametrize(
    ("whom", "said"),
    [
        ('courier = "圆通"', "config.toml:1 claims（圆通，丢失：发货后 3 天）"),
        ('courier = "ups"\nlane = "abroad"\nkind = "late"', ""),
        ("", "config.toml:1 claims（任何快递，丢失：发货后 3 天）"),
    ],
)
def test_a_claim_window_of_ones_own_is_said_in_chinese(whom: str, said: str, tmp_path: Path) -> None:
    kind = "" if "kind" in whom else 'kind = "lost"'
    file = tmp_path / "config.toml"
    file.write_text(f'[[claims]]\ndays = 3\nfrom = "shipped"\n{whom}\n{kind}\n', encoding="utf-8")
    (line, *_) = [one.line for one in config.load(file).claims().windows if one.own]
    shown = cli_cases.window(line, CHINESE)
    assert shown == said or not said
    assert not latin(shown.replace("config.toml:1 claims", "").replace("UPS", ""))
    assert cli_cases.window(line, Tongue("en")) == line


def test_where_no_peak_is_written_chinese_says_so() -> None:
    said = 'no peak is called "双12"; there are none: write one as [[peaks]]'
    assert latin(CHINESE.sentence(said).replace("[[peaks]]", "")) == []


def test_an_alert_that_was_not_sent_says_why_in_chinese(chinese: Shop) -> None:
    (alert, *_) = [row["id"] for row in chinese.run("alerts", "list", "--json").document]
    with Store.open(chinese.folder / "shop.db") as store, store.transaction():
        settling.settle_dead(store, [alert], "ops: no connection")
    assert "（渠道拒收）" in chinese.run("alerts", "list", "--state", "dead").out


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
    names = {name for one in claims.windows() for name in (CHINESE.courier(one.courier), one.service)} - {""}
    rest = re.sub(r"https?://\S+", "", chinese.run("claims", "windows").out)
    for name in sorted(names, key=len, reverse=True):
        rest = re.sub(rf"\b{re.escape(name)}\b", "", rest)
    assert re.findall("[a-z]{3,}", rest) == []


@pytest.mark.parametrize(
    "said",
    [
        *("cases list", "drafts list", "alerts list", "parcels list", "orders list", "claims list --all"),
        *("claims windows", "alerts test", "alerts preview --kind lost", "cases show 1", f"parcels show {DAMAGED}"),
    ],
)
def test_a_table_in_chinese_holds_at_eighty_columns(chinese: Shop, said: str) -> None:
    for number in (STALLED, DAMAGED):
        chinese.run("parcels", "add", number, "--courier", "my_dhl", "--order", "A-1001")
    shown = chinese.run(*said.split()).out
    for line in shown.splitlines():
        assert cell_len(line) <= 80, line
    numbers = re.findall(r"\d{10,}", re.sub(r"https?://\S+", "", shown))
    assert {len(number) for number in numbers} <= {len(DAMAGED)}


# Beside names and numbers, what is to be typed, what stands in a configuration, and what is said of that.
OURS = "|".join(
    (
        *("“[^”]*(?:”|…)", "`[^`]*`", "--[a-z-]+", "warning: /.*", r"\[drafts\] channel", r"Asia/\w+", "parcelwatch:"),
        *("lin", "root", "DHL", "dhl", "JSON", "ops", r"claim\.zip", r"\w+\.(?:csv|html)"),
    )
)
# What a row may hold.
CELLS = "|".join(
    (
        *(
            "'[^']*'",
            '"[^"]*"',
            "[a-z]+_[a-z0-9]+",
            "destination",
            "value",
            "language",
            "tag",
            "E\\+14",
            "AB 12",
            "d/m/y",
        ),
        *("https://…", "zh-CN", r"\ben\b", r"BR\b", "T18"),
    )
)


def latin(text: str) -> list[str]:
    """What is left of it in Latin letters."""
    return re.findall("[A-Za-z]{2,}", re.sub(OURS, "", text))


@pytest.mark.parametrize(
    ("said", "answer"),
    [
        ("cases ack 1 --by lin", "处理中"),
        ("cases snooze 1 --until 2d", "已暂缓至"),
        ("cases resolve 1", "已解决"),
        ("cases assign 1 --to lin", "现由 lin 负责"),
        ("cases assign 1 --to lin|cases assign 1 --to lin", "已经由 lin 负责"),
        ('cases assign 1 --to lin|cases assign 1 --to ""', "现无人负责"),
        ("cases ack 1|cases ack 1", "已经是处理中"),
        ("cases remedy 1 refund --by lin", "承诺，尚未完成"),
        ("cases remedy 1 refund|cases remedy 1 --done|cases remedy 1 --done", "已有处理方案：退款"),
        ("cases claim 1 --none", "无需理赔"),
        ("cases claim 1 --none|cases claim 1 --none", "已经是：无"),
        ("cases note 1 打过电话", "案件 1"),
        ("cases verdict 1 false", "误报"),
        ("cases list --limit 1", "另有 1 条"),
        (f"parcels mark {MOVING} delivered", f"{MOVING} 已标记为已签收。"),
        (f"parcels mark {MOVING} lost", f"{MOVING} 已标记为丢失，现为异常（丢失）。"),
        ("drafts edit 1 --subject 您好", "已修改"),
        ("drafts approve 1", "已批准"),
        ("drafts discard 1", "已丢弃"),
        ("drafts approve 1|drafts sent 1", "已发送"),
        ("drafts send 1", "尚未批准"),
        ("drafts announce 双十一|drafts announce 双十一", "个有异常"),
        ("drafts send 1 --approve", "没有配置"),
        ("report --since 1d", "新增 2"),
        ("cases snooze 1 --until 2d|cases reopen 1", "恢复为待处理（撤销“已暂缓”）"),
        ("cases show 1 --bundle claim.zip", "的全部凭证"),
        ("alerts test", "已发送"),
        ("alerts retry 1", "已经发送过"),
        ("alerts preview --kind lost", "没有匹配的路由"),
        ("once", "0 个包裹有应答"),
        (f"parcels add {DAMAGED} --courier my_dhl", "没有变化"),
        (f"parcels forget {DAMAGED}", "这会清除 1 个包裹"),
        (f"parcels forget {DAMAGED} --yes", "已清除：1 个包裹"),
        ("orders forget A-1 --yes", "已清除"),
        ("silences add --kind stalled --until 2d|silences end 1", "已结束"),
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


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ("cases list --foo", "没有选项 --foo"),
        ("cases list --stat open", "没有选项 --stat（相近的选项：--state、--tag）"),
        ("cases lis", "没有命令 'lis'；是不是 'list'？"),
        ("cases show", "缺少参数 'ID'"),
        ("cases snooze 1", "缺少选项 '--until'"),
        ("cases show abc", "'ID' 的值有误：'abc' 不是编号：编号是列表中的整数"),
        ("cases note 1 a b", "多余的参数：b"),
        ("cases list --state", "选项 '--state' 后面要写值"),
        ("cases list --limit x", "'--limit' 的值有误：请写整数"),
        ("cases list --limit 0", "'--limit' 的值有误：不能小于 1"),
    ],
)
def test_what_is_typed_amiss_is_told_in_chinese(chinese: Shop, typed: str, said: str) -> None:
    for ended in (chinese.run(*typed.split()), chinese.bare(f"--config={chinese.config}", *typed.split())):
        assert (ended.code, ended.out, ended.err.splitlines()[-1]) == (2, "", f"错误：{said}")
        assert "Usage" not in ended.err


def test_what_is_typed_amiss_is_told_in_english_where_no_configuration_says_otherwise(shop: Shop) -> None:
    for ended in (shop.run("cases", "lis"), shop.bare("cases", "lis", "--config", "nowhere.toml")):
        assert (ended.code, ended.out) == (2, "")
        assert "Error: No such command 'lis'" in ended.err


WRONG = """number,courier,order,destination,promised_by,shipped_at,value,phone_last4,language,order_url,colour,buyer
,my_dhl,,,,,,,,,x,
7.7E+14,my_dhl,B-1,,,,,,,,x,
AB 12,my_dhl,B-2,,,,,,,,x,
12345678 99999999,my_dhl,B-2,,,,,,,,x,
{number},,B-2,,,,,,,,x,
{number},my_dhl,B-3,Narnia,03/04/2026,2099-01-01,abc,12,??,ftp:x,x,Ann
{number},my_dhl,B-3,DE,yesterday,2026-13-40,,,,,x,Ben
{number},my_dhl,B-3,DE,2026-11-31,,,,,,x,Ben,more
{number},my_dhl,B-3,DE,1999-11-01,2026-11-30 25:00,,,,,x,Ann
"""


def test_why_rows_are_refused_or_taken_in_part_is_told_in_chinese(chinese: Shop) -> None:
    rows = chinese.file(WRONG.format(number=MOVING))
    ended = chinese.run("parcels", "import", rows, "--dry-run", "--verbose")
    assert re.match(r"将新增 \d+，将更新 \d+，无变化 \d+，未接收 \d+", ended.out)
    lines = ended.err.splitlines()
    assert len(lines) > 15
    assert [line for line in lines if latin(re.sub(CELLS, "", line))] == []


def test_json_and_its_reasons_are_english_whatever_agents_read(chinese: Shop) -> None:
    ended = chinese.run("parcels", "import", chinese.file(WRONG.format(number=MOVING)), "--json", "--dry-run")
    assert not re.search("[\u3400-\u9fff]", ended.out)
    assert any("is no tracking number" in row["reason"] for row in ended.document["rejected"])
