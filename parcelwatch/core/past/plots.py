"""Charts: what one shows, and how it is drawn as SVG, for a page without scripts.

What belongs here: bars beside names, columns beside each other, a line over days. A drawing is as wide as a phone and
grows with its page; colours are the page's (`bar` and `line` are classes), text is text. What a chart shows is said in
words, too, for whoever cannot see it.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from html import escape
from typing import Final
from unicodedata import east_asian_width


class Form(StrEnum):
    """How values are drawn: bars lie below each other, columns stand beside each other, a line joins many."""

    BARS = "bars"
    COLUMNS = "columns"
    LINE = "line"


@dataclass(frozen=True, slots=True)
class Value:
    """One value with its name; `said`: the value in words, where they are more than the number."""

    name: str
    amount: float
    said: str = ""

    def __str__(self) -> str:
        return self.said or f"{self.amount:g}"


@dataclass(frozen=True, slots=True)
class Chart:
    """What is shown, not how large. `most`: where the scale ends, 0 for the largest value."""

    title: str
    values: Sequence[Value]
    form: Form = Form.BARS
    most: float = 0

    @property
    def scale(self) -> float:
        """Where the scale ends; never 0, so that all values may be."""
        return self.most or max((value.amount for value in self.values), default=0) or 1

    @property
    def in_words(self) -> str:
        """All it shows; of a line, which has many values, where it is highest."""
        if self.form is not Form.LINE:
            return "; ".join(f"{value.name}: {value}" for value in self.values)
        highest = max(self.values, key=lambda value: value.amount, default=None)
        return f"{self.values[0].name} – {self.values[-1].name}; ↑ {highest.name}: {highest}" if highest else ""


WIDTH: Final = 360
_NARROW: Final = 7.0
"""What a letter takes of the width, at most."""

_ROW: Final = 32
_HIGH: Final = 110
_ABOVE, _BELOW = 18, 20


def svg(chart: Chart) -> str:
    """The drawing, as an element to stand in a page."""
    drawn, height = _DRAWN[chart.form](chart)
    said = escape(_sound(f"{chart.title}. {chart.in_words}"))
    return (
        f'<svg viewBox="0 0 {WIDTH} {height:g}" role="img" xmlns="http://www.w3.org/2000/svg">'
        f"<title>{said}</title>{drawn}</svg>"
    )


def _bars(chart: Chart) -> tuple[str, float]:
    parts: list[str] = []
    for place, value in enumerate(chart.values):
        top = place * _ROW
        room = WIDTH - _wide(str(value)) - 12
        parts.append(_text(0, top + 13, _cut(value.name, room)))
        parts.append(_text(WIDTH, top + 13, str(value), "end"))
        parts.append(_rect("rail", 0, top + 18, WIDTH, 7))
        parts.append(_rect("bar", 0, top + 18, WIDTH * _part(chart, value), 7))
    return "".join(parts), max(len(chart.values) * _ROW, 1)


def _columns(chart: Chart) -> tuple[str, float]:
    parts: list[str] = []
    step = WIDTH / max(len(chart.values), 1)
    for place, value in enumerate(chart.values):
        high = _HIGH * _part(chart, value)
        middle = (place + 0.5) * step
        parts.append(_rect("bar", middle - step * 0.36, _ABOVE + _HIGH - high, step * 0.72, high))
        parts.append(_text(middle, _ABOVE + _HIGH - high - 5, _cut(str(value), step), "middle"))
        parts.append(_text(middle, _ABOVE + _HIGH + 15, _cut(value.name, step), "middle"))
    parts.append(_rule(_ABOVE + _HIGH))
    return "".join(parts), _ABOVE + _HIGH + _BELOW


def _line(chart: Chart) -> tuple[str, float]:
    values = chart.values
    step = WIDTH / max(len(values) - 1, 1)
    points = [(place * step, _ABOVE + _HIGH * (1 - _part(chart, value))) for place, value in enumerate(values)]
    path = " ".join(f"{x:.1f},{y:.1f}" for x, y in points)
    floor = _ABOVE + _HIGH
    parts = [_rule(_ABOVE), _rule(floor), _text(0, _ABOVE - 5, f"{chart.scale:g}")]
    if points:
        parts.append(f'<polygon class="area" points="0,{floor} {path} {points[-1][0]:.1f},{floor}"/>')
        parts.append(f'<polyline class="line" points="{path}"/>')
        parts += [_text(x, floor + 15, name, anchor) for x, name, anchor in _ends(values)]
    return "".join(parts), floor + _BELOW


def _ends(values: Sequence[Value]) -> Iterator[tuple[float, str, str]]:
    """What a line is named by: its first, its middle and its last value."""
    yield 0, values[0].name, "start"
    if len(values) > 2:
        middle = len(values) // 2
        yield WIDTH * middle / (len(values) - 1), values[middle].name, "middle"
    if len(values) > 1:
        yield WIDTH, values[-1].name, "end"


_DRAWN: Final = {Form.BARS: _bars, Form.COLUMNS: _columns, Form.LINE: _line}


def _part(chart: Chart, value: Value) -> float:
    return min(max(value.amount / chart.scale, 0), 1)


def _rect(kind: str, x: float, y: float, width: float, height: float) -> str:
    return f'<rect class="{kind}" x="{x:.1f}" y="{y:.1f}" width="{width:.1f}" height="{height:.1f}" rx="1.5"/>'


def _rule(y: float) -> str:
    return f'<line class="rule" x1="0" y1="{y:g}" x2="{WIDTH}" y2="{y:g}"/>'


def _text(x: float, y: float, said: str, anchor: str = "start") -> str:
    return f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}">{escape(_sound(said))}</text>'


# --- text ----------------------------------------------------------------------------------------


def _sound(text: str) -> str:
    """Without what no XML may hold."""
    return "".join(one if one.isprintable() else " " for one in text)


def _wide(text: str) -> float:
    return sum(_letter(one) for one in text)


def _letter(one: str) -> float:
    return _NARROW * (1.8 if east_asian_width(one) in "WF" else 1)


def _cut(text: str, room: float) -> str:
    """As much of it as there is room for."""
    if _wide(text) <= room:
        return text
    kept, taken = "", _NARROW
    for one in text:
        taken += _letter(one)
        if taken > room:
            break
        kept += one
    return f"{kept.rstrip()}…"
