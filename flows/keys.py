"""The key from letter to practice: for the coordinator alone, and never in the folder that is sent around."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping
from pathlib import Path

from flows.settings import Workspace
from warehouse.files import write_whole

FOLDER = "noegler"
_FORMULA = ("=", "+", "-", "@", "\t", "\r")


def write_key(
    workspace: Workspace,
    pack_id: str,
    letters: Mapping[str, str],
    names: Mapping[str, str],
    earlier: Mapping[str, str] | None = None,
) -> Path:
    """One line per practice: letter, provider number, name and the file that is its own.

    Where letters were drawn anew, also the `earlier` letter of each practice.
    """
    lines = io.StringIO()
    writer = csv.writer(lines, delimiter=";")
    writer.writerow(["Bogstav", "Ydernummer", "Praksis", "Fil", *(["Tidligere bogstav"] if earlier else [])])
    for practice, letter in sorted(letters.items(), key=lambda pair: (len(pair[1]), pair[1])):
        old = [earlier.get(practice, "")] if earlier else []
        writer.writerow([letter, practice, _as_text(names[practice]), f"medlem_{letter}", *old])
    path = workspace.store.outbox / FOLDER / f"{pack_id}.csv"
    write_whole(path, lines.getvalue().encode("utf-8-sig"))
    path.parent.chmod(0o700)
    path.chmod(0o600)
    return path


def _as_text(cell: str) -> str:
    """`cell` so that a spreadsheet does not take it for a formula."""
    return f"'{cell}" if cell.startswith(_FORMULA) else cell
