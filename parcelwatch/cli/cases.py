"""`parcelwatch cases …`: parcels in trouble, and what agents do about them."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Annotated, Any

import typer

from parcelwatch.cli.base import Account, By, Json, NeedsAttention, command, group, whole
from parcelwatch.cli.desk import Desk, asked_account
from parcelwatch.errors import BadInput

app = group("List parcels in trouble; acknowledge, snooze, resolve them.")

Case = Annotated[int, typer.Argument(metavar="ID", parser=whole, help="The case's number, as in `cases list`.")]

Cases = Annotated[
    list[int], typer.Argument(metavar="ID…", parser=whole, help="Numbers of cases, as in `cases list`; one or several.")
]


@command(
    app,
    "list",
    "cases list --state open --kind stalled",
    "cases list --severity high --tag vip --limit 20",
    "cases list --order A-1001 --json",
)
def list_all(
    desk: Desk,
    state: Annotated[str, typer.Option("--state", help="open, acknowledged, snoozed or resolved.")] = "",
    kind: Annotated[str, typer.Option("--kind", help="Only this kind, such as stalled.")] = "",
    courier: Account = "",
    order: Annotated[str, typer.Option("--order", metavar="ORDER", help="Only this order's.")] = "",
    severity: Annotated[str, typer.Option("--severity", help="This or worse: low, medium, high or critical.")] = "",
    tag: Annotated[str, typer.Option("--tag", metavar="TAG", help="Only of parcels with this tag.")] = "",
    limit: Annotated[int | None, typer.Option("--limit", metavar="N", min=1, help="At most so many.")] = None,
    as_json: Json = False,
) -> None:
    """List every case, or those that match.

    Live ones first, the most pressing at the top.
    """
    from parcelwatch import shapes
    from parcelwatch.cli import output
    from parcelwatch.core.kinds import RULES
    from parcelwatch.model import Severity, State
    from parcelwatch.store import cases, orders

    now = desk.now
    one_of("state", state, list(State))
    one_of("kind", kind, list(RULES))
    one_of("severity", severity, [each for each in Severity if each is not Severity.OPERATOR])
    with desk.store() as store:
        asked_account(desk, store, courier)
        if order:
            order = orders.show(store, order.strip())["order"]
        found = cases.rows(store, now, state=state, kind=kind, courier=courier, order=order, severity=severity, tag=tag)
    rows = [shapes.case(row, desk.words, now) for row in found[:limit]]
    if as_json:
        output.emit_list(rows)
        return
    _print_list(rows, desk)
    if len(rows) < len(found):
        output.note(f"{len(found) - len(rows)} more: give a higher --limit, or none.", "dim")


def _print_list(rows: list[dict[str, Any]], desk: Desk) -> None:
    from parcelwatch.cli import output
    from parcelwatch.cli.output import moment, safe, worded

    zone = desk.config.timezone
    columns = [">ID", "!Kind", "!Severity", "!State", "!Number", "!?Order", "!?Since", "!?Claim by", "?Tags", "~Why"]
    shown = [
        (
            row["id"],
            row["kind"],
            row["severity"],
            row["state"],
            row["number"],
            output.some(map(safe, row["orders"]), 3),
            moment(row["since"], zone),
            claim_by(row["claim"]),
            safe(", ".join(row["tags"]), 40),
            (f"(behind {row['hidden_by']}) " if row["hidden_by"] else "") + worded(row["sentence"]),
        )
        for row in rows
    ]
    output.show(columns, shown, "No cases.")
    output.zone_note(zone)


def claim_by(claim: Mapping[str, Any] | None) -> str:
    """The last day of a claim that is still to be made, or what became of it; "" where nothing is known."""
    if claim is None:
        return ""
    if claim["state"] != "open":
        return str(claim["state"]) if claim["state"] != "none" else "no claim"
    return "missed" if claim["missed"] else claim["last_on"] or ""


def one_of(option: str, value: str, known: list[Any]) -> None:
    """Raise BadInput for an option's value that is none of `known`."""
    from parcelwatch.core.intake import meant

    names = [str(each) for each in known]
    if value and value not in names:
        raise BadInput(f"--{option}: no {option} {value!r}{meant(value, names)}; there are {', '.join(names)}")


