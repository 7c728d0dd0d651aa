"""`parcelwatch alerts …`: what agents were told, what waits, and whether a channel works."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import suppress
from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from parcelwatch.cli.base import Json, NeedsAttention, alert_id, command, group, standing
from parcelwatch.cli.desk import Desk
from parcelwatch.cli.matching import Company, Courier, Destination, Tag, Tier, checked
from parcelwatch.cli.typed import one_of
from parcelwatch.errors import (
    BadInput,
    ChannelBusy,
    ChannelRefused,
    ConfigError,
    DeliveryFailed,
    DeliveryRefused,
    NotFound,
    ParcelwatchError,
)

if TYPE_CHECKING:
    from parcelwatch.channels import Channel
    from parcelwatch.cli.tongue import Tongue
    from parcelwatch.config import ChannelConfig
    from parcelwatch.core.messaging.messages import Group, Size
    from parcelwatch.store import Store

app = group("See what agents were told, test channels, send again.")

STATES = ("pending", "sent", "dead", "suppressed")
_UNKNOWN = 4000
_AGES = timedelta(days=3660)

# What became of a test message, the first that fits: it says whether the key, the pace or the text is at fault.
_RESULTS: tuple[tuple[type[ParcelwatchError], str], ...] = (
    (ConfigError, "cannot be used"),
    (ChannelBusy, "too fast"),
    (ChannelRefused, "channel refused"),
    (DeliveryRefused, "message refused"),
    (DeliveryFailed, "failed"),
)
RESULTS = ("sent", *(result for _, result in _RESULTS))


@command(app, "list", "alerts list --state dead", "alerts list --json")
def list_all(
    desk: Desk,
    state: Annotated[str, typer.Option("--state", help="pending, sent, dead or suppressed.")] = "",
    as_json: Json = False,
) -> None:
    """List every message to agents.

    Or those in one state; suppressed and dead ones say why.
    """
    from parcelwatch import shapes
    from parcelwatch.cli import output
    from parcelwatch.cli.output import moment, safe, worded
    from parcelwatch.store import alerts

    now = desk.now
    one_of("state", state, list(STATES))
    shape = shapes.alert if as_json else shapes.alert_listed
    with desk.store() as store:
        rows = [shape(row, desk.words, now) for row in alerts.rows(store, state)]
    if as_json:
        output.emit_list(rows)
        return
    zone, t = desk.config.timezone, desk.tongue
    shown = [
        (
            row["id"],
            t(row["state"]),
            row["channel"] or "–",
            t("draft: {kind}", kind=t.kind(row["kind"])) if row["draft"] else t.kind(row["kind"]),
            moment(row["sent_at"] or row["created_at"], zone),
            (t("({why})", why=safe(why)) + " " if (why := _became(row, desk)) else "") + worded(row["line"]),
        )
        for row in rows
    ]
    columns = t.columns(">ID", "!State", "!Channel", "!About", "!When", "~What")
    output.show(columns, shown, t("No alerts."), t.styles)
    output.zone_note(zone, t("Times are in {zone}."))


def _became(row: Mapping[str, Any], desk: Desk) -> str:
    """What became of it, where that needs a word."""
    t = desk.tongue
    why = row["reason"] or row["error"].removeprefix(f"{row['channel']}: ")
    doubted = "it may have arrived" if row["outcome"] == "unknown" and row["state"] == "pending" else row["outcome"]
    meant = t("meant for {channel}", channel=row["meant_for"]) if row["meant_for"] else ""
    told = (doubted,) if doubted and doubted in why else (why, doubted)
    return t("; ").join(filter(None, (meant, *(t.sentence(desk.words.fault(each)) for each in told))))


@command(app, "test", "alerts test", "alerts test ops")
def send_test(
    desk: Desk,
    channel: Annotated[str, typer.Argument(metavar="[CHANNEL]", help="Only this one.")] = "",
    as_json: Json = False,
) -> None:
    """Send a test message through the channels.

    Tells a channel that takes nothing (a wrong or revoked key) from one that is sent to too fast, or dislikes the text.
    """
    from parcelwatch.channels import go_by
    from parcelwatch.cli import output
    from parcelwatch.cli.tongue import Tongue
    from parcelwatch.running.making import proxy

    known = desk.config.channels()
    if channel:
        known = {channel: _known_channel(known, channel)}
    if not known:
        raise ConfigError([f"{desk.config.path}: no channel is configured; add a [channels.NAME] table with a url"])
    go_by(proxy(desk.config))
    tried = [_try_channel(each, Tongue(each.language)) for each in known.values()]
    _wake(desk, [str(each["channel"]) for each in tried if each["result"] == "sent"])
    if as_json:
        output.emit(tried)
    else:
        t = desk.tongue
        columns = t.columns("!Channel", "Service", "Result", "What")
        rows = [(each["channel"], each["service"], t(str(each["result"])), _why(each, desk)) for each in tried]
        output.show(columns, rows, "", t.styles)
    unusable = [str(each["error"]) for each in tried if each["result"] == "cannot be used"]
    if unusable:
        raise ConfigError(unusable)
    failed = [str(each["channel"]) for each in tried if each["result"] != "sent"]
    if failed:
        raise NeedsAttention(f"the test message did not get through to {', '.join(failed)}")


def _wake(desk: Desk, names: list[str]) -> None:
    """What waits for a channel that works again need not wait for the next try."""
    from parcelwatch.store import channels

    if names and desk.config.begun:
        with desk.store() as store, store.transaction():
            channels.try_anew(store, names)


def _why(tried: Mapping[str, Any], desk: Desk) -> str:
    wait, error = tried["wait"], str(tried["error"])
    why = desk.words.fault(error.removeprefix(f"{tried['channel']}: "))
    later = desk.tongue("not before {seconds} s from now", seconds=f"{wait:.0f}") if wait else ""
    return desk.tongue("; ").join(filter(None, (why, later)))


def _known_channel(known: Mapping[str, ChannelConfig], name: str) -> ChannelConfig:
    from parcelwatch.core.rows.near import did_you_mean

    if name not in known:
        raise NotFound(f"no channel {name!r}{did_you_mean(name, known)}; configured: {', '.join(known) or 'none'}")
    return known[name]


def _try_channel(settings: ChannelConfig, t: Tongue) -> dict[str, object]:
    from parcelwatch.channels import Channel

    name = settings.name
    said: dict[str, object] = {"channel": name, "service": "", "result": "sent", "error": "", "wait": None}
    try:
        channel = Channel(name, settings.url.read(), settings.at)
        said["service"] = channel.service
        channel.send(
            t("parcelwatch: test message"),
            t("This is a test of the channel “{channel}”. Alerts about troubled parcels will come here.", channel=name),
        )
    except (ConfigError, DeliveryFailed, DeliveryRefused) as error:
        result = next(result for kind, result in _RESULTS if isinstance(error, kind))
        wait, place = (error.retry_after, error.place) if isinstance(error, DeliveryFailed) else (None, "")
        what = f"{error} ({place})" if place else str(error)
        said |= {"result": result, "error": what, "wait": wait.total_seconds() if wait else None}
    return said


@command(app, "retry", "alerts retry 31", "alerts retry 31 32 --channel ops")
def retry(
    desk: Desk,
    alerts: Annotated[
        list[int], typer.Argument(metavar="ID…", parser=alert_id, help="Numbers of alerts, as in `alerts list`.")
    ],
    channel: Annotated[str, typer.Option("--channel", help="Through another channel.")] = "",
    as_json: Json = False,
) -> None:
    """Send messages after all.

    Dead or suppressed ones, with the rest of their digests; those that wait are due at once.
    """
    from parcelwatch.cli import output
    from parcelwatch.store import channels, outbox

    known = desk.config.channels()
    if channel:
        _known_channel(known, channel)
    first = next(iter(known), "")
    with desk.store() as store, store.transaction(), standing():
        found = [outbox.retry(store, alert, desk.now, channel, otherwise=first) for alert in dict.fromkeys(alerts)]
        channels.try_anew(store, [channel] if channel else list(known))
    ids = list(dict.fromkeys(one for some in found for one in some))
    if as_json:
        output.emit({"retried": ids})
        return
    t = desk.tongue
    due = "Alerts {alerts} are due now; `parcelwatch once` or the running daemon sends what is due."
    if len(ids) == 1:
        due = "Alert {alerts} is due now; `parcelwatch once` or the running daemon sends what is due."
    output.say(t(due, alerts=t.listed(map(str, ids))))


# --- preview -------------------------------------------------------------------------------------


class _TellNobody(Exception):
    """Undoes the claims a preview made."""


@command(
    app,
    "preview",
    "alerts preview",
    "alerts preview --json",
    "alerts preview --kind lost --severity critical --tag vip",
    "alerts preview --policy new.toml",
)
def preview(
    desk: Desk,
    kind: Annotated[str, typer.Option("--kind", metavar="KIND", help="Who would hear of trouble of this kind.")] = "",
    severity: Annotated[str, typer.Option("--severity", help="… so grave; high if not given.")] = "",
    courier: Courier = "",
    company: Company = "",
    destination: Destination = "",
    tag: Tag = "",
    tier: Tier = "",
    value: Annotated[float, typer.Option("--value", metavar="N", min=0.0, help="Worth so much.")] = 0.0,
    policy: Annotated[
        Path | None, typer.Option("--policy", metavar="FILE", help="By this file, of the trouble there is.")
    ] = None,
    as_json: Json = False,
) -> None:
    """Print what would be told, to whom.

    What waits, grouped as it would go. With --kind: who would hear of such trouble, by which route, and when. With
    --policy: which channel would get what of the trouble that stands, and why not. Tells nobody.
    """
    from parcelwatch.cli import audience

    said = any((severity, courier, company, destination, tag, tier, value))
    if policy and (kind or said):
        raise BadInput("--policy is about the trouble there is: leave the others out, or name the file with --config")
    if policy:
        audience.print_standing(audience.standing(desk, policy), desk, as_json=as_json)
    elif kind:
        checked(desk, [kind], severity, courier, destination)
        tags = (tag,) if tag else ()
        asked = (courier, company, destination, tags, value, (tier,) if tier else ())
        audience.print_who(audience.who(desk, kind, severity, asked), desk, as_json=as_json)
    elif said:
        raise BadInput("say of which trouble: --kind stalled; without it, preview prints what waits")
    else:
        _print_waiting(desk, as_json=as_json)


def _print_waiting(desk: Desk, *, as_json: bool) -> None:
    from parcelwatch.cli import output

    with desk.store() as store:
        waiting = _groups(store, desk.now)
    shown = [_previewed(desk, group, due) for group, due in waiting]
    if as_json:
        output.emit(shown)
        return
    if not shown:
        t = desk.tongue
        output.say(t("Nothing waits to be told."))
    for each in shown:
        output.say(_waits(each, desk), "bold")
        output.say(each["title"])
        output.say(each["body"])
        output.say()


def _waits(each: Mapping[str, Any], desk: Desk) -> str:
    """The line above a message that waits: where to, how many messages it is made of, when."""
    from parcelwatch.cli import output

    t, several = desk.tongue, len(each["alerts"])
    count = t("{count} messages as one", count=several) if several > 1 else t("one message")
    parts = t("in {count} parts", count=each["parts"]) if each["parts"] > 1 else ""
    by = t("by {route}", route=each["route"]) if each["route"] else ""
    due = output.moment(each["due_at"], desk.config.timezone) or t("later")
    told = t(", ").join(filter(None, (by, count, parts, t("due {at}", at=due))))
    return t("To {channel}: {told}", channel=each["channel"], told=told)


def _groups(store: Store, now: datetime) -> list[tuple[Group, datetime | None]]:
    """Everything that waits, claimed as the sender would and given back before anybody could see it."""
    from parcelwatch.store import alerts

    due = {row.out.id: row.due_at for row in alerts.rows(store, "pending")}
    found: list[tuple[Group, datetime | None]] = []
    with suppress(_TellNobody), store.transaction():
        for claimed in _claims(store, now + _AGES):
            times = [at for one in claimed.ids if (at := due[one])]
            found += [(claimed, min(times, default=None))]
        raise _TellNobody
    return found


def _claims(store: Store, at: datetime) -> Iterator[Group]:
    """All that is due by then; held news of imports too."""
    from parcelwatch.store import outbox

    outbox.release(store, at, every=True)
    while claimed := outbox.claim(store, at, at + _AGES):
        yield claimed


def _previewed(desk: Desk, group: Group, due: datetime | None) -> dict[str, Any]:
    from parcelwatch.cli.output import stamp

    texts = desk.voice(group.channel).message(group, _size(desk, group.channel), desk.now)
    return {
        "channel": group.channel,
        "kind": group.kind,
        "draft": group.draft,
        "route": group.rows[0].route,
        "alerts": list(group.ids),
        "due_at": stamp(due),
        "title": texts[0].title,
        "body": "\n\n".join(text.body for text in texts),
        "parts": len(texts),
    }


def _size(desk: Desk, name: str) -> Size:
    """What the channel takes; a guess where its secret cannot be read here."""
    from parcelwatch.core.messaging.messages import Characters

    return _opened(desk.config.channels().get(name)) or Characters(_UNKNOWN)


def _opened(settings: ChannelConfig | None) -> Channel | None:
    from parcelwatch.channels import Channel

    try:
        return Channel(settings.name, settings.url.read(), settings.at) if settings else None
    except ConfigError:
        return None
