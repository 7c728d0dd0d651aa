"""Every error parcelwatch raises on purpose, drawn once.

    ParcelwatchError
      x ConfigError            the configuration is wrong: file, line, key, what was expected
      x CourierError           asking a courier failed; `account` says which
        + CourierUnavailable   theirs and passing: the same request later (timeouts, 5xx, network)
        + CourierBusy          429: not before `retry_at`
        + CourierRefused       ours: bad key or bad request; the account pauses, the operator is told
          + CourierDeclines    ours, or one of its numbers is bad: asked again in smaller calls before anybody is blamed
        + CourierUnreadable    the answer does not fit the adapter; `payload` is kept, the operator is told
      x DeliveryFailed         a channel did not take a message; try later
        + ChannelBusy          messages come too fast for it: not before `retry_after`
        + DeliveryUnknown      no answer came after it was sent: it may have arrived
      x DeliveryRefused        a channel will never take this message; give up and show it
        + ChannelRefused       it takes none at all: a wrong or revoked key, nothing at the address
      x StoreError             the database cannot be used as it is; the text says what to do
        + StoreLocked          another daemon holds it
        + StoreFull            there is no room left on its disk
        + StoreBusy            another program has been writing to it for too long
        + StoreFailing         its disk fails, or its files may not be used
          + StoreMoved         they no longer lie where they were opened
        + StoreDamaged         its pages are not what was written, or all of it is gone
        + StoreForeign         it is another program's, or a newer parcelwatch's
      x NotFound               the number or ID is unknown
      x BadInput               a row, a number or an option that cannot be used; the text says why

No message holds a secret: whoever raises one has already masked what came from outside.
"""

from __future__ import annotations

import traceback
from datetime import datetime, timedelta


class ParcelwatchError(Exception):
    """Base of all; its text is fit to show to a user."""


class ConfigError(ParcelwatchError):
    """The configuration cannot be used; `problems` lists every fault found, each a whole sentence."""

    def __init__(self, problems: list[str]) -> None:
        super().__init__("\n".join(problems))
        self.problems = problems


class CourierError(ParcelwatchError):
    """Asking a courier failed. An outage is never an observation about a parcel."""


class CourierUnavailable(CourierError):
    """Theirs, passing."""


class CourierBusy(CourierError):
    """Too many requests. `retry_at` is None when the courier did not say when to come back."""

    def __init__(self, message: str, retry_at: datetime | None = None) -> None:
        super().__init__(message)
        self.retry_at = retry_at


class CourierRefused(CourierError):
    """Ours: bad key, bad request, no permission."""


class CourierDeclines(CourierRefused):
    """This call, perhaps for one of its numbers. `certain`: the courier says that it is for one of them."""

    def __init__(self, message: str, *, certain: bool = False) -> None:
        super().__init__(message)
        self.certain = certain


class CourierUnreadable(CourierError):
    """The answer does not fit the adapter. `payload` is what came, cut to a sane size."""

    def __init__(self, message: str, payload: bytes = b"") -> None:
        super().__init__(message)
        self.payload = payload


class DeliveryFailed(ParcelwatchError):
    """Try later. `retry_after` is the least time to wait, None when the channel did not ask for any.

    `place`: host and port, where the connection failed. It is kept out of the message, which goes to other channels.
    """

    def __init__(self, message: str, retry_after: timedelta | None = None, place: str = "") -> None:
        super().__init__(message)
        self.retry_after = retry_after
        self.place = place


class ChannelBusy(DeliveryFailed):
    """Too many messages for the channel."""


class DeliveryUnknown(DeliveryFailed):
    """It was sent and never answered for: a repetition may be a second copy."""


class DeliveryRefused(ParcelwatchError):
    """Never again as it is."""


class ChannelRefused(DeliveryRefused):
    """Nothing gets through this channel until somebody mends it."""


class StoreError(ParcelwatchError):
    """The database cannot be used as it is."""


class StoreLocked(StoreError):
    """Another daemon holds the database."""


class StoreFull(StoreError):
    """No room on the database's disk. Passing: nothing is lost, and the same works once there is room."""


class StoreBusy(StoreError):
    """Another program writes to the database, or reads it, for too long. Passing."""


class StoreFailing(StoreError):
    """The database's disk takes or gives nothing, or its files may not be used by us. It may pass."""


class StoreMoved(StoreFailing):
    """The database's files no longer lie where they were opened.

    `anew`: what lies there can be opened, so whoever has the old ones open does best to begin anew.
    """

    def __init__(self, message: str, *, anew: bool = False) -> None:
        super().__init__(message)
        self.anew = anew


class StoreDamaged(StoreError):
    """The database is not what was written. Only a backup mends it."""


class StoreForeign(StoreError):
    """The database is another program's, or a newer parcelwatch's: no waiting and no restart mends it."""


class NotFound(ParcelwatchError):
    """No such number or ID."""


class BadInput(ParcelwatchError):
    """What was given cannot be used; the text says why and what would do."""


def whereabouts(error: BaseException) -> str:
    """What went wrong and where in the code, for a log; without the error's text, which may quote an answer."""
    frames = traceback.extract_tb(error.__traceback__)
    place = f" in {frames[-1].name} ({frames[-1].filename.rpartition('/')[2]}:{frames[-1].lineno})" if frames else ""
    return f"{type(error).__name__}{place}"
