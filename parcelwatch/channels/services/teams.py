"""Teams through Power Automate workflows: 202, or a status; a connector may say 200 and name the status in its text.

learn.microsoft.com/connectors/teams and adaptivecards.io/explorer/RichTextBlock.html, read 2026-11-28.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from apprise.plugins.workflows import NotifyWorkflows

from parcelwatch.channels.limits import LIMITS
from parcelwatch.channels.markup import runs
from parcelwatch.channels.told import Message, Told, request_size
from parcelwatch.channels.verdicts import GARBLED, Answer, Verdict, by_status
from parcelwatch.channels.wire import Call

_INNER: Final = re.compile(r"HTTP error (\d{3})")
_CARD: Final = "application/vnd.microsoft.card.adaptive"
_SCHEMA: Final = "http://adaptivecards.io/schemas/adaptive-card.json"


class Teams(Told, NotifyWorkflows):
    """A card of one block of text runs for each line: runs have no markup, and a line break inside a block is lost.

    A link is a run that opens it.
    """

    limit = LIMITS["workflow"]

    def measure(self, text: str) -> int:
        return sum(request_size(_line(line)) + 2 for line in text.split("\n"))

    def room(self, title: str) -> int:
        return self.limit.body - request_size(_card([_line(title, "Bolder")])) - 2

    def calls(self, message: Message) -> Iterator[Call]:
        lines = [_line(message.title, "Bolder")] if message.title else []
        lines += map(_line, message.body.split("\n") if message.body else ())
        port = f":{self.port}" if self.port else ""
        automate = "/powerautomate/automations/direct" if self.power_automate else ""
        route = f"/cu/{self.routing_id}" if automate and self.routing_id else ""
        path = f"{automate}{route}/workflows/{self.workflow}/triggers/manual/paths/invoke"
        proof = {"api-version": self.api_version, "sp": "/triggers/manual/run", "sv": "1.0", "sig": self.signature}
        yield Call(self.at(f"https://{self.host}{port}{path}"), _card(lines), params=proof)

    def judge(self, answer: Answer) -> Verdict:
        if answer.fine and answer.text.lstrip().startswith("<"):
            return GARBLED  # the page of somebody in between
        inner = _INNER.search(answer.text) if answer.fine else None
        return by_status(Answer(int(inner[1]), answer.headers) if inner else answer)


def _line(text: str, weight: str = "Default") -> dict[str, object]:
    return {
        "type": "RichTextBlock",
        "spacing": "None",
        "inlines": [_run(piece, address, weight) for piece, address in runs(text)],
    }


def _run(text: str, address: str, weight: str) -> dict[str, object]:
    leads = {"selectAction": {"type": "Action.OpenUrl", "url": address}} if address else {}
    return {"type": "TextRun", "text": text, "weight": weight, **leads}


def _card(lines: list[dict[str, object]]) -> dict[str, object]:
    content = {
        "$schema": _SCHEMA,
        "type": "AdaptiveCard",
        "version": "1.4",
        "body": lines,
        "msteams": {"width": "full"},
    }
    return {"type": "message", "attachments": [{"contentType": _CARD, "contentUrl": None, "content": content}]}
