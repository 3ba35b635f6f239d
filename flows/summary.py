"""The end of a command: where the reports are and what was found."""

from __future__ import annotations

from pathlib import Path

from rich.table import Table

from flows.documenting import data_docs_index
from flows.findings import Findings
from flows.progress import DISPLAY
from flows.settings import Workspace


def show(found: Findings, workspace: Workspace) -> None:
    """Print what came in, what was refused, what the clusters' figures are and where the reports lie."""
    if found.outcomes:
        DISPLAY.say(
            f"Extracts: {found.count('accepted')} accepted, {found.count('known')} in use already, "
            f"{found.count('refused')} refused."
        )
    for outcome in found.outcomes:
        if outcome.state in ("refused", "blocked"):
            DISPLAY.say(f"  {outcome.state}: {outcome.shown}")
        elif outcome.state in ("accepted", "recorded") and outcome.sentence:
            DISPLAY.say(f"  {outcome.file_name}: {outcome.sentence}")
    if found.outcomes and data_docs_index(workspace).exists():
        DISPLAY.say(f"What each check found: {data_docs_index(workspace)}")
    _show_lines(found)
    if found.folders:
        _show_folders(found.folders, workspace)
    # Last, where whoever planned the packs looks: which are not there, and what to mend.
    for outcome in found.outcomes:
        if outcome.state == "left_out":
            DISPLAY.say(outcome.shown)


def _show_lines(found: Findings) -> None:
    if not DISPLAY.lively:
        for line in found.lines:
            DISPLAY.say(f"{line.cluster}; {line.measure}: {line.figure}")
        return
    table = Table("cluster", "measure", "figure", box=None, padding=(0, 2, 0, 0))
    for line in found.lines:
        table.add_row(line.cluster, line.measure, line.figure)
    DISPLAY.console.print(table)


def _show_folders(folders: tuple[Path, ...], workspace: Workspace) -> None:
    files = sum(1 for folder in folders for path in folder.iterdir() if path.suffix in {".html", ".pdf"})
    DISPLAY.say(f"{len(folders)} packs, {files} files, in {workspace.store.outbox}")
    first = folders[0]
    reports = [first / f"klyngerapport.{form}" for form in ("html", "pdf")]
    begin = next((path for path in reports if path.exists()), first)
    member = _a_member(first)
    DISPLAY.say(f"Begin with {begin}" + (f", then a member's: {member}" if member else ""))
    keys = workspace.store.outbox / "noegler"
    if keys.exists():
        DISPLAY.say(f"For the coordinator alone, the coordinator sheets and which letter is which practice: {keys}")
    DISPLAY.say(f"All figures, for any DuckDB client: {workspace.store.public}")


def _a_member(folder: Path) -> Path | None:
    found = sorted(folder.glob("medlem_*.pdf")) or sorted(folder.glob("medlem_*.html"))
    return found[0] if found else None
