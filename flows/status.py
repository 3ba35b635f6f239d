"""What `klyngeflow status` prints: what is delivered, what is missing, what was refused, and what replaced what."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from itertools import groupby
from typing import Any

import polars as pl

MARKS = {
    "figures": "#",
    "zero": "0",
    "provisional": "p",
    "in_part": "!",
    "not_submitted": ".",
    "not_applicable": " ",
}
LEGEND = (
    "# figures   0 submitted, none happened   p provisional   . not submitted",
    "! some rows of the file were rejected    blank: not open then",
)
_MONTHS_ACROSS = 36
Row = Mapping[str, Any]


def status_lines(months: pl.DataFrame, extracts: pl.DataFrame) -> Iterator[str]:
    """Each source with its months, then every file that came, newest last."""
    files = list(extracts.iter_rows(named=True))
    for source, rows in groupby(months.iter_rows(named=True), key=lambda row: row["source"]):
        yield source
        yield from _source_lines(list(rows))
        yield from _refused_line(source, files)
        yield ""
    for row in files:
        yield from _file_lines(row)


def _source_lines(rows: Sequence[Row]) -> Iterator[str]:
    for _, alike in groupby(rows, key=lambda row: tuple(row[key] for key in row if key not in _OWN)):
        group = list(alike)
        first = group[0]
        if first["practices_submitted"] == 0:
            yield f"  {_span(group):18} missing: no practice has submitted it"
            continue
        told = [f"{first['practices_submitted']} of {first['practices_open']} practices"]
        for key, words in _WORDS.items():
            if first[key]:
                told.append(f"{first[key]} {words}")
        yield f"  {_span(group):18} {', '.join(told)}"


_OWN = {"period", "rows", "source"}
_WORDS = {
    "practices_provisional": "provisional",
    "practices_zero": "with nothing to count",
    "practices_in_part": "in a file with rejected rows",
}


def _span(group: Sequence[Row]) -> str:
    first, last = (f"{row['period']:%Y-%m}" for row in (group[0], group[-1]))
    return first if first == last else f"{first} to {last}"


def _refused_line(source: str, files: Sequence[Row]) -> Iterator[str]:
    refused = [row for row in files if row["source"] == source and row["state"] in ("refused", "stopped_cpr")]
    later = [row for row in files if refused and row["extract_id"] > refused[-1]["extract_id"]]
    if refused and not any(row["source"] == source and row["state"] == "promoted" for row in later):
        yield f"  refused last:      {refused[-1]['reason']}"


def _file_lines(row: Row) -> Iterator[str]:
    kind = " provisional" if row["status"] == "provisional" else ""
    kind += f" {row['kind']}" if row["kind"] not in (None, "full") else ""
    period = f"{row['period_start']:%Y-%m} to {row['period_end']:%Y-%m}" if row["period_start"] else ""
    counts = [f"{row['rows_staged'] or 0:,} rows"]
    counts += [f"{row[f'rows_{what}']:,} {what}" for what in ("excluded", "rejected") if row[f"rows_{what}"]]
    state = {"promoted": "accepted", "stopped_cpr": "stopped"}.get(row["state"], row["state"])
    if state in ("refused", "stopped"):
        yield f"{row['extract_id']:>4} {row['received_at']:%Y-%m-%d} {state:9} {row['reason']}"
        return
    yield (
        f"{row['extract_id']:>4} {row['received_at']:%Y-%m-%d} {state:9} {row['source']}, {period or 'the whole'}: "
        f"{row['file_name']}{kind}, {', '.join(counts)}"
    )
    for key, words in (("supplement_to", "added to extract"), ("replaced_by", "replaced by"), ("reason", "because:")):
        if row[key] is not None:
            yield f"{'':26}{words} {row[key]}"


def matrix_lines(states: pl.DataFrame) -> Iterator[str]:
    """A block per source: a line per practice, a mark per month; 36 months across fit 80 columns."""
    for (source,), block in states.group_by("source", maintain_order=True):
        months = sorted(block["period"].unique())
        for start in range(0, len(months), _MONTHS_ACROSS):
            yield from _block(str(source), block, months[start : start + _MONTHS_ACROSS])
    yield from LEGEND


def _block(source: str, block: pl.DataFrame, months: Sequence[date]) -> Iterator[str]:
    held = {(row[0], row[2]): row[3] for row in block.iter_rows()}
    practices = sorted(block["practice_id"].unique())
    width = max(len(source), *map(len, practices))
    yield f"{source:{width}}  {_ruler(months)}"
    yield f"{'':{width}}  {''.join(f'{month.month % 10}' for month in months)}"
    for practice in practices:
        marks = "".join(MARKS[held.get((practice, month), "not_submitted")] for month in months)
        yield f"{practice:{width}}  {marks}".rstrip()
    yield ""


def _ruler(months: Sequence[date]) -> str:
    """The years above the columns where they begin; the first month's only where it leaves room for the next."""
    line = ""
    for index, month in enumerate(months):
        crowded = any(later.month == 1 for later in months[index + 1 : index + 5])
        if month.month == 1 or (index == 0 and not crowded):
            line = f"{line:{index}}{month:%Y}"
    return line
