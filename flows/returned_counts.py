"""Counting sheets from the inbox: each by itself, held against what its practice has counted before."""

from __future__ import annotations

from datetime import date

from flows.filled_sheets import Counts, cell_fault, counts_of
from flows.gathering import Gathered, Sheet
from flows.settings import Workspace
from transforms.sheet_layout import SOURCE, Mark
from warehouse import returned
from warehouse.returned import Received


class CountTaking:
    """Counting sheets, one after another, held against what is known and against those before them."""

    def __init__(self, workspace: Workspace) -> None:
        self._workspace = workspace
        self._new: dict[tuple[str, str, str, date, str], float] = {}
        self.gathered = Gathered(SOURCE, "taelleark")

    def add(self, received: Received, mark: Mark) -> None:
        """Take the sheet's rows up.

        Raises:
            SheetError: it cannot be taken; nothing of it was.
        """
        counts = counts_of(self._workspace, received, mark)
        fresh = self._fresh(received, mark, counts)
        many = f"{len(counts.months)} of {mark.months} months"
        said = f"{many} of {mark.package} counted by {mark.practice}" + ("" if fresh else ", as known before")
        sheet = Sheet(received, mark, said)
        for month in fresh:
            key = (mark.package, month)
            self.gathered.rows.setdefault(key, []).extend(_rows(mark, counts, month))
            sheet.into.add(key)
        for (line, month), number in counts.figures.items():
            self._new[mark.practice, line.code, line.group, month, line.quantity] = number
        self.gathered.sheets.append(sheet)

    def _fresh(self, received: Received, mark: Mark, counts: Counts) -> list[date]:
        """The months of which nothing is known yet; one that is known otherwise refuses the sheet."""
        known = returned.counted(self._workspace.store, mark.practice, (mark.window.start, mark.window.end))
        fresh = set(counts.months)
        for (line, month), number in counts.figures.items():
            before = known.get((line.code, line.group, month))
            value = before and before[line.quantity]
            if value is None:
                value = self._new.get((mark.practice, line.code, line.group, month, line.quantity))
            if value is None:
                continue
            fresh.discard(month)
            if value != number:
                said = _otherwise(mark, month, before["extract_id"] if before else None)
                raise cell_fault(received, counts.cells[line, month], said, f"{number:g}")
        return sorted(fresh)


def _otherwise(mark: Mark, month: date, extract: int | None) -> str:
    """What is said of a second sheet; `extract` holds the first one's figures, none where both came with this run."""
    first = f"{mark.practice} has sent another number for {month:%Y-%m}, and the first one stands."
    if extract is None:
        return f"{first} Take the sheet that is wrong out of the inbox."
    command = f"klyngeflow withdraw --extract {extract} --practice {mark.practice} --why WHY"
    return f"{first} Is this one right: {command}, and run again."


def _rows(mark: Mark, counts: Counts, month: date) -> list[dict[str, str]]:
    rows: dict[tuple[str, str], dict[str, str]] = {}
    for line in counts.lines:
        key = {"practice_id": mark.practice, "period": f"{month}", "code": line.code, "patient_group": line.group}
        row = rows.setdefault((line.code, line.group), key)
        row[line.quantity] = f"{counts.figures[line, month]:.10g}"
    return list(rows.values())
