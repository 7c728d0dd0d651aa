"""The page that a link in a message opens: one small HTML text, in the reader's language, without a script.

What belongs here: HTML. Every value is escaped on its way in. Before a button is pressed the page says no more than
severity, kind and case: chat services open links to draw previews of them.
"""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from parcelwatch.wording.templates import page as shell
from parcelwatch.words import catalogue, languages

LANGUAGES: Final = languages("links")
STYLE: Final = (
    "body{margin:0;font:17px/1.5 system-ui,sans-serif}"
    "main{max-width:34em;margin:0 auto;padding:1em;overflow-wrap:anywhere}"
    "section{border-top:1px solid #8886;padding:.5em 0 1em}"
    "h1{font-size:1.1em;margin:.5em 0}"
    ".critical,.high{color:#c22}"
    ".said{font-weight:600}"
    "button{display:block;width:100%;min-height:3em;margin:.5em 0;font:inherit}"
    "code{font-size:.9em;user-select:all}"
    "@media(prefers-color-scheme:dark){.critical,.high{color:#f88}}"
)
STYLE_DIGEST: Final = base64.b64encode(hashlib.sha256(STYLE.encode()).digest()).decode()
"""What the page's policy allows; anything else in it is inert."""


@dataclass(frozen=True, slots=True)
class Row:
    """One case on the page; `id` is what its buttons send."""

    id: str
    severity: str
    grade: str
    label: str
    case: str
    said: str = ""
    verbs: tuple[tuple[str, str], ...] = ()
    commands: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Page:
    """All that stands on it."""

    title: str
    notices: tuple[str, ...] = ()
    rows: tuple[Row, ...] = field(default=())
    more: str = ""


def words(language: str) -> Mapping[str, Any]:
    """The words of a link and its page."""
    return catalogue(language, "links")


def labels(language: str) -> Mapping[str, Any]:
    """What agents call kinds and severities."""
    return catalogue(language, "agents")


def html(page: Page, language: str) -> str:
    """The page as a browser reads it."""
    return shell("link.html.j2").render(
        language=language, style=STYLE, title=page.title, notices=page.notices, rows=page.rows, more=page.more
    )
