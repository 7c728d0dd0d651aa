"""Spoiling bytes so that they still look like what they were: JSON by its values, text by its words, books by parts.

What belongs here: one random change after the other. What becomes of them is targets.py's.
"""

from __future__ import annotations

import copy
import io
import json
import random
import re
import zipfile
from collections.abc import Iterator, Sequence
from typing import Any, Final

MOST: Final = 90_000
"""Bytes: what is larger is cut, and says nothing of how long reading takes."""

WORDS: Final[Sequence[str]] = (
    *("", " ", "x", "\x00", "\ud800", "\udfff", "a\x00b", "\x1b[2J", "\x9b31m", "\u202e", "\ufeff", "\u2028", "𝄞" * 50),
    *("=1+1", "@everyone", "<script>", "{{ 7*7 }}", "{key}", "%s", "%n", "${X}", "../../etc/passwd", "\r\n", "'", '"'),
    *("0", "-1", "1e999", "inf", "nan", "9" * 30, "9" * 5000, "٣", "²", "0x10", "1_000", "1,5", "0.1e-400", "1e400"),
    *("2026-02-30", "9999-12-31T23:59:59-14:00", "0001-01-01T00:00:00+14:00", "2026-03-04T10:00:00+99:00", "24:00"),
    *("2026-03-04T10:00:00.123456789Z", "2099-12-31 23:59:59", "1990-01-01", "2026-03-04", "20260304100000"),
    *("1773302400", "1773302400000", "4102444800", "-62135596800", "253402300799999"),
    *("03/04/2026 10:00", "2026-10-25T02:30:00"),
    *("true", "null", "签收", "破损", "丢失", "退回", "拒收", "Delivered", "DELIVERED", "damaged", "returned", "lost"),
    *("canary-key-4711", "canary-customer-4712", "canarySecret4713canary==", "canary-token-4714", "key-1234567"),
    *("key-8d21f0", "sec-77aa19", "tok-3c9e55", "CN", "US", "DE-BY", "ZZ", "Asia/Shanghai", "env:HOME"),
    *("file:/etc/passwd", "0h", "1bd", "-1h", "1/0", "0/s", "9999999999d", "48h", "*", "[", "]", "{", "}"),
    *("\\", "\\u", "[[x]]", "a.b.c = 1"),
)  # fmt: skip
VALUES: Final[Sequence[Any]] = (
    *(None, True, False, 0, 1, -1, 3, 10**30, 10**400, 1.5, -0.0, 1e308, float("inf"), float("nan")),
    *([], {}, [[]], [None], [{}], ["x"], {"a": {}}, {"": ""}, [[[[[[]]]]]]),
)
_TOKEN: Final = re.compile(r"[\w.:+-]+", re.ASCII)


def mutated(body: bytes, dice: random.Random, others: Sequence[bytes] = ()) -> bytes:
    """The bytes with one to four changes; `others`: from which a piece may come."""
    for _ in range(dice.choice((1, 1, 2, 3, 4))):
        body = _once(body, dice, others)
    return body[:MOST]


def _once(body: bytes, dice: random.Random, others: Sequence[bytes]) -> bytes:
    if body.startswith(b"PK") and dice.random() < 0.9:
        return _book(body, dice)
    if body[:1] in b"[{" and dice.random() < 0.85:
        try:
            document = json.loads(body)
        except (ValueError, RecursionError):
            return _text(body, dice)
        return _dumped(_document(document, dice, others), dice) or _text(body, dice)
    return _text(body, dice) if dice.random() < 0.9 else _bytes(body, dice)


def _dumped(document: Any, dice: random.Random) -> bytes:
    try:
        said = json.dumps(document, ensure_ascii=dice.random() < 0.5)
        return said.encode("utf-8", "surrogatepass")
    except (ValueError, RecursionError):
        return b""


# --- JSON ----------------------------------------------------------------------------------------


