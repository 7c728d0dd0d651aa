"""`parcelwatch db …` and `parcelwatch doctor`: is the data safe, and is everything working?"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from parcelwatch.cli.base import Json, NeedsAttention, command, group
from parcelwatch.cli.desk import Desk
from parcelwatch.errors import BadInput, ConfigError, StoreError

app = group("Back up and check the database.")


def register(program: typer.Typer) -> None:
    """Add `doctor` to the program."""
    command(program, "doctor", "doctor", "doctor --json")(doctor)


@command(app, "backup", "db backup /var/backups/parcelwatch.db")
def backup(
    desk: Desk,
    path: Annotated[Path, typer.Argument(metavar="PATH", help="Replaced once the copy is whole.")],
    as_json: Json = False,
) -> None:
    """Copy the database, while everything runs.

    The copy is checked before it takes its place.
    """
    from parcelwatch.cli import output
    from parcelwatch.store.backup import backup

    _refuse_others(path)
    with desk.store() as store:
        backup(store, path)
    size = path.stat().st_size
    if as_json:
        output.emit({"path": str(path.absolute()), "bytes": size})
        return
    output.say(f"{path} holds a whole copy, {size / 1e6:.1f} MB.")


def _refuse_others(path: Path) -> None:
    """A slip must not cost a file that is no backup of ours. Raises BadInput."""
    from parcelwatch.store.migrations.spine import APPLICATION_ID

    if path.is_dir() or not path.parent.is_dir():
        raise BadInput(
            f"{path} cannot be written: {'it' if path.is_dir() else path.parent} is not a "
            f"{'file' if path.is_dir() else 'directory'}"
        )
    if not path.exists():
        return
    if not path.is_file():
        raise BadInput(f"{path} cannot be written: it is a device or a pipe, and no file")
    try:
        with path.open("rb") as file:
            start = file.read(72)
    except OSError as error:
        raise BadInput(f"{path} cannot be read: {error.strerror}") from None
    # An SQLite file names the program it belongs to at this place of its header.
    if start and (start[:6] != b"SQLite" or start[68:72] != APPLICATION_ID.to_bytes(4, "big")):
        raise BadInput(f"{path} is there and is no parcelwatch database, so it is left as it is; name another file")


@command(app, "restore", "db restore /var/backups/parcelwatch.db")
def restore(
    desk: Desk,
    path: Annotated[Path, typer.Argument(metavar="PATH", help="A backup; it stays as it is.")],
    as_json: Json = False,
) -> None:
    """Put a backup in the database's place, the daemon being stopped.

    The backup is checked first, and what was there before is kept beside it. Alerts sent since the backup was made are
    not known to it, and go out again.
    """
    from parcelwatch.cli import output
    from parcelwatch.store.backup import restore

    database = desk.config.database
    aside = restore(database, path, desk.now)
    if as_json:
        output.emit({"path": str(database), "from": str(path.absolute()), "replaced": str(aside) if aside else None})
        return
    output.say(f"{database} is now what {path} was." + (f" What was there before is {aside}." if aside else ""))
    output.note("What was told since the backup was made may be told again. Start the daemon, then look at `doctor`.")


@command(app, "purge", "db purge", "db purge --json")
def purge(desk: Desk, as_json: Json = False) -> None:
    """Delete now what [retention] lets go, and give back the room.

    The daemon deletes it anyway, a little every minute; this also writes the file anew, so that it shrinks. Whoever
    writes waits meanwhile, about 15 s for each GB.
    """
    from parcelwatch.cli import output
    from parcelwatch.store import retention

    database = desk.config.database
    with desk.store() as store:
        store.require_room_to_rewrite()
        before, gone = database.stat().st_size, 0
        for step in retention.prune_all(store, desk.config.retention(), desk.now):
            gone += step
        output.note(f"{output.count(gone, 'parcel')} deleted; writing {before / 1e6:.0f} MB anew …", "dim")
        store.rewrite()
    after = database.stat().st_size
    if as_json:
        output.emit({"deleted": gone, "bytes_before": before, "bytes": after})
        return
    output.say(
        f"{output.count(gone, 'parcel')} deleted; {database} holds {after / 1e6:.1f} MB, {before / 1e6:.1f} before."
    )


@command(app, "check", "db check", "db check --json", "db check /var/backups/parcelwatch.db")
def check(
    desk: Desk,
    path: Annotated[
        Path | None, typer.Argument(metavar="[FILE]", help="A backup: can it be restored? It stays as it is.")
    ] = None,
    as_json: Json = False,
) -> None:
    """Check the whole database, or a backup.

    Reads every page, and every promise that the database must keep; exit 1 if one is broken.
    """
    from parcelwatch.cli import output
    from parcelwatch.store import audit

    if path is not None:
        _check_backup(path, as_json=as_json)
        return
    with desk.store() as store:
        found = audit.check(store, desk.now, thorough=True)
    if as_json:
        output.emit({"ok": not found, "findings": found})
    else:
        for finding in found:
            output.say(f"- {finding}")
        output.say("The database is as it should be." if not found else f"{output.count(len(found), 'finding')}.")
    if found:
        raise NeedsAttention(f"the database needs attention ({output.count(len(found), 'finding')})")


def _check_backup(path: Path, *, as_json: bool) -> None:
    from parcelwatch.cli import output
    from parcelwatch.store import backup, files

    try:
        backup.examine(files.real(path))
    except StoreError as error:
        if as_json:
            output.emit({"ok": False, "findings": [str(error)]})
        raise
    if as_json:
        output.emit({"ok": True, "findings": []})
    else:
        output.say(f"{path} is whole: `parcelwatch db restore {path}` puts it in the database's place.")


def doctor(desk: Desk, as_json: Json = False) -> None:
    """Look for trouble, and say what to do.

    Looks at the configuration, database, daemon, channels, couriers and disk; exit 1 if something needs attention.
    """
    from parcelwatch.cli import examination, output

    try:
        findings = examination.examine(desk)
    except ConfigError as fault:
        raise ConfigError([*fault.problems, *examination.meanwhile(desk)]) from None
    wrong = [each for each in findings if each.wrong]
    if as_json:
        output.emit(
            {
                "ok": not wrong,
                "findings": [each.text for each in wrong],
                "notes": [each.text for each in findings if not each.wrong],
            }
        )
    else:
        for each in findings:
            output.say(f"{'✗' if each.wrong else '·'} {each.text}", "red" if each.wrong else "")
        if not wrong:
            output.say("All is well.", "green")
    if wrong:
        raise NeedsAttention(f"{output.count(len(wrong), 'finding')} to attend to")
