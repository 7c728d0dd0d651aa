"""Tickets of a helpdesk: whether one complains, about which parcels, and whether a letter may go into it.

What belongs here: deciding, from a ticket and what is known of orders and parcels. Nothing is guessed: a ticket that
may be about one parcel or another is about none. Asking helpdesks, looking up and saving is done elsewhere.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

from parcelwatch.core.texts.patterns import lazily
from parcelwatch.model import Author, Message, Missive, Ticket

LATELY: Final = timedelta(days=14)
"""So long after its delivery a parcel can still be complained about."""

_MOST_TEXT: Final = 20_000


# --- is it a complaint? --------------------------------------------------------------------------


class Unheard(StrEnum):
    """Why a ticket is no complaint."""

    OUTBOUND = "the shop began it"
    IGNORED = "it has a tag that is ignored"
    MERGED = "it goes on in another ticket"
    AUTOMATIC = "it was written by a machine"
    SILENT = "no customer wrote in it"
    QUOTED = "its customer only quotes what the shop wrote"


_MACHINES: Final = lazily(
    r"^(?:no|do[-_.]?not|nicht)[-_.]?(?:reply|antworten)|^(?:mailer-daemon|postmaster|bounces?|notifications?)\b",
    re.IGNORECASE,
)
_AUTOMATIC: Final = lazily(
    r"^\W*(?:auto(?:matic|mated|matische)?[\s:-]*(?:reply|response|antwort)|out of (?:the )?office|abwesen\w+|"
    r"r[ée]ponse automatique|absence du bureau|respuesta autom[áa]tica|fuera de la oficina|resposta autom[áa]tica|"
    r"risposta automatica|automatisch antwoord|undeliver\w+|delivery status notification|mail delivery (?:failed|sub)|"
    r"returned mail|unzustellbar|自动回复|自動回覆|自動返信|自動応答|系统退信)",
    re.IGNORECASE,
)
# What the shop's own system sends of an order, where it comes back as a ticket.
_ORDER_MAIL: Final = lazily(
    r"^\W*(?:\[[^\]]{1,60}\]\W*)?(?:new (?:customer )?order\b|order confirm\w+|order [#\w-]+ (?:confirmed|placed)|"
    r"your order (?:[#\w-]+ )?(?:is|has been|was) (?:confirmed|shipped|dispatched|received|on its way)|"
    r"(?:shipping|shipment|delivery) (?:confirmation|notification)|bestell\w*best[äa]tigung|versandbest[äa]tigung|"
    r"neue bestellung|confirmation de (?:votre )?commande|nouvelle commande|confirmaci[óo]n de (?:tu )?pedido|"
    r"nuevo pedido|订单确认|发货通知|新订单|ご注文(?:の)?確認|発送のお知らせ)",
    re.IGNORECASE,
)
# Where the words of somebody else begin in a mail.
_QUOTES: Final = lazily(
    r"^\s*(?:>|-{2,}\s*(?:original message|urspr[üu]ngliche nachricht|message d'origine|mensaje original|原始邮件)|"
    r"_{10,}|on .{6,120} wrote:|am .{6,120} schrieb\b.*:|le .{6,120} a [ée]crit\s*:|el .{6,120} escribi[óo]:|"
    r"(?:from|von|de|发件人|寄件者|差出人)\s*[:：].*[@<]|.{2,80}(?:写道|寫道)\s*[:：])",
    re.IGNORECASE,
)


def own_words(text: str) -> str:
    """What somebody wrote themselves, without what they quote."""
    kept: list[str] = []
    for line in text[:_MOST_TEXT].splitlines():
        if line.lstrip().startswith(">"):
            continue
        if _QUOTES.match(line):
            break
        kept.append(line)
    return "\n".join(kept).strip()


def automatic(subject: str, mail: str) -> bool:
    """Whether a mail of that subject, from that address, was written by a machine."""
    return bool(_MACHINES.search(mail.strip()) or _AUTOMATIC.match(subject) or _ORDER_MAIL.match(subject))


def first_words(ticket: Ticket, ignored: Collection[str] = ()) -> Message | Unheard:
    """The customer's first message of their own; or why the ticket is no complaint."""
    if ticket.merged:
        return Unheard.MERGED
    if ticket.outbound:
        return Unheard.OUTBOUND
    wanted = {tag.casefold() for tag in ignored}
    if any(tag.casefold() in wanted for tag in ticket.tags):
        return Unheard.IGNORED
    if automatic(ticket.subject, ticket.mail):
        return Unheard.AUTOMATIC
    theirs = _theirs(ticket)
    if not theirs:
        return Unheard.SILENT
    return next((each for each in theirs if own_words(each.text)), Unheard.QUOTED)


