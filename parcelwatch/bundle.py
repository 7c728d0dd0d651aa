"""What speaks for a case, as one file for the courier's claim form: a page, tables, letters, and what is kept raw.

What belongs here: choosing and masking what goes in, and writing it safely. It leaves the house, so people's names and
contacts stay out of it, and what a spreadsheet would run as a formula is taken as text. Made twice from the same data
it is the same file.
"""

from __future__ import annotations

import csv
import io
import os
import re
import tempfile
import zipfile
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from html import escape
from pathlib import Path
from typing import Any, Final
from urllib.parse import unquote_plus

from parcelwatch import shapes
from parcelwatch.core.drafts import about
from parcelwatch.core.texts.privacy import HIDDEN, mask
from parcelwatch.core.texts.text import amount, plain, written
from parcelwatch.core.tracking.timeline import current
from parcelwatch.errors import BadInput
from parcelwatch.model import Dossier, DraftState, Milestone
from parcelwatch.store import Store, cases, drafts, evidence, parcels
from parcelwatch.wording.render import Renderer

_LINE: Final = 1000
_SHORTEST_NAME: Final = 2
_MAIL: Final = re.compile(r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+")
_SECRET: Final = re.compile(
    r"""((?:sign(?:ature)?|auth(?:key|orization)?|api_?key|key|token|secret|salt|password|data_digest)["']?\s*[=:]\s*["']?)"""
    r"""([^"'&,;\s}]{4,})""",
    re.IGNORECASE,
)
_FORM: Final = re.compile(r"[\w.-]+=\S*%[0-9A-Fa-f]{2}")
_FORMULA: Final = ("=", "+", "-", "@", "\t", "\r", "＝", "＋", "－", "＠")
_EPOCH: Final = (1980, 1, 1, 0, 0, 0)


@dataclass(frozen=True, slots=True)
class _Known:
    """All there is of one case."""

    case: Mapping[str, Any]
    dossier: Dossier
    letters: Sequence[Mapping[str, Any]]
    raw: Sequence[Mapping[str, Any]]
    people: re.Pattern[str] | None

    def hide(self, text: str) -> str:
        """Without numbers of phones, names, addresses of mail, and the buyers by whatever they are called."""
        hidden = _MAIL.sub(HIDDEN, mask(text))
        return self.people.sub(HIDDEN, hidden) if self.people else hidden

    def line(self, text: object) -> str:
        return plain(self.hide(str(text or "")), _LINE)


def files(store: Store, case_id: int, words: Renderer, now: datetime) -> dict[str, bytes]:
    """Every file of the bundle by name, in order. Raises NotFound."""
    parcel_id, _ = cases.locate(store, case_id)
    known = _known(store, case_id, parcels.dossier(store, parcel_id), words, now)
    found = {
        "summary.html": _page(known, words).encode(),
        "timeline.csv": _table(_timeline(known)),
        "history.csv": _table(_history(known)),
    }
    if known.dossier.parcel.orders:
        found["order.csv"] = _table(_orders(known))
    for one in known.letters:
        found[f"letters/D{one['id']}-{one['kind']}.txt"] = _letter(one, known).encode()
    for one in known.raw:
        found[f"payloads/{one['what']}-{one['id']}.txt"] = _payload(one, known).encode()
    return found


def _known(store: Store, case_id: int, dossier: Dossier, words: Renderer, now: datetime) -> _Known:
    parcel = dossier.parcel
    numbers = [name for name in (parcel.number, parcel.successor, *parcel.replaced) if name]
    return _Known(
        shapes.case_whole(store, case_id, words, now),
        dossier,
        [shapes.draft(row, words) for row in _sent_of(store, dossier)],
        evidence.naming(store, parcel.courier, numbers),
        _called(_people(dossier)),
    )


def _sent_of(store: Store, dossier: Dossier) -> list[dict[str, Any]]:
    """The letters that were sent about a parcel, whichever parcel of its order they were begun with; oldest first."""
    begun = drafts.rows(store, DraftState.SENT, dossier.parcel.id)
    known = {row["id"] for row in begun}
    joined = [
        row
        for letter in dossier.past
        if letter.state is DraftState.SENT and letter.id not in known and about(letter, dossier.parcel.id) is not None
        for row in drafts.rows(store, draft_id=letter.id)
    ]
    return sorted([*begun, *joined], key=lambda row: int(row["id"]))


def _people(dossier: Dossier) -> Iterator[str]:
    """The buyers as they are called now, and all whom a letter was written to: an order's customer may have changed."""
    for order in dossier.parcel.orders:
        yield from (order.customer_contact, order.customer_name, order.buyer)
    for letter in (*dossier.drafts, *dossier.past):
        yield from (letter.to_name, letter.to_contact, str(letter.facts.get("customer_name") or ""))


def _called(names: Iterable[str]) -> re.Pattern[str] | None:
    """Any of these names wherever it stands, but not within another word."""
    known = sorted({name.strip() for name in names if len(name.strip()) >= _SHORTEST_NAME}, key=len, reverse=True)
    words = "|".join(map(re.escape, known))
    return re.compile(rf"(?<![A-Za-z0-9])(?:{words})(?![A-Za-z0-9])", re.IGNORECASE) if known else None


# --- tables --------------------------------------------------------------------------------------

_Rows = Iterable[Sequence[object]]


def _table(rows: _Rows) -> bytes:
    """CSV as spreadsheets of every language open it."""
    file = io.StringIO()
    csv.writer(file).writerows([_inert(str(cell)) for cell in row] for row in rows)
    return file.getvalue().encode("utf-8-sig", "replace")


def _inert(cell: str) -> str:
    """Text that no spreadsheet takes for a formula."""
    return f"'{cell}" if cell.lstrip(" ").startswith(_FORMULA) else cell


def _timeline(known: _Known) -> Iterator[Sequence[object]]:
    yield ("occurred_at", "occurred_until", "milestone", "cause", "code", "text", "place", "heard_at", "said_by")
    for entry in current(known.dossier.timeline):
        said = entry.checkpoint
        times = (shapes.stamp(said.occurred_at), shapes.stamp(said.occurred_until))
        words = (said.milestone, said.cause or "", known.line(said.code), known.line(said.text), known.line(said.place))
        yield (*times, *words, shapes.stamp(entry.seen_at), "agent" if said.by else "courier")


def _history(known: _Known) -> Iterator[Sequence[object]]:
    yield ("at", "what", "why", "by")
    moves = [
        (one["at"], f"{one['before'] or 'new'} → {one['after']}", known.line(one["why"]), known.line(one["by"]))
        for one in known.case["events"]
    ]
    notes = [(one["at"], "note", known.line(one["text"]), known.line(one["by"])) for one in known.case["notes"]]
    yield from sorted([*moves, *notes], key=lambda row: row[0])


def _orders(known: _Known) -> Iterator[Sequence[object]]:
    yield ("order", "goods", "value", "promised_by")
    for one in known.dossier.parcel.orders:
        promised = shapes.stamp(one.promised_by) or ""
        yield (known.line(one.number), known.line(one.goods), amount(one.value), promised)


# --- texts ---------------------------------------------------------------------------------------


def _letter(letter: Mapping[str, Any], known: _Known) -> str:
    sent = letter["changed_at"]
    subject, body = known.line(letter["subject"]), known.hide(written(letter["body"]))
    return f"sent: {sent}\nsubject: {subject}\n\n{body}\n"


def _payload(one: Mapping[str, Any], known: _Known) -> str:
    """What came, as far as it is text; what would sign or open something is hidden."""
    body = one["body"].decode("utf-8", "replace")
    if _FORM.match(body):
        body = unquote_plus(body)
    text = _SECRET.sub(lambda found: found[1] + HIDDEN, known.hide(written(body)))
    return f"{one['what']} of {one['at']}\n\n{text}\n"


# --- the page ------------------------------------------------------------------------------------

_PAGE: Final = """<!doctype html>
<html lang="{language}"><head><meta charset="utf-8"><title>{title}</title>
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<style>body{{font:14px/1.5 sans-serif;max-width:60em;margin:2em auto;padding:0 1em}}
table{{border-collapse:collapse;width:100%;margin-bottom:1.5em}}td,th{{border:1px solid #bbb;padding:.3em .6em;
text-align:left;vertical-align:top}}th{{background:#f3f3f3;font-weight:600}}</style></head>
<body><h1>{title}</h1>
{body}
</body></html>
"""


def _page(known: _Known, words: Renderer) -> str:
    said, case = words.said("bundle"), known.case
    title = said["title"].format(case=case["id"], label=words.label(case["kind"]))
    parts = [
        _grid(_facts(known, words)),
        _section(said["timeline"], (said["at"], said["place"], said["said"]), _scans(known, words)),
        _section(said["history"], (said["at"], said["what"], said["by"]), _deeds(known, words)),
        _section(said["letters"], (said["at"], said["what"]), _sent(known, words)),
        _section(said["missing"], (), ((text,) for text in _missing(known, words))),
    ]
    return _PAGE.format(language=words.language, title=escape(title), body="\n".join(filter(None, parts)))


def _facts(known: _Known, words: Renderer) -> Iterator[tuple[str, str]]:
    said, case, parcel = words.said("bundle"), known.case, known.dossier.parcel
    over = [
        one.checkpoint for one in current(known.dossier.timeline) if one.checkpoint.milestone is Milestone.DELIVERED
    ]
    claim = case["claim"] or {}
    orders = parcel.orders
    values = {
        "number": parcel.number,
        "former": ", ".join(filter(None, (*parcel.replaced, parcel.successor))),
        "courier": words.whose.courier(parcel.courier, parcel.company),
        "service": parcel.service,
        "lane": f"{parcel.origin or '–'} / {parcel.destination or '–'}" if parcel.origin or parcel.destination else "",
        "trouble": case["sentence"],
        "since": _when(case["since"], words),
        "milestone": words.said("milestones")[known.dossier.milestone],
        "shipped": _at(parcel.shipped_at, words),
        "promised": _at(parcel.promised_by or known.dossier.promise, words),
        "delivered": _at(over[-1].occurred_at if over else None, words),
        "claim": claim.get("last_on") or "",
        "claim_state": words.said("claims")[claim["state"]] if claim else "",
        "ref": claim.get("ref", ""),
        "amount": claim.get("amount", ""),
        "orders": ", ".join(one.number for one in orders if one.number),
        "goods": ", ".join(one.goods for one in orders if one.goods),
        "value": amount(parcel.value) if parcel.value else "",
        "zone": str(words.zone),
    }
    yield from ((said[name], known.line(value)) for name, value in values.items() if value)


def _scans(known: _Known, words: Renderer) -> Iterator[Sequence[str]]:
    for entry in current(known.dossier.timeline):
        one = entry.checkpoint
        text = known.line(one.text or one.code) or words.said("milestones")[one.milestone]
        yield _at(one.occurred_at, words), known.line(one.place), text


def _deeds(known: _Known, words: Renderer) -> Iterator[Sequence[str]]:
    _, *rows = _history(known)
    for at, _, why, by in rows:
        yield _when(str(at), words), str(why), str(by)


def _sent(known: _Known, words: Renderer) -> Iterator[Sequence[str]]:
    for one in known.letters:
        yield (
            _when(one["changed_at"], words),
            f"{known.line(one['subject'])} (letters/D{one['id']}-{one['kind']}.txt)",
        )


def _missing(known: _Known, words: Renderer) -> Iterator[str]:
    said = words.said("bundle")
    yield said["some_payloads" if known.raw else "no_payloads"]
    if not known.letters:
        yield said["no_letters"]
    if not known.dossier.parcel.orders:
        yield said["no_order"]
    yield said["masked"]


def _when(stamp: str, words: Renderer) -> str:
    return _at(datetime.fromisoformat(stamp), words)


def _at(at: datetime | None, words: Renderer) -> str:
    """A time in full, for who reads it a year later in another country."""
    return "" if at is None else f"{at.astimezone(words.zone):%Y-%m-%d %H:%M}"


def _grid(pairs: Iterable[tuple[str, str]]) -> str:
    rows = "".join(f"<tr><th>{escape(name)}</th><td>{escape(value)}</td></tr>\n" for name, value in pairs)
    return f"<table>\n{rows}</table>"


def _section(title: str, head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    cells = "".join(f"<tr>{''.join(f'<td>{escape(cell)}</td>' for cell in row)}</tr>\n" for row in rows)
    if not cells:
        return ""
    heading = f"<tr>{''.join(f'<th>{escape(cell)}</th>' for cell in head)}</tr>\n" if head else ""
    return f"<h2>{escape(title)}</h2>\n<table>\n{heading}{cells}</table>"


# --- writing -------------------------------------------------------------------------------------


def packed(made: Mapping[str, bytes]) -> bytes:
    """The files as one, the same for the same files."""
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in made.items():
            entry = zipfile.ZipInfo(name, _EPOCH)
            entry.create_system, entry.external_attr, entry.compress_type = 3, 0o600 << 16, zipfile.ZIP_DEFLATED
            archive.writestr(entry, data)
    return file.getvalue()


def write(target: Path, made: Mapping[str, bytes], *, force: bool = False) -> None:
    """Put the bundle there, mode 0600, whole or not at all. Raises BadInput.

    A file that is there stays unless `force` says otherwise, and a link is replaced, never followed. What is no file,
    a folder or a device, stays in any case.
    """
    taken = target.exists() and not target.is_file() and not target.is_symlink()
    if not target.parent.is_dir() or taken:
        raise BadInput(f"{target} cannot be written: it needs a file's name in a folder that is there")
    try:
        if not force:
            os.close(os.open(target, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600))
    except FileExistsError:
        raise BadInput(f"{target} is there already: name another file, or add --force to replace it") from None
    except OSError as error:
        raise BadInput(f"{target} cannot be written: {error.strerror}") from None
    try:
        _put(target, packed(made))
    except OSError as error:
        if not force:
            target.unlink(missing_ok=True)
        raise BadInput(f"{target} cannot be written: {error.strerror}") from None


def _put(target: Path, data: bytes) -> None:
    descriptor, part = tempfile.mkstemp(prefix=f".{target.name[:40]}.", dir=target.parent)
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        Path(part).replace(target)
    except BaseException:
        with suppress(OSError):
            Path(part).unlink()
        raise
