"""What became of calls: what a call that ends in vain leaves behind."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import cast

from parcelwatch.asking.outcomes import Call, Said, take_in
from parcelwatch.asking.posts import Post
from parcelwatch.core.policy import Policy
from parcelwatch.errors import CourierUnavailable
from parcelwatch.model import Parcel
from parcelwatch.store import Store, parcels
from tests.databases import blank

NOW = datetime(2026, 3, 20, tzinfo=UTC)
SECOND, INTERVAL = timedelta(seconds=1), timedelta(minutes=31)
POST = cast("Post", SimpleNamespace(name="kuaidi100"))


def test_whoever_follows_asks_again_what_was_asked_in_vain_but_no_sooner_than_the_courier_allows(
    tmp_path: Path,
) -> None:
    with Store.open(blank(tmp_path / "watch.db")) as store:
        with store.transaction():
            parcels.add(store, Parcel(0, "JD1", "kuaidi100", NOW), NOW)
            claimed = parcels.claim(store, "kuaidi100", NOW, NOW + timedelta(minutes=1), 1, INTERVAL)
        failed = Said(Call(tuple(claimed), 0), NOW + SECOND, error=CourierUnavailable("it was away"))
        take_in(store, POST, Policy(), [failed], followed=True)
        with store.transaction():
            for after, due in ((2 * SECOND, 0), (INTERVAL - SECOND, 0), (INTERVAL, 1)):
                at = NOW + after
                assert len(parcels.claim(store, "kuaidi100", at, at + timedelta(minutes=1), 1, INTERVAL)) == due
