"""Is everything as it should be? Facts about the running whole in, remarks out.

What belongs here: the list of checks, pure. `doctor`, GET /health and the daemon's own self-check ask the same ones;
where the facts come from is running/vitals.py's. One more check is one more function in CHECKS.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final

from parcelwatch.core.messaging.channels import ChannelState
from parcelwatch.core.service.accounts import AccountState, held
from parcelwatch.core.texts.privacy import shown
from parcelwatch.core.texts.text import plain

LOW_DISK: Final = 500_000_000
"""Bytes that should be free where the database is."""

LOW_FILES: Final = 1000
"""Files that its disk should take beside those it has, however small they are."""

LONG_LOG: Final = 256_000_000
"""Bytes of the database's log that no work of ours leaves there: it is begun anew once nobody reads what it holds."""

QUIET: Final = timedelta(minutes=10)
"""How long parcels that are due may go unasked."""

LATE: Final = timedelta(hours=1)
"""How far behind an account that answers may run before its pace is too slow for its parcels."""


UNANSWERED: Final = timedelta(hours=6)
"""How long every answer may leave a number out."""


_UNUSABLE: Final = "the configuration has a fault, a restart would fail"
_NOT_TAKEN: Final = "the daemon refused the edited configuration"
OF_FILES: Final = (_UNUSABLE, _NOT_TAKEN)
"""How findings begin that go on in our own words, with the names of a file and its keys."""


@dataclass(frozen=True, slots=True)
class Remark:
    """One sentence. `wrong`: somebody should do something about it.

    `key` names the matter, however often it is looked at, and is fit to be shown to anybody. `told`: agents are told of
    it in another way.
    """

    text: str
    wrong: bool = True
    key: str = ""
    told: bool = False


@dataclass(frozen=True, slots=True)
class AccountFacts:
    """How a configured account fares. `due`: parcels; `behind`: how long the first of them has waited.

    `unread`: codes and wordings that mean nothing to us. `unanswered`: parcels of which no answer says anything for
    hours, the first of them since `unanswered_since`.
    """

    name: str
    state: AccountState
    due: int = 0
    behind: timedelta = timedelta()
    unread: tuple[str, ...] = ()
    unanswered: int = 0
    unanswered_since: datetime | None = None


@dataclass(frozen=True, slots=True)
class ChannelFacts:
    """How a configured channel fares. `failing`: messages it keeps failing to take, the last with `error`."""

    name: str
    state: ChannelState
    sent: int = 0
    failing: int = 0
    error: str = ""


@dataclass(frozen=True, slots=True)
class Facts:
    """All there is to judge by.

    `daemon`: one runs; `ran`: one ever did. `edited`: the file says something else than what runs; `refused`: why the
    daemon did not take it over, at `refused_at`. `unusable`: what is wrong with the file. `ahead`: times that
    cannot be, a sentence each. `wedged`: parts of the daemon
    without a sign of life. `broken`: promises of the database that do not hold, by name. `dead`: alerts given up.
    `waiting`: alerts not delivered yet. `sizes`: bytes of the database and its log. `free`: bytes on its disk, in
    `folder`; `files`: how many more it takes, None where it has no such limit.
    """

    now: datetime
    daemon: bool = False
    ran: bool = False
    edited: bool = False
    refused: str = ""
    refused_at: datetime | None = None
    unusable: str = ""
    wedged: tuple[str, ...] = ()
    accounts: tuple[AccountFacts, ...] = ()
    channels: tuple[ChannelFacts, ...] = ()
    ahead: tuple[str, ...] = ()
    broken: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    dead: tuple[int, ...] = ()
    unheard: int = 0
    sending: tuple[int, ...] = ()
    free: int | None = None
    files: int | None = None
    waiting: int = 0
    sizes: Mapping[str, int] = field(default_factory=dict)
    folder: str = ""


Check = Callable[[Facts], Iterator[Remark]]


def remarks(facts: Facts) -> tuple[Remark, ...]:
    """Everything worth saying, what is wrong first."""
    return tuple(sorted((one for check in CHECKS for one in check(facts)), key=lambda each: not each.wrong))


# --- the service ---------------------------------------------------------------------------------


