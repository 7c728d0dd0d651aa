"""Hiding secrets in texts that came from outside: as they are, and in every form that others write them in.

What belongs here: the forms. Whoever echoes a key may quote it for a URL, escape it for JSON or HTML, write its bytes
in hexadecimal, or pack it into Base64 with a user name before it, each once more or broken into lines. A key that
somebody has cut, turned or encrypted is beyond this.
"""

from __future__ import annotations

import re
import unicodedata
from base64 import b64encode
from collections.abc import Iterable
from functools import lru_cache
from html.entities import codepoint2name
from typing import Final

MASK: Final = "***"
SHORTEST: Final = 6
"""What is shorter opens nothing, and may stand anywhere by chance."""

_OPENS: Final = re.compile(r"(?:key|secret|token|password|passwd|passphrase|pwd|(?:^|_)pin)$", re.IGNORECASE)
_NAMES: Final = {**codepoint2name, ord("'"): "apos"}
_ESCAPES: Final = re.compile(r"%[0-9A-Fa-f]{2}|%u|\\|&(?:#|\w{2,8};)")
# What begins an escape may itself be escaped, any number of times.
_SLASH: Final = r"(?:\\|%(?:25)*5c)"
_AND: Final = "&(?:amp;)*"


class _Printable(dict[int, str]):
    """Each character, or nothing for one that is not printed, for str.translate; found out once for each."""

    def __missing__(self, point: int) -> str:
        self[point] = chr(point) if chr(point).isprintable() else ""
        return self[point]


_PRINTABLE: Final = _Printable()


class Secrecy:
    """Knows some secrets and hides them. `secrets`: those shorter than SHORTEST are left out."""

    def __init__(self, secrets: Iterable[str]) -> None:
        composed = {form for each in secrets if len(each) >= SHORTEST for form in _composed(each)}
        known = sorted(composed, key=len, reverse=True)
        plain = [form for each in known for form in (each, each.replace(" ", "+"), *_packed(each))]
        self._plain = tuple(dict.fromkeys(form.casefold() for form in plain))
        self._all = re.compile("|".join([*map(_written, known), *map(re.escape, plain)]), re.IGNORECASE)

    def __bool__(self) -> bool:
        return bool(self._plain)

    def hide(self, text: str) -> str:
        """`text` with *** in place of every secret in it."""
        if self._stands(text):
            text = self._all.sub(MASK, text)
        bare = _bare(text)
        return self._all.sub(MASK, bare) if bare is not text and self._plainly(bare) else text

    def hide_bytes(self, content: bytes) -> bytes:
        """The same of bytes, whether they are text or not."""
        text = content.decode("utf-8", "surrogateescape")
        return self.hide(text).encode("utf-8", "surrogateescape") if self.told(text) else content

    def told(self, text: str) -> bool:
        """Whether a secret stands in it. Most texts hold none, so that this is quick."""
        if self._stands(text):
            return True
        bare = _bare(text)
        return bare is not text and self._plainly(bare)

    def _plainly(self, text: str) -> bool:
        folded = text.casefold()
        return any(form in folded for form in self._plain)

    def _stands(self, text: str) -> bool:
        if not self._plain:
            return False
        if self._plainly(text):
            return True
        return bool(_ESCAPES.search(text) and self._all.search(text))


def opens(name: str) -> bool:
    """Whether an option of this name holds what opens something, as "password" and "track_secret_key" do."""
    return bool(_OPENS.search(name))


@lru_cache(maxsize=256)
def secrecy(secrets: tuple[str, ...]) -> Secrecy:
    """The one for these secrets: finding their forms takes longer than most texts do."""
    return Secrecy(secrets)


def _bare(text: str) -> str:
    """The text on one line, without what nobody sees: where it is shown that is gone, and a key in pieces is whole."""
    if text.isprintable():
        return text
    joined = text.replace("\r", "").replace("\n", "")  # mostly that is all, and quicker
    return joined if joined.isprintable() else joined.translate(_PRINTABLE)


def _composed(secret: str) -> tuple[str, ...]:
    """The secret with letters and marks in one, and each by itself: one turns into the other where a text is shown."""
    return (secret,) if secret.isascii() else (secret, *(unicodedata.normalize(to, secret) for to in ("NFC", "NFD")))


def _written(secret: str) -> str:
    """A pattern for a secret each of whose characters may be escaped in any way, and a space be a plus sign.

    No number of signs of escape makes it slow: a row of them is read once, and never given back.
    """
    plain = re.sub(r"\\+", r"\\", secret)
    return _begun(plain[0]) + "".join(map(_next, plain[1:]))


def _begun(one: str) -> str:
    """A pattern for the first character, which takes no slashes along that do not belong to it."""
    if one == "\\":
        return rf"(?<!\\){_BACKSLASH}"
    return _any([*_apart(one), rf"(?:(?<!\\)\\++|%(?:25)*+5c){_any(_after_slash(one))}"])


def _next(one: str) -> str:
    """A pattern for a later character, with the slashes before it."""
    return _BACKSLASH if one == "\\" else f"{_SLASH}*+{_any([*_apart(one), *_after_slash(one)])}"


def _any(forms: Iterable[str]) -> str:
    return f"(?:{'|'.join(forms)})"


def _apart(one: str) -> list[str]:
    """How it may be written, but for what stands after a slash."""
    code = ord(one)
    forms = [
        re.escape(one),
        "".join(f"%(?:25)*{byte:02x}" for byte in one.encode("utf-8", "surrogatepass")),
        "".join(f"%u{unit}" for unit in _units(one)),
        f"{_AND}#x0*{code:x};?",
        f"{_AND}#0*{code};?",
    ]
    if name := _NAMES.get(code):
        forms.append(f"{_AND}{name};")
    if one == " ":
        forms.append(r"\+")
    return forms


def _after_slash(one: str) -> list[str]:
    """What stands for it after a slash, or after more of them."""
    code, content = ord(one), one.encode("utf-8", "surrogatepass")
    forms = [
        f"{_SLASH}++".join(f"x{byte:02x}" for byte in content),
        f"{_SLASH}++".join(f"u{unit}" for unit in _units(one)),
        rf"u\{{0*{code:x}\}}",
    ]
    return [*forms, f"x{code:02x}"] if code < 256 else forms


def _units(one: str) -> list[str]:
    """Its code in UTF-16, four digits each."""
    digits = one.encode("utf-16-be", "surrogatepass").hex()
    return [digits[at : at + 4] for at in range(0, len(digits), 4)]


# What is both a character of a secret and the sign of an escape; of several in a row nobody knows how many are meant.
_BACKSLASH: Final = rf"(?:{_SLASH}++{_any(_after_slash(chr(92)))}?+|{_any(_apart(chr(92)))})++"


def _packed(secret: str) -> list[str]:
    """The secret as Base64 and hexadecimal digits show it, whatever stands before and after it."""
    content = secret.encode("utf-8", "surrogatepass")
    return [content.hex(), *(form for before in range(3) for form in _base64(content, before))]


def _base64(content: bytes, before: int) -> tuple[str, str]:
    """What of it does not depend on its neighbours, `before` bytes into a group of three; in both alphabets."""
    packed = b64encode(bytes(before) + content).decode()
    first, last = -(-before * 8 // 6), (before + len(content)) * 8 // 6
    form = packed[first:last]
    return form, form.translate({ord("+"): "-", ord("/"): "_"})
