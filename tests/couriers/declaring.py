"""Declared couriers for tests: those that come with the program, and those of config.example.toml."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

from parcelwatch.config import AccountConfig
from parcelwatch.config.declarations import shipped
from parcelwatch.config.declared import Declaration
from parcelwatch.couriers.base import Account
from parcelwatch.couriers.declared import Declared, Made
from parcelwatch.model import Ask

EXAMPLE = Path(__file__).parents[2] / "config.example.toml"


@cache
def declaration(name: str) -> Declaration:
    """One by the name of the shipped declaration, or of the account in the example."""
    text = shipped().get(name)
    return Declaration.model_validate(tomllib.loads(text) if text else examples()[name]["declared"])


@cache
def examples() -> Mapping[str, Any]:
    text = re.sub(r"^#(?! |$)", "", EXAMPLE.read_text(encoding="utf-8"), flags=re.MULTILINE)
    found: Mapping[str, Any] = tomllib.loads(text)["couriers"]
    return found


def made(declared: str | Declaration, base_url: str | None = None) -> Made:
    """The courier of a declaration, by its name, as TOML, or itself."""
    if isinstance(declared, str):
        declared = Declaration.model_validate(tomllib.loads(declared)) if "\n" in declared else declaration(declared)
    courier = Declared().tailored(AccountConfig("mine", "declared", base_url=base_url, declared=declared))
    assert isinstance(courier, Made)
    return courier


def account(base_url: str = "", **credentials: str) -> Account:
    known = {"key": "the-key", "secret": "the-secret", "customer": "the-customer", "token": "the-token"} | credentials
    return Account(
        "mine",
        "declared",
        known["key"],
        base_url,
        customer=known["customer"],
        secret=known["secret"],
        token=known["token"],
    )


ASK = Ask("AC12345678")
