"""Finding, reading and accepting config.toml, and what the rest of the program asks of it.

What belongs here: from a path to a Config, and from a Config to what other parts are made of.
"""

from __future__ import annotations

import importlib.resources
import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import time
from pathlib import Path
from typing import Any, Final
from zoneinfo import ZoneInfo

from pydantic import ValidationError

from parcelwatch.config import checks, contracts, days, fitting, judging, models, overrides, reading, routes, speaking
from parcelwatch.config.declarations import resolve
from parcelwatch.config.elsewhere import settled
from parcelwatch.config.lines import key_lines
from parcelwatch.config.models import File
from parcelwatch.config.peers import AccountConfig, ChannelConfig, HelpdeskConfig, ShopConfig, TokenConfig
from parcelwatch.config.presets import Preset
from parcelwatch.config.problems import Places, dotted, problem_of
from parcelwatch.config.reading import Texts, expect, parsed
from parcelwatch.config.secrets import Secret, Surroundings
from parcelwatch.config.values import NOTHING, clock
from parcelwatch.core.drafts import Offer, Wording
from parcelwatch.core.incidents import Incidents
from parcelwatch.core.kinds import LETTERS
from parcelwatch.core.learn import Foresight
from parcelwatch.core.messaging.content import Shop
from parcelwatch.core.messaging.timing import Hours, Timing
from parcelwatch.core.outbreaks import Bar
from parcelwatch.core.policy import Override, Policy, Route
from parcelwatch.core.profiles import PROFILES
from parcelwatch.core.report import Daily
from parcelwatch.core.rows import looks
from parcelwatch.core.service.retention import Retention
from parcelwatch.core.thresholds import Limits, Threshold
from parcelwatch.core.timekeeping.calendar import Calendar
from parcelwatch.core.timekeeping.working import FollowUp, OfficeHours
from parcelwatch.core.windows import Terms
from parcelwatch.errors import ConfigError
from parcelwatch.model import Severity

VARIABLE: Final = "PARCELWATCH_CONFIG"
USUAL_PLACES: Final = (Path("config.toml"), Path("/etc/parcelwatch/config.toml"))
_EXAMPLE: Final = "config.example.toml"


