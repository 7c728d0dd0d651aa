"""Facts put into sentences of the agents' language, dates in the reader's time zone.

What belongs here: what is said of one fact, and the single words that sentences and messages share. Everything that
came from outside is cleaned and masked on its way in. The words themselves are words/'s.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Mapping
from datetime import date, datetime, timedelta
from types import MappingProxyType
from typing import Any, Final
from zoneinfo import ZoneInfo

from babel.core import Locale

from parcelwatch.core.messaging.content import Shop, quotes
from parcelwatch.core.messaging.messages import Phrases
from parcelwatch.core.texts.privacy import EASTERN, uncoded
from parcelwatch.core.texts.text import clean
from parcelwatch.model import Chance, Checkpoint, Fact, Form, Milestone
from parcelwatch.wording.dates import Times, clock_there, formatted
from parcelwatch.wording.quoting import NAME, third_party
from parcelwatch.wording.retold import Retold
from parcelwatch.wording.templates import Templates
from parcelwatch.wording.whose import Whose
from parcelwatch.words import catalogue, languages

_QUOTED: Final = 200
REASON: Final = 500
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
# What these quote are sentences of the program's own, or of a courier's answer.
OF_OURS: Final = frozenset(
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
NO_SHOP: Final = Shop()
_NO_FAULTS: Final[Mapping[str, Any]] = MappingProxyType({"terms": {}})
# Why a channel takes nothing, as channels.verdicts puts it: in words, with the service's own code behind them.
_FAULT: Final = re.compile(r"(?P<why>.+) \((?P<code>[^()]+)\)")


class Sentences:
    """Says facts in `language`, times in `timezone`, the reader's.

    `apis`: account → its API and what the courier behind it is called. `private`: nobody else reads what is said, so
    that it may name customers and say what opens a locker. Keeps compiled phrases; safe to share by threads.
    """

    def __init__(
        self,
        templates: Templates,
        timezone: str,
        language: str,
        *,
        shop: Shop = NO_SHOP,
        apis: Mapping[str, tuple[str, str]] = MappingProxyType({}),
        private: bool = False,
    ) -> None:
        self._zone = ZoneInfo(timezone)
        self._private = private
        self._agents = language
        self._words = words = catalogue(language, "agents")
        self._times = Times(language, self._zone, words["times"], words["days"])
        self._says = {Form(name): templates.phrase(said) for name, said in words["says"].items()}
        self._parts = {name: templates.phrase(said) for name, said in words["parts"].items()}
        self._faults = catalogue(language, "faults") if language in languages("faults") else _NO_FAULTS
        self._retold = Retold(language)
        self.whose = Whose(language, words["whose"], shop, apis, private)
        self.phrases = Phrases(labels=words["labels"], **words["digest"])

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
            return third_party(self.fault(fact.reason), REASON)
        said = self._retold(fact.reason) if fact.says in OF_OURS else fact.reason
        reason = self._theirs(self._spot(said), min(REASON, most * 2))
        return reason if fact.says is Form.NOTED or not reason else self._parts["quoted"].render(text=reason)

    def _spot(self, text: str) -> str:
        """A country or a lane by its name, where the readers' letters are others than those of its code."""
        if not EASTERN.search(self._words["whose"]["order"]) or not _LANE.fullmatch(text):
            return text
        names = Locale.parse(self._agents.replace("-", "_")).territories
        return _LAND.sub(lambda land: str(names.get(land[0], land[0])), text)


def _at_once(since: datetime | None, scan: Checkpoint) -> bool:
    return since is None or scan.occurred_at <= since <= scan.occurred_until


def _offset(zone: ZoneInfo, at: datetime) -> timedelta | None:
    return at.astimezone(zone).utcoffset()
