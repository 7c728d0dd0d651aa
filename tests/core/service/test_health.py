"""Facts in, remarks out: each matter that can be wrong, and the whole that is well."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from parcelwatch.core.messaging.channels import ChannelState
from parcelwatch.core.service.accounts import AccountState
from parcelwatch.core.service.health import AccountFacts, ChannelFacts, Facts, remarks

NOW = datetime(2026, 3, 2, 8, 0, tzinfo=UTC)
MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)
ANSWERS = AccountState(last_ok_at=NOW - MINUTE)
DHL = AccountFacts("my_dhl", ANSWERS, due=3, behind=MINUTE)
OPS = ChannelFacts("ops", ChannelState(), sent=9)
WELL = Facts(NOW, daemon=True, ran=True, accounts=(DHL,), channels=(OPS,), free=10**12, folder="/var")


def failing(minutes: int, **more: object) -> tuple[AccountFacts, ...]:
    state = AccountState(failing_since=NOW - minutes * MINUTE, last_error="my_dhl: no answer in time")
    return (replace(DHL, state=replace(state, **more)),)  # type: ignore[arg-type]


def wrong(facts: Facts) -> dict[str, str]:
    return {one.key: one.text for one in remarks(facts) if one.wrong}


def test_where_all_is_well_nothing_is_wrong() -> None:
    assert wrong(WELL) == {}


@pytest.mark.parametrize(
    ("facts", "key", "said"),
    [
        (replace(WELL, daemon=False), "daemon", "no daemon is running, though 3 parcels are due"),
        (replace(WELL, edited=True), "configuration", "differs from what the daemon runs: `parcelwatch reload`"),
        (replace(WELL, refused="config.toml:3: no", refused_at=NOW), "configuration", "at 2026-03-02 08:00 UTC"),
        (replace(WELL, unusable="config.toml:3: no"), "configuration", "a restart would fail: config.toml:3: no"),
        (replace(WELL, wedged=("writer",)), "wedged:writer", "no sign of life from the daemon's writer"),
        (replace(WELL, accounts=failing(15)), "account:my_dhl", "my_dhl fails since 2026-03-02 07:45 UTC"),
        (replace(WELL, accounts=failing(1, failures=5)), "account:my_dhl", "does not answer since 2026-03-02 07:59"),
        (replace(WELL, accounts=failing(1, refused="403")), "account:my_dhl", "my_dhl refuses us since"),
        (
            replace(WELL, channels=(replace(OPS, state=ChannelState(down_since=NOW - HOUR, last_error="404")),)),
            "channel:ops",
            "channel ops is down since 2026-03-02 07:00 UTC (404)",
        ),
        (
            replace(WELL, channels=(replace(OPS, failing=2, error="502", state=ChannelState(2, NOW - MINUTE)),)),
            "channel:ops",
            "channel ops is failing since 2026-03-02 07:59 UTC: 502",
        ),
        (replace(WELL, accounts=(replace(DHL, behind=3 * HOUR),)), "backlog:my_dhl", "3.0 hours behind with 3 parcels"),
        (replace(WELL, ahead=("2 rows have times ahead",)), "ahead", "2 rows have times ahead"),
        (replace(WELL, broken={"untold": ("case 1 was told to nobody",)}), "promise:untold", "case 1 was told"),
        (replace(WELL, dead=(4, 5)), "dead", "2 alerts were given up (4, 5)"),
        (replace(WELL, free=10_000_000), "disk", "only 10 MB are free in /var"),
        (replace(WELL, files=1), "files", "the disk of /var takes only 1 more file (`df -i`)"),
        (replace(WELL, sizes={"database": 6_000_000, "wal": 605_000_000}), "log", "log has grown to 605 MB"),
    ],
)
def test_what_is_wrong_is_said_with_what_to_do(facts: Facts, key: str, said: str) -> None:
    (found,) = wrong(facts).items()
    assert found[0] == key
    assert said in found[1]


def test_a_new_shop_without_a_daemon_is_not_blamed_until_parcels_have_waited() -> None:
    fresh = replace(WELL, daemon=False, ran=False)
    assert wrong(fresh) == {}
    assert "daemon" in wrong(replace(fresh, accounts=(replace(DHL, behind=11 * MINUTE),)))


def test_what_a_service_said_is_shown_on_one_line_and_without_control_characters() -> None:
    facts = replace(WELL, accounts=failing(15, last_error="nope\x1b[2J\nREADY=1\u202e"))
    assert not set(wrong(facts)["account:my_dhl"]) & set("\x1b\n\u202e")
