"""`parcelwatch drafts …`: texts for customers, waiting for an agent. Nothing is sent without one."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import tzinfo
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from parcelwatch.cli import batches, joined
from parcelwatch.cli.base import By, Json, command, draft_id, group, standing
from parcelwatch.cli.batches import Incident, Lot, OfKind, SomeDrafts, in_turn, meant, one_or_lot, summary
from parcelwatch.cli.desk import Desk
from parcelwatch.cli.rewording import new_words
from parcelwatch.cli.typed import one_of, who
from parcelwatch.errors import BadInput

if TYPE_CHECKING:
    from parcelwatch.cli.tongue import Tongue
    from parcelwatch.store import Store

app = group("Read, change, approve or discard the texts written for customers.")

OneDraft = Annotated[
    int | None, typer.Argument(metavar="[ID]", parser=draft_id, help="The draft's number, as in `drafts list`.")
]


@command(app, "list", "drafts list --state draft", "drafts list --json", "drafts list --incident 3")
def list_all(
    desk: Desk,
    state: Annotated[
        str, typer.Option("--state", help="draft, approved, sending, sent, discarded, withdrawn or superseded.")
    ] = "",
    incident: Incident = None,
    kind: OfKind = "",
    as_json: Json = False,
) -> None:
    """List every draft, or those in one state.

    What goes out as one letter has the numbers of all of it, its own first, as in 2+1. One that was approved before
    others joined its letter is to be read again: it counts as a draft.
    """
    from parcelwatch import shapes
    from parcelwatch.cli import output
    from parcelwatch.model import DraftState
    from parcelwatch.store import drafts, incidents

    one_of("state", state, list(DraftState))
    lot = Lot(incident, kind)
    with desk.store() as store:
        if incident is not None:
            incidents.one(store, incident)
        # An approval can be outgrown, which its row alone does not say.
        kept = ("draft", "approved") if state in ("draft", "approved") else (state,)
        found = [row for one in kept for row in drafts.rows(store, one, kind=kind, incident=incident)]
        every = [shapes.draft_listed(store, row, desk.words) for row in sorted(found, key=lambda row: int(row["id"]))]
        rows = [row for row in every if state in ("", joined.state(row))]
    if as_json:
        output.emit_list(rows)
        return
    _print_list(rows, desk)
    if lot and rows:
        t = desk.tongue
        output.say(t("`parcelwatch drafts show {option}` shows what they say, once.", option=lot.option))


def _print_list(rows: list[dict[str, Any]], desk: Desk) -> None:
    from parcelwatch.cli import output
    from parcelwatch.cli.output import moment, safe

    zone, t = desk.config.timezone, desk.tongue
    shown = [
        (
            joined.numbers(row),
            row["number"],
            _what(t, row),
            row["language"],
            t("read again" if joined.outgrown(row) else row["state"]),
            row["to"] or "",
            moment(row["created_at"], zone),
            safe(row["subject"], 120),
        )
        for row in rows
    ]
    columns = t.columns(">ID", "!Number", "!Kind", "!Lang", "!State", "?To", "!Written", "~Subject")
    output.show(columns, shown, t("No drafts."), t.styles)
    output.zone_note(zone, t("Times are in {zone}."))


@command(app, "show", "drafts show 4", "drafts show --incident 3")
def show(
    desk: Desk,
    draft: OneDraft = None,
    incident: Incident = None,
    kind: OfKind = "",
    alone: Annotated[bool, typer.Option("--alone", help="Only what this draft says, by itself.")] = False,
    as_json: Json = False,
) -> None:
    """Show one draft, whole, as text to copy.

    What waits for the same customer of the same order is one letter: it is shown as it goes out, and approving or
    sending one of its drafts does so to all of them.
    With --incident or --kind the texts that its letters have in common, each once, with what is each customer's own in
    braces.
    """
    from parcelwatch import shapes
    from parcelwatch.cli import output

    lot = Lot(incident, kind)
    if (of := one_or_lot(draft, lot)) is None:
        batches.show(desk, lot, as_json=as_json)
        return
    with desk.store() as store:
        shown = shapes.draft_whole(store, of, desk.words, alone=alone)
    if as_json:
        output.emit(shown)
        return
    _print(shown, desk)
    _warn_of_age(desk, of)


def _print(shown: Mapping[str, Any], desk: Desk) -> None:
    from parcelwatch.cli import output
    from parcelwatch.cli.output import safe

    zone, t = desk.config.timezone, desk.tongue
    pattern = "{kind} of {number}, case {case}" if shown["case"] else "{kind} of {number}"
    standing = t("read again" if joined.outgrown(shown) else shown["state"])
    about = t(pattern, kind=_what(t, shown), number=shown["number"], case=shown["case"])
    output.pairs(
        [
            (
                t("draft"),
                t("{what} ({how})", what=shown["id"], how=t(", ").join((standing, shown["language"]))),
            ),
            (t("about"), about),
            (t("together with"), _others(shown, t)),
            (t("order"), safe(shown["order"])),
            (t("to"), shown["to"] or t("(no contact known)")),
            (t("subject"), shown["subject"]),
            *((t("edited" if one["verb"] == "edit" else one["after"]), _how(one, zone, t)) for one in shown["events"]),
        ]
    )
    output.say()
    output.say(shown["body"])


def _others(shown: Mapping[str, Any], t: Tongue) -> str:
    """The other drafts of its letter, "" where it is one by itself."""
    others = [str(one) for one in shown["drafts"] if one != shown["id"]]
    return t("{drafts}, in one letter", drafts=t(", ").join(others)) if others else ""


def _what(t: Tongue, shown: Mapping[str, Any]) -> str:
    """The kind, and which word of it the letter is where it is not the first."""
    kind, step = t.kind(shown["kind"]), shown["step"]
    return kind if step in ("first", "peak") else t("{what} ({how})", what=kind, how=t(step))


def _how(event: Mapping[str, Any], zone: tzinfo, t: Tongue) -> str:
    from parcelwatch.cli.output import moment, safe, worded

    return t(", ").join(filter(None, (moment(event["at"], zone), safe(event["by"], 60), worded(event["why"]))))


@command(app, "edit", "drafts edit 4 --body-file better.txt", "drafts edit --incident 3 --body-file - < better.txt")
def edit(
    desk: Desk,
    draft: OneDraft = None,
    incident: Incident = None,
    kind: OfKind = "",
    like: Annotated[
        int | None, typer.Option("--like", metavar="ID", help="With --incident or --kind: the text this draft says.")
    ] = None,
    body_file: Annotated[str, typer.Option("--body-file", metavar="FILE", help="The new text; - is stdin.")] = "",
    subject: Annotated[str | None, typer.Option("--subject", help="Another subject.")] = None,
    alone: Annotated[
        bool, typer.Option("--alone", help="Only what this draft says: it goes out as a letter by itself.")
    ] = False,
    by: By = "",
    as_json: Json = False,
) -> None:
    """Change a draft's words.

    In $EDITOR, or from a file. A draft already approved must be approved again. Of a letter that says several drafts
    all is changed, and nothing joins it any more. With --incident or --kind the common
    text of its letters: `drafts show --incident ID` has it. What was edited by itself stays as it is.
    """
    lot = Lot(incident, kind)
    of = one_or_lot(draft, lot)
    if alone and of is None:
        raise BadInput("--alone goes with one draft: 4 --alone")
    if like is not None and of is not None:
        raise BadInput("--like goes with --incident or --kind")
    if of is None:
        _edit_common(desk, lot, like, body_file, subject, by, as_json=as_json)
    else:
        _edit_one(desk, of, body_file, subject, by, alone=alone, as_json=as_json)


def _edit_one(desk: Desk, of: int, body_file: str, subject: str | None, by: str, *, alone: bool, as_json: bool) -> None:
    """Other words for one draft, with all that its letter says, or alone."""
    from parcelwatch import shapes
    from parcelwatch.cli import output

    with desk.store() as store:
        before = shapes.draft_whole(store, of, desk.words, alone=alone)
        words = new_words(before, body_file, subject, f"parcelwatch drafts edit {of} --body-file better.txt")
        same = not alone and words == (before["subject"], before["body"].strip())
        stood = joined.standing(store, of)
        if not same:
            _act(desk, store, of, "edit", by, subject=words[0], body=words[1], letter=before["drafts"])
        shown = shapes.draft_whole(store, of, desk.words)
        changed = joined.changed(store, stood)
        others = [shapes.draft_whole(store, one, desk.words) for one in changed if one != of]
    if as_json:
        output.emit(shown)
        return
    t = desk.tongue
    if same:
        output.say(t("Draft {draft} is left as it was: nothing in its words was changed.", draft=of))
        return
    output.say(t("Draft {draft} is changed; `parcelwatch drafts approve {draft}` when it may go.", draft=of))
    joined.say(others, t)


def _edit_common(
    desk: Desk, lot: Lot, like: int | None, body_file: str, subject: str | None, by: str, *, as_json: bool
) -> None:
    """Other words for all letters that say one text, each with its customer's own."""
    from parcelwatch import shapes
    from parcelwatch.cli import output
    from parcelwatch.core.messaging.messages import Letter
    from parcelwatch.wording import alike

    text = alike.chosen(batches.texts(desk, lot), like)
    example = f"parcelwatch drafts edit {lot.option} --body-file better.txt"
    letter = Letter(*new_words(shapes.text(text), body_file, subject, example))
    if wrong := alike.unknown(f"{letter.subject}\n{letter.body}", text.marks):
        marks = ", ".join(sorted(text.marks))
        raise BadInput(f"“{wrong[:40]}” is no mark that each of these letters has: write one of {marks} in braces")
    moved: list[dict[str, Any]] = []
    with desk.store() as store:
        for draft in in_turn(store, sorted(text.letters), "edit"):
            own = alike.filled(letter, text.letters[draft])
            said = [one.id or draft for one in shapes.letter(store, draft, desk.words)]
            _act(desk, store, draft, "edit", by, subject=own.subject, body=own.body, letter=said)
            moved.append(shapes.draft_whole(store, draft, desk.words))
    if as_json:
        output.emit_list(moved)
        return
    output.say(summary(lot, moved, desk.tongue))


