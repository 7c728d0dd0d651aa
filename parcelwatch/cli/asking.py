"""Asking couriers from the command line, apart from the workers that do it all day; and how the accounts fare.

What belongs here: one call and what it said. It is counted against the account's quota like any other, but changes
nothing else.
"""

from __future__ import annotations

import asyncio
from datetime import datetime
from typing import Any, Final
from urllib.parse import urlsplit

from parcelwatch import couriers
from parcelwatch.asking.caller import Caller, Overheard, Sends, lacking
from parcelwatch.asking.client import Client
from parcelwatch.asking.posts import Post, pace, post
from parcelwatch.cli import output
from parcelwatch.cli.desk import Desk, known_account
from parcelwatch.cli.trying import ANSWERS, Tried
from parcelwatch.config import AccountConfig
from parcelwatch.core.cadence import REGISTERED
from parcelwatch.core.service import accounts as rules
from parcelwatch.core.service.pacing import PaceState, grant, spent
from parcelwatch.couriers.base import Registers, card
from parcelwatch.errors import ConfigError, CourierError
from parcelwatch.model import Ask, Observation, Refused
from parcelwatch.running.making import proxy
from parcelwatch.store import Store, accounts, evidence, parcels

MADE_UP: Final = "PW00000000000"
# What some adapters want beside a number before they ask at all.
_MADE_UP_PHONE: Final = "0000"
_MADE_UP_POSTAL_CODE: Final = "00000"


# --- how they fare -------------------------------------------------------------------------------


def account_rows(desk: Desk) -> list[dict[str, Any]]:
    """Every configured account with what the database knows of it; works before there is one, and without secrets."""
    config = desk.whole_config
    if not config.begun:
        return [_account_row(settings, None, desk.now) for settings in config.accounts().values()]
    with desk.store() as store:
        return [_account_row(settings, store, desk.now) for settings in config.accounts().values()]


def _account_row(settings: AccountConfig, store: Store | None, now: datetime) -> dict[str, Any]:
    allowed = pace(settings, couriers.adapter(settings))
    state, used = accounts.load(store, settings.name) if store else (rules.AccountState(), PaceState())
    name = settings.name
    row = next((row for row in accounts.rows(store) if row["account"] == name), None) if store else None
    spends = [(quota, spent(quota, used, now)) for quota in allowed.quotas]
    next_at = parcels.next_poll(store, name) if store else None
    return {
        "account": name,
        "api": settings.api,
        "declared": settings.declared.name if settings.declared else "",
        "rate": str(allowed.rate),
        "quotas": [{"quota": str(quota), "used": used, "left": max(0, quota.count - used)} for quota, used in spends],
        "calls": row["calls"] if row else 0,
        "state": _state(state),
        "since": output.stamp(state.failing_since),
        "error": state.last_error if state.failing_since else "",
        "failures": state.failures,
        "paused_until": output.stamp(rules.hold_until(state, now)),
        "last_answer_at": output.stamp(state.last_ok_at),
        "watched": parcels.watched(store, name) if store else 0,
        "due": parcels.due(store, name, now) if store else 0,
        # How long the parcel that has waited longest has waited, in seconds.
        "behind": max(0, int((now - next_at).total_seconds())) if next_at else 0,
        "unknown": evidence.unknown(store, name) if store else [],
    }


def _state(state: rules.AccountState) -> str:
    if state.refused:
        return "refused"
    if state.failing_since is not None:
        return "silent" if rules.held(state) else "failing"
    return "ok" if state.last_ok_at else "not asked yet"


def adapter_rows() -> list[dict[str, Any]]:
    """Every adapter there is, with what an account of it needs."""
    return [
        {
            "api": name,
            "needs": list(adapter.needs),
            "batch": adapter.batch,
            "rate": adapter.rate,
            "quotas": list(adapter.quotas),
            "base_url": adapter.base_url,
            "established": not card(adapter).doubt,
            "doubt": card(adapter).doubt,
            "about": ((adapter.__doc__ or "").strip().splitlines() or [""])[0],
        }
        for name, adapter in sorted(couriers.load().items())
    ]


