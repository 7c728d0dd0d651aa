"""`python -m tests.fuzz [MINUTES] [TARGET…]`: hunts, and says what came of it; `python -m tests.fuzz FILE…` again.

    .venv/bin/python -m tests.fuzz 60                 # everything, for an hour
    .venv/bin/python -m tests.fuzz 5 courier push     # only what couriers say
    .venv/bin/python -m tests.fuzz fuzz/courier-1f…   # what was found, once more, with its traceback

Findings lie in fuzz/ where it was started ($FUZZ_HOME elsewhere), each with its traceback beside it.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from pathlib import Path

from tests.fuzz.hunt import Hunt, atheris


def again(files: list[Path]) -> None:
    for file in files:
        head, _, body = file.read_bytes().partition(b"\n")
        target, _, name = head.decode().partition("/")
        hunt = Hunt(file.parent, (target,))
        print(file, head.decode(), len(body))
        hunt.targets[target].read(name, body)


def hunted(minutes: float, wanted: tuple[str, ...], home: Path) -> int:
    """Exit code. The work is a child's, begun anew where one died of what it read."""
    home.mkdir(parents=True, exist_ok=True)
    ends, found, tried = time.monotonic() + minutes * 60, dict[str, str](), dict[str, int]()
    while (left := (ends - time.monotonic()) / 60) > 0.02:
        child = [sys.executable, "-m", "tests.fuzz", "--child", f"{left:.2f}", *wanted]
        subprocess.run(child, env={**os.environ, "FUZZ_HOME": str(home)}, check=False)
        said = json.loads((home / "status.json").read_text())
        found |= said["found"]
        for name, count in said["tried"].items():
            tried[name] = tried.get(name, 0) + count
    print(f"{sum(tried.values())} inputs in {minutes:g} minutes: {tried}")
    print("\n".join(f"{home / name}: {what}" for what, name in found.items()) or "nothing found")
    return 1 if found else 0


def main(given: list[str]) -> int:
    home = Path(os.environ.get("FUZZ_HOME", "fuzz"))
    if given and given[0] == "--child":
        fuzzer = atheris(covering=True)
        hunt = Hunt(home, tuple(given[2:]))
        if fuzzer is None:
            hunt.blindly(float(given[1]))
        else:
            hunt.guided(fuzzer, float(given[1]))
        return 0
    if given and Path(given[0]).is_file():
        again([Path(each) for each in given])
        return 0
    minutes = float(given.pop(0)) if given and given[0].replace(".", "").isdigit() else 1.0
    return hunted(minutes, tuple(given), home)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