@command(app, "approve", "drafts approve 4 --by lin", "drafts approve 4 5 6", "drafts approve --kind peak")
def approve(
    desk: Desk,
    drafts: SomeDrafts = None,
    incident: Incident = None,
    kind: OfKind = "",
    by: By = "",
    as_json: Json = False,
) -> None:
    """Say that drafts may go to the customer as they are.

    With --incident or --kind all that wait there: `drafts list --kind peak --state draft` shows them.
    """
    lot = Lot(incident, kind)
    ids = joined.to_read(desk, lot) if lot and not drafts else meant(desk, drafts, lot, "draft")
    _move(desk, ids or meant(desk, drafts, lot, "draft"), "approve", by, lot, as_json=as_json)
    _warn_of_age(desk, *ids)


@command(app, "discard", "drafts discard 4", "drafts discard 4 5", "drafts discard --incident 3")
def discard(
    desk: Desk,
    drafts: SomeDrafts = None,
    incident: Incident = None,
    kind: OfKind = "",
    by: By = "",
    as_json: Json = False,
) -> None:
    """Drop drafts; with --incident or --kind all that wait there."""
    lot = Lot(incident, kind)
    _move(desk, meant(desk, drafts, lot, "draft", "approved"), "discard", by, lot, as_json=as_json)


