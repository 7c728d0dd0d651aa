"""What commands about shops and helpdesks need before they begin: one that is configured, by its name."""

from __future__ import annotations

from collections.abc import Collection

from parcelwatch.cli.desk import Desk
from parcelwatch.errors import BadInput


def require_configured(desk: Desk, noun: str, known: Collection[str], name: str) -> None:
    """Raise BadInput where nothing of a noun is configured, or nothing of that name; "" is any."""
    from parcelwatch.config.problems import listed
    from parcelwatch.core.rows.near import did_you_mean

    if not known:
        raise BadInput(f"{desk.whole_config.path}: no {noun} is configured; add a [{noun}s.NAME] table")
    if name and name not in known:
        raise BadInput(f"there is no {noun} {name[:40]!r}{did_you_mean(name, known)}; there are {listed(known)}")


def nothing_yet(desk: Desk, noun: str) -> str:
    """What to say where none of a noun is configured."""
    if not desk.configured:
        return "No configuration yet: `parcelwatch config init` writes one to start from."
    return f"No {noun}s: add a [{noun}s.NAME] table to the configuration."
