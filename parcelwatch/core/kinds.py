"""Every kind of trouble, one row each: its family, its rule, its limits, its letter; worse ones first.

What belongs here: the table. To add a kind: write its rule in core/rules, its row here, its words in words/*/, and a
story in tests/stories. Sources of the limits: 抖店's levels for pickup and first scan, KdNiao's for stalled, not
delivered and customs, Onward, TekiPost and Route for the international columns.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from types import MappingProxyType
from typing import Final

from parcelwatch.core.rules import astray, feed, forecast, promise, silence, told
from parcelwatch.core.rules.base import Rule
from parcelwatch.core.thresholds import Limits, limits
from parcelwatch.core.tracking.delays import HELD_UP
from parcelwatch.model import FINAL, Cause, Checkpoint, Milestone


class Family(StrEnum):
    """Where a finding comes from: what the courier said, did not say in time, what will come; or about us."""

    TOLD = "told"
    SILENCE = "silence"
    FORECAST = "forecast"
    OPERATOR = "operator"
    GROUP = "group"


Fits = Callable[[Checkpoint], bool]


@dataclass(frozen=True, slots=True)
class LetterSpec:
    """How customers are written to about a kind.

    `evidence`: what the checkpoint it rests on looks like, best first. `undone_by`: where a parcel cannot be, by news
    younger than the letter's, if it is to stay true. `promise`: it names the promised day. `again`: it is written anew
    when the trouble gets worse, because it then says something else. `remedies`: what is offered where the shop says
    nothing. `waits`: the goods may still
    arrive, so that what is offered is for those who would rather not wait. `in_text`: what the letter itself offers.
    `good_news`: whether who was written to is told how it ended, too; who fetched a parcel knows.
    """

    evidence: tuple[Fits, ...]
    undone_by: frozenset[Milestone] = frozenset()
    remedies: tuple[str, ...] = ()
    again: bool = False
    promise: bool = False
    waits: bool = False
    in_text: tuple[str, ...] = ()
    good_news: bool = True


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of trouble.

    `rule`: None while it is not written; its thresholds parse and are kept, with a warning. `limits`: those of the
    profiles' columns (china, domestic, cross-border), () where it has no clock. `letter`: None where customers are not
    written to. `place`: its row in the table, the worse the smaller: on one parcel a worse kind hides milder ones, and
    of one row neither hides the other.
    """

    name: str
    family: Family
    rule: type[Rule] | None = None
    limits: tuple[Limits, ...] = ()
    letter: LetterSpec | None = None
    place: int = 0


def _kind(
    name: str,
    family: Family,
    rule: type[Rule] | None = None,
    columns: tuple[str, str, str] | None = None,
    letter: LetterSpec | None = None,
) -> Kind:
    return Kind(name, family, rule, tuple(map(limits, columns or ())), letter)


def _caused(*causes: Cause) -> Fits:
    return lambda checkpoint: checkpoint.cause in causes


def _reached(*milestones: Milestone) -> Fits:
    return lambda checkpoint: checkpoint.milestone in milestones


def _moved(checkpoint: Checkpoint) -> bool:
    return checkpoint.moves


_M: Final = Milestone
_FOUND: Final = frozenset(_M) - {_M.EXCEPTION, _M.UNKNOWN, _M.CANCELLED, _M.INFO_RECEIVED}
_OVER: Final = FINAL | {_M.RETURNING}
_SETTLED: Final = ("resend", "refund")
_TOLD, _SILENCE = Family.TOLD, Family.SILENCE

# These say that nothing was heard since: whatever is heard proves them wrong.
_EVERYWHERE: Final = frozenset(Milestone)

