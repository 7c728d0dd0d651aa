"""Who is told of what happened, and what is recorded without telling anybody.

What belongs here: the way of one notice, decided on facts. When messages leave, and which of them together, is
messaging/grouping.py's.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from parcelwatch.core import incidents
from parcelwatch.core.incidents import Incident
from parcelwatch.core.messaging.matching import Subject, subject
from parcelwatch.core.messaging.silences import Silence, reason, silenced
from parcelwatch.core.policy import Policy, Receiver
from parcelwatch.model import (
    Case,
    CaseCleared,
    CaseNotice,
    CaseTold,
    ClaimTold,
    Fact,
    Form,
    LetterTakenBack,
    LetterUnsure,
    LetterWritten,
    Parcel,
    Severity,
    Why,
)

NO_CHANNEL: Final = "no channel is configured"
MOOT: Final = "the parcel is told of again at once"

Routed = CaseNotice | LetterUnsure
"""What has a way of its own; a letter that lapsed is told of as one that was written."""


@dataclass(frozen=True, slots=True)
class Way:
    """Who takes a message, () for nobody; `suppressed`: why it is recorded and not sent, "" when it is.

    `silence`, `incident`: the one that keeps it back, None where none does.
    """

    receivers: tuple[Receiver, ...]
    suppressed: str = ""
    silence: int | None = None
    incident: int | None = None


def way(
    notice: Routed,
    parcel: Parcel,
    policy: Policy,
    now: datetime,
    *,
    first: bool,
    silences: Sequence[Silence] = (),
    inside: Incident | None = None,
) -> Way:
    """Where a notice goes. `first`: born of the parcel's first answer, so what began long ago is no news.

    `inside`: the incident that its trouble is part of, which says it for all of them.

    That a draft must not be sent, or may have arrived, until when a claim can be made, and what a customer was promised
    is told whatever is silenced.
    """
    if isinstance(notice, LetterUnsure):
        return _of_letter(notice, parcel, policy)
    one = subject(notice.case.kind, severity(notice), parcel, incident=inside is not None)
    found = policy.receivers(one, draft=isinstance(notice, LetterWritten | LetterTakenBack))
    if isinstance(notice, CaseTold) and notice.why is Why.ESCALATED:
        found = escalated(found, policy)
    old = first and not isinstance(notice, ClaimTold)
    if why_not := (_old_news(notice.case, policy, now) if old else _quiet(notice)):
        return Way(found, why_not)
    if not found:
        return Way(found, NO_CHANNEL)
    owed = isinstance(notice, CaseTold) and notice.why in (Why.PROMISED, Why.UNFULFILLED)
    silence = None if owed or isinstance(notice, LetterTakenBack | ClaimTold) else silenced(one, silences, now)
    if silence is not None:
        return Way(found, reason(silence), silence.id)
    if inside is not None and _is_said(notice, parcel, inside, now):
        return Way(found, incidents.reason(inside), incident=inside.id)
    return Way(found)


def escalated(told: tuple[Receiver, ...], policy: Policy) -> tuple[Receiver, ...]:
    """Who hears that nobody took it: the channel named for that, else the next one after those that were told."""
    if named := policy.follow_up.escalate_to:
        return (Receiver(named, "[alerts] escalate_to"),)
    heard = [policy.channels.index(each.channel) for each in told if each.channel in policy.channels]
    after = policy.channels[max(heard) + 1 :] if heard else ()
    return (Receiver(after[0], "[alerts] escalate_after"),) if after else told


def _of_letter(notice: LetterUnsure, parcel: Parcel, policy: Policy) -> Way:
    """Where letters are read."""
    found = policy.receivers(subject(notice.draft.kind, severity(notice), parcel), draft=True)
    return Way(found, "" if found else NO_CHANNEL)


def of_incident(one: Incident, policy: Policy, now: datetime, silences: Sequence[Silence] = ()) -> Way:
    """Where what is said of an incident goes."""
    group = one.group
    about = Subject("incident", Severity.HIGH, group.courier, group.company, group.destination, incident=True)
    found = policy.receivers(about)
    if not found:
        return Way(found, NO_CHANNEL)
    silence = silenced(about, silences, now)
    return Way(found, reason(silence), silence.id) if silence is not None else Way(found)


def operators(kind: str, account: str, policy: Policy) -> Way:
    """Where what is said of an account goes."""
    found = policy.receivers(Subject(kind, Severity.OPERATOR, courier=account))
    return Way(found, "" if found else NO_CHANNEL)


_OF_LETTERS: Final[Mapping[type[Routed], Why]] = {
    LetterWritten: Why.DRAFTED,
    LetterTakenBack: Why.WITHDRAWN,
    LetterUnsure: Why.UNSURE,
}


def why(notice: Routed) -> Why:
    """Why it is sent, in one word."""
    if isinstance(notice, CaseTold | ClaimTold):
        return notice.why
    if isinstance(notice, CaseCleared):
        return Why.CLEARED
    return _OF_LETTERS[type(notice)]


def severity(notice: Routed) -> Severity:
    """How grave it is: a deadline is so by itself, whatever its case is."""
    if isinstance(notice, LetterUnsure):
        return notice.case.severity if notice.case is not None else Severity.MEDIUM
    return notice.severity if isinstance(notice, ClaimTold) else notice.case.severity


def fact(notice: Routed) -> Fact:
    """What there is to say."""
    match notice:
        case ClaimTold():
            return notice.fact
        case CaseCleared() | LetterTakenBack() | LetterUnsure():
            return notice.why
        case CaseTold() if notice.fact is not None:
            return notice.fact
    return notice.case.fact


def _quiet(notice: CaseNotice) -> str:
    """Why nobody need hear: of a letter, nothing changed for the parcel, so what it says is as true as before."""
    if isinstance(notice, CaseCleared):
        return MOOT if notice.moot else ""
    raised = isinstance(notice, LetterTakenBack) and notice.why.says is Form.LIMIT_RAISED
    return "the threshold was raised" if raised else ""


SAID: Final = frozenset({Why.OPENED, Why.WORSENED, Why.REOPENED, Why.UNHIDDEN, Why.FLAPPING, Why.REPEATED, Why.DRAFTED})
"""What an incident says for all of its parcels. What was promised or taken up for one of them it does not."""


def _is_said(notice: CaseNotice, parcel: Parcel, inside: Incident, now: datetime) -> bool:
    return why(notice) in SAID and not incidents.speaks(notice.case, parcel.value, inside, now)


def _old_news(case: Case, policy: Policy, now: datetime) -> str:
    if case.since >= now - policy.old_news:
        return ""
    return f"old news: it began more than {policy.old_news.days} days before we first heard of the parcel"
