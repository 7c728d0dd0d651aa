"""The accounts: listed, checked, tried; and one pass over them."""

from __future__ import annotations

import re
import tomllib

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
    assert "customer" in shop.bare("couriers", "list", "--all").out


def test_the_configured_accounts_come_first_and_what_adapters_need_only_when_asked(shop: Shop) -> None:
    shown = shop.run("couriers", "list")
    assert shown.out.splitlines()[2].startswith("my_dhl ")
    assert "key, customer" not in shown.out
    everything = shop.run("couriers", "list", "--all")
    assert everything.out.splitlines()[2].startswith("my_dhl ")
    assert "key, customer" in everything.out


def test_an_adapter_is_shown_with_the_table_to_paste(shop: Shop) -> None:
    shown = shop.run("couriers", "show", "dhl", "--json").document
    assert shown["table"] == '[couriers.my_dhl]\napi = "dhl"\nkey = "env:DHL_KEY"'
    assert (shown["batch"], shown["quotas"], shown["pushes"]) == (1, ["250/d"], False)
    assert "[couriers.my_dhl]" in shop.run("couriers", "show", "dhl").out


def test_an_adapter_that_is_not_there_is_2_with_what_was_meant(shop: Shop) -> None:
    ended = shop.run("couriers", "show", "dlh")
    assert ended.code == 2
    assert 'did you mean "dhl"?' in ended.err


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
    shop.without_database()
    said = shop.run("couriers", "try", "my_dhl", DAMAGED, "--json").document
    assert said["answer"] == "tracked"
    assert said["checkpoints"][-1]["cause"] == "damaged"
    assert not (shop.folder / "shop.db").exists()
    assert "(damaged)" in shop.run("couriers", "try", "my_dhl", DAMAGED).out


def test_a_company_that_nobody_is_called_is_not_tried(shop: Shop) -> None:
    shop.configure('[couriers.kd100]\napi = "kuaidi100"\nkey = "k"\ncustomer = "c"\n')
    ended = shop.run("couriers", "try", "kd100", "YT8812345678901", "--company", "圆通快弟")
    assert (ended.code, 'did you mean "yuantong"' in ended.err) == (2, True)


def test_trying_a_number_nobody_knows_is_1(shop: Shop) -> None:
    assert shop.run("couriers", "try", "my_dhl", "PW123456789").code == 1
    assert shop.run("couriers", "try", "mydhl", "?").code == 2
    assert shop.run("couriers", "try", "my_dhl", "7.7E+14").code == 2


def test_a_pass_says_what_it_did(shop: Shop) -> None:
    shop.run("parcels", "add", MOVING, "--courier", "my_dhl")
    ended = shop.run("once", "--json")
    assert ended.code == 0
    assert ended.document["polled"] == 1
    keys = {"polled", "unanswered", "failed", "left", "opened", "resolved", "sent", "messages"}
    keys |= {"undelivered", "messages_failed"}
    assert keys == set(ended.document)


def test_a_pass_that_leaves_something_is_1_and_says_what(watched: Shop) -> None:
    watched.inbox.behaviour = answers(b"no", 500)
    watched.run("cases", "resolve", "1")
    ended = watched.run("once")
    assert ended.code == 1
    assert "1 alert not delivered (1 message failed)" in ended.err


def test_a_pass_says_how_many_alerts_went_out_in_how_many_messages(watched: Shop) -> None:
    watched.run("cases", "resolve", "1")
    assert ", 1 alert sent in 1 message." in watched.run("once").out
    assert ", 0 alerts sent." in watched.run("once").out


@pytest.mark.parametrize("patience", ["soon", "2bd"])
def test_a_patience_that_is_none_is_wrong_usage(shop: Shop, patience: str) -> None:
    assert shop.run("once", "--for", patience).code == 2


