"""`parcelwatch why`: every rule's verdict on one parcel, with its clock laid open."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import asdict, replace
from datetime import datetime, tzinfo
from typing import TYPE_CHECKING, Annotated, Any

import typer

from parcelwatch.cli.base import Company, Json, Number, command
from parcelwatch.cli.desk import Desk, asked_account
from parcelwatch.cli.typed import when
from parcelwatch.errors import BadInput

if TYPE_CHECKING:
    from parcelwatch.cli.tongue import Tongue
    from parcelwatch.core.explain import Explanation
    from parcelwatch.core.timekeeping.clockwork import Skip
    from parcelwatch.model import Dossier, Parcel
    from parcelwatch.store import Store
    from parcelwatch.store.unheard import Unheard
    from parcelwatch.wording.render import Renderer


def register(app: typer.Typer) -> None:
    """Add `why` to the program."""
    command(app, "why", "why JD0002123456789", "why JD0002123456789 --at 2026-11-20T09:00 --json", logs=False)(why)


def why(
    desk: Desk,
    number: Number,
    at: Annotated[str, typer.Option("--at", metavar="TIME", help="As it was known then, an ISO time.")] = "",
    courier: Annotated[str, typer.Option("--courier", metavar="ACCOUNT", help="Which, if several have it.")] = "",
    company: Company = "",
    as_json: Json = False,
) -> None:
    """Explain every rule's verdict on a parcel.

    Whether it fires, the threshold and where it is set, what its clock counted and skipped, when it would fire and
    what would clear it.
    """
    from parcelwatch.cli import output
    from parcelwatch.core.explain import explain, on_trial
    from parcelwatch.store import forecast, unheard
    from parcelwatch.verbs import finding

    now = desk.now
    moment = when(at, now, desk) if at else now
    with desk.store() as store:
        asked_account(desk, store, courier)
        found = [_known(store, parcel, moment, now, desk) for parcel in finding.meant(store, number, courier, company)]
        ahead = [forecast.ahead(store, dossier.parcel, now) for dossier in found]
        left_out = [None if at else unheard.of(store, dossier.parcel.id) for dossier in found]
    explained = [
        (dossier, explain(dossier, desk.policy, moment, outlook), on_trial(dossier, desk.policy, moment, outlook))
        for dossier, outlook in zip(found, ahead, strict=True)
    ]
    if as_json:
        documents = [
            _document(*one, silent, desk.words, moment) for one, silent in zip(explained, left_out, strict=True)
        ]
        output.emit(documents[0] if len(documents) == 1 else documents)
        return
    for place, (dossier, rules, trials) in enumerate(explained):
        if place:
            output.say()
        _print(desk, dossier, rules, moment, left_out[place], past=bool(at) and moment < now)
        _print_trials(desk, dossier, trials, moment)


def _known(store: Store, parcel: Parcel, at: datetime, now: datetime, desk: Desk) -> Dossier:
    """All that is known of a parcel, or was at an earlier moment. Raises BadInput where nothing was."""
    from parcelwatch.cli import output
    from parcelwatch.store import parcels

    dossier = parcels.dossier(store, parcel.id)
    if at >= now:
        return dossier
    dossier = _back_then(store, dossier, at)
    if at < parcel.added_at and not dossier.timeline.entries:
        zone = desk.config.timezone
        asked, added = (output.moment(each, zone) for each in (at, parcel.added_at))
        raise BadInput(f"--at {asked}: {parcel.number} was only added {added} ({zone})")
    return dossier


def _back_then(store: Store, dossier: Dossier, at: datetime) -> Dossier:
    from parcelwatch.core.explain import known_at
    from parcelwatch.store import history

    lines = history.read(store, dossier.parcel.id)
    heard = [
        (datetime.fromisoformat(line["at"]), line["data"])
        for line in lines
        if line["what"] == "answered" and isinstance(line["data"], dict)
    ]
    return known_at(dossier, heard, at)


# --- JSON ----------------------------------------------------------------------------------------


def _document(
    dossier: Dossier,
    rules: Sequence[Explanation],
    trials: Sequence[Explanation],
    silent: Unheard | None,
    words: Renderer,
    at: datetime,
) -> dict[str, Any]:
    from parcelwatch.cli.output import stamp

    return {
        "number": dossier.parcel.number,
        "courier": dossier.parcel.courier,
        "company": dossier.parcel.company,
        "at": stamp(at),
        "milestone": dossier.milestone,
        "confirmed_at": stamp(dossier.confirmed_at),
        "place": rules[0].place or None,
        "place_known_by": rules[0].known,
        "rules": [rule_document(each, dossier, words, at) for each in rules],
        "trials": [rule_document(each, replace(dossier, cases=()), words, at) for each in trials],
        "unanswered": _unanswered(silent),
    }


def _unanswered(silent: Unheard | None) -> dict[str, Any] | None:
    from parcelwatch.cli.output import stamp

    if silent is None:
        return None
    return {
        "since": stamp(silent.since),
        "answers": silent.answers,
        "reason": silent.reason,
        "given_up_at": stamp(silent.ended_at),
    }


def rule_document(each: Explanation, dossier: Dossier, words: Renderer, at: datetime) -> dict[str, Any]:
    from parcelwatch.cli.output import stamp

    case = next((case for case in dossier.cases if case.kind == each.kind), None)
    return {
        "kind": each.kind,
        "fires": each.fires,
        "threshold": str(each.limits.warn) if each.limits.warn else None,
        "critical": str(each.limits.critical) if each.limits.critical else None,
        "spoke": str(each.limit) if each.limit else None,
        "policy_line": each.limits.line,
        "severity": each.severity,
        "says": each.fact.says if each.fact else None,
        "sentence": words.sentence(each.fact, at) if each.fact else None,
        "since": stamp(each.since),
        "put_off": each.put_off or None,
        "counted": None if each.counted is None else round(each.counted, 2),
        "counted_text": counted(each) or None,
        "skipped": [_skip(skip) for skip in each.skipped],
        "due_at": stamp(each.due_at),
        "blind": each.blind,
        "note": words.sentence(each.note, at) if each.note else None,
        "chance": _chance(each),
        "clears_when": words.clears(each.kind),
        "hidden_by": each.hidden_by or None,
        "case": case.id if case else None,
        "case_state": case.state if case else None,
    }


def _chance(each: Explanation) -> dict[str, Any] | None:
    """That of being late, where one is known: `late` is exp(-pace x risk)."""
    from parcelwatch.cli.output import stamp

    chance = each.note.chance if each.note else None
    return {**asdict(chance), "at": stamp(chance.at)} if chance else None


def _skip(skip: Skip) -> dict[str, Any]:
    from parcelwatch.cli.output import stamp

    return {
        "from": stamp(skip.from_),
        "to": stamp(skip.to),
        "why": skip.why,
        "name": skip.name,
        "factor": float(skip.factor) or None,
        "hours": round(skip.lost.total_seconds() / 3600, 2),
    }


def counted(each: Explanation, t: Callable[..., str] = str.format) -> str:
    """What the clock counted, in the threshold's own unit: "52.5 h", "2.1 bd"."""
    if each.counted is None:
        return ""
    if each.unit in ("d", "bd"):
        return t(f"{{count}} {each.unit}", count=f"{each.counted / 24:.1f}")
    return t("{hours} h", hours=f"{each.counted:.1f}")


