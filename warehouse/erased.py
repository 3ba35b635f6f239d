"""The list of erased practices: a file outside the database, so that a backup of before an erasure brings nobody back.

It holds no provider number: each erasure has a salt of its own and the keyed digest of the number under it. There are
only a million such numbers, so whoever has the file can try them all: the digest keeps the number out of every search,
log and backup, and nobody from finding out with a will. One JSON line per event, forced to disk; lines are only added.
"""

from __future__ import annotations

import hmac
import json
import os
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import cached_property
from hashlib import sha256
from pathlib import Path
from secrets import token_hex
from typing import Any

from transforms.errors import DataRefusedError
from warehouse.files import sync_folder, write_whole

NAME = "erased.jsonl"


class ErasedFileError(DataRefusedError):
    """A file that was replaced because it names an erased practice came again."""


@dataclass
class ErasedList:
    """The erasures of one workspace, and the files that came to be replaced by them."""

    path: Path
    lines: list[dict[str, Any]] = field(default_factory=list[dict[str, Any]])

    @cached_property
    def _known(self) -> dict[str, bool]:
        return {}

    @property
    def numbers(self) -> list[int]:
        """The running numbers of the erasures, in order."""
        return [number for number, _ in enumerate(self._erasures(), 1)]

    @property
    def pending(self) -> bool:
        """Whether an erasure was begun and not ended."""
        done = {line["done"] for line in self.lines if "done" in line}
        return any(line["practice"] not in done for line in self._erasures())

    def covers(self, practice_id: str) -> bool:
        """Whether the practice was erased."""
        if practice_id not in self._known:
            self._known[practice_id] = any(
                hmac.compare_digest(_digest(line["salt"], practice_id), line["practice"]) for line in self._erasures()
            )
        return self._known[practice_id]

    def add(self, practice_id: str) -> int:
        """Begin the erasure of a practice; its running number. One that was erased before is not entered anew."""
        for number, line in enumerate(self._erasures(), 1):
            if hmac.compare_digest(_digest(line["salt"], practice_id), line["practice"]):
                return number
        salt = token_hex(16)
        self._append({"salt": salt, "practice": _digest(salt, practice_id), "at": _now()})
        self._known.clear()
        return len(self._erasures())

    def finish(self) -> None:
        """Every erasure has been carried out."""
        done = {line["done"] for line in self.lines if "done" in line}
        for line in self._erasures():
            if line["practice"] not in done:
                self._append({"done": line["practice"], "at": _now()})

    def replaced(self, old: str, new: str) -> None:
        """The file of digest `old` is kept as `new`, and is refused from now on."""
        if not any(line.get("file") == old for line in self.lines):
            self._append({"file": old, "by": new, "at": _now()})

    def refuse(self, name: str, digest: str) -> None:
        """Nothing, where the file has not been replaced.

        Raises:
            ErasedFileError: it has.
        """
        if any(line.get("file") == digest for line in self.lines):
            raise ErasedFileError(
                f"{name}: this file was brought in before and holds rows of a practice that has been erased since; it "
                "is kept without them. Destroy it, and ask the sender for one without that practice if it must come."
            )

    def merge(self, others: Iterable[dict[str, Any]]) -> None:
        """Take over what another list of this workspace says, and begin every erasure anew: for after a restore."""
        known = {json.dumps(line, sort_keys=True) for line in self.lines}
        new = [line for line in others if json.dumps(line, sort_keys=True) not in known]
        kept = [line for line in [*self.lines, *new] if "done" not in line]
        if kept:
            content = "".join(json.dumps(line) + "\n" for line in kept)
            write_whole(self.path, content.encode())
            self.path.chmod(0o600)
        self.lines = kept
        self._known.clear()

    def _erasures(self) -> list[dict[str, Any]]:
        return [line for line in self.lines if "practice" in line]

    def _append(self, line: dict[str, Any]) -> None:
        is_new = not self.path.exists()
        # A line that a kill cut off gets its end first, so that it cannot swallow this one.
        lead = b"" if is_new or self.path.read_bytes()[-1:] in (b"\n", b"") else b"\n"
        handle = os.open(self.path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
        try:
            os.write(handle, lead + json.dumps(line).encode() + b"\n")
            os.fsync(handle)
        finally:
            os.close(handle)
        if is_new:
            sync_folder(self.path.parent)
        self.lines.append(line)


def erased_list(root: Path) -> ErasedList:
    """The list of the workspace in `root`; empty where nobody was erased."""
    return ErasedList(root / NAME, read_lines(root / NAME))


def read_lines(path: Path) -> list[dict[str, Any]]:
    """The whole lines of a list; a line that a kill cut off was never acted on."""
    lines: list[dict[str, Any]] = []
    for line in path.read_bytes().split(b"\n") if path.exists() else ():
        try:
            found = json.loads(line)
        except ValueError:
            continue
        if isinstance(found, dict):
            lines.append(found)
    return lines


def _digest(salt: str, practice_id: str) -> str:
    return hmac.new(bytes.fromhex(salt), practice_id.encode(), sha256).hexdigest()


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="seconds")
