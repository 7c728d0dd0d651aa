"""`parcelwatch cases …`: parcels in trouble, listed and shown."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Final

import typer

from parcelwatch.cli.base import Account, Json, OfAlert, case_id, command, group
from parcelwatch.cli.desk import Desk, asked_account
from parcelwatch.cli.typed import one_of, who
from parcelwatch.errors import BadInput

if TYPE_CHECKING:
    from parcelwatch.cli.tongue import Tongue
    from parcelwatch.store import Store

_OWN_WINDOW: Final = re.compile(r"(?P<where>.*) \((?P<what>.*): (?P<days>\d+)d from (?P<start>\w+)\)")

app = group("List parcels in trouble; acknowledge, assign, snooze, resolve them.")

Case = Annotated[
    int,
    typer.Argument(metavar="ID", parser=case_id, help="The case's number, as in `cases list`, or an alert's: A44."),
]
OneState = Annotated[str, typer.Option("--state", help="open, acknowledged, snoozed or resolved.")]
Kind = Annotated[str, typer.Option("--kind", help="Only this kind, such as stalled.")]
OneOrder = Annotated[str, typer.Option("--order", metavar="ORDER", help="Only this order's.")]
AtLeast = Annotated[str, typer.Option("--severity", help="This or worse: low, medium, high or critical.")]
Tag = Annotated[str, typer.Option("--tag", metavar="TAG", help="Only of parcels with this tag.")]
Owner = Annotated[
    str | None, typer.Option("--owner", metavar="NAME", help='Only this agent\'s; "" for those nobody has.')
]
Mine = Annotated[bool, typer.Option("--mine", help="Only yours: those of whoever is logged in.")]
Promised = Annotated[
    str, typer.Option("--remedy", help="Only where one was promised: open, done, or which: refund, resend, …")
]
OneIncident = Annotated[
    int | None, typer.Option("--incident", metavar="ID", min=1, help="Only those that this incident tells.")
]
Limit = Annotated[int | None, typer.Option("--limit", metavar="N", min=1, help="At most so many.")]


@command(
    app,
    "list",
    "cases list --state open --kind stalled",
    "cases list --severity high --tag vip --limit 20",
    "cases list --order A-1001 --json",
    "cases list --mine",
    "cases list --remedy open --owner lin",
    "cases list --incident 3 --state open",
    logs=False,
)
def list_all(
    desk: Desk,
    state: OneState = "",
    kind: Kind = "",
    courier: Account = "",
    order: OneOrder = "",
    severity: AtLeast = "",
    tag: Tag = "",
    owner: Owner = None,
    mine: Mine = False,
    remedy: Promised = "",
    incident: OneIncident = None,
    limit: Limit = None,
    as_json: Json = False,
) -> None:
    """List every case, or those that match.

    Live ones first, the most pressing at the top.
    """
    from parcelwatch import shapes
    from parcelwatch.cli import output
    from parcelwatch.store import cases, orders

    now = desk.now
    asked: dict[str, Any] = {"state": state, "kind": kind, "severity": severity, "remedy": remedy}
    _check(asked)
    whose = _whose(owner, mine=mine)
    with desk.store() as store:
        asked_account(desk, store, courier)
        if order:
            order = orders.show(store, order.strip())["order"]
        _require(store, incident)
        found = cases.rows(store, now, courier=courier, order=order, tag=tag, owner=whose, incident=incident, **asked)
    rows = [shapes.case(row, desk.words, now) for row in found[:limit]]
    if as_json:
        output.emit_list(rows)
        return
    _print_list(rows, desk, len(found) - len(rows))


def _require(store: Store, incident: int | None) -> None:
    """Raise NotFound for an incident there is not."""
    if incident is not None:
        from parcelwatch.store import incidents

        incidents.one(store, incident)


def _whose(owner: str | None, *, mine: bool) -> str | None:
    """Whose cases are asked for, "" for nobody's and None for all."""
    if mine and owner is not None:
        raise BadInput("--mine and --owner: say one of the two")
    return who() if mine else owner


