"""What the operator hears about the couriers, and how rarely."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

from parcelwatch.core.policy import Policy
from parcelwatch.ingest import Judge
from parcelwatch.operators import UNREAD_EVERY, tell_operators
from parcelwatch.render import Renderer
from parcelwatch.store import Store, evidence, outbox

NOW = datetime(2026, 3, 2, 8, 0, tzinfo=UTC)
SECOND = timedelta(seconds=1)


def test_a_wording_that_differs_each_time_does_not_flood_the_operator(tmp_path: Path) -> None:
    judge = Judge(Policy(channels=("ops",)), Renderer())

    def hear(counter: int, now: datetime) -> None:
        with store.transaction():
            evidence.count_unknown(store, "dhl", "XQ7", f"Held at counter {counter}", now)
            tell_operators(store, {"dhl": "dhl"}, judge, now)

    with Store.open(tmp_path / "watch.db") as store:
        for tick in range(100):
            hear(tick, NOW + tick * SECOND)
        assert len(outbox.rows(store)) == 1
        hear(100, NOW + UNREAD_EVERY)
        first, second = outbox.rows(store)
    assert "counter 0" in first["body"]
    assert all(f"counter {counter}" in second["body"] for counter in (1, 99, 100))
