"""`parcelwatch backtest`: what other thresholds would have told, on the shop's own past or on a file of histories."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Final

import typer

from parcelwatch.cli.base import Json, NeedsAttention, command
from parcelwatch.cli.desk import Desk
from parcelwatch.errors import BadInput

if TYPE_CHECKING:
    from datetime import datetime, tzinfo

    from parcelwatch.config import Config
    from parcelwatch.core.past.figures import Survey
    from parcelwatch.core.past.replay import Told
    from parcelwatch.past.backtest import Plan, Results
    from parcelwatch.past.histories import Fault, Reader

MOST_SHOWN: Final = 20
_BAR: Final = 40
_DATABASE_PAST: Final = "90d"
_LEARNED_BEFORE: Final = timedelta(days=180)


def register(app: typer.Typer) -> None:
    """Add `backtest` to the program."""
    command(
        app,
        "backtest",
        "backtest --policy new.toml",
        "backtest --policy new.toml --against old.toml --history orders.csv --json",
    )(backtest)


def backtest(
    desk: Desk,
    policy: Annotated[str, typer.Option("--policy", metavar="FILE", help="The configuration to try.")],
    against: Annotated[
        str, typer.Option("--against", metavar="FILE", help="One to compare it with; else the one in use, if any.")
    ] = "",
    since: Annotated[
        str, typer.Option("--since", metavar="TIME", help="Only parcels known since: a duration such as 90d, or a day.")
    ] = "",
    history: Annotated[
        str, typer.Option("--history", metavar="FILE", help="Histories, JSON lines or CSV, instead of the database.")
    ] = "",
    as_json: Json = False,
) -> None:
    """Show what thresholds would have told, and what they would have warned of.

    Every parcel of the past is judged again as the daemon would have, at every moment at which something was heard or a
    deadline fell. Alerts are counted by kind, by day and by weekday; how many were right, and how early buyers who
    complained would have been warned of, is counted where the past tells. Nothing is changed and nobody is told.
    """
    from parcelwatch.past import backtest as played

    files = _files(desk, policy, against)
    config = desk.config if desk.configured else _read(files[0])
    faults = Faults()
    with (
        planned(desk, config, history, since, files) as (plan, total),
        bar(total) as progress,
        played.run(plan, faults.take, progress) as results,
    ):
        refuse_unseen(history, results.survey)
        names = _NAMES[: len(files)]
        document = {**_head(results), "policies": _figures(results, plan.files, names), "untested": results.aside}
        if as_json:
            _emit(document, results, faults)
        else:
            _print(document, results, plan.files, config.timezone)
    faults.tell(told=not as_json)


_NAMES: Final = ("new", "old")


@dataclass(frozen=True, slots=True)
class Held:
    """What the past says of a configuration: `against` its thresholds, over so many `parcels`.

    `untested`: the kinds that these parcels cannot test, each with why.
    """

    parcels: int
    against: list[str]
    untested: Mapping[str, str]

    def document(self) -> dict[str, Any]:
        """It as JSON shows it."""
        return {"parcels": self.parcels, "untested": dict(self.untested)}

    def lines(self) -> Iterator[str]:
        """What was played, and what came of it."""
        from parcelwatch.cli import output
        from parcelwatch.core.kinds import CLOCKED, RULES
        from parcelwatch.core.past.suggest import MINIMUM

        parcels = output.count(self.parcels, "parcel")
        tested = [kind for kind in CLOCKED if kind in RULES and kind not in self.untested]
        if not self.parcels or not tested:
            yield f"Played {parcels}: no threshold could be tested."
        elif self.against:
            yield f"Played {parcels}: {output.count(len(self.against), 'thing')} stood out, warned of above."
        elif self.parcels < MINIMUM:
            yield f"Played {parcels}: nothing stood out, but so few hardly tell; it takes {MINIMUM} of a kind."
        else:
            yield f"Played {parcels}: nothing stood out."
        for kind, why in self.untested.items():
            yield f"  {kind} could not be tested: {why}"


def lint(desk: Desk, history: str) -> Held:
    """What a file of histories, or with "" the shop's own past, says against the thresholds of the configuration."""
    from parcelwatch.core.past.figures import untested
    from parcelwatch.core.past.hints import passed
    from parcelwatch.past import backtest as played

    config = desk.config
    with planned(desk, config, history, "", (config.path,)) as (plan, total), bar(total) as progress:
        survey, dwell, _ = played.measure(plan, lambda _: None, progress)
        refuse_unseen(history, survey)
        with played.run(plan, lambda _: None, progress) as results:
            said = list(_figures(results, plan.files, ("new",))["new"].get("hints", ()))
        aside = untested(survey)
        return Held(survey.parcels, [*said, *passed(dwell, config.policy(), aside)], aside)


