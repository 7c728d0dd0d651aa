"""Who is told of what happened, and what is recorded without telling anybody.

What belongs here: the way of one notice, decided on facts. When messages leave, and which of them together, is
grouping.py's.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Final

from parcelwatch.core.policy import Policy
from parcelwatch.model import (
    Case,
    CaseTold,
    ClaimTold,
    Fact,
    Form,
    LetterTakenBack,
    LetterWritten,
    Notice,
    Severity,
    Why,
)

NO_CHANNEL: Final = "no channel is configured"


@dataclass(frozen=True, slots=True)
class Way:
    """The channel that takes a message, "" for none; `suppressed`: why it is recorded and not sent, "" when it is."""

    channel: str
    suppressed: str = ""


def way(notice: Notice, policy: Policy, now: datetime, *, first: bool) -> Way:
    """Where a notice goes. `first`: born of the parcel's first answer, so what began long ago is no news."""
    letter = isinstance(notice, LetterWritten | LetterTakenBack)
    channel = policy.draft_channel if letter else policy.channel(notice.case.kind, severity(notice))
    stale = _old_news(notice.case, policy, now) if first and not isinstance(notice, ClaimTold) else _quiet(notice)
    return Way(channel or "", stale or ("" if channel else NO_CHANNEL))


def operators(kind: str, policy: Policy) -> Way:
    """Where what is said of an account goes."""
    channel = policy.channel(kind, Severity.OPERATOR)
    return Way(channel) if channel else Way("", NO_CHANNEL)


def why(notice: Notice) -> Why:
    """Why it is sent, in one word."""
    if isinstance(notice, CaseTold | ClaimTold):
        return notice.why
    return Why.DRAFTED if isinstance(notice, LetterWritten) else Why.WITHDRAWN


def severity(notice: Notice) -> Severity:
    """How grave it is: a deadline is so by itself, whatever its case is."""
    return notice.severity if isinstance(notice, ClaimTold) else notice.case.severity


def fact(notice: Notice) -> Fact:
    """What there is to say."""
    match notice:
        case ClaimTold():
            return notice.fact
        case LetterTakenBack():
            return notice.why
    return notice.case.fact


def _quiet(notice: Notice) -> str:
    """Nothing changed for the parcel, so what its letter says is as true as before."""
    raised = isinstance(notice, LetterTakenBack) and notice.why.says is Form.LIMIT_RAISED
    return "the threshold was raised" if raised else ""


def _old_news(case: Case, policy: Policy, now: datetime) -> str:
    if case.since >= now - policy.old_news:
        return ""
    return f"old news: it began more than {policy.old_news.days} days before we first heard of the parcel"
