"""Numbers that every answer leaves out: nobody is accused, nobody is forgotten, and one day it is over."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path

import httpx
import pytest
from typer.testing import CliRunner

from parcelwatch.asking.client import Client
from parcelwatch.cli.app import made
from parcelwatch.core.service.health import UNANSWERED, remarks
from parcelwatch.running.engine import Engine
from parcelwatch.running.vitals import Asked, gather
from parcelwatch.store import alerts, evidence, parcels
from tests.acceptance.world import Shop, ago, known, numbers

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
GOOD, LEFT_OUT = numbers(3, "51"), numbers(2, "52")


class Forgetful(Client):
    """The way to a courier whose answers leave these numbers out; those to registrations only if that is wanted."""

    def __init__(self, left_out: Sequence[str], *, registering: bool = False) -> None:
        super().__init__()
        self.registering = registering
        self.left_out = left_out

    async def send(self, request: httpx.Request, who: str) -> httpx.Response:
        response = await super().send(request, who)
        body = json.loads(response.content)
        said = body.get("data", {})
        if "accepted" not in said or ("register" in request.url.path and not self.registering):
            return response
        said["accepted"] = [one for one in said["accepted"] if one["number"] not in self.left_out]
        return httpx.Response(response.status_code, json=body, request=request)


@pytest.fixture
def shop(tmp_path: Path) -> Shop:
    story = [known(number, ago(5), ago(-1), api="17track", company="3011") for number in (*GOOD, *LEFT_OUT)]
    return Shop(tmp_path, *story)


def left_out(place: Shop, those: Sequence[str]) -> Engine:
    return place.engine(client=Forgetful(those))


def told(place: Shop) -> list[str]:
    """What the operator was told of numbers without an answer."""
    with place.store() as store:
        return [row.body or "" for row in alerts.rows(store, "sent") if row.out.kind == "unanswered"]


def why(place: Shop, number: str) -> dict[str, object]:
    found = CliRunner().invoke(made(), ["why", number, "--json", "--config", str(place.folder / "config.toml")])
    assert found.exit_code == 0, found.output
    document: dict[str, object] = json.loads(found.stdout)
    return document


def test_the_operator_hears_once_which_numbers_all_answers_leave_out_and_why(shop: Shop) -> None:
    with shop as place:
        place.watch_all()
        place.play(lambda parts: place.live(parts, UNANSWERED - HOUR, HOUR), left_out(place, LEFT_OUT))
        assert told(place) == []
        place.play(lambda parts: place.live(parts, 20 * HOUR, 2 * HOUR), left_out(place, LEFT_OUT))

        (body,) = told(place)
        assert all(number in body for number in LEFT_OUT)
        assert not any(number in body for number in GOOD)
        assert "does not mention it" in body
        assert not {number for number, _ in place.cases()} & {*LEFT_OUT}
        with place.store() as store:
            (kept,) = evidence.payloads(store, "17track")
            found = remarks(gather(store, Asked(["17track"], ["ops"]), place.hand.at))
            asked = store.value("SELECT max(answers) FROM unheard")
        assert GOOD[0].encode() in kept["body"]
        assert any("17track says nothing of 2 numbers" in one.text and one.wrong for one in found)
        assert asked <= 15

        said = why(place, LEFT_OUT[0])["unanswered"]
        assert isinstance(said, dict)
        assert said["answers"] == asked
        assert "does not mention it" in said["reason"]
        assert why(place, GOOD[0])["unanswered"] is None

        place.play(lambda parts: place.live(parts, 8 * HOUR, 4 * HOUR))
        assert why(place, LEFT_OUT[0])["unanswered"] is None


def test_after_ninety_days_without_a_word_polling_ends_with_a_word(shop: Shop) -> None:
    with shop as place:
        place.watch_all()
        for away in (80 * DAY, 12 * DAY):
            place.play(lambda parts: place.live(parts, DAY, 4 * HOUR), left_out(place, [*LEFT_OUT, *GOOD]))
            place.hand.at += away
        place.play(lambda parts: place.live(parts, DAY, 4 * HOUR), left_out(place, [*LEFT_OUT, *GOOD]))

        (first, last) = told(place)
        assert all(number in first for number in (*LEFT_OUT, *GOOD))
        assert "90 days" in last
        assert all(number in last for number in (*LEFT_OUT, *GOOD))
        with place.store() as store:
            assert parcels.next_poll(store, "17track") is None
        assert why(place, GOOD[0])["unanswered"]["given_up_at"]  # type: ignore[index]


def test_a_registration_that_leaves_a_number_out_is_repeated_and_accuses_nobody(shop: Shop) -> None:
    with shop as place:
        place.watch_all()
        engine = place.engine(client=Forgetful(LEFT_OUT, registering=True))
        place.play(lambda parts: place.live(parts, UNANSWERED + HOUR, HOUR / 2), engine)
        assert place.cases() == {}
        (body,) = told(place)
        assert all(number in body for number in LEFT_OUT)
        place.play(lambda parts: place.live(parts, 2 * HOUR, HOUR / 2))
        with place.store() as store:
            assert store.value("SELECT count(*) FROM unheard") == 0
