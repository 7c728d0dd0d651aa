"""飞书 group robots: HTTP 200 or 400, the truth in `code`.

Codes: open.feishu.cn/document/client-docs/bot-v3/add-custom-bot, read 2026-11-28.
"""

from __future__ import annotations

import base64
import hmac
import time
from collections.abc import Iterator
from datetime import timedelta
from typing import Final

from apprise.plugins.feishu import NotifyFeishu

from parcelwatch.channels import verdicts as says
from parcelwatch.channels.limits import LIMITS
from parcelwatch.channels.markup import runs
from parcelwatch.channels.told import Message, Told, request_size, without_tags
from parcelwatch.channels.verdicts import Answer, Fate, Verdict, by_code, by_words, closed, never
from parcelwatch.channels.wire import Call
from parcelwatch.model import Severity

_BUSY: Final = Verdict(Fate.BUSY, "too many messages", wait=timedelta(minutes=1))

CODES: Final = {
    9499: says.NOT_TAKEN,
    10003: says.NOT_TAKEN,
    11232: _BUSY,
    11246: says.NOT_TAKEN,
    19001: says.WRONG_KEY,
    19002: says.NOT_TAKEN,
    19021: closed("the signature is wrong, missing (add ?secret=…), or an hour off by this machine's clock"),
    19022: closed("this machine's address is not on the robot's list"),
    19024: never("the text holds none of the keywords of the robot's safety setting"),
    19036: says.TOO_LONG,
    230020: _BUSY,
    99991400: _BUSY,
}

WORDS: Final = {"too many": _BUSY}
"""9499 stands for a request it cannot read and for one too many."""


class Robot(Told):
    """What 飞书 and Lark share. A post of lines in pieces, of which none is read for marks, under a title it sets bold.

    A person would be rung by `<at …>`.
    """

    def address(self) -> str:
        """Where the robot listens."""
        raise NotImplementedError

    def written(self, text: str) -> str:
        return without_tags(text)

    def measure(self, text: str) -> int:
        return super().measure(text) if self.bare else sum(request_size(line) + 2 for line in _lines(text))

    def envelope(self) -> int:
        empty = Message("", "", Severity.MEDIUM)
        return request_size({**self._payload(empty), **self._signature()})

    def calls(self, message: Message) -> Iterator[Call]:
        yield Call(self.at(self.address()), {**self._payload(message), **self._signature()})

    def _payload(self, message: Message) -> dict[str, object]:
        if self.bare:
            return {"msg_type": "text", "content": {"text": self.whole(message)}}
        title = {"title": self.written(message.title)} if message.body else {}
        post = {**title, "content": _lines(message.body or message.title)}
        return {"msg_type": "post", "content": {"post": {"zh_cn": post}}}

    def _signature(self) -> dict[str, str]:
        """Of the moment of sending, by the secret that `secret=` names; nothing without one."""
        secret = self.options.get("secret")
        if not secret:
            return {}
        timestamp = f"{time.time():.0f}"  # noqa: TID251 - the service compares it with its clock
        digest = hmac.digest(f"{timestamp}\n{secret}".encode(), b"", "sha256")
        return {"timestamp": timestamp, "sign": base64.b64encode(digest).decode()}

    def judge(self, answer: Answer) -> Verdict:
        return by_words(by_code(answer, "code", CODES), answer.fields.get("msg"), WORDS)


def _lines(text: str) -> list[list[dict[str, str]]]:
    """Each line as pieces of text and links."""
    return [[_piece(piece, address) for piece, address in runs(without_tags(line))] for line in text.split("\n")]


def _piece(text: str, address: str) -> dict[str, str]:
    return {"tag": "a", "text": text, "href": address} if address else {"tag": "text", "text": text}


class Feishu(Robot, NotifyFeishu):
    """open.feishu.cn"""

    limit = LIMITS["feishu"]

    def address(self) -> str:
        return str(self.notify_url.format(token=self.token))
