"""While config.toml has a fault agents go on by what was accepted last, and operators are told of the fault."""

from __future__ import annotations

import re
import stat
from collections.abc import Callable
from pathlib import Path

import pytest

from parcelwatch import config
from parcelwatch.config.declarations import shipped
from parcelwatch.running import accepted
from parcelwatch.store import Store
from tests.cli.conftest import STALLED, Shop

DATABASE = 'database = "shop.db"'


@pytest.fixture
def edited(watched: Shop) -> Shop:
    """A shop whose file was accepted, with agents who read Chinese."""
    watched.configure('\n[alerts]\nlanguage = "zh-CN"\n')
    accepted.keep(config.load(watched.config))
    return watched


def spoil(shop: Shop, old: str = 'rate = "1000/s"', new: str = 'rate = "often"') -> None:
    text = shop.config.read_text(encoding="utf-8")
    assert old in text
    shop.config.write_text(text.replace(old, new), encoding="utf-8")


def place(shop: Shop) -> Path:
    return shop.folder / "shop.db.config"


@pytest.mark.parametrize(
    "words",
    ["cases list", "drafts list", "alerts list", f"parcels show {STALLED}", f"why {STALLED}", "orders list", "report"],
)
def test_agents_go_on_with_one_line_about_the_fault(edited: Shop, words: str) -> None:
    before = edited.run(*words.split())
    spoil(edited)
    after = edited.run(*words.split())
    assert (after.code, after.out) == (before.code, before.out)
    (said,) = set(after.err.splitlines()) - set(before.err.splitlines())
    assert "config.toml:10" in said
    assert "often" in said
    assert "警告" in said


def test_an_agent_acts_and_json_stays_json(edited: Shop) -> None:
    spoil(edited)
    (case, *_) = edited.run("cases", "list", "--json").document
    assert edited.run("cases", "ack", str(case["id"]), "--by", "lin").code == 0
    assert edited.run("cases", "show", str(case["id"]), "--json").document["owner"] == "lin"


@pytest.mark.parametrize(
    "words",
    [
        *("config check", "config show", "once", "run", "reload", "couriers list", "shops list", "helpdesks list"),
        *("alerts test", "alerts preview --kind stalled", "db purge"),
    ],
)
def test_what_operators_do_is_refused(edited: Shop, words: str) -> None:
    spoil(edited)
    said = edited.run(*words.split())
    assert said.code == 78
    assert "often" in said.err


def test_the_doctor_finds_the_fault_and_says_by_what_all_goes_on_meanwhile(edited: Shop) -> None:
    spoil(edited)
    said, goes_on = edited.run("doctor"), "commands go by the file as it was accepted on 20"
    assert said.code == 78
    assert "often" in said.err
    assert goes_on in said.err
    with Store.open(edited.folder / "shop.db") as daemon:
        daemon.hold_daemon_lock()
        assert "the daemon and agents' commands go on by the file" in edited.run("doctor").err
    place(edited).unlink()
    assert goes_on not in edited.run("doctor").err


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ('timezone = "Asia/Shanghai"', 'timezone = "Asia/Shanghai'),
        ("[service]", "[service"),
        (DATABASE, f"{DATABASE}\n{DATABASE}"),
        (DATABASE, 'database = "shop.db'),
        (DATABASE, "database = shop.db"),
        ("[channels.ops]", "channels.ops]"),
        ("[service]\n" + DATABASE, "service." + DATABASE + "\n[service]\nlisten = yes"),
        ("[drafts]", "[drafts]\nlanguages = [" * 3),
    ],
)
def test_a_file_that_is_no_toml_is_gone_on_by_too(edited: Shop, old: str, new: str) -> None:
    spoil(edited, old, new)
    said = edited.run("cases", "list", "--json")
    assert said.code == 0
    assert said.document
    assert len(said.err.splitlines()) == 1


