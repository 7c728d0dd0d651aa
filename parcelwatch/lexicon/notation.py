"""How wordings are written, so that whoever speaks a language can write them, and the patterns they become.

What belongs here: the notation, and nothing about couriers or languages. It is this:

    lost in transit          these words, side by side, wherever they stand in a text
    (parcel | package)       one of these
    [the]                    or without it;  [is | was | been]+  any number of them, or none
    {parcel}                 one of the list `parcel` of the same file
    deliver*   *wetter*      a word that goes on, or one that began before
    ~2                       up to two words in between
    _                        exactly one word;  #  a number
    ...40                    up to 40 characters of the same clause in between;  ...  the rest of the clause
    ...40(without: not)      the same, where none of these stands in it;  ...all  anything at all
    (not then: a | b)        the next words are not these;  (not after: a | b)  the words before are not these
    ^   $                    the text begins here; it ends here
    -   '                    a hyphen, a space or neither; an apostrophe of any kind

A sign that is meant as such has a backslash before it. Where words stand without spaces, every wording may begin and
end within a word. Capitals do not count.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import Enum, auto
from typing import Final

from parcelwatch.core.rows.near import did_you_mean

BORDER: Final = r"\b"
REPEATED: Final = 6
"""How often an optional word in `[…]+` may come again: enough for any sentence, and it ends."""

_SIGN: Final = re.compile(
    r"\\(?P<plain>.)|\{(?P<list>[a-z_]+)\}|~(?P<words>\d)|\.\.\.(?P<gap>\d+|all)?(?P<without>\(without:)?"
    r"|\(not (?P<kind>then|after):|(?P<sign>[(\[|)\]_#*^$])(?P<more>(?<=\])\+)?|(?P<space>\s+)|(?P<letter>.)",
    re.DOTALL,
)
_ALL: Final = "all"


class NotationError(ValueError):
    """A wording that cannot be read; its text says where and why."""


class _Kind(Enum):
    LETTERS = auto()
    SPACE = auto()
    STAR = auto()
    WORD = auto()
    NUMBER = auto()
    WORDS = auto()
    GAP = auto()
    GROUP = auto()
    OPTIONAL = auto()
    NOT_THEN = auto()
    NOT_AFTER = auto()
    START = auto()
    END = auto()


@dataclass(frozen=True, slots=True)
class _Part:
    """One sign with what stands in it: `text` its letters or figure, `inside` its alternatives."""

    kind: _Kind
    text: str = ""
    inside: tuple[tuple[_Part, ...], ...] = field(default=())


_SIGNS: Final = {"_": _Kind.WORD, "#": _Kind.NUMBER, "*": _Kind.STAR, "^": _Kind.START, "$": _Kind.END}


def pattern(wording: str, lists: Mapping[str, str], *, spaces: bool = True) -> str:
    """The regular expression of `wording`. `lists` are wordings by name; `spaces`: words stand apart.

    NotationError says what is wrong with it.
    """
    reader = _Reader(wording.lower(), lists)
    parts = _trimmed(reader.sequence(""))
    if not parts:
        raise NotationError("a wording without a word")
    return _Writer(spaces).whole(parts)


# --- from signs to parts -------------------------------------------------------------------------


class _Reader:
    def __init__(self, text: str, lists: Mapping[str, str], within: frozenset[str] = frozenset()) -> None:
        self.text, self.lists, self.within, self.at = text, lists, within, 0

    def sequence(self, closing: str) -> list[_Part]:
        """The parts up to `closing` or "|", which is left standing; to the end of the text where it is empty."""
        parts: list[_Part] = []
        while self.at < len(self.text):
            if closing and self.text[self.at] in closing + "|":
                return parts
            found = _SIGN.match(self.text, self.at)
            assert found is not None  # any character is a letter at the least
            self.at = found.end()
            parts.extend(self._listed(found["list"]) if found["list"] else [self._part(found)])
        if closing:
            raise NotationError(f"{closing!r} is missing")
        return parts

    def _part(self, found: re.Match[str]) -> _Part:
        kind = found.lastgroup
        if kind in ("plain", "letter"):
            return _Part(_Kind.LETTERS, found[0])
        if found["space"]:
            return _Part(_Kind.SPACE)
        if found["words"]:
            return _Part(_Kind.WORDS, found["words"])
        if found["kind"]:
            return _Part(_Kind.NOT_THEN if found["kind"] == "then" else _Kind.NOT_AFTER, inside=self._alternatives(")"))
        if found[0].startswith("..."):
            return _Part(_Kind.GAP, found["gap"] or "", self._alternatives(")") if found["without"] else ())
        return self._signed(found["sign"])

    def _signed(self, sign: str) -> _Part:
        if sign == "(":
            return _Part(_Kind.GROUP, inside=self._alternatives(")"))
        if sign == "[":
            inside, again = self._alternatives("]"), self.text[self.at : self.at + 1] == "+"
            self.at += again
            return _Part(_Kind.OPTIONAL, "+" * again, inside)
        if sign in _SIGNS:
            return _Part(_SIGNS[sign])
        raise NotationError(f"{sign!r} with nothing before it that it could end; as a sign of its own write \\{sign}")

    def _alternatives(self, closing: str) -> tuple[tuple[_Part, ...], ...]:
        found = [_trimmed(self.sequence(closing))]
        while self.text[self.at] == "|":
            self.at += 1
            found.append(_trimmed(self.sequence(closing)))
        self.at += 1
        return tuple(found)

    def _listed(self, name: str) -> Sequence[_Part]:
        """One of a list; what has no alternatives is as good as written out."""
        if name in self.within or name not in self.lists:
            there = ", ".join(sorted(self.lists)) or "none"
            raise NotationError(f"no list {name!r}{did_you_mean(name, self.lists)}; there are {there}")
        reader = _Reader(self.lists[name].lower() + ")", self.lists, self.within | {name})
        inside = reader._alternatives(")")
        return inside[0] if len(inside) == 1 else [_Part(_Kind.GROUP, inside=inside)]


def _trimmed(parts: Sequence[_Part]) -> tuple[_Part, ...]:
    kept = list(parts)
    while kept and kept[0].kind is _Kind.SPACE:
        del kept[0]
    while kept and kept[-1].kind is _Kind.SPACE:
        del kept[-1]
    return tuple(kept)


# --- from parts to a pattern ---------------------------------------------------------------------

_LETTERS: Final = {"'": "['`´]", "-": "[- ]?"}
_END: Final = r"(?=[ .!)]*$)"
_END_UNSPACED: Final = '(?=[”"」』）)。！!]|$)'


class _Writer:
    def __init__(self, spaces: bool) -> None:
        self.spaces = spaces
        self.clause = "[^.;!]" if spaces else "[^，。；;]"

    def whole(self, parts: tuple[_Part, ...]) -> str:
        """A wording from border to border; a star at either end takes the border away."""
        first, last = parts[0].kind is _Kind.STAR, parts[-1].kind is _Kind.STAR
        inner = parts[first : len(parts) - last]
        if not inner:
            raise NotationError("a star alone is every word")
        return self.sequence(inner, left=not first, right=not last)

    def sequence(self, parts: tuple[_Part, ...], *, left: bool = False, right: bool = False) -> str:
        """The parts one after the other; `left`, `right`: a word's border is there, if a word is."""
        written = [BORDER] if left and self.spaces and _begins_a_word(parts) else []
        at, apart = 0, True  # apart: what comes next stands by itself, a space or nothing before it
        while at < len(parts):
            part, follows = parts[at], parts[at + 1] if at + 1 < len(parts) else None
            spaced = follows is not None and follows.kind is _Kind.SPACE
            at += 1
            if part.kind is _Kind.GAP:
                at = self._gap(written, parts, at, spaced)
                apart = True
            elif part.kind in (_Kind.OPTIONAL, _Kind.WORDS):
                last = not _trimmed(parts[at:]) or _trimmed(parts[at:])[0].kind is _Kind.END
                own = spaced and apart and not last
                written.append(self._maybe(part, written, own, last))
                at, apart = at + own, own
            elif part.kind is _Kind.GROUP:
                elided = spaced and any(_elided(one) for one in part.inside)
                edges = _at_edges(parts, at - 1, left, right)
                written.append(self._group(part.inside, " " if elided else "", edges))
                at, apart = at + elided, elided
            elif part.kind is _Kind.NOT_AFTER:
                written.extend(self._not_after(one) for one in part.inside)
                at += spaced
            else:
                if part.kind in (_Kind.NOT_THEN, _Kind.END) and written and written[-1] == " ":
                    del written[-1]
                written.append(self._not_then(part) if part.kind is _Kind.NOT_THEN else self._plain(part))
                apart = part.kind in (_Kind.SPACE, _Kind.START)
        return "".join(written) + (BORDER if right and self.spaces and _ends_a_word(parts) else "")

    def _plain(self, part: _Part) -> str:
        if part.kind is _Kind.LETTERS:
            return _LETTERS.get(part.text) or re.escape(part.text[-1])
        return {
            _Kind.SPACE: " ",
            _Kind.STAR: r"\w*",
            _Kind.WORD: r"\w+",
            _Kind.NUMBER: r"\d+",
            _Kind.START: "^",
            _Kind.END: _END if self.spaces else _END_UNSPACED,
        }[part.kind]

    def _group(
        self, inside: tuple[tuple[_Part, ...], ...], after: str = "", edges: tuple[bool, bool] = (False, False)
    ) -> str:
        """One of these, each followed by `after` unless it is elided ("l'").

        At an edge where a word's border belongs to some of them only, each has its own.
        """
        left = edges[0] and not all(_begins_a_word(one) for one in inside)
        right = edges[1] and not all(_ends_a_word(one) or one[-1].kind is _Kind.STAR for one in inside)
        each = (self.sequence(one, left=left, right=right) + ("" if _elided(one) else after) for one in inside)
        return f"(?:{'|'.join(each)})"

    def _maybe(self, part: _Part, written: list[str], spaced: bool, last: bool) -> str:
        if part.kind is _Kind.WORDS:
            core, times = r"\w+", f"{{0,{part.text}}}"
        else:
            core, times = self._group(part.inside, " " if spaced else ""), f"{{0,{REPEATED}}}" if part.text else "?"
        if spaced:
            return f"(?:{core} ){times}" if part.kind is _Kind.WORDS else core + times
        if last and written and written[-1] == " ":
            del written[-1]
            return f"(?: {core}){times}"
        return core + times if part.kind is not _Kind.WORDS else f"(?:{core} ?){times}"

    def _gap(self, written: list[str], parts: tuple[_Part, ...], at: int, spaced: bool) -> int:
        """Write the gap before `at`; where a word goes on into it, or begins in it, there is no border."""
        gap, before, rest = parts[at - 1], _unspaced(parts[: at - 1]), parts[at + spaced :]
        if written and written[-1] == " ":
            del written[-1]
        if before and before[-1].kind is _Kind.STAR:
            del written[-1]
        elif before and self.spaces and _ends_a_word(before):
            written.append(BORDER)
        one, times = self.clause, f"{{0,{gap.text}}}" if gap.text else "*"
        if gap.text == _ALL:
            one, times = ".", "*"
        if gap.inside:
            one = f"(?:(?!{'|'.join(self.whole(each) for each in gap.inside)}){one})"
        written.append(one + times)
        if rest and rest[0].kind is _Kind.STAR:
            return at + spaced + 1
        if rest and self.spaces and _begins_a_word(rest):
            written.append(BORDER)
        return at + spaced

    def _not_then(self, part: _Part) -> str:
        inside = "|".join(self.sequence(one, right=True) for one in part.inside)
        return f"{BORDER}(?! (?:{inside}))" if self.spaces else f"(?!{inside})"

    def _not_after(self, parts: tuple[_Part, ...]) -> str:
        if any(part.kind not in (_Kind.LETTERS, _Kind.SPACE) for part in parts):
            raise NotationError('after "not after:" only plain words can stand')
        plain = "".join(part.text[-1:] or " " for part in parts)
        left = BORDER if self.spaces and plain[0].isalnum() else ""
        right = " " if self.spaces and plain[-1].isalnum() else ""
        return f"(?<!{left}{re.escape(plain)}{right})"


