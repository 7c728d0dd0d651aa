"""Programs that post what they know, over real HTTP: who may, what each item comes to, and the same call twice."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest

from parcelwatch import config, web
from parcelwatch.core.service.pacing import Pace
from parcelwatch.duration import Rate
from parcelwatch.errors import ConfigError
from parcelwatch.shopping.posting import Counters
from parcelwatch.shopping.taking import Counter
from parcelwatch.store import Store, erase, parcels
from parcelwatch.store.writer import Writer
from parcelwatch.verbs import complaining, importing
from parcelwatch.verbs.desks import assigner

NOW = datetime(2026, 3, 2, 8, 0, tzinfo=UTC)
TOKEN = "warehouse-token-1234"
FIRST, SECOND = "00340434161094042557", "00340434161094042564"
CONFIG = """
[couriers.my_dhl]
api = "dhl"
key = "k"
"""


@dataclass
class Place:
    """The port, and the database behind it. `at`: what its clock shows."""

    client: httpx.AsyncClient
    path: Path
    at: datetime = NOW

    async def post(self, kind: str, item: Any, *, token: str = TOKEN, **headers: str) -> httpx.Response:
        sent = {"Authorization": f"Bearer {token}", **{name.replace("_", "-"): text for name, text in headers.items()}}
        return await self.client.post(f"/api/{kind}", json=item, headers=sent)

    def watched(self) -> dict[str, bool]:
        with Store.open(self.path) as store:
            return {row["number"]: row["unwatched_at"] is None for row in parcels.rows(store)}


def serve(
    folder: Path, scene: Callable[[Place], Coroutine[Any, Any, None]], role: str = "all", rate: str = "1000/s"
) -> None:
    file = folder / "config.toml"
    file.write_text(CONFIG, encoding="utf-8")
    read = config.load(file)
    count, _, _ = rate.partition("/")

    async def run() -> None:
        path = folder / "parcelwatch.db"
        writer = Writer(path)
        place = Place(httpx.AsyncClient(), path)
        counter = Counter("api.warehouse", assigner(read), read.policy())
        desks = importing.desk(read, typed=False), complaining.desk(read, typed=False)
        counters = Counters(*desks, read.policy(), counter)
        caller = web.Caller("warehouse", TOKEN, role, Pace(quotas=(Rate(int(count), 1),)), counters)
        listening = web.bound("127.0.0.1", 0)
        server = web.Server(web.application(*web.Api([caller], writer, lambda: place.at).routes), listening)
        base = f"http://127.0.0.1:{listening.getsockname()[1]}"
        server.start()
        async with httpx.AsyncClient(base_url=base) as client:
            place.client = client
            await scene(place)
        await server.stop()
        writer.close()

    asyncio.run(run())


def test_items_are_taken_one_by_one_and_each_gets_its_answer(tmp_path: Path) -> None:
    async def scene(place: Place) -> None:
        items = [
            {"number": FIRST, "courier": "my_dhl", "order": "A-1", "destination": "Atlantis"},
            {"number": SECOND, "courier": "nobody"},
            "no object",
        ]
        answer = await place.post("parcels", items)
        taken, refused, nothing = answer.json()["items"]
        assert (answer.status_code, taken["outcome"], taken["number"]) == (200, "added", FIRST)
        assert taken["warnings"][0]["field"] == "destination"
        assert "no courier account 'nobody'" in refused["reason"]
        assert nothing == {"outcome": "refused", "reason": "it is no JSON object"}
        again = (await place.post("parcels", items[0])).json()["items"]
        assert [each["outcome"] for each in again] == ["unchanged"]
        assert place.watched() == {FIRST: True}

    serve(tmp_path, scene)


def test_what_was_forgotten_is_skipped_whoever_posts_it_again(tmp_path: Path) -> None:
    async def scene(place: Place) -> None:
        parcel = {"number": FIRST, "courier": "my_dhl", "order": "A-1"}
        order = {"order": "A-1", "shipments": [{"number": FIRST}]}
        await place.post("parcels", parcel)
        with Store.open(place.path) as store:
            erase.forget_order(store, "A-1", NOW)
        for kind, item in (("parcels", parcel), ("orders", order)):
            (said,) = (await place.post(kind, item)).json()["items"]
            assert (said["outcome"], "was forgotten" in said["reason"]) == ("skipped", True)
        assert place.watched() == {}

    serve(tmp_path, scene)


def test_whoever_posts_is_told_of_fields_and_of_no_option_of_a_command(tmp_path: Path) -> None:
    async def scene(place: Place) -> None:
        told = [{"number": FIRST}, {"number": FIRST, "courier": "my_dhl", "promised_by": "03/04/2026"}]
        nameless, doubtful = (await place.post("parcels", told)).json()["items"]
        assert nameless["reason"] == "it names no courier: a field `courier` holds the account"
        assert doubtful["warnings"][0]["text"].endswith("write the one that is meant; it is left out")
        late = [{"order": "A-1", "at": "03/04/2026"}, {"order": "A-1"}]
        said = [each["reason"] for each in (await place.post("complaints", late)).json()["items"]]
        assert said[1] == "it does not say when: `at` holds the time of the complaint"
        assert not [reason for reason in said if "--" in reason]

    serve(tmp_path, scene)


def test_parcels_of_one_call_promise_one_order_the_earlier_day_and_settle(tmp_path: Path) -> None:
    async def scene(place: Place) -> None:
        said = {"courier": "my_dhl", "order": "A-1"}
        items = [
            {**said, "number": FIRST, "promised_by": "2026-03-12"},
            {**said, "number": SECOND, "promised_by": "2026-03-07"},
        ]
        for outcome in ("added", "unchanged"):
            first, second = (await place.post("parcels", items)).json()["items"]
            assert [first["outcome"], second["outcome"]] == [outcome, outcome]
            (warned,) = first["warnings"] + second["warnings"]
            assert warned["field"] == "promised_by"
            assert "2026-03-07 in item 2 and 2026-03-12 in item 1" in warned["text"]
        (alone,) = (await place.post("parcels", items[0])).json()["items"]
        assert (alone["outcome"], len(alone["warnings"])) == ("updated", 1)
        assert "other parcels: its new promised_by holds for them" in alone["warnings"][0]["text"]
        changed = [items[1], {**items[1], "promised_by": "2026-03-09"}]
        await place.post("parcels", changed)
        with Store.open(place.path) as store:
            assert {row["promised_by"][:10] for row in parcels.rows(store)} == {"2026-03-09"}

    serve(tmp_path, scene)


def test_an_order_is_told_as_it_stands_now(tmp_path: Path) -> None:
    async def scene(place: Place) -> None:
        order: dict[str, Any] = {"order": "A-1", "customer_name": "Ann", "shipments": [{"number": FIRST}, SECOND]}
        (taken,) = (await place.post("orders", order)).json()["items"]
        assert taken == {"outcome": "taken", "order": "A-1", "added": 2, "updated": 0, "stopped": 0, "held": 0}
        await place.post("orders", {**order, "shipments": [SECOND]})
        assert place.watched() == {FIRST: False, SECOND: True}
        await place.post("orders", {"order": "A-1", "standing": "refunded"})
        assert place.watched() == {FIRST: False, SECOND: False}
        (strange,) = (await place.post("orders", {"order": "A-1", "shipment": []})).json()["items"]
        assert "there is no field 'shipment'" in strange["reason"]

    serve(tmp_path, scene)


def test_an_order_that_is_over_ends_the_parcels_that_came_in_by_hand_too(tmp_path: Path) -> None:
    async def scene(place: Place) -> None:
        await place.post("parcels", [{"number": FIRST, "courier": "my_dhl", "order": "A-1"}])
        await place.post("parcels", {"number": SECOND, "courier": "my_dhl", "order": "A-1,A-2"})
        (taken,) = (await place.post("orders", {"order": "A-1", "standing": "cancelled"})).json()["items"]
        assert taken["stopped"] == 1
        assert place.watched() == {FIRST: False, SECOND: True}

    serve(tmp_path, scene)


def test_a_complaint_is_kept_when_it_is_about_what_is_watched(tmp_path: Path) -> None:
    async def scene(place: Place) -> None:
        await place.post("parcels", {"number": FIRST, "courier": "my_dhl", "order": "A-1"})
        told = [{"at": "2026-03-01T10:00:00Z", "order": "A-1", "kind": "late"}, {"at": "2026-03-01", "order": "A-9"}]
        answers = (await place.post("complaints", told)).json()["items"]
        assert [each["outcome"] for each in answers] == ["added", "skipped"]

    serve(tmp_path, scene)


def test_the_same_call_twice_is_one_and_another_under_its_key_is_refused(tmp_path: Path) -> None:
    async def scene(place: Place) -> None:
        item = {"number": FIRST, "courier": "my_dhl"}
        first = await place.post("parcels", item, Idempotency_Key="k-1")
        again = await place.post("parcels", item, Idempotency_Key="k-1")
        assert (again.status_code, again.json()) == (200, first.json())
        assert first.json()["items"][0]["outcome"] == "added"
        other = await place.post("parcels", {**item, "order": "A-1"}, Idempotency_Key="k-1")
        assert other.status_code == 422
        place.at += timedelta(hours=25)
        later = await place.post("parcels", {**item, "order": "A-1"}, Idempotency_Key="k-1")
        assert later.json()["items"][0]["outcome"] == "updated"

    serve(tmp_path, scene)


@pytest.mark.parametrize(
    ("kind", "token", "role", "status"),
    [
        ("parcels", "wrong", "all", 401),
        ("parcels", "warehouse-token-123", "all", 401),
        ("parcels", TOKEN, "complaints", 403),
        ("complaints", TOKEN, "orders", 403),
        ("secrets", TOKEN, "all", 404),
    ],
)
def test_only_who_may_can_post(tmp_path: Path, kind: str, token: str, role: str, status: int) -> None:
    async def scene(place: Place) -> None:
        answer = await place.post(kind, {"number": FIRST, "courier": "my_dhl"}, token=token)
        assert answer.status_code == status
        assert answer.json()["error"]
        assert TOKEN not in answer.text
        assert place.watched() == {}

    serve(tmp_path, scene, role)


def test_what_is_no_list_of_items_is_refused_whole(tmp_path: Path) -> None:
    async def scene(place: Place) -> None:
        headers = {"Authorization": f"Bearer {TOKEN}"}
        garbage = await place.client.post("/api/parcels", content=b"\xff\x00{", headers=headers)
        deep = await place.client.post("/api/parcels", content=b"[" * 100_000, headers=headers)
        long = await place.client.post("/api/parcels", content=b" " * (web.LIMIT + 1), headers=headers)
        many = await place.post("parcels", [{}] * 501)
        assert [each.status_code for each in (garbage, deep, long, many)] == [400, 400, 413, 413]

    serve(tmp_path, scene)


def test_a_caller_that_is_too_fast_hears_when_to_come_back(tmp_path: Path) -> None:
    async def scene(place: Place) -> None:
        answers = [await place.post("parcels", {"number": FIRST, "courier": "my_dhl"}) for _ in range(2)]
        assert [each.status_code for each in answers] == [200, 429]
        place.at += timedelta(seconds=int(answers[1].headers["retry-after"]))
        assert (await place.post("parcels", {"number": FIRST, "courier": "my_dhl"})).status_code == 200

    serve(tmp_path, scene, rate="1/s")


def test_whoever_asks_is_told_what_can_be_posted(tmp_path: Path) -> None:
    async def scene(place: Place) -> None:
        document = (await place.client.get("/api/openapi.json")).json()
        assert set(document["paths"]) == {"/api/parcels", "/api/orders", "/api/complaints"}
        body = document["paths"]["/api/parcels"]["post"]["requestBody"]["content"]["application/json"]["schema"]
        assert "promised_by" in body["oneOf"][0]["properties"]

    serve(tmp_path, scene)


@pytest.mark.parametrize(
    ("more", "fine"),
    [
        ("", False),
        ('public_url = "https://pw.example.com"', True),
        ('[tokens.warehouse]\nsecret = "env:WAREHOUSE_TOKEN"', True),
    ],
)
def test_a_port_open_to_others_needs_somebody_at_the_door(tmp_path: Path, more: str, fine: bool) -> None:
    file = tmp_path / "config.toml"
    file.write_text(f'[service]\nlisten = "0.0.0.0:8350"\n{more}\n', encoding="utf-8")
    if fine:
        assert config.load(file)
    else:
        with pytest.raises(ConfigError, match="open to other machines"):
            config.load(file)
