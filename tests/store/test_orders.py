"""Orders and the parcels they are in, many to many: whose a letter is, what it is about, and forgetting a buyer."""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from parcelwatch.core.drafts import Wording
from parcelwatch.core.messaging.messages import Characters
from parcelwatch.core.policy import Policy
from parcelwatch.errors import NotFound
from parcelwatch.ingest import take_step, watch
from parcelwatch.model import Answered, Cause, Checkpoint, Form, Milestone
from parcelwatch.shapes import draft as shape
from parcelwatch.store import Store, alerts, audit, drafts, orders, parcels
from parcelwatch.store.erase import forget_order
from parcelwatch.telling.deliver import Wording as Words
from parcelwatch.telling.deliver import claim
from parcelwatch.telling.settle import settle
from parcelwatch.verbs import agents
from parcelwatch.wording.render import Renderer
from tests.store.making import HOUR, MINUTE, NOW, parcel

RENDERER = Renderer()
WORDS = Words(RENDERER, {"ops": Characters(100_000), "drafts": Characters(100_000)})
POLICY = Policy(channels=("ops",), draft_channel="drafts", wording=Wording(shop="Nordlicht", languages=("en",)))
ANN: dict[str, Any] = {"customer_name": "Ann Larsen", "customer_contact": "ann@example.org"}
BOB: dict[str, Any] = {"customer_name": "Bob Okafor", "customer_contact": "bob@example.org"}


def scan(hours_ago: float, milestone: Milestone, cause: Cause | None = None, text: str = "as it says") -> Checkpoint:
    at = NOW - timedelta(hours=hours_ago)
    return Checkpoint(at, at, milestone, cause, "", text, "Leipzig")


MOVES = scan(9, Milestone.IN_TRANSIT)
BROKEN = scan(5, Milestone.EXCEPTION, Cause.DAMAGED, "Contents broken")
LOST = scan(5, Milestone.EXCEPTION, Cause.LOST, "Declared lost")
FOUND = scan(1, Milestone.IN_TRANSIT, None, "Arrived at hub")


def bought(store: Store, number: str, order: str, at: datetime = NOW, **said: Any) -> int:
    """A row of an import: the parcel's id."""
    with store.transaction():
        return watch(store, parcel(number, order=order, **said), POLICY, at).id


def hears(store: Store, parcel_id: int, *said: Checkpoint, at: datetime = NOW) -> None:
    with store.transaction():
        take_step(store, parcel_id, Answered(f"{parcel_id}", said), POLICY, at)


def approves(store: Store, draft: dict[str, Any]) -> None:
    """An agent says yes to the words that were shown."""
    agents.act_on_draft(
        store, draft["id"], "approve", POLICY, NOW + MINUTE, subject=draft["subject"], body=draft["body"], by="lin"
    )


def marks_sent(store: Store, draft: dict[str, Any]) -> None:
    agents.act_on_draft(
        store, draft["id"], "sent", POLICY, NOW + MINUTE, subject=draft["subject"], body=draft["body"], by="lin"
    )


def letters(store: Store, *states: str) -> list[dict[str, Any]]:
    """Letters with their words, oldest first; those not sent unless others are asked for."""
    return [shape(row, RENDERER) for row in drafts.rows(store) if row["state"] in (states or ("draft", "approved"))]


def sends_all(store: Store, at: datetime = NOW + MINUTE) -> list[str]:
    """Everything that waits goes out; what was said."""
    said: list[str] = []
    while group := claim(store, at, (), WORDS):
        (text,) = group.said
        said.append(f"{text.title}\n{text.body}")
        settle(store, group, None, POLICY, at)
    return said


def orders_of(store: Store, parcel_id: int) -> list[str]:
    return [order.number for order in orders.of(store, parcel_id)]


def on_disk(path: Path) -> bytes:
    return b"".join(one.read_bytes() for one in path.parent.iterdir())


# --- one parcel, several orders ------------------------------------------------------------------


def test_a_second_order_of_a_parcel_is_joined_to_it_and_the_first_one_stays(store: Store) -> None:
    first = bought(store, "PW1", "A-1001", **ANN)
    second = bought(store, "PW1", "A-1002", **BOB)
    assert first == second
    assert orders_of(store, first) == ["A-1001", "A-1002"]
    assert [order.customer_name for order in orders.of(store, first)] == ["Ann Larsen", "Bob Okafor"]


