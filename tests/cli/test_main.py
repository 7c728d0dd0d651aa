"""Exit codes, and what is said of errors: in one place for every command."""

from __future__ import annotations

import os
import subprocess
import sys
from contextlib import redirect_stdout, suppress
from pathlib import Path

import pytest

from parcelwatch import errors
from parcelwatch.cli import CODES, main
from parcelwatch.errors import ConfigError, NotFound, ParcelwatchError, StoreError, StoreLocked
from parcelwatch.store import Store
from tests.cli.conftest import MOVING, Shop
from tests.ordinary import ordinary
from tests.servers import PATIENCE


def code_of(kind: type[ParcelwatchError]) -> int:
    return next(code for each, code in CODES if issubclass(kind, each))


def test_every_error_there_is_has_its_exit_code() -> None:
    kinds = [kind for kind in vars(errors).values() if isinstance(kind, type) and issubclass(kind, ParcelwatchError)]
    assert {code_of(kind) for kind in kinds} == {1, 2, 75, 78}
    assert [code_of(kind) for kind in (ConfigError, StoreLocked, StoreError, NotFound)] == [78, 75, 1, 1]


def test_without_a_configuration_one_hears_how_to_make_one(shop: Shop) -> None:
    ended = shop.bare("--config", str(shop.folder / "none.toml"), "parcels", "list")
    assert ended.code == 78
    assert "cannot be read" in ended.err
    assert not ended.out


def test_the_configuration_may_be_named_before_or_after_the_command(watched: Shop) -> None:
    config = str(watched.config)
    lists = [
        watched.bare("--config", config, "parcels", "list", "--json"),
        watched.bare("parcels", "--config", config, "list", "--json"),
        watched.bare("parcels", "list", "--json", "--config", config),
        watched.bare("--config", "/nowhere.toml", "parcels", "list", "--json", "--config", config),
    ]
    assert [each.code for each in lists] == [0, 0, 0, 0]
    assert len({each.out for each in lists}) == 1


def test_wrong_usage_is_2_and_says_where_help_is(shop: Shop) -> None:
    for arguments in (["nonsense"], ["cases", "show", "x"], ["cases", "list", "--state", "opne"], ["parcels", "add"]):
        assert shop.run(*arguments).code == 2
    assert "give 8 to 600 seconds" in shop.bare("demo", "--seconds", "3").err
    assert "'x' is no ID" in shop.run("cases", "show", "x").err
    assert 'did you mean "open"' in shop.run("cases", "list", "--state", "opne").err


def test_an_account_nobody_configured_is_wrong_usage_everywhere(watched: Shop) -> None:
    for arguments in (["parcels", "list"], ["cases", "list"], ["why", MOVING], ["parcels", "show", MOVING]):
        ended = watched.run(*arguments, "--courier", "mydhl")
        assert (ended.code, 'did you mean "my_dhl"' in ended.err) == (2, True)


def test_a_result_that_cannot_be_written_is_no_bug(watched: Shop) -> None:
    with Path("/dev/full").open("w", encoding="utf-8") as full, redirect_stdout(full), suppress(OSError):
        assert main(["--config", str(watched.config), "parcels", "list"]) == 1


@pytest.mark.parametrize("closed", ["2>&-", "1>&- 2>&-", "<&- 1>&- 2>&-"])
def test_whoever_closes_our_streams_hears_nothing_and_all_goes_on(watched: Shop, closed: str) -> None:
    line = f"exec {sys.executable} -m parcelwatch --config {watched.config} once {closed}"
    ended = subprocess.run(["sh", "-c", line], stdout=subprocess.PIPE, check=False, timeout=PATIENCE)
    assert ended.returncode in (0, 1)


def test_an_unknown_number_or_id_is_1(watched: Shop) -> None:
    for arguments in (
        ["parcels", "show", "PW99999"],
        ["cases", "show", "99"],
        ["drafts", "show", "99"],
        ["why", "PW99999"],
    ):
        ended = watched.run(*arguments)
        assert ended.code == 1
        assert "99" in ended.err
        assert not ended.out


