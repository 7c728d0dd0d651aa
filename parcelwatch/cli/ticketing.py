"""Asking helpdesks from the command line, apart from the daemon that does it all day; and how they fare.

What belongs here: one look and what it said, as rows and for people. What customers wrote is not shown.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import datetime
from typing import Any

from parcelwatch import helpdesks
from parcelwatch.cli import output
from parcelwatch.cli.configured import nothing_yet
from parcelwatch.cli.desk import Desk
from parcelwatch.cli.keeping import LATELY, answers, fares, put_to_work
from parcelwatch.cli.platforms import print_all
from parcelwatch.cli.platforms import rows as adapters
from parcelwatch.core.service import accounts as rules
from parcelwatch.core.tickets import Unheard
from parcelwatch.model import Ticket
from parcelwatch.shops.base import Mark
from parcelwatch.store import Store, accounts, parcels, shops, tickets
from parcelwatch.ticketing import taking
from parcelwatch.ticketing.counters import Counter
from parcelwatch.ticketing.keeper import Deskkeeper


def rows(desk: Desk) -> list[dict[str, Any]]:
    """Every configured helpdesk with what the database knows of it; works before there is one."""
    config = desk.whole_config
    known = config.helpdesks()
    if not config.begun:
        return [_row(name, each.api, each.deliver, None) for name, each in known.items()]
    with desk.store() as store:
        return [_row(name, each.api, each.deliver, store) for name, each in known.items()]


def _row(name: str, api: str, deliver: str, store: Store | None) -> dict[str, Any]:
    kept = f"helpdesks.{name}"
    progress = shops.progress(store, kept) if store else None
    state, _ = accounts.load(store, kept) if store else (rules.AccountState(), None)
    counts = tickets.listed(store, kept) if store else {"complaints": 0, "parcels": 0}
    return {
        "helpdesk": name,
        "api": api,
        "deliver": deliver,
        **fares(state, asked=progress is not None),
        **counts,
        "read_up_to": output.stamp(progress.at) if progress else None,
        "asked_at": output.stamp(progress.asked_at) if progress else None,
        "read_at": output.stamp(progress.read_at) if progress else None,
    }


def platforms() -> list[dict[str, Any]]:
    """Every platform there is an adapter for."""
    known = helpdesks.load()
    return [{**row, "writes": known[row["api"]].writes} for row in adapters(known)]


def print_rows(desk: Desk, rows: list[dict[str, Any]], platforms: list[dict[str, Any]]) -> None:
    """For people: a helpdesk a line, then a platform a line."""
    columns = ["!Helpdesk", "API", "!State", "Letters", ">Complaints", ">Parcels", "!+Read up to", "~Last error"]
    shown = [
        (
            row["helpdesk"],
            row["api"],
            row["state"],
            row["deliver"],
            row["complaints"],
            row["parcels"],
            output.moment(row["read_up_to"], desk.config.timezone),
            output.safe(row["error"], 200),
        )
        for row in rows
    ]
    output.show(columns, shown, nothing_yet(desk, "helpdesk"))
    if platforms:
        print_all(platforms, {"Is written": lambda one: "notes, replies" if one["writes"] else "nothing"})


def checked(desk: Desk, counter: Counter) -> dict[str, Any]:
    """Whether a helpdesk answers, and with how many tickets of the last hour."""

    def said() -> str:
        found = _asked(desk, counter, lambda keeper, now: keeper.lately(Mark(now - LATELY)))
        return f"{len(found)} tickets changed within the last hour"

    return answers("helpdesk", counter.name, counter.account.api, said)


def tried(desk: Desk, counter: Counter, ref: str) -> list[dict[str, Any]]:
    """What a helpdesk tells of a ticket, or of those that changed lately, each with what it is about."""

    async def look(keeper: Deskkeeper, now: datetime) -> list[Ticket]:
        if not ref:
            return await keeper.lately(Mark(now - LATELY))
        found = await keeper.look(ref)
        return [] if found is None else [await keeper.whole(found)]

    found = _asked(desk, counter, look)
    with desk.store() as store:
        return [_described(store, counter, each) for each in found]


def _described(store: Store, counter: Counter, ticket: Ticket) -> dict[str, Any]:
    words, about = taking.judged(store, counter, ticket)
    heard = not isinstance(words, Unheard)
    return {
        "ticket": ticket.number,
        "ref": ticket.ref,
        "created_at": output.stamp(ticket.created_at),
        "updated_at": output.stamp(ticket.updated_at),
        "closed": ticket.closed,
        "messages": len(ticket.messages or ()),
        "complained_at": output.stamp(words.at) if not isinstance(words, Unheard) else None,
        "why_not": "" if heard and about else str(words) if not heard else "it names no parcel that is watched",
        "found_by": str(about.by) if about else None,
        "parcels": [parcels.one(store, one).number for one in about.parcels] if about else [],
    }


def print_tried(found: list[dict[str, Any]]) -> None:
    """For people: a ticket a line, with the parcels it is about."""
    columns = ["!Ticket", ">Messages", "?Closed", "!Parcels", "?Found by", "~No complaint, as"]
    shown = [
        (
            output.safe(one["ticket"], 40),
            one["messages"],
            "closed" if one["closed"] else "",
            ", ".join(one["parcels"]),
            one["found_by"] or "",
            one["why_not"],
        )
        for one in found
    ]
    output.show(columns, shown, "No ticket.")


def _asked(
    desk: Desk, counter: Counter, work: Callable[[Deskkeeper, datetime], Awaitable[list[Ticket]]]
) -> list[Ticket]:
    return put_to_work(desk, lambda client, writer: Deskkeeper(counter, client, writer), work)
