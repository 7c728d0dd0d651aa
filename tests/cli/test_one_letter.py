"""What waits for one customer of one order, on the command line: shown, changed, approved and sent as one letter."""

from __future__ import annotations

import json

import pytest

from parcelwatch.store import Store
from tests.cli.conftest import DAMAGED, STALLED, Shop
from tests.servers import Server, answers


@pytest.fixture
def two(shop: Shop) -> Shop:
    """Two parcels of an order: one is broken, the other stands still."""
    rows = [f"{number},my_dhl,A-7,en,Ann,ann@example.org" for number in (STALLED, DAMAGED)]
    file = shop.file("\n".join(["number,courier,order,language,customer_name,customer_contact", *rows]))
    assert shop.run("parcels", "import", file).code == 0
    assert shop.run("once").code == 0
    return shop


def states(shop: Shop) -> list[str]:
    return [row["state"] for row in shop.run("drafts", "list", "--json").document]


def test_a_draft_is_shown_in_the_letter_it_goes_out_in_or_alone(two: Shop) -> None:
    shown = two.run("drafts", "show", "2", "--json").document
    assert shown["drafts"] == [1, 2]
    assert shown["subject"] == two.run("drafts", "show", "1", "--json").document["subject"]
    assert STALLED in shown["body"]
    assert DAMAGED in shown["body"]
    assert "1, in one letter" in two.run("drafts", "show", "2").out
    alone = two.run("drafts", "show", "2", "--alone", "--json").document
    assert (alone["drafts"], alone["number"] in alone["body"]) == ([2], True)
    assert not (STALLED in alone["body"] and DAMAGED in alone["body"])


def test_one_is_approved_and_sent_with_all_that_its_letter_says(two: Shop) -> None:
    approved = two.run("drafts", "approve", "2", "--by", "lin")
    assert [f"Draft {draft}" in approved.out for draft in (1, 2)] == [True, True]
    assert states(two) == ["approved", "approved"]
    with Server(answers(b"{}")) as helpdesk:
        two.configure(f'\n[drafts.send]\nwebhook = "{helpdesk.url}/letters"\n')
        sent = two.run("drafts", "send", "2", "1", "--by", "lin")
        assert (sent.code, states(two)) == (0, ["sent", "sent"])
        (hit,) = helpdesk.hits
    got = json.loads(hit.body)
    assert got["draft"] == "1"
    assert STALLED in got["body"]
    assert DAMAGED in got["body"]
    assert hit.headers["idempotency-key"].endswith("-1")


def test_a_letter_is_edited_whole_or_one_text_is_taken_out_of_it(two: Shop) -> None:
    assert two.run("drafts", "edit", "1", "--body-file", "-", stdin=b"Both are late.").code == 0
    assert two.run("drafts", "show", "2", "--json").document["body"] == "Both are late."
    taken = two.run("drafts", "edit", "2", "--alone", "--body-file", "-", "--json", stdin=b"It is late.").document
    assert (taken["drafts"], taken["body"]) == ([2], "It is late.")
    left = two.run("drafts", "show", "1", "--json").document
    assert (left["drafts"], left["number"] in left["body"]) == ([1], True)
    assert "Both" not in left["body"]
    assert two.run("drafts", "edit", "--kind", "damaged", "--alone", "--body-file", "-").code == 2


def test_the_list_shows_what_goes_out_as_one_letter(two: Shop) -> None:
    rows = two.run("drafts", "list", "--json").document
    assert [(row["letter"], row["ready"]) for row in rows] == [([1, 2], False)] * 2
    table = two.run("drafts", "list").out
    assert "1+2" in table
    assert "2+1" in table
    two.run("drafts", "approve", "1")
    assert [row["ready"] for row in two.run("drafts", "list", "--json").document] == [True] * 2


def test_an_approval_that_a_letter_has_outgrown_is_not_listed_as_one(two: Shop) -> None:
    two.run("drafts", "approve", "1")
    with Store.open(two.folder / "shop.db", create=False) as store, store.transaction():
        store.write("UPDATE drafts SET joint = NULL WHERE id = 1")
        store.write("UPDATE drafts SET joint = NULL, body = '', state = 'draft' WHERE id = 2")
    assert two.run("drafts", "list", "--state", "approved", "--json").document == []
    assert [row["id"] for row in two.run("drafts", "list", "--state", "draft", "--json").document] == [1, 2]
    assert all("read again" in two.run("drafts", *asked).out for asked in (["list"], ["show", "1"]))
    kind = two.run("drafts", "show", "1", "--json").document["kind"]
    two.run("drafts", "approve", "--kind", kind)
    assert [row["ready"] for row in two.run("drafts", "list", "--state", "approved", "--json").document] == [True] * 2


def test_whoever_drops_one_reads_which_others_lost_their_approval_and_why(two: Shop) -> None:
    assert "D1+D2 go out as one letter." in two.run("drafts", "approve", "1").out
    dropped = two.run("drafts", "discard", "2").out.splitlines()
    assert "is discarded" in dropped[0]
    assert dropped[1].startswith("Draft 1 (")
    assert "is draft. The letter also said D2, which no longer belongs to it: read what is left." in dropped[1]
    assert len(dropped) == 2