@command(app, "show", "cases show 17", "cases show 17 --bundle claim-17.zip")
def show(
    desk: Desk,
    case: Case,
    bundle: Annotated[
        Path | None, typer.Option("--bundle", metavar="FILE.zip", help="Write its evidence there, for a claim.")
    ] = None,
    force: Annotated[bool, typer.Option("--force", help="Replace the file, if it is there.")] = False,
    as_json: Json = False,
) -> None:
    """Show one case and its history.

    Or write all that speaks for it into one file, for the courier's claim form.
    """
    from parcelwatch import shapes
    from parcelwatch.cli import output
    from parcelwatch.cli.output import moment, safe, worded

    if bundle is not None:
        _bundle(desk, case, bundle, force=force, as_json=as_json)
        return
    with desk.store() as store:
        shown = shapes.case_whole(store, case, desk.words, desk.now)
    if as_json:
        output.emit(shown)
        return
    zone = desk.config.timezone
    written = ", ".join(f"{row['id']} ({row['state']})" for row in shown["drafts"])
    output.pairs({**_summary(shown, desk), "drafts": written})
    output.say()
    lines = [
        (
            moment(event["at"], zone),
            f"{event['before'] or 'new'} → {event['after']}",
            worded(event["why"], 300),
            event["by"],
        )
        for event in shown["events"]
    ]
    output.show(["!When", "!Move", "Why", "By"], lines, "No history.")
    if shown["notes"]:
        notes = [(moment(each["at"], zone), each["by"], safe(each["text"], 2000)) for each in shown["notes"]]
        output.say()
        output.show(["!Note", "By", "Text"], notes, "")
    output.note(f"`parcelwatch why {shown['number']}` shows every rule's clock.", "dim")


def _bundle(desk: Desk, case: int, target: Path, *, force: bool, as_json: bool) -> None:
    from parcelwatch import bundle
    from parcelwatch.cli import output

    with desk.store() as store:
        made = bundle.files(store, case, desk.words, desk.now)
    bundle.write(target, made, force=force)
    if as_json:
        output.emit({"case": case, "path": str(target.absolute()), "files": list(made)})
        return
    output.say(f"{target} holds what speaks for case {case}: {', '.join(made)}.")


def _summary(shown: Mapping[str, Any], desk: Desk) -> dict[str, object]:
    from parcelwatch.cli.output import moment, safe, some, worded

    zone = desk.config.timezone
    return {
        "case": shown["id"],
        "number": shown["number"],
        "courier": f"{shown['courier']} {shown['company']}".strip(),
        "orders" if len(shown["orders"]) > 1 else "order": some(map(safe, shown["orders"])),
        "kind": shown["kind"],
        "severity": shown["severity"],
        "state": shown["state"],
        "hidden by": shown["hidden_by"],
        "why": worded(shown["sentence"]),
        "since": moment(shown["since"], zone),
        "threshold": shown["threshold"],
        "set by": shown["policy_line"],
        "opened": moment(shown["opened_at"], zone),
        "snoozed until": moment(shown["snoozed_until"], zone),
        "resolved": moment(shown["resolved_at"], zone),
        "reopened": f"{shown['reopened']} times" if shown["reopened"] else "",
        "verdict": shown["verdict"],
        **_claim(shown["claim"]),
    }


def _claim(claim: Mapping[str, Any] | None) -> dict[str, object]:
    from parcelwatch.cli.output import safe

    if claim is None:
        return {"claim": "no window is known; `[[claims]]` in the configuration sets one"}
    if claim["state"] == "open" and not claim["stands"]:
        return {}
    return {
        "claim": claim["state"] if claim["state"] != "open" else "missed" if claim["missed"] else "not made",
        "last day to claim": claim["last_on"] or ("not known yet" if claim["window"] else ""),
        "window": claim["window"],
        "claim number": safe(claim["ref"], 60),
        "paid": safe(claim["amount"], 60),
    }


