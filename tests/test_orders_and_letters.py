"""Parcels and orders, many to many: whom a letter is for, whatever the shop says later."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from parcelwatch.core.drafts import MOST, parts
from parcelwatch.core.policy import Policy
from parcelwatch.errors import DeliveryFailed
from parcelwatch.ingest import Heard, assess_due, ingest, take_step, watch
from parcelwatch.model import (
    Announced,
    Answered,
    Cause,
    Checkpoint,
    DraftState,
    Form,
    LetterAction,
    Milestone,
    Order,
    Parcel,
    Sure,
    Why,
)
from parcelwatch.store import Store, alerts, cases, drafts, outbox, parcels
from parcelwatch.store.rows import to_ms
from parcelwatch.telling.settle import settle
from parcelwatch.verbs import agents, letters
from parcelwatch.wording.render import Renderer
from tests.databases import blank

NOW = datetime(2026, 3, 2, 8, 0, tzinfo=UTC)
HOUR = timedelta(hours=1)
POLICY = Policy(profile="china", channels=("ops",), draft_channel="ops")
LOST = Checkpoint(NOW, NOW, Milestone.EXCEPTION, Cause.LOST, text="lost")
ANN = Order("A-1", customer_name="Ann", customer_contact="ann@example.com")
BOB = Order("A-1", customer_name="Bob", customer_contact="bob@example.com")


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with Store.open(blank(tmp_path / "watch.db")) as opened:
        yield opened


def said(store: Store, number: str, *orders: Order, at: datetime = NOW) -> int:
    """The shop says which orders are in a parcel."""
    with store.transaction():
        return watch(store, Parcel(0, number, "acme", at, orders=orders), POLICY, at).id


def hear(store: Store, parcel_id: int, *scans: Checkpoint, at: datetime = NOW) -> None:
    with store.transaction():
        ingest(store, [Heard(parcel_id, Answered("", scans), at)], POLICY)


def look(store: Store, at: datetime) -> None:
    with store.transaction():
        assess_due(store, POLICY, at)


def unsent(store: Store) -> list[tuple[str, str | None, list[object]]]:
    """The order, the addressee and the parcels of every letter that may still be sent."""
    return [
        (row["order"], row["to"], [part["number"] for part in parts(row["draft"].facts)])
        for row in drafts.rows(store)
        if row["draft"].unsent
    ]


def test_a_letter_about_two_parcels_is_written_once_more_to_whoever_the_customer_is_now(store: Store) -> None:
    one, other = said(store, "PW1", ANN), said(store, "PW2", ANN)
    hear(store, one, LOST)
    hear(store, other, LOST)
    said(store, "PW1", BOB, at=NOW + HOUR)
    assert unsent(store) == [("A-1", "bob@example.com", ["PW2", "PW1"])]
    before = store.value("SELECT count(*) FROM drafts")
    for hours in range(2, 6):
        look(store, NOW + hours * HOUR)
        hear(store, one, LOST, at=NOW + hours * HOUR)
        hear(store, other, LOST, at=NOW + hours * HOUR)
    assert store.value("SELECT count(*) FROM drafts") == before


def test_another_parcel_does_not_join_a_letter_to_whoever_was_the_customer_before(store: Store) -> None:
    one, other = said(store, "PW1", ANN), said(store, "PW2", ANN)
    hear(store, one, LOST)
    said(store, "PW2", BOB, at=NOW + HOUR)
    hear(store, other, LOST, at=NOW + HOUR)
    assert ("A-1", "bob@example.com", ["PW2"]) in unsent(store)
    look(store, NOW + 2 * HOUR)
    assert unsent(store) == [("A-1", "bob@example.com", ["PW2", "PW1"])]


@pytest.mark.parametrize("named", [ANN, Order("A-1")], ids=["named again", "not named again"])
def test_a_letter_is_not_written_twice_when_its_order_gets_a_number(store: Store, named: Order) -> None:
    parcel = said(store, "PW1", Order(customer_name="Ann", customer_contact="ann@example.com"))
    hear(store, parcel, LOST)
    said(store, "PW1", named, at=NOW + HOUR)
    hear(store, parcel, LOST, at=NOW + 2 * HOUR)
    assert unsent(store) == [("A-1", "ann@example.com", ["PW1"])]
    assert store.all("SELECT d.order_id = o.id FROM drafts d, orders o") == [(1,)]


@pytest.mark.parametrize("before", [(), (Order(customer_name="Ann", customer_contact="ann@example.com"),)])
def test_a_letter_from_before_its_order_had_a_number_is_withdrawn_when_the_order_is_another_buyers(
    store: Store, before: tuple[Order, ...]
) -> None:
    parcel = said(store, "PW1", *before)
    hear(store, parcel, LOST)
    said(store, "PW1", BOB, at=NOW + HOUR)
    hear(store, parcel, LOST, at=NOW + 2 * HOUR)
    assert unsent(store) == [("A-1", "bob@example.com", ["PW1"])]


def test_one_parcel_more_has_the_others_of_its_order_looked_at_only_if_the_order_changed(store: Store) -> None:
    one = said(store, "PW1", ANN)
    hear(store, one, LOST)
    due = "SELECT assess_at FROM parcels WHERE number = 'PW1'"
    before = store.value(due)
    said(store, "PW2", ANN, at=NOW + HOUR)
    said(store, "PW3", Order("A-1"), at=NOW + HOUR)
    assert store.value(due) == before
    said(store, "PW4", Order("A-1", value=40.0), at=NOW + HOUR)
    assert store.value(due) == to_ms(NOW + HOUR)
    assert store.all("SELECT value FROM parcels") == [(40.0,)] * 4


def test_trouble_that_came_again_while_its_first_alert_was_failing_is_told_once(store: Store) -> None:
    parcel = said(store, "PW1", ANN)
    hear(store, parcel, LOST)
    with store.transaction():
        group = outbox.claim(store, NOW, NOW + HOUR)
    assert group is not None
    found = Checkpoint(NOW + HOUR, NOW + HOUR, Milestone.IN_TRANSIT, text="found")
    again = Checkpoint(NOW + 2 * HOUR, NOW + 2 * HOUR, Milestone.EXCEPTION, Cause.LOST, text="lost again")
    hear(store, parcel, LOST, found, at=NOW + HOUR)
    hear(store, parcel, LOST, found, again, at=NOW + 2 * HOUR)
    settle(store, group, DeliveryFailed("503"), POLICY, NOW + 3 * HOUR)
    told = [row.out.why for row in alerts.rows(store) if not row.out.draft and row.state != "suppressed"]
    assert told == [Why.REOPENED]


def test_the_message_about_a_letter_names_the_parcel_that_is_left_in_it(store: Store) -> None:
    one, other = said(store, "PW1", ANN), said(store, "PW2", ANN)
    hear(store, one, LOST)
    hear(store, other, LOST)
    found = Checkpoint(NOW + HOUR, NOW + HOUR, Milestone.IN_TRANSIT, text="found")
    hear(store, one, LOST, found, at=NOW + 2 * HOUR)
    assert unsent(store) == [("A-1", "ann@example.com", ["PW2"])]
    last = alerts.rows(store)[-1].out
    assert (last.why, last.number, last.case_id) == (Why.DRAFTED, "PW2", store.value(_CASE_OF, (other,)))


def test_a_draft_in_the_chat_says_what_else_waits_for_the_same_customer_in_one_letter(store: Store) -> None:
    one, other = said(store, "PW1", ANN), said(store, "PW2", ANN)
    third = said(store, "PW3", replace(BOB, number="B-2"))
    hear(store, one, LOST)
    hear(store, other, replace(LOST, cause=Cause.DAMAGED, text="damaged"))
    hear(store, third, LOST)
    brought = [row.out for row in alerts.rows(store) if row.out.why is Why.DRAFTED]
    others = {out.number: [one.id for one in alerts.whole(store, out).about.others] for out in brought}
    assert others == {"PW1": [2], "PW2": [1], "PW3": []}
    said_there = Renderer().alert(alerts.whole(store, brought[0]), NOW).body
    assert "One letter with D2: approving or sending one does so to all of it." in said_there
    assert "PW1" in said_there
    assert "There is news about another parcel of your order too." in said_there
    agents.act_on_draft(store, 2, "edit", POLICY, NOW, subject="Sorry", body="It broke.", by="lin", letter=[2])
    said_there = Renderer().alert(alerts.whole(store, brought[0]), NOW).body
    assert "Also waiting for this customer, as a letter by itself: D2." in said_there
    assert "broke" not in said_there


def deliver(store: Store) -> None:
    """Agents get all that waits for them."""
    for _ in range(10):
        with store.transaction():
            group = outbox.claim(store, NOW, NOW + HOUR)
        if group is None:
            return
        settle(store, group, None, POLICY, NOW)


def instead(store: Store) -> dict[str, list[str | None]]:
    """To whom the letters go that agents are told to send in place of a withdrawn one, by its addressee."""
    outs = [alerts.whole(store, row.out) for row in alerts.rows(store) if row.out.why is Why.WITHDRAWN]
    to = {row["id"]: row["to"] for row in drafts.rows(store)}
    return {out.letter.to_contact: [to[one] for one in out.about.drafts] for out in outs if out.letter}


def test_in_place_of_a_withdrawn_letter_goes_no_other_customer_s(store: Store) -> None:
    parcel = said(store, "PW1", ANN, replace(BOB, number="B-2"))
    unsure = replace(LOST, sure=Sure.SUSPECTED, text="searched for")
    hear(store, parcel, unsure)
    deliver(store)
    hear(store, parcel, unsure, replace(LOST, occurred_at=NOW + HOUR, occurred_until=NOW + HOUR), at=NOW + 2 * HOUR)
    assert instead(store) == {one: [one] for one in ("ann@example.com", "bob@example.com")}


def test_in_place_of_a_letter_to_a_former_customer_goes_none(store: Store) -> None:
    parcel = said(store, "PW1", ANN, replace(BOB, number="B-2"))
    hear(store, parcel, LOST)
    deliver(store)
    said(store, "PW1", replace(ANN, customer_name="Carl", customer_contact="carl@example.com"), at=NOW + HOUR)
    assert ("A-1", "carl@example.com", ["PW1"]) in unsent(store)
    assert instead(store) == {"ann@example.com": []}


_CASE_OF = "SELECT id FROM cases WHERE parcel_id = ?"


def test_nobody_is_told_of_a_parcel_that_was_stopped(store: Store) -> None:
    parcel = said(store, "PW1", replace(ANN, promised_by=NOW + 900 * HOUR))
    moved = Checkpoint(NOW, NOW, Milestone.IN_TRANSIT, text="moved")
    hear(store, parcel, moved, at=NOW + 20 * HOUR)
    with store.transaction():
        agents.stop(store, parcels.one(store, parcel), POLICY, NOW + 21 * HOUR)
    said(store, "PW1", replace(ANN, promised_by=NOW + 2 * HOUR), at=NOW + 22 * HOUR)
    hear(store, parcel, moved, replace(LOST, occurred_at=NOW + HOUR, occurred_until=NOW + HOUR), at=NOW + 23 * HOUR)
    assert alerts.rows(store) == []
    with store.transaction():
        parcels.resume(store, parcel, NOW + 24 * HOUR)
    hear(store, parcel, moved, replace(LOST, occurred_at=NOW + HOUR, occurred_until=NOW + HOUR), at=NOW + 24 * HOUR)
    assert {row.out.kind for row in alerts.rows(store)} == {"lost"}


def test_a_letter_is_about_no_more_parcels_than_anybody_reads(store: Store) -> None:
    for number in range(MOST + 2):
        hear(store, said(store, f"PW{number}", ANN), LOST)
    assert [len(about) for *_, about in unsent(store)] == [MOST, 2]
    pushed = [row.out.letter for row in alerts.rows(store, "pending") if row.out.draft]
    assert [len(parts(one.facts)) for one in pushed if one] == [MOST, 2]


def test_a_buyer_named_without_an_order_is_nobodys_where_a_parcel_holds_the_orders_of_several(store: Store) -> None:
    other = Order("B-1", customer_name="Bob", customer_contact="bob@example.com")
    hear(store, said(store, "PW1", ANN, other), LOST)
    before = unsent(store)
    said(store, "PW1", Order(customer_contact="bob2@example.com", value=9.0), at=NOW + HOUR)
    assert unsent(store) == before
    assert parcels.one(store, 1).value == 9.0


def test_a_letter_that_names_the_promised_day_is_written_anew_when_the_shop_promises_another(store: Store) -> None:
    promised = [Order("A-1", customer_name="Ann", promised_by=NOW + days * 24 * HOUR) for days in (1, 2, 9)]
    parcel = said(store, "PW1", promised[0])
    moving = Checkpoint(NOW, NOW, Milestone.IN_TRANSIT)
    hear(store, parcel, moving)
    hear(store, parcel, moving, at=NOW + 49 * HOUR)
    said(store, "PW1", promised[1], at=NOW + 50 * HOUR)
    late = [row["draft"] for row in drafts.rows(store) if row["kind"] == "late"]
    assert [(one.state, one.facts["promised_by"]) for one in late] == [
        ("withdrawn", "2026-03-03T08:00:00Z"),
        ("draft", "2026-03-04T08:00:00Z"),
    ]
    says = drafts.events(store, late[0].id or 0)[-1]["fact"].says
    assert says is Form.PROMISE_CHANGED
    said(store, "PW1", promised[2], at=NOW + 51 * HOUR)
    assert [row["draft"] for row in drafts.rows(store) if row["kind"] == "late" and row["draft"].unsent] == []


def being_sent_about_two(store: Store) -> tuple[int, list[int]]:
    """A letter about two parcels of one order that was given to its channel, which did not answer; and the parcels."""
    known = [said(store, number, ANN) for number in ("PW1", "PW2")]
    for parcel in known:
        hear(store, parcel, LOST)
    letter = drafts.rows(store, "draft")[0]["id"]
    for verb in ("approve", "send"):
        act(store, letter, verb)
    return letter, known


def act(store: Store, letter: int, verb: str, at: datetime = NOW) -> None:
    parcel, _ = drafts.one(store, letter)
    with store.transaction():
        take_step(store, parcel, LetterAction(verb, letter, "lin"), POLICY, at)


FOUND = Checkpoint(NOW + HOUR, NOW + HOUR, Milestone.IN_TRANSIT, text="found")


def test_what_follows_a_letter_about_several_parcels_is_written_for_all_once_it_is_known_to_have_arrived(
    store: Store,
) -> None:
    letter, known = being_sent_about_two(store)
    for parcel in known:
        hear(store, parcel, LOST, FOUND, at=NOW + 2 * HOUR)
    assert unsent(store) == []
    act(store, letter, "sent", NOW + 3 * HOUR)
    assert unsent(store) == [("A-1", "ann@example.com", ["PW1", "PW2"])]
    look(store, NOW + 4 * HOUR)
    act(store, letter, "sent", NOW + 5 * HOUR)
    assert unsent(store) == [("A-1", "ann@example.com", ["PW1", "PW2"])]


def test_what_follows_a_letter_is_written_for_the_other_parcel_alone_where_only_that_one_moved(store: Store) -> None:
    letter, (_, other) = being_sent_about_two(store)
    hear(store, other, LOST, FOUND, at=NOW + 2 * HOUR)
    act(store, letter, "sent", NOW + 3 * HOUR)
    assert unsent(store) == [("A-1", "ann@example.com", ["PW2"])]


def test_a_letter_that_did_not_arrive_is_taken_back_at_once_where_it_is_untrue_of_another_parcel(store: Store) -> None:
    letter, (_, other) = being_sent_about_two(store)
    hear(store, other, LOST, FOUND, at=NOW + 2 * HOUR)
    act(store, letter, "unsent", NOW + 3 * HOUR)
    assert drafts.one(store, letter)[1].state is DraftState.WITHDRAWN
    assert unsent(store) == [("A-1", "ann@example.com", ["PW1"])]


@pytest.mark.parametrize(
    ("language", "said_of_it"),
    [
        (
            "en",
            "promise of 4 Mar 08:00, 5 days over; last scan: “sorted”, Chengdu, 2 Mar 08:00",
        ),
        ("zh-CN", "仍未签收；最近一条：3月2日 08:00 Chengdu “sorted”"),
    ],
)
def test_who_hears_that_a_silent_parcel_is_late_hears_where_it_was_last(
    store: Store, language: str, said_of_it: str
) -> None:
    parcel = said(store, "PW1", replace(ANN, promised_by=NOW + 48 * HOUR))
    sorted_there = Checkpoint(NOW, NOW, Milestone.IN_TRANSIT, text="sorted", place="Chengdu")
    for hours in (1, 168):
        hear(store, parcel, sorted_there, at=NOW + hours * HOUR)
    agents_note = Checkpoint(NOW + HOUR, NOW + HOUR, Milestone.IN_TRANSIT, text="asked", by="lin")
    hear(store, parcel, sorted_there, agents_note, at=NOW + 169 * HOUR)
    told = {row.out.kind: row.out for row in alerts.rows(store) if not row.out.draft and row.state == "pending"}
    assert list(told) == ["late"]
    assert said_of_it in Renderer(agent_language=language).alert(told["late"], NOW + 168 * HOUR).body
    assert {row.case.kind: row.case.hidden_by for row in cases.rows(store, NOW)} == {"late": "", "stalled": "late"}


@pytest.mark.parametrize("troubled_first", [True, False])
def test_an_order_that_is_told_of_a_peak_is_not_counted_among_those_that_are_not(
    store: Store, *, troubled_first: bool
) -> None:
    moving = Checkpoint(NOW, NOW, Milestone.IN_TRANSIT, text="sorted")
    for number, scan in zip(("PW1", "PW2"), (LOST, moving) if troubled_first else (moving, LOST), strict=True):
        hear(store, said(store, number, ANN), scan)
    peak = Announced("Double 11", NOW + 24 * HOUR, NOW + 48 * HOUR)
    made = letters.announce(store, peak, POLICY, NOW + HOUR)
    assert (made.written, made.left_out) == (1, {})
    made = letters.announce(store, peak, POLICY, NOW + 2 * HOUR)
    assert (made.written, made.left_out) == (0, {"announced": 1})


def withdrawn(store: Store, language: str = "en") -> str:
    """What the one message says that is to tell of a withdrawn draft."""
    (out,) = (alerts.whole(store, row.out) for row in alerts.rows(store) if row.out.why is Why.WITHDRAWN)
    return Renderer(agent_language=language).alert(out, NOW + 3 * HOUR).body.partition("\n")[0]


@pytest.mark.parametrize(
    ("language", "waits", "sent"),
    [
        ("en", "D2 is its letter now. If the customer has it already, D2 need not go.", "D2 is its letter now."),
        ("zh-CN", "现以草稿 D2 为准。如已发给买家，草稿 D2 不必再发。", "现以草稿 D2 为准。"),
    ],
)
def test_a_withdrawal_that_waits_says_how_its_case_stands_by_then(
    store: Store, language: str, waits: str, sent: str
) -> None:
    hear(store, said(store, "PW1", ANN), LOST)
    deliver(store)
    agents.act_on_case(store, 1, "resolve", POLICY, NOW + HOUR, by="lin")
    closed = withdrawn(store, language)
    agents.act_on_case(store, 1, "reopen", POLICY, NOW + HOUR, by="lin")
    assert withdrawn(store, language).endswith(waits)
    for verb in ("approve", "sent"):
        agents.act_on_draft(store, 2, verb, POLICY, NOW + 2 * HOUR, subject="", body="", by="lin")
    assert withdrawn(store, language).endswith(sent)
    agents.act_on_case(store, 1, "resolve", POLICY, NOW + 2 * HOUR, by="lin")
    assert withdrawn(store, language) == closed


def test_a_withdrawal_for_worse_trouble_that_is_over_by_then_says_which_letter_is_true(store: Store) -> None:
    late = replace(ANN, promised_by=NOW - HOUR)
    seen = Checkpoint(NOW - 5 * HOUR, NOW - 5 * HOUR, Milestone.IN_TRANSIT, text="seen")
    parcel = said(store, "PW1", late)
    hear(store, parcel, seen)
    deliver(store)
    hear(store, parcel, seen, LOST, at=NOW + HOUR)
    assert "The parcel is worse off: lost" in withdrawn(store)
    back = Checkpoint(NOW + 2 * HOUR, NOW + 2 * HOUR, Milestone.IN_TRANSIT, text="found")
    hear(store, parcel, seen, LOST, back, at=NOW + 3 * HOUR)
    assert withdrawn(store) == "Draft D1 is withdrawn, do not send it. Its case stands again."
