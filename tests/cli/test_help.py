"""Every command has help with an example, and help is quick."""

from __future__ import annotations

import os
import subprocess
import sys
import unicodedata
from collections.abc import Iterator
from typing import Any

import pytest
import typer.main

from parcelwatch.cli import main
from parcelwatch.cli.app import made
from tests.cli.conftest import STALLED, Shop

HEAVY = (
    "httpx",
    "aiohttp",
    "apprise",
    "sqlite3",
    "sqlite_utils",
    "pydantic",
    "jinja2",
    "rich.markdown",
    "structlog",
    "uvicorn",
    "apscheduler",
    "parcelwatch.config",
    "parcelwatch.model",
    "parcelwatch.store",
)


def commands(command: Any, path: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], Any]]:
    for name, each in getattr(command, "commands", {}).items():
        yield from commands(each, (*path, name))
    if not getattr(command, "commands", {}):
        yield path, command


ALL = list(commands(typer.main.get_command(made())))


@pytest.mark.parametrize(("path", "command"), ALL, ids=[" ".join(path) for path, _ in ALL])
def test_every_command_says_what_it_does_and_shows_an_example(
    path: tuple[str, ...], command: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main([*path, "--help"]) == 0
    shown = capsys.readouterr().out
    assert main([*path, "-h"]) == 0
    assert capsys.readouterr().out == shown
    assert f"Example: parcelwatch {' '.join(path)}" in shown
    assert "--config" in shown
    assert command.help
    assert all(option.help for option in command.params if getattr(option, "opts", [""])[0].startswith("--"))


def groups(command: Any, path: tuple[str, ...] = ()) -> Iterator[tuple[str, ...]]:
    for name, each in getattr(command, "commands", {}).items():
        yield from groups(each, (*path, name))
    if getattr(command, "commands", {}):
        yield path


GROUPS = list(groups(typer.main.get_command(made())))


def width(line: str) -> int:
    return sum(2 if unicodedata.east_asian_width(sign) in "WF" else 1 for sign in line)


def test_no_help_is_wider_than_a_terminal_and_each_noun_shows_how_its_commands_are_used(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "80")
    for path in [*GROUPS, *(path for path, _ in ALL)]:
        assert main([*path, "--help"]) == 0
        shown = capsys.readouterr().out
        assert [line for line in shown.splitlines() if width(line) > 80] == []
        assert f"Example: parcelwatch {' '.join(path)}" in shown


def test_all_commands_of_this_version_are_there() -> None:
    assert {" ".join(path) for path, _ in ALL} == {
        *(
            "demo",
            "sandbox",
            "run",
            "once",
            "reload",
            "why",
            "test-rules",
            "backtest",
            "learn",
            "report",
            "doctor",
            "systemd-unit",
            "db backup",
            "db check",
            "db restore",
            "db purge",
        ),
        "test-rules",
        *(f"silences {verb}" for verb in ("add", "list", "end")),
        *(f"metrics {verb}" for verb in ("rules", "dashboard")),
        *(f"config {verb}" for verb in ("check", "init", "show", "schema")),
        *(f"parcels {verb}" for verb in ("add", "import", "list", "show", "stop", "resume", "forget", "export")),
        *(f"parcels {verb}" for verb in ("move", "mark")),
        *(f"orders {verb}" for verb in ("list", "show", "forget")),
        *(
            f"cases {verb}"
            for verb in (
                "list",
                "show",
                "ack",
                "snooze",
                "resolve",
                "reopen",
                "claim",
                "note",
                "verdict",
                "assign",
                "remedy",
            )
        ),
        *(f"claims {verb}" for verb in ("list", "windows")),
        *(f"incidents {verb}" for verb in ("list", "show")),
        *(f"complaints {verb}" for verb in ("import", "list")),
        *(f"drafts {verb}" for verb in ("list", "show", "edit", "approve", "discard", "send", "sent")),
        *(f"drafts {verb}" for verb in ("announce", "templates")),
        *(f"alerts {verb}" for verb in ("list", "test", "retry", "preview")),
        *(f"shops {verb}" for verb in ("list", "show", "check", "try", "import")),
        *(f"helpdesks {verb}" for verb in ("list", "show", "check", "try")),
        *(f"couriers {verb}" for verb in ("list", "show", "check", "read", "wordings", "detect", "try")),
    }


def test_a_shell_is_told_how_to_complete_the_program() -> None:
    asked = {"_PARCELWATCH_COMPLETE": "complete_bash", "COMP_WORDS": "parcelwatch parcels im", "COMP_CWORD": "2"}
    command = [sys.executable, "-c", "from parcelwatch.cli import main; main([])"]
    ended = subprocess.run(command, env={**os.environ, **asked}, capture_output=True, text=True, check=False)
    assert ended.stdout.split() == ["import"]


def test_what_shows_something_has_json() -> None:
    silent = {"run", "sandbox", "systemd-unit", "config init", "drafts templates", "metrics rules", "metrics dashboard"}
    for path, command in ALL:
        options = {option for each in command.params for option in getattr(each, "opts", [])}
        assert ("--json" in options) is (" ".join(path) not in silent), path


def test_help_imports_nothing_it_does_not_need() -> None:
    code = (
        "import sys; from parcelwatch.cli import main; main(['--help']); "
        f"print([name for name in {HEAVY!r} if name in sys.modules], file=sys.stderr)"
    )
    ended = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert ended.stderr.strip() == "[]"
    assert "parcels" in ended.stdout


UNNEEDED = (
    *("apprise", "httpx", "aiohttp", "apscheduler", "uvicorn", "structlog", "holidays", "rich.markdown"),
    *(
        "sqlite_utils",
        "jmespath",
        "parcelwatch.lexicon",
        "parcelwatch.core.rows.intake",
        "parcelwatch.core.rows.detect",
    ),
    *("parcelwatch.config.declared", "parcelwatch.config.declared_shop", "parcelwatch.config.declared_desk"),
)
WORDLESS = ("jinja2", "babel.dates")
"""Only what says sentences needs these."""


@pytest.mark.parametrize(
    ("command", "heavy"),
    [
        (("cases", "list"), UNNEEDED),
        (("parcels", "list"), UNNEEDED + WORDLESS),
        (("orders", "list"), UNNEEDED + WORDLESS),
        (("why", STALLED), tuple(name for name in UNNEEDED if name != "holidays")),
        (("doctor",), ("aiohttp", "starlette", "uvicorn", "apscheduler", "click", "parcelwatch.running.engine")),
    ],
)
def test_what_agents_type_all_day_imports_nothing_it_does_not_need(
    watched: Shop, command: tuple[str, ...], heavy: tuple[str, ...]
) -> None:
    code = (
        f"import sys; from parcelwatch.cli import main; main([*{command!r}, '--config', {str(watched.config)!r}]); "
        f"print([name for name in {heavy!r} if name in sys.modules], file=sys.stderr)"
    )
    ended = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert ended.stderr.splitlines()[-1] == "[]"
    assert ended.stdout