def test_whoever_forgets_a_parcel_reads_which_others_lost_their_approval_and_why(two: Shop) -> None:
    two.run("drafts", "approve", "1")
    forgotten = two.run("parcels", "forget", DAMAGED, "--yes").out
    (left,) = [one["id"] for one in two.run("drafts", "list", "--json").document]
    assert f"Draft {left} (" in forgotten
    assert f"is draft. The letter also said D{3 - left}, which no longer belongs to it: read what is left." in forgotten
    two.run("drafts", "approve", str(left))
    assert two.run("parcels", "forget", STALLED, "--yes", "--json").document["lapsed"] == []


def test_whoever_takes_one_text_out_of_an_approved_letter_reads_what_becomes_of_the_rest(two: Shop) -> None:
    two.run("drafts", "approve", "1")
    taken = two.run("drafts", "edit", "2", "--alone", "--body-file", "-", stdin=b"It is late.").out
    assert "Draft 2 is changed" in taken
    assert "The letter also said D2" in taken


def test_what_is_approved_of_a_kind_names_the_drafts_of_other_kinds_that_go_along(two: Shop) -> None:
    approved = two.run("drafts", "approve", "--kind", "damaged").out
    (other,) = [one["id"] for one in two.run("drafts", "list", "--json").document if one["kind"] != "damaged"]
    assert f"Draft {other} (" in approved


def test_approving_some_shows_every_draft_that_was_approved(two: Shop) -> None:
    two.run("drafts", "edit", "2", "--alone", "--body-file", "-", stdin=b"It is late.")
    assert [one["id"] for one in two.run("drafts", "approve", "2", "1", "--json").document] == [2, 1]
    two.run("drafts", "discard", "1", "2")


def test_sending_those_of_a_kind_names_the_drafts_of_other_kinds_that_went_along(two: Shop) -> None:
    with Server(answers(b"{}")) as helpdesk:
        two.configure(f'\n[drafts.send]\nwebhook = "{helpdesk.url}/letters"\n')
        went = two.run("drafts", "send", "--kind", "damaged", "--approve").out
    assert [f"Draft {draft} (" in went for draft in (1, 2)] == [True, True]


def test_what_turns_out_untrue_as_it_is_sent_is_taken_back_and_the_rest_waits_to_be_read(two: Shop) -> None:
    two.run("drafts", "approve", "1")
    (still, broken) = sorted(
        (1, 2), key=lambda one: two.run("drafts", "show", str(one), "--json").document["number"] == DAMAGED
    )
    with Server(answers(b"{}")) as helpdesk:
        two.configure(
            f'\n[drafts.send]\nwebhook = "{helpdesk.url}/letters"\n[thresholds]\nstalled = {{ warn = "300d" }}\n'
        )
        for draft in (broken, still):
            refused = two.run("drafts", "send", str(draft), "--approve")
            assert (refused.code, helpdesk.hits) == (1, [])
            if draft == broken:
                assert f"draft {still} no longer belongs to the letter of draft {broken}" in refused.err
                assert "is withdrawn. " in refused.out
                assert f"is draft. The letter also said D{still}, which no longer belongs to it" in refused.out
        assert states(two)[still - 1] == "withdrawn"
        assert two.run("drafts", "send", str(broken), "--approve").code == 0
    (hit,) = helpdesk.hits
    assert STALLED not in json.loads(hit.body)["body"]


def test_what_joined_since_its_letter_was_shown_is_not_sent_before_it_was_approved(two: Shop) -> None:
    with Store.open(two.folder / "shop.db", create=False) as store, store.transaction():
        store.write("UPDATE drafts SET body = '', joint = NULL WHERE id = 2")
        store.write("UPDATE drafts SET body = 'One is broken.', joint = NULL WHERE id = 1")
    with Server(answers(b"{}")) as helpdesk:
        two.configure(f'\n[drafts.send]\nwebhook = "{helpdesk.url}/letters"\n')
        refused = two.run("drafts", "send", "1", "--approve")
        assert (refused.code, helpdesk.hits) == (1, [])
        assert "draft 2 has joined the letter of draft 1" in refused.err
        assert "`parcelwatch drafts show 1`" in refused.err
        approved = two.run("drafts", "approve", "1")
        assert "was last shown without D2, approved with it now" in approved.err
        assert two.run("drafts", "send", "1").code == 0
        assert len(helpdesk.hits) == 1


@pytest.mark.parametrize("like", ["1", "2"])
def test_a_letter_is_meant_by_whichever_of_its_drafts_is_named(two: Shop, like: str) -> None:
    (text,) = two.run("drafts", "show", "--kind", "damaged", "--json").document
    assert text["drafts"] == [1, 2]
    changed = two.run(
        "drafts", "edit", "--kind", "damaged", "--like", like, "--body-file", "-", stdin=b"Both are late."
    )
    assert (changed.code, two.run("drafts", "show", "2", "--json").document["body"]) == (0, "Both are late.")


def test_what_letters_have_in_common_leaves_out_those_that_say_more(two: Shop) -> None:
    texts = two.run("drafts", "show", "--kind", "damaged", "--json").document
    assert [(text["letters"], text["marks"]) for text in texts] == [(1, [])]
    assert STALLED in texts[0]["body"]
    assert two.run("drafts", "approve", "--kind", "damaged").code == 0
    assert states(two) == ["approved", "approved"]
