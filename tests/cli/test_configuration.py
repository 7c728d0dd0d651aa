"""config, systemd-unit, db and doctor: setting up, and seeing that all is well."""

from __future__ import annotations

import json
import random
import re
import sqlite3
import stat
import tomllib
from pathlib import Path

import pytest

from parcelwatch import config
from parcelwatch.store import Store, settling, walreset
from tests.cli.conftest import Shop


def test_a_new_configuration_is_valid_and_never_overwritten(shop: Shop) -> None:
    path = shop.folder / "new" / "config.toml"
    assert shop.bare("config", "init", str(path)).code == 2
    path.parent.mkdir()
    assert shop.bare("config", "init", str(path.parent)).code == 0
    assert stat.S_IMODE(path.stat().st_mode) & stat.S_IROTH == 0
    again = shop.bare("config", "init", str(path))
    assert again.code == 2
    assert "left as it is" in again.err
    assert shop.bare("config", "check", "--config", str(path)).code == 0


def test_a_check_lists_what_would_be_used_and_which_secrets_can_be_read(shop: Shop) -> None:
    shop.configure('[channels.spare]\nurl = "env:PARCELWATCH_TEST_NOWHERE"\n')
    ended = shop.run("config", "check", "--json")
    assert [each["name"] for each in ended.document["couriers"]] == ["my_dhl"]
    ops, spare = ended.document["channels"]
    assert ops["secrets"]["url"]["readable"]
    assert spare["secrets"]["url"] == {
        "source": "env:PARCELWATCH_TEST_NOWHERE",
        "readable": False,
        "fault": "cannot be read: the environment variable PARCELWATCH_TEST_NOWHERE is not set",
    }
    assert "sandbox-key" not in ended.out + ended.err + shop.run("config", "check").out


def test_a_check_lists_shops_and_helpdesks_with_how_they_are_asked_and_written_to(shop: Shop) -> None:
    shop.configure(
        '[shops.web]\napi = "shopify"\nbase_url = "https://a.example"\ntoken = "shpat_hidden_1"\nevery = "7m"\n'
        '[helpdesks.desk]\napi = "zammad"\nbase_url = "https://b.example"\nkey = "env:PARCELWATCH_TEST_NOWHERE"\n'
        'deliver = "reply"\n'
    )
    ended = shop.run("config", "check", "--json")
    assert [each["every"] for each in ended.document["shops"]] == ["7m"]
    (desk,) = ended.document["helpdesks"]
    assert (desk["name"], desk["api"], desk["base_url"]) == ("desk", "zammad", "https://b.example")
    assert (desk["deliver"], desk["create"], desk["secrets"]["key"]["readable"]) == ("reply", False, False)
    shown = shop.run("config", "check")
    assert all(word in shown.out for word in ("desk", "zammad", "reply", "web", "shopify", "7m"))
    assert "shpat_hidden_1" not in shown.out + ended.out


def test_a_mailbox_that_is_named_a_persons_own_chat_is_warned_of(shop: Shop) -> None:
    shop.configure('[channels.lin]\nurl = "mailto://lin:pw@mail.example"\nperson = "lin"\n')
    ended = shop.run("config", "check", "--json")
    assert any("channels.lin.person: links in mail do not act" in each for each in ended.document["warnings"])
    assert ended.code == 0


def test_a_secret_that_cannot_be_read_is_no_valid_configuration(shop: Shop) -> None:
    assert shop.run("config", "check").code == 0
    shop.configure('[couriers.spare]\napi = "17track"\nkey = "env:PARCELWATCH_TEST_NOWHERE"\n')
    ended = shop.run("config", "check")
    assert ended.code == 78
    assert "is valid" not in ended.out
    assert 'couriers.spare.key: the secret "env:PARCELWATCH_TEST_NOWHERE" cannot be used' in ended.err
    told = shop.run("config", "check", "--json").document
    assert (told["valid"], len(told["errors"])) == (False, 1)


def test_all_that_is_wrong_is_said_at_once(shop: Shop) -> None:
    shop.configure('[couriers.bad]\napi = "dlh"\n[thresholds]\nstaled = { warn = "1h" }\n')
    ended = shop.run("config", "check", "--json")
    assert ended.code == 78
    assert len(ended.document["errors"]) == 2
    assert 'did you mean "dhl"' in ended.err
    assert 'did you mean "stalled"' in ended.err


