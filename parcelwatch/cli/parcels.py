"""`parcelwatch parcels …`: what is being watched."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Annotated, Any, Final, NamedTuple

import typer

from parcelwatch.cli import adding
from parcelwatch.cli.base import Account, By, Company, Json, NeedsAttention, Number, command, group, standing
from parcelwatch.cli.desk import Desk, asked_account, known_account
from parcelwatch.cli.typed import who
from parcelwatch.errors import BadInput

if TYPE_CHECKING:
    from datetime import tzinfo

    from parcelwatch.cli.tongue import Tongue
    from parcelwatch.model import Parcel
    from parcelwatch.store import Store

app = group("Watch parcels, list them, stop watching, forget them.")
adding.register(app)

NumberOrOrder = Annotated[
    str, typer.Argument(metavar="NUMBER", help="A tracking number, or an order for all of its parcels.")
]
OneAccount = Annotated[str, typer.Option("--courier", metavar="ACCOUNT", help="Which, if several couriers have it.")]


@command(app, "list", "parcels list --courier my_dhl --open", "parcels list --where tag=vip --json", logs=False)
def list_all(
    desk: Desk,
    courier: Account = "",
    milestone: Annotated[str, typer.Option("--milestone", help="Only those that are there, such as in_transit.")] = "",
    open_only: Annotated[bool, typer.Option("--open", help="Only those with an open case.")] = False,
    where: Annotated[
        list[str] | None, typer.Option("--where", metavar="NAME=VALUE", help="Only those for which this holds.")
    ] = None,
    as_json: Json = False,
) -> None:
    """List every parcel, or those that match."""
    from parcelwatch.cli import output
    from parcelwatch.core.rows.near import did_you_mean
    from parcelwatch.model import Milestone
    from parcelwatch.store import parcels
    from parcelwatch.verbs import finding

    conditions = finding.by(_conditions(where))
    if milestone and milestone not in list(Milestone):
        raise BadInput(
            f"no milestone {milestone!r}{did_you_mean(milestone, Milestone)}; there are {', '.join(Milestone)}"
        )
    with desk.store() as store:
        asked_account(desk, store, courier)
        rows = parcels.rows(store, courier, milestone, open_only, conditions)
        if as_json:
            output.emit_list(rows)
            return
        zone = desk.config.timezone
        t = desk.tongue
        shown = [_listed(row, zone, t) for row in rows]
    columns = t.columns("!Number", "Courier", "+Order", "Milestone", "!Last scan", ">Cases")
    output.show(columns, shown, t("No parcels. `parcelwatch parcels import FILE` watches some."))
    output.zone_note(zone, t("Times are in {zone}."))


def _listed(row: Mapping[str, Any], zone: tzinfo, t: Tongue) -> tuple[object, ...]:
    from parcelwatch.cli.output import moment, safe

    return (
        row["number"],
        _who(row),
        t.some(map(safe, row["orders"]), 3),
        _state(row, t),
        moment(row["last_checkpoint_at"], zone),
        row["open_cases"] or "",
    )


def _who(row: Mapping[str, Any]) -> str:
    return f"{row['courier']} {row['company']}".strip()


def _state(row: Mapping[str, Any], t: Tongue) -> str:
    if row["unwatched_at"]:
        return t("{milestone} (no longer watched)", milestone=t.milestone(row["milestone"]))
    return _stood(row, t)


def _stood(row: Mapping[str, Any], t: Tongue) -> str:
    milestone = t.milestone(row["milestone"])
    return t("{milestone} ({cause})", milestone=milestone, cause=t.cause(row["cause"])) if row["cause"] else milestone


@command(app, "show", "parcels show JD0002123456789", "parcels show A-1001 --json")
def show(
    desk: Desk, number: NumberOrOrder, courier: OneAccount = "", company: Company = "", as_json: Json = False
) -> None:
    """Show one parcel, its checkpoints and cases; of an order, every parcel."""
    from parcelwatch.cli import output
    from parcelwatch.verbs import finding

    with desk.store() as store:
        asked_account(desk, store, courier)
        found = [_whole(desk, store, parcel) for parcel in finding.meant(store, number, courier, company)]
    if as_json:
        output.emit(found[0] if len(found) == 1 else found)
        return
    for place, shown in enumerate(found):
        if place:
            output.say()
        _print_parcel(shown, desk)
    output.zone_note(desk.config.timezone, desk.tongue("Times are in {zone}."))


def _whole(desk: Desk, store: Store, parcel: Parcel) -> dict[str, Any]:
    from parcelwatch import shapes
    from parcelwatch.core.texts.privacy import shown as readable
    from parcelwatch.store import cases, parcels

    now = desk.now
    shown = parcels.show(store, parcel.id)
    shown["checkpoints"] = [{**each, "text": readable(each["text"])} for each in shown["checkpoints"]]
    shown["cases"] = [shapes.case(row, desk.words, now) for row in cases.rows(store, now, parcel_id=parcel.id)]
    return shown


def _print_parcel(shown: Mapping[str, Any], desk: Desk) -> None:
    from parcelwatch.cli import output
    from parcelwatch.cli.output import safe, worded
    from parcelwatch.core.tracking.timeline import MOST, READ

    t = desk.tongue
    output.pairs(t.named(_summary(shown, desk)))
    output.say()
    checkpoints = [
        (_when(each, desk), _stood(each, t), _said(each), safe(each["place"], 80)) for each in shown["checkpoints"]
    ]
    columns = t.columns("!When", "Milestone", "What the courier said", "Where")
    output.show(columns, checkpoints, t("No checkpoints yet."))
    if len(checkpoints) >= READ:
        output.say(
            t(
                "Of a long list the newest {read} checkpoints are read, and the newest {kept} are kept.",
                read=READ,
                kept=MOST,
            ),
            "dim",
        )
    output.say()
    known = [
        (each["id"], t.kind(each["kind"]), t.severity(each["severity"]), t(each["state"]), worded(each["sentence"]))
        for each in shown["cases"]
    ]
    output.show(t.columns(">Case", "!Kind", "!Severity", "!State", "Why"), known, t("No cases."), t.styles)


def _said(checkpoint: Mapping[str, Any]) -> str:
    from parcelwatch.cli.output import safe

    said = safe(checkpoint["text"] or checkpoint["code"])
    return f"({safe(checkpoint['by'], 60)}) {said}".strip() if "by" in checkpoint else said


def _summary(shown: Mapping[str, Any], desk: Desk) -> dict[str, object]:
    from parcelwatch.cli.output import moment, safe

    zone, t = desk.config.timezone, desk.tongue
    return {
        "number": shown["number"],
        "courier": _who(shown),
        "orders" if len(shown["orders"]) > 1 else "order": t.some(map(safe, shown["orders"])),
        "destination": shown["destination"],
        "milestone": _state(shown, t),
        "last scan": moment(shown["last_checkpoint_at"], zone),
        "courier answered": moment(shown["confirmed_at"], zone),
        "estimate": moment(shown["estimate"], zone),
        "promised by": moment(shown["promised_by"], zone),
        "refused": safe(shown["refused"]),
        "tracking stopped": safe(desk.words.stopped(shown["stopped"] or "")),
        "next ask": t("{at} ({why})", at=moment(shown["poll_at"], zone), why=t.sentence(shown["poll_why"]))
        if shown["poll_at"]
        else t("none"),
    }


def _when(checkpoint: Mapping[str, Any], desk: Desk) -> str:
    from parcelwatch.cli.output import moment

    zone = desk.config.timezone
    begin, end = moment(checkpoint["occurred_at"], zone), moment(checkpoint.get("occurred_until"), zone)
    return f"{begin} – {end}" if end and end != begin else begin


Numbers = Annotated[
    list[str] | None,
    typer.Argument(metavar="NUMBER…", help="Tracking numbers, or orders for all of their parcels."),
]
Where = Annotated[
    list[str] | None,
    typer.Option("--where", metavar="NAME=VALUE", help="All watched parcels for which this holds, instead of numbers."),
]
Yes = Annotated[bool, typer.Option("--yes", help="Do it for all that --where finds.")]


@command(app, "stop", "parcels stop JD0002123456789", "parcels stop --where tag=cancelled --yes")
def stop(
    desk: Desk,
    numbers: Numbers = None,
    where: Where = None,
    yes: Yes = False,
    courier: OneAccount = "",
    company: Company = "",
    by: By = "",
    as_json: Json = False,
) -> None:
    """Stop watching parcels.

    They are asked about no more and their cases are closed; what is known of them stays.
    """
    from parcelwatch.verbs import agents

    def do(store: Store, parcel: Parcel) -> bool:
        return agents.stop(store, parcel, desk.policy, desk.now, by=by or who())

    chosen = _Chosen(numbers, where, courier, company, yes=yes)
    _each(desk, chosen, do, STOPPED, as_json=as_json)


@command(app, "resume", "parcels resume JD0002123456789")
def resume(
    desk: Desk,
    numbers: Numbers = None,
    courier: OneAccount = "",
    company: Company = "",
    by: By = "",
    as_json: Json = False,
) -> None:
    """Watch stopped parcels again.

    They are due at once, and the cases that were closed when they were stopped are open again; what was told of them is
    not told again.
    """
    from parcelwatch.verbs import agents

    def do(store: Store, parcel: Parcel) -> bool:
        return agents.resume(store, parcel, desk.policy, desk.now, by=by or who())

    _each(desk, _Chosen(numbers, None, courier, company), do, RESUMED, as_json=as_json)


@command(
    app, "move", "parcels move JD0002123456789 --to my_dhl", "parcels move --where company=sto --to-company shentong"
)
def move(
    desk: Desk,
    numbers: Numbers = None,
    where: Where = None,
    to: Annotated[str, typer.Option("--to", metavar="ACCOUNT", help="The account to ask from now on.")] = "",
    to_company: Annotated[str, typer.Option("--to-company", metavar="CODE", help="The courier behind it.")] = "",
    yes: Yes = False,
    courier: OneAccount = "",
    company: Company = "",
    as_json: Json = False,
) -> None:
    """Ask another account, or about another company."""
    from parcelwatch.core.rows import companies
    from parcelwatch.verbs import agents

    if not (to or to_company):
        raise BadInput("say where to: --to ACCOUNT, or --to-company CODE, or both")
    known_account(desk, to)

    def do(store: Store, parcel: Parcel) -> bool:
        api = desk.config.accounts()[to or parcel.courier].api
        code = companies.company(api, to_company).code if to_company else ""
        with standing():
            return agents.move(store, parcel, to, code, desk.policy, desk.now)

    _each(desk, _Chosen(numbers, where, courier, company, yes=yes), do, MOVED, as_json=as_json)


@command(
    app, "mark", "parcels mark JD0002123456789 delivered --note 'the buyer rang'", "parcels mark JD0002123456789 lost"
)
def mark(
    desk: Desk,
    number: Number,
    how: Annotated[str, typer.Argument(metavar="HOW", help="delivered, returned, lost, damaged, destroyed and so on.")],
    note: Annotated[str, typer.Option("--note", metavar="TEXT", help="How you know.")] = "",
    courier: OneAccount = "",
    company: Company = "",
    by: By = "",
    as_json: Json = False,
) -> None:
    """Say how a parcel stands.

    Your word counts as a scan of the courier's would, and is shown as yours; what the courier says later may outweigh
    it. Known: delivered, returned, cancelled, lost, damaged, destroyed, refused, ready (to be collected).
    """
    from parcelwatch.cli import output
    from parcelwatch.verbs import agents, finding

    with desk.store() as store:
        parcel = finding.pick(store, number, courier, company)
        agents.mark(store, parcel, how, desk.policy, desk.now, note=note, by=by or who())
        shown = _whole(desk, store, parcel)
    if as_json:
        output.emit(shown)
        return
    t = desk.tongue
    said = {"number": parcel.number, "how": t.marked(how), "state": _state(shown, t)}
    same = said["how"] == said["state"]
    output.say(t("{number} is marked {how}." if same else "{number} is marked {how}; it is {state} now.", **said))


class Done(NamedTuple):
    """What is said of a parcel that something was done to, and of one that it had been done to before."""

    now: str
    before: str


STOPPED: Final = Done("{number} is no longer watched.", "{number} was no longer watched already.")
RESUMED: Final = Done("{number} is watched again.", "{number} was watched already.")
MOVED: Final = Done("{number} is moved.", "{number} was moved already.")


class _Chosen(NamedTuple):
    """Which parcels a command is about."""

    numbers: list[str] | None
    where: list[str] | None
    courier: str
    company: str
    yes: bool = False


def _each(desk: Desk, chosen: _Chosen, do: Callable[[Store, Parcel], bool], said: Done, *, as_json: bool) -> None:
    """Do something to every parcel that was chosen, and say what became of each."""
    from parcelwatch.cli import output

    with desk.store() as store:
        asked_account(desk, store, chosen.courier)
        found = _chosen(store, chosen, desk.tongue)
        with store.transaction():
            changed = [(parcel, do(store, parcel)) for parcel in found]
    rows = [{"number": one.number, "courier": one.courier, "changed": moved} for one, moved in changed]
    if as_json:
        output.emit(rows[0] if len(rows) == 1 and not chosen.where else rows)
        return
    for parcel, moved in changed:
        output.say(desk.tongue(said.now if moved else said.before, number=parcel.number))


def _chosen(store: Store, chosen: _Chosen, t: Tongue) -> list[Parcel]:
    from parcelwatch.verbs import finding

    if bool(chosen.numbers) == bool(chosen.where):
        raise BadInput("say which parcels: numbers, or --where NAME=VALUE")
    if chosen.numbers:
        return _named(store, chosen)
    found = finding.chosen(store, _conditions(chosen.where))
    if not found:
        raise NeedsAttention(f"no watched parcel has {' and '.join(chosen.where or ())}")
    if not chosen.yes:
        are = t("{count}: {numbers}", count=t.count(len(found), "parcel"), numbers=t.some(one.number for one in found))
        raise NeedsAttention(f"that is {are}; give --yes to do it")
    return found


def _conditions(where: list[str] | None) -> dict[str, str]:
    """What --where says. Raises BadInput."""
    pairs = [each.partition("=") for each in where or ()]
    if any(not (name and value) for name, _, value in pairs):
        raise BadInput("--where takes NAME=VALUE, such as courier=my_dhl")
    return {name: value for name, _, value in pairs}


def _named(store: Store, chosen: _Chosen) -> list[Parcel]:
    from parcelwatch.verbs import finding

    found = [finding.meant(store, number, chosen.courier, chosen.company) for number in chosen.numbers or ()]
    return list({one.id: one for some in found for one in some}.values())


@command(app, "forget", "parcels forget JD0002123456789 --yes", "parcels forget A-1001")
def forget(
    desk: Desk,
    number: NumberOrOrder,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask; needed where there is no terminal.")] = False,
    as_json: Json = False,
) -> None:
    """Erase every trace of a parcel, or of all parcels of an order.

    Everywhere in the database and its files. An order left without a parcel goes too, with its buyer's name and
    contact; one that has other parcels stays with them. Shops and files that tell of it again are not heard;
    `parcels add` is.
    """
    from parcelwatch import shapes
    from parcelwatch.cli import forgetting, joined, output
    from parcelwatch.store import erase
    from parcelwatch.verbs import erasing

    with desk.store() as store:
        numbers = _numbers(store, number)
        forgetting.sure(erase.of_parcels(store, *numbers), desk.tongue, yes=yes)
        gone = erasing.forget(store, *numbers, policy=desk.policy, now=desk.now)
        lapsed = [shapes.draft_whole(store, one, desk.words) for one in gone.lapsed]
    if as_json:
        parcels, orders = list(gone.parcels.values()), [order for order in gone.orders.values() if order]
        said = {"number": numbers[0], "forgotten": len(parcels), "parcels": parcels, "orders": orders}
        output.emit({**said, "lapsed": list(gone.lapsed)})
        return
    forgetting.say_gone(gone, desk.tongue)
    joined.say(lapsed, desk.tongue)


@command(app, "export", "parcels export JD0002123456789 > parcel.json")
def export(desk: Desk, number: NumberOrOrder, as_json: Json = True) -> None:  # noqa: ARG001 - it is JSON with and without
    """Print all that is kept about a parcel, or about all parcels of an order.

    As JSON, with nothing masked.
    """
    from parcelwatch.cli import output
    from parcelwatch.store import parcels

    with desk.store() as store:
        output.emit(parcels.export(store, *_numbers(store, number)))


def _numbers(store: Store, number: str) -> list[str]:
    """The tracking numbers that are meant: this one, or those of the order with it."""
    from parcelwatch.verbs import finding

    return list(dict.fromkeys(parcel.number for parcel in finding.matching(store, number)))
