"""Secrets: named by where they are, read when they are used, never shown.

What belongs here: the one type that holds them. "env:NAME" is an environment variable, "file:/path" a file
(relative to the configuration), "credential:NAME" one that systemd hands to the service; anything else is the
secret itself.
"""

from __future__ import annotations

import os
import re
import stat
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from pydantic import GetCoreSchemaHandler, GetJsonSchemaHandler, ValidationInfo
from pydantic.json_schema import JsonSchemaValue
from pydantic_core import CoreSchema, core_schema

from parcelwatch.config import fitting
from parcelwatch.errors import ConfigError

MASK: Final = "***"
_SCHEMES: Final = ("env", "file", "credential")
_SERVICE_CREDENTIALS: Final = Path("/run/credentials/parcelwatch.service")
_LINE: Final = (
    "the unit lacks the line LoadCredential={0}:/etc/parcelwatch/{0} (`systemctl edit parcelwatch`, then restart it)"
)
_LARGEST: Final = 65_536
_SHELL_VARIABLE = re.compile(r"\$\{?([A-Za-z_][A-Za-z0-9_]*)\}?")
_EXPECTED = 'where the secret is: "env:NAME", "file:/path" or "credential:NAME"'


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What a configuration is read in: its folder and the environment."""

    folder: Path
    environ: Mapping[str, str]


@dataclass(frozen=True, slots=True, repr=False)
class Secret:
    """A secret, unread. `read` is the only way to its value; every other way shows ***."""

    _written: str
    _around: Surroundings = field(compare=False)
    _where: str = field(default="", compare=False)
    _fault: fitting.Fault | None = field(default=None, compare=False)

    def __repr__(self) -> str:
        return MASK

    def __str__(self) -> str:
        return MASK

    def __format__(self, spec: str) -> str:
        return format(MASK, spec)

    @property
    def literal(self) -> bool:
        """The secret itself stands in the configuration."""
        return not self._scheme

    @property
    def source(self) -> str:
        """Where it is read from, fit to be shown: "env:DHL_API_KEY"."""
        return MASK if self.literal else self._written

    def at(self, where: str, fault: fitting.Fault | None = None) -> Secret:
        """The same secret, knowing the line to name when it cannot be read, and what is wrong with some values."""
        return Secret(self._written, self._around, where, fault)

    def read(self) -> str:
        """The value. Raises ConfigError when it is not where it should be."""
        value = self._fetch().strip()
        if not value:
            raise self._unreadable("it is empty")
        if not value.isprintable():
            raise self._unreadable(
                f"it holds a line break or another control character: {fitting.stranger(value, str.isprintable)}"
            )
        if self._fault and (fault := self._fault(value)):
            raise self._unreadable(fault)
        return value

    def exposed(self) -> str:
        """The file it is read from, if others may read that too; "" if all is well."""
        if self._scheme != "file":
            return ""
        return str(self._file()) if others_may_read(self._file()) else ""

    @property
    def hopeless(self) -> bool:
        """What this user cannot read of it, nobody can: it stands here, or its file is not there or can be opened.

        False where that cannot be told: of a variable, and of a file that others may be allowed to read.
        """
        if self._scheme in ("", "env"):
            return self.literal
        file = self._file()
        return os.access(file.parent, os.R_OK | os.X_OK) and (not file.exists() or os.access(file, os.R_OK))

    @property
    def _scheme(self) -> str:
        scheme, colon, _ = self._written.partition(":")
        return scheme if colon and scheme in _SCHEMES else ""

    @property
    def _name(self) -> str:
        return self._written.partition(":")[2]

    def _file(self) -> Path:
        if self._scheme == "file":
            return self._around.folder / self._name
        folder = self._around.environ.get("CREDENTIALS_DIRECTORY", "")
        return (Path(folder) if folder else _SERVICE_CREDENTIALS) / self._name

    def _fetch(self) -> str:
        if self.literal:
            return self._written
        if self._scheme == "env":
            if self._name not in self._around.environ:
                raise self._unreadable(f"the environment variable {self._name} is not set")
            return self._around.environ[self._name]
        try:
            with self._file().open("rb") as file:
                return file.read(_LARGEST).decode("utf-8-sig")
        except (OSError, UnicodeDecodeError) as error:
            why = error.strerror if isinstance(error, OSError) else "it is not text"
            lacks = f"; {_LINE.format(self._name)}" if self._scheme == "credential" else ""
            raise self._unreadable(f"{self._file()}: {why}{lacks}") from None

    def _unreadable(self, why: str) -> ConfigError:
        place = f"{self._where}: " if self._where else ""
        source = "the secret" if self.literal else f'the secret "{self._written}"'
        return ConfigError([f"{place}{source} cannot be used: {why}"])

    @classmethod
    def __get_pydantic_core_schema__(cls, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        return core_schema.with_info_plain_validator_function(
            _checked, serialization=core_schema.plain_serializer_function_ser_schema(str)
        )

    @classmethod
    def __get_pydantic_json_schema__(cls, schema: CoreSchema, handler: GetJsonSchemaHandler) -> JsonSchemaValue:
        return {"type": "string", "minLength": 1}


def others_may_read(path: Path) -> bool:
    """Any user of this machine may read the file; its own group may."""
    try:
        return bool(path.stat().st_mode & stat.S_IROTH)
    except OSError:
        return False


def _checked(value: object, info: ValidationInfo) -> Secret:
    if not isinstance(value, str):
        raise ValueError(f"expected a text in quotes: {_EXPECTED}")  # noqa: TRY004 - pydantic collects ValueErrors
    if variable := _SHELL_VARIABLE.fullmatch(value):
        raise ValueError(f'write "env:{variable[1]}"')
    scheme, _, name = value.partition(":")
    if scheme.lower() in _SCHEMES and (scheme not in _SCHEMES or not name.strip()):
        raise ValueError(f"expected {_EXPECTED}")
    if scheme == "credential" and "/" in name:
        raise ValueError('a credential is named, not a path: "credential:NAME", or write "file:/path"')
    if not value.strip():
        raise ValueError(f"is empty; expected {_EXPECTED}")
    around = info.context if isinstance(info.context, Surroundings) else Surroundings(Path(), os.environ)
    return Secret(value, around)
