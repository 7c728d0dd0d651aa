"""`parcelwatch cases …`: parcels in trouble, and what agents do about them."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from parcelwatch.cli.base import Account, By, Json, NeedsAttention, command, group, whole
from parcelwatch.cli.desk import Desk, asked_account
from parcelwatch.errors import BadInput

if TYPE_CHECKING:
    from parcelwatch.cli.tongue import Tongue
    from parcelwatch.model import Remedy
    from parcelwatch.store import Store

app = group("List parcels in trouble; acknowledge, assign, snooze, resolve them.")

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
    "cases list --mine",
    "cases list --remedy open --owner lin",
)
def list_all(
    desk: Desk,
    state: Annotated[str, typer.Option("--state", help="open, acknowledged, snoozed or resolved.")] = "",
    kind: Annotated[str, typer.Option("--kind", help="Only this kind, such as stalled.")] = "",
    courier: Account = "",
    order: Annotated[str, typer.Option("--order", metavar="ORDER", help="Only this order's.")] = "",
    severity: Annotated[str, typer.Option("--severity", help="This or worse: low, medium, high or critical.")] = "",
    tag: Annotated[str, typer.Option("--tag", metavar="TAG", help="Only of parcels with this tag.")] = "",
    owner: Annotated[
        str | None, typer.Option("--owner", metavar="NAME", help='Only this agent\'s; "" for those nobody has.')
    ] = None,
    mine: Annotated[bool, typer.Option("--mine", help="Only yours: those of whoever is logged in.")] = False,
    remedy: Annotated[
        str, typer.Option("--remedy", help="Only where one was promised: open, done, or which: refund, resend, …")
    ] = "",
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
    one_of("remedy", remedy, list(cases.REMEDIES))
    if mine and owner is not None:
        raise BadInput("--mine and --owner: say one of the two")
    with desk.store() as store:
        asked_account(desk, store, courier)
        if order:
            order = orders.show(store, order.strip())["order"]
        found = cases.rows(
            store,
            now,
            state=state,
            kind=kind,
            courier=courier,
            order=order,
            severity=severity,
            tag=tag,
            owner=who() if mine else owner,
            remedy=remedy,
        )
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

    zone, t = desk.config.timezone, desk.tongue
    columns = t.columns(">ID", "!Kind", "!Severity", "!State", "?Owner", "!Number", "!?Order", "!?Since", "!?Claim by")
    columns += t.columns("?Promised", "?Tags", "~Why")
    shown = [
        (
            row["id"],
            t.kind(row["kind"]),
            t.severity(row["severity"]),
            t(row["state"]),
            safe(row["owner"], 20),
            row["number"],
            output.some(map(safe, row["orders"]), 3),
            moment(row["since"], zone),
            claim_by(row["claim"], t),
            _promised(row["remedy"], t),
            safe(", ".join(row["tags"]), 40),
            (t("(behind {kind})", kind=t.kind(row["hidden_by"])) + " " if row["hidden_by"] else "")
            + worded(row["sentence"]),
        )
        for row in rows
    ]
    output.show(columns, shown, t("No cases."), t.styles)
    output.zone_note(zone, t("Times are in {zone}."))


def _promised(remedy: Mapping[str, Any] | None, t: Tongue) -> str:
    """What a customer was promised, in a word."""
    if remedy is None:
        return ""
    return t("{remedy}, done", remedy=t(remedy["what"])) if remedy["done_at"] else t(remedy["what"])


def claim_by(claim: Mapping[str, Any] | None, t: Tongue) -> str:
    """The last day of a claim that is still to be made, or what became of it; "" where nothing is known."""
    if claim is None:
        return ""
    if claim["state"] != "open":
        return t(claim["state"]) if claim["state"] != "none" else t("no claim")
    return t("missed") if claim["missed"] else str(claim["last_on"] or "")


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
    zone, t = desk.config.timezone, desk.tongue
    written = ", ".join(f"{row['id']} ({t(row['state'])})" for row in shown["drafts"])
    output.pairs(t.named({**_summary(shown, desk), "drafts": written}))
    output.say()
    lines = [
        (
            moment(event["at"], zone),
            f"{t(event['before'] or 'new')} → {t(event['after'])}",
            worded(event["why"], 300),
            event["by"],
        )
        for event in shown["events"]
    ]
    output.show(t.columns("!When", "!Move", "Why", "By"), lines, t("No history."))
    if shown["notes"]:
        notes = [(moment(each["at"], zone), each["by"], safe(each["text"], 2000)) for each in shown["notes"]]
        output.say()
        output.show(t.columns("!Note", "By", "Text"), notes, "")
    output.note(t("`parcelwatch why {number}` shows every rule's clock.", number=shown["number"]), "dim")


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

    zone, t = desk.config.timezone, desk.tongue
    return {
        "case": shown["id"],
        "number": shown["number"],
        "courier": desk.words.whose.courier(shown["courier"], shown["company"]),
        "orders" if len(shown["orders"]) > 1 else "order": some(map(safe, shown["orders"])),
        "kind": t.kind(shown["kind"]),
        "severity": t.severity(shown["severity"]),
        "state": t(shown["state"]),
        "owner": safe(shown["owner"], 60),
        "remedy": _remedy(shown["remedy"], desk),
        "customer hears by": moment(shown["word_due_at"], zone),
        "hidden by": t.kind(shown["hidden_by"]) if shown["hidden_by"] else None,
        "why": worded(shown["sentence"]),
        "since": moment(shown["since"], zone),
        "threshold": shown["threshold"],
        "set by": shown["policy_line"],
        "opened": moment(shown["opened_at"], zone),
        "snoozed until": moment(shown["snoozed_until"], zone),
        "resolved": moment(shown["resolved_at"], zone),
        "reopened": t("{count} times", count=shown["reopened"]) if shown["reopened"] else "",
        "verdict": t(shown["verdict"] or ""),
        **_claim(shown["claim"], t),
    }


def _claim(claim: Mapping[str, Any] | None, t: Tongue) -> dict[str, object]:
    from parcelwatch.cli.output import safe

    if claim is None:
        return {"claim": t("no window is known; `[[claims]]` in the configuration sets one")}
    if claim["state"] == "open" and not claim["stands"]:
        return {}
    return {
        "claim": t("not made") if claim["state"] == "open" and not claim["missed"] else claim_by(claim, t),
        "last day to claim": claim["last_on"] or (t("not known yet") if claim["window"] else ""),
        "window": claim["window"],
        "claim number": safe(claim["ref"], 60),
        "paid": safe(claim["amount"], 60),
    }


def _remedy(remedy: Mapping[str, Any] | None, desk: Desk) -> str:
    from parcelwatch.cli.output import moment, safe

    if remedy is None:
        return ""
    zone, t = desk.config.timezone, desk.tongue
    what, at, who = t(remedy["what"]), moment(remedy["agreed_at"], zone), safe(remedy["by"], 60)
    promised = t("{remedy}, promised {at}", remedy=what, at=at)
    if who:
        promised = t("{remedy}, promised {at} by {who}", remedy=what, at=at, who=who)
    done = t("done {at}", at=moment(remedy["done_at"], zone)) if remedy["done_at"] else t("not done yet")
    note = f" ({safe(remedy['note'])})" if remedy["note"] else ""
    return f"{promised}, {done}{note}"


@command(app, "ack", "cases ack 17 --by lin", "cases ack 17 18 21")
def ack(desk: Desk, cases: Cases, by: By = "", as_json: Json = False) -> None:
    """Say that you look after it.

    It is yours if nobody has it. It is told again if it gets worse, and once if nothing comes of it.
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


