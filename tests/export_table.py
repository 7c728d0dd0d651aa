"""The README's table of what came of a file of every export: `python -m tests.export_table` writes it anew.

What belongs here: one row per file in exports_made.py. That an import comes to these figures tests/cli/test_exports.py
holds.
"""

from __future__ import annotations

from pathlib import Path

from tests.exports_made import EXPORTS, Made

README = Path(__file__).parent.parent / "README.md"
BEGIN, END = "<!-- exports: made by `python -m tests.export_table` -->", "<!-- end of exports -->"
TITLES = ("a file that was tried is", "encoding", "rows", "watched", "skipped", "refused")
COUNTS = ("added", "skipped", "rejected")


def row(made: Made) -> str:
    """One file: what it is taken for, and what becomes of its rows."""
    watched, skipped, refused = (str(made.counts.get(each, 0) or "–") for each in COUNTS)
    why = f"{refused}: its courier {made.refused}" if made.refused else refused
    return f"| {' | '.join((made.recognised, made.encoding, str(len(made.rows)), watched, skipped, why))} |"


def table() -> str:
    """The whole table, as it stands in the README."""
    lines = [f"| {' | '.join(TITLES)} |", "|" + "---|" * len(TITLES)]
    return "\n".join([*lines, *dict.fromkeys(row(made) for made in EXPORTS.values())])


def main() -> None:
    """Write the table into the README, between its two marks."""
    text = README.read_text(encoding="utf-8")
    before, _, rest = text.partition(BEGIN)
    _, _, after = rest.partition(END)
    README.write_text(f"{before}{BEGIN}\n{table()}\n{END}{after}", encoding="utf-8")


if __name__ == "__main__":
    main()
