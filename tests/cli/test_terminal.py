"""Nothing that a courier, a shop or a file says is obeyed by a terminal, whichever command shows it."""

from __future__ import annotations

import ast
import io
import json
import logging
import unicodedata
from pathlib import Path

import pytest
import structlog

from parcelwatch import cli
from parcelwatch.cli import logs, output
from parcelwatch.errors import ConfigError
from tests.cli.conftest import MOVING, Shop

# Clears the screen, sets the title, writes over the line, turns the line around, hides, and ends the line.
HOSTILE = "\x1b[2J\x1b]0;owned\x07 \r\x9b31m\u202egnirts\u2066 \u200bhid\u00ad\x7f\U000e0041 \ud800\u2028end"


def steering(text: str) -> list[str]:
    """What in a text a terminal would obey, or nobody would see."""
    return [one for one in text if (one != "\n" and unicodedata.category(one)[0] == "C") or one in "\u2028\u2029"]


def test_whatever_is_shown_is_shown_and_not_obeyed(capsys: pytest.CaptureFixture[str]) -> None:
    output.say(HOSTILE)
    output.note(HOSTILE)
    output.warn(HOSTILE)
    output.pairs({"what": HOSTILE})
    output.show(["!Code", "~Text", "Rest"], [(HOSTILE, HOSTILE, HOSTILE)], "")
    shown = capsys.readouterr()
    assert steering(shown.out + shown.err) == []
    assert shown.out.count("end") == 5


def test_a_document_says_the_same_without_a_sign_that_is_obeyed(capsys: pytest.CaptureFixture[str]) -> None:
    document = {HOSTILE: [HOSTILE, "签收", "\u3000"]}
    output.emit(document)
    shown = capsys.readouterr().out
    assert steering(shown) == []
    assert json.loads(shown) == document
    assert "签收" in shown
    output.emit_list([document])
    output.emit_with({"a": HOSTILE}, {HOSTILE: [HOSTILE]})
    assert steering(capsys.readouterr().out) == []


@pytest.mark.parametrize("how", [(), ("--json",), ("--raw",)])
def test_a_courier_that_is_tried_steers_nothing(shop: Shop, how: tuple[str, ...]) -> None:
    shipment = {
        "id": MOVING,
        "service": HOSTILE,
        "status": {"timestamp": "2026-03-12T08:00:00", "statusCode": HOSTILE, "status": HOSTILE},
        "events": [{"timestamp": "2026-03-12T08:00:00", "statusCode": HOSTILE, "description": HOSTILE}],
    }
    path = shop.file(json.dumps({"shipments": [shipment]}), "answer.json")
    ended = shop.run("couriers", "try", "my_dhl", MOVING, "--from", path, *how)
    assert steering(ended.out + ended.err) == []
    assert "owned" in ended.out


def test_an_error_that_quotes_what_was_typed_steers_nothing(shop: Shop) -> None:
    ended = shop.run("parcels", "show", f"{HOSTILE}1".replace("\ud800", ""))
    assert ended.code
    assert steering(ended.out + ended.err) == []


@pytest.mark.parametrize("terminal", [False, True])
def test_a_log_line_stays_one_line_and_steers_nothing(terminal: bool) -> None:
    hostile = HOSTILE.replace("\ud800", "") + '\n<0>2026 {"level": "error"}'
    stream = io.StringIO()
    handler = logging.StreamHandler(stream)
    handler.setFormatter(logs.formatter(terminal=terminal))
    logger = logging.Logger("hostile")  # noqa: LOG001 - of this test alone
    logger.addHandler(handler)
    structlog.wrap_logger(logger, wrapper_class=structlog.stdlib.BoundLogger, processors=logs.BEFORE).warning(
        "an answer", said=hostile, among=[hostile]
    )
    logger.warning("of a library: %s", hostile)
    lines = stream.getvalue().splitlines()
    assert len(lines) == 2
    coloured = "\x1b" if terminal else ""
    assert [one for one in steering("".join(lines)) if one not in coloured] == []
    assert "owned" in lines[0]
    assert "\x1b]0" not in stream.getvalue()


@pytest.mark.parametrize("terminal", [False, True])
@pytest.mark.parametrize("library", [False, True])
def test_what_an_error_of_others_says_is_in_no_log_but_where_it_was_raised_is(terminal: bool, library: bool) -> None:
    stream = io.StringIO()
    handler = logging.StreamHandler(stream)
    handler.setFormatter(logs.formatter(terminal=terminal))
    logger = logging.Logger("hostile")  # noqa: LOG001 - of this test alone
    logger.addHandler(handler)
    log = structlog.wrap_logger(logger, wrapper_class=structlog.stdlib.BoundLogger, processors=logs.BEFORE)
    secret = "Canary-key"
    try:
        try:
            raise ValueError(f"https://me:{secret}@chat.example/hook")
        except ValueError as error:
            raise ConfigError(["[channels.ops] url: it is wrong"]) from error
    except ConfigError:
        (logger if library else log).exception("a part failed")
    said = stream.getvalue()
    assert secret not in said
    assert "ValueError" in said
    assert "ConfigError: [channels.ops] url: it is wrong" in said
    assert "test_terminal.py" in said


def test_no_command_prints_past_the_gate() -> None:
    """Who writes to stdout by himself has to clean it by himself: that is for output.py, and for texts of our own."""
    own = {"__init__.py", "output.py", "app.py", "monitoring.py", "sandbox.py", "showing.py", "trying.py", "unit.py"}
    found = {path.name for path in Path(cli.__file__).parent.glob("*.py") if _prints(path)}
    assert found <= own


def _prints(path: Path) -> bool:
    calls = (node.func for node in ast.walk(ast.parse(path.read_text("utf-8"))) if isinstance(node, ast.Call))
    return any(isinstance(each, ast.Name) and each.id == "print" for each in calls)
