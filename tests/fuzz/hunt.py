"""The hunt: seeds spoiled and read until the time is over, each finding kept as an input that shows it again.

What belongs here: choosing what is tried, watching over it, and counting. One process; with atheris the choice is
libFuzzer's, which goes on from whatever reached new code.
"""

from __future__ import annotations

import importlib
import json
import random
import signal
import sys
import time
import traceback
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path
from types import FrameType, ModuleType
from typing import Any, Final

from tests.fuzz.mutating import MOST, mutated

HANGS: Final = 2.0
"""Seconds of CPU time that reading an input may take."""
_ENDS: Final = 20.0
_REPORT: Final = 10.0
_AFRESH: Final = 0.3
"""How often a seed is spoiled instead of what was reached before."""
_OURS: Final = "parcelwatch"


class Hangs(BaseException):
    """It read for too long."""


def atheris(*, covering: bool) -> ModuleType | None:
    """The fuzzer, if it is installed; `covering`: what is imported from now on tells what of it was reached."""
    try:
        found = importlib.import_module("atheris")
    except ImportError:
        return None
    if covering:
        with found.instrument_imports(include=[_OURS]):
            importlib.import_module("tests.fuzz.targets")
    return found


@dataclass(slots=True)
class Hunt:
    """`home`: where findings lie. `wanted`: the targets, all where none is named."""

    home: Path
    wanted: tuple[str, ...] = ()
    targets: Mapping[str, Any] = field(init=False)
    seeds: dict[str, bytes] = field(init=False)
    _names: list[str] = field(init=False)
    tried: dict[str, int] = field(default_factory=dict)
    found: dict[str, str] = field(default_factory=dict)
    began: float = field(default_factory=time.monotonic)
    reported: float = 0.0

    def __post_init__(self) -> None:
        targets = importlib.import_module("tests.fuzz.targets").TARGETS
        self.targets = {name: one for name, one in targets.items() if not self.wanted or name in self.wanted}
        self.seeds = {
            f"{target}/{name}": body
            for target, one in self.targets.items()
            for name, body in one.seeds().items()
            if len(body) < MOST
        }
        self._names = sorted(self.seeds)

    def try_one(self, case: bytes) -> None:
        """Read an input; whatever comes of it that must not is kept."""
        head, _, body = case.partition(b"\n")
        seed = head.decode("utf-8", "replace")
        if seed not in self.seeds:
            return
        target, _, name = seed.partition("/")
        self.tried[target] = self.tried.get(target, 0) + 1
        try:
            watched(lambda: self.targets[target].read(name, body))
        except (Exception, Hangs) as error:  # noqa: BLE001 - whatever it is, it is a finding
            self._keep(target, case, error)
        if time.monotonic() - self.reported > _REPORT:
            self.report()

    def _keep(self, target: str, case: bytes, error: BaseException) -> None:
        where = _where(error, case.partition(b"\n")[0].decode("utf-8", "replace"))
        if where in self.found:
            return
        name = f"{target}-{sha256(where.encode()).hexdigest()[:10]}"
        self.found[where] = name
        (self.home / name).write_bytes(case)
        text = "".join(traceback.format_exception(error))
        (self.home / f"{name}.txt").write_text(text, encoding="utf-8", errors="backslashreplace")
        print(f"FOUND {name}: {where}", flush=True)

    def report(self) -> None:
        self.reported = time.monotonic()
        said = {"seconds": self.reported - self.began, "tried": self.tried, "found": self.found}
        (self.home / "status.json").write_text(json.dumps(said))

    # --- ways ------------------------------------------------------------------------------------

    def fresh(self, dice: random.Random) -> tuple[str, bytes]:
        """A seed: of any target as likely as of another, however many seeds each has."""
        target = dice.choice(sorted(self.targets))
        name = dice.choice([seed for seed in self._names if seed.startswith(f"{target}/")] or self._names)
        return name, self.seeds[name]

    def spoiled(self, case: bytes, dice: random.Random) -> bytes:
        """The next input after one: that spoiled, or now and then a seed."""
        head, _, body = case.partition(b"\n")
        if head.decode("utf-8", "replace") not in self.seeds or dice.random() < _AFRESH:
            name, body = self.fresh(dice)
            head = name.encode()
        return head + b"\n" + mutated(body, dice, [self.fresh(dice)[1]])

    def blindly(self, minutes: float, seed: int = 0) -> None:
        """Seeds spoiled by chance."""
        dice = random.Random(seed)
        while time.monotonic() - self.began < minutes * 60:
            self.try_one(self.spoiled(b"", dice))
        self.report()

    def guided(self, fuzzer: ModuleType, minutes: float) -> None:
        """By what is reached; does not return."""
        corpus = self.home / "corpus"
        corpus.mkdir(exist_ok=True)
        for name, body in self.seeds.items():
            case = name.encode() + b"\n" + body
            (corpus / sha256(case).hexdigest()[:16]).write_bytes(case)

        def spoil(case: bytes, most: int, seed: int) -> bytes:
            return self.spoiled(case, random.Random(seed))[:most]

        given = [sys.argv[0], str(corpus), f"-max_total_time={int(minutes * 60)}", f"-max_len={MOST + 200}"]
        given += ["-len_control=0", "-rss_limit_mb=1500", "-timeout=120", f"-artifact_prefix={self.home}/ended-"]
        fuzzer.Setup(given, self.try_one, custom_mutator=spoil)
        fuzzer.Fuzz()


def watched(read: Callable[[], None]) -> None:
    """Raises Hangs where reading takes too long."""
    signal.signal(signal.SIGVTALRM, _ends)
    signal.setitimer(signal.ITIMER_VIRTUAL, _ENDS, 1.0)  # again, lest somebody swallow the first
    began = time.process_time()
    try:
        read()
    finally:
        signal.setitimer(signal.ITIMER_VIRTUAL, 0)
    took = time.process_time() - began
    if took > HANGS:
        raise Hangs(f"it took {took:.1f} s of CPU time")


def _ends(_: int, frame: FrameType | None) -> None:
    raise Hangs(f"still reading after {_ENDS:.0f} s of CPU time")


def _where(error: BaseException, seed: str) -> str:
    """What it is, and the innermost line of ours it came through: findings that share it are one."""
    frames = [f"{Path(one.filename).name}:{one.lineno}" for one in _ours(error)]
    said = str(error)[:60] if type(error).__name__ == "Broken" else ""
    # Where nothing of ours failed, what was read did.
    where = frames[-1] if frames else "/".join(seed.split("/")[:2])
    return ascii(f"{type(error).__name__} {said} {where}")[1:-1]


def _ours(error: BaseException) -> list[traceback.FrameSummary]:
    stack = traceback.extract_tb(error.__traceback__)
    return [one for one in stack if f"/{_OURS}/" in one.filename and "/tests/" not in one.filename]
