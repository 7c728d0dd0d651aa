"""Suggested thresholds as TOML: what to paste, and a whole policy that `config check` and `backtest` read.

What belongs here: writing it down, each limit with what it rests on. Nothing of a configuration that is no judgement
is in it: no accounts, no channels, no secrets.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from parcelwatch.config import Config
    from parcelwatch.core.past.suggest import Suggestion

Daily = Mapping[str, tuple[float, float]]
"""Alerts a day of each kind, before and after."""

_WIDTH: Final = 118
_JUDGING: Final = ("calendar", "forecast", "peaks", "stoppages", "remote")
_OF_ALERTS: Final = ("old_news", "escalate_after", "reraise_after")


def paste(suggestions: Sequence[Suggestion], daily: Daily) -> list[str]:
    """The lines to put into a configuration."""
    everybody = [one for one in suggestions if not one.matchers]
    lines = ["[thresholds]"] if everybody else []
    for one in everybody:
        lines += [*_comments(one, daily), _line(one)]
    return [*lines, *_overrides(suggestions, daily)]


def whole(config: Config | None, suggestions: Sequence[Suggestion], daily: Daily, head: Sequence[str]) -> str:
    """A whole policy: all that judges in the configuration, with the suggestions in place of what they replace."""
    from parcelwatch.cli.writing import judging, toml_lines

    holds = judging(config, (*_JUDGING, "alerts", "service"))
    thresholds = holds.pop("thresholds", {"profile": "international"})
    overrides = thresholds.pop("override", [])
    kept = {name: table for name in _JUDGING if (table := holds.get(name))}
    alerts = {name: value for name in _OF_ALERTS if (value := holds.get("alerts", {}).get(name))}
    zone = holds.get("service", {}).get("timezone", "UTC")
    new = {one.group.kind: one for one in suggestions if not one.matchers}
    lines = [*(f"# {line}".rstrip() for line in head), "", *toml_lines({"service": {"timezone": zone}})[1:], ""]
    lines += ["[thresholds]", *toml_lines({name: said for name, said in thresholds.items() if name not in new})]
    for one in new.values():
        lines += [*_comments(one, daily), _line(one)]
    special = [one for one in suggestions if one.matchers]
    for each in overrides:
        lines += ["", *_kept(each, special)]
    lines += _overrides(special, daily)
    lines += toml_lines({**kept, **({"alerts": alerts} if alerts else {})})
    return "\n".join(lines) + "\n"


def _kept(override: Mapping[str, Any], special: Sequence[Suggestion]) -> Iterator[str]:
    """An override as it is, without what a suggestion for the very same parcels replaces."""
    from parcelwatch.cli.writing import toml_lines
    from parcelwatch.config.judging import MATCHERS

    matchers = {name: override[name] for name in MATCHERS if override.get(name)}
    replaced = {one.group.kind for one in special if one.matchers == matchers and "mode" not in override}
    yield "[[thresholds.override]]"
    yield from toml_lines({name: said for name, said in override.items() if name not in replaced})


def _overrides(suggestions: Sequence[Suggestion], daily: Daily) -> Iterator[str]:
    """One table for all that is suggested for the same parcels."""
    from parcelwatch.cli.writing import toml_lines

    special = [one for one in suggestions if one.matchers]
    for matchers in {tuple(one.matchers.items()): one.matchers for one in special}.values():
        yield from ("", "[[thresholds.override]]", *toml_lines(matchers))
        for one in special:
            if one.matchers == matchers:
                yield from (*_comments(one, daily), _line(one))


def _line(one: Suggestion) -> str:
    critical = f', critical = "{one.critical}"' if one.critical else ""
    return f'{one.group.kind} = {{ warn = "{one.warn}"{critical} }}'


def _comments(one: Suggestion, daily: Daily) -> Iterator[str]:
    """What it rests on, as remarks."""
    under_way = f", {one.waiting} of them still under way" if one.waiting else ""
    yield f"# {one.group.kind}: {one.n} parcels{under_way}. Silent no longer than:"
    yield "#   " + ", ".join(
        f"{length(hours, one.unit)} for {share * 100:g} %" for share, hours in one.quantiles.items()
    )
    was = " / ".join(str(limit) for limit in (one.was.warn, one.was.critical) if limit) or "never"
    passed = "" if one.passed is None else f", which {one.passed:.1%} of them pass"
    yield f"#   Now {was}{passed} ({comment(one.was.line)})."
    if not one.matchers and one.group.kind in daily:
        before, after = daily[one.group.kind]
        yield f"#   Alerts a day, with all that is suggested for this kind: {before:g} before, {after:g} after."


def comment(text: str) -> str:
    """Fit for a comment, whoever wrote it."""
    return "".join(sign if sign.isprintable() else " " for sign in text)[:_WIDTH]


def length(hours: int | None, unit: str) -> str:
    """So many hours of a unit's days, as people say it."""
    if hours is None:
        return "nobody knows how long"
    if unit == "bd":
        return f"{hours / 24:.1f}bd"
    return f"{hours}h" if hours < 96 else f"{hours / 24:.1f}d"
