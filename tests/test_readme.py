"""The README says what the program does: every rule with its thresholds, every courier, every command."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from parcelwatch import couriers
from parcelwatch.core.kinds import RULES
from parcelwatch.core.messaging.messages import Characters, message
from parcelwatch.core.profiles import PROFILES
from parcelwatch.core.rows.columns import COLUMNS
from parcelwatch.core.thresholds import Limits
from parcelwatch.wording.render import Renderer
from parcelwatch.words import languages
from tests import chat_table, export_table, gallery, matrix, shop_matrix
from tests.servers import PATIENCE

README = (Path(__file__).parent.parent / "README.md").read_text(encoding="utf-8")


def written(limits: Limits | None) -> str:
    if limits is None or limits.warn is None:
        return "–"
    return f"{limits.warn} / {limits.critical}" if limits.critical else f"{limits.warn}"


def row(kind: str) -> str:
    """One line of the README's table of kinds, as the code has it."""
    rule = RULES[kind]
    china, international = PROFILES["china"], PROFILES["international"]
    columns = [china.domestic, international.domestic, international.cross_border]
    numbers = " | ".join(written(column.get(kind)) for column in columns)
    meaning = (rule.__doc__ or "").split("\n")[0].rstrip(".")
    return f"| `{kind}` | {meaning} | {numbers} | {Renderer().clears(kind)} |"


@pytest.mark.parametrize("kind", RULES)
def test_every_rule_stands_in_the_readme_with_its_thresholds(kind: str) -> None:
    assert row(kind) in README


@pytest.mark.parametrize("language", languages("letters"))
def test_every_language_of_letters_is_named(language: str) -> None:
    (sentence,) = re.findall(r"^There are letters in (.*?):", README, re.MULTILINE | re.DOTALL)
    assert f"(`{language}`)" in sentence


def test_the_table_of_adapters_is_the_one_the_adapters_make() -> None:
    assert matrix.table() in README, "run `python -m tests.matrix`"


def test_the_table_of_shops_is_the_one_the_adapters_make() -> None:
    assert shop_matrix.table() in README, "run `python -m tests.shop_matrix`"


def test_what_became_of_a_file_of_every_export_is_what_its_tests_hold() -> None:
    assert export_table.table() in README, "run `python -m tests.export_table`"


def test_the_table_of_channels_is_the_one_the_limits_make() -> None:
    assert chat_table.table() in README, "run `python -m tests.chat_table`"


@pytest.mark.parametrize("api", couriers.load())
def test_every_adapter_stands_in_the_table_once(api: str) -> None:
    table = README.partition("<!-- adapters")[2].partition("<!-- end of adapters")[0]
    assert len(re.findall(rf"^\| [^|]+ \| `{api}` \|", table, re.MULTILINE)) == 1


def printed(language: str, containing: str) -> str:
    """A block of the README, as it is to be copied."""
    blocks = re.findall(rf"^( *)```{language}\n(.*?)^\1```", README, re.MULTILINE | re.DOTALL)
    (found,) = [
        "\n".join(line.removeprefix(indent) for line in text.splitlines())
        for indent, text in blocks
        if containing in text
    ]
    return f"{found}\n"


def test_the_first_steps_work_as_they_are_printed(tmp_path: Path) -> None:
    (tmp_path / "config.toml").write_text(printed("toml", "[couriers.my_dhl]"), encoding="utf-8")
    (tmp_path / "orders.csv").write_text(printed("csv", "number,courier"), encoding="utf-8")
    secrets = {"DHL_API_KEY": "k", "OPS_CHANNEL": "json://127.0.0.1:1/"}
    assert f"export {' '.join(f'{name}=…' for name in secrets)}" in README
    for step in ("parcelwatch config check", printed("sh", "parcels import").strip()):
        assert step in README
        command = [sys.executable, "-m", *step.split()]
        environment = {**os.environ, **secrets}
        ended = subprocess.run(
            command, cwd=tmp_path, env=environment, capture_output=True, text=True, check=False, timeout=PATIENCE
        )
        assert (ended.returncode, ended.stderr) == (0, ""), step


def test_the_program_is_on_the_path_before_it_is_typed() -> None:
    typed = README.index("\n   parcelwatch config check")
    assert README.index(". .venv/bin/activate") < typed


@pytest.mark.parametrize("language", gallery.RENDERERS)
def test_a_message_stands_there_as_it_is_sent(language: str) -> None:
    words = gallery.RENDERERS[language].alert(gallery.alert("stalled", language), gallery.NOW)
    (sent,) = message([words], Characters(10_000))
    assert f"```text\n{sent.title}\n{sent.body}\n```" in README


def test_every_column_of_an_import_is_in_the_table() -> None:
    table = README[README.index("| column | holds |") :].partition("\n\n")[0]
    assert set(re.findall(r"`([a-z_0-9]+)`", table)) == set(COLUMNS)
