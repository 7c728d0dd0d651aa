"""`couriers detect`: whose a number may be, and who could ask, with and without a configuration."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.cli.conftest import MOVING, Shop

UPS, POSTAL, STO, MISTYPED = "1Z999AA10123456784", "RR123456785CN", "773027491214552", "1Z999AA10123456785"
AGGREGATORS = """
[couriers.kd]
api = "kuaidi100"
key = "k"
customer = "c"

[couriers.seventeen]
api = "17track"
key = "k"
"""


@pytest.fixture
def bare(shop: Shop, tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> Iterator[Shop]:
    """A place without any configuration."""
    monkeypatch.chdir(tmp_path_factory.mktemp("empty"))
    monkeypatch.delenv("PARCELWATCH_CONFIG", raising=False)
    yield shop
    assert not list(Path.cwd().iterdir())


def test_it_needs_no_configuration_and_then_knows_no_accounts(bare: Shop) -> None:
    ended = bare.bare("couriers", "detect", UPS, "--json")
    assert ended.code == 0
    (row,) = ended.document
    (only,) = row["candidates"]
    assert (only["courier"], only["strength"]) == ("UPS", "certain by its check digit")
    assert only["company"]["17track"] == "100002"
    assert only["accounts"] is None
    assert "Company codes" in bare.bare("couriers", "detect", UPS).out


def test_the_accounts_that_could_ask_are_named_with_the_company_they_need(shop: Shop) -> None:
    shop.configure(AGGREGATORS)
    paket, sto = shop.run("couriers", "detect", MOVING, STO, "--json").document
    (dhl,) = paket["candidates"]
    assert dhl["api"] == "dhl"
    assert [(each["account"], each["company"]) for each in dhl["accounts"]] == [("my_dhl", ""), ("seventeen", "7041")]
    asking = {each["account"]: each["company"] for each in sto["candidates"][0]["accounts"]}
    assert asking == {"kd": "shentong", "seventeen": ""}
    shown = shop.run("couriers", "detect", STO).out
    assert "Ask kd --company shentong, or seventeen." in shown


def test_what_the_account_would_need_besides_is_said(shop: Shop) -> None:
    shop.configure(AGGREGATORS)
    assert "phone" in shop.run("couriers", "detect", "SF1337445138878").out


def test_when_no_account_can_ask_it_says_so(shop: Shop) -> None:
    ended = shop.run("couriers", "detect", UPS)
    assert ended.code == 0
    assert "No configured account can ask." in ended.out


def test_what_is_ambiguous_is_shown_and_nothing_is_chosen(watched: Shop) -> None:
    before = (watched.folder / "shop.db").read_bytes()
    ended = watched.run("couriers", "detect", "201298452277")
    assert ended.code == 0
    at = [ended.out.index(name) for name in ("FedEx:", "DHL Paket:", "GLS:", "顺丰 SF Express:")]
    assert at == sorted(at)
    assert "by chance" in ended.out
    assert (watched.folder / "shop.db").read_bytes() == before


def test_a_wrong_check_digit_is_said_and_is_1(bare: Shop) -> None:
    ended = bare.bare("couriers", "detect", MISTYPED)
    assert ended.code == 1
    assert "looks like UPS" in ended.out
    assert "5 where 4 would be right; a typing error?" in ended.out
    (row,) = bare.bare("couriers", "detect", MISTYPED, "--json").document
    assert row["candidates"] == []
    assert row["slips"][0]["courier"] == "UPS"


def test_one_number_that_is_nobodys_among_others_is_1(bare: Shop) -> None:
    ended = bare.bare("couriers", "detect", UPS, "ABCDE", "--json")
    assert ended.code == 1
    assert "1 of 2 numbers" in ended.err
    assert [bool(row["candidates"]) for row in ended.document] == [True, False]


def test_many_come_from_a_file_or_stdin_one_a_line(bare: Shop) -> None:
    file = bare.file(f"{UPS}\r\n\r\n {POSTAL} \n", "numbers.txt")
    for ended in (
        bare.bare("couriers", "detect", "--file", file, "--json"),
        bare.bare("couriers", "detect", "-", "--json", stdin=f"\ufeff{UPS}\n{POSTAL}".encode()),
        bare.bare("couriers", "detect", "--file", "-", "--json", stdin=f"{UPS}\n{POSTAL}\n".encode()),
        bare.bare("couriers", "detect", UPS, "--file", bare.file(POSTAL, "one.txt"), "--json"),
    ):
        assert ended.code == 0
        assert [row["number"] for row in ended.document] == [UPS, POSTAL]


def test_no_numbers_are_an_empty_list(bare: Shop) -> None:
    ended = bare.bare("couriers", "detect", "-", "--json", stdin=b"\n\n")
    assert (ended.code, ended.document) == (0, [])


@pytest.mark.parametrize(
    "arguments", [(), ("--file", "nowhere.txt"), ("--file", "."), ("-", "--file", "-"), ("--file", "a\0b")]
)
def test_what_cannot_be_read_is_wrong_usage(bare: Shop, arguments: tuple[str, ...]) -> None:
    ended = bare.bare("couriers", "detect", *arguments)
    assert ended.code == 2
    assert ended.out == ""


def test_a_configuration_that_is_named_and_missing_is_bad_configuration(bare: Shop) -> None:
    assert bare.bare("--config", "nowhere.toml", "couriers", "detect", UPS).code == 78


def test_hostile_lines_harm_neither_the_terminal_nor_their_neighbours(bare: Shop) -> None:
    lines = [
        b"\x1b[31mred",
        b"9" * 500_000,
        b"\xff\xfe\x00",
        "\u202e\u0661\u0662\u0663".encode(),
        b'{"a": 1}',
        UPS.encode(),
    ]
    ended = bare.bare("couriers", "detect", "-", stdin=b"\n".join(lines))
    assert ended.code == 1
    assert "\x1b" not in ended.out
    assert "\u202e" not in ended.out
    assert len(ended.out) < 3000
    assert "UPS: certain" in ended.out
    document = json.loads(bare.bare("couriers", "detect", "-", "--json", stdin=b"\n".join(lines)).out)
    assert [bool(row["candidates"]) for row in document] == [False] * 5 + [True]


def test_a_parcel_without_a_courier_is_pointed_here(shop: Shop) -> None:
    ended = shop.run("parcels", "import", shop.file(f"number\n{UPS}\n"))
    assert ended.code != 0
    assert "couriers detect" in ended.err


def test_every_adapter_that_is_configured_is_offered_for_the_numbers_it_asks_about(shop: Shop) -> None:
    shop.configure('[couriers.de]\napi = "deppon"\nkey = "k"\nsecret = "s"\ncustomer = "c"\n')
    (row,) = shop.run("couriers", "detect", "DPK123456789012", "--json").document
    assert row["candidates"][0]["api"] == "deppon"
    assert [each["account"] for each in row["candidates"][0]["accounts"]] == ["de"]
    assert "Ask de." in shop.run("couriers", "detect", "DPK123456789012").out
