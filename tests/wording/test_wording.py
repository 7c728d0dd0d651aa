"""Facts wait, words are found when somebody is told: once for each message, and again only word for word."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from parcelwatch import shapes
from parcelwatch.core.messaging.messages import Characters, Group, Outgoing, Text, Words
from parcelwatch.core.policy import Policy
from parcelwatch.core.thresholds import Threshold
from parcelwatch.duration import parse
from parcelwatch.errors import DeliveryFailed, DeliveryRefused
from parcelwatch.ingest import Heard, ingest, rejudge, take_step
from parcelwatch.model import Amended, Answered, Checkpoint, Draft, Milestone, Order, Parcel, Why
from parcelwatch.store import Store, alerts, cases, drafts, outbox, parcels
from parcelwatch.telling.deliver import Wording, claim
from parcelwatch.telling.settle import settle
from parcelwatch.verbs.agents import act_on_case, act_on_draft
from parcelwatch.wording.render import Renderer
from tests.databases import blank

NOW = datetime(2026, 3, 2, 8, 0, tzinfo=UTC)
SECOND, HOUR = timedelta(seconds=1), timedelta(hours=1)
LIMITS = {"ops": Characters(10_000), "drafts": Characters(10_000)}
ENGLISH = Renderer()
SHOWN = Renderer("Asia/Shanghai")


def policy(stalled: str = "48h", **more: object) -> Policy:
    limits = {"stalled": Threshold(parse(stalled), None, "config.toml:9")}
    said = {"profile": "china", "thresholds": limits, "channels": ("ops",), "draft_channel": "drafts", **more}
    return Policy(**said)  # type: ignore[arg-type]


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with Store.open(blank(tmp_path / "watch.db")) as opened:
        yield opened


def watch(store: Store, number: str = "PW000000001XX", by: Policy | None = None, silent: timedelta = 30 * HOUR) -> int:
    """A parcel that last moved so long ago, asked about just now."""
    at = NOW - silent
    with store.transaction():
        added = parcels.add(store, Parcel(0, number, "dhl", at, orders=(Order(language="en"),)), at)
        said = Answered(number, (Checkpoint(at, at, Milestone.IN_TRANSIT, text="Departed", place="Kassel"),))
        ingest(store, [Heard(added, said, at)], by or policy())
        ingest(store, [Heard(added, said, NOW)], by or policy())
    return added


class Counting(Renderer):
    """Counts the alerts and letters it words."""

    def __init__(self, language: str = "en") -> None:
        super().__init__(agent_language=language)
        self.alerts: list[int] = []
        self.letters: list[str] = []

    def alert(self, out: Outgoing, now: datetime, *, beside: bool = False) -> Words:
        self.alerts.append(out.id)
        return super().alert(out, now, beside=beside)

    def worded(self, kind: str, language: str, facts: object) -> object:  # type: ignore[override]
        self.letters.append(kind)
        return super().worded(kind, language, facts)  # type: ignore[arg-type]


def take(
    store: Store, now: datetime = NOW, renderer: Renderer = ENGLISH, paused: tuple[str, ...] = ()
) -> tuple[Group, Text] | None:
    group = claim(store, now, paused, Wording(renderer, LIMITS))
    if group is None:
        return None
    (text,) = group.said
    return group, text


def send_all(store: Store, now: datetime = NOW, renderer: Renderer = ENGLISH, by: Policy | None = None) -> list[Text]:
    """What went out, in order."""
    gone: list[Text] = []
    while claimed := take(store, now, renderer):
        settle(store, claimed[0], None, by or policy(), now)
        gone.append(claimed[1])
    return gone


# --- ages ----------------------------------------------------------------------------------------


def test_the_same_case_says_another_age_as_time_passes_and_weighs_more(store: Store) -> None:
    watch(store, silent=49 * HOUR)
    said = [
        shapes.case(cases.one(store, 1, NOW + wait), SHOWN, NOW + wait) for wait in (0 * HOUR, 26 * HOUR, 70 * HOUR)
    ]
    assert [one["sentence"].split(";")[0] for one in said] == [
        "No new scan for 49 h",
        "No new scan for 3 days",
        "No new scan for 4 days",
    ]
    assert [one["since"] for one in said] == [said[0]["since"]] * 3
    later = shapes.case(cases.one(store, 1, NOW + 240 * HOUR), SHOWN, NOW + 240 * HOUR)
    assert later["priority"] > said[0]["priority"]


def test_a_resolved_case_ages_no_more(store: Store) -> None:
    watch(store, silent=49 * HOUR)
    with store.transaction():
        act_on_case(store, 1, "resolve", policy(), NOW)
    once, later = (shapes.case(cases.one(store, 1, at), SHOWN, at) for at in (NOW + HOUR, NOW + 99 * HOUR))
    assert (once["sentence"], once["priority"]) == (later["sentence"], later["priority"])


def test_a_case_that_a_raised_threshold_ended_is_shown_as_asleep_only_once_it_is_back(store: Store) -> None:
    watch(store, silent=49 * HOUR)
    with store.transaction():
        act_on_case(store, 1, "snooze", policy(), NOW, until=NOW + 9 * HOUR)
    shown = []
    for limit in ("96h", "48h"):
        with store.transaction():
            rejudge(store, policy(limit), NOW + HOUR)
        one = shapes.case(cases.one(store, 1, NOW + HOUR), SHOWN, NOW + HOUR)
        shown.append((one["state"], one["snoozed_until"]))
    assert shown == [("resolved", None), ("snoozed", "2026-03-02T17:00:00Z")]


# --- words are found when a message is claimed ---------------------------------------------------


def test_a_waiting_message_is_worded_when_it_is_claimed_and_not_before(store: Store) -> None:
    words = Counting()
    watch(store, silent=49 * HOUR)
    assert words.alerts == []
    first, *_ = send_all(store, NOW + 12 * HOUR, words)
    assert "No new scan for 61 h" in first.body
    assert len(words.alerts) == len(set(words.alerts)) == 2


def test_the_letter_an_agent_gets_is_worded_once_and_then_is_the_drafts(store: Store) -> None:
    words = Counting()
    watch(store, silent=49 * HOUR)
    send_all(store, NOW, words)
    assert words.letters
    (row,) = drafts.rows(store)
    letter: Draft = row["draft"]
    assert letter.body
    assert (letter.subject, letter.body) == (row["subject"], row["body"])


def test_a_repetition_after_a_crash_is_the_same_text_under_the_same_id_whatever_changed(store: Store) -> None:
    watch(store, silent=49 * HOUR)
    for other in ("ops", "drafts"):
        first = take(store, paused=(other,))
        assert first is not None
        with store.transaction():
            outbox.void_leases(store, NOW + 9 * HOUR)
        again = take(store, NOW + 9 * HOUR, Renderer("Asia/Shanghai", "zh-CN"), paused=(other,))
        assert again is not None
        assert (again[0].id, again[0].ids, again[1]) == (first[0].id, first[0].ids, first[1])


def test_a_digest_repeated_after_a_crash_is_the_same_text(store: Store) -> None:
    for number in range(8):
        watch(store, f"PW00000000{number}XX", silent=49 * HOUR)
    for other in ("ops", "drafts"):
        first = take(store, paused=(other,))
        assert first is not None
        assert len(first[0].ids) == 8
        with store.transaction():
            outbox.void_leases(store, NOW + HOUR)
        again = take(store, NOW + HOUR, Renderer("Asia/Shanghai", "zh-CN"), paused=(other,))
        assert again is not None
        assert (again[0].ids, again[1]) == (first[0].ids, first[1])


def test_a_message_that_failed_is_tried_again_in_the_same_words(store: Store) -> None:
    watch(store, silent=49 * HOUR)
    first = take(store)
    assert first is not None
    settle(store, first[0], DeliveryFailed("503"), policy(), NOW)
    later = [text for text in send_all(store, NOW + 9 * HOUR) if text.title == first[1].title]
    assert later == [first[1]]


def test_what_is_sent_over_another_channel_after_all_fits_that_one(store: Store) -> None:
    watch(store, silent=49 * HOUR)
    first = take(store, paused=("drafts",))
    assert first is not None
    settle(store, first[0], DeliveryRefused("404"), policy(), NOW)
    with store.transaction():
        outbox.retry(store, first[0].id, NOW, channel="pager")
    group = claim(store, NOW, ("drafts",), Wording(ENGLISH, {"pager": Characters(160)}))
    assert group is not None
    (text,) = group.said
    assert (group.id, group.channel) == (first[0].id, "pager")
    assert len(text.title) + 1 + len(text.body) <= 160


def test_a_suppressed_message_is_never_worded(store: Store) -> None:
    words = Counting()
    watch(store, silent=49 * HOUR, by=policy(channels=(), draft_channel=""))
    assert alerts.counts(store) == {"suppressed": 2}
    assert send_all(store, NOW + HOUR, words) == []
    assert (words.alerts, words.letters) == ([], [])
    assert store.value("SELECT count(*) FROM sendings") == 0


# --- who did what --------------------------------------------------------------------------------


def test_who_approved_a_draft_and_when_is_shown_with_it_and_its_words_stay(store: Store) -> None:
    parcel_id = watch(store, silent=49 * HOUR)
    shown = shapes.draft_whole(store, 1, ENGLISH)
    words = {"subject": shown["subject"], "body": shown["body"]}
    act_on_draft(store, 1, "approve", policy(), NOW + HOUR, by="lin", **words)
    moved = Checkpoint(NOW + 2 * HOUR, NOW + 2 * HOUR, Milestone.IN_TRANSIT, text="Arrived")
    with store.transaction():
        ingest(store, [Heard(parcel_id, Answered("", (moved,), complete=False), NOW + 2 * HOUR)], policy())
    after = shapes.draft_whole(store, 1, Renderer("Asia/Shanghai", "zh-CN"))
    assert [(one["verb"], one["by"], one["at"], one["after"]) for one in after["events"]] == [
        ("approve", "lin", "2026-03-02T09:00:00Z", "approved"),
        ("withdraw", "", "2026-03-02T10:00:00Z", "withdrawn"),
    ]
    assert after["events"][1]["why"]
    assert (after["subject"], after["body"]) == (shown["subject"], shown["body"])


@pytest.mark.parametrize(("verbs", "told"), [((), True), (("approve",), True), (("approve", "sent"), False)])
def test_a_draft_that_was_sent_by_hand_before_its_message_left_is_not_told_as_waiting(
    store: Store, verbs: tuple[str, ...], told: bool
) -> None:
    watch(store, silent=49 * HOUR)
    for verb in verbs:
        act_on_draft(store, 1, verb, policy(), NOW, by="lin", subject="a subject", body="a body")
    said = "".join(one.body for one in send_all(store, NOW + HOUR))
    assert "No new scan" in said
    assert ("Nothing has been sent yet" in said) is told


def test_a_draft_that_was_discarded_before_its_message_left_is_not_told(store: Store) -> None:
    watch(store, silent=49 * HOUR)
    act_on_draft(store, 1, "discard", policy(), NOW, by="lin", subject="a subject", body="a body")
    (row,) = [one for one in alerts.rows(store) if one.out.why is Why.DRAFTED]
    assert (row.state, row.reason) == ("suppressed", "the draft was discarded before")


# --- a changed policy reaches the parcels --------------------------------------------------------


def judge(store: Store, by: Policy, now: datetime) -> None:
    with store.transaction():
        rejudge(store, by, now)


def kinds(store: Store, state: str = "") -> list[str]:
    return [row.case.kind for row in cases.rows(store, NOW, state=state)]


def test_a_lowered_threshold_fires_at_the_next_look_without_a_poll_and_once(store: Store) -> None:
    watch(store)
    assert kinds(store) == []
    polls = store.value("SELECT poll_at FROM parcels")
    for minute in range(3):
        judge(store, policy("24h"), NOW + minute * SECOND)
    assert kinds(store, "open") == ["stalled"]
    assert store.value("SELECT poll_at FROM parcels") == polls
    told = send_all(store, NOW + HOUR, by=policy("24h"))
    assert [text.title for text in told if "stalled" in text.title and "Draft" not in text.title] == [
        "🟡 MEDIUM · stalled 31 h · PW000000001XX"
    ]
    (case,) = (row.case for row in cases.rows(store, NOW))
    assert (str(case.limit), case.line, case.policy_id) == ("24h", "config.toml:9", policy("24h").policy_id)


def test_the_very_same_policy_looks_at_nothing_again(store: Store) -> None:
    watch(store)
    assert parcels.judged_otherwise(store, policy().policy_id, 9) == []
    judge(store, policy(), NOW)
    assert store.value("SELECT count(*) FROM imports") == 0


def test_what_many_parcels_newly_say_goes_out_as_one_digest(store: Store) -> None:
    for number in range(510):
        watch(store, f"PW{number:09}XX")
    for turn in range(3):
        judge(store, policy("24h"), NOW + turn * SECOND)
        if turn == 0:
            assert take(store, NOW) is None, "the rest is not looked at yet"
    told = send_all(store, NOW + 5 * SECOND, by=policy("24h"))
    assert sorted(text.title.split("] ")[1] for text in told) == [
        "MEDIUM · 510 customer drafts: stalled",
        "MEDIUM · 510 parcels: stalled",
    ]
    assert len(kinds(store, "open")) == 510


def test_what_a_command_opens_by_a_file_that_the_daemon_has_not_taken_over_waits_for_nobody(store: Store) -> None:
    parcel_id = watch(store)
    with store.transaction():
        take_step(
            store, parcel_id, Amended(Parcel(0, "PW000000001XX", "dhl", NOW, service="express")), policy("24h"), NOW
        )
    assert kinds(store, "open") == ["stalled"]
    judge(store, policy("25h"), NOW + SECOND)
    assert kinds(store, "open") == ["stalled"]
    assert any("stalled" in text.title for text in send_all(store, NOW + 2 * SECOND, by=policy("25h")))


def test_a_raised_threshold_closes_quietly_says_so_and_takes_the_draft_back_without_a_word(store: Store) -> None:
    watch(store, silent=49 * HOUR)
    assert len(send_all(store)) == 2
    judge(store, policy("72h"), NOW + HOUR)
    assert kinds(store, "resolved") == ["stalled"]
    assert send_all(store, NOW + 2 * HOUR) == []
    whole = shapes.case_whole(store, 1, ENGLISH, NOW + HOUR)
    assert whole["events"][-1]["why"] == "The threshold was raised"
    (letter,) = whole["drafts"]
    assert letter["state"] == "withdrawn"
    assert shapes.draft_whole(store, 1, ENGLISH)["events"][-1]["why"] == "The threshold was raised"


def test_a_parcel_that_trouble_befalls_anew_after_a_raise_is_told_of_again(store: Store) -> None:
    parcel_id = watch(store, silent=49 * HOUR)
    send_all(store)
    judge(store, policy("72h"), NOW + HOUR)
    said = Answered("", (), complete=False)
    with store.transaction():
        ingest(store, [Heard(parcel_id, said, NOW + 24 * HOUR)], policy("72h"))
    assert kinds(store, "open") == ["stalled"]
