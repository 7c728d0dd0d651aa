"""Finding the line of each key."""

import tomllib
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from parcelwatch.config.lines import key_lines

HERE = Path(__file__).parents[2]

WRITTEN = '''\
# "a" = 1
top = "x # no comment" # [not.a.table]

[service] # the service
"data base" = """
several = lines
[in.a.string] \\""" still
"""
when = 1979-05-27 07:32:00
rate.limit = 1.5

[[peaks]]
name = 'it''s'

[[peaks]]
"name" = "two"
  [peaks.more]
  x = [
    1, # one
    { y = { z = "}" }, w = [2] },
  ]
[a.b.c]
'''.replace("'it''s'", "'a \"b\" = c'")


def test_each_key_stands_where_it_is_written() -> None:
    lines = key_lines(WRITTEN)
    assert lines == {
        ("top",): 2,
        ("service",): 4,
        ("service", "data base"): 5,
        ("service", "when"): 9,
        ("service", "rate"): 10,
        ("service", "rate", "limit"): 10,
        ("peaks",): 12,
        ("peaks", 0): 12,
        ("peaks", 0, "name"): 13,
        ("peaks", 1): 15,
        ("peaks", 1, "name"): 16,
        ("peaks", 1, "more"): 17,
        ("peaks", 1, "more", "x"): 18,
        ("peaks", 1, "more", "x", 0): 19,
        ("peaks", 1, "more", "x", 1): 20,
        ("peaks", 1, "more", "x", 1, "y"): 20,
        ("peaks", 1, "more", "x", 1, "y", "z"): 20,
        ("peaks", 1, "more", "x", 1, "w"): 20,
        ("peaks", 1, "more", "x", 1, "w", 0): 20,
        ("a",): 22,
        ("a", "b"): 22,
        ("a", "b", "c"): 22,
    }


def test_lines_that_end_as_on_windows_are_counted_alike() -> None:
    assert key_lines(WRITTEN.replace("\n", "\r\n")) == key_lines(WRITTEN)


def test_the_lines_found_are_those_of_the_document_that_is_read() -> None:
    text = (HERE / "config.example.toml").read_text(encoding="utf-8")
    assert set(paths(tomllib.loads(text))) == set(key_lines(text))


bare = st.from_regex(r"[A-Za-z0-9_-]{1,8}", fullmatch=True)
texts = st.text(st.characters(codec="utf-8", exclude_categories=("Cc", "Cs")), max_size=12)
quoted = texts.map(lambda text: '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"')
multiline = st.lists(texts, min_size=1, max_size=3).map(
    lambda lines: '"""\n' + "\n".join(lines).replace("\\", "\\\\").replace('"', '\\"') + '"""'
)
scalars = st.sampled_from(["1", "-1.5", "true", "1979-05-27T07:32:00Z", "1979-05-27 07:32:00"]) | quoted | multiline
arrays = st.lists(scalars, max_size=3).map(lambda items: "[ # list\n" + ",\n".join(items) + "\n]")
inline = st.dictionaries(bare, scalars.filter(lambda value: "\n" not in value), max_size=3).map(
    lambda table: "{ " + ", ".join(f"{key} = {value}" for key, value in table.items()) + " }"
)
values = scalars | arrays | inline
keys = bare | quoted
tables = st.dictionaries(keys, values, max_size=4)


@given(st.dictionaries(bare, tables, max_size=4), st.dictionaries(bare, st.lists(tables, max_size=3), max_size=2))
def test_every_key_of_any_document_is_found_on_a_line_that_has_it(
    single: dict[str, dict[str, str]], several: dict[str, list[dict[str, str]]]
) -> None:
    text = "".join(f"[s.{name}] # x\n{body(table)}\n" for name, table in single.items())
    text += "".join(f"[[m.{name}]]\n{body(table)}" for name, items in several.items() for table in items)
    try:
        document = tomllib.loads(text)
    except tomllib.TOMLDecodeError:  # two spellings of one key
        return
    lines, written = key_lines(text), text.split("\n")
    assert set(lines) == set(paths(document))
    for path, line in lines.items():
        key = path[-1]
        assert (
            not isinstance(key, str)
            or not key.isascii()
            or key.replace("\\", "\\\\").replace('"', '\\"') in written[line - 1]
        )


def body(table: dict[str, str]) -> str:
    return "".join(f"{key} = {value}\n" for key, value in table.items())


def paths(value: object, at: tuple[str | int, ...] = ()) -> list[tuple[str | int, ...]]:
    if isinstance(value, dict):
        inner = list(value.items())
    elif isinstance(value, list):
        inner = list(enumerate(value))
    else:
        inner = []
    return [path for key, each in inner for path in ((*at, key), *paths(each, (*at, key)))]
