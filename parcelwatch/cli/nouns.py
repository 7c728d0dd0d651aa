"""What stands in a command's place and is none: an ID without its verb, a verb without its noun.

What belongs here: the hint at what was meant. It is imported for `--help`, so it imports next to nothing.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any, Final

from typer.core import TyperGroup

_MOST: Final = 3
_BEGIN: Final = ("demo", "once", "why")

# Other words for a command, by the noun they stand after; "" for none.
_ALSO: Final = {("", "silence"): "silences", ("silences", "remove"): "end"}


class Noun(TyperGroup):
    """A group of commands that says what was meant where a spelling alone does not tell."""

    def format_epilog(self, ctx: Any, formatter: Any) -> None:
        """The first example of each of its first commands, as they show them; the program's own say where to begin."""
        shown = (self.commands[name].epilog for name in _BEGIN if name in self.commands)
        inner = (each.epilog for each in self.commands.values())
        examples = [epilog.removeprefix("\b\n") for epilog in list(shown) or list(inner) if epilog][:_MOST]
        firsts = [re.split(r"\n(?=Example: )", each)[0] for each in examples]
        self.epilog = "\b\n" + "\n".join(firsts) if firsts else None
        super().format_epilog(ctx, formatter)

    def resolve_command(self, ctx: Any, args: list[str]) -> Any:
        """As any group does it."""
        name = args[0] = _ALSO.get((self.name or "" if ctx.parent else "", args[0]), args[0])
        meant = "" if name in self.commands or ctx.resilient_parsing else _meant(self, name)
        if meant:
            ctx.fail(f"No such command {name[:60]!r}. Did you mean {meant}?")
        return super().resolve_command(ctx, args)


def _meant(group: TyperGroup, name: str) -> str:
    """The whole command, "" where it cannot be told. What has a digit is an ID, for no command has one."""
    if "show" in group.commands and any(sign.isdigit() for sign in name) and not name.startswith("-"):
        return f"'{group.name} show {name[:60]}'"
    return " or ".join(f"'{noun} {name}'" for noun in list(_nouns(group, name))[:_MOST])


def _nouns(group: TyperGroup, verb: str) -> Iterator[str]:
    return (noun for noun, inner in group.commands.items() if isinstance(inner, TyperGroup) and verb in inner.commands)
