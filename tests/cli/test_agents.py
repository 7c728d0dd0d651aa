"""What agents do: cases, drafts, alerts, and asking why."""

from __future__ import annotations

import re

import pytest

from parcelwatch import clock
from parcelwatch.core.kinds import RULES
from parcelwatch.store import Store, alerts, settling
from parcelwatch.wording.render import Renderer
from tests.cli.conftest import DAMAGED, MOVING, STALLED, Shop
from tests.servers import answers


def case_of(shop: Shop, kind: str) -> dict[str, object]:
    found = shop.run("cases", "list", "--kind", kind, "--json").document
    assert len(found) == 1
    one: dict[str, object] = found[0]
    return one


def test_cases_are_listed_with_everything_a_script_needs(watched: Shop) -> None:
    rows = watched.run("cases", "list", "--json").document
    assert {row["kind"] for row in rows} == {"stalled", "damaged"}
    keys = "id number courier company order kind severity state opened_at resolved_at reopened since sentence threshold"
    assert set(f"{keys} policy_line hidden_by incident priority".split()) <= set(rows[0])
    assert rows[0]["kind"] == "damaged"
    assert watched.run("cases", "list", "--state", "resolved", "--json").document == []
    shown = watched.run("cases", "list")
    assert "UTC" not in shown.out
    assert "Asia/Shanghai" in shown.err
    assert "No cases." in watched.run("cases", "list", "--state", "resolved").out


def test_cases_are_those_of_an_order_a_tag_or_a_severity_or_worse_and_no_more_than_asked_for(watched: Shop) -> None:
    def kinds(*options: str) -> list[str]:
        return [row["kind"] for row in watched.run("cases", "list", *options, "--json").document]

    watched.run("parcels", "add", STALLED, "--courier", "my_dhl", "--tag", "vip", "--tag", "大客户")
    assert kinds("--order", "A-1") == ["stalled"]
    assert kinds("--order", "A-0") == []
    unknown = watched.run("cases", "list", "--order", "A-9")
    assert (unknown.code, "there is no order 'A-9'" in unknown.err) == (1, True)
    assert kinds("--tag", "大客户") == ["stalled"]
    assert kinds("--tag", "vi") == []
    assert kinds("--severity", "low") == ["damaged", "stalled"]
    assert kinds("--severity", "critical") == ["damaged"]
    assert kinds("--limit", "1") == ["damaged"]
    assert watched.run("cases", "list", "--tag", "vip", "--json").document[0]["tags"] == ["vip", "大客户"]
    assert "1 more" in watched.run("cases", "list", "--limit", "1").err
    assert " more:" not in watched.run("cases", "list", "--limit", "2").err
    assert watched.run("cases", "list", "--severity", "hihg").code == 2
    assert watched.run("cases", "list", "--limit", "0").code == 2


def test_an_acknowledged_case_says_who_has_it(watched: Shop) -> None:
    case = str(case_of(watched, "damaged")["id"])
    shown = watched.run("cases", "ack", case, "--by", "lin", "--json").document
    assert shown["state"] == "acknowledged"
    again = watched.run("cases", "ack", case)
    assert (again.code, "acknowledged already" in again.err) == (1, True)
    assert shown["events"][-1]["by"] == "lin"


def test_a_parcel_with_two_orders_is_shown_with_both_and_so_is_its_alert(watched: Shop) -> None:
    watched.run("parcels", "add", STALLED, "--courier", "my_dhl", "--order", "A-7")
    case = watched.run("cases", "list", "--order", "A-7", "--json").document[0]
    assert (case["order"], case["orders"]) == ("A-1", ["A-1", "A-7"])
    for said in (("cases", "list", "--order", "A-7"), ("cases", "show", str(case["id"])), ("parcels", "show", STALLED)):
        assert "A-1, A-7" in watched.run(*said).out
    assert "A-1, A-7" in watched.run("parcels", "list").out
    with Store.open(watched.folder / "shop.db") as store:
        (row,) = alerts.rows(store, case_id=int(case["id"]))[:1]
    assert "orders A-1, A-7" in Renderer().alert(row.out, clock.now()).title


