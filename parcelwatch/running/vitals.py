"""The facts that health is judged by, gathered: from the database, its lock, the disk and the configuration.

What belongs here: reading. What is wrong with them is core.service.health's to say.
"""

from __future__ import annotations

import shutil
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from parcelwatch.core.service.health import UNANSWERED, AccountFacts, ChannelFacts, Facts
from parcelwatch.store import (
    Store,
    accounts,
    ahead,
    alerts,
    audit,
    channels,
    drafts,
    evidence,
    parcels,
    service,
    unheard,
)


@dataclass(frozen=True, slots=True)
class Asked:
    """What is asked about. `fingerprint`: of the file as it is now, "" where it has a fault, which is `unusable`.

    `wedged`: parts of this process without a sign of life, if this is the daemon. `thorough`: read every row for times
    that cannot be, not only where those written last have one: a second for a million parcels.
    """

    accounts: Collection[str]
    channels: Collection[str]
    fingerprint: str = ""
    unusable: str = ""
    wedged: tuple[str, ...] = ()
    thorough: bool = True


def gather(store: Store, asked: Asked, now: datetime) -> Facts:
    """All of them."""
    known = service.standing(store)
    folder, free = disk(store.path)
    return Facts(
        now=now,
        daemon=service.holder(store.path) is not None,
        ran=known is not None,
        edited=known is not None and bool(asked.fingerprint) and asked.fingerprint != known.fingerprint,
        refused=known.refused if known else "",
        refused_at=known.refused_at if known else None,
        unusable=asked.unusable,
        wedged=asked.wedged,
        accounts=tuple(_accounts(store, asked.accounts, now)),
        channels=tuple(_channels(store, asked.channels)),
        ahead=tuple(ahead.findings(store, now)) if asked.thorough or ahead.furthest(store, now) else (),
        broken=audit.broken(store, now),
        dead=tuple(alerts.given_up(store)),
        unheard=alerts.unheard(store),
        sending=tuple(row["id"] for row in drafts.rows(store, "sending")),
        free=free,
        waiting=alerts.count_waiting(store),
        sizes=_sizes(store.path),
        folder=str(folder),
    )


def _sizes(database: Path) -> dict[str, int]:
    files = {"database": database, "wal": database.with_name(f"{database.name}-wal")}
    return {name: file.stat().st_size for name, file in files.items() if file.exists()}


def disk(database: Path) -> tuple[Path, int]:
    """The folder that holds the database, or will, and how many bytes are free there."""
    folder = next((parent for parent in database.parents if parent.exists()), Path("/"))
    return folder, shutil.disk_usage(folder).free


def _accounts(store: Store, names: Collection[str], now: datetime) -> Iterator[AccountFacts]:
    for name in names:
        state, _ = accounts.load(store, name)
        next_at = parcels.next_poll(store, name)
        behind = max(timedelta(), now - next_at) if next_at else timedelta()
        unread = tuple(row["code"] or row["text"] for row in evidence.unknown(store, name))
        unanswered = unheard.standing(store, name, now - UNANSWERED)
        yield AccountFacts(name, state, parcels.due(store, name, now), behind, unread, *unanswered)


def _channels(store: Store, names: Collection[str]) -> Iterator[ChannelFacts]:
    known = alerts.standings(store)
    for name in names:
        state, _ = channels.load(store, name)
        standing = known.get(name)
        counted = (standing.sent, standing.failing, standing.error) if standing else ()
        yield ChannelFacts(name, state, *counted)
