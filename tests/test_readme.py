"""The README says what the program does: every rule with its thresholds, every courier, every command."""

from __future__ import annotations

from pathlib import Path

import pytest

from parcelwatch import couriers
from parcelwatch.core.profiles import PROFILES, Limits
from parcelwatch.core.rules import RULES

README = (Path(__file__).parent.parent / "README.md").read_text(encoding="utf-8")


def written(limits: Limits | None) -> str:
    if limits is None or limits.warn is None:
        return "–"
    return f"{limits.warn} / {limits.critical}" if limits.critical else f"{limits.warn}"


def row(kind: str) -> str:
    """One line of the README's table of kinds, as the code has it."""
    rule = RULES[kind]
    china, international = PROFILES["china"], PROFILES["international"]
    columns = [china.domestic, international.domestic, international.cross_border]
    numbers = " | ".join(written(column.get(kind)) for column in columns)
    meaning = (rule.__doc__ or "").split("\n")[0].rstrip(".")
    return f"| `{kind}` | {meaning} | {numbers} | {rule.clears_when} |"


@pytest.mark.parametrize("kind", RULES)
def test_every_rule_stands_in_the_readme_with_its_thresholds(kind: str) -> None:
    assert row(kind) in README


@pytest.mark.parametrize("api", couriers.load())
def test_every_courier_stands_in_the_readme_with_its_pace(api: str) -> None:
    courier = couriers.load()[api]
    line = next(line for line in README.splitlines() if f"| `{api}` |" in line)
    assert f"| {courier.batch}" in line
    assert courier.rate in line
    assert all(quota in line for quota in courier.quotas)
    for credential in courier.needs:
        assert f"`{credential}`" in line
