"""An edited configuration taken over by an engine that runs: whole or not at all, and nothing on its way is lost."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from parcelwatch import config
from parcelwatch.core.policy import Policy
from parcelwatch.ingest import Heard, ingest
from parcelwatch.model import Answered, Cause, Checkpoint, Milestone
from parcelwatch.running import accepted, making
from parcelwatch.running.engine import Engine
from parcelwatch.running.reloading import Reloader
from parcelwatch.store import Store, accounts, parcels, service, shops
from tests.acceptance.world import Account, Shop, ago, known, numbers
from tests.shops.market import Market

M = Milestone
MINUTE = timedelta(minutes=1)
STILL = [known(number, ago(30)) for number in numbers(7)]
LENIENT = '[thresholds]\nstalled = { warn = "5d", critical = "30d" }\n'
STRICT = '[thresholds]\nstalled = { warn = "24h", critical = "30d" }\n'


def edited(place: Shop, settings: str) -> Path:
    """The shop's file with other settings."""
    place.settings, place._config = settings, None
    return place.config.path


def reloader(place: Shop, parts: Engine) -> Reloader:
    return Reloader(place.config, making.parts(place.config), parts, place.hand)


async def take_over(place: Shop, one: Reloader, settings: str) -> list[str] | None:
    """What changed, with a beat before and one after."""
    edited(place, settings)
    return await one.reload()


def test_a_lower_threshold_is_told_as_one_digest_and_a_raised_one_closes_quietly(tmp_path: Path) -> None:
    with Shop(tmp_path, *STILL, settings=LENIENT) as place:
        place.watch_all()

        async def scene(parts: Engine) -> None:
            one = reloader(place, parts)
            await place.beat(parts)
            assert place.sink.told == []
            assert await take_over(place, one, STRICT) == ["thresholds.stalled.warn: 5d → 24h"]
            await place.live(parts, MINUTE, MINUTE)
            (digest,) = place.sink.to("ops")
            assert all(digest.names(number) for number in numbers(7))
            assert await take_over(place, one, LENIENT) == ["thresholds.stalled.warn: 24h → 5d"]
            await place.live(parts, MINUTE, MINUTE)

        place.play(scene)
        assert len(place.sink.to("ops")) == 1
        assert {one["state"] for one in place.cases().values()} == {"resolved"}
        with place.store() as store:
            why = store.value("SELECT json_extract(fact, '$.says') FROM case_events ORDER BY id DESC LIMIT 1")
            assert why == "limit_raised"


def answered_again(store: Store, policy: Policy, now: datetime, which: Sequence[str]) -> None:
    """The courier says of some what it said before."""
    heard = []
    for number in which:
        known_of_it = parcels.dossier(store, parcels.find(store, number)[0].id)
        same = Answered(number, tuple(entry.checkpoint for entry in known_of_it.timeline.entries))
        heard.append(Heard(known_of_it.parcel.id, same, now))
    with store.transaction():
        ingest(store, heard, policy)


@pytest.mark.parametrize("sooner", [0, 3, 7])
def test_an_answer_that_comes_before_the_judging_anew_changes_nothing_of_what_is_told(
    tmp_path: Path, sooner: int
) -> None:
    with Shop(tmp_path, *STILL, settings=STRICT) as place:
        place.watch_all()

        async def scene(parts: Engine) -> None:
            one = reloader(place, parts)
            await place.live(parts, MINUTE, MINUTE)
            for settings in (LENIENT, STRICT):
                await take_over(place, one, settings)
                now = place.hand.at + timedelta(seconds=1)
                await parts.writer.run(answered_again, parts.policy, now, numbers(7)[:sooner])
                await place.live(parts, MINUTE, MINUTE)

        place.play(scene)
        first, again = place.sink.to("ops")
        assert all(digest.names(number) for digest in (first, again) for number in numbers(7))
        assert {(one["state"], one["reopened"]) for one in place.cases().values()} == {("open", 1)}
        with place.store() as store:
            ends = store.all("SELECT json_extract(fact, '$.says') FROM case_events WHERE signal = 'clears'")
            assert ends == [("limit_raised",)] * 7
            assert store.value("SELECT count(*) FROM alerts WHERE why = 'cleared'") == 0


