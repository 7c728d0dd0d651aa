"""Orders at the command line, and verbs that take several parcels, an order, or all for which something holds."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import pytest

from parcelwatch.sandbox.server import SandboxServer
from tests.cli.conftest import DAMAGED, MOVING, STALLED, Shop, after_one_pass
from tests.servers import Server

HEAD = "number,courier,order,customer_name,customer_contact,tag\n"
OTHER = '[couriers.other]\napi = "dhl"\nkey = "k"\n'


ROWS = (
    f"{DAMAGED},my_dhl,A-1001,Ann Larsen,ann@example.org,vip\n"
    f"{DAMAGED},my_dhl,A-1002,Bob Okafor,bob@example.org,\n"
    f"{STALLED},my_dhl,A-1002,,,\n"
)


@pytest.fixture(scope="module")
def ordered_database(tmp_path_factory: pytest.TempPathFactory, courier: SandboxServer, inbox: Server) -> Path:
    return after_one_pass(tmp_path_factory.mktemp("ordered"), courier, inbox, HEAD + ROWS)


@pytest.fixture
def ordered(shop: Shop, ordered_database: Path) -> Shop:
    """A damaged parcel of two buyers, one of whom has another one that stands still."""
    shutil.copy(ordered_database, shop.folder / "shop.db")
    return shop


def test_rows_of_one_parcel_for_two_buyers_are_all_taken(shop: Shop) -> None:
    ended = shop.run("parcels", "import", shop.file(HEAD + ROWS), "--json")
    assert (ended.code, ended.document["added"], ended.document["rejected"]) == (0, 2, [])


def listed(shop: Shop, *arguments: str) -> Any:
    return shop.run(*arguments, "--json").document


def states(shop: Shop) -> dict[str, str]:
    return {row["kind"]: row["state"] for row in listed(shop, "cases", "list")}


def on_disk(shop: Shop) -> bytes:
    return b"".join(path.read_bytes() for path in Path(shop.folder).glob("shop.db*"))


def test_two_rows_of_one_parcel_link_it_to_both_orders(ordered: Shop) -> None:
    rows = {row["order"]: row for row in listed(ordered, "orders", "list")}
    assert {order: row["parcels"] for order, row in rows.items()} == {"A-1001": [DAMAGED], "A-1002": [DAMAGED, STALLED]}
    assert (rows["A-1001"]["customer"], rows["A-1002"]["customer"]) == ("Ann Larsen", "Bob Okafor")
    assert listed(ordered, "parcels", "show", DAMAGED)["orders"] == ["A-1001", "A-1002"]
    shown = ordered.run("orders", "list").out
    assert all(word in shown for word in ("A-1001", "A-1002", "Ann Larsen", "Bob Okafor", STALLED))


def test_no_letter_to_one_buyer_names_the_other_or_their_order(ordered: Shop) -> None:
    letters = {
        row["to"]: row["subject"] + row["body"] for row in listed(ordered, "drafts", "list") if row["number"] == DAMAGED
    }
    assert set(letters) == {"ann@example.org", "bob@example.org"}
    assert not [word for word in ("Bob", "A-1002") if word in letters["ann@example.org"]]
    assert not [word for word in ("Ann", "A-1001") if word in letters["bob@example.org"]]


def test_an_order_is_shown_with_its_buyer_its_parcels_and_its_letters(ordered: Shop) -> None:
    shown = listed(ordered, "orders", "show", "A-1002")
    assert (shown["customer"], shown["parcels"], shown["open_cases"]) == ("Bob Okafor", [DAMAGED, STALLED], 2)
    assert {row["to"] for row in shown["drafts"]} == {"bob@example.org"}
    assert {row["kind"] for row in shown["drafts"]} == {"damaged", "stalled"}
    assert "Bob Okafor" in ordered.run("orders", "show", " A-1002 ").out
    unknown = ordered.run("orders", "show", "A-9")
    assert (unknown.code, "orders list" in unknown.err) == (1, True)


def test_a_forgotten_order_takes_its_buyer_along_and_leaves_the_other_one(ordered: Shop) -> None:
    assert b"Ann Larsen" in on_disk(ordered)
    assert listed(ordered, "orders", "forget", "A-1001", "--yes") == {
        "order": "A-1001",
        "parcels_forgotten": 0,
        "parcels_kept": [DAMAGED],
    }
    left = on_disk(ordered)
    assert [word for word in (b"Ann Larsen", b"ann@example.org", b"A-1001") if word in left] == []
    assert listed(ordered, "parcels", "show", DAMAGED)["orders"] == ["A-1002"]
    assert {row["to"] for row in listed(ordered, "drafts", "list")} == {"bob@example.org"}
    assert ordered.run("orders", "forget", "A-1001", "--yes").code == 1
    assert "2 parcels" in ordered.run("orders", "forget", "A-1002", "--yes").out
    assert listed(ordered, "parcels", "list") == []


# --- an order in place of a number ---------------------------------------------------------------


@pytest.mark.parametrize("command", [("parcels", "show"), ("why",)])
def test_an_order_stands_for_its_parcel_or_for_all_of_them(ordered: Shop, command: tuple[str, ...]) -> None:
    assert DAMAGED in ordered.run(*command, "A-1001").out
    shown = ordered.run(*command, "A-1002")
    assert shown.code == 0
    assert all(number in shown.out for number in (DAMAGED, STALLED))


def test_an_order_of_several_parcels_is_not_marked_as_one(ordered: Shop) -> None:
    ended = ordered.run("parcels", "mark", "A-1002", "delivered")
    assert (ended.code, DAMAGED in ended.err, STALLED in ended.err) == (2, True, True)
    assert ordered.run("parcels", "mark", "A-1001", "delivered").code == 0
    assert listed(ordered, "parcels", "show", DAMAGED)["milestone"] == "delivered"


def test_stopping_an_order_stops_all_of_its_parcels_and_closes_their_cases(ordered: Shop) -> None:
    rows = listed(ordered, "parcels", "stop", "A-1002", "--by", "lin")
    assert [(row["number"], row["changed"]) for row in rows] == [(DAMAGED, True), (STALLED, True)]
    assert states(ordered) == {"damaged": "resolved", "stalled": "resolved"}
    assert listed(ordered, "cases", "show", "1")["events"][-1]["by"] == "lin"
    assert {row["state"] for row in listed(ordered, "drafts", "list")} == {"withdrawn"}


# --- several, and all for which something holds --------------------------------------------------


@pytest.mark.parametrize(("verb", "state"), [("ack", "acknowledged"), ("resolve", "resolved")])
def test_several_cases_are_done_at_once(ordered: Shop, verb: str, state: str) -> None:
    rows = listed(ordered, "cases", verb, "1", "2", "--by", "lin")
    assert [row["state"] for row in rows] == [state, state]
    assert set(states(ordered).values()) == {state}


def test_one_case_that_is_not_there_is_said_and_the_exit_code_tells(ordered: Shop) -> None:
    ended = ordered.run("cases", "ack", "99", "1")
    assert (ended.code, "99" in ended.err) == (1, True)


def test_several_parcels_are_stopped_and_watched_again(watched: Shop) -> None:
    rows = listed(watched, "parcels", "stop", MOVING, STALLED, MOVING)
    assert [row["number"] for row in rows] == [MOVING, STALLED]
    assert [row["changed"] for row in listed(watched, "parcels", "resume", STALLED, DAMAGED)] == [True, False]


def test_parcels_chosen_by_what_holds_are_stopped_only_with_a_yes(ordered: Shop) -> None:
    asked = ordered.run("parcels", "stop", "--where", "tag=vip")
    assert (asked.code, DAMAGED in asked.err, "--yes" in asked.err) == (1, True, True)
    assert states(ordered) == {"damaged": "open", "stalled": "open"}
    rows = listed(ordered, "parcels", "stop", "--where", "tag=vip", "--where", "courier=my_dhl", "--yes")
    assert [row["number"] for row in rows] == [DAMAGED]
    assert states(ordered) == {"damaged": "resolved", "stalled": "open"}
    assert ordered.run("parcels", "stop", "--where", "tag=vip", "--yes").code == 1


@pytest.mark.parametrize(
    "arguments",
    [[], [MOVING, "--where", "tag=vip"], ["--where", "tag"], ["--where", "colour=red"], ["--where", "tag="]],
)
def test_what_does_not_say_which_parcels_is_wrong_usage(ordered: Shop, arguments: list[str]) -> None:
    assert ordered.run("parcels", "stop", *arguments).code == 2


def test_parcels_are_moved_to_another_account(ordered: Shop) -> None:
    ordered.configure(OTHER)
    rows = listed(ordered, "parcels", "move", "--where", "courier=my_dhl", "--to", "other", "--yes")
    assert [(row["number"], row["changed"]) for row in rows] == [(DAMAGED, True), (STALLED, True)]
    assert {row["courier"] for row in listed(ordered, "parcels", "list")} == {"other"}
    assert not listed(ordered, "parcels", "move", DAMAGED, "--to", "other")["changed"]
    assert ordered.run("parcels", "move", DAMAGED).code == 2
    assert 'did you mean "other"' in ordered.run("parcels", "move", DAMAGED, "--to", "othr").err


# --- an agent's word -----------------------------------------------------------------------------


def test_a_marked_parcel_shows_whose_word_it_is_and_nothing_is_written_about_it(watched: Shop) -> None:
    said = watched.run("parcels", "mark", STALLED, "lost", "--note", "the depot has no trace", "--by", "lin")
    assert "is marked lost; it is exception (lost) now" in said.out
    letters = [row["kind"] for row in listed(watched, "drafts", "list") if row["number"] == STALLED]
    assert "lost" not in letters
    shown = listed(watched, "parcels", "show", STALLED)
    assert (shown["milestone"], shown["cause"]) == ("exception", "lost")
    assert {case["kind"]: case["state"] for case in shown["cases"]}["lost"] == "open"
    assert "(lin) the depot has no trace" in watched.run("parcels", "show", STALLED).out


def test_what_a_parcel_cannot_be_marked_is_said(watched: Shop) -> None:
    ended = watched.run("parcels", "mark", MOVING, "vanished")
    assert (ended.code, "delivered, returned" in ended.err) == (2, True)
    assert watched.run("parcels", "mark", "NONE", "lost").code == 1


def test_an_order_in_several_lines_is_what_they_say_together(shop: Shop) -> None:
    lines = [
        "number,order,goods,value",
        f"{MOVING},1001,Lamp,50",
        f"{MOVING},1001,Bulb,50",
        f"{STALLED},1001,Shade,50",
        f"{DAMAGED},1002,Cup,10",
        f"{DAMAGED},1002,Plate,5.50",
    ]
    for counts in ("3 added", "3 unchanged"):
        ended = shop.run("parcels", "import", shop.file("\n".join(lines)), "--courier", "my_dhl")
        assert ended.code == 0
        assert counts in ended.out
        assert "passed over" not in ended.err
    told = {one["order"]: one for one in shop.run("orders", "list", "--json").document}
    assert (told["1001"]["goods"], told["1001"]["value"]) == ("Lamp, Bulb, Shade", 50)
    assert (told["1002"]["goods"], told["1002"]["value"]) == ("Cup, Plate", 15.5)


def test_what_was_forgotten_is_left_out_of_files_until_it_is_added_by_hand(shop: Shop) -> None:
    rows = shop.file(f"number,courier,order\n{MOVING},my_dhl,1001\n{STALLED},my_dhl,1002\n")
    assert shop.run("parcels", "import", rows).code == 0
    assert shop.run("orders", "forget", "1001", "--yes").code == 0
    again = shop.run("parcels", "import", rows)
    assert again.code == 0
    assert "1 unchanged, 0 rejected, 1 left out (forgotten before)" in again.out
    assert shop.run("parcels", "import", rows, "--json").document["forgotten"] == 1
    assert [one["order"] for one in shop.run("orders", "list", "--json").document] == ["1002"]
    assert shop.run("parcels", "add", MOVING, "--courier", "my_dhl", "--order", "#1001").code == 0
    assert "left out" not in shop.run("parcels", "import", rows).out
