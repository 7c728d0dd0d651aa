"""Options that say which messages are meant, and matchers as people read them: for silences, routes and previews.

What belongs here: from what was typed to matchers, checked, and back into words.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated, Final

import typer

from parcelwatch.cli.desk import Desk, known_account
from parcelwatch.cli.typed import one_of
from parcelwatch.core.texts.text import amount
from parcelwatch.errors import BadInput

if TYPE_CHECKING:
    from parcelwatch.cli.tongue import Tongue
    from parcelwatch.core.messaging.matching import Matcher
    from parcelwatch.model import Severity

Kinds = Annotated[list[str], typer.Option("--kind", metavar="KIND", help="Of this kind, such as stalled; several.")]
Courier = Annotated[str, typer.Option("--courier", metavar="ACCOUNT", help="Of this courier account.")]
Company = Annotated[str, typer.Option("--company", metavar="CODE", help="Of this courier behind an aggregator.")]
Destination = Annotated[str, typer.Option("--destination", metavar="XX", help="Going to this country, or region.")]
Tag = Annotated[str, typer.Option("--tag", metavar="TAG", help="With this tag.")]
Tier = Annotated[str, typer.Option("--tier", metavar="TIER", help="Of customers of this tier.")]
Value = Annotated[float, typer.Option("--value", metavar="N", min=0.0, help="Worth this or more.")]

NAMES: Final = ("courier", "company", "destination", "tag", "tier")


def checked(
    desk: Desk, kinds: Sequence[str], severity: str, courier: str, destination: str, option: str = "severity"
) -> tuple[str, ...]:
    """The kinds that were typed, each once. Raises BadInput for a name that is nobody's; `option`: the severity's."""
    from parcelwatch.core.kinds import KINDS
    from parcelwatch.model import Severity
    from parcelwatch.reference import territories

    for kind in kinds:
        one_of("kind", kind, list(KINDS))
    one_of(option, severity, [each for each in Severity if each is not Severity.OPERATOR])
    known_account(desk, courier)
    country = destination.partition("-")[0]
    if country and territories.country(country) != country.upper():
        found = territories.country(country)
        hint = f": write {found}" if found else "; expected two letters, such as BR"
        raise BadInput(f"--destination: no country has the code {country[:60]!r}{hint}")
    return tuple(dict.fromkeys(kinds))


def grave(severity: Severity) -> str:
    """This or worse, in words."""
    return str(severity) if severity == "critical" else f"{severity} or worse"


def said(match: Matcher, t: Tongue) -> str:
    """What a silence's matcher means, in the agents' language."""
    told = [t(", ").join(map(t.kind, match.kinds))] if match.kinds else []
    told += [t("milder than {severity}", severity=t.severity(match.below))] if match.below else []
    told += [f"{t(name)} {value}" for name in NAMES if (value := getattr(match, name))]
    return t("; ").join(told) or t("everything")


def described(match: Matcher) -> str:
    """What a matcher means, in words: "lost, damaged; high or worse; tag vip"; "everything" where all."""
    said = [", ".join(match.kinds)] if match.kinds else []
    said += [grave(match.severity)] if match.severity else []
    said += [f"milder than {match.below}"] if match.below else []
    said += [f"{name} {value}" for name in NAMES if (value := getattr(match, name))]
    said += [f"worth {amount(match.value)} or more"] if match.value else []
    said += ["incidents"] if match.incident else []
    return "; ".join(said) or "everything"
