"""The demonstration does the whole job, ends when its time is up, and leaves nothing behind."""

from __future__ import annotations

import asyncio
import json
import os
import re
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from parcelwatch import config
from parcelwatch.cli import demo_agent
from parcelwatch.cli.demo_inbox import Arrived
from parcelwatch.cli.demo_show import Show
from parcelwatch.cli.demo_stage import Stage, configuration
from parcelwatch.cli.tongue import Tongue
from parcelwatch.sandbox.demo_world import demo_story
from tests.core.test_explain import FRIDAY
from tests.servers import PATIENCE

ENGLISH = Tongue("en")


def program(folder: Path, *arguments: str) -> subprocess.Popen[str]:
    environment = {**os.environ, "TMPDIR": str(folder), "COLUMNS": "100"}
    command = [sys.executable, "-m", "parcelwatch", "demo", *arguments]
    # A suite started in the background ignores SIGINT, and its children would inherit that.
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    try:
        return subprocess.Popen(
            command, cwd=folder, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
        )
    finally:
        signal.signal(signal.SIGINT, before)


def test_the_demonstration_prints_one_document_and_ends_by_itself(tmp_path: Path) -> None:
    # Given time, it ends when everything has happened, however long that takes on a busy machine.
    with program(tmp_path, "--seconds", f"{PATIENCE:.0f}", "--language", "zh-CN", "--json") as running:
        out, err = running.communicate(timeout=2 * PATIENCE)
    assert running.returncode == 0, err
    result = json.loads(out)
    assert result["parcels"] == 120
    assert result["polled"] >= 120
    assert 0 < result["messages"] <= len([alert for alert in result["alerts"] if alert["state"] == "sent"])
    assert {"damaged", "stalled", "returned"} <= {case["kind"] for case in result["cases"]}
    assert {"zh-CN", "en"} == {draft["language"] for draft in result["drafts"]}
    assert sum(alert["state"] == "sent" for alert in result["alerts"]) > 20
    assert "acknowledged" in {case["state"] for case in result["cases"]}
    # However slow the machine, a letter is sent before its parcel moves, and followed up.
    sent = [(draft["number"], draft["step"] == "first") for draft in result["drafts"] if draft["state"] == "sent"]
    assert len(sent) == 2
    assert {first for _, first in sent} == {True, False}
    assert len({number for number, _ in sent}) == 1
    assert "cleared" in {alert["why"] for alert in result["alerts"] if alert["state"] == "sent"}
    assert result["seconds"] < PATIENCE
    assert list(tmp_path.iterdir()) == []
    assert err == ""


def test_an_interrupted_demonstration_cleans_up(tmp_path: Path) -> None:
    with program(tmp_path) as running:
        assert running.stdout
        for line in running.stdout:
            if "imported" in line:
                break
        running.send_signal(signal.SIGINT)
        running.communicate(timeout=PATIENCE)
    assert running.returncode == 130
    assert list(tmp_path.iterdir()) == []


def test_when_its_time_is_up_it_ends_with_what_it_has(tmp_path: Path) -> None:
    with Stage(tmp_path, time.monotonic(), "en") as stage:
        asyncio.run(stage.play(Show(time.monotonic(), ENGLISH, quiet=True)))
        assert stage.outcome()["parcels"] == 120
        assert stage.outcome()["alerts"] == []


def test_its_configuration_is_valid(tmp_path: Path) -> None:
    story, _ = demo_story(FRIDAY)
    path = tmp_path / "config.toml"
    urls = dict.fromkeys(story.apis, "http://127.0.0.1:1/x")
    path.write_text(configuration(urls, "127.0.0.1:1", story, "127.0.0.1:2"))
    path.chmod(0o600)
    loaded = config.load(path)
    assert set(loaded.accounts()) == set(story.apis)
    assert not [warning for warning in loaded.warnings if "secret itself" not in warning and "listen" not in warning]


def test_of_each_trouble_one_message_is_shown_whole(capsys: pytest.CaptureFixture[str]) -> None:
    show = Show(time.monotonic(), ENGLISH, quiet=False)
    first = Arrived("agents", "🔴 CRITICAL · damaged 26 h ago · order A-1", "Damaged\n\nall about it")
    second = "🔴 CRITICAL · damaged 3 days ago · order A-2"
    show.arrived([first, Arrived("agents", second, "Damaged\n\nall about the second")])
    shown = capsys.readouterr().out
    assert "all about it" in shown
    assert "all about the second" not in shown
    assert second in shown


def test_in_chinese_nothing_is_told_in_english(capsys: pytest.CaptureFixture[str]) -> None:
    show = Show(time.monotonic(), Tongue("zh-CN"), quiet=False)
    show.opening(20)
    show.couriers({"dhl": "http://127.0.0.1:1"})
    show.imported("dhl", 3, "orders.csv")
    show.happened("dhl", "JD001")
    show.took("lin", "4")
    show.wrote("lin", 5, good=False)
    show.wrote("lin", 6, good=True)
    case = {"state": "open", "kind": "damaged", "severity": "high", "sentence": "快递反馈破损"}
    drafts = [{"language": "de", "state": "sent"}]
    result = {"parcels": 3, "polled": 3, "messages": 1, "seconds": 2.0, "cases": [case], "alerts": [], "drafts": drafts}
    show.summary(result)
    shown = capsys.readouterr().out
    ours = re.sub(
        r"parcelwatch|http\S+|HTTP|orders\.csv|dhl|lin|JD001|D\d|config init|sandbox --api|parcels import", "", shown
    )
    assert re.findall("[A-Za-z]{3,}", re.sub("FILE|once|`run`", "", ours)) == []


@pytest.mark.parametrize("said", ["→ Act: {link}\ncase 4 · A7", "→ 处理：{link}\n案件 4 · 提醒 A7"])
def test_its_agent_finds_case_and_link_in_a_message(said: str) -> None:
    link = "http://127.0.0.1:1/a/bbywxk6epggbm67wxet7hsl5"
    assert demo_agent.act_by(said.format(link=link)) == (link, "4")


def test_quiet_means_quiet(capsys: pytest.CaptureFixture[str]) -> None:
    show = Show(time.monotonic(), ENGLISH, quiet=True)
    show.opening(20)
    show.arrived([Arrived("agents", "[A1] damaged: PW1", "x")])
    assert capsys.readouterr().out == ""
