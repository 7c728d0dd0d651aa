"""What the demonstration prints: steps, messages as they arrive, a summary."""

from __future__ import annotations

import re
import time
from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any, Final

from rich.panel import Panel
from rich.text import Text

from parcelwatch.cli import output
from parcelwatch.cli.demo_inbox import Arrived
from parcelwatch.cli.tables import Listing

WIDEST: Final = 80
_LINES: Final = 34
_FRAME: Final = 8  # cells of a panel's border and of the blanks around its title
_MOST: Final = {"alert": 5, "digest": 4, "letter": 2, "over": 1}
_NO_DIGITS: Final = dict.fromkeys(map(ord, "0123456789"))
_WHERE: Final = {"agents": "to agents", "buyer": "to the customer"}
_COLOURS: Final = {"agents": "red", "buyer": "green"}
_AGE: Final = re.compile(r" \d.*")


class Show:
    """Prints as things happen; says nothing when `quiet`. `started`: on the monotonic clock."""

    def __init__(self, started: float, *, quiet: bool) -> None:
        self._started = started
        self._quiet = quiet
        self._console = output.console()
        self._shown: Counter[str] = Counter()
        self._known: set[str] = set()

    # --- steps -----------------------------------------------------------------------------------

    def opening(self, seconds: float) -> None:
        """What one is about to see."""
        self._say("parcelwatch: a week in the life of a small shop", "bold")
        self._say(
            f"Everything happens on this machine, for at most {seconds:g} seconds. Nothing is configured or kept."
        )
        self._say()

    def couriers(self, origins: Mapping[str, str]) -> None:
        """The couriers that are played."""
        for api, origin in origins.items():
            self._step(f"{api} is played on {origin}, in its real wire format")

    def imported(self, api: str, count: int, source: str) -> None:
        """One file came in."""
        self._step(f"imported {count} parcels of {api} from {source}")

    def happened(self, api: str, number: str) -> None:
        """A courier says something new while one watches."""
        self._step(f"{api} has news of {number}; it is asked again", "dim")

    def acted(self, what: str) -> None:
        """An agent does something."""
        self._step(what, "bold green")

    def arrived(self, messages: Sequence[Arrived]) -> None:
        """Messages that really came through Apprise: some whole, the others by their title."""
        for one in messages:
            if self._whole(one):
                self._panel(one)
            else:
                self._step(f"→ {one.channel}: {one.title}", most=WIDEST)

    def _whole(self, one: Arrived) -> bool:
        """Whether it is worth its lines: one of each sort of trouble, some digests, letters that were sent."""
        sort = _sort(one)
        about = _label(one.title) if sort == "alert" else one.title
        if about in self._known or self._shown[sort] >= _MOST[sort]:
            return False
        self._known.add(about)
        self._shown[sort] += 1
        return True

    def _panel(self, one: Arrived) -> None:
        if self._quiet:
            return
        lines = one.body.splitlines()
        more = f"\n… {len(lines) - _LINES} more lines" if len(lines) > _LINES else ""
        body, width = "\n".join(lines[:_LINES]) + more, min(self._console.width, WIDEST)
        title = Text(one.title, style="bold")
        title.truncate(width - _FRAME, overflow="ellipsis")  # the panel itself cuts without a mark
        self._console.print(
            Panel(
                Text(body),
                title=Text.assemble(" ", title, " "),
                title_align="left",
                subtitle=Text(f" {self._time()} · {_WHERE[one.channel]} ", style="dim"),
                subtitle_align="right",
                border_style=_COLOURS[one.channel],
                width=width,
            )
        )

    # --- the end ---------------------------------------------------------------------------------

    def summary(self, result: Mapping[str, Any]) -> None:
        """What came of it, and what to do next."""
        self._say()
        self._say("What came of it", "bold")
        states = Counter(alert["state"] for alert in result["alerts"])
        languages = Counter(f"{draft['language']} {draft['state']}" for draft in result["drafts"])
        output.pairs(
            {
                "parcels": f"{result['parcels']} watched, {result['polled']} answers over HTTP",
                "cases": f"{len(result['cases'])}, {_counted(Counter(case['state'] for case in result['cases']))}",
                "alerts": f"{_counted(states)}, in {result['messages']} messages",
                "drafts": _counted(languages),
                "time": f"{result['seconds']:g} s",
            }
        )
        self._say()
        kinds = Counter(case["kind"] for case in result["cases"])
        examples = {case["kind"]: case for case in reversed(result["cases"])}
        rows = [
            (kind, examples[kind]["severity"], count, output.worded(examples[kind]["sentence"], 160))
            for kind, count in kinds.most_common()
        ]
        self._console.print(Listing(["!Case", "Severity", ">Parcels", "~For example"], rows))
        self._say()
        self._say("Next", "bold")
        for line in (
            "parcelwatch config init            writes a configuration to start from, every key explained",
            "parcelwatch sandbox --api dhl      a courier to try it on, before you have a key",
            "parcelwatch parcels import FILE    watches your own parcels",
            "parcelwatch once                   asks, decides and tells, one time; `run` keeps at it",
        ):
            self._say(f"  {line}")

    def _step(self, text: str, style: str = "", most: int = 0) -> None:
        """A line with its time; `most`: cells that it may have, 0 for any."""
        line = Text(f"{self._time()}  {text}")
        if most:
            line.truncate(most, overflow="ellipsis")
        self._say(line.plain, style)

    def _say(self, text: str = "", style: str = "") -> None:
        if not self._quiet:
            self._console.print(Text(text, style=style), soft_wrap=True)

    def _time(self) -> str:
        return f"{time.monotonic() - self._started:5.1f} s"


def _sort(one: Arrived) -> str:
    if one.channel == "buyer":
        return "letter"
    if one.title.startswith("🟢"):
        return "over"
    return "digest" if one.body.startswith("Alerts ") else "alert"


def _label(title: str) -> str:
    """What a title is about, without age and order: "🔴 CRITICAL · lost 30 h ago · order A-1" is about "lost"."""
    severity, _, rest = title.partition(" · ")
    what = _AGE.sub("", rest.partition(" · ")[0]) if severity.isupper() or rest.count(" · ") else severity
    return what.translate(_NO_DIGITS)


def _counted(counts: Counter[str]) -> str:
    return ", ".join(f"{count} {name}" for name, count in counts.most_common()) or "none"