def _document(document: Any, dice: random.Random, others: Sequence[bytes]) -> Any:
    places = list(_places(document))
    if not places:
        return dice.choice(VALUES)
    holder, key = dice.choice(places)
    match dice.randrange(9):
        case 0:
            del holder[key]
        case 1 if isinstance(holder, list):
            holder.insert(key, holder[key])
        case 1:
            holder[dice.choice(WORDS)] = holder[key]
        case 2:
            other, name = dice.choice(places)
            holder[key] = copy.deepcopy(other[name])
        case 3:
            holder[key] = dice.choice(VALUES)
        case 4 if isinstance(holder[key], str):
            holder[key] = _spoiled(holder[key], dice)
        case 5 if isinstance(holder[key], list) and holder[key]:
            holder[key] = holder[key] * dice.choice((2, 50, 200))
        case 6 if others:
            holder[key] = _piece(dice.choice(others), dice)
        case 7 if isinstance(holder[key], int | float):
            holder[key] = dice.choice((str(holder[key]), holder[key] + 1, -holder[key], holder[key] * 1000))
        case _:
            holder[key] = dice.choice(WORDS)
    return document


def _places(value: Any) -> Iterator[tuple[Any, Any]]:
    pairs = [*value.items()] if isinstance(value, dict) else [*enumerate(value)] if isinstance(value, list) else []
    for key, inner in pairs:
        yield value, key
        yield from _places(inner)


def _piece(body: bytes, dice: random.Random) -> Any:
    try:
        found = [holder[key] for holder, key in _places(json.loads(body))]
    except (ValueError, RecursionError):
        return None
    return dice.choice(found) if found else None


def _spoiled(text: str, dice: random.Random) -> str:
    at = dice.randint(0, len(text))
    match dice.randrange(5):
        case 0:
            return text[:at] + dice.choice(WORDS) + text[at:]
        case 1:
            return text[:at]
        case 2:
            return text * dice.choice((2, 20, 500)) if len(text) < 100 else text
        case 3:
            return text.swapcase()
        case _:
            return dice.choice(WORDS) + text


# --- text ----------------------------------------------------------------------------------------


def _text(body: bytes, dice: random.Random) -> bytes:
    text = body.decode("utf-8", "surrogateescape")
    lines = text.splitlines(keepends=True)
    match dice.randrange(6):
        case 0 if lines:
            lines.pop(dice.randrange(len(lines)))
        case 1 if lines:
            lines.insert(dice.randrange(len(lines) + 1), dice.choice(lines))
        case 2 if lines:
            place = dice.randrange(len(lines))
            lines[place] = _spoiled(lines[place], dice)
        case _:
            return _said(_word(text, dice))
    return _said("".join(lines))


def _word(text: str, dice: random.Random) -> str:
    """One word of it is another, or is gone, or there are two."""
    found = list(_TOKEN.finditer(text))
    if not found:
        return _spoiled(text, dice)
    word, other = dice.choice(found), dice.choice(found)
    put = dice.choice((other[0], dice.choice(WORDS), "", word[0] * 2, f'"{word[0]}"', str(dice.choice(VALUES))[:400]))
    return text[: word.start()] + put + text[word.end() :]


def _said(text: str) -> bytes:
    return b"".join(_encoded(one) for one in re.split("([\ud800-\udfff])", text))


def _encoded(piece: str) -> bytes:
    return piece.encode("utf-8", "surrogateescape" if "\udc80" <= piece[:1] <= "\udcff" else "surrogatepass")


def _bytes(body: bytes, dice: random.Random) -> bytes:
    at = dice.randint(0, len(body))
    match dice.randrange(4):
        case 0:
            return body[:at]
        case 1:
            return body[:at] + dice.randbytes(dice.randint(1, 4)) + body[at:]
        case 2:
            return body[:at] + body[at + dice.randint(1, 30) :]
        case _:
            return body[:at] + body[: dice.randint(0, 50)] + body[at:]


# --- books ---------------------------------------------------------------------------------------


def _book(body: bytes, dice: random.Random) -> bytes:
    """A spreadsheet, one of whose parts is spoiled and packed again."""
    try:
        with zipfile.ZipFile(io.BytesIO(body)) as archive:
            parts = {name: archive.read(name) for name in archive.namelist()[:50]}
    except Exception:  # noqa: BLE001 - it was broken before
        return _bytes(body, dice)
    name = dice.choice(sorted(parts))
    if dice.random() < 0.1:
        del parts[name]
    else:
        parts[name] = _text(parts[name], dice)
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        for each, content in parts.items():
            archive.writestr(each, content)
    return file.getvalue()
