"""A webhook of your own, as JSON: the status says it all, Retry-After when to come back."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Any, Final

from apprise.plugins.custom_json import NotifyJSON

from parcelwatch.channels.limits import Limit, Unit
from parcelwatch.channels.told import KINDS, Message, Told
from parcelwatch.channels.verdicts import Answer, Verdict, by_status
from parcelwatch.channels.wire import Call

LIMIT: Final = Limit("webhook", 32_768, Unit.CHARACTERS, "Apprise", date(2026, 11, 28), title=250)


class Webhook(Told, NotifyJSON):
    """The fields Apprise sends, renamed, added to and left out as the URL's `:name=` says."""

    limit = LIMIT

    def calls(self, message: Message) -> Iterator[Call]:
        yield Call(
            self.at(f"{'https' if self.secure else 'http'}://{self._place()}"),
            self._content(message),
            method=str(self.method),
            params=self.params,
            headers=self.headers,
            auth=(self.user, self.password or "") if self.user else None,
        )

    def _place(self) -> str:
        return f"{self.host}{f':{self.port}' if self.port else ''}{self.fullpath}"

    def _content(self, message: Message) -> dict[str, Any]:
        content: dict[str, Any] = {
            "version": self.json_version,
            "title": message.title,
            "message": message.body or message.title,
            "attachments": [],
            "type": KINDS[message.severity].value,
        }
        for name, value in self.payload_extras.items():
            if name not in content:
                content[name] = value
            elif value:
                content[value] = content.pop(name)
            else:
                del content[name]
        return content

    def judge(self, answer: Answer) -> Verdict:
        return by_status(answer)
