"""From the URL of a channel to the service behind it, or to all that is wrong with the URL.

What belongs here: what Apprise would take and parcelwatch does not, because a message would be lost, doubled, or go
nowhere without anybody knowing. No fault shows the URL, which holds the key.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from functools import cache
from ipaddress import ip_address
from typing import Any, Final
from urllib.parse import quote, unquote, urlsplit

import apprise
from apprise import NotifyBase, NotifyFormat
from apprise.manager_plugins import NotificationManager

from parcelwatch.channels.others import Other
from parcelwatch.channels.services.dingtalk import DingTalk
from parcelwatch.channels.services.discord import Discord
from parcelwatch.channels.services.feishu import Feishu
from parcelwatch.channels.services.lark import Lark
from parcelwatch.channels.services.mail import Mail
from parcelwatch.channels.services.ntfy import Ntfy
from parcelwatch.channels.services.pushover import Pushover
from parcelwatch.channels.services.slack import Slack
from parcelwatch.channels.services.teams import Teams
from parcelwatch.channels.services.telegram import Telegram
from parcelwatch.channels.services.webhook import Webhook
from parcelwatch.channels.services.wecomapp import WeComApp
from parcelwatch.channels.services.wecombot import WeComBot
from parcelwatch.channels.told import Told
from parcelwatch.core.rows.near import did_you_mean
from parcelwatch.errors import ConfigError

SERVICES: Final = (
    *(DingTalk, Discord, Feishu, Lark, Mail, Ntfy, Pushover, Slack, Teams, Telegram, Webhook, WeComApp, WeComBot),
)
"""They take the place of Apprise's plugins, whose URLs they share."""

# They reach this machine's own desktop or log, or send blindly: no agent is told, and nobody could know.
LOCAL: Final = frozenset(
    {"syslog", "rsyslog", "dbus", "kde", "qt", "glib", "gio", "gnome", "macosx", "windows", "blink1"}
)
# With format=markdown Apprise collects mentions from the text and posts them as live ones.
RINGS_IN_MARKDOWN: Final = frozenset({"fluxer"})

# Scanners open the links in mail, and press buttons.
MAIL: Final = frozenset(
    {
        *("mailto", "mailtos", "azure", "brevo", "groundmail", "mailersend", "mailgun", "o365", "postmark"),
        *("resend", "sendgrid", "sendpulse", "ses", "smtp2go", "sparkpost", "deltachat", "deltachats"),
    }
)

_SCHEME: Final = re.compile(r"([a-z][a-z0-9]{1,19})://")
_SECOND: Final = re.compile(r"[a-z][a-z0-9]{1,19}://", re.IGNORECASE)
_PARTED: Final = re.compile(r"[\s,;|，；]+[a-z][a-z0-9]{1,19}://", re.IGNORECASE)
_HOST: Final = re.compile(r"(?:\[[0-9a-f:.]+\]|[\w.-]+)(?::\d{1,5})?(?=[/?#]|$)", re.IGNORECASE)
_RESERVED: Final = "@#/?:;&[] "


def service(name: str, url: str) -> Told | Other:
    """The one service of this URL, or ConfigError with all its faults."""
    found = _SCHEME.match(url.lower())
    scheme = found[1] if found else ""
    _refuse(name, _before(scheme, url))
    _plugins()
    plugin = apprise.Apprise.instantiate(url, asset=apprise.AppriseAsset(service_timeout=0, http_redirects=False))
    _refuse(name, list(_login_faults(scheme, url, plugin)) or _raw_signs(url))
    if plugin is None:
        raise _refusal(name, [f"{_wanted(scheme)}{_hint(scheme, url)}"])
    _refuse(name, list(_unread(scheme, url, plugin)) or _faults(plugin))
    return plugin if isinstance(plugin, Told) else Other(plugin)


def is_mail(url: str) -> bool:
    """Whether what is sent there is read in a mailbox."""
    return url.strip().partition(":")[0].lower() in MAIL


def _refuse(name: str, faults: Iterable[str]) -> None:
    """Raise ConfigError if there are any."""
    if found := list(faults):
        raise _refusal(name, found)


