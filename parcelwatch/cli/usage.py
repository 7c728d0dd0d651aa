"""What is typed amiss, told in the agents' language, and a question that was answered with no.

What belongs here: the command line's own errors, before a command has begun. Which configuration is meant is read from
what was typed; where that cannot be, English is spoken.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import typer

from parcelwatch.cli.desk import Desk
from parcelwatch.errors import ParcelwatchError

if TYPE_CHECKING:
    from parcelwatch.cli.tongue import Tongue

# Where it is defined depends on Typer's version.
WrongUsage: Final[type[Exception]] = next(one for one in typer.BadParameter.__mro__ if one.__name__ == "ClickException")

_USAGE: Final = "Usage: "


def tell(error: Any, arguments: Sequence[str]) -> int:
    """Say on stderr what is wrong, and how it is used; the exit code. A group without a command gets its help."""
    from parcelwatch.cli import output

    said = error.format_message()
    t = None if said.startswith(_USAGE) else _tongue(arguments)
    if t is None or not t.chosen:
        error.show()
    else:
        for line in (*_used(error.ctx, t), t("Error: {said}", said=t.sentence(said))):
            output.note(line)
    return int(error.exit_code)


def _used(context: Any, t: Tongue) -> list[str]:
    if context is None:
        return []
    usage = context.get_usage().removeprefix(_USAGE)
    hint = t("`{command} -h` says how it is used.", command=context.command_path)
    return [t("Usage: {usage}", usage=usage), hint, ""]


def declined(arguments: Sequence[str]) -> None:
    """Somebody was asked whether they are sure, and was not."""
    from parcelwatch.cli import output

    t = _tongue(arguments)
    output.note(t("Nothing was done.") if t else "Nothing was done.")


def _tongue(arguments: Sequence[str]) -> Tongue | None:
    try:
        return Desk(_configuration(arguments)).tongue
    except ParcelwatchError:
        return None


def _configuration(arguments: Sequence[str]) -> Path | None:
    """The last file that --config names."""
    pairs = zip(arguments, [*arguments[1:], ""], strict=True)
    named = [after if each == "--config" else each.partition("=")[2] for each, after in pairs if _config(each)]
    return Path(named[-1]) if named and named[-1] else None


def _config(argument: str) -> bool:
    return argument.partition("=")[0] == "--config"
