"""The platforms of shops and of helpdesks that there is an adapter for: what each wants, and the table to paste.

What belongs here: showing adapters as they are, before anything is configured.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import TYPE_CHECKING, Any

from parcelwatch.cli import output
from parcelwatch.config.declarations import shipped
from parcelwatch.config.problems import listed
from parcelwatch.core.rows.near import did_you_mean
from parcelwatch.errors import BadInput

if TYPE_CHECKING:
    from parcelwatch.shops.base import Platform


def rows(adapters: Mapping[str, Platform]) -> list[dict[str, Any]]:
    """Every platform, as JSON shows it."""
    return [_row(name, each) for name, each in sorted(adapters.items())]


def _row(name: str, each: Platform) -> dict[str, Any]:
    return {
        "api": name,
        "needs": list(each.needs),
        "options": dict(each.options),
        "required": list(each.required),
        "rate": each.rate,
        "doubt": each.doubt,
        "about": _about(each),
    }


def _about(each: Platform) -> str:
    """What it is: by its declaration, or the first line of its adapter's own description."""
    if declaration := getattr(each, "declaration", None):
        return f"{declaration.name}, declared in TOML:"
    return ((each.__doc__ or "").strip().splitlines() or [""])[0]


def tell(table: str, known: Iterable[dict[str, Any]], api: str, *, as_json: bool) -> None:
    """One of them in full, as JSON or for people. Raises BadInput for one there is not."""
    platform = _one(table, known, api)
    if as_json:
        output.emit(platform)
    else:
        _show(table, platform)


def _one(table: str, known: Iterable[dict[str, Any]], api: str) -> dict[str, Any]:
    """One of them, with its declaration where it has one."""
    there = {row["api"]: row for row in known}
    if api not in there:
        raise BadInput(f"no platform {api[:40]!r}{did_you_mean(api, there)}; there are {listed(sorted(there))}")
    return {**there[api], "declaration": shipped(table).get(api, "")}


def print_all(known: Iterable[Mapping[str, Any]], more: Mapping[str, Callable[[Mapping[str, Any]], str]]) -> None:
    """For people: a platform a line; `more`: title → what else is told of this kind of platform."""
    wanted = [
        (
            one["api"],
            ", ".join(needed(one)) or "–",
            *(tell(one) for tell in more.values()),
            one["doubt"] or "established",
        )
        for one in known
    ]
    output.show(["!API", "Needs", *more, "~+How well established"], wanted, "")


def needed(one: Mapping[str, Any]) -> list[str]:
    """Credentials and options without which it cannot be asked."""
    return [*one["needs"], *(f"options.{name}" for name in one["required"])]


def _show(table: str, shown: Mapping[str, Any]) -> None:
    """For people: what it wants, the table to paste, and its declaration."""
    variable = table.removesuffix("s").upper()
    output.say(shown["about"] or f"{shown['api']}, declared in TOML:")
    if shown["declaration"]:
        output.say()
        output.say(shown["declaration"].rstrip())
    output.say()
    output.say(f"[{table}.NAME]")
    output.say(f'api = "{shown["api"]}"')
    for need in shown["needs"]:
        output.say(f'{need} = "env:{variable}_{need.upper()}"' if need != "base_url" else 'base_url = "https://…"')
    if shown["required"]:
        wanted = ", ".join(f'{name} = "…"' for name in shown["required"])
        output.say(f"options = {{ {wanted} }}")
    for name, what in shown["options"].items():
        output.say(f"# options.{name}: {what}")
    if shown["doubt"]:
        output.say()
        output.say(f"Not established: {shown['doubt']}")