@pytest.mark.parametrize("verb", [["ack"], ["resolve"], ["snooze", "--until", "2d"]])
def test_what_is_done_to_several_cases_is_done_to_all_or_to_none(watched: Shop, verb: list[str]) -> None:
    first, second = (str(row["id"]) for row in watched.run("cases", "list", "--json").document)
    missed = watched.run("cases", *verb, first, second, "98")
    assert (missed.code, "no case 98" in missed.err) == (1, True)
    assert {row["state"] for row in watched.run("cases", "list", "--json").document} == {"open"}
    assert watched.run("cases", *verb, first, second).code == 0


@pytest.mark.parametrize(
    ("until", "ends"), [("2d", ""), ("2099-12-24T09:00", "2099-12-24T01:00:00Z"), ("2099-12-24", "Z")]
)
def test_a_case_is_snoozed_until_a_time_or_for_a_while(watched: Shop, until: str, ends: str) -> None:
    case = str(case_of(watched, "stalled")["id"])
    shown = watched.run("cases", "snooze", case, "--until", until, "--json").document
    assert shown["state"] == "snoozed"
    assert shown["snoozed_until"].endswith(ends)


@pytest.mark.parametrize("until", ["tomorrow", "2020-01-01", "0d"])
def test_what_is_no_time_to_come_is_wrong_usage(watched: Shop, until: str) -> None:
    assert watched.run("cases", "snooze", "1", "--until", until).code == 2


def test_a_resolved_case_is_closed_takes_its_draft_back_and_cannot_be_resolved_again(watched: Shop) -> None:
    case = str(case_of(watched, "stalled")["id"])
    assert watched.run("cases", "resolve", case, "--json").document["state"] == "resolved"
    again = watched.run("cases", "resolve", case)
    assert again.code == 1
    assert "resolved already" in again.err
    states = {row["number"]: row["state"] for row in watched.run("drafts", "list", "--json").document}
    assert states[STALLED] == "withdrawn"
    (waiting,) = watched.run("alerts", "preview", "--json").document
    assert "do not send" in waiting["title"]


def test_notes_and_verdicts_stand_beside_a_case(watched: Shop) -> None:
    watched.run("cases", "note", "1", "called the depot", "--by", "lin")
    watched.run("cases", "verdict", "1", "true")
    shown = watched.run("cases", "show", "1", "--json").document
    assert (shown["notes"][0]["text"], shown["notes"][0]["by"], shown["verdict"]) == ("called the depot", "lin", "true")
    assert "called the depot" in watched.run("cases", "show", "1").out
    assert watched.run("cases", "verdict", "1", "maybe").code == 2
    assert watched.run("cases", "note", "1", " ").code == 2


def test_why_explains_every_rule(watched: Shop) -> None:
    document = watched.run("why", STALLED, "--json").document
    assert [rule["kind"] for rule in document["rules"]] == list(RULES)
    stalled = next(rule for rule in document["rules"] if rule["kind"] == "stalled")
    assert stalled["fires"]
    assert stalled["counted"] > 72
    assert (stalled["threshold"], stalled["critical"]) == ("3bd", "7d")
    assert stalled["spoke"] in ("3bd", "7d")
    assert stalled["policy_line"] == "profile international (domestic)"
    assert stalled["clears_when"]
    keys = {"kind", "fires", "threshold", "policy_line", "counted", "skipped", "due_at", "clears_when", "hidden_by"}
    assert keys <= set(stalled)


def test_why_can_be_read_by_an_agent(watched: Shop) -> None:
    shown = watched.run("why", STALLED).out
    assert "Fires" in shown
    assert "threshold: warn 3bd, critical 7d (profile international (domestic))" in shown
    running = watched.run("why", MOVING).out
    assert "Clock running" in running
    assert "fires 20" in running


