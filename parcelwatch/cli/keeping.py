"""The keeper of one shop or helpdesk put to work once, apart from the daemon that has it all day; and how it fares.

What belongs here: what is the same of both, whose keepers are alike. Their words are `shopping`'s and `ticketing`'s.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import aclosing, closing
from datetime import datetime, timedelta
from typing import Any, Final, Protocol, TypeVar

from parcelwatch.asking.client import Client
from parcelwatch.cli import output
from parcelwatch.cli.base import NeedsAttention
from parcelwatch.cli.desk import Desk
from parcelwatch.core.service.accounts import AccountState
from parcelwatch.errors import CourierError
from parcelwatch.running.making import proxy
from parcelwatch.store.writer import Writer


class Keeper(Protocol):
    """Whoever asks a shop or a helpdesk."""

    def at(self, now: datetime) -> None: ...


K = TypeVar("K", bound=Keeper)
T = TypeVar("T")

LATELY: Final = timedelta(hours=1)


def put_to_work(desk: Desk, hire: Callable[[Client, Writer], K], work: Callable[[K, datetime], Awaitable[T]]) -> T:
    """What `work` makes of a keeper, with everything closed afterwards."""

    async def whole() -> T:
        with closing(Writer(desk.config.database)) as writer:
            async with aclosing(Client(proxy=proxy(desk.config))) as client:
                keeper = hire(client, writer)
                keeper.at(desk.now)
                return await work(keeper, desk.now)

    return asyncio.run(whole())


def fares(state: AccountState, *, asked: bool) -> dict[str, Any]:
    """How it fares, for JSON; `asked`: whether it ever was."""
    failing = state.failing_since is not None
    return {
        "state": "refused" if state.refused else "failing" if failing else "ok" if asked else "not asked yet",
        "since": output.stamp(state.failing_since),
        "error": state.last_error if failing else "",
    }


def answers(noun: str, name: str, api: str, ask: Callable[[], str]) -> dict[str, Any]:
    """Whether it answers, for JSON, with what it said or why it did not."""
    try:
        said, ok = ask(), True
    except CourierError as error:
        said, ok = str(error), False
    return {noun: name, "api": api, "ok": ok, "said": said}


def show_checked(noun: str, checked: list[dict[str, Any]], *, as_json: bool) -> None:
    """Who answers and who does not. Raises NeedsAttention where one does not."""
    if as_json:
        output.emit(checked)
    else:
        rows = [
            (one[noun], one["api"], "ok" if one["ok"] else "failed", output.safe(one["said"], 400)) for one in checked
        ]
        output.show([f"!{noun.capitalize()}", "API", "Result", "What"], rows, "")
    if failed := [one[noun] for one in checked if not one["ok"]]:
        raise NeedsAttention(f"{', '.join(failed)} cannot be asked")
