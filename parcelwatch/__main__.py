"""`python -m parcelwatch` is `parcelwatch`."""

from __future__ import annotations

import sys

from parcelwatch.cli import main

if __name__ == "__main__":
    sys.exit(main())
