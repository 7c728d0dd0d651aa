"""config.example.toml: it loads as it is and with every line used, and leaves no key out."""

import re
import tomllib
import warnings
from pathlib import Path
from textwrap import dedent
from typing import Any

import pytest

from parcelwatch import config
from parcelwatch.core.kinds import CLOCKED, KINDS, LETTERS
from parcelwatch.core.profiles import PROFILES
from parcelwatch.core.thresholds import Limits

HERE = Path(__file__).parents[2]
EXAMPLE = (HERE / "config.example.toml").read_text(encoding="utf-8")
REMEDIES = {kind: letter.remedies for kind, letter in LETTERS.items()}
README = (HERE / "README.md").read_text(encoding="utf-8")
BLOCKS = [dedent(block) for block in re.findall(r"```toml\n(.*?)```", README, re.DOTALL)]
CONFIGURATIONS = [block for block in BLOCKS if tomllib.loads(block).keys() <= config.schema()["properties"].keys()]
ACME = next(block for block in BLOCKS if block.startswith('name = "Acme"'))
AROUND = {"my_dhl": 'couriers.my_dhl = { api = "dhl", key = "k" }\n', "boss": 'channels.boss = { url = "json://h" }\n'}
AROUND |= {"kd100": 'couriers.kd100 = { api = "kuaidi100", key = "k", customer = "c" }\n'}
ALL_USED = re.sub(r"^#(?! |$)", "", EXAMPLE, flags=re.MULTILINE)


def loaded(text: str, folder: Path) -> config.Config:
    path = folder / "config.toml"
    path.write_text(text, encoding="utf-8")
    return config.load(path, environ={})


def test_the_example_loads_and_warns_only_of_what_is_left_to_fill_in(tmp_path: Path) -> None:
    warnings = loaded(EXAMPLE, tmp_path).warnings
    assert [re.sub(r":.*", "", warning.partition("config.toml: ")[2]) for warning in warnings] == [
        "no [couriers.*] account",
        "no [channels.*]",
    ]


def test_the_example_loads_with_every_line_used(tmp_path: Path) -> None:
    whole = loaded(ALL_USED, tmp_path)
    assert list(whole.accounts()) == ["kd100", "my_dhl", "track17", "poste", "fleet", "regio"]
    assert whole.warnings == ()


@pytest.mark.parametrize("text", [EXAMPLE, ALL_USED, *CONFIGURATIONS], ids=lambda text: text[:40])
def test_what_is_printed_for_a_user_is_read_and_shown_without_a_warning_of_any_library(
    text: str, tmp_path: Path
) -> None:
    (tmp_path / "acme.toml").write_text(ACME, encoding="utf-8")
    # What a part of a configuration speaks of, it has elsewhere.
    text = "".join(around for name, around in AROUND.items() if f'"{name}"' in text and text != ALL_USED) + text
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        read = loaded(text, tmp_path)
        read.effective()
        assert config.changes(read, read) == []
        assert config.fingerprint(read)


def test_a_key_of_the_example_that_stands_for_its_default_is_the_default(tmp_path: Path) -> None:
    empty, example = loaded("", tmp_path).effective(), loaded(EXAMPLE, tmp_path).effective()
    assert example["drafts"].pop("remedies") == {kind: list(codes) for kind, codes in REMEDIES.items()}
    del empty["drafts"]["remedies"]
    assert example == empty


def test_every_key_of_every_table_stands_in_the_example() -> None:
    there = set(keys(tomllib.loads(ALL_USED)))
    assert {path for path in paths_of(config.schema()) if not shown_for_couriers(path, there)} <= there


def test_every_remedy_of_the_example_is_the_default_one() -> None:
    remedies = tomllib.loads(ALL_USED)["drafts"]["remedies"]
    assert {kind: tuple(codes) for kind, codes in remedies.items()} == REMEDIES


@pytest.mark.parametrize("kind", CLOCKED)
def test_every_threshold_stands_in_the_example_with_both_profiles_numbers(kind: str) -> None:
    china, international = PROFILES["china"], PROFILES["international"]
    numbers = (
        f"# china {shown(china.domestic[kind])}, domestic {shown(international.domestic[kind])}, "
        f"cross-border {shown(international.cross_border[kind])}"
    )
    line = next(line for line in EXAMPLE.splitlines() if re.match(rf"#?{kind} = ", line))
    assert line.endswith(numbers)


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_is_named_in_the_example(kind: str) -> None:
    assert re.search(rf"\b{kind}\b", EXAMPLE)


def test_the_program_carries_the_example_with_it() -> None:
    assert config.example() == EXAMPLE


def shown(limits: Limits) -> str:
    return "/".join(str(each) for each in (limits.warn, limits.critical) if each) or "-"


def shown_for_couriers(path: tuple[str, ...], there: set[tuple[str, ...]]) -> bool:
    """Whether a key of a declared shop or helpdesk is one that declared couriers or shops show.

    How it proves itself, times, bodies; of a helpdesk also how calls are written.
    """
    if path[1:3] != ("*", "declared") or path[0] == "couriers":
        return False
    if path[0] == "helpdesks" and (
        ("shops", *path[1:]) in there or (("shops", "*", "declared", "one", path[-1]) in there and len(path) == 5)
    ):
        return True
    courier = [known for known in there if known[:3] == ("couriers", "*", "declared")]
    return (
        ("couriers", *path[1:]) in there
        or path[-1] in ("form", "json")
        or any(known[-2:] == ("time", path[-1]) for known in courier)
    )


def keys(table: dict[str, Any], at: tuple[str, ...] = ()) -> list[tuple[str, ...]]:
    """Every key path of a document, names of accounts and channels as "*", items of lists not numbered."""
    found: list[tuple[str, ...]] = []
    for key, value in table.items():
        named = (("couriers",), ("channels",), ("shops",), ("helpdesks",), ("import",), ("tokens",))
        here = (*at, "*" if at in named else key)
        found.append(here)
        for each in value if isinstance(value, list) else [value]:
            found += keys(each, here) if isinstance(each, dict) else []
    return found


def paths_of(schema: dict[str, Any]) -> list[tuple[str, ...]]:
    """Every key path a schema knows, but for the kinds, which have tests of their own."""
    definitions = schema["$defs"]

    def walk(node: dict[str, Any], at: tuple[str, ...]) -> list[tuple[str, ...]]:
        node = definitions[node["$ref"].rpartition("/")[2]] if "$ref" in node else node
        found = [at] if at else []
        for key, each in node.get("properties", {}).items():
            found += walk(each, (*at, key)) if key not in KINDS else []
        for each in (node.get("items"), node.get("additionalProperties"), *node.get("anyOf", ())):
            if isinstance(each, dict) and "$ref" in each:
                found += walk(each, (*at, "*") if each is node.get("additionalProperties") else at)
        return found

    return walk(schema, ())