def test_why_then_knows_only_what_was_known(watched: Shop) -> None:
    early = watched.run("why", STALLED, "--at", "2020-01-01")
    assert (early.code, "--at 2020-01-01 00:00: " in early.err, "(Asia/Shanghai)" in early.err) == (2, True, True)
    later = watched.run("why", MOVING, "--at", "9d", "--json").document
    stalled = next(rule for rule in later["rules"] if rule["kind"] == "stalled")
    assert stalled["blind"]
    assert not stalled["fires"]
    assert len(stalled["skipped"]) >= 1
    assert "If nothing new is heard" in watched.run("why", MOVING, "--at", "9d").out


def test_a_threshold_of_the_file_is_named_with_its_line(watched: Shop) -> None:
    watched.configure('[[thresholds.override]]\ncourier = "my_dhl"\nstalled = { warn = "40d" }\n')
    rules = watched.run("why", STALLED, "--json").document["rules"]
    stalled = next(rule for rule in rules if rule["kind"] == "stalled")
    assert not stalled["fires"]
    assert (stalled["threshold"], stalled["spoke"]) == ("40d", None)
    assert stalled["policy_line"].startswith("config.toml:")


def test_why_says_what_a_threshold_on_trial_finds_and_what_holds_meanwhile(watched: Shop) -> None:
    watched.configure('[thresholds]\nstalled = { warn = "1m", critical = "900d", mode = "shadow" }\n')
    document = watched.run("why", STALLED, "--json").document
    (trial,) = document["trials"]
    assert (trial["kind"], trial["fires"], trial["spoke"], trial["case"]) == ("stalled", True, "1m", None)
    assert next(rule for rule in document["rules"] if rule["kind"] == "stalled")["threshold"] == "3bd"
    shown = watched.run("why", STALLED).out
    assert "threshold: warn 1m, critical 900d (config.toml" in shown.partition("On trial (nobody is told)")[2]


def test_a_draft_goes_from_written_to_approved_but_there_is_no_way_to_send_it(watched: Shop) -> None:
    draft = str(next(row["id"] for row in watched.run("drafts", "list", "--json").document if row["number"] == DAMAGED))
    for verb in ("send", "sent"):
        assert (
            f"not approved: read it, then `parcelwatch drafts approve {draft}`"
            in watched.run("drafts", verb, draft).err
        )
    assert watched.run("drafts", "approve", draft, "--json").document["state"] == "approved"
    sent = watched.run("drafts", "send", draft)
    assert sent.code == 1
    assert f"drafts show {draft}" in sent.err
    assert watched.run("drafts", "discard", draft, "--json").document["state"] == "discarded"
    assert watched.run("drafts", "approve", draft).code == 1


def test_a_draft_is_shown_whole(watched: Shop) -> None:
    (row, *_) = watched.run("drafts", "list", "--json").document
    shown = watched.run("drafts", "show", str(row["id"])).out
    assert all(line in shown for line in row["body"].splitlines() if len(line) < 60)
    assert {"id", "case", "number", "order", "kind", "language", "state", "to", "subject", "body", "created_at"} <= set(
        row
    )


def test_an_edited_draft_must_be_approved_again(watched: Shop) -> None:
    watched.run("drafts", "approve", "1")
    path = watched.file("Dear buyer, we are on it.", "better.txt")
    shown = watched.run("drafts", "edit", "1", "--body-file", path, "--json").document
    assert (shown["body"], shown["state"]) == ("Dear buyer, we are on it.", "draft")
    assert watched.run("drafts", "edit", "1", "--subject", "News", "--json").document["subject"] == "News"
    shown = watched.run("drafts", "show", "1").out
    assert [line.split()[0] for line in shown.splitlines() if "ed  " in line[:10]] == ["approved", "edited", "edited"]
    assert shown.split()[:3] == ["draft", "1", "(draft,"]
    assert watched.run("drafts", "edit", "1", "--subject", " ").code == 2
    assert watched.run("drafts", "edit", "1", "--body-file", watched.file(" ", "empty.txt")).code == 2
    assert watched.run("drafts", "edit", "1", "--body-file", "/nowhere").code == 2
    unsaid = watched.run("drafts", "edit", "1")
    assert (unsaid.code, "parcelwatch drafts edit 1 --body-file" in unsaid.err) == (2, True)


