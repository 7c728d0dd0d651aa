"""`helpdesks …` and `drafts send` as they are typed."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import pytest

from parcelwatch import clock
from tests.cli.conftest import DAMAGED, Shop
from tests.helpdesks.desks import MAIL, Chat
from tests.servers import Server, answers


@pytest.fixture
def chat() -> Iterator[Chat]:
    place = Chat(clock=clock.now())
    with place.server:
        yield place


@pytest.fixture
def desked(shop: Shop, chat: Chat) -> Shop:
    shop.configure(chat.settings())
    return shop


def watch(shop: Shop) -> None:
    more = ("--order", "A-1001", "--customer-name", "Ann", "--customer-contact", MAIL)
    assert shop.run("parcels", "add", DAMAGED, "--courier", "my_dhl", *more).code == 0


def test_without_a_helpdesk_it_says_what_to_add(shop: Shop) -> None:
    assert "add a [helpdesks.NAME] table" in shop.run("helpdesks", "list").out
    assert "add a [helpdesks.NAME] table" in shop.run("helpdesks", "check").err


def test_the_platforms_are_listed_with_what_each_takes(shop: Shop) -> None:
    platforms = {one["api"]: one for one in shop.run("helpdesks", "list", "--all", "--json").document["platforms"]}
    assert {"zendesk", "imap", "declared", "sobot"} <= set(platforms)
    assert (platforms["imap"]["writes"], platforms["zendesk"]["writes"]) == (False, True)
    assert platforms["sobot"]["doubt"]


@pytest.mark.parametrize(("noun", "api"), [("shops", "amazon"), ("helpdesks", "gorgias")])
def test_the_platforms_show_in_full_what_each_needs_and_how_well_it_is_established(
    shop: Shop, noun: str, api: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "80")
    shown = shop.run(noun, "list", "--all").out
    (platform,) = [one for one in shop.run(noun, "list", "--all", "--json").document["platforms"] if one["api"] == api]
    assert " ".join(platform["doubt"].split()) in " ".join(shown.split())
    assert platform["required"]
    assert all(f"options.{name}" in shown for name in platform["required"])
    assert "Needs" in shown


@pytest.mark.parametrize("width", [70, 75, 80])
def test_the_headings_of_helpdesks_stand_on_one_line(desked: Shop, width: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", str(width))
    shown = desked.run("helpdesks", "list").out
    assert len(shown.partition("─")[0].splitlines()) == 1, shown


def test_a_helpdesk_is_asked_by_way_of_the_proxy(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    with Server(answers(b"{}", 502)) as proxy:
        monkeypatch.setenv("THE_PROXY", proxy.url)
        text = shop.config.read_text(encoding="utf-8").replace("[service]", '[service]\nproxy = "env:THE_PROXY"')
        shop.config.write_text(text, encoding="utf-8")
        shop.configure('[helpdesks.far]\napi = "zendesk"\nkey = "a@shop.example/token:k"\n')
        shop.configure('base_url = "https://desk.example"\n')
        assert shop.run("helpdesks", "check").code == 1
    assert [hit.target for hit in proxy.hits] == ["desk.example:443"]


@pytest.mark.parametrize("noun", ["couriers", "shops", "helpdesks"])
def test_to_show_what_there_is_not_is_wrong_usage(shop: Shop, noun: str) -> None:
    assert shop.run(noun, "show", "nope").code == 2


@pytest.mark.parametrize("noun", ["shops", "helpdesks"])
def test_what_platforms_there_are_is_shown_before_anything_is_configured(
    shop: Shop, noun: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(shop.folder)
    shop.config.unlink()
    listed = shop.bare(noun, "list", "--all", "--json").document
    assert (listed[noun], len(listed["platforms"]) > 5) == ([], True)
    assert "config init" in shop.bare(noun, "list", "--all").out
    assert shop.bare(noun, "list").code == 78


def test_a_platform_is_shown_with_the_table_to_paste(shop: Shop) -> None:
    shown = shop.bare("helpdesks", "show", "zendesk")
    assert "[helpdesks.NAME]" in shown.out
    assert 'key = "env:HELPDESK_KEY"' in shown.out
    assert shop.bare("helpdesks", "show", "imap", "--json").document["writes"] is False
    assert 'did you mean "zendesk"' in shop.bare("helpdesks", "show", "zendesc").err


def test_credentials_are_checked(desked: Shop, chat: Chat) -> None:
    chat.write("4711", clock.now(), "Hello")
    ended = desked.run("helpdesks", "check", "--json")
    assert (ended.code, ended.document[0]["ok"]) == (0, True)
    assert "1 tickets" in ended.document[0]["said"]
    chat.fails = [401]
    refused = desked.run("helpdesks", "check")
    assert refused.code != 0
    assert "desk cannot be asked" in refused.err
    assert chat.posts == 0


def test_a_ticket_is_tried_and_nothing_kept(desked: Shop, chat: Chat) -> None:
    watch(desked)
    chat.write("4711", clock.now() - timedelta(minutes=3), f"Where is {DAMAGED[:5]} {DAMAGED[5:]}?")
    chat.write("12", clock.now() - timedelta(minutes=2), "Do you ship to Norway?", mail="x@example.com")
    found = {one["ticket"]: one for one in desked.run("helpdesks", "try", "desk", "--json").document}
    assert (found["4711"]["parcels"], found["4711"]["found_by"]) == ([DAMAGED], "number")
    assert found["12"]["why_not"] == "it names no parcel that is watched"
    assert desked.run("helpdesks", "list", "--json").document[0]["complaints"] == 0
    assert desked.run("helpdesks", "try", "desk", "999").code != 0
    assert "Where is" not in desked.run("helpdesks", "try", "desk", "4711").out


def test_a_name_that_is_none_is_told_with_what_was_meant(desked: Shop) -> None:
    assert "did you mean" in desked.run("helpdesks", "check", "desks").err


@pytest.mark.parametrize(
    ("more", "says"),
    [
        ('[helpdesks.x]\napi = "zendsk"\n', "zendesk"),
        ('[helpdesks.x]\napi = "chatwoot"\nbase_url = "https://x.example"\nkey = "k"\n', "options.account"),
        ('[helpdesks.x]\napi = "imap"\nkey = "k"\nsecret = "s"\noptions = { hots = "x" }\n', "host"),
        ('[helpdesks.x]\napi = "zammad"\nbase_url = "https://x.example"\nkey = "k"\ndeliver = "mail"\n', "note"),
    ],
)
def test_a_fault_in_the_table_is_told_with_what_to_write(shop: Shop, more: str, says: str) -> None:
    shop.configure(more)
    ended = shop.run("config", "check")
    assert ended.code != 0
    assert says in ended.err + ended.out
