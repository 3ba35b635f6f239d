"""The catalogue on the terminal: a table on one, plain lines where a program or a file is at the other end."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from rich import box
from rich.console import Console
from rich.markup import escape
from rich.table import Table

if TYPE_CHECKING:
    from flows.catalogue import Listed

_ORIGIN = {"own": "own", "changed": "changed here"}


def show_packages(rows: Sequence[Listed]) -> None:
    """One line per package; a fault in the place of what is not known because of it."""
    console = Console(highlight=False)
    if not console.is_terminal:
        for row in rows:
            console.print(plain_line(row), soft_wrap=True, markup=False)
        return
    console.print(as_table(rows))
    for row in rows:
        if row.fault is not None:
            console.print(f"[red]{escape(row.id)}[/red] cannot be used: {escape(row.fault)}")
    console.print("klyngeflow describe PACKAGE makes a booklet of one.")


def as_table(rows: Sequence[Listed]) -> Table:
    """The packages that can be used. Whether the data have come is a column only where that is known."""
    known = any(row.delivered is not None for row in rows)
    table = Table(box=box.SIMPLE_HEAD, padding=(0, 1), show_lines=True)
    # A name is what one types: it is never broken, the titles below it are.
    table.add_column("package", min_width=max((len(row.id) for row in rows), default=0))
    for name in ("status", "measures", "window", "data delivered until" if known else "data", "review"):
        table.add_column(name)
    for row in rows:
        if row.fault is None:
            table.add_row(*_cells(row))
    return table


def _cells(row: Listed) -> Iterable[str]:
    own = "" if row.origin == "shipped" else f"\n[dim]{_ORIGIN[row.origin]}[/dim]"
    yield f"[bold]{escape(row.id)}[/bold]\n{escape(row.title['da'])}"
    yield f"{escape(row.status)}\n[dim]version {escape(row.version)}[/dim]{own}"
    yield _measures(row).replace(", ", "\n")
    yield _window(row).replace(", ", "\n")
    yield "\n".join(map(escape, _sources(row))) or "none"
    yield f"[yellow]{row.review_due}\noverdue[/yellow]" if row.review_overdue else f"{row.review_due}"


def plain_line(row: Listed) -> str:
    """Everything about one package on one line."""
    if row.fault is not None:
        return f"{row.id}: cannot be used: {row.fault}"
    own = "" if row.origin == "shipped" else f" ({_ORIGIN[row.origin]})"
    parts = [f"{row.title['da']}, version {row.version}, {row.status}", _measures(row)]
    parts += [_window(row)] if row.measures else []
    parts.append(f"data: {', '.join(_sources(row)) or 'none'}")
    parts += [] if row.ready is None else ["can be asked for" if row.ready else "cannot be asked for yet"]
    parts.append(f"review due {row.review_due}{' (overdue)' if row.review_overdue else ''}")
    return f"{row.id}{own}: {'; '.join(parts)}"


def _measures(row: Listed) -> str:
    if not row.measures:
        return "no numbers"
    words = f"{row.measures} measure{'s' if row.measures > 1 else ''}"
    return f"{words}, {row.drafts} draft" if row.drafts else words


def _window(row: Listed) -> str:
    if not row.measures:
        return "–"
    return f"{row.window_months} months, follow-up +{row.followup_after_months}"


def _sources(row: Listed) -> list[str]:
    if row.delivered is None:
        return list(row.sources)
    return [f"{source} {f'{until:%Y-%m}' if until else 'missing'}" for source, until in row.delivered.items()]
