"""`parcelwatch config …`: writing, checking and showing config.toml."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from parcelwatch.cli.base import Json, command, group
from parcelwatch.cli.desk import Desk
from parcelwatch.errors import BadInput, ConfigError

if TYPE_CHECKING:
    from parcelwatch.config import AccountConfig, ChannelConfig, Config, Secret
    from parcelwatch.core.timing import Hours

app = group("Write, check and show the configuration.")


@command(app, "check", "config check", "config check --history", "config check --history orders.csv --json")
def check(
    desk: Desk,
    file: Annotated[
        str, typer.Argument(metavar="[FILE]", help="Of histories, for --history; the database if not given.")
    ] = "",
    history: Annotated[bool, typer.Option("--history", help="Hold the thresholds against the past, too.")] = False,
    as_json: Json = False,
) -> None:
    """Say all that is wrong with the configuration.

    Lists the couriers and channels it would use, and whether their secrets can be read here: one that cannot is wrong,
    too. Asks and sends nothing. With histories (see `backtest`) it also warns of thresholds that count the weekend,
    often fire on healthy parcels, or never fire.
    """
    from parcelwatch.cli import output
    from parcelwatch.own_letters import broken_templates

    if file and not history:
        raise BadInput(f"{file}: with --history the thresholds are held against it; else name no file")
    try:
        config = desk.whole_config
        couriers = [_courier(each) for each in config.accounts().values()]
        channels = _channels(config)
        told, shadows = _told(config), _shadows(config)
    except ConfigError as error:
        if as_json:
            nothing: dict[str, list[Any]] = {"warnings": [], "couriers": [], "channels": [], "told": []}
            nothing["shadows"] = []
            output.emit({"valid": False, "errors": error.problems, **nothing})
        raise
    unreadable, broken = list(_unreadable(config)), broken_templates(config)
    broken += [] if unreadable else _unsendable(config)
    wrong = [*unreadable, *broken]
    warnings = [*config.warnings, *_mailboxes(config), *([] if wrong else _overheard(config))]
    warnings += _by_history(desk, file) if history else []
    for warning in warnings:
        output.warn(warning)
    if as_json:
        document = {"valid": not wrong, "errors": wrong, "warnings": warnings}
        document |= {"path": str(config.path), "database": str(config.database)}
        output.emit({**document, "couriers": couriers, "channels": channels, "told": told, "shadows": shadows})
    else:
        valid = "can be read, but not all of its secrets can" if unreadable else "is valid"
        valid = "can be read, but not all about letters is right" if broken and not unreadable else valid
        output.say(f"{config.path} {valid}. Database: {config.database}. Time zone: {config.timezone}.")
        _print(couriers, channels, told)
        _print_shadows(shadows)
    if wrong:
        raise ConfigError(wrong)


def _by_history(desk: Desk, file: str) -> list[str]:
    """What the past says against the thresholds."""
    from parcelwatch.cli.backtest import lint

    return lint(desk, file)


def _unsendable(config: Config) -> list[str]:
    """What is wrong with the ways to customers."""
    from parcelwatch.cli.drafts import to_customers

    try:
        to_customers(config)
    except ConfigError as error:
        return error.problems
    return []


def _overheard(config: Config) -> Iterator[str]:
    """A sentence for each way to customers that also leads to others."""
    from parcelwatch.channels.customers import others
    from parcelwatch.cli.drafts import to_customers

    ways = to_customers(config)
    for key, why in others(ways) if ways else ():
        yield f"{config.places.spot(('drafts', 'send', key))} drafts.send.{key} {why}"


def _mailboxes(config: Config) -> Iterator[str]:
    """A sentence for each person whose own chat is a mailbox."""
    from parcelwatch.channels import is_mail

    for each in config.channels().values():
        if each.person and _readable(each.url)["readable"] and is_mail(each.url.read()):
            spot = config.places.spot(("channels", each.name, "person"))
            yield f"{spot} channels.{each.name}.person: links in mail do not act, for scanners press their buttons"


def _unreadable(config: Config) -> Iterator[str]:
    """A sentence for each secret that cannot be read here."""
    secrets = [secret for account in config.accounts().values() for secret in account.credentials.values() if secret]
    channels = (channel.url for channel in config.channels().values())
    for secret in (*secrets, *channels, *config.to_customers().values()):
        try:
            secret.read()
        except ConfigError as error:
            yield from error.problems


def _print(
    couriers: Sequence[Mapping[str, Any]], channels: Sequence[Mapping[str, Any]], told: Sequence[Mapping[str, Any]]
) -> None:
    from parcelwatch.cli import output

    output.say()
    columns = ["!Courier", "API", "Address", "Rate", "Quota", "Secrets"]
    rows = [
        (
            each["name"],
            each["api"],
            each["base_url"],
            each["rate"],
            ", ".join(each["quotas"]) or "–",
            _secrets(each["secrets"]),
        )
        for each in couriers
    ]
    output.show(columns, rows, "No couriers.")
    output.say()
    channel_rows = [
        (each["name"], each["service"] or "?", each["hours"] or "any", _secrets(each["secrets"])) for each in channels
    ]
    output.show(["!Channel", "Service", "When", "Secrets"], channel_rows, "No channels.")
    if told:
        output.say()
        told_rows = [(each["what"], ", ".join(each["channels"]), each["by"]) for each in told]
        output.show(["Who is told", "Channels", "By"], told_rows, "")
        if any(" routes" in each["by"] for each in told):
            output.note("`parcelwatch alerts preview --kind lost --severity critical` says who would get what.", "dim")


def _shadows(config: Config) -> list[dict[str, Any]]:
    """The thresholds on trial, in the file's order."""
    policy = config.policy()
    every = (policy.thresholds, *(override.thresholds for override in policy.overrides))
    return [
        {
            "kind": kind,
            "warn": str(limits.warn or "") or None,
            "critical": str(limits.critical or "") or None,
            "by": limits.line,
        }
        for thresholds in every
        for kind, limits in thresholds.items()
        if limits.shadow
    ]


