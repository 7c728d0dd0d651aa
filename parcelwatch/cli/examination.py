"""What `doctor` looks at, one question after the other.

What belongs here: questions about the running whole. Promises of the database alone are store.audit's.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, Final

from parcelwatch.cli.asking import account_rows
from parcelwatch.cli.desk import Desk
from parcelwatch.cli.output import moment, safe
from parcelwatch.errors import ConfigError, StoreError
from parcelwatch.own_letters import broken_templates
from parcelwatch.store import Store, alerts, audit, channels, drafts, service

LOW_DISK: Final = 500_000_000
_QUIET: Final = timedelta(minutes=10)
# SQLite's WAL-reset bug is mended in these and in everything from 3.51.3 on.
_MENDED: Final = ((3, 44, 6), (3, 50, 7))
_MENDED_SINCE: Final = (3, 51, 3)


@dataclass(frozen=True, slots=True)
class Remark:
    """One sentence; `wrong`: somebody should do something about it."""

    text: str
    wrong: bool = True


def examine(desk: Desk) -> list[Remark]:
    """Everything worth saying, what is wrong first. Raises ConfigError when there is no usable configuration."""
    config = desk.whole_config
    found = [Remark(f"configuration: {warning}", wrong=False) for warning in config.warnings]
    found += _secrets(desk)
    found += [Remark(f"letters: {fault}; the shipped one is used") for fault in broken_templates(config)]
    if config.database.exists():
        try:
            with desk.store() as store:
                found += _database(desk, store)
                found += _letters(store)
        except StoreError as error:
            found.append(Remark(str(error)))
    else:
        found.append(_absent(config.database))
    found += _disk(config.database)
    return sorted(found, key=lambda each: not each.wrong)


def _absent(database: Path) -> Remark:
    missing = f"there is no database at {database} yet"
    if not os.access(database.parent, os.W_OK | os.X_OK):
        return Remark(f"{missing}, and this user cannot make one in {database.parent}: run it with sudo, or see to it")
    return Remark(f"{missing}: `parcelwatch parcels import FILE` makes it")


def sqlite_verdict(shown: str) -> str:
    """Whether this version of SQLite can corrupt a database that two connections write and checkpoint at once."""
    version = tuple(map(int, shown.split(".")))
    if version >= _MENDED_SINCE or version in _MENDED:
        return f"SQLite {shown}: fine"
    return (
        f"SQLite {shown} has the WAL-reset bug; our write lock (<database>.write) keeps it from doing harm. Do not "
        "write to the database with other programs while parcelwatch runs"
    )


def _secrets(desk: Desk) -> Iterator[Remark]:
    """Secrets that this user cannot read: fine beside a service that can, so no fault."""
    config = desk.whole_config
    secrets = [each.key for each in config.accounts().values()] + [each.url for each in config.channels().values()]
    for secret in filter(None, secrets):
        try:
            secret.read()
        except ConfigError as error:
            yield Remark(f"{error}; the service may read it all the same, or run this with sudo", wrong=False)


def _letters(store: Store) -> Iterator[Remark]:
    """Letters of which nobody knows whether they arrived."""
    for draft in (row["id"] for row in drafts.rows(store, "sending")):
        yield Remark(
            f"draft {draft} may have reached its customer or not: look, then `parcelwatch drafts sent {draft}` if it "
            f"did, or `parcelwatch drafts approve {draft}` if it did not"
        )


def _database(desk: Desk, store: Store) -> Iterator[Remark]:
    accounts = account_rows(desk)
    yield Remark(sqlite_verdict(store.value("SELECT sqlite_version()")), wrong=False)
    yield from (Remark(sentence) for sentence in audit.check(store, desk.now))
    yield _daemon(store, accounts, desk.now)
    yield from _channels(desk, store)
    yield from _accounts(accounts)


def _daemon(store: Store, accounts: Sequence[Mapping[str, Any]], now: datetime) -> Remark:
    if service.holder(store.path) is None:
        return Remark(
            "no daemon is running: start it with `parcelwatch run`, or run `parcelwatch once` regularly", False
        )
    answers = [row["last_answer_at"] for row in accounts if row["last_answer_at"]]
    last = datetime.fromisoformat(max(answers)) if answers else None
    due = sum(row["due"] for row in accounts if row["state"] in ("ok", "not asked yet"))
    said = f"a daemon is running; a courier last answered it {moment(last)} UTC" if last else "a daemon is running"
    if due and (last is None or now - last > _QUIET):
        return Remark(f"{said}, though {due} parcels are due: see its log (`journalctl -u parcelwatch`)")
    return Remark(said, wrong=False)


def _channels(desk: Desk, store: Store) -> Iterator[Remark]:
    known = alerts.standings(store)
    for name in desk.whole_config.channels():
        state, _ = channels.load(store, name)
        if state.down_since:
            why = safe(state.last_error, 300)
            yield Remark(
                f"channel {name} is down since {moment(state.down_since)} UTC ({why}): mend it, "
                f"then `parcelwatch alerts test {name}`"
            )
            continue
        standing = known.get(name)
        if standing is None or not standing.failing:
            continue
        error = safe(standing.error, 300)
        if standing.sent:
            yield Remark(f"channel {name} is failing: {error}")
        else:
            yield Remark(f"channel {name} has never delivered anything ({error}): `parcelwatch alerts test {name}`")
    dead = alerts.given_up(store)
    if dead:
        ids = ", ".join(map(str, dead[:5])) + ("…" if len(dead) > 5 else "")
        yield Remark(
            f"{len(dead)} alerts were given up ({ids}): `parcelwatch alerts list --state dead`, then retry them"
        )
    nowhere = alerts.unheard(store)
    if nowhere:
        yield Remark(f"{nowhere} alerts were recorded and told to nobody: configure a [channels.NAME]")


def _accounts(accounts: Sequence[Mapping[str, Any]]) -> Iterator[Remark]:
    for row in accounts:
        name, why = row["account"], safe(row["error"], 300)
        if row["state"] == "refused":
            yield Remark(f"{name} refuses us ({why}): check its key, then `parcelwatch couriers check {name}`")
        elif row["state"] == "silent":
            yield Remark(f"{name} does not answer since {moment(row['since'])} UTC ({why}); its parcels' clocks wait")
        if row["unknown"]:
            codes = ", ".join(safe(each["code"] or each["text"], 40) for each in row["unknown"][:3])
            yield Remark(
                f"{name} says {len(row['unknown'])} things we cannot read ({codes}): `parcelwatch couriers list`"
            )


def _disk(database: Path) -> Iterator[Remark]:
    folder = next((parent for parent in database.parents if parent.exists()), Path("/"))
    free = shutil.disk_usage(folder).free
    if free < LOW_DISK:
        yield Remark(f"only {free / 1e6:.0f} MB are free in {folder}: make room before the database cannot grow")
