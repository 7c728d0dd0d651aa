"""Logs on stderr: lines for people on a terminal, JSON lines elsewhere. Never a secret, never a local variable.

A traceback holds places and kinds, and what errors of ours say; those of libraries quote what they were given. A line
that repeats itself is folded (folding.py).

What belongs here: structlog and the standard library's logging, set up once per process.
"""

from __future__ import annotations

import json
import logging
import sys
import traceback
from collections.abc import Callable
from typing import Any, Final, TextIO

import structlog

from parcelwatch.cli.folding import Folding
from parcelwatch.core.texts.text import escaped, visible
from parcelwatch.core.texts.text import plain as one_line
from parcelwatch.errors import ParcelwatchError

# They write URLs at INFO, and URLs may hold keys.
QUIET: Final = ("httpx", "httpcore", "aiohttp", "asyncio", "urllib3", "apscheduler")

_CAUSES: Final = 8
LONGEST: Final = 2000  # characters of a text in a line for people

_SHARED: Final[list[structlog.typing.Processor]] = [
    structlog.contextvars.merge_contextvars,
    structlog.processors.add_log_level,
    structlog.processors.TimeStamper(fmt="iso", utc=True),
]
BEFORE: Final = [*_SHARED, structlog.stdlib.ProcessorFormatter.wrap_for_formatter]
"""What a line of ours goes through before its handler has it."""


def set_up(*, level: int = logging.INFO, debug: bool = False) -> None:
    """From now on everything is logged to stderr, `level` and worse; `debug` is everything of ours."""
    level = logging.DEBUG if debug else level
    structlog.configure(
        processors=BEFORE,
        wrapper_class=structlog.make_filtering_bound_logger(level),
        logger_factory=structlog.stdlib.LoggerFactory(),
        cache_logger_on_first_use=False,
    )
    handler = _Stderr()
    if not debug:
        handler.addFilter(Folding())
    handler.setFormatter(formatter(terminal=sys.stderr.isatty()))
    root = logging.getLogger()
    root.handlers = [*(each for each in root.handlers if not isinstance(each, _Stderr)), handler]
    root.setLevel(level)
    for name in QUIET:
        logging.getLogger(name).setLevel(logging.WARNING)
    # The channels read from Apprise's log why a message was turned away; nobody else should.
    apprise = logging.getLogger("apprise")
    apprise.setLevel(logging.WARNING)
    apprise.propagate = False
    apprise.handlers = [logging.NullHandler()]


class _Stderr(logging.StreamHandler[TextIO]):
    """Writes to what stderr is at the time."""

    def emit(self, record: logging.LogRecord) -> None:
        self.stream = sys.stderr
        super().emit(record)


def formatter(*, terminal: bool) -> logging.Formatter:
    """Lines for people on a terminal, JSON elsewhere; in neither is anything obeyed that somebody else wrote."""
    # The pretty traceback would print local variables, keys among them.
    plain = structlog.dev.plain_traceback
    last: list[structlog.typing.Processor] = (
        [_shown, structlog.dev.ConsoleRenderer(exception_formatter=plain)]
        if terminal
        else [structlog.processors.JSONRenderer(_line)]
    )
    strip = structlog.stdlib.ProcessorFormatter.remove_processors_meta
    return structlog.stdlib.ProcessorFormatter(foreign_pre_chain=_SHARED, processors=[strip, _EXCEPTIONS, *last])


def _trail(exc_info: structlog.typing.ExcInfo) -> str:
    """Every place an error went through and what kind it is, its causes first; what it says only where it is ours.

    An error of a library may quote the address that it was given, with the key in it.
    """
    error: BaseException | None = exc_info[1]
    found: list[str] = []
    while error is not None and len(found) < _CAUSES:
        frames = "".join(traceback.format_tb(error.__traceback__))
        said = f": {error}" if isinstance(error, ParcelwatchError) else ""
        found.append(f"Traceback (most recent call last):\n{frames}{type(error).__qualname__}{said}")
        error = error.__cause__ or (None if error.__suppress_context__ else error.__context__)
    return "\n\n".join(reversed(found))


_EXCEPTIONS: Final = structlog.processors.ExceptionRenderer(_trail)


def _shown(_: object, __: str, event: structlog.typing.EventDict) -> structlog.typing.EventDict:
    """Every text on one line of its own, and none of it obeyed; a traceback keeps its lines."""
    return {
        name: value
        if not isinstance(value, str)
        else visible(value)
        if name == "exception"
        else one_line(value, LONGEST)
        for name, value in event.items()
    }


def _line(event: structlog.typing.EventDict, default: Callable[[Any], Any]) -> str:
    return escaped(json.dumps(event, ensure_ascii=False, default=default))
