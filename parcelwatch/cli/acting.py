"""`parcelwatch cases ack`, `assign`, `remedy` and the like: what agents do about parcels in trouble."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import TYPE_CHECKING, Annotated, Any

import typer

from parcelwatch.cli.base import By, Json, NeedsAttention, case_id, command, standing
from parcelwatch.cli.cases import Case, agreed, app, meant, promised
from parcelwatch.cli.desk import Desk
from parcelwatch.cli.typed import when, who
from parcelwatch.errors import BadInput

if TYPE_CHECKING:
    from parcelwatch.cli.tongue import Tongue
    from parcelwatch.model import Remedy
    from parcelwatch.store import Store

Cases = Annotated[
    list[int],
    typer.Argument(metavar="ID…", parser=case_id, help="Numbers of cases, as in `cases list`, or of alerts, as A44."),
]


def ack(desk: Desk, cases: Cases, by: By = "", as_json: Json = False) -> None:
    """Say that you look after it.

    It is yours if nobody has it. It is told again if it gets worse, and once if nothing comes of it.
    """
    _act(desk, cases, "ack", by, None, as_json=as_json)


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


def resolve(desk: Desk, cases: Cases, by: By = "", as_json: Json = False) -> None:
    """Close it.

    The same evidence does not open it again.
    """
    _act(desk, cases, "resolve", by, None, as_json=as_json)


def reopen(desk: Desk, cases: Cases, by: By = "", as_json: Json = False) -> None:
    """Take back that it was acknowledged, snoozed or resolved.

    It is open again as it was, and nobody is told once more. One that ended by itself opens by itself.
    """
    _act(desk, cases, "reopen", by, None, as_json=as_json)


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

    choices = {"file": filed, "pay": paid is not None, "refuse": refused, "drop": none}
    said = [verb for verb, given in choices.items() if given]
    if len(said) != 1 or paid == "":
        raise BadInput(
            f"say one of --filed, --paid AMOUNT, --refused, --none: `parcelwatch cases claim {case} --filed --ref NO`"
        )
    with desk.store() as store, store.transaction():
        case = meant(store, case)
        with standing():
            moved = agents.claim(
                store, case, said[0], desk.policy, desk.now, by=by or who(), ref=ref, amount=paid or ""
            )
        shown = shapes.case_whole(store, case, desk.words, desk.now)
    if as_json:
        output.emit(shown)
    t, state = desk.tongue, shown["claim"]["state"]
    if not moved:
        raise NeedsAttention(t("the claim of case {case} is {state} already", case=case, state=t(state)))
    if not as_json:
        output.say(t("{case}: {said}.", case=_named(shown, t), said=t(STANDS[state])))


STANDS = {"filed": "claimed", "paid": "the courier paid", "refused": "the courier refused", "none": "nothing to claim"}


def assign(
    desk: Desk,
    given: Annotated[
        list[str],
        typer.Argument(
            metavar="ID… [NAME]",
            help="Numbers of cases, as in `cases list`, or of alerts, as A44; who has them from now on.",
        ),
    ],
    to: Annotated[
        str | None, typer.Option("--to", metavar="NAME", help='Who has it from now on; "" for nobody.')
    ] = None,
    by: By = "",
    as_json: Json = False,
) -> None:
    """Give it to an agent.

    `cases list --owner` and `--mine` show who has what.
    """
    from parcelwatch.verbs import agents

    (cases, to), t = _ids_and_owner(given, to), desk.tongue

    def give(store: Store, case: int) -> bool:
        return agents.assign(store, case, to, desk.policy, desk.now, by=by or who())

    def already(shown: Mapping[str, Any]) -> str:
        owner = shown["owner"]
        return t("is {owner}'s already", owner=owner) if owner else t("is nobody's already")

    def now(shown: Mapping[str, Any]) -> str:
        owner = shown["owner"]
        return t("is {owner}'s now", owner=owner) if owner else t("is nobody's now")

    done = _each(desk, cases, give, already)
    _print_done(done, desk, as_json, now)


def _ids_and_owner(given: list[str], to: str | None) -> tuple[list[int], str]:
    """The cases, and whose they are to be: named last, or with --to where a name could be taken for a number."""
    *named, last = given
    if to is None and not last.lstrip("Aa").isdigit():
        given, to = named, last
    if not given:
        raise BadInput(f"say which case: `parcelwatch cases assign 17 {to or last}`")
    if to is None:
        raise BadInput(f"say who has it from now on: `parcelwatch cases assign {last} lin`")
    return [case_id(each) for each in given], _name(to)


_LONGEST_NAME = 60


def _name(text: str) -> str:
    """A person's name as it is kept: one line, not too long. Raises BadInput."""
    from parcelwatch.core.texts.text import plain

    name = plain(text, _LONGEST_NAME + 1).strip()
    if len(name) > _LONGEST_NAME:
        raise BadInput(f"a name has at most {_LONGEST_NAME} characters")
    return name