@command(app, "assign", "cases assign 17 --to lin", "cases assign 17 18 --to mei --by boss", 'cases assign 17 --to ""')
def assign(
    desk: Desk,
    cases: Cases,
    to: Annotated[str, typer.Option("--to", metavar="NAME", help='Who has it from now on; "" for nobody.')],
    by: By = "",
    as_json: Json = False,
) -> None:
    """Give it to an agent.

    `cases list --owner` and `--mine` show who has what.
    """
    from parcelwatch.verbs import agents

    to = _name(to)

    def give(store: Store, case: int) -> bool:
        return agents.assign(store, case, to, desk.policy, desk.now, by=by or who())

    shown = _each(desk, cases, give, lambda one: f"is {one['owner'] or 'nobody'}'s already")
    _print_done(shown, as_json, lambda one: f"is {one['owner'] or 'nobody'}'s now")


_LONGEST_NAME = 60


def _name(text: str) -> str:
    """A person's name as it is kept: one line, not too long. Raises BadInput."""
    from parcelwatch.core.text import plain

    name = plain(text, _LONGEST_NAME + 1).strip()
    if len(name) > _LONGEST_NAME:
        raise BadInput(f"a name has at most {_LONGEST_NAME} characters")
    return name


@command(
    app,
    "remedy",
    "cases remedy 17 refund --note 'half of it'",
    "cases remedy 17 18 resend --by lin",
    "cases remedy 17 --done",
)
def remedy(
    desk: Desk,
    given: Annotated[
        list[str],
        typer.Argument(
            metavar="ID… resend|refund|replace|discount|wait|other", help="Cases; what the customer was promised."
        ),
    ],
    note: Annotated[str, typer.Option("--note", metavar="TEXT", help="What exactly, for whoever reads it later.")] = "",
    done: Annotated[bool, typer.Option("--done", help="It is done; which one may be left out.")] = False,
    by: By = "",
    as_json: Json = False,
) -> None:
    """Record what a customer was promised, and that it is done.

    The history keeps who promised what, and when; what is not done is reminded of once.
    """
    from parcelwatch.verbs import agents

    ids, what = _ids_and_remedy(given, done=done)
    said = {"by": by or who(), "note": note.strip()}

    def record(store: Store, case: int) -> bool:
        if done or what is None:
            return agents.fulfil(store, case, what, desk.policy, desk.now, **said)
        return agents.agree(store, case, what, desk.policy, desk.now, **said)

    shown = _each(desk, ids, record, lambda one: f"has that already: {_promised(one['remedy'], desk.tongue)}")
    _print_done(shown, as_json, lambda one: f"has a remedy: {_remedy(one['remedy'], desk)}")


