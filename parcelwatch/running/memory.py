"""How the long-running process keeps its memory flat.

What belongs here: what is asked of Python's garbage collector and of the C library's allocator, once, at the start.
"""

from __future__ import annotations

import ctypes
import gc
from typing import Final

GARBAGE: Final = 10_000
"""So many objects more before Python looks for garbage: with its own 700 a tenth of all work is looking."""

_ARENA_MAX: Final = -8  # glibc's M_ARENA_MAX, of malloc.h


def one_heap() -> bool:
    """Have all threads take memory from one heap, and say whether the C library can; before any thread is started.

    With a heap a thread, glibc keeps what one of them has freed where no other finds it, so that the process grows
    with every thread there ever was. Python lets one thread at a time work, so that none waits for the heap.
    """
    mallopt = getattr(ctypes.CDLL(None), "mallopt", None)  # musl and macOS have none, nor a heap a thread
    return mallopt is not None and bool(mallopt(_ARENA_MAX, 1))


def spare_what_stays() -> None:
    """Have what is there now stay: it need not be looked through for garbage again and again."""
    gc.freeze()
    gc.set_threshold(GARBAGE)