@dataclass(frozen=True, slots=True, eq=False)
class Config:
    """An accepted configuration. `warnings` are sentences with file and line.

    `declared`: account → where its declaration is, as it was written, of those that have it elsewhere;
    `declared_shops`, `declared_desks`: the same of shops and helpdesks. `texts`: all that it was read from, by path.
    """

    path: Path
    file: File
    places: Places
    warnings: tuple[str, ...] = ()
    declared: Mapping[str, str] = field(default_factory=dict)
    declared_shops: Mapping[str, str] = field(default_factory=dict)
    declared_desks: Mapping[str, str] = field(default_factory=dict)
    texts: Mapping[str, str] = field(default_factory=dict, repr=False)

    @property
    def database(self) -> Path:
        """The database's absolute path."""
        return _database(self.file, self.path)

    @property
    def begun(self) -> bool:
        """Whether its database is there; also where nobody may look, for whoever opens it is told so."""
        return reading.there(self.database) is not False

    @property
    def templates(self) -> Path | None:
        """The folder of the shop's own letters, None where it has none; a relative one starts at this file."""
        written = self.file.drafts.templates
        return self.path.absolute().parent / Path(written).expanduser() if written else None

    @property
    def timezone(self) -> ZoneInfo:
        """The zone of people's times: reports and naive times of imports."""
        return ZoneInfo(self.file.service.timezone)

    @property
    def listen(self) -> tuple[str, int] | None:
        """The host and port to listen on; None for none."""
        host, _, port = self.file.service.listen.rpartition(":")
        return (host, int(port)) if host else None

    @property
    def listen_written(self) -> bool:
        """Whether the file says so, or the default does."""
        return "listen" in self.file.service.model_fields_set

    @property
    def public_url(self) -> str:
        """Where people reach `listen`; "" where they do not, or nobody listens."""
        return self.file.service.public_url if self.listen else ""

    @property
    def heartbeat_url(self) -> Secret | None:
        """What is asked for every few minutes while all is well, so that somebody else notices when it is not."""
        return self._secret(self.file.service.heartbeat_url, ("service", "heartbeat_url"), fitting.key)

    @property
    def proxy(self) -> Secret | None:
        """By way of what couriers and shops are asked; None for straight."""
        return self._secret(self.file.service.proxy, ("service", "proxy"), fitting.proxy)

    @property
    def language(self) -> str:
        """The language of agents' messages: "en" or "zh-CN"."""
        return self.file.alerts.language

    @property
    def shop(self) -> Shop:
        """What the shop says of itself."""
        return Shop(self.file.shop.order_url, self.file.shop.currency)

    @property
    def apis(self) -> dict[str, tuple[str, str]]:
        """Account → its API and, where that is no courier's own, what the courier behind it is called."""
        return {name: (account.api, _called(account)) for name, account in self.file.couriers.items()}

    def accounts(self) -> dict[str, AccountConfig]:
        """Every account by name, in the file's order."""
        return {name: self.account(name) for name in self.file.couriers}

    def account(self, name: str) -> AccountConfig:
        """One account. Raises KeyError when there is none of that name."""
        written = self.file.couriers[name]
        secrets = {
            kind: self._secret(value, ("couriers", name, kind), None if kind == "customer" else fitting.key)
            for kind, value in written.secrets.items()
        }
        return AccountConfig(
            name=name,
            api=written.api,
            **secrets,
            base_url=written.base_url,
            rate=written.rate,
            quotas=written.quota,
            interval=written.interval.natural() if written.interval else None,
            options=written.options,
            companies=written.companies,
            declared=written.declared,
        )

    def asked(self) -> tuple[str, ...]:
        """Everybody who is asked, as their states are kept: courier accounts, then shops.NAME and helpdesks.NAME."""
        shops, desks = self.file.shops, self.file.helpdesks
        named = (*(f"shops.{name}" for name in shops), *(f"helpdesks.{name}" for name in desks))
        return (*self.file.couriers, *named)

    def tokens(self) -> dict[str, TokenConfig]:
        """Who may post what, by name."""
        return {
            name: TokenConfig(
                name, each.secret.at(self._spot(("tokens", name, "secret")), fitting.token), each.role, each.rate
            )
            for name, each in self.file.tokens.items()
        }

    def presets(self) -> Mapping[str, Preset]:
        """How files are read that come again and again, by name."""
        return self.file.presets

    def shops(self) -> dict[str, ShopConfig]:
        """Every shop by name, in the file's order."""
        return {name: self._shop(name, written) for name, written in self.file.shops.items()}

    def _shop(self, name: str, written: models.Platform) -> ShopConfig:
        secrets = {
            kind: self._secret(value, ("shops", name, kind), fitting.key) for kind, value in written.secrets.items()
        }
        return ShopConfig(
            name=name,
            api=written.api,
            **secrets,
            base_url=written.base_url,
            every=written.every.natural(),
            timezone=ZoneInfo(written.timezone) if written.timezone else self.timezone,
            options=written.options,
            declared=written.declared,
        )

    def helpdesks(self) -> dict[str, HelpdeskConfig]:
        """Every helpdesk by name, in the file's order."""
        return {name: self._helpdesk(name, written) for name, written in self.file.helpdesks.items()}

    def _helpdesk(self, name: str, written: models.Helpdesk) -> HelpdeskConfig:
        secrets = {kind: self._secret(value, ("helpdesks", name, kind)) for kind, value in written.secrets.items()}
        return HelpdeskConfig(
            name=name,
            api=written.api,
            **secrets,
            base_url=written.base_url,
            every=written.every.natural(),
            deliver=written.deliver,
            create=written.create,
            ignore_tags=written.ignore_tags,
            field=written.field,
            rate=written.rate,
            options=written.options,
            declared=written.declared,
        )

    def channels(self) -> dict[str, ChannelConfig]:
        """Every channel by name, in the file's order: the first takes what no route does."""
        return {name: self._channel(name, written) for name, written in self.file.channels.items()}

    def _channel(self, name: str, written: speaking.Channel) -> ChannelConfig:
        at = ("channels", name, "url")
        return ChannelConfig(
            name=name,
            language=written.language or self.language,
            timezone=self._zone(written),
            private=written.private,
            url=written.url.at(self._spot(at)),
            at=self.places.spot(at),
            fallback=written.fallback,
            person=written.person or "",
        )

    def timing(self) -> Timing:
        """When messages leave."""
        said = self.file.messages
        return Timing(
            said.group_wait.natural(),
            said.group_interval.natural(),
            said.repeat.natural() if said.repeat else None,
            {name: _hours(channel, self._zone(channel)) for name, channel in self.file.channels.items()},
        )

    def to_customers(self) -> dict[str, Secret]:
        """The ways to customers that are configured: url, sms, webhook."""
        written = self.file.drafts.send.secrets
        return {name: secret.at(self._spot(("drafts", "send", name))) for name, secret in written.items()}

    def policy(self) -> Policy:
        """What decides. Ask once and keep it: it remembers what it chose."""
        thresholds, drafts, channels = self.file.thresholds, self.file.drafts, tuple(self.file.channels)
        return Policy(
            profile=thresholds.profile,
            thresholds=self._thresholds(thresholds.limits, ("thresholds",)),
            overrides=tuple(self._override(each, place) for place, each in enumerate(thresholds.override)),
            routes=tuple(self._route(each, place) for place, each in enumerate(self.file.routes)),
            timing=self.timing(),
            channels=channels,
            old_news=self.file.alerts.old_news.natural(),
            draft_channel=drafts.channel or next(iter(channels), ""),
            calendar=self.calendar(),
            wording=Wording(
                drafts.shop,
                drafts.languages,
                drafts.follow_up.natural(),
                drafts.remedies,
                tuple(Offer(each.remedies, each.kinds, each.tier, each.value) for each in drafts.offers),
            ),
            claims=self.claims(),
            foresight=self._foresight(),
            incidents=self._incidents(),
            follow_up=self._follow_up(),
            hours=self._hours(),
            daily=Daily(self.file.report.channel, time.fromisoformat(self.file.report.at)),
        )

    def retention(self) -> Retention:
        """How long what is over is kept."""
        kept = self.file.retention
        return Retention(kept.parcels.natural(), kept.messages.natural(), kept.payloads.natural())

    def _foresight(self) -> Foresight:
        forecast = self.file.forecast
        at = time.fromisoformat(forecast.at)
        return Foresight(forecast.enabled, forecast.probability, forecast.undispatched, forecast.grace, at)

    def _incidents(self) -> Incidents:
        said = self.file.incidents
        return Incidents(said.enabled, Bar(said.minimum, said.alpha), said.value)

    def _follow_up(self) -> FollowUp:
        alerts = self.file.alerts
        limits = {Severity(name): limit for name, limit in alerts.escalate_after.items()}
        return FollowUp(limits, alerts.escalate_to, alerts.reraise_after, alerts.remedy_after)

    def _hours(self) -> OfficeHours:
        opens, _, closes = self.file.calendar.hours.partition("-")
        if not opens:
            return OfficeHours(self.timezone)
        return OfficeHours(self.timezone, time.fromisoformat(opens), time.fromisoformat(closes))

    def claims(self) -> Terms:
        """Until when claims are in time: by this file, and by what comes along."""
        return contracts.terms(self.file, self.declared, self._spot)

    def calendar(self) -> Calendar:
        """The days of every place, with what this file adds to them."""
        return days.calendar(self.file)

    def effective(self) -> dict[str, Any]:
        """Every value that holds, defaults included and secrets masked, as JSON knows it."""
        shown = self.file.model_dump(mode="json", by_alias=True, exclude_none=True)
        shown["service"]["database"] = str(self.database)
        for name, account in self.file.couriers.items():
            if account.declared is not None:  # as it was written: one kind of auth has no place for another's defaults
                written = account.declared.model_dump(mode="json", by_alias=True, exclude_unset=True)
                shown["couriers"][name]["declared"] = self.declared.get(name, written)
        for name, shop in self.file.shops.items():
            if shop.declared is not None:
                whole = shop.declared.model_dump(mode="json", by_alias=True, exclude_unset=True)
                shown["shops"][name]["declared"] = self.declared_shops.get(name, whole)
        for name, desk in self.file.helpdesks.items():
            if desk.declared is not None:
                whole = desk.declared.model_dump(mode="json", by_alias=True, exclude_unset=True)
                shown["helpdesks"][name]["declared"] = self.declared_desks.get(name, whole)
        for table in ("peaks", "stoppages", "remote", "routes", "claims"):
            shown[table] = [_without_blanks(each) for each in shown[table]]
        shown["thresholds"] = {
            "profile": self.file.thresholds.profile,
            **_profile(self.file.thresholds.profile),
            **{key: value for key, value in shown["thresholds"].items() if key not in ("profile", "override")},
            "override": [_without_blanks(each) for each in shown["thresholds"]["override"]],
        }
        shown["peaks"] = [_without_blanks(each) for each in shown["peaks"]]
        chosen = shown["drafts"]["remedies"]
        shown["drafts"]["remedies"] = {kind: list(spec.remedies) for kind, spec in LETTERS.items()} | chosen
        shown["drafts"]["offers"] = [_without_blanks(each) for each in shown["drafts"]["offers"]]
        return shown

    def _thresholds(self, limits: Mapping[str, judging.Limits], at: tuple[str | int, ...]) -> dict[str, Threshold]:
        return {
            kind: Threshold(each.warn, each.critical, self._spot((*at, kind)), shadow=each.mode == "shadow")
            for kind, each in limits.items()
        }

    def _override(self, override: judging.Override, position: int) -> Override:
        at = ("thresholds", "override", position)
        whom = ", ".join(f"{name} {value}" for name, value in override.matchers.items()) or "every parcel"
        thresholds = {
            kind: replace(each, line=f"{each.line} ({whom})", shadow=override.tries(kind))
            for kind, each in self._thresholds(override.limits, at).items()
        }
        return Override(thresholds, f"{self._spot(at)} ({whom})", untracked=override.untracked, **override.matchers)

    def _route(self, route: speaking.Route, position: int) -> Route:
        return Route(
            routes.matcher(route), route.takers, route.continue_, route.drafts, self._spot(("routes", position))
        )

    def _zone(self, channel: speaking.Channel) -> ZoneInfo:
        return ZoneInfo(channel.timezone) if channel.timezone else self.timezone

    def _secret(self, secret: Secret | None, at: tuple[str, ...], fault: fitting.Fault | None = None) -> Secret | None:
        return secret.at(self._spot(at), fault) if secret else None

    def _spot(self, at: tuple[str | int, ...]) -> str:
        return f"{self.places.spot(at)} {dotted(at)}"


