"""Two configurations held against each other, and what tells one from another in a word.

What belongs here: saying what changed. Secrets are compared and never shown; what only moved in the file is no change.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping, Sequence
from difflib import SequenceMatcher
from itertools import takewhile, zip_longest
from pathlib import Path
from typing import Any, Final

from parcelwatch.config.load import Config
from parcelwatch.config.secrets import Secret, Surroundings
from parcelwatch.core.texts.secrecy import opens

_SHOWN: Final = 80
_TABLES: Final = ("couriers", "channels", "shops", "helpdesks", "tokens")


def fingerprint(config: Config) -> str:
    """The same for configurations that mean the same, comments and order of keys aside."""
    document = {**_document(config), "secrets": {name: _told_apart(one) for name, one in secrets(config)}}
    return hashlib.sha256(json.dumps(document, sort_keys=True, default=str).encode()).hexdigest()[:16]


def changes(before: Config, after: Config) -> list[str]:
    """A line for each value that is another: "thresholds.stalled.warn: 3d → 5d"."""
    old, new = dict(_leaves(_document(before))), dict(_leaves(_document(after)))
    said = dict(_whole_tables(before, after))
    keys = [key for key in {**old, **new} if old.get(key) != new.get(key) and not _within(key, said)]
    lines = [*said.values(), *(line for key in keys for line in _apart(key, old.get(key), new.get(key)))]
    was = dict(secrets(before))
    renewed = [name for name, one in secrets(after) if name in was and was[name] != one]
    return [*lines, *(f"{name}: its secret is named anew" for name in renewed if not _within(name, said))]


def _whole_tables(before: Config, after: Config) -> Iterator[tuple[str, str]]:
    """Accounts and channels that came or went."""
    for table in _TABLES:
        old, new = getattr(before.file, table), getattr(after.file, table)
        yield from ((f"{table}.{name}", f"{table}.{name}: added") for name in new if name not in old)
        yield from ((f"{table}.{name}", f"{table}.{name}: removed") for name in old if name not in new)


def _within(key: str, tables: Mapping[str, str]) -> bool:
    return any(key == table or key.startswith(f"{table}.") for table in tables)


def _document(config: Config) -> dict[str, Any]:
    """All that holds; a declaration by what it says, not by where it is, and thresholds beside their profile."""
    document = config.effective()
    thresholds = config.file.thresholds.model_dump(mode="json", by_alias=True, exclude_none=True)
    document["thresholds"] = {key: value for key, value in thresholds.items() if key != "override" or value}
    for table in ("couriers", "shops", "helpdesks"):
        for name, account in getattr(config.file, table).items():
            if account.declared is not None:
                document[table][name]["declared"] = account.declared.model_dump(mode="json", by_alias=True)
    return document


def _leaves(value: object, at: str = "") -> Iterator[tuple[str, object]]:
    """Every value by its key; a list is one value, for its items have no names."""
    if not isinstance(value, Mapping):
        yield at, value
        return
    for key, each in value.items():
        yield from _leaves(each, f"{at}.{key}" if at else str(key))


def _apart(key: str, old: object, new: object) -> Iterator[str]:
    """What differs of a value: of tables in a list, such as [[claims]], the keys that do."""
    before, after = _tables(old), _tables(new)
    if before or after:
        yield from _items(key, before, after)
    else:
        was, now = _written(old), _written(new)
        same = sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], zip(was, now, strict=False)))
        yield f"{key}: {_shown(was, same)} → {_shown(now, same)}"


def _tables(value: object) -> list[Mapping[str, object]]:
    return [one for one in value if isinstance(one, Mapping)] if isinstance(value, list) else []


def _items(key: str, old: Sequence[Mapping[str, object]], new: Sequence[Mapping[str, object]]) -> Iterator[str]:
    """By their places, counted from 1, in the list they stand in."""
    was_said, now_said = ([json.dumps(one, sort_keys=True, default=str) for one in each] for each in (old, new))
    for what, begin, end, first, last in SequenceMatcher(None, was_said, now_said, autojunk=False).get_opcodes():
        for was, now in zip_longest(range(begin, end), range(first, last)) if what != "equal" else ():
            if was is None:
                yield f"{key}[{now + 1}]: added: {_shown(_written(new[now]))}"
            elif now is None:
                yield f"{key}[{was + 1}]: removed: {_shown(_written(old[was]))}"
            else:
                yield from _of_item(f"{key}[{now + 1}]", dict(_leaves(old[was])), dict(_leaves(new[now])))


def _of_item(name: str, old: Mapping[str, object], new: Mapping[str, object]) -> Iterator[str]:
    for key in {**old, **new}:
        if old.get(key) != new.get(key):
            yield from _apart(f"{name}.{key}", old.get(key), new.get(key))


def _written(value: object) -> str:
    if value is None:
        return "not set"
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, default=str)


def _shown(text: str, same: int = 0) -> str:
    """In a line, from a little before the first sign that is another, of which there are `same` before it."""
    if len(text) <= _SHOWN:
        return text
    start = max(0, min(same - _SHOWN // 4, len(text) - _SHOWN + 1)) if same > _SHOWN // 2 else 0
    shown = text[start : start + _SHOWN - 1]
    return ("…" if start else "") + shown + ("…" if start + len(shown) < len(text) else "")


def secrets(config: Config) -> Iterator[tuple[str, Secret]]:
    """Every secret that it names, by its key."""
    for name, account in config.accounts().items():
        yield from ((f"couriers.{name}.{kind}", one) for kind, one in account.credentials.items() if one)
        yield from _among_options(f"couriers.{name}", account.options)
    yield from ((f"channels.{name}.url", channel.url) for name, channel in config.channels().items())
    for name, shop in config.shops().items():
        yield from ((f"shops.{name}.{kind}", one) for kind, one in shop.credentials.items() if one)
        yield from _among_options(f"shops.{name}", shop.options)
    for name, desk in config.helpdesks().items():
        yield from ((f"helpdesks.{name}.{kind}", one) for kind, one in desk.credentials.items() if one)
        yield from _among_options(f"helpdesks.{name}", desk.options)
    yield from ((f"tokens.{name}.secret", token.secret) for name, token in config.tokens().items())
    if config.heartbeat_url:
        yield "service.heartbeat_url", config.heartbeat_url
    if config.proxy:
        yield "service.proxy", config.proxy
    yield from ((f"drafts.send.{name}", one) for name, one in config.to_customers().items())


def _among_options(table: str, options: Mapping[str, str]) -> Iterator[tuple[str, Secret]]:
    """What opens something, and is written as it is."""
    nowhere = Surroundings(Path(), {})
    yield from (
        (f"{table}.options.{name}", Secret(value, nowhere)) for name, value in options.items() if opens(name) and value
    )


def _told_apart(secret: Secret) -> str:
    """Where it is; of one that stands in the file itself a digest, which opens nothing."""
    return hashlib.sha256(secret.read().encode()).hexdigest() if secret.literal else secret.source
