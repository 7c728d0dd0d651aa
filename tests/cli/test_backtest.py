"""What other thresholds would have told of the past, as people and scripts see it."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from parcelwatch import clock
from parcelwatch.core.past.suggest import MINIMUM
from tests.cli.conftest import DAMAGED, STALLED, Shop

START = datetime(2026, 3, 2, 8, tzinfo=UTC)


def policy(folder: Path, name: str, stalled: str) -> str:
    path = folder / name
    path.write_text(
        f'[service]\ndatabase = "x.db"\n[thresholds]\nstalled = {{ warn = "{stalled}" }}\n', encoding="utf-8"
    )
    return str(path)


def row(number: str, quiet: float, **more: Any) -> dict[str, Any]:
    """A parcel that was silent for so many days between two scans, promised for the eighth day."""
    scans = [(0.2, "picked_up"), (0.5, "in_transit"), (0.5 + quiet, "in_transit"), (0.9 + quiet, "delivered")]
    return {
        "number": number,
        "courier": "acme",
        "announced_at": START.isoformat(),
        "promised_by": (START + timedelta(days=8)).isoformat(),
        "checkpoints": [
            {"occurred_at": (START + timedelta(days=day)).isoformat(), "milestone": milestone}
            for day, milestone in scans
        ],
        **more,
    }


@pytest.fixture
def histories(tmp_path: Path) -> str:
    """One parcel that is on time, one silent for five days and yet on time, one for twelve; its buyer complained."""
    late = row("AB00000003", 12, complaints=[{"at": (START + timedelta(days=9)).isoformat()}])
    rows = [row("AB00000001", 1), row("AB00000002", 5), late]
    path = tmp_path / "histories.jsonl"
    path.write_text("\n".join(map(json.dumps, rows)), encoding="utf-8")
    return str(path)


def test_two_policies_are_compared_on_a_file_of_histories(shop: Shop, tmp_path: Path, histories: str) -> None:
    new, old = policy(tmp_path, "new.toml", "3d"), policy(tmp_path, "old.toml", "7d")
    found = shop.run("backtest", "--policy", new, "--against", old, "--history", histories, "--json").document
    assert (found["parcels"], found["promised"], found["days"]) == (3, 3, 12.9)
    after, before = found["policies"]["new"], found["policies"]["old"]
    assert (after["by_kind"]["stalled"]["parcels"], after["by_kind"]["stalled"]["precision"]) == (2, 0.5)
    assert (before["by_kind"]["stalled"]["parcels"], before["by_kind"]["stalled"]["precision"]) == (1, 1.0)
    assert after["complaints"] == {"total": 1, "warned": 1, "warned_3d": 1, "warned_5d": 1, "median_lead_days": 5.5}
    assert before["complaints"] == {"total": 1, "warned": 1, "warned_3d": 0, "warned_5d": 0, "median_lead_days": 2.0}
    first = next(one for one in found["alerts"] if one["kind"] == "stalled")
    assert (first["number"], first["at"], first["counted"]) == ("AB00000002", "2026-03-05T20:00:00Z", True)
    assert [each["number"] for each in found["differences"]] == ["AB00000002", "AB00000003"]
    assert found["differences"][0]["old"] == []
    shown = shop.run("backtest", "--policy", new, "--against", old, "--history", histories)
    assert "stalled medium 03-06 04:00" in " ".join(shown.out.split())
    assert "Times are in Asia/Shanghai." in shown.err


def test_what_a_history_cannot_test_is_said_and_counted_in_no_sum(shop: Shop, tmp_path: Path) -> None:
    table = tmp_path / "orders.csv"
    lines = ["number,ordered_at,picked_up,delivered,colour"]
    lines += [f"AB0000000{n},2026-03-02 08:00,2026-03-03 08:00,2026-03-1{n} 08:00,red" for n in range(10)]
    table.write_text("\n".join(lines), encoding="utf-8")
    new = policy(tmp_path, "new.toml", "3d")
    ended = shop.run("backtest", "--policy", new, "--against", new, "--history", str(table), "--json")
    found = ended.document
    assert "colour" in ended.err
    assert "0 of 10 parcels were seen" in found["untested"]["no_first_scan"]
    assert "late" in found["untested"]
    figures = found["policies"]["new"]
    assert (figures["by_kind"]["no_first_scan"]["parcels"], figures["by_kind"]["no_first_scan"]["counted"]) == (
        10,
        False,
    )
    assert figures["alerts"] == 0
    assert found["differences"] == []


def test_bad_lines_are_told_and_the_figures_are_without_them(shop: Shop, tmp_path: Path, histories: str) -> None:
    with Path(histories).open("a", encoding="utf-8") as file:
        file.write("\nnonsense\n")
    new = policy(tmp_path, "new.toml", "3d")
    ended = shop.run("backtest", "--policy", new, "--history", histories)
    assert ended.code == 1
    assert "line 4: it is not one JSON object" in ended.err
    assert "3 parcels over" in ended.out
    assert "AB00000002" in ended.out, "the configuration in use is what it is compared with"


def test_the_shops_own_past_is_played_from_its_database(shop: Shop, tmp_path: Path) -> None:
    for number in (STALLED, DAMAGED):
        shop.run("parcels", "add", number, "--courier", "my_dhl")
    shop.run("once")
    new = policy(tmp_path, "new.toml", "1d")
    complaints = shop.file("number,at\n" + DAMAGED + "," + (clock.now() + timedelta(minutes=2)).isoformat() + "\n")
    assert shop.run("complaints", "import", complaints).code == 0
    found = shop.run("backtest", "--policy", new, "--since", "2d", "--json").document
    assert found["parcels"] == 2
    assert {(one["number"], one["kind"]) for one in found["alerts"]} >= {(DAMAGED, "damaged")}
    assert (found["policies"]["new"]["complaints"]["total"], found["policies"]["new"]["complaints"]["warned"]) == (1, 1)


def test_what_is_no_policy_and_no_file_of_histories_is_refused(shop: Shop, tmp_path: Path, histories: str) -> None:
    new = policy(tmp_path, "new.toml", "3d")
    assert shop.run("backtest", "--policy", str(tmp_path / "no.toml"), "--history", histories).code == 78
    assert shop.run("backtest", "--policy", new, "--history", str(tmp_path / "no.csv")).code == 2
    ended = shop.run("backtest", "--policy", new, "--history", histories, "--since", "soon")
    assert (ended.code, "--since 'soon'" in ended.err) == (2, True)


def test_a_configuration_is_held_against_histories(shop: Shop, tmp_path: Path) -> None:
    path = tmp_path / "many.jsonl"
    slow = {"promised_by": (START + timedelta(days=30)).isoformat()}
    path.write_text("\n".join(json.dumps(row(f"AB{place:08}", 8, **slow)) for place in range(60)), encoding="utf-8")
    plain = shop.run("config", "check", "--json").document["warnings"]
    warnings = shop.run("config", "check", "--history", str(path), "--json").document["warnings"]
    (said,) = (warning for warning in warnings if warning not in plain)
    assert "Played 60 parcels: 1 thing stood out" in shop.run("config", "check", "--history", str(path)).out
    assert said.startswith("stalled often fires on healthy parcels: only 0% of the 60")


def test_no_parcels_come_to_nothing(shop: Shop, tmp_path: Path) -> None:
    path = tmp_path / "empty.jsonl"
    path.write_text("", encoding="utf-8")
    new = policy(tmp_path, "new.toml", "3d")
    assert "no parcels" in shop.run("backtest", "--policy", new, "--history", str(path)).out
    found = shop.run("backtest", "--policy", new, "--history", str(path), "--json").document
    assert (found["parcels"], found["policies"]["new"]["alerts"], found["alerts"]) == (0, 0, [])


def test_a_backtest_shows_what_trials_would_have_told_apart(shop: Shop, tmp_path: Path, histories: str) -> None:
    policy = tmp_path / "trial.toml"
    policy.write_text('[service]\ndatabase = "x.db"\n[thresholds]\nstalled = { warn = "3d", mode = "shadow" }\n')
    plain = tmp_path / "plain.toml"
    plain.write_text('[service]\ndatabase = "x.db"\n')
    options = ("backtest", "--policy", str(policy), "--against", str(plain), "--history", histories)
    found = shop.run(*options, "--json").document
    new, old = found["policies"]["new"], found["policies"]["old"]
    assert new["shadow"]["stalled"]["parcels"] == 2
    assert old["shadow"] == {}
    assert (new["alerts"], new["by_kind"], found["differences"]) == (old["alerts"], old["by_kind"], [])
    assert {one["shadow"] for one in found["alerts"] if one["kind"] == "stalled" and not one["counted"]} == {True}
    assert "In shadow" in shop.run(*options).out


TABLES: dict[str, str] = {
    "orders.csv": "number,ordered_at,promised_by\nAB00000001,2026-03-02,2026-03-09\n",
    "empty_cells.csv": "number,ordered_at,delivered\nAB00000001,2026-03-02,\n",
    "bare.jsonl": '{"number": "AB00000001", "announced_at": "2026-03-02T08:00"}\n',
    "none.jsonl": '{"number": "AB00000001", "announced_at": "2026-03-02T08:00", "checkpoints": []}\n',
}


@pytest.mark.parametrize("name", TABLES)
def test_a_file_without_scans_is_said_to_have_none(shop: Shop, tmp_path: Path, name: str) -> None:
    file, new = shop.file(TABLES[name], name), policy(tmp_path, "new.toml", "3d")
    for command in (
        ("backtest", "--policy", new, "--history"),
        ("config", "check", "--history"),
        ("learn", "--history"),
    ):
        ended = shop.run(*command, file)
        assert (ended.code, ended.out) == (1, "")
        assert name in ended.err
        assert "scan" in ended.err
    assert "milestone" in ended.err or "picked_up" in ended.err, "what would do is said"


def test_what_is_wrong_with_the_columns_is_said_with_the_files_name(shop: Shop, tmp_path: Path) -> None:
    file = shop.file("numbr,delivered\nAB00000001,2026-03-02\n", "bad.csv")
    ended = shop.run("backtest", "--policy", policy(tmp_path, "new.toml", "3d"), "--history", file)
    assert ended.code == 2
    assert 'bad.csv: no column is called number: numbr (did you mean "number"?), delivered' in ended.err


def test_a_time_that_is_still_to_come_is_no_past(shop: Shop, tmp_path: Path, histories: str) -> None:
    ahead = (clock.now() + timedelta(days=2)).date().isoformat()
    new = policy(tmp_path, "new.toml", "3d")
    ended = shop.run("backtest", "--policy", new, "--history", histories, "--since", ahead)
    assert (ended.code, f"--since {ahead}: that is still to come" in ended.err) == (2, True)


def test_a_configuration_that_the_past_has_nothing_against_is_told_so(shop: Shop, tmp_path: Path) -> None:
    path = tmp_path / "well.jsonl"
    path.write_text("\n".join(json.dumps(row(f"AB{place:08}", 1)) for place in range(MINIMUM)), encoding="utf-8")
    ended = shop.run("config", "check", "--history", str(path))
    assert f"Played {MINIMUM} parcels: nothing stood out." in ended.out
    assert "customs_held could not be tested: no parcel is ever customs" in ended.out
    found = shop.run("config", "check", "--history", str(path), "--json").document["history"]
    assert (found["parcels"], "customs_held" in found["untested"], "stalled" in found["untested"]) == (
        MINIMUM,
        True,
        False,
    )
    few = shop.run("config", "check", "--history", shop.file(json.dumps(row("AB00000001", 1)), "one.jsonl"))
    assert "Played 1 parcel: nothing stood out, but so few hardly tell" in few.out


def test_where_no_threshold_can_be_tested_that_is_said(shop: Shop) -> None:
    ended = shop.run("config", "check", "--history", shop.file("", "none.jsonl"))
    assert "Played 0 parcels: no threshold could be tested." in ended.out
    only = shop.file("number,ordered_at,delivered\nAB00000001,2026-03-02,2026-03-05\n")
    assert "Played 1 parcel: no threshold could be tested." in shop.run("config", "check", "--history", only).out
