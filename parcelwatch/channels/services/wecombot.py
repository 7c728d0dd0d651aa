"""企业微信 group robots: HTTP 200 whatever happens, the truth in `errcode`.

Codes: developer.work.weixin.qq.com/document/path/90313, read 2026-11-28.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Final

from apprise.plugins.wecombot import NotifyWeComBot

from parcelwatch.channels import verdicts as says
from parcelwatch.channels.limits import LIMITS
from parcelwatch.channels.markup import embraced, live, markdown_link, tamed, woven
from parcelwatch.channels.told import Message, Told, without_tags
from parcelwatch.channels.verdicts import Answer, Fate, Verdict, by_code, by_words, closed
from parcelwatch.channels.wire import Call

CODES: Final = {
    -1: says.later("it is busy"),
    40008: says.NOT_TAKEN,
    40035: says.NOT_TAKEN,
    40058: says.NOT_TAKEN,
    44004: says.EMPTY,
    45002: says.TOO_LONG,
    45009: Verdict(Fate.BUSY, "too many messages", wait=timedelta(minutes=1)),
    45033: says.TOO_FAST,
    93000: says.WRONG_KEY,
    93004: closed("the robot was switched off"),
    93008: closed("this machine's address is not on the robot's list"),
    93017: closed("the robot is no longer in the group"),
}

WORDS: Final = {"exceed max length": says.TOO_LONG}
"""93000 has stood for this as well."""


class WeComBot(Told, NotifyWeComBot):
    """Markdown, which has no escapes: a short text with signs of it goes plain, in a long one the signs are wide.

    A person would be rung by `<@userid>`.
    """

    limit = LIMITS["wecombot"]

    def written(self, text: str) -> str:
        return without_tags(text) if self.bare else woven(text, tamed, markdown_link)

    def headed(self, title: str) -> str:
        return self.written(title) if self.bare else embraced("**", self.written(title))

    def room(self, title: str) -> int:
        marked = 0 if self.bare or self.limit.markdown is None else self.limit.markdown - self.limit.body
        return super().room(title) + marked

    def calls(self, message: Message) -> Iterator[Call]:
        plain = without_tags(message.whole)
        kind, text = "markdown", self.whole(message)
        if self.bare or (live(message.whole) and self.unit.size(plain) <= self.limit.body):
            kind, text = "text", plain
        yield Call(self.at(self.api_url), {"msgtype": kind, kind: {"content": text}})

    def judge(self, answer: Answer) -> Verdict:
        return by_words(by_code(answer, "errcode", CODES), answer.fields.get("errmsg"), WORDS)
