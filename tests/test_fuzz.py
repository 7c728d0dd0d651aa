"""Whatever comes from outside is read or refused in words of ours: pushes, posts, configurations and stories.

What mutated answers of couriers do is tests/couriers/test_courier_contract.py's. `HYPOTHESIS_PROFILE=long` looks
further. What was found once stands as an example beside the property.
"""

from __future__ import annotations

import copy
import json
import random
import tomllib
from collections.abc import Iterator
from contextlib import suppress
from datetime import UTC, date, datetime, time
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from starlette.responses import JSONResponse

from parcelwatch import config, couriers, shops
from parcelwatch.cli import writing
from parcelwatch.core.rows import columns, complaints
from parcelwatch.core.texts.text import escaped
from parcelwatch.couriers.base import Account, Push, Pushes, decoded
from parcelwatch.errors import BadInput, ConfigError, CourierError, NotFound
from parcelwatch.ruletests.book import read as read_story
from parcelwatch.shopping import posting
from parcelwatch.shopping.posting import Counters
from parcelwatch.shopping.taking import Counter
from parcelwatch.store import Store, parcels
from parcelwatch.verbs import complaining, importing
from parcelwatch.verbs.desks import assigner
from tests.couriers.recorded import Fixture, fixtures

NOW = datetime(2026, 3, 12, 8, tzinfo=UTC)
HOSTILE: st.SearchStrategy[Any] = st.sampled_from(
    [
        *(None, True, False, 0, -1, 10**30, 10**400, 1.5, -0.0, 1e308, "", "x", " ", [], {}, [[]], [None], {"a": {}}),
        *("\ud800", "\x00", "a\x00b", "\x1b[2J", "\u202e", "𝄞" * 3000, "x" * 70_000, "=1+1", "../../etc/passwd"),
        *("1e999", "inf", "nan", "-1", "9" * 5000, "٣", "²", "0x10", "1_000", "<script>", "{key}", "%s", "${X}", "\n"),
        *("2026-02-30", "9999-12-31T23:59:59-14:00", "0001-01-01T00:00:00+14:00", "2026-03-04T10:00:00+99:00", "24:00"),
        *(
            "env:HOME",
            "file:/dev/zero",
            "file:/etc/passwd",
            "credential:x",
            "*",
            "0h",
            "1bd",
            "-1h",
            "1/0",
            "0/s",
            "9999999999d",
        ),
    ]
)
ANY = st.recursive(
    HOSTILE | st.text(max_size=20) | st.integers() | st.floats(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=6,
)


def places(value: object, at: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """Every place in a document."""
    pairs = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, each in pairs:
        yield (*at, key)
        yield from places(each, (*at, key))


def spoiled(document: Any, changes: list[tuple[int, Any]]) -> Any:
    """A copy with some of its values replaced."""
    document = copy.deepcopy(document)
    for seed, weird in changes:
        known = list(places(document))
        if not known:
            break
        *way, last = random.Random(seed).choice(known)
        inner = document
        for key in way:
            inner = inner[key]
        inner[last] = copy.deepcopy(weird)
    return document


# So many examples as a test of seconds allows; the long profile keeps its own number.
FEW = settings(max_examples=min(40, settings().max_examples) if settings().derandomize else settings().max_examples)

CHANGES = st.lists(st.tuples(st.integers(0, 2**16), ANY), min_size=1, max_size=4)

# --- what couriers push --------------------------------------------------------------------------

PUSHING = {name: courier for name, courier in couriers.load().items() if isinstance(courier, Pushes)}
PUSHED = [one for one in fixtures() if one.call == "push"]
PUSHES = st.builds(
    Push,
    st.dictionaries(
        st.sampled_from(["content-type", "sign", "x-signature", "hmac", "aftership-hmac-sha256"]), st.text(max_size=60)
    ),
    st.dictionaries(st.sampled_from(["sign", "token", "x"]), st.text(max_size=60)),
    st.binary(max_size=300)
    | ANY.map(lambda value: json.dumps(value).encode())
    | st.text().map(lambda text: f"param={text}&sign=x&RequestData={text}".encode("utf-8", "replace")),
)


@pytest.mark.parametrize("api", sorted(PUSHING))
@given(push=PUSHES)
@FEW
def test_what_nobody_signed_is_refused_and_what_cannot_be_read_is_said_so(api: str, push: Push) -> None:
    account = Account("acme", api, "the-key-of-acme", "https://api.example.com", secret="the-secret-of-acme")
    courier = PUSHING[api]
    with pytest.raises(CourierError):
        courier.verify(account, push, NOW)
    with suppress(CourierError):
        repr(courier.pushed(account, push)).encode()
    json.loads(courier.reply(account, NOW))


@given(data=st.data(), changes=CHANGES)
@FEW
def test_a_push_that_is_spoiled_is_read_or_refused(data: st.DataObject, changes: list[tuple[int, Any]]) -> None:
    fixture: Fixture = data.draw(st.sampled_from([one for one in PUSHED if "body" in one.told]))
    body = json.dumps(spoiled(fixture.told["body"], changes)).encode()
    with suppress(CourierError):
        repr(fixture.read(body)).encode()


# --- what programs post --------------------------------------------------------------------------

TOML = '[service]\ndatabase = "x.db"\n[couriers.my_dhl]\napi = "dhl"\nkey = "k3y-of-dhl"\n'
FIELDS = sorted({*posting.ORDER_FIELDS, *columns.COLUMNS, *complaints.COLUMNS, "standing", "shipments"})
GOOD: dict[str, dict[str, Any]] = {
    "parcels": {
        "number": "003404341111111111117",
        "courier": "my_dhl",
        "order": "A-1",
        "value": "12.5",
        "language": "en",
    },
    "orders": {
        "order": "A-1",
        "standing": "open",
        "shipments": [{"number": "003404341111111111117", "company": "DHL"}],
    },
    "complaints": {"at": "2026-03-01T10:00:00Z", "order": "A-1", "kind": "late", "text": "where is it"},
}
TAKES = {"parcels": posting.parcel, "orders": posting.order, "complaints": posting.complaint}


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Store, Counters]]:
    folder = tmp_path_factory.mktemp("api")
    (folder / "config.toml").write_text(TOML)
    read = config.load(folder / "config.toml")
    counter = Counter("api.a", assigner(read), read.policy(), read.shop.currency)
    with Store.open(folder / "x.db") as store:
        yield store, Counters(importing.desk(read), complaining.desk(read), read.policy(), counter)


