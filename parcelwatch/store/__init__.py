"""The only place that knows SQLite. Functions take the Store first and `now` where they need it; none reads a clock.

What writes runs inside `with store.transaction():`, which its caller opens; what reads needs none. Times in the
database are integer milliseconds since 1970 UTC; the views named v_* show dates.
"""

from parcelwatch.store.connection import Store

__all__ = ["Store"]