def _print_shadows(shadows: Sequence[Mapping[str, Any]]) -> None:
    from parcelwatch.cli import output

    if shadows:
        output.say()
        rows = [(each["kind"], each["warn"] or "–", each["critical"] or "–", each["by"]) for each in shadows]
        output.show(["In shadow: nobody is told", "Warn", "Critical", "By"], rows, "")
        output.note("What they would have told is in `parcelwatch report --since 7d`.", "dim")


def _secrets(secrets: Mapping[str, Mapping[str, Any]]) -> str:
    return ", ".join(f"{name} {each['source']}: {each['fault'] or 'ok'}" for name, each in secrets.items())


def _courier(settings: AccountConfig) -> dict[str, Any]:
    from parcelwatch import couriers
    from parcelwatch.posts import pace

    adapter = couriers.adapter(settings)
    allowed = pace(settings, adapter)
    return {
        "name": settings.name,
        "api": settings.api,
        "base_url": settings.base_url or adapter.base_url,
        "rate": str(allowed.rate),
        "quotas": list(map(str, allowed.quotas)),
        "secrets": {name: _readable(secret) for name, secret in settings.credentials.items() if secret is not None},
    }


def _channels(config: Config) -> list[dict[str, Any]]:
    """Every channel. Raises ConfigError with all that is wrong with those whose URL can be read."""
    from parcelwatch.channels import Channel

    found: list[dict[str, Any]] = []
    problems: list[str] = []
    for each in config.channels().values():
        row: dict[str, Any] = {"name": each.name, "service": "", "secrets": {"url": _readable(each.url)}}
        row["hours"] = _hours(config.policy().timing.hours(each.name))
        found.append(row)
        if row["secrets"]["url"]["readable"]:
            try:
                row["service"] = _opened(Channel, each).service
            except ConfigError as error:
                problems += error.problems
    if problems:
        raise ConfigError(problems)
    return found


def _hours(hours: Hours) -> str:
    """When a channel is told, "" for at any time."""
    from parcelwatch.cli.matching import grave

    said = []
    if hours.quiet:
        begin, end = hours.quiet
        but = f", but {grave(hours.passes)}" if hours.passes else ""
        said.append(f"not {begin:%H:%M}–{end:%H:%M}{but}")
    if hours.digest_at:
        said.append(f"milder than {hours.digest_below} in a digest at {hours.digest_at:%H:%M}")
    if hours.most:
        said.append(f"{hours.most} an hour at most")
    return "; ".join(said)


def _told(config: Config) -> list[dict[str, Any]]:
    """Who is told of what, route by route, then of all that no route takes."""
    from parcelwatch.cli.matching import described

    policy, rows = config.policy(), []
    for route in policy.routes:
        what = f"{described(route.match)}{'; drafts too' if route.drafts else ''}"
        goes_on = ", and goes on" if route.goes_on else ""
        rows.append({"what": what, "channels": list(route.channels), "by": f"{route.line}{goes_on}"})
    if policy.channels:
        rows.append({"what": "everything else", "channels": [policy.channels[0]], "by": "the first channel"})
        rows.append({"what": "other customers' drafts", "channels": [policy.draft_channel], "by": "[drafts] channel"})
    named = [
        ("what nobody acknowledged in time", policy.follow_up.escalate_to, "[alerts] escalate_to"),
        ("the day's report", policy.daily.channel, "[report] channel"),
        *(
            (f"what is grave while {name} takes nothing", each.fallback, f"[channels.{name}] fallback")
            for name, each in config.channels().items()
        ),
    ]
    return rows + [{"what": what, "channels": [channel], "by": by} for what, channel, by in named if channel]


def _opened(make: Any, settings: ChannelConfig) -> Any:
    return make(settings.name, settings.url.read(), settings.at)


