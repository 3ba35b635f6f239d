"""`make reference DIR=folder`: compute every value of a folder's reference files again, and say how far ours are off.

python tests/reference/recompute.py FOLDER

Exit 0: all within tolerance; 1: one is past it; 2: nothing could be compared, and one sentence says what to do.
The modules `recompute_*` beside this file have, by a file's name without `.csv`:
- `RECOMPUTED`: from the file's frame (numbers as floats, empty cells null) to our columns, a value for each row;
- `TOLERANCE`, for a file or a `file.column`, where it is not `RELATIVE`, and around 0 `ABSOLUTE`, where that is not a
  thousandth of it.
Null says "not available" and agrees with an empty cell alone; not-a-number makes no claim and is not compared.
"""

from __future__ import annotations

import importlib
import math
import re
import sys
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import NamedTuple

import polars as pl

HERE = Path(__file__).parent
sys.path[:0] = [path for path in (str(HERE), str(HERE.parents[1])) if path not in sys.path]

RELATIVE = 1e-9
NO_CLAIM_WHERE_NULL = {"funnel_limits", "funnel_limits_grid", "overdispersion", "eb_shrinkage"}
"""Files of which some values are left out on purpose: README.md beside this file says which, and why."""
WORDS = {
    *("set_id", "group_id", "unit_id", "series_id", "case_id", "area", "ageband", "sex", "date", "kind", "x_kind"),
    *("statistic", "method", "data_type", "sr_method", "limits_used_for_outlier", "phe_significance"),
    *("improvement_direction", "special_cause_type", "point_type", "assurance_type"),
}
"""Columns of words; all others hold numbers."""
HEADING = ("file", "rows", "values", "left out", "largest relative error", "tolerance", "")
LAYOUT = "{:<42}{:>6}{:>8}{:>10}{:>24}{:>11}  {}"

Columns = dict[str, pl.Series]
Recompute = Callable[[pl.DataFrame], Columns]


class UnusableError(Exception):
    """A folder or file that nothing can be compared with; the message says what to do about it."""


class Layout(NamedTuple):
    """What is known of the files: how each is recomputed, and the tolerances that are not the usual ones."""

    recomputed: dict[str, Recompute]
    tolerance: dict[str, float]
    absolute: dict[str, float]


class Compared(NamedTuple):
    """A file's columns that share a tolerance: how many values were compared, and the worst of them."""

    name: str
    rows: int
    values: int
    left_out: int
    error: float
    tolerance: float
    worst: str

    @property
    def over(self) -> bool:
        return self.error > self.tolerance


def main(arguments: list[str]) -> int:
    if len(arguments) != 1 or not arguments[0]:
        sys.stderr.write("Name a folder of reference files: make reference DIR=folder\n")
        return 2
    try:
        lines, past = report(Path(arguments[0]))
    except UnusableError as problem:
        sys.stderr.write(f"{problem}\n")
        return 2
    sys.stdout.write("".join(f"{line}\n" for line in lines))
    sys.stderr.write("".join(f"{found.name}: {found.worst}\n" for found in past))
    return 1 if past else 0


def report(folder: Path) -> tuple[list[str], list[Compared]]:
    """A line per file of the folder, and what is past its tolerance."""
    layout, files = known_layout(), files_of(folder)
    known = [path for path in files if path.suffix == ".csv" and path.stem in layout.recomputed]
    if not known:
        names = ", ".join(f"{stem}.csv" for stem in sorted(layout.recomputed))
        raise UnusableError(f"{folder} holds no file of a known name; put one of these into it: {names}")
    found = {path: list(compared(path, layout)) for path in known}
    lines = [LAYOUT.format(*HEADING).rstrip()]
    for path in files:
        lines += [_line(part) for part in found[path]] if path in found else [f"{path.name:<42}not known: not compared"]
    return lines, [part for parts in found.values() for part in parts if part.over]


def _line(part: Compared) -> str:
    numbers = part.rows, part.values, part.left_out, f"{part.error:.1e}", f"{part.tolerance:.0e}"
    return LAYOUT.format(part.name, *numbers, "over" if part.over else "ok")


def known_layout() -> Layout:
    """Everything that the modules beside this file can recompute."""
    layout = Layout({}, {}, {})
    for path in sorted(HERE.glob("recompute_*.py")):
        module = importlib.import_module(path.stem)
        layout.recomputed.update(module.RECOMPUTED)
        layout.tolerance.update(module.TOLERANCE)
        layout.absolute.update(getattr(module, "ABSOLUTE", {}))
    return layout


def files_of(folder: Path) -> list[Path]:
    if not folder.is_dir():
        raise UnusableError(f"There is no folder {folder}; name one that holds reference files such as wilson.csv.")
    files = sorted(path for path in folder.iterdir() if path.is_file() and not path.name.startswith("."))
    return [path for path in files if path.suffix != ".py" and path.stem.lower() != "readme"]


def compared(path: Path, layout: Layout) -> Iterator[Compared]:
    """The file's values beside ours, a line for each tolerance its columns have."""
    cells = read(path)
    ours = recomputed(path, cells, layout.recomputed[path.stem])
    lines: dict[tuple[float, float], list[str]] = {}
    for column in ours:
        relative = _of(layout.tolerance, path, column, RELATIVE)
        lines.setdefault((relative, _of(layout.absolute, path, column, relative / 1000)), []).append(column)
    for number, ((relative, absolute), columns) in enumerate(lines.items()):
        off = [errors(column, cells, ours[column], absolute / relative, path.stem) for column in columns]
        name = path.name if number == 0 else f"{path.name}: {', '.join(columns)}"
        yield _worst(name, relative, cells.height, pl.concat(off))