def find(
    option: Path | None = None, environ: Mapping[str, str] = os.environ, usual: Sequence[Path] = USUAL_PLACES
) -> Path:
    """The configuration to use: the option, else $PARCELWATCH_CONFIG, else the usual places. Raises ConfigError."""
    named = option or (Path(environ[VARIABLE]) if environ.get(VARIABLE) else None)
    if named:
        return named
    seen = {path: reading.there(path) for path in usual}
    # Where nobody may look it may lie; the first place is only the folder that somebody happens to be in.
    for path in (*(one for one in usual if seen[one]), *(one for one in usual[::-1] if seen[one] is None)):
        return path
    looked = ", ".join(map(str, usual))
    how = "`parcelwatch config init` writes one to start from; `parcelwatch demo` needs none"
    raise ConfigError([f"no configuration found (looked for --config, ${VARIABLE}, {looked}): {how}"])


def load(
    path: Path,
    *,
    apis: checks.Apis | None = None,
    shops: checks.Apis | None = None,
    helpdesks: checks.Apis | None = None,
    environ: Mapping[str, str] = os.environ,
    kept: Mapping[str, str] | None = None,
) -> Config:
    """Read and accept a file. Raises ConfigError with everything that is wrong with it.

    `apis`, `shops`, `helpdesks`: the adapters there are, each with what it needs and takes; without them they are not
    checked. `kept`: what files said once, by path, which goes for what they say now.
    """
    texts = Texts(kept)
    text = texts.read(path)
    document = parsed(text, path)
    expect(document, path, looks.CONFIGURATION, "accounts, each below [couriers.NAME]")
    declared = resolve(document, path.absolute().parent, texts)
    moved = settled(declared.written, Places(str(path), key_lines(text)))
    written, places = moved.written, moved.places
    file, problems = None, [*moved.problems, *checks.errors(written, apis, {"shops": shops, "helpdesks": helpdesks})]
    try:
        file = File.model_validate(written, context=Surroundings(path.absolute().parent, environ))
    except ValidationError as error:
        problems += [problem_of(each, File) for each in error.errors(include_url=False)]
    if file:
        problems += [*days.errors(file), *routes.unreached(file, places), *overrides.ties(file, places)]
    if problems or declared.problems or not file:
        # Raised outside the handler: pydantic's own error quotes what was written, secrets too.
        raise ConfigError(declared.sentences(problems, places))
    said = tuple(places.sentences(checks.warnings(file, path, _database(file, path))))
    asked, sold, helped = (declared.of(table) for table in ("couriers", "shops", "helpdesks"))
    config = Config(path, file, Places(path.name, places.lines), said, asked, sold, helped, texts.said)
    unfit = list(checks.misfits("couriers", config.accounts().values(), apis))
    unfit += checks.misfits("shops", config.shops().values(), shops)
    unfit += checks.misfits("helpdesks", config.helpdesks().values(), helpdesks)
    if unfit:
        raise ConfigError(places.sentences(unfit))
    return config


