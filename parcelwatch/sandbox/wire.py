"""What the three APIs share: a call, a reply, and the protocol by which the server reaches them."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

JSON = "application/json;charset=UTF-8"


@dataclass(frozen=True, slots=True)
class Call:
    """One HTTP request, read to its end. Header names are found in any case."""

    path: str
    query: Mapping[str, str]
    headers: Mapping[str, str]
    body: bytes = b""


@dataclass(frozen=True, slots=True)
class Reply:
    status: int
    body: bytes
    media_type: str = JSON


class Api(Protocol):
    """One courier API: what it answers at `now`. Called from one thread only; it may keep accounts."""

    name: str
    base: str
    """The path of the account's `base_url`."""
    routes: tuple[tuple[str, str], ...]
    """(method, path) of every call it takes."""

    def numbers(self, call: Call) -> tuple[str, ...]:
        """The tracking numbers a call asks about, as they stand in it."""

    def answer(self, call: Call, now: datetime) -> Reply: ...

    def refused(self) -> Reply:
        """What it says to a wrong key."""

    def busy(self) -> Reply:
        """What it says to a client that asks too fast."""

    def broken(self) -> Reply:
        """What it says about a fault of its own."""


_encoded = json.JSONEncoder(ensure_ascii=False, check_circular=False, separators=(",", ":")).encode


def as_json(value: object) -> bytes:
    return _encoded(value).encode()


def reply(value: object, status: int = 200) -> Reply:
    return Reply(status, as_json(value))
