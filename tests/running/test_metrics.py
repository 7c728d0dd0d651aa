"""What Prometheus is told, and the rules and the dashboard that ask for it."""

from __future__ import annotations

import asyncio
import json
import re
import shutil
import subprocess
from pathlib import Path

import pytest

from parcelwatch import clock, config, monitoring
from parcelwatch.running import engine
from parcelwatch.running.metrics import Metrics
from parcelwatch.running.selfcheck import SelfCheck
from tests.servers import PATIENCE

PROMTOOL = shutil.which("promtool")
_NAME = re.compile(r"\b((?:parcelwatch|process)_[a-z_]+)\b")

# What each rule is for: series as promtool writes them, when to look, and whom the alert is about.
CASES: tuple[tuple[str, str, str, str, dict[str, str]], ...] = (
    ("ParcelwatchDown", 'up{job="parcelwatch"}', "1 0x20", "10m", {"job": "parcelwatch"}),
    ("ParcelwatchUnhealthy", "parcelwatch_healthy", "1 0x20", "15m", {}),
    ("ParcelwatchCourierSilent", 'parcelwatch_account_failing{account="dhl"}', "1x60", "40m", {"account": "dhl"}),
    ("ParcelwatchChannelDown", 'parcelwatch_channel_down{channel="ops"}', "1x60", "10m", {"channel": "ops"}),
    ("ParcelwatchConfigurationRefused", "parcelwatch_config_last_reload_successful", "0x60", "10m", {}),
    ("ParcelwatchDiskLow", "parcelwatch_disk_free_bytes", "4e8x60", "10m", {}),
    ("ParcelwatchPartSilent", 'parcelwatch_part_silence_seconds{part="tick"}', "90x60", "5m", {"part": "tick"}),
)


async def scraped(folder: Path) -> str:
    path = folder / "config.toml"
    path.write_text(
        '[service]\ndatabase = "watch.db"\n[couriers.dhl]\napi = "dhl"\nkey = "k-4711-secret"\n'
        '[channels.ops]\nurl = "json://127.0.0.1:1/"\n'
    )
    read = config.load(path)
    parts = engine.build(read)
    try:
        checks = SelfCheck(parts, lambda: read, tuple, clock.now)
        return (await Metrics(parts, checks).text()).decode()
    finally:
        await parts.close()


@pytest.fixture(scope="module")
def text(tmp_path_factory: pytest.TempPathFactory) -> str:
    return asyncio.run(scraped(tmp_path_factory.mktemp("metrics")))


def told(text: str) -> set[str]:
    return set(re.findall(r"^# TYPE (\S+)", text, re.MULTILINE))


def test_the_service_tells_how_it_fares_and_no_secret(text: str) -> None:
    assert "parcelwatch_healthy 1.0" in text
    assert 'parcelwatch_parcels_due{account="dhl"} 0.0' in text
    assert 'parcelwatch_channel_down{channel="ops"} 0.0' in text
    assert "4711" not in text


def test_every_metric_that_a_rule_or_the_dashboard_asks_for_is_told(text: str) -> None:
    asked = set(_NAME.findall(monitoring.rules())) | set(_NAME.findall(monitoring.dashboard()))
    assert asked
    assert asked <= told(text)


def test_no_label_grows_with_the_parcels(text: str) -> None:
    labels = set(re.findall(r'[{,]([a-z_]+)="', text))
    assert labels <= {"account", "outcome", "channel", "part", "file", "version", "kind", "check"}


def test_the_dashboard_is_one_that_grafana_imports() -> None:
    board = json.loads(monitoring.dashboard())
    places = [tuple(panel["gridPos"].values()) for panel in board["panels"]]
    assert len(places) == len(set(places))
    assert all(panel["targets"][0]["expr"] for panel in board["panels"])


def test_every_rule_says_what_it_is_about_and_what_to_do() -> None:
    rules = monitoring.rules()
    named = re.findall(r"- alert: (\w+)", rules)
    assert len(named) == len(set(named)) == rules.count("summary:") == rules.count("description:")
    assert {name for name, *_ in CASES} <= set(named)


def _labelled(labels: dict[str, str]) -> str:
    return "{" + ", ".join(f'{name}="{value}"' for name, value in labels.items()) + "}"


def rule_tests() -> str:
    """The cases as promtool reads them; JSON is YAML."""
    tests = [
        {
            "interval": "1m",
            "input_series": [{"series": series, "values": values}],
            "promql_expr_test": [
                {
                    "expr": f'count by ({", ".join(labels)}) (ALERTS{{alertname="{name}", alertstate="firing"}})',
                    "eval_time": at,
                    "exp_samples": [{"labels": _labelled(labels), "value": 1}] if fires else [],
                }
                for at, fires in ((when, True), ("0m", False))
            ],
        }
        for name, series, values, when, labels in CASES
    ]
    return json.dumps({"rule_files": ["rules.yml"], "evaluation_interval": "1m", "tests": tests})


@pytest.mark.skipif(
    PROMTOOL is None, reason="THE RULES ARE ONLY READ HERE: promtool is missing (apt install prometheus)"
)
def test_the_rules_fire_as_prometheus_reads_them(tmp_path: Path) -> None:
    assert PROMTOOL is not None
    (tmp_path / "rules.yml").write_text(monitoring.rules(), encoding="utf-8")
    (tmp_path / "tests.yml").write_text(rule_tests(), encoding="utf-8")
    for arguments in (("check", "rules", "rules.yml"), ("test", "rules", "tests.yml")):
        done = subprocess.run(
            [PROMTOOL, *arguments], cwd=tmp_path, capture_output=True, text=True, check=False, timeout=PATIENCE
        )
        assert done.returncode == 0, done.stdout + done.stderr