def _figures(results: Results, files: Sequence[Path], names: Sequence[str]) -> dict[str, Any]:
    """What each policy comes to, and what that says against it."""
    from parcelwatch.core.past.hints import hints
    from parcelwatch.past.backtest import policies

    figures = results.figures(names)
    for name, policy in zip(names, policies(files), strict=True):
        figures[name]["hints"] = list(hints(figures[name], results.aside, results.survey.parcels, policy))
    return figures


# --- what is played ------------------------------------------------------------------------------


def _files(desk: Desk, policy: str, against: str) -> tuple[Path, ...]:
    """The new policy's file, then the one it is compared with, if any."""
    from parcelwatch import config

    new = Path(policy)
    if against:
        return new, Path(against)
    old = config.find(desk.named) if desk.configured else None
    return (new,) if old is None or old.absolute() == new.absolute() else (new, old)


def _read(path: Path) -> Config:
    from parcelwatch import config

    return config.load(path)


@contextmanager
def planned(
    desk: Desk, config: Config, history: str, since: str, files: tuple[Path, ...]
) -> Iterator[tuple[Plan, int]]:
    """The work, and how much it is. Raises BadInput where there is none."""
    from parcelwatch.past import backtest as played

    begins = _ago(since, desk.now, config) if since else None
    if history:
        from parcelwatch.verbs.records import open_source

        source = open_source(history, sys.stdin.buffer)
        with _of(history):
            rows = played.FromFile.of(source, _reader(config), begins)
        _warn_of(rows.unread)
        parts = partial(rows.parts, source)
        yield played.Plan(rows, files, parts, parts, config.timezone), source.size
        return
    begins = begins or _ago(_DATABASE_PAST, desk.now, config)
    from parcelwatch.store import Store, past

    with Store.open(config.database, create=False) as store, store.trusted():
        ids = past.ids(store, begins)
        known = past.ids(store, begins - _LEARNED_BEFORE)
    database = played.FromDatabase(config.database)
    parts, lessons = partial(database.parts, ids), partial(database.parts, known)
    yield played.Plan(database, files, parts, lessons, config.timezone, desk.now), len(ids)


@contextmanager
def _of(history: str) -> Iterator[None]:
    """What is wrong with a file of histories, with the file's name. Raises NeedsAttention for one without scans."""
    from parcelwatch.cli import output
    from parcelwatch.verbs.columns import NoScans

    name = "standard input" if history == "-" else output.safe(history)
    try:
        yield
    except NoScans as error:
        raise NeedsAttention(f"{name}: {error}") from None
    except BadInput as error:
        raise BadInput(f"{name}: {error}") from None


def refuse_unseen(history: str, survey: Survey) -> None:
    """Raises NeedsAttention for a file that has parcels and no scan of any."""
    from parcelwatch.cli import output
    from parcelwatch.verbs.columns import NoScans

    if history and survey.parcels and not survey.milestones:
        with _of(history):
            parcels = output.count(survey.parcels, "parcel")
            scans = '"checkpoints", each with "milestone" and "occurred_at", or a column for each milestone'
            raise NoScans(f"not one scan of {parcels}, so that nothing can be judged; scans are {scans}")


def _reader(config: Config) -> Reader:
    from parcelwatch.past.histories import Reader

    return Reader(config.timezone, {name: account.api for name, account in config.accounts().items()})


def _warn_of(unread: Sequence[str]) -> None:
    from parcelwatch.cli import output

    if unread:
        named = ", ".join(output.safe(heading, 40) for heading in unread[:MOST_SHOWN])
        output.warn(f"these columns are not read: {named}")


def _ago(text: str, now: datetime, config: Config) -> datetime:
    """When so long ago was, or the moment that is written. Raises BadInput."""
    from datetime import UTC, datetime

    from parcelwatch.duration import parse

    try:
        return now - parse(text).natural()
    except ValueError:
        pass
    try:
        at = datetime.fromisoformat(text)
    except ValueError:
        raise BadInput(f"--since {text!r}: write a duration such as 90d, or a day such as 2026-03-31") from None
    at = (at if at.tzinfo else at.replace(tzinfo=config.timezone)).astimezone(UTC)
    if at > now:
        raise BadInput(f"--since {text}: that is still to come")
    return at


