"""A configuration as TOML writes it, for whoever reads it or takes it over into a file of their own."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from typing import Any

from parcelwatch.config import Config
from parcelwatch.core.texts.text import escaped


def judging(config: Config | None, tables: Sequence[str]) -> dict[str, Any]:
    """The thresholds that are written, and these tables, of a configuration; {} of none."""
    if config is None:
        return {}
    effective = config.effective()
    return {**{name: effective[name] for name in tables}, "thresholds": written(effective["thresholds"])}


def written(thresholds: Mapping[str, Any]) -> dict[str, Any]:
    """Those of the file: a profile's stand nowhere and cannot be written."""
    return {
        key: value
        for key, value in thresholds.items()
        if not (isinstance(value, Mapping) and {"domestic", "cross_border"} & set(value))
    }


def toml_lines(table: Mapping[str, Any], at: str = "") -> list[str]:
    """A configuration as TOML writes it: plain values first, then the tables within."""
    plain = {key: value for key, value in table.items() if not _nested(value)}
    lines = [f"{_key(key)} = {value_of(value)}" for key, value in plain.items()]
    for key, value in table.items():
        if not _nested(value):
            continue
        name = f"{at}.{_key(key)}" if at else _key(key)
        if isinstance(value, Mapping):
            lines += ["", f"[{name}]", *toml_lines(value, name)]
        else:
            lines += [line for each in value for line in ("", f"[[{name}]]", *toml_lines(each, name))]
    return lines


def _key(name: str) -> str:
    return name if re.fullmatch("[A-Za-z0-9_-]+", name) else escaped(json.dumps(name, ensure_ascii=False))


def _nested(value: Any) -> bool:
    if isinstance(value, Mapping):
        return not _leaf(value)
    return isinstance(value, list) and bool(value) and all(isinstance(each, Mapping) for each in value)


def _leaf(value: Mapping[str, Any]) -> bool:
    """A table that is written on one line: { warn = "48h", critical = "120h" }."""
    names = {"warn", "critical", "mode", "domestic", "cross_border"}
    return bool(value) and set(value) <= names


def value_of(value: Any) -> str:
    """A value on one line."""
    if isinstance(value, Mapping):
        return "{ " + ", ".join(f"{_key(key)} = {value_of(each)}" for key, each in value.items()) + " }"
    if isinstance(value, list):
        return "[" + ", ".join(map(value_of, value)) + "]"
    return escaped(json.dumps(value, ensure_ascii=False))
