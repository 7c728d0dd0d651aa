"""Fixtures of courier answers: where they lie, and how they become responses, asks and expectations.

A fixture is `<api>/<name>.json`: the answer (`status`, `headers`, `body`, or `raw` text), the numbers `asked`, and
either what is `expected`, one entry per number, or the error it `raises`. `call` is "ask", "register", "grant" or
"push"; a push has no status and nobody asked, `headers` and `query` are its own. Only what an expectation names is
compared, and of each scan whether it `moves`. `unknown: true` allows scans nobody can read; `options` are the
account's, `declared` its declaration; `parameters: true` says that the API leaves the credentials no place but the
form or the query.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx

from parcelwatch.asking.caller import told_apart
from parcelwatch.config import AccountConfig
from parcelwatch.config.secrets import Secret, Surroundings
from parcelwatch.couriers import load
from parcelwatch.couriers.base import (
    Account,
    Courier,
    Grants,
    Push,
    Pushes,
    Registers,
    Registration,
    Tailored,
    Token,
    discreet,
)
from parcelwatch.model import Answered, Ask, Checkpoint, NotFound, Observation, Refused, Unanswered
from tests.couriers.declaring import declaration

HOME = Path(__file__).parent / "fixtures"
SECRETS = {
    "key": "canary-key-4711",
    "customer": "canary-customer-4712",
    "secret": "canarySecret4713canary==",  # a key of sixteen bytes, as one courier wants it
    "token": "canary-token-4714",
}
NOW = datetime(2026, 3, 12, 8, tzinfo=UTC)
COURIERS = load()


@dataclass(frozen=True, slots=True)
class Fixture:
    api: str
    name: str
    told: Mapping[str, Any]

    @property
    def asked(self) -> tuple[Ask, ...]:
        return tuple(Ask(**ask) for ask in self.told["asked"])

    @property
    def courier(self) -> Courier:
        courier = COURIERS[self.api]
        if not isinstance(courier, Tailored):
            return courier
        declared = declaration(self.told["declared"]) if "declared" in self.told else None
        secret = Secret(SECRETS["secret"], Surroundings(HOME, {}))
        settings = AccountConfig("canary", self.api, secret=secret, options=self.options, declared=declared)
        return courier.tailored(settings)

    @property
    def options(self) -> Mapping[str, str]:
        return dict(self.told.get("options", {}))

    @property
    def call(self) -> str:
        return str(self.told.get("call", "ask"))

    @property
    def account(self) -> Account:
        return account(self.api, self.options)

    @property
    def body(self) -> bytes:
        if "raw" in self.told:
            return str(self.told["raw"]).encode()
        return json.dumps(self.told["body"], ensure_ascii=False).encode()

    def response(self, body: bytes | None = None) -> httpx.Response:
        request = self.request()
        content = self.body if body is None else body
        return httpx.Response(self.told["status"], headers=self.told["headers"], content=content, request=request)

    def request(self) -> httpx.Request:
        courier = self.courier
        asked = told_apart(courier, self.asked)[0] or self.asked
        if self.call == "register":
            assert isinstance(courier, Registers)
            return discreet(courier.registration(self.account, asked, NOW), self.account)
        if self.call == "grant":
            assert isinstance(courier, Grants)
            return discreet(courier.grant(self.account, NOW), self.account)
        return discreet(courier.request(self.account, asked, NOW), self.account)

    def read(self, body: bytes | None = None) -> Sequence[Observation | Registration | Token]:
        """What is said of each number, as whoever asks hears it: what lacks something is never asked about."""
        courier = self.courier
        usable, missing = told_apart(courier, self.asked if self.call in ("ask", "register") else ())
        if self.call == "register":
            assert isinstance(courier, Registers)
            registered = iter(courier.registered(self.response(body), usable) if usable else ())
            return tuple(
                Registration(ask.number, ok=False, reason=missing[ask]) if ask in missing else next(registered)
                for ask in self.asked
            )
        if self.call == "grant":
            assert isinstance(courier, Grants)
            return [courier.granted(self.response(body))]
        if self.call == "push":
            assert isinstance(courier, Pushes)
            return courier.pushed(self.account, self.push(body))
        answered = iter(courier.parse(self.response(body), usable) if usable else ())
        return tuple(Refused(ask.number, missing[ask]) if ask in missing else next(answered) for ask in self.asked)

    def push(self, body: bytes | None = None) -> Push:
        headers, query = self.told.get("headers", {}), self.told.get("query", {})
        return Push(headers, query, self.body if body is None else body)


def account(api: str, options: Mapping[str, str] | None = None) -> Account:
    return Account(
        name="canary",
        api=api,
        key=SECRETS["key"],
        base_url=COURIERS[api].base_url,
        customer=SECRETS["customer"],
        secret=SECRETS["secret"],
        token=SECRETS["token"],
        options=options or {},
    )


def fixtures() -> list[Fixture]:
    return [
        Fixture(path.parent.name, path.stem, json.loads(path.read_text("utf-8")))
        for path in sorted(HOME.glob("*/*.json"))
    ]


def usable(courier: Courier, *asked: Ask) -> list[Ask]:
    """Those of the numbers that whoever asks would ask about."""
    return told_apart(courier, asked)[0]


def tracked(said: object) -> Answered:
    """What was said, which must be a history."""
    assert isinstance(said, Answered), said
    return said


def scans(said: object) -> tuple[Checkpoint, ...]:
    """The scans of what was said, none where it is no history."""
    return said.checkpoints if isinstance(said, Answered) else ()


KINDS: dict[type, str] = {Answered: "tracked", NotFound: "not_found", Refused: "refused", Unanswered: "unanswered"}


def shown(answer: Observation | Registration | Token, wanted: Mapping[str, Any]) -> dict[str, Any]:
    """What an answer says about everything an expectation names."""
    return {
        name: KINDS[type(answer)] if name == "answer" else _plain(getattr(answer, name), value)
        for name, value in wanted.items()
    }


def _plain(value: object, wanted: object) -> object:
    if isinstance(value, datetime):
        return iso(value)
    if isinstance(value, timedelta):
        return value.total_seconds()
    if isinstance(value, tuple) and isinstance(wanted, list):
        known = [*wanted, *([{}] * len(value))]
        return [_checkpoint(one, like) for one, like in zip(value, known, strict=False)]
    return value


def _checkpoint(one: Checkpoint, wanted: Mapping[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = {"at": iso(one.occurred_at), "milestone": one.milestone, "cause": one.cause}
    if one.occurred_until != one.occurred_at:
        found["until"] = iso(one.occurred_until)
    if not one.moves:
        found["moves"] = False
    return found | {name: getattr(one, name) for name in ("code", "text", "place") if name in wanted}


def iso(at: datetime) -> str:
    return at.astimezone(UTC).isoformat().replace("+00:00", "Z")