def test_a_database_that_is_not_there_is_not_made_by_looking(shop: Shop) -> None:
    shop.without_database()
    assert shop.run("cases", "list").code == 1
    assert not (shop.folder / "shop.db").exists()


@pytest.mark.parametrize(
    "command",
    [
        *("parcels list", "doctor", "reload", "db check", "db backup copy.db", "once", "couriers list"),
        *("shops list", "shops list --held", "helpdesks list", "cases ack 1", "alerts list"),
    ],
)
def test_who_may_not_reach_the_database_is_told_so_and_no_bug_of_ours(watched: Shop, command: str) -> None:
    watched.config.chmod(0o644)
    with ordinary(watched.folder):
        ended = watched.bare("--config", "config.toml", *command.split())
    assert ended.code == 1
    assert "Permission denied" in ended.out + ended.err
    assert "bug" not in ended.err


def test_while_a_daemon_runs_another_is_refused_with_75_and_agents_go_on(watched: Shop) -> None:
    with Store.open(watched.folder / "shop.db") as store:
        store.hold_daemon_lock()
        ended = watched.run("once")
        assert ended.code == 75
        assert "another daemon" in ended.err
        assert watched.run("run").code == 75
        assert watched.run("cases", "ack", "1").code == 0
        assert "a daemon is running" in watched.run("doctor").out


def test_a_bug_of_ours_is_70_and_shows_no_secret_unless_debugging(shop: Shop) -> None:
    # A folder in the place of the file being read is one thing nobody foresaw.
    shop.without_database()
    (shop.folder / "shop.db").mkdir()
    assert shop.run("parcels", "list").code == 1

    script = (
        "import sys; from parcelwatch import cli; import parcelwatch.cli.app as made\n"
        "def broken(**_): raise RuntimeError('key=hunter2')\n"
        "made.program = lambda *_: broken\n"
        "print(cli.main([]), file=sys.stderr)\n"
        "sys.exit(cli.main(['--debug']))"
    )
    ended = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=False)
    quiet, _, loud = ended.stderr.partition("70\n")
    assert ended.returncode == 70
    assert "bug of ours: RuntimeError" in quiet
    assert "report" in quiet
    assert "hunter2" not in quiet
    assert "hunter2" in loud


@pytest.mark.parametrize("zone", ["/etc/passwd", "CST-8"])
def test_no_zone_of_the_machine_however_broken_changes_a_thing(watched: Shop, zone: str) -> None:
    command = [sys.executable, "-m", "parcelwatch", "why", MOVING, "--config", str(watched.config)]
    asked = [
        subprocess.run(command, capture_output=True, text=True, check=False, env={**os.environ, "TZ": each})
        for each in (zone, "UTC")
    ]
    assert asked[0].returncode == 0, asked[0].stderr
    assert asked[0].stdout == asked[1].stdout


def test_a_reader_that_has_had_enough_is_no_error(watched: Shop) -> None:
    program = [sys.executable, "-m", "parcelwatch", "systemd-unit"]
    with subprocess.Popen(program, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as running:
        assert running.stdout
        assert running.stderr
        running.stdout.close()
        assert running.wait(PATIENCE) == 0
        assert running.stderr.read() == b""


def test_the_version_is_shown(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--version"]) == 0
    assert capsys.readouterr().out.startswith("parcelwatch ")


def test_results_go_to_stdout_and_all_else_to_stderr(watched: Shop) -> None:
    ended = watched.run("parcels", "show", MOVING.lower(), "--json")
    assert ended.document["number"] == MOVING
    assert Path(watched.folder / "shop.db").stat().st_mode & 0o077 == 0 or ended.err == ""


@pytest.mark.parametrize(
    ("said", "meant"),
    [
        ("cases 5", "'cases show 5'"),
        ("parcels JD0002123456789", "'parcels show JD0002123456789'"),
        ("import orders.csv", "'parcels import' or 'complaints import'"),
        ("list", "'parcels list' or 'orders list' or 'cases list'"),
        ("cases lisst", "'list'"),
        ("cases --5", "--5"),
        ("reprot", "report"),
    ],
)
def test_what_stands_in_a_commands_place_is_answered_with_what_was_meant(
    said: str, meant: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(said.split()) == 2
    assert meant in capsys.readouterr().err