def _daemon(facts: Facts) -> Iterator[Remark]:
    due, behind = (
        sum(one.due for one in facts.accounts),
        max((one.behind for one in facts.accounts), default=timedelta()),
    )
    if not facts.daemon:
        start = "start it with `parcelwatch run`, or run `parcelwatch once` regularly"
        late = f", though {_count(due, 'parcel', 'is', 'are')} due" if due else ""
        yield Remark(f"no daemon is running{late}: {start}", bool(due) and (facts.ran or behind > QUIET), "daemon")
        return
    last = max((one.state.last_ok_at for one in facts.accounts if one.state.last_ok_at), default=None)
    said = f"a daemon is running; a courier last answered it {_moment(last)} UTC" if last else "a daemon is running"
    due = sum(one.due for one in facts.accounts if not held(one.state) and one.state.failing_since is None)
    if due and behind > QUIET and (last is None or facts.now - last > QUIET):
        yield Remark(
            f"{said}, though {_count(due, 'parcel', 'is', 'are')} due: see its log (`journalctl -u parcelwatch`)",
            key="asking",
        )
    else:
        yield Remark(said, wrong=False)


def _wedged(facts: Facts) -> Iterator[Remark]:
    for part in facts.wedged:
        yield Remark(f"no sign of life from the daemon's {part}: restart it, and keep its log", key=f"wedged:{part}")


def _configuration(facts: Facts) -> Iterator[Remark]:
    if facts.unusable:
        yield Remark(f"{_UNUSABLE}: {facts.unusable}", key="configuration")
    elif facts.daemon and facts.refused:
        at = f" at {_moment(facts.refused_at)} UTC" if facts.refused_at else ""
        why = f"{_NOT_TAKEN}{at} and goes on with the one before: {facts.refused}"
        yield Remark(why, key="configuration")
    elif facts.daemon and facts.edited:
        yield Remark(
            "the configuration file differs from what the daemon runs: `parcelwatch reload`", key="configuration"
        )


# --- couriers and channels -----------------------------------------------------------------------


def _accounts(facts: Facts) -> Iterator[Remark]:
    for one in facts.accounts:
        name, state, why = one.name, one.state, _said(one.state.last_error)
        since = f"since {_moment(state.failing_since)} UTC" if state.failing_since else ""
        key = f"account:{name}"
        if state.refused:
            check = f"check its key, then `parcelwatch {_checked_by(name)}`"
            yield Remark(f"{name} refuses us {since} ({_said(state.refused)}): {check}", key=key, told=True)
        elif state.failing_since and held(state):
            yield Remark(f"{name} does not answer {since} ({why}); its parcels' clocks wait", key=key, told=True)
        elif state.failing_since and facts.now - state.failing_since > QUIET:
            yield Remark(f"{name} fails {since} ({why}): `parcelwatch {_checked_by(name)}`", key=key, told=True)


def _checked_by(name: str) -> str:
    """The command that tries an account."""
    noun, dot, rest = name.partition(".")
    return f"{noun} check {rest}" if dot else f"couriers check {name}"


def _backlog(facts: Facts) -> Iterator[Remark]:
    for one in facts.accounts:
        if facts.daemon and one.due and one.behind > LATE and one.state.failing_since is None:
            hours = one.behind / timedelta(hours=1)
            yield Remark(
                f"{one.name} is {hours:.1f} hours behind with {_count(one.due, 'parcel')}: its rate or quota is too "
                f"small for them, see `parcelwatch couriers list`",
                key=f"backlog:{one.name}",
            )


def _unread(facts: Facts) -> Iterator[Remark]:
    for one in facts.accounts:
        if one.unread:
            codes = ", ".join(plain(shown(each), 40) for each in one.unread[:3])
            said = f"{one.name} says {len(one.unread)} things we cannot read ({codes}): `parcelwatch couriers list`"
            yield Remark(said, key=f"unread:{one.name}", told=True)


def _unanswered(facts: Facts) -> Iterator[Remark]:
    for one in facts.accounts:
        if one.unanswered:
            since = f"since {_moment(one.unanswered_since)} UTC"
            said = f"{one.name} says nothing of {_count(one.unanswered, 'number')} it is asked about, {since}"
            look = "the alert of kind unanswered names them, `parcelwatch why NUMBER` says what came instead"
            yield Remark(f"{said}: {look}", key=f"unanswered:{one.name}", told=True)


