"""The linters and the type checker, so that one command checks everything."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

TOP = Path(__file__).parent.parent
BIN = Path(sys.executable).parent


def run(*command: str) -> None:
    done = subprocess.run([BIN / command[0], *command[1:]], cwd=TOP, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.tools
def test_nobody_imports_from_a_floor_above_and_the_core_is_pure() -> None:
    run("lint-imports")


@pytest.mark.tools
def test_the_linter_finds_nothing() -> None:
    run("ruff", "check", "--quiet", ".")


@pytest.mark.tools
def test_the_types_fit() -> None:
    run("mypy")


@pytest.mark.tools
def test_the_project_speaks_of_itself_alone() -> None:
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=TOP, capture_output=True, text=True, check=False)
    if listed.returncode:
        pytest.skip("not a git checkout")
    top = {name.split("/")[0] for name in listed.stdout.split("\0") if name}
    allowed = {"parcelwatch", "tests", "config.example.toml", "pyproject.toml", "README.md", "LICENSE", "CHANGELOG.md"}
    assert {name for name in top if not name.startswith(".")} == allowed
