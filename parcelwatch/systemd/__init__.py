"""Running under systemd: the unit file, and what to mind where it is installed.

What belongs here: text about the service. Talking to systemd while it runs is `sdnotify`.
"""

from __future__ import annotations

from importlib.resources import files
from pathlib import PurePosixPath
from typing import Final

from parcelwatch.errors import BadInput

HIDDEN: Final = ("/home", "/root", "/run/user", "/tmp", "/var/tmp")  # noqa: S108 - what the unit hides from the service


def unit_text(executable: str, config: str) -> str:
    """The unit file for this program and this configuration, both absolute paths.

    Raises BadInput for a path that cannot stand in a unit.
    """
    template = files(__package__).joinpath("parcelwatch.service").read_text("utf-8")
    return template.replace("{executable}", _quoted(executable)).replace("{config}", _quoted(config, variables=True))


def advice(executable: str, config: str) -> tuple[str, ...]:
    """What will keep the service from starting, in whole sentences; empty when nothing will."""
    lost = [path for path in (executable, config) if any(_within(path, place) for place in HIDDEN)]
    return tuple(
        f"{path} is out of the service's sight; install the program under /opt and the configuration under /etc"
        for path in lost
    )


def _within(path: str, place: str) -> bool:
    return PurePosixPath(path).is_relative_to(place)


def _quoted(path: str, *, variables: bool = False) -> str:
    """A path as one word of ExecStart. systemd replaces variables in arguments, not in the program's name."""
    if not PurePosixPath(path).is_absolute() or not path.isprintable() or set(path) & set("\"'\\"):
        raise BadInput(f"expected an absolute path without quotes, got {path!r}")
    escaped = path.replace("%", "%%").replace("$", "$$" if variables else "$")
    return f'"{escaped}"' if set(path) & set(" ;") else escaped
