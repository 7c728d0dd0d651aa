"""A courier that does not answer: nobody is accused for it, the operator hears of it once, and of its end once."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest
from structlog.testing import capture_logs

from parcelwatch.running.engine import Engine
from parcelwatch.sandbox.story import Says, Trouble
from parcelwatch.store import accounts, alerts
from tests.acceptance.world import Account, Shop, Told, ago, known, numbers

HOUR = timedelta(hours=1)
BEGINS, ENDS = HOUR, 7 * HOUR
MINUTE = timedelta(minutes=1)


def deadlines(count: int, prefix: str, *later: Says) -> list[tuple[str, tuple[Says, ...]]]:
    """Parcels whose 24 hours of silence are over at moments spread over the six hours of the outage."""
    return [
        (number, (ago(30), ago(24 - 1.1 - 5.8 * index / count), *later))
        for index, number in enumerate(numbers(count, prefix))
    ]


def of_the_account(place: Shop) -> list[str]:
    """What the operator was told of the account, in order; each arrived exactly once."""
    with place.store() as store:
        rows = [row.out for row in alerts.rows(store, "sent") if row.out.kind == "courier_silent"]
    arrived = [one.id for one in place.sink.to("ops")]
    assert all(arrived.count(row.id) == 1 for row in rows)
    return [row.why for row in rows]


def of_parcels(place: Shop) -> list[Told]:
    """What agents were told of parcels."""
    with place.store() as store:
        ours = {row.out.id for row in alerts.rows(store) if row.out.kind == "courier_silent"}
    return [one for one in place.sink.to("ops") if one.id not in ours]


@pytest.mark.parametrize("restarts", [0, 3])
def test_six_hours_without_answers_over_a_thousand_deadlines_accuse_nobody(tmp_path: Path, restarts: int) -> None:
    count = 1000 if not restarts else 100
    still = deadlines(count // 2, "31")
    moved = deadlines(count // 2, "32", ago(-4))
    story = [known(number, *says) for number, says in (*still, *moved)]
    with Shop(tmp_path, *story, troubles=[Trouble("outage", BEGINS, ENDS)]) as place:
        place.watch_all(imported=True)
        place.play(lambda parts: place.live(parts, HOUR - 10 * MINUTE, 25 * MINUTE))
        assert place.server.calls == count
        assert place.sink.told == []

        for _ in range(restarts + 1):
            span = (ENDS - HOUR) / (restarts + 1)
            place.play(lambda parts, span=span: place.live(parts, span, 2 * MINUTE))  # type: ignore[misc]
        assert place.kinds() == {}
        assert of_the_account(place) == ["silent"]
        assert of_parcels(place) == []
        # Five in a row, then one at a time: a minute doubling to half an hour.
        assert place.server.statuses[503] < 32 + 20 * (restarts + 1)

        place.play(lambda parts: place.live(parts, 41 * MINUTE, MINUTE))
        assert of_the_account(place) == ["silent", "recovered"]
        assert set(place.cases()) == {(number, "stalled") for number, _ in still}
        told = of_parcels(place)
        assert all(sum(one.names(number) for one in told) == 1 for number, _ in still)


def test_a_night_without_answers_is_a_dozen_lines_in_the_log(tmp_path: Path) -> None:
    story = [known(number, ago(3)) for number in numbers(200)]
    troubles = [Trouble("outage", timedelta(0), 12 * HOUR)]
    with capture_logs() as lines, Shop(tmp_path, *story, troubles=troubles) as place:
        place.watch_all()
        place.play(lambda parts: place.live(parts, 10 * HOUR, 5 * MINUTE))
        refused = place.server.statuses[503]
    failing = [one["failures"] for one in lines if one["event"] == "asking failed"]
    assert refused > 20
    assert failing == [2**turn for turn in range(len(failing))]
    assert len(lines) < 12


def test_a_revoked_key_is_told_at_once_and_costs_two_calls_an_hour(tmp_path: Path) -> None:
    story = [known(number, ago(3)) for number in numbers(50)]
    with Shop(tmp_path, *story, troubles=[Trouble("unauthorized", timedelta(0), 5 * HOUR)]) as place:
        place.watch_all()
        place.play(lambda parts: place.live(parts, MINUTE, MINUTE))
        (alert,) = place.sink.told
        assert "key" in alert.text
        at_first = place.server.calls
        assert at_first <= 50

        place.play(lambda parts: place.live(parts, 4 * HOUR, 2 * MINUTE))
        assert len(place.sink.told) == 1
        assert place.server.calls - at_first <= 9

        place.play(lambda parts: place.live(parts, 2 * HOUR, 2 * MINUTE))
        assert of_the_account(place) == ["silent", "recovered"]
        assert all(place.server.asked[number] for number in numbers(50))


@pytest.mark.parametrize("as_date", [False, True])
def test_retry_after_is_honoured_in_both_forms_and_over_a_restart(tmp_path: Path, as_date: bool) -> None:
    busy = Trouble("rate_limit", None, timedelta(seconds=1), retry_after=20 * MINUTE, retry_as_date=as_date)
    story = [known(number, ago(3)) for number in numbers(5)]
    # Slow enough that the first answer is in before the second call is made.
    with Shop(tmp_path, *story, troubles=[busy], accounts=[Account("dhl", rate="1/5s")]) as place:
        place.watch_all()
        parts = place.engine()

        async def scene(parts: Engine) -> None:
            await place.live(parts, 9 * MINUTE, MINUTE / 3)
            assert place.server.statuses == {429: 1}

        async def after(parts: Engine) -> None:
            await scene(parts)
            await place.live(parts, 4 * MINUTE, MINUTE / 12)

        place.play(scene, parts)
        place.play(after)
        assert place.server.statuses == {429: 1, 200: 5}
        assert place.sink.told == []


def test_refused_connections_are_an_outage_like_any_other(tmp_path: Path) -> None:
    story = [known(number, *says) for number, says in deadlines(20, "33")]
    with Shop(tmp_path, *story) as place:
        place.watch_all()

        async def scene(parts: Engine) -> None:
            await place.live(parts, 10 * MINUTE, 5 * MINUTE)
            place.server.stop()
            await place.live(parts, 7 * HOUR, 2 * MINUTE)
            assert place.kinds() == {}
            assert of_the_account(place) == ["silent"]
            assert of_parcels(place) == []
            place.server.start()
            await place.live(parts, 31 * MINUTE, 2 * MINUTE)

        place.play(scene)
        assert of_the_account(place) == ["silent", "recovered"]
        assert place.kinds() == {"stalled": 20}


def test_other_accounts_go_on_while_one_is_silent(tmp_path: Path) -> None:
    silent = [known(number, ago(3)) for number in numbers(10, "34")]
    well = [known(number, ago(26), api="17track", company="3011") for number in numbers(10, "35")]
    with Shop(tmp_path, *silent, *well, troubles=[Trouble("outage", api="dhl")]) as place:
        place.watch_all()
        place.play(lambda parts: place.live(parts, MINUTE, MINUTE / 12))
        assert place.kinds() == {"stalled": 10}
        with place.store() as store:
            states = {row["account"]: row["failures"] for row in accounts.rows(store)}
        assert states["17track"] == 0
        assert states["dhl"] >= 5
