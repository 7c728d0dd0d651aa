"""The sandbox on its socket: starting, stopping, counting, and every trouble over real HTTP."""

from __future__ import annotations

import asyncio
import json
import socket
import subprocess
import sys
import zlib
from email.utils import parsedate_to_datetime
from pathlib import Path

import httpx
import pytest

from parcelwatch.errors import BadInput
from parcelwatch.sandbox.demo_world import bulk_story
from parcelwatch.sandbox.process import apart
from parcelwatch.sandbox.reading import default
from parcelwatch.sandbox.server import SandboxServer, introduction, serve
from tests.sandbox.worlds import START, Hand, ask_dhl, ask_kuaidi100, call_17track, played, told
from tests.servers import PATIENCE

PARCEL = """
[[parcels]]
number = "A1000"
[[parcels.says]]
at = "-1d"
milestone = "in_transit"
"""


def troubled(kind: str, extra: str = "", api: str = "dhl") -> tuple[SandboxServer, Hand]:
    """A server whose trouble lasts the first hour."""
    parcels = PARCEL if api == "dhl" else ""
    world, hand = told(f'api = "{api}"\n{parcels}[[trouble]]\nkind = "{kind}"\nto = "+1h"\n{extra}')
    return SandboxServer(world, api), hand


def test_a_server_starts_stops_and_comes_back_at_the_same_address() -> None:
    world, _ = told('api = "dhl"\n' + PARCEL)
    server = SandboxServer(world, "dhl").start()
    address = server.base_url
    assert ask_dhl(server, "A1000").status_code == 200
    server.stop()
    with pytest.raises(httpx.ConnectError):
        ask_dhl(server, "A1000")
    with server:
        assert server.base_url == address
        assert ask_dhl(server, "A1000").status_code == 200
    assert server.calls == 2


def test_a_server_serves_inside_a_running_loop() -> None:
    async def scene() -> int:
        world, _ = told('api = "dhl"\n' + PARCEL)
        async with SandboxServer(world, "dhl") as server, httpx.AsyncClient() as client:
            query, key = {"trackingNumber": "A1000"}, {"DHL-API-Key": "sandbox-key"}
            return (await client.get(server.base_url, params=query, headers=key)).status_code

    assert asyncio.run(scene()) == 200


def test_calls_are_counted_by_number_path_and_status() -> None:
    world, _ = played(default("17track"))
    with SandboxServer(world, "17track") as server:
        call_17track(server, "register", [{"number": "LX100000018CN"}, {"number": "UY100000035CN"}])
        call_17track(server, "gettrackinfo", [{"number": "LX100000018CN"}])
        call_17track(server, "gettrackinfo", [], key="wrong")
    assert server.calls == 3
    assert server.asked == {"LX100000018CN": 2, "UY100000035CN": 1}
    assert server.paths == {"/track/v2.4/register": 1, "/track/v2.4/gettrackinfo": 2}
    assert server.statuses == {200: 2, 401: 1}


def test_another_path_or_method_is_not_found() -> None:
    world, _ = told('api = "dhl"\n' + PARCEL)
    with SandboxServer(world, "dhl") as server:
        assert httpx.get(f"{server.origin}/track").status_code == 404
        assert httpx.post(server.base_url).status_code == 404
    assert server.calls == 0


def test_an_api_nobody_plays_and_a_taken_port_are_bad_input() -> None:
    world, _ = told('api = "dhl"\n' + PARCEL)
    with pytest.raises(BadInput, match="no sandbox for 'ups'; choose one of"):
        SandboxServer(world, "ups")
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        with pytest.raises(BadInput, match=r"cannot listen on 127\.0\.0\.1:\d+: Address already in use"):
            SandboxServer(world, "dhl", port=taken.getsockname()[1]).start()


def test_a_trouble_ends_when_its_time_is_over() -> None:
    server, hand = troubled("outage", "status = 502")
    with server:
        assert ask_dhl(server, "A1000").status_code == 502
        hand.turn(hours=1)
        assert ask_dhl(server, "A1000").status_code == 200


@pytest.mark.parametrize(("extra", "header"), [("", None), ('retry_after = "90s"', "90")])
def test_a_rate_limit_may_say_for_how_long(extra: str, header: str | None) -> None:
    server, _ = troubled("rate_limit", extra)
    with server:
        response = ask_dhl(server, "A1000")
    assert (response.status_code, response.headers.get("retry-after")) == (429, header)


def test_a_rate_limit_may_name_the_moment_by_the_clock_of_its_world() -> None:
    server, _ = troubled("rate_limit", 'retry_after = "90s"\nretry_as_date = true')
    with server:
        headers = ask_dhl(server, "A1000").headers
    assert parsedate_to_datetime(headers["date"]) == START
    assert (parsedate_to_datetime(headers["retry-after"]) - START).total_seconds() == 90


def test_a_login_page_comes_with_200() -> None:
    server, _ = troubled("login_page")
    with server:
        response = ask_dhl(server, "A1000")
    assert (response.status_code, response.headers["content-type"]) == (200, "text/html; charset=utf-8")


def test_a_redirect_shows_whether_it_was_followed() -> None:
    server, _ = troubled("redirect")
    with server:
        response = ask_dhl(server, "A1000")
        assert (response.status_code, response.headers["location"]) == (302, "/login")
        assert server.paths["/login"] == 0
        httpx.get(server.origin + response.headers["location"])
    assert server.paths["/login"] == 1


