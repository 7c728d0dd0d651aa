"""`parcelwatch test-rules`: what the configured rules make of stories that the shop wrote itself."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from parcelwatch.cli.base import Json, NeedsAttention, command
from parcelwatch.cli.desk import Desk

if TYPE_CHECKING:
    from parcelwatch.core.explain import Explanation
    from parcelwatch.core.policy import Policy
    from parcelwatch.model import Dossier
    from parcelwatch.ruletests import Failed, Story


def register(app: typer.Typer) -> None:
    """Add `test-rules` to the program."""
    command(app, "test-rules", "test-rules ours.toml", "test-rules tests/*.toml --config new.toml --json")(played)


Files = Annotated[list[Path], typer.Argument(metavar="FILE", help="Tests in TOML, one or several.")]


def played(desk: Desk, files: Files, as_json: Json = False) -> None:
    """Play tests of your own against the configured thresholds, by a frozen clock.

    A test says what the courier tells and when, and what must come of it: `heard` at, `expect` at, `quiet_until`. Of
    one that fails it is shown what happened instead, and why. Exit 1 when one fails. The format stands in the README.
    """
    from parcelwatch.cli import output
    from parcelwatch.ruletests import read

    policy = _spoken(desk.policy)
    stories = [(path, story) for path in files for story in read(path, policy, tuple(desk.config.accounts()))]
    results = [(path, story, *_played(story, desk)) for path, story in stories]
    failed = sum(fault is not None for *_, fault, _ in results)
    if as_json:
        documents = [_document(path, story, fault, dossier, desk) for path, story, fault, dossier in results]
        output.emit({"passed": len(results) - failed, "failed": failed, "tests": documents})
    else:
        for _, story, fault, dossier in results:
            _print(story, fault, dossier, desk)
        output.say()
        output.say(f"{len(results) - failed} passed, {failed} failed", "bold red" if failed else "bold green")
    if failed:
        raise NeedsAttention(f"{failed} of {len(results)} tests failed")


def _spoken(policy: Policy) -> Policy:
    """With somebody to tell, where the configuration names nobody."""
    from dataclasses import replace

    return policy if policy.channels else replace(policy, channels=("ops",), draft_channel="ops")


def _played(story: Story, desk: Desk) -> tuple[Failed | None, Dossier]:
    """What failed of a test, None where it holds, and the parcel as it then was."""
    from parcelwatch.ruletests import Failed, InCore, play

    teller = InCore(story, desk.words)
    try:
        for _ in play(story, teller):
            pass
    except Failed as fault:
        return fault, teller.dossier
    return None, teller.dossier


def _why(fault: Failed, dossier: Dossier) -> Sequence[Explanation]:
    """The rules that fire or have a clock running there, or are spoken of in what was expected or happened."""
    from parcelwatch.core.explain import explain

    said = f"{fault.expected} {fault.happened}"
    explained = explain(dossier, fault.story.policy, fault.at)
    return [each for each in explained if each.fires or each.running or each.kind in said]


# --- JSON ----------------------------------------------------------------------------------------


def _document(path: Path, story: Story, fault: Failed | None, dossier: Dossier, desk: Desk) -> dict[str, Any]:
    from parcelwatch.cli.output import stamp
    from parcelwatch.cli.why import rule_document

    shown: dict[str, Any] = {"file": str(path), "line": story.line, "title": story.title, "passed": fault is None}
    if fault is None:
        return shown
    words = desk.words_in(UTC)
    why = [rule_document(each, dossier, words, fault.at) for each in _why(fault, dossier)]
    where = {"step": fault.step.place, "step_line": fault.line, "at": stamp(fault.at)}
    return {**shown, **where, "expected": fault.expected, "happened": fault.happened, "why": why}


# --- for people ----------------------------------------------------------------------------------


def _print(story: Story, fault: Failed | None, dossier: Dossier, desk: Desk) -> None:
    from parcelwatch.cli import output
    from parcelwatch.cli.why import print_rule

    words, t = desk.words_in(UTC), desk.tongue
    if fault is None:
        output.say(f"passed  {output.safe(story.title, 200)}", "green")
        return
    output.say(f"FAILED  {output.safe(fault.where, 400)}", "bold red")
    output.say(f"  expected: {output.safe(fault.expected, 1000)}")
    output.say(f"  happened: {output.safe(fault.happened, 1000)}")
    explained = _why(fault, dossier)
    if explained:
        output.say("  why, with times in UTC:")
    for each in explained:
        print_rule(each, dossier, words, t, fault.at)