@command(app, "ack", "cases ack 17 --by lin", "cases ack 17 18 21")
def ack(desk: Desk, cases: Cases, by: By = "", as_json: Json = False) -> None:
    """Say that you look after it.

    It is told again only if it gets worse.
    """
    _act(desk, cases, "ack", by, None, as_json=as_json)


@command(app, "snooze", "cases snooze 17 --until 2d", "cases snooze 17 18 --until 2026-12-24T09:00")
def snooze(
    desk: Desk,
    cases: Cases,
    until: Annotated[str, typer.Option("--until", metavar="TIME", help="An ISO time, or a duration such as 2d.")],
    by: By = "",
    as_json: Json = False,
) -> None:
    """Hear of it again later.

    At a time of your choice if it still stands then; earlier if it gets worse.
    """
    now = desk.now
    wakes_at = when(until, now, desk)
    if wakes_at <= now:
        raise BadInput(f"--until {until}: that is in the past")
    _act(desk, cases, "snooze", by, wakes_at, as_json=as_json)


@command(app, "resolve", "cases resolve 17", "cases resolve 17 18 --by lin")
def resolve(desk: Desk, cases: Cases, by: By = "", as_json: Json = False) -> None:
    """Close it.

    The same evidence does not open it again.
    """
    _act(desk, cases, "resolve", by, None, as_json=as_json)


@command(
    app,
    "claim",
    "cases claim 17 --filed --ref RMA-2211",
    'cases claim 17 --paid "12.50 EUR"',
    "cases claim 17 --none",
)
def claim(
    desk: Desk,
    case: Case,
    filed: Annotated[bool, typer.Option("--filed", help="It was made.")] = False,
    paid: Annotated[str | None, typer.Option("--paid", metavar="AMOUNT", help="The courier paid so much.")] = None,
    refused: Annotated[bool, typer.Option("--refused", help="The courier will not pay.")] = False,
    none: Annotated[bool, typer.Option("--none", help="There is nothing to claim.")] = False,
    ref: Annotated[str, typer.Option("--ref", metavar="NO", help="The claim's number at the courier.")] = "",
    by: By = "",
    as_json: Json = False,
) -> None:
    """Say what became of the claim against the courier.

    From then on nobody is reminded of its last day.
    """
    from parcelwatch import shapes
    from parcelwatch.cli import output
    from parcelwatch.verbs import agents

    said = [
        verb
        for verb, given in (("file", filed), ("pay", paid is not None), ("refuse", refused), ("drop", none))
        if given
    ]
    if len(said) != 1 or paid == "":
        raise BadInput(
            f"say one of --filed, --paid AMOUNT, --refused, --none: `parcelwatch cases claim {case} --filed --ref NO`"
        )
    with desk.store() as store, store.transaction():
        with standing():
            moved = agents.claim(
                store, case, said[0], desk.policy, desk.now, by=by or who(), ref=ref, amount=paid or ""
            )
        shown = shapes.case_whole(store, case, desk.words, desk.now)
    if as_json:
        output.emit(shown)
    state = shown["claim"]["state"]
    if not moved:
        raise NeedsAttention(f"the claim of case {case} is {state} already")
    if not as_json:
        output.say(f"Case {case} ({shown['kind']} of {shown['number']}): {_STANDS[state]}.")


_STANDS = {"filed": "claimed", "paid": "the courier paid", "refused": "the courier refused", "none": "nothing to claim"}


