"""Reading a declared courier's answer: which parcel is whose, what is no history, and scan by scan what was said.

What belongs here: from a response to observations by the declaration's expressions. What an expression finds is held
against the kind of value that is wanted there; errors name the expression. Times are times.py's.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

import httpx

from parcelwatch.config.declared import AnyTime, Declaration, When
from parcelwatch.config.expressions import Expression, Unfit
from parcelwatch.couriers.base import check, decoded, fitting, retry_at, said, unreadable
from parcelwatch.couriers.declared.times import Looks, latest, when
from parcelwatch.couriers.declared.words import Trace, Words, kind_of
from parcelwatch.couriers.shared.discretion import hidden
from parcelwatch.couriers.shared.fields import NAME_LIMIT, ROWS_LIMIT, TEXT_LIMIT, recent, same_number, text
from parcelwatch.couriers.shared.history import Scan, checkpoints, concluded, ordered
from parcelwatch.couriers.shared.meanings import UNKNOWN, Meaning, standing
from parcelwatch.couriers.shared.times import country_code
from parcelwatch.errors import (
    CourierBusy,
    CourierDeclines,
    CourierError,
    CourierRefused,
    CourierUnavailable,
    CourierUnreadable,
)
from parcelwatch.lexicon import Reading
from parcelwatch.lexicon import read as read_words
from parcelwatch.model import Answered, Ask, Checkpoint, Milestone, NotFound, Observation, Refused, Unanswered

# In this order: what is wrong with the call comes before what is wrong with the number.
OUTCOMES: Final = ("denied", "busy", "unavailable", "not_found", "refused")
_LEFT_OUT: Final = 'if that means that it is not known, write answer.left_out = "not_found"'
_NAMES: Final = 20  # a parcel has no more numbers than this
_OF_CALL: Final = frozenset({"denied", "busy", "unavailable"})


# --- the whole answer ----------------------------------------------------------------------------


def read(
    declaration: Declaration,
    words: Words,
    response: httpx.Response,
    asked: Sequence[Ask],
    trace: Trace | None = None,
) -> tuple[Observation, ...]:
    """Exactly one observation per Ask, in that order, or a CourierError; with `trace` the error is kept there."""
    try:
        with fitting(response):
            return _Reader(declaration, words, response, trace).observations(asked)
    except CourierError as error:
        if trace is None:
            raise
        trace.error = str(error)
        return ()


Numbered = Sequence[tuple[list[str], object]]
"""Parcels, each with its numbers."""


@dataclass(frozen=True, slots=True)
class _Reader:
    declaration: Declaration
    words: Words
    response: httpx.Response
    trace: Trace | None

    def observations(self, asked: Sequence[Ask]) -> tuple[Observation, ...]:
        outcome, value, numbered = self._whole()
        single = len(asked) == 1
        if outcome:
            return tuple(self._outcome(outcome, ask, self._message(value), single=single) for ask in asked)
        return tuple(self._observation(ask, asked, numbered) for ask in asked)

    def _whole(self) -> tuple[str, object, Numbered]:
        """What the whole call came to and the value that says so, or "" and the parcels with their numbers."""
        good = 200 <= self.response.status_code < 300
        value, fault = self._decoded()
        if outcome := self._by_status(empty=not self.response.content, fault=fault):
            return outcome, value, []
        if good and fault is not None:
            raise fault
        parcels = self._listed(value) if good else None
        numbered = [(self._numbers(parcel), parcel) for parcel in parcels or ()]
        nobodys = self.declaration.answer.number is not None and not any(numbers for numbers, _ in numbered)
        if fault is None and (nobodys or not numbered) and (outcome := self._told(value)):
            return outcome, value, []
        check(self.response)
        self._check_numbered(parcels, numbered, nobodys=nobodys)
        return "", value, numbered

    def _decoded(self) -> tuple[object, CourierUnreadable | None]:
        declared = self.response.headers.get("content-type", "").lower()
        try:
            if declared and "json" not in declared:
                kind = declared.split(";")[0][:60]
                unreadable(self.response, f"the answer is {kind!r} where JSON was expected; XML is not read")
            return decoded(self.response.content), None
        except CourierUnreadable as error:
            return None, error
        except RecursionError:
            return None, CourierUnreadable("the answer is nested too deeply")
        except ValueError:
            return None, CourierUnreadable("the answer is not JSON")

    def _listed(self, value: object) -> list[object] | None:
        found = self._look("answer.parcels", self.declaration.answer.parcels, value)
        if found is None:
            return None
        parcels = found if isinstance(found, list) else [found]
        for parcel in parcels:
            if not isinstance(parcel, dict | list):
                raise self._misfit("answer.parcels", self.declaration.answer.parcels, parcel, "parcels were")
        return parcels[:ROWS_LIMIT]

    # --- answers that are no history ---

    def _whens(self) -> list[tuple[str, When]]:
        errors = self.declaration.errors
        return [(name, told) for name in OUTCOMES if (told := getattr(errors, name)) is not None]

    def _by_status(self, *, empty: bool, fault: CourierUnreadable | None) -> str:
        """What the HTTP status alone says. A page in place of JSON is somebody else's: it says nothing of a number."""
        for name, told in self._whens():
            if told.where is None and self.response.status_code in told.status:
                return "" if fault is not None and not empty and name not in _OF_CALL else name
        return ""

    def _told(self, value: object) -> str:
        """What a parcel, or an answer without parcels, says that it is instead of a history."""
        for name, told in self._whens():
            if told.where is None or (told.status and self.response.status_code not in told.status):
                continue
            if self._look(f"errors.{name}.where", told.where, value):
                return name
        return ""

    def _message(self, value: object) -> str:
        expression = self.declaration.errors.message
        found = self._look("errors.message", expression, value) if expression is not None else None
        return said(self.response, found.strip()) if isinstance(found, str) else ""

    def _outcome(self, outcome: str, ask: Ask, message: str, *, single: bool) -> Observation:
        """What an outcome is for one number. What is wrong with the call is raised."""
        who = self.declaration.name or "the courier"
        words = f": {message}" if message else ""
        if outcome == "denied":
            raise CourierRefused(f"{who} refuses the account{words}; check key and permissions")
        if outcome == "busy":
            raise CourierBusy(f"{who} is asked too often{words}", retry_at(self.response))
        if outcome == "unavailable":
            raise CourierUnavailable(f"{who} cannot answer now{words}")
        if outcome == "not_found" and not single:
            # One of them is not known, and nobody says which: the others must not be called missing for it.
            raise CourierDeclines(f"{who} has no record of one of several numbers{words}", certain=True)
        if outcome == "not_found":
            return NotFound(ask.number)
        if not single:
            raise CourierDeclines(f"{who} refuses a call about several numbers{words}")
        return _refused(ask, f"{who} does not take the number{words}")

    # --- whose parcel it is ---

    def _numbers(self, parcel: object) -> list[str]:
        expression = self.declaration.answer.number
        if expression is None:
            return []
        found = self._look("answer.number", expression, parcel)
        several = found[:_NAMES] if isinstance(found, list) else [found]
        return [number for each in several if (number := self._plain("answer.number", expression, each))]

    def _check_numbered(self, parcels: list[object] | None, numbered: Numbered, *, nobodys: bool) -> None:
        """Without parcels, or without a number, nobody knows whose history it is."""
        answer = self.declaration.answer
        if parcels is None:
            raise self._misfit("answer.parcels", answer.parcels, None, "parcels were")
        if not parcels and answer.left_out == "unanswered":
            raise CourierUnreadable(f"the answer holds no parcel; {_LEFT_OUT}")
        if answer.number is None and len(numbered) > 1:
            raise CourierUnreadable(f"the answer holds {len(numbered)} parcels: write answer.number to tell them apart")
        if answer.number is not None and numbered and nobodys:
            raise self._misfit("answer.number", answer.number, None, "a number was")

    def _observation(self, ask: Ask, asked: Sequence[Ask], numbered: Numbered) -> Observation:
        unnumbered = self.declaration.answer.number is None
        mine = [
            each for numbers, each in numbered if unnumbered or any(same_number(one, ask.number) for one in numbers)
        ]
        if not mine:
            return self._left_out(ask, asked, numbered)
        found = [self._parcel(ask, parcel, single=len(asked) == 1) for parcel in mine]
        return _chosen(found, ask)

    def _left_out(self, ask: Ask, asked: Sequence[Ask], numbered: Numbered) -> Observation:
        known = [each.number for each in asked]
        strange = any(
            numbers and not any(same_number(one, other) for one in numbers for other in known)
            for numbers, _ in numbered
        )
        if strange:
            return Unanswered(ask.number, reason="the courier answers about another parcel")
        if self.declaration.answer.left_out == "not_found":
            return NotFound(ask.number)
        return Unanswered(ask.number, reason=f"the answer leaves it out; {_LEFT_OUT}")

    def _parcel(self, ask: Ask, parcel: object, *, single: bool) -> Observation:
        """One parcel; beside others, what is wrong with it leaves theirs alone."""
        try:
            with fitting(self.response):
                outcome = self._told(parcel)
                if not outcome:
                    return self._tracked(ask, parcel)
                return self._outcome(outcome, ask, self._message(parcel), single=True)
        except (CourierUnreadable, CourierBusy, CourierUnavailable) as error:
            if single:
                raise
            return Unanswered(ask.number, reason=str(error)[:300])

    # --- its history ---

    def _tracked(self, ask: Ask, parcel: object) -> Observation:
        answer = self.declaration.answer
        origin, destination = (
            country_code(self._text(f"answer.{name}", getattr(answer, name), parcel))
            for name in ("origin", "destination")
        )
        status = self._text("answer.status", answer.status, parcel, join="/")
        return Answered(
            number=ask.number,
            checkpoints=self._checkpoints(parcel, status),
            stands=self._standing_at(status),
            estimate=self._latest("estimate", answer.estimate, parcel),
            commitment=self._latest("commitment", answer.commitment, parcel),
            service=self._text("answer.service", answer.service, parcel),
            origin=origin,
            destination=destination,
        )

    def _latest(self, name: str, time: AnyTime | None, parcel: object) -> datetime | None:
        return latest(time, self._looks(f"answer.{name}"), parcel) if time else None

    def _checkpoints(self, parcel: object, status: str) -> tuple[Checkpoint, ...]:
        """Oldest first, however they are listed."""
        items = self._items(parcel)
        faults: list[CourierUnreadable] = []
        scans = [self._scan(item, faults) for item in items]
        if items and all(scan.when is None for scan in scans):
            if faults:
                raise faults[0]
            expressions = ", ".join(f"`{each}`" for each in self.declaration.answer.time.from_)
            raise CourierUnreadable(
                f"answer.time.from = {expressions} found nothing in any of the {len(items)} checkpoints"
            )
        if items and not any(scan.code or scan.words for scan in scans):
            raise CourierUnreadable(
                f"{self._names('code', 'text')} found nothing in any of the {len(items)} checkpoints"
            )
        told = [scan for scan in ordered(scans) if not self._is_no_news(scan)]
        if not told:
            return self._standing(status, parcel)
        code, meaning = self._stands(told[-1], status)
        told[-1] = concluded(told[-1], code, meaning)
        return checkpoints(told)

    def _items(self, parcel: object) -> list[object]:
        """The checkpoints, newest first as far as their order tells."""
        expression = self.declaration.answer.checkpoints
        found = self._look("answer.checkpoints", expression, parcel)
        if found is None:
            raise CourierUnreadable(
                f"answer.checkpoints = `{expression}` found nothing; if a parcel without a history has none, "
                f"write `{expression} || `[]``"
            )
        items = [each for each in found if each is not None] if isinstance(found, list) else [found]
        for item in items:
            if not isinstance(item, dict | list):
                raise self._misfit("answer.checkpoints", expression, item, "checkpoints were")
        return recent(items, self._at)

    def _at(self, item: object) -> datetime | None:
        """When a checkpoint was, None where that cannot be read."""
        try:
            span = when(self.declaration.answer.time, self._looks("answer.time"), item)
        except CourierUnreadable:
            return None
        return span[0] if span else None

    def _scan(self, item: object, faults: list[CourierUnreadable]) -> Scan:
        """One checkpoint; a time that cannot be read is none, and one of the faults."""
        answer = self.declaration.answer
        code = self._text("answer.code", answer.code, item, join="/")
        words = self._text("answer.text", answer.text, item, limit=TEXT_LIMIT)
        place = self._text("answer.place", answer.place, item)
        try:
            span = when(answer.time, self._looks("answer.time"), item)
        except CourierUnreadable as fault:
            faults.append(fault)
            span = None
        return Scan(span, code, self._meaning(code, words), words, place, self._reading(words))

    def _is_no_news(self, scan: Scan) -> bool:
        """Declared as nothing, and the text beside it is not known either."""
        meant = self.words.meant(scan.code) if scan.code else None
        return meant is not None and meant.silent and scan.reading.milestone is None and scan.reading.cause is None

    def _meaning(self, code: str, words: str = "") -> Meaning | None:
        """What a code means, None where the text beside it is to speak."""
        if not code:
            return None
        meant = self.words.meant(code)
        if meant is None:
            if self.trace is not None:
                self.trace.unmapped.setdefault(code, words)
            return UNKNOWN
        return None if meant.milestone is None else (meant.milestone, meant.cause)

    def _stands(self, scan: Scan, status: str) -> tuple[str, Meaning | None]:
        """The newest scan: how the parcel stands now speaks where the scan's own code does not.

        The code of a scan that stays unknown is the one word that is to be declared.
        """
        code, meaning = scan.code, scan.meaning
        if meaning is not None and meaning != UNKNOWN:
            return code, meaning
        stands = self._meaning(status, scan.words)
        if stands is None:
            return code, meaning
        if stands == UNKNOWN:
            return (code, UNKNOWN) if meaning == UNKNOWN else (status, UNKNOWN)
        return f"{code}/{status}" if code else status, stands

    def _standing_at(self, status: str) -> Milestone | None:
        meant = self.words.meant(status) if status else None
        return standing((meant.milestone, meant.cause)) if meant and meant.milestone else None

    def _standing(self, status: str, parcel: object) -> tuple[Checkpoint, ...]:
        """Without checkpoints how the parcel stands is the only one, if it is told since when."""
        meaning, time = self._meaning(status), self.declaration.answer.status_at
        if meaning is None:
            return ()
        span = when(time, self._looks("answer.status_at"), parcel) if time is not None else None
        if span is not None:
            return checkpoints([Scan(span, status, meaning, "")])
        if meaning[0] is Milestone.INFO_RECEIVED:  # what a parcel without checkpoints is anyway
            return ()
        why = "answer.status_at found no time" if time is not None else "write answer.status_at, since when it does so"
        raise CourierUnreadable(f"the parcel stands at {status!r} and has no checkpoints; {why}")

    def _reading(self, words: str) -> Reading:
        for wording in self.declaration.texts:
            if wording.match.search(words):
                return Reading(wording.is_.milestone, wording.is_.cause)
        return read_words(words, self.declaration.language or "")

    # --- values ---

    def _look(self, key: str, expression: Expression, value: object) -> object:
        try:
            found = expression.find(value)
        except Unfit as error:
            raise CourierUnreadable(f"{key} = `{expression}`: {error}") from None
        if self.trace is not None:
            self.trace.note(key, expression, found)
        return found

    def _looks(self, key: str) -> Looks:
        return lambda name, expression, value: self._look(f"{key}.{name}", expression, value)

    def _text(
        self, key: str, expression: Expression | None, value: object, *, join: str = ", ", limit: int = NAME_LIMIT
    ) -> str:
        """A text; several are joined, what is empty among them left out."""
        if expression is None:
            return ""
        found = self._look(key, expression, value)
        several = found if isinstance(found, list) else [found]
        pieces = (self._plain(key, expression, each, limit) for each in several)
        return hidden(self.response, join.join(filter(None, pieces)))[:limit]

    def _plain(self, key: str, expression: Expression, value: object, limit: int = NAME_LIMIT) -> str:
        if isinstance(value, bool):
            return str(value).lower()
        if value is not None and not isinstance(value, str | int):
            raise self._misfit(key, expression, value, "a text was")
        return text(value, key, limit)

    def _misfit(self, key: str, expression: Expression, value: object, wanted: str) -> CourierUnreadable:
        return CourierUnreadable(f"{key} = `{expression}` found {kind_of(value)} where {wanted} expected")

    def _names(self, *keys: str) -> str:
        answer = self.declaration.answer
        named = [f"answer.{key} = `{expression}`" for key in keys if (expression := getattr(answer, key)) is not None]
        return f"neither {named[0]} nor {named[1]}" if len(named) > 1 else named[0]


def _refused(ask: Ask, why: str) -> Observation:
    return Refused(ask.number, reason=why)


def _chosen(found: list[Observation], ask: Ask) -> Observation:
    """Of several parcels with one number: the service asked for, else the one with the newest scan."""
    answered = [one for one in found if isinstance(one, Answered)]
    wanted = [one for one in answered if ask.service and one.service.casefold() == ask.service.casefold()]
    newest = max(wanted or answered, key=lambda one: [each.occurred_at for each in one.checkpoints[-1:]], default=None)
    return newest or found[0]