def _theirs(ticket: Ticket) -> list[Message]:
    written = (each for each in ticket.messages or () if each.author is Author.CUSTOMER and not each.private)
    return sorted(written, key=lambda each: each.at)


# --- what is it about? ---------------------------------------------------------------------------

_TOKEN: Final = lazily(r"[0-9A-Za-z]+")
# As people write a number in groups.
_JOINT: Final = lazily(r"[ \u00a0\u2007\u2009\u202f.\-\u2010-\u2013]")
_MOST_GROUPS: Final = 10
_LENGTHS: Final = (6, 40)

_NAME: Final = lazily(r"(?<![\w#])#?\w[\w/.\-]*")
_DIGITS: Final = lazily(r"\d")
_ORDER_WORD: Final = lazily(
    r"\border(?:s|ed|\b)|bestell|auftrag|commande|pedido|encomenda|ordine|zam[óo]wieni|заказ|注文|订单|訂單|订购|주문",
    re.IGNORECASE,
)
_NEAR: Final = 30
_LEAST_DIGITS: Final = 4


def numbers(text: str) -> tuple[str, ...]:
    """All that may be a parcel's number in a text: whole words with a digit, and groups of such read as one.

    In capitals. Letters alone belong to a number only at its ends, as in RR 123 456 785 DE.
    """
    text = text[:_MOST_TEXT]
    words = list(_TOKEN.finditer(text))
    found: dict[str, None] = {}
    for start in range(len(words)):
        for joined in _joined(text, words[start : start + _MOST_GROUPS]):
            found[joined] = None
    return tuple(found)


def _joined(text: str, words: Sequence[re.Match[str]]) -> Iterator[str]:
    number, hyphened, ended = "", "", False
    for place, word in enumerate(words):
        gap = text[words[place - 1].end() : word.start()] if place else ""
        if place and (ended or not _JOINT.fullmatch(gap)):
            return
        if not _DIGITS.search(word[0]):
            if len(word[0]) > 4 or not word[0].isupper():
                return
            ended = place > 0
        number += word[0].upper()
        hyphened += ("-" if gap and gap not in " \u00a0" else "") + word[0].upper()
        if _LENGTHS[0] <= len(number) <= _LENGTHS[1] and _DIGITS.search(number):
            yield number
            if hyphened != number:
                yield hyphened


@dataclass(frozen=True, slots=True)
class Name:
    """What may be an order's name. `sure`: it is written with its #, or the word order stands near it."""

    text: str
    sure: bool


def names(text: str) -> tuple[Name, ...]:
    """All that may name an order in a text: with #, or with four digits at least."""
    text = text[:_MOST_TEXT]
    near = [word.span() for word in _ORDER_WORD.finditer(text)]
    found: dict[str, bool] = {}
    for word in _NAME.finditer(text):
        written = word[0].rstrip("./-_")
        bare, digits = written.lstrip("#"), len(_DIGITS.findall(written))
        if not digits or not (written.startswith("#") or digits >= _LEAST_DIGITS):
            continue
        close = any(end - _NEAR <= word.end() and word.start() <= end + _NEAR for end in _ends(near))
        sure = written.startswith("#") or close
        found[bare] = found.get(bare, False) or sure
    return tuple(Name(text, sure) for text, sure in found.items())


def _ends(spans: Sequence[tuple[int, int]]) -> Iterator[int]:
    for start, end in spans:
        yield start
        yield end


@dataclass(frozen=True, slots=True)
class Order:
    """An order that is known. `parcels`: those that can still be complained about; `mails`: its customers'."""

    order_id: int
    parcels: tuple[int, ...]
    mails: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Book:
    """What is known: parcels that can still be complained about by number, orders by name, parcels by mail."""

    parcels: Callable[[Sequence[str]], Sequence[int]]
    orders: Callable[[Sequence[str]], dict[str, Order]]
    under_way: Callable[[str], Sequence[int]]


class Found(StrEnum):
    """How it is known what a ticket is about."""

    FIELD = "field"
    NUMBER = "number"
    ORDER = "order"
    MAIL = "mail"


