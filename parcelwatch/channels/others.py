"""Every service Apprise knows whose answers are not read here: what its plugin says, and the status in its log.

What belongs here: the limits Apprise gives, in characters, and reading Apprise's result. Its truth value only says that
nothing is known to be wrong.
"""

from __future__ import annotations

import re
from typing import Final

import apprise
from apprise import AppriseResult, AppriseResultStatus, NotifyBase, NotifyFormat

from parcelwatch.channels.limits import Unit
from parcelwatch.channels.told import KINDS, PATIENCE, TITLE, Message
from parcelwatch.channels.verdicts import ARRIVED, NO_ANSWER, Answer, Verdict, by_status, later
from parcelwatch.core.service.pacing import Pace
from parcelwatch.duration import Rate

ABOVE: Final = 32  # characters that Apprise may put around a title it puts above the body
LONGEST: Final = 32_768  # characters where the plugin names no limit
_STATUS: Final = re.compile(r"\berror=([1-5]\d\d)\b")
_SILENT: Final = later("no connection, or it was turned away")


class Other:
    """A service of Apprise's, as the rest of the package sees it."""

    unit = Unit.CHARACTERS

    def __init__(self, service: NotifyBase) -> None:
        if service.socket_read_timeout == NotifyBase.socket_read_timeout:  # none was asked for
            service.socket_read_timeout = PATIENCE
        self.service = service
        self._apprise = apprise.Apprise(asset=service.asset)
        self._apprise.add(service)

    @property
    def service_name(self) -> str:
        return str(self.service.service_name)

    @property
    def pace(self) -> Pace:
        """The plugin waits so long between two messages itself."""
        between = round(float(self.service.request_rate_per_sec) * 10)
        return Pace(Rate(10, between)) if between else Pace()

    @property
    def title_limit(self) -> int:
        return int(self.service.title_maxlen) or TITLE

    def measure(self, text: str) -> int:
        return len(text)

    def room(self, title: str) -> int:
        limit = int(self.service.body_maxlen) or LONGEST
        shared = not self.service.title_maxlen or self.service.overflow_amalgamate_title
        return limit - len(title) - ABOVE if shared and title else limit

    def deliver(self, message: Message) -> Verdict:
        """A service with several recipients fails as a whole."""
        result = self._apprise.notify(
            title=message.title,
            body=message.body or message.title,
            notify_type=KINDS[message.severity],
            body_format=NotifyFormat.TEXT,
        )
        if _delivered(result):
            return ARRIVED
        status = _status(result)
        if status:
            return by_status(Answer(status))
        return NO_ANSWER if _waited(result, float(self.service.socket_read_timeout)) else _SILENT


def _delivered(result: AppriseResult) -> bool:
    """Whether every attempt that counts, the last one of each service, succeeded."""
    services = result.results
    return bool(services) and all(
        service.attempts and service.attempts[-1].status is AppriseResultStatus.SUCCESS for service in services
    )


def _waited(result: AppriseResult, patience: float) -> bool:
    """Whether it was sent and not answered in time: Apprise does not say so, but how long it took."""
    return any(attempt.elapsed >= patience for service in result.results for attempt in service.attempts)


def _status(result: AppriseResult) -> int:
    """The HTTP status the service answered with, 0 if none is known. Apprise tells it only in its log."""
    lines = (entry.message for service in result.results for entry in service.logs())
    found = [int(status) for line in lines for status in _STATUS.findall(line)]
    return found[-1] if found else 0