def _channels(facts: Facts) -> Iterator[Remark]:
    for one in facts.channels:
        name, error, test = one.name, _said(one.error), f"`parcelwatch alerts test {one.name}`"
        key = f"channel:{name}"
        if one.state.down_since:
            why = _said(one.state.last_error)
            since = f"since {_moment(one.state.down_since)} UTC"
            yield Remark(f"channel {name} is down {since} ({why}): mend it, then {test}", key=key, told=True)
        elif one.failing and one.sent:
            yield Remark(f"channel {name} is failing{_since(one.state)}: {error}", key=key)
        elif one.failing:
            yield Remark(f"channel {name} has never delivered anything ({error}): {test}", key=key)


def _alerts(facts: Facts) -> Iterator[Remark]:
    if facts.dead:
        ids = ", ".join(map(str, facts.dead[:5])) + ("…" if len(facts.dead) > 5 else "")
        given_up = f"{_count(len(facts.dead), 'alert', 'was', 'were')} given up ({ids})"
        yield Remark(f"{given_up}: `parcelwatch alerts list --state dead`, then retry them", key="dead")
    if facts.unheard:
        yield Remark(
            f"{_count(facts.unheard, 'alert', 'was', 'were')} recorded and told to nobody: configure a [channels.NAME]",
            key="unheard",
        )


def _letters(facts: Facts) -> Iterator[Remark]:
    """Letters of which nobody knows whether they arrived."""
    for draft in facts.sending:
        yield Remark(
            f"draft {draft} may have reached its customer or not: look, then `parcelwatch drafts sent {draft}` if it "
            f"did, or `parcelwatch drafts approve {draft}` if it did not",
            key="sending",
            told=True,
        )


# --- the database --------------------------------------------------------------------------------


def _promises(facts: Facts) -> Iterator[Remark]:
    for name, sentences in facts.broken.items():
        yield from (Remark(sentence, key=f"promise:{name}") for sentence in sentences)


def _times(facts: Facts) -> Iterator[Remark]:
    return (Remark(sentence, key="ahead") for sentence in facts.ahead)


def _disk(facts: Facts) -> Iterator[Remark]:
    if facts.free is not None and facts.free < LOW_DISK:
        free = f"only {facts.free / 1e6:.0f} MB are free in {facts.folder}"
        yield Remark(f"{free}: make room before the database cannot grow", key="disk")
    if facts.files is not None and facts.files < LOW_FILES:
        left = f"the disk of {facts.folder} takes only {_count(facts.files, 'more file')} (`df -i`)"
        yield Remark(f"{left}: delete some before the database cannot be opened", key="files")


def _log(facts: Facts) -> Iterator[Remark]:
    if (size := facts.sizes.get("wal", 0)) > LONG_LOG:
        grown = f"the database's log has grown to {size / 1e6:.0f} MB"
        cause = "as another program reads the database for too long: `fuser` on its file says which; end that one"
        yield Remark(f"{grown}, {cause}", key="log")


CHECKS: Final[tuple[Check, ...]] = (
    _wedged,
    _daemon,
    _configuration,
    _accounts,
    _backlog,
    _channels,
    _alerts,
    _letters,
    _promises,
    _times,
    _disk,
    _log,
    _unread,
    _unanswered,
)


def _since(state: ChannelState) -> str:
    return f" since {_moment(state.failing_since)} UTC" if state.failing_since else ""


def _said(text: str) -> str:
    """What a service said, harmless and without people in it."""
    return plain(shown(text), 300)


def _moment(at: datetime | None) -> str:
    return f"{at:%Y-%m-%d %H:%M}" if at else "an unknown time"


def _count(count: int, noun: str, is_: str = "", are: str = "") -> str:
    """How many, with the verb where one is given: "1 parcel is", "2 parcels are"."""
    said = (f"{count} {noun}", is_) if count == 1 else (f"{count} {noun}s", are)
    return " ".join(filter(None, said))