def _ids_and_remedy(given: list[str], *, done: bool) -> tuple[list[int], Remedy | None]:
    from parcelwatch.core.intake import meant
    from parcelwatch.model import Remedy

    *named, last = given
    if last.isdigit():
        if not done:
            raise BadInput(
                f"say what was promised: {', '.join(Remedy)}; as in `parcelwatch cases remedy {last} refund`"
            )
        return [whole(each) for each in given], None
    if last not in list(Remedy):
        raise BadInput(f"no remedy {last[:40]!r}{meant(last, list(Remedy))}; there are {', '.join(Remedy)}")
    if not named:
        raise BadInput(f"say which case: `parcelwatch cases remedy 17 {last}`")
    return [whole(each) for each in named], Remedy(last)


def _each(
    desk: Desk, ids: list[int], do: Callable[[Store, int], bool], already: Callable[[dict[str, Any]], str]
) -> _Done:
    """Do it to each case, to all or to none; what they are then, and which were so already."""
    from parcelwatch import shapes

    done = _Done(len(ids) == 1)
    with desk.store() as store, store.transaction():
        for case in dict.fromkeys(ids):
            with standing():
                moved = do(store, case)
            shown = shapes.case_whole(store, case, desk.words, desk.now)
            done.moved += [shown] if moved else []
            done.idle += [] if moved else [f"case {case} {already(shown)}"]
    return done


class _Done:
    """What a verb came to. `alone`: one case was named."""

    def __init__(self, alone: bool) -> None:
        self.alone = alone
        self.moved: list[dict[str, Any]] = []
        self.idle: list[str] = []


def _print_done(done: _Done, as_json: bool, says: Callable[[dict[str, Any]], str]) -> None:
    from parcelwatch.cli import output

    if as_json:
        output.emit(done.moved[0] if done.alone and done.moved else done.moved)
    for shown in () if as_json else done.moved:
        output.say(f"Case {shown['id']} ({shown['kind']} of {shown['number']}) {says(shown)}.")
    if done.idle:
        raise NeedsAttention("; ".join(done.idle))


def _act(desk: Desk, ids: list[int], verb: str, by: str, until: datetime | None, *, as_json: bool) -> None:
    from parcelwatch.cli import output
    from parcelwatch.verbs import agents

    def act(store: Store, case: int) -> bool:
        return agents.act_on_case(store, case, verb, desk.policy, desk.now, by=by or who(), until=until)

    def says(shown: dict[str, Any]) -> str:
        waits = output.moment(shown["snoozed_until"], desk.config.timezone)
        return f"is {shown['state']}{f' until {waits}' if waits else ''}"

    done = _each(desk, ids, act, lambda one: f"is {one['state']} already")
    if verb == "resolve" and not as_json:
        _remind_of_claims(done.moved)
    _print_done(done, as_json, says)


def _remind_of_claims(resolved: list[dict[str, Any]]) -> None:
    from parcelwatch.cli import output

    for shown in resolved:
        if shown["claim"] and shown["claim"]["running"]:
            last = shown["claim"]["last_on"]
            output.note(
                f"Its claim against the courier can be made until {last}: "
                f"`cases claim {shown['id']} --filed`, or `--none`.",
                "dim",
            )


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
