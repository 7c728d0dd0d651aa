"""How fast texts are read, beside another checkout of parcelwatch measured in the same run.

    .venv/bin/python -m tests.benchmarks.reading [OTHER_CHECKOUT]

Every example and counter-example of every language, read in turn by a process of each checkout, several times over;
the best round of each counts. Printed: microseconds a text, the time to the first reading, and the ratio.
"""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

from parcelwatch.lexicon import languages

ROUNDS = 5
HERE = Path(__file__).parents[2]
READER = """
import importlib, json, sys, time
sys.path.insert(0, sys.argv[1])
started = time.process_time()
try:
    lexicon = importlib.import_module("parcelwatch.lexicon")
except ImportError:  # where it once was
    lexicon = importlib.import_module("parcelwatch" + ".core" + ".lexicon")
read = lexicon.read.__wrapped__
texts = json.load(sys.stdin)
read(texts[0], "")
first = time.process_time() - started
for text in texts:
    read(text, "")
began = time.process_time()
for text in texts:
    read(text, "")
print(json.dumps([(time.process_time() - began) / len(texts), first]))
"""


def texts(*codes: str) -> list[str]:
    rows = [row for language in languages().values() if language.code in codes for row in language.rows]
    return [text for row in rows for text in (row.example, row.counter) if text]


def measured(checkout: Path, said: list[str]) -> tuple[float, float]:
    """Seconds a text, and to the first reading."""
    command = [sys.executable, "-c", READER, str(checkout)]
    done = subprocess.run(command, input=json.dumps(said), capture_output=True, text=True, check=True, cwd="/")
    each, first = json.loads(done.stdout)
    return each, first


def main(other: Path | None) -> None:
    said = texts("en", "de", "fr", "es", "pt", "zh")
    checkouts = [HERE, *([other] if other else [])]
    best = dict.fromkeys(checkouts, (1.0, 60.0))
    for _ in range(ROUNDS):  # by turns, so that what else the machine does hits both
        for checkout in checkouts:
            each, first = measured(checkout, said)
            best[checkout] = (min(best[checkout][0], each), min(best[checkout][1], first))
    for checkout, (each, first) in best.items():
        print(f"{checkout}: {each * 1e6:.1f} µs a text ({len(said)} texts), the first after {first:.2f} s")
    if other:
        print(f"ratio: {best[HERE][0] / best[other][0]:.2f}")


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else None)