def schema() -> dict[str, Any]:
    """The JSON Schema of config.toml, for editors."""
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", **File.model_json_schema(by_alias=True)}


def example() -> str:
    """The text of config.example.toml: from the installed package, or from the source tree it runs in."""
    installed = importlib.resources.files("parcelwatch").joinpath(_EXAMPLE)
    source = installed if installed.is_file() else Path(__file__).parents[2] / _EXAMPLE
    return source.read_text(encoding="utf-8")


def _hours(channel: speaking.Channel, zone: ZoneInfo) -> Hours:
    begin, _, end = (channel.quiet_hours or "").partition("-")
    return Hours(
        zone,
        (clock(begin), clock(end)) if begin else None,
        None if channel.quiet_except == NOTHING else Severity(channel.quiet_except),
        clock(channel.digest_at) if channel.digest_at else None,
        Severity(channel.digest_below),
        channel.max_per_hour,
    )


def _database(file: File, path: Path) -> Path:
    return path.absolute().parent / Path(file.service.database).expanduser()


def _profile(name: str) -> dict[str, Any]:
    profile = PROFILES[name]
    columns = {kind: (profile.domestic[kind], profile.cross_border[kind]) for kind in profile.domestic}
    return {
        kind: _column(domestic)
        if domestic == abroad
        else {"domestic": _column(domestic), "cross_border": _column(abroad)}
        for kind, (domestic, abroad) in columns.items()
    }


def _column(limits: Limits) -> dict[str, str]:
    both = {"warn": limits.warn, "critical": limits.critical}
    return {name: str(duration) for name, duration in both.items() if duration}


def _without_blanks(table: Mapping[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in table.items() if value != ""}


def _called(account: models.Courier) -> str:
    """What a declared courier calls itself, or which carrier of an SDK it is."""
    named = account.declared.name if account.declared else account.options.get("carrier", "")
    return named or ""
