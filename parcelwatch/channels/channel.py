"""One configured channel, as the rest of the program uses it."""

from __future__ import annotations

from parcelwatch.channels.address import service
from parcelwatch.channels.told import Message
from parcelwatch.core.service.pacing import Pace
from parcelwatch.core.texts.text import cut
from parcelwatch.errors import ConfigError
from parcelwatch.model import Severity


class Channel:
    """One configured channel. `send` blocks: give each channel a thread of its own.

    Raises ConfigError when the URL cannot be a channel. No error shows the URL, which holds the key.
    """

    def __init__(self, name: str, url: str, at: str = "") -> None:
        """`at`: where the URL was written, to be named with its faults."""
        self.name = name
        try:
            self._service = service(name, url.strip())
        except ConfigError as error:
            raise ConfigError([f"{at}: {problem}" if at else problem for problem in error.problems]) from None

    @property
    def service(self) -> str:
        """What kind of channel it is, as its makers write it: "Slack", "E-Mail"."""
        return str(self._service.service_name)

    @property
    def pace(self) -> Pace:
        """How fast messages may follow each other."""
        return self._service.pace

    @property
    def title_limit(self) -> int:
        """The most characters of a title."""
        return self._service.title_limit

    def measure(self, text: str) -> int:
        """How long a text is as the service counts: characters or bytes, escapes included."""
        return self._service.measure(text)

    def room(self, title: str) -> int:
        """The most of a body under this title, in what `measure` counts."""
        return max(0, self._service.room(cut(title, self.title_limit)))

    def fits(self, title: str, body: str) -> bool:
        """Whether both go out whole, as one message."""
        return len(title) <= self.title_limit and self.measure(body) <= self.room(title)

    def send(self, title: str, body: str, severity: Severity = Severity.MEDIUM) -> None:
        """Deliver, cut to what the channel takes. Raises DeliveryFailed or DeliveryRefused.

        After DeliveryFailed it may have arrived all the same. Recipients of one channel that have it are not sent it
        again when the same message follows.
        """
        title = cut(_sendable(title), self.title_limit)
        body = cut(_sendable(body), self.room(title), self.measure)
        verdict = self._service.deliver(Message(title, body, severity))
        if error := verdict.error(self.name):
            raise error


def _sendable(text: str) -> str:
    """The text without halves of characters, which no encoding takes."""
    return text.encode("utf-8", "replace").decode()
