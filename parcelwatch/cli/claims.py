"""`parcelwatch claims …`: what can still be claimed from couriers, and until when they take claims."""

from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING, Annotated, Any

import typer

from parcelwatch.cli.base import Account, Json, command, group
from parcelwatch.cli.desk import Desk, asked_account
from parcelwatch.errors import BadInput

if TYPE_CHECKING:
    from parcelwatch.cli.tongue import Tongue
    from parcelwatch.core.windows import Window

app = group("What can still be claimed from couriers, and until when they take claims.")


@command(app, "list", "claims list", "claims list --due 7d", "claims list --all --json")
def list_all(
    desk: Desk,
    due: Annotated[str, typer.Option("--due", metavar="SPAN", help="Only those to be made within so long: 7d.")] = "",
    courier: Account = "",
    every: Annotated[bool, typer.Option("--all", help="Also those made, paid, refused, dropped or missed.")] = False,
    as_json: Json = False,
) -> None:
    """List the claims that are still to be made, the most pressing first.

    A claim made on its last day is in time.
    """
    from parcelwatch import shapes
    from parcelwatch.cli import output
    from parcelwatch.store import cases

    now = desk.now
    today = now.astimezone(desk.config.timezone).date()
    latest = today + _span(due) if due else date.max
    with desk.store() as store:
        asked_account(desk, store, courier)
        found = [shapes.case(row, desk.words, now) for row in cases.rows(store, now, courier=courier)]
    rows = [_row(case, today) for case in found if _wanted(case["claim"], latest, every=every)]
    rows.sort(key=lambda row: (row["last_on"] or "9999", row["case"]))
    if as_json:
        output.emit_list(rows)
        return
    t = desk.tongue
    _print(rows, t("Nothing to claim within that time.") if due else t("Nothing to claim."), t)


def _print(rows: list[dict[str, Any]], empty: str, t: Tongue) -> None:
    from parcelwatch.cli import output
    from parcelwatch.cli.cases import window

    columns = t.columns(
        ">Case", "!Kind", "!Number", "!?+Order", "!Last day", ">?Days left", "!State", "?+Claim number", "~Window"
    )
    shown = [
        (
            row["case"],
            t.kind(row["kind"]),
            row["number"],
            t.some(map(output.safe, row["orders"]), 3),
            row["last_on"] or t("not known"),
            "" if row["days_left"] is None else row["days_left"],
            t("missed") if row["missed"] else t("no claim") if row["state"] == "none" else t(row["state"]),
            output.safe(row["ref"], 60),
            window(row["window"], t),
        )
        for row in rows
    ]
    output.show(columns, shown, empty, t.styles)


def _wanted(claim: dict[str, Any] | None, latest: date, *, every: bool) -> bool:
    if claim is None or (claim["state"] == "open" and not claim["running"]):
        return False
    open_still = claim["state"] == "open" and not claim["missed"]
    return (every or open_still) and (
        latest == date.max or date.fromisoformat(claim["last_on"] or "9999-12-31") <= latest
    )


def _row(case: dict[str, Any], today: date) -> dict[str, Any]:
    claim = case["claim"]
    last = date.fromisoformat(claim["last_on"]) if claim["last_on"] else None
    named = ("number", "courier", "company", "orders", "kind", "severity")
    return {
        "case": case["id"],
        **{name: case[name] for name in named},
        "case_state": case["state"],
        **claim,
        "days_left": (last - today).days if last and claim["running"] and not claim["missed"] else None,
    }


def _span(text: str) -> timedelta:
    from parcelwatch.duration import parse

    try:
        return parse(text).natural()
    except ValueError as error:
        raise BadInput(f"--due {text}: {error}") from None


@command(app, "windows", "claims windows", "claims windows --courier ups --json")
def windows(
    desk: Desk,
    courier: Annotated[str, typer.Option("--courier", metavar="NAME", help="Only this courier's: ups, 申通.")] = "",
    as_json: Json = False,
) -> None:
    """List until when couriers take claims, and who says so.

    Your own, from `[[claims]]` in the configuration, go before those that come along.
    """
    from parcelwatch.cli import output
    from parcelwatch.core.rows import companies

    config = desk.config
    wanted = {courier, *companies.keys(courier)} if courier else set()
    known = [one for one in config.claims().windows if not wanted or one.courier in wanted]
    rows = [_window(one) for one in known]
    if as_json:
        output.emit_list(rows)
        return
    _print_windows(rows, courier, desk.tongue)


def _window(one: Window) -> dict[str, Any]:
    return {
        "courier": one.courier or None,
        "company": one.company or None,
        "service": one.service or None,
        "lane": one.lane or None,
        "origin": one.origin or None,
        "destination": one.destination or None,
        "loss": one.loss,
        "days": one.days,
        "from": one.start,
        "own": one.own,
        "basis": one.basis,
        "source": one.source,
        "title": one.title,
        "checked_on": one.checked_on.isoformat() if one.checked_on else None,
        "note": one.note,
        "doubt": one.doubt.get("en", ""),
    }


def _said(row: dict[str, Any], t: Tongue) -> str:
    source = row["source"] or (t("your configuration") if row["own"] else "")
    return t("{source}, read on {day}", source=source, day=row["checked_on"]) if row["checked_on"] else source


def _print_windows(rows: list[dict[str, Any]], courier: str, t: Tongue) -> None:
    from parcelwatch.cli import output
    from parcelwatch.cli.cases import basis, courier_of

    whom = ("company", "service", "lane", "origin", "destination")
    columns = t.columns("!Courier", "?Only", "!Loss", ">Days", "!From", "?Basis", "~Source")
    shown = [
        (
            courier_of(row["courier"] or "", t),
            t(", ").join(f"{t(name)} {t(row[name]) if name == 'lane' else row[name]}" for name in whom if row[name]),
            t(row["loss"]),
            row["days"],
            t(row["from"]),
            basis(row["basis"] or "", t, doubted=bool(row["doubt"])),
            _said(row, t),
        )
        for row in rows
    ]
    empty = t("No window is known for {courier}: `[[claims]]` in the configuration sets one.", courier=courier)
    output.show(columns, shown, empty)