# --- for people ----------------------------------------------------------------------------------


def _say_unanswered(desk: Desk, silent: Unheard | None) -> None:
    """Since when nobody answered about it, and what was said instead."""
    from parcelwatch.cli import output
    from parcelwatch.cli.output import moment, worded

    if silent is None:
        return
    zone, t = desk.config.timezone, desk.tongue
    if silent.answers:
        how = "Since {at} no answer says anything of it ({count} so far); the last one: “{reason}”."
        reason = worded(silent.reason) or t("no reason given")
        output.say(t(how, at=moment(silent.since, zone), count=silent.answers, reason=reason), "bold yellow")
    if silent.ended_at:
        ended = "Since {at} it is no longer asked about: no word for 90 days."
        output.say(t(ended, at=moment(silent.ended_at, zone)), "bold yellow")


def _say_kept(dossier: Dossier, t: Tongue) -> None:
    from parcelwatch.cli import output
    from parcelwatch.core.tracking.timeline import MOST, READ

    if len(dossier.timeline.entries) >= READ:
        output.say(
            t(
                "Of a long list the newest {read} checkpoints are read, and the newest {kept} are kept.",
                read=READ,
                kept=MOST,
            ),
            "dim",
        )


def _print(
    desk: Desk, dossier: Dossier, rules: Sequence[Explanation], at: datetime, silent: Unheard | None, *, past: bool
) -> None:
    from parcelwatch.cli import output
    from parcelwatch.cli.output import moment, worded

    zone, t = desk.config.timezone, desk.tongue
    parcel = dossier.parcel
    lane = " → ".join(place for place in (parcel.origin, parcel.destination) if place)
    named = desk.words.whose.courier(parcel.courier, parcel.company)
    about = t(", ").join(filter(None, (named, lane)))
    output.say(t("{what} ({how})", what=parcel.number, how=about), "bold")
    answered = moment(dossier.confirmed_at, zone) or t("not yet")
    if at > desk.now:
        output.say(t("If nothing new is heard until {at}:", at=moment(at, zone)))
    stands: dict[str, Any] = {"at": moment(min(at, desk.now), zone), "milestone": t.milestone(dossier.milestone)}
    stands |= {"answered": answered, "zone": zone}
    output.say(t("At {at} it was {milestone}; the courier last answered {answered}. Zone: {zone}.", **stands))
    _say_unanswered(desk, silent)
    if said := marked(dossier, desk, at):
        output.say(worded(said))
    output.say(whose_days(rules[0], t))
    _say_kept(dossier, t)
    if past:
        output.say(t("As known then; when the courier was asked in between is taken from what it said."), "dim")
        output.say(t("What other parcels teach (chances, scans that hardly ever come) is as of today."), "dim")
    for title, style, chosen in (
        ("Fires", "bold red", [each for each in rules if each.fires]),
        ("Clock running", "bold yellow", [each for each in rules if not each.fires and each.running]),
    ):
        if chosen:
            output.say()
            output.say(t(title), style)
        for each in chosen:
            print_rule(each, dossier, desk.words, t, at)
    quiet = [t.kind(each.kind) for each in rules if not each.fires and not each.running]
    output.say()
    output.say(t("Nothing to it: {kinds}", kinds=t.listed(quiet)), "dim")
    _print_notes(desk, rules, at)


