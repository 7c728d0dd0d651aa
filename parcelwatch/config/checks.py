"""What needs more than one table to judge, and what is allowed but deserves a warning.

What belongs here: functions from the file to problems. Errors are found in the file as it was written, so that they
show beside whatever else is wrong with it; warnings in the one that was accepted.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Any
from urllib.parse import urlsplit

from parcelwatch.config import contracts, days, overrides, presets, routes
from parcelwatch.config.declarations import API, KEY, shipped
from parcelwatch.config.judging import MATCHERS, Limits, Override
from parcelwatch.config.models import Courier, File, Helpdesk, Platform
from parcelwatch.config.needs import needs
from parcelwatch.config.problems import Problem, listed
from parcelwatch.config.secrets import Secret, others_may_read
from parcelwatch.config.speaking import Route
from parcelwatch.config.values import is_loopback
from parcelwatch.core.kinds import CLOCKED
from parcelwatch.core.rows import cells, companies
from parcelwatch.core.rows.near import did_you_mean
from parcelwatch.errors import BadInput, ConfigError

ANY = "*"
"""Stands among an adapter's options when it takes any."""


@dataclass(frozen=True, slots=True)
class Adapter:
    """What a known adapter needs, and the options it takes; None when that is not known.

    `tailored`: makes it an account's own; ConfigError when the account's settings cannot be used.
    """

    needs: Collection[str]
    options: Collection[str] | None = None
    tailored: Callable[[Any], object] | None = None
    required: Collection[str] = ()


Apis = Mapping[str, Adapter]


def errors(
    written: Mapping[str, Any], apis: Apis | None, others: Mapping[str, Apis | None] = MappingProxyType({})
) -> Iterator[Problem]:
    """What refers to something that is not there. `apis`: every known adapter by name, None if unknown.

    `others`: the same by table, of what is no courier.
    """
    channels = _keys(written, "channels")
    for position, route in enumerate(_tables(written, "routes")):
        yield from routes.errors(route, channels, _keys(written, "couriers"), ("routes", position))
    for name in channels:
        yield from _fallback(name, written["channels"][name], channels)
    for table, key in (("drafts", "channel"), ("report", "channel"), ("alerts", "escalate_to")):
        if isinstance(found := written.get(table), dict):
            yield from routes.unknown_channel(found.get(key), channels, (table, key))
    yield from contracts.errors(written)
    for name in _keys(written, "couriers"):
        yield from _declared(written["couriers"][name], ("couriers", name))
        if apis is not None:
            yield from _adapter(written["couriers"][name], apis, ("couriers", name))
    yield from _companies(written)
    for name in _keys(written, "import"):
        yield from presets.errors(written["import"][name], _keys(written, "couriers"), ("import", name))
    yield from _open_to_all(written)
    for table, known in others.items():
        for name in _keys(written, table) if known is not None else ():
            yield from _adapter(written[table][name], known or {}, (table, name))


def misfits(table: str, accounts: Iterable[Any], apis: Apis | None) -> Iterator[Problem]:
    """What only the adapter of an accepted account can tell of its settings."""
    for account in accounts:
        make = apis[account.api].tailored if apis is not None else None
        if make is None:
            continue
        try:
            make(account)
        except ConfigError as error:
            yield from (Problem((table, account.name, "options"), text) for text in error.problems)


