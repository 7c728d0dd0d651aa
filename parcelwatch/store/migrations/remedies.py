"""One word for each thing a shop can do for a customer, whether a letter offers it or an agent promised it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from sqlite_utils import Database


_NOW: Final = "CASE {was} WHEN 'replace' THEN 'resend' WHEN 'discount' THEN 'voucher' ELSE 'other' END"
_WAS: Final = "('replace', 'discount', 'wait')"


def m022_remedies(db: Database) -> None:
    """What was promised in words that letters do not use is kept in theirs."""
    what, kind = "json_extract(remedy, '$.what')", "json_extract(fact, '$.kind')"
    db.execute(f"UPDATE cases SET remedy = json_set(remedy, '$.what', {_NOW.format(was=what)}) WHERE {what} IN {_WAS}")
    for table in ("case_events", "alerts"):
        db.execute(
            f"UPDATE {table} SET fact = json_set(fact, '$.kind', {_NOW.format(was=kind)}) "
            f"WHERE json_valid(fact) AND json_extract(fact, '$.says') LIKE 'remedy_%' AND {kind} IN {_WAS}"
        )


ALL: Final = (m022_remedies,)
