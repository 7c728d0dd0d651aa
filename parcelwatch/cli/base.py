"""What all commands share: how one is registered, the options every one has, and its way to say "look at this".

What belongs here: the frame around command functions. It is imported for `--help`, so it imports next to nothing.
"""

from __future__ import annotations

import inspect
import os
import re
import sys
import unicodedata
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated, Any, Final

import typer

from parcelwatch.cli.desk import Desk
from parcelwatch.cli.nouns import Noun
from parcelwatch.errors import BadInput, NotFound, ParcelwatchError, StoreError

ConfigFile = Annotated[
    Path | None,
    typer.Option(
        "--config",
        metavar="PATH",
        readable=False,
        help="Configuration file (else $PARCELWATCH_CONFIG, ./config.toml, /etc/parcelwatch).",
    ),
]
Debug = Annotated[bool, typer.Option("--debug", help="Log everything, and whole tracebacks, to stderr.")]
Json = Annotated[bool, typer.Option("--json", help="Print one JSON document on stdout, nothing else.")]
Number = Annotated[str, typer.Argument(metavar="NUMBER", help="The tracking number.")]
Account = Annotated[str, typer.Option("--courier", metavar="ACCOUNT", help="Only this courier account.")]
Company = Annotated[str, typer.Option("--company", metavar="CODE", help="The courier behind an aggregator.")]
By = Annotated[
    str,
    typer.Option("--by", metavar="NAME", help="Who does it; else who is logged in."),
]

_WIDEST: Final = 78  # Click sets two blanks before it
# An option stays with its value.
_PIECE: Final = re.compile(r"--?[\w-]+ (?!-)(?:'[^']*'\S*|\S+)|(?:'[^']*'|\S)+")
# What agents do goes on while an operator edits the file, but for what tries the file itself.
_AGENTS: Final = frozenset(
    {
        *("parcels", "orders", "cases", "incidents", "claims", "complaints", "drafts", "alerts", "silences"),
        *("why", "report"),
    }
)
_TRYING: Final = frozenset({"alerts test", "alerts preview"})
_SHARED: Final = {"config_file": (ConfigFile, None), "debug": (Debug, False)}


class NeedsAttention(ParcelwatchError):
    """The command did its work, but somebody should look at what it said: exit code 1."""


@contextmanager
def standing() -> Iterator[None]:
    """What cannot be done to a thing as it stands is no wrong usage: exit 1, not 2."""
    try:
        yield
    except BadInput as error:
        raise NeedsAttention(str(error)) from None


def nothing(desk: Desk) -> None:
    """What a group does by itself."""


def group(help_text: str, callback: Callable[..., None] = nothing, *, program: bool = False) -> typer.Typer:
    """An app for the commands of one noun; `callback` takes the options of its own, if it has any.

    `program`: it is the program itself, which can also tell a shell how to complete it.
    """
    app = typer.Typer(
        cls=Noun,
        help=help_text,
        no_args_is_help=True,
        add_completion=program,
        context_settings={"help_option_names": ["-h", "--help"]},
        # Typer's own tracebacks show local variables, keys among them; its rich help takes half a second to import.
        pretty_exceptions_enable=False,
        rich_markup_mode=None,
    )
    app.callback()(_shared(callback, help_text, {}))
    return app


def command(
    app: typer.Typer, name: str, *examples: str, options: Mapping[str, Any] | None = None, logs: bool = True
) -> Callable[[Callable[..., None]], Callable[..., None]]:
    """Register a function whose first parameter is a Desk; its docstring is the help, with `examples` below.

    `options`: more of them, by name, all empty by default; the function takes them as **keywords. `logs`: whether
    anything may be logged by it; what only reads and shows is quicker without.
    """
    # The backspace keeps Click from wrapping what is to be copied.
    shown = "\b\n" + "\n".join(example_of(each) for each in examples)

    def register(function: Callable[..., None]) -> Callable[..., None]:
        app.command(name, epilog=shown)(_shared(function, function.__doc__ or "", options or {}, logs))
        return function

    return register


