"""Thresholds on trial: what they would have told, once each, while nobody is told.

What belongs here: from what they find to what is recorded. Nothing else follows from it: no case, no message, no
letter. Agents do nothing about it, so its life is short: it is found, gets worse, and is found no more.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from itertools import pairwise

from parcelwatch.core.assess import hidden_by
from parcelwatch.core.cases import SOON
from parcelwatch.core.rules import Finding
from parcelwatch.core.step import Step
from parcelwatch.model import FLAPPING, Shadow


def follow(step: Step, found: Mapping[str, Finding]) -> Step:
    """The step with what thresholds on trial would have told in it. Worse trouble, real or not, hides milder."""
    before = step.dossier.shadows
    if not (found or any(each.over_at is None for each in before)):
        return step
    newest = {each.kind: each for each in before}
    present = {*found, *(case.kind for case in step.dossier.cases if case.live)}
    shadows = [each if each.kind in found else _over(each, step) for each in before]
    for kind, finding in found.items():
        known = newest.get(kind)
        if known is not None and not _is_news(before, known, finding, step.now):
            shadows[shadows.index(known)] = replace(known, over_at=None)
        elif not hidden_by(kind, present):
            shadows = [_over(each, step) if each is known else each for each in shadows]
            shadows.append(_told(finding, step))
    return step if tuple(shadows) == before else replace(step, dossier=replace(step.dossier, shadows=tuple(shadows)))


def _is_news(before: Sequence[Shadow], known: Shadow, finding: Finding, now: datetime) -> bool:
    """It is worse than what would have been told, or began after the last of its kind was over.

    What comes and goes is no news any more, just as of a case.
    """
    if finding.severity.rank > known.severity.rank:
        return True
    if known.over_at is None or finding.since <= known.since:
        return False
    return now - known.over_at > SOON or _returns(before, known.kind) < FLAPPING


def _returns(before: Sequence[Shadow], kind: str) -> int:
    """How often the last of a kind had come back by then, each time soon after it was over."""
    alike = [each for each in before if each.kind == kind]
    soon = [two.told_at - one.over_at <= SOON for one, two in pairwise(alike) if one.over_at is not None]
    return next((place for place, each in enumerate(reversed(soon)) if not each), len(soon))


def _over(shadow: Shadow, step: Step) -> Shadow:
    return shadow if shadow.over_at is not None else replace(shadow, over_at=step.now)


def _told(finding: Finding, step: Step) -> Shadow:
    old = step.first and finding.since < step.now - step.policy.old_news
    return Shadow(finding.kind, finding.severity, step.now, finding.since, finding.limit, finding.line, old=old)
