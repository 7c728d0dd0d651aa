"""What people write: configurations, and files of parcels, complaints and histories.

What belongs here: files as seeds, small ones and each export's, and reading them as the commands do.
"""

from __future__ import annotations

import io
import json
import tempfile
import tomllib
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from functools import cache, partial
from pathlib import Path
from typing import Any, Final

from openpyxl import Workbook

from parcelwatch import config, couriers, shops
from parcelwatch.cli import writing
from parcelwatch.config import Config
from parcelwatch.core.past.replay import replay
from parcelwatch.couriers.base import decoded
from parcelwatch.errors import BadInput, ConfigError
from parcelwatch.past import histories
from parcelwatch.past.histories import Reader
from parcelwatch.shopping import posting
from parcelwatch.shopping.posting import Counters
from parcelwatch.shopping.taking import Counter
from parcelwatch.verbs import complaining, exporting, importing, records
from parcelwatch.verbs.desks import Placing, assigner, desks
from parcelwatch.verbs.importing import Result
from parcelwatch.verbs.recognising import recognise
from parcelwatch.verbs.records import Source
from tests.exports_made import EXPORTS
from tests.fuzz.oracle import NOW, POLICY, database, keeps_secrets, must, printable, undone
from tests.fuzz.target import Seeds, Target
from tests.test_fuzz import GOOD, TAKES, example_file

# --- what people write ---------------------------------------------------------------------------

_CANARY: Final = "canary-key-4711"
_SECRET_KEYS: Final = frozenset({"key", "secret", "token", "customer", "url", "password", "phone", "renewal"})
_TOML: Final = (
    '[service]\ndatabase = "x.db"\ntimezone = "Asia/Shanghai"\n[couriers.my_dhl]\napi = "dhl"\nkey = "k3y-of-dhl"\n'
    '[couriers.kd]\napi = "kuaidi100"\nkey = "k3y"\ncustomer = "c"\n'
)


@cache
def _folder() -> Path:
    return Path(tempfile.mkdtemp(prefix="fuzz-"))


@cache
def known() -> Config:
    path = _folder() / "known.toml"
    path.write_text(_TOML)
    return config.load(path)


def _config_seeds() -> Seeds:
    whole = example_file()
    parts = {name: {"service": whole["service"], name: table} for name, table in whole.items()}
    accounts = (
        f'[couriers.a]\napi = "dhl"\nkey = "{_CANARY}"\n[channels.ops]\nurl = "ntfys://ntfy.sh/{_CANARY}"\n'
        '[[routes]]\nkind = "damaged"\nchannels = ["ops"]\n[[claims]]\nkind = "lost"\ndays = 3\n'
    )
    return {
        **{name: _as_toml(table) for name, table in parts.items()},
        "accounts": accounts.encode(),
        "example": config.example().encode(),
    }


def _as_toml(table: Mapping[str, Any]) -> bytes:
    return "\n".join(writing.toml_lines(json.loads(json.dumps(table, default=str)))).encode()


def _configuration(_: str, body: bytes) -> None:
    path = _folder() / "config.toml"
    path.write_bytes(body)
    try:
        read = config.load(path, apis=couriers.apis(), shops=shops.apis(), environ={})
        json.dumps(read.effective()).encode()
        read.policy()
        read.claims()
        read.accounts()
        read.channels()
        told = [*read.warnings]
    except ConfigError as error:
        told = [*error.problems]
        must(told, "a configuration is refused without a word")
    for problem in told:
        must(0 < len(problem) < 3000, "a problem of no length, or of too much")
        problem.encode()
    if _kept_as_secrets(body):
        keeps_secrets("".join(told), [_CANARY])


def _kept_as_secrets(body: bytes) -> bool:
    """Whether the canary stands where secrets stand, and nowhere else."""
    try:
        document = tomllib.loads(body.decode())
    except (ValueError, RecursionError):
        return False

    def elsewhere(value: Any, key: str) -> bool:
        if isinstance(value, dict):
            return any(_CANARY in name or elsewhere(inner, name) for name, inner in value.items())
        if isinstance(value, list):
            return any(elsewhere(inner, key) for inner in value)
        return _CANARY in str(value) and key not in _SECRET_KEYS

    return not elsewhere(document, "")


# --- files of rows -------------------------------------------------------------------------------

_ROWS: Final = "number,courier,order,value,promised_by,language,phone\n"
_PLAIN: Final = {
    "csv": _ROWS
    + "003404341111111111117,my_dhl,A-1,12.5,2026-03-20,de,\nSF1234567890123,kd,A-2,,20.3.2026,zh-CN,0042\n",
    "jsonl": '{"number": "003404341111111111117", "courier": "my_dhl", "order": "A-1", "shipped_at": 1773302400}\n'
    '{"number": "YT8812345678901", "courier": "kd", "order": "A-2", "tags": ["vip"]}\n',
}