@pytest.mark.parametrize("kind", TAKES)
@given(
    extra=st.dictionaries(st.sampled_from(FIELDS), ANY, max_size=4),
    changes=st.lists(st.tuples(st.integers(0, 99), ANY), max_size=2),
)
@settings(FEW, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_what_is_posted_is_taken_or_refused_item_by_item(
    desk: tuple[Store, Counters], kind: str, extra: dict[str, Any], changes: list[tuple[int, Any]]
) -> None:
    store, counters = desk
    try:
        item = decoded(json.dumps({**spoiled(GOOD[kind], changes), **extra}))
    except ValueError:
        return  # no JSON: NaN, Infinity, or a number of thousands of digits
    with store.transaction():
        answers = posting.take_all(store, TAKES[kind], counters, [item, item], NOW)
        assert len(answers) == 2
        JSONResponse({"items": answers})
        for row in parcels.rows(store):
            escaped(json.dumps(row, default=str)).encode()
    assert store.all("PRAGMA quick_check") == [("ok",)]


@pytest.mark.parametrize("order", [True, False, "\x00", "\u202e", "\ud800", " ", 1.5, {}, [], None, "x" * 5000])
def test_an_order_that_names_none_is_refused_and_the_others_go_in(desk: tuple[Store, Counters], order: Any) -> None:
    store, counters = desk
    items = [{**GOOD["orders"], "order": order}, GOOD["orders"]]
    with store.transaction():
        refused, taken = posting.take_all(store, posting.order, counters, items, NOW)
    assert (refused["outcome"], taken["outcome"]) == ("refused", "taken")


# --- what people write ---------------------------------------------------------------------------


def example_file() -> dict[str, Any]:
    """The example with every table used."""
    lines = (line.removeprefix("#") if not line.startswith("# ") else line for line in config.example().splitlines())
    return tomllib.loads("\n".join(lines))


@given(changes=CHANGES)
@settings(FEW, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_a_configuration_is_taken_or_its_faults_are_told(tmp_path: Path, changes: list[tuple[int, Any]]) -> None:
    path = tmp_path / "config.toml"
    try:
        text = "\n".join(writing.toml_lines(_without_nothing(spoiled(example_file(), changes))))
        path.write_text(text, encoding="utf-8")
    except ValueError:
        return  # what TOML cannot hold
    problems = ["none"]
    try:
        read = config.load(path, apis=couriers.apis(), shops=shops.apis(), environ={})
        json.dumps(read.effective())
        read.policy()
    except ConfigError as error:
        problems = error.problems
    assert problems
    assert all(0 < len(problem) < 3000 for problem in problems)


@given(st.binary(max_size=200) | st.text(max_size=200).map(lambda text: text.encode("utf-8", "replace")))
@settings(FEW, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_whatever_a_file_holds_it_is_no_configuration_of_ours_or_says_why(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "config.toml"
    path.write_bytes(content)
    with suppress(ConfigError):
        config.load(path, environ={})


STORIES = sorted((Path(__file__).parent / "stories").glob("*.toml"))


@given(at=st.integers(0, 10**6), changes=CHANGES)
@settings(FEW, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_a_story_is_played_or_its_fault_is_told(tmp_path: Path, at: int, changes: list[tuple[int, Any]]) -> None:
    document = tomllib.loads(STORIES[at % len(STORIES)].read_text("utf-8"))
    path = tmp_path / "story.toml"
    try:
        path.write_text("\n".join(writing.toml_lines(_without_nothing(spoiled(document, changes)))), encoding="utf-8")
    except ValueError:
        return
    with suppress(BadInput, NotFound):
        read_story(path)


def _without_nothing(value: Any) -> Any:
    """TOML has no null, and its writer no days."""
    if isinstance(value, date | time):
        return str(value)
    if isinstance(value, dict):
        return {name: _without_nothing(each) for name, each in value.items() if each is not None}
    return [_without_nothing(each) for each in value if each is not None] if isinstance(value, list) else value