def _refusal(name: str, faults: list[str]) -> ConfigError:
    return ConfigError([f"channels.{name}.url: {fault}" for fault in faults])


@cache
def _plugins() -> NotificationManager:
    """Apprise's plugins, with ours in place of those they inherit from."""
    plugins = NotificationManager()
    for each in SERVICES:
        plugins.add(each, force=True)
    return plugins


def _before(scheme: str, url: str) -> Iterator[str]:
    """What shows in the URL as it is written."""
    if scheme in LOCAL:
        yield f"{scheme}:// reaches no agent; choose a chat, a mail address or a webhook"
    path, _, options = url.partition("://")[2].partition("?")
    # A web address may stand in an option's text, and in an option alone.
    if _SECOND.search(path) or any("http" not in found[0].lower() for found in _PARTED.finditer(options)):
        yield "holds two URLs, of which one would be lost; write a [channels.…] table for each"


def _faults(plugin: NotifyBase) -> Iterator[str]:
    """What the URL asks for that would make a lost message look delivered, or one message two."""
    if plugin.optional:
        yield "remove optional=: a message that failed would count as delivered"
    if plugin.redirects:
        yield "remove redirect=: a redirected message loses its text"
    if plugin.retry:
        yield "remove retry=: parcelwatch tries again itself, later and without repeating what arrived"
    if plugin.schemas() & RINGS_IN_MARKDOWN and plugin.resolve_format(NotifyFormat.TEXT) != NotifyFormat.TEXT:
        yield "remove format=: a courier's text could ring everybody"
    if isinstance(plugin, Told):
        yield from _told_faults(plugin)


def _told_faults(plugin: Told) -> Iterator[str]:
    if getattr(plugin, "template", None):
        yield "remove template=: parcelwatch writes the message itself"
    if (via := plugin.options.get("via")) and not _safe(via):
        yield "via= must be an https:// address, or http:// on this machine: the key goes there"
    if fault := plugin.fault():
        yield fault


def _safe(via: str) -> bool:
    """Whether a gateway is reached without the key being readable on the way."""
    try:
        parts = urlsplit(via)
        host = parts.hostname or ""
    except ValueError:
        return False
    return bool(host) and (parts.scheme == "https" or (parts.scheme == "http" and _near(host)))


def _near(host: str) -> bool:
    try:
        return host == "localhost" or ip_address(host).is_loopback
    except ValueError:
        return False


# --- raw signs in a login ------------------------------------------------------------------------


def _login_faults(scheme: str, url: str, plugin: NotifyBase | None) -> Iterator[str]:
    """Which signs in the user name or password make Apprise read another host or password than was written."""
    login, host = _written_login(url) if _takes_login(scheme) else ("", "")
    user, _, password = login.partition(":")
    raw = [sign for sign in _RESERVED if sign in password or (sign != ":" and sign in user)]
    if not raw or (plugin and _read_so(plugin, password, host)):
        return
    signs = " and ".join(f'"{sign}"' for sign in raw)
    codes = " and ".join(quote(sign, safe="") for sign in raw)
    yield f"the user name or password holds a raw {signs}, which ends it too early; write {codes} instead"


def _raw_signs(url: str) -> Iterator[str]:
    """Signs anywhere in a key, token or password that end it too early, or are read as another."""
    before, _, options = url.partition("?")
    if re.search("[^/,]#", before.partition("://")[2]):
        yield 'holds a raw "#", which ends a key or password too early; write %23 instead'
    if any(option and "=" not in option for option in options.split("&")):
        yield 'holds a raw "?" or "&", which ends a key or password too early; write %3F or %26 instead'
    if ";" in options:
        yield 'holds a raw ";", which ends a key or password too early; write %3B instead'
    # Nobody writes a letter or a digit by its code.
    if any(unquote(code).isalnum() for code in re.findall("%[0-7][0-9A-Fa-f]", url)):
        yield 'holds a raw "%" that is read as the code of a letter or a digit; write %25 instead'


