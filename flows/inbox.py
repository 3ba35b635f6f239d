"""The inbox: which of its files are finished, for a file may still be on its way while a run begins."""

from __future__ import annotations

import time
from collections.abc import Iterable
from pathlib import Path

SETTLE_SECONDS = 2.0
_UNFINISHED_ENDINGS = (".part", ".partial", ".filepart", ".crdownload", ".tmp", ".temp")
_UNFINISHED_BEGINNINGS = (".", "~$")


def is_finished_name(name: str) -> bool:
    """Whether no program marks the name as one that it is still writing under, or as its own note."""
    return not name.startswith(_UNFINISHED_BEGINNINGS) and not name.lower().endswith(_UNFINISHED_ENDINGS)


def finished_files(folder: Path) -> list[Path]:
    """The files of `folder` whose names say that they are whole, in the order of their names."""
    return sorted(path for path in folder.glob("*") if path.is_file() and is_finished_name(path.name))


def still_growing(paths: Iterable[Path], settle_seconds: float = SETTLE_SECONDS) -> set[Path]:
    """Those of `paths` that are being written.

    A file that nothing has touched for `settle_seconds` is whole. One that is younger is looked at again after that
    time, and is being written when its size or time has changed meanwhile. A writer that pauses for longer is not
    noticed: whoever delivers slowly writes under another name (`.part`) and renames at the end.
    """
    first = {path: _seen(path) for path in paths}
    # A share's clock may be ahead of ours: a time to come is as young as one just past.
    young = [path for path, seen in first.items() if seen and time.time() - seen[1] / 1e9 < settle_seconds]
    if not young:
        return set()
    time.sleep(settle_seconds)
    return {path for path in young if _seen(path) != first[path]}


def growing_sentence(path: Path) -> str:
    """What is said of a file that is left for the next time."""
    return f"{path.name} is still being written; it will be taken next time."


def unfinished_sentence(path: Path) -> str:
    """What is said of a file that was named although it is not whole."""
    return f"{path.name} is still being written: run the command again when it is whole."


def _seen(path: Path) -> tuple[int, int] | None:
    try:
        found = path.stat()
    except OSError:
        return None
    return found.st_size, found.st_mtime_ns
