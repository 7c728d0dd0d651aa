"""What every table of config.toml is.

What belongs here: what all of them have in common, and putting off what few configurations have.
"""

from __future__ import annotations

from importlib import import_module
from typing import Any, ClassVar

from pydantic import BaseModel, ConfigDict, GetCoreSchemaHandler, GetJsonSchemaHandler, TypeAdapter, ValidationInfo
from pydantic.json_schema import JsonSchemaValue
from pydantic_core import CoreSchema, core_schema


class Table(BaseModel):
    """A table that knows all its keys."""

    model_config = ConfigDict(extra="forbid", frozen=True, populate_by_name=False, defer_build=True)


class Deferred:
    """A declaration: a table of which `home` is imported when a configuration first has one, as most have none.

    One that is still a name could not be fetched, which is told already (declarations.py).
    """

    home: ClassVar[str]
    name: ClassVar[str]

    @classmethod
    def table(cls) -> type[Table]:
        """What it is to be."""
        found: type[Table] = getattr(import_module(cls.home), cls.name)
        return found

    @classmethod
    def __get_pydantic_core_schema__(cls, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        return core_schema.with_info_plain_validator_function(cls._read)

    @classmethod
    def __get_pydantic_json_schema__(cls, schema: CoreSchema, handler: GetJsonSchemaHandler) -> JsonSchemaValue:
        named_or_written: Any = str | cls.table()
        return handler(TypeAdapter(named_or_written).core_schema)

    @classmethod
    def _read(cls, value: object, info: ValidationInfo) -> Table | None:
        return None if isinstance(value, str) else cls.table().model_validate(value, context=info.context)
