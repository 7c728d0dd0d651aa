"""What `doctor` looks at, one question after the other.

What belongs here: what only somebody in front of the machine asks. What is asked of the running whole is
core.service.health's.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from pathlib import Path

from parcelwatch import clock
from parcelwatch.cli.desk import Desk
from parcelwatch.cli.output import moment
from parcelwatch.cli.sending import to_customers
from parcelwatch.config import Config, find, fingerprint, load, secrets
from parcelwatch.core.policy import Policy
from parcelwatch.core.service.health import Facts, Remark, remarks
from parcelwatch.errors import ConfigError, StoreError
from parcelwatch.running import accepted, making, vitals
from parcelwatch.shopping.stalls import stalls
from parcelwatch.store import Store, audit, walreset
from parcelwatch.store.service import holder, require_not_deleted
from parcelwatch.ticketing.counters import counters
from parcelwatch.wording.own_letters import broken_templates


def examine(desk: Desk) -> list[Remark]:
    """Everything worth saying, what is wrong first. Raises ConfigError when there is no usable configuration."""
    config = desk.whole_config
    found = [Remark(f"configuration: {warning}", wrong=False) for warning in config.warnings]
    unread = dict(_unread(config))
    found += map(_unreadable, unread.values())
    found += [Remark(fault) for fault in _kept_from_starting(config) if fault not in unread]
    found += [Remark(f"letters: {fault}; the shipped one is used") for fault in broken_templates(config)]
    if config.begun:
        try:
            with desk.store() as store:
                found += _database(desk, store)
        except StoreError as error:
            found.append(Remark(str(error)))
    else:
        found.append(_absent(config.database))
        found += _disk(config.database)
    return sorted(found, key=lambda each: not each.wrong)


def meanwhile(desk: Desk) -> Iterator[str]:
    """While the file has a fault, who goes on all the same and by what; nothing where no copy of it is kept."""
    try:
        last = accepted.recall(find(desk.named))
        config = load(last.file, kept=last.texts) if last else None
        running = config is not None and holder(config.database) is not None
    except (ConfigError, StoreError):
        return
    if last and config:
        who = "the daemon and agents' commands go on" if running else "agents' commands go"
        at = moment(last.at, config.timezone)
        yield f"until that is put right, {who} by the file as it was accepted on {at}; a restart would fail"


def _absent(database: Path) -> Remark:
    try:
        require_not_deleted(database)
    except StoreError as error:
        return Remark(str(error))
    missing = f"there is no database at {database} yet"
    if not os.access(database.parent, os.W_OK | os.X_OK):
        return Remark(f"{missing}, and this user cannot make one in {database.parent}: run it with sudo, or see to it")
    return Remark(f"{missing}: `parcelwatch parcels import FILE` makes it")


def _unread(config: Config) -> Iterator[tuple[str, tuple[str, bool]]]:
    """By what is said of it each secret that this user cannot read, with whether nobody could."""
    for _, secret in secrets(config):
        try:
            secret.read()
        except ConfigError as error:
            yield from ((fault, (str(error), secret.hopeless)) for fault in error.problems)


def _unreadable(found: tuple[str, bool]) -> Remark:
    """Fine beside a service that can read it, so no fault then."""
    said, hopeless = found
    return Remark(
        said if hopeless else f"{said}; the service may read it all the same, or run this with sudo", wrong=hopeless
    )


def _kept_from_starting(config: Config) -> Iterator[str]:
    """What the daemon, and whatever sends, would refuse; each part by itself, so that none hides another's fault."""
    policy = config.policy()
    made: tuple[Callable[[], object], ...] = (
        lambda: making.require_couriers(config),
        lambda: making.posts(config),
        lambda: making.channels(config),
        lambda: stalls(config, policy),
        lambda: counters(config, policy),
        lambda: making.proxy(config),
        lambda: _callers(config, policy),
        lambda: to_customers(config),
    )
    for make in made:
        try:
            make()
        except ConfigError as error:
            yield from error.problems


def _callers(config: Config, policy: Policy) -> None:
    if config.tokens():
        from parcelwatch.running import doors  # the whole of the server, which most configurations do without here

        doors.callers_of(config, policy)


def _database(desk: Desk, store: Store) -> Iterator[Remark]:
    config = desk.whole_config
    yield Remark(walreset.verdict(store.value("SELECT sqlite_version()")), wrong=False)
    if walreset.exposed(store):
        yield Remark(walreset.EXPOSED, wrong=False)
    if damaged := audit.damaged(store):
        yield from map(Remark, damaged)
        return
    yield from map(Remark, audit.unsound(store))
    asked = vitals.Asked(config.asked(), config.channels(), fingerprint(config))
    yield from remarks(vitals.gather(store, asked, desk.now))


def _disk(database: Path) -> Iterator[Remark]:
    folder, free = vitals.disk(database)
    facts = Facts(clock.now(), free=free, files=vitals.files_left(folder), folder=str(folder))
    return (one for one in remarks(facts) if one.key in ("disk", "files"))
