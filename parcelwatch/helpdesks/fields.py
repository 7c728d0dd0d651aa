"""Reading what helpdesks answer: texts, times and lists where they may be anything, and HTML as people read it.

What belongs here: from a JSON value to a value of ours. What cannot be used is left out.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from html import escape, unescape
from html.parser import HTMLParser
from typing import Any, Final

_MOST: Final = 50_000
_SECONDS: Final = (100_000_000, 100_000_000_000)  # 1973 to 5138, so that larger counts are milliseconds


def dig(found: object, *names: str) -> Any:
    """What stands there, None where nothing does."""
    for name in names:
        found = found.get(name) if isinstance(found, dict) else None
    return found


def part(found: object, *names: str) -> dict[str, Any]:
    """The object that stands there, an empty one where none does."""
    inner = dig(found, *names)
    return inner if isinstance(inner, dict) else {}


def each(found: object, *names: str) -> Iterator[dict[str, Any]]:
    """The objects of a list that stands there."""
    inner = dig(found, *names) if names else found
    yield from (one for one in inner if isinstance(one, dict)) if isinstance(inner, list) else ()


def text(value: object, most: int = 300) -> str:
    """A value as one line, "" for what is no text or number."""
    if value is None or isinstance(value, bool | dict | list):
        return ""
    return " ".join(str(value).replace("\x00", "").split())[:most]


def lines(value: object) -> str:
    """A value as several lines."""
    return value.replace("\x00", "").replace("\r\n", "\n")[:_MOST].strip() if isinstance(value, str) else ""


def texts(value: object, name: str = "name") -> tuple[str, ...]:
    """A list of texts, or of objects with a name."""
    found = value if isinstance(value, list) else []
    said = (text(dig(one, name) if isinstance(one, dict) else one) for one in found)
    return tuple(one for one in said if one)


def pairs(value: object) -> tuple[tuple[str, str], ...]:
    """An object of texts, or a list of objects with a name and a value; of a list within, several."""
    if isinstance(value, list):
        value = {name: dig(one, "value") for one in value if (name := text(dig(one, "name")))}
    if not isinstance(value, dict):
        return ()
    found = ((text(name), ", ".join(texts(one)) if isinstance(one, list) else text(one)) for name, one in value.items())
    return tuple((name, said) for name, said in found if said)


def when(value: object) -> datetime | None:
    """A time: ISO 8601, UTC where it names no zone, or a count of seconds or milliseconds; None for anything else."""
    if isinstance(value, bool) or value is None:
        return None
    try:
        if isinstance(value, int | float) or (isinstance(value, str) and value.strip().isdecimal()):
            count = float(value)
            count = count if count < _SECONDS[1] else count / 1000
            return datetime.fromtimestamp(count, UTC) if _SECONDS[0] <= count < _SECONDS[1] else None
        at = datetime.fromisoformat(str(value).strip())
        return (at if at.tzinfo else at.replace(tzinfo=UTC)).astimezone(UTC)
    except (ValueError, OverflowError, OSError):
        return None


def stamp(at: datetime) -> str:
    """A time as most of them want it."""
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def floored(at: datetime) -> datetime:
    """They count in seconds."""
    return at - timedelta(microseconds=at.microsecond)


# --- HTML ----------------------------------------------------------------------------------------

_BLOCKS: Final = frozenset({"p", "div", "br", "li", "tr", "ul", "ol", "table", "blockquote", "h1", "h2", "h3", "hr"})
_UNSEEN: Final = frozenset({"script", "style", "head", "title"})
_MARKUP: Final = re.compile(r"<[a-zA-Z/!][^>]*>")


class _Text(HTMLParser):
    """What a reader sees; what is quoted gets its "> "."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.said: list[str] = []
        self._unseen = 0
        self._quoted = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._unseen += tag in _UNSEEN
        self._quoted += tag == "blockquote"
        if tag in _BLOCKS:
            self.said.append("\n" + "> " * self._quoted)

    def handle_endtag(self, tag: str) -> None:
        self._unseen = max(0, self._unseen - (tag in _UNSEEN))
        self._quoted = max(0, self._quoted - (tag == "blockquote"))
        if tag in _BLOCKS:
            self.said.append("\n" + "> " * self._quoted)

    def handle_data(self, data: str) -> None:
        if not self._unseen:
            self.said.append(re.sub(r"\s+", " ", data))


def from_html(value: object) -> str:
    """HTML as plain text; what is no HTML stays as it is."""
    written = lines(value)
    if not _MARKUP.search(written):
        return unescape(written)
    parser = _Text()
    parser.feed(written)
    parser.close()
    kept = [line.strip() for line in "".join(parser.said).splitlines()]
    return re.sub(r"\n{3,}", "\n\n", "\n".join("" if line.strip("> ") == "" else line for line in kept)).strip()


def to_html(text: str) -> str:
    """Plain text as HTML that shows the same."""
    return escape(text).replace("\n", "<br>\n")
