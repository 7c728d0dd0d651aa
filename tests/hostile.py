"""A parcel of which couriers, buyers and files say whatever they like, on its way to every service: `python -m
tests.hostile` writes anew what each service's server received, to be read.

What belongs here: what is tried, how it is sent, and what of a request would come alive in the service. The last is
written from the services' documents, not from parcelwatch's own code.
"""

from __future__ import annotations

import json
import re
import unicodedata
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from html.parser import HTMLParser
from pathlib import Path
from typing import Any, Final

from parcelwatch.channels import Channel
from parcelwatch.core.messaging.messages import Group, Outgoing
from parcelwatch.model import Severity
from tests.chats import SERVICES, Chat, Service, contents
from tests.gallery import NOW, RENDERERS, alert
from tests.mailbox import AGENT, Post
from tests.servers import Server, answers

FOLDER: Final = Path(__file__).parent / "goldens" / "hostile"

SAID: Final[Mapping[str, str]] = {
    "mentions": "@all @everyone @here <@all> <!here> <!channel> <@U123> <@&99> "
    '<at user_id="all">所有人</at> ＠all \\@all',
    "links": '[点此](https://evil.example/a) <https://evil.example|订单> <a href="https://evil.example">退款</a> '
    "www.evil.example evil.example/b ![x](https://evil.example/i.png)",
    "schemes": "tel:+8613900000009 javascript:alert(1) mailto:x@evil.example intent://x "
    "weixin://dl/chat data:text/html,x /start /pay@shop_bot",
    "markup": '**粗** *斜* __下__ _下_ ~~删~~ `码` <b>粗</b> <font color="warning">红</font> &lt;i&gt; &#42; \\*x\\*',
    "blocks": "```\n# 一\n> 引\n- 表\n1. 项\n---\n| a | b |\n```",
    "unseen": "\u202e反\u202c \u2066x\u2069 \u200b零\u200d宽\ufeff \x00\x07\x1b[31m红\x1b[0m "
    "e\u0301\u0301\u0301\u0301\u0301",
    "templates": "{{ 7*7 }} {% raw %} ${7*7} #{7*7} %(x)s {0.__class__}",
    "lines": "到\r\n🔴【严重】丢失 · 订单 666 · 假的\n→ 订单：https://evil.example/pay\n案件 9 · 提醒 A9\u2028"
    "→ 处理：http://evil.example",
    "length": "长" * 10_000,
}
"""What is written where a courier, a buyer or a file may write."""

OURS: Final = frozenset({"admin.example.cn", "www.kuaidi100.com"})
"""The hosts a message of ours may lead to."""


def parcel(text: str, ident: int = 7) -> Outgoing:
    """An alert of a parcel with this text in every place that others fill."""
    out = alert("damaged", "zh-CN", severity=Severity.CRITICAL)
    assert out.fact.scan is not None
    (order,) = out.about.orders
    order = replace(order, buyer=text, customer_name=text, goods=text, tier=text, url=text)
    scan = replace(out.fact.scan, text=text, place=text)
    about = replace(out.about, orders=(order,), tickets=(text,))
    return replace(out, id=ident, fact=replace(out.fact, scan=scan), about=about)


def numbered(text: str) -> Outgoing:
    """The same where the text stands for the parcel's and the order's number, and who carries it."""
    out = parcel(text)
    (order,) = out.about.orders
    about = replace(out.about, orders=(replace(order, number=text),))
    return replace(out, number=text, orders=(text,), courier=text, company=text, about=about)


def groups(texts: Sequence[str]) -> Iterator[Group]:
    """Messages with these texts: one of each, one with the first for its numbers, a digest of all."""
    rows = [parcel(text, 7 + place) for place, text in enumerate(texts)]
    for row in (numbered(texts[0]), *rows):
        yield Group("ops", row.kind, draft=False, rows=(row,))
    yield Group("ops", rows[0].kind, draft=False, rows=tuple(rows), digest_id=70)


def sent(channel: Channel, texts: Sequence[str]) -> None:
    """Word and send them as the program does."""
    for group in groups(texts):
        for text in RENDERERS["zh-CN"].message(group, channel, NOW):
            channel.send(text.title, text.body, Severity.CRITICAL)


# --- as each service receives it -------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Kind:
    """One service. `received`: what its server is given of these texts, message by message."""

    name: str
    received: Callable[[Sequence[str]], list[Any]]


def _chat(service: Service, query: str = "") -> Callable[[Sequence[str]], list[Any]]:
    def received(texts: Sequence[str]) -> list[Any]:
        with Chat(service, allowed=1_000) as chat:
            channel = Channel("ops", service.at(chat, query=query))
            sent(channel, texts)
        assert len(chat.said) == len(chat.messages)  # none was too long, as the service counts
        return [contents(hit) for hit in chat.messages]

    return received


