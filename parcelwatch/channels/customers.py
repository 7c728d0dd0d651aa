"""Letters on their way to customers: an Apprise URL for each addressee, or a webhook with a body of the shop's own.

What belongs here: filling in an addressee without letting anything else in, one attempt, and what is known of it
afterwards. Nothing is tried twice here: a customer who gets a letter twice is not served better.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, Final
from urllib.parse import quote, urlsplit

from parcelwatch.channels import verdicts as says
from parcelwatch.channels.address import service
from parcelwatch.channels.told import Message
from parcelwatch.channels.verdicts import Fate, Verdict
from parcelwatch.channels.wire import Call, ask
from parcelwatch.errors import BadInput, ConfigError
from parcelwatch.model import Severity

CONTACT: Final = "{contact}"
FIELDS: Final = ("to", "name", "subject", "body", "order", "number", "kind", "step", "language", "draft")
"""What the body of a webhook may name, in braces."""

_TIMEOUT: Final = (5.0, 20.0)  # seconds: to connect, and until it answers
_MAIL: Final = re.compile(r"[\w.!#$&'*+/=?^{|}~-]+@[\w-]+(?:\.[\w-]+)+")
# People write a number in groups, with brackets around its area: +1 (555) 010-0123.
_SPACING: Final = r"[\s().\u2010-\u2013-]"
_PHONE: Final = re.compile(rf"\+?\(?\d(?:{_SPACING}{{0,3}}\d){{4,18}}")
# The 0 of +49 (0)151 is dialled within the country alone.
_TRUNK: Final = re.compile(r"(?<=\d)\s?\(0\)")
_PLACEHOLDER: Final = re.compile(r"\{(\w+)\}")
_LOOPBACK: Final = frozenset({"127.0.0.1", "::1", "localhost"})
# With its country, its area, or as a mobile's in China and a number's in North America; others are of chats.
_DIALLED: Final = re.compile(r"\+[1-9]|\(?0|1(?:\D*\d){10}$")
# These say for sure that nothing left. A 4xx of a mail server does, too.
_NEVER_LEFT: Final = (says.NO_CONNECTION, says.UNTRUSTED)


class Outcome(StrEnum):
    """What is known after an attempt."""

    ARRIVED = "arrived"
    REFUSED = "refused"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Attempt:
    """What became of a letter; `why`: in words, "" when it arrived."""

    outcome: Outcome
    why: str = ""


@dataclass(frozen=True, slots=True)
class Customers:
    """The ways to customers. `mail`, `sms`: Apprise URLs with {contact} in them; `webhook`: an address; "" for none.

    `body`: what is posted there, as JSON, with FIELDS in braces; all of them when empty. `places`: where each key of
    [drafts.send] is written, such as "config.toml:12". Raises ConfigError.
    """

    mail: str = ""
    sms: str = ""
    webhook: str = ""
    body: Mapping[str, Any] = field(default_factory=dict)
    places: Mapping[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        at = {key: f"{place}: drafts.send.{key}" for key, place in self.places.items()}
        if faults := [f"{at.get(key, f'drafts.send.{key}')}: {fault}" for key, fault in _faults(self)]:
            raise ConfigError(faults)

    def send(self, said: Mapping[str, str]) -> Attempt:
        """One attempt with a letter, as FIELDS. Raises BadInput where no way takes its addressee; nothing left then.

        Its "mark", which no letter of another database has, tells whoever takes the webhook that it is the same one.
        """
        to = said["to"].strip()
        if url := self._url(to):
            return _judged(_through(url, to, said))
        if not self.webhook:
            raise BadInput(_nobody(to))
        content = filled(self.body or {name: f"{{{name}}}" for name in FIELDS}, said)
        headers = {"Idempotency-Key": f"letter-{said['mark']}"}
        answer = ask(Call(self.webhook, content, headers=headers), _TIMEOUT, verify=True)
        return _judged(answer if isinstance(answer, Verdict) else says.by_status(answer))

    def _url(self, to: str) -> str:
        if _MAIL.fullmatch(to):
            return self.mail
        return self.sms if _dialled(to) else ""


def _dialled(to: str) -> bool:
    """Whether it is a phone number for sure: a text to a stranger is worse than none."""
    return bool(_PHONE.fullmatch(to) and _DIALLED.match(to))


def filled(template: Any, said: Mapping[str, str]) -> Any:
    """A JSON value with the fields put in, in one pass: no value is ever read as a template."""
    if isinstance(template, str):
        return _PLACEHOLDER.sub(lambda found: said[found[1]] if found[1] in FIELDS else found[0], template)
    if isinstance(template, Mapping):
        return {key: filled(value, said) for key, value in template.items()}
    return [filled(value, said) for value in template] if isinstance(template, list | tuple) else template


def _through(url: str, to: str, said: Mapping[str, str]) -> Verdict:
    """Through one of Apprise's services, whole or not at all."""
    number = _number(to) if _PHONE.fullmatch(to) else to
    way = service("customers", _unsigned(url.replace(CONTACT, quote(number, safe=""))))
    read = _addressees(getattr(way, "service", way))
    if read is not None and read != [_plain(number)]:
        raise BadInput(f"the channel to customers would read {to[:60]!r} as another address: send it by hand")
    subject, body = " ".join(said["subject"].split()), said["body"]
    if way.measure(body) > way.room(subject):
        raise BadInput("the letter is too long for the channel to customers: edit it, or send it by hand")
    return way.deliver(Message(subject, body, Severity.MEDIUM))


