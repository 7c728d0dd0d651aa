"""Memory stays flat: all threads of the daemon share one heap."""

from __future__ import annotations

import platform
import subprocess
import sys

import pytest

# Each thread takes some memory while the others hold theirs; then the C library tells how many heaps it made.
HEAPS = """
import ctypes, sys, threading
from parcelwatch.running import memory
if sys.argv[1] == "one":
    memory.one_heap()
libc, all_took = ctypes.CDLL(None), threading.Barrier(5)
def take():
    piece = bytearray(5000)
    all_took.wait()
threads = [threading.Thread(target=take) for _ in range(4)]
for thread in threads:
    thread.start()
all_took.wait()
libc.fopen.restype = ctypes.c_void_p
told = ctypes.c_void_p(libc.fopen(b"/dev/stdout", b"w"))
libc.malloc_info(0, told)
libc.fclose(told)
"""


def heaps(kind: str) -> int:
    said = subprocess.run([sys.executable, "-c", HEAPS, kind], capture_output=True, text=True, check=True)
    return said.stdout.count("<heap nr=")


@pytest.mark.skipif(platform.libc_ver()[0] != "glibc", reason="only glibc has a heap a thread")
def test_all_threads_take_their_memory_from_one_heap() -> None:
    assert heaps("own") > 1
    assert heaps("one") == 1
