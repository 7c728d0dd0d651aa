"""A shop's own letters, tried with all there may be to say.

What belongs here: what is wrong with the folder named by `[drafts] templates`, for `config check` and for operators.
"""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Iterator
from contextlib import suppress
from pathlib import Path

from parcelwatch.config import Config
from parcelwatch.core.rows.near import did_you_mean
from parcelwatch.errors import BadInput
from parcelwatch.wording.lettering import SEVERAL, letter_name
from parcelwatch.wording.render import Renderer
from parcelwatch.wording.specimens import several, specimens
from parcelwatch.wording.templates import own, shipped


def broken_templates(config: Config) -> list[str]:
    """A sentence for each thing that is wrong with them, with file and line."""
    folder = config.templates
    if folder is None:
        return []
    if not folder.is_dir():
        return [f"[drafts] templates: there is no folder {folder}"]
    names, mine = dict(shipped()), own(folder)
    words = Renderer(str(config.timezone), config.language, templates=folder)
    spoken = {name.partition("/")[0] for name in names}
    read = [name for name in mine if name in names or (name.partition("/")[0] in spoken and "/letters/_" in name)]
    faults = [*_misnamed(folder, mine, names), *_faults(words, read)]
    return list(dict.fromkeys(faults))


def own_letters(config: Config) -> dict[str, str]:
    """Their files, each with a digest of what it says."""
    folder, found = config.templates, dict[str, str]()
    if folder is None or not folder.is_dir():
        return found
    for name in own(folder):
        with suppress(OSError):  # what cannot be read is told by whoever tries it
            found[name] = hashlib.sha256((folder / name).read_bytes()).hexdigest()
    return found


def _misnamed(folder: Path, mine: Collection[str], names: Collection[str]) -> Iterator[str]:
    """Files that are never read. Hidden ones are nobody's business, and pieces of its own a shop may have."""
    for name in mine:
        if name not in names and not name.rpartition("/")[2].startswith((".", "_")):
            meant = did_you_mean(name, names)
            yield f"{folder / name}: no letter has this name{meant}; `parcelwatch drafts templates` lists them"


def _faults(words: Renderer, mine: Collection[str]) -> Iterator[str]:
    for language in dict.fromkeys(name.partition("/")[0] for name in mine):
        files = {name.rpartition("/")[2] for name in mine if name.startswith(f"{language}/")}
        pieces = any(name.startswith("_") for name in files)
        for each in specimens(language):
            name = letter_name(each.kind, language, each.facts)
            if not (pieces or f"{name.rpartition('/')[2]}.txt.j2" in files):
                continue
            try:
                words.own_letter(each.kind, language, each.facts)
            except BadInput as error:
                yield str(error)
        if pieces or f"{SEVERAL}.txt.j2" in files:
            yield from _faults_of_several(words, language)


def _faults_of_several(words: Renderer, language: str) -> Iterator[str]:
    for each in several(language):
        if len(words.together(each.drafts[0], each.drafts)) > 1:
            try:
                words.own_several(each.drafts)
            except BadInput as error:
                yield str(error)
