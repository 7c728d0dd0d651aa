"""`parcelwatch couriers …`: the accounts that are asked, whether they answer, and what they say."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Annotated, Any

import typer

from parcelwatch.cli.base import Company, Json, NeedsAttention, command, group
from parcelwatch.cli.desk import Desk, known_account
from parcelwatch.errors import BadInput, ConfigError

if TYPE_CHECKING:
    from parcelwatch.model import Ask

MOST_UNKNOWN = 20

app = group("See how the courier accounts fare; try them.")


@command(app, "list", "couriers list", "couriers list --all", "couriers list --json")
def list_all(
    desk: Desk,
    everything: Annotated[bool, typer.Option("--all", help="And every adapter, with what an account of it needs.")] = (
        False
    ),
    as_json: Json = False,
) -> None:
    """List the accounts with pace, quota and state.

    And what accounts there can be.
    """
    from parcelwatch.cli import output
    from parcelwatch.cli.asking import account_rows, adapter_rows
    from parcelwatch.config.declarations import shipped

    accounts = account_rows(desk) if desk.configured else []
    adapters = adapter_rows()
    if as_json:
        output.emit({"accounts": accounts, "adapters": adapters, "declared": list(shipped())})
        return
    if desk.configured:
        _print_accounts(accounts, desk)
    else:
        output.say("No configuration yet: `parcelwatch config init` writes one to start from.")
    output.say()
    if everything:
        _print_adapters(adapters)
    else:
        output.say(f"Adapters: {', '.join(each['api'] for each in adapters)}. `--all` shows what each needs.")
    output.say(f"Declared in TOML and ready to use: {', '.join(shipped())}. `parcelwatch couriers show` prints one.")


def _print_adapters(adapters: Sequence[Mapping[str, Any]]) -> None:
    from parcelwatch.cli import output

    rows = [
        (
            each["api"],
            ", ".join(each["needs"]) or "–",
            each["rate"],
            ", ".join(each["quotas"]) or "–",
            each["base_url"] or "–",
            "yes" if each["established"] else "no",
        )
        for each in adapters
    ]
    output.show(["!Adapter", "Needs", "Rate", "Quotas", "?Base URL", "Established"], rows, "")
    for each in adapters:
        if not each["established"]:
            output.say(f"{each['api']} is not established: {each['doubt']}.", "dim")
    output.say()


def _print_accounts(accounts: Sequence[Mapping[str, Any]], desk: Desk) -> None:
    from parcelwatch.cli import output
    from parcelwatch.cli.output import moment, safe

    zone = desk.config.timezone
    rows = [
        (
            each["account"],
            f"{each['api']} ({safe(each['declared'], 40)})" if each["declared"] else each["api"],
            each["rate"],
            "\n".join(f"{one['left']} of {one['quota']}" for one in each["quotas"]) or "–",
            f"{each['state']} {moment(each['since'], zone)}".strip(),
            each["watched"],
            each["due"],
            _behind(each["behind"]),
            moment(each["last_answer_at"], zone),
        )
        for each in accounts
    ]
    titles = ["!Account", "API", "Rate", "Quota left", "State", ">Watched", ">Due", "Behind", "Last answer"]
    output.show(titles, rows, "No accounts: add a [couriers.NAME] table to the configuration.")
    for each in accounts:
        if each["error"]:
            output.say(f"{each['account']}: {safe(each['error'], 400)}", "red")
    _print_unknown([row for each in accounts for row in each["unknown"]])


def _print_unknown(rows: Sequence[Mapping[str, Any]]) -> None:
    """Codes and wordings that map to nothing, those on most parcels first."""
    from parcelwatch.cli import output
    from parcelwatch.cli.output import safe

    if not rows:
        return
    ranked = sorted(rows, key=lambda row: (-row["parcels"], -row["count"]))
    shown = [
        (row["courier"], safe(row["code"], 80), safe(row["text"], 200), row["parcels"], row["count"])
        for row in ranked[:MOST_UNKNOWN]
    ]
    output.say()
    output.show(["Account", "Unknown code", "Text", ">Parcels", ">Heard"], shown, "")
    if len(rows) > len(shown):
        output.say(f"and {len(rows) - len(shown)} more: `parcelwatch couriers list --json`")


def _behind(seconds: int) -> str:
    """How long the first in line has waited; a tick of waiting is none."""
    if seconds < 60:
        return "–"
    hours, minutes = divmod(seconds // 60, 60)
    return f"{hours} h {minutes} min" if hours else f"{minutes} min"


@command(app, "show", "couriers show ups", "couriers show laposte", "couriers show kuaidi100 --json")
def show_one(
    desk: Desk,  # noqa: ARG001 - every command takes it
    api: Annotated[str, typer.Argument(metavar="API", help="An adapter, or a declaration, of `couriers list`.")],
    as_json: Json = False,
) -> None:
    """Show what an adapter wants and can do.

    Which credential is which, its options and limits, and the table to paste into the configuration. Of a courier that
    is declared in TOML, the declaration.
    """
    from parcelwatch.cli import output, showing

    declaration = showing.declaration(api)
    if declaration is not None:
        output.emit(declaration) if as_json else showing.print_declaration(declaration)
        return
    courier = showing.adapter(api)
    if as_json:
        output.emit(showing.described(courier))
    else:
        showing.print_adapter(courier)


@command(app, "check", "couriers check", "couriers check my_dhl")
def check(
    desk: Desk,
    account: Annotated[str, typer.Argument(metavar="[ACCOUNT]", help="Only this one.")] = "",
    as_json: Json = False,
) -> None:
    """See that keys and addresses work.

    Asks every account, or one, once about a made-up number; costs one call each.
    """
    from parcelwatch.cli import output
    from parcelwatch.cli.asking import check_accounts

    checked = check_accounts(desk, account)
    if as_json:
        output.emit(checked)
    else:
        columns = ["!Account", "API", "Host", "Result", "What"]
        rows = [
            (each["account"], each["api"], each["host"], "ok" if each["ok"] else "failed", _said(each))
            for each in checked
        ]
        output.show(columns, rows, "")
    unreadable = [each["said"] for each in checked if each["unreadable"]]
    if unreadable:
        raise ConfigError(unreadable)
    failed = [each["account"] for each in checked if not each["ok"]]
    if failed:
        raise NeedsAttention(f"{', '.join(failed)} cannot be asked")


def _said(checked: Mapping[str, Any]) -> str:
    from parcelwatch.cli.output import safe

    # What we say of our own configuration is to be copied as it is.
    return str(checked["said"]) if checked["unreadable"] else safe(checked["said"], 400)


@command(
    app,
    "read",
    'couriers read "Your parcel was delivered"',
    'couriers read "疑似遗失，查找中" --json',
    'couriers read "Non consegnato" --language it',
)
def read_text(
    desk: Desk,  # noqa: ARG001 - every command takes it
    text: Annotated[str, typer.Argument(metavar="TEXT", help="What a courier says of a parcel.")],
    language: Annotated[
        str, typer.Option("--language", metavar="CODE", help="The language it is in, where the text leaves it open.")
    ] = "",
    as_json: Json = False,
) -> None:
    """Show how a courier's text is read.

    Which milestone and cause, how sure, and the rows of the language's file that decided. It needs no configuration.
    """
    from parcelwatch.cli import output, reading

    found = reading.decided(text, language)
    if as_json:
        output.emit(reading.document(text, found))
    else:
        reading.show(text, found)


@command(app, "wordings", "couriers wordings", "couriers wordings it", "couriers wordings --json")
def wordings(
    desk: Desk,  # noqa: ARG001 - every command takes it
    language: Annotated[str, typer.Argument(metavar="[LANGUAGE]", help="Only this one.")] = "",
    as_json: Json = False,
) -> None:
    """Count what is known of each language, and prove it.

    Every wording is read by its own example; what is read otherwise is told with its file and line.
    """
    from parcelwatch.cli import output, reading

    found = reading.wordings(language)
    if as_json:
        output.emit({"languages": found})
    else:
        reading.show_wordings(found)
    wrong = sum(len(each["faults"]) for each in found)
    if wrong:
        raise NeedsAttention(f"{output.count(wrong, 'example')} read otherwise")


@command(
    app,
    "detect",
    "couriers detect 1Z999AA10123456784",
    "couriers detect 773027491214552 RR123456785CN --json",
    "couriers detect --file numbers.txt",
)
def detect_couriers(
    desk: Desk,
    numbers: Annotated[
        list[str] | None, typer.Argument(metavar="[NUMBER]...", help="Tracking numbers; - reads them from stdin.")
    ] = None,
    file: Annotated[str, typer.Option("--file", metavar="PATH", help="A file with one number a line.")] = "",
    as_json: Json = False,
) -> None:
    """Say whose a number may be.

    By its form and its check digit, the likeliest first, and which account could ask. It needs no configuration, asks
    nobody and decides nothing: which account a parcel goes to is yours to say.
    """
    from parcelwatch.cli import detecting, output

    if not numbers and not file:
        raise BadInput("which number? `parcelwatch couriers detect NUMBER…`, or --file PATH")
    there = detecting.accounts(desk)
    rows = detecting.Rows(detecting.texts(numbers or [], file), there)
    if as_json:
        output.emit_list(rows)
    else:
        for row in rows:
            detecting.show(row)
    if rows.unknown:
        raise NeedsAttention(f"no courier known for {rows.unknown} of {output.count(rows.seen, 'number')}")


@command(
    app,
    "try",
    "couriers try my_dhl JD0002123456789",
    "couriers try kd100 YT8812345678901 --company yuantong",
    "couriers try acme AC12345678 --raw > answer.txt",
    "couriers try acme AC12345678 --from answer.txt",
)
def try_number(
    desk: Desk,
    account: Annotated[str, typer.Argument(metavar="ACCOUNT", help="[couriers.ACCOUNT] of the configuration.")],
    number: Annotated[str, typer.Argument(metavar="NUMBER", help="The tracking number.")],
    company: Company = "",
    phone_last4: Annotated[str, typer.Option("--phone-last4", help="If the courier wants them.")] = "",
    postal_code: Annotated[str, typer.Option("--postal-code", help="If the courier wants it.")] = "",
    raw: Annotated[bool, typer.Option("--raw", help="Print the answer itself, secrets and phones hidden.")] = False,
    file: Annotated[
        str, typer.Option("--from", metavar="FILE", help="Read a saved answer, ask nobody; - is stdin.")
    ] = "",
    as_json: Json = False,
) -> None:
    """Ask about one number now.

    Prints what was understood and keeps nothing. An aggregator that must be told a number first is told, which may
    cost one of its quota. Of a declared courier it says what each expression found, and which codes map to nothing.
    """
    from parcelwatch.cli import output, trying
    from parcelwatch.cli.asking import try_one

    known_account(desk, account)
    ask = _ask(desk.config.account(account).api, number, company, phone_last4, postal_code)
    tried = trying.from_file(desk, account, ask, file) if file else try_one(desk, account, ask)
    if as_json and (raw or tried.error is None):
        output.emit(trying.document(tried, account, ask, raw=raw))
    elif raw:
        trying.print_answer(tried)
    else:
        if tried.said:
            _print(trying.document(tried, account, ask, raw=False), desk)
        trying.print_expressions(tried, ask)
        table = "" if account in desk.whole_config.declared else f"couriers.{account}.declared."
        trying.print_unknown(tried, ask, table)
    trying.demand_history(tried, account, ask)


def _print(said: Mapping[str, Any], desk: Desk) -> None:
    from parcelwatch.cli import output
    from parcelwatch.cli.output import moment, safe

    zone = desk.config.timezone
    output.pairs(
        {
            "number": said["number"],
            "answer": said["answer"],
            "reason": safe(said["reason"]),
            "company": said["company"],
            "service": safe(said["service"]),
            "route": " → ".join(filter(None, (said["origin"], said["destination"]))),
            "estimate": moment(said["estimate"], zone),
            "committed to": moment(said["commitment"], zone),
            "tracking stopped": safe(said["stopped"]),
        }
    )
    rows = [
        (
            " – ".join(dict.fromkeys((moment(each["occurred_at"], zone), moment(each["occurred_until"], zone)))),
            f"{each['milestone']} ({each['cause']})" if each["cause"] else each["milestone"],
            each["code"],
            safe(each["text"]),
            safe(each["place"], 80),
        )
        for each in said["checkpoints"]
    ]
    output.show(["When", "Understood as", "Code", "Said", "Where"], rows, "No checkpoints.")
    output.zone_note(zone)


def _ask(api: str, number: str, company: str, phone_last4: str, postal_code: str) -> Ask:
    """What is asked, read as an import reads it. Raises BadInput."""
    from parcelwatch.core.rows import companies
    from parcelwatch.core.rows.cells import cell, last4, number_of
    from parcelwatch.model import Ask

    read = companies.company(api, company)
    if company and not read.code:
        raise BadInput(read.doubt)
    return Ask(number_of(cell("number", number)), read.code, phone_last4=last4(phone_last4), postal_code=postal_code)
