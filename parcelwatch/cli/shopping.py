"""Asking shops from the command line, apart from the daemon that does it all day; and how they fare.

What belongs here: one look or one reading and what it said, as rows and for people.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import asdict
from datetime import UTC, datetime, timedelta
from typing import Any, TypeVar

from parcelwatch import shops
from parcelwatch.cli import output, platforms
from parcelwatch.cli.configured import nothing_yet
from parcelwatch.cli.desk import Desk
from parcelwatch.cli.keeping import LATELY, answers, fares, put_to_work
from parcelwatch.core.rows.shopping import plan
from parcelwatch.core.service import accounts as rules
from parcelwatch.model import ShopOrder
from parcelwatch.shopping.keeper import Shopkeeper, Stall, accounted
from parcelwatch.shops.base import Mark
from parcelwatch.store import Store, accounts
from parcelwatch.store import shops as kept

T = TypeVar("T")


def show(desk: Desk, *, every: bool, as_json: bool) -> None:
    """Every configured shop with what is known of it; with `every` the platforms that can be asked, too."""
    rows = shop_rows(desk) if desk.configured or not every else []
    known = platforms.rows(shops.load()) if every else []
    if as_json:
        output.emit({"shops": rows, "platforms": known} if every else rows)
        return
    zone = desk.config.timezone if rows else UTC
    columns = ["!Shop", "API", "!State", ">Orders", ">Parcels", ">Held", "!+Read up to", "~Last error"]
    shown = [
        (
            row["shop"],
            row["api"],
            row["state"],
            row["orders"],
            row["parcels"],
            row["held"],
            output.moment(row["read_up_to"], zone),
            output.safe(row["error"], 200),
        )
        for row in rows
    ]
    output.show(columns, shown, nothing_yet(desk, "shop"))
    if every:
        platforms.print_all(known, {})
    if any(row["held"] for row in rows):
        output.say("Numbers that no courier account can ask about: `parcelwatch shops list --held`")


def shop_rows(desk: Desk) -> list[dict[str, Any]]:
    """Every configured shop with what the database knows of it; works before there is one."""
    config = desk.whole_config
    if not config.begun:
        return [_row(name, each.api, None) for name, each in config.shops().items()]
    with desk.store() as store:
        return [_row(name, each.api, store) for name, each in config.shops().items()]


def _row(name: str, api: str, store: Store | None) -> dict[str, Any]:
    found = next((row for row in kept.rows(store) if row["shop"] == name), {}) if store else {}
    state, _ = accounts.load(store, accounted(name)) if store else (rules.AccountState(), None)
    return {
        "shop": name,
        "api": api,
        **fares(state, asked=bool(found)),
        **{key: found.get(key, 0) for key in ("orders", "parcels", "held")},
        **{key: found.get(key) for key in ("read_up_to", "asked_at", "read_at")},
    }


def show_held(desk: Desk, *, as_json: bool) -> None:
    """The numbers that no courier account can ask about, and what to do."""
    rows = []
    if desk.config.begun:
        with desk.store() as store:
            rows = kept.held(store)
    if as_json:
        output.emit(rows)
        return
    columns = ["!Shop", "!Order", "!Number", "?Courier", "Why"]
    shown = [
        (
            row["shop"],
            *(output.safe(row[key], 60) for key in ("order", "number", "company")),
            output.safe(row["why"], 300),
        )
        for row in rows
    ]
    output.show(columns, shown, "No number is held.")


# --- asking --------------------------------------------------------------------------------------


def checked(desk: Desk, stall: Stall) -> dict[str, Any]:
    """Whether a shop answers, and with how many orders of the last hour."""

    async def look(keeper: Shopkeeper, now: datetime) -> str:
        found = await keeper.lately(Mark(now - LATELY))
        return "; ".join([f"{len(found)} orders changed within the last hour", *keeper.remarks])

    return answers("shop", stall.name, stall.account.api, lambda: _asked(desk, stall, look))


def tried(desk: Desk, stall: Stall, order: str) -> list[dict[str, Any]]:
    """What a shop tells of an order, or of those that changed lately, each with what would come of it."""

    async def look(keeper: Shopkeeper, now: datetime) -> list[ShopOrder]:
        if not order:
            return await keeper.lately(Mark(now - LATELY))
        found = await keeper.look(order)
        return [] if found is None else [found]

    return [_described(stall, each, desk.now) for each in _asked(desk, stall, look)]


def _described(stall: Stall, told: ShopOrder, now: datetime) -> dict[str, Any]:
    decided = plan(told, (), stall.counter.assign, now, stall.counter.currency)
    said = {
        name: output.stamp(value) if isinstance(value, datetime) else value
        for name, value in asdict(told).items()
        if name != "shipments"
    }
    return {
        **said,
        "watched": [
            {"number": each.number, "courier": each.courier, "company": each.company} for each in decided.watch
        ],
        "held": [asdict(each) for each in decided.held],
    }


def print_tried(found: list[dict[str, Any]]) -> None:
    """For people: an order a line, with its parcels."""
    columns = ["!Order", "!Standing", "Parcels", "Held", "~Customer"]
    shown = [
        (
            output.safe(one["number"], 40),
            one["standing"],
            ", ".join(f"{each['number']} ({each['courier']})" for each in one["watched"]),
            "; ".join(f"{output.safe(each['number'], 40)}: {output.safe(each['why'], 200)}" for each in one["held"]),
            output.safe(one["customer_name"], 40),
        )
        for one in found
    ]
    output.show(columns, shown, "No order.")


def imported(desk: Desk, stall: Stall, since: timedelta | None) -> dict[str, Any]:
    """What a reading came to."""

    async def read(keeper: Shopkeeper, now: datetime) -> dict[str, Any]:
        with output.busy(f"reading {stall.name}"):
            error = await keeper.read(now, now - since if since else None)
        return {"shop": stall.name, **asdict(keeper.taken), "error": str(error or "")}

    return _asked(desk, stall, read)


def print_imported(rows: list[dict[str, Any]]) -> None:
    """For people: a shop a line."""
    columns = ["!Shop", ">Orders", ">Added", ">Updated", ">Stopped", ">Held", ">Complaints", ">Forgotten"]
    keys = ("shop", "told", "added", "updated", "stopped", "held", "complaints", "forgotten")
    output.show(columns, [tuple(row[key] for key in keys) for row in rows], "")


def _asked(desk: Desk, stall: Stall, work: Callable[[Shopkeeper, datetime], Awaitable[T]]) -> T:
    return put_to_work(desk, lambda client, writer: Shopkeeper(stall, client, writer), work)
