"""A story: what the couriers of a small world say, and when. Values only; reading files is in `reading`.

A time is either an instant or a distance from the start of the story (negative: before it).
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta

from parcelwatch.errors import BadInput
from parcelwatch.model import Cause, Milestone

APIS = ("17track", "dhl", "kuaidi100")

# What may happen to a whole answer; `trouble` plays them.
TROUBLES = (
    "outage",
    "internal_error",
    "rate_limit",
    "unauthorized",
    "hang",
    "hang_up",
    "drip",
    "redirect",
    "login_page",
    "empty",
    "truncated",
    "binary",
    "nested",
    "huge_number",
    "wrong_schema",
    "gzip_bomb",
    "partial",
)

TIMES = ("given", "raw", "none")

When = timedelta | datetime


class StoryError(BadInput):
    """A story cannot be played; the text names file, line and key of every fault."""


@dataclass(frozen=True, slots=True)
class Says:
    """One line the courier writes into a parcel's history.

    `heard`: since when the answer lists it, if later than it happened. `until`: when the courier takes it back.
    `company`: who says it, where another one carries the last mile (17TRACK). `zone`: the clock on the wall there.
    `time`: "given" as the API does, "raw" without offset, "none" for a line without any time.
    """

    at: When
    milestone: Milestone
    cause: Cause | None = None
    text: str = ""
    place: str = ""
    code: str = ""
    company: str = ""
    zone: str = ""
    heard: When | None = None
    until: When | None = None
    time: str = "given"


@dataclass(frozen=True, slots=True)
class StoryParcel:
    """A parcel as its courier knows it. Without `says` the courier has no record of it.

    `stops`: when an aggregator gives up following it; later lines are never heard. `registered`: already
    registered there when the story starts. `phone_last4`: the digits a courier checks before it answers.
    """

    number: str
    api: str
    company: str = ""
    service: str = ""
    origin: str = ""
    destination: str = ""
    zone: str = ""
    phone_last4: str = ""
    estimate: When | None = None
    registered: bool = False
    stops: When | None = None
    says: tuple[Says, ...] = ()


@dataclass(frozen=True, slots=True)
class Trouble:
    """A stretch of time in which a courier's API misbehaves; empty `api` and `numbers` mean all of them.

    `status` is for an outage. `retry_after` is for a rate limit, `retry_as_date` its second form.
    `pause` is the time between two bytes of a drip.
    """

    kind: str
    begins: When | None = None
    ends: When | None = None
    api: str = ""
    numbers: tuple[str, ...] = ()
    status: int = 503
    retry_after: timedelta | None = None
    retry_as_date: bool = False
    pause: timedelta = timedelta(seconds=1)


@dataclass(frozen=True, slots=True)
class Access:
    """What a client needs and may do.

    `quota`: calls a UTC day (dhl), registrations (17track), queries in all (kuaidi100); None for no limit.
    `same_number_lock`: asking kuaidi100 for one number again within 30 minutes freezes its data for a day.
    `warm_up`: how long 17track has nothing to show after a registration.
    """

    key: str = "sandbox-key"
    customer: str = "SANDBOX"
    quota: int | None = None
    same_number_lock: bool = False
    warm_up: timedelta = timedelta(0)


@dataclass(frozen=True, slots=True)
class Story:
    """Everything one world plays. Without `start` it starts when the world is made."""

    apis: tuple[str, ...]
    parcels: tuple[StoryParcel, ...] = ()
    troubles: tuple[Trouble, ...] = ()
    access: Access = field(default_factory=Access)
    title: str = ""
    start: datetime | None = None
