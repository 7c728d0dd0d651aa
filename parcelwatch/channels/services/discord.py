"""Discord webhooks: 204, or a code in `code`; 429 with the seconds to wait in `retry_after`.

discord.com/developers/docs/topics/opcodes-and-status-codes and rate-limits, read 2026-11-28.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from typing import Any, Final

from apprise.plugins.discord import NotifyDiscord

from parcelwatch.channels import verdicts as says
from parcelwatch.channels.limits import LIMITS
from parcelwatch.channels.markup import embraced, markdown_link, woven
from parcelwatch.channels.told import Message, Told, outside_links
from parcelwatch.channels.verdicts import Answer, Fate, Verdict, by_code, closed, seconds
from parcelwatch.channels.wire import Call

CODES: Final = {
    10003: closed("the channel was removed"),
    10015: says.closed("the webhook was removed"),
    50006: says.EMPTY,
    50013: closed("it may not write in this channel"),
    50027: says.WRONG_KEY,
    50035: says.never("it does not take this message, which may be too long"),
    50083: closed("the thread is archived"),
    220001: closed("the channel is a forum: name a thread with thread="),
}

_NO_CONTENT: Final = 204
_ANYWHERE: Final = re.compile(r"([\\*_~`|\[<])")
_AT_START: Final = re.compile(r"^(\s*)([#>-])", re.MULTILINE)


class Discord(Told, NotifyDiscord):
    """Its markup is always on: every sign of it is escaped, and nobody is rung but whom the URL's `ping=` names."""

    limit = LIMITS["discord"]

    def written(self, text: str) -> str:
        return _escaped(text) if self.bare else woven(text, _escaped, markdown_link)

    def headed(self, title: str) -> str:
        return self.written(title) if self.bare else embraced("**", self.written(title))

    def envelope(self) -> int:
        return self.unit.size(self._rung()[0])

    def calls(self, message: Message) -> Iterator[Call]:
        rung, whom = self._rung()
        content = {
            "content": rung + self.whole(message),
            "allowed_mentions": whom,
            **({"flags": self.flags} if self.flags else {}),
            **({"username": self.user} if self.user else {}),
            **({"avatar_url": self.avatar_url} if self.avatar_url else {}),
        }
        thread = {"thread_id": self.thread_id} if self.thread_id else {}
        url = self.at(f"{self.notify_url}/{self.webhook_id}/{self.webhook_token}")
        yield Call(url, content, params={"wait": "true", **thread})

    def _rung(self) -> tuple[str, dict[str, Any]]:
        """The line that rings those named in the URL, and the permission to."""
        ping = self.ping_payload(" ".join(self.ping)) if self.ping else {}
        return (f"{ping['content']}\n", ping["allow_mentions"]) if ping else ("", {"parse": []})

    def judge(self, answer: Answer) -> Verdict:
        if answer.fine:
            return says.ARRIVED if answer.status == _NO_CONTENT or answer.fields.get("id") else says.GARBLED
        verdict = by_code(answer, "code", CODES)
        if verdict.fate is Fate.BUSY:
            return replace(verdict, wait=seconds(answer.fields.get("retry_after")) or answer.wait)
        return verdict


def _escaped(text: str) -> str:
    return outside_links(text, lambda piece: _AT_START.sub(r"\1\\\2", _ANYWHERE.sub(r"\\\1", piece)))