@command(app, "sent", "drafts sent 4 --by lin", "drafts sent --incident 3")
def sent(
    desk: Desk,
    drafts: SomeDrafts = None,
    incident: Incident = None,
    kind: OfKind = "",
    by: By = "",
    as_json: Json = False,
) -> None:
    """Say that you sent approved drafts by hand; with --incident or --kind all approved ones there."""
    lot = Lot(incident, kind)
    _move(desk, meant(desk, drafts, lot, "approved"), "sent", by, lot, as_json=as_json)


@command(app, "templates", "drafts templates", "drafts templates --write letters --language zh-CN")
def templates(
    desk: Desk,
    folder: Annotated[
        str, typer.Option("--write", metavar="FOLDER", help="Copy them there; files that exist are left as they are.")
    ] = "",
    language: Annotated[str, typer.Option("--language", help="Only this language.")] = "",
) -> None:
    """List the shipped letters, or copy them to be changed.

    `[drafts] templates` in the configuration names the folder; what is not in it is used as shipped, so delete the
    files you do not change. `parcelwatch config check` tries every one of them.
    """
    from parcelwatch.cli import output
    from parcelwatch.wording.templates import shipped
    from parcelwatch.words import languages

    one_of("language", language, [*languages("letters")])
    found = [(name, path) for name, path in shipped() if not language or name.startswith(f"{language}/")]
    if not folder:
        for name, _ in found:
            output.say(name)
        return
    written = [name for name, path in found if _copied(path, Path(folder) / name)]
    output.say(f"Wrote {len(written)} of {len(found)} letters below {folder}. Next:")
    output.say("  1. change what you want to read otherwise, and delete the rest")
    output.say(f'  2. [drafts] templates = "{folder}" in {desk.named or "config.toml"}')
    output.say("  3. parcelwatch config check")


