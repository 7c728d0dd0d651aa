"""Words for facts: letters for customers, messages for agents, in their languages.

What belongs here: finding words; the only user of Babel. Everything that came from outside is cleaned and
masked on its way into a template, and no value is ever read as a template. The words themselves are words/'s.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta, timezone
from functools import cache, lru_cache
from pathlib import Path
from types import MappingProxyType
from typing import Final
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from babel.core import Locale, UnknownLocaleError, get_global
from babel.dates import format_datetime

from parcelwatch.almanac import ALMANAC
from parcelwatch.core.content import Certainty, Shop, certainty, happened, quotes, readings
from parcelwatch.core.drafts import offered, parts
from parcelwatch.core.kinds import LETTERS
from parcelwatch.core.messages import Group, Letter, Outgoing, Phrases, Size, Text, Words, digest, message
from parcelwatch.core.privacy import shown, uncoded
from parcelwatch.core.report import OWNER
from parcelwatch.core.text import clean, code, link
from parcelwatch.core.whereabouts import read, split
from parcelwatch.model import Checkpoint, Draft, Fact, Form, LetterStep, Milestone, Severity, Sure, Unread, Why
from parcelwatch.templates import Templates
from parcelwatch.whose import Whose
from parcelwatch.words import catalogue

_NAME: Final = 60
_QUOTED: Final = 200
_SHORT: Final = 80
_REASON: Final = 500
_UTC: Final = ZoneInfo("UTC")
_LAST_MINUTE: Final = timedelta(minutes=1)
_LAST_SECOND: Final = 59
_FROM_THE_WEST: Final = tuple(timezone(timedelta(hours=hours)) for hours in range(-12, 15))
_REACHED: Final = frozenset({Form.NEWER_SCAN, Form.CLEARED})
_MOVING: Final = frozenset({Milestone.PICKED_UP, Milestone.IN_TRANSIT})
_NO_PLACE: Final = frozenset({Milestone.EXCEPTION, Milestone.UNKNOWN})
_OVER: Final = frozenset({"destroyed", "returned"})
"""Troubles after which there is nothing left to follow."""
_JUST_NOW: Final = timedelta(minutes=2)
_NO_SHOP: Final = Shop()

_TEMPLATES: Final = {
    Form.COURIER_SILENT: "silent",
    Form.COURIER_REFUSES: "silent",
    Form.COURIER_BACK: "recovered",
    Form.CODES_UNREAD: "unmapped",
    Form.ANSWER_UNREAD: "unreadable",
    Form.CHANNEL_DOWN: "channel_down",
    Form.CHANNEL_BACK: "channel_back",
    Form.CLEARED: "cleared",
    Form.WORD_DUE: "reminder",
    Form.REMEDY_DUE: "reminder",
    Form.REPORT: "report",
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
    letters: tuple[Outgoing, ...] = ()

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
    def cleared(self) -> bool:
        return self.out.why is Why.CLEARED

    @property
    def bare(self) -> str:
        return self.renderer.bare(self.out) + self._beside

    @property
    def line(self) -> str:
        return self.renderer.alert(self.out, self.now).line + self._beside

    @property
    def _beside(self) -> str:
        return "".join(map(self.renderer.beside, self.letters))


class Renderer:
    """Puts facts into words, dates in `timezone` (the reader's), those of a letter's scan on the clock of its place.

    `apis`: account → its API and what the courier behind it is called. `private`: nobody else reads what is said, so
    that it may name customers and say what opens a locker. Keeps compiled templates; safe to share by threads.
    """

    def __init__(
        self,
        timezone: str = "UTC",
        agent_language: str = "en",
        *,
        shop: Shop = _NO_SHOP,
        apis: Mapping[str, tuple[str, str]] = MappingProxyType({}),
        private: bool = False,
        templates: Path | None = None,
    ) -> None:
        self._zone = ZoneInfo(timezone)
        self._private = private
        self._agents = agent_language
        self._private = private
        self._words = words = catalogue(agent_language, "agents")
        self._templates = Templates(templates)
        self._says = {Form(name): self._templates.phrase(said) for name, said in words["says"].items()}
        self._parts = {name: self._templates.phrase(said) for name, said in words["parts"].items()}
        self._next = {name: self._templates.phrase(said) for name, said in words["next"].items()}
        self.whose = Whose(agent_language, words["whose"], shop, apis, private)
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

    def sentence(
        self,
        fact: Fact,
        now: datetime,
        account: str = "",
        most: int = _QUOTED,
        lane: tuple[str, str] | None = None,
        tracker: str = "",
    ) -> str:
        """What is said of a fact, ages as of `now`; what others wrote is quoted, at most `most` characters of it.

        `lane`: where the parcel comes from and goes to, where the times of other clocks are to be said too. `tracker`:
        what the service is called that is asked about it.
        """
        words = self._words
        if fact.scan is not None and fact.scan.by:
            return self._marked(fact.scan, now, most)
        promised = fact.says is Form.PROMISE_OVER
        reached = fact.scan is not None and fact.scan.milestone not in _NO_PLACE
        return self._says[fact.says].render(
            reached=words["milestones"][fact.scan.milestone] if fact.scan and reached else "",
            moving=fact.scan is not None and fact.scan.milestone in _MOVING,
            since=self._moment(fact.since, now),
            age=self._age(now - (fact.since or now)),
            scan=self._scan(fact.scan, now, most, lane, plain=quotes(fact) or fact.says in _REACHED)
            if fact.scan
            else "",
            apart=fact.scan is not None and not _at_once(fact.since, fact.scan),
            quiet=self._age(now - fact.quiet_since) if fact.quiet_since else "",
            until=self._deadline(fact.until, now, (lane or ("", ""))[1]) if promised else self._moment(fact.until, now),
            whose=words["owners"].get(fact.whose, ""),
            on=self.day(fact.on, now),
            count=fact.count or len(fact.unread),
            kind=self.label(fact.kind) if fact.kind else "",
            cause=words["causes"].get(fact.scan.cause or "", "") if fact.scan else "",
            sure=fact.scan.sure if fact.scan else "",
            reason=self._reason(fact, most),
            clears=words["clears"].get(fact.kind, ""),
            account=clean(account, _NAME),
            tracker=tracker,
            outcome=words["outcomes"][fact.scan.milestone] if fact.scan else "",
            at=self._moment(fact.scan.occurred_at, now) if fact.scan else "",
            place=_third_party(fact.scan.place, _NAME) if fact.scan else "",
            remedy=words["remedies"].get(fact.kind, ""),
            who=clean(fact.reason, _NAME),
            n=Counter(dict(fact.tally)),
            day=_format(fact.until, self._zone, words["times"]["day"], self._agents) if fact.until else "",
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

    def _scan(
        self, scan: Checkpoint, now: datetime, most: int, lane: tuple[str, str] | None, *, plain: bool = False
    ) -> str:
        said, place = self._theirs(scan.text or scan.code, most), _third_party(scan.place, _NAME)
        there = self._there(scan, lane) if lane is not None else ""
        return self._parts["scan"].render(
            text=said.rstrip(" .。"),
            milestone="" if plain or scan.milestone in _NO_PLACE else self._words["milestones"][scan.milestone],
            place="" if place.partition(",")[0] in said else place,
            at=self._moment(scan.occurred_at, now),
            there=there,
        )

    def _there(self, scan: Checkpoint, lane: tuple[str, str]) -> str:
        """The time on the clock of its place, where that is another than the reader's; the courier knows it by that."""
        zone = _clock(scan.place, *lane, scan.occurred_at) if scan.occurred_at == scan.occurred_until else None
        if zone is None or _offset(zone, scan.occurred_at) == _offset(self._zone, scan.occurred_at):
            return ""
        return _format(scan.occurred_at, zone, str(self._words["times"]["clock"]), self._agents)

    def _theirs(self, text: str, most: int) -> str:
        """What a courier wrote, as the readers of this channel may see it."""
        return _third_party(text if self._private else uncoded(text), most)

    def _reason(self, fact: Fact, most: int) -> str:
        """Somebody else's words are quoted; a sentence of an older version stands as it is."""
        if own := self._words["stops"].get(fact.reason):
            return str(own)
        reason = self._theirs(fact.reason, min(_REASON, most * 2))
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
        numbers = [code(str(part["number"]), _NAME) for part in parts(facts)]
        spec, sure = LETTERS.get(kind), said.get("sure", "")
        attempt = facts.get("attempt", 0)
        return {
            **_texts(said, language),
            **self._dates(said, language, words["dates"]),
            **self._followed(facts, language),
            "kind": kind,
            "step": said.get("step") or str(LetterStep.FIRST),
            "numbers": numbers,
            "also": numbers[1:],
            "attempt": attempt if isinstance(attempt, int) else 0,
            "codes": [str(code) for code in codes],
            "remedies": [words["remedies"].get(code) or clean(str(code)) for code in offered({**facts, "kind": kind})],
            "rather": bool(spec and spec.waits) or (kind == "lost" and sure == Sure.SUSPECTED),
        }

    def _followed(self, facts: Mapping[str, object], language: str) -> dict[str, object]:
        """The courier's name, where it has one that buyers know and can read, and where each parcel can be followed."""
        courier, pages = "", []
        for part in parts(facts):
            account, company, number = (str(part.get(name, "")) for name in ("account", "company", "number"))
            contact = self.whose.contact(account, company) if account else None
            name = clean(contact.name(language), _NAME) if contact and contact.known else ""
            courier = courier or (name if _readable(name, language) else "")
            pages += [page] if contact and (page := link(contact.page(number))) else []
        over = facts.get("kind") in _OVER or facts.get("step") == LetterStep.DELIVERED
        return {"pages": [] if over else pages, **({"courier": courier} if courier else {})}

    # --- messages --------------------------------------------------------------------------------

    def message(self, group: Group, size: Size, now: datetime) -> tuple[Text, ...]:
        """A group as what its channel gets, one message if that holds it: as it was tried before, if it was."""
        if group.said:
            return group.said
        if group.digest_id is None:
            return message(self._pieces(group, now), size, self.phrases)
        rows = self._rows(group, now)
        return (digest(rows, size, self.phrases, ident=group.id, grade=self._grade(group)),)

    def _grade(self, group: Group) -> str:
        """How bad the worst of a digest is, before its heading; nothing where it is about us."""
        worst = max((row.severity for row in group.rows), key=lambda severity: severity.rank)
        return "" if worst is Severity.OPERATOR else f"{self._words['severities'][worst].upper()} · "

    def _pieces(self, group: Group, now: datetime) -> list[Words]:
        """All that is about one order, the worst first; the title says how many of its parcels there are more."""
        said = {row.number for row in group.rows if not row.draft}
        first, *rest = (self.alert(row, now, beside=row.draft and row.number in said) for row in group.rows)
        worst = group.rows[0]
        others = {row.number for row in group.rows if not row.draft} - {worst.number}
        if others:
            first = replace(first, title=self.phrases.others.format(title=first.title, count=len(others)))
        return [first, *rest]

    def _rows(self, group: Group, now: datetime) -> list[_Row]:
        """A line for each alert, which names its letters; a letter without its alert has one of its own."""
        cases = {row.case_id for row in group.rows if not row.draft} - {None}
        beside: dict[int | None, list[Outgoing]] = {}
        for row in group.rows:
            if row.draft and row.why is Why.DRAFTED and row.case_id in cases:
                beside.setdefault(row.case_id, []).append(row)
        inside = {row.id for rows in beside.values() for row in rows}
        return [
            _Row(row, self, now, () if row.draft else tuple(beside.pop(row.case_id, ())))
            for row in group.rows
            if row.id not in inside
        ]

    def alert(self, out: Outgoing, now: datetime, *, beside: bool = False) -> Words:
        """What agents read of one message: a case, a draft to copy, a draft taken back, or an account.

        `beside`: another message about the parcel stands above it, and says all that is not the letter's.
        """
        template = _LETTER_TEMPLATES[out.why] if out.draft and out.letter else _TEMPLATES.get(out.fact.says, "case")
        text = self._render(
            f"{self._agents}/agents/{template}", {**self._case(out, now), **self._draft(out.letter), "beside": beside}
        )
        title, line, body = text.split("\n", 2)
        return Words(title, body.strip(), line, whole=template == _LETTER_TEMPLATES[Why.DRAFTED])

    def link(self, address: str) -> str:
        """The line that says where to act on a message."""
        return str(catalogue(self._agents, "links")["line"].format(address=address))

    def bare(self, out: Outgoing) -> str:
        """The least a line must say: the number or the account; of a draft also which one."""
        name = code(out.number, _NAME) or out.account
        if not (out.draft and out.letter):
            return name
        return str(self._words["digest_of_drafts"][out.why].format(number=name, draft=out.letter.id))

    def beside(self, out: Outgoing) -> str:
        """What the line of an alert says of a draft that comes with it."""
        return str(self._words["digest_of_drafts"]["beside"].format(draft=out.letter.id)) if out.letter else ""

    def _case(self, out: Outgoing, now: datetime) -> dict[str, object]:
        words, fact, lane = self._words, out.fact, (out.about.origin, out.about.destination)
        names = readings(out.kind, out.severity, fact)
        whose = self.whose.values(out)
        return {
            **whose,
            "id": out.id,
            "label": next((words["titles"][name] for name in names if name in words["titles"]), self.label(out.kind)),
            "mark": words["marks"][out.severity],
            "severity": words["severities"][out.severity],
            "lasted": self._lasted(fact, now),
            "again": words["again"].get(out.why, ""),
            "sure": self._sure(fact, names),
            "sentence": self.sentence(fact, now, out.account, lane=lane, tracker=self.whose.courier(out.courier)),
            "short": self.sentence(fact, now, out.account, _SHORT),
            "steps": self._steps(out, names, whose),
            "promised": "" if out.promised_by == fact.until else self._deadline(out.promised_by, now, lane[1]),
            "drafts": out.about.drafts,
            "case_id": out.case_id,
            "on": self.day(fact.on, now),
            "missed": fact.says is Form.CLAIM_MISSED,
            "claim_on": self.day(out.claim.last_on, now) if out.claim is not None and out.claim.running else "",
            **self._account(out, now),
        }

    def _account(self, out: Outgoing, now: datetime) -> dict[str, object]:
        """What is said of an account of ours."""
        fact = out.fact
        return {
            "account": out.account,
            "api": self.whose.courier(out.account if out.account in self.whose.apis else fact.kind or out.account),
            "since": self._lately(fact.since, now),
            "age": self._age(now - (fact.since or now)),
            "parcels": fact.count,
            "way_round": clean(fact.kind, _NAME),
            "refused": fact.says is Form.COURIER_REFUSES,
            "error": _third_party(fact.reason, _REASON),
            "unknown": [_unread(one) for one in fact.unread],
            "numbered": any(one.numbers for one in fact.unread),
            "says": str(fact.says),
            "until": self._moment(fact.until, now),
            "n": Counter(dict(fact.tally)),
            "owners": _owners(fact),
        }

    def _lasted(self, fact: Fact, now: datetime) -> str:
        """For how long it has gone on, or how long ago it happened; "" for what is only just so."""
        if fact.since is None or now - fact.since < _JUST_NOW:
            return ""
        pattern = self._words["times"]["ago" if happened(fact) else "for"]
        return str(pattern.format(age=self._age(now - fact.since)))

    def _sure(self, fact: Fact, names: Sequence[str]) -> str:
        sure, said = certainty(fact), self._words["sure"]
        if sure is Certainty.SILENT:
            return str(next((said[name] for name in names if name in said), said[sure]))
        return str(said[sure]) if sure is not None else ""

    def _steps(self, out: Outgoing, names: Sequence[str], whose: Mapping[str, object]) -> list[str]:
        """What helps now, the customer first."""
        ids = [f"D{one}" for one in out.about.drafts]
        letters = (
            [self._words["whose"]["letters"].format(drafts=self._words["whose"]["comma"].join(ids))] if ids else []
        )
        found = next((self._next[name] for name in names if name in self._next), None)
        return [*letters, *([found.render(**whose)] if found else [])]

    def _draft(self, draft: Draft | None) -> dict[str, object]:
        if draft is None:
            return {}
        letter = self.letter(draft)
        body = letter.body if self._private else uncoded(letter.body)
        to = (clean(each, _NAME) for each in (draft.to_name, draft.to_contact)) if self._private else ()
        return {
            "draft_id": draft.id,
            "language": _tongue(draft.language, self._agents),
            "step": draft.step,
            "subject": " ".join(letter.subject.split()),
            "body": body,
            "to": " ".join(filter(None, to)),
            "hidden": body != letter.body,
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

    def _lately(self, at: datetime | None, now: datetime) -> str:
        """The same, of today only the time."""
        today = at is not None and at.astimezone(self._zone).date() == now.astimezone(self._zone).date()
        return (
            _format(at, self._zone, self._words["times"]["clock"], self._agents)
            if at and today
            else self._moment(at, now)
        )

    def _deadline(self, until: datetime | None, now: datetime, country: str) -> str:
        """A day where a day was promised, which is kept as its end at the destination; else the moment."""
        if until is None:
            return ""
        calendar = _Calendar(self._agents, self._words["days"], self._zone, now)
        return calendar.promised(until, country) or self._moment(until, now)

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
_FIRST_OF_MONTH: Final = {"fr": "d'er'", "pt": "d'º'"}

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
        """The day that was promised, else the day `until` falls in here."""
        return (self.promised(until, country) or self.day(until)) if until is not None else ""

    def promised(self, until: datetime, country: str) -> str:
        """The day whose end `until` is at the destination or in the shop's zone, else in the westernmost; "" for none.

        A promise of a day is kept as that day's end there, which is another date elsewhere. Its last second tells it
        from a promise of an hour where nobody says what the destination is.
        """
        anywhere = _FROM_THE_WEST if until.second == _LAST_SECOND else ()
        for zone in (*_zones(country), self.zone, *anywhere):
            local = until.astimezone(zone)
            if (local - _LAST_MINUTE).date() != local.date() or (local + _LAST_MINUTE).date() != local.date():
                return self.day((local - _LAST_MINUTE).replace(tzinfo=self.zone))
        return ""


def _owners(fact: Fact) -> list[tuple[str, int]]:
    """Who has how many cases, by name; "" has those that nobody has."""
    return [(clean(name.removeprefix(OWNER), _NAME), count) for name, count in fact.tally if name.startswith(OWNER)]


# --- values on their way into a template ---------------------------------------------------------


def _texts(said: Mapping[str, str], language: str) -> dict[str, str]:
    """The words others wrote. What a reader of this language cannot read is left out rather than quoted."""
    what, place = _third_party(said["what"]).rstrip("。.;； "), _third_party(said["place"], _NAME)
    peak, courier = clean(said.get("peak", ""), _NAME), clean(said.get("courier", ""), _NAME)
    return {
        "what": what if _quotable(what, language) else "",
        "place": place if _readable(place, language) else "",
        "number": code(said["number"], _NAME),
        "order": code(said["order"], _NAME),
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
    numbers = ", ".join(code(number, _NAME) for number in one.numbers)
    return {"code": clean(one.code, _NAME), "text": _third_party(one.text), "count": one.count, "numbers": numbers}


def _third_party(text: str, limit: int = 200) -> str:
    return clean(shown(text), limit)


def _at_once(since: datetime | None, scan: Checkpoint) -> bool:
    return since is None or scan.occurred_at <= since <= scan.occurred_until


def _offset(zone: ZoneInfo, at: datetime) -> timedelta | None:
    return at.astimezone(zone).utcoffset()


def _readable(text: str, language: str) -> bool:
    """Whether readers of a language know every script in it; Latin letters are known to all."""
    known = _READS.get(language.partition("-")[0], frozenset())
    return not any(letters.search(text) for name, letters in _SCRIPTS.items() if name not in known) and (
        not language.startswith("ja") or _in_japanese_characters(text)
    )


def _in_japanese_characters(text: str) -> bool:
    """Whether its Chinese characters are in use in Japan: 杭州 is read there, 郑州 is not."""
    return all(each.encode("cp932", "ignore") for each in _SCRIPTS["han"].findall(text))


def _quotable(text: str, language: str) -> bool:
    """Whether a letter may quote it: in the letter's own script, and not only in one that its readers know too."""
    own = _OWN.get(language.partition("-")[0])
    foreign = _LATIN.search(text) or _SCRIPTS["han"].search(text)
    return (own is None or bool(_SCRIPTS[own].search(text)) or not foreign) and _readable(text, language)


_SCRIPTS: Final = {
    "han": re.compile(r"[\u3400-\u9fff]"),
    "kana": re.compile(r"[\u3040-\u30ff]"),
    "other": re.compile(r"[\u0370-\u1cff\ua4d0-\ud7ff\ufb1d-\ufdff\ufe70-\ufefc]"),
}
_LATIN: Final = re.compile(r"[A-Za-z]")
_READS: Final = {"zh": frozenset({"han"}), "ja": frozenset({"han", "kana"})}
"""The scripts of languages that are not written in Latin letters."""
# What tells a sentence of theirs from another's: one of Japanese has kana, one without is Chinese.
_OWN: Final = {"zh": "han", "ja": "kana"}


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
def _tongue(language: str, reader: str) -> str:
    """What those who read one language call another; with its country where that is not the usual one."""
    try:
        spoken = Locale.parse(language.replace("-", "_"))
    except (UnknownLocaleError, ValueError):
        return language
    read = reader.replace("-", "_")
    usual = spoken.territory is None or language == "zh-CN"
    return (spoken.get_language_name(read) if usual else spoken.get_display_name(read)) or language


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
