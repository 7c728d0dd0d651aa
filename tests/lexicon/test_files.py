"""Every language's file: each wording is read as its example says, and nothing else stands in it."""

from __future__ import annotations

import tomllib
from pathlib import Path

import pytest

from parcelwatch.errors import ConfigError
from parcelwatch.lexicon import languages
from parcelwatch.lexicon.files import FOLDER, load
from parcelwatch.lexicon.proof import count, faults
from parcelwatch.model import Milestone

M = Milestone


@pytest.mark.parametrize("code", languages())
def test_every_wording_is_read_as_its_example_says_and_not_where_its_counter_says(code: str) -> None:
    found = list(faults(languages()[code]))
    assert not found, "\n" + "\n".join(found)


@pytest.mark.parametrize("code", languages())
def test_every_row_has_an_example_and_every_language_denies_deliveries(code: str) -> None:
    counted = count(languages()[code])
    assert counted.examples > counted.rows > 49
    assert len(languages()[code].denial.examples) > 4
    assert languages()[code].denial.counters


@pytest.mark.parametrize("code", languages())
def test_a_row_knows_its_line(code: str) -> None:
    language = languages()[code]
    lines = language.path.read_text("utf-8").splitlines()
    for row in language.rows:
        line = lines[language.line(row) - 1].strip().rstrip(",")
        assert tomllib.loads(f"row = {line}")["row"]["wording"] == row.wording


@pytest.mark.parametrize("code", languages())
def test_every_language_tells_every_milestone_and_every_cause(code: str) -> None:
    told = [row.reading for row in languages()[code].rows]
    assert {reading.milestone for reading in told} >= set(M) - {M.UNKNOWN}
    assert len({reading.cause for reading in told if reading.cause}) >= 11


def test_a_language_is_one_file_found_by_itself() -> None:
    assert set(languages()) == {path.stem for path in FOLDER.glob("*.toml")}
    assert {"en", "de", "fr", "es", "pt", "zh", "nl", "it", "pl", "ja", "ko", "ru"} <= set(languages())


BLOCK = '[[moves]]\nis = "delivered"\nrows = [{ wording = "arrived home", example = "It arrived home" }]\n'


def _written(folder: Path, text: str) -> Path:
    path = folder / "xx.toml"
    path.write_text(text, "utf-8")
    return path


def test_a_new_file_is_enough_for_a_new_language(tmp_path: Path) -> None:
    language = load(_written(tmp_path, f'name = "Xx"\nwords = "arrived home"\n{BLOCK}'))
    assert language.book.read("it arrived home today") == language.rows[0].reading


@pytest.mark.parametrize(
    ("text", "told"),
    [
        (BLOCK.replace("arrived home", "arrived (home"), "'arrived (home'"),
        (BLOCK.replace('"arrived home"', '"arrived {place}"'), "no list 'place'"),
        (BLOCK.replace('"arrived home"', '"arrived) home"'), "')' with nothing before it"),
        (BLOCK.replace('"arrived home"', '"(not after: a*) home"'), "only plain words"),
        (BLOCK.replace('"arrived home"', '"*"'), "every word"),
        (BLOCK.replace('"arrived home"', '""'), "a row has a wording and an example"),
        (BLOCK.replace(', example = "It arrived home"', ""), "a row has a wording and an example"),
        (BLOCK.replace('"delivered"', '"delivert"'), "'delivert'"),
        (BLOCK.replace('"delivered"', '"exception/lots"'), "'lots'"),
        (BLOCK.replace("example", "exmaple"), "exmaple: not known here"),
        (BLOCK.replace("moves", "moods"), "moods: not known here"),
        (BLOCK.replace("rows =", "rows"), "line 3"),
    ],
)
def test_a_mistake_in_a_file_is_told_with_the_file_and_the_wording(tmp_path: Path, text: str, told: str) -> None:
    with pytest.raises(ConfigError) as error:
        assert load(_written(tmp_path, text)).rows
    assert "xx.toml" in str(error.value)
    assert told in str(error.value)


@pytest.mark.parametrize(
    ("text", "line", "told"),
    [
        (BLOCK.replace("arrived home", "(rozla* się"), 5, "')' is missing"),
        (BLOCK.replace("{ wording", "{ wordng"), 5, '[[moves]]: wordng: not known here (did you mean "wording"?)'),
        (BLOCK.replace('"arrived home"', '"{parcl} home"'), 5, "no list 'parcl' (did you mean \"parcel\"?)"),
        (BLOCK.replace('"arrived home"', "'arrived (home'"), 5, "')' is missing"),
        (BLOCK.replace('"delivered"', '"delivert"'), 4, 'did you mean "delivered"?'),
        (BLOCK.replace(', example = "It arrived home"', ""), 5, "a row has a wording and an example"),
        (BLOCK.replace("moves", "moods"), 3, "moods: not known here"),
        (f'[denial]\nnot = "(no"\n{BLOCK}', 4, "[denial] not: ')' is missing"),
        (f'[lists]\nbroken = "a | (b"\n{BLOCK}', 4, "[lists] broken: ')' is missing"),
        (f'suspected = [\n  "perhaps",\n  "may (be",\n]\n{BLOCK}', 5, "'may (be'"),
    ],
)
def test_a_mistake_in_a_file_is_told_with_its_line(tmp_path: Path, text: str, line: int, told: str) -> None:
    head = 'name = "Xx"\n\n' if "[lists]" in text or "suspected" in text else 'name = "Xx"\nlists.parcel = "box"\n'
    with pytest.raises(ConfigError) as error:
        assert load(_written(tmp_path, head + text)).rows
    assert f"xx.toml:{line}: " in str(error.value)
    assert told in str(error.value)
