"""What a look at a file says on the terminal."""

from __future__ import annotations

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from flows.probing import Look
from transforms.guessing import Guess
from warehouse.extract_file import DELIMITERS
from warehouse.reading.probe import Probed

_SHOWN_CELL = 28


def show_look(look: Look, console: Console | None = None) -> None:
    """Print what was found, the columns, the first rows and the contract that fits."""
    out = console or Console(highlight=False, soft_wrap=False)
    out.print(f"[bold]{escape(look.file_name)}[/bold]")
    if look.probed is None:
        out.print(f"  refused: {escape(look.refusal)}")
        return
    out.print(f"  {escape(_written(look.probed))}")
    out.print(_columns(look.probed))
    _show_fit(look, out)


def _written(probed: Probed) -> str:
    parts = [probed.kind]
    if probed.encoding:
        parts.append(probed.encoding)
    if probed.delimiter:
        parts.append(f"columns separated by {DELIMITERS.get(probed.delimiter, repr(probed.delimiter))}")
    if probed.sheet:
        others = f" (of {', '.join(probed.sheets)})" if len(probed.sheets) > 1 else ""
        parts.append(f"sheet {probed.sheet}{others}")
    parts.append("no line of names" if not probed.heading_row else f"names in row {probed.heading_row}")
    parts.append("rows not counted" if probed.rows is None else f"{probed.rows:,} rows")
    return ", ".join(parts)


def _columns(probed: Probed) -> Table:
    table = Table("column", "looks like", "first cells", box=None, padding=(0, 2, 0, 2))
    for place, column in enumerate(probed.columns):
        cells = [row[place] for row in probed.first if place < len(row)]
        shown = ", ".join(dict.fromkeys(cell for cell in cells if cell))
        name = column.header or f"(number {place + 1})"
        table.add_row(escape(name), _spoken(column.guess), escape(_short(shown)))
    return table


def _short(text: str) -> str:
    return text if len(text) <= _SHOWN_CELL else text[: _SHOWN_CELL - 3] + "..."


def _spoken(guess: Guess) -> str:
    parts: list[str] = [guess.type]
    if guess.format:
        parts.append(guess.format)
    if guess.decimal:
        parts.append(f"decimal {guess.decimal}")
    if guess.thousands:
        parts.append(f"thousands {guess.thousands}")
    if guess.cells_missing:
        marks = " ".join(mark for mark in guess.missing if mark) or "empty"
        parts.append(f"{guess.cells_missing} missing ({marks})")
    return ", ".join(parts)


def _show_fit(look: Look, out: Console) -> None:
    if not look.fits:
        out.print("  fits no contract. Begin one: --write-contract contracts/SOURCE.toml --source SOURCE")
        return
    best = look.fits[0]
    if best.whole:
        out.print(f"  fits the contract [bold]{best.source}[/bold]: klyngeflow ingest {best.source} FILE")
    else:
        out.print(
            f"  nearest contract: [bold]{best.source}[/bold], without {', '.join(best.missing)}. "
            f"Draft an override: --write-contract contracts/{best.source}.toml"
        )
    if best.unused:
        out.print(f"  columns without a use there: {escape(', '.join(best.unused))}")
