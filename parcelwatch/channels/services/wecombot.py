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
    """Plain text; a person would be rung by `<@userid>`."""

    limit = LIMITS["wecombot"]

    def written(self, text: str) -> str:
        return without_tags(text)

    def calls(self, message: Message) -> Iterator[Call]:
        text = {"content": self.written(message.whole)}
        yield Call(self.at(self.api_url), {"msgtype": "text", "text": text})

    def judge(self, answer: Answer) -> Verdict:
        return by_words(by_code(answer, "errcode", CODES), answer.fields.get("errmsg"), WORDS)
