"""The shipped templates, and a shop's own in their place.

What belongs here: the only user of Jinja2. A template is sandboxed and strict: it may name what it is given and nothing
else. A shop's own letter that does not work is told once, and the shipped one is used.
"""

from __future__ import annotations

import re
import traceback
from collections.abc import Callable, Iterator, Mapping, MutableMapping
from functools import cache, cached_property
from pathlib import Path
from typing import Any, Final

from jinja2 import (
    BaseLoader,
    ChoiceLoader,
    Environment,
    FileSystemLoader,
    StrictUndefined,
    Template,
    TemplateError,
    TemplateNotFound,
    meta,
)
from jinja2.sandbox import ImmutableSandboxedEnvironment

from parcelwatch.errors import BadInput
from parcelwatch.words import FOLDER

ENDING: Final = ".txt.j2"
_HOLES: Final = re.compile(r"\n{3,}")
# What a shop's own template can do wrong. Anything: it is a program.
_FAULTS: Final = (
    TemplateError,
    ArithmeticError,
    LookupError,
    TypeError,
    ValueError,
    AttributeError,
    RecursionError,
    MemoryError,
    OSError,
)


@cache
def page(name: str) -> Template:
    """A shipped page: every value that it is given is escaped on its way in."""
    environment = Environment(
        loader=FileSystemLoader(FOLDER),
        undefined=StrictUndefined,
        autoescape=True,
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,
    )
    return environment.get_template(name)


class Templates:
    """Texts from templates. `own`: a folder of a shop's letters, in the shipped ones' relative names; None for none.

    `broken`: what is wrong with those of the shop's that did not work, by name. Keeps compiled templates; safe to share
    by threads.
    """

    def __init__(self, own: Path | None = None) -> None:
        self._shipped = _Environment(FileSystemLoader(FOLDER))
        self._own = _Environment(ChoiceLoader([_Letters(own), FileSystemLoader(FOLDER)])) if own else None
        self.broken: dict[str, str] = {}

    def phrase(self, said: str) -> Phrase:
        """A phrase of a catalogue, ready to be filled in."""
        return Phrase(self._shipped, said)

    def text(self, name: str, values: Mapping[str, object]) -> str:
        """What the shipped template of that name says, without holes where something is not known."""
        return self._shipped.text(name, values)

    def head(self, name: str, values: Mapping[str, object]) -> list[str]:
        """The first two lines of `text`; `values` need not hold what is only named below them."""
        return self._shipped.head(name, values)

    def letter(self, name: str, values: Mapping[str, object]) -> tuple[str, str]:
        """A letter's subject and body: in the shop's own words where it has some that work, else in ours."""
        try:
            return self.own_letter(name, values)
        except BadInput as error:
            if name not in self.broken:
                self.broken[name] = str(error)
                _warn(name, str(error))
        return _parted(self._shipped.text(name, values))

    def blocks(self, name: str, values: Mapping[str, object]) -> Mapping[str, str]:
        """What a letter is put together from, by the names of its blocks; none where it is not made of such."""
        try:
            return (self._own or self._shipped).blocks(name, values)
        except _FAULTS:  # told when the letter itself is asked for
            return self._shipped.blocks(name, values)

    def own_letter(self, name: str, values: Mapping[str, object]) -> tuple[str, str]:
        """As `letter`, but raises BadInput, with file and line, for a template that does not work."""
        try:
            return _parted((self._own or self._shipped).text(name, values))
        except _FAULTS as error:
            raise BadInput(_fault(name, error)) from error


class Phrase:
    """A sentence with places for values. Of a catalogue's hundred few are said, so each is compiled when it is."""

    def __init__(self, environment: Environment, said: str) -> None:
        self._environment = environment
        self._said = said

    @cached_property
    def names(self) -> frozenset[str]:
        """The values it has a place for."""
        return frozenset(meta.find_undeclared_variables(self._environment.parse(self._said)))

    @cached_property
    def _template(self) -> Template:
        return self._environment.from_string(self._said)

    def render(self, **values: object) -> str:
        """What it says of these values."""
        return self._template.render(values)


class _Environment(ImmutableSandboxedEnvironment):
    """Sandboxed and strict. A name that begins with "_" is that of a piece beside the template which names it."""

    def __init__(self, loader: BaseLoader) -> None:
        super().__init__(
            loader=loader,
            undefined=StrictUndefined,
            autoescape=False,  # text/plain everywhere; what is dangerous in plain text is cleaned
            trim_blocks=True,
            lstrip_blocks=True,
            auto_reload=False,
        )

    def make_globals(self, d: MutableMapping[str, Any] | None) -> MutableMapping[str, Any]:
        return dict(super().make_globals(d))  # which Jinja copies at each use, far slower from its chain

    def join_path(self, template: str, parent: str) -> str:
        return f"{parent.rpartition('/')[0]}/{template}" if template.startswith("_") else template

    def text(self, name: str, values: Mapping[str, object]) -> str:
        return _tidy(self.get_template(f"{name}{ENDING}").render(values))

    def head(self, name: str, values: Mapping[str, object]) -> list[str]:
        said = ""
        for piece in self.get_template(f"{name}{ENDING}").generate(values):
            said = (said + piece).lstrip()
            if said.count("\n") > 1:
                break
        return said.split("\n")[:2]

    def blocks(self, name: str, values: Mapping[str, object]) -> Mapping[str, str]:
        template = self.get_template(f"{name}{ENDING}")
        context = template.new_context(dict(values))
        "".join(template.root_render_func(context))  # what a template extends is known once it has run
        return {block: _tidy("".join(made[0](context))) for block, made in context.blocks.items()}


def _tidy(text: str) -> str:
    return _HOLES.sub("\n\n", text).strip()


class _Letters(FileSystemLoader):
    """A shop's own templates, of letters only."""

    def get_source(self, environment: Environment, template: str) -> tuple[str, str, Callable[[], bool]]:
        if "/letters/" not in template:
            raise TemplateNotFound(template)
        return super().get_source(environment, template)


def _warn(name: str, why: str) -> None:
    import structlog  # noqa: PLC0415 - slow, and whoever only says sentences has nothing to log

    log = structlog.get_logger()
    log.warning("a letter template does not work: the shipped one is used", template=name, why=why)


def _parted(text: str) -> tuple[str, str]:
    """A letter as a template gives it: a line with the subject, then the body. Raises ValueError for less."""
    subject, _, body = text.partition("\n")
    _, _, subject = subject.replace("：", ":", 1).partition(":")
    if not subject.strip() or not body.strip():
        raise ValueError("a letter is a line “Subject: …” with the body below it")
    return subject.strip(), body.strip()


def _fault(name: str, error: Exception) -> str:
    """What is wrong with a template, with its file and line where they are known."""
    where, line = getattr(error, "filename", None), getattr(error, "lineno", None)
    for frame, at in traceback.walk_tb(error.__traceback__):
        if frame.f_code.co_filename.endswith(ENDING):
            where, line = frame.f_code.co_filename, at
    why = str(error) or type(error).__name__
    return f"{where or name + ENDING}{f', line {line}' if line else ''}: {why}"


# --- files ---------------------------------------------------------------------------------------


def shipped() -> Iterator[tuple[str, Path]]:
    """Every template of letters: its relative name, which a shop's own has too, and the file."""
    for path in sorted(FOLDER.glob(f"*/letters/*{ENDING}")):
        yield path.relative_to(FOLDER).as_posix(), path


def own(folder: Path) -> list[str]:
    """The relative names of the files in a shop's folder of templates, whatever they are."""
    return sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file())
