"""From [[claims]] and the windows that come along to the core's terms, and what is wrong with them.

What belongs here: what is written about claims, and the names by which an account's courier goes.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import replace
from typing import Any
from zoneinfo import ZoneInfo

from parcelwatch.claims import windows
from parcelwatch.config.declarations import shipped
from parcelwatch.config.judging import ClaimWindow
from parcelwatch.config.models import File
from parcelwatch.config.problems import Problem
from parcelwatch.core.rows import companies
from parcelwatch.core.rows.near import did_you_mean
from parcelwatch.core.windows import Loss, Start, Terms, Window


def terms(file: File, declared: Mapping[str, str], spot: Callable[[tuple[str | int, ...]], str]) -> Terms:
    """Every window, the shop's first. `declared`: account → where its declaration is; `spot`: names a key's line."""
    own = (
        _window(each, key, spot(("claims", place)))
        for place, each in enumerate(file.claims)
        for key in _keys(each.courier, file.couriers)
    )
    names = {name: (each.api, *filter(None, (declared.get(name),))) for name, each in file.couriers.items()}
    return Terms((*own, *windows()), names, ZoneInfo(file.service.timezone))


def errors(written: Mapping[str, Any]) -> Iterator[Problem]:
    """Windows for couriers there are none of: a slip here costs a claim."""
    accounts = written.get("couriers")
    entries = written.get("claims")
    for place, entry in enumerate(entries if isinstance(entries, list) else ()):
        name = entry.get("courier") if isinstance(entry, dict) else None
        if isinstance(name, str) and not _keys(name, accounts if isinstance(accounts, dict) else {}):
            known = [*(accounts if isinstance(accounts, dict) else ()), *companies.COURIERS]
            yield Problem(
                ("claims", place, "courier"),
                f'no account and no courier "{name[:60]}"{did_you_mean(name, known)}; '
                "`parcelwatch couriers list` shows the accounts",
            )


def warnings(file: File) -> Iterator[Problem]:
    """Windows nobody will be able to check later."""
    for place, each in enumerate(file.claims):
        missing = [f"`{name}`" for name in ("source", "checked_on") if not getattr(each, name)]
        if each.days and missing:
            yield Problem(("claims", place), f"has no {' and no '.join(missing)}: who says so, and when was it read?")


def _keys(name: str, accounts: Collection[str]) -> list[str]:
    """What a courier's name stands for: an account, a declaration, or couriers by name or code."""
    if not name or name in accounts or name in shipped():
        return [name]
    return companies.keys(name)


def _window(each: ClaimWindow, key: str, line: str) -> Window:
    whom = ", ".join(filter(None, (each.courier, each.company, each.service, each.lane, each.origin, each.destination)))
    text = f"{line} ({', '.join(filter(None, (whom, each.kind)))}: {each.days}d from {each.from_})"
    made = Window(Loss(each.kind), each.days, Start(each.from_), courier=key, line=text)
    return replace(
        made,
        company=each.company,
        service=each.service,
        lane=each.lane,
        origin=each.origin,
        destination=each.destination,
        own=True,
        source=each.source,
        checked_on=each.checked_on,
    )
