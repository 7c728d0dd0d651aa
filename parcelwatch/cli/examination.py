"""What `doctor` looks at, one question after the other.

What belongs here: questions about the running whole. Promises of the database alone are store.audit's.
"""

from __future__ import annotations

import fcntl
import shutil
import sqlite3
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Final

from parcelwatch.cli.asking import account_rows
from parcelwatch.cli.desk import Desk
from parcelwatch.cli.output import moment, safe
from parcelwatch.errors import ConfigError, StoreError
from parcelwatch.store import Store, audit, outbox

LOW_DISK: Final = 500_000_000
_QUIET: Final = timedelta(minutes=10)
# SQLite's WAL-reset bug is mended in these and in everything from 3.51.3 on.
_MENDED: Final = ((3, 44, 6), (3, 50, 7))
_MENDED_SINCE: Final = (3, 51, 3)


@dataclass(frozen=True, slots=True)
class Finding:
    """One sentence; `wrong`: somebody should do something about it."""

    text: str
    wrong: bool = True


def examine(desk: Desk) -> list[Finding]:
    """Everything worth saying, what is wrong first. Raises ConfigError when there is no usable configuration."""
    config = desk.whole_config
    found = [Finding(f"configuration: {warning}", wrong=False) for warning in config.warnings]
    found += _secrets(desk)
    found.append(Finding(sqlite_verdict(sqlite3.sqlite_version_info), wrong=False))
    if config.database.exists():
        try:
            with desk.store() as store:
                found += _database(desk, store)
        except StoreError as error:
            found.append(Finding(str(error)))
    else:
        found.append(
            Finding(f"there is no database at {config.database} yet: `parcelwatch parcels import FILE` makes it")
        )
    found += _disk(config.database)
    return sorted(found, key=lambda each: not each.wrong)


def sqlite_verdict(version: tuple[int, ...]) -> str:
    """Whether this SQLite can corrupt a database that two connections write and checkpoint at once."""
    shown = ".".join(map(str, version))
    if version >= _MENDED_SINCE or version in _MENDED:
        return f"SQLite {shown}: fine"
    return (
        f"SQLite {shown} has the WAL-reset bug; our write lock (<database>.write) keeps it from doing harm. Do not "
        "write to the database with other programs while parcelwatch runs"
    )


def _secrets(desk: Desk) -> Iterator[Finding]:
    """Secrets that this user cannot read: fine beside a service that can, so no fault."""
    config = desk.whole_config
    secrets = [each.key for each in config.accounts().values()] + [each.url for each in config.channels().values()]
    for secret in filter(None, secrets):
        try:
            secret.read()
        except ConfigError as error:
            yield Finding(f"{error}; the service may read it all the same, or run this with sudo", wrong=False)


def _database(desk: Desk, store: Store) -> Iterator[Finding]:
    now = desk.now
    yield from (Finding(sentence) for sentence in audit.check(store, now))
    yield _daemon(store, now)
    yield from _channels(desk, store)
    yield from _accounts(desk)


def _daemon(store: Store, now: datetime) -> Finding:
    if not held(store.path):
        return Finding(
            "no daemon is running: start it with `parcelwatch run`, or run `parcelwatch once` regularly", False
        )
    last = _last_sign(store)
    if last is None or now - last < _QUIET:
        return Finding("a daemon is running", wrong=False)
    due = int(store.value("SELECT count(*) FROM parcels WHERE poll_at <= ?", (int(now.timestamp() * 1000),)))
    quiet = f"a daemon is running; it last asked a courier {moment(last)} UTC"
    if due:
        return Finding(
            f"{quiet} though {due} parcels are due: see its log (`journalctl -u parcelwatch`), or restart it"
        )
    return Finding(f"{quiet}, and nothing is due", wrong=False)


def held(database: Path) -> bool:
    """Whether a daemon holds the database."""
    lock = database.with_name(database.name + ".lock")
    if not lock.exists():
        return False
    with lock.open("rb") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
        except BlockingIOError:
            return True
    return False


def _last_sign(store: Store) -> datetime | None:
    from parcelwatch.store.rows import maybe_at

    return maybe_at(store.value("SELECT max(claimed_at) FROM parcels"))


def _channels(desk: Desk, store: Store) -> Iterator[Finding]:
    rows = outbox.rows(store)
    for name in desk.whole_config.channels():
        mine = [row for row in rows if row["channel"] == name]
        failing = [row for row in mine if row["state"] == "pending" and row["error"]]
        if failing and not any(row["state"] == "sent" for row in mine):
            error = safe(failing[-1]["error"], 300)
            yield Finding(f"channel {name} has never delivered anything ({error}): `parcelwatch alerts test {name}`")
        elif failing:
            yield Finding(f"channel {name} is failing: {safe(failing[-1]['error'], 300)}")
    dead = [row for row in rows if row["state"] == "dead"]
    if dead:
        ids = ", ".join(str(row["id"]) for row in dead[:5]) + ("…" if len(dead) > 5 else "")
        yield Finding(
            f"{len(dead)} alerts were given up ({ids}): `parcelwatch alerts list --state dead`, then retry them"
        )
    nowhere = sum(row["state"] == "suppressed" and "no channel" in row["reason"] for row in rows)
    if nowhere:
        yield Finding(f"{nowhere} alerts were recorded and told to nobody: configure a [channels.NAME]")


def _accounts(desk: Desk) -> Iterator[Finding]:
    for row in account_rows(desk):
        name, why = row["account"], safe(row["error"], 300)
        if row["state"] == "refused":
            yield Finding(f"{name} refuses us ({why}): check its key, then `parcelwatch couriers check {name}`")
        elif row["state"] == "silent":
            yield Finding(f"{name} does not answer since {moment(row['since'])} UTC ({why}); its parcels' clocks wait")
        if row["unknown"]:
            codes = ", ".join(safe(each["code"] or each["text"], 40) for each in row["unknown"][:3])
            yield Finding(
                f"{name} says {len(row['unknown'])} things we cannot read ({codes}): `parcelwatch couriers list`"
            )


def _disk(database: Path) -> Iterator[Finding]:
    folder = next((parent for parent in database.parents if parent.exists()), Path("/"))
    free = shutil.disk_usage(folder).free
    if free < LOW_DISK:
        yield Finding(f"only {free / 1e6:.0f} MB are free in {folder}: make room before the database cannot grow")
