"""What a shop keeps back is told to operators, once, whoever restarts."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

from parcelwatch.running.engine import Engine
from tests.acceptance.world import THRESHOLDS, Account, Shop, ago, known, numbers
from tests.shops.shopify import Shopify, sent

(FIRST,) = numbers(1)
MINUTE = timedelta(minutes=1)


def opened(folder: Path, shopify: Shopify) -> Shop:
    settings = THRESHOLDS + shopify.settings + 'every = "1m"\n'
    return Shop(folder, known(FIRST, ago(3)), accounts=[Account("dhl")], settings=settings)


def test_fields_that_an_app_may_not_read_are_told_once(tmp_path: Path) -> None:
    shopify = Shopify(denied=frozenset({"email"}))
    with shopify.server, opened(tmp_path, shopify) as place:

        async def scene(parts: Engine) -> None:
            shopify.put(1001, place.hand.at, sent(FIRST))
            await place.live(parts, 3 * MINUTE, MINUTE)

        for _ in range(2):
            place.play(scene)
        (told,) = [one for one in place.sink.to("ops") if "does not let this app read email" in one.text]
        assert "shops check web" in told.text
