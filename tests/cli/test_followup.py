"""Who has a case, what its customer was promised, and what a supervisor sees of it: at the terminal."""

from __future__ import annotations

import pytest

from tests.cli.conftest import DAMAGED, Shop


def ids(shop: Shop) -> dict[str, str]:
    """The number of each case by kind."""
    return {row["kind"]: str(row["id"]) for row in shop.run("cases", "list", "--json").document}


def kinds(shop: Shop, *options: str) -> list[str]:
    return [row["kind"] for row in shop.run("cases", "list", *options, "--json").document]


# --- who has it ----------------------------------------------------------------------------------


def test_a_case_is_given_to_an_agent_and_listed_as_theirs(watched: Shop) -> None:
    damaged, stalled = ids(watched)["damaged"], ids(watched)["stalled"]
    given = watched.run("cases", "assign", damaged, "--to", "lin", "--by", "boss", "--json").document
    assert (given["owner"], given["state"]) == ("lin", "open")
    last = given["events"][-1]
    assert (last["signal"], last["by"], last["why"]) == ("assign", "boss", "Given to lin")
    assert kinds(watched, "--owner", "lin") == ["damaged"]
    assert kinds(watched, "--owner", "") == ["stalled"]
    assert "lin" in watched.run("cases", "list").out
    assert "lin" in watched.run("cases", "show", damaged).out
    again = watched.run("cases", "assign", damaged, stalled, "--to", "lin")
    assert (again.code, f"case {damaged} is lin's already" in again.err) == (1, True)
    assert kinds(watched, "--owner", "lin") == ["damaged", "stalled"]
    assert watched.run("cases", "assign", damaged, "--to", "").out.startswith(f"Case {damaged}")
    assert kinds(watched, "--owner", "lin") == ["stalled"]


@pytest.mark.parametrize(
    ("words", "code", "says"),
    [
        (["1", "2", "lin"], 0, "is lin's now"),
        (["a1", "lin"], 0, "is lin's now"),
        (["1", "--to", "7"], 0, "is 7's now"),
        (["1"], 2, "say who has it from now on: `parcelwatch cases assign 1 lin`"),
        (["lin"], 2, "say which case: `parcelwatch cases assign 17 lin`"),
        (["1", "lin", "--to", "mei"], 2, "'lin' is no ID"),
    ],
)
def test_whose_a_case_is_may_be_said_after_its_number(watched: Shop, words: list[str], code: int, says: str) -> None:
    ended = watched.run("cases", "assign", *words)
    assert (ended.code, says in ended.out + ended.err) == (code, True), ended.err


