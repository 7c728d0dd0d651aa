"""Other words for a draft, as a person gives them: in a file, by the standard input or in an editor.

What belongs here: where they come from, and what is no text for a customer.
"""

from __future__ import annotations

import os
import shlex
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from parcelwatch.core.texts.text import plain, written
from parcelwatch.errors import BadInput

_LONGEST = 20_000


def new_words(before: Mapping[str, Any], body_file: str, subject: str | None, example: str) -> tuple[str, str]:
    """Subject and body to put in: what is not given stays."""
    body = _new_body(before, body_file, example, only_subject=subject is not None)
    return before["subject"] if subject is None else _one_line(subject), before["body"] if body is None else body


def _new_body(before: Mapping[str, Any], body_file: str, example: str, *, only_subject: bool) -> str | None:
    """The words to put in, None to leave them."""
    if not body_file and only_subject:
        return None
    if body_file == "-":
        text = sys.stdin.read()
    elif body_file:
        text = _read(body_file)
    elif sys.stdin.isatty() and sys.stdout.isatty():
        text = _edited(before["body"])
    else:
        raise BadInput(f"there is no terminal to open an editor on: give the new text, as in `{example}` (- is stdin)")
    text = written(text)
    if not text:
        raise BadInput("the new text is empty; `parcelwatch drafts discard` drops a draft")
    if len(text) > _LONGEST:
        raise BadInput(f"the new text is longer than {_LONGEST} characters")
    return text


def _one_line(subject: str) -> str:
    line = plain(subject)
    if not line:
        raise BadInput("the new subject is empty: leave --subject out to keep the one there is")
    return line


def _edited(text: str) -> str:
    """The text as a person leaves it in an editor."""
    with tempfile.NamedTemporaryFile("w+", suffix=".txt", encoding="utf-8") as file:
        file.write(text)
        file.flush()
        editor = shlex.split(os.environ.get("VISUAL") or os.environ.get("EDITOR") or "vi")
        try:
            subprocess.run([*editor, file.name], check=True)  # noqa: S603 - the user's own editor
        except (OSError, subprocess.CalledProcessError):
            raise BadInput(f"the editor {editor[0]} failed; give --body-file FILE instead") from None
        return Path(file.name).read_text(encoding="utf-8")


def _read(path: str) -> str:
    try:
        return Path(path).read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        why = error.strerror if isinstance(error, OSError) else "it is not UTF-8 text"
        raise BadInput(f"{path} cannot be read: {why}") from None