def _mail(query: str = "") -> Callable[[Sequence[str]], list[Any]]:
    def received(texts: Sequence[str]) -> list[Any]:
        with Post() as post:
            who = f"from=robot@shop.example&to={AGENT}"
            sent(
                Channel("ops", f"mailto://robot:pa55word@127.0.0.1:{post.port}?mode=insecure&{who}&cto=2{query}"), texts
            )
        kept = ("subject", "from", "to", "content-type")
        return [
            {**{name: str(mail[name]) for name in kept}, "text": mail.get_content().replace("\r\n", "\n")}
            for _, mail in post.taken
        ]

    return received


def _form(texts: Sequence[str]) -> list[Any]:
    """A service that is not read here: Apprise's own plugin sends it."""
    with Server(answers(b"ok")) as server:
        sent(Channel("ops", f"form://{server.host}/hook"), texts)
    return [contents(hit) for hit in server.hits]


PLAIN: Final = ("wecombot", "dingtalk", "feishu", "slack", "discord", "telegram")
KINDS: Final = (
    *(Kind(service.name, _chat(service)) for service in SERVICES),
    *(Kind(f"{one.name} plain", _chat(one, "&format=text")) for one in SERVICES if one.name in PLAIN),
    Kind("mail", _mail()),
    Kind("mail html", _mail("&format=html")),
    Kind("form", _form),
)


# --- what would come alive -------------------------------------------------------------------------

_URL: Final = re.compile(r"https?://([^\s/:|)>\"'?]+)")
_BARE: Final = re.compile(r"(?<![\w.@-])(?:[a-z0-9-]+\.)+(?:example|com|cn)\b", re.IGNORECASE)
_SCHEME: Final = re.compile(r"\b(?:tel|javascript|mailto|intent|weixin|data):(?=[^\s\u200b…])", re.IGNORECASE)
_MENTION: Final = re.compile(r"@(?=\w)|<(?=[@!#]|at\b)|(?<![^\s(（【“])/(?=[A-Za-z])")
_MARKDOWN: Final = re.compile(
    r"`|\*\*|(?<!\w)_\w|~~|\]\(|<[a-z/]|&#?\w+;|^\s*(?:#{1,6} |> |[-+] |\d+[.)] |---|\|)", re.MULTILINE
)
_OWN_LINK: Final = re.compile(r"→ \[[^\]\n]+\]\(https://(?:admin\.example\.cn|www\.kuaidi100\.com)/[^()\s]*\)")
_SLACK_LINK: Final = re.compile(r"→ <https://(?:admin\.example\.cn|www\.kuaidi100\.com)/[^\s|<>]*\|[^|<>\n]+>")
_MARKS: Final = ("🔴", "🟠", "🟡", "⚪", "🔧", "🟢", "案件 9")


def everywhere(text: str) -> list[str]:
    """What comes alive in any service, whatever its markup: a mention, a link that is not ours, a line as of ours."""
    hosts = {*_URL.findall(text), *_BARE.findall(text)} - OURS
    lines = [line for line in text.split("\n")[1:] if line.startswith(_MARKS)]
    unseen = [
        one
        for one in text
        if one != "\u200b" and one not in "\n\t" and unicodedata.category(one) in ("Cc", "Cf", "Zl", "Zp")
    ]
    return [*hosts, *(found[0] for found in _SCHEME.finditer(text)), *_MENTION.findall(text), *lines, *unseen]


class _Tags(HTMLParser):
    def __init__(self, text: str) -> None:
        super().__init__(convert_charrefs=True)
        self.found: list[str] = []
        self.feed(text)
        self.close()

    def handle_starttag(self, tag: str, attrs: Any) -> None:
        address = dict(attrs).get("href") or ""
        if tag != "b" and not (tag == "a" and _URL.match(address) and _URL.match(address)[1] in OURS):  # type: ignore[index]
            self.found.append(tag)


def _markdown(text: str) -> list[str]:
    title, _, body = text.partition("\n")
    return _MARKDOWN.findall(_OWN_LINK.sub("", f"{title.strip().strip('*')}\n{body}".replace("  \n", "\n")))


def _robot(sent: Mapping[str, Any]) -> list[str]:
    kind = sent["msgtype"]
    text = sent[kind].get("content") or sent[kind].get("text") or ""
    rung = sent.get("at", {})
    return [
        *everywhere(text),
        *(_markdown(text) if kind == "markdown" else []),
        *rung.get("atMobiles", []),
        *("@" * bool(rung.get("isAtAll"))),
    ]


def _slack(sent: Mapping[str, Any]) -> list[str]:
    text = sent["text"]
    left = _SLACK_LINK.sub("", text)
    signs = re.findall(r"[*`~]|(?<!\w)_\w", left.replace("*", "", 2)) if sent.get("mrkdwn", True) else []
    return [*everywhere(text.replace("&lt;", "< ").replace("&gt;", ">")), *signs, *re.findall(r"<[^\s\u200b]", left)]