@pytest.mark.parametrize("encoding", ["gb18030", "big5hkscs", "utf-16", "utf-16-le", "utf-16-be", "utf-32", "latin-1"])
def test_a_file_saved_in_another_encoding_is_gone_on_by_and_said_in_the_agents_language(
    edited: Shop, encoding: str
) -> None:
    text = edited.config.read_text(encoding="utf-8")
    note = "£" if encoding == "latin-1" else "店"
    edited.config.write_bytes(f"# {note}\n{text}".encode(encoding))
    said = edited.run("cases", "list", "--json")
    assert said.code == 0
    assert said.document
    (line,) = said.err.splitlines()
    assert line.startswith("警告：")
    assert "UTF-8" in line
    assert not re.search(r"\b(?:not?|is|wanted|save|text)\b", line)
    assert edited.run("config", "check").code == 78


def test_a_declaration_with_a_fault_is_gone_on_by_as_it_was(shop: Shop) -> None:
    own = shop.folder / "own.toml"
    own.write_text(shipped()["gls"], encoding="utf-8")
    shop.configure('\n[couriers.own]\napi = "declared"\nkey = "k"\nsecret = "k"\ndeclared = "file:own.toml"\n')
    accepted.keep(config.load(shop.config))
    own.write_text(shipped()["gls"].replace("name", "nam", 1), encoding="utf-8")
    assert shop.run("couriers", "list").code == 78
    said = shop.run("cases", "list")
    assert said.code == 0
    assert "own.toml" in said.err


def _nothing_kept(shop: Shop) -> None:
    place(shop).unlink()


def _of_another_file(shop: Shop) -> None:
    accepted.keep(config.load(shop.config.rename(shop.folder / "other.toml")))
    shop.config.write_text((shop.folder / "other.toml").read_text(), encoding="utf-8")


def _a_link(shop: Shop) -> None:
    place(shop).rename(shop.folder / "elsewhere")
    place(shop).symlink_to("elsewhere")


def _another_database(shop: Shop) -> None:
    spoil(shop, DATABASE, 'database = "other.db"')


def _not_ours(shop: Shop) -> None:
    place(shop).write_text('{"file": []}')


@pytest.mark.parametrize("spoilt", [_nothing_kept, _of_another_file, _a_link, _another_database, _not_ours])
def test_without_what_was_accepted_the_fault_ends_all_as_before(edited: Shop, spoilt: Callable[[Shop], None]) -> None:
    spoilt(edited)
    spoil(edited)
    said = edited.run("cases", "list")
    assert said.code == 78
    assert "often" in said.err
    assert ("shop.db.config" in said.err) is (spoilt is _a_link)


def test_what_is_kept_is_its_owners_alone_and_whole_and_follows_no_link(edited: Shop) -> None:
    other = edited.folder / "other"
    other.write_text("mine", encoding="utf-8")
    for name in ("shop.db.config", "shop.db.config.part"):
        (edited.folder / name).unlink(missing_ok=True)
        (edited.folder / name).symlink_to(other)
    accepted.keep(config.load(edited.config))
    assert other.read_text(encoding="utf-8") == "mine"
    assert stat.S_IMODE(place(edited).lstat().st_mode) == 0o600
    assert not place(edited).is_symlink()
    assert not list(edited.folder.glob("*.part"))


def test_what_cannot_be_kept_takes_the_old_one_away(edited: Shop) -> None:
    (edited.folder / "shop.db.config.part").mkdir()
    accepted.keep(config.load(edited.config))
    assert not place(edited).exists()


def test_a_pass_keeps_what_it_went_by(watched: Shop) -> None:
    assert not place(watched).exists()
    watched.run("once")
    assert accepted.recall(watched.config)
    spoil(watched)
    assert watched.run("cases", "list").code == 0


def test_what_was_accepted_is_shown_nowhere(edited: Shop) -> None:
    kept = accepted.recall(edited.config)
    assert "sandbox-key" not in f"{kept!r}{config.load(edited.config)!r}"


@pytest.mark.parametrize("named", ["~nobody-of-that-name/shop.db", "a\\u0000b.db", "a" * 5000])
def test_a_database_that_cannot_be_is_no_way_to_what_was_accepted(edited: Shop, named: str) -> None:
    spoil(edited, DATABASE, f'database = "{named}"')
    spoil(edited)
    said = edited.run("cases", "list")
    assert said.code == 78
    assert "often" in said.err
