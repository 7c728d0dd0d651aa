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
from parcelwatch.cli.tongue import Tongue

WIDEST: Final = 80
_LINES: Final = 34
_FRAME: Final = 8  # cells of a panel's border and of the blanks around its title
_MOST: Final = {"alert": 5, "digest": 4, "letter": 2, "over": 1}
_NO_DIGITS: Final = dict.fromkeys(map(ord, "0123456789"))
_COLOURS: Final = {"agents": "red", "buyer": "green"}
_AGE: Final = re.compile(r" \d.*")
_CHINESE: Final = re.compile(r"【.+?】(.+?)(?: \d[^·]*)?(?: · .*)?")


class Show:
    """Prints as things happen, in the words of `t`; nothing when `quiet`. `started`: on the monotonic clock."""

    def __init__(self, started: float, t: Tongue, *, quiet: bool) -> None:
        self._started = started
        self._t = t
        self._quiet = quiet
        self._console = output.console()
        self._shown: Counter[str] = Counter()
        self._known: set[str] = set()

    # --- steps -----------------------------------------------------------------------------------

    def opening(self, seconds: float) -> None:
        """What one is about to see."""
        t = self._t
        self._say(t("A week in the life of a small shop"), "bold")
        what = "Everything happens on this machine, for at most {seconds} seconds. Nothing is configured or kept."
        self._say(t(what, seconds=f"{seconds:g}"))
        self._say()

    def couriers(self, origins: Mapping[str, str]) -> None:
        """The couriers that are played."""
        for api, origin in origins.items():
            self._step(self._t("{api} is played on {origin}, in its real wire format", api=api, origin=origin))

    def imported(self, api: str, count: int, source: str) -> None:
        """One file came in."""
        self._step(self._t("imported {count} parcels of {api} from {source}", count=count, api=api, source=source))

    def happened(self, api: str, number: str) -> None:
        """A courier says something new while one watches."""
        self._step(self._t("{api} has news of {number}; it is asked again", api=api, number=number), "dim")

    def took(self, who: str, case: str) -> None:
        """An agent acts by the link in a message."""
        said = self._t("{who} opens the link in that message and takes case {case}", who=who, case=case)
        self._step(said, "bold green")

    def wrote(self, who: str, draft: int, *, good: bool) -> None:
        """An agent lets a letter go; `good`: one of good news."""
        t = self._t
        said = (
            t("{who} approves draft {draft}, the good news, and sends it to the customer", who=who, draft=f"D{draft}")
            if good
            else t("{who} approves draft {draft} and sends it to the customer", who=who, draft=f"D{draft}")
        )
        self._step(said, "bold green")

    def arrived(self, messages: Sequence[Arrived]) -> None:
        """Messages that really came through Apprise: some whole, the others by their title."""
        for one in messages:
            if self._whole(one):
                self._panel(one)
            else:
                self._step(self._headed(one), most=WIDEST)

    def _headed(self, one: Arrived) -> str:
        t = self._t
        return t("→ agents: {title}", title=one.title) if one.channel == "agents" else f"→ {one.channel}: {one.title}"

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
        more = self._t("… {count} more lines", count=len(lines) - _LINES)
        body, width = "\n".join(lines[:_LINES] + [more] * (len(lines) > _LINES)), min(self._console.width, WIDEST)
        title = Text(one.title, style="bold")
        title.truncate(width - _FRAME, overflow="ellipsis")  # the panel itself cuts without a mark
        self._console.print(
            Panel(
                Text(body),
                title=Text.assemble(" ", title, " "),
                title_align="left",
                subtitle=Text(f" {self._time()} · {self._to(one.channel)} ", style="dim"),
                subtitle_align="right",
                border_style=_COLOURS[one.channel],
                width=width,
            )
        )

    # --- the end ---------------------------------------------------------------------------------

    def summary(self, result: Mapping[str, Any]) -> None:
        """What came of it, and what to do next."""
        self._say()
        t = self._t
        self._say(t("What came of it"), "bold")
        states = Counter(alert["state"] for alert in result["alerts"])
        languages = Counter((draft["language"], draft["state"]) for draft in result["drafts"])
        opened = Counter(case["state"] for case in result["cases"])
        watched, answers, messages = result["parcels"], result["polled"], result["messages"]
        said = {
            t("parcels"): t("{watched} watched, {answers} answers over HTTP", watched=watched, answers=answers),
            t("cases"): t("{all}: {states}", all=opened.total(), states=self._counted(opened)),
            t("alerts"): t("{states}, in {messages} messages", states=self._counted(states), messages=messages),
            t("drafts"): self._counted(
                Counter({f"{lang} {t(state)}": many for (lang, state), many in languages.items()})
            ),
            t("time"): t("{seconds} s", seconds=f"{result['seconds']:g}"),
        }
        output.pairs(said)
        self._say()
        kinds = Counter(case["kind"] for case in result["cases"])
        examples = {case["kind"]: case for case in reversed(result["cases"])}
        rows = [
            (t.kind(kind), t.severity(one["severity"]), count, output.worded(one["sentence"], 160))
            for kind, count in kinds.most_common()
            for one in (examples[kind],)
        ]
        self._console.print(Listing(t.columns("!Case", "Severity", ">Parcels", "~For example"), rows))
        self._say()
        self._say(t("Next"), "bold")
        for command, what in (
            ("parcelwatch config init", t("writes a configuration to start from, every key explained")),
            ("parcelwatch sandbox --api dhl", t("a courier to try it on, before you have a key")),
            ("parcelwatch parcels import FILE", t("watches your own parcels")),
            ("parcelwatch once", t("asks, decides and tells, one time; `run` keeps at it")),
        ):
            self._say(f"  {command:35}{what}")

    def _to(self, channel: str) -> str:
        t = self._t
        return t("to agents") if channel == "agents" else t("to the customer")

    def _counted(self, counts: Counter[str]) -> str:
        t = self._t
        return t.listed(t("{count} {what}", count=count, what=t(name)) for name, count in counts.most_common()) or t(
            "none"
        )

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
    return "digest" if one.title.startswith("[") else "alert"


def _label(title: str) -> str:
    """What a title is about, without age and order: "🔴 CRITICAL · lost 30 h ago · order A-1" is about "lost"."""
    if chinese := _CHINESE.search(title):
        return chinese[1].translate(_NO_DIGITS)
    severity, _, rest = title.partition(" · ")
    what = _AGE.sub("", rest.partition(" · ")[0]) if severity.isupper() or rest.count(" · ") else severity
    return what.translate(_NO_DIGITS)