@pytest.mark.parametrize("late", [True, False], ids=["joined after the trouble", "joined before it"])
def test_each_buyer_is_written_to_and_learns_nothing_of_the_other(store: Store, late: bool) -> None:
    one = bought(store, "PW1", "A-1001", **ANN)
    if late:
        hears(store, one, MOVES, BROKEN)
    bought(store, "PW1", "A-1002", at=NOW + HOUR, **BOB)
    if not late:
        hears(store, one, MOVES, BROKEN, at=NOW + HOUR)
    to_ann, to_bob = letters(store)
    assert (to_ann["to"], to_ann["order"]) == ("ann@example.org", "A-1001")
    assert (to_bob["to"], to_bob["order"]) == ("bob@example.org", "A-1002")
    for mine, others in ((to_ann, ("Bob", "A-1002", "bob@")), (to_bob, ("Ann", "A-1001", "ann@"))):
        text = mine["subject"] + mine["body"]
        assert not [word for word in others if word in text]
        assert mine["order"] in text
    assert "Ann Larsen" in to_ann["body"]
    assert "Bob Okafor" in to_bob["body"]


def test_an_approved_letter_keeps_its_addressee_when_another_order_joins(store: Store) -> None:
    one = bought(store, "PW1", "A-1001", **ANN)
    hears(store, one, MOVES, BROKEN)
    (draft,) = letters(store)
    approves(store, draft)
    bought(store, "PW1", "A-1002", at=NOW + 2 * HOUR, **BOB)
    to_ann, to_bob = letters(store)
    assert (to_ann["id"], to_ann["state"], to_ann["to"]) == (draft["id"], "approved", "ann@example.org")
    assert (to_bob["state"], to_bob["to"]) == ("draft", "bob@example.org")


def test_the_same_row_again_joins_nothing_twice(store: Store) -> None:
    for _ in range(2):
        one = bought(store, "PW1", "A-1001", **ANN)
        bought(store, "PW1", "A-1002", **BOB)
    assert orders_of(store, one) == ["A-1001", "A-1002"]
    assert [row["order"] for row in orders.rows(store)] == ["A-1001", "A-1002"]


def test_an_order_has_several_parcels_and_what_is_learned_with_one_holds_for_all(store: Store) -> None:
    one, two = bought(store, "PW1", "A-1001", **ANN), bought(store, "PW2", "A-1001", value=90.0)
    (row,) = orders.rows(store)
    assert (row["order"], row["parcels"], row["customer"], row["value"]) == ("A-1001", ["PW1", "PW2"], "Ann Larsen", 90)
    assert orders.of(store, one) == orders.of(store, two)
    assert orders.parcels_of(store, "A-1001") == [one, two]
    assert orders.parcels_of(store, "") == []


# --- one letter about several parcels ------------------------------------------------------------


def test_several_parcels_of_one_order_have_one_letter_that_names_them_all(store: Store) -> None:
    ids = [bought(store, f"PW{at}", "A-1001", **ANN) for at in (1, 2, 3)]
    for parcel_id in ids:
        hears(store, parcel_id, MOVES, BROKEN)
    (letter,) = letters(store)
    text = letter["subject"] + letter["body"]
    assert [number for number in ("PW1", "PW2", "PW3") if number not in text] == []
    assert len(letters(store, "superseded")) == 2


def test_parcels_of_different_orders_share_no_letter_nor_do_different_troubles(store: Store) -> None:
    hears(store, bought(store, "PW1", "A-1001", **ANN), MOVES, BROKEN)
    hears(store, bought(store, "PW2", "A-1002", **ANN), MOVES, BROKEN)
    hears(store, bought(store, "PW3", "A-1001", **ANN), MOVES, LOST)
    assert [(one["order"], one["kind"]) for one in letters(store)] == [
        ("A-1001", "damaged"),
        ("A-1002", "damaged"),
        ("A-1001", "lost"),
    ]
    assert "PW3" not in letters(store)[0]["body"]


