"""One message to one channel, and what became of it. The only user of Apprise.

What belongs here: which Apprise URLs are fit to be a channel, how long a text a channel takes, and whether a failure
is for good. Apprise's answer is a whole result to read, its truth value only says that nothing is known to be wrong;
"timed out" may mean "delivered", so whoever sends must expect to send twice.
"""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Final

import apprise
from apprise import AppriseResult, AppriseResultStatus, NotifyBase, NotifyFormat

from parcelwatch.core.text import cut
from parcelwatch.errors import ConfigError, DeliveryFailed, DeliveryRefused

# They reach this machine's own desktop or log, or send blindly: no agent is told, and nobody could know.
LOCAL: Final = frozenset(
    {"syslog", "rsyslog", "dbus", "kde", "qt", "glib", "gio", "gnome", "macosx", "windows", "blink1"}
)
# With format=markdown Apprise collects mentions from the text and posts them as live ones.
RINGS_IN_MARKDOWN: Final = frozenset({"discord", "fluxer"})
# Their documents count bytes of UTF-8 where Apprise counts characters; a Chinese character is three bytes.
COUNTS_BYTES: Final = frozenset({"wecombot", "dingtalk", "feishu", "lark"})

TITLE: Final = 250  # characters of a title where the service has none and it goes above the body
ABOVE: Final = 32  # characters that Apprise may put around such a title
LONGEST: Final = 32768  # characters where the plugin names no limit
BUSY_WAIT: Final = timedelta(seconds=30)  # after a 429: Apprise does not hand over Retry-After

# What the same message will meet again: wrong address, wrong key, a text the service does not take.
FOR_GOOD: Final = {
    301: "it has moved",
    308: "it has moved",
    400: "it does not take this message",
    401: "the key is wrong or was revoked",
    403: "the key is wrong or was revoked",
    404: "there is nothing at this address",
    405: "there is nothing at this address",
    410: "it was removed",
    411: "it does not take this message",
    413: "the message is too long for it",
    414: "the message is too long for it",
    415: "it does not take this message",
    422: "it does not take this message",
}
_STATUS: Final = re.compile(r"\berror=([1-5]\d\d)\b")
_SCHEME: Final = re.compile(r"([a-z][a-z0-9]{1,19})://")


class Channel:
    """One configured channel. `send` blocks: give each channel a thread of its own.

    Raises ConfigError when the URL cannot be a channel. No error shows the URL, which holds the key.
    """

    def __init__(self, name: str, url: str) -> None:
        self.name = name
        self._service = _service(name, url.strip())
        self._apprise = apprise.Apprise(asset=self._service.asset)
        self._apprise.add(self._service)

    @property
    def service(self) -> str:
        """What kind of channel it is, as its makers write it: "Slack", "E-Mail"."""
        return str(self._service.service_name)

    @property
    def title_limit(self) -> int:
        """The most characters of a title."""
        return int(self._service.title_maxlen) or TITLE

    @property
    def body_limit(self) -> int:
        """The most characters of a body under the longest title."""
        return self.room("x" * self.title_limit)

    def room(self, title: str) -> int:
        """The most characters of a body under this title."""
        limit = int(self._service.body_maxlen) or LONGEST
        if _schemes(self._service) & COUNTS_BYTES:
            limit //= 3
        shared = not self._service.title_maxlen or self._service.overflow_amalgamate_title
        return limit - len(title) - ABOVE if shared and title else limit

    def send(self, title: str, body: str) -> None:
        """Deliver, cut to what the channel takes. Raises DeliveryFailed or DeliveryRefused.

        After DeliveryFailed it may have arrived all the same. A channel with several recipients fails as a whole.
        """
        title = cut(title, self.title_limit)
        result = self._apprise.notify(
            title=title, body=cut(body or title, self.room(title)), body_format=NotifyFormat.TEXT
        )
        if not _delivered(result):
            raise _verdict(self.name, _status(result))


def _service(name: str, url: str) -> NotifyBase:
    """The one Apprise service of this URL, or ConfigError."""
    key = f"channels.{name}.url"
    scheme = _SCHEME.match(url.lower())
    if scheme and scheme[1] in LOCAL:
        raise ConfigError([f"{key}: {scheme[1]}:// reaches no agent; choose a chat, a mail address or a webhook"])
    asset = apprise.AppriseAsset(service_timeout=0, http_redirects=False)
    service = apprise.Apprise.instantiate(url, asset=asset)
    if service is None:
        shown = f'one that begins "{scheme[1]}://"' if scheme else "what it holds"
        raise ConfigError([f"{key}: expected an Apprise URL such as slack://… or mailto://…, cannot use {shown}"])
    if faults := _faults(service):
        raise ConfigError([f"{key}: {fault}" for fault in faults])
    return service


def _faults(service: NotifyBase) -> list[str]:
    """What the URL asks for that would make a lost message look delivered, or one message two."""
    pings = _schemes(service) & RINGS_IN_MARKDOWN and service.resolve_format(NotifyFormat.TEXT) != NotifyFormat.TEXT
    checks = (
        (service.optional, "remove optional=: a message that failed would count as delivered"),
        (service.redirects, "remove redirect=: a redirected message loses its text"),
        (service.retry, "remove retry=: parcelwatch tries again itself, later and without repeating what arrived"),
        (pings, "remove format=: a courier's text could ring everybody"),
    )
    return [fault for found, fault in checks if found]


def _schemes(service: NotifyBase) -> frozenset[str]:
    schemes: set[str] = set()
    for named in (service.protocol, service.secure_protocol):
        schemes.update((named,) if isinstance(named, str) else named or ())
    return frozenset(schemes)


def _delivered(result: AppriseResult) -> bool:
    """Whether every attempt that counts, the last one of each service, succeeded."""
    services = result.results
    return bool(services) and all(
        service.attempts and service.attempts[-1].status is AppriseResultStatus.SUCCESS for service in services
    )


def _status(result: AppriseResult) -> int:
    """The HTTP status the service answered with, 0 if none is known. Apprise tells it only in its log."""
    lines = (entry.message for service in result.results for entry in service.logs())
    found = [int(status) for line in lines for status in _STATUS.findall(line)]
    return found[-1] if found else 0


def _verdict(name: str, status: int) -> DeliveryFailed | DeliveryRefused:
    if status in FOR_GOOD:
        return DeliveryRefused(f"{name}: {FOR_GOOD[status]} (HTTP {status})")
    if status == 429:
        return DeliveryFailed(f"{name}: too many messages (HTTP 429)", BUSY_WAIT)
    if status:
        return DeliveryFailed(f"{name}: it failed (HTTP {status})")
    return DeliveryFailed(f"{name}: no connection, no answer in time, or it was turned away")