def test_nobody_runs_without_a_courier(shop: Shop) -> None:
    empty = shop.file('[service]\ndatabase = "x.db"\n', "empty.toml")
    ended = shop.bare("run", "--config", empty)
    assert ended.code == 78
    assert "no courier" in ended.err


def test_the_variables_of_a_table_can_be_exported_by_a_shell(shop: Shop) -> None:
    rows = shop.run("couriers", "list", "--json").document["adapters"]
    for api in (row["api"] for row in rows):
        table = shop.run("couriers", "show", api, "--json").document["table"]
        names = re.findall('env:([^"]*)', table)
        assert names, api
        assert all(re.fullmatch("[A-Z_][A-Z0-9_]*", name) for name in names), names


ACME = """
base_url = "https://a.example"
ask = { path = "/{number}" }
answer = { checkpoints = "scans", time = "at", code = "code" }
"""
FILLED = {
    '"https://…"': '"https://a.example/track"',
    'carrier = "…"': 'carrier = "canadapost"',
    'key_is = "…"': 'key_is = "username"',
    "[couriers.my_": "[couriers.new_",
}


def test_every_table_is_accepted_once_what_it_leaves_open_is_filled_in(shop: Shop) -> None:
    pytest.importorskip("karrio.core.units")
    shop.file(ACME, "acme.toml")
    for row in shop.run("couriers", "list", "--json").document["adapters"]:
        table = shop.run("couriers", "show", row["api"], "--json").document["table"]
        every = tomllib.loads("\n".join(line.removeprefix("#") for line in table.splitlines()))
        assert len(every["couriers"]) == 1
        for blank, value in FILLED.items():
            table = table.replace(blank, value)
        shop.configure(re.sub('"env:[A-Z0-9_]+"', '"made-up"', f"{table}\n"))
    ended = shop.run("config", "check")
    assert ended.code == 0, ended.err


def test_what_signs_pushes_stands_in_the_table_and_how_beside_it(shop: Shop) -> None:
    shown = shop.run("couriers", "show", "kuaidi100").out
    assert '#secret = "env:KUAIDI100_SECRET"  # signs its pushes' in shown
    assert "#[couriers.my_kuaidi100.options]\n#callback = " in shown
    for row in shop.run("couriers", "list", "--json").document["adapters"]:
        said = shop.run("couriers", "show", row["api"], "--json").document
        assert ("A push is signed" in " ".join(said["about"].split())) is said["pushes"], row["api"]


def test_a_declared_courier_is_shown_with_where_examples_are(shop: Shop) -> None:
    shown = shop.run("couriers", "show", "declared").out
    assert "config.example.toml" in shown
    assert "laposte" in shown
    assert 'key = "env:DECLARED_KEY"' in shown


def test_a_fault_that_only_the_adapter_can_tell_is_told_with_its_line(shop: Shop) -> None:
    account = '[couriers.z]\napi = "zto"\nkey = "k"\nsecret = "s"\n[couriers.z.options]\ndigest = "sha1"\n'
    shop.configure(account + account.replace(".z", ".y"))
    ended = shop.run("config", "check")
    assert ended.code == 78
    places = re.findall(
        r"config\.toml:(\d+): couriers\.(.)\.options: the option digest must be MD5 or SHA256", ended.err
    )
    written = shop.config.read_text("utf-8").splitlines()
    assert [name for _, name in places] == ["z", "y"]
    assert [written[int(line) - 1] for line, _ in places] == ["[couriers.z.options]", "[couriers.y.options]"]


def test_what_is_not_established_says_why(shop: Shop) -> None:
    rows = {each["api"]: each for each in shop.run("couriers", "list", "--json").document["adapters"]}
    assert rows["dhl"]["established"]
    assert not rows["deppon"]["established"]
    assert rows["deppon"]["doubt"] in " ".join(shop.run("couriers", "list", "--all").out.split())
    assert "no: no recorded answer" in shop.run("couriers", "show", "deppon").out
