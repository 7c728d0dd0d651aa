"""The configuration that was accepted last, kept beside the database: agents go on by it while the file is edited.

What belongs here: keeping it and finding it again. It holds whatever secrets the file holds, so it is for the eyes of
the database's owner alone. What the file only names stays named: environment variables, credentials, folders.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from os.path import realpath
from pathlib import Path
from typing import Final

import structlog

from parcelwatch.config import Config, salvage
from parcelwatch.errors import ConfigError, StoreError
from parcelwatch.store import files

log = structlog.get_logger()

SUFFIX: Final = ".config"


@dataclass(frozen=True, slots=True)
class Accepted:
    """What was read of `file`, and of those it names, by their paths; `at`: when it was accepted."""

    file: Path
    texts: Mapping[str, str] = field(repr=False)
    at: datetime


def keep(config: Config) -> None:
    """Keep it in place of the one before. Where that cannot be done none is kept, for an old one would mislead."""
    said = {"file": str(config.path.absolute()), "texts": dict(config.texts)}
    try:
        database = files.real(config.database)
        files.replace(_place(database), json.dumps(said).encode(), database)
    except (OSError, StoreError) as error:
        why = error.strerror if isinstance(error, OSError) else str(error)
        log.warning("the configuration cannot be kept for commands that are run while it is edited", why=why)
        with suppress(OSError, StoreError):
            _place(files.real(config.database)).unlink()


def recall(path: Path) -> Accepted | None:
    """What was accepted last of this file; None where nothing is known. Raises ConfigError where it cannot be read."""
    try:
        place = _place(files.real(salvage.database(path)))
        raw, at = files.read(place)
    except (FileNotFoundError, NotADirectoryError, StoreError):
        return None
    except OSError as error:
        raise ConfigError([f"{place}: what was accepted before cannot be read: {error.strerror}"]) from None
    try:
        said = json.loads(raw)
        found = Accepted(Path(said["file"]), dict(said["texts"]), datetime.fromtimestamp(at, UTC))
    except (ValueError, KeyError, TypeError):
        return None
    return found if realpath(found.file) == realpath(path) else None


def _place(database: Path) -> Path:
    return database.with_name(database.name + SUFFIX)