# Their URLs hold keys, and whom in a group to call. Of others a piece may be read as somebody to tell.
_KEYS_ALONE: Final = frozenset({"wecombot", "dingtalk", "feishu", "lark", "discord", "workflow", "workflows"})


def _unread(scheme: str, url: str, plugin: NotifyBase) -> Iterator[str]:
    """The first sign that parts a key in two, of which the service would be given one."""
    if scheme not in _KEYS_ALONE:
        return
    written = "".join(plugin.templates)
    unused = {name for name, place in _PLACES.items() if place not in written}
    taken = "\n".join(_texts([value for name, value in vars(plugin).items() if name not in unused]))
    path = url.partition("://")[2].partition("?")[0]
    for found in re.finditer("[^@/:,]+", path):
        if unquote(found[0]).lower().lstrip("+") not in taken:
            around = path[found.start() - 1] if found.start() else path[found.end() : found.end() + 1]
            sign = ";" if ";" in found[0] else around
            yield f'holds a raw "{sign}", which parts a key so that some of it is lost; write {_codes(sign)} instead'
            return


# What Apprise reads of every URL, with its place in the URLs of services that have a use for it.
_PLACES: Final = {"user": "}@", "password": "{password}", "host": "{host}", "fullpath": "{fullpath}", "port": "{port}"}


def _texts(value: object) -> Iterator[str]:
    """All texts within a value, in lower case."""
    if isinstance(value, str | int):
        yield str(value).lower()
    elif isinstance(value, Mapping | Iterable):
        for each in value.values() if isinstance(value, Mapping) else value:
            yield from _texts(each)


def _wanted(scheme: str) -> str:
    """What is wrong with a URL that no service takes: what stands behind its scheme, or the scheme itself."""
    plugins = _plugins()
    if scheme in plugins:
        form = plugins[scheme].templates[0].format_map(_Named(schema=scheme))
        return f'what stands behind "{scheme}://" is not what that service takes, such as {form}'
    near = "" if scheme in ("http", "https") else did_you_mean(scheme, list(plugins.schemas()))
    shown = f'one that begins "{scheme}://"{near}' if scheme else "what it holds"
    return f"expected an Apprise URL such as slack://… or mailto://…, cannot use {shown}"


class _Named(dict[str, str]):
    """The parts of a template by their names, as people are to fill them in."""

    def __missing__(self, part: str) -> str:
        return part.upper()


def _hint(scheme: str, url: str) -> str:
    """What to do about signs that may be why a URL of a service that there is cannot be used."""
    path = url.partition("://")[2].partition("?")[0]
    signs = [sign for sign in "@:;&" if sign in path]
    known = scheme in _plugins() and signs
    return f"; {_quoted(signs)} in a key or password is written {_codes(signs)}" if known else ""


def _quoted(signs: Iterable[str]) -> str:
    return " and ".join(f'a raw "{sign}"' for sign in signs)


def _codes(signs: Iterable[str]) -> str:
    return " and ".join(quote(sign, safe="") for sign in signs)


def _takes_login(scheme: str) -> bool:
    plugins = _plugins()
    return scheme in plugins and any("{password}@" in template for template in plugins[scheme].templates)


def _written_login(url: str) -> tuple[str, str]:
    """Login and host as their writer meant them: the first "@" that a host follows parts them."""
    rest = url.partition("://")[2]
    for at in (found.start() for found in re.finditer("@", rest)):
        host = _HOST.match(rest, at + 1)
        if host and not _is_path(rest[:at]):
            return rest[:at], host[0].partition(":")[0]
    return "", ""


def _is_path(before: str) -> bool:
    """Whether what stands before an "@" is a host and a path of its own, as in `host:25/somebody@…`."""
    start = re.split(r"[/?#]", before, maxsplit=1)[0]
    return start != before and bool(re.search(r"@[\w.:\[\]-]+$|^[^:]*$|:\d+$", start))


def _read_so(plugin: Any, password: str, host: str) -> bool:
    """Whether Apprise reads it as it was meant."""
    return plugin.password in {unquote(password) or None, password} and plugin.host.lower() == host.lower()