def test_a_channel_that_cannot_work_is_an_error(shop: Shop) -> None:
    shop.configure('[channels.bad]\nurl = "nonsense://x"\n')
    ended = shop.run("config", "check")
    assert ended.code == 78
    line = shop.config.read_text().splitlines().index('url = "nonsense://x"') + 1
    assert f"config.toml:{line}: channels.bad.url: expected an Apprise URL" in ended.err


def test_a_raw_sign_in_a_password_is_told_with_its_line_and_its_code_and_not_the_password(shop: Shop) -> None:
    shop.configure('[channels.bad]\nurl = "mailtos://robot:hunter#2@smtp.shop.example?to=a@shop.example"\n')
    for command in (("config", "check"), ("alerts", "test"), ("once",)):
        ended = shop.run(*command)
        assert ended.code == 78
        assert re.search(r'config\.toml:\d+: channels\.bad\.url: .*raw "#".*write %23 instead', ended.err), command
        assert "hunter" not in ended.out + ended.err


def test_what_holds_is_shown_without_secrets_and_reads_as_toml(shop: Shop) -> None:
    shop.configure('[[thresholds.override]]\ndestination = "BR"\nstalled = { warn = "10d" }\n')
    shown = shop.run("config", "show")
    assert "sandbox-key" not in shown.out
    read = tomllib.loads(shown.out)
    document = shop.run("config", "show", "--json").document
    profile = {"no_first_scan", "lost"} & set(document["thresholds"])
    assert profile
    assert not profile & set(read["thresholds"])
    assert {**document, "thresholds": None} == {**read, "thresholds": None}
    assert read["drafts"]["remedies"]["damaged"] == ["resend", "refund"]
    assert config.load(Path(shop.file(shown.out, "shown.toml"))).accounts().keys() == {"my_dhl"}
    assert read["couriers"]["my_dhl"]["key"] == "***"


def test_the_schema_needs_no_configuration(shop: Shop) -> None:
    schema = shop.bare("config", "schema", "--config", "/nowhere").document
    assert schema["properties"]["couriers"]
    assert schema["$defs"]["Alerts"]["properties"]["old_news"]["default"] == "14d"


def test_the_unit_names_this_program_and_the_configuration(shop: Shop) -> None:
    unit = shop.bare("systemd-unit").out
    line = next(line for line in unit.splitlines() if line.startswith("ExecStart="))
    assert line.startswith("ExecStart=/")
    assert "/etc/parcelwatch/config.toml" in line
    assert "/srv/pw.toml" in shop.bare("systemd-unit", "--config", "/srv/pw.toml").out


def test_a_backup_is_a_whole_database(watched: Shop) -> None:
    target = watched.folder / "copy.db"
    assert watched.run("db", "backup", str(target), "--json").document["bytes"] > 0
    with sqlite3.connect(target) as copy:
        assert copy.execute("SELECT count(*) FROM parcels").fetchone() == (3,)
    assert stat.S_IMODE(target.stat().st_mode) == 0o600
    assert watched.run("db", "backup", str(target)).code == 0
    before = watched.config.read_bytes()
    for slip in (str(watched.config), str(watched.folder), str(watched.folder / "nowhere" / "copy.db")):
        assert watched.run("db", "backup", slip).code == 2
    assert watched.config.read_bytes() == before


def test_a_backup_is_looked_through_before_it_is_needed(watched: Shop) -> None:
    target = watched.folder / "copy.db"
    watched.run("db", "backup", str(target))
    assert "db restore" in watched.run("db", "check", str(target)).out
    target.write_bytes(target.read_bytes()[:5000])
    ended = watched.run("db", "check", str(target), "--json")
    assert (ended.code, ended.document["ok"]) == (1, False)
    assert "Choose another backup" in ended.document["findings"][0]


def test_a_purge_deletes_what_is_over_and_gives_back_its_room(watched: Shop) -> None:
    watched.configure('[retention]\nparcels = "1d"\n')
    with Store.open(watched.folder / "shop.db") as store, store.transaction():
        for number in range(2000):
            store.write(
                "INSERT INTO parcels (number, courier, added_at) VALUES (?, 'my_dhl', 0)", (f"OLD{number}" * 9,)
            )
    said = watched.run("db", "purge", "--json").document
    assert said["deleted"] == 2000
    assert said["bytes"] < said["bytes_before"]
    assert watched.run("db", "check").code == 0


def test_a_database_in_order_has_no_findings(watched: Shop) -> None:
    watched.folder.joinpath("shop.db").chmod(0o600)
    assert watched.run("db", "check", "--json").document == {"ok": True, "findings": []}
    assert watched.run("doctor", "--json").document["ok"]