_TABLE: Final[tuple[tuple[Kind, ...], ...]] = (
    (
        _kind("destroyed", _TOLD, told.Destroyed, letter=LetterSpec((_caused(Cause.DESTROYED),), _FOUND, _SETTLED)),
        _kind("lost", _TOLD, told.Lost, letter=LetterSpec((_caused(Cause.LOST),), _FOUND, _SETTLED, again=True)),
    ),
    (
        _kind(
            "damaged", _TOLD, told.Damaged, letter=LetterSpec((_caused(Cause.DAMAGED),), remedies=_SETTLED, again=True)
        ),
    ),
    (
        _kind(
            "returned",
            _TOLD,
            told.Returned,
            # A parcel delivered after a return scan was delivered to its sender.
            letter=LetterSpec((_reached(_M.RETURNED), _reached(_M.DELIVERED)), remedies=_SETTLED),
        ),
    ),
    (
        _kind(
            "returning",
            _TOLD,
            told.Returning,
            ("48h 120h", "3bd 7bd", "5bd 15bd"),
            LetterSpec((_reached(_M.RETURNING),), frozenset({_M.RETURNED, _M.DELIVERED}), _SETTLED),
        ),
    ),
    (
        _kind(
            "refused",
            _TOLD,
            told.Refused,
            letter=LetterSpec(
                (_caused(Cause.REFUSED),),
                _OVER | {_M.OUT_FOR_DELIVERY, _M.AVAILABLE_FOR_PICKUP},
                ("redeliver", "refund"),
                in_text=("redeliver", "refund"),
            ),
        ),
    ),
    (
        _kind(
            "wrong_delivery",
            _TOLD,
            astray.WrongDelivery,
            letter=LetterSpec(
                (_reached(_M.EXCEPTION), _reached(_M.IN_TRANSIT, _M.CUSTOMS), _reached(_M.DELIVERED)),
                _OVER - {_M.DELIVERED} | {_M.OUT_FOR_DELIVERY, _M.ATTEMPT_FAILED, _M.AVAILABLE_FOR_PICKUP},
                _SETTLED,
                in_text=_SETTLED,
                good_news=False,
            ),
        ),
    ),
    (
        _kind(
            "security_held",
            _TOLD,
            told.SecurityHeld,
            # Its letter quotes no note: what is taken for a check is called seized there, and mostly goes on.
            letter=LetterSpec((_caused(Cause.SECURITY),), _FOUND, ("refund",), waits=True),
        ),
    ),
    (
        _kind(
            "customs_held",
            _TOLD,
            told.CustomsHeld,
            ("72h 168h", "5bd 10bd", "5bd 10bd"),
            LetterSpec(
                (_caused(Cause.CUSTOMS), _reached(_M.CUSTOMS)),
                _FOUND - {_M.CUSTOMS, _M.PICKED_UP},
                ("refund",),
                waits=True,
            ),
        ),
    ),
    (
        _kind(
            "address_problem",
            _TOLD,
            told.AddressProblem,
            letter=LetterSpec(
                (_caused(Cause.ADDRESS),),
                _FOUND - {_M.IN_TRANSIT, _M.PICKED_UP},
                ("redeliver",),
                in_text=("redeliver",),
            ),
        ),
    ),
    (
        _kind(
            "attempt_failed",
            _TOLD,
            told.AttemptFailed,
            ("24h 48h", "1bd 2bd", "2bd 3bd"),
            LetterSpec(
                # Two days out for delivery count as an attempt though the courier never said "failed".
                (_reached(_M.ATTEMPT_FAILED), _caused(Cause.NOBODY_HOME), _reached(_M.OUT_FOR_DELIVERY)),
                _FOUND - {_M.ATTEMPT_FAILED, _M.IN_TRANSIT, _M.PICKED_UP},
                ("redeliver",),
                in_text=("redeliver",),
            ),
        ),
    ),
    (
        _kind(
            "awaiting_collection",
            _SILENCE,
            silence.AwaitingCollection,
            ("72h 168h", "3d 5d", "3d 7d"),
            LetterSpec(
                (_reached(_M.AVAILABLE_FOR_PICKUP),), _FOUND - {_M.AVAILABLE_FOR_PICKUP}, ("hold",), good_news=False
            ),
        ),
    ),
    (
        _kind(
            "late",
            _SILENCE,
            promise.Late,
            letter=LetterSpec((_moved,), _OVER | {_M.AVAILABLE_FOR_PICKUP}, _SETTLED, waits=True, promise=True),
        ),
    ),
    (_kind("tracking_stopped", _TOLD, feed.TrackingStopped, ("24h", "24h", "24h")),),
    (_kind("unknown_number", _TOLD, feed.UnknownNumber, ("24h 72h", "24h 72h", "48h 120h")),),
    (
        _kind(
            "stalled",
            _SILENCE,
            silence.Stalled,
            ("48h 120h", "3bd 7d", "5bd 20d"),
            LetterSpec((_moved,), _EVERYWHERE, _SETTLED, waits=True),
        ),
        _kind(
            "not_delivered",
            _SILENCE,
            silence.NotDelivered,
            ("36h 72h", "1bd 2bd", "2bd 3bd"),
            LetterSpec((_reached(_M.OUT_FOR_DELIVERY),), _EVERYWHERE, _SETTLED, waits=True),
        ),
        _kind("no_first_scan", _SILENCE, silence.NoFirstScan, ("24h 48h", "2bd 3bd", "3bd 5bd")),
        _kind(
            "not_picked_up",
            _SILENCE,
            silence.NotPickedUp,
            ("24h 48h", "2bd 4bd", "3bd 5bd"),
            LetterSpec((_reached(_M.INFO_RECEIVED),), _EVERYWHERE, ("refund",), waits=True),
        ),
    ),
    (_kind("will_be_late", Family.FORECAST, forecast.WillBeLate, ("1d", "1d", "1d")),),
    (_kind("misrouted", _TOLD, astray.Misrouted),),
    (_kind("courier_exception", _TOLD, told.CourierException),),
    (
        _kind(
            "courier_delay",
            _TOLD,
            told.CourierDelay,
            # Nothing is offered: the parcel is well, and goes on once the trouble there is over.
            letter=LetterSpec((_caused(*HELD_UP),), _FOUND),
        ),
    ),
    # About us, or about many parcels: no case of a parcel.
    (
        _kind("unknown_status", Family.OPERATOR),
        _kind("unanswered", Family.OPERATOR),
        _kind("channel_down", Family.OPERATOR),
        _kind("letters_broken", Family.OPERATOR),
        _kind("shop_remark", Family.OPERATOR),
        _kind("service_troubled", Family.OPERATOR),
        _kind("clock_jumped", Family.OPERATOR),
        _kind("database", Family.OPERATOR),
        _kind("courier_silent", Family.OPERATOR, columns=("30m", "30m", "30m")),
        _kind("incident", Family.GROUP),
    ),
)

KINDS: Final[Mapping[str, Kind]] = MappingProxyType(
    {kind.name: replace(kind, place=place) for place, row in enumerate(_TABLE) for kind in row}
)

# --- views of it ---------------------------------------------------------------------------------

RULES: Final[Mapping[str, type[Rule]]] = MappingProxyType(
    {kind.name: kind.rule for kind in KINDS.values() if kind.rule is not None}
)
LETTERS: Final[Mapping[str, LetterSpec]] = MappingProxyType(
    {kind.name: kind.letter for kind in KINDS.values() if kind.letter is not None}
)
CLOCKED: Final = tuple(kind.name for kind in KINDS.values() if kind.limits)