def _check(asked: Mapping[str, str]) -> None:
    """Raise BadInput for an option's value that it does not know."""
    from parcelwatch.core.kinds import RULES
    from parcelwatch.model import Severity, State
    from parcelwatch.store import cases

    one_of("state", asked["state"], list(State))
    one_of("kind", asked["kind"], list(RULES))
    one_of("severity", asked["severity"], [each for each in Severity if each is not Severity.OPERATOR])
    one_of("remedy", asked["remedy"], list(cases.REMEDIES))


def _print_list(rows: list[dict[str, Any]], desk: Desk, more: int) -> None:
    from parcelwatch.cli import output
    from parcelwatch.cli.output import moment, safe, worded

    zone, t = desk.config.timezone, desk.tongue
    columns = t.columns(
        ">ID", "!Kind", "!Severity", "!State", "?+Owner", "!Number", "!?+Order", "!?Since", "!?Claim by"
    )
    columns += t.columns("?Promised", "?Tags", ">?Incident", "~Why")
    shown = [
        (
            row["id"],
            t.kind(row["kind"]),
            t.severity(row["severity"]),
            t(row["state"]),
            safe(row["owner"], 20),
            row["number"],
            t.some(map(safe, row["orders"]), 3),
            moment(row["since"], zone),
            claim_by(row["claim"], t),
            promised(row["remedy"], t),
            safe(t.listed(row["tags"]), 40),
            row["incident"] or "",
            (t("(behind {kind})", kind=t.kind(row["hidden_by"])) + " " if row["hidden_by"] else "")
            + worded(row["sentence"]),
        )
        for row in rows
    ]
    output.show(columns, shown, t("No cases."), t.styles)
    output.zone_note(zone, t("Times are in {zone}."))
    if more:
        output.note(t("{more} more: give a higher `--limit`, or none.", more=more), "dim")


def promised(remedy: Mapping[str, Any] | None, t: Tongue) -> str:
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

    with desk.store() as store:
        case = meant(store, case)
    if bundle is not None:
        _bundle(desk, case, bundle, force=force, as_json=as_json)
        return
    with desk.store() as store:
        shown = shapes.case_whole(store, case, desk.words, desk.now)
    if as_json:
        output.emit(shown)
        return
    _print(shown, desk)


def meant(store: Store, case: int) -> int:
    """The number of a case, of the one that an alert is about where an alert was named. Raises NotFound."""
    from parcelwatch.store import alerts

    return alerts.case_of(store, case) if isinstance(case, OfAlert) else case


