"""One rule per kind of trouble. A rule looks at a View and answers with a Verdict, reason included.

What belongs here: judging, in a room for each family (told, silence, promise, feed). Which kinds there are, and how
they stand to each other, is core/kinds.py's.
"""

from __future__ import annotations

from parcelwatch.core.rules.base import QUIET, Finding, Rule, Verdict

__all__ = ["QUIET", "Finding", "Rule", "Verdict"]
