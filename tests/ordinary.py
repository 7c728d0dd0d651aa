"""Being an ordinary user for a while, where root runs the tests."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import chdir, contextmanager
from pathlib import Path

import pytest

NOBODY = 65534


@contextmanager
def ordinary(folder: Path) -> Iterator[None]:
    """A user who stands in the folder and may read what lies in it, but no absolute path leads there for him."""
    if os.geteuid():
        pytest.skip("only root can be another user for a while")
    folder.chmod(0o755)
    with chdir(folder):
        folder.parent.chmod(0o700)
        os.seteuid(NOBODY)
        try:
            yield
        finally:
            os.seteuid(0)
