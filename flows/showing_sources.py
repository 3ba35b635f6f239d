"""Sources on the terminal: tables that fit 80 to 120 columns."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from rich import box
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from expectations.pages import words

if TYPE_CHECKING:
    from expectations.describing import ColumnLine, Description

_ORIGIN = {"shipped": "klyngeflow's", "changed": "changed here", "own": "this workspace's own"}
_COLOUR = {"critical": "red", "warning": "yellow", "info": "dim"}


def show_sources(console: Console, rows: Sequence[Mapping[str, Any]]) -> None:
    """The sources in the order of bringing in; one that klyngeflow.toml does not list is unused."""
    table = Table("source", "what", "file", "contract", box=box.SIMPLE_HEAD, padding=(0, 1))
    for row in rows:
        origin = _ORIGIN[row["origin"]] + ("" if row["used"] else "; unused")
        table.add_row(*(escape(text) for text in (row["source"], row["title"], row["files"], origin)))
    console.print(table)
    console.print("klyngeflow describe SOURCE says more. Change one in contracts/SOURCE.toml of the workspace.")


def show_source(console: Console, it: Description, language: str) -> None:
    """One source, from what a row is to who counts as submitted."""
    say = words(language)
    changed = f"  ({say['own']})" if it.changed else ""
    console.print(f"[bold]{escape(it.title)}[/bold]  [dim]{it.source} → {it.table}{changed}[/dim]")
    console.print(f"{say['one_row']}: {escape(it.one_row)}\n")
    form = Table.grid(padding=(0, 2))
    for name, value in (*it.file, (say["key"], ", ".join(it.key))):
        form.add_row(f"[dim]{name}[/dim]", escape(value))
    console.print(form)
    for why in it.excluded:
        console.print(escape(why))
    _show_example(console, it, say)
    _show_columns(console, it.columns, say)
    checks = Table(say["severity"], say["why"], title=say["checks"], box=box.SIMPLE_HEAD, title_justify="left")
    for check in it.checks:
        why = f"{escape(check.why)}\n[dim]{escape(check.check_id)}[/dim]"
        checks.add_row(f"[{_COLOUR[check.severity]}]{say[check.severity]}[/]", why)
    console.print(checks)
    if it.bad_rows:
        console.print(f"{it.bad_rows}.\n")
    console.print(f"[bold]{say['corrections']}.[/bold] {it.corrections}")
    console.print(f"[bold]{say['submission']}.[/bold] {it.submission}")


def _show_example(console: Console, it: Description, say: Mapping[str, str]) -> None:
    if it.example:
        console.print(f"\n{say['example']} [dim]({escape(it.example_name)})[/dim]")
        for line in it.example:
            # A line of a file is one line: a narrow terminal breaks it, and a copy of it does not.
            console.print("  " + escape(line), soft_wrap=True)


def _show_columns(console: Console, columns: Sequence[ColumnLine], say: Mapping[str, str]) -> None:
    table = Table(
        say["header"], say["type"], say["what"], title=say["columns"], box=box.SIMPLE_HEAD, title_justify="left"
    )
    for column in columns:
        header = ", ".join(column.headers) or "–"
        if column.constant is not None:
            header = f"({say['constant']} {column.constant})"
        what = escape(column.what)
        if column.values:
            pairs = ", ".join(f"{mark} → {meaning}" for mark, meaning in column.values.items())
            what += f"\n[dim]{escape(pairs)}[/dim]"
        optional = "" if column.required else f"\n[dim]{say['optional']}[/dim]"
        table.add_row(f"{escape(header)}\n[dim]{column.name}[/dim]", column.type + optional, what)
    console.print(table)