@contextmanager
def bar(total: int) -> Iterator[Callable[[str, int], None]]:
    """A bar on stderr for whoever watches; called with what is done, and how far that is."""
    from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn, TimeRemainingColumn

    from parcelwatch.cli import output

    err = output.console(sys.stderr)
    columns = (TextColumn("{task.description}"), BarColumn(), TaskProgressColumn(), TimeRemainingColumn())
    with Progress(*columns, console=err, transient=True, disable=not err.is_terminal) as shown:
        task = shown.add_task("", total=max(total, 1))
        yield lambda what, done: shown.update(task, description=what, completed=done)


class Faults:
    """Lines that were refused, and cells that were left out, kept on disk where they are many."""

    def __init__(self) -> None:
        from parcelwatch.verbs.importing import Waiting

        self.refused, self.left_out = Waiting(), Waiting()
        self._counts = {True: 0, False: 0}

    def take(self, fault: Fault) -> None:
        from parcelwatch.verbs.importing import Rejected

        self._counts[fault.refused] += 1
        kept = self.refused if fault.refused else self.left_out
        kept.add(Rejected(fault.line, fault.number, fault.reason))

    def tell(self, *, told: bool) -> None:
        """Raises NeedsAttention where lines were refused; `told`: the first of each sort are shown."""
        from itertools import islice

        from parcelwatch.cli import output

        for kept, refused in ((self.refused, True), (self.left_out, False)):
            for one in islice(kept, MOST_SHOWN) if told else ():
                output.note(f"line {one['line']}: {output.safe(one['reason'], 400)}", "yellow")
            if told and self._counts[refused] > MOST_SHOWN:
                output.note(f"… and {self._counts[refused] - MOST_SHOWN} more; --json names each", "yellow")
        if self._counts[True]:
            raise NeedsAttention(f"{output.count(self._counts[True], 'line')} refused: the figures are without them")


# --- JSON ----------------------------------------------------------------------------------------


def _head(results: Results) -> dict[str, Any]:
    from parcelwatch.cli.output import stamp
    from parcelwatch.core.past.figures import days

    survey = results.survey
    return {
        "parcels": survey.parcels,
        "from": stamp(survey.begins),
        "to": stamp(results.until),
        "days": days(survey, results.until),
        "promised": survey.promised,
    }


def _emit(document: Mapping[str, Any], results: Results, faults: Faults) -> None:
    from parcelwatch.cli import output

    alerts = (
        {
            "number": each.number,
            **_told(one),
            "counted": one.kind not in results.aside and not one.shadow,
            "shadow": one.shadow,
        }
        for each in results.parcels()
        for one in each.told[0]
    )
    differences = (
        {"number": each.number, "new": list(map(_told, new)), "old": list(map(_told, old))}
        for each, new, old in results.differences()
    )
    lists: dict[str, Iterable[object]] = {
        "alerts": alerts,
        "differences": differences,
        "rejected": faults.refused,
        "warnings": faults.left_out,
    }
    output.emit_with(document, lists)


def _told(one: Told) -> dict[str, Any]:
    return {"kind": one.kind, "at": one.at, "severity": one.severity, "why": one.why, "since": one.since}


# --- for people ----------------------------------------------------------------------------------


def _print(document: Mapping[str, Any], results: Results, files: Sequence[Path], zone: tzinfo) -> None:
    from parcelwatch.cli import output

    policies: Mapping[str, Mapping[str, Any]] = document["policies"]
    if not document["parcels"]:
        output.say("There are no parcels to play.")
        return
    parcels = output.count(document["parcels"], "parcel")
    begins, ends = (output.moment(document[end], zone)[:10] for end in ("from", "to"))
    output.say(f"{parcels} over {document['days']:g} days, {begins} to {ends}")
    for name, file in zip(policies, files, strict=True):
        output.say(f"  {name}: {output.safe(str(file))}")
    output.say()
    output.show(["", *(f">{name}" for name in policies)], list(_summary(policies)), "")
    output.say()
    output.show(_kind_titles(policies), list(_kind_rows(policies, document["untested"])), "no alerts at all")
    _print_shadows(policies)
    _print_untested(document["untested"])
    _print_week(policies)
    if len(policies) > 1:
        _print_differences(results, zone)
    output.zone_note(zone)


