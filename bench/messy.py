"""Every file of a folder through the reader, under its limits: a load or a refusal of one sentence.

python -m bench.messy DIR --table docs/messy.md
"""

from __future__ import annotations

import argparse
import csv
import re
import sys
import tempfile
import time
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

from transforms.contract import Contract
from transforms.errors import UserError
from warehouse.reading.process import Reader

MEMORY = 2 * 2**30
SECONDS = 30.0
_UNLIKE = re.compile(r"[0-9]+|'[^']*'")


@dataclass(frozen=True)
class Trial:
    """What became of one file. `loaded` rows add up to those read; `seconds` is wall time."""

    file: str
    suite: str
    outcome: str
    reason: str
    rows: int
    seconds: float


def contract_for(path: Path) -> Contract:
    """A contract of text columns out of the file's own first line: what an analyst would try first."""
    head = path.read_bytes()[:65536]
    text = head.decode("utf-8", "replace") if b"\0" not in head else ""
    lines = [line for line in re.split("[\r\n]+", text) if line.strip()]
    first = lines[0].removeprefix("\ufeff") if lines else "column"
    delimiter = max(",;\t|", key=first.count)
    names = next(csv.reader([first], delimiter=delimiter), [])
    found = list(dict.fromkeys(name.strip() for name in names if name.strip()))[:200] or ["column"]
    columns = [
        {"name": f"c{place}", "headers": [name], "type": "text", "required": False, "what": {"da": "-"}}
        for place, name in enumerate(found)
    ]
    described = {"source": "messy", "table": "messy", "title": {"da": "-"}, "one_row": {"da": "-"}, "key": ()}
    file = {"patterns": ("*",), "delimiter": delimiter, "encoding": "auto"}
    return Contract.model_validate(described | {"columns": columns, "checks": (), "file": file})


def tried(reader: Reader, path: Path, suite: str, folder: Path) -> Trial:
    """One file through the reader."""
    begun = time.monotonic()
    target = folder / "staged.duckdb"
    outcome, reason, rows = "load", "", 0
    try:
        staged = reader.stage(path.name, path, contract_for(path), target)
        rows = staged.rows_read
        if rows != staged.rows_staged + staged.rows_excluded + staged.rows_rejected + staged.rows_empty:
            outcome, reason = "FAULT", "rows are not accounted for"
    except UserError as refusal:
        outcome, reason = "refusal", reason_of(path.name, str(refusal))
    return Trial(str(path), suite, outcome, reason, rows, time.monotonic() - begun)


def reason_of(name: str, sentence: str) -> str:
    """A sentence without what is one file's own: its name, numbers and names of columns."""
    kind = re.sub(r"the column .+ stands", "the column ... stands", sentence.replace(name, "").partition(": ")[2])
    kind = re.split(r"\. |The file has:|Put a line", kind)[0]
    return _UNLIKE.sub("N", kind).strip(" .")


def table_of(trials: list[Trial]) -> str:
    """The trials as Markdown: how each suite ended, and why files were refused."""
    suites = Counter((trial.suite, trial.outcome) for trial in trials)
    lines = ["| suite | files | load | refusal | fault |", "|---|---|---|---|---|"]
    for suite in sorted({trial.suite for trial in trials}):
        counts = [suites[suite, outcome] for outcome in ("load", "refusal", "FAULT")]
        lines.append(f"| {suite} | {sum(counts)} | {counts[0]} | {counts[1]} | {counts[2]} |")
    lines += ["", "| reason | files |", "|---|---|"]
    reasons = Counter(trial.reason for trial in trials if trial.reason)
    lines += [f"| {reason.replace('|', chr(92) + '|')} | {files} |" for reason, files in reasons.most_common()]
    return "\n".join(lines) + "\n"


def main(arguments: list[str] | None = None) -> int:
    """0 where every file ended in a load or a refusal."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--table", type=Path)
    parser.add_argument("--every", type=int, default=1, help="only each Nth file")
    chosen = parser.parse_args(arguments)
    files = sorted(path for path in chosen.folder.rglob("*") if path.is_file())[:: chosen.every]
    reader = Reader(wall_seconds=SECONDS, cpu_seconds=int(SECONDS), memory_bytes=MEMORY)
    with tempfile.TemporaryDirectory() as folder:
        trials = [tried(reader, path, path.relative_to(chosen.folder).parts[0], Path(folder)) for path in files]
    reader.stop()
    table = table_of(trials)
    if chosen.table:
        said = "Every file of public suites of broken files through the reader, with a contract made of its first line."
        chosen.table.write_text(
            f"# Messy files\n\n{said} Made by `python -m bench.messy`.\n\n{table}", encoding="utf-8"
        )
    slowest = max(trials, key=lambda trial: trial.seconds)
    sys.stdout.write(f"{table}\nslowest: {Path(slowest.file).name}, {slowest.seconds:.1f} s\n")
    faults = [trial for trial in trials if trial.outcome == "FAULT" or "reader failed with" in trial.reason]
    sys.stdout.writelines(f"{trial.outcome}: {trial.file}: {trial.reason}\n" for trial in faults)
    return int(bool(faults))


if __name__ == "__main__":
    sys.exit(main())
