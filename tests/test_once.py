"""One pass over a database that fails for a moment: what was not kept is never reported as done."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Concatenate, ParamSpec, TypeVar

import pytest

from parcelwatch.asking.outcomes import take_in
from parcelwatch.errors import StoreError
from parcelwatch.running.engine import Engine, Passed
from parcelwatch.store import Store
from parcelwatch.store.writer import Writer
from parcelwatch.telling.settle import settle
from tests.acceptance.world import Account, Shop, ago, known, numbers

P = ParamSpec("P")
T = TypeVar("T")

Work = Callable[Concatenate[Store, P], T]


class FailsOnce(Writer):
    """The disk is full the first time it is to do this."""

    broken: object = None

    async def run(self, work: Work[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        if work is self.broken:
            self.broken = None
            raise StoreError("database or disk is full")
        return await super().run(work, *args, **kwargs)


@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
@pytest.mark.parametrize(("broken", "lost"), [(take_in, 1), (settle, 0)])
def test_what_could_not_be_kept_at_once_is_kept_later_and_nothing_is_sent_twice(
    tmp_path: Path, broken: object, lost: int
) -> None:
    watched = [known(number, ago(300)) for number in numbers(2)]
    with Shop(tmp_path, *watched, accounts=[Account("dhl", rate="2/s")]) as shop:
        shop.watch_all()
        writer = FailsOnce(shop.config.database, daemon=True)
        writer.broken = broken
        passes: list[Passed] = []

        async def scene(parts: Engine) -> None:
            passes.append(await parts.once(shop.hand.at, timedelta(seconds=5)))

        shop.play(scene, shop.engine(writer=writer))
        assert sum(one.names(numbers(1)[0]) for one in shop.sink.to("ops")) == 1
    (passed,) = passes
    assert (passed.polled, passed.undelivered) == (2, 0)
    # On a busy machine both answers come in together, and fail together.
    assert passed.unanswered >= lost
