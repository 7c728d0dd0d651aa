"""One letter an order: what waits for its customer is said together, moved together and sent once."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from parcelwatch.channels.customers import Attempt, Outcome
from parcelwatch.core.messaging.messages import Characters
from parcelwatch.core.policy import Policy
from parcelwatch.core.thresholds import Threshold
from parcelwatch.duration import parse
from parcelwatch.errors import BadInput
from parcelwatch.ingest import Heard, assess_due, ingest, take_step, watch
from parcelwatch.model import (
    Answered,
    Cause,
    Checkpoint,
    Form,
    LetterAction,
    Milestone,
    Order,
    Parcel,
    Sure,
)
from parcelwatch.shapes import draft_whole
from parcelwatch.shapes import letter as letter_of
from parcelwatch.store import Store, drafts, erase, parcels, report
from parcelwatch.telling.deliver import Wording, claim
from parcelwatch.telling.settle import settle
from parcelwatch.verbs import agents, erasing, letters
from parcelwatch.wording.render import Renderer
from tests.databases import blank

NOW = datetime(2026, 3, 2, 8, 0, tzinfo=UTC)
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
POLICY = Policy(profile="china", channels=("ops",), draft_channel="ops")
WORDS = Renderer()
ANN = Order("A-1", customer_name="Ann", customer_contact="ann@example.com")
LOST = Checkpoint(NOW, NOW, Milestone.EXCEPTION, Cause.LOST, text="lost")
DAMAGED = replace(LOST, cause=Cause.DAMAGED, text="damaged")
HELD = Checkpoint(NOW, NOW, Milestone.CUSTOMS, Cause.CUSTOMS, text="held")
ALSO = "There is news about another parcel of your order too."


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with Store.open(blank(tmp_path / "watch.db")) as opened:
        yield opened


def parcel(store: Store, number: str, *scans: Checkpoint, order: Order = ANN, at: datetime = NOW) -> int:
    """A parcel of the order, of which the courier has said so much."""
    with store.transaction():
        added = watch(store, Parcel(0, number, "acme", at, orders=(order,)), POLICY, at).id
    hear(store, added, *scans, at=at)
    return added


def hear(store: Store, parcel_id: int, *scans: Checkpoint, at: datetime) -> None:
    with store.transaction():
        ingest(store, [Heard(parcel_id, Answered("", scans), at)], POLICY)


def states(store: Store) -> dict[int, str]:
    return {row["id"]: str(row["state"]) for row in drafts.rows(store)}


def said(store: Store, draft: int, words: Renderer = WORDS) -> str:
    return str(draft_whole(store, draft, words)["body"])


def act(store: Store, draft: int, verb: str, at: datetime = NOW, **words: str) -> None:
    """What an agent does who has read the letter as it goes out."""
    shown = {**draft_whole(store, draft, WORDS), **words}
    known = {"subject": shown["subject"], "body": shown["body"], "letter": shown["drafts"]}
    agents.act_on_draft(store, draft, verb, POLICY, at, by="lin", **known)


class Way(list[Mapping[str, str]]):
    """What customers got."""

    def __init__(self, outcome: Callable[[], Attempt] = lambda: Attempt(Outcome.ARRIVED)) -> None:
        super().__init__()
        self._outcome = outcome

    def send(self, said: Mapping[str, str]) -> Attempt:
        self.append(said)
        return self._outcome()


def send(store: Store, way: Way, draft: int, at: datetime = NOW, *, approve: bool = True) -> None:
    letters.send(store, way, draft, WORDS, POLICY, at, by="lin", approve=approve)


# --- said together -------------------------------------------------------------------------------


def test_what_one_courier_broke_is_not_said_of_another(store: Store) -> None:
    for number, company in (("P-1", "yunda"), ("P-2", "jtexpress")):
        with store.transaction():
            added = watch(store, Parcel(0, number, "kd", NOW, company=company, orders=(ANN,)), POLICY, NOW).id
        hear(store, added, DAMAGED, at=NOW)
    letter = said(store, 1, Renderer(apis={"kd": ("kuaidi100", "")}))
    yunda, jt = (next(line for line in letter.splitlines() if number in line) for number in ("P-1", "P-2"))
    assert ("Yunda" in yunda, "J&T" in yunda) == (True, False)
    assert ("Yunda" in jt, "J&T" in jt) == (False, True)
    assert ALSO in letter


def test_two_kinds_of_trouble_of_an_order_are_one_letter_that_is_sent_once(store: Store) -> None:
    parcel(store, "PW1", LOST)
    parcel(store, "PW2", DAMAGED)
    assert said(store, 1) == said(store, 2)
    way = Way()
    send(store, way, 2)
    (got,) = way
    assert got["draft"] == "1"
    assert got["subject"] == "News of your parcels PW1 and PW2"
    assert [got["body"].count(part) for part in ("Hello Ann", "A-1", ALSO, "You will hear", "refund")] == [1] * 5
    assert states(store) == {1: "sent", 2: "sent"}
    for draft in (1, 2):
        moves = [(one["verb"], one["by"]) for one in drafts.events(store, draft)]
        assert moves == [("approve", "lin"), ("send", "lin"), ("sent", "lin")]
    with pytest.raises(BadInput, match="draft 1 is sent"):
        send(store, way, 1)


def test_a_letter_is_about_one_order_one_customer_and_one_language(store: Store) -> None:
    parcel(store, "PW1", LOST)
    parcel(store, "PW2", DAMAGED, order=replace(ANN, number="A-2"))
    parcel(store, "PW3", DAMAGED, order=Order(customer_name="Ann", customer_contact="ann@example.com"))
    assert [[one.id for one in letter_of(store, draft, WORDS)] for draft in (1, 2, 3)] == [[1], [2], [3]]


def test_the_earliest_day_that_it_promises_is_kept_for_every_parcel(store: Store) -> None:
    one = parcel(store, "PW1", LOST)
    other = parcel(store, "PW2", replace(DAMAGED, occurred_at=NOW + DAY, occurred_until=NOW + DAY), at=NOW + DAY)
    send(store, Way(), 1, NOW + DAY)
    due = {case.word.by for each in (one, other) for case in parcels.dossier(store, each).cases if case.word}
    assert due == {NOW + 2 * DAY}
    late = max(case.word.remind_at for each in (one, other) for case in parcels.dossier(store, each).cases if case.word)
    with store.transaction():
        assess_due(store, POLICY, late)
    waiting = [row["id"] for row in drafts.rows(store) if row["draft"].unsent]
    assert [one.id for one in letter_of(store, waiting[0], WORDS)] == waiting
    assert len(waiting) == 2


def test_a_day_that_is_over_by_the_time_the_second_is_written_is_not_promised(store: Store) -> None:
    parcel(store, "PW1", LOST)
    later = NOW + 3 * DAY
    parcel(store, "PW2", replace(DAMAGED, occurred_at=later, occurred_until=later), at=later)
    assert "by 7 March" in said(store, 1)
    send(store, Way(), 1, later + HOUR)


def without_a_day(store: Store) -> datetime:
    """A letter of drafts 2 and 3, by whose last one every day that it would promise is over; the time then."""
    one = parcel(store, "PW1", LOST)
    send(store, Way(), 1)
    parcel(store, "PW2", DAMAGED, at=NOW + HOUR)
    later = NOW + 3 * DAY
    hear(store, one, LOST, Checkpoint(later, later, Milestone.IN_TRANSIT, text="found"), at=later)
    assert "You will hear" not in said(store, 2)
    return later


def test_a_letter_that_names_no_day_is_still_listed_once_it_was_edited_and_did_not_leave(store: Store) -> None:
    later = without_a_day(store)
    act(store, 2, "edit", later, body="All is known.")
    send(store, Way(lambda: Attempt(Outcome.REFUSED, "503")), 2, later)
    assert states(store) == {1: "sent", 2: "approved", 3: "approved"}
    assert [WORDS.letter(row["draft"]).body != "" for row in drafts.rows(store)] == [True] * 3


def test_a_letter_that_names_no_day_may_go_at_any_time(store: Store) -> None:
    later, way = without_a_day(store), Way()
    send(store, way, 2, later)
    assert len(way) == 1


def test_good_news_goes_out_with_trouble(store: Store) -> None:
    one = parcel(store, "PW1", LOST)
    send(store, Way(), 1)
    found = Checkpoint(NOW + HOUR, NOW + HOUR, Milestone.IN_TRANSIT, text="found")
    hear(store, one, LOST, found, at=NOW + HOUR)
    parcel(store, "PW2", DAMAGED, at=NOW + HOUR)
    body = said(store, 2)
    assert body.index("PW2") < body.index(ALSO) < body.index("Good news: your parcel PW1 has been found")
    assert "You will hear from us again" in body


def test_the_worst_trouble_comes_first_as_in_the_chat(store: Store) -> None:
    parcel(store, "PW1", LOST)
    parcel(store, "PW2", HELD)
    assert said(store, 1).index("PW1") < said(store, 1).index("PW2")
    with store.transaction():
        store.write("UPDATE cases SET severity = iif(kind = 'lost', 'high', 'critical')")
    assert said(store, 1).index("PW2") < said(store, 1).index("PW1")
    assert said(store, 1) in "\n".join(messages(store, NOW + HOUR))


# --- what becomes of one of them -----------------------------------------------------------------


def test_a_third_parcel_joins_and_the_letter_is_read_anew(store: Store) -> None:
    parcel(store, "PW1", LOST)
    parcel(store, "PW2", DAMAGED)
    act(store, 1, "approve")
    assert states(store) == {1: "approved", 2: "approved"}
    parcel(store, "PW3", HELD)
    way = Way()
    with pytest.raises(BadInput, match=r"changed the letter of draft 1 since it was approved.*drafts show 1"):
        send(store, way, 1, approve=False)
    assert not way
    act(store, 3, "approve")
    send(store, way, 1, approve=False)
    assert [got["subject"] for got in way] == ["News of your parcels PW1, PW2 and PW3"]
    assert set(states(store).values()) == {"sent"}


def test_what_is_contradicted_before_it_is_sent_leaves_the_rest_to_be_read_anew(store: Store) -> None:
    one = parcel(store, "PW1", LOST)
    parcel(store, "PW2", DAMAGED)
    act(store, 1, "approve")
    hear(store, one, LOST, Checkpoint(NOW + HOUR, NOW + HOUR, Milestone.IN_TRANSIT, text="found"), at=NOW + HOUR)
    assert states(store) == {1: "withdrawn", 2: "draft"}
    last = drafts.events(store, 2)[-1]
    assert (last["verb"], last["before"], last["fact"].says) == ("part", "approved", Form.LETTER_PARTED)
    assert "PW1" not in said(store, 2)
    with pytest.raises(BadInput, match="draft 2 is not approved"):
        send(store, Way(), 2, approve=False)


def test_sending_looks_at_every_parcel_of_a_letter_and_keeps_what_it_finds(store: Store) -> None:
    moved = Checkpoint(NOW - 60 * HOUR, NOW - 60 * HOUR, Milestone.IN_TRANSIT, text="moving")
    still, patient = (
        replace(POLICY, thresholds={"stalled": Threshold(parse(limit), None, "config.toml:1")})
        for limit in ("48h", "96h")
    )
    with store.transaction():
        one = watch(store, Parcel(0, "PW1", "acme", NOW - 61 * HOUR, orders=(ANN,)), still, NOW - 61 * HOUR).id
        for at in (NOW - 60 * HOUR, NOW):
            ingest(store, [Heard(one, Answered("", (moved,)), at)], still)
    with store.transaction():
        other = watch(store, Parcel(0, "PW2", "acme", NOW, orders=(ANN,)), still, NOW).id
        ingest(store, [Heard(other, Answered("", (DAMAGED,)), NOW)], still)
    shown = draft_whole(store, 1, WORDS)
    known = {"subject": shown["subject"], "body": shown["body"], "letter": shown["drafts"]}
    agents.act_on_draft(store, 1, "approve", still, NOW, **known)
    assert states(store) == {1: "approved", 2: "approved"}
    way = Way()
    with pytest.raises(BadInput, match="draft 1 no longer belongs to the letter of draft 2: read what is left"):
        letters.send(store, way, 2, WORDS, patient, NOW, by="lin", approve=True)
    assert (list(way), states(store)) == ([], {1: "withdrawn", 2: "draft"})
    with pytest.raises(BadInput, match="draft 2 is not approved"):
        letters.send(store, way, 2, WORDS, patient, NOW, by="lin")
    with pytest.raises(BadInput, match="draft 1 is withdrawn"):
        letters.send(store, way, 1, WORDS, patient, NOW, by="lin")
    letters.send(store, way, 2, WORDS, patient, NOW, by="lin", approve=True)
    assert len(way) == 1


def test_a_draft_that_an_agent_drops_leaves_the_other_whole(store: Store) -> None:
    parcel(store, "PW1", LOST)
    parcel(store, "PW2", DAMAGED)
    act(store, 1, "approve")
    act(store, 2, "discard")
    assert states(store) == {1: "draft", 2: "discarded"}
    way = Way()
    send(store, way, 1)
    assert "PW2" not in way[0]["body"]


def test_words_that_an_agent_chose_for_one_are_not_said_with_others(store: Store) -> None:
    parcel(store, "PW1", LOST)
    agents.act_on_draft(store, 1, "edit", POLICY, NOW, subject="Sorry", body="It is gone.", by="lin", letter=[1])
    parcel(store, "PW2", DAMAGED)
    parcel(store, "PW3", HELD)
    assert [[one.id for one in letter_of(store, draft, WORDS)] for draft in (1, 2)] == [[1], [2, 3]]
    way = Way()
    send(store, way, 1)
    assert (way[0]["body"], states(store)) == ("It is gone.", {1: "sent", 2: "draft", 3: "draft"})


def test_a_letter_edited_as_a_whole_goes_out_as_it_was_edited_until_a_part_of_it_is_untrue(store: Store) -> None:
    one = parcel(store, "PW1", LOST)
    parcel(store, "PW2", DAMAGED)
    act(store, 2, "edit", body="Both are in trouble.")
    parcel(store, "PW3", HELD)
    assert said(store, 1) == said(store, 2) == "Both are in trouble."
    act(store, 1, "approve")
    assert states(store) == {1: "approved", 2: "approved", 3: "draft"}
    hear(store, one, LOST, Checkpoint(NOW + HOUR, NOW + HOUR, Milestone.IN_TRANSIT, text="found"), at=NOW + HOUR)
    assert states(store) == {1: "withdrawn", 2: "draft", 3: "draft"}
    assert [one.id for one in letter_of(store, 2, WORDS)] == [2, 3]
    assert said(store, 1) == "Both are in trouble."


def test_one_text_can_be_taken_out_of_a_letter(store: Store) -> None:
    parcel(store, "PW1", LOST)
    parcel(store, "PW2", DAMAGED)
    act(store, 1, "approve")
    agents.act_on_draft(store, 1, "edit", POLICY, NOW, subject="PW1", body="It is gone.", by="lin", letter=[1])
    assert states(store) == {1: "draft", 2: "draft"}
    assert ["PW1" in said(store, 2), said(store, 1)] == [False, "It is gone."]


def test_what_was_sent_by_hand_is_what_was_approved(store: Store) -> None:
    parcel(store, "PW1", LOST)
    act(store, 1, "approve")
    parcel(store, "PW2", DAMAGED)
    act(store, 1, "sent")
    assert states(store) == {1: "sent", 2: "draft"}
    assert "PW1" in drafts.one(store, 1)[1].body
    assert "PW1" not in said(store, 2)


def test_what_gets_worse_after_it_was_sent_is_written_of_alone(store: Store) -> None:
    sought = replace(LOST, sure=Sure.SUSPECTED)
    one = parcel(store, "PW1", sought)
    parcel(store, "PW2", DAMAGED)
    send(store, Way(), 1)
    sure = Checkpoint(NOW + HOUR, NOW + HOUR, Milestone.EXCEPTION, Cause.LOST, text="lost for good")
    hear(store, one, sought, sure, at=NOW + HOUR)
    assert states(store) == {1: "sent", 2: "sent", 3: "draft"}
    assert "PW2" not in said(store, 3)


# --- at most once --------------------------------------------------------------------------------


def test_of_a_letter_that_may_have_arrived_every_draft_waits_for_whoever_looks(store: Store) -> None:
    parcel(store, "PW1", LOST)
    other = parcel(store, "PW2", DAMAGED)
    send(store, Way(lambda: Attempt(Outcome.UNKNOWN, "timeout")), 1)
    assert states(store) == {1: "sending", 2: "sending"}
    with pytest.raises(BadInput, match="may have arrived"):
        send(store, Way(), 2)
    act(store, 2, "sent", NOW + HOUR)
    assert states(store) == {1: "sent", 2: "sent"}
    assert [case.word is not None for case in parcels.dossier(store, other).cases] == [True]


def test_that_nobody_knows_whether_a_letter_arrived_is_told_once_whatever_it_says(store: Store) -> None:
    one = parcel(store, "PW1", LOST)
    other = parcel(store, "PW2", DAMAGED)
    send(store, Way(lambda: Attempt(Outcome.UNKNOWN, "timeout")), 1)
    with store.transaction():
        assess_due(store, POLICY, NOW + HOUR)
    hear(store, other, DAMAGED, at=NOW + DAY)
    hear(store, one, LOST, at=NOW + DAY)
    assert store.all("SELECT draft_id FROM alerts WHERE why = 'unsure'") == [(1,)]


def test_what_became_of_a_letter_can_be_said_when_one_of_its_parcels_was_forgotten(store: Store) -> None:
    parcel(store, "PW1", LOST)
    parcel(store, "PW2", DAMAGED)
    parcel(store, "PW3", HELD)
    send(store, Way(lambda: Attempt(Outcome.UNKNOWN, "timeout")), 1)
    erase.forget(store, "PW1")
    assert [drafts.one(store, draft)[1].joint for draft in (2, 3)] == [(2, 3)] * 2
    erase.forget(store, "PW3")
    act(store, 2, "sent", NOW + HOUR)
    assert (states(store), drafts.one(store, 2)[1].joint) == ({2: "sent"}, ())


def test_a_letter_that_did_not_arrive_says_nothing_of_a_parcel_that_was_forgotten_meanwhile(store: Store) -> None:
    parcel(store, "PW1", LOST)
    parcel(store, "PW2", DAMAGED)
    parcel(store, "PW3", DAMAGED)
    lost = Way(lambda: Attempt(Outcome.UNKNOWN, "timeout"))
    send(store, lost, 1)
    erase.forget(store, "PW1", "PW2")
    (left,) = states(store)
    act(store, left, "approve", NOW + HOUR)
    way = Way()
    send(store, way, left, NOW + HOUR, approve=False)
    assert [("PW3" in got["body"], "erased" in got["subject"] + got["body"]) for got in way] == [(True, False)]


def test_a_letter_that_did_not_leave_is_approved_as_before(store: Store) -> None:
    parcel(store, "PW1", LOST)
    parcel(store, "PW2", DAMAGED)
    send(store, Way(lambda: Attempt(Outcome.REFUSED, "503")), 1)
    assert states(store) == {1: "approved", 2: "approved"}
    way = Way()
    send(store, way, 2, approve=False)
    assert len(way) == 1


class _Killed(BaseException):
    """As if by kill -9: nothing catches it."""


def test_whoever_is_killed_has_moved_all_of_a_letter_or_nothing(tmp_path: Path) -> None:
    def killed() -> Attempt:
        raise _Killed

    with pytest.raises(_Killed), Store.open(blank(tmp_path / "watch.db")) as store:
        one = parcel(store, "PW1", LOST)
        parcel(store, "PW2", DAMAGED)
        act(store, 1, "approve")
        with store.transaction():
            take_step(store, one, LetterAction("send", 1, "lin", joint=(1, 2)), POLICY, NOW)
            assert states(store) == {1: "sending", 2: "sending"}
            raise _Killed
    with pytest.raises(_Killed), Store.open(tmp_path / "watch.db", create=False) as store:
        assert states(store) == {1: "approved", 2: "approved"}
        send(store, Way(killed), 2, approve=False)
    with Store.open(tmp_path / "watch.db", create=False) as store:
        assert states(store) == {1: "sending", 2: "sending"}


# --- what agents and others see ------------------------------------------------------------------


def test_the_message_to_agents_shows_the_letter_as_it_goes_out_once(store: Store) -> None:
    parcel(store, "PW1", LOST)
    parcel(store, "PW2", DAMAGED)
    shown: list[str] = []
    words = Wording(WORDS, {"ops": Characters(100_000)})
    while group := claim(store, NOW + HOUR, (), words):
        shown += [text.body for text in group.said]
        settle(store, group, None, POLICY, NOW + HOUR)
    (message,) = shown
    assert message.count(ALSO) == 1
    assert said(store, 1) in message
    assert all(drafts.one(store, draft)[1].joint == (1, 2) for draft in (1, 2) if drafts.one(store, draft)[1].body)


def messages(store: Store, at: datetime, words: Renderer = WORDS) -> list[str]:
    """What the chat gets by then."""
    got: list[str] = []
    while group := claim(store, at, (), Wording(words, {"ops": Characters(100_000)})):
        got += [text.body for text in group.said]
        settle(store, group, None, POLICY, at)
    return got


def test_an_approval_that_lapses_is_told_once_with_the_draft_that_must_be_read_again(store: Store) -> None:
    one = parcel(store, "PW1", LOST)
    other = parcel(store, "PW2", DAMAGED)
    messages(store, NOW + HOUR)
    act(store, 1, "approve")
    later = NOW + 2 * HOUR
    hear(store, one, LOST, Checkpoint(later, later, Milestone.IN_TRANSIT, text="found"), at=later)
    assert states(store) == {1: "withdrawn", 2: "draft"}
    told = "\n".join(messages(store, later + HOUR))
    assert "Draft D1 is withdrawn" in told
    assert told.count("D2 was approved together with D1, which no longer belongs to it") == 1
    assert "must be read and approved again" in told
    hear(store, other, DAMAGED, at=later + HOUR)
    assert messages(store, later + DAY) == []


def test_that_an_approval_lapsed_is_told_in_the_agents_language_also_when_an_agent_dropped_the_other(
    store: Store,
) -> None:
    parcel(store, "PW1", LOST)
    parcel(store, "PW2", DAMAGED)
    messages(store, NOW + HOUR)
    act(store, 1, "approve")
    act(store, 2, "discard", NOW + 2 * HOUR)
    (told,) = messages(store, NOW + 3 * HOUR, Renderer(agent_language="zh-CN"))
    assert "草稿 D1 原与 D2 一同批准" in told


def test_a_draft_written_anew_for_another_parcel_brings_the_letter_whose_approval_lapsed_once(store: Store) -> None:
    parcel(store, "PW1", LOST)
    parcel(store, "PW2", DAMAGED)
    messages(store, NOW + HOUR)
    act(store, 1, "approve")
    parcel(store, "PW3", LOST, at=NOW + 2 * HOUR)
    assert states(store) == {1: "superseded", 2: "draft", 3: "draft"}
    told = "\n".join(messages(store, NOW + 3 * HOUR))
    assert told.count("D2 was approved together with D1") == 1
    assert told.count("----- subject -----") == 1
    assert said(store, 2) == said(store, 3)
    assert said(store, 2) in told


def test_an_approval_that_lapses_and_is_given_again_before_the_chat_heard_is_no_news(store: Store) -> None:
    parcel(store, "PW1", LOST)
    parcel(store, "PW2", DAMAGED)
    messages(store, NOW + HOUR)
    act(store, 1, "approve")
    act(store, 2, "discard", NOW + 2 * HOUR)
    act(store, 1, "approve", NOW + 2 * HOUR)
    assert not any("approved together with" in told for told in messages(store, NOW + 3 * HOUR))


def test_what_joins_an_approved_letter_says_that_it_wants_to_be_read_again(store: Store) -> None:
    parcel(store, "PW1", LOST)
    parcel(store, "PW2", DAMAGED)
    messages(store, NOW + HOUR)
    act(store, 1, "approve")
    parcel(store, "PW3", HELD, at=NOW + 2 * HOUR)
    (told,) = messages(store, NOW + 3 * HOUR)
    assert "D1, D2 were approved before the letter said all of this: it must be read and approved again." in told


def test_nobody_sends_what_joined_a_letter_after_it_was_shown_without_having_read_it(store: Store) -> None:
    parcel(store, "PW1", LOST)
    parcel(store, "PW2", DAMAGED)
    messages(store, NOW + HOUR)
    parcel(store, "PW3", HELD, at=NOW + 2 * HOUR)
    way = Way()
    with pytest.raises(BadInput, match=r"draft 3 has joined the letter of draft 1 .*`parcelwatch drafts show 1`"):
        send(store, way, 1, NOW + 2 * HOUR)
    assert (list(way), set(states(store).values())) == ([], {"draft"})
    messages(store, NOW + 3 * HOUR)
    send(store, way, 1, NOW + 3 * HOUR)
    assert len(way) == 1


def test_the_report_counts_letters_as_customers_get_them(store: Store) -> None:
    parcel(store, "PW1", LOST)
    parcel(store, "PW2", DAMAGED)
    parcel(store, "PW3", LOST, order=replace(ANN, number="A-2"))
    for draft in (1, 3):
        send(store, Way(), draft)
    counts = report.figures(store, NOW, NOW + HOUR).counts
    assert {name: counts[name] for name in ("drafted", "approved", "sent")} == {"drafted": 3, "approved": 2, "sent": 2}


def test_a_forgotten_parcel_is_in_no_letter_that_is_still_to_go(store: Store) -> None:
    parcel(store, "PW1", LOST)
    parcel(store, "PW2", DAMAGED)
    act(store, 1, "approve")
    erase.forget(store, "PW1")
    assert states(store) == {2: "draft"}
    assert "PW1" not in "".join(map(str, store.all("SELECT subject, body, joint FROM drafts")[0]))


def test_an_approval_that_lapses_as_a_parcel_is_forgotten_is_told_once_whatever_is_left_of_the_letter(
    store: Store,
) -> None:
    for number, scan in (("PW1", LOST), ("PW2", DAMAGED), ("PW3", DAMAGED)):
        parcel(store, number, scan)
    messages(store, NOW + HOUR)
    act(store, 1, "approve")
    (several,) = [one for one, state in states(store).items() if state == "approved" and one != 1]
    for gone, at in (("PW1", NOW + 2 * HOUR), ("PW2", NOW + 3 * HOUR)):
        assert list(erasing.forget(store, gone, policy=POLICY, now=at).lapsed) == [several]
        last = drafts.events(store, several)[-1]
        assert (last["before"], last["after"], last["fact"].says) == ("approved", "draft", Form.LETTER_PARTED)
        told = "\n".join(messages(store, at))
        named = "together with D1, which" if gone == "PW1" else "when it also said what"
        assert told.count(f"D{several} was approved {named} no longer belongs to it") == 1
        assert gone not in told
        assert messages(store, at + HOUR) == []
        act(store, several, "approve", at)
    assert "PW3" in said(store, several)


def test_a_shop_s_own_template_of_the_same_blocks_is_said_with_others_and_any_other_is_a_letter_by_itself(
    store: Store, tmp_path: Path
) -> None:
    parcel(store, "PW1", LOST)
    parcel(store, "PW2", DAMAGED)
    own = tmp_path / "own" / "en" / "letters"
    own.mkdir(parents=True)
    blocks = '{% extends "_letter.txt.j2" %}{% block subject %}x{% endblock %}'
    (own / "lost.txt.j2").write_text(blocks + "{% block happened %}alas, {{ number }} is gone.{% endblock %}")
    body = said(store, 2, Renderer(templates=tmp_path / "own"))
    assert re.search(r"Hello Ann,\n\nalas, PW1 is gone\.\n\nWe can .+\n\nThere is news .* PW2 ", body, re.DOTALL)
    (own / "lost.txt.j2").write_text("Subject: {{ number }}\n\nDear {{ name }}, gone.\n")
    words = Renderer(templates=tmp_path / "own")
    assert [[one.id for one in letter_of(store, draft, words)] for draft in (1, 2)] == [[1], [2]]
    assert said(store, 1, words) == "Dear Ann, gone."
