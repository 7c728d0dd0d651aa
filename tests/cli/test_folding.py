"""Of what repeats itself in the log a few lines are written, and how many were not."""

from __future__ import annotations

import logging

from parcelwatch.cli.folding import LINES, SPAN, Folding


class Watch:
    def __init__(self) -> None:
        self.at = 0.0

    def __call__(self) -> float:
        return self.at


def line(msg: object, level: int = logging.WARNING, *args: object) -> logging.LogRecord:
    return logging.LogRecord("uvicorn.error", level, "f.py", 1, msg, args, None)


def test_a_storm_of_one_line_is_a_few_lines_and_their_number() -> None:
    watch = Watch()
    folding = Folding(watch)
    written = 0
    for _ in range(15_868):
        watch.at += 20 / 15_868
        written += folding.filter(line("Exceeded concurrency limit."))
    assert written == LINES
    watch.at += SPAN
    last = line("Exceeded concurrency limit.")
    assert folding.filter(last)
    assert last.getMessage() == f"Exceeded concurrency limit. ({15_868 - LINES} more like it were not written)"


def test_each_account_has_its_say_and_so_has_what_is_worse() -> None:
    folding = Folding(Watch())
    for _ in range(100):
        folding.filter(line({"event": "the adapter failed", "account": "dhl"}))
    assert not folding.filter(line({"event": "the adapter failed", "account": "dhl", "error": "another"}))
    assert folding.filter(line({"event": "the adapter failed", "account": "sf"}))
    assert folding.filter(line({"event": "the adapter failed", "account": "dhl"}, logging.ERROR))


def test_a_structured_line_says_how_many_were_folded() -> None:
    watch = Watch()
    folding = Folding(watch)
    for _ in range(LINES + 7):
        folding.filter(line({"event": "no sign of life"}))
    watch.at = SPAN
    after = line({"event": "no sign of life"})
    assert folding.filter(after)
    assert after.msg == {"event": "no sign of life", "folded": 7}


def test_lines_that_differ_in_what_they_are_about_are_not_kept_for_ever() -> None:
    folding = Folding(Watch())
    for number in range(5000):
        assert folding.filter(line(f"line {number}"))
    assert len(folding._kinds) <= 1000
