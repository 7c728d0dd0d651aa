"""What `config check` finds in a configuration, and how it shows it.

What belongs here: looking at one that could be read, without asking or sending anything. What its values must be is
config's to say.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from parcelwatch.cli import output
from parcelwatch.errors import ConfigError

if TYPE_CHECKING:
    from parcelwatch.config import AccountConfig, Config, HelpdeskConfig, Secret, ShopConfig
    from parcelwatch.core.messaging.timing import Hours

Rows = Sequence[Mapping[str, Any]]


@dataclass(frozen=True, slots=True)
class Checked:
    """A configuration looked at. `unreadable`: secrets that are not there; `broken`: what is wrong with letters."""

    config: Config
    couriers: Rows
    shops: Rows
    helpdesks: Rows
    channels: Rows
    told: Rows
    shadows: Rows
    unreadable: Sequence[str]
    broken: Sequence[str]
    warnings: Sequence[str]

    @property
    def wrong(self) -> list[str]:
        return [*self.unreadable, *self.broken]

    def document(self, warnings: Sequence[str]) -> dict[str, Any]:
        """All of it as JSON shows it."""
        return {
            "valid": not self.wrong,
            "errors": self.wrong,
            "warnings": list(warnings),
            "path": str(self.config.path),
            "database": str(self.config.database),
            "couriers": list(self.couriers),
            "shops": list(self.shops),
            "helpdesks": list(self.helpdesks),
            "channels": list(self.channels),
            "told": list(self.told),
            "shadows": list(self.shadows),
        }


def nothing(problems: Sequence[str]) -> dict[str, Any]:
    """The same of one that cannot be used at all."""
    names = ("warnings", "couriers", "shops", "helpdesks", "channels", "told", "shadows")
    none: dict[str, list[Any]] = {name: [] for name in names}
    return {"valid": False, "errors": list(problems), **none}


def checked(config: Config) -> Checked:
    """ConfigError with all that is wrong with what can be read of it."""
    from parcelwatch.wording.own_letters import broken_templates

    couriers = [_courier(each) for each in config.accounts().values()]
    shops = [_shop(each, str(config.file.shops[each.name].every)) for each in config.shops().values()]
    desks = [_helpdesk(each, str(config.file.helpdesks[each.name].every)) for each in config.helpdesks().values()]
    channels, told, shadows = _channels(config), _told(config), _shadows(config)
    unreadable = list(_unreadable(config))
    broken = [*broken_templates(config), *([] if unreadable else _unsendable(config))]
    overheard = [] if unreadable or broken else list(_overheard(config))
    warnings = [*config.warnings, *_mailboxes(config), *overheard]
    return Checked(config, couriers, shops, desks, channels, told, shadows, unreadable, broken, warnings)


def show(found: Checked) -> None:
    """Whether it is valid, then what it would use, and who is told."""
    config = found.config
    valid = "can be read, but not all of its secrets can" if found.unreadable else "is valid"
    valid = "can be read, but not all about letters is right" if found.broken and not found.unreadable else valid
    output.say(f"{config.path} {valid}. Database: {config.database}. Time zone: {config.timezone}.")
    _print(found)
    _print_shadows(found.shadows)


def _unsendable(config: Config) -> list[str]:
    """What is wrong with the ways to customers."""
    from parcelwatch.cli.sending import to_customers
    from parcelwatch.ticketing.counters import counters

    try:
        to_customers(config)
        counters(config, config.policy())
    except ConfigError as error:
        return error.problems
    return []


def _overheard(config: Config) -> Iterator[str]:
    """A sentence for each way to customers that also leads to others."""
    from parcelwatch.channels.customers import others
    from parcelwatch.cli.sending import to_customers

    ways = to_customers(config)
    for key, why in others(ways) if ways else ():
        yield f"{config.places.spot(('drafts', 'send', key))}: drafts.send.{key}: {why}"


def _mailboxes(config: Config) -> Iterator[str]:
    """A sentence for each person whose own chat is a mailbox."""
    from parcelwatch.channels import is_mail

    for each in config.channels().values():
        if each.person and _readable(each.url)["readable"] and is_mail(each.url.read()):
            spot = config.places.spot(("channels", each.name, "person"))
            yield f"{spot}: channels.{each.name}.person: links in mail do not act, for scanners press their buttons"


def _unreadable(config: Config) -> Iterator[str]:
    """A sentence for each secret that cannot be read here."""
    from parcelwatch.config import secrets

    for _, secret in secrets(config):
        try:
            secret.read()
        except ConfigError as error:
            yield from error.problems


def _print(found: Checked) -> None:
    _print_asked(found.couriers, found.shops, found.helpdesks)
    _print_channels(found.channels, found.told)


def _print_asked(couriers: Rows, shops: Rows, helpdesks: Rows) -> None:
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
    if shops:
        output.say()
        shop_rows = [
            (each["name"], each["api"], each["base_url"], each["every"], _secrets(each["secrets"])) for each in shops
        ]
        output.show(["!Shop", "API", "Address", "Every", "Secrets"], shop_rows, "")
    if helpdesks:
        output.say()
        desk_rows = [
            (each["name"], each["api"], each["base_url"], each["every"], _written(each), _secrets(each["secrets"]))
            for each in helpdesks
        ]
        output.show(["!Helpdesk", "API", "Address", "Every", "Letters go in as", "Secrets"], desk_rows, "")


def _written(row: Mapping[str, Any]) -> str:
    """How a letter goes into a helpdesk."""
    return f"{row['deliver']}, or a new ticket" if row["create"] else str(row["deliver"])


def _print_channels(channels: Rows, told: Rows) -> None:
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


def _print_shadows(shadows: Rows) -> None:
    if shadows:
        output.say()
        rows = [(each["kind"], each["warn"] or "–", each["critical"] or "–", each["by"]) for each in shadows]
        output.show(["In shadow: nobody is told", "Warn", "Critical", "By"], rows, "")
        output.note("What they would have told is in `parcelwatch report --since 7d`.", "dim")


def _secrets(secrets: Mapping[str, Mapping[str, Any]]) -> str:
    """Which there are; why one cannot be read is told among the errors."""
    return ", ".join(
        f"{name} {each['source']}: {'ok' if each['readable'] else 'cannot be read'}" for name, each in secrets.items()
    )


def _courier(settings: AccountConfig) -> dict[str, Any]:
    from parcelwatch import couriers
    from parcelwatch.asking.posts import pace

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


def _shop(settings: ShopConfig, every: str) -> dict[str, Any]:
    from parcelwatch import shops

    return {
        "name": settings.name,
        "api": settings.api,
        "base_url": settings.base_url or shops.adapter(settings).base_url,
        "every": every,
        "secrets": {name: _readable(secret) for name, secret in settings.credentials.items() if secret is not None},
    }


def _helpdesk(settings: HelpdeskConfig, every: str) -> dict[str, Any]:
    from parcelwatch import helpdesks

    return {
        "name": settings.name,
        "api": settings.api,
        "base_url": settings.base_url or helpdesks.adapter(settings).base_url,
        "every": every,
        "deliver": settings.deliver,
        "create": settings.create,
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
                row["service"] = Channel(each.name, each.url.read(), each.at).service
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
        rest = "everything else" if policy.routes else "everything"
        letters = "other customers' drafts" if any(route.drafts for route in policy.routes) else "customers' drafts"
        rows.append({"what": rest, "channels": [policy.channels[0]], "by": "the first channel"})
        rows.append({"what": letters, "channels": [policy.draft_channel], "by": "[drafts] channel"})
    if policy.follow_up.escalate_after and not policy.follow_up.escalate_to and policy.channels:
        by = "[alerts] escalate_after: the channel after the one that was told, if there is one"
        rows.append({"what": "what nobody acknowledged in time", "channels": list(policy.channels[1:2]), "by": by})
    named = [
        ("what nobody acknowledged in time", policy.follow_up.escalate_to, "[alerts] escalate_to"),
        ("the day's report", policy.daily.channel, "[report] channel"),
        *(
            (f"what is grave while {name} takes nothing", each.fallback, f"[channels.{name}] fallback")
            for name, each in config.channels().items()
        ),
    ]
    return rows + [{"what": what, "channels": [channel], "by": by} for what, channel, by in named if channel]


def _readable(secret: Secret) -> dict[str, Any]:
    """Where a secret is read from, and whether this user can."""
    try:
        secret.read()
    except ConfigError as error:
        fault = str(error).rpartition("cannot be used: ")[2] or str(error)
        return {"source": secret.source, "readable": False, "fault": f"cannot be read: {fault}"}
    return {"source": secret.source, "readable": True, "fault": ""}
