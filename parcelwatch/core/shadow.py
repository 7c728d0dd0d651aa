"""Thresholds on trial: what they would have told, once each, while nobody is told.

What belongs here: from what they find to what is recorded. Nothing else follows from it: no case, no message, no
letter. Agents do nothing about it, so its life is short: it is found, gets worse, and is found no more.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from parcelwatch.core.assess import hidden_by
from parcelwatch.core.rules import Finding
from parcelwatch.core.step import Step
from parcelwatch.model import Shadow


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
        if known is not None and not _is_news(known, finding):
            shadows[shadows.index(known)] = replace(known, over_at=None)
        elif not hidden_by(kind, present):
            shadows = [_over(each, step) if each is known else each for each in shadows]
            shadows.append(_told(finding, step))
    return step if tuple(shadows) == before else replace(step, dossier=replace(step.dossier, shadows=tuple(shadows)))


def _is_news(known: Shadow, finding: Finding) -> bool:
    """It began after the last of its kind was over, or it is worse than what would have been told."""
    return finding.severity.rank > known.severity.rank or (known.over_at is not None and finding.since > known.since)


def _over(shadow: Shadow, step: Step) -> Shadow:
    return shadow if shadow.over_at is not None else replace(shadow, over_at=step.now)


def _told(finding: Finding, step: Step) -> Shadow:
    old = step.first and finding.since < step.now - step.policy.old_news
    return Shadow(finding.kind, finding.severity, step.now, finding.since, finding.limit, finding.line, old=old)
