"""The files of a database: its name, its locks, and who may read them.

What belongs here: what is done to files before SQLite opens them. A database has one name: its log lies beside the name
it was opened by, so under two names two logs would be written over each other.
"""

from __future__ import annotations

import fcntl
import os
import time
from collections.abc import Iterator
from itertools import count, takewhile
from pathlib import Path
from typing import Final

from parcelwatch.errors import StoreBusy, StoreDamaged, StoreError, StoreLocked, StoreMoved
from parcelwatch.store import places
from parcelwatch.store.faults import cannot_be_made, out_of_reach

_WAIT_STEP: Final = 0.002


def real(path: str | Path) -> Path:
    """The one name of a database, whatever links lead to it. Raises StoreError."""
    try:
        return Path(path).absolute().resolve()
    except (OSError, RuntimeError, ValueError) as error:
        raise StoreError(f"{path} leads nowhere: {error}; name another file as [service] database") from error


def look(path: Path, *, create: bool, locked: bool = True) -> bool:
    """Whether the database is there. Raises StoreError for what is none, or has lost all it held.

    `locked`: nobody else can just be making it, so that an empty one has lost what it held.
    """
    try:
        found = path.stat()
    except (FileNotFoundError, NotADirectoryError):
        require_not_deleted(path)
        if create:
            return False
        raise StoreError(
            f"there is no database at {path}; `parcelwatch parcels import` or `parcelwatch run` makes one"
        ) from None
    except OSError as error:
        raise out_of_reach(path, error) from error
    require_file(path)
    if not found.st_size and locked:
        raise StoreDamaged(
            f"{path} is there and empty: what it held is gone. `parcelwatch db restore BACKUP` brings a backup back; "
            f"to begin anew, delete it (`rm {path}`) and start again"
        )
    if found.st_nlink > 1:
        raise StoreError(
            f"{path} has {found.st_nlink} names (hard links), and what is written under one is lost under another: "
            f"delete the others (`find / -xdev -samefile {path}` lists them), and copy with `parcelwatch db backup`"
        )
    return True


def rescued(path: Path) -> tuple[Path, ...]:
    """The copies there are of databases that were deleted at this place while they were open, the newest last."""
    return tuple(takewhile(Path.exists, _places_of_rescued(path)))


def place_to_rescue(path: Path) -> Path:
    """Where the next one goes: in the place of no other, which may be the last there is of what came before."""
    return next(place for place in _places_of_rescued(path) if not place.exists())


def _places_of_rescued(path: Path) -> Iterator[Path]:
    return (path.with_name(f"{path.name}.rescued{f'-{nth}' if nth > 1 else ''}") for nth in count(1))


def require_not_deleted(path: Path) -> None:
    """Raise StoreMoved where a database that is not there was deleted, so that no empty one takes its place."""
    kept = next(reversed(rescued(path)), None)
    if (held := holder(path)) and held[1] is not None:
        raise StoreMoved(
            f"{path} was moved or deleted under the daemon (process {held[0]}): put it back where it was; if it was "
            "deleted, the daemon saves within a minute what it held, and "
            f"`parcelwatch db restore {place_to_rescue(path)}` puts that there"
        )
    if kept:
        raise StoreMoved(
            f"there is no database at {path}, but what a deleted one held was saved: `parcelwatch db restore {kept}` "
            f"puts it there; to begin anew, delete that copy (`rm {kept}`)"
        )


def require_file(path: Path) -> None:
    """Refuse a folder, a device and a pipe, which must stay what they are. Raises StoreError."""
    if not path.is_file():
        raise StoreError(f"{path} is not a file; name another one as [service] database")


def make(path: Path) -> None:
    """An empty file that is ours alone, before SQLite opens it: its log and index files copy the mode."""
    try:
        os.close(private(path, os.O_EXCL, path.parent))
    except OSError as error:
        raise cannot_be_made(path, error) from error


def lock_file(path: Path, suffix: str) -> int:
    """A descriptor of the file to lock beside the database, made if need be."""
    name = path.with_name(path.name + suffix)
    try:
        return private(name, 0, path if path.exists() else path.parent)
    except (FileNotFoundError, NotADirectoryError) as error:
        raise cannot_be_made(path, error) from error
    except OSError as error:
        begun = places.mark(path) != places.GONE
        raise out_of_reach(name, error) if begun else cannot_be_made(path, error) from error


def private(name: Path, flags: int, like: Path) -> int:
    """Open for reading and writing, mode 0600 if new, never through a link.

    Made by root, it belongs to whoever owns `like`: the service must be able to open what an administrator made.
    """
    descriptor = os.open(name, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW | flags, 0o600)
    if os.geteuid() == 0:
        owner = like.stat()
        os.fchown(descriptor, owner.st_uid, owner.st_gid)
    return descriptor


