"""Law 2 over a whole program: hearing the same again tells nobody again, and nor does a restart."""

from __future__ import annotations

from collections import Counter
from datetime import timedelta
from pathlib import Path

from parcelwatch.model import Cause, Milestone
from tests.acceptance.world import Shop, ago, known, numbers
from tests.servers import answers

STALLED = numbers(4, "51")
DAMAGED = numbers(3, "52")


def shop(folder: Path) -> Shop:
    stalled = [known(number, ago(60, Milestone.PICKED_UP), ago(40)) for number in STALLED]
    damaged = [known(number, ago(30), ago(20, Milestone.EXCEPTION, Cause.DAMAGED)) for number in DAMAGED]
    return Shop(folder, *stalled, *damaged)


def test_three_restarts_send_nothing(tmp_path: Path) -> None:
    with shop(tmp_path) as place:
        place.watch_all()
        place.play(place.beat)
        told = place.sink.told
        assert all(any(one.names(number) for one in told) for number in (*STALLED, *DAMAGED))
        cases = place.cases()

        for _ in range(3):
            place.hand.turn(hours=5)
            place.play(place.beat)

        assert place.server.calls >= 4 * len(cases)
        assert place.sink.told == told
        assert place.cases() == cases


def test_what_changed_while_it_was_down_is_told_after_the_start(tmp_path: Path) -> None:
    number = "5300000001"
    with Shop(tmp_path, known(number, ago(5), ago(-3, Milestone.EXCEPTION, Cause.LOST))) as place:
        place.watch_all()
        place.play(place.beat)
        assert place.sink.told == []

        place.hand.turn(hours=5)
        place.play(place.beat)
        assert [one.names(number) for one in place.sink.to("ops")] == [True]


def test_messages_waiting_when_it_stopped_are_sent_after_the_start(tmp_path: Path) -> None:
    with shop(tmp_path) as place:
        place.watch_all()
        place.sink.behaviour = answers(b"down for maintenance", 503)
        place.play(place.beat)
        tried = place.sink.told
        place.sink.hits.clear()
        place.sink.behaviour = answers(b"ok")

        place.hand.turn(minutes=5)
        place.play(place.beat)
        assert {one.id for one in tried} <= {one.id for one in place.sink.told}
        assert all(any(one.names(number) for one in place.sink.to("ops")) for number in (*STALLED, *DAMAGED))
        assert max(Counter(one.id for one in place.sink.told).values()) == 1


def test_a_start_without_work_asks_nobody(tmp_path: Path) -> None:
    with shop(tmp_path) as place:
        place.watch_all()
        place.play(place.beat)
        calls = place.server.calls
        place.hand.turn(minutes=1)
        place.play(lambda parts: place.live(parts, timedelta(minutes=2), timedelta(seconds=30)))
        assert place.server.calls == calls