def _number(to: str) -> str:
    """A phone number as it is dialled."""
    return re.sub(_SPACING, "", _TRUNK.sub("", to) if to.startswith("+") else to)


def _addressees(service: object) -> list[str] | None:
    """To whom a service is to write, for it takes addresses apart in its own way; None where it keeps no list."""
    lists = [getattr(service, name) for name in ("targets", "target_phones", "phone") if hasattr(service, name)]
    each = [one for several in lists for one in ([several] if isinstance(several, str) else several or ())]
    return [_plain(str(one[-1] if isinstance(one, tuple | list) else one)) for one in each] if lists else None


def _plain(address: str) -> str:
    """Fit to be compared: services write a number their own way."""
    return address.casefold() if "@" in address else re.sub(r"\D", "", address)


def _unsigned(url: str) -> str:
    """A mail to a customer is the shop's: its head does not name the program that wrote it."""
    head = "X-Application"
    return url if not url.startswith("mail") or head in url else f"{url}&%2B{head}=letters"


def _judged(verdict: Verdict) -> Attempt:
    why = verdict.why + (f" ({verdict.said})" if verdict.said else "")
    if verdict.fate is Fate.ARRIVED:
        return Attempt(Outcome.ARRIVED)
    sure = verdict.fate in (Fate.NEVER, Fate.CLOSED, Fate.BUSY) or verdict in _NEVER_LEFT
    sure = sure or verdict.said.startswith("SMTP 4")
    return Attempt(Outcome.REFUSED if sure else Outcome.UNKNOWN, why)


def _nobody(to: str) -> str:
    if not to:
        return "nobody knows the customer's contact: `parcelwatch parcels add NUMBER --courier … --customer-contact …`"
    if _MAIL.fullmatch(to):
        return "no way to mail addresses: set [drafts.send] url, or webhook"
    if _dialled(to):
        return "no way to phone numbers: set [drafts.send] sms, or webhook"
    kinds = "neither a mail address nor a phone number with + or 0 before it"
    return f"{to[:60]!r} is {kinds}: only [drafts.send] webhook takes it"


# --- what is wrong with the ways -----------------------------------------------------------------


def _faults(ways: Customers) -> Iterator[tuple[str, str]]:
    """Keys of [drafts.send], each with what is wrong with it."""
    for key, url in (("url", ways.mail), ("sms", ways.sms)):
        if fault := _fault_of_url(url):
            yield key, fault
    where = urlsplit(ways.webhook)
    if ways.webhook and where.scheme != "https" and not (where.scheme == "http" and where.hostname in _LOOPBACK):
        yield "webhook", "must be an https:// address, or http:// on this machine: customers' names go there"
    unknown = sorted({name for text in _texts(ways.body) for name in _PLACEHOLDER.findall(text)} - set(FIELDS))
    yield from (("body", f"there is no {{{name}}}; there are {', '.join(FIELDS)}") for name in unknown)


def _fault_of_url(url: str) -> str:
    if not url:
        return ""
    if url.count(CONTACT) != 1:
        return f"a URL to customers names its addressee once, as {CONTACT}: mailtos://…?to={CONTACT}"
    if CONTACT in url.partition("://")[2].partition("@")[0] and "@" in url:
        return f"{CONTACT} stands where a user name or password does"
    try:
        service("customers", url.replace(CONTACT, "customer%40example.com" if "mail" in url[:7] else "15550100123"))
    except ConfigError as error:
        return error.problems[0].partition(": ")[2]
    return ""


def others(ways: Customers) -> Iterator[tuple[str, str]]:
    """Keys of [drafts.send] whose URL reaches somebody beside the customer, each with what follows from that."""
    for key, url, customer in (("url", ways.mail, "customer@example.com"), ("sms", ways.sms, "+15550100123")):
        if not url:
            continue
        way = service("customers", url.replace(CONTACT, quote(customer, safe="")))
        way = getattr(way, "service", way)
        if [one for one in _addressees(way) or () if one != _plain(customer)]:
            yield key, f"names an addressee beside {CONTACT}: no letter leaves, for each is one customer's"
        if getattr(way, "cc", None) or getattr(way, "bcc", None):
            yield key, f"has a cc= or bcc= beside {CONTACT}: whoever it names gets every customer's letter too"


def _texts(value: Any) -> list[str]:
    if isinstance(value, str):
        return [value]
    inner = value.values() if isinstance(value, Mapping) else value if isinstance(value, list | tuple) else ()
    return [text for each in inner for text in _texts(each)]
