"""Who would hear of what: of trouble that may come, and of the trouble there is, by another file.

What belongs here: asking a policy, and showing what it says. What waits to be told is shown by alerts.py.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from parcelwatch.cli import output
from parcelwatch.core import dispatch
from parcelwatch.core.kinds import KINDS, LETTERS, Family
from parcelwatch.core.messaging.matching import Subject
from parcelwatch.model import CaseTold, Severity, Why

if TYPE_CHECKING:
    from parcelwatch.cli.desk import Desk
    from parcelwatch.cli.tongue import Tongue
    from parcelwatch.core.messaging.silences import Silence
    from parcelwatch.core.policy import Policy, Receiver
    from parcelwatch.store import Store
    from parcelwatch.store.cases import CaseRow

_NO_ROUTE: Final = "no route: the first channel"
_NO_DRAFT_ROUTE: Final = "[drafts] channel"


def who(desk: Desk, kind: str, severity: str, asked: tuple[Any, ...]) -> list[dict[str, str]]:
    """Who would get a message of such trouble, and its draft."""
    ours = KINDS[kind].family is Family.OPERATOR
    grade = Severity.OPERATOR if ours else Severity(severity or Severity.HIGH)
    one = replace(Subject(kind, grade, *asked), incident=KINDS[kind].family is Family.GROUP)
    found: list[dict[str, str]] = []
    for what, draft in (("alert", False), ("draft", True)) if kind in LETTERS else (("alert", False),):
        for each in desk.policy.receivers(one, draft=draft):
            by = each.line or (_NO_DRAFT_ROUTE if draft else _NO_ROUTE)
            at = _when(desk.policy, each.channel, grade, desk.now)
            found.append({"what": what, "channel": each.channel, "by": by, "when": at})
    return found + list(_escalations(one, desk.policy))


def _escalations(one: Subject, policy: Policy) -> Iterator[dict[str, str]]:
    """Who would hear that nobody took it, and after how long."""
    after = policy.follow_up.escalate_after.get(one.severity)
    for each in dispatch.escalated(policy.receivers(one), policy) if after else ():
        yield {
            "what": "nobody took it",
            "channel": each.channel,
            "by": each.line or _NO_ROUTE,
            "when": f"after {after}",
        }


def print_who(found: list[dict[str, str]], desk: Desk, *, as_json: bool) -> None:
    """As a table, or as JSON."""
    if as_json:
        output.emit(found)
        return
    t = desk.tongue
    rows = [(t(one["what"]), one["channel"], t.sentence(one["by"]), t.sentence(one["when"])) for one in found]
    output.show(t.columns("!What", "!Channel", "Route", "When"), rows, t("Nobody: no channel is configured."))


def _when(policy: Policy, channel: str, grade: Severity, now: datetime) -> str:
    """When it would leave if it came now, as far as the channel's hours say."""
    hours = policy.timing.hours(channel)
    if hours.gathers(grade.rank):
        return f"with the digest, {output.moment(hours.next_digest(now)[0], hours.zone)}"
    wakes_at = now if hours.lets_pass(grade.rank) else hours.awake(now)
    return "at once" if wakes_at == now else f"after its quiet hours, {output.moment(wakes_at, hours.zone)}"


# --- of the trouble there is ---------------------------------------------------------------------


def standing(desk: Desk, path: Path) -> dict[str, list[dict[str, Any]]]:
    """For each channel of the file what it would get of the cases that stand if they came now, the worst first.

    What nobody would be told of has its `why_not`; where the file has no channel, it stands under "". Raises
    ConfigError.
    """
    from parcelwatch import config
    from parcelwatch.store import cases, silences

    policy, now = config.load(path).policy(), desk.now
    found: dict[str, list[dict[str, Any]]] = {name: [] for name in policy.channels}
    with desk.store() as store:
        holding = silences.holding(store, now)
        for row in cases.rows(store, now):
            for each, told in _told(store, row, policy, holding, now):
                found.setdefault(each.channel, []).append(told)
    return found


def _told(
    store: Store, row: CaseRow, policy: Policy, holding: Sequence[Silence], now: datetime
) -> Iterator[tuple[Receiver, dict[str, Any]]]:
    from parcelwatch.core.policy import Receiver
    from parcelwatch.store import parcels

    if not row.case.live:
        return
    parcel = parcels.one(store, row.parcel_id)
    found = dispatch.way(CaseTold(row.case, Why.OPENED), parcel, policy, now, first=False, silences=holding)
    why_not = _hushed(row) or found.suppressed
    for each in found.receivers or (Receiver(""),):
        when = "" if why_not else _when(policy, each.channel, row.case.severity, now)
        about = {"case": row.case.id, "number": row.number, "kind": row.case.kind, "severity": row.case.severity}
        yield each, {**about, "by": each.line or _NO_ROUTE, "when": when, "why_not": why_not}


def _hushed(row: CaseRow) -> str:
    """Why nobody is told of a case, whatever the file says."""
    if row.case.hidden_by:
        return f"{row.case.hidden_by} is worse and hides it"
    return f"incident {row.incident} says it" if row.incident else ""


def print_standing(found: Mapping[str, Sequence[Mapping[str, Any]]], desk: Desk, *, as_json: bool) -> None:
    """As a table, or as JSON."""
    if as_json:
        output.emit(found)
        return
    t = desk.tongue
    rows = [
        (channel or "–", one["case"], one["number"], t.kind(one["kind"]), t.sentence(one["by"]), _told_when(one, t))
        for channel, those in found.items()
        for one in those
    ]
    columns = t.columns("!Channel", ">Case", "!Number", "!Kind", "Route", "When")
    output.show(columns, rows, t("No case stands, so nobody would be told of any."))


def _told_when(one: Mapping[str, Any], t: Tongue) -> str:
    return t.sentence(one["when"]) if one["when"] else t("not: {why}", why=t.sentence(one["why_not"]))
