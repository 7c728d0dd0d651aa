"""What each chat service is given of one alert: bold and links where it has them, what others wrote dead in all."""

from __future__ import annotations

import json
import re
from typing import Any, Final

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from parcelwatch.channels import Channel
from parcelwatch.channels.markup import live, runs, tamed
from parcelwatch.core.texts.text import clean
from tests.chats import SERVICES, Chat, Service, contents

pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning")

TITLE: Final = "🟠【高】物流停滞 6 天 · 订单 #10035 · 赵*（tb_zhao88）· ¥888"
SCAN: Final = "申通 7710000000059：11月22日 16:26 “{said}”，之后 6 天没有更新（疑似丢件，未确认）"
LINKS: Final = "→ 订单：https://shop.example/o?id=4_1(a)&b=_2_\n→ 物流：https://track.example/7710000000059"
CALM: Final = f"{SCAN.format(said='快件已到达 <郑州> & 转运中心')}\n{LINKS}\n案件 4 · 提醒 A7".replace("<郑州> & ", "")
HOSTILE: Final = "*见* [点此](https://evil.example) <@all> <!channel> @everyone `x` _y_ ~~z~~ <b>&lt;\n# 1\n> 2"


def service(name: str) -> Service:
    return next(each for each in SERVICES if each.name == name)


def given_to(name: str, body: str, query: str = "") -> dict[str, Any]:
    with Chat(service(name)) as chat:
        Channel("ops", service(name).at(chat, query=query)).send(TITLE, body)
    return contents(chat.messages[0])


MARKED: Final = {
    "wecombot": "**{title}**\n{scan}\n"
    "→ [订单](https://shop.example/o?id=4_1%28a%29&b=_2_)\n→ [物流](https://track.example/7710000000059)\n{last}",
    "dingtalk": "**{title}**  \n{scan}  \n"
    "→ [订单](https://shop.example/o?id=4_1%28a%29&b=_2_)  \n→ [物流](https://track.example/7710000000059)  \n{last}",
    "slack": "*{title}*\n{scan}\n→ <https://shop.example/o?id=4_1(a)&amp;b=_2_|订单>\n"
    "→ <https://track.example/7710000000059|物流>\n{last}",
    "discord": "**{title}**\n{scan}\n"
    "→ [订单](https://shop.example/o?id=4_1%28a%29&b=_2_)\n→ [物流](https://track.example/7710000000059)\n{last}",
    "telegram": '<b>{title}</b>\n{scan}\n→ <a href="https://shop.example/o?id=4_1(a)&amp;b=_2_">订单</a>\n'
    '→ <a href="https://track.example/7710000000059">物流</a>\n{last}',
}
WHERE: Final = {
    "wecombot": lambda sent: sent["markdown"]["content"],
    "dingtalk": lambda sent: sent["markdown"]["text"],
    "slack": lambda sent: sent["text"],
    "discord": lambda sent: sent["content"],
    "telegram": lambda sent: sent["text"],
}
STARS: Final = {"discord": r"\*", "telegram": "*"}


@pytest.mark.parametrize("name", MARKED)
def test_the_first_line_is_bold_and_links_have_names(name: str) -> None:
    scan, *_, last = CALM.split("\n")
    title = TITLE.replace("*", STARS.get(name, "＊"))
    title = title.replace("tb_zhao88", r"tb\_zhao88") if name == "discord" else title
    expected = MARKED[name].format(title=title, scan=scan, last=last)
    sent = given_to(name, CALM)
    assert WHERE[name](sent) == expected
    assert sent.get("mrkdwn", True) is True
    assert sent.get("parse_mode", "HTML") == "HTML"


