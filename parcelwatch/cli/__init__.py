"""The command line. `main` is the one place where an error becomes a text and an exit code.

    0  fine
    1  done, but something in the result needs attention; or an unknown number or ID
    2  wrong usage
   70  a bug of ours
   75  another daemon holds the database, or it was replaced under this one: start again
   78  bad configuration, or its database is another program's or of a newer parcelwatch
  130  interrupted

One file per noun; each registers its commands on an app of its own, `cli/app.py` puts them together. Commands import
what they need when they run, so that `--help` is quick.
"""

from __future__ import annotations

import atexit
import errno
import gc
import os
import signal
import sys
import traceback
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from parcelwatch.core.texts.text import visible
from parcelwatch.errors import (
    BadInput,
    ConfigError,
    CourierError,
    DeliveryFailed,
    DeliveryRefused,
    NotFound,
    ParcelwatchError,
    StoreError,
    StoreForeign,
    StoreLocked,
)

ATTENTION: Final = 1
USAGE: Final = 2
BUG: Final = 70
LOCKED: Final = 75
CONFIG: Final = 78
INTERRUPTED: Final = 130
_GARBAGE: Final = 300_000
"""So many objects more before Python looks for garbage: a short command ends before, and looking would be its tenth."""
_BARRED: Final = (errno.EACCES, errno.EPERM, errno.EROFS)
_FULL: Final = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EIO)

# The first that fits: an error's own class before its base's.
CODES: Final[tuple[tuple[type[ParcelwatchError], int], ...]] = (
    (ConfigError, CONFIG),
    (StoreLocked, LOCKED),
    (StoreForeign, CONFIG),
    (StoreError, ATTENTION),
    (NotFound, ATTENTION),
    (BadInput, USAGE),
    (CourierError, ATTENTION),
    (DeliveryFailed, ATTENTION),
    (DeliveryRefused, ATTENTION),
    (ParcelwatchError, ATTENTION),
)


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command; the exit code. `argv` without the program's name, by default this process's."""
    arguments = list(sys.argv[1:] if argv is None else argv)
    _keep_hangups(arguments)
    _spare()
    from typer import Abort

    from parcelwatch.cli.app import program
    from parcelwatch.cli.usage import WrongUsage, declined, tell

    # Of a process that ends nothing has to be freed; to look through it all first takes a fifth of a short command.
    atexit.register(gc.freeze)
    gc.set_threshold(_GARBAGE)
    _open_streams()
    _speak_utf8()
    try:
        ended = program(*arguments[:1])(args=arguments, prog_name="parcelwatch", standalone_mode=False)
        return ended if isinstance(ended, int) else 0
    except SystemExit as error:
        return _code(error)
    except WrongUsage as error:
        return tell(error, arguments)
    except Abort:
        declined(arguments)
        return ATTENTION
    except KeyboardInterrupt:
        return INTERRUPTED
    except ParcelwatchError as error:
        print(f"parcelwatch: {visible(str(error))}", file=sys.stderr)
        return next(code for kind, code in CODES if isinstance(error, kind))
    except OSError as error:
        return _denied(error, arguments)
    except Exception as error:  # noqa: BLE001 - the last resort of every command
        _report(error, arguments)
        return BUG


def _keep_hangups(arguments: Sequence[str]) -> None:
    """What asks a daemon to reload must not end it while it starts: it is kept until there is something to reload."""
    if "run" in arguments:
        signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGHUP})


def _spare() -> None:
    """Keep libraries from what no command uses: loading more of them, and a zone that TZ names and may not exist."""
    os.environ["TZ"] = "UTC"  # nothing here goes by the machine's zone
    os.environ.setdefault("PYDANTIC_DISABLE_PLUGINS", "__all__")  # it looks through all that is installed for any
    sys.modules.setdefault("httpx._main", None)  # type: ignore[arg-type]  # its own command line


def _code(error: SystemExit) -> int:
    return error.code if isinstance(error.code, int) else 0 if error.code is None else ATTENTION


def _denied(error: OSError, arguments: Sequence[str]) -> int:
    """What the system refuses: a file that is another's, or room for the result; the exit code."""
    if error.errno in _BARRED and error.filename:
        where = visible(os.fsdecode(error.filename))
        print(f"parcelwatch: {where}: {error.strerror}. Run as who owns it, or with sudo.", file=sys.stderr)
        return ATTENTION
    if error.errno not in _FULL:
        _report(error, arguments)
        return BUG
    print(f"parcelwatch: the result cannot be written: {error.strerror}", file=sys.stderr)
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    return ATTENTION


def _open_streams() -> None:
    """Whoever started us may have closed them: a file opened later would stand in their place and get our messages."""
    for name, mode in (("stdin", "r"), ("stdout", "w"), ("stderr", "w")):
        if getattr(sys, name) is None:
            setattr(sys, name, Path(os.devnull).open(mode, encoding="utf-8"))  # noqa: SIM115 - for as long as we run


def _speak_utf8() -> None:
    """Tracking texts are in every script, whatever the terminal's locale says."""
    for stream in (sys.stdout, sys.stderr):
        reconfigure = getattr(stream, "reconfigure", None)
        if reconfigure is not None:
            reconfigure(encoding="utf-8", errors="backslashreplace")


def _report(error: Exception, arguments: Sequence[str]) -> None:
    """Say that it is our fault. What the error itself says may quote a secret, so only --debug shows it."""
    frames = [frame for frame in traceback.extract_tb(error.__traceback__) if "parcelwatch" in frame.filename]
    where = f" in {os.path.basename(frames[-1].filename)}, line {frames[-1].lineno}" if frames else ""  # noqa: PTH119
    print(f"parcelwatch: this is a bug of ours: {type(error).__name__}{where}.", file=sys.stderr)
    if "--debug" in arguments:
        print(visible("".join(traceback.format_exception(error))), end="", file=sys.stderr)
        return
    print(
        "Nothing that was saved before is lost. Please report it with what the same command prints under --debug.",
        file=sys.stderr,
    )