def test_a_draft_that_is_saved_without_a_change_is_not_edited_and_stays_approved(watched: Shop) -> None:
    body = watched.run("drafts", "show", "1", "--json").document["body"]
    watched.run("drafts", "approve", "1")
    assert "left as it was" in watched.run("drafts", "edit", "1", "--body-file", watched.file(body, "same.txt")).out
    shown = watched.run("drafts", "show", "1", "--json").document
    assert (shown["state"], [one["verb"] for one in shown["events"]][-1]) == ("approved", "approve")


def test_nothing_in_an_edited_draft_steers_a_terminal_or_the_head_of_a_mail(watched: Shop) -> None:
    body = watched.file("One\x1b[31m\r\n\tTwo\x07\x85Three", "odd.txt")
    shown = watched.run("drafts", "edit", "1", "--subject", "a\nBcc: b\x1b[31m", "--body-file", body, "--json").document
    assert shown["subject"] == "a Bcc: b[31m"
    assert shown["body"] == "One[31m\n\tTwo\nThree"


def test_alerts_that_were_sent_are_listed(watched: Shop) -> None:
    rows = watched.run("alerts", "list", "--json").document
    assert {row["state"] for row in rows} == {"sent"}
    assert {
        "id",
        "cases",
        "draft",
        "kind",
        "channel",
        "state",
        "attempts",
        "title",
        "body",
        "created_at",
        "sent_at",
    } <= set(rows[0])
    assert watched.run("alerts", "list", "--state", "dead", "--json").document == []


def test_a_preview_tells_nobody_and_changes_nothing(watched: Shop) -> None:
    watched.run("cases", "resolve", str(case_of(watched, "stalled")["id"]))
    hits = len(watched.inbox.hits)
    first, second = (watched.run("alerts", "preview", "--json").document for _ in range(2))
    assert first == second
    assert len(watched.inbox.hits) == hits
    with Store.open(watched.folder / "shop.db") as store:
        assert alerts.counts(store)["pending"] == len(first) == 1


def test_a_test_message_really_goes_out(shop: Shop) -> None:
    hits = len(shop.inbox.hits)
    assert shop.run("alerts", "test", "ops", "--json").document[0]["result"] == "sent"
    assert len(shop.inbox.hits) == hits + 1


def test_a_channel_that_fails_is_said_to_fail(shop: Shop) -> None:
    shop.inbox.behaviour = answers(b"no", 403)
    ended = shop.run("alerts", "test")
    assert ended.code == 1
    assert "403" in ended.out


def test_a_channel_whose_secret_is_missing_is_bad_configuration(shop: Shop) -> None:
    shop.configure('[channels.spare]\nurl = "env:PARCELWATCH_TEST_NOWHERE"\n')
    assert shop.run("alerts", "test").code == 78
    unknown = shop.run("alerts", "test", "spar")
    assert unknown.code == 1
    assert 'did you mean "spare"' in unknown.err


def test_a_dead_alert_is_sent_again_when_asked(watched: Shop) -> None:
    with Store.open(watched.folder / "shop.db") as store, store.transaction():
        settling.settle_dead(store, [1], "gone")
    assert watched.run("alerts", "retry", "1", "--json").document == {"retried": [1]}
    assert watched.run("once", "--json").document["sent"] == 1
    assert watched.run("alerts", "retry", "1").code == 1
    assert watched.run("alerts", "retry", "99").code == 1


def test_that_an_agent_said_how_a_parcel_stands_is_said_while_theirs_is_the_last_word(watched: Shop) -> None:
    assert "Marked" not in watched.run("why", MOVING).out
    watched.run("parcels", "mark", MOVING, "delivered", "--by", "lin", "--note", "the buyer rang")
    assert re.search(r"Marked “delivered” by lin, .*: “the buyer rang”", watched.run("why", MOVING).out)
