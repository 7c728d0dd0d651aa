"""Sections of a report on a terminal: figures, tables, and charts made of signs.

What belongs here: printing. What is said is review.py's; how charts are drawn on a page, core.past.plots'.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from rich.cells import cell_len, set_cell_size
from rich.text import Text

from parcelwatch.cli import output
from parcelwatch.cli.tables import Listing
from parcelwatch.core.past.plots import Chart, Form
from parcelwatch.wording.paper import Section

_BAR: Final = 24
_SPARKS: Final = " ▁▂▃▄▅▆▇█"
_EIGHTHS: Final = " ▏▎▍▌▋▊▉█"


def show(shown: Sequence[Section]) -> None:
    """Print them, one below the other."""
    for section in shown:
        output.say()
        output.say(section.title, "bold")
        output.pairs([(name, said) for name, said in section.pairs if said])
        for chart in section.charts:
            output.say(chart.title, "dim")
            output.console().print(_chart(chart, output.console().width))
        for table in section.tables:
            output.say()
            output.console().print(Listing(table.titles, table.rows))
        for note in section.notes:
            output.say(note, "dim")


def _chart(chart: Chart, width: int) -> Text:
    return _sparks(chart, width) if chart.form is Form.LINE else _bars(chart, width)


def _bars(chart: Chart, width: int) -> Text:
    named = min(max((cell_len(value.name) for value in chart.values), default=0), max(width - _BAR - 30, 12))
    text = Text(no_wrap=True, overflow="ellipsis")
    for value in chart.values:
        bar = _bar(value.amount / chart.scale)
        text.append(f"  {set_cell_size(value.name, named)}  ")
        text.append(bar, "blue")
        text.append(f" {value}\n" if value is not chart.values[-1] else f" {value}")
    return text


def _bar(part: float) -> str:
    eighths = round(min(max(part, 0), 1) * _BAR * 8)
    return ("█" * (eighths // 8) + _EIGHTHS[eighths % 8]).ljust(_BAR)[:_BAR]


def _sparks(chart: Chart, width: int) -> Text:
    """One sign a value; where they are more than there is room for, the highest of each few."""
    each = -(-len(chart.values) // max(width - 4, 1))
    starts = range(0, len(chart.values), each)
    heights = [max(value.amount for value in chart.values[at : at + each]) for at in starts]
    signs = "".join(_SPARKS[round(min(height / chart.scale, 1) * 8) or (1 if height else 0)] for height in heights)
    ends = f"{chart.values[0].name} … {chart.values[-1].name}  ↑ {chart.scale:g}"
    return Text.assemble("  ", (signs, "blue"), "\n  ", (ends, "dim"), no_wrap=True, overflow="ellipsis")