def warnings(file: File, path: Path, database: Path) -> Iterator[Problem]:
    """What works, but hardly as it was meant."""
    yield from _unused(file)
    yield from _thresholds(file)
    yield from overrides.warnings(file)
    yield from _links(file)
    yield from _stoppages(file)
    yield from routes.warnings(file)
    for position, route in enumerate(file.routes):
        for name, why in _mismatches(route, file):
            yield Problem(("routes", position, name), why)
    if file.alerts.escalate_to and not file.alerts.escalate_after:
        yield Problem(
            ("alerts", "escalate_to"), 'nothing is ever escalated: write escalate_after = { critical = "4h" }'
        )
    literals = list(_literals(file))
    yield from literals
    if literals and others_may_read(path):
        yield Problem((), f"others may read this file and the secrets in it; `chmod o-r {path}`")
    yield from _exposed(file)
    yield from days.warnings(file)
    yield from contracts.warnings(file)
    if database.is_relative_to("/etc"):
        yield Problem(("service", "database"), "a database does not belong below /etc; /var/lib is made for it")
    if not file.couriers:
        yield Problem((), "no [couriers.*] account: there is nobody to ask, and `parcelwatch run` will not start")
    if not file.channels:
        yield Problem((), "no [channels.*]: alerts are recorded as suppressed, nobody is told")


# --- errors --------------------------------------------------------------------------------------


def _fallback(name: str, table: object, channels: Collection[str]) -> Iterator[Problem]:
    if not isinstance(table, dict):
        return
    at = ("channels", name, "fallback")
    if table.get("fallback") == name:
        yield Problem(at, "is this channel itself, which takes nothing while it is down: name another one")
    else:
        yield from routes.unknown_channel(table.get("fallback"), channels, at)


def _adapter(account: object, apis: Apis, at: tuple[str, str]) -> Iterator[Problem]:
    api = account.get("api") if isinstance(account, dict) else None
    if not isinstance(account, dict) or not isinstance(api, str):
        return
    if api not in apis and api in shipped():
        yield Problem((*at, "api"), f'declared couriers are used with api = "{API}" and {KEY} = "{api}"')
        return
    if api not in apis:
        yield Problem((*at, "api"), f'no adapter "{api}"{did_you_mean(api, apis)}; there are {listed(sorted(apis))}')
        return
    for need in apis[api].needs:
        if need not in account:
            yield Problem(at, f'the adapter "{api}" needs `{need}`: write {_HOW.get(need, _NAMED % need)}')
    options = account.get("options")
    for need in apis[api].required:
        if not isinstance(options, dict) or need not in options:
            yield Problem(at, f'the adapter "{api}" needs options.{need}: write options = {{ {need} = "…" }}')
    yield from _options(account, api, apis[api].options, at)


_NAMED = 'where it is, such as %s = "env:NAME"'
_HOW = {"base_url": 'the address you were given, such as base_url = "https://api.example.com/track"'}


def _open_to_all(written: Mapping[str, Any]) -> Iterator[Problem]:
    """A port that others reach needs somebody at the door: a token, or a server with TLS in front."""
    service = written.get("service")
    listen = service.get("listen") if isinstance(service, dict) else None
    if not isinstance(service, dict) or not isinstance(listen, str) or not listen.rpartition(":")[0]:
        return
    if is_loopback(f"//{listen}") or _keys(written, "tokens") or service.get("public_url"):
        return
    yield Problem(
        ("service", "listen"),
        f'"{listen}" is open to other machines: write "127.0.0.1:{listen.rpartition(":")[2]}" and put a web server '
        "with TLS in front, which public_url names; or give those who post a [tokens.NAME]",
    )


def _companies(written: Mapping[str, Any]) -> Iterator[Problem]:
    """What shops call a courier can lead to one account only."""
    taken: dict[str, str] = {}
    for name in _keys(written, "couriers"):
        account = written["couriers"][name]
        words = account.get("companies") if isinstance(account, dict) else None
        for word in words if isinstance(words, list) else ():
            if not isinstance(word, str):
                continue
            other = next((taken[known] for known in taken if companies.alike(known, word)), name)
            if other != name:
                yield Problem(
                    ("couriers", name, "companies"), f'"{word}" is [couriers.{other}]\'s already: write it at one'
                )
            taken[word] = other


