"""Where what is erased is named by rows that belong to no parcel, or to another one: found, and struck out.

What belongs here: every column that may quote what others wrote, what becomes of it, and in which forms a name may
stand there. A new table with anything personal in it must be added here.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import replace
from functools import lru_cache
from typing import Any, Final, NamedTuple
from urllib.parse import unquote_plus

from parcelwatch.model import Cause, Remedy
from parcelwatch.store.connection import Store
from parcelwatch.store.rows import dump, fact_json, load, to_fact


class _Mention(NamedTuple):
    """Rows of a table that name what is erased in what they say, and what becomes of them: "" for gone."""

    table: str
    says: str
    becomes: str = ""
    where: str = "1"


_SOLD: Final = "coalesce((SELECT o.number FROM shop_orders o WHERE o.shop = {0}.shop AND o.ref = {0}.ref), '')"
_TICKET: Final = "ref || ' ' || number || ' ' || url"
_TICKETED: Final = f"coalesce((SELECT {_TICKET} FROM tickets t WHERE t.desk = {{0}}.desk AND t.ref = {{0}}.ref), '')"
# Another order of the same buyer is called as it is, and its letters greet them.
_ANOTHER_S: Final = "?1 NOT IN (to_name, to_contact)"

# Rows that belong to no parcel, or to another one, and name this one all the same. What people wrote goes as a whole,
# for who knows what else it says; another parcel's alert may still have to be sent and only loses the number.
_MENTIONS: Final = (
    _Mention("payloads", "body"),
    _Mention("payloads", "error"),
    _Mention("inbox", "body"),
    _Mention("inbox", "headers || ' ' || error"),
    _Mention("unknown_codes", "text || ' ' || code"),
    _Mention(
        "unknown_codes",
        "numbers",
        "numbers = (SELECT json_group_array(value) FROM json_each(numbers) WHERE value <> ?1)",
    ),
    _Mention("unheard", "reason", "reason = '(erased)'"),
    _Mention("accounts", "last_error", "last_error = '(erased)'"),
    _Mention("accounts", "refused", "refused = '(erased)'"),
    _Mention("channels", "last_error", "last_error = '(erased)'"),
    _Mention("notes", "text", "text = '(erased)'"),
    _Mention("complaints", "text", "text = '(erased)'"),
    _Mention("complaints", "kind", "kind = ''"),
    _Mention("cases", "fact", "fact = struck_fact(fact, ?1)"),
    _Mention("cases", "coalesce(remedy, '')", "remedy = struck_values(remedy, ?1)"),
    _Mention("cases", "coalesce(claim, '')", "claim = struck_values(claim, ?1)"),
    _Mention("case_events", "fact", "fact = struck_fact(fact, ?1)"),
    _Mention("draft_events", "coalesce(fact, '')", "fact = struck_fact(fact, ?1)"),
    _Mention("silences", "comment", "comment = struck(comment, ?1)"),
    _Mention("silences", "matcher", "matcher = struck_values(matcher, ?1)"),
    _Mention("imports", "source", "source = '(erased)'"),
    _Mention("shop_held", "number || ' ' || company || ' ' || why"),
    _Mention("shop_parcels", _SOLD.format("shop_parcels")),
    _Mention("shop_orders", "number || ' ' || ref"),
    _Mention("grievances", "ref"),
    _Mention("ticket_parcels", _TICKETED.format("ticket_parcels")),
    _Mention("ticket_letters", "ref || ' ' || number"),
    _Mention("tickets", _TICKET),
    _Mention("posted", "answer || ' ' || key"),
    _Mention("alerts", "error || ' ' || outcome", "error = '', outcome = ''"),
    _Mention("alerts", "fact", "fact = without_example(fact, ?1)", "parcel_id IS NULL"),
    _Mention("alerts", "fact", """fact = '{"says":"noted","reason":"(erased)"}'""", "parcel_id IS NULL"),
    _Mention("alerts", "fact", "fact = struck_fact(fact, ?1)", "parcel_id IS NOT NULL"),
    _Mention("sendings", "title || ' ' || body", "title = struck(title, ?1), body = struck(body, ?1)"),
    _Mention(
        "drafts",
        "subject || ' ' || body",
        "subject = struck(subject, ?1), body = struck(body, ?1)",
        _ANOTHER_S,
    ),
    _Mention("drafts", "facts", "facts = struck_values(facts, ?1)", _ANOTHER_S),
)

Found = Mapping[str, Collection[tuple[Any, ...]]]
"""Keys of rows by table."""


def found(store: Store, names: Collection[str]) -> dict[str, set[tuple[Any, ...]]]:
    """The rows in which any of the names stands. Takes long where much is kept, and holds up nobody."""
    word = _words(names)
    store.conn.create_function("named", 1, lambda said: any(map(word.search, _forms(said))), deterministic=True)
    rows: dict[str, set[tuple[Any, ...]]] = {}
    for table, says in dict.fromkeys((one.table, one.says) for one in _MENTIONS) if names else ():
        keys = store.all(f"SELECT {', '.join(_key(store, table))} FROM {table} WHERE named({says})")
        rows.setdefault(table, set()).update(keys)
    return rows


def strike(store: Store, rows: Found, names: Collection[str]) -> None:
    """Have the rows that were found say nothing of the names any more."""
    for one in _MENTIONS:
        begin = f"UPDATE {one.table} SET {one.becomes}" if one.becomes else f"DELETE FROM {one.table}"
        keys = " AND ".join(f"{name} = ?" for name in _key(store, one.table))
        sql = f"{begin} WHERE names({one.says}, ?1) AND {one.where} AND {keys}"
        store.write_many(sql, [(name, *key) for name in sorted(names) for key in sorted(rows.get(one.table, ()))])


def _key(store: Store, table: str) -> tuple[str, ...]:
    sql = "SELECT name FROM pragma_table_info(?) WHERE pk > 0 ORDER BY pk"
    return tuple(name for (name,) in store.all(sql, (table,))) or ("rowid",)


def _names(text: str | bytes, number: str) -> bool:
    """Whether `text` names this very number and not a longer one that holds it."""
    return any(map(_word(number).search, _forms(text)))


def _forms(text: str | bytes) -> Iterator[str]:
    """A text in every form in which it may say something."""
    codes = _CODES[:1] if isinstance(text, bytes) and text.isascii() else _CODES
    for one in [text.decode(code, "replace") for code in codes] if isinstance(text, bytes) else [text]:
        yield one
        # A form's quoting would hide where the number begins, JSON's what it is.
        if "%" in one or "+" in one:
            yield unquote_plus(one)
        if "\\u" in one:
            yield _ESCAPED.sub(_unescaped, one)


_CODES: Final = ("utf-8", "gb18030")
_ESCAPED: Final = re.compile(r"\\u([0-9a-fA-F]{4})")


def _unescaped(escaped: re.Match[str]) -> str:
    return chr(int(escaped[1], 16))


def _struck(text: str, number: str) -> str:
    return _word(number).sub("(erased)", text)


_WRITTEN: Final = frozenset({"note", "by", "ref", "amount", "tag", "tier", "what", "place", "reason", "customer_name"})
_OURS: Final = frozenset({*Remedy, *Cause})


def _struck_values(kept: str, number: str) -> str:
    """JSON without the number in what others wrote; keys, and the words that are ours, stay."""

    def struck(value: Any) -> Any:
        if isinstance(value, dict):
            return {
                name: _struck_value(name, one, number) if isinstance(one, str) else struck(one)
                for name, one in value.items()
            }
        return [struck(one) for one in value] if isinstance(value, list) else value

    return dump(struck(load(kept)))


def _struck_value(name: str, value: str, number: str) -> str:
    return _struck(value, number) if name in _WRITTEN and value not in _OURS else value


def _struck_fact(kept: str, number: str) -> str:
    """A fact without the number in what others wrote; the words that are ours stay, whatever a buyer is called."""
    fact = to_fact(kept)
    scan = fact.scan
    if scan is not None:
        code, text, place = (_struck(said, number) for said in (scan.code, scan.text, scan.place))
        scan = replace(scan, code=code, text=text, place=place)
    unread = tuple(replace(one, code=_struck(one.code, number), text=_struck(one.text, number)) for one in fact.unread)
    return fact_json(replace(fact, scan=scan, unread=unread, reason=_struck(fact.reason, number)))


def _without_example(kept: str, number: str) -> str:
    """What is told of an account without one of the parcels it was seen on."""
    fact = to_fact(kept)
    left = (replace(one, numbers=tuple(each for each in one.numbers if each != number)) for one in fact.unread)
    return fact_json(replace(fact, unread=tuple(left)))


@lru_cache(maxsize=100)
def _word(number: str) -> re.Pattern[str]:
    return _words([number])


def _words(numbers: Iterable[str]) -> re.Pattern[str]:
    each = (_dialled(one[len(_TEL) :]) if one.startswith(_TEL) else re.escape(one) for one in sorted(numbers))
    return re.compile(rf"(?<![A-Za-z0-9])(?:{'|'.join(each)})(?![A-Za-z0-9])", re.IGNORECASE)


_TEL: Final = "tel:"
_PHONE: Final = re.compile(r"\+?\d(?:[ ()./-]{0,2}\d){8,17}")
_SUBSCRIBER: Final = 8  # digits that stay whether a country's code, a 0 or neither comes first


def phone(contact: str) -> str:
    """A mark for a phone number in whatever spelling, "" for what is none."""
    return _TEL + re.sub(r"\D", "", contact) if _PHONE.fullmatch(contact.strip()) else ""


def _dialled(digits: str) -> str:
    gap = r"[ ()./-]{0,3}"
    before = rf"\+?(?:\d{gap}){{0,{len(digits) - _SUBSCRIBER + 2}}}\(?"
    return before + gap.join(digits[-_SUBSCRIBER:])


def teach(store: Store) -> None:
    """Functions of ours that statements call."""
    store.conn.create_function("names", 2, _names, deterministic=True)
    store.conn.create_function("struck", 2, _struck, deterministic=True)
    store.conn.create_function("struck_values", 2, _struck_values, deterministic=True)
    store.conn.create_function("struck_fact", 2, _struck_fact, deterministic=True)
    store.conn.create_function("without_example", 2, _without_example, deterministic=True)