def _print_notes(desk: Desk, rules: Sequence[Explanation], at: datetime) -> None:
    """What is said of rules that find nothing and wait for nothing, each sentence once."""
    from parcelwatch.cli import output
    from parcelwatch.cli.output import worded

    t = desk.tongue
    notes = dict[str, list[str]]()
    for each in rules:
        if each.note and not each.fires and not each.running:
            said = worded(desk.words.sentence(each.note, at))
            said = t("{what} ({how})", what=said, how=t.sentence(t(each.limits.line))) if each.limits.quiet else said
            notes.setdefault(said, []).append(t.kind(each.kind))
    for sentence, kinds in notes.items():
        output.say("  " + t("{what}: {how}", what=t.listed(kinds), how=sentence), "dim")


def _print_trials(desk: Desk, dossier: Dossier, trials: Sequence[Explanation], at: datetime) -> None:
    """Of thresholds in shadow, those that find something or have a clock running."""
    from parcelwatch.cli import output

    t = desk.tongue
    said = [each for each in trials if each.fires or each.running]
    if said:
        output.say()
        output.say(t("On trial (nobody is told)"), "bold cyan")
    for each in said:
        print_rule(each, replace(dossier, cases=()), desk.words, t, at)


_KNOWN = {
    "scan": "where it was last scanned",
    "origin": "where it comes from",
    "destination": "where it is to go",
    "shop": "where the shop is",
}


def whose_days(each: Explanation, t: Callable[..., str] = str.format) -> str:
    """By which days its clocks go, and how it is known that these are the ones."""
    if not each.place:
        return t("Business days: Monday to Friday, UTC; nothing tells the country it is in.")
    several = t("in all of its {count} zones at once", count=len(each.zones))
    zone = each.zones[0] if len(each.zones) == 1 else several
    return t(
        "Business days: those of {place}, {known} ({zone}).", place=each.place, known=t(_KNOWN[each.known]), zone=zone
    )