def _discord(sent: Mapping[str, Any]) -> list[str]:
    text = _OWN_LINK.sub("", sent["content"])
    title, _, body = text.partition("\n")
    signs = re.findall(
        r"(?<!\\)[*~`|\[<]|(?<!\\)(?<!\w)_\w|^\s*(?:#|>|-) ",
        f"{title.strip('*')}\n{body}".replace("\\\\", ""),
        re.MULTILINE,
    )
    return [*everywhere(sent["content"].replace("\\", "")), *signs, *sent["allowed_mentions"]["parse"]]


def _telegram(sent: Mapping[str, Any]) -> list[str]:
    text = sent["text"]
    shown = re.sub(r'</?(?:b|a)(?: href="[^"]*")?>', "", text)
    return [*(_Tags(text).found if sent.get("parse_mode") else []), *everywhere(shown.replace("&lt;", "< "))]


def _feishu(sent: Mapping[str, Any]) -> list[str]:
    if sent["msg_type"] == "text":
        return everywhere(sent["content"]["text"])
    post = sent["content"]["post"]["zh_cn"]
    pieces = [piece for line in post["content"] for piece in line]
    text = "\n".join([post.get("title", ""), *("".join(piece["text"] for piece in line) for line in post["content"])])
    leads = [piece["href"] for piece in pieces if "href" in piece]
    return [
        *everywhere(text),
        *everywhere("\n".join(["", *leads])),
        *({piece["tag"] for piece in pieces} - {"text", "a"}),
    ]


def _teams(sent: Mapping[str, Any]) -> list[str]:
    blocks = sent["attachments"][0]["content"]["body"]
    runs = [run for block in blocks for run in block["inlines"]]
    text = "\n".join("".join(run["text"] for run in block["inlines"]) for block in blocks)
    leads = [run["selectAction"]["url"] for run in runs if "selectAction" in run]
    return [*everywhere(text), *everywhere("\n".join(["", *leads])), *({run["type"] for run in runs} - {"TextRun"})]


def _fields(sent: Mapping[str, Any]) -> list[str]:
    """Title and text, as plain as they are."""
    title, text = sent["title"], sent["message"]
    return [
        *everywhere(title),
        *everywhere(f"\n{text}"),
        *(name for name in ("html", "markdown", "actions") if name in sent),
    ]


def _mailed(sent: Mapping[str, Any]) -> list[str]:
    return [
        *everywhere(sent["subject"]),
        *everywhere(f"\n{sent['text']}"),
        *([] if sent["content-type"].startswith("text/plain") else [sent["content-type"]]),
    ]


ALIVE: Final[Mapping[str, Callable[[Mapping[str, Any]], list[str]]]] = {
    "wecom app": lambda sent: everywhere(sent["text"]["content"]),
    "wecombot": _robot,
    "dingtalk": _robot,
    "feishu": _feishu,
    "lark": _feishu,
    "telegram": _telegram,
    "slack": _slack,
    "slack bot": _slack,
    "discord": _discord,
    "teams": _teams,
    "mail": _mailed,
    "mail html": _mailed,
}


def alive(name: str, sent: Mapping[str, Any]) -> list[str]:
    """What of a request would come alive in that service."""
    return ALIVE.get(name.removesuffix(" plain"), _fields)(sent)


# --- goldens ---------------------------------------------------------------------------------------


def written(received: Sequence[Any]) -> str:
    """Requests as a person reads them, with what cannot be seen written out."""
    return "".join("".join(_lines(one)) + "\n" for one in received)


def _lines(value: Any, name: str = "", depth: int = 0) -> Iterator[str]:
    pad = "  " * depth
    if isinstance(value, Mapping):
        yield f"{pad}{name}\n" if name else ""
        for key, each in value.items():
            yield from _lines(each, str(key), depth + bool(name))
    elif isinstance(value, list) and any(isinstance(each, Mapping | list) for each in value):
        for each in value:
            yield from _lines(each, f"{name} -", depth)
    else:
        text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
        seen = "".join(
            one if one == "\n" or unicodedata.category(one)[0] != "C" else f"\\u{ord(one):04x}" for one in text
        )
        body = seen.replace("\n", f"\n{pad}  | ")
        yield f"{pad}{name}: {body}\n"


GOLDENS: Final = tuple(kind for kind in KINDS if not kind.name.endswith(("plain", "html")) and kind.name != "lark")
"""Those that are read; the others receive the same, or the same without markup."""


def golden(kind: Kind) -> Path:
    """What this service received when somebody last read it."""
    return FOLDER / f"{kind.name.replace(' ', '_')}.txt"


def main() -> None:
    """Write all of them anew."""
    for kind in GOLDENS:
        golden(kind).write_text(written(kind.received([*SAID.values()])), "utf-8")


if __name__ == "__main__":
    main()
