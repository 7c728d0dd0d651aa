"""Which encoding a file is in: UTF-8, or one of those in which offices of China, Japan and the West write.

What belongs here: telling encodings apart by what comes out, since each of them can be read as another: "Jürgen" of the
West is good GB18030, and says 黵.
"""

from __future__ import annotations

import codecs
import re
import tempfile
from collections.abc import Callable, Iterator, Mapping
from typing import BinaryIO, Final

from parcelwatch.config.presets import ENCODINGS
from parcelwatch.core.rows.near import did_you_mean
from parcelwatch.errors import BadInput

LONGEST_LINE: Final = 1 << 20
_CHUNK: Final = 1 << 20
_LOOKED_AT: Final = 2000
"""Lines that are not plain ASCII, by which an encoding is judged."""
_MOST_BYTES: Final = 400
_ENOUGH: Final = 0.5
_RUNS: Final = re.compile("[^\x00-\x7f]+")
_LETTER: Final = re.compile("[A-Za-z]")
_WESTERN: Final = frozenset("ÀÁÂÃÄÅÆÇÈÉÊËÌÍÎÏÑÒÓÔÕÖØÙÚÛÜÝßàáâãäåæçèéêëìíîïñòóôõöøùúûüýÿŠšŽžŒœŸ")
_SIGNS: Final = frozenset("€‚„…†ˆ‹‘’“”•–—™›\u00a0¡£§¨©ª«®°±²³´µ·¹º»¼½¾¿×")


def told(file: BinaryIO) -> str:
    """The encoding of a file, read from end to end; "" where it is no text."""
    good, bad = 0, 0
    lines: list[bytes] = []
    while raw := file.readline(LONGEST_LINE):
        if raw.isascii():
            continue
        if len(lines) < _LOOKED_AT:
            lines.append(raw[:_MOST_BYTES] if len(raw) > _MOST_BYTES else raw)
        try:
            raw.decode()
            good += 1
        except UnicodeDecodeError:
            bad += 1
    if good >= bad:
        return "utf-8"
    likely = {name: likeness(lines) for name, likeness in _LIKENESS.items()}
    best = max(likely, key=likely.__getitem__)
    if likely[best] >= _ENOUGH:
        return best
    # Rare characters alone say little, and a text that is none hardly ever reads as Chinese without a fault.
    return "gb18030" if 2 * sum("\ufffd" in raw.decode("gb18030", "replace") for raw in lines) < len(lines) else ""


def named(name: str) -> str:
    """An encoding as somebody writes it. Raises BadInput for what is none."""
    try:
        "".encode(name)
        return codecs.lookup(name).name
    except (LookupError, ValueError):
        near, there = did_you_mean(name, ENCODINGS), ", ".join(ENCODINGS)
        raise BadInput(f"--encoding {name[:40]!r} is not known{near}: write one such as {there}") from None


def by_lines(encoding: str) -> bool:
    """Whether a file in it can be cut into lines before it is decoded."""
    return 'a,;\t"\n'.encode(encoding) == b'a,;\t"\n'


def recoded(file: BinaryIO, encoding: str, path: str) -> BinaryIO:
    """A file in UTF-8. Raises BadInput for one that is not in that encoding."""
    spool = tempfile.TemporaryFile()  # noqa: SIM115 - handed to the caller
    decoder = codecs.getincrementaldecoder(encoding)()
    file.seek(0)
    try:
        while chunk := file.read(_CHUNK):
            spool.write(decoder.decode(chunk).encode())
        spool.write(decoder.decode(b"", final=True).encode())
    except UnicodeError:
        what = encoding.upper()
        raise BadInput(f"{path} begins like {what} but is not: save it as CSV UTF-8") from None
    return spool


# --- how much a file looks like being in one -----------------------------------------------------


def _chinese(lines: list[bytes]) -> float:
    return _share(_characters(lines, "gb18030"), _gb)


def _japanese(lines: list[bytes]) -> float:
    return _share(_characters(lines, "cp932"), _jis)


def _western(lines: list[bytes]) -> float:
    found, seen = 0.0, 0
    for raw in lines:
        text = raw.decode("cp1252", "replace")
        for run in _RUNS.finditer(text):
            seen += len(run[0])
            beside = text[max(run.start() - 1, 0) : run.start()] + text[run.end() : run.end() + 1]
            in_word = len(run[0]) <= 2 and bool(_LETTER.search(beside))
            found += sum(in_word if each in _WESTERN else 0.8 * (each in _SIGNS) for each in run[0])
    return found / seen if seen else 0.0


_LIKENESS: Final[Mapping[str, Callable[[list[bytes]], float]]] = {
    "gb18030": _chinese,
    "cp1252": _western,
    "cp932": _japanese,
}


def _characters(lines: list[bytes], encoding: str) -> Iterator[str]:
    for raw in lines:
        yield from (each for each in raw.decode(encoding, "replace") if each > "\x7f")


def _share(characters: Iterator[str], weight: Callable[[str], float]) -> float:
    found, seen = 0.0, 0
    for each in characters:
        found += weight(each)
        seen += 1
    return found / seen if seen else 0.0


def _gb(character: str) -> float:
    """How usual a character is in Chinese: the standard's first level before its second."""
    lead = _lead(character, "gb2312")
    return 1.0 if 0xA1 <= lead <= 0xD7 else 0.5 if lead else -0.5


def _jis(character: str) -> float:
    lead = _lead(character, "cp932")
    return 1.0 if 0x81 <= lead <= 0x97 else 0.5 if 0x98 <= lead <= 0x9F or 0xE0 <= lead <= 0xEA else -0.5


def _lead(character: str, encoding: str) -> int:
    """The first of a character's two bytes, 0 where it has no two."""
    try:
        raw = character.encode(encoding)
    except UnicodeEncodeError:
        return 0
    return raw[0] if len(raw) == 2 else 0
