"""Who asks shops and helpdesks: made as configured, and replaced while they run.

What belongs here: who stays, who comes and who goes when a configuration is taken over. How each asks is shopping/'s
and ticketing/'s.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Protocol

from parcelwatch.core.policy import Policy
from parcelwatch.shopping.asking import Sends
from parcelwatch.shopping.keeper import Shopkeeper, Stall
from parcelwatch.store.writer import Writer
from parcelwatch.ticketing.counters import Counter
from parcelwatch.ticketing.keeper import Deskkeeper

Keeper = Shopkeeper | Deskkeeper
Place = Stall | Counter
Hire = Callable[[Place], Keeper]


def hirer(client: Sends, writer: Writer) -> Hire:
    """What makes a keeper of a place."""

    def hire(place: Place) -> Keeper:
        if isinstance(place, Stall):
            return Shopkeeper(place, client, writer)
        return Deskkeeper(place, client, writer)

    return hire


@dataclass(frozen=True, slots=True)
class Succession:
    """Who asks from now on, and who of these did not before; `staying`: with the place each has now."""

    all: tuple[Keeper, ...]
    new: tuple[Keeper, ...]
    staying: tuple[tuple[Keeper, Place], ...]
    leaving: tuple[Keeper, ...]

    def begin(self, policy: Policy) -> None:
        """Let it be so, for those who leave have retired. They hand on what was still to be done, and what comes of
        what they are at is judged as all else is from now on.
        """
        for keeper, place in self.staying:
            keeper.take_over(place)
        heirs = {one.kept: one for one in self.new}
        for one in self.leaving:
            one.hand_on(heirs.get(one.kept), policy)


class Leaves(Protocol):
    """Who asks somebody, and may be replaced by another who does."""

    def retire(self) -> None:
        """Ask no more, and settle nothing; what was asked is taken in."""

    def go_on(self) -> None:
        """Nobody follows after all."""


@contextmanager
def leaving(those: Sequence[Leaves]) -> Iterator[None]:
    """These leave, and hold what follows against nobody. They go on after all where what is done meanwhile fails."""
    for one in those:
        one.retire()
    try:
        yield
    except BaseException:
        for one in those:
            one.go_on()
        raise


def succession(before: Sequence[Keeper], wanted: Iterable[Place], hire: Hire) -> Succession:
    """Who stays: those who ask as they did, whatever else of their place is another."""
    known = {one.kept: one for one in before}
    every: list[Keeper] = []
    staying: list[tuple[Keeper, Place]] = []
    for place in wanted:
        one = known.get(place.kept)
        if one is not None and one.asks_alike(place):
            staying.append((one, place))
            every.append(one)
        else:
            every.append(hire(place))
    new = tuple(one for one in every if one not in before)
    return Succession(tuple(every), new, tuple(staying), tuple(one for one in before if one not in every))
