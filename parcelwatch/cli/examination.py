"""What `doctor` looks at, one question after the other.

What belongs here: what only somebody in front of the machine asks. What is asked of the running whole is core.health's.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

from parcelwatch import clock, vitals
from parcelwatch.cli.desk import Desk
from parcelwatch.config import fingerprint
from parcelwatch.core.health import Facts, Remark, remarks
from parcelwatch.errors import ConfigError, StoreError
from parcelwatch.own_letters import broken_templates
from parcelwatch.store import Store, audit, walreset


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


def _secrets(desk: Desk) -> Iterator[Remark]:
    """Secrets that this user cannot read: fine beside a service that can, so no fault."""
    config = desk.whole_config
    secrets = [each.key for each in config.accounts().values()] + [each.url for each in config.channels().values()]
    for secret in filter(None, secrets):
        try:
            secret.read()
        except ConfigError as error:
            if secret.missing:
                yield Remark(str(error))
                continue
            yield Remark(f"{error}; the service may read it all the same, or run this with sudo", wrong=False)


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
    return (one for one in remarks(Facts(clock.now(), free=free, folder=str(folder))) if one.key == "disk")
