"""What one adapter wants and can do, in words, with the table to paste into the configuration."""

from __future__ import annotations

import inspect
import re
import tomllib
from collections.abc import Sequence
from typing import Any, Final

from parcelwatch import couriers
from parcelwatch.cli import output
from parcelwatch.config.declarations import API, shipped
from parcelwatch.config.needs import needs
from parcelwatch.config.templates import CREDENTIALS
from parcelwatch.core.rows.near import did_you_mean
from parcelwatch.couriers.base import Courier, Picky, Pushes, Registers, card
from parcelwatch.errors import BadInput

# A variable's name says what it holds, whatever the adapter calls it.
_WHERE: Final = {"base_url": "https://…"}
# Which credentials and options an account of an adapter without needs of its own begins with.
_FIRST: Final = {API: ("key",), "karrio": ("key",)}
_WANTED: Final = {"karrio": ("carrier", "key_is")}
_OF_PUSHES: Final = {"secret": "signs its pushes", "token": "stands in the address of its pushes"}
_DECLARED: Final = "two, explained line by line, stand in config.example.toml (`parcelwatch config init` writes it)"


def adapter(api: str) -> Courier:
    """One adapter by name. Raises BadInput with what was meant."""
    known = couriers.load()
    if api not in known:
        raise BadInput(
            f"no adapter {api!r}{did_you_mean(api, [*known, *shipped()])}; `parcelwatch couriers list` shows them all"
        )
    return known[api]


def declaration(name: str) -> dict[str, Any] | None:
    """A declaration that comes with the program, with the table to paste; None when there is none of that name."""
    if name not in shipped():
        return None
    text = shipped()[name]
    lines = [f"[couriers.my_{name}]", 'api = "declared"', f'declared = "{name}"']
    lines += [f'{need} = "env:{_variable(name, need)}"' for need in needs(tomllib.loads(text))]
    return {"declared": name, "table": "\n".join(lines), "declaration": text}


def print_declaration(said: dict[str, Any]) -> None:
    """The same for people: a TOML file as it stands, to use or to copy."""
    for line in said["table"].splitlines():
        print(f"# {line}")
    print(f"\n{said['declaration']}", end="")


def described(courier: Courier) -> dict[str, Any]:
    """Everything there is to know before an account is made, as JSON shows it."""
    return {
        "api": courier.api,
        "about": inspect.cleandoc(type(courier).__doc__ or ""),
        "source": inspect.cleandoc(inspect.getmodule(type(courier)).__doc__ or ""),
        "base_url": courier.base_url,
        "batch": courier.batch,
        "rate": courier.rate,
        "quotas": list(courier.quotas),
        "min_interval": int(courier.min_interval.total_seconds()),
        "auth": courier.auth,
        "needs": list(courier.needs),
        "options": {name: what for name, what in courier.options.items() if name != "*"},
        "pushes": isinstance(courier, Pushes),
        "registers": isinstance(courier, Registers),
        "picky": isinstance(courier, Picky),
        "established": not card(courier).doubt,
        "doubt": card(courier).doubt,
        "tells": {
            "damaged": courier.tells.damaged,
            "returned": courier.tells.returned,
            "lost": courier.tells.lost,
        },
        "table": table(courier),
    }


def table(courier: Courier) -> str:
    """The account's table, ready to paste; what it can do without is commented."""
    api, name = courier.api, re.sub(r"\W", "_", courier.api)
    lines = [f"[couriers.my_{name}]", f'api = "{api}"']
    if api == API:
        lines.append('declared = "file:acme.toml"')
    needed = (*courier.needs, *_FIRST.get(api, ()))
    lines += [f'{need} = "{_WHERE.get(need) or f"env:{_variable(name, need)}"}"' for need in needed]
    lines += [_optional(courier, name, each) for each in _spare(courier, needed)]
    return "\n".join([*lines, *_option_lines(courier, name)])


def _variable(name: str, need: str) -> str:
    """A name that a shell can export: none begins with a digit."""
    return re.sub(r"^(\d+)(\w+)", r"\2\1", name.upper()) + f"_{need.upper()}"


def _spare(courier: Courier, needed: Sequence[str]) -> list[str]:
    """The credentials that an account may have: those its adapter's description or its options speak of."""
    about = inspect.getdoc(type(courier)) or ""
    known = [each for each in CREDENTIALS if f"`{each}`" in about or f"{each}_is" in courier.options]
    return [each for each in known if each not in needed]


def _optional(courier: Courier, name: str, need: str) -> str:
    why = f"  # {_OF_PUSHES[need]}" if isinstance(courier, Pushes) and need in _OF_PUSHES else ""
    return f'#{need} = "env:{_variable(name, need)}"{why}'


def _option_lines(courier: Courier, name: str) -> list[str]:
    """The options with what each is for; those it cannot do without are not commented."""
    options = {option: what for option, what in courier.options.items() if option != "*"}
    if not options:
        return []
    wanted = _WANTED.get(courier.api, ())
    lines = [f'{"" if option in wanted else "#"}{option} = "…"  # {what}' for option, what in options.items()]
    return [f"{'' if wanted else '#'}[couriers.my_{name}.options]", *lines]


def print_adapter(courier: Courier) -> None:
    """The same for people."""
    said = described(courier)
    output.say(said["api"], "bold")
    output.say(" ".join(said["source"].partition("\n\n")[0].split()))
    output.say(" ".join(said["about"].split()))
    if courier.api == API:
        output.say(f"Examples: {_DECLARED}.")
        output.say(f"Come along, ready to use: {', '.join(shipped())}. `parcelwatch couriers show` prints one.")
    output.say()
    interval = said["min_interval"] // 60
    output.pairs(
        {
            "address": said["base_url"],
            "proves itself by": said["auth"],
            "numbers a call": said["batch"],
            "limits": ", ".join([said["rate"], *said["quotas"]]),
            "one number": f"at most every {interval} min" if interval else "",
            "pushes": "yes: give the courier the address of /hooks/ACCOUNT" if said["pushes"] else "no",
            "tells damage by": said["tells"]["damaged"] or "nothing",
            "tells a return by": said["tells"]["returned"] or "nothing",
            "tells a loss by": said["tells"]["lost"] or "nothing",
            "established": "yes" if said["established"] else f"no: {said['doubt']}",
            **{f"option {name}": what for name, what in said["options"].items()},
        }
    )
    output.say()
    output.say(said["table"])
