"""Words for facts: letters for customers, messages for agents, in their languages.

What belongs here: finding words; the only user of Babel. Everything that came from outside is cleaned and
masked on its way into a template, and no value is ever read as a template. The words themselves are words/'s.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from functools import cache, lru_cache
from pathlib import Path
from typing import Final
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from babel.core import get_global
from babel.dates import format_datetime

from parcelwatch.almanac import ALMANAC
from parcelwatch.core.drafts import offered, parts
from parcelwatch.core.kinds import LETTERS
from parcelwatch.core.messages import Group, Letter, Outgoing, Phrases, Text, Words, digest, single
from parcelwatch.core.privacy import mask
from parcelwatch.core.text import clean
from parcelwatch.core.whereabouts import read, split
from parcelwatch.model import Checkpoint, Draft, Fact, Form, LetterStep, Sure, Unread, Why
from parcelwatch.templates import Templates
from parcelwatch.words import catalogue

_NAME: Final = 60
_QUOTED: Final = 200
_SHORT: Final = 80
_REASON: Final = 500
_UTC: Final = ZoneInfo("UTC")
_LAST_MINUTE: Final = timedelta(minutes=1)

_TEMPLATES: Final = {
    Form.COURIER_SILENT: "silent",
    Form.COURIER_REFUSES: "silent",
    Form.COURIER_BACK: "recovered",
    Form.CODES_UNREAD: "unmapped",
    Form.ANSWER_UNREAD: "unreadable",
    Form.CLAIM_DUE: "claim",
    Form.CLAIM_MISSED: "claim",
}
_LETTER_TEMPLATES: Final = {Why.DRAFTED: "draft", Why.WITHDRAWN: "withdrawn"}


@dataclass(frozen=True, slots=True)
class _Row:
    """A message in a digest; its line is only worded where there is room for it."""

    out: Outgoing
    renderer: Renderer
    now: datetime

    @property
    def id(self) -> int:
        return self.out.id

    @property
    def kind(self) -> str:
        return self.out.kind

    @property
    def draft(self) -> bool:
        return self.out.draft

    @property
    def bare(self) -> str:
        return self.renderer.bare(self.out)

    @property
    def line(self) -> str:
        return self.renderer.alert(self.out, self.now).line


class Renderer:
    """Puts facts into words, dates in `timezone` (the shop's), those of a letter's scan on the clock of its place.

    Keeps compiled templates; safe to share by threads.
    """

    def __init__(self, timezone: str = "UTC", agent_language: str = "en", templates: Path | None = None) -> None:
        self._zone = ZoneInfo(timezone)
        self._agents = agent_language
        self._words = words = catalogue(agent_language, "agents")
        self._templates = Templates(templates)
        self._says = {Form(name): self._templates.phrase(said) for name, said in words["says"].items()}
        self._parts = {name: self._templates.phrase(said) for name, said in words["parts"].items()}
        self.phrases = Phrases(labels=words["labels"], **words["digest"])

    # --- single words ----------------------------------------------------------------------------

    @property
    def language(self) -> str:
        """The agents'."""
        return self._agents

    def said(self, table: str) -> Mapping[str, str]:
        """A table of the agents' words, such as "milestones"."""
        words: Mapping[str, str] = self._words[table]
        return words

    @property
    def zone(self) -> ZoneInfo:
        """The shop's."""
        return self._zone

    # --- sentences -------------------------------------------------------------------------------

    def sentence(self, fact: Fact, now: datetime, account: str = "", most: int = _QUOTED) -> str:
        """What is said of a fact, ages as of `now`; what others wrote is quoted, at most `most` characters of it."""
        words = self._words
        if fact.scan is not None and fact.scan.by:
            return self._marked(fact.scan, now, most)
        return self._says[fact.says].render(
            since=self._moment(fact.since, now),
            age=self._age(now - (fact.since or now)),
            scan=self._scan(fact.scan, now, most) if fact.scan else "",
            quiet=self._age(now - fact.quiet_since) if fact.quiet_since else "",
            until=self._moment(fact.until, now),
            whose=words["owners"].get(fact.whose, ""),
            on=self.day(fact.on, now),
            count=fact.count or len(fact.unread),
            kind=self.label(fact.kind) if fact.kind else "",
            cause=words["causes"].get(fact.scan.cause or "", "") if fact.scan else "",
            sure=fact.scan.sure if fact.scan else "",
            reason=self._reason(fact, most),
            clears=words["clears"].get(fact.kind, ""),
            account=clean(account, _NAME),
        )

    def label(self, kind: str) -> str:
        """The name of a kind of trouble."""
        return self.phrases.label(kind)

    def clears(self, kind: str) -> str:
        """What would close a case of that kind."""
        return str(self._words["clears"].get(kind, ""))

    def _marked(self, scan: Checkpoint, now: datetime, most: int) -> str:
        """What an agent said of a parcel."""
        words = self._words
        how = words["causes"].get(scan.cause or "", "") or words["milestones"][scan.milestone]
        by, note = clean(scan.by, _NAME), clean(scan.text, most)
        return self._parts["marked"].render(how=how, by=by, note=note, at=self._moment(scan.occurred_at, now))

    def _scan(self, scan: Checkpoint, now: datetime, most: int) -> str:
        said = _third_party(scan.text or scan.code, most) or self._words["milestones"][scan.milestone]
        place, at = _third_party(scan.place, _NAME), self._moment(scan.occurred_at, now)
        return self._parts["scan"].render(text=said, place=place, at=at)

    def _reason(self, fact: Fact, most: int) -> str:
        """Somebody else's words are quoted; a sentence of an older version stands as it is."""
        if own := self._words["stops"].get(fact.reason):
            return str(own)
        reason = _third_party(fact.reason, min(_REASON, most * 2))
        return reason if fact.says is Form.NOTED or not reason else self._parts["quoted"].render(text=reason)

    # --- letters ---------------------------------------------------------------------------------

    def letter(self, draft: Draft) -> Letter:
        """The words of a draft: those somebody was shown or chose, else those that say its facts."""
        return Letter(draft.subject, draft.body) if draft.body else self.worded(draft.kind, draft.language, draft.facts)

    def worded(self, kind: str, language: str, facts: Mapping[str, object]) -> Letter:
        """The letter that says `facts` (of core.drafts) in a language there are words for.

        By the shop's own template where it has one that works; one that does not is logged, once.
        """
        return Letter(*self._templates.letter(letter_name(kind, language, facts), self._values(kind, language, facts)))

    def own_letter(self, kind: str, language: str, facts: Mapping[str, object]) -> Letter:
        """As `worded`, but raises BadInput for a template of the shop's that does not work."""
        values = self._values(kind, language, facts)
        return Letter(*self._templates.own_letter(letter_name(kind, language, facts), values))

    def _values(self, kind: str, language: str, facts: Mapping[str, object]) -> dict[str, object]:
        """Everything a letter template may name. What is not known is "", 0 or an empty list."""
        words = catalogue(language, "letters")
        said = {name: str(value) for name, value in facts.items() if isinstance(value, str)}
        codes = facts["remedies"] if isinstance(facts["remedies"], list) else []
        numbers = [clean(str(part["number"]), _NAME) for part in parts(facts)]
        spec, sure = LETTERS.get(kind), said.get("sure", "")
        attempt = facts.get("attempt", 0)
        return {
            **_texts(said, language),
            **self._dates(said, language, words["dates"]),
            "kind": kind,
            "step": said.get("step") or str(LetterStep.FIRST),
            "numbers": numbers,
            "also": numbers[1:],
            "attempt": attempt if isinstance(attempt, int) else 0,
            "codes": [str(code) for code in codes],
            "remedies": [words["remedies"].get(code) or clean(str(code)) for code in offered({**facts, "kind": kind})],
            "rather": bool(spec and spec.waits) or (kind == "lost" and sure == Sure.SUSPECTED),
        }

    # --- messages --------------------------------------------------------------------------------

    def message(self, group: Group, limit: int, now: datetime) -> Text:
        """A group as the one text its channel gets, within the channel's limit: as it was tried before, if it was."""
        if group.title is not None and group.body is not None:
            return Text(group.title, group.body)
        if group.digest_id is None:
            return single(group.id, self.alert(group.rows[0], now), limit, self.phrases)
        return digest([_Row(row, self, now) for row in group.rows], limit, self.phrases, ident=group.id)

    def alert(self, out: Outgoing, now: datetime) -> Words:
        """What agents read of one message: a case, a draft to copy, a draft taken back, or an account."""
        template = _LETTER_TEMPLATES[out.why] if out.draft and out.letter else _TEMPLATES.get(out.fact.says, "case")
        text = self._render(f"{self._agents}/agents/{template}", {**self._case(out, now), **self._draft(out.letter)})
        title, line, body = text.split("\n", 2)
        return Words(title, body.strip(), line)

    def link(self, address: str) -> str:
        """The line that says where to act on a message."""
        return str(catalogue(self._agents, "links")["line"].format(address=address))

    def bare(self, out: Outgoing) -> str:
        """The least a line must say: the number or the account; of a draft also which one."""
        name = clean(out.number, _NAME) or out.account
        if not (out.draft and out.letter):
            return name
        return str(self._words["digest_of_drafts"][out.why].format(number=name, draft=out.letter.id))

    def _case(self, out: Outgoing, now: datetime) -> dict[str, object]:
        words, fact = self._words, out.fact
        return {
            "label": self.label(out.kind),
            "severity": words["severities"][out.severity],
            "again": words["again"].get(out.why, ""),
            "next": words["next"].get(out.kind, ""),
            "milestone": words["milestones"].get(out.milestone, ""),
            "number": clean(out.number, _NAME),
            "courier": out.courier,
            "company": clean(out.company, _NAME),
            "order": ", ".join(clean(order, _NAME) for order in out.orders),
            "sentence": self.sentence(fact, now, out.account),
            "short": self.sentence(fact, now, out.account, _SHORT),
            "since": self._moment(fact.since, now),
            "zoned": _format(fact.since, self._zone, words["times"]["zoned"], self._agents) if fact.since else "",
            "age": self._age(now - (fact.since or now)),
            "case_id": out.case_id,
            "on": self.day(fact.on, now),
            "missed": fact.says is Form.CLAIM_MISSED,
            "account": out.account,
            "api": fact.kind,
            "parcels": fact.count,
            "refused": fact.says is Form.COURIER_REFUSES,
            "error": _third_party(fact.reason, _REASON),
            "unknown": [_unread(one) for one in fact.unread],
        }

    def _draft(self, draft: Draft | None) -> dict[str, object]:
        if draft is None:
            return {}
        letter = self.letter(draft)
        subject = " ".join(letter.subject.split())
        return {
            "draft_id": draft.id,
            "language": draft.language,
            "step": draft.step,
            "subject": subject,
            "body": letter.body,
        }

    def _render(self, name: str, values: Mapping[str, object]) -> str:
        return self._templates.text(name, values)

    # --- times -----------------------------------------------------------------------------------

    def _moment(self, at: datetime | None, now: datetime) -> str:
        """A moment in the agents' time; the year is named where it is not this one."""
        if at is None:
            return ""
        this_year = at.astimezone(self._zone).year == now.astimezone(self._zone).year
        return _format(at, self._zone, self._words["times"]["moment" if this_year else "with_year"], self._agents)

    def day(self, on: date | None, now: datetime) -> str:
        """A day of the calendar, which is the same in every zone; the year is named where it is not this one."""
        if on is None:
            return ""
        pattern = "day" if on.year == now.astimezone(self._zone).year else "day_with_year"
        noon = datetime(on.year, on.month, on.day, 12, tzinfo=UTC)
        return _format(noon, _UTC, self._words["times"][pattern], self._agents)

    def _age(self, span: timedelta) -> str:
        """A span as people say it: minutes, then hours up to three days, then days."""
        times, minutes = self._words["times"], max(0, int(span.total_seconds() // 60))
        if minutes < 120:
            return str(times["minutes"].format(n=minutes))
        if minutes < 72 * 60:
            return str(times["hours"].format(n=minutes // 60))
        return str(times["days"].format(n=minutes // 1440))

    def _dates(self, said: Mapping[str, str], language: str, words: Mapping[str, str]) -> dict[str, str]:
        """The dates a letter may name, "" where there is none. A time of day only where the courier's is exact.

        What was scanned is told by the clock of its place, all else by the customer's.
        """
        at = {name: _parse(said.get(name, "")) for name in _TIMES}
        written = _known(said["written_at"])
        destination, place = said.get("destination", ""), said.get("place", "")
        seen = at["seen_from"] or written
        home = _clock("", "", destination, seen)
        calendar = _Calendar(language, words, home or _one_of(destination, seen) or self._zone, written)
        clock = _clock_of_place(place, said.get("origin", ""), destination, seen)
        there = replace(calendar, zone=clock or calendar.zone, named=clock is None and (bool(place) or home is None))
        return {
            "seen_on": there.on(at["seen_from"], at["seen_until"]),
            "seen_at": there.at(at["seen_from"], at["seen_until"]),
            "seen_day": there.day(at["seen_from"]),
            "since_on": calendar.day(at["since"]),
            "promised_on": calendar.last_day(at["promised_by"], said.get("destination", "")),
            "follow_up_on": calendar.day(_known(said["follow_up_at"])),
            "wrote_on": calendar.day(at["wrote_at"]),
            "peak_from": calendar.day(at["peak_from"]),
            "peak_to": calendar.day(at["peak_to"]),
        }


# How a language writes the first day of a month where that is no plain number: a CLDR pattern.
_FIRST_OF_MONTH: Final = {"fr": "d'er'"}

_TIMES: Final = ("seen_from", "seen_until", "since", "promised_by", "wrote_at", "peak_from", "peak_to")


def letter_name(kind: str, language: str, facts: Mapping[str, object]) -> str:
    """The template of a letter: of its kind for the first notice, of its step for all that follow."""
    step = facts.get("step") or LetterStep.FIRST
    return f"{language}/letters/{kind if step == LetterStep.FIRST else step}"


@dataclass(frozen=True, slots=True)
class _Calendar:
    """Dates of one letter, in its language and on one clock. The year is named where it is not that of writing.

    `named`: a time of day says whose clock it is by, for it is not known to be that of the place it happened at.
    """

    language: str
    words: Mapping[str, str]
    zone: ZoneInfo
    written_at: datetime
    named: bool = False

    def day(self, at: datetime | None) -> str:
        if at is None:
            return ""
        local = at.astimezone(self.zone)
        this_year = local.year == self.written_at.astimezone(self.zone).year
        pattern = self.words["day" if this_year else "with_year"]
        if local.day == 1:
            pattern = pattern.replace("d", _FIRST_OF_MONTH.get(self.language.partition("-")[0], "d"), 1)
        return _format(at, self.zone, pattern, self.language)

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
        pattern = self.words["zoned" if self.named else "time"]
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
    peak, courier = clean(said.get("peak", ""), _NAME), clean(said.get("courier", ""), _NAME)
    return {
        "what": what if _quotable(what, language) else "",
        "place": place if _readable(place, language) else "",
        "number": clean(said["number"], _NAME),
        "order": clean(said["order"], _NAME),
        "name": clean(said["customer_name"], _NAME),
        "shop": " ".join(said["shop"].split()),
        "milestone": said["milestone"],
        "seen_as": said["seen_as"],
        "cause": said["cause"],
        "sure": said.get("sure", ""),
        "reason": said.get("reason", ""),
        "asks": said.get("asks", ""),
        "courier": courier if _readable(courier, language) else "",
        "peak": peak if _readable(peak, language) else "",
        "promise_of": said["promise_of"],
    }


def _unread(one: Unread) -> dict[str, object]:
    return {"code": clean(one.code, _NAME), "text": _third_party(one.text), "count": one.count}


def _third_party(text: str, limit: int = 200) -> str:
    return clean(mask(text), limit)


def _readable(text: str, language: str) -> bool:
    """Whether readers of a language know every script in it; Latin letters are known to all."""
    known = _READS.get(language.partition("-")[0], frozenset())
    return not any(letters.search(text) for name, letters in _SCRIPTS.items() if name not in known)


def _quotable(text: str, language: str) -> bool:
    """Whether a letter may quote it: in the letter's own script, and not only in one that its readers know too."""
    known = _READS.get(language.partition("-")[0], frozenset())
    own = not known or any(_SCRIPTS[name].search(text) for name in known) or not _LATIN.search(text)
    return own and _readable(text, language)


_SCRIPTS: Final = {
    "han": re.compile(r"[\u3400-\u9fff]"),
    "kana": re.compile(r"[\u3040-\u30ff]"),
    "other": re.compile(r"[\u0370-\u1cff\ua4d0-\ud7ff\ufb1d-\ufdff\ufe70-\ufefc]"),
}
_LATIN: Final = re.compile(r"[A-Za-z]")
_READS: Final = {"zh": frozenset({"han"}), "ja": frozenset({"han", "kana"})}
"""The scripts of languages that are not written in Latin letters."""


def _parse(stamp: str) -> datetime | None:
    return datetime.fromisoformat(stamp) if stamp else None


def _known(stamp: str) -> datetime:
    return datetime.fromisoformat(stamp)


# --- data ----------------------------------------------------------------------------------------


@lru_cache(maxsize=4096)
def _format(at: datetime, zone: ZoneInfo, pattern: str, language: str) -> str:
    """`zone` is told apart here because equal instants are one cache key whatever their zones."""
    written = format_datetime(at.astimezone(zone), pattern, locale=language.replace("-", "_"))
    return re.sub(r"(GMT|UTC)\+00:00", "UTC", written)


@lru_cache(maxsize=4096)
def _clock(place: str, origin: str, destination: str, at: datetime) -> ZoneInfo | None:
    """The clock of a scan's place, else of the destination; None where neither is known to have one clock at `at`."""
    return _clock_of_place(place, origin, destination, at) or _only(*split(destination), at)


def _clock_of_place(place: str, origin: str, destination: str, at: datetime) -> ZoneInfo | None:
    return _only(*read(place, split(origin)[0], split(destination)[0], ALMANAC), at)


def _only(country: str, region: str, at: datetime) -> ZoneInfo | None:
    zones = [zone for zone in ALMANAC.zones(country, region) if isinstance(zone, ZoneInfo)]
    return zones[0] if len({at.astimezone(zone).utcoffset() for zone in zones}) == 1 else None


def _one_of(country: str, at: datetime) -> ZoneInfo | None:
    """Of a country of several clocks the one in the middle, which is never far off; None for none we know."""
    zones = sorted(_zones(split(country)[0]), key=lambda zone: at.astimezone(zone).utcoffset() or timedelta())
    return zones[len(zones) // 2] if zones else None


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
