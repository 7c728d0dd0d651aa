"""What a configuration makes: accounts with their adapters, channels, the policy, and what finds the words.

What belongs here: from a Config to the parts of an engine, at the start and when an edited file is taken over.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from parcelwatch.asking.posts import Post, post
from parcelwatch.channels import Channel, go_by, is_mail
from parcelwatch.config import Config
from parcelwatch.core.messaging.links import Linking
from parcelwatch.core.policy import Policy
from parcelwatch.core.service.retention import Retention
from parcelwatch.errors import ConfigError
from parcelwatch.shopping.keeper import Stall
from parcelwatch.shopping.stalls import stalls
from parcelwatch.store.keys import link_key
from parcelwatch.ticketing.counters import Counter, counters
from parcelwatch.wording.own_letters import broken_templates, own_letters
from parcelwatch.wording.render import Renderer


@dataclass(frozen=True, slots=True)
class Parts:
    """All of it. `broken`: what is wrong with the shop's own letters. `secrets`: table → a digest of its secrets.

    `letters`: file of a shop's own → a digest of what it says.
    """

    posts: tuple[Post, ...]
    channels: Mapping[str, Channel]
    policy: Policy
    renderer: Renderer
    voices: Mapping[str, Renderer]
    fallbacks: Mapping[str, str]
    broken: tuple[str, ...]
    secrets: Mapping[str, str]
    letters: Mapping[str, str] = field(default_factory=dict)
    stalls: tuple[Stall, ...] = ()
    counters: tuple[Counter, ...] = ()
    retention: Retention = field(default_factory=Retention)


def parts(config: Config) -> Parts:
    """All that it makes. Reads the secrets; raises ConfigError."""
    staffed, sends, policy = posts(config), channels(config), config.policy()
    secrets = {f"couriers.{one.name}": _digest(one.account.secrets) for one in staffed}
    secrets |= {f"channels.{name}": _digest([each.url.read()]) for name, each in config.channels().items()}
    shops, desks = tuple(stalls(config, policy)), tuple(counters(config, policy))
    secrets |= {f"shops.{one.name}": _digest(one.account.secrets) for one in shops}
    secrets |= {one.kept: _digest(one.account.secrets) for one in desks}
    return Parts(
        posts=tuple(staffed),
        channels=sends,
        policy=policy,
        renderer=renderer(config),
        voices=voices(config),
        fallbacks={name: channel.fallback for name, channel in config.channels().items() if channel.fallback},
        broken=tuple(broken_templates(config)),
        secrets=secrets,
        letters=own_letters(config),
        stalls=shops,
        counters=desks,
        retention=config.retention(),
    )


def require_couriers(read: Config) -> None:
    """Raise ConfigError for a configuration with nobody to ask."""
    if not read.accounts():
        raise ConfigError([f"{read.path}: no courier is configured; add a [couriers.NAME] table and run again"])


def renderer(config: Config) -> Renderer:
    """What finds the words, as configured."""
    return _voice(config, str(config.timezone), config.language)


def voices(config: Config) -> dict[str, Renderer]:
    """What finds the words of each channel, in its language and its zone."""
    return {
        name: _voice(config, str(each.timezone), each.language, private=each.private)
        for name, each in config.channels().items()
    }


def _voice(config: Config, timezone: str, language: str, *, private: bool = False) -> Renderer:
    shop, apis, templates = config.shop, config.apis, config.templates
    return Renderer(timezone, language, shop=shop, apis=apis, private=private, templates=templates)


def posts(config: Config) -> list[Post]:
    """Every configured account with its adapter. Reads the secrets; raises ConfigError for all that are missing."""
    problems: list[str] = []
    found: list[Post] = []
    for settings in config.accounts().values():
        try:
            found.append(post(settings))
        except ConfigError as error:
            problems += error.problems
    if problems:
        raise ConfigError(problems)
    return found


def channels(config: Config) -> dict[str, Channel]:
    """Every configured channel, in the file's order. Reads the secrets; ConfigError names all that are unusable."""
    go_by(proxy(config))
    problems: list[str] = []
    found: dict[str, Channel] = {}
    for name, settings in config.channels().items():
        try:
            found[name] = Channel(name, settings.url.read(), settings.at)
        except ConfigError as error:
            problems += error.problems
    if problems:
        raise ConfigError(problems)
    return found


def proxy(config: Config) -> str:
    """By way of what couriers and shops are asked and messages leave, "" for straight. Raises ConfigError."""
    return config.proxy.read() if config.proxy else ""


def people(config: Config) -> dict[str, str]:
    """The channels that are one person's own, with whose; no mailbox is, where scanners press buttons.

    Raises ConfigError.
    """
    own = (one for one in config.channels().values() if one.person)
    return {one.name: one.person for one in own if not is_mail(one.url.read())}


def linking(config: Config) -> Linking | None:
    """What makes links, where people can reach us; for whoever holds the daemon's lock. Raises StoreError."""
    return Linking(config.public_url, link_key(config.database)) if config.public_url else None


def _digest(secrets: Iterable[str]) -> str:
    return hashlib.sha256("\n".join(secrets).encode()).hexdigest()
