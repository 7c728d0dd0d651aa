"""Who reads what belongs where finds it there: every file that a docstring or the README points to exists."""

from __future__ import annotations

import ast
import re
from functools import cache
from pathlib import Path

ROOT = Path(__file__).parent.parent
PACKAGE = ROOT / "parcelwatch"
README = (ROOT / "README.md").read_text(encoding="utf-8")
PLACES = README[README.index("| folder | what lives there |") :].partition("\n\n")[0].splitlines()[2:]
MODULES = sorted(PACKAGE.rglob("*.py"))


@cache
def docstrings() -> list[tuple[Path, str]]:
    read = [(module, ast.parse(module.read_text(encoding="utf-8"))) for module in MODULES]
    return [(module, ast.get_docstring(parsed) or "") for module, parsed in read]


def test_every_file_that_a_docstring_points_to_is_there() -> None:
    files = [module.as_posix() for module in MODULES]
    for module, said in docstrings():
        for name in re.findall(r"(?<![\w.-])(?:\w+/)*\w+\.py\b", said):
            assert any(file.endswith(f"/{name}") for file in files), f"{module}: {name}"


def test_every_module_of_the_core_that_a_docstring_points_to_is_there() -> None:
    for module, said in docstrings():
        for name in re.findall(r"(?<![\w.])core(?:\.[a-z_]+)+", said.replace("core.telegram.org", "")):
            place = PACKAGE.joinpath(*name.split("."))
            # What is named last may be something in the module.
            there = place.is_dir() or place.with_suffix(".py").exists() or place.parent.with_suffix(".py").exists()
            assert there, f"{module}: {name}"


def test_every_place_that_the_readme_names_is_there_and_every_folder_is_named() -> None:
    named = set()
    for line in PLACES:
        _, first, second, _ = line.split("|")
        places = [name if (ROOT / name).exists() else f"parcelwatch/{name}" for name in re.findall(r"`([^`]+)`", first)]
        assert all((ROOT / place).exists() for place in places), places
        for file in re.findall(r"`(\w+\.py)`", second):
            assert any((ROOT / place / file).exists() for place in places), file
        named |= {(ROOT / place).name for place in places}
    assert {folder.parent.name for folder in PACKAGE.glob("*/__init__.py")} <= named