def _file_seeds() -> Seeds:
    made = {f"export.{name}": one.content for name, one in EXPORTS.items()}
    plain = {name: text.encode() for name, text in _PLAIN.items()}
    return {**plain, "gb18030": _PLAIN["csv"].encode("gb18030"), "xlsx": _book(_PLAIN["csv"]), **made}


def _book(text: str) -> bytes:
    book, file = Workbook(), io.BytesIO()
    for line in text.splitlines():
        assert book.active is not None
        book.active.append(line.split(","))
    book.save(file)
    return file.getvalue()


def _file(name: str, body: bytes) -> None:
    path, told = _put(name, body), list[Any]()
    with _heard(told):
        source = records.open_source(str(path))
        if source.format == "csv":
            recognise(source)
        told += _taken(source, told.append).warnings


def _taken(source: Source, hear: Callable[[object], None]) -> Result:
    """What comes of a file that is only tried: all is saved, and undone."""
    reader, placing, store = importing.desk(known()), Placing(desks(known())), database()
    if source.export is not None:
        heard = exporting.Heard(hear, hear, lambda: None)
        sheet = exporting.surveyed(source, {})
        return exporting.take(store, sheet, reader, placing, POLICY, NOW, heard, name="f", dry_run=True)
    rows = records.records(source)
    take = partial(importing.take, source="f", placing=placing, dry_run=True, refused=hear, remarked=hear)
    return take(store, rows, reader, POLICY, NOW)


def _complaints(name: str, body: bytes) -> None:
    path, told = _put(name, body), list[Any]()
    with _heard(told):
        heard = complaining.Heard(told.append, told.append, told.append)
        rows = records.records(records.open_source(str(path)))
        complaining.take(database(), rows, complaining.desk(known(), texts=True), NOW, heard, dry_run=True)


def _complaint_seeds() -> Seeds:
    csv = "at,order,number,kind,text\n2026-03-01 10:00,A-1,,late,where is it\n2026-03-01,,YT8812345678901,lost,丢了\n"
    line = '{"at": "2026-03-01T10:00:00Z", "order": "A-1", "kind": "late", "text": "where is it"}\n'
    return {"csv": csv.encode(), "jsonl": line.encode()}


def _history_seeds() -> Seeds:
    scan = {"occurred_at": "2026-03-02T10:00:00Z", "milestone": "picked_up", "text": "揽收", "code": "PU"}
    row = {
        "number": "AB12345678",
        "courier": "fedex",
        "order": "A-1",
        "origin": "BR-SP",
        "destination": "BR-RJ",
        "announced_at": "2026-03-01T10:00:00Z",
        "promised_by": "2026-03-10",
        "dispatch_by": "2026-03-03",
        "checkpoints": [scan, {**scan, "occurred_at": "2026-03-04T10:00:00+08:00", "milestone": "", "text": "damaged"}],
        "complaints": [{"at": "2026-03-05T12:00:00Z"}],
        "outcome": {"delivered_at": "2026-03-06T10:00:00Z"},
    }
    table = "number,courier,time,status,place\nAB12345678,fedex,2026-03-02 10:00,picked up,Rio\n"
    return {"jsonl": json.dumps(row).encode(), "csv": table.encode()}


def _history(name: str, body: bytes) -> None:
    path, told = _put(name, body), list[Any]()
    with _heard(told):
        source = records.open_source(str(path))
        columns = histories.columns(source)
        for one in histories.read_records(records.records(source), Reader(), told.append, columns):
            told += [one, *replay(one, POLICY)]


def _put(name: str, body: bytes) -> Path:
    suffix = name if name in ("csv", "jsonl", "xlsx") else "csv"
    path = _folder() / f"file.{suffix}"
    path.write_bytes(body)
    return path


@contextmanager
def _heard(told: list[Any]) -> Iterator[None]:
    """A file that is read or refused; what was told of its rows can be printed."""
    with suppress(BadInput):
        yield
    printable(tuple(told))


# --- what programs post --------------------------------------------------------------------------


def _post_seeds() -> Seeds:
    return {kind: json.dumps(item).encode() for kind, item in GOOD.items()}


def _post(kind: str, body: bytes) -> None:
    try:
        item = decoded(body)
    except (ValueError, RecursionError):
        return
    counter = Counter("api.a", assigner(known()), POLICY, "EUR")
    counters = Counters(importing.desk(known()), complaining.desk(known()), POLICY, counter)
    with undone() as store:
        answers = posting.take_all(store, TAKES[kind], counters, [item, item], NOW)
        must(len(answers) == 2, "an item is answered by none or by several")
        json.dumps(answers, ensure_ascii=False).encode()


CONFIGURATIONS = Target(_config_seeds, _configuration)
FILES = Target(_file_seeds, _file)
COMPLAINTS = Target(_complaint_seeds, _complaints)
HISTORIES = Target(_history_seeds, _history)
POSTS = Target(_post_seeds, _post)
