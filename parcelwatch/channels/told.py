"""What all services have in common whose answers are read here. Mixed in before one of Apprise's plugins.

What belongs here: how long a text is once it is written the service's way, and one request after the other until all
recipients have the message. Apprise's plugin gives the URL's parts; the request, and what its answer means, stand in
the service's own file.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, ClassVar, Final

from apprise import NotifyType

from parcelwatch.channels.limits import Limit, Unit, written_size
from parcelwatch.channels.verdicts import ARRIVED, Answer, Fate, Verdict
from parcelwatch.channels.wire import Call, ask, unreached
from parcelwatch.core.service.pacing import Pace
from parcelwatch.core.texts.text import BREAK
from parcelwatch.model import Severity

TITLE: Final = 250
"""The most characters of a title that shares the body's room."""

PATIENCE: Final = 15.0
"""Seconds to wait for an answer where the URL's `rto=` says nothing: chat services take four and more when busy."""

PRIORITIES: Final = {
    Severity.LOW: 2,
    Severity.MEDIUM: 3,
    Severity.HIGH: 4,
    Severity.CRITICAL: 5,
    Severity.OPERATOR: 4,
}
"""From 1, the least, to 5; 3 is what a service does by itself."""

KINDS: Final = {
    Severity.LOW: NotifyType.INFO,
    Severity.MEDIUM: NotifyType.WARNING,
    Severity.HIGH: NotifyType.WARNING,
    Severity.CRITICAL: NotifyType.FAILURE,
    Severity.OPERATOR: NotifyType.WARNING,
}
"""What Apprise calls them."""

_REMEMBERED: Final = 500
"""Messages that reached some of a channel's recipients, and are to be sent to the others alone."""

_LINK: Final = re.compile(r"(https?://\S+)")


@dataclass(frozen=True, slots=True)
class Message:
    """What goes out: plain text, already as short as the service takes once it is written its way."""

    title: str
    body: str
    severity: Severity

    @property
    def whole(self) -> str:
        """Both as one text, for a service without titles."""
        return above(self.title, self.body)


def above(title: str, body: str, newline: str = "\n") -> str:
    """A title above a body, of which either may be empty."""
    return f"{title}{newline}{body}" if title and body else title or body


class Told:
    """A service that is asked, and listened to."""

    limit: ClassVar[Limit]
    newline: ClassVar[str] = "\n"
    socket_read_timeout: Any = PATIENCE

    # What Apprise's plugin gives.
    service_name: Any
    request_timeout: Any
    verify_certificate: Any

    def __init__(self, *args: Any, **parts: Any) -> None:
        super().__init__(*args, **parts)
        self.options: dict[str, str] = parts.get("qsd") or {}
        self._reached: dict[Message, set[str]] = {}

    # --- each service's own ---

    def calls(self, message: Message) -> Iterable[Call]:
        """The requests that carry this message, one for each recipient."""
        raise NotImplementedError

    def judge(self, answer: Answer) -> Verdict:
        """What the answer says."""
        raise NotImplementedError

    def written(self, text: str) -> str:
        """The text as this service must be given it to show it as it is, with links where it has them."""
        return text

    def headed(self, title: str) -> str:
        """The title as its first line, bold where the service has that."""
        return self.written(title)

    def whole(self, message: Message) -> str:
        """Both as one text, for a service without titles."""
        return above(self.headed(message.title), self.written(message.body), self.newline)

    @property
    def bare(self) -> bool:
        """Whether the URL asks for plain text, as where agents read in an app that shows no Markdown."""
        return self.options.get("format", "").lower() == "text"

    def fault(self) -> str:
        """What the URL lacks to be a channel; empty when nothing."""
        return ""

    # --- how much fits ---

    @property
    def pace(self) -> Pace:
        """How fast it may be sent to."""
        return self.limit.pace

    @property
    def unit(self) -> Unit:
        """What `measure` counts in."""
        return self.limit.unit

    @property
    def title_limit(self) -> int:
        """The most characters of a title."""
        return self.limit.title or TITLE

    def measure(self, text: str) -> int:
        """How long a text is for this service, as it will be written."""
        return self.unit.size(self.written(text))

    def room(self, title: str) -> int:
        """The most of a body under this title, in what `measure` counts."""
        shared = self.unit.size(self.headed(title) + self.newline) if title and not self.limit.title else 0
        return self.limit.body - self.envelope() - shared

    def envelope(self) -> int:
        """What every message takes beside its text."""
        return 0

    # --- sending ---

    def deliver(self, message: Message) -> Verdict:
        """Send to every recipient that does not have this very message yet; the first trouble ends it."""
        with self.reached(message) as have_it:
            for call in self.calls(message):
                if call.to in have_it:
                    continue
                answer = ask(call, self.request_timeout, self.verify_certificate)
                verdict = unreached(answer, call.url) if isinstance(answer, Verdict) else self.judge(answer)
                if verdict.fate is not Fate.ARRIVED:
                    return verdict
                have_it.add(call.to)
            have_it.clear()
        return ARRIVED

    @contextmanager
    def reached(self, message: Message) -> Iterator[set[str]]:
        """Who has this message; kept, while that is not everybody, for when it comes again among others."""
        have_it = self._reached.pop(message, set())
        yield have_it
        if have_it:
            self._reached[message] = have_it
        if len(self._reached) > _REMEMBERED:
            del self._reached[next(iter(self._reached))]

    def at(self, url: str) -> str:
        """Where to call: the service itself, or the gateway named by `via=` in front of it."""
        via = self.options.get("via", "").rstrip("/")
        return via + "/" + url.split("/", 3)[3] if via else url


def outside_links(text: str, change: Callable[[str], str]) -> str:
    """The text with everything changed but its links, which must stay whole."""
    return "".join(piece if at % 2 else change(piece) for at, piece in enumerate(_LINK.split(text)))


def without_tags(text: str) -> str:
    """The text with no `<` that opens a tag: some services ring people named in one, and have no escape for it."""
    return re.sub(r"<(?=[@/!A-Za-z])", "<" + BREAK, text)


def request_size(payload: object) -> int:
    """Bytes of a payload in the request."""
    return written_size(payload)
