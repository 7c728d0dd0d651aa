"""What couriers answer and push, read as the poller and the inbox read it.

What belongs here: their fixtures, and answers recorded by others, as seeds.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from functools import cache, partial
from typing import Any

from parcelwatch.core.texts.secrecy import secrecy
from parcelwatch.couriers.base import Push, Pushes
from parcelwatch.couriers.shared.discretion import hush, hushed
from parcelwatch.errors import CourierError
from parcelwatch.model import Observation
from tests.couriers import test_courier_samples as recorded_by_others
from tests.couriers.recorded import SECRETS, Fixture, fixtures
from tests.couriers.samples.sample import Sample
from tests.fuzz.oracle import NOW, keeps_secrets, lives, must, printable
from tests.fuzz.target import Seeds, Target

# --- couriers ------------------------------------------------------------------------------------


@cache
def _fixtures() -> Mapping[str, Fixture]:
    return {f"{one.api}/{one.name}": one for one in fixtures()}


def _courier_seeds() -> Seeds:
    return {name: one.body for name, one in _fixtures().items() if one.call != "push"}


def _courier(name: str, body: bytes) -> None:
    fixture = _fixtures()[name]
    said = _discreetly(lambda: fixture.read(body), SECRETS.values())
    if said and isinstance(said[0], Observation):
        must([one.number for one in said] == [ask.number for ask in fixture.asked], "it speaks of other numbers")
        lives(said)


def _discreetly(read: Callable[[], Any], secrets: Iterable[str]) -> Any:
    """What was read, as whoever asked hears it; () for a CourierError."""
    known = secrecy(tuple(secrets))
    try:
        said = tuple(hushed(one, known) for one in read())
    except CourierError as error:
        hush(error, known)
        told = f"{error} {error!r} {getattr(error, 'payload', b'').decode('utf-8', 'replace')}"
        keeps_secrets(told, secrets)
        str(error).encode()
        return ()
    printable(said)
    for one in said:
        keeps_secrets(repr(getattr(one, "checkpoints", "")) + getattr(one, "reason", ""), secrets)
    return said


@cache
def _samples() -> Mapping[str, Sample]:
    if not recorded_by_others.HOME:
        return {}
    return {recorded_by_others.name(row): row for row in recorded_by_others.READ}


def _sample_seeds() -> Seeds:
    return {name: recorded_by_others.content(row) for name, row in _samples().items()}


def _sample(name: str, body: bytes) -> None:
    row = _samples()[name]
    said = _discreetly(partial(recorded_by_others.read, row, body), SECRETS.values())
    if said and isinstance(said[0], Observation):
        lives(said, pushed=row.call == "push")


# --- pushes --------------------------------------------------------------------------------------


def _push_seeds() -> Seeds:
    return {
        name: json.dumps(
            {"headers": dict(push.headers), "query": dict(push.query), "body": push.body.decode("utf-8", "replace")},
            ensure_ascii=False,
        ).encode()
        for name, one in _fixtures().items()
        if one.call == "push"
        for push in [one.push()]
    }


def _push(name: str, body: bytes) -> None:
    fixture, push = _fixtures()[name], _pushed(body)
    courier = fixture.courier
    assert isinstance(courier, Pushes)
    account = fixture.account
    with suppress(CourierError):
        courier.verify(account, push, NOW)
        courier.signed(push)
    json.loads(courier.reply(account, NOW))
    said = _discreetly(lambda: courier.pushed(account, push), SECRETS.values())
    lives(said, pushed=True)


def _pushed(body: bytes) -> Push:
    try:
        told = json.loads(body)
        headers, query = ({str(k): str(v) for k, v in dict(told[part]).items()} for part in ("headers", "query"))
        return Push(headers, query, str(told["body"]).encode("utf-8", "surrogatepass"))
    except (ValueError, TypeError, KeyError, RecursionError):
        return Push({"content-type": "application/json"}, {}, body)


ANSWERS = Target(_courier_seeds, _courier)
RECORDED = Target(_sample_seeds, _sample)
PUSHES = Target(_push_seeds, _push)
