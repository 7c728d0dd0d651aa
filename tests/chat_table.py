"""The README's table of chat services, made from the limits: `python -m tests.chat_table` writes it anew.

What belongs here: one row per service whose answers are read, and where in the README the rows stand.
"""

from __future__ import annotations

from parcelwatch.channels.limits import LIMITS, Limit
from tests.readme_tables import laid_out, put

BEGIN, END = "<!-- channels: made by `python -m tests.chat_table` -->", "<!-- end of channels -->"
TITLES = ("service", "`url =`", "most of a text", "of a title", "its pace", "parcelwatch keeps to")


def row(scheme: str, limit: Limit) -> str:
    """One service: what it takes, and how fast."""
    burst = f", {limit.burst} at once" if limit.burst else ""
    penalty = f", else {limit.penalty}" if limit.penalty else ""
    kept = [str(rate) for rate in (limit.pace.rate, *limit.pace.quotas) if rate]
    cells = (
        limit.service,
        f"`{scheme}://`",
        f"{limit.body:,} {limit.unit}" + (f", {limit.markdown:,} as Markdown" if limit.markdown else ""),
        f"{limit.title:,} characters" if limit.title else "with the text",
        (", ".join(map(str, limit.rates)) + burst + penalty) or "–",
        ", ".join(kept) or "–",
    )
    return f"| {' | '.join(cells)} |"


def table() -> str:
    """The whole table, as it stands in the README."""
    return laid_out(TITLES, (row(scheme, limit) for scheme, limit in LIMITS.items()))


if __name__ == "__main__":
    put(table(), BEGIN, END)
