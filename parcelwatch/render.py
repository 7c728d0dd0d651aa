"""Words for facts: drafts for customers, alerts for agents, in their languages.

What belongs here: templates and dates; the only user of Jinja2 and Babel. Everything that came from outside is
cleaned and masked on its way into a template, and no value is ever read as a template.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache, lru_cache
from pathlib import Path
from typing import Any, Final
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from babel.core import get_global
from babel.dates import format_datetime
from jinja2 import FileSystemLoader, StrictUndefined
from jinja2.sandbox import SandboxedEnvironment

from parcelwatch.core import moments
from parcelwatch.core.lexicon import mask
from parcelwatch.core.messages import UNREADABLE, AlertFacts, Letter, OperatorFacts, Phrases, Unmapped, Words
from parcelwatch.core.phrasebook import phrases, translate
from parcelwatch.core.text import clean
from parcelwatch.model import Message, Why

__all__ = ["AlertFacts", "Letter", "OperatorFacts", "Renderer", "Unmapped", "Words"]

TEMPLATES: Final = Path(__file__).parent / "templates"

_NAME: Final = 60
_SENTENCE: Final = 500
_SHORT: Final = 140
_HOLES: Final = re.compile(r"\n{3,}")
_HAN: Final = re.compile(r"[\u3400-\u9fff]")
_LAST_MINUTE: Final = timedelta(minutes=1)

_OPERATOR_TEMPLATES: Final = {Why.SILENT: "silent", Why.RECOVERED: "recovered", Why.UNMAPPED: "unmapped"}
_DRAFT_TEMPLATES: Final = {Why.DRAFTED: "draft", Why.WITHDRAWN: "withdrawn"}


class Renderer:
    """Puts facts into words, dates in `timezone` (the shop's). Keeps compiled templates; safe to share by threads."""

    def __init__(self, timezone: str = "UTC", agent_language: str = "en") -> None:
        self._zone = ZoneInfo(timezone)
        self._agents = agent_language
        self._words = _words(f"alerts/{agent_language}")
        self._book = phrases((each["en"], each["said"]) for each in self._words.get("phrases", ()))
        self._templates = SandboxedEnvironment(
            loader=FileSystemLoader(TEMPLATES),
            undefined=StrictUndefined,
            autoescape=False,  # text/plain everywhere; what is dangerous in plain text is cleaned
            trim_blocks=True,
            lstrip_blocks=True,
            auto_reload=False,
        )
        self.phrases = Phrases(labels=self._words["labels"], **self._words["digest"])

    def draft(self, kind: str, language: str, facts: Mapping[str, object]) -> Letter:
        """The letter that says `facts` (of core.drafts) in a language there are templates for."""
        words = _words(f"drafts/{language}")
        said = {name: str(value) for name, value in facts.items() if isinstance(value, str)}
        remedies = facts["remedies"] if isinstance(facts["remedies"], list) else []
        text = self._render(
            f"drafts/{language}/{kind}",
            {
                **_texts(said, language),
                **self._dates(said, language, words["dates"]),
                "remedies": [words["remedies"].get(code) or clean(str(code)) for code in remedies],
            },
        )
        subject, _, body = text.partition("\n")
        return Letter(re.split("[:：]", subject, maxsplit=1)[1].strip(), body.strip())

    def alert(self, message: Message, about: AlertFacts) -> Words:
        """What agents read of one message: a case, a draft to copy, or a draft taken back."""
        template = _DRAFT_TEMPLATES[message.why] if message.draft else "case"
        return self._three_parts(template, {**self._case(message, about), **_draft(about)})

    def operator(self, about: OperatorFacts) -> Words:
        """What the operator reads of an account."""
        error = mask(about.error)
        unknown = [
            {"code": clean(one.code, _NAME), "text": _third_party(one.text), "count": one.count}
            for one in about.unknown
        ]
        values = {
            "account": about.account,
            "api": about.api,
            "since": self._moment(about.since),
            "age": self._age(about.now - (about.since or about.now)),
            "error": clean(error, _SENTENCE),
            "short": clean(error, _SHORT),
            "refused": about.refused,
            "parcels": about.parcels,
            "unknown": unknown,
        }
        unreadable = about.unknown and all(one.code == UNREADABLE for one in about.unknown)
        return self._three_parts("unreadable" if unreadable else _OPERATOR_TEMPLATES[about.why], values)

    def _sentence(self, sentence: str) -> str:
        """One of our own sentences in the agents' time and language."""
        return translate(moments.local(sentence, self._zone), self._book, self._words.get("units", {}))

    def _case(self, message: Message, about: AlertFacts) -> dict[str, object]:
        words, sentence = self._words, mask(message.sentence)
        return {
            "label": words["labels"].get(message.kind) or message.kind.replace("_", " "),
            "severity": words["severities"][message.severity],
            "again": words["again"].get(message.why, ""),
            "next": words["next"].get(message.kind, ""),
            "milestone": words["milestones"].get(about.milestone, ""),
            "number": clean(about.number, _NAME),
            "courier": about.courier,
            "company": clean(about.company, _NAME),
            "order": clean(about.order, _NAME),
            "sentence": self._sentence(clean(sentence, _SENTENCE)),
            "short": self._sentence(clean(sentence, _SHORT)),
            "since": self._moment(message.since),
            "age": self._age(about.now - message.since),
            "rule": ", ".join(part for part in (about.threshold, about.policy_line) if part),
            "case_id": about.case_id,
        }

    def _three_parts(self, template: str, values: Mapping[str, object]) -> Words:
        title, line, body = self._render(f"alerts/{self._agents}/{template}", values).split("\n", 2)
        return Words(title, body.strip(), line)

    def _render(self, name: str, values: Mapping[str, object]) -> str:
        return _HOLES.sub("\n\n", self._templates.get_template(f"{name}.txt.j2").render(values)).strip()

    # --- times -----------------------------------------------------------------------------------

    def _moment(self, at: datetime | None) -> str:
        return _format(at, self._zone, self._words["times"]["moment"], self._agents) if at else ""

    def _age(self, span: timedelta) -> str:
        minutes = max(0, int(span.total_seconds() // 60))
        hours, days = minutes // 60, minutes // 1440
        pattern = self._words["times"]["days" if days else "hours" if hours else "minutes"]
        return str(pattern.format(days=days, hours=hours % 24, minutes=minutes % 60))

    def _dates(self, said: Mapping[str, str], language: str, words: Mapping[str, str]) -> dict[str, str]:
        """The dates a letter may name, "" where there is none. A time of day only where the courier's is exact."""
        at = {name: _parse(said.get(name, "")) for name in ("seen_from", "seen_until", "since", "promised_by")}
        calendar = _Calendar(language, words, self._zone, _known(said["written_at"]))
        return {
            "seen_on": calendar.on(at["seen_from"], at["seen_until"]),
            "seen_at": calendar.at(at["seen_from"], at["seen_until"]),
            "since_on": calendar.day(at["since"]),
            "promised_on": calendar.last_day(at["promised_by"], said.get("destination", "")),
            "follow_up_on": calendar.day(_known(said["follow_up_at"])),
        }


@dataclass(frozen=True, slots=True)
class _Calendar:
    """Dates of one letter, in its language and the shop's zone. The year is named where it is not that of writing."""

    language: str
    words: Mapping[str, str]
    zone: ZoneInfo
    written_at: datetime

    def day(self, at: datetime | None) -> str:
        if at is None:
            return ""
        this_year = at.astimezone(self.zone).year == self.written_at.astimezone(self.zone).year
        return _format(at, self.zone, self.words["day" if this_year else "with_year"], self.language)

    def on(self, first: datetime | None, last: datetime | None) -> str:
        """The day, or the days between which it lies when more than one is possible."""
        if first is None or last is None:
            return ""
        days = self.day(first), self.day(last)
        pattern = "on_day" if days[0] == days[1] else "on_days"
        return self.words[pattern].format(day=days[0], first=days[0], last=days[1])

    def at(self, first: datetime | None, last: datetime | None) -> str:
        if first is None or first != last:
            return self.on(first, last)
        pattern = self.words["time_at_home" if self.words.get("home") == self.zone.key else "time"]
        time = _format(first, self.zone, pattern, self.language)
        return self.words["at_time"].format(day=self.day(first), time=time)

    def last_day(self, until: datetime | None, country: str) -> str:
        """The day whose end `until` is at the destination, or in the shop's zone; else the day it falls in here.

        A promise of a day is kept as that day's end there, which is another date elsewhere.
        """
        if until is None:
            return ""
        for zone in (*_zones(country), self.zone):
            local = until.astimezone(zone)
            if (local - _LAST_MINUTE).date() != local.date() or (local + _LAST_MINUTE).date() != local.date():
                return self.day((local - _LAST_MINUTE).replace(tzinfo=self.zone))
        return self.day(until)


# --- values on their way into a template ---------------------------------------------------------


def _texts(said: Mapping[str, str], language: str) -> dict[str, str]:
    """The words others wrote. What a reader of this language cannot read is left out rather than quoted."""
    what, place = _third_party(said["what"]).rstrip("。.;； "), _third_party(said["place"], _NAME)
    return {
        "what": what if _readable(what, language) else "",
        "place": place if _readable(place, language) else "",
        "number": clean(said["number"], _NAME),
        "order": clean(said["order"], _NAME),
        "name": clean(said["customer_name"], _NAME),
        "shop": " ".join(said["shop"].split()),
        "milestone": said["milestone"],
        "seen_as": said["seen_as"],
        "cause": said["cause"],
        "promise_of": said["promise_of"],
    }


def _draft(about: AlertFacts) -> dict[str, object]:
    subject = " ".join(about.subject.split())
    return {"draft_id": about.draft_id, "language": about.language, "subject": subject, "body": about.body}


def _third_party(text: str, limit: int = 200) -> str:
    return clean(mask(text), limit)


def _readable(text: str, language: str) -> bool:
    return language.startswith("zh") or not _HAN.search(text)


def _parse(stamp: str) -> datetime | None:
    return datetime.fromisoformat(stamp) if stamp else None


def _known(stamp: str) -> datetime:
    return datetime.fromisoformat(stamp)


# --- data ----------------------------------------------------------------------------------------


@cache
def _words(folder: str) -> Mapping[str, Any]:
    return tomllib.loads((TEMPLATES / folder / "words.toml").read_text(encoding="utf-8"))


@lru_cache(maxsize=4096)
def _format(at: datetime, zone: ZoneInfo, pattern: str, language: str) -> str:
    """`zone` is told apart here because equal instants are one cache key whatever their zones."""
    written = format_datetime(at.astimezone(zone), pattern, locale=language.replace("-", "_"))
    return written.replace("GMT+00:00", "UTC")


@cache
def _zones(country: str) -> tuple[ZoneInfo, ...]:
    """The zones of a country given by its two letters; () for one we do not know."""
    zones = (_zone(name) for name in get_global("territory_zones").get(country.upper(), ()))
    return tuple(zone for zone in zones if zone is not None)


def _zone(name: str) -> ZoneInfo | None:
    """None where Babel knows a name that this machine's time zone data does not."""
    try:
        return ZoneInfo(name)
    except ZoneInfoNotFoundError:
        return None
