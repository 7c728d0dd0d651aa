"""config.toml: keys that may also stand in another table, or under a shorter name."""

from __future__ import annotations

from datetime import time, timedelta
from pathlib import Path

import pytest

from parcelwatch.config import Config
from parcelwatch.duration import parse
from parcelwatch.model import Severity
from tests.config.test_config_faults import OPS, faults, loaded

BOSS = '[channels.boss]\nurl = "env:BOSS"\ndigest_at = "18:00"\n'


def timed(folder: Path, text: str) -> Config:
    return loaded(folder, OPS + text)


def test_how_news_is_held_together_may_stand_in_the_table_of_alerts(tmp_path: Path) -> None:
    timing = timed(tmp_path, '[alerts]\ngroup_wait = "30s"\ngroup_interval = "6m"\nrepeat = "8h"').timing()
    assert (timing.wait, timing.interval) == (timedelta(seconds=30), timedelta(minutes=6))
    assert timing.repeat == timedelta(hours=8)


def test_a_digest_s_hour_for_all_gives_way_to_a_channel_s_own(tmp_path: Path) -> None:
    timing = timed(tmp_path, BOSS + '[alerts]\ndigest_at = "09:00"').timing()
    assert (timing.hours("ops").digest_at, timing.hours("boss").digest_at) == (time(9), time(18))


def test_quiet_is_short_for_quiet_hours(tmp_path: Path) -> None:
    assert timed(tmp_path, 'quiet = "22:00-08:00"').timing().hours("ops").quiet == (time(22), time(8))


def test_one_time_to_acknowledge_is_that_of_every_severity(tmp_path: Path) -> None:
    after = timed(tmp_path, '[alerts]\nescalate_after = "4h"').policy().follow_up.escalate_after
    assert after == dict.fromkeys([each for each in Severity if each is not Severity.OPERATOR], parse("4h"))


def test_a_digest_s_hour_for_all_is_for_nobody_where_there_is_no_channel(tmp_path: Path) -> None:
    assert loaded(tmp_path, '[alerts]\ndigest_at = "09:00"').timing().channels == {}


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        (
            OPS + 'quiet = "22:00-08:00"\nquiet_hours = "23:00-08:00"',
            "3: channels.ops.quiet: is the same as channels.ops.quiet_hours, which is written too: keep one",
        ),
        (
            '[messages]\nrepeat = "8h"\n[alerts]\nrepeat = "9h"',
            "4: alerts.repeat: is the same as messages.repeat, which is written too: keep one of them",
        ),
        ("[alerts]\ngroup_wait = 5", "2: messages.group_wait: expected a duration"),
        (OPS + 'quiet = "10pm-8am"', "3: channels.ops.quiet_hours: "),
        (OPS + '[alerts]\ndigest_at = "9am"', "4: channels.ops.digest_at: "),
        ('messages = 3\n[alerts]\nrepeat = "8h"', "1: messages: expected a table"),
        ('[channels]\nops = 3\n[alerts]\ndigest_at = "09:00"', "2: channels.ops: expected a table"),
        ("[alerts]\nescalate_after = 4", "2: alerts.escalate_after: expected a table"),
        ('[alerts]\nescalate_after = "soon"', "2: alerts.escalate_after: expected a duration"),
    ],
)
def test_a_fault_in_one_is_told_where_it_was_written(tmp_path: Path, text: str, fault: str) -> None:
    assert any(problem.startswith(f"config.toml:{fault}") for problem in faults(tmp_path, text))


def test_a_fault_in_what_is_for_every_severity_is_told_once(tmp_path: Path) -> None:
    (fault,) = faults(tmp_path, OPS + '[alerts]\nescalate_after = "2"')
    assert "alerts.escalate_after: expected a duration" in fault
    assert "the unit is missing" in fault