def test_feishu_gets_a_post_of_pieces() -> None:
    scan, *_, last = CALM.split("\n")
    assert given_to("feishu", CALM) == {
        "msg_type": "post",
        "content": {
            "post": {
                "zh_cn": {
                    "title": TITLE,
                    "content": [
                        [{"tag": "text", "text": scan}],
                        [
                            {"tag": "text", "text": "→ "},
                            {"tag": "a", "text": "订单", "href": "https://shop.example/o?id=4_1(a)&b=_2_"},
                        ],
                        [
                            {"tag": "text", "text": "→ "},
                            {"tag": "a", "text": "物流", "href": "https://track.example/7710000000059"},
                        ],
                        [{"tag": "text", "text": last}],
                    ],
                }
            }
        },
    }


def test_teams_gets_runs_that_open_links() -> None:
    blocks = given_to("teams", CALM)["attachments"][0]["content"]["body"]
    runs_of = [
        [(run["text"], run.get("selectAction", {}).get("url", "")) for run in each["inlines"]] for each in blocks
    ]
    assert runs_of[2:4] == [
        [("→ ", ""), ("订单", "https://shop.example/o?id=4_1(a)&b=_2_")],
        [("→ ", ""), ("物流", "https://track.example/7710000000059")],
    ]
    assert [each["inlines"][0]["weight"] for each in blocks] == ["Bolder", *["Default"] * 4]


@pytest.mark.parametrize("name", ["wecombot", "dingtalk", "feishu", "slack", "discord", "telegram"])
def test_a_url_may_ask_for_plain_text(name: str) -> None:
    with Chat(service(name)) as chat:
        Channel("ops", service(name).at(chat, query="&format=text")).send(TITLE, CALM)
    assert chat.said == [f"{TITLE}\n{CALM}"]
    assert "**" not in chat.messages[0].body.decode()


# --- what others wrote ----------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["wecombot", "dingtalk", "slack", "slack bot"])
def test_where_there_are_no_escapes_a_text_with_signs_of_markup_goes_plain(name: str) -> None:
    sent = given_to(name, f"{SCAN.format(said=clean(HOSTILE))}\n{LINKS}")
    assert sent.get("msgtype", "text") == "text"
    assert sent.get("mrkdwn", False) is False


def test_a_long_text_with_signs_of_markup_has_them_wide_on_a_wecom_robot() -> None:
    letter = "您好！`请` 查收 <b>。" + "字" * 700 + "\n# 一\n_二_ [三](四)"
    text = given_to("wecombot", letter)["markdown"]["content"]
    assert text.endswith("您好！｀请｀ 查收 ＜b>。" + "字" * 700 + "\n＃ 一\n＿二＿ [三］(四)")


@pytest.mark.parametrize("name", ["telegram", "discord", "feishu", "teams"])
def test_where_there_are_escapes_what_others_wrote_has_no_mark_and_leads_nowhere(name: str) -> None:
    sent = json.dumps(given_to(name, SCAN.format(said=clean(HOSTILE))), ensure_ascii=False)
    assert "evil.example)" not in re.sub("\u200b", "", sent) or not re.search(r"https?://evil", sent)
    assert not re.search(r'"href"|selectAction|<a |<(?!/?b>)[a-z@!]', sent)
    assert name != "discord" or not re.search(r"(?<!\\)[`~]", sent)


@settings(max_examples=60, deadline=None)
@given(st.text(alphabet="ab中_*[]()<>`~#>-+=|1. \n\\&;", max_size=60))
def test_tamed_text_has_no_sign_left_and_looks_as_it_did(text: str) -> None:
    safe = tamed(text)
    assert not live(safe) or not live(text)
    assert "*" not in safe
    assert len(safe) == len(text)


@pytest.mark.parametrize(
    ("line", "pieces"),
    [
        ("", [("", "")]),
        ("看 https://a.example/x。谢谢", [("看 ", ""), ("https://a.example/x", "https://a.example/x"), ("。谢谢", "")]),
        ("→ 订单: https://a.example", [("→ ", ""), ("订单", "https://a.example")]),
        ("→ 案件 4：见下", [("→ 案件 4：见下", "")]),
    ],
)
def test_a_line_is_parted_at_its_links(line: str, pieces: list[tuple[str, str]]) -> None:
    assert list(runs(line)) == pieces
