"""Suggested thresholds as people and scripts see them."""

from __future__ import annotations

import json
import tomllib
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from parcelwatch import config
from tests.cli.conftest import Shop

START = datetime(2026, 3, 2, 8, tzinfo=UTC)
LIMITS = """
[thresholds]
profile = "china"
stalled = { warn = "24h", critical = "120h" }
[[thresholds.override]]
courier = "acme"
not_delivered = { warn = "36h" }
[[thresholds.override]]
tag = "vip"
mode = "shadow"
stalled = { warn = "6h" }
[calendar]
closed = ["2026-03-04"]
"""


def row(place: int, quiet: float) -> str:
    """A parcel that was silent for so many hours between two scans, and came."""
    begins = START + timedelta(hours=place % 240)
    scans = [(2, "picked_up"), (4, "in_transit"), (4.5 + quiet, "in_transit"), (9 + quiet, "delivered")]
    checkpoints = [
        {"occurred_at": (begins + timedelta(hours=hour)).isoformat(), "milestone": milestone}
        for hour, milestone in scans
    ]
    told: dict[str, Any] = {"number": f"AB{place:08}", "courier": "acme", "announced_at": begins.isoformat()}
    return json.dumps({**told, "checkpoints": checkpoints})


@pytest.fixture
def histories(tmp_path: Path) -> str:
    """Four hundred parcels, of which twelve (3 %) were silent for sixty hours and the others for ten, at most."""
    path = tmp_path / "histories.jsonl"
    path.write_text("\n".join(row(place, 60 if place < 12 else place % 10) for place in range(400)), encoding="utf-8")
    return str(path)


def test_the_limit_that_three_in_a_hundred_pass_is_suggested(shop: Shop, histories: str) -> None:
    shop.configure(LIMITS)
    before = shop.config.read_bytes()
    found = shop.run("learn", "--history", histories, "--json").document
    assert (found["parcels"], found["minimum"]) == (400, 200)
    one = next(each for each in found["suggestions"] if each["kind"] == "stalled")
    assert (one["courier"], one["n"], one["waiting"], one["unit"]) == ("", 400, 0, "h")
    assert (one["warn"], one["critical"], one["passed"]) == ("10h", "120h", 0.03)
    assert one["was"]["policy_line"].endswith("thresholds.stalled")
    assert one["quantiles"]["0.97"] == 10
    days = found["days"]
    assert found["alerts_per_day"]["stalled"] == {"before": round(12 / days, 2), "after": round(12 / days, 2)}
    assert tomllib.loads(found["toml"])["thresholds"]["stalled"] == {"warn": "10h", "critical": "120h"}
    assert shop.config.read_bytes() == before, "nothing changes by itself"
    shown = shop.run("learn", "--history", histories)
    assert 'stalled = { warn = "10h", critical = "120h" }' in shown.out
    assert "# stalled: 400 parcels." in shown.out


def test_what_is_written_is_a_whole_policy_that_the_other_commands_read(
    shop: Shop, tmp_path: Path, histories: str
) -> None:
    shop.configure(LIMITS)
    new = tmp_path / "new.toml"
    assert shop.run("learn", "--history", histories, "--write", str(new)).code == 0
    mine, theirs = config.load(shop.config).policy(), config.load(new).policy()
    assert str(theirs.thresholds["stalled"].warn) == "10h"
    assert (theirs.profile, len(theirs.overrides)) == (mine.profile, len(mine.overrides))
    assert [each.thresholds["stalled"].shadow for each in theirs.overrides if each.tag] == [True]
    assert "2026-03-04" in new.read_text(encoding="utf-8")
    assert not {"sandbox-key", "json://"} & set(new.read_text(encoding="utf-8").split('"'))
    assert shop.bare("--config", str(new), "config", "check").code == 0
    assert shop.run("backtest", "--policy", str(new), "--history", histories, "--json").code == 0
    again = shop.run("learn", "--history", histories, "--write", str(new))
    assert (again.code, "left as it is" in again.err) == (2, True)


def test_what_is_suggested_fits_when_it_is_asked_again(shop: Shop, tmp_path: Path, histories: str) -> None:
    shop.configure(LIMITS)
    new = tmp_path / "new.toml"
    shop.run("learn", "--history", histories, "--write", str(new))
    found = shop.bare("--config", str(new), "learn", "--history", histories, "--json").document
    assert found["suggestions"] == []


def test_of_few_parcels_nothing_is_suggested_and_nothing_written(shop: Shop, tmp_path: Path) -> None:
    history = shop.file("\n".join(row(place, 5) for place in range(50)), "few.jsonl")
    new = tmp_path / "new.toml"
    ended = shop.run("learn", "--history", history, "--write", str(new))
    assert "too few parcels: 50 of the 200 that it takes" in ended.out
    assert "Nothing is suggested" in ended.out + ended.err
    assert not new.exists()


def test_the_shops_own_past_and_no_configuration_at_all_will_do(watched: Shop, histories: str) -> None:
    own = watched.run("learn", "--json").document
    assert (own["parcels"] > 0, own["suggestions"]) == (True, [])
    bare = watched.bare("learn", "--history", histories, "--json")
    assert bare.code == 0
    assert bare.document["suggestions"]


def test_a_hostile_account_in_a_history_writes_no_toml_of_its_own(shop: Shop, tmp_path: Path) -> None:
    rows = [json.loads(row(place, 5)) for place in range(300)]
    evil = 'x"\n[couriers.evil]\napi = "dhl'
    for each in rows:
        each["courier"] = evil
    quick = [json.loads(row(1000 + place, 100)) for place in range(300)]
    history = shop.file("\n".join(map(json.dumps, [*rows, *quick])), "evil.jsonl")
    new = tmp_path / "new.toml"
    shop.run("learn", "--history", history, "--write", str(new))
    assert set(tomllib.loads(new.read_text(encoding="utf-8"))) <= {
        "service",
        "thresholds",
        "calendar",
        "forecast",
        "alerts",
    }


def test_a_check_names_each_threshold_that_many_well_parcels_pass(shop: Shop, histories: str) -> None:
    shop.configure('[thresholds]\nstalled = { warn = "8h" }\n')
    warnings = shop.run("config", "check", "--history", histories, "--json").document["warnings"]
    (said,) = (each for each in warnings if each.startswith("stalled fires after 8h"))
    assert "of 400 well parcels" in said
    assert "thresholds.stalled" in said
    assert shop.run("config", "check", histories).code == 2


def test_a_check_holds_the_shops_own_past_against_it(watched: Shop) -> None:
    assert watched.run("config", "check", "--history", "--json").code == 0
