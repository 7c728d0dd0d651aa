"""Words for facts: letters for customers, messages for agents, in their languages.

What belongs here: finding words. Everything that came from outside is cleaned and
masked on its way into a template, and no value is ever read as a template. The words themselves are words/'s.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import Any, Final
from zoneinfo import ZoneInfo

from babel.core import Locale, UnknownLocaleError

from parcelwatch import alike
from parcelwatch.core import joint
from parcelwatch.core.content import Certainty, Shop, certainty, happened, quotes, readings
from parcelwatch.core.health import OF_FILES
from parcelwatch.core.messages import Group, Letter, Outgoing, Phrases, Size, Text, Words, digest, message
from parcelwatch.core.privacy import EASTERN, shown, uncoded
from parcelwatch.core.report import OWNER
from parcelwatch.core.text import clean, code
from parcelwatch.core.text import ours as to_be_copied
from parcelwatch.dates import Times, clock_there, formatted
from parcelwatch.lettering import SEVERAL, Part, letter_name, part_values, several, values
from parcelwatch.model import Chance, Checkpoint, Draft, DraftState, Fact, Form, Milestone, Severity, Unread, Why
from parcelwatch.quoting import NAME, third_party
from parcelwatch.retold import Retold
from parcelwatch.templates import Templates
from parcelwatch.whose import Whose
from parcelwatch.words import catalogue, languages

_QUOTED: Final = 200
_SHORT: Final = 80
_REASON: Final = 500
_REACHED: Final = frozenset({Form.NEWER_SCAN, Form.CLEARED})
_NAMES_A_DAY: Final = frozenset(
    {
        Form.PROMISE_OVER,
        Form.NOT_HANDED_OVER,
        Form.NO_RECORD,
        Form.COUNTS_FROM_DISPATCH,
        Form.ONLY_ESTIMATED,
        Form.ESTIMATE_MOVED,
        Form.LIKELY_LATE,
        Form.PROMISE_NEAR,
        Form.EXPECTED_AFTER,
        Form.ESTIMATE_OVER,
        Form.DISPATCH_OVERDUE,
    }
)
_STILL_TO_COME: Final = frozenset({Form.LIKELY_LATE, Form.PROMISE_NEAR, Form.EXPECTED_AFTER})
# What these quote are sentences of the program's own, or of a courier's answer.
_OF_OURS: Final = frozenset(
    {
        Form.COURIER_SILENT,
        Form.COURIER_REFUSES,
        Form.ASKING_REFUSED,
        Form.UNANSWERED,
        Form.GIVEN_UP,
        Form.ANSWER_UNREAD,
        Form.SHOP_REMARKED,
        Form.SERVICE_TROUBLED,
        Form.SERVICE_WELL,
    }
)
_LAND: Final = re.compile(r"\b[A-Z]{2}\b")
_LANE: Final = re.compile(r"[A-Z]{2}(?: (?:→|->) [A-Z]{2})?")
_MOVING: Final = frozenset({Milestone.PICKED_UP, Milestone.IN_TRANSIT})
_NO_PLACE: Final = frozenset({Milestone.EXCEPTION, Milestone.UNKNOWN})
_NO_SCAN: Final[Mapping[str, Callable[[], object]]] = dict.fromkeys(
    ("reached", "moving", "scan", "apart", "cause", "sure", "outcome", "at", "place"), str
)
_JUST_NOW: Final = timedelta(minutes=2)
_NO_SHOP: Final = Shop()
_NO_FAULTS: Final[Mapping[str, Any]] = MappingProxyType({"terms": {}})
# Why a channel takes nothing, as channels.verdicts puts it: in words, with the service's own code behind them.
_FAULT: Final = re.compile(r"(?P<why>.+) \((?P<code>[^()]+)\)")

_TEMPLATES: Final = {
    Form.COURIER_SILENT: "silent",
    Form.COURIER_REFUSES: "silent",
    Form.COURIER_BACK: "recovered",
    Form.CODES_UNREAD: "unmapped",
    Form.ANSWER_UNREAD: "unreadable",
    Form.UNANSWERED: "unanswered",
    Form.GIVEN_UP: "given_up",
    Form.INCIDENT: "incident",
    Form.INCIDENT_OVER: "incident_over",
    Form.INCIDENT_SETTLED: "incident_over",
    Form.CHANNEL_DOWN: "channel_down",
    Form.CHANNEL_BACK: "channel_back",
    Form.LETTERS_BROKEN: "letters_broken",
    Form.SHOP_REMARKED: "shop_remark",
    Form.SERVICE_TROUBLED: "service_troubled",
    Form.SERVICE_WELL: "service_well",
    Form.CLOCK_JUMPED: "clock_jumped",
    Form.STORE_LOW: "database",
    Form.STORE_FULL: "database",
    Form.STORE_BUSY: "database",
    Form.STORE_FAILING: "database",
    Form.STORE_DAMAGED: "database",
    Form.STORE_BACK: "database_back",
    Form.CLEARED: "cleared",
    Form.WORD_DUE: "reminder",
    Form.REMEDY_DUE: "reminder",
    Form.REPORT: "report",
    Form.CLAIM_DUE: "claim",
    Form.CLAIM_MISSED: "claim",
}
_LETTER_TEMPLATES: Final = {Why.DRAFTED: "draft", Why.WITHDRAWN: "withdrawn", Why.UNSURE: "unsure"}


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
        self._times = Times(agent_language, self._zone, words["times"], words["days"])
        self._templates = Templates(templates)
        self._says = {Form(name): self._templates.phrase(said) for name, said in words["says"].items()}
        self._parts = {name: self._templates.phrase(said) for name, said in words["parts"].items()}
        self._faults = catalogue(agent_language, "faults") if agent_language in languages("faults") else _NO_FAULTS
        self._retold = Retold(agent_language)
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

    def day(self, on: date | None, now: datetime) -> str:
        """A day of the calendar; the year is named where it is not this one."""
        return self._times.day(on, now)

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
        if fact.scan is not None and fact.scan.by:
            return self._marked(fact.scan, now, most)
        phrase = self._says[fact.says]
        known = {**self._known(fact, now, account, most, lane, tracker), **self._scanned(fact, now, most, lane)}
        return phrase.render(**{name: known[name]() for name in phrase.names & known.keys()})

    def _known(
        self, fact: Fact, now: datetime, account: str, most: int, lane: tuple[str, str] | None, tracker: str
    ) -> dict[str, Callable[[], object]]:
        """What a sentence may say of a fact, each found out only where it has a place for it."""
        words, times = self._words, self._times
        return {
            "since": lambda: times.moment(fact.since, now),
            "age": lambda: times.age(now - (fact.since or now)),
            "quiet": lambda: times.age(now - fact.quiet_since) if fact.quiet_since else "",
            "until": lambda: (
                times.deadline(fact.until, now, (lane or ("", ""))[1])
                if fact.says in _NAMES_A_DAY
                else times.moment(fact.until, now)
            ),
            "whose": lambda: words["owners"].get(fact.whose, ""),
            "on": lambda: times.day(fact.on, now),
            "count": lambda: fact.count or len(fact.unread),
            "kind": lambda: self.label(fact.kind) if fact.kind else "",
            "reason": lambda: self._reason(fact, most),
            "clears": lambda: words["clears"].get(fact.kind, ""),
            "account": lambda: clean(account, NAME),
            "tracker": lambda: tracker,
            "remedy": lambda: words["remedies"].get(fact.kind, ""),
            "who": lambda: clean(fact.reason, NAME),
            "n": lambda: Counter(dict(fact.tally)),
            "day": lambda: formatted(fact.until, self._zone, words["times"]["day"], self._agents) if fact.until else "",
            "chance": lambda: self._chance(fact.chance, now) if fact.chance else None,
        }

    def _chance(self, chance: Chance, now: datetime) -> Mapping[str, object]:
        """What a sentence may say of a chance, each number so that the others follow from it by hand."""
        level = self._words["levels"][chance.scope].format(name=clean(self._spot(chance.name), NAME))
        return {
            "percent": f"{chance.late * 100:.0f}",
            "n": chance.n,
            "level": level,
            "at": self._times.moment(chance.at, now),
            "age": f"{chance.age:.1f}",
            "left": f"{chance.left:.1f}",
            "risk": f"{chance.risk:.3f}",
            "pace": f"{chance.pace:.2f}",
        }

    def _scanned(
        self, fact: Fact, now: datetime, most: int, lane: tuple[str, str] | None
    ) -> Mapping[str, Callable[[], object]]:
        """What a sentence may say of the scan that a fact rests on."""
        words, scan = self._words, fact.scan
        if scan is None:
            return _NO_SCAN
        return {
            "reached": lambda: words["milestones"][scan.milestone] if scan.milestone not in _NO_PLACE else "",
            "moving": lambda: scan.milestone in _MOVING,
            "scan": lambda: self._scan(scan, now, most, lane, plain=quotes(fact) or fact.says in _REACHED),
            "apart": lambda: not _at_once(fact.since, scan),
            "cause": lambda: words["causes"].get(scan.cause or "", ""),
            "sure": lambda: scan.sure,
            "outcome": lambda: words["outcomes"][scan.milestone],
            "at": lambda: self._times.moment(scan.occurred_at, now),
            "place": lambda: third_party(scan.place, NAME),
        }

    def label(self, kind: str) -> str:
        """The name of a kind of trouble."""
        return self.phrases.label(kind)

    def fault(self, said: str) -> str:
        """Why a channel takes no message, in the agents' language; what is not known in it stands as it is."""
        terms = self._faults["terms"]
        found = None if said in terms else _FAULT.fullmatch(said)
        if found and found["why"] in terms:
            return str(self._faults["pattern"].format(why=terms[found["why"]], code=found["code"]))
        return str(terms.get(said, said))

    def stopped(self, said: str) -> str:
        """Why an aggregator follows a number no longer: one of Stop in words, or its own words as they stand."""
        return str(self._words["stops"].get(said, said))

    def clears(self, kind: str) -> str:
        """What would close a case of that kind."""
        return str(self._words["clears"].get(kind, ""))

    def _marked(self, scan: Checkpoint, now: datetime, most: int) -> str:
        """What an agent said of a parcel."""
        words = self._words
        how = words["causes"].get(scan.cause or "", "") or words["milestones"][scan.milestone]
        by, note = clean(scan.by, NAME), clean(scan.text, most)
        return self._parts["marked"].render(how=how, by=by, note=note, at=self._times.moment(scan.occurred_at, now))

    def _scan(
        self, scan: Checkpoint, now: datetime, most: int, lane: tuple[str, str] | None, *, plain: bool = False
    ) -> str:
        said, place = self._theirs(scan.text or scan.code, most), third_party(scan.place, NAME)
        there = self._there(scan, lane) if lane is not None else ""
        return self._parts["scan"].render(
            text=said.rstrip(" .。"),
            milestone="" if plain or scan.milestone in _NO_PLACE else self._words["milestones"][scan.milestone],
            place="" if place.partition(",")[0] in said else place,
            at=self._times.moment(scan.occurred_at, now),
            there=there,
        )

    def _there(self, scan: Checkpoint, lane: tuple[str, str]) -> str:
        """The time on the clock of its place, where that is another than the reader's; the courier knows it by that."""
        zone = clock_there(scan.place, *lane, scan.occurred_at) if scan.occurred_at == scan.occurred_until else None
        if zone is None or _offset(zone, scan.occurred_at) == _offset(self._zone, scan.occurred_at):
            return ""
        return formatted(scan.occurred_at, zone, str(self._words["times"]["clock"]), self._agents)

    def _theirs(self, text: str, most: int) -> str:
        """What a courier wrote, as the readers of this channel may see it."""
        return third_party(text if self._private else uncoded(text), most)

    def _reason(self, fact: Fact, most: int) -> str:
        """Somebody else's words are quoted; a sentence of an older version stands as it is."""
        if (own := self.stopped(fact.reason)) != fact.reason:
            return own
        if fact.says is Form.CHANNEL_DOWN:
            return third_party(self.fault(fact.reason), _REASON)
        said = self._retold(fact.reason) if fact.says in _OF_OURS else fact.reason
        reason = self._theirs(self._spot(said), min(_REASON, most * 2))
        return reason if fact.says is Form.NOTED or not reason else self._parts["quoted"].render(text=reason)

    # --- letters ---------------------------------------------------------------------------------

    def letter(self, draft: Draft) -> Letter:
        """The words of a draft by itself: those somebody was shown or chose, else those that say its facts.

        One that has left is worded as it left, with what it was said together with.
        """
        if draft.body and not (draft.joint and draft.unsent):
            return Letter(draft.subject, draft.body)
        return self.worded(draft.kind, draft.language, draft.facts)

    def together(self, draft: Draft, known: Iterable[Draft]) -> tuple[Draft, ...]:
        """The drafts that make one letter with this one, as core.joint says, as far as templates can be said together.

        A shop's own that is not made of the shipped ones' blocks is a letter by itself.
        """
        letter = joint.together(draft, known)
        if len(letter) == 1 or draft.edited or draft.gone:
            return letter
        made = tuple(one for one in letter if self._part(one, first=False).says.get("happened"))
        return made if len(made) > 1 and draft.id in {one.id for one in made} else (draft,)

    def whole(self, letter: Sequence[Draft]) -> Letter:
        """The words of the drafts that make one letter: those somebody was shown or chose, else those that say all."""
        if len(letter) == 1:
            return self.letter(letter[0])
        if (said := joint.worded(letter)) is not None:
            return Letter(said.subject, said.body)
        return Letter(*self._templates.letter(*self._several(letter)))

    def own_several(self, letter: Sequence[Draft]) -> Letter:
        """As `whole` of several drafts, but raises BadInput for a template of the shop's that does not work."""
        return Letter(*self._templates.own_letter(*self._several(letter)))

    def _several(self, letter: Sequence[Draft]) -> tuple[str, Mapping[str, object]]:
        """Which template says all of them, and what it may name."""
        parts = [self._part(one, first=place == 0) for place, one in enumerate(letter)]
        return f"{letter[0].language}/letters/{SEVERAL}", several(parts, self._zone, self.whose)

    def brought(self, out: Outgoing) -> Letter:
        """The words of the letter that a message brings, with all that it says to the same customer."""
        assert out.letter is not None
        return self.whole(self.together(out.letter, out.about.others))

    def _part(self, draft: Draft, *, first: bool) -> Part:
        said = part_values(draft, self._zone, self.whose, first=first)
        name = letter_name(draft.kind, draft.language, draft.facts)
        return Part(draft, said, self._templates.blocks(name, said))

    def worded(self, kind: str, language: str, facts: Mapping[str, object]) -> Letter:
        """The letter that says `facts` (of core.drafts) in a language there are words for.

        By the shop's own template where it has one that works; one that does not is logged, once.
        """
        said = values(kind, language, facts, self._zone, self.whose)
        return Letter(*self._templates.letter(letter_name(kind, language, facts), said))

    def marked(self, draft: Draft) -> tuple[Letter, alike.Own]:
        """The letter that says the facts of a draft with marks for what is its customer's own, and that."""
        whole = values(draft.kind, draft.language, draft.facts, self._zone, self.whose)
        said, own = alike.marked(whole)
        return Letter(*self._templates.letter(letter_name(draft.kind, draft.language, draft.facts), said)), own

    def own_letter(self, kind: str, language: str, facts: Mapping[str, object]) -> Letter:
        """As `worded`, but raises BadInput for a template of the shop's that does not work."""
        said = values(kind, language, facts, self._zone, self.whose)
        return Letter(*self._templates.own_letter(letter_name(kind, language, facts), said))

    @property
    def broken(self) -> list[str]:
        """What is wrong with the shop's own letters that did not work so far."""
        return [*self._templates.broken.values()]

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
        told = self._once(group.rows)
        first, *rest = (self.alert(row, now, beside=row.draft and row.number in said) for row in told)
        worst = group.rows[0]
        others = {row.number for row in group.rows if not row.draft} - {worst.number}
        if others:
            first = replace(first, title=self.phrases.others.format(title=first.title, count=len(others)))
        return [first, *rest]

    def _once(self, rows: Sequence[Outgoing]) -> Iterator[Outgoing]:
        """The messages without those that would bring a letter that another of them has brought."""
        shown: set[int | None] = set()
        for row in rows:
            if row.letter is None or row.why is not Why.DRAFTED:
                yield row
            elif row.letter.id not in shown:
                shown |= {one.id for one in self.together(row.letter, row.about.others)}
                yield row

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
        template, head = _template(out), self._head(out, now)
        said = {**head, **self._case(out, now, head), **self._draft(out), "beside": beside}
        title, line, body = self._templates.text(f"{self._agents}/agents/{template}", said).split("\n", 2)
        return Words(title, body.strip(), line, whole=template == _LETTER_TEMPLATES[Why.DRAFTED])

    def line(self, out: Outgoing, now: datetime) -> str:
        """The line of `alert`, without the work for what stands below it: of a long list nobody reads that."""
        return self._templates.head(f"{self._agents}/agents/{_template(out)}", self._head(out, now))[1]

    def link(self, address: str) -> str:
        """The line that says where to act on a message."""
        return str(catalogue(self._agents, "links")["line"].format(address=address))

    def bare(self, out: Outgoing) -> str:
        """The least a line must say: the number, the account or the incident; of a draft also which one."""
        name = code(out.number, NAME) or self._incident(out.fact) or out.account
        if not (out.draft and out.letter):
            return name
        return str(self._words["digest_of_drafts"][out.why].format(number=name, draft=out.letter.id))

    def _incident(self, fact: Fact) -> str:
        """The name of the incident it is about, "" where it is about none."""
        known = dict(fact.tally).get("incident")
        return f"{self.label('incident')} {known}" if known else ""

    def beside(self, out: Outgoing) -> str:
        """What the line of an alert says of a draft that comes with it."""
        return str(self._words["digest_of_drafts"]["beside"].format(draft=out.letter.id)) if out.letter else ""

    def _head(self, out: Outgoing, now: datetime) -> dict[str, object]:
        """What the title and the line of a message may say."""
        words, fact = self._words, out.fact
        names = readings(out.kind, out.severity, fact)
        return {
            **self.whose.values(out),
            "id": out.id,
            "label": next((words["titles"][name] for name in names if name in words["titles"]), self.label(out.kind)),
            "mark": words["marks"][out.severity],
            "severity": words["severities"][out.severity],
            "lasted": self._lasted(fact, now),
            "again": words["again"].get(out.why, ""),
            "short": self.sentence(fact, now, out.account, _SHORT),
            "on": self._times.day(fact.on, now),
            "missed": fact.says is Form.CLAIM_MISSED,
            "draft_id": out.letter.id if out.letter else None,
            "language": _tongue(out.letter.language, self._agents) if out.letter else "",
            **self._account(out, now),
        }

    def _case(self, out: Outgoing, now: datetime, head: Mapping[str, object]) -> dict[str, object]:
        """What a message says below those."""
        fact, lane = out.fact, (out.about.origin, out.about.destination)
        names = readings(out.kind, out.severity, fact)
        return {
            "sure": self._sure(fact, names),
            "sentence": self.sentence(fact, now, out.account, lane=lane, tracker=self.whose.courier(out.courier)),
            "steps": self._steps(out, names, head),
            "promised": "" if out.promised_by == fact.until else self._times.deadline(out.promised_by, now, lane[1]),
            "drafts": out.about.drafts,
            "tickets": self._listed(out.about.tickets),
            "case_id": out.case_id,
            "claim_on": self._times.day(out.claim.last_on, now) if out.claim and out.claim.in_time(now) else "",
        }

    def _account(self, out: Outgoing, now: datetime) -> dict[str, object]:
        """What is said of an account of ours."""
        fact = out.fact
        down = fact.says is Form.CHANNEL_DOWN
        return {
            "account": out.account,
            "api": self.whose.courier(out.account if out.account in self.whose.apis else fact.kind or out.account),
            "since": self._times.lately(fact.since, now),
            "age": self._times.age(now - (fact.since or now)),
            "parcels": fact.count,
            "way_round": clean(fact.kind, NAME),
            "refused": fact.says is Form.COURIER_REFUSES,
            "error": self._reason(fact, _REASON) if down else third_party(self._retold(fact.reason), _REASON),
            "unknown": [self._unread(one, ours=fact.says in _OF_OURS) for one in fact.unread],
            "numbered": any(one.numbers for one in fact.unread),
            "says": str(fact.says),
            "until": self._times.moment(fact.until, now),
            "n": Counter(dict(fact.tally)),
            "where": third_party(self._spot(fact.reason), NAME),
            "named": self._incident(fact) or self.label("incident"),
            "owners": _owners(fact),
        }

    def _unread(self, one: Unread, *, ours: bool) -> dict[str, object]:
        """`ours`: its text is a sentence of the program's, unless it is somebody else's all the same."""
        numbers = self._listed(one.numbers)
        said = self._retold(one.text) if ours else one.text
        text = to_be_copied(shown(said)) if one.text.startswith(OF_FILES) else third_party(said)
        return {"code": clean(one.code, NAME), "text": text, "count": one.count, "numbers": numbers}

    def _spot(self, text: str) -> str:
        """A country or a lane by its name, where the readers' letters are others than those of its code."""
        if not EASTERN.search(self._words["whose"]["order"]) or not _LANE.fullmatch(text):
            return text
        names = Locale.parse(self._agents.replace("-", "_")).territories
        return _LAND.sub(lambda land: str(names.get(land[0], land[0])), text)

    def _listed(self, numbers: Iterable[str]) -> str:
        return str(self._words["whose"]["comma"]).join(code(number, NAME) for number in numbers)

    def _lasted(self, fact: Fact, now: datetime) -> str:
        """For how long it has gone on, or how long ago it happened; "" for what is only just so."""
        if fact.since is None or now - fact.since < _JUST_NOW or fact.says in _STILL_TO_COME:
            return ""
        pattern = self._words["times"]["ago" if happened(fact) else "for"]
        return str(pattern.format(age=self._times.age(now - fact.since)))

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

    def _draft(self, out: Outgoing) -> dict[str, object]:
        draft = out.letter
        if draft is None:
            return {}
        letter, together = self.brought(out), {one.id for one in self.together(draft, out.about.others)}
        others = [one.id for one in out.about.others]
        body = letter.body if self._private else uncoded(letter.body)
        to = (clean(draft.to_name, NAME), code(draft.to_contact, NAME)) if self._private else ()
        return {
            "step": draft.step,
            "subject": " ".join(letter.subject.split()),
            "body": body,
            "to": " ".join(filter(None, to)),
            "hidden": body != letter.body,
            "joined": self._ids(one for one in others if one in together),
            "others": self._ids(one for one in others if one not in together),
            "lapsed": out.about.lapsed,
            "approved": self._ids(self._outgrown(draft, out.about.others)),
        }

    def _outgrown(self, draft: Draft, others: Sequence[Draft]) -> Iterator[int | None]:
        """The drafts of its letter that an agent has said yes to before it said all it says now."""
        letter = self.together(draft, others)
        return (one.id for one in letter if one.state is DraftState.APPROVED and not joint.approved(letter))

    def _ids(self, drafts: Iterable[int | None]) -> str:
        return str(self._words["whose"]["comma"]).join(f"D{one}" for one in drafts)


def _template(out: Outgoing) -> str:
    """The template of a message."""
    return _LETTER_TEMPLATES[out.why] if out.draft and out.letter else _TEMPLATES.get(out.fact.says, "case")


def _owners(fact: Fact) -> list[tuple[str, int]]:
    """Who has how many cases, by name; "" has those that nobody has."""
    return [(clean(name.removeprefix(OWNER), NAME), count) for name, count in fact.tally if name.startswith(OWNER)]


# --- values on their way into a template ---------------------------------------------------------


def _at_once(since: datetime | None, scan: Checkpoint) -> bool:
    return since is None or scan.occurred_at <= since <= scan.occurred_until


def _offset(zone: ZoneInfo, at: datetime) -> timedelta | None:
    return at.astimezone(zone).utcoffset()


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
