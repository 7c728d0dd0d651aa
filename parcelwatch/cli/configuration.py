"""`parcelwatch config …`: writing, checking and showing config.toml."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from parcelwatch.cli.base import Json, command, group
from parcelwatch.cli.desk import Desk
from parcelwatch.errors import BadInput, ConfigError

if TYPE_CHECKING:
    from parcelwatch.cli.backtest import Held

app = group("Write, check and show the configuration.")


@command(app, "check", "config check", "config check --history", "config check --history orders.csv --json")
def check(
    desk: Desk,
    file: Annotated[
        str, typer.Argument(metavar="[FILE]", help="Of histories, for --history; the database if not given.")
    ] = "",
    history: Annotated[bool, typer.Option("--history", help="Hold the thresholds against the past, too.")] = False,
    as_json: Json = False,
) -> None:
    """Say all that is wrong with the configuration.

    Lists the couriers, shops, helpdesks and channels it would use, and whether their secrets can be read here: one that
    cannot is wrong, too. Asks and sends nothing. With histories (see `backtest`) it also warns of thresholds that count
    the weekend, often fire on healthy parcels, or never fire, and says how many parcels were played and what they
    cannot test.
    """
    from parcelwatch.cli import checking, output

    if file and not history:
        raise BadInput(f"{file}: with --history the thresholds are held against it; else name no file")
    try:
        found = checking.checked(desk.whole_config)
    except ConfigError as error:
        if as_json:
            output.emit(checking.nothing(error.problems))
        raise
    held = _by_history(desk, file) if history else None
    warnings = [*found.warnings, *(held.against if held else [])]
    for warning in warnings:
        output.warn(warning)
    if as_json:
        output.emit({**found.document(warnings), **({"history": held.document()} if held else {})})
    else:
        checking.show(found)
        for line in ("", *held.lines()) if held else ():
            output.say(line)
    if found.wrong:
        raise ConfigError(found.wrong)


def _by_history(desk: Desk, file: str) -> Held:
    """What the past says against the thresholds."""
    from parcelwatch.cli.backtest import lint

    return lint(desk, file)


@command(app, "init", "config init", "config init /etc/parcelwatch/config.toml")
def init(
    desk: Desk,
    path: Annotated[str, typer.Argument(metavar="[PATH]", help="Where to; ./config.toml if not given.")] = "",
) -> None:
    """Write the commented example configuration.

    Every key is in it. Never overwrites a file.
    """
    from parcelwatch import config
    from parcelwatch.cli import output

    target = Path(path) if path else desk.named or Path("config.toml")
    if target.is_dir():
        target /= "config.toml"
    try:
        # Not for everybody: secrets do not belong here, but some will come.
        descriptor = os.open(target, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o640)
    except FileExistsError:
        raise BadInput(f"{target} exists already and is left as it is; name another file") from None
    except OSError as error:
        raise BadInput(f"{target} cannot be written: {error.strerror}") from None
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        file.write(config.example())
    given = "" if str(target) == "config.toml" else f" --config {target}"
    output.say(f"Wrote {target}. Next:")
    output.say(
        "  1. take the # away from one [couriers.…] table and one [channels.…] table, and say where their keys are"
    )
    output.say(f"  2. parcelwatch config check{given}")
    output.say(f"  3. parcelwatch couriers check{given} && parcelwatch alerts test{given}")
    output.say(f"  4. parcelwatch parcels import orders.csv{given} && parcelwatch once{given}")


@command(app, "show", "config show", "config show --json")
def show(desk: Desk, as_json: Json = False) -> None:
    """Show every value that holds.

    Defaults included; secrets as ***.
    """
    from parcelwatch.cli import output, writing

    effective = desk.config.effective()
    if as_json:
        output.emit(effective)
        return
    output.say(f"# {desk.config.path}, defaults included")
    for line in _profile_lines(effective):
        output.say(line)
    for line in writing.toml_lines({**effective, "thresholds": writing.written(effective["thresholds"])}):
        output.say(line)


def _profile_lines(effective: Mapping[str, Any]) -> list[str]:
    """What holds of the profile, as remarks: a profile's thresholds cannot be written into a configuration."""
    from parcelwatch.cli import writing

    thresholds = effective["thresholds"]
    own = writing.written(thresholds)
    rest = [f"#   {kind} = {writing.value_of(limits)}" for kind, limits in thresholds.items() if kind not in own]
    return [f"# Of the profile {thresholds['profile']}:", *rest] if rest else []


@command(app, "schema", "config schema > config.schema.json")
def schema(desk: Desk, as_json: Json = True) -> None:  # noqa: ARG001 - it is JSON with and without
    """Print the JSON Schema of config.toml, for editors."""
    from parcelwatch import config
    from parcelwatch.cli import output

    output.emit(config.schema())
