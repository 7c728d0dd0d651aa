"""`parcelwatch learn`: thresholds that fit what parcels do, suggested with what they rest on."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from parcelwatch.cli.base import Json, command
from parcelwatch.cli.desk import Desk
from parcelwatch.errors import BadInput

if TYPE_CHECKING:
    from parcelwatch.cli.advice import Daily
    from parcelwatch.config import Config
    from parcelwatch.core.past.figures import Survey
    from parcelwatch.core.past.suggest import Left, Suggestion
    from parcelwatch.past.backtest import Plan


def register(app: typer.Typer) -> None:
    """Add `learn` to the program."""
    command(app, "learn", "learn", "learn --write new.toml", "learn --history orders.csv --json")(learn)


Histories = Annotated[
    str, typer.Option("--history", metavar="FILE", help="Histories, JSON lines or CSV, instead of the database.")
]
Written = Annotated[
    str, typer.Option("--write", metavar="FILE", help="Write a whole policy that has them; never over a file.")
]
Since = Annotated[
    str, typer.Option("--since", metavar="TIME", help="Only parcels known since: a duration such as 90d, or a day.")
]


def learn(desk: Desk, history: Histories = "", write: Written = "", since: Since = "", as_json: Json = False) -> None:
    """Suggest thresholds that well parcels hardly ever pass.

    Of every kind with a clock: how long parcels that came, and whose buyers did not complain, were silent; those under
    way count for as long as they were seen. Warnings that 3 % of these pass are suggested, for all, for an account, and
    for its lanes where enough is known, with the alerts a day before and after, counted by a backtest. Nothing changes
    by itself.
    """
    from parcelwatch.cli import advice, output
    from parcelwatch.cli.backtest import Faults, bar, planned, refuse_unseen
    from parcelwatch.core.past import suggest
    from parcelwatch.core.past.figures import untested
    from parcelwatch.past import backtest as played

    if write and Path(write).exists():
        raise BadInput(f"{write} exists already and is left as it is; name another file")
    faults = Faults()
    with _policies(desk) as (config, before, after), planned(desk, config, history, since, (before,)) as (plan, total):
        with bar(total) as progress:
            survey, dwell, _ = played.measure(plan, faults.take, progress)
            refuse_unseen(history, survey)
            suggestions, left = suggest.suggest(dwell, played.policies((before,))[0], untested(survey))
            own = config if desk.configured else None
            daily = _daily(plan, own, suggestions, before, after, progress) if suggestions else {}
        text = advice.whole(own, suggestions, daily, _head(survey, history or str(config.database)))
    document = _document(survey, suggestions, left, daily)
    if write and suggestions:
        _save(write, text)
    if as_json:
        output.emit({**document, "toml": "\n".join(advice.paste(suggestions, daily))})
    else:
        _print(document, suggestions, left, daily, write)
    faults.tell(told=not as_json)


@contextmanager
def _policies(desk: Desk) -> Iterator[tuple[Config, Path, Path]]:
    """The configuration, or the defaults where there is none, and files for the policy before and after."""
    import tempfile

    from parcelwatch import config
    from parcelwatch.cli import advice

    with tempfile.TemporaryDirectory() as folder:
        before, after = Path(folder) / "before.toml", Path(folder) / "after.toml"
        own = desk.config if desk.configured else None
        before.write_text(advice.whole(own, (), {}, ()), encoding="utf-8")
        yield own or config.load(before), before, after


def _daily(
    plan: Plan, own: Config | None, suggestions: Sequence[Suggestion], before: Path, after: Path, progress: Any
) -> Daily:
    """Alerts a day before and after, of each kind that would change, as a backtest has them."""
    from parcelwatch.cli import advice
    from parcelwatch.core.past.figures import days
    from parcelwatch.past import backtest as played

    after.write_text(advice.whole(own, suggestions, {}, ()), encoding="utf-8")
    with played.run(replace(plan, files=(before, after)), lambda _: None, progress) as results:
        figures = results.figures(("before", "after"))
        length = days(results.survey, results.until) or 1.0
    return {kind: _rates(kind, figures, length) for kind in dict.fromkeys(one.group.kind for one in suggestions)}


def _rates(kind: str, figures: Mapping[str, Any], days: float) -> tuple[float, float]:
    alerts = (figures[name]["by_kind"].get(kind, {}).get("alerts", 0) for name in ("before", "after"))
    before, after = (round(count / days, 2) for count in alerts)
    return before, after


def _save(path: str, text: str) -> None:
    try:
        with Path(path).open("x", encoding="utf-8") as file:  # follows no link that leads to nothing yet
            file.write(text)
    except OSError as error:
        raise BadInput(f"{path} cannot be written: {error.strerror}") from None


# --- what is shown -------------------------------------------------------------------------------


def _head(survey: Survey, where: str) -> list[str]:
    from parcelwatch.cli.advice import comment
    from parcelwatch.core.past.suggest import CRITICAL, MINIMUM, MINIMUM_CRITICAL, WARN

    span = f"{survey.begins:%Y-%m-%d} to {survey.ends:%Y-%m-%d}" if survey.begins and survey.ends else "no time at all"
    return [
        f"Suggested by `parcelwatch learn` from {survey.parcels} parcels, {span}: {comment(where)}",
        f"{1 - WARN:.0%} of well parcels pass such a warning (known of {MINIMUM} or more),",
        f"{1 - CRITICAL:.1%} of them the critical limit (known of {MINIMUM_CRITICAL} or more).",
        "Try it: parcelwatch backtest --policy THIS_FILE. To use it, paste what you want into your configuration.",
    ]


def _document(survey: Survey, suggestions: Sequence[Suggestion], left: Sequence[Left], daily: Daily) -> dict[str, Any]:
    from parcelwatch.cli.output import stamp
    from parcelwatch.core.past.figures import days
    from parcelwatch.core.past.suggest import MINIMUM

    return {
        "parcels": survey.parcels,
        "from": stamp(survey.begins),
        "to": stamp(survey.ends),
        "days": days(survey),
        "minimum": MINIMUM,
        "suggestions": [_shape(one) for one in suggestions],
        "left": [{"kind": one.kind, "n": one.n, "why": one.why} for one in left],
        "alerts_per_day": {kind: {"before": rates[0], "after": rates[1]} for kind, rates in daily.items()},
    }


def _shape(one: Suggestion) -> dict[str, Any]:
    return {
        **one.group._asdict(),
        "n": one.n,
        "waiting": one.waiting,
        "unit": one.unit,
        "quantiles": {f"{share:g}": hours for share, hours in one.quantiles.items()},
        "warn": str(one.warn),
        "critical": str(one.critical) if one.critical else None,
        "was": {"warn": _text(one.was.warn), "critical": _text(one.was.critical), "policy_line": one.was.line},
        "passed": None if one.passed is None else round(one.passed, 4),
    }


def _text(limit: object) -> str | None:
    return str(limit) if limit else None


def _print(
    document: Mapping[str, Any], suggestions: Sequence[Suggestion], left: Sequence[Left], daily: Daily, write: str
) -> None:
    from parcelwatch.cli import advice, output

    output.say(f"{output.count(document['parcels'], 'parcel')} over {document['days']:g} days")
    if suggestions:
        output.say()
        for line in advice.paste(suggestions, daily):
            output.say(line[: len(line) - len(line.lstrip("# "))] + output.safe(line.lstrip("# ")))
    if left:
        output.say()
        output.show(["Left as it is", ">Parcels", "Why"], [(one.kind, one.n, one.why) for one in left], "")
    if not suggestions:
        output.note("Nothing is suggested.", "dim")
    elif write:
        output.note(f"Wrote {write}. Next: parcelwatch backtest --policy {write}", "dim")
    else:
        output.note("Nothing changed. --write new.toml makes a policy of it that `backtest --policy` reads.", "dim")
