"""Telegram bots: `ok`, `error_code` and a description; 429 with the seconds to wait in `parameters`.

core.telegram.org/bots/api#making-requests, read 2026-11-28.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from html import escape
from typing import Final

from apprise.plugins.telegram import NotifyTelegram

from parcelwatch.channels import verdicts as says
from parcelwatch.channels.limits import LIMITS, SECOND
from parcelwatch.channels.markup import woven
from parcelwatch.channels.told import Message, Told
from parcelwatch.channels.verdicts import Answer, Fate, Verdict, by_status, by_words, closed, seconds
from parcelwatch.channels.wire import Call
from parcelwatch.core.service.pacing import Pace
from parcelwatch.duration import Rate

_NO_CHAT: Final = closed("there is no such chat, or the bot is not in it")
_NOT_ALLOWED: Final = closed("the bot may not write in this chat")

# Parts of the descriptions of 400 and 403, in lower case; the codes say no more.
DESCRIPTIONS: Final = {
    "too long": says.TOO_LONG,
    "text is empty": says.EMPTY,
    "upgraded to a supergroup": closed("the group has become a supergroup with another id"),
    "thread not found": closed("there is no such topic in the chat"),
    "chat not found": _NO_CHAT,
    "peer_id_invalid": _NO_CHAT,
    "user not found": _NO_CHAT,
    "kicked": _NO_CHAT,
    "not a member": _NO_CHAT,
    "blocked by the user": closed("the person has blocked the bot"),
    "deactivated": closed("the person's account is gone"),
    "can't initiate": closed("the person has not started the bot yet"),
    "rights": _NOT_ALLOWED,
    "topic_closed": _NOT_ALLOWED,
}
STATUSES: Final = {404: says.WRONG_KEY, 403: _NOT_ALLOWED}


class Telegram(Told, NotifyTelegram):
    """Its HTML, in which three signs are escaped. It counts what is left once that is read: what people see."""

    limit = LIMITS["tgram"]

    def written(self, text: str) -> str:
        return text if self.bare else woven(text, _escaped, _link)

    def headed(self, title: str) -> str:
        return title if self.bare or not title else f"<b>{_escaped(title)}</b>"

    def measure(self, text: str) -> int:
        return self.unit.size(text)

    def room(self, title: str) -> int:
        return self.limit.body - (self.measure(title + "\n") if title else 0)

    def fault(self) -> str:
        return "" if self.targets else "name the chat: tgram://TOKEN/CHAT_ID"

    @property
    def pace(self) -> Pace:
        grouped = any(str(chat).startswith(("-", "@")) for chat, _ in self.targets)
        return self.limit.pace if grouped else Pace(Rate(1, SECOND))

    def calls(self, message: Message) -> Iterator[Call]:
        url = self.at(f"{self.notify_url}{self.bot_token}/sendMessage")
        for chat, topic in self.targets:
            content = {
                "chat_id": chat,
                "text": self.whole(message),
                **({} if self.bare else {"parse_mode": "HTML"}),
                "disable_notification": self.silent,
                "disable_web_page_preview": not self.preview,
                **({"message_thread_id": topic} if topic else {}),
            }
            yield Call(url, content, to=f"{chat}:{topic}")

    def judge(self, answer: Answer) -> Verdict:
        fields = answer.fields
        if answer.fine:
            return says.ARRIVED if fields.get("ok") is True else says.GARBLED
        verdict = by_status(answer)
        if verdict.fate is Fate.BUSY:
            asked = fields.get("parameters")
            return replace(verdict, wait=seconds(asked.get("retry_after")) if isinstance(asked, dict) else verdict.wait)
        verdict = replace(STATUSES.get(answer.status, verdict), said=verdict.said)
        return by_words(verdict, fields.get("description"), DESCRIPTIONS)


def _escaped(text: str) -> str:
    return escape(text, quote=False)


def _link(label: str, address: str) -> str:
    return f'<a href="{escape(address)}">{_escaped(label)}</a>'
