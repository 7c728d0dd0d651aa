"""The accounts: listed, checked, tried; and one pass over them."""

from __future__ import annotations

import pytest

from tests.cli.conftest import DAMAGED, MOVING, Shop
from tests.servers import Server, answers


def test_accounts_are_listed_before_there_is_a_database_and_without_their_secrets(shop: Shop) -> None:
    shop.configure('[couriers.spare]\napi = "17track"\nkey = "env:PARCELWATCH_TEST_NOWHERE"\n')
    listed = shop.run("couriers", "list", "--json").document
    assert [row["account"] for row in listed["accounts"]] == ["my_dhl", "spare"]
    assert {row["state"] for row in listed["accounts"]} == {"not asked yet"}
    assert {"17track", "dhl", "kuaidi100"} <= {row["api"] for row in listed["adapters"]}
    assert "spare" in shop.run("couriers", "list").out


def test_an_account_that_answers_is_ok_and_its_calls_are_counted(watched: Shop) -> None:
    (row,) = watched.run("couriers", "list", "--json").document["accounts"]
    assert (row["state"], row["watched"], row["due"], row["behind"]) == ("ok", 3, 0, 0)
    assert row["quotas"] == [{"quota": "100000/d", "used": 3, "left": 99_997}]


def test_adapters_are_listed_before_there_is_a_configuration(shop: Shop) -> None:
    ended = shop.bare("couriers", "list")
    assert ended.code == 0
    assert "No configuration yet" in ended.out
    assert "kuaidi100" in ended.out


def test_an_adapter_is_shown_with_the_table_to_paste(shop: Shop) -> None:
    shown = shop.run("couriers", "show", "dhl", "--json").document
    assert shown["table"] == '[couriers.my_dhl]\napi = "dhl"\nkey = "env:DHL_KEY"'
    assert (shown["batch"], shown["quotas"], shown["pushes"]) == (1, ["250/d"], False)
    assert "[couriers.my_dhl]" in shop.run("couriers", "show", "dhl").out


def test_an_adapter_that_is_not_there_is_1_with_what_was_meant(shop: Shop) -> None:
    ended = shop.run("couriers", "show", "dlh")
    assert ended.code == 1
    assert "did you mean dhl?" in ended.err


def test_a_check_asks_once_and_counts_it(watched: Shop) -> None:
    (row,) = watched.run("couriers", "check", "--json").document
    assert row["ok"]
    assert watched.run("couriers", "list", "--json").document["accounts"][0]["quotas"][0]["used"] == 4


def test_a_check_says_what_is_wrong(shop: Shop) -> None:
    with Server(answers(b"{}", 401)) as closed:
        shop.configure(f'[couriers.shut]\napi = "dhl"\nkey = "k"\nbase_url = "{closed.url}/"\n')
        ended = shop.run("couriers", "check", "shut")
    assert ended.code == 1
    assert "key" in ended.out
    assert shop.run("couriers", "check", "shot").code == 2


def test_a_check_without_the_secret_is_bad_configuration(shop: Shop) -> None:
    shop.configure('[couriers.spare]\napi = "17track"\nkey = "env:PARCELWATCH_TEST_NOWHERE"\n')
    ended = shop.run("couriers", "check")
    assert ended.code == 78
    assert "my_dhl" in ended.out


def test_trying_a_number_prints_what_was_understood_and_keeps_nothing(shop: Shop) -> None:
    said = shop.run("couriers", "try", "my_dhl", DAMAGED, "--json").document
    assert said["answer"] == "tracked"
    assert said["checkpoints"][-1]["cause"] == "damaged"
    assert not (shop.folder / "shop.db").exists()
    assert "(damaged)" in shop.run("couriers", "try", "my_dhl", DAMAGED).out


def test_trying_a_number_nobody_knows_is_1(shop: Shop) -> None:
    assert shop.run("couriers", "try", "my_dhl", "PW123456789").code == 1
    assert shop.run("couriers", "try", "mydhl", "?").code == 2
    assert shop.run("couriers", "try", "my_dhl", "7.7E+14").code == 2


def test_a_pass_says_what_it_did(shop: Shop) -> None:
    shop.run("parcels", "add", MOVING, "--courier", "my_dhl")
    ended = shop.run("once", "--json")
    assert ended.code == 0
    assert ended.document["polled"] == 1
    keys = {"polled", "unanswered", "failed", "left", "opened", "resolved", "sent", "undelivered"}
    assert keys == set(ended.document)


def test_a_pass_that_leaves_something_is_1_and_says_what(watched: Shop) -> None:
    watched.inbox.behaviour = answers(b"no", 500)
    watched.run("cases", "resolve", "1")
    ended = watched.run("once")
    assert ended.code == 1
    assert "not delivered" in ended.err


@pytest.mark.parametrize("patience", ["soon", "2bd"])
def test_a_patience_that_is_none_is_wrong_usage(shop: Shop, patience: str) -> None:
    assert shop.run("once", "--for", patience).code == 2


def test_nobody_runs_without_a_courier(shop: Shop) -> None:
    empty = shop.file('[service]\ndatabase = "x.db"\n', "empty.toml")
    ended = shop.bare("run", "--config", empty)
    assert ended.code == 78
    assert "no courier" in ended.err
