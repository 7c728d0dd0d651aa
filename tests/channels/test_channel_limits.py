"""What is known of each service, and that the pace made of it keeps every rate the service documents."""

from __future__ import annotations

from collections import deque
from datetime import UTC, date, datetime, timedelta

import pytest

from parcelwatch.channels.limits import LIMITS, Unit
from parcelwatch.core.service.pacing import Pace, PaceState, grant, spacing

START = datetime(2026, 3, 1, 10, 0, 29, tzinfo=UTC)
FOR = timedelta(minutes=40)


def sendings(pace: Pace) -> list[datetime]:
    """When messages go out that are wanted as fast as the pace lets them."""
    sent: list[datetime] = []
    state, now = PaceState(), START
    while now < START + FOR:
        granted = grant(pace, state, now, wanted=50)
        state = granted.state
        sent += granted.slots
        now = max(granted.next_at or now, now + timedelta(milliseconds=100))
    return sent


@pytest.mark.parametrize("scheme", [scheme for scheme, limit in LIMITS.items() if limit.rates and not limit.burst])
def test_no_window_wherever_it_begins_holds_more_than_the_service_takes(scheme: str) -> None:
    limit = LIMITS[scheme]
    for rate in limit.rates:
        window: deque[datetime] = deque()
        for at in sendings(limit.pace):
            window.append(at)
            while at - window[0] >= timedelta(seconds=rate.period_seconds):
                window.popleft()
            assert len(window) <= rate.count


@pytest.mark.parametrize("scheme", [scheme for scheme, limit in LIMITS.items() if limit.burst])
def test_a_bucket_never_runs_dry(scheme: str) -> None:
    limit = LIMITS[scheme]
    slowest = max(limit.rates, key=spacing)
    drops, last = float(limit.burst), START
    sent = sendings(limit.pace)
    for at in sent:
        drops = min(limit.burst, drops + (at - last) / spacing(slowest))
        drops, last = drops - 1, at
        assert drops >= 0
    assert len(sent) > FOR / spacing(slowest) * 0.9


@pytest.mark.parametrize("scheme", LIMITS)
def test_every_limit_says_where_it_was_read_and_when(scheme: str) -> None:
    limit = LIMITS[scheme]
    assert "/" in limit.source
    assert date(2026, 1, 1) < limit.checked_on
    assert limit.body > 0


@pytest.mark.parametrize(
    ("unit", "text", "size"),
    [
        (Unit.CHARACTERS, "a中📦\n", 4),
        (Unit.UTF16, "a中📦\n", 5),
        (Unit.BYTES, "a中📦\n", 9),
        (Unit.REQUEST, 'a中📦\n"', 12),
        (Unit.REQUEST, "\x00", 6),
        (Unit.BYTES, "\ud800", 1),
    ],
)
def test_every_unit_counts_as_it_says(unit: Unit, text: str, size: int) -> None:
    assert unit.size(text) == size
