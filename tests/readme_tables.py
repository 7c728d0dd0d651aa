"""Tables of the README that are made from what the program knows.

What belongs here: how one is laid out and put between its two marks. What stands in it is each table's own.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path

README = Path(__file__).parent.parent / "README.md"


def laid_out(titles: Sequence[str], rows: Iterable[str]) -> str:
    """A Markdown table of rows that are written already."""
    return "\n".join([f"| {' | '.join(titles)} |", "|" + "---|" * len(titles), *rows])


def put(table: str, begin: str, end: str) -> None:
    """Write it into the README, between its two marks."""
    before, _, rest = README.read_text(encoding="utf-8").partition(begin)
    _, _, after = rest.partition(end)
    README.write_text(f"{before}{begin}\n{table}\n{end}{after}", encoding="utf-8")