def read(path: Path) -> pl.DataFrame:
    """The file's cells as text, empty ones null; blank lines at its end are none of its rows."""
    try:
        cells = pl.read_csv(path, infer_schema=False)
    except (pl.exceptions.PolarsError, UnicodeDecodeError) as problem:
        reason = str(problem).strip().split("\n")[0]
        raise UnusableError(f"{path.name} cannot be read as UTF-8 with commas and a header line: {reason}") from problem
    cells = cells.with_columns(pl.all().str.strip_chars().replace("", None))
    filled = cells.select(pl.any_horizontal(pl.all().is_not_null())).to_series().arg_true()
    if filled.is_empty():
        raise UnusableError(f"{path.name} has no rows under its header; add some, or take the file out of the folder.")
    return cells.head(filled[-1] + 1)


def recomputed(path: Path, cells: pl.DataFrame, function: Recompute) -> Columns:
    """Our columns for the file. Columns that hold something else than numbers are not there for the function."""
    numbers = {name: cells[name] if name in WORDS else as_numbers(cells[name]) for name in cells.columns}
    usable = [column for column in numbers.values() if column is not None]
    try:
        ours = function(pl.DataFrame(usable))
    except pl.exceptions.ColumnNotFoundError as problem:
        named = re.search(r'"([^"]+)"', str(problem))
        raise _unusable_column(path, cells, named.group(1) if named else str(problem)) from problem
    except (ArithmeticError, LookupError, TypeError, ValueError, pl.exceptions.PolarsError) as problem:
        reason = str(problem).strip().split("\n")[0]
        raise UnusableError(f"{path.name} cannot be computed: {reason}; mend the file's inputs.") from problem
    for name, column in ours.items():
        if name not in cells.columns or (column.dtype != pl.String and numbers[name] is None):
            raise _unusable_column(path, cells, name)
    return ours


def as_numbers(cells: pl.Series) -> pl.Series | None:
    """The column as floats (R's NaN and NA: null), or None where a cell is no number."""
    numbers = cells.replace(["NaN", "NA"], None).cast(pl.Float64, strict=False)
    return numbers if not _no_numbers(cells, numbers).any() else None


def errors(column: str, cells: pl.DataFrame, ours: pl.Series, floor: float, stem: str) -> pl.DataFrame:
    """One row per cell: how far ours is off relative to the file's (or to `floor`, around 0); null where not compared.

    Infinite where one has a value and the other none, or they are different words or infinities.
    """
    text = ours.dtype == pl.String
    theirs = cells[column] if text else as_numbers(cells[column])
    pair = pl.DataFrame({"theirs": theirs, "ours": ours if text else ours.cast(pl.Float64)})
    same = pl.col("ours").eq_missing(pl.col("theirs"))
    off = pl.lit(math.inf) if text else _relative(floor)
    claimed = pl.lit(True) if text else ~pl.col("ours").is_nan().fill_null(False)
    if stem in NO_CLAIM_WHERE_NULL:
        claimed = claimed & (pl.col("ours").is_not_null() | pl.col("theirs").is_null())
    found = pair.select(error=pl.when(claimed).then(pl.when(same).then(0.0).otherwise(off.fill_null(math.inf))))
    words = pl.format(
        "is {} in the file, {} here", *(pl.col(name).cast(pl.String).fill_null("empty") for name in pair.columns)
    )
    place = pl.format("row {}, column {} {}", pl.int_range(2, pl.len() + 2), pl.lit(column), words)
    return found.hstack(pair.select(place=place))


def _relative(floor: float) -> pl.Expr:
    distance = (pl.col("ours") - pl.col("theirs")).abs()
    found = distance / pl.max_horizontal(pl.col("theirs").abs(), pl.lit(floor))
    return pl.when(distance.is_finite()).then(found)


def _worst(name: str, tolerance: float, rows: int, off: pl.DataFrame) -> Compared:
    known = off.drop_nulls("error")
    left_out = off.height - known.height
    if known.is_empty():
        return Compared(name, rows, 0, left_out, 0.0, tolerance, "")
    worst = known.row(int(known["error"].arg_max() or 0), named=True)
    return Compared(name, rows, known.height, left_out, worst["error"], tolerance, worst["place"])


def _of(settings: Mapping[str, float], path: Path, column: str, usual: float) -> float:
    return settings.get(f"{path.stem}.{column}", settings.get(path.stem, usual))


def _unusable_column(path: Path, cells: pl.DataFrame, name: str) -> UnusableError:
    if name not in cells.columns:
        return UnusableError(f"{path.name} lacks the column {name}; add it, or take the file out of the folder.")
    row = int(_no_numbers(cells[name], cells[name].cast(pl.Float64, strict=False)).arg_max() or 0)
    return UnusableError(
        f"{path.name}, row {row + 2}, column {name}: {cells[name][row]!r} is no number; "
        "write it with a decimal point and nothing else, or leave the cell empty where there is none."
    )


def _no_numbers(cells: pl.Series, numbers: pl.Series) -> pl.Series:
    return cells.is_not_null() & numbers.is_null() & ~cells.is_in(["NaN", "NA"])


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