@dataclass(frozen=True, slots=True)
class About:
    """What a ticket is about. `order_id`: where an order was named and no parcel."""

    parcels: tuple[int, ...]
    by: Found
    order_id: int | None = None


def about(ticket: Ticket, book: Book, field: str = "") -> About | None:
    """What a ticket is about, None where that is not certain. `field`: the configured field of orders or numbers."""
    text = "\n".join((ticket.subject, *(each.text for each in _theirs(ticket))))
    told = "\n".join(value for name, value in ticket.fields if field and name.casefold() == field.casefold())
    if told and (found := _named(told, book)) is not None:
        return found
    if parcels := book.parcels(numbers(text)):
        return About(tuple(parcels), Found.NUMBER)
    if (found := _ordered(ticket, text, book)) is not None:
        return found
    mail = ticket.mail.strip().casefold()
    near = book.under_way(mail) if mail else ()
    return About((near[0],), Found.MAIL) if len(near) == 1 else None


def _named(told: str, book: Book) -> About | None:
    """What a field says that holds nothing else."""
    if parcels := book.parcels(numbers(told)):
        return About(tuple(parcels), Found.FIELD)
    words = [told.strip().lstrip("#"), *(word[0].lstrip("#") for word in _NAME.finditer(told))]
    return _one([each for each in book.orders(words).values() if each.parcels], Found.FIELD)


def _ordered(ticket: Ticket, text: str, book: Book) -> About | None:
    named = names(text)
    known = book.orders([each.text for each in named])
    mail = ticket.mail.strip().casefold()
    meant = [
        order
        for each in named
        if (order := known.get(each.text)) is not None and order.parcels
        if each.sure or (mail and mail in order.mails)
    ]
    return _one(meant, Found.ORDER)


def _one(orders: Sequence[Order], by: Found) -> About | None:
    """All parcels of the orders that are named."""
    ids = dict.fromkeys(parcel for each in orders for parcel in each.parcels)
    if not ids:
        return None
    alone = {each.order_id for each in orders}
    return About(tuple(ids), by, alone.pop() if len(alone) == 1 else None)


# --- may a letter go there? ----------------------------------------------------------------------

# A reply there is only taken for a day, or is no letter's place.
_LIVE_CHANNELS: Final = lazily(
    r"whats|messenger|facebook|instagram|twitter|telegram|wechat|line|sms|chat|phone", re.IGNORECASE
)


def private(ticket: Ticket, to: str, deliver: str) -> bool:
    """Whether a letter goes there as a note: as is wished, in a chat, and where another may be writing."""
    same = bool(to) and ticket.mail.strip().casefold() == to.strip().casefold()
    chats = bool(_LIVE_CHANNELS.search(ticket.channel)) and "mail" not in ticket.channel.casefold()
    return deliver != "reply" or chats or not same


_SKEW: Final = timedelta(minutes=5)


def found(messages: Sequence[Message], letter: Missive, since: datetime) -> Message | None:
    """The letter among what was written: by its marker, else by its text, after `since` by a clock that may differ."""
    said = _squeezed(letter.text)
    for each in messages:
        if each.at < since - _SKEW:
            continue
        if each.marker and each.marker == letter.marker:
            return each
        if each.author is not Author.CUSTOMER and said and said in _squeezed(each.text):
            return each
    return None


def _squeezed(text: str) -> str:
    """Words alone: helpdesks set lines, blanks and marks their own way."""
    return re.sub(r"[\W_]+", "", text).casefold()


def in_the_way(ticket: Ticket, born_at: datetime, read_at: datetime) -> str:
    """Why a letter should not go into a ticket as it stands now, "" where nothing speaks against it.

    `born_at`: when it was written or edited last; `read_at`: when an agent approved it.
    """
    if ticket.merged:
        return f"ticket {ticket.number} was merged into another"
    if ticket.closed:
        return f"ticket {ticket.number} is closed"
    written = ticket.messages or ()
    if any(each.author is Author.CUSTOMER and each.at > read_at for each in written):
        return f"the customer has written in ticket {ticket.number} since the letter was approved"
    answers = (each for each in written if each.author is Author.AGENT and not each.private)
    if any(each.at > born_at for each in answers):
        return f"an agent has answered in ticket {ticket.number} since the letter was written"
    return ""