def test_parcels_without_an_order_number_share_no_letter(store: Store) -> None:
    for number in ("PW1", "PW2"):
        hears(store, bought(store, number, "", **ANN), MOVES, BROKEN)
    assert [one["number"] for one in letters(store)] == ["PW1", "PW2"]


@pytest.mark.parametrize("found", [0, 1], ids=["the first", "the second"])
def test_when_one_of_them_is_found_the_letter_is_written_anew_about_the_other(store: Store, found: int) -> None:
    ids = [bought(store, number, "A-1001", **ANN) for number in ("PW1", "PW2")]
    for parcel_id in ids:
        hears(store, parcel_id, MOVES, LOST)
    hears(store, ids[found], MOVES, LOST, FOUND, at=NOW + HOUR)
    (letter,) = letters(store)
    gone, left = ("PW1", "PW2") if found == 0 else ("PW2", "PW1")
    text = letter["subject"] + letter["body"]
    assert (letter["number"], left in text, gone in text) == (left, True, False)
    assert letter["state"] == "draft"


def test_when_all_of_them_are_found_no_letter_is_left(store: Store) -> None:
    ids = [bought(store, number, "A-1001", **ANN) for number in ("PW1", "PW2")]
    for parcel_id in ids:
        hears(store, parcel_id, MOVES, LOST)
    for parcel_id in ids:
        hears(store, parcel_id, MOVES, LOST, FOUND, at=NOW + HOUR)
    assert letters(store) == []


def test_a_yes_to_one_parcel_is_no_yes_to_two(store: Store) -> None:
    one, two = (bought(store, number, "A-1001", **ANN) for number in ("PW1", "PW2"))
    hears(store, one, MOVES, BROKEN)
    (draft,) = letters(store)
    approves(store, draft)
    hears(store, two, MOVES, BROKEN, at=NOW + 2 * HOUR)
    (joint,) = letters(store)
    assert joint["state"] == "draft"
    assert all(number in joint["body"] for number in ("PW1", "PW2"))


def test_a_joint_letter_can_be_approved_and_marked_as_sent(store: Store) -> None:
    one, two = (bought(store, number, "A-1001", **ANN) for number in ("PW1", "PW2"))
    for parcel_id in (one, two):
        hears(store, parcel_id, MOVES, BROKEN)
    (draft,) = letters(store)
    approves(store, draft)
    marks_sent(store, draft)
    (sent,) = letters(store, "sent")
    assert all(number in sent["body"] for number in ("PW1", "PW2"))
    assert letters(store) == []


# --- another buyer -------------------------------------------------------------------------------


@pytest.mark.parametrize("approved", [False, True])
def test_an_order_that_has_another_buyer_by_now_takes_back_its_letter_and_has_another(
    store: Store, approved: bool
) -> None:
    one = bought(store, "PW1", "A-1001", **ANN)
    hears(store, one, MOVES, BROKEN)
    (old,) = letters(store)
    if approved:
        approves(store, old)
    bought(store, "PW1", "A-1001", at=NOW + 2 * HOUR, **BOB)
    (gone,) = letters(store, "withdrawn")
    assert (gone["id"], gone["to"]) == (old["id"], "ann@example.org")
    assert drafts.events(store, old["id"])[-1]["fact"].says is Form.CUSTOMER_CHANGED
    (new,) = letters(store)
    assert (new["to"], new["state"]) == ("bob@example.org", "draft")
    assert "Bob Okafor" in new["body"]
    assert "Ann" not in new["body"]


def test_a_letter_that_was_sent_stays_what_it_was(store: Store) -> None:
    one = bought(store, "PW1", "A-1001", **ANN)
    hears(store, one, MOVES, BROKEN)
    (old,) = letters(store)
    approves(store, old)
    marks_sent(store, old)
    bought(store, "PW1", "A-1001", at=NOW + 2 * HOUR, **BOB)
    assert [(row["to"], row["state"]) for row in letters(store, "sent")] == [("ann@example.org", "sent")]


