"""Channels without a service: what they take, and how fast. What becomes of a message is each test's own."""

from __future__ import annotations

from parcelwatch.core.messaging.messages import Characters
from parcelwatch.core.service.pacing import Pace


class Receiver:
    """Takes so many characters at any pace."""

    limit = 10_000
    pace = Pace()

    @property
    def title_limit(self) -> int:
        return 250

    def measure(self, text: str) -> int:
        return len(text)

    def room(self, title: str) -> int:
        return Characters(self.limit).room(title)
