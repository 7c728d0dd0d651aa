"""What differs from shop to shop in a declaration: $NAME in any of its texts, by the account's options.

What belongs here: putting the values in their places, and what is wrong with them.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, Final, TypeVar

from pydantic import ValidationError

from parcelwatch.config.declared_desk import DeskDeclaration
from parcelwatch.config.declared_shop import ShopDeclaration
from parcelwatch.config.problems import listed
from parcelwatch.core.rows.near import did_you_mean
from parcelwatch.errors import ConfigError

_PLACE: Final = re.compile(r"\$([a-z][a-z_]*)")
# Nothing that ends a text of JMESPath, or begins a placeholder.
_PLAIN: Final = re.compile(r"[\w .,:;@/+#-]{0,200}")


D = TypeVar("D", ShopDeclaration, DeskDeclaration)


def chosen(declaration: D, given: Mapping[str, str]) -> D:
    """The declaration with its options in place, and none left to choose. ConfigError for values that fit nowhere."""
    options = declaration.options
    if unknown := [name for name in given if name not in options]:
        there = f"there are {listed(options)}" if options else "there is none"
        raise ConfigError([f"no option {unknown[0][:40]}{did_you_mean(unknown[0], options)}; {there}"])
    if missing := [name for name, option in options.items() if option.default is None and not given.get(name)]:
        raise ConfigError([f"option {missing[0]} is needed: {options[missing[0]].about}"])
    values = {name: given.get(name, option.default or "") for name, option in options.items()}
    if not values:
        return declaration
    if unfit := [name for name, value in values.items() if not _PLAIN.fullmatch(value)]:
        raise ConfigError([f"option {unfit[0]}: letters, digits and . , : ; @ / + # - _ are expected"])
    written = declaration.model_dump(mode="json", by_alias=True, exclude_unset=True)
    del written["options"]
    try:
        return type(declaration).model_validate(_placed(written, values))
    except ValidationError as error:
        raise ConfigError([f"options: {each['msg']}" for each in error.errors(include_input=False)]) from None


def _placed(value: Any, values: Mapping[str, str]) -> Any:
    match value:
        case str():
            return _PLACE.sub(lambda found: values.get(found[1], found[0]), value)
        case dict():
            return {name: _placed(inner, values) for name, inner in value.items()}
        case list():
            return [each for inner in value for each in _several(inner, values)]
    return value


def _several(value: Any, values: Mapping[str, str]) -> list[Any]:
    """An item of a list that is an option and nothing else is as many as the option names, between commas."""
    alone = _PLACE.fullmatch(value) if isinstance(value, str) else None
    if alone is None or alone[1] not in values:
        return [_placed(value, values)]
    return [part.strip() for part in values[alone[1]].split(",") if part.strip()]
