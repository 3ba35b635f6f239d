"""The high-water mark: what was acknowledged, written down outside the database.

Every commit of the writer moves the one row of `ledger.head` by one, in the same transaction, and is then written to
`runs.log`, one JSON line forced to disk. So the database may be one commit ahead of the log (killed in between: the
log is mended) and never behind it: a copy without its write-ahead log, a log that was cut off and an old copy put
back all open without a word of the engine's, and are told by this alone.
"""

from __future__ import annotations

import json
import os
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from uuid import uuid4

import duckdb

from transforms.errors import MachineError
from warehouse.faults import is_full, no_space
from warehouse.files import sync_folder
from warehouse.queries import one_value, run

LOG = "runs.log"
_TAIL = 4096


@dataclass(frozen=True)
class Head:
    """One commit: its number, its own mark and that of the commit before it. A database from before this has none."""

    sequence: int = 0
    commit_id: str = ""
    follows: str = ""

    def next(self) -> Head:
        """The commit after this one."""
        return Head(self.sequence + 1, uuid4().hex[:16], self.commit_id)


class HeadLostError(MachineError):
    """The database is not the one that was last acknowledged."""

    exit_code = 3


def log_of(database: Path) -> Path:
    """The log beside `database`."""
    return database.with_name(LOG)


def read_head(connection: duckdb.DuckDBPyConnection) -> Head | None:
    """The head of the database in use; None where its schema is from before there was one."""
    if not one_value(connection, "count_head_tables"):
        return None
    row = run(connection, "read_head").fetchone()
    return None if row is None else Head(*row)


def move_head(connection: duckdb.DuckDBPyConnection) -> Head | None:
    """Count one commit, inside its transaction."""
    head = read_head(connection)
    if head is None:
        return None
    following = head.next()
    now = datetime.now(UTC).replace(tzinfo=None)
    values = {"sequence": following.sequence, "commit_id": following.commit_id, "follows": following.follows}
    run(connection, "move_head", values | {"committed_at": now})
    return following


def acknowledged(database: Path) -> Head:
    """The newest whole line of the log; a line that a kill cut off was never acknowledged."""
    try:
        content = _tail(log_of(database))
    except FileNotFoundError:
        return Head()
    for line in reversed(content.split(b"\n")[:-1]):
        try:
            entry = json.loads(line)
            return Head(int(entry["sequence"]), str(entry["commit"]), str(entry["follows"]))
        except (ValueError, KeyError, TypeError):
            continue
    return Head()


def _tail(log: Path) -> bytes:
    with log.open("rb") as file:
        size = file.seek(0, os.SEEK_END)
        file.seek(max(0, size - _TAIL))
        return file.read()


def acknowledge(database: Path, head: Head, event: str = "commit") -> None:
    """Write a line for `head` and force it to disk.

    Raises:
        NoSpaceError: the commit stands, and the next start mends the log.
    """
    log = log_of(database)
    is_new = not log.exists()
    entry = {"sequence": head.sequence, "commit": head.commit_id, "follows": head.follows, "event": event}
    line = json.dumps(entry | {"at": datetime.now(UTC).isoformat(timespec="milliseconds")}).encode() + b"\n"
    try:
        # A line that a kill cut off gets its end first, so that it cannot swallow this one.
        lead = b"" if is_new or _tail(log)[-1:] in (b"\n", b"") else b"\n"
        with log.open("ab", buffering=0) as file:
            if file.write(lead + line) != len(lead + line):
                raise no_space(log.parent)
            os.fsync(file.fileno())
    except OSError as error:
        if is_full(error):
            raise no_space(log.parent) from None
        raise
    if is_new:
        sync_folder(log.parent)


def require_newest(database: Path, head: Head | None) -> bool:
    """Refuse a database that is not what was last acknowledged; whether it is one commit ahead of the log.

    Raises:
        HeadLostError: says what may have happened and what to do.
    """
    known, found = acknowledged(database), head or Head()
    if (found.sequence, found.commit_id) == (known.sequence, known.commit_id):
        return False
    if found.sequence == known.sequence + 1 and found.follows == known.commit_id:
        return True
    raise _lost(database, found, known)


def require_present(database: Path) -> None:
    """Refuse to begin anew where a database was and is gone.

    Raises:
        HeadLostError: the log knows of commits.
    """
    known = acknowledged(database)
    if known.sequence and not database.exists():
        raise HeadLostError(
            f"{database.name} is not there, but {LOG} beside it says that {known.sequence} commits were made. Put the "
            f"file back from the newest backup, or move the whole folder {database.parent.name}/ away to begin anew."
        )


def _lost(database: Path, found: Head, known: Head) -> HeadLostError:
    if found.sequence < known.sequence:
        what = (
            f"{database.name} is older than what was acknowledged ({found.sequence} of {known.sequence} commits): an "
            f"old copy was put back, or the log {database.name}.wal beside it was lost or cut off"
        )
    else:
        what = (
            f"{database.name} does not belong to the {LOG} beside it (commit {found.sequence}, while the log has "
            f"{known.sequence}): one of the two is of another time or another workspace"
        )
    return HeadLostError(
        f"{what}. Nothing was changed. Put the newest backup of the folder {database.parent.name}/ back, or, where "
        "this file is the one you want to go on with, accept it: klyngeflow doctor --accept-head."
    )
