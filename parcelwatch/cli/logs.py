"""Logs on stderr: lines for people on a terminal, JSON lines elsewhere. Never a secret, never a local variable.

A line that repeats itself is folded (folding.py).

What belongs here: structlog and the standard library's logging, set up once per process.
"""

from __future__ import annotations

import logging
import sys
from typing import Final, TextIO

import structlog

from parcelwatch.cli.folding import Folding

# They write URLs at INFO, and URLs may hold keys.
QUIET: Final = ("httpx", "httpcore", "aiohttp", "asyncio", "urllib3", "apscheduler")


def set_up(*, level: int = logging.INFO, debug: bool = False) -> None:
    """From now on everything is logged to stderr, `level` and worse; `debug` is everything of ours."""
    level = logging.DEBUG if debug else level
    shared: list[structlog.typing.Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.processors.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
    ]
    structlog.configure(
        processors=[*shared, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        wrapper_class=structlog.make_filtering_bound_logger(level),
        logger_factory=structlog.stdlib.LoggerFactory(),
        cache_logger_on_first_use=False,
    )
    handler = _Stderr()
    if not debug:
        handler.addFilter(Folding())
    handler.setFormatter(structlog.stdlib.ProcessorFormatter(foreign_pre_chain=shared, processors=_last()))
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


def _last() -> list[structlog.typing.Processor]:
    strip = structlog.stdlib.ProcessorFormatter.remove_processors_meta
    if sys.stderr.isatty():
        # The pretty traceback would print local variables, keys among them.
        plain = structlog.dev.plain_traceback
        return [strip, structlog.dev.ConsoleRenderer(exception_formatter=plain)]
    return [strip, structlog.processors.format_exc_info, structlog.processors.JSONRenderer(ensure_ascii=False)]
