"""What a service's answer says: arrived, too fast, this message never, this channel never, or later.

What belongs here: the verdicts, the HTTP statuses every service shares, and reading a code in an answer's body. Which
codes a service has stands in its own file.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import timedelta
from enum import Enum, auto
from typing import Any, Final

from parcelwatch.core.timekeeping.mailed import mailed
from parcelwatch.errors import ChannelBusy, ChannelRefused, DeliveryFailed, DeliveryRefused, DeliveryUnknown

BUSY_WAIT: Final = timedelta(seconds=30)
"""After "too fast" where the service does not say when to come back."""

LONGEST_WAIT: Final = timedelta(hours=6)


class Fate(Enum):
    """What became of a message, and what follows."""

    ARRIVED = auto()
    BUSY = auto()
    LATER = auto()
    UNKNOWN = auto()
    NEVER = auto()
    CLOSED = auto()


@dataclass(frozen=True, slots=True)
class Verdict:
    """`why` says it in words, `said` quotes the code. `wait`: the least time until the next try, None if not asked.

    `place`: host and port, where the connection failed.
    """

    fate: Fate
    why: str = ""
    said: str = ""
    wait: timedelta | None = None
    place: str = ""

    def error(self, channel: str) -> DeliveryFailed | DeliveryRefused | None:
        """The error to raise for the channel of this name; None when the message arrived."""
        text = f"{channel}: {self.why}" + (f" ({self.said})" if self.said else "")
        match self.fate:
            case Fate.ARRIVED:
                return None
            case Fate.BUSY:
                return ChannelBusy(text, self.wait or BUSY_WAIT)
            case Fate.LATER:
                return DeliveryFailed(text, self.wait, self.place)
            case Fate.UNKNOWN:
                return DeliveryUnknown(text, self.wait, self.place)
            case Fate.NEVER:
                return DeliveryRefused(text)
            case Fate.CLOSED:
                return ChannelRefused(text)


def closed(why: str) -> Verdict:
    """The channel takes nothing until somebody mends it."""
    return Verdict(Fate.CLOSED, why)


def never(why: str) -> Verdict:
    """This message is never taken."""
    return Verdict(Fate.NEVER, why)


def later(why: str) -> Verdict:
    """The same message later."""
    return Verdict(Fate.LATER, why)


def unknown(why: str) -> Verdict:
    """It left and may have arrived; nobody said."""
    return Verdict(Fate.UNKNOWN, why)


ARRIVED: Final = Verdict(Fate.ARRIVED)
TOO_FAST: Final = Verdict(Fate.BUSY, "too many messages")
WRONG_KEY: Final = closed("the key is wrong or was revoked")
NOTHING_THERE: Final = closed("there is nothing at this address")
REMOVED: Final = closed("it was removed")
MOVED: Final = closed("it has moved")
NOT_TAKEN: Final = never("it does not take this message")
TOO_LONG: Final = never("the message is too long for it")
EMPTY: Final = never("it does not take an empty message")
UNWANTED: Final = never("its filter turned the text away")
TROUBLE: Final = later("it failed")
GARBLED: Final = later("its answer cannot be read")
NO_CONNECTION: Final = later("no connection")
NO_ANSWER: Final = unknown("no answer in time; it may have arrived")
BROKEN_OFF: Final = unknown("the connection broke before an answer; it may have arrived")
UNTRUSTED: Final = later("its certificate is not trusted")

STATUSES: Final[Mapping[int, Verdict]] = {
    301: MOVED,
    308: MOVED,
    400: NOT_TAKEN,
    401: WRONG_KEY,
    403: WRONG_KEY,
    404: NOTHING_THERE,
    405: NOTHING_THERE,
    410: REMOVED,
    411: NOT_TAKEN,
    413: TOO_LONG,
    414: TOO_LONG,
    415: NOT_TAKEN,
    422: NOT_TAKEN,
    429: TOO_FAST,
}
"""What the same message, or the same channel, meets again. All others pass."""


@dataclass(frozen=True, slots=True)
class Answer:
    """A response as it came; header names in lower case."""

    status: int
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""

    @property
    def fine(self) -> bool:
        return 200 <= self.status < 300

    @property
    def text(self) -> str:
        return self.body.decode("utf-8", "replace")

    @property
    def fields(self) -> dict[str, Any]:
        """The body's JSON object; empty when it is none."""
        try:
            found = json.loads(self.body)
        except (ValueError, RecursionError):
            return {}
        return found if isinstance(found, dict) else {}

    @property
    def wait(self) -> timedelta | None:
        """What Retry-After asks for, in seconds or until a date by the service's own clock."""
        asked = self.headers.get("retry-after", "")
        return seconds(asked) or _until(asked, self.headers.get("date", ""))


def seconds(asked: object) -> timedelta | None:
    """A wait the service wrote as a number of seconds, at most six hours; None when it wrote no such thing."""
    try:
        length = float(str(asked))
    except ValueError:
        return None
    return timedelta(seconds=min(length, LONGEST_WAIT.total_seconds())) if length > 0 else None


def _until(date: str, now: str) -> timedelta | None:
    until, since = mailed(date), mailed(now)
    if until is None or since is None or until <= since:
        return None
    return min(until - since, LONGEST_WAIT)


def by_status(answer: Answer) -> Verdict:
    """What the HTTP status alone says."""
    if answer.fine:
        return ARRIVED
    found = STATUSES.get(answer.status, TROUBLE)
    return replace(found, said=f"HTTP {answer.status}", wait=answer.wait)


def by_code(answer: Answer, name: str, codes: Mapping[Any, Verdict]) -> Verdict:
    """What the code in the body's field `name` says: 0 is fine, unknown ones pass; else what the status says."""
    code = answer.fields.get(name)
    if isinstance(code, int | str) and code in codes:
        return replace(codes[code], said=f"{name} {code}", wait=codes[code].wait or answer.wait)
    if not answer.fine:
        return by_status(answer)
    if code == 0:
        return ARRIVED
    return GARBLED if code is None else replace(TROUBLE, said=f"{name} {printable(code)}")


def by_words(verdict: Verdict, text: object, words: Mapping[str, Verdict]) -> Verdict:
    """What words in the service's text say, in lower case, where one code stands for several things."""
    if verdict.fate is Fate.ARRIVED:
        return verdict
    said = str(text).lower()
    known = next((known for part, known in words.items() if part in said), None)
    return replace(known, said=verdict.said, wait=known.wait or verdict.wait) if known else verdict


def printable(code: object) -> str:
    """A code as the service wrote it, if it is one: short, and of letters and digits."""
    text = str(code)
    return text if len(text) <= 40 and text.replace("_", "").replace("-", "").isalnum() else "unreadable"
