"""The commands of all nouns, put together."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from typing import Annotated, Any

import typer
import typer.main

from parcelwatch import __version__
from parcelwatch.cli import (
    acting,
    alerts,
    backtest,
    cases,
    claims,
    complaints,
    configuration,
    couriers,
    database,
    demo,
    drafts,
    helpdesks,
    incidents,
    learn,
    monitoring,
    orders,
    parcels,
    reload,
    report,
    ruletesting,
    sandbox,
    shops,
    silences,
    unit,
    watch,
    why,
)
from parcelwatch.cli.base import group
from parcelwatch.cli.desk import Desk

__all__ = ["app", "program"]


def _version(wanted: bool) -> None:
    if wanted:
        print(f"parcelwatch {__version__}")
        raise typer.Exit


def _options(
    desk: Desk,
    version: Annotated[
        bool, typer.Option("--version", help="Print the version.", callback=_version, is_eager=True)
    ] = False,
) -> None:
    """What only the program itself takes."""


app = group(
    "Watches an online shop's parcels and tells its agents about the troubled ones before the buyer complains.\n\n"
    "New here? Try `parcelwatch demo`; then `parcelwatch config init`.",
    _options,
    program=True,
)

for noun in (demo, sandbox, watch, reload, why, ruletesting, backtest, learn, report, database, unit):
    noun.register(app)
acting.register(cases.app)
for name, commands in (
    ("config", configuration.app),
    ("parcels", parcels.app),
    ("orders", orders.app),
    ("cases", cases.app),
    ("incidents", incidents.app),
    ("claims", claims.app),
    ("complaints", complaints.app),
    ("drafts", drafts.app),
    ("alerts", alerts.app),
    ("silences", silences.app),
    ("couriers", couriers.app),
    ("shops", shops.app),
    ("helpdesks", helpdesks.app),
    ("db", database.app),
    ("metrics", monitoring.app),
):
    app.add_typer(commands, name=name)


@cache
def program() -> Callable[..., Any]:
    """All of it, ready to be called; it takes a while to be made."""
    return typer.main.get_command(app)
