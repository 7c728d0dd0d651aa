"""Erasing somebody's data: asking first, and saying what goes and what stays.

What belongs here: the words that `parcels forget` and `orders forget` share.
"""

from __future__ import annotations

import sys
from collections.abc import Iterable
from typing import TYPE_CHECKING

import typer

from parcelwatch.errors import BadInput

if TYPE_CHECKING:
    from parcelwatch.cli.tongue import Tongue
    from parcelwatch.store.erase import Erasure


def sure(gone: Erasure, t: Tongue, *, yes: bool) -> None:
    """Ask before something is erased for good. Raises BadInput where nobody is there to answer, unless `yes`."""
    if yes:
        return
    what = named(gone, t)
    if not sys.stdin.isatty():
        raise BadInput(f"this would erase everything about {what}, and nobody is there to ask: say --yes")
    typer.confirm(t("Erase everything about {what}? This cannot be undone.", what=what), abort=True, err=True)


def say_gone(gone: Erasure, t: Tongue) -> None:
    """What was erased, and what stays for another's sake."""
    from parcelwatch.cli import output

    output.say(t("Forgotten: {what}. Backups made before still hold it.", what=named(gone, t)))
    if kept := _orders(gone.kept_orders.values(), t):
        output.say(t("Kept for their other parcels: {what}.", what=kept))
    if gone.kept_parcels:
        output.say(t("Kept for their other orders: {what}.", what=t.some(gone.kept_parcels.values())))


def named(gone: Erasure, t: Tongue) -> str:
    """How many parcels a forgetting takes, and which orders."""
    numbers = t.some(gone.parcels.values())
    parcels = t("{count} ({numbers})", count=t.count(len(gone.parcels), "parcel"), numbers=numbers) if numbers else ""
    return t(" and ").join(filter(None, (parcels, _orders(gone.orders.values(), t))))


def _orders(numbers: Iterable[str], t: Tongue) -> str:
    """Which orders, "" for none that has a number."""
    from parcelwatch.cli.output import safe

    known = [safe(number, 60) for number in numbers if number]
    pattern = "order {numbers}" if len(known) == 1 else "orders {numbers}"
    return t(pattern, numbers=t.some(known)) if known else ""