@pytest.mark.parametrize("kind", ["empty", "truncated", "binary", "nested", "huge_number"])
def test_garbage_says_it_is_json_and_is_not(kind: str) -> None:
    server, _ = troubled(kind)
    with server:
        response = ask_dhl(server, "A1000")
    assert (response.status_code, response.headers["content-type"]) == (200, "application/json;charset=UTF-8")
    with pytest.raises((ValueError, RecursionError)):
        json.loads(response.content)


def test_a_wrong_schema_is_json_that_means_nothing() -> None:
    server, _ = troubled("wrong_schema")
    with server:
        assert not isinstance(ask_dhl(server, "A1000").json()["shipments"], list)


def test_a_bomb_is_small_on_the_wire_and_large_inside_and_a_true_answer_at_its_end() -> None:
    server, _ = troubled("gzip_bomb")
    query, headers = {"trackingNumber": "A1000"}, {"DHL-API-Key": "sandbox-key"}
    with server, httpx.stream("GET", server.base_url, params=query, headers=headers, timeout=PATIENCE) as response:
        packed = b"".join(response.iter_raw())
    assert response.headers["content-encoding"] == "gzip"
    assert len(packed) < 2**20
    unpacker, size, tail = zlib.decompressobj(31), 0, b""
    while not unpacker.eof:
        piece = unpacker.decompress(packed, 2**20)
        size, tail, packed = size + len(piece), (tail + piece)[-(2**16) :], unpacker.unconsumed_tail
    assert size > 200 * 2**20
    assert json.loads(tail)["shipments"][0]["id"] == "A1000"


def test_a_drip_comes_byte_by_byte() -> None:
    server, _ = troubled("drip", 'pause = "1h"')
    query, headers = {"trackingNumber": "A1000"}, {"DHL-API-Key": "sandbox-key"}
    with server, httpx.stream("GET", server.base_url, params=query, headers=headers, timeout=PATIENCE) as response:
        assert next(response.iter_raw()) == b"{"


def test_one_who_hangs_up_leaves_half_an_answer() -> None:
    server, _ = troubled("hang_up")
    with server, pytest.raises(httpx.RemoteProtocolError):
        ask_dhl(server, "A1000")


def test_one_who_hangs_says_nothing_and_still_stops() -> None:
    server, _ = troubled("hang")
    with server, pytest.raises(httpx.ReadTimeout):
        httpx.get(server.base_url, params={"trackingNumber": "A1000"}, timeout=httpx.Timeout(PATIENCE, read=0.2))


def test_a_trouble_of_one_number_leaves_the_others_alone() -> None:
    server, _ = troubled("outage", 'numbers = ["B2000"]')
    with server:
        assert ask_dhl(server, "B2000").status_code == 503
        assert ask_dhl(server, "A1000").status_code == 200


def test_a_partial_answer_misses_every_second_number() -> None:
    server, _ = troubled("partial", api="17track")
    with server:
        numbers = [{"number": f"PART{index}", "carrier": 3011} for index in range(4)]
        answer = call_17track(server, "register", numbers).json()
    assert [item["number"] for item in answer["data"]["accepted"]] == ["PART0", "PART2"]


def test_each_api_has_its_own_words_for_refusing_and_breaking() -> None:
    broken, _ = troubled("internal_error", api="17track")
    with broken:
        assert call_17track(broken, "gettrackinfo", [{"number": "A1000"}]).json()["code"] == -18010003
    refusing, _ = troubled("unauthorized", api="kuaidi100")
    with refusing:
        assert ask_kuaidi100(refusing, com="yuantong", num="A10000")["returnCode"] == "503"
    limiting, _ = troubled("rate_limit", api="17track")
    with limiting:
        response = call_17track(limiting, "gettrackinfo", [{"number": "A1000"}])
    assert (response.status_code, response.json()["code"]) == (429, 429)


def test_a_sandbox_introduces_itself_with_configuration_to_paste() -> None:
    world, _ = played(default("kuaidi100"))
    server = SandboxServer(world, "kuaidi100").listen()
    text = "\n".join(introduction(server, world.story))
    server.stop()
    assert f'base_url = "{server.base_url}"' in text
    assert "[couriers.sandbox_kuaidi100]" in text
    assert 'customer = "SANDBOX"' in text
    assert "parcelwatch parcels add YT1000000000011 --courier sandbox_kuaidi100 --company yuantong" in text


def test_a_story_of_another_api_is_not_served(tmp_path: Path) -> None:
    story = tmp_path / "mine.toml"
    story.write_text('api = "dhl"\n', encoding="utf-8")
    with pytest.raises(BadInput, match="is a story of dhl, not of '17track'"):
        serve("17track", 0, story)


def test_a_served_sandbox_prints_where_it_is_and_ends_on_an_interrupt() -> None:
    code = "from parcelwatch.sandbox.server import serve; serve('dhl', echo=lambda line: print(line, flush=True))"
    with subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, text=True) as child:
        assert child.stdout is not None
        lines = iter(child.stdout.readline, "")
        address = next(line for line in lines if line.startswith("base_url")).split('"')[1]
        while "Ctrl-C" not in next(lines):
            continue
        assert httpx.get(address, timeout=PATIENCE).status_code == 401
        child.send_signal(2)
        assert child.wait(PATIENCE) == 0


def test_a_sandbox_apart_answers_from_another_process() -> None:
    story, rows = bulk_story(300, seed=5)
    with apart(story, warm=True) as urls, httpx.Client(trust_env=False, timeout=PATIENCE) as client:
        headers = {"DHL-API-Key": "sandbox-key"}
        for row in rows:
            query = {"trackingNumber": row["number"], "service": row["service"], "language": "en"}
            assert client.get(urls["dhl"], params=query, headers=headers).status_code == 200
