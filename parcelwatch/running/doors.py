"""What answers on `listen`: couriers that call us, and people who act from a message.

What belongs here: which routes a configuration opens. What each of them answers is in web/.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from datetime import datetime

import structlog
from starlette.applications import Starlette
from starlette.routing import BaseRoute

from parcelwatch import web
from parcelwatch.asking.posts import Post
from parcelwatch.config import Config
from parcelwatch.core.policy import Policy
from parcelwatch.core.service.pacing import Pace
from parcelwatch.errors import ConfigError
from parcelwatch.running import making
from parcelwatch.running.engine import Engine
from parcelwatch.shopping.posting import Counters
from parcelwatch.shopping.taking import Counter
from parcelwatch.store.writer import Writer
from parcelwatch.verbs import complaining, importing
from parcelwatch.verbs.desks import assigner

log = structlog.get_logger()

Clock = Callable[[], datetime]


def opened(config: Config, parts: Engine, now: Clock, watching: Sequence[BaseRoute]) -> web.Server | None:
    """The server, listening; None when nobody can come.

    Raises ConfigError when the address that was asked for cannot be had; one nobody asked for is done without.
    """
    if config.listen is None:
        return None
    host, port = config.listen
    try:
        listening = web.bound(host, port)
    except ConfigError as error:
        if config.listen_written or config.public_url or config.tokens():
            raise
        log.warning("nobody can call", why=str(error))
        return None
    return web.Server(application(config, parts.posts, parts.policy, parts.writer, now, watching), listening)


def application(
    config: Config, posts: Sequence[Post], policy: Policy, writer: Writer, now: Clock, watching: Sequence[BaseRoute]
) -> Starlette:
    """What is answered; `watching`: whoever asks how we are. Raises ConfigError."""
    hooks = web.Hooks(posts, writer, now)
    address = ":".join(map(str, config.listen or ()))
    if hooks.accounts:
        log.info("couriers may call", address=f"http://{address}/hooks/ACCOUNT", accounts=list(hooks.accounts))
    callers = callers_of(config, policy)
    if callers:
        log.info("programs may post", address=f"http://{address}/api/…", tokens=[one.name for one in callers])
    routes = [hooks.route, *watching, *(web.Api(callers, writer, now).routes if callers else ())]
    if not config.public_url:
        return web.application(*routes)
    log.info("people may act from messages", address=f"{config.public_url}/a/…", on=address)
    links = web.Links(_readers(config), policy, writer, now, together=making.renderer(config).together)
    return web.application(*routes, links.route)


def callers_of(config: Config, policy: Policy) -> list[web.Caller]:
    """Whoever may post. Reads the tokens' secrets; raises ConfigError."""
    parcels, complaints = importing.desk(config, typed=False), complaining.desk(config, typed=False)
    asks = assigner(config)
    currency = config.shop.currency
    if problems := list(_alike(config)):
        raise ConfigError(problems)
    return [
        web.Caller(
            each.name,
            each.secret.read(),
            each.role,
            Pace(quotas=(each.rate,)),
            Counters(parcels, complaints, policy, Counter(f"api.{each.name}", asks, policy, currency)),
        )
        for each in config.tokens().values()
    ]


def _alike(config: Config) -> Iterator[str]:
    """Tokens that are one: whose it is, and what it may, could not be told."""
    owners: dict[str, str] = {}
    for each in config.tokens().values():
        owner = owners.setdefault(each.secret.read(), each.name)
        if owner != each.name:
            yield f"[tokens.{each.name}] has the secret of [tokens.{owner}]: give each its own"


def _readers(config: Config) -> web.Readers:
    languages = {name: channel.language for name, channel in config.channels().items()}
    return web.Readers(making.people(config), languages, config.language, config.timezone)