def test_a_parcel_that_moved_is_cleared_by_that_though_its_threshold_is_another(tmp_path: Path) -> None:
    """Under thresholds by which it is still in trouble: what ends it is the courier's news, and is told."""
    with Shop(tmp_path, *STILL, settings=STRICT) as place:
        place.watch_all()

        async def scene(parts: Engine) -> None:
            one = reloader(place, parts)
            await place.live(parts, MINUTE, MINUTE)
            await take_over(place, one, STRICT.replace("24h", "25h"))
            await parts.writer.run(moved_on, parts.policy, place.hand.at + timedelta(seconds=1))
            await place.live(parts, MINUTE, MINUTE)

        place.play(scene)
        assert len(place.sink.to("ops")) == 2
        with place.store() as store:
            assert store.all("SELECT parcel_id FROM alerts WHERE why = 'cleared'") == [(1,)]


def moved_on(store: Store, policy: Policy, now: datetime) -> None:
    parcel = parcels.one(store, 1)
    scan = Checkpoint(now, now, M.IN_TRANSIT, None, text="Departed")
    before = tuple(entry.checkpoint for entry in parcels.dossier(store, 1).timeline.entries)
    with store.transaction():
        ingest(store, [Heard(1, Answered(parcel.number, (*before, scan)), now)], policy)


@pytest.mark.parametrize(
    ("settings", "why"),
    [
        ('[thresholds]\nstaled = { warn = "1d" }\n', "stalled"),
        ("[thresholds\n", "config.toml"),
        ('[channels.late]\nurl = "env:NOBODY_SET_THIS"\n', "NOBODY_SET_THIS"),
    ],
)
def test_a_file_with_a_fault_is_refused_whole(tmp_path: Path, settings: str, why: str) -> None:
    with Shop(tmp_path, *STILL, settings=STRICT) as place:
        place.watch_all()

        async def scene(parts: Engine) -> None:
            one = reloader(place, parts)
            await one.begin()
            policy, workers = parts.policy, [*parts.workers]
            path = place.config.path
            path.write_text(path.read_text(encoding="utf-8").replace(STRICT, settings), encoding="utf-8")
            assert await one.reload() is None
            assert (parts.policy, parts.workers) == (policy, workers)
            assert why in one.refused
            kept = accepted.recall(path)
            assert kept
            assert STRICT in kept.texts[str(path)]
            await place.live(parts, MINUTE, MINUTE)

        place.play(scene)
        assert len(place.sink.to("ops")) == 1
        with place.store() as store:
            known_of_it = service.standing(store)
            assert known_of_it is not None
            assert why in known_of_it.refused
            assert known_of_it.fingerprint == config.fingerprint(place.config)


def test_a_letter_of_ones_own_that_says_something_else_is_a_change(tmp_path: Path) -> None:
    own = tmp_path / "own" / "en" / "letters" / "lost.txt.j2"
    own.parent.mkdir(parents=True)
    own.write_text("Subject\n\nHello.", encoding="utf-8")
    with Shop(tmp_path, *STILL) as place:

        async def scene(parts: Engine) -> None:
            one, path, named = reloader(place, parts), place.config.path, "drafts.templates: en/letters/lost.txt.j2"
            path.write_text(path.read_text().replace("[drafts]", '[drafts]\ntemplates = "own"'), encoding="utf-8")
            assert len(await one.reload() or ()) == 1
            assert await one.reload() == []
            own.write_text("Subject\n\nHello again.", encoding="utf-8")
            assert await one.reload() == [f"{named}: read anew"]
            own.unlink()
            assert await one.reload() == [f"{named}: removed"]

        place.play(scene)


@pytest.mark.parametrize("line", ['database = "other.db"', 'database = "parcelwatch.db"\nlisten = "127.0.0.1:1"'])
def test_what_only_a_restart_changes_is_refused(tmp_path: Path, line: str) -> None:
    with Shop(tmp_path, *STILL) as place:

        async def scene(parts: Engine) -> None:
            one, path = reloader(place, parts), place.config.path
            path.write_text(path.read_text().replace('database = "parcelwatch.db"', line), encoding="utf-8")
            assert await one.reload() is None
            assert "restart" in one.refused

        place.play(scene)
    assert not (tmp_path / "other.db").exists()