def _elided(parts: tuple[_Part, ...]) -> bool:
    return bool(parts) and parts[-1].text == "'"


def _at_edges(parts: tuple[_Part, ...], at: int, left: bool, right: bool) -> tuple[bool, bool]:
    """Whether the part at `at` stands at an edge of the wording, or of a gap."""
    before, after = _unspaced(parts[:at]), [part for part in parts[at + 1 :] if part.kind is not _Kind.SPACE]
    return (
        before[-1].kind is _Kind.GAP if before else left,
        after[0].kind is _Kind.GAP if after else right,
    )


def _begins_a_word(parts: tuple[_Part, ...]) -> bool:
    first = next((part for part in parts if part.kind not in (_Kind.NOT_AFTER, _Kind.SPACE)), None)
    if first is None or first.kind in (_Kind.START, _Kind.END, _Kind.GAP, _Kind.SPACE):
        return False
    if first.kind is _Kind.LETTERS:
        return first.text.isalnum()
    return all(one and _begins_a_word(one) for one in first.inside)


def _ends_a_word(parts: tuple[_Part, ...]) -> bool:
    last = parts[-1]
    if last.kind in (_Kind.START, _Kind.END, _Kind.GAP, _Kind.NOT_THEN, _Kind.STAR):
        return False
    if last.kind is _Kind.LETTERS:
        return last.text.isalnum()
    if last.kind is _Kind.OPTIONAL:
        inside = all(one and _ends_a_word(one) for one in last.inside)
        return inside and (len(parts) == 1 or _ends_a_word(_unspaced(parts[:-1])))
    return all(one and (_ends_a_word(one) or one[-1].kind is _Kind.STAR) for one in last.inside)


def _unspaced(parts: tuple[_Part, ...]) -> tuple[_Part, ...]:
    return parts[:-1] if len(parts) > 1 and parts[-1].kind is _Kind.SPACE else parts