# --- one call ------------------------------------------------------------------------------------


def staff(desk: Desk, name: str) -> Post:
    """One account with its adapter and its secrets. Raises NotFound, ConfigError."""
    known_account(desk, name)
    return post(desk.whole_config.account(name))


def check_accounts(desk: Desk, name: str = "") -> list[dict[str, Any]]:
    """One call of each account, or of one; `unreadable`: its secrets cannot be read here."""
    names = [name] if name else list(desk.whole_config.accounts())
    if not names:
        raise ConfigError([f"{desk.config.path}: no courier is configured; add a [couriers.NAME] table"])
    return [_checked(desk, each) for each in names]


def _checked(desk: Desk, name: str) -> dict[str, Any]:
    row: dict[str, Any] = {"account": name, "api": "", "host": "", "ok": False, "said": "", "unreadable": False}
    try:
        one = staff(desk, name)
    except ConfigError as error:
        return {**row, "said": str(error), "unreadable": True}
    row |= {"api": one.account.api, "host": urlsplit(one.account.base_url).netloc}
    ask = Ask(MADE_UP, company=card(one.courier).company, phone_last4=_MADE_UP_PHONE, postal_code=_MADE_UP_POSTAL_CODE)
    try:
        observation = asyncio.run(_converse(desk, one, ask, register=False))
    except CourierError as error:
        return {**row, "said": str(error)}
    answer = "not registered" if _unregistered(observation) else ANSWERS[type(observation)].replace("_", " ")
    return {**row, "ok": True, "said": f"it answers: a made-up number is {answer}"}


def _unregistered(said: Observation) -> bool:
    return isinstance(said, Refused) and said.unregistered


def try_one(desk: Desk, name: str, ask: Ask) -> Tried:
    """What the account says about one number."""
    one, client = staff(desk, name), Client(proxy=proxy(desk.config))
    heard = Overheard(client)
    try:
        said = asyncio.run(_converse(desk, one, ask, register=True, client=client, by=heard))
    except CourierError as error:
        return Tried(one.courier, None, heard.response, error)
    return Tried(one.courier, said, heard.response)


async def _converse(
    desk: Desk, one: Post, ask: Ask, *, register: bool, client: Client | None = None, by: Sends | None = None
) -> Observation:
    client = client or Client(proxy=proxy(desk.config))
    caller = Caller(one.account, one.courier, by or client)
    try:
        said = await _ask(desk, caller, one, ask)
        if not (register and _unregistered(said) and isinstance(one.courier, Registers)):
            return said
        output.note(f"{one.name} must be told of a number first; that may cost one of its quota. A moment…", "dim")
        _count(desk, one)
        (taken,) = await caller.register([ask], lambda: desk.now)
        if not taken.ok:
            return Refused(ask.number, reason=taken.reason)
        await asyncio.sleep(REGISTERED.span.total_seconds())
        return await _ask(desk, caller, one, ask)
    finally:
        await client.aclose()


async def _ask(desk: Desk, caller: Caller, one: Post, ask: Ask) -> Observation:
    """One call, unless the adapter says that it would be wasted."""
    if not lacking(one.courier, ask):
        _count(desk, one)
    (said,) = await caller.ask([ask], lambda: desk.now)
    return said


def _count(desk: Desk, one: Post) -> None:
    """Count a call against the pace and the quota, if there is a database to count in."""
    if not desk.config.begun:
        return
    now = desk.now
    with desk.store() as store, store.transaction():
        state, used = accounts.load(store, one.name)
        granted = grant(one.pace, used, now)
        if not granted.slots:
            output.warn(f"{one.name}: its pace or quota is used up for now; this call goes beyond it")
        accounts.save(store, one.name, state, granted.state, calls=1)
