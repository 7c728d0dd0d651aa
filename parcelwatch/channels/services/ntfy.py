"""ntfy: a status, and a code of five digits that begins with it, in `code`.

github.com/binwiederhier/ntfy, server/errors.go, read 2026-11-28.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from typing import Final

from apprise.plugins.ntfy import NotifyNtfy, NtfyAuth, NtfyMode

from parcelwatch.channels import verdicts as says
from parcelwatch.channels.limits import LIMITS
from parcelwatch.channels.told import PRIORITIES, Message, Told, request_size
from parcelwatch.channels.verdicts import Answer, Fate, Verdict, by_code, closed
from parcelwatch.channels.wire import Call

# A request of more than twice the limit is refused unread, however short the message in it is without its escapes.
_REQUEST: Final = 2 * LIMITS["ntfy"].body
_FRAME: Final = 1024  # title, tags, link and names of the fields

_DAY: Final = Verdict(Fate.BUSY, "its messages for the day are used up", wait=timedelta(hours=1))

CODES: Final = {
    40009: closed("the topic's name is not allowed"),
    40010: closed("the topic's name is reserved"),
    40014: says.TOO_LONG,  # it would become a file, and the server takes none
    40301: closed("it may not write to this topic"),
    41301: says.TOO_LONG,
    41302: says.TOO_LONG,
    41303: says.TOO_LONG,
    42901: says.TOO_FAST,
    42908: _DAY,
    50701: says.later("its storage is full"),
}


class Ntfy(Told, NotifyNtfy):
    """Plain text, published as JSON. A message too long would arrive as a file nobody reads on a phone."""

    limit = LIMITS["ntfy"]

    def measure(self, text: str) -> int:
        return max(self.unit.size(text), request_size(text) - (_REQUEST - _FRAME - self.limit.body))

    def calls(self, message: Message) -> Iterator[Call]:
        token = {"Authorization": f"Bearer {self.token}"} if self.auth == NtfyAuth.TOKEN and self.token else {}
        login = (self.user, self.password or "") if self.auth == NtfyAuth.BASIC and self.user else None
        actions = {"X-Actions": self.options["actions"]} if self.options.get("actions") else {}
        for topic in self.topics:
            content = {"topic": topic, **self._content(message)}
            yield Call(self.at(self._server()), content, headers={**token, **actions}, auth=login, to=topic)

    def _server(self) -> str:
        if self.mode == NtfyMode.CLOUD:
            return f"{self.cloud_notify_url}/"
        return f"{'https' if self.secure else 'http'}://{self.host}{f':{self.port}' if self.port else ''}/"

    def _content(self, message: Message) -> dict[str, object]:
        asked = self.options.get("priority")
        optional = {
            "tags": [tag.strip() for tag in self.options.get("tags", "").split(",") if tag.strip()],
            "click": self.click,
            "delay": self.delay,
            "email": self.email,
            "icon": self.avatar_url,
            "attach": self.attach,
            "filename": self.filename,
        }
        return {
            "title": message.title,
            "message": message.body or message.title,
            "priority": _LEVELS[str(self.priority)] if asked else PRIORITIES[message.severity],
            **{name: value for name, value in optional.items() if value},
        }

    def judge(self, answer: Answer) -> Verdict:
        if answer.fine:
            return says.ARRIVED if answer.fields.get("id") else says.GARBLED
        verdict = by_code(answer, "code", CODES)
        code = str(answer.fields.get("code", ""))
        known = verdict.said.startswith("code") or not code.isdigit()
        return verdict if known else replace(verdict, said=f"{verdict.said}, code {code[:5]}")


_LEVELS: Final = {"min": 1, "low": 2, "default": 3, "high": 4, "max": 5}