def test_accounts_come_go_and_change_while_calls_are_on_their_way(tmp_path: Path) -> None:
    """The answer that was on its way is taken in; what was claimed and not yet asked is asked by the new one."""
    story = [known(number, ago(3)) for number in numbers(3)]
    accounts_before = [Account("dhl", rate="1/10s"), Account("gone")]
    with Shop(tmp_path, *story, accounts=accounts_before) as place:
        place.watch([place.wanted(number) for number in numbers(3)])

        async def scene(parts: Engine) -> None:
            one = reloader(place, parts)
            await parts.tick(place.hand.at)
            place.accounts = [Account("dhl"), Account("new")]
            changes = await take_over(place, one, STRICT)
            assert changes is not None
            assert changes[:2] == ["couriers.new: added", "couriers.gone: removed"]
            kept = accepted.recall(place.config.path)
            assert kept
            assert '[couriers."new"]' in kept.texts[str(place.config.path)]
            assert [worker.post.name for worker in parts.workers] == ["dhl", "new"]
            place.hand.turn(seconds=1)
            await place.live(parts, 2 * MINUTE, MINUTE)

        place.play(scene)
        assert set(place.server.asked) == set(numbers(3))
        with place.store() as store:
            assert store.value("SELECT count(*) FROM parcels WHERE confirmed_at IS NULL") == 0
            assert accounts.load(store, "dhl")[0].failures == 0


def test_an_account_as_it_was_keeps_its_worker(tmp_path: Path) -> None:
    with Shop(tmp_path, *STILL, accounts=[Account("dhl"), Account("other")]) as place:

        async def scene(parts: Engine) -> None:
            one, before = reloader(place, parts), [*parts.workers]
            place.accounts = [Account("dhl"), Account("other", rate="7/s")]
            await take_over(place, one, LENIENT)
            assert parts.workers[0] is before[0]
            assert parts.workers[1] is not before[1]
            assert before[1].retired

        place.play(scene)


def test_what_waits_for_a_channel_that_is_no_more_goes_to_another(tmp_path: Path) -> None:
    """Mild as it is: nobody refused it."""
    damaged = known("3000000001", ago(40), ago(2, M.EXCEPTION, Cause.DAMAGED))
    with Shop(tmp_path, *STILL, damaged, settings=STRICT) as place:
        place.watch_all()

        async def scene(parts: Engine) -> None:
            one = reloader(place, parts)
            await parts.tick(place.hand.at)
            await asyncio.gather(*(worker.drain() for worker in parts.workers))
            path = place.config.path
            text = path.read_text(encoding="utf-8").replace("[channels.ops]", "[channels.renamed]")
            path.write_text(text.replace("/ops", "/renamed"), encoding="utf-8")
            changes = await one.reload()
            assert changes is not None
            assert changes[:2] == ["channels.renamed: added", "channels.ops: removed"]
            await place.live(parts, MINUTE, MINUTE)

        place.play(scene)
        assert place.sink.to("ops") == []
        told = place.sink.to("renamed")
        assert all(any(one.names(number) for one in told) for number in (*numbers(7), "3000000001"))
        with place.store() as store:
            assert store.all("SELECT id FROM alerts WHERE state NOT IN ('sent', 'suppressed')") == []


def test_what_was_held_is_asked_for_again_once_an_edited_file_says_who_can(tmp_path: Path) -> None:
    market = Market()
    with market.server, Shop(tmp_path, known("3000000001", ago(3)), settings=STRICT + market.settings) as place:

        async def scene(parts: Engine) -> None:
            market.put("1001", place.hand.at, "3000000001", by="Own drivers")
            one, path = reloader(place, parts), place.config.path
            await place.live(parts, 10 * MINUTE, 5 * MINUTE)
            market.put("1002", place.hand.at)  # readings go on from there, and tell of the first no more
            await place.live(parts, 10 * MINUTE, 5 * MINUTE)
            assert len(await parts.writer.run(shops.held)) == 1
            path.write_text(path.read_text().replace('key = "sandbox-key"', 'key = "k"\ncompanies = ["own drivers"]'))
            assert await one.reload() is not None
            await place.live(parts, MINUTE, MINUTE)
            assert await parts.writer.run(shops.held) == []

        place.play(scene)
