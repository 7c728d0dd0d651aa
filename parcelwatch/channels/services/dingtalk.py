"""钉钉 group robots: HTTP 200 whatever happens, the truth in `errcode`; who is too fast is not heard for ten minutes.

Codes: open.dingtalk.com/document/robots/custom-robot-access, read 2026-11-28.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import timedelta
from typing import Final

from apprise.plugins.dingtalk import NotifyDingTalk

from parcelwatch.channels import verdicts as says
from parcelwatch.channels.limits import LIMITS
from parcelwatch.channels.markup import embraced, live, markdown_link, tamed, woven
from parcelwatch.channels.told import Message, Told, request_size
from parcelwatch.channels.verdicts import Answer, Fate, Verdict, by_code, by_words, closed, never
from parcelwatch.channels.wire import Call

_BLOCKED: Final = Verdict(Fate.BUSY, "too many messages, and it is silent for ten minutes", wait=timedelta(minutes=10))

CODES: Final = {
    -1: says.later("it is busy"),
    40035: says.NOT_TAKEN,
    43004: says.NOT_TAKEN,
    90030: Verdict(Fate.BUSY, "its quota of messages is used up", wait=timedelta(hours=1)),
    130101: _BLOCKED,
    300001: says.WRONG_KEY,
    300005: says.WRONG_KEY,
    302033: _BLOCKED,
    310000: closed("its safety setting (keyword, signature or address) turned the message away"),
    400013: closed("the group was dissolved"),
    400101: says.WRONG_KEY,
    400102: closed("the robot was switched off"),
    400105: says.NOT_TAKEN,
    400106: closed("the robot was removed"),
    410100: _BLOCKED,
    430101: never("it holds a link that 钉钉 finds unsafe"),
    430102: says.UNWANTED,
    430103: says.UNWANTED,
    430104: says.UNWANTED,
    460101: says.TOO_LONG,
    660026: _BLOCKED,
}

# One code has stood for several of these, and "too fast" has had several codes.
WORDS: Final = {
    "too fast": _BLOCKED,
    "限流": _BLOCKED,
    "keywords not in": never("the text holds none of the keywords of the robot's safety setting"),
    "sign not match": closed("the signature is wrong: the secret before the @ is missing or is another robot's"),
    "timestamp": closed("the signature is out of date: this machine's clock is off by an hour or more"),
    "whitelist": closed("this machine's address is not on the robot's list"),
}


_LISTED: Final = re.compile(r"^\s*\d+[.)]\s", re.MULTILINE)
"""What follows would be drawn into the list."""


class DingTalk(Told, NotifyDingTalk):
    """Markdown, which has no escapes: a text with signs of it goes plain. Only the numbers in the URL are rung.

    They are in plain text alone, so that a channel that rings somebody has no other.
    """

    limit = LIMITS["dingtalk"]
    newline = "  \n"  # no line ends in its Markdown without two spaces before

    @property
    def bare(self) -> bool:
        return super().bare or bool(self.targets)

    def written(self, text: str) -> str:
        return text if self.bare else woven(text, tamed, markdown_link).replace("\n", self.newline)

    def headed(self, title: str) -> str:
        return self.written(title) if self.bare else embraced("**", self.written(title))

    def room(self, title: str) -> int:
        return super().room(title) - (0 if self.bare else request_size(title))

    def envelope(self) -> int:
        return request_size(self._plain("") if self.bare else self._marked("", ""))

    def calls(self, message: Message) -> Iterator[Call]:
        signed = dict(zip(("timestamp", "sign"), self._signature(), strict=True)) if self.secret else {}
        url = self.at(self.notify_url.partition("?")[0])
        plain = self.bare or live(message.whole) or bool(_LISTED.search(message.whole))
        content = self._plain(message.whole) if plain else self._marked(message.title, self.whole(message))
        yield Call(url, content, params={"access_token": self.token, **signed})

    def _plain(self, text: str) -> dict[str, object]:
        return {"msgtype": "text", "at": {"atMobiles": self.targets, "isAtAll": False}, "text": {"content": text}}

    def _marked(self, title: str, text: str) -> dict[str, object]:
        """`title` stands in the list of chats, where no Markdown is read; it wants one."""
        return {"msgtype": "markdown", "at": {"isAtAll": False}, "markdown": {"title": title or "…", "text": text}}

    def _signature(self) -> tuple[str, str]:
        timestamp, signature = self.get_signature()
        return timestamp, self.unquote(signature)

    def judge(self, answer: Answer) -> Verdict:
        return by_words(by_code(answer, "errcode", CODES), answer.fields.get("errmsg"), WORDS)
