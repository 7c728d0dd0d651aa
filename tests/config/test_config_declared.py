"""Declarations of couriers in config.toml: where they may be, and what is said of every fault in them."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from parcelwatch import config
from parcelwatch.config import Config
from parcelwatch.config.expressions import Expression, Unfit
from parcelwatch.config.templates import Template
from parcelwatch.errors import ConfigError

ACME = '[couriers.acme]\napi = "declared"\nkey = "env:ACME"\n[couriers.acme.declared]\n'
WHOLE = """base_url = "https://api.acme.example"
[couriers.acme.declared.ask]
path = "/p/{number}"
[couriers.acme.declared.answer]
checkpoints = "scans"
time = "at"
code = "code"
"""
FILE = WHOLE.replace("couriers.acme.declared.", "")


def loaded(folder: Path, text: str) -> Config:
    path = folder / "config.toml"
    path.write_text(text, encoding="utf-8")
    return config.load(path, environ={})


def faults(folder: Path, text: str) -> list[str]:
    with pytest.raises(ConfigError) as refused:
        loaded(folder, text)
    return [problem.removeprefix(f"{folder}/") for problem in refused.value.problems]


def test_a_declaration_may_stand_in_the_configuration_in_a_file_beside_it_or_among_those_we_ship(
    tmp_path: Path,
) -> None:
    inline = loaded(tmp_path, ACME + WHOLE).account("acme").declared
    (tmp_path / "acme.toml").write_text(FILE, encoding="utf-8")
    named = '[couriers.acme]\napi = "declared"\ndeclared = "file:acme.toml"\n'
    assert loaded(tmp_path, named).account("acme").declared == inline
    poste = loaded(tmp_path, '[couriers.poste]\napi = "declared"\ndeclared = "laposte"\nkey = "env:K"\n')
    assert (declared := poste.account("poste").declared) is not None
    assert declared.name == "La Poste"
    assert poste.effective()["couriers"]["poste"]["declared"] == "laposte"


def test_what_is_shown_of_a_declaration_is_what_was_written(tmp_path: Path) -> None:
    shown = loaded(tmp_path, ACME + WHOLE).effective()["couriers"]["acme"]["declared"]
    assert shown == {
        "base_url": "https://api.acme.example",
        "ask": {"path": "/p/{number}"},
        "answer": {"checkpoints": "scans", "time": {"from": ["at"]}, "code": "code"},
    }


@pytest.mark.parametrize(
    ("old", "new", "fault"),
    [
        (
            'path = "/p/{number}"',
            'path = "/p/{nmber}"',
            "7: couriers.acme.declared.ask.path: no placeholder {nmber} (did you",
        ),
        ('path = "/p/{number}"', 'path = "p/{number}"', 'expected a path that begins with "/", got "p/{number}"'),
        ('path = "/p/{number}"', 'path = "/p?n={number}"', "a path holds no ? and no #"),
        ('path = "/p/{number}"', 'path = "/p/}"', 'a "}" stands alone; a brace that is meant is written twice'),
        ('path = "/p/{number}"', 'path = "/p"', "ask names no number: write {number} in its path"),
        (
            'path = "/p/{number}"',
            'path = "/{number}"\nmethod = "PUT"',
            'no method "PUT"; expected one of "GET", "POST"',
        ),
        ('path = "/p/{number}"', 'path = "/{number}"\njson = { a = 1 }', 'a GET has no body: write method = "POST"'),
        (
            'path = "/p/{number}"',
            'path = "/{number}"\nmethod = "POST"\nform = { a = "1" }\njson = { a = 1 }',
            "a call has one body",
        ),
        ('path = "/p/{number}"', 'path = "/{number}"\nquery = { page = 1 }', 'got 1: write "1"'),
        (
            'path = "/p/{number}"',
            'path = "/{number}"\nquery = { n = ["{number}", "x"] }',
            "for one each number, got a list",
        ),
        (
            'path = "/p/{number}"',
            'path = "/{number}"\nheaders = { "X Y" = "1" }',
            '"X Y" cannot be the name of a header',
        ),
        (
            'path = "/p/{number}"',
            'path = "/{number}"\nheaders = { X = "a\\nb" }',
            "headers.X: a header holds one line of printable characters",
        ),
        (
            'path = "/p/{number}"',
            'path = "/{number}"\nmethod = "POST"\njson = { at = 2026-03-04 }',
            "has no place in JSON",
        ),
        ('checkpoints = "scans"', 'checkpoints = "scans["', "`scans[` is no JMESPath expression: it is cut short"),
        ('checkpoints = "scans"', 'checkpoints = "scans..x"', "it cannot be read from character 7, `.x`, on"),
        ('checkpoints = "scans"', 'checkpoints = "s[?a == 1]"', "a number is written in backticks: `1`"),
        (
            'checkpoints = "scans"',
            "checkpoints = 's[?a == \"b\"]'",
            "\"b\" in double quotes is a field's name; a text is written 'b'",
        ),
        ('checkpoints = "scans"', 'checkpoints = "sort(a, b)"', "sort() takes 1 arguments, not 2"),
        ('checkpoints = "scans"', 'checkpoints = "revers(a)"', 'no function revers() (did you mean "reverse"?)'),
        ('checkpoints = "scans"', 'checkpoints = " "', "expected a JMESPath expression, got an empty text"),
        ('checkpoints = "scans"', "", "answer.checkpoints: is required: in a parcel: its history"),
        ('code = "code"', "", "a checkpoint needs `code` or `text`, or both"),
        ('code = "code"', 'cod = "code"', 'unknown key (did you mean "code"?)'),
        ('time = "at"', 'time = { from = "at", format = "iso8601" }', 'got "iso8601" (did you mean "iso"?)'),
        ('time = "at"', 'time = { from = "at", format = "%H:%M" }', "does not name day, month and year"),
        ('time = "at"', 'time = { from = "at", zone = "Europe/Pariss" }', '(did you mean "Europe/Paris"?)'),
        ('time = "at"', "time = { from = [] }", "expected 1 to 4 expressions, got 0"),
        ('time = "at"', 'time = { format = "iso" }', "time.from: is required: where it is"),
        ('code = "code"', 'code = "code"\nleft_out = "gone"', 'no meaning of a number left out "gone"'),
        ('base_url = "https://api.acme.example"', 'base_url = "http://api.acme.example"', "plain http only goes to"),
        ('base_url = "https://api.acme.example"', "", "couriers.acme.declared: has no base_url: write the address"),
    ],
)
def test_a_fault_of_a_declaration_is_told_with_its_line(tmp_path: Path, old: str, new: str, fault: str) -> None:
    assert old in WHOLE
    told = faults(tmp_path, ACME + WHOLE.replace(old, new))
    assert len(told) == 1
    assert told[0].startswith("config.toml:")
    assert fault in told[0]


@pytest.mark.parametrize(
    ("more", "fault"),
    [
        ("batch = 0", "batch: expected 1 or more, got 0"),
        ("batch = 1000", "batch: expected 100 at most, got 1000"),
        ('batch = "3"', 'batch: expected a whole number, got "3"'),
        ("batch = 3", "ask.path: {number} is another for each number of a batch: write {numbers}"),
        ('language = "fi"', 'no language that is read "fi"'),
        ('wants = ["zip"]', 'no thing a parcel has "zip"; expected one of "company", "phone_last4", "postal_code"'),
        ('auth = { kind = "heder" }', 'no kind of auth "heder" (did you mean "header"?)'),
        ('auth = { kind = "header" }', 'auth of the kind "header" needs `name`'),
        ('auth = { kind = "oauth2" }', 'auth of the kind "oauth2" needs `url`'),
        ('auth = { kind = "basic", url = "/t" }', 'auth of the kind "basic" has no `url`'),
        ('auth = { kind = "oauth2", url = "t" }', "expected an address such as"),
        ('auth = { kind = "oauth2", url = "http://a.example/t" }', "plain http only goes to 127.0.0.1"),
        ('statuses = { X = "deliverd" }', 'statuses.X: no milestone "deliverd" (did you mean "delivered"?)'),
        ('statuses = { X = "exception/damage" }', 'no cause "damage" (did you mean "damaged"?)'),
        ("statuses = { X = 1 }", 'expected a milestone, such as "delivered" or "exception/damaged", got 1'),
        ('texts = [{ match = "(", is = "lost" }]', '"(" is no regular expression'),
        ('texts = [{ match = "a", is = "text" }]', 'a text cannot mean "text"'),
        ('texts = [{ match = "a", is = "nothing" }]', 'a text cannot mean "nothing"'),
        ("errors = { not_found = {} }", "give `status` or `where`; with both, both must hold"),
        ("errors = { not_found = { status = [99] } }", "expected 200 or more, got 99"),
    ],
)
def test_a_fault_beside_the_tables_is_told_too(tmp_path: Path, more: str, fault: str) -> None:
    text = ACME.replace('key = "env:ACME"', 'key = "env:A"\nsecret = "env:B"') + more + "\n" + WHOLE
    told = faults(tmp_path, text)
    assert any(fault in each and each.startswith("config.toml:") for each in told)


def test_a_batch_without_a_number_to_tell_results_apart_is_refused(tmp_path: Path) -> None:
    text = ACME + "batch = 3\n" + WHOLE.replace("{number}", "{numbers}")
    (told,) = faults(tmp_path, text)
    assert told.endswith("answer.number is required for a batch: results are told apart by it")


def test_every_fault_is_told_at_once_in_the_lines_of_its_own_file(tmp_path: Path) -> None:
    (tmp_path / "acme.toml").write_text(
        FILE.replace("{number}", "{numbr}")
        .replace('"scans"', '"scans["')
        .replace('"at"', '{ from = "at", zone = "Mars" }')
        + '[statuses]\nX = "gone"\n',
        encoding="utf-8",
    )
    text = '[service]\ntimezone = "Mars"\n[couriers.acme]\napi = "declared"\ndeclared = "file:acme.toml"\n'
    assert [problem.split(": ")[:2] for problem in faults(tmp_path, text)] == [
        ["config.toml:2", "service.timezone"],
        ["acme.toml:3", "ask.path"],
        ["acme.toml:5", "answer.checkpoints"],
        ["acme.toml:6", "answer.time.zone"],
        ["acme.toml:9", "statuses.X"],
    ]


@pytest.mark.parametrize(
    ("account", "fault"),
    [
        (
            'api = "declared"',
            '1: couriers.acme: a declared courier needs `declared`: a table, a file, "file:acme.toml", or',
        ),
        ('api = "declared"\ndeclared = "lapost"', 'no shipped declaration "lapost" (did you mean "laposte"?)'),
        (
            'api = "declared"\ndeclared = "inpost"',
            '"inpost"; there are "auspost", "gls", "laposte", "royalmail"; one of your own is "file:inpost.toml"',
        ),
        ('api = "declared"\ndeclared = "inpost.toml"', 'one of your own is "file:inpost.toml"'),
        ('api = "declared"\ndeclared = "file:none.toml"', "none.toml: cannot be read: No such file"),
        ('api = "declared"\ndeclared = "laposte"', "1: couriers.acme: its declaration uses `key`: write where it is"),
        ('api = "declared"\ndeclared = "gls"\nkey = "env:K"', "its declaration uses `secret`"),
        (
            'api = "dhl"\ndeclared = "gls"\nkey = "env:K"\nsecret = "env:S"',
            '3: couriers.acme.declared: is for api = "declared"',
        ),
        ('api = "declared"\ndeclared = 7', "expected a table, [couriers.NAME.declared], got 7"),
    ],
)
def test_an_account_that_does_not_fit_its_declaration_is_told(tmp_path: Path, account: str, fault: str) -> None:
    told = faults(tmp_path, f"[couriers.acme]\n{account}\n")
    assert any(fault in each for each in told), told
    assert all(each.startswith("config.toml:") for each in told)


def test_a_file_that_is_no_toml_is_told_with_its_line(tmp_path: Path) -> None:
    (tmp_path / "acme.toml").write_text('name = "x"\nbatch = \n', encoding="utf-8")
    (told,) = faults(tmp_path, '[couriers.acme]\napi = "declared"\ndeclared = "file:acme.toml"\n')
    assert told.startswith("config.toml:3: couriers.acme.declared: ")
    assert "acme.toml:2: not valid TOML" in told


def test_a_template_is_filled_once_and_a_value_never_becomes_a_placeholder() -> None:
    template = Template.of("{{{number}}} {key}")
    assert template.fill({"number": "{key}", "key": "{number}"}) == "{{key}} {number}"


def test_an_expression_finds_what_it_names_and_nothing_where_there_is_nothing() -> None:
    assert Expression.of("a.b.c").find({"a": {"b": {"c": 1}}}) == 1
    assert Expression.of("a.b.c").find({"a": [{"b": 2}]}) is None
    assert Expression.of("a[].b").find({"a": [{"b": 2}, {}]}) == [2]
    with pytest.raises(Unfit, match="length"):
        Expression.of("length(a)").find({"a": 5})


@pytest.mark.parametrize("deep", ["!" * 999 + "a", "(" * 499 + "a" + ")" * 499, "[" * 900])
def test_an_expression_nested_too_deeply_is_refused(deep: str) -> None:
    with pytest.raises(ValueError, match=r"no JMESPath expression|nested too deeply"):
        Expression.of(deep)


def test_a_long_path_is_followed_and_a_comparison_of_bottomless_values_is_unfit() -> None:
    assert Expression.of("a" + ".a" * 499).find({"a": {"a": 1}}) is None
    one: object = 1
    other: object = 1
    for _ in range(100_000):
        one, other = [one], [other]
    with pytest.raises(Unfit):
        Expression.of("one == other").find({"one": one, "other": other})


def test_the_schema_knows_a_declaration_as_a_table_and_by_name() -> None:
    definitions = config.schema()["$defs"]
    assert definitions["Courier"]["properties"]["declared"]["anyOf"] == [
        {"type": "string"},
        {"$ref": "#/$defs/Declaration"},
    ]
    assert {"type": "string"} in definitions["Reply"]["properties"]["time"]["anyOf"]


# --- anything at all -----------------------------------------------------------------------------

VALUES = [
    *(
        '"x"',
        '"{number}"',
        '"/{numbers}"',
        '"a["',
        "3",
        "-1",
        "1.5",
        "true",
        "[]",
        "{}",
        '["x"]',
        '["{number}"]',
        "[{}]",
    ),
    *(
        "1979-05-27",
        '"oauth2"',
        '"file:x"',
        '"laposte"',
        "{ x = 1 }",
        '{ status = [404], where = "a" }',
        '"%d"',
        "[[1]]",
    ),
]
KEYS = [
    "",
    *(f".{key}" for key in ("name", "base_url", "batch", "rate", "quota", "interval", "language", "wants", "x")),
    *(f".auth{key}" for key in ("", ".kind", ".name", ".value", ".url", ".send", ".more", ".lifetime")),
    *(f".ask{key}" for key in ("", ".method", ".path", ".join", ".query", ".headers", ".json", ".form", ".json.a")),
    *(f".answer{key}" for key in ("", ".parcels", ".checkpoints", ".time", ".time.from", ".time.zone", ".code")),
    *(f".errors{key}" for key in ("", ".message", ".not_found", ".busy.status")),
    *(".statuses", ".statuses.X", ".texts"),
]


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=400, deadline=None)
@given(st.lists(st.tuples(st.sampled_from(KEYS), st.sampled_from(VALUES)), min_size=1, max_size=6))
def test_whatever_is_declared_is_accepted_or_refused_with_sentences(
    tmp_path: Path, pairs: list[tuple[str, str]]
) -> None:
    written = "".join(f"couriers.acme.declared{key} = {value}\n" for key, value in pairs)
    try:
        told = list(loaded(tmp_path, 'couriers.acme.api = "declared"\n' + written).warnings)
    except ConfigError as error:
        told = error.problems
    assert told
    assert all(re.match(r".*\.toml(:[0-9]+)?: [^{]", sentence) for sentence in told)
