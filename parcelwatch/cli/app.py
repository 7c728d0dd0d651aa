"""The commands of all nouns, put together; of one noun alone where one is named, which is quicker."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cache
from importlib import import_module
from typing import Annotated, Any, Final

import typer
import typer.main

from parcelwatch import __version__
from parcelwatch.cli.base import group
from parcelwatch.cli.desk import Desk

__all__ = ["made", "program"]

# The files whose commands stand without a noun, in the order that help has them.
_BARE: Final = (
    *("demo", "sandbox", "watch", "reload", "why", "ruletesting", "backtest", "learn", "report", "database", "unit"),
)
_NOUNS: Final[Mapping[str, str]] = {
    "config": "configuration",
    "parcels": "parcels",
    "orders": "orders",
    "cases": "acting",
    "incidents": "incidents",
    "claims": "claims",
    "complaints": "complaints",
    "drafts": "announcing",
    "alerts": "alerts",
    "silences": "silences",
    "couriers": "couriers",
    "shops": "shops",
    "helpdesks": "helpdesks",
    "db": "database",
    "metrics": "monitoring",
}
"""Each noun with the file that has all its commands, its own and those of others."""


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


def made(first: str = "") -> typer.Typer:
    """The program as Typer has it: with one noun if `first` names one, else with all of it."""
    app = group(
        "Watches an online shop's parcels and tells its agents about the troubled ones before the buyer complains.\n\n"
        "New here? Try `parcelwatch demo`; then `parcelwatch config init`.",
        _options,
        program=True,
    )
    alone = first in _NOUNS
    for name in () if alone else _BARE:
        _file(name).register(app)
    for noun in (first,) if alone else _NOUNS:
        app.add_typer(_file(_NOUNS[noun]).app, name=noun)
    return app


def _file(name: str) -> Any:
    return import_module(f"parcelwatch.cli.{name}")


def program(first: str = "") -> Callable[..., Any]:
    """The same, ready to be called."""
    return _program(first if first in _NOUNS else "")


@cache
def _program(first: str) -> Callable[..., Any]:
    return typer.main.get_command(made(first))
