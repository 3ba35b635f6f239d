"""Rows a second of each stage of ingest, beside DuckDB's bare read of the same file in the same run.

python -m bench.ingest --millions 20
"""

from __future__ import annotations

import argparse
import os
import resource
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from itertools import product
from pathlib import Path

import duckdb
import numpy as np

from transforms.checked import Reference
from transforms.contract import Contract, parse_contract
from warehouse import ledger
from warehouse.promotion import promote
from warehouse.reading.process import Reader
from warehouse.schema import migrate
from warehouse.workspace import Store

CONTRACTS = Path(__file__).parents[1] / "expectations" / "contracts"
PRACTICES = 1700
MONTHS = [f"{year}-{month:02d}" for year in (2024, 2025) for month in range(1, 13)]
BANDS = ["0-5", "6-17", "18-39", "40-64", "65-79", "80+"]
BATCH = 200_000
NAME = "recepter_2024.csv"


def write_extract(path: Path, rows: int) -> None:
    """`rows` different keys of practice, month, code, sex and age band, with random quantities."""
    codes = [f"J01{a}{b}{n:02d}" for a, b, n in product("CDEFGMX", "ABCDE", range(1, 12))]
    sizes = (len(codes), 2, len(BANDS), len(MONTHS), PRACTICES)
    draw = np.random.default_rng(20260101)
    with path.open("w", encoding="utf-8", newline="") as out:
        out.write("Ydernummer;Måned;ATC;Indikation;Køn;Aldersgruppe;Recepter;DDD\r\n")
        for begin in range(0, rows, BATCH):
            keys = np.unravel_index(np.arange(begin, min(rows, begin + BATCH)), sizes)
            items = draw.integers(0, 1500, len(keys[0])).tolist()
            doses = draw.integers(0, 99999, len(keys[0])).tolist()
            columns = (*(key.tolist() for key in keys), items, doses)
            out.writelines(
                f"{practice + 1:06d};{MONTHS[month]};{codes[code]};;{'KM'[sex]};{BANDS[band]};"
                f"{f'{count // 1000}.{count % 1000:03d}' if count > 999 else count};{dose // 10},{dose % 10}\r\n"
                for code, sex, band, month, practice, count, dose in zip(*columns, strict=True)
            )


def person_number_scan(path: Path, contract: Contract) -> None:
    """The scan as landing does it: the one place here that knows how."""
    from warehouse.extract_file import read_extract
    from warehouse.landing import refuse_person_numbers

    refuse_person_numbers(read_extract(path), contract)


def bare_read(path: Path, database: Path) -> None:
    """What the others are held against."""
    with duckdb.connect(str(database)) as connection:
        connection.read_csv(str(path), delimiter=";", decimal=",").create("extract")


class Stages:
    """The stages over one workspace, each able to be timed by itself."""

    def __init__(self, folder: Path, extract: Path) -> None:
        self.folder, self.extract = folder, extract
        self.contract = parse_contract(CONTRACTS / "prescriptions.toml")
        self.store = Store(folder / "workspace")
        self.target = folder / "staged.duckdb"
        self.reader = Reader()

    def stage(self) -> None:
        """The file becomes typed rows, in the reading process."""
        staged = self.reader.stage(NAME, self.extract, self.contract, self.target)
        self.reader.stop()
        self.staged = staged

    def check(self) -> None:
        """Every check of the contract."""
        from expectations.process import Validator

        practices = frozenset(f"{number:06d}" for number in range(1, PRACTICES + 1))
        with Validator() as validator:
            validator.validate(self.target, self.contract, Reference(practices, date(2024, 1, 1), date(2025, 12, 31)))

    def enter(self) -> int:
        """A row of the ledger for the extract, without landing it."""
        from warehouse.connection import writing
        from warehouse.queries import one_value

        migrate(self.store.database)
        row = {"source": "prescriptions", "file_name": NAME, "sha256": "0" * 64, "bytes": self.extract.stat().st_size}
        row |= {"period_start": date(2024, 1, 1), "period_end": date(2025, 12, 31), "status": "final"}
        row |= {"received_at": ledger.utc_now(), "received_by": "bench"}
        with writing(self.store.database) as connection:
            extract_id = one_value(connection, "enter_extract", row)
        ledger.record_staged(self.store, self.contract, extract_id, self.staged)
        return extract_id


@dataclass(frozen=True)
class Cost:
    """Wall and processor time of a stage, its child processes included."""

    seconds: float
    processor: float


def timed(label: str, rows: int, bare: Cost | None, work: Callable[[], object]) -> Cost:
    """Do `work`; print its time, its rows a second and its ratio to the bare read, by clock and by processor."""
    begun, used = time.perf_counter(), sum(os.times()[:4])
    work()
    cost = Cost(time.perf_counter() - begun, sum(os.times()[:4]) - used)
    ratios = f"{cost.seconds / bare.seconds:6.2f} x {cost.processor / bare.processor:6.2f} x of CPU" if bare else ""
    figures = f"{cost.seconds:9.2f} s {cost.processor:9.2f} s of CPU {rows / cost.seconds:13,.0f} rows/s"
    sys.stdout.write(f"{label:22} {figures} {ratios}\n")
    sys.stdout.flush()
    return cost


def main(arguments: list[str] | None = None) -> None:
    """Print one line for each stage."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--millions", type=float, default=20.0)
    parser.add_argument("--without", nargs="*", default=[], choices=["scan", "checks", "promote"])
    chosen = parser.parse_args(arguments)
    rows = int(chosen.millions * 1_000_000)
    with tempfile.TemporaryDirectory(prefix="klyngeflow_bench_") as name:
        folder = Path(name)
        extract = folder / NAME
        timed("(writing the file)", rows, None, lambda: write_extract(extract, rows))
        bare = timed("bare read_csv", rows, None, lambda: bare_read(extract, folder / "bare.duckdb"))
        stages = Stages(folder, extract)
        timed("stage", rows, bare, stages.stage)
        if "checks" not in chosen.without:
            timed("checks", rows, bare, stages.check)
        if "promote" not in chosen.without:
            extract_id = stages.enter()
            timed("promote", rows, bare, lambda: promote(stages.store, stages.contract, extract_id, stages.target))
        if "scan" not in chosen.without:
            timed("person-number scan", rows, bare, lambda: person_number_scan(extract, stages.contract))
    own, child = (resource.getrusage(who).ru_maxrss // 1024 for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    sys.stdout.write(f"largest memory: this process {own} MB, a child {child} MB; {os.cpu_count()} cores\n")


if __name__ == "__main__":
    main()
