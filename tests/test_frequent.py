"""Values made by the thousand: the same as any frozen dataclass, but for the time it takes to make them."""

from __future__ import annotations

from dataclasses import FrozenInstanceError, asdict, dataclass, field, replace
from inspect import signature

import pytest

from parcelwatch.model.frequent import frequent


@dataclass(frozen=True, slots=True)
class Plain:
    number: str
    weight: int = 3
    tags: tuple[str, ...] = field(default=(), compare=False)


@frequent
@dataclass(frozen=True, slots=True)
class Quick:
    number: str
    weight: int = 3
    tags: tuple[str, ...] = field(default=(), compare=False)


def test_it_takes_and_keeps_what_the_plain_one_does() -> None:
    assert signature(Quick) == signature(Plain)
    for given in ({"number": "1"}, {"number": "1", "tags": ("a",)}, {"weight": 7, "number": "2"}):
        assert asdict(Quick(**given)) == asdict(Plain(**given))
    assert replace(Quick("1"), weight=4) == Quick("1", 4, ("x",)) != Quick("1")
    assert hash(Quick("1")) == hash(Quick("1", 3, ("x",)))
    with pytest.raises(TypeError, match="number"):
        Quick()  # type: ignore[call-arg]


def test_it_is_as_frozen() -> None:
    with pytest.raises(FrozenInstanceError):
        Quick("1").number = "2"  # type: ignore[misc]
    with pytest.raises((FrozenInstanceError, TypeError, AttributeError)):
        Quick("1").other = "2"  # type: ignore[attr-defined]


def test_one_that_fills_itself_is_refused() -> None:
    @dataclass(frozen=True, slots=True)
    class Made:
        tags: list[str] = field(default_factory=list)

    @dataclass(frozen=True, slots=True)
    class Checked:
        number: str

        def __post_init__(self) -> None:
            assert self.number

    for one in (Made, Checked):
        with pytest.raises(TypeError, match="does more than to keep"):
            frequent(one)
