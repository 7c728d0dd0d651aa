"""`parcelwatch systemd-unit`: the unit file for this program."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import typer

from parcelwatch.cli.base import command
from parcelwatch.cli.desk import Desk

USUAL = Path("/etc/parcelwatch/config.toml")


def register(app: typer.Typer) -> None:
    """Add `systemd-unit` to the program."""
    example = "systemd-unit --config /etc/parcelwatch/config.toml > /etc/systemd/system/parcelwatch.service"
    command(app, "systemd-unit", example)(systemd_unit)


def systemd_unit(desk: Desk) -> None:
    """Print a hardened systemd unit.

    Needs no configuration; without --config the unit names /etc/parcelwatch/config.toml.
    """
    from parcelwatch.cli import output
    from parcelwatch.systemd import advice, unit_text

    program, config = str(executable()), str((desk.named or USUAL).absolute())
    print(unit_text(program, config), end="")
    for sentence in advice(program, config):
        output.warn(sentence)


def executable() -> Path:
    """This program's absolute path: the script it was started as, else the one beside its Python."""
    started = Path(sys.argv[0])
    if started.name == "parcelwatch" and started.exists():
        return Path(os.path.abspath(started))  # noqa: PTH100 - without "..", though links stay
    return Path(sys.executable).absolute().with_name("parcelwatch")
