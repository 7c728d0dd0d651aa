"""The README's table of what came of a file of every export: `python -m tests.export_table` writes it anew.

What belongs here: one row per file in exports_made.py. That an import comes to these figures tests/cli/test_exports.py
holds.
"""

from __future__ import annotations

from tests.exports_made import EXPORTS, Made
from tests.readme_tables import laid_out, put

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
    return laid_out(TITLES, dict.fromkeys(row(made) for made in EXPORTS.values()))


if __name__ == "__main__":
    put(table(), BEGIN, END)