def test_news_of_the_order_that_is_not_about_its_buyer_leaves_the_letter(store: Store) -> None:
    one = bought(store, "PW1", "A-1001", **ANN)
    hears(store, one, MOVES, BROKEN)
    before = letters(store)
    bought(store, "PW1", "A-1001", at=NOW + HOUR, value=12.5, goods="a lamp")
    assert [(row["id"], row["state"]) for row in letters(store)] == [(before[0]["id"], "draft")]


def test_another_buyer_named_with_one_parcel_takes_back_the_letter_about_the_other(store: Store) -> None:
    one = bought(store, "PW1", "A-1001", **ANN)
    two = bought(store, "PW2", "A-1001")
    hears(store, one, MOVES, BROKEN)
    hears(store, two, MOVES)
    bought(store, "PW2", "A-1001", at=NOW + HOUR, **BOB)
    # The other parcel is looked at as soon as the daemon comes by.
    assert parcels.next_assess(store) == NOW + HOUR


# --- forgetting ----------------------------------------------------------------------------------


def lived(store: Store) -> tuple[int, int]:
    """Ann's order, alone in one parcel and with Bob's in another; told of, written about, approved, all of it sent."""
    alone = bought(store, "PW000001", "A-1001", buyer="annie_77", **ANN)
    shared = bought(store, "PW000002", "A-1001")
    bought(store, "PW000002", "B-2002", **BOB)
    for parcel_id in (alone, shared):
        hears(store, parcel_id, MOVES, BROKEN)
    for draft in letters(store):
        approves(store, draft)
    sends_all(store)
    return alone, shared


PERSONAL = ("Ann Larsen", "ann@example.org", "annie_77", "A-1001")


def test_a_forgotten_order_is_in_no_file_any_more_and_the_other_buyers_is(path: Path) -> None:
    with Store.open(path) as store:
        alone, shared = lived(store)
        assert [word for word in PERSONAL if word.encode() not in on_disk(path)] == []
        gone = forget_order(store, "A-1001", NOW)
        assert (gone.parcels, gone.kept_parcels) == ({alone: "PW000001"}, {shared: "PW000002"})
        assert [word for word in (*PERSONAL, "PW000001") if word.encode() in on_disk(path)] == []
        assert orders_of(store, shared) == ["B-2002"]
        assert [row["to"] for row in letters(store)] == ["bob@example.org"]
        assert audit.check(store, NOW, thorough=True) == []
        with pytest.raises(NotFound):
            parcels.one(store, alone)
        with pytest.raises(NotFound, match="no order 'A-1001'"):
            forget_order(store, "A-1001")
    assert [word for word in PERSONAL if word.encode() in on_disk(path)] == []


def test_a_buyer_the_order_had_before_is_forgotten_with_it(path: Path) -> None:
    with Store.open(path) as store:
        lived(store)
        bought(
            store, "PW000001", "A-1001", at=NOW + HOUR, customer_name="Eve Moreau", customer_contact="eve@example.org"
        )
        sends_all(store, NOW + 2 * HOUR)
        forget_order(store, "A-1001")
        gone = (*PERSONAL, "Eve Moreau", "eve@example.org")
        assert [word for word in gone if word.encode() in on_disk(path)] == []


def test_forgetting_a_parcel_forgets_its_buyers_where_nothing_else_is_theirs(path: Path) -> None:
    with Store.open(path) as store:
        lived(store)
        assert [*parcels.forget(store, "PW000002").orders.values()] == ["B-2002"]
        gone = ("Bob Okafor", "bob@example.org", "B-2002", "PW000002")
        assert [word for word in gone if word.encode() in on_disk(path)] == []
        assert [row["number"] for row in parcels.rows(store)] == ["PW000001"]
        assert [row["order"] for row in orders.rows(store)] == ["A-1001"]


def test_only_orders_with_a_parcel_in_trouble_are_listed_when_asked_for(store: Store) -> None:
    hears(store, bought(store, "PW1", "A-1001", **ANN), MOVES, BROKEN)
    hears(store, bought(store, "PW2", "A-1002", **BOB), MOVES)
    assert [row["order"] for row in orders.rows(store, open_only=True)] == ["A-1001"]
    assert [row["open_cases"] for row in orders.rows(store)] == [1, 0]
    assert alerts.counts(store)["pending"] == 2
