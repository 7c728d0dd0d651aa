"""`shops …` as it is typed."""

from __future__ import annotations

from tests.cli.conftest import Shop

NOBODY = """
[shops.own_shop]
api = "woocommerce"
base_url = "http://127.0.0.1:9"
key = "k"
secret = "s"
"""


def test_a_shop_that_does_not_answer_is_named_once(shop: Shop) -> None:
    shop.configure(NOBODY)
    ended = shop.run("shops", "import")
    assert ended.code == 1
    assert ended.err.splitlines()[-1].count("own_shop: ") == 1, ended.err
