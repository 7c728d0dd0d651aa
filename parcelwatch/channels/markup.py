"""Bold and links for services that have them: which lines of a message lead somewhere, and when a text is all its own.

What belongs here: what those services share. Each one's own marks, and its escapes where it has some, stand in its
file. A service without escapes gets Markdown only where nothing in the text could be read as Markdown.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import Final

# Our own lines: what others wrote has no link that is whole, and letters have no line that begins so.
_LEADS: Final = re.compile(r"^→ ([^\s:：][^:：\n]{0,29})[:：] ?(https?://\S+)$", re.MULTILINE)
_ADDRESS: Final = re.compile(r"(https?://[\w.~:/?#!$&'()*+,;=%\[\]@-]*[\w/=&#~%-])", re.ASCII)

# What Markdown takes for markup; a lone asterisk hides letters of a name and is made wide wherever it stands.
_LIVE: Final = re.compile(
    r"[`<\\]|~~|(?<![^\W_])_|_(?![^\W_])|\](?=\s?[(\[:])|&(?=#?\w+;)"
    r"|^\s*(?:#{1,6}|[>+-])(?=\s)|^\s*>|^[ \t]{4}|^[ \t]*[|:=-][ \t|:=-]*$",
    re.MULTILINE,
)
_WIDE: Final = {sign: chr(sign + 0xFEE0) for sign in range(0x21, 0x7F)} | {0x20: "\u3000"}


def live(text: str) -> bool:
    """Whether a reader of Markdown could take something in it for markup, our own links aside."""
    return bool(_LIVE.search(_LEADS.sub("", text)))


def tamed(text: str) -> str:
    """The text with whatever could be markup in wide letters, which look alike and are none."""
    return _LIVE.sub(lambda sign: sign[0].translate(_WIDE), text).replace("*", "＊")


def woven(text: str, write: Callable[[str], str], link: Callable[[str, str], str]) -> str:
    """The text with each line that only leads somewhere written by `link` (label, address), all else by `write`."""
    head, *rest = _LEADS.split(text)
    led = zip(rest[::3], rest[1::3], rest[2::3], strict=True)
    return write(head) + "".join(f"→ {link(label, address)}{write(after)}" for label, address, after in led)


def runs(line: str) -> Iterator[tuple[str, str]]:
    """A line in pieces for services that are given no marks: each with the address it leads to, "" for nowhere."""
    if found := _LEADS.fullmatch(line):
        yield "→ ", ""
        yield found[1], found[2]
        return
    for turn, piece in enumerate(_ADDRESS.split(line)):
        if piece or not turn:
            yield piece, piece if turn % 2 else ""


def embraced(sign: str, title: str) -> str:
    """A title between two signs, where they would be read as such."""
    return f"{sign}{title}{sign}" if title.strip() == title and "\n" not in title and title else title


def markdown_link(label: str, address: str) -> str:
    """A link in Markdown; brackets in its address would end it."""
    return f"[{label}]({address.replace('(', '%28').replace(')', '%29')})"