def example_of(words: str) -> str:
    """An example as help shows it: what is too long for a terminal goes on in a next line, as a shell takes it."""
    lines = ["Example: parcelwatch"]
    for piece in _PIECE.findall(words):
        if _cells(lines[-1]) + _cells(piece) + len(" \\") > _WIDEST and lines[-1].strip():
            lines[-1] += " \\"
            lines.append("   ")
        lines[-1] += f" {piece}"
    return "\n".join(lines)


def _cells(text: str) -> int:
    """How wide a terminal shows it: a Chinese sign is two."""
    return sum(2 if unicodedata.east_asian_width(sign) in "WF" else 1 for sign in text)


class OfAlert(int):
    """The number of an alert, typed where a case is wanted: the one that the alert is about."""


def case_id(text: str) -> int:
    """A case as it is typed: its number, or an alert's with its A, as the chat shows it."""
    bare = _without("A", text)
    return whole(text) if bare == text else OfAlert(whole(bare))


def alert_id(text: str) -> int:
    """An alert's number as it is typed, with its A or without."""
    return whole(_without("A", text))


def draft_id(text: str) -> int:
    """A draft's number as it is typed, with its D or without."""
    return whole(_without("D", text))


def _without(letter: str, text: str) -> str:
    return text[1:] if text[:1].upper() == letter and text[1:].isdigit() else text


def whole(text: str) -> int:
    """An ID as it is typed."""
    if not (text.isascii() and text.isdigit() and len(text) < 16):
        raise typer.BadParameter(f"{text[:40]!r} is no ID: it is a whole number, as in the list")
    return int(text)


@contextmanager
def _until_nobody_reads() -> Iterator[None]:
    """Whoever read the output has had enough: no error, and Python must not complain once more when it flushes."""
    try:
        yield
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


@contextmanager
def _told_to_agents(desk: Desk) -> Iterator[None]:
    """An error that agents meet, in their language; without a configuration nobody knows which that is."""
    try:
        yield
    except (BadInput, NotFound, NeedsAttention, StoreError) as error:
        try:
            said = desk.tongue.sentence(str(error))
        except ParcelwatchError:
            raise error from None
        raise type(error)(said) from error.__cause__


def _goes_on(path: str) -> bool:
    """Whether a command, by its words behind the program's, is one that no fault of the file need stop."""
    words = path.partition(" ")[2]
    return words.split(" ")[0] in _AGENTS and words not in _TRYING


def _shared(
    function: Callable[..., None], doc: str, options: Mapping[str, Any], logs: bool = True
) -> Callable[..., None]:
    """`function` as Typer takes it: without its Desk, with the options that every command has."""

    def run(ctx: typer.Context, **given: Any) -> None:
        config_file, debug = given.pop("config_file"), given.pop("debug")
        # A group's options hold for its commands, whose own come later and win.
        if config_file is not None:
            ctx.meta["parcelwatch.config"] = config_file
        ctx.meta["parcelwatch.debug"] = debug or ctx.meta.get("parcelwatch.debug", False)
        goes_on = _goes_on(ctx.command_path)
        desk = Desk(ctx.meta.get("parcelwatch.config"), debug=ctx.meta["parcelwatch.debug"], goes_on=goes_on)
        if ctx.invoked_subcommand is None and (logs or desk.debug):
            desk.log()
        with _until_nobody_reads(), _told_to_agents(desk):
            function(desk, **given)
            sys.stdout.flush()

    keyword = inspect.Parameter.KEYWORD_ONLY
    _, *own = inspect.signature(function, eval_str=True).parameters.values()
    own = [each for each in own if each.kind is not inspect.Parameter.VAR_KEYWORD]
    own += [inspect.Parameter(name, keyword, default=None, annotation=each) for name, each in options.items()]
    shared = [inspect.Parameter(name, keyword, default=each[1], annotation=each[0]) for name, each in _SHARED.items()]
    context = inspect.Parameter("ctx", keyword, annotation=typer.Context)
    parameters = [context, *(each.replace(kind=keyword) for each in own), *shared]
    run.__signature__ = inspect.Signature(parameters)  # type: ignore[attr-defined]
    run.__annotations__ = {}
    run.__doc__ = inspect.cleandoc(doc)
    return run
