"""How a file comes in: what was asked for with what a preset says, and the way its headings choose.

What belongs here: one run of `parcels import`, from options to a Result. What is said of it is incoming.py's.
"""

from __future__ import annotations

import sys
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from parcelwatch.cli.desk import Desk, known_account
from parcelwatch.errors import BadInput

if TYPE_CHECKING:
    from parcelwatch.cli.incoming import Kept, Said
    from parcelwatch.core.rows.exports.formats import Export
    from parcelwatch.core.rows.intake import Intake
    from parcelwatch.store import Store
    from parcelwatch.verbs.desks import Placing
    from parcelwatch.verbs.importing import Result
    from parcelwatch.verbs.records import Source


@dataclass(frozen=True, slots=True)
class Asked:
    """What was typed, "" for nothing; `values`: what the file calls couriers → account."""

    file: str
    format: str = ""
    renamed: Mapping[str, str] = field(default_factory=dict)
    courier: str = ""
    preset: str = ""
    encoding: str = ""
    date_format: str = ""
    values: Mapping[str, str] = field(default_factory=dict)


def run(desk: Desk, asked: Asked, said: Said | Kept, *, dry_run: bool) -> Result:
    """Take a file in. Raises BadInput for one that cannot be, and for what is asked amiss."""
    from parcelwatch.cli.incoming import database
    from parcelwatch.core.rows.dates import order_of
    from parcelwatch.verbs import encodings, importing, records
    from parcelwatch.verbs.desks import Placing, desks
    from parcelwatch.verbs.recognising import recognise

    asked = _with_preset(desk, asked)
    export = _export(asked.format)
    known_account(desk, asked.courier)
    reader = importing.desk(desk.config, asked.courier, order_of(asked.date_format) if asked.date_format else "")
    plain = asked.format if export is None else "csv"
    encoding = encodings.named(asked.encoding) if asked.encoding else ""
    source = records.open_source(asked.file, sys.stdin.buffer, plain, encoding)
    if export or not asked.format:
        recognise(source, export)
    placing = Placing(desks(desk.config), asked.values, asked.courier)
    with database(desk, dry_run=dry_run) as store:
        result = _take(desk, store, source, asked, reader, placing, said, dry_run=dry_run)
    result.warnings[:0] = source.notes
    return result


def _export(name: str) -> Export | None:
    """The export that --format names. Raises BadInput for what is no format."""
    from parcelwatch.core.rows.exports.formats import EXPORTS, FORMATS
    from parcelwatch.core.rows.near import did_you_mean

    if name and name not in FORMATS:
        raise BadInput(
            f"--format {name[:40]!r}: there is none{did_you_mean(name, FORMATS)}; there are {', '.join(FORMATS)}"
        )
    return EXPORTS.get(name)


def _with_preset(desk: Desk, asked: Asked) -> Asked:
    """What was typed, completed by what [import.NAME] says."""
    from parcelwatch.core.rows.near import did_you_mean

    if not asked.preset:
        return asked
    presets = desk.config.presets()
    if asked.preset not in presets:
        there = ", ".join(presets) or "none"
        raise BadInput(f"no [import.{asked.preset[:40]}]{did_you_mean(asked.preset, presets)}; configured: {there}")
    preset = presets[asked.preset]
    typed = set(asked.renamed.values())
    kept = {heading: column for heading, column in preset.map.items() if column not in typed}
    return replace(
        asked,
        renamed={**kept, **asked.renamed},
        values=preset.values,
        format=asked.format or preset.format,
        courier=asked.courier or preset.courier,
        encoding=asked.encoding or preset.encoding,
        date_format=asked.date_format or preset.date_format,
    )


def _take(
    desk: Desk,
    store: Store,
    source: Source,
    asked: Asked,
    reader: Intake,
    placing: Placing,
    said: Said | Kept,
    *,
    dry_run: bool,
) -> Result:
    from parcelwatch.cli import output
    from parcelwatch.cli.incoming import watched
    from parcelwatch.verbs import exporting, importing, records, surveying

    with watched(source, desk.tongue) as progress:
        if source.export is None:
            if not reader.date_order:
                reader = replace(reader, days=surveying.days(source, asked.renamed))
            return importing.take(
                store,
                records.records(source),
                reader,
                desk.policy,
                desk.now,
                source=asked.file,
                renamed=asked.renamed,
                placing=placing,
                promised=surveying.promises(source, reader, asked.renamed, placing, desk.now),
                dry_run=dry_run,
                refused=said.refused,
                remarked=said.remarked,
                progress=progress,
            )
        sheet = exporting.surveyed(source, asked.renamed)
        output.note(desk.tongue.sentence(sheet.summary))
        heard = exporting.Heard(said.refused, said.remarked, progress)
        return exporting.take(
            store, sheet, reader, placing, desk.policy, desk.now, heard, name=asked.file, dry_run=dry_run
        )