def _options(
    account: Mapping[str, Any], api: str, known: Collection[str] | None, at: tuple[str, str]
) -> Iterator[Problem]:
    written = account.get("options")
    if not isinstance(written, dict) or known is None or ANY in known:
        return
    for name in written:
        if name not in known:
            there = f"it takes {listed(sorted(known))}" if known else "it takes none"
            yield Problem(
                (*at, "options", name), f'the adapter "{api}" has no such option{did_you_mean(name, known)}; {there}'
            )


def _declared(account: object, at: tuple[str, str]) -> Iterator[Problem]:
    """A declaration and its account, each of which may be faulty."""
    if not isinstance(account, dict):
        return
    declaration = account.get(KEY)
    if account.get("api") == API and declaration is None:
        known = listed(shipped())
        yield Problem(at, f'a declared courier needs `declared`: a table, a file, "file:acme.toml", or one of {known}')
    elif account.get("api") != API and declaration is not None and "api" in account:
        yield Problem((*at, KEY), f'is for api = "{API}"')
    if not isinstance(declaration, dict):
        return
    for need in needs(declaration):
        if need not in account:
            yield Problem(at, f"its declaration uses `{need}`: write {_NAMED % need}")
    if "base_url" not in declaration and "base_url" not in account:
        yield Problem((*at, KEY), f"has no base_url: write {_HOW['base_url']}")


def _keys(written: Mapping[str, Any], table: str) -> Collection[str]:
    found = written.get(table)
    return found.keys() if isinstance(found, dict) else ()


def _tables(written: Mapping[str, Any], name: str) -> Iterator[Mapping[str, Any]]:
    found = written.get(name)
    yield from (table for table in found if isinstance(table, dict)) if isinstance(found, list) else ()


# --- warnings ------------------------------------------------------------------------------------


def _unused(file: File) -> Iterator[Problem]:
    for at, _ in _limits(file):
        kind = str(at[-1])
        if kind not in CLOCKED:
            yield Problem(at, f"{kind} has no clock, it opens when it is said or due: this threshold does nothing")


def _thresholds(file: File) -> Iterator[Problem]:
    for at, limits in _limits(file):
        if limits.critical and limits.critical.length == limits.warn.length:
            yield Problem(at, f"critical is warn, {limits.warn}: it opens as critical, and is never only a warning")
    for position, override in enumerate(file.thresholds.override):
        at = ("thresholds", "override", position)
        for name, why in _mismatches(override, file):
            yield Problem((*at, name), why)
        if not override.says:
            yield Problem(at, "sets no threshold")
        if "courier_silent" in override.limits and set(override.matchers) != {"courier"}:
            others = ", ".join(name for name in MATCHERS if name in override.matchers and name != "courier")
            yield Problem((*at, "courier_silent"), f"an account is silent for all parcels: {others} cannot match")


_IDLE = "; it matches no parcel"


def _mismatches(one: Override | Route, file: File) -> Iterator[tuple[str, str]]:
    """The keys by which an override or a route can match no parcel that was imported, and why."""
    accounts = file.couriers
    if one.courier and accounts and one.courier not in accounts:
        yield "courier", f'no account "{one.courier}"{did_you_mean(one.courier, accounts)}{_IDLE}'
    else:
        yield from (("company", why) for why in _unknown_company(one.company, _asked(one.courier, file)))
    for name in ("service", "tag", "tier"):
        if fault := _unreadable(name, getattr(one, name, "")):
            yield name, f"{fault}{_IDLE}"


def _unreadable(name: str, text: str) -> str:
    """Why no cell of an import is ever read as this text, "" when one may be."""
    try:
        plain = cells.cell(name, text)
        tags = cells.tags_of(plain) if name == "tag" else ()
    except BadInput as error:
        return str(error)
    if len(tags) > 1:
        return f"each of {listed(tags)} is a tag of its own: write one for each"
    return "" if plain == text else f'"{text}" is read as "{plain}" in an import: write that'


