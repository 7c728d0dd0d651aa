"""All benchmarks by one command: what there is, and running some of them or all, each in a process of its own.

.venv/bin/python -m tests.benchmarks                 # what there is
.venv/bin/python -m tests.benchmarks quick           # all that take a minute or two, one after the other
.venv/bin/python -m tests.benchmarks million 20000 200
"""

from __future__ import annotations

import importlib
import os
import subprocess
import sys
from typing import Final

QUICK: Final = {
    "reading": (),
    "end_to_end": (),
    "command_line": (),
    "replaying": (),
    "incidents": ("1000",),
}
"""Those that take a minute or two, with what they are given."""
LONG: Final = ("million", "store_million", "first_asked", "soak")


def listed() -> None:
    for name in (*QUICK, *LONG):
        about = (importlib.import_module(f"tests.benchmarks.{name}").__doc__ or "").partition("\n")[0]
        print(f"{name:14} {about}")
    print(f"\npython -m tests.benchmarks quick: {', '.join(QUICK)}")


def run(name: str, *given: str) -> int:
    """Its exit code. Python keeps what it compiled, as it does for whoever uses the program."""
    print(f"--- {name} {' '.join(given)}", flush=True)
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    command = [sys.executable, "-m", f"tests.benchmarks.{name}", *given]
    return subprocess.run(command, env=environment, check=False).returncode


def main(wanted: str, *given: str) -> int:
    if wanted == "quick":
        return max(run(name, *own) for name, own in QUICK.items())
    if wanted in (*QUICK, *LONG):
        return run(wanted, *given)
    listed()
    return 2 if wanted else 0


if __name__ == "__main__":
    sys.exit(main(*(sys.argv[1:] or [""])))
