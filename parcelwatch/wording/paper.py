"""A report as one HTML file: no script, nothing fetched, readable on a phone, by day and by night.

What belongs here: sections with their figures, charts and tables, how they become a page, and putting that in its
place. Every value is escaped on its way in; drawings come from core.past.plots, which escapes its own.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from parcelwatch.core.past.plots import Chart, svg
from parcelwatch.wording.templates import page

STYLE: Final = (
    ":root{--ink:#1b1f24;--paper:#fff;--dim:#5d6670;--rail:#e6e9ed;--bar:#2667c9}"
    "@media(prefers-color-scheme:dark){:root{--ink:#e7eaee;--paper:#15181c;--dim:#9aa4af;--rail:#2b3138;--bar:#6fa8ff}}"
    "body{margin:0;background:var(--paper);color:var(--ink);font:16px/1.5 system-ui,sans-serif}"
    "main{max-width:60em;margin:0 auto;padding:1em;overflow-wrap:anywhere}"
    "h1{font-size:1.5em;margin:.3em 0}h2{font-size:1.2em;margin:0 0 .5em}"
    "section{border-top:1px solid var(--rail);padding:1.2em 0}"
    "dl{display:grid;grid-template-columns:repeat(auto-fill,minmax(9em,1fr));gap:.8em;margin:0}"
    "dt,figcaption,.note{color:var(--dim);font-size:.9em}dd{margin:0;font-size:1.1em;font-weight:600}"
    ".plots{display:grid;grid-template-columns:repeat(auto-fit,minmax(min(19em,100%),1fr));gap:1.2em 2em;margin:1em 0}"
    "figure{margin:0;max-width:32em}figcaption{margin-bottom:.4em}svg{display:block;width:100%;height:auto}"
    "svg text{fill:var(--ink);font:12px system-ui,sans-serif}"
    ".bar{fill:var(--bar)}.rail{fill:var(--rail)}.rule{stroke:var(--rail)}"
    ".area{fill:var(--bar);opacity:.15}.line{fill:none;stroke:var(--bar);stroke-width:2;stroke-linejoin:round}"
    ".wide{overflow-x:auto;margin:1em 0}"
    "table{border-collapse:collapse;font-size:.95em;font-variant-numeric:tabular-nums}"
    "th,td{text-align:left;padding:.25em .8em .25em 0;border-bottom:1px solid var(--rail)}"
    "th,td{overflow-wrap:normal;word-break:keep-all}"
    "th{color:var(--dim);font-weight:normal;vertical-align:bottom}td{white-space:nowrap}.n{text-align:right}"
    "code{font-size:.95em}"
)


@dataclass(frozen=True, slots=True)
class Sheet:
    """A table. Titles have the marks of the command line's tables; of them only ">", over what is counted, matters."""

    titles: Sequence[str]
    rows: Sequence[Sequence[str]]

    @property
    def columns(self) -> list[tuple[str, bool]]:
        """Each title without its marks, and whether numbers stand below it."""
        return [(title.lstrip("!>~?"), ">" in title[: len(title) - len(title.lstrip("!>~?"))]) for title in self.titles]

    @property
    def cells(self) -> list[list[tuple[str, bool]]]:
        numbers = [number for _, number in self.columns]
        return [list(zip(row, numbers, strict=True)) for row in self.rows]


@dataclass(frozen=True, slots=True)
class Section:
    """One subject of a report: figures with their names, charts, tables, and what is to be said of them."""

    title: str
    pairs: Sequence[tuple[str, str]] = ()
    charts: Sequence[Chart] = ()
    tables: Sequence[Sheet] = ()
    notes: Sequence[str] = ()

    @property
    def plots(self) -> list[tuple[str, str]]:
        """Its charts, each with its title and its drawing."""
        return [(chart.title, svg(chart)) for chart in self.charts]


def put(target: Path, text: str) -> None:
    """Write a page there, whole or not at all; a link is replaced, a pipe is written to. Raises OSError."""
    if target.exists() and not target.is_file():
        target.write_text(text, encoding="utf-8")
        return
    part = target.with_name(f".{target.name[:40]}.{os.getpid()}.part")
    try:
        with part.open("x", encoding="utf-8") as file:
            file.write(text)
        part.replace(target)
    except BaseException:
        part.unlink(missing_ok=True)
        raise


def html(title: str, lead: str, sections: Sequence[Section], language: str) -> str:
    """The report as a browser reads it."""
    return page("paper.html.j2").render(language=language, style=STYLE, title=title, lead=lead, sections=sections)
