"""Couriers that call us, over real HTTP: who is believed, what is kept before the 2xx, and what comes of it."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from urllib.parse import quote_plus

import httpx
import pytest

from parcelwatch import web
from parcelwatch.asking import pushes
from parcelwatch.asking.posts import Post
from parcelwatch.core.messaging.messages import UNREADABLE
from parcelwatch.core.policy import Policy
from parcelwatch.core.service.pacing import Pace
from parcelwatch.couriers.base import Account, Push, Trust
from parcelwatch.couriers.dhl import Dhl
from parcelwatch.couriers.shared.signing import hmac_sha256_hex, same
from parcelwatch.errors import ConfigError, CourierRefused, CourierUnreadable
from parcelwatch.ingest import Heard, ingest, watch
from parcelwatch.model import Answered, Cause, Checkpoint, Milestone, Observation, Parcel
from parcelwatch.store import Store, alerts, cases, evidence, imports, inbox, outbox, parcels
from parcelwatch.store.erase import forget
from parcelwatch.store.writer import Writer
from tests.databases import blank
from tests.servers import PATIENCE

M = Milestone
NOW = datetime(2026, 3, 12, 8, tzinfo=UTC)
HOUR = timedelta(hours=1)
NUMBER = "PW000000001XX"
SECRET = "push-secret-4711"
POLICY = Policy(profile="china", channels=("ops",))


class Bell(Dhl):
    """A courier that calls. Its signature is over the body; a token in the URL only says that it is the courier."""

    def verify(self, account: Account, push: Push, now: datetime) -> Trust:
        if same(push.query.get("token", ""), account.secret):
            return Trust.SENDER
        if same(push.headers.get("x-sign", ""), hmac_sha256_hex(account.secret.encode(), push.body)):
            return Trust.BODY
        raise CourierRefused("the signature is wrong")

    def pushed(self, account: Account, push: Push) -> tuple[Observation, ...]:
        try:
            said = json.loads(push.body)
        except ValueError as error:
            raise CourierUnreadable("not JSON") from error
        if "number" not in said:
            raise KeyError(said["secret"])
        at = NOW + said["hours"] * HOUR
        scan = Checkpoint(at, at, M(said["milestone"]), Cause(said["cause"]) if "cause" in said else None, text="told")
        return (Answered(said["number"], (scan,), company=said.get("company", "")),)

    def signed(self, push: Push) -> bytes:
        return push.body

    def reply(self, account: Account, now: datetime) -> bytes:
        return b'{"ok": true}'


ACCOUNT = Account("bell", "bell", "key", "https://bell.example", secret=SECRET)
POST = Post(ACCOUNT, Bell(), Pace(), timedelta(0))
DEAF = Post(Account("deaf", "dhl", "key", "https://deaf.example"), Dhl(), Pace(), timedelta(0))
DAMAGED = json.dumps({"number": NUMBER, "hours": -1, "milestone": "exception", "cause": "damaged"}).encode()


@dataclass
class Shop:
    path: Path
    writer: Writer
    client: httpx.AsyncClient

    async def push(
        self, body: bytes, account: str = "bell", sign: str | None = None, query: str = ""
    ) -> httpx.Response:
        signature = hmac_sha256_hex(SECRET.encode(), body) if sign is None else sign
        return await self.client.post(f"/hooks/{account}{query}", content=body, headers={"X-Sign": signature})

    async def read(self, now: datetime = NOW) -> None:
        await self.writer.run(pushes.read, {"bell": POST}, POLICY, now)

    async def unread(self) -> int:
        return len(await self.writer.run(inbox.unread, 100))


@asynccontextmanager
async def shop(folder: Path, patience: float = web.PATIENCE) -> AsyncIterator[Shop]:
    writer = Writer(blank(folder / "watch.db"))
    await writer.run(_watch)
    listening = web.bound("127.0.0.1", 0)
    server = web.Server(
        web.application(web.Hooks([POST, DEAF], writer, lambda: NOW, patience).route), listening, patience
    )
    server.start()
    try:
        async with httpx.AsyncClient(
            base_url=f"http://127.0.0.1:{listening.getsockname()[1]}", trust_env=False
        ) as client:
            yield Shop(folder / "watch.db", writer, client)
    finally:
        await server.stop()
        writer.close()


def _watch(store: Store) -> None:
    with store.transaction():
        added = parcels.add(store, Parcel(0, NUMBER, "bell", NOW - 10 * HOUR), NOW - 10 * HOUR)
        at = NOW - 9 * HOUR
        said = Answered(NUMBER, (Checkpoint(at, at, M.IN_TRANSIT),))
        ingest(store, [Heard(added, said, at)], POLICY)


def play(folder: Path, story: Callable[[Shop], Coroutine[None, None, None]], patience: float = web.PATIENCE) -> None:
    async def run() -> None:
        async with shop(folder, patience) as one:
            await story(one)

    asyncio.run(run())


def kinds(store: Store) -> list[str]:
    return [row.case.kind for row in cases.rows(store, NOW)]


def test_a_push_is_kept_before_it_is_answered_and_opens_its_case_once_read(tmp_path: Path) -> None:
    async def story(one: Shop) -> None:
        answer = await one.push(DAMAGED)
        assert (answer.status_code, answer.json()) == (200, {"ok": True})
        assert await one.unread() == 1
        assert await one.writer.run(kinds) == []
        await one.read()
        assert await one.unread() == 0
        assert await one.writer.run(kinds) == ["damaged"]

    play(tmp_path, story)


def test_the_same_push_five_times_is_one_piece_of_news(tmp_path: Path) -> None:
    async def story(one: Shop) -> None:
        for _ in range(5):
            assert (await one.push(DAMAGED)).status_code == 200
            await one.read()
        assert len(await one.writer.run(alerts.rows)) == 2  # the alert and the draft it brings

    play(tmp_path, story)


def test_a_push_kept_by_a_process_that_died_is_read_by_the_next(tmp_path: Path) -> None:
    async def first(one: Shop) -> None:
        await one.push(DAMAGED)

    play(tmp_path, first)
    with Store.open(blank(tmp_path / "watch.db")) as store:
        pushes.read(store, {"bell": POST}, POLICY, NOW)
        assert kinds(store) == ["damaged"]


@pytest.mark.parametrize("sign", ["", "0" * 64, hmac_sha256_hex(b"other", DAMAGED), "é"])
def test_whoever_cannot_sign_leaves_nothing_behind(tmp_path: Path, sign: str) -> None:
    async def story(one: Shop) -> None:
        headers = {b"X-Sign": sign.encode()}
        answer = await one.client.post("/hooks/bell", content=DAMAGED, headers=headers)
        assert answer.status_code == 401
        assert SECRET not in answer.text
        assert await one.unread() == 0

    play(tmp_path, story)


def test_only_accounts_that_push_have_a_hook_and_only_for_posts(tmp_path: Path) -> None:
    async def story(one: Shop) -> None:
        assert (await one.push(DAMAGED, account="nobody")).status_code == 404
        assert (await one.push(DAMAGED, account="deaf")).status_code == 404
        assert (await one.client.get("/hooks/bell")).status_code == 405
        assert (await one.client.get("/")).status_code == 404

    play(tmp_path, story)


def test_a_push_larger_than_any_courier_sends_is_refused_however_it_comes(tmp_path: Path) -> None:
    async def chunks() -> AsyncIterator[bytes]:
        for _ in range(web.LIMIT // 1000 + 2):
            yield b"x" * 1000

    async def story(one: Shop) -> None:
        assert (await one.push(b"x" * (web.LIMIT + 1))).status_code == 413
        assert (await one.client.post("/hooks/bell", content=chunks())).status_code == 413
        assert await one.unread() == 0

    play(tmp_path, story)


def test_a_push_nobody_vouches_for_is_only_a_reason_to_ask(tmp_path: Path) -> None:
    async def story(one: Shop) -> None:
        assert (await one.push(DAMAGED, sign="", query=f"?token={SECRET}")).status_code == 200
        before = await one.writer.run(parcels.next_poll, "bell")
        assert before is not None
        await one.read(before - HOUR)
        assert await one.writer.run(kinds) == []
        assert await one.writer.run(parcels.next_poll, "bell") == before - HOUR

    play(tmp_path, story)


def test_neither_signature_nor_token_is_kept(tmp_path: Path) -> None:
    async def story(one: Shop) -> None:
        await one.push(DAMAGED, query=f"?token={SECRET}")
        (kept,) = await one.writer.run(inbox.unread, 9)
        assert set(kept.headers) == {"content-type", "trust"}

    play(tmp_path, story)
    assert SECRET.encode() not in b"".join(path.read_bytes() for path in tmp_path.iterdir())


def test_an_old_push_takes_nothing_back(tmp_path: Path) -> None:
    async def story(one: Shop) -> None:
        await one.push(json.dumps({"number": NUMBER, "hours": -30, "milestone": "picked_up"}).encode())
        await one.read()
        dossier = await one.writer.run(parcels.dossier, 1)
        assert dossier.milestone is M.IN_TRANSIT
        assert len(dossier.timeline.entries) == 2

    play(tmp_path, story)


def test_a_push_about_a_parcel_nobody_watches_is_taken_and_changes_nothing(tmp_path: Path) -> None:
    async def story(one: Shop) -> None:
        other = DAMAGED.replace(NUMBER.encode(), b"SOMEBODYELSES1")
        assert (await one.push(other)).status_code == 200
        await one.read()
        assert await one.writer.run(kinds) == []
        assert await one.unread() == 0

    play(tmp_path, story)


def test_a_push_about_the_same_number_of_another_company_is_not_ours(tmp_path: Path) -> None:
    def name_company(store: Store) -> None:
        with store.transaction():
            watch(store, Parcel(0, NUMBER, "bell", NOW, company="yuantong"), Policy(), NOW)

    async def story(one: Shop) -> None:
        await one.writer.run(name_company)
        body = json.loads(DAMAGED)
        await one.push(json.dumps({**body, "company": "shentong"}).encode())
        await one.read()
        assert await one.writer.run(kinds) == []
        await one.push(json.dumps({**body, "company": "YuanTong"}).encode())
        await one.read()
        assert await one.writer.run(kinds) == ["damaged"]

    play(tmp_path, story)


@pytest.mark.parametrize(("body", "said"), [(b"<html>", "not JSON"), (b'{"secret": "x"}', "the adapter failed")])
def test_a_push_nobody_can_read_is_kept_for_whoever_mends_the_adapter_and_holds_up_none(
    tmp_path: Path, body: bytes, said: str
) -> None:
    async def story(one: Shop) -> None:
        await one.push(body)
        await one.push(DAMAGED)
        await one.read()
        assert await one.unread() == 0
        assert await one.writer.run(kinds) == ["damaged"]
        assert said in str(await one.writer.run(_errors))

    play(tmp_path, story)


def _errors(store: Store) -> list[tuple[str, ...]]:
    return store.all("SELECT error FROM inbox WHERE error <> ''")


def test_a_push_of_an_account_that_is_gone_is_put_away_with_the_reason(tmp_path: Path) -> None:
    async def story(one: Shop) -> None:
        await one.push(DAMAGED)
        await one.writer.run(pushes.read, {}, POLICY, NOW)
        assert await one.unread() == 0
        assert "no account bell" in str(await one.writer.run(_errors))

    play(tmp_path, story)


def test_read_pushes_are_forgotten_after_a_week_and_with_their_parcel(tmp_path: Path) -> None:
    quoted = f"param={quote_plus(DAMAGED.decode())}".encode()

    async def story(one: Shop) -> None:
        await one.push(DAMAGED)
        await one.read()
        await one.push(b"<html>")
        await one.read(NOW + pushes.KEPT + HOUR)
        assert [body for (body,) in await one.writer.run(_bodies)] == [b"<html>"]
        await one.push(quoted)
        await one.writer.run(forget, NUMBER)
        assert [body for (body,) in await one.writer.run(_bodies)] == [b"<html>"]

    play(tmp_path, story)


def _bodies(store: Store) -> list[tuple[bytes]]:
    return store.all("SELECT body FROM inbox ORDER BY id")


def test_a_push_is_found_however_the_number_is_spelt_and_not_by_a_parcel_that_is_no_longer_watched(
    tmp_path: Path,
) -> None:
    async def story(one: Shop) -> None:
        await one.push(DAMAGED.replace(NUMBER.encode(), f" {NUMBER.lower()}".encode()))
        await one.read()
        assert await one.writer.run(kinds) == ["damaged"]
        assert await one.writer.run(parcels.called, "bell", NUMBER) == [1]
        await one.writer.run(_stop)
        assert await one.writer.run(parcels.called, "bell", NUMBER) == []

    play(tmp_path, story)


def _stop(store: Store) -> None:
    with store.transaction():
        store.write("UPDATE parcels SET unwatched_at = 1, poll_at = NULL WHERE id = 1")


def test_pushes_never_have_a_number_asked_sooner_than_its_interval(tmp_path: Path) -> None:
    post = replace(POST, interval=timedelta(minutes=31))

    def ask(store: Store) -> datetime:
        with store.transaction():
            parcels.poll_again(store, [1], NOW)
            parcels.claim(store, "bell", NOW, NOW, 1, timedelta(minutes=31))
            parcels.poll_again(store, [1], NOW + 20 * HOUR)
        return NOW

    async def story(one: Shop) -> None:
        await one.writer.run(ask)
        await one.push(DAMAGED, sign="", query=f"?token={SECRET}")
        await one.writer.run(pushes.read, {"bell": post}, POLICY, NOW + timedelta(minutes=1))
        assert await one.writer.run(parcels.next_poll, "bell") == NOW + timedelta(minutes=31)

    play(tmp_path, story)


def test_the_same_signed_words_in_another_wrapping_are_one_push(tmp_path: Path) -> None:
    async def story(one: Shop) -> None:
        push = Push({}, {}, b"param=1&junk=1")
        again = Push({}, {}, b"param=1&junk=2")
        assert await one.writer.run(pushes.keep, "bell", push, Trust.BODY, b"1", NOW)
        assert not await one.writer.run(pushes.keep, "bell", again, Trust.BODY, b"1", NOW)
        assert await one.writer.run(pushes.keep, "bell", again, Trust.SENDER, b"1", NOW)

    play(tmp_path, story)


def test_connections_that_never_ask_do_not_keep_others_out(tmp_path: Path) -> None:
    async def story(one: Shop) -> None:
        port = one.client.base_url.port
        assert port is not None
        idle = [await asyncio.open_connection("127.0.0.1", port) for _ in range(web.CONNECTIONS + 2)]
        for _, writer in idle:
            writer.write(b"POST /hooks/bell HTTP/1.1\r\nHost: x\r\n")
        closed = [reader.read() for reader, _ in idle]
        async with asyncio.timeout(PATIENCE):
            await asyncio.gather(*closed)
        assert (await one.push(DAMAGED)).status_code == 200

    play(tmp_path, story, patience=1.0)


def test_a_push_that_comes_too_slowly_is_given_up(tmp_path: Path) -> None:
    async def story(one: Shop) -> None:
        port = one.client.base_url.port
        assert port is not None
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.write(b"POST /hooks/bell HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\n{")
        assert b"413" in await reader.readline()
        writer.close()
        assert await one.unread() == 0

    play(tmp_path, story, patience=0.2)


def test_a_taken_port_is_a_clear_error(tmp_path: Path) -> None:
    listening = web.bound("127.0.0.1", 0)
    port = listening.getsockname()[1]
    with pytest.raises(ConfigError, match=f"cannot listen on 127.0.0.1:{port}"):
        web.bound("127.0.0.1", port)
    listening.close()


def test_unreadable_pushes_reach_the_operator_by_the_usual_way(tmp_path: Path) -> None:
    async def story(one: Shop) -> None:
        await one.push(b"<html>")
        await one.read()
        (row,) = await one.writer.run(evidence.unknown, "bell")
        assert row["code"] == UNREADABLE

    play(tmp_path, story)


# --- beside an import ----------------------------------------------------------------------------


def imported(store: Store, count: int) -> list[int]:
    """So many parcels of one import, none of them asked about yet; the first is the one that is pushed."""
    with store.transaction():
        import_id = imports.begin(store, "orders.csv", NOW)
        every = [f"PW{n:09}ZZ" for n in range(count)]
        ids = [parcels.add(store, Parcel(0, one, "bell", NOW, import_id=import_id), NOW) for one in every]
        imports.finish(store, import_id, {}, NOW)
    return ids


def leaving(store: Store, now: datetime) -> list[str]:
    """Whose alerts may leave by now, in that order."""
    with store.transaction():
        outbox.release(store, now)
    sql = """SELECT number FROM alerts a JOIN parcels p ON p.id = parcel_id
      WHERE draft_id IS NULL AND a.due_at <= ? ORDER BY a.due_at"""
    return [number for (number,) in store.all(sql, (int(now.timestamp() * 1000),))]


@pytest.mark.parametrize(("hours", "first"), [(-1, ["PW000000000ZZ"]), (-48, [])])
def test_damage_that_is_pushed_as_it_happens_leaves_before_what_an_import_digs_up(
    tmp_path: Path, hours: int, first: list[str]
) -> None:
    said = {"number": "PW000000000ZZ", "hours": hours, "milestone": "exception", "cause": "damaged"}
    at = NOW - 60 * HOUR
    broken = Checkpoint(at, at, M.EXCEPTION, Cause.DAMAGED)
    with Store.open(blank(tmp_path / "watch.db")) as store:
        ids = imported(store, 4)
        with store.transaction():
            ingest(store, [Heard(ids[1], Answered("PW000000001ZZ", (broken,)), NOW)], POLICY)
        push = Push({}, {}, json.dumps(said).encode())
        pushes.keep(store, "bell", push, Trust.BODY, push.body, NOW)
        pushes.read(store, {"bell": POST}, POLICY, NOW)
        assert leaving(store, NOW) == first
        assert leaving(store, NOW + HOUR)[: len(first)] == first
        assert sorted(leaving(store, NOW + HOUR)) == ["PW000000000ZZ", "PW000000001ZZ"]