def _summary(policies: Mapping[str, Mapping[str, Any]]) -> Iterator[tuple[object, ...]]:
    figures = {
        "alerts": ("alerts",),
        "alerts per 100 parcels": ("alerts_per_100",),
        "alerts per day": ("alerts_per_day",),
        "parcels alerted, of 100": ("parcels_alerted_per_100",),
        "of those foretold, late or never delivered": ("precision",),
        "parcels complained about": ("complaints", "total"),
        "  warned of before": ("complaints", "warned"),
        "  3 days before, or more": ("complaints", "warned_3d"),
        "  5 days before, or more": ("complaints", "warned_5d"),
        "  days before, in the median": ("complaints", "median_lead_days"),
    }
    for title, path in figures.items():
        yield (title, *(_figure(policy, path) for policy in policies.values()))


def _figure(policy: Mapping[str, Any], path: Sequence[str]) -> str:
    value: Any = policy
    for name in path:
        value = value[name]
    if value is None:
        return "–"
    if path == ("precision",):
        return f"{value:.0%}"
    total = policy["complaints"]["total"]
    share = f" ({value / total:.1%})" if path[-1].startswith("warned") and total else ""
    return f"{value:g}{share}" if isinstance(value, float) else f"{value}{share}"


def _kind_titles(policies: Iterable[str]) -> list[str]:
    each = (column for name in policies for column in (f">{name}", ">per 100", ">right"))
    return ["!Kind", *each]


def _kind_rows(
    policies: Mapping[str, Mapping[str, Any]], untested: Mapping[str, str], which: str = "by_kind"
) -> Iterator[tuple[object, ...]]:
    from parcelwatch.core.kinds import KINDS

    for kind in KINDS:
        rows = [policy[which].get(kind) for policy in policies.values()]
        if any(rows):
            yield (f"{kind} *" if kind in untested else kind, *(cell for row in rows for cell in _kind_cells(row)))


def _print_shadows(policies: Mapping[str, Mapping[str, Any]]) -> None:
    from parcelwatch.cli import output

    if rows := list(_kind_rows(policies, {}, "shadow")):
        output.say()
        output.say("In shadow: what these would have told, counted in no sum")
        output.show(_kind_titles(policies), rows, "")


def _kind_cells(row: Mapping[str, Any] | None) -> tuple[str, str, str]:
    if row is None:
        return "0", "0", "–"
    return (
        str(row["alerts"]),
        f"{row['alerts_per_100']:g}",
        "–" if row["precision"] is None else f"{row['precision']:.0%}",
    )


def _print_untested(untested: Mapping[str, str]) -> None:
    from parcelwatch.cli import output

    if untested:
        output.say()
        output.say("These histories cannot test (*, counted in no sum):")
        output.pairs([(f"  {kind}", why) for kind, why in untested.items()])
    output.say(
        "Right: of the parcels told of, those that came after their promise, or never. It is known of kinds that"
    )
    output.say("foretell, where a day was promised; what the courier itself said of a parcel is so.")


def _print_week(policies: Mapping[str, Mapping[str, Any]]) -> None:
    from parcelwatch.cli import output

    most = max(max(policy["weekdays"].values()) for policy in policies.values())
    if not most:
        return
    for name, policy in policies.items():
        output.say()
        output.say(f"alerts by weekday, {name}")
        for day, count in policy["weekdays"].items():
            output.say(f"  {day.capitalize()} {'█' * round(count * _BAR / most)} {count}")
        if policy["monday_spike"]:
            output.say(f"  Mondays bring {policy['monday_spike']:g} times an ordinary working day's.")
        for hint in policy["hints"]:
            output.say(f"  {hint}", "yellow")


def _print_differences(results: Results, zone: tzinfo) -> None:
    from parcelwatch.cli import output

    rows, count = list[tuple[str, str, str]](), 0
    for played, new, old in results.differences():
        count += 1
        if count <= MOST_SHOWN:
            rows.append((output.safe(played.number, 60), _in_short(new, zone), _in_short(old, zone)))
    output.say()
    output.say(f"{output.count(count, 'parcel')} told of otherwise")
    if rows:
        output.show(["!Number", "new", "old"], rows, "")
    if count > MOST_SHOWN:
        output.say(f"… and {count - MOST_SHOWN} more; --json names each")


def _in_short(told: Sequence[Told], zone: tzinfo) -> str:
    return ", ".join(f"{one.kind} {one.severity} {one.at.astimezone(zone):%m-%d %H:%M}" for one in told) or "nothing"
