"""Messages for agents put into words, in their language.

What belongs here: from what is told to a title, a line and a text. One fact as a sentence is sentences.py's, a letter
to a customer correspondence.py's. Everything that came from outside is cleaned and masked on its way into a template,
and no value is ever read as a template. The words themselves are words/'s.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import Final

from babel.core import Locale, UnknownLocaleError

from parcelwatch.core import joint
from parcelwatch.core.messaging.content import Certainty, Shop, certainty, happened, readings
from parcelwatch.core.messaging.messages import Group, Letter, Outgoing, Size, Text, Words, digest, message
from parcelwatch.core.report import OWNER
from parcelwatch.core.service.health import OF_FILES
from parcelwatch.core.texts.privacy import shown, uncoded
from parcelwatch.core.texts.text import clean, code
from parcelwatch.core.texts.text import ours as to_be_copied
from parcelwatch.model import Draft, DraftState, Fact, Form, Severity, Unread, Why
from parcelwatch.wording.correspondence import Correspondence
from parcelwatch.wording.quoting import NAME, third_party
from parcelwatch.wording.sentences import NO_SHOP, OF_OURS, REASON, Sentences
from parcelwatch.wording.templates import Templates
from parcelwatch.words import catalogue

_SHORT: Final = 80
_JUST_NOW: Final = timedelta(minutes=2)
_STILL_TO_COME: Final = frozenset({Form.LIKELY_LATE, Form.PROMISE_NEAR, Form.EXPECTED_AFTER})
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
_OF_STORE: Final = frozenset(form for form, name in _TEMPLATES.items() if name == "database")
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


class Renderer(Sentences, Correspondence):
    """Puts facts into words, dates in `timezone` (the reader's), those of a letter's scan on the clock of its place.

    `apis`: account → its API and what the courier behind it is called. `private`: nobody else reads what is said, so
    that it may name customers and say what opens a locker. Keeps compiled templates; safe to share by threads.
    """

    def __init__(
        self,
        timezone: str = "UTC",
        agent_language: str = "en",
        *,
        shop: Shop = NO_SHOP,
        apis: Mapping[str, tuple[str, str]] = MappingProxyType({}),
        private: bool = False,
        templates: Path | None = None,
    ) -> None:
        made = Templates(templates)
        Sentences.__init__(self, made, timezone, agent_language, shop=shop, apis=apis, private=private)
        Correspondence.__init__(self, made, self._zone, self.whose)
        self._next = {name: made.phrase(said) for name, said in self._words["next"].items()}

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

    def brought(self, out: Outgoing) -> Letter:
        """The words of the letter that a message brings, with all that it says to the same customer."""
        assert out.letter is not None
        return self.whole(self.together(out.letter, out.about.others))

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
            "error": self._reason(fact, REASON) if down else self._error(fact),
            "unknown": [self._unread(one, ours=fact.says in OF_OURS) for one in fact.unread],
            "numbered": any(one.numbers for one in fact.unread),
            "says": str(fact.says),
            "until": self._times.moment(fact.until, now),
            "n": Counter(dict(fact.tally)),
            "where": third_party(self._spot(fact.reason), NAME),
            "named": self._incident(fact) or self.label("incident"),
            "owners": _owners(fact),
        }

    def _error(self, fact: Fact) -> str:
        """Why an account or the database cannot be used; what is said of the database is all our own."""
        said = self._retold(fact.reason)
        return to_be_copied(shown(said), REASON) if fact.says in _OF_STORE else third_party(said, REASON)

    def _unread(self, one: Unread, *, ours: bool) -> dict[str, object]:
        """`ours`: its text is a sentence of the program's, unless it is somebody else's all the same."""
        numbers = self._listed(one.numbers)
        said = self._retold(one.text) if ours else one.text
        text = to_be_copied(shown(said)) if one.text.startswith(OF_FILES) else third_party(said)
        return {"code": clean(one.code, NAME), "text": text, "count": one.count, "numbers": numbers}

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
