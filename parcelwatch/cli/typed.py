"""What was typed, read and checked: a word of a list, a time, who types it.

What belongs here: what the commands of several nouns ask of their options.
"""

from __future__ import annotations

import os
from datetime import datetime
from typing import Any

from parcelwatch.cli.desk import Desk
from parcelwatch.errors import BadInput


def one_of(option: str, value: str, known: list[Any]) -> None:
    """Raise BadInput for an option's value that is none of `known`."""
    from parcelwatch.core.rows.near import did_you_mean

    names = [str(each) for each in known]
    if value and value not in names:
        raise BadInput(f"--{option}: no {option} {value!r}{did_you_mean(value, names)}; there are {', '.join(names)}")


def who() -> str:
    """Who is at the keyboard, behind sudo too; "" when nobody knows."""
    import getpass

    try:
        return os.environ.get("SUDO_USER") or getpass.getuser()
    except (OSError, KeyError):
        return ""


def when(text: str, now: datetime, desk: Desk) -> datetime:
    """An ISO time (naive: in the configured zone; a day: its beginning) or a duration from now. Raises BadInput."""
    from datetime import UTC

    from parcelwatch.duration import parse

    try:
        return desk.config.calendar().home.add(now, parse(text))
    except ValueError as error:
        what = str(error).removeprefix("expected ").partition(", got ")[0]
    try:
        at = datetime.fromisoformat(text)
    except ValueError:
        raise BadInput(f"{text!r} is neither an ISO time such as 2026-12-24T09:00 nor {what}") from None
    return (at if at.tzinfo else at.replace(tzinfo=desk.config.timezone)).astimezone(UTC)


def ago(text: str, now: datetime, desk: Desk) -> datetime:
    """When so long ago was, or a time that is past, as --since takes it. Raises BadInput."""
    from parcelwatch.duration import parse

    try:
        at = now - parse(text).natural()
    except ValueError:
        at = when(text, now, desk)
    if at > now:
        raise BadInput(f"--since {text}: that is still to come")
    return at