def test_the_doctor_says_what_to_do(watched: Shop) -> None:
    (watched.folder / "shop.db").chmod(0o644)
    with Store.open(watched.folder / "shop.db") as store, store.transaction():
        settling.settle_dead(store, [1], "gone")
    ended = watched.run("doctor", "--json")
    assert ended.code == 1
    assert any("chmod 600" in finding for finding in ended.document["findings"])
    assert any("alerts list --state dead" in finding for finding in ended.document["findings"])
    assert watched.run("db", "check").code == 1


@pytest.mark.parametrize(
    ("more", "said"),
    [
        ('[channels.mail]\nurl = "mailto://user:p@ss@example.com"\n', "channels.mail"),
        ('[drafts.send]\nurl = "mailto://robot:pa55@smtp.example.com?to=ann@example.org"\n', "drafts.send.url"),
        ('[couriers.second]\napi = "dhl"\nkey = "file:no-such-key"\n', "no-such-key"),
        ('[channels.second]\nurl = "file:/dev/null"\n', "it is empty"),
        ('[tokens.one]\nsecret = "0123456789abcdef"\n[tokens.two]\nsecret = "0123456789abcdef"\n', "tokens.two"),
    ],
)
def test_the_doctor_finds_what_the_daemon_cannot_start_with(watched: Shop, more: str, said: str) -> None:
    (watched.folder / "shop.db").chmod(0o600)
    watched.configure(more)
    ended = watched.run("doctor", "--json")
    assert ended.code == 1, ended.err
    assert any(said in finding for finding in ended.document["findings"]), ended.document
    assert not any("pa55" in text or "p@ss" in text for text in (ended.out, ended.err))


def test_the_doctor_says_that_nobody_can_be_asked(shop: Shop) -> None:
    bare = shop.file('[channels.ops]\nurl = "json://127.0.0.1:9/"\n', "bare.toml")
    assert "no courier is configured" in shop.bare("doctor", "--config", bare).out


def test_the_doctor_looks_before_there_is_a_database(shop: Shop) -> None:
    shop.without_database()
    ended = shop.run("doctor")
    assert ended.code == 1
    assert "parcels import" in ended.out


def test_the_doctor_sees_that_there_is_no_place_for_a_database(shop: Shop) -> None:
    lost = shop.file('[service]\ndatabase = "nowhere/shop.db"\n', "lost.toml")
    assert "cannot make one in" in shop.bare("doctor", "--config", lost).out


def test_the_doctor_sees_a_damaged_file(shop: Shop) -> None:
    Path(shop.folder / "shop.db").write_bytes(b"not a database" * 1000)
    ended = shop.run("doctor", "--json")
    assert ended.code == 1
    assert json.dumps(ended.document)


@pytest.mark.parametrize("seed", range(5))
def test_no_command_takes_a_damaged_database_for_a_bug_of_ours(watched: Shop, seed: int) -> None:
    """A page of random bytes, wherever it is: all commands say what is damaged and what to type, or do without it."""
    database, dice = watched.folder / "shop.db", random.Random(seed)
    assert watched.run("db", "backup", str(watched.folder / "copy.db")).code == 0
    whole = bytearray(database.read_bytes())
    page = dice.randrange(1, len(whole) // 4096)
    whole[page * 4096 : (page + 1) * 4096] = dice.randbytes(4096)
    database.write_bytes(whole)
    for command in (["doctor"], ["db", "check"], ["alerts", "list"], ["cases", "list"], ["parcels", "list"]):
        ended = watched.run(*command)
        assert ended.code in (0, 1), ended.err
        said = ended.out + ended.err
        assert ended.code == 0 or f"db restore {watched.folder}/copy.db" in said, (command, said)
    assert watched.run("db", "check").code == 1
    assert "is now what" in watched.run("db", "restore", str(watched.folder / "copy.db")).out
    assert watched.run("db", "check").code == 0


@pytest.mark.parametrize(
    ("version", "fine"),
    [
        ("3.40.1", False),
        ("3.51.2", False),
        ("3.51.3", True),
        ("3.50.6", False),
        ("3.50.7", True),
        ("3.50.8", True),
        ("3.44.6", True),
        ("3.53.1", True),
    ],
)
def test_a_sqlite_with_the_wal_reset_bug_is_known(version: str, fine: bool) -> None:
    assert ("fine" in walreset.verdict(version)) is fine
