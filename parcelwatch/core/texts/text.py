"""Text that came from outside, made safe to show to people.

What belongs here: what a courier, a shop's file or a buyer wrote may be read in a chat or a mail, but may not ring
anybody there, look like a link of ours, reorder what stands beside it or hide in it. Kept raw in the store, cleaned
when shown.
"""

from __future__ import annotations

import json
import re
import unicodedata
from bisect import bisect_right
from collections.abc import Callable
from typing import Final

BREAK: Final = "\u200b"  # zero width: readers see nothing, chat programs no longer see a mention or a link

# Control, format (bidi, zero width), surrogate, private, unassigned; line and paragraph separators.
_UNSEEN: Final = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"})
# Marks piled on one letter reach over the lines above and below; Latin and Cyrillic pile no more than two, no script
# more than four.
_MARKS: Final = "[\u0300-\u036f\u0483-\u0489\u1ab0-\u1aff\u1dc0-\u1dff\u20d0-\u20ff]"
_STACKED: Final = re.compile(f"({_MARKS}{{2}}){_MARKS}+")
_PILED: Final = re.compile(r"[^\w\s\x00-\x7f]{5,}")
_MOST_MARKS: Final = 4


class _Seen(dict[int, str]):
    """What each character looks like, for str.translate; found out once for each."""

    def __missing__(self, point: int) -> str:
        character = chr(point)
        seen = "" if unicodedata.category(character) in _UNSEEN else character
        self[point] = " " if character.isspace() else seen
        return self[point]


_SEEN: Final = _Seen()

# What chat programs turn into something live, and where to break it:
# "@everyone", "<!channel>" and "<@U1>", "/command", "https://…" and "mailto:…", "example.com".
_CODE: Final = re.compile(r"[#№]?\w[\w #/.+:-]*")
_SITE: Final = re.compile(r"//|:(?=[^\W\d_])|(?<=\w)\.[^\W\d_]{2,}(?:[/:]|$)")
_LINK: Final = re.compile(
    r"https?://[A-Za-z0-9](?:[A-Za-z0-9.-]*[A-Za-z0-9])?(?::[0-9]{1,5})?(?:[/?#][A-Za-z0-9._~:/?#!$&'()*+,;=%\[\]-]*)?"
)
# "config.toml:14: couriers.my_dhl.key", and no further than its key; "`parcelwatch db restore /var/back.db`", what
# people are told to type, where nothing in it rings or opens anything.
_COPIED: Final = re.compile(
    r"((?:^|(?<=[\s/：]))[\w.-]+\.toml(?::\d+)?(?:: [\w-]+(?:\.[\w-]+)+(?=[:：]))?(?=[:：\s]|$)"
    r"|`(?:parcelwatch|df|dmesg|find|ls|rm|sudo|systemctl)\b(?:(?!//)[^`@<>])*`)"
)
# At its end, what stands behind it may be ours.
_LIVE: Final = re.compile(r"[@<](?=\S|$)|(?:\b[A-Za-z][A-Za-z0-9+.-]*:)(?=\S)|(?<=\w)\.(?=[^\W\d_]{2})")
_THEIRS: Final = re.compile(rf"{_LIVE.pattern}|(?<![^\s(（【“])/(?=[A-Za-z])")


def clean(text: str, limit: int = 200) -> str:
    """`text` on one line, harmless in a chat, at most `limit` characters, "…" at the end when cut."""
    return cut(_THEIRS.sub(lambda live: live[0] + BREAK, plain(text, limit * 10)), limit)


def ours(text: str, limit: int = 200) -> str:
    """The same for a sentence of ours: a configuration's name, line and keys, and commands, can be copied."""
    pieces = _COPIED.split(plain(text, limit * 10))
    pieces[::2] = (_LIVE.sub(lambda live: live[0] + BREAK, piece) for piece in pieces[::2])
    return cut("".join(pieces), limit)


def code(text: str, limit: int = 60) -> str:
    """A number of ours (an order, a parcel) as people copy and search it; cleaned like any text where it is no number.

    Nothing unseen stands in it: a mark that keeps a chat from bringing it to life would be copied along.
    """
    written = plain(text, limit)
    return written if _CODE.fullmatch(written) and not _SITE.search(written) else clean(text, limit)


def link(url: str) -> str:
    """An address of ours as it stands, to be opened; "" for what is no web address or would not stay in one piece."""
    return url if _LINK.fullmatch(url) else ""


def plain(text: str, limit: int = 200) -> str:
    """The same for a terminal, where nothing comes alive: what is copied from it is what was written."""
    text = text[: limit * 10]  # nobody reads on, and what follows is work per character
    if not text.isascii():
        text = unicodedata.normalize("NFC", text)
    if not text.isprintable():
        text = text.translate(_SEEN)
    if not text.isascii():
        text = _PILED.sub(lambda found: _unpiled(found[0]), _STACKED.sub(r"\1", text))
    return cut(" ".join(text.split()), limit)


def _unpiled(signs: str) -> str:
    """Without the marks that stand behind as many as a letter can have."""
    kept, marks = [], 0
    for one in signs:
        marks = marks + 1 if unicodedata.category(one) in ("Mn", "Me") else 0
        if marks <= _MOST_MARKS:
            kept.append(one)
    return "".join(kept)


def written(text: str) -> str:
    """What somebody wrote in several lines, without what would steer a terminal or a mail's head."""
    lines = "\n".join(text.splitlines())
    return "".join(one for one in lines if one in "\n\t" or unicodedata.category(one) != "Cc").strip()


def visible(text: str) -> str:
    """`text`, however many lines it has, without what a terminal would obey and not show."""
    return text if text.isprintable() else "".join(one for one in text if one in "\n\t" or not _unseen(one))


def escaped(document: str) -> str:
    """The same JSON with all that a terminal would obey, or that hides there, written as escapes."""
    if document.isprintable():
        return document
    return "".join(json.dumps(one)[1:-1] if one != "\n" and _unseen(one) else one for one in document)


def cut(text: str, limit: int, measure: Callable[[str], int] = len) -> str:
    """At most `limit` of what `measure` counts, "…" at the end when some is missing.

    `measure` may count characters, bytes, or anything that grows with the text; no character is ever halved.
    """
    if measure(text) <= limit:
        return text
    room = limit - measure("…")
    kept = bisect_right(range(1, len(text) + 1), room, key=lambda length: measure(text[:length]))
    return text[:kept].rstrip() + "…" if room >= 0 else ""


def _unseen(character: str) -> bool:
    return not character.isprintable() and unicodedata.category(character) in _UNSEEN


def amount(value: float) -> str:
    """An amount of money without more decimals than it has, and never as a power of ten."""
    return f"{value:.2f}".rstrip("0").rstrip(".")
