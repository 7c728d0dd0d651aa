"""What must hold of whatever was read: it can be saved, judged, told in every language, and is nobody's secret.

What belongs here: checks that know nothing of where an input came from. `Broken` is a finding.
"""

from __future__ import annotations

import json
import tempfile
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import fields, is_dataclass
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any, Final

from parcelwatch.core.messaging.messages import Characters
from parcelwatch.core.policy import Policy
from parcelwatch.core.texts.text import escaped
from parcelwatch.ingest import take_step
from parcelwatch.model import Answered, Event, NotFound, Observation, Order, Parcel, Passed, Pushed
from parcelwatch.store import Store, outbox, parcels
from parcelwatch.wording.render import Renderer
from parcelwatch.words import languages
from tests.databases import blank

NOW: Final = datetime(2026, 3, 12, 8, tzinfo=UTC)
POLICY: Final = Policy(profile="china", channels=("ops",), draft_channel="ops")
_AGENTS: Final = {name: Renderer("Asia/Shanghai", name) for name in languages("agents")}
_SIZE: Final = Characters(4096)
_FARTHEST: Final = timedelta(days=120)
_HOSTILE: Final = frozenset("\x00\x07\x1b\x7f\x9b\u202a\u202b\u202d\u202e\u2066\u2067\u2068\ufeff")


class Broken(AssertionError):
    """What must hold did not."""


class _Undone(Exception):
    """Ends a transaction of which nothing is to stay."""


def must(holds: object, what: str) -> None:
    if not holds:
        raise Broken(what)


def keeps_secrets(said: str, secrets: Iterable[str]) -> None:
    must(not any(secret in said for secret in secrets), "a secret is in what is said")


def printable(value: object) -> None:
    """Whatever is in it can be printed, and its times name their zone."""
    for one in _leaves(value):
        if isinstance(one, str):
            one.encode()
        elif isinstance(one, datetime):
            must(one.tzinfo is not None, f"a time without a zone: {one}")


def _leaves(value: Any) -> Iterator[Any]:
    if isinstance(value, dict):
        value = (*value.keys(), *value.values())
    elif is_dataclass(value) and not isinstance(value, type):
        value = tuple(getattr(value, each.name) for each in fields(value))
    if isinstance(value, tuple | list | set | frozenset):
        for each in value:
            yield from _leaves(each)
    else:
        yield value


@cache
def database() -> Store:
    folder = Path(tempfile.mkdtemp(prefix="fuzz-"))
    return Store.open(blank(folder / "x.db"))


@contextmanager
def undone() -> Iterator[Store]:
    """A transaction of which nothing stays."""
    store = database()
    try:
        with store.transaction():
            yield store
            raise _Undone
    except _Undone:
        return


def lives(said: Sequence[Observation], *, pushed: bool = False) -> None:
    """What was said of parcels is heard, saved, judged then and later, and told."""
    for one in said:
        printable(one)
        with undone() as store:
            _live(store, one, Pushed(one) if pushed and isinstance(one, Answered) else one)


def _live(store: Store, one: Observation, event: Event) -> None:
    number = one.number[:60] or "PW1"
    order = Order("A-1001", "Jana", "jana@example.com", language="de", promised_by=NOW + timedelta(days=1))
    added = Parcel(0, number, "kd", NOW - timedelta(days=9), origin="CN", destination="DE", orders=(order,))
    parcel_id = parcels.add(store, added, added.added_at)
    take_step(store, parcel_id, NotFound(number), POLICY, NOW - timedelta(days=8))
    take_step(store, parcel_id, event, POLICY, NOW)
    _as_it_should_be(store, parcel_id, NOW)
    again = take_step(store, parcel_id, event, POLICY, NOW + timedelta(minutes=1))
    must(not any(each.before != each.after for each in again.events), "the same answer again is news")
    later = NOW + timedelta(days=11)
    take_step(store, parcel_id, Passed(), POLICY, later)
    _as_it_should_be(store, parcel_id, later)
    _told(store, later)


def _as_it_should_be(store: Store, parcel_id: int, now: datetime) -> None:
    dossier = parcels.dossier(store, parcel_id)
    printable(dossier)
    must(dossier.poll_at is None or dossier.poll_at <= now + _FARTHEST, f"asked again at {dossier.poll_at}")
    for case in dossier.cases:
        must(case.opened_at <= now, f"a case of {case.opened_at}")
    for draft in dossier.drafts:
        for language in languages("letters"):
            letter = _AGENTS["en"].worded(draft.kind, language, draft.facts)
            _harmless(letter.subject + letter.body)
    escaped(json.dumps(parcels.show(store, parcel_id), default=str)).encode()


def _told(store: Store, now: datetime) -> None:
    while group := outbox.claim(store, now, now + timedelta(days=1)):
        for voice in _AGENTS.values():
            for text in voice.message(group, _SIZE, now):
                _harmless(text.title + text.body)
                must(len(text.title) + len(text.body) <= _SIZE.limit, "a message is too long for its channel")


def _harmless(text: str) -> None:
    text.encode()
    must(_HOSTILE.isdisjoint(text), "what a terminal or a chat would obey is told as it is")