def test_whoever_acknowledges_a_case_has_it_unless_somebody_does(
    watched: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    damaged, stalled = ids(watched)["damaged"], ids(watched)["stalled"]
    monkeypatch.setenv("SUDO_USER", "mei")
    watched.run("cases", "assign", stalled, "--to", "lin")
    watched.run("cases", "ack", damaged, stalled)
    assert kinds(watched, "--mine") == ["damaged"]
    assert kinds(watched, "--owner", "lin") == ["stalled"]
    both = watched.run("cases", "list", "--mine", "--owner", "lin")
    assert (both.code, "say one of the two" in both.err) == (2, True)


def test_a_name_is_one_line_and_not_too_long(watched: Shop) -> None:
    damaged = ids(watched)["damaged"]
    assert watched.run("cases", "assign", damaged, "--to", "x" * 61).code == 2
    assert (
        watched.run("cases", "assign", damaged, "--to", "lin\n\x1b[31m ", "--json").document["owner"].startswith("lin")
    )
    assert "\x1b" not in watched.run("cases", "list").out
    assert watched.run("cases", "assign", "98", "--to", "lin").code == 1


# --- what was promised ---------------------------------------------------------------------------


def test_a_remedy_is_recorded_with_who_promised_it_and_when_it_was_done(watched: Shop) -> None:
    damaged = ids(watched)["damaged"]
    agreed = watched.run("cases", "remedy", damaged, "refund", "--note", "half of it", "--by", "lin", "--json").document
    assert (agreed["remedy"]["what"], agreed["remedy"]["by"], agreed["remedy"]["done_at"]) == ("refund", "lin", None)
    assert agreed["events"][-1]["why"] == "Promised to the customer: a refund, “half of it”"
    assert kinds(watched, "--remedy", "open") == ["damaged"]
    assert kinds(watched, "--remedy", "resend") == []
    shown = watched.run("cases", "show", damaged).out
    assert "by lin, not done yet (half of it)" in " ".join(shown.split())
    done = watched.run("cases", "remedy", damaged, "--done", "--by", "mei")
    assert (done.code, "has a remedy: refund" in done.out) == (0, True)
    assert kinds(watched, "--remedy", "open") == []
    assert kinds(watched, "--remedy", "done") == kinds(watched, "--remedy", "refund") == ["damaged"]
    listed = [row["remedy"] for row in watched.run("cases", "list", "--json").document if row["remedy"]]
    assert [(one["what"], bool(one["done_at"])) for one in listed] == [("refund", True)]
    again = watched.run("cases", "remedy", damaged, "--done")
    assert (again.code, "has that already" in again.err) == (1, True)


def test_something_else_done_than_was_agreed_is_recorded_as_that(watched: Shop) -> None:
    damaged, stalled = ids(watched)["damaged"], ids(watched)["stalled"]
    watched.run("cases", "remedy", damaged, "refund")
    done = watched.run("cases", "remedy", damaged, stalled, "resend", "--done", "--json").document
    assert [one["remedy"]["what"] for one in done] == ["resend", "resend"]
    assert all(one["remedy"]["done_at"] for one in done)


@pytest.mark.parametrize(
    ("words", "code", "says"),
    [
        (["17"], 2, "say what was promised: resend, refund"),
        (["refund"], 2, "say which case: `parcelwatch cases remedy 17 refund`"),
        (["17", "refnud"], 2, 'did you mean "refund"'),
        (["x", "refund"], 2, "no ID"),
        (["98", "refund"], 1, "there is no case 98"),
    ],
)
def test_a_remedy_that_cannot_be_recorded_says_why(watched: Shop, words: list[str], code: int, says: str) -> None:
    ended = watched.run("cases", "remedy", *words)
    assert (ended.code, says in ended.err) == (code, True), ended.err


def test_what_nobody_agreed_cannot_be_done_and_an_unknown_filter_is_wrong_usage(watched: Shop) -> None:
    damaged = ids(watched)["damaged"]
    nothing = watched.run("cases", "remedy", damaged, "--done")
    assert (nothing.code, f"cases remedy {damaged} refund" in nothing.err) == (1, True)
    assert watched.run("cases", "list", "--remedy", "opne").code == 2


def test_a_remedy_can_be_recorded_after_the_case_is_closed(watched: Shop) -> None:
    damaged = ids(watched)["damaged"]
    watched.run("cases", "resolve", damaged)
    assert watched.run("cases", "remedy", damaged, "voucher").code == 0
    assert watched.run("cases", "list", "--remedy", "open", "--json").document[0]["state"] == "resolved"


def test_a_letter_that_was_sent_says_until_when_its_customer_hears_again(watched: Shop) -> None:
    row = next(row for row in watched.run("drafts", "list", "--json").document if row["number"] == DAMAGED)
    watched.run("drafts", "approve", str(row["id"]))
    watched.run("drafts", "sent", str(row["id"]))
    shown = watched.run("cases", "show", ids(watched)["damaged"], "--json").document
    assert shown["word_due_at"]
    assert shown["events"][-1]["signal"] == "promise"
    assert "customer hears by" in watched.run("cases", "show", ids(watched)["damaged"]).out


# --- the report ----------------------------------------------------------------------------------


def test_a_supervisor_sees_the_day_without_a_browser(watched: Shop) -> None:
    damaged = ids(watched)["damaged"]
    watched.run("cases", "ack", damaged, "--by", "lin")
    watched.run("cases", "remedy", damaged, "refund")
    watched.run("cases", "verdict", damaged, "false")
    day = watched.run("report", "--since", "1d", "--json").document
    assert (day["opened"], day["acknowledged"], day["resolved"]) == (2, 1, 0)
    assert day["waiting"] == {
        "total": 2,
        "hidden": 0,
        "states": {"acknowledged": 1, "open": 1},
        "ages": {"day": 2, "three": 0, "week": 0, "longer": 0},
        "owners": {"": 1, "lin": 1},
    }
    assert day["letters"] == {"drafted": 2, "approved": 0, "sent": 0}
    assert day["remedies"] == {"agreed": 1, "done": 0, "open": 1}
    assert day["verdicts"] == {"true": 0, "false": 1, "known": 0}
    shown = watched.run("report", "--today")
    assert "nobody 1, lin 1" in shown.out
    assert "1 wrong" in shown.out
    assert watched.run("report").code == 0


@pytest.mark.parametrize("options", [["--since", "soon"], ["--since", "2099-01-01"], ["--today", "--since", "1d"]])
def test_what_is_no_past_time_is_wrong_usage(watched: Shop, options: list[str]) -> None:
    assert watched.run("report", *options).code == 2


def test_a_configuration_of_following_up_is_checked(watched: Shop) -> None:
    watched.configure('\n[alerts]\nescalate_after = { critical = "4h" }\nescalate_to = "bos"\n')
    wrong = watched.run("config", "check")
    assert (wrong.code, 'no channel "bos"' in wrong.err) == (78, True)


def test_what_moves_no_case_is_shown_without_a_move(watched: Shop) -> None:
    damaged = ids(watched)["damaged"]
    watched.run("cases", "assign", damaged, "--to", "lin")
    watched.run("cases", "claim", damaged, "--none")
    watched.run("cases", "ack", damaged)
    shown = watched.run("cases", "show", damaged).out
    assert "open → open" not in shown
    assert [move for move in ("new → open", "open → acknowledged", "claim open → claim none") if move in shown] == [
        "new → open",
        "open → acknowledged",
        "claim open → claim none",
    ]
    (given,) = [line for line in shown.splitlines() if "Given to lin" in line]
    assert given.split()[2] == "open"
    watched.configure('\n[alerts]\nlanguage = "zh-CN"\n')
    assert "理赔：待处理 → 理赔：无" in watched.run("cases", "show", damaged).out


# --- numbers as the chat shows them --------------------------------------------------------------


@pytest.mark.parametrize("verb", ["ack", "assign", "remedy", "note", "verdict", "claim", "show"])
def test_a_case_is_found_by_the_number_of_an_alert_about_it(watched: Shop, verb: str) -> None:
    alert = next(row for row in watched.run("alerts", "list", "--json").document if row["kind"] == "damaged")
    (case,) = alert["cases"]
    more = {
        "assign": ("--to", "lin"),
        "remedy": ("refund",),
        "note": ("I rang",),
        "verdict": ("true",),
        "claim": ("--none",),
    }
    done = watched.run("cases", verb, f"A{alert['id']}", *more.get(verb, ()), "--json")
    assert (done.code, done.document["id"]) == (0, case)


def test_an_alert_and_its_case_named_together_are_one_case(watched: Shop) -> None:
    alert = next(row for row in watched.run("alerts", "list", "--json").document if row["kind"] == "damaged")
    done = watched.run("cases", "ack", str(alert["cases"][0]), f"a{alert['id']}")
    assert (done.code, done.out.count("acknowledged")) == (0, 1)


@pytest.mark.parametrize(
    ("said", "answer"),
    [
        (("cases", "ack", "A999"), "there is no alert 999"),
        (("cases", "ack", "B4"), "'B4' is no ID"),
        (("drafts", "show", "A4"), "'A4' is no ID"),
        (("drafts", "show", "D999"), "there is no draft 999"),
        (("alerts", "retry", "A999"), "there is no alert 999"),
    ],
)
def test_a_number_with_the_letter_of_the_chat_is_read_as_what_it_is(
    watched: Shop, said: tuple[str, ...], answer: str
) -> None:
    ended = watched.run(*said)
    assert (ended.code != 0, answer in ended.err) == (True, True), ended.err


def test_a_draft_is_found_by_its_number_with_its_letter(watched: Shop) -> None:
    assert watched.run("drafts", "show", "D1").out == watched.run("drafts", "show", "1").out
