"""Each channel hears in its own language and on its own clock."""

from __future__ import annotations

from pathlib import Path

from parcelwatch import config
from parcelwatch.core.messaging.messages import Characters
from parcelwatch.model import Fact, Form
from parcelwatch.running import making
from parcelwatch.store import Store
from parcelwatch.telling.deliver import Wording, claim
from tests.databases import blank
from tests.store.making import HOUR, NOW, alert, enqueue

SETTINGS = """
[service]
timezone = "Europe/Berlin"
[channels.ops]
url = "env:OPS"
[channels.hangzhou]
url = "env:HANGZHOU"
language = "zh-CN"
timezone = "Asia/Shanghai"
"""


def test_a_channel_is_told_in_its_language_and_by_its_clock(tmp_path: Path) -> None:
    (tmp_path / "config.toml").write_text(SETTINGS, encoding="utf-8")
    settings = config.load(tmp_path / "config.toml", environ={})
    words = Wording(
        making.renderer(settings), dict.fromkeys(("ops", "hangzhou"), Characters(4000)), voices=making.voices(settings)
    )
    told: dict[str, str] = {}
    with Store.open(blank(tmp_path / "shop.db")) as store:
        fact = Fact(Form.NOT_PICKED_UP, since=NOW - HOUR)
        enqueue(store, *(alert("not_picked_up", channel, fact=fact) for channel in ("ops", "hangzhou")))
        while group := claim(store, NOW, (), words):
            (text,) = group.said
            told[group.channel] = f"{text.title}\n{text.body}"
    assert "not picked up" in told["ops"]
    assert "8:00" in told["ops"]
    assert "揽收" in told["hangzhou"]
    assert "15:00" in told["hangzhou"]
