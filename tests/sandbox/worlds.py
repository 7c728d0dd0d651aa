"""Small worlds under a clock that a test turns by hand, and callers that know no adapter of ours."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx

from parcelwatch.sandbox.reading import parse
from parcelwatch.sandbox.server import SandboxServer
from parcelwatch.sandbox.story import Story
from parcelwatch.sandbox.world import World
from tests.servers import PATIENCE

START = datetime(2031, 3, 12, 9, 30, tzinfo=UTC)
KEY = "sandbox-key"


class Hand:
    """A clock that stands still until it is turned."""

    def __init__(self, at: datetime = START) -> None:
        self.at = at

    def __call__(self) -> datetime:
        return self.at

    def turn(self, **span: float) -> None:
        self.at += timedelta(**span)


def told(text: str) -> tuple[World, Hand]:
    """The world of a story written in a test."""
    return played(parse(text))


def played(story: Story) -> tuple[World, Hand]:
    hand = Hand()
    return World(story, hand), hand


def ask_dhl(server: SandboxServer, number: str, key: str = KEY, **query: str) -> httpx.Response:
    params, headers = {"trackingNumber": number, **query}, {"DHL-API-Key": key}
    return httpx.get(server.base_url, params=params, headers=headers, trust_env=False, timeout=PATIENCE)


def call_17track(server: SandboxServer, verb: str, body: object, key: str = KEY) -> httpx.Response:
    url, headers = f"{server.base_url}/{verb}", {"17token": key}
    return httpx.post(url, json=body, headers=headers, trust_env=False, timeout=PATIENCE)


def data_17track(server: SandboxServer, verb: str, body: object) -> dict[str, Any]:
    answer = call_17track(server, verb, body).json()
    assert answer["code"] == 0
    data: dict[str, Any] = answer["data"]
    return data


def rejections(data: dict[str, Any]) -> Sequence[int]:
    return [item["error"]["code"] for item in data["rejected"]]


def ask_kuaidi100(server: SandboxServer, key: str = KEY, customer: str = "SANDBOX", **param: str) -> Any:
    text = json.dumps({"resultv2": "4", **param}, ensure_ascii=False)
    sign = hashlib.md5((text + key + customer).encode()).hexdigest().upper()
    form = {"customer": customer, "sign": sign, "param": text}
    response = httpx.post(server.base_url, data=form, trust_env=False, timeout=PATIENCE)
    assert response.status_code == 200
    return response.json()