def _stoppages(file: File) -> Iterator[Problem]:
    for position, each in enumerate(file.stoppages):
        for why in _unknown_company(each.company, _asked(each.courier, file)):
            yield Problem(("stoppages", position, "company"), why)


def _asked(account: str, file: File) -> Collection[str]:
    """The API of one account; of all of them when none is named, or one that is not there."""
    return {each.api for name, each in file.couriers.items() if account not in file.couriers or name == account}


def _unknown_company(text: str, apis: Collection[str]) -> Iterator[str]:
    """Why no parcel of these APIs is of a company, as an import reads it."""
    meant: list[str] = []
    faults: list[str] = []
    for api in sorted(apis) if text else ():
        try:
            read = companies.company(api, text)
        except BadInput as error:
            faults.append(str(error))
            continue
        if read.code == text:
            return
        meant += [read.code] if read.code else []
        faults += [read.doubt] if read.doubt else []
    if meant:
        yield f'no company has the code "{text}": write {listed(dict.fromkeys(meant))}{_IDLE}'
    elif faults:
        yield f"{faults[0].partition(';')[0]}; it may match no parcel"


def _links(file: File) -> Iterator[Problem]:
    """A public address by which nobody comes, or not safely; persons without one."""
    url, at = file.service.public_url, ("service", "public_url")
    if not url:
        for name, channel in file.channels.items():
            if channel.person:
                yield Problem(("channels", name, "person"), "does nothing without [service] public_url")
        return
    if not file.service.listen:
        yield Problem(at, 'messages get no links: nobody listens with listen = ""')
    if url.startswith("http:") and not is_loopback(url):
        yield Problem(at, "whoever reads the traffic can act by its links: write https://")
    if path := urlsplit(url).path:
        yield Problem(at, f"links lead to {url}/a/…: your web server must take {path} away on the way here")


def _limits(file: File) -> Iterator[tuple[tuple[str | int, ...], Limits]]:
    for kind, limits in file.thresholds.limits.items():
        yield ("thresholds", kind), limits
    for position, override in enumerate(file.thresholds.override):
        for kind, limits in override.limits.items():
            yield ("thresholds", "override", position, kind), limits


def _literals(file: File) -> Iterator[Problem]:
    better = '"env:NAME", "file:/path" or "credential:NAME"'
    for at, secret in _secrets(file):
        # A customer number alone opens nothing, and a sandbox's key opens only that.
        harmless = at[-1] == "customer" or (
            at[0] in ("couriers", "shops", "helpdesks") and _sandbox(getattr(file, at[0])[at[1]])
        )
        if secret.literal and not harmless:
            yield Problem(at, f"the secret itself stands in this file; better write where it is: {better}")


def _exposed(file: File) -> Iterator[Problem]:
    for at, secret in _secrets(file):
        if path := secret.exposed():
            yield Problem(at, f"others may read {path}; `chmod o-r` it")


def _secrets(file: File) -> Iterator[tuple[tuple[str, ...], Secret]]:
    service = file.service
    held: list[tuple[tuple[str, ...], Mapping[str, Secret | None]]] = [
        (("service",), {"heartbeat_url": service.heartbeat_url, "proxy": service.proxy}),
        *((("couriers", name), account.secrets) for name, account in file.couriers.items()),
        *((("shops", name), shop.secrets) for name, shop in file.shops.items()),
        *((("helpdesks", name), desk.secrets) for name, desk in file.helpdesks.items()),
        *((("channels", name), {"url": channel.url}) for name, channel in file.channels.items()),
        *((("tokens", name), {"secret": token.secret}) for name, token in file.tokens.items()),
        (("drafts", "send"), file.drafts.send.secrets),
    ]
    for at, secrets in held:
        yield from (((*at, key), secret) for key, secret in secrets.items() if secret)


def _sandbox(account: Courier | Platform | Helpdesk) -> bool:
    return bool(account.base_url) and is_loopback(account.base_url or "")
