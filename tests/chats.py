"""Chat services on loopback: each counts, paces and refuses as its documents say, and says so in its own way.

What belongs here: the services' side, written from their documents and not from parcelwatch's own code. A `Chat` keeps
what a person in it would read.
"""

from __future__ import annotations

import asyncio
import html
import json
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qs, urlsplit

from tests.servers import Hit, Server, head

KEY = "k3yNobodyMaySee0123456789"
Answer = tuple[int, str, dict[str, str]]


@dataclass(frozen=True, slots=True)
class Service:
    """One service. `url` has places for the key and for the gateway; the rest is how it reads and what it says."""

    name: str
    url: str
    key: Callable[[Hit], str]
    text: Callable[[dict[str, Any]], str]
    size: Callable[[Hit], int]
    most: int
    allowed: int
    fine: Answer
    too_fast: Answer
    bad_key: Answer
    too_long: Answer
    reads: Callable[[str], str] = field(default=lambda text: text)
    shares: bool = True
    login: Callable[[Hit], Answer | None] = field(default=lambda _: None)

    def at(self, server: Server, key: str = KEY, query: str = "") -> str:
        return self.url.format(key=key, via=f"http://{server.host}", host=server.host) + query


class Chat(Server):
    """A service at work. `said`: the texts as they are shown. `allowed`: how many it takes before it is too fast."""

    def __init__(self, service: Service, allowed: int | None = None, most: int | None = None) -> None:
        super().__init__(self._answers)
        self.service = service
        self.allowed = service.allowed if allowed is None else allowed
        self.most = service.most if most is None else most
        self.said: list[str] = []
        self.messages: list[Hit] = []

    async def _answers(self, _: Server, hit: Hit, writer: asyncio.StreamWriter) -> None:
        status, body, headers = self._judged(hit)
        writer.write(head(status, len(body.encode()), **headers) + body.encode())

    def _judged(self, hit: Hit) -> Answer:
        if self.service.key(hit) != KEY:
            return self.service.bad_key
        if welcome := self.service.login(hit):
            return welcome
        self.messages.append(hit)
        if len(self.messages) > self.allowed:
            return self.service.too_fast
        if self.service.size(hit) > self.most:
            return self.service.too_long
        self.said.append(self.service.reads(self.service.text(contents(hit))))
        return self.service.fine


def contents(hit: Hit) -> dict[str, Any]:
    """A request's JSON or form."""
    if hit.headers["content-type"].startswith("application/x-www-form-urlencoded"):
        return {name: values[0] for name, values in parse_qs(hit.body.decode()).items()}
    found: dict[str, Any] = json.loads(hit.body)
    return found


def _asked(hit: Hit, name: str) -> str:
    return parse_qs(urlsplit(hit.target).query).get(name, [""])[0]


def _part(hit: Hit, place: int) -> str:
    return urlsplit(hit.target).path.split("/")[place]


def _utf16(text: str) -> int:
    return len(text.encode("utf-16-le")) // 2


def _json(status: int = 200, headers: dict[str, str] | None = None, /, **fields: Any) -> Answer:
    return status, json.dumps(fields), headers or {}


def _runs(card: dict[str, Any]) -> str:
    blocks = card["attachments"][0]["content"]["body"]
    return "\n".join("".join(run["text"] for run in block["inlines"]) for block in blocks)


def _lines(post: dict[str, Any]) -> str:
    """A post of 飞书: a title, then lines of pieces."""
    lines = ["".join(piece["text"] for piece in line) for line in post["content"]]
    return "\n".join([*([post["title"]] if "title" in post else []), *lines])


def _posted(sent: dict[str, Any]) -> str:
    return _lines(sent["content"]["post"]["zh_cn"]) if sent["msg_type"] == "post" else str(sent["content"]["text"])


def _robot(sent: dict[str, Any]) -> str:
    """A robot of 企业微信 or 钉钉: Markdown or not, as it says."""
    kind = sent["msgtype"]
    return (
        _markdown(str(sent[kind].get("content") or sent[kind]["text"])) if kind == "markdown" else sent[kind]["content"]
    )


def _markdown(text: str) -> str:
    """Markdown as it is shown: a bold title, no spaces before a line's end."""
    return re.sub(r"\A\*\*(.+)\*\*$", r"\1", re.sub(r"  \n", "\n", text), count=1, flags=re.MULTILINE)


