"""Thresholds on trial as people see them: in the configuration, in a report, in a backtest, and in no list of cases."""

from __future__ import annotations

from pathlib import Path

import pytest

from parcelwatch import config
from parcelwatch.core.thresholds import Threshold
from parcelwatch.duration import parse
from parcelwatch.errors import ConfigError
from tests.cli.conftest import Shop

TRIALS = """
[thresholds]
stalled = { warn = "1h", mode = "shadow" }
[[thresholds.override]]
mode = "shadow"
courier = "my_dhl"
customs_held = { warn = "2d", critical = "4d" }
[[thresholds.override]]
mode = "shadow"
awaiting_collection = { warn = "36h" }
"""


def loaded(folder: Path, text: str) -> config.Config:
    path = folder / "config.toml"
    path.write_text(text, encoding="utf-8")
    return config.load(path)


def test_a_threshold_or_a_whole_override_is_put_on_trial(tmp_path: Path) -> None:
    policy = loaded(tmp_path, TRIALS).policy()
    assert policy.thresholds["stalled"] == Threshold(parse("1h"), None, "config.toml:3 thresholds.stalled", shadow=True)
    account, everybody = policy.overrides
    assert account.thresholds["customs_held"].shadow
    assert everybody.thresholds["awaiting_collection"].line.endswith("(every parcel)")


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ('[thresholds]\nstalled = { warn = "1h", mode = "shade" }\n', "config.toml:2: thresholds.stalled.mode"),
        ('[thresholds]\ncourier_silent = { warn = "1h", mode = "shadow" }\n', "it cannot be in shadow"),
        (
            '[[thresholds.override]]\nmode = "shadow"\ncourier = "x"\ncourier_silent = { warn = "1h" }\n',
            "it cannot be in shadow",
        ),
        ('[[thresholds.override]]\nmode = "shadow"\ntag = "x"\nuntracked = true\n', "it cannot be in shadow"),
        ('[[thresholds.override]]\nmode = "shadow"\nstalled = { warn = "1h" }\n' * 2, "which one holds"),
        ('[[thresholds.override]]\nstalled = { warn = "1h" }\n', "says for no parcel"),
    ],
)
def test_what_cannot_be_on_trial_is_refused(tmp_path: Path, text: str, fault: str) -> None:
    with pytest.raises(ConfigError, match=fault):
        loaded(tmp_path, text)


def test_a_trial_beside_the_real_limit_of_the_same_parcels_is_no_contradiction(tmp_path: Path) -> None:
    both = '[[thresholds.override]]\ntag = "vip"\n{}stalled = {{ warn = "{}" }}\n'
    warnings = loaded(tmp_path, both.format("", "3d") + both.format('mode = "shadow"\n', "36h")).warnings
    assert not [each for each in warnings if "override" in each]


def test_a_check_says_what_is_in_shadow(shop: Shop) -> None:
    shop.configure(TRIALS)
    shadows = shop.run("config", "check", "--json").document["shadows"]
    assert [(each["kind"], each["warn"], each["critical"]) for each in shadows] == [
        ("stalled", "1h", None),
        ("customs_held", "2d", "4d"),
        ("awaiting_collection", "36h", None),
    ]
    assert shadows[0]["by"].endswith("thresholds.stalled")
    # However long the path of the file: the table may wrap.
    assert "What they would have told is in" in shop.run("config", "check").err
    assert 'mode = "shadow"' in shop.run("config", "show").out


def test_what_a_trial_would_have_told_is_in_the_report_and_nowhere_else(watched: Shop) -> None:
    cases = {each["number"] for each in watched.run("cases", "list", "--kind", "not_picked_up", "--json").document}
    watched.configure('[thresholds]\nstalled = { warn = "1m", mode = "shadow" }\n')
    before = watched.run("alerts", "list", "--json").document
    assert watched.run("once", "--json").code in (0, 1)
    shadows = watched.run("report", "--since", "1d", "--json").document["shadows"]
    assert [each["kind"] for each in shadows] == ["stalled"]
    assert shadows[0]["alerts"] == shadows[0]["parcels"] >= 1
    assert shadows[0]["policy_line"].endswith("thresholds.stalled")
    assert "In shadow, so that nobody was told" in watched.run("report", "--since", "1d").out
    assert watched.run("alerts", "list", "--json").document == before
    after = {each["number"] for each in watched.run("cases", "list", "--kind", "not_picked_up", "--json").document}
    assert after == cases