def remedy(
    desk: Desk,
    given: Annotated[
        list[str],
        typer.Argument(
            metavar="ID… resend|refund|redeliver|hold|documents|voucher|other",
            help="Cases; what the customer was promised.",
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

    t = desk.tongue
    ids, what = _ids_and_remedy(given, done=done)
    said = {"by": by or who(), "note": note.strip()}

    def record(store: Store, case: int) -> bool:
        if done or what is None:
            return agents.fulfil(store, case, what, desk.policy, desk.now, **said)
        return agents.agree(store, case, what, desk.policy, desk.now, **said)

    did = _each(desk, ids, record, lambda one: t("has that already: {remedy}", remedy=promised(one["remedy"], t)))
    _print_done(did, desk, as_json, lambda one: t("has a remedy: {remedy}", remedy=agreed(one["remedy"], desk)))


def _ids_and_remedy(given: list[str], *, done: bool) -> tuple[list[int], Remedy | None]:
    from parcelwatch.core.rows.near import did_you_mean
    from parcelwatch.model import Remedy

    *named, last = given
    if last.lstrip("Aa").isdigit():
        if not done:
            raise BadInput(
                f"say what was promised: {', '.join(Remedy)}; as in `parcelwatch cases remedy {last} refund`"
            )
        return [case_id(each) for each in given], None
    if last not in list(Remedy):
        raise BadInput(f"no remedy {last[:40]!r}{did_you_mean(last, list(Remedy))}; there are {', '.join(Remedy)}")
    if not named:
        raise BadInput(f"say which case: `parcelwatch cases remedy 17 {last}`")
    return [case_id(each) for each in named], Remedy(last)


def _each(
    desk: Desk, ids: list[int], do: Callable[[Store, int], bool], already: Callable[[dict[str, Any]], str]
) -> _Done:
    """Do it to each case, to all or to none; what they are then, and which were so already."""
    from parcelwatch import shapes

    t, done = desk.tongue, _Done(len(ids) == 1)
    with desk.store() as store, store.transaction():
        for case in dict.fromkeys(meant(store, each) for each in ids):
            with standing():
                moved = do(store, case)
            shown = shapes.case_whole(store, case, desk.words, desk.now)
            done.moved += [shown] if moved else []
            done.idle += [] if moved else [t("case {case} {said}", case=case, said=already(shown))]
    return done


class _Done:
    """What a verb came to. `alone`: one case was named."""

    def __init__(self, alone: bool) -> None:
        self.alone = alone
        self.moved: list[dict[str, Any]] = []
        self.idle: list[str] = []


def _named(shown: Mapping[str, Any], t: Tongue) -> str:
    """Which case it is, and what of which parcel."""
    return t("Case {case} ({kind} of {number})", case=shown["id"], kind=t.kind(shown["kind"]), number=shown["number"])


def _print_done(done: _Done, desk: Desk, as_json: bool, says: Callable[[dict[str, Any]], str]) -> None:
    from parcelwatch.cli import output

    t = desk.tongue
    if as_json:
        output.emit(done.moved[0] if done.alone and done.moved else done.moved)
    for shown in () if as_json else done.moved:
        output.say(t("{case} {said}.", case=_named(shown, t), said=says(shown)))
    if done.idle:
        raise NeedsAttention(t("; ").join(done.idle))


def _act(desk: Desk, ids: list[int], verb: str, by: str, until: datetime | None, *, as_json: bool) -> None:
    from parcelwatch.cli import output
    from parcelwatch.verbs import agents

    t = desk.tongue

    def act(store: Store, case: int) -> bool:
        return agents.act_on_case(store, case, verb, desk.policy, desk.now, by=by or who(), until=until)

    def says(shown: dict[str, Any]) -> str:
        if verb == "reopen":
            return t("is open again, no longer {state}", state=t(shown["events"][-1]["before"]))
        state, waits = t(shown["state"]), output.moment(shown["snoozed_until"], desk.config.timezone)
        return t("is {state} until {at}", state=state, at=waits) if waits else t("is {state}", state=state)

    done = _each(desk, ids, act, lambda one: t("is {state} already", state=t(one["state"])))
    if verb == "resolve" and not as_json:
        _remind_of_claims(done.moved, desk.tongue)
    _print_done(done, desk, as_json, says)


def _remind_of_claims(resolved: list[dict[str, Any]], t: Tongue) -> None:
    from parcelwatch.cli import output

    for shown in resolved:
        if shown["claim"] and shown["claim"]["running"]:
            reminder = (
                "Its claim against the courier can be made until {last}: `cases claim {case} --filed`, or `--none`."
            )
            output.note(t(reminder, last=shown["claim"]["last_on"], case=shown["id"]), "dim")


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
        case = meant(store, case)
        with store.transaction():
            cases.note(store, case, text.strip(), desk.now, by or who())
        shown = shapes.case_whole(store, case, desk.words, desk.now)
    if as_json:
        output.emit(shown)
        return
    t = desk.tongue
    output.say(t("Noted beside case {case}.", case=case))


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
    typed = [case_id(each) for each in named]
    with desk.store() as store:
        ids = list(dict.fromkeys(meant(store, each) for each in typed))
        with store.transaction():
            for case in ids:
                cases.set_verdict(store, case, said, desk.now)
        shown = [shapes.case_whole(store, case, desk.words, desk.now) for case in ids]
    if as_json:
        output.emit(shown[0] if len(shown) == 1 else shown)
        return
    t = desk.tongue
    for case in ids:
        output.say(t("Case {case}: {said}.", case=case, said=t(said)))


command(app, "ack", "cases ack 17 --by lin", "cases ack 17 18 21")(ack)
command(app, "snooze", "cases snooze 17 --until 2d", "cases snooze 17 18 --until 2026-12-24T09:00")(snooze)
command(app, "resolve", "cases resolve 17", "cases resolve 17 18 --by lin")(resolve)
command(app, "reopen", "cases reopen 17", "cases reopen 17 18 --by lin")(reopen)
command(
    app,
    "claim",
    "cases claim 17 --filed --ref RMA-2211",
    'cases claim 17 --paid "12.50 EUR"',
    "cases claim 17 --none",
)(claim)
command(app, "assign", "cases assign 17 lin", "cases assign 17 18 mei --by boss", 'cases assign 17 --to ""')(assign)
command(
    app,
    "remedy",
    "cases remedy 17 refund --note 'half of it'",
    "cases remedy 17 18 resend --by lin",
    "cases remedy 17 --done",
)(remedy)
command(app, "note", "cases note 17 'Called the depot, they look for it'")(note)
command(app, "verdict", "cases verdict 17 false", "cases verdict 17 18 known")(verdict)