def print_rule(each: Explanation, dossier: Dossier, words: Renderer, t: Tongue, at: datetime) -> None:
    """One rule's verdict with its clock laid open, as lines of the result, in the zone of `words`."""
    from parcelwatch.cli import output
    from parcelwatch.cli.output import worded

    case = next((case for case in dossier.cases if case.kind == each.kind), None)
    said = [
        t.kind(each.kind),
        t.severity(each.severity or ""),
        t("case {id} {state}", id=case.id, state=t(case.state)) if case and case.id else "",
        t("hidden by {kind}", kind=t.kind(each.hidden_by)) if each.hidden_by else "",
    ]
    output.say("  " + t(", ").join(filter(None, said)))
    limits = t(", ").join(f"{t(name)} {limit}" for name, limit in _limits(each)) or t("none")
    lines = [
        worded(words.sentence(each.fact, at)) if each.fact else "",
        _clock(each, words.zone, t),
        t("put off until then: “{words}”", words=worded(each.put_off)) if each.put_off else "",
        worded(words.sentence(each.note, at)) if each.note else "",
        t("threshold: {limits} ({line})", limits=limits, line=t.sentence(t(each.limits.line))),
        _due(each, words.zone, t),
        t("clears: {clears}", clears=words.clears(each.kind)),
    ]
    for line in filter(None, lines):
        output.say(f"      {line}")


def marked(dossier: Dossier, desk: Desk, at: datetime) -> str:
    """That an agent said how it stands, where the last word is theirs; "" where it is a courier's."""
    from parcelwatch.model import Fact, Form

    entries = dossier.timeline.entries
    last = max(entries, key=lambda entry: entry.checkpoint.occurred_at).checkpoint if entries else None
    return desk.words.sentence(Fact(Form.NOTED, scan=last), at) if last is not None and last.by else ""


def _due(each: Explanation, zone: tzinfo, t: Tongue) -> str:
    from parcelwatch.cli.output import moment

    if each.due_at is None:
        return ""
    at = moment(each.due_at, zone)
    worse = t("gets worse {at}, if the courier then answers without news", at=at)
    due = worse if each.fires else t("fires {at}, if the courier then answers without news", at=at)
    return due + (t(": that is past, but it has not answered since") if each.blind else "")


def _limits(each: Explanation) -> list[tuple[str, object]]:
    both = (("warn", each.limits.warn), ("critical", each.limits.critical))
    return [(name, limit) for name, limit in both if limit]


def _clock(each: Explanation, zone: tzinfo, t: Callable[..., str] = str.format) -> str:
    from parcelwatch.cli.output import moment

    if each.since is None or each.counted is None:
        return ""
    at = moment(each.since, zone)
    if each.counted <= 0 and not each.fires:
        return t("clock starts {at}", at=at)
    running = t("counted since {at}: {counted}", at=at, counted=counted(each, t))
    return t("; ").join((running, skipped(each, t))) if each.skipped else running


def skipped(each: Explanation, t: Callable[..., str] = str.format) -> str:
    """What did not count and why: "72.0 h skipped (holiday: Good Friday, DE; weekend)"."""
    from parcelwatch.cli.output import safe

    hours = sum(skip.lost.total_seconds() for skip in each.skipped) / 3600
    names = dict[tuple[str, str], list[str]]()
    for skip in each.skipped:
        slower = f"×{float(skip.factor):g}" if skip.factor else ""
        names.setdefault((skip.why, slower), []).append(safe(skip.name, 80))
    reasons = (
        _reason(t(why), dict.fromkeys([*held, *_of(why, each.place), slower]), t)
        for (why, slower), held in names.items()
    )
    return t("{hours} h skipped ({reasons})", hours=f"{hours:.1f}", reasons=t("; ").join(reasons))


def _of(why: str, place: str) -> list[str]:
    """Days off are a place's; couriers stop and peaks come wherever they do."""
    return [place] if why in ("holiday", "closed") else []


def _reason(why: str, about: Iterable[str], t: Callable[..., str]) -> str:
    said = t(", ").join(filter(None, about))
    return t("{what}: {how}", what=why, how=said) if said else why