def _copied(source: Path, target: Path) -> bool:
    """Whether the file was written; one that is there stays."""
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        with target.open("x", encoding="utf-8") as file:
            file.write(source.read_text(encoding="utf-8"))
    except FileExistsError:
        return False
    except OSError as error:
        raise BadInput(f"{target} cannot be written: {error.strerror}") from None
    return True


def _move(desk: Desk, ids: list[int], verb: str, by: str, lot: Lot, *, as_json: bool) -> None:
    from parcelwatch import shapes
    from parcelwatch.cli import output

    moved: list[dict[str, Any]] = []
    along: list[int] = []
    with desk.store() as store:
        for draft in in_turn(store, ids, verb):
            before, stood = shapes.draft_whole(store, draft, desk.words), joined.standing(store, draft)
            if verb == "approve":
                joined.warn_of_unread(desk, store, draft)
            # What was read here is what is approved: from now on these are the draft's words.
            words = {"subject": before["subject"], "body": before["body"]}
            _act(desk, store, draft, verb, by, **words, letter=before["drafts"])
            moved.append(shapes.draft_whole(store, draft, desk.words))
            along += [*([] if verb == "discard" else moved[-1]["drafts"]), *joined.changed(store, stood)]
        others = [shapes.draft_whole(store, one, desk.words) for one in dict.fromkeys(along) if one not in ids]
    if as_json:
        output.emit(moved[0] if len(ids) == 1 else [*moved, *others])
        return
    output.say(summary(lot, moved, desk.tongue)) if lot else joined.say(moved, desk.tongue)
    joined.say(others, desk.tongue)
    if verb == "approve" and not lot:
        joined.say_together(moved, desk.tongue)


def _act(
    desk: Desk, store: Store, draft: int, verb: str, by: str, *, subject: str, body: str, letter: Sequence[int]
) -> None:
    from parcelwatch.verbs import agents

    words = {"subject": subject, "body": body}
    with standing():
        agents.act_on_draft(store, draft, verb, desk.policy, desk.now, **words, by=by or who(), letter=letter)


@command(app, "send", "drafts send 4", "drafts send 4 5 --approve --by lin", "drafts send --incident 3")
def send(
    desk: Desk,
    drafts: SomeDrafts = None,
    incident: Incident = None,
    kind: OfKind = "",
    approve: Annotated[bool, typer.Option("--approve", help="Approve those that are not approved yet.")] = False,
    by: By = "",
    as_json: Json = False,
) -> None:
    """Send approved drafts to the customer, each once.

    Into the ticket in which its buyer has written, where a [helpdesks.NAME] knows one, else through [drafts.send].
    Where nobody can tell whether one arrived it is not sent again: look
    there, then `drafts sent` if it did, or `drafts approve` if it did not.
    """
    from parcelwatch.cli import sending

    ids = meant(desk, drafts, Lot(incident, kind), "approved", *(["draft"] if approve else []))
    sending.send(desk, ids, by or who(), approve=approve, as_json=as_json)


def _warn_of_age(desk: Desk, *ids: int) -> None:
    """Say so when the day on which a draft promises further word has come."""
    from parcelwatch import shapes
    from parcelwatch.cli import output
    from parcelwatch.core.joint import overdue

    with desk.store() as store:
        found = {draft: shapes.letter(store, draft, desk.words) for draft in ids}
    t = desk.tongue
    for draft, letter in found.items():
        if all(one.unsent for one in letter) and overdue(letter, desk.now):
            said = t("draft {draft} promises word by a day that has come: edit it before it goes out", draft=draft)
            output.warn(said, t("warning: {said}"))