def _readable(secret: Secret) -> dict[str, Any]:
    """Where a secret is read from, and whether this user can."""
    try:
        secret.read()
    except ConfigError as error:
        fault = str(error).rpartition("cannot be used: ")[2] or str(error)
        return {"source": secret.source, "readable": False, "fault": f"cannot be read: {fault}"}
    return {"source": secret.source, "readable": True, "fault": ""}


@command(app, "init", "config init", "config init /etc/parcelwatch/config.toml")
def init(
    desk: Desk,
    path: Annotated[str, typer.Argument(metavar="[PATH]", help="Where to; ./config.toml if not given.")] = "",
) -> None:
    """Write the commented example configuration.

    Every key is in it. Never overwrites a file.
    """
    from parcelwatch import config
    from parcelwatch.cli import output

    target = Path(path) if path else desk.named or Path("config.toml")
    if target.is_dir():
        target /= "config.toml"
    try:
        # Not for everybody: secrets do not belong here, but some will come.
        descriptor = os.open(target, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o640)
    except FileExistsError:
        raise BadInput(f"{target} exists already and is left as it is; name another file") from None
    except OSError as error:
        raise BadInput(f"{target} cannot be written: {error.strerror}") from None
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        file.write(config.example())
    given = "" if str(target) == "config.toml" else f" --config {target}"
    output.say(f"Wrote {target}. Next:")
    output.say(
        "  1. take the # away from one [couriers.…] table and one [channels.…] table, and say where their keys are"
    )
    output.say(f"  2. parcelwatch config check{given}")
    output.say(f"  3. parcelwatch couriers check{given} && parcelwatch alerts test{given}")
    output.say(f"  4. parcelwatch parcels import orders.csv{given} && parcelwatch once{given}")


@command(app, "show", "config show", "config show --json")
def show(desk: Desk, as_json: Json = False) -> None:
    """Show every value that holds.

    Defaults included; secrets as ***.
    """
    from parcelwatch.cli import output

    effective = desk.config.effective()
    if as_json:
        output.emit(effective)
        return
    output.say(f"# {desk.config.path}, defaults included")
    for line in _profile_lines(effective):
        output.say(line)
    for line in toml_lines({**effective, "thresholds": _written(effective["thresholds"])}):
        output.say(line)


def _profile_lines(effective: Mapping[str, Any]) -> list[str]:
    """What holds of the profile, as remarks: a profile's thresholds cannot be written into a configuration."""
    thresholds = effective["thresholds"]
    own = _written(thresholds)
    rest = [f"#   {kind} = {_value(limits)}" for kind, limits in thresholds.items() if kind not in own]
    return [f"# Of the profile {thresholds['profile']}:", *rest] if rest else []


def judging(config: Config | None, tables: Sequence[str]) -> dict[str, Any]:
    """The thresholds that are written, and these tables, of a configuration; {} of none."""
    if config is None:
        return {}
    effective = config.effective()
    return {**{name: effective[name] for name in tables}, "thresholds": _written(effective["thresholds"])}


def _written(thresholds: Mapping[str, Any]) -> dict[str, Any]:
    return {
        key: value
        for key, value in thresholds.items()
        if not (isinstance(value, Mapping) and {"domestic", "cross_border"} & set(value))
    }


def toml_lines(table: Mapping[str, Any], at: str = "") -> list[str]:
    """A configuration as TOML writes it: plain values first, then the tables within."""
    plain = {key: value for key, value in table.items() if not _nested(value)}
    lines = [f"{_key(key)} = {_value(value)}" for key, value in plain.items()]
    for key, value in table.items():
        if not _nested(value):
            continue
        name = f"{at}.{_key(key)}" if at else _key(key)
        if isinstance(value, Mapping):
            lines += ["", f"[{name}]", *toml_lines(value, name)]
        else:
            lines += [line for each in value for line in ("", f"[[{name}]]", *toml_lines(each, name))]
    return lines


def _key(name: str) -> str:
    import json
    import re

    return name if re.fullmatch("[A-Za-z0-9_-]+", name) else json.dumps(name, ensure_ascii=False)


def _nested(value: Any) -> bool:
    if isinstance(value, Mapping):
        return not _leaf(value)
    return isinstance(value, list) and bool(value) and all(isinstance(each, Mapping) for each in value)


def _leaf(value: Mapping[str, Any]) -> bool:
    """A table that is written on one line: { warn = "48h", critical = "120h" }."""
    names = {"warn", "critical", "mode", "domestic", "cross_border"}
    return bool(value) and set(value) <= names


def _value(value: Any) -> str:
    import json

    if isinstance(value, Mapping):
        return "{ " + ", ".join(f"{_key(key)} = {_value(each)}" for key, each in value.items()) + " }"
    if isinstance(value, list):
        return "[" + ", ".join(map(_value, value)) + "]"
    return json.dumps(value, ensure_ascii=False)


@command(app, "schema", "config schema > config.schema.json")
def schema(desk: Desk, as_json: Json = True) -> None:  # noqa: ARG001 - it is JSON with and without
    """Print the JSON Schema of config.toml, for editors."""
    from parcelwatch import config
    from parcelwatch.cli import output

    output.emit(config.schema())