def _act(desk: Desk, ids: list[int], verb: str, by: str, until: datetime | None, *, as_json: bool) -> None:
    from parcelwatch import shapes
    from parcelwatch.cli import output
    from parcelwatch.verbs import agents

    done: list[dict[str, Any]] = []
    idle: list[str] = []
    with desk.store() as store, store.transaction():
        for case in dict.fromkeys(ids):
            with standing():
                moved = agents.act_on_case(store, case, verb, desk.policy, desk.now, by=by or who(), until=until)
            shown = shapes.case_whole(store, case, desk.words, desk.now)
            done += [shown] if moved else []
            idle += [] if moved else [f"case {case} is {shown['state']} already"]
    if as_json:
        output.emit(done[0] if len(ids) == 1 and done else done)
    else:
        for shown in done:
            waits = output.moment(shown["snoozed_until"], desk.config.timezone)
            end = f" until {waits}" if waits else ""
            output.say(f"Case {shown['id']} ({shown['kind']} of {shown['number']}) is {shown['state']}{end}.")
            if verb == "resolve" and shown["claim"] and shown["claim"]["running"]:
                last = shown["claim"]["last_on"]
                output.note(
                    f"Its claim against the courier can be made until {last}: "
                    f"`cases claim {shown['id']} --filed`, or `--none`.",
                    "dim",
                )
    if idle:
        raise NeedsAttention("; ".join(idle))


def who() -> str:
    """Who is at the keyboard, behind sudo too; "" when nobody knows."""
    import getpass

    try:
        return os.environ.get("SUDO_USER") or getpass.getuser()
    except (OSError, KeyError):
        return ""


@contextmanager
def standing() -> Iterator[None]:
    """What cannot be done to a thing as it stands is no wrong usage: exit 1, not 2."""
    try:
        yield
    except BadInput as error:
        raise NeedsAttention(str(error)) from None


def when(text: str, now: datetime, desk: Desk) -> datetime:
    """An ISO time (naive: in the configured zone; a day: its beginning) or a duration from now. Raises BadInput."""
    from datetime import UTC

    from parcelwatch.duration import parse

    try:
        return desk.config.calendar().home.add(now, parse(text))
    except ValueError as error:
        what = str(error).removeprefix("expected ").partition(", got ")[0]
    try:
        at = datetime.fromisoformat(text)
    except ValueError:
        raise BadInput(f"{text!r} is neither an ISO time such as 2026-12-24T09:00 nor {what}") from None
    return (at if at.tzinfo else at.replace(tzinfo=desk.config.timezone)).astimezone(UTC)


@command(app, "note", "cases note 17 'Called the depot, they look for it'")
def note(
    desk: Desk, case: Case, text: Annotated[str, typer.Argument(metavar="TEXT")], by: By = "", as_json: Json = False
) -> None:
    """Write a remark beside a case."""
    from parcelwatch import shapes
    from parcelwatch.cli import output
    from parcelwatch.store import cases

    if not text.strip():
        raise BadInput("the note is empty")
    with desk.store() as store:
        with store.transaction():
            cases.note(store, case, text.strip(), desk.now, by or who())
        shown = shapes.case_whole(store, case, desk.words, desk.now)
    if as_json:
        output.emit(shown)
        return
    output.say(f"Noted beside case {case}.")


@command(app, "verdict", "cases verdict 17 false", "cases verdict 17 18 known")
def verdict(
    desk: Desk,
    given: Annotated[
        list[str], typer.Argument(metavar="ID… true|false|known", help="Cases; right, wrong, or known to you before.")
    ],
    as_json: Json = False,
) -> None:
    """Say whether cases were right.

    Thresholds are judged by it.
    """
    from parcelwatch import shapes
    from parcelwatch.cli import output
    from parcelwatch.store import cases

    *named, said = given
    if not named:
        raise BadInput("say which case, then true, false or known: `parcelwatch cases verdict 17 false`")
    ids = [whole(each) for each in dict.fromkeys(named)]
    with desk.store() as store:
        with store.transaction():
            for case in ids:
                cases.set_verdict(store, case, said, desk.now)
        shown = [shapes.case_whole(store, case, desk.words, desk.now) for case in ids]
    if as_json:
        output.emit(shown[0] if len(shown) == 1 else shown)
        return
    for case in ids:
        output.say(f"Case {case}: {said}.")