def _telegram(sent: dict[str, Any]) -> str:
    """Its HTML as it is shown, which is what it counts."""
    text = str(sent["text"])
    return html.unescape(re.sub(r"</?[a-z][^>]*>", "", text)) if sent.get("parse_mode") == "HTML" else text


def _feishu(name: str) -> Service:
    return Service(
        name,
        f"{name}://{{key}}?via={{via}}",
        key=lambda hit: hit.target.split("?")[0].rstrip("/").rpartition("/")[2],
        text=_posted,
        size=lambda hit: len(hit.body),
        most=20_000,
        allowed=5,
        fine=_json(code=0, data={}, msg="success"),
        too_fast=_json(code=11232, msg="frequency limited psm[lark.oapi.app_platform_runtime]appID[1500]"),
        bad_key=_json(code=19001, msg="param invalid: incoming webhook access token invalid"),
        too_long=_json(400, code=9499, msg="Bad Request", data={}),
    )


def _welcomes(hit: Hit) -> Answer | None:
    secret = _asked(hit, "corpsecret")
    return _json(errcode=0, errmsg="ok", access_token=f"T-{secret}", expires_in=7200) if secret else None


def _of_wecom(sent: dict[str, Any]) -> int:
    """Markdown may be twice as long as text: a text of 2,048 bytes counts as one of 4,096."""
    kind = sent["msgtype"]
    return len(sent[kind]["content"].encode()) + (2048 if kind == "text" else 0)


def _slack(text: str) -> str:
    return html.unescape(re.sub(r"\A\*(.+)\*$", r"\1", text, count=1, flags=re.MULTILINE))


def _discord(text: str) -> str:
    bold = re.sub(r"\A\*\*(.+)\*\*$", r"\1", text, count=1, flags=re.MULTILINE)
    return re.sub(r"\\([!-/:-@\[-`{-~])", r"\1", bold)


