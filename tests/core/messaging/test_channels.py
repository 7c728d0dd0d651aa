"""When a channel may be sent to again, when it counts as down, and where what is grave goes then."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from parcelwatch.core.messaging.channels import (
    ChannelState,
    busy,
    closed,
    failed,
    lasting,
    news,
    ready_at,
    shut,
    took,
    tried_anew,
    way_round,
)
from parcelwatch.model import Why

NOW = datetime(2026, 3, 2, 8, 0, tzinfo=UTC)
SECOND, MINUTE, HOUR = timedelta(seconds=1), timedelta(minutes=1), timedelta(hours=1)
FINE = ChannelState()


def failing(times: int, every: timedelta) -> ChannelState:
    state = FINE
    for turn in range(times):
        state = failed(state, NOW + turn * every, "HTTP 500")
    return state


def test_a_channel_rests_ever_longer_after_failures_in_a_row() -> None:
    rests = []
    state = FINE
    for _ in range(12):
        state = failed(state, NOW, "HTTP 500")
        assert state.rest_until is not None
        rests.append(state.rest_until - NOW)
    assert rests[:3] == [5 * SECOND, 10 * SECOND, 20 * SECOND]
    assert rests[-1] == 15 * MINUTE


def test_a_message_taken_ends_all_rests() -> None:
    assert took(failing(9, MINUTE)) == FINE
    assert took(closed(FINE, NOW, "HTTP 404")) == FINE


def test_who_insists_need_not_mind_a_rest_but_what_the_service_asked_for() -> None:
    assert ready_at(failing(1, MINUTE), insist=True) is None
    asked = failed(FINE, NOW, "HTTP 503", HOUR)
    assert ready_at(asked, insist=True) == NOW + HOUR
    assert ready_at(busy(FINE, NOW, "too fast", 10 * MINUTE), insist=True) == NOW + 10 * MINUTE


def test_a_start_tries_a_closed_channel_anew_but_not_one_that_asked_to_wait() -> None:
    assert ready_at(tried_anew(closed(FINE, NOW, "HTTP 404"))) is None
    assert ready_at(tried_anew(failing(5, MINUTE))) is None
    assert ready_at(tried_anew(busy(FINE, NOW, "too fast", HOUR))) == NOW + HOUR


def test_a_closed_channel_is_down_at_once_and_tried_now_and_then() -> None:
    state = closed(FINE, NOW, "HTTP 404")
    assert state.down_since == NOW
    assert ready_at(state) == NOW + 5 * MINUTE
    for _ in range(9):
        state = closed(state, NOW + HOUR, "HTTP 404")
    assert ready_at(state) == NOW + 2 * HOUR
    assert state.down_since == NOW


@pytest.mark.parametrize(
    ("state", "down"),
    [
        (failing(3, 10 * MINUTE), False),
        (failing(9, MINUTE), False),
        (failing(4, 5 * MINUTE), True),
        (busy(FINE, NOW, "too fast", 10 * MINUTE), False),
        (busy(FINE, NOW, "its messages for the month are used up", 6 * HOUR), True),
    ],
    ids=["thrice", "nine minutes", "a quarter of an hour", "ten minutes' silence", "no more this month"],
)
def test_what_fails_for_long_is_down(state: ChannelState, down: bool) -> None:
    assert (state.down_since is not None) is down
    assert state.down_since in {None, NOW}


def test_others_are_told_once_that_it_is_down_and_once_that_it_works() -> None:
    down = closed(FINE, NOW, "HTTP 404")
    assert news(FINE) is None
    assert news(down) is Why.SILENT
    told = replace(down, told_down_at=NOW)
    assert news(told) is None
    assert news(closed(told, NOW + HOUR, "HTTP 404")) is None
    assert news(took(told)) is Why.RECOVERED
    assert news(took(down)) is None


def test_what_is_grave_goes_another_way_except_when_the_channel_is_about_to_be_tried() -> None:
    down = closed(FINE, NOW, "HTTP 404")
    assert shut(down, NOW + MINUTE)
    assert not shut(down, NOW + 5 * MINUTE)
    assert not shut(failing(1, MINUTE), NOW)


def test_a_channel_is_not_waited_for_for_more_than_a_day() -> None:
    state = closed(ChannelState(), NOW, "no")
    assert not lasting(state, NOW + timedelta(hours=23))
    assert lasting(state, NOW + timedelta(hours=24))
    assert not lasting(took(state), NOW + timedelta(hours=24))


def test_the_way_round_is_the_one_configured_else_the_first_other_that_works() -> None:
    channels = ("ops", "care", "mail")
    assert way_round("ops", {"ops": "mail"}, channels, {"ops"}) == "mail"
    assert way_round("ops", {"ops": "mail"}, channels, {"ops", "mail"}) == "care"
    assert way_round("ops", {}, channels, {"ops"}) == "care"
    assert way_round("care", {}, channels, {"care"}) == "ops"
    assert way_round("ops", {}, ("ops",), {"ops"}) == ""
    assert way_round("gone", {}, channels, ()) == "ops"