def replace(path: Path, content: bytes, like: Path) -> None:
    """Put a file that is ours alone in a path's place, whole or not at all; a link there is replaced, not followed.

    `like`: as in `private`. Raises OSError.
    """
    part = path.with_name(f"{path.name}.part")
    part.unlink(missing_ok=True)
    descriptor = private(part, os.O_EXCL, like)
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(descriptor)
        part.replace(path)
    except BaseException:
        part.unlink(missing_ok=True)
        raise


def read(path: Path) -> tuple[bytes, float]:
    """What such a file holds, and when it was written, in seconds of the epoch; no link is followed. Raises OSError."""
    with os.fdopen(os.open(path, os.O_RDONLY | os.O_CLOEXEC | os.O_NOFOLLOW | os.O_NONBLOCK), "rb") as file:
        return file.read(), os.fstat(file.fileno()).st_mtime


def wait_for(lock: int, path: Path, wait: float) -> None:
    """Take the lock, waiting so many seconds at most. Raises StoreBusy."""
    deadline = time.monotonic() + wait
    while True:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            if time.monotonic() >= deadline:
                raise StoreBusy(
                    f"{path} was being written by another process for {wait:g} s; try again later"
                ) from None
            time.sleep(_WAIT_STEP)
        else:
            return


def claim(path: Path) -> tuple[int, ...]:
    """Be the one daemon of this database: descriptors to be closed after the database is. Raises StoreLocked.

    The file itself is locked as well, for a lock beside a name binds nobody who came by another one: a file mounted or
    moved elsewhere.
    """
    note = lock_file(path, ".lock")
    if not taken(note):
        pid, _ = _noted(note)
        os.close(note)
        raise StoreLocked(f"{path} is held by another daemon (process {pid or 'unknown'})")
    # Closing any descriptor of the file ends SQLite's own locks on it in this process, so this one outlives them.
    itself = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    if not taken(itself):
        os.close(note)
        os.close(itself)
        raise StoreLocked(f"{path} is held by another daemon, which opened it by another name")
    os.ftruncate(note, 0)
    found = os.fstat(itself)
    os.pwrite(note, f"{os.getpid()} {found.st_dev} {found.st_ino} ".encode() + _numbering() + b"\n", 0)
    return note, itself


def holder(path: Path) -> tuple[int, places.Mark | None] | None:
    """The process that holds the database as its daemon, and the file it opened, if known; None where none does.

    The process is 0 where it does not say, or runs in another container: there its number is that of a stranger here.
    Raises StoreError where nobody may look.
    """
    note = path.with_name(path.name + ".lock")
    try:
        with note.open("rb") as file:
            return None if taken(file.fileno(), fcntl.LOCK_SH) else _noted(file.fileno())
    except (FileNotFoundError, NotADirectoryError):
        return None
    except OSError as error:
        raise out_of_reach(note, error) from error


def _noted(note: int) -> tuple[int, places.Mark | None]:
    said = os.pread(note, 100, 0).split()
    pid, *opened = [int(each) for each in said if each.isdigit()] or [0]
    own = _numbering()
    here = not own or own in said
    return pid if here else 0, (opened[0], opened[1]) if len(opened) == len(places.GONE) else None


def _numbering() -> bytes:
    """The name of what numbers our process, as each container does for itself; empty where it has no name."""
    try:
        return bytes(Path("/proc/self/ns/pid").readlink())
    except OSError:
        return b""


def require_in_place(path: Path) -> None:
    """Raise StoreMoved while a daemon goes on with what lay there before: what others wrote would be mixed with it.

    Whoever calls holds the lock of writers, so that no daemon is just ending.
    """
    pid, opened = holder(path) or (0, None)
    if opened is None:
        return
    daemon = f"the daemon (process {pid or 'unknown'})"
    if opened != places.mark(path):
        raise StoreMoved(
            f"{daemon} still has the database open that lay at {path} before: it ends by itself once "
            "another lies there; put the old one back, or wait a moment and try again"
        )
    if any(places.mark(log) == places.GONE for log in places.logs(path)):
        raise StoreMoved(
            f"the log of {path} was moved or deleted under {daemon}, which begins anew by itself: "
            "wait a moment and try again"
        )


def taken(descriptor: int, how: int = fcntl.LOCK_EX) -> bool:
    """Whether the lock is ours now, until the descriptor is closed; nobody is waited for."""
    try:
        fcntl.flock(descriptor, how | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True
