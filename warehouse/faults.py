"""What an engine's failure means for a person, told from its words, which are never shown, kept or chained."""

from __future__ import annotations

import errno
import re
from pathlib import Path
from typing import Literal

from transforms.errors import MachineError

Cause = Literal["space", "memory", "denied", "damaged", ""]
_WORDS: tuple[tuple[Cause, str], ...] = (
    ("space", "No space left|File too large|Disk quota|Could not write all bytes|max_temp_directory_size"),
    ("memory", "^Out of Memory Error|could not allocate block|failed to allocate data"),
    ("denied", "Permission denied|Read-only file system"),
    (
        "damaged",
        "[Cc]hecksum|[Cc]orrupt|WAL|not a valid DuckDB|Serialization Error|Could not read enough bytes|"
        "Could not read all bytes|Failed to load metadata|different key|magic bytes",
    ),
)
# Only these kinds speak of the machine: another's words may be a cell of the data.
_MACHINE = {
    "IOException",
    "FatalException",
    "InternalException",
    "SerializationException",
    "OutOfMemoryException",
    "TransactionException",
}
_NO_SPACE = {errno.ENOSPC, errno.EFBIG, getattr(errno, "EDQUOT", errno.ENOSPC)}


class NoSpaceError(MachineError):
    """A disk is full; what was half written is gone."""


class MemoryLimitError(MachineError):
    """The engine may not use as much memory as the work would take."""


class DamagedFileError(MachineError):
    """A database file, or the log beside it, cannot be trusted."""

    exit_code = 3


def cause_of(error: BaseException) -> Cause:
    """What kind of failure of the machine the engine's `error` is; empty where it is none."""
    if type(error).__name__ not in _MACHINE:
        return ""
    text = str(error)
    return next((cause for cause, words in _WORDS if re.search(words, text)), "")


def is_full(error: OSError) -> bool:
    """Whether the system refused to write for want of space."""
    return error.errno in _NO_SPACE


def no_space(folder: Path) -> NoSpaceError:
    """For a disk that is full."""
    return NoSpaceError(
        f"There is no space left for {folder}. What was half written has been removed and nothing was changed: make "
        "room on that disk and run the same command again."
    )


def failure(cause: Cause, database: Path) -> Exception | None:
    """The error to raise for a failure of the machine while `database` was in use; None where it is none."""
    if cause == "space":
        return no_space(database.parent)
    if cause == "memory":
        return MemoryLimitError(
            f"{database.name} needs more memory for this step than it may use. Nothing was changed: close other "
            "programs, make room for its temporary files, and run the same command again."
        )
    if cause == "denied":
        return PermissionError(errno.EACCES, "may not be read or written", str(database))
    return damaged(database) if cause == "damaged" else None


def damaged(database: Path) -> DamagedFileError:
    """For a file that does not open, or whose checksums do not agree."""
    return DamagedFileError(
        f"{database.name} cannot be read: it, or the log {database.name}.wal beside it, is damaged, cut off, or of "
        "another file. Nothing was changed and nothing removed: keep both files aside and put the newest backup of "
        f"the folder {database.parent.name}/ in their place."
    )