SERVICES = (
    Service(
        "wecom app",
        "wechat://corp0:{key}@1000002/@all?via={via}",
        key=lambda hit: _asked(hit, "corpsecret") or _asked(hit, "access_token")[2:],
        text=lambda sent: sent["text"]["content"],
        size=lambda hit: len(contents(hit)["text"]["content"].encode()),
        most=2048,
        allowed=30,
        fine=_json(errcode=0, errmsg="ok", msgid="7"),
        too_fast=_json(errcode=45009, errmsg="reach max api minute limit"),
        bad_key=_json(errcode=40001, errmsg="invalid credential"),
        too_long=_json(errcode=45002, errmsg="content size out of limit"),
        login=_welcomes,
    ),
    Service(
        "wecombot",
        "wecombot://{key}?via={via}",
        key=lambda hit: _asked(hit, "key"),
        text=_robot,
        size=lambda hit: _of_wecom(contents(hit)),
        most=4096,
        allowed=20,
        fine=_json(errcode=0, errmsg="ok"),
        too_fast=_json(errcode=45009, errmsg="api freq out of limit, hint: [1700000000], from ip: 203.0.113.7"),
        bad_key=_json(errcode=93000, errmsg="invalid webhook url, hint: [1700000000], from ip: 203.0.113.7"),
        too_long=_json(errcode=40058, errmsg="text.content exceed max length 2048. invalid Request Parameter"),
    ),
    Service(
        "dingtalk",
        "dingtalk://{key}?via={via}",
        key=lambda hit: _asked(hit, "access_token"),
        text=_robot,
        size=lambda hit: len(hit.body),
        most=20_000,
        allowed=20,
        fine=_json(errcode=0, errmsg="ok"),
        too_fast=_json(errcode=410100, errmsg="send too fast, exceed 20 times per minute"),
        bad_key=_json(errcode=300001, errmsg="token is not exist"),
        too_long=_json(errcode=460101, errmsg="message too long, exceed 20000 bytes"),
    ),
    _feishu("feishu"),
    _feishu("lark"),
    Service(
        "telegram",
        "tgram://123456789:{key}/-1001234?via={via}",
        key=lambda hit: _part(hit, 1).partition(":")[2],
        text=_telegram,
        size=lambda hit: _utf16(_telegram(contents(hit))),
        most=4096,
        allowed=20,
        fine=_json(ok=True, result={"message_id": 7}),
        too_fast=_json(
            429,
            ok=False,
            error_code=429,
            description="Too Many Requests: retry after 37",
            parameters={"retry_after": 37},
        ),
        bad_key=_json(401, ok=False, error_code=401, description="Unauthorized"),
        too_long=_json(400, ok=False, error_code=400, description="Bad Request: message is too long"),
    ),
    Service(
        "slack",
        "slack://T1JJ3T3L2/A1BRTD4JD/{key}?via={via}",
        key=lambda hit: _part(hit, 4),
        text=lambda sent: sent["text"],
        size=lambda hit: len(contents(hit)["text"]),
        most=40_000,
        allowed=1,
        fine=(200, "ok", {}),
        too_fast=(429, "rate_limited", {"retry_after": "37"}),
        bad_key=(404, "no_service", {}),
        too_long=(400, "msg_too_long", {}),
        reads=_slack,
    ),
    Service(
        "slack bot",
        "slack://xoxb-1234-5678-{key}/#ops?via={via}",
        key=lambda hit: hit.headers["authorization"].rpartition("-")[2],
        text=lambda sent: sent["text"],
        size=lambda hit: len(contents(hit)["text"]),
        most=40_000,
        allowed=1,
        fine=_json(ok=True, ts="1503435956.000247"),
        too_fast=_json(429, {"retry_after": "37"}, ok=False, error="ratelimited"),
        bad_key=_json(ok=False, error="token_revoked"),
        too_long=_json(ok=False, error="msg_too_long"),
        reads=_slack,
    ),
    Service(
        "discord",
        "discord://123456789012345678/{key}?via={via}",
        key=lambda hit: _part(hit, 4),
        text=lambda sent: sent["content"],
        size=lambda hit: _utf16(contents(hit)["content"]),
        most=2000,
        allowed=5,
        fine=_json(id="7"),
        too_fast=_json(429, message="You are being rate limited.", retry_after=37.0, **{"global": False}),
        bad_key=_json(401, message="Invalid Webhook Token", code=50027),
        too_long=_json(400, code=50035, errors={"content": {"_errors": [{"code": "BASE_TYPE_MAX_LENGTH"}]}}),
        reads=_discord,
    ),
    Service(
        "teams",
        "workflows://prod.example.azure.com/{key}/sig-0?via={via}",
        key=lambda hit: _part(hit, 2),
        text=_runs,
        size=lambda hit: len(hit.body),
        most=28_000,
        allowed=4,
        fine=(202, "", {}),
        too_fast=(429, "", {"retry_after": "37"}),
        bad_key=_json(401, error={"code": "DirectApiAuthorizationRequired", "message": "no"}),
        too_long=(413, "", {}),
    ),
    Service(
        "ntfy",
        "ntfy://{key}@{host}/ops?auth=token",
        key=lambda hit: hit.headers["authorization"].rpartition(" ")[2],
        text=lambda sent: f"{sent['title']}\n{sent['message']}",
        size=lambda hit: max(len(contents(hit)["message"].encode()), len(hit.body) - 4096),
        most=4096,
        allowed=60,
        fine=_json(id="sPs71M8A2T", event="message"),
        too_fast=_json(429, {"retry_after": "37"}, code=42901, http=429, error="limit reached: too many requests"),
        bad_key=_json(403, code=40301, http=403, error="forbidden"),
        too_long=_json(413, code=41303, http=413, error="JSON body too large"),
        shares=False,
    ),
    Service(
        "pushover",
        "pover://{key}@abcdefghijklmnopqrstuvwxyzabcd?via={via}",
        key=lambda hit: contents(hit)["user"],
        text=lambda sent: f"{sent['title']}\n{sent['message']}",
        size=lambda hit: len(contents(hit)["message"]),
        most=1024,
        allowed=60,
        fine=_json(status=1, request="5042853c"),
        too_fast=_json(429, {"retry_after": "37"}, status=0, errors=["application is over its quota"]),
        bad_key=_json(400, user="invalid", errors=["user identifier is not a valid user"], status=0),
        too_long=_json(400, message="invalid", errors=["message cannot be longer than 1024"], status=0),
        shares=False,
    ),
    Service(
        "webhook",
        "json://{host}/{key}",
        key=lambda hit: _part(hit, 1),
        text=lambda sent: f"{sent['title']}\n{sent['message']}",
        size=lambda hit: len(contents(hit)["message"]),
        most=32_768,
        allowed=60,
        fine=(204, "", {}),
        too_fast=(429, "", {"retry_after": "37"}),
        bad_key=(401, "", {}),
        too_long=(413, "", {}),
        shares=False,
    ),
)
