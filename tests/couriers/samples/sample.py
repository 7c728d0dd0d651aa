"""One recorded answer and what a person reads in it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from parcelwatch.model import Ask, Cause, Milestone, Observation


@dataclass(frozen=True, slots=True)
class Sample:
    """`path`: below the folder of samples. What is left out is not compared.

    `api`: the adapter that reads it. `call`: "ask", "register", "grant" or "push". `inside`: keys that lead to the
    answer in the file, for recordings that wrap it. `status`: the HTTP status it came with. `asked`: the number it
    answers about. `answer`, or the error it `raises`. `milestone` and `cause` are the newest scan's; `scans`: how many
    there are. `wrap`: JSON text with `%s` for the file's part, where the adapter expects more around it. `ok`: of a
    registration. `why_not`: why a file is no answer this adapter reads (another product's, a request, a list of
    webhooks); then nothing is read. `headers`, `query`: a push's own. `options`: the account's, `declared` its
    declaration. `unknown`: some scan says what nobody can read.
    """

    path: str
    api: str
    asked: Ask | None = None
    milestone: Milestone | None = None
    cause: Cause | None = None
    scans: int | None = None
    answer: type[Observation] | None = None
    raises: str = ""
    call: str = "ask"
    status: int = 200
    inside: tuple[str | int, ...] = ()
    wrap: str = ""
    ok: bool | None = None
    headers: Mapping[str, str] = field(default_factory=dict)
    query: Mapping[str, str] = field(default_factory=dict)
    options: Mapping[str, str] = field(default_factory=dict)
    declared: str = ""
    unknown: bool = False
    why_not: str = ""