def _print(shown: Mapping[str, Any], desk: Desk) -> None:
    from parcelwatch.cli import output
    from parcelwatch.cli.output import moment, safe, worded

    zone, t = desk.config.timezone, desk.tongue
    written = t.listed(t("{what} ({how})", what=row["id"], how=t(row["state"])) for row in shown["drafts"])
    output.pairs(t.named({**_summary(shown, desk), "drafts": written}))
    output.say()
    lines = [
        (
            moment(event["at"], zone),
            _move(event, t),
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


def _move(event: Mapping[str, Any], t: Tongue) -> str:
    """From which state to which; the one that stayed where something else was done."""
    before, after = (_state(event[when], t) for when in ("before", "after"))
    return after if before == after else f"{before or t('new')} → {after}"


def _state(said: str, t: Tongue) -> str:
    """A case's, or its claim's."""
    return t("claim {state}", state=t(said.removeprefix("claim "))) if said.startswith("claim ") else t(said)


def _bundle(desk: Desk, case: int, target: Path, *, force: bool, as_json: bool) -> None:
    from parcelwatch import bundle
    from parcelwatch.cli import output

    with desk.store() as store:
        made = bundle.files(store, case, desk.words, desk.now)
    bundle.write(target, made, force=force)
    if as_json:
        output.emit({"case": case, "path": str(target.absolute()), "files": list(made)})
        return
    t = desk.tongue
    output.say(t("{path} holds what speaks for case {case}: {files}.", path=target, case=case, files=t.listed(made)))


def _summary(shown: Mapping[str, Any], desk: Desk) -> dict[str, object]:
    from parcelwatch.cli.output import moment, safe, worded

    zone, t = desk.config.timezone, desk.tongue
    return {
        "case": shown["id"],
        "number": shown["number"],
        "courier": desk.words.whose.courier(shown["courier"], shown["company"]),
        "orders" if len(shown["orders"]) > 1 else "order": t.some(map(safe, shown["orders"])),
        "kind": t.kind(shown["kind"]),
        "severity": t.severity(shown["severity"]),
        "state": t(shown["state"]),
        "owner": safe(shown["owner"], 60),
        "remedy": agreed(shown["remedy"], desk),
        "customer hears by": moment(shown["word_due_at"], zone),
        "hidden by": t.kind(shown["hidden_by"]) if shown["hidden_by"] else None,
        "incident": shown["incident"] or "",
        "why": worded(shown["sentence"]),
        "since": moment(shown["since"], zone),
        "threshold": shown["threshold"],
        "set by": t.sentence(t(shown["policy_line"])),
        "opened": moment(shown["opened_at"], zone),
        "snoozed until": moment(shown["snoozed_until"], zone),
        "resolved": moment(shown["resolved_at"], zone),
        "reopened": t.count(shown["reopened"], "time") if shown["reopened"] else "",
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
        "window": window(claim["window"], t),
        **_vouched(claim["window"], t),
        "claim number": safe(claim["ref"], 60),
        "paid": safe(claim["amount"], 60),
    }


def _vouched(line: str, t: Tongue) -> dict[str, object]:
    """Who says so of a window that comes along, and what speaks against it."""
    from parcelwatch import claims

    known = claims.named(line)
    if known is None:
        return {}
    where = t(
        "{source}, read on {day}", source=" ".join(filter(None, (known.title, known.source))), day=known.checked_on
    )
    return {"source": where, "doubt": t.of(known.doubt)}


def window(line: str, t: Tongue) -> str:
    """What a claim's last day is counted by; a shop's own is named by its place in the configuration."""
    from parcelwatch import claims

    known = claims.named(line)
    if known is None:
        return _own_window(line, t)
    whom, loss, start = courier_of(known.courier, t), t(known.loss), t(known.start)
    said = t("comes along: {whom}, {loss}: {days}d from {start}", whom=whom, loss=loss, days=known.days, start=start)
    return t("{what} ({how})", what=said, how=basis(known.basis or "", t, doubted=bool(known.doubt)))


def _own_window(line: str, t: Tongue) -> str:
    from parcelwatch.core.windows import Lane

    found = _OWN_WINDOW.fullmatch(line)
    if not (found and t.chosen):
        return line
    *whom, loss = found["what"].split(", ")
    names = t.listed(t(one) if one in set(Lane) else t.courier(one) for one in whom) or t("any courier")
    said = "{where} ({whom}, {loss}: {days}d from {start})"
    return t(said, where=found["where"], whom=names, loss=t(loss), days=found["days"], start=t(found["start"]))


def basis(name: str, t: Tongue, *, doubted: bool) -> str:
    """What a window rests on, and whether something speaks against it."""
    return t("{what}, in doubt", what=t(name)) if doubted else name and t(name)


def courier_of(window: str, t: Tongue) -> str:
    """Whose window it is: a code, which options take, where the commands speak English."""
    return (t.courier(window) if t.chosen else window) or t("any courier")


def agreed(remedy: Mapping[str, Any] | None, desk: Desk) -> str:
    from parcelwatch.cli.output import moment, safe

    if remedy is None:
        return ""
    zone, t = desk.config.timezone, desk.tongue
    what, at, who = t(remedy["what"]), moment(remedy["agreed_at"], zone), safe(remedy["by"], 60)
    promised = t("{remedy}, promised {at}", remedy=what, at=at)
    if who:
        promised = t("{remedy}, promised {at} by {who}", remedy=what, at=at, who=who)
    done = t("done {at}", at=moment(remedy["done_at"], zone)) if remedy["done_at"] else t("not done yet")
    done = t("{what} ({how})", what=done, how=safe(remedy["note"])) if remedy["note"] else done
    return t(", ").join((promised, done))
