"""What one adapter wants and can do, in words, with the table to paste into the configuration."""

from __future__ import annotations

import inspect
import tomllib
from difflib import get_close_matches
from typing import Any, Final

from parcelwatch import couriers
from parcelwatch.cli import output
from parcelwatch.config.declarations import API, shipped
from parcelwatch.config.declared import needs
from parcelwatch.couriers.base import Courier, Picky, Pushes, Registers
from parcelwatch.errors import NotFound

# A variable's name says what it holds, whatever the adapter calls it.
_WHERE: Final = {"base_url": "https://…"}


def adapter(api: str) -> Courier:
    """One adapter by name. Raises NotFound with what was meant."""
    known = couriers.load()
    if api not in known:
        meant = get_close_matches(api.lower(), [*known, *shipped()], 1)
        hint = f" (did you mean {meant[0]}?)" if meant else ""
        raise NotFound(f"no adapter {api!r}{hint}; `parcelwatch couriers list` shows them all")
    return known[api]


def declaration(name: str) -> dict[str, Any] | None:
    """A declaration that comes with the program, with the table to paste; None when there is none of that name."""
    if name not in shipped():
        return None
    text = shipped()[name]
    lines = [f"[couriers.my_{name}]", 'api = "declared"', f'declared = "{name}"']
    lines += [f'{need} = "env:{name.upper()}_{need.upper()}"' for need in needs(tomllib.loads(text))]
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
        "tells": {
            "damaged": courier.tells.damaged,
            "returned": courier.tells.returned,
            "lost": courier.tells.lost,
        },
        "table": table(courier),
    }


def table(courier: Courier) -> str:
    """The account's table, ready to paste."""
    name = courier.api.replace("-", "_")
    lines = [f"[couriers.my_{name}]", f'api = "{courier.api}"']
    for need in courier.needs:
        value = _WHERE.get(need) or f"env:{name.upper()}_{need.upper()}"
        lines.append(f'{need} = "{value}"')
    if courier.api == API:
        lines.append('declared = "file:acme.toml"')
    return "\n".join(lines)


def print_adapter(courier: Courier) -> None:
    """The same for people."""
    said = described(courier)
    output.say(said["api"], "bold")
    output.say(" ".join(said["source"].partition("\n\n")[0].split()))
    output.say(" ".join(said["about"].split()))
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
            **{f"option {name}": what for name, what in said["options"].items()},
        }
    )
    output.say()
    output.say(said["table"])
