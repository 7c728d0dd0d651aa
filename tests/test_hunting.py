"""The fuzzer finds what breaks: `python -m tests.fuzz` hunts for as long as one likes, this is a moment of it."""

from __future__ import annotations

import random
from dataclasses import replace
from datetime import datetime
from itertools import islice
from pathlib import Path

import pytest

from tests.fuzz.hunt import Hunt
from tests.fuzz.mutating import MOST, mutated
from tests.fuzz.oracle import Broken, must, printable
from tests.fuzz.targets import TARGETS

FOUND = Path(__file__).parent / "fuzz" / "found"


@pytest.mark.parametrize("name", [name for name in TARGETS if name != "sample"])
def test_a_seed_of_every_target_is_read_and_read_again_when_it_is_spoiled(name: str) -> None:
    target, dice = TARGETS[name], random.Random(name)
    seeds = target.seeds()
    seed = dice.choice(sorted(seeds))
    target.read(seed, seeds[seed])
    target.read(seed, mutated(seeds[seed], dice, [*islice(seeds.values(), 5)]))


@pytest.mark.parametrize("file", sorted(FOUND.iterdir()), ids=lambda file: file.name)
def test_what_was_found_once_is_read_or_refused(file: Path) -> None:
    head, _, body = file.read_bytes().partition(b"\n")
    target, _, name = head.decode().partition("/")
    TARGETS[target].read(name, body)


def test_what_breaks_is_kept_once_as_an_input_that_shows_it_again(tmp_path: Path) -> None:
    def reads(_: str, body: bytes) -> None:
        must(b"\xff" not in body, "it reads what is no text")

    hunt = Hunt(tmp_path, ("config",))
    hunt.targets = {"config": replace(TARGETS["config"], read=reads)}
    for body in (b"fine", b"a\xff", b"b\xff"):
        hunt.try_one(b"config/accounts\n" + body)
    hunt.report()
    (name,) = hunt.found.values()
    assert (tmp_path / name).read_bytes() == b"config/accounts\na\xff"
    assert "it reads what is no text" in (tmp_path / f"{name}.txt").read_text()
    assert hunt.tried == {"config": 3}


def test_spoiling_is_the_same_for_a_seed_and_never_grows_past_what_is_timed() -> None:
    body = b'{"a": [' + b'"x", ' * 9000 + b"1]}"
    one, same = (mutated(body, random.Random(7)) for _ in range(2))
    assert one == same
    assert all(len(mutated(body, random.Random(seed))) <= MOST for seed in range(5))


def test_half_a_character_and_a_time_without_a_zone_are_broken() -> None:
    with pytest.raises(UnicodeEncodeError):
        printable({"a": ("\ud800",)})
    with pytest.raises(Broken):
        printable([datetime(2026, 3, 1)])  # noqa: DTZ001 - that is what is tried
