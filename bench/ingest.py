"""Rows a second of each stage of ingest, beside DuckDB's bare read of the same file in the same run.

python -m bench.ingest --millions 20
"""

from __future__ import annotations

import argparse
import multiprocessing
import os
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterable
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, date, datetime
from itertools import product
from pathlib import Path

import duckdb
import numpy as np
import polars as pl

from expectations.process import Validator
from flows.checking import checked
from flows.delivery_checks import delivery_results
from flows.settings import Definition, Workspace
from transforms.checked import CheckResult
from warehouse.connection import attach, writing
from warehouse.landing import land
from warehouse.ledger import record_staged, reference
from warehouse.person_scan import scan_file
from warehouse.promotion import promote
from warehouse.queries import run
from warehouse.reading.process import Reader
from warehouse.schema import migrate

PAGE = os.sysconf("SC_PAGE_SIZE") if hasattr(os, "sysconf") else 4096
PRACTICES = 1700
MONTHS = ["2025-01", "2025-02", "2025-03"]
BANDS = ["0-5", "6-17", "18-39", "40-64", "65-79", "80+"]
BATCH = 200_000
NAME = "recepter_2025K1.csv"


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


def bare_read(path: Path, database: Path) -> None:
    """What the others are held against."""
    with duckdb.connect(str(database)) as connection:
        connection.read_csv(str(path), delimiter=";", decimal=",").create("extract")


class Stages:
    """The stages over one workspace, each able to be timed by itself."""

    def __init__(self, folder: Path, extract: Path) -> None:
        self.workspace = Workspace(folder / "workspace", Definition(name="bench", sources=("prescriptions",)))
        self.extract, self.store = extract, self.workspace.store
        self.contract = self.workspace.contract("prescriptions")
        migrate(self.store.database)

    def scan(self) -> None:
        """The person-number scan, which landing does as well."""
        scan_file(self.extract, NAME, self.contract, datetime.now(UTC).date())

    def land(self) -> None:
        """Digest, scan, and a copy that is digested again."""
        self.landed = land(self.store, self.contract, self.extract, "bench")
        self.extract_id = self.landed.extract_id
        self.staged = self.store.staged(self.contract.source, self.landed.sha256)

    def stage(self) -> None:
        """The file becomes typed rows, in the reading process, and the ledger counts them."""
        reader = Reader()
        path = self.store.landed(self.contract.source, self.landed.sha256)
        staged = reader.stage(NAME, path, self.contract, self.staged)
        record_staged(self.store, self.contract, self.extract_id, staged)
        reader.stop()
        self.rows = staged.rows_staged

    def a_year_before(self) -> None:
        """As history: the same rows a year earlier, all of them submitted, by practices that are in the registry."""
        practices = pl.DataFrame({"practice_id": [f"{number:06d}" for number in range(1, PRACTICES + 1)]})
        with writing(self.store.database, spill=self.store.spill) as connection:
            attach(connection, self.staged, "staging", read_only=True)
            known = "0 as extract_id, timestamp '2025-01-01' as known_from, null::timestamp as known_to"
            earlier = "* exclude (row_number) replace ((period - interval 1 year)::date as period)"
            connection.sql("from staging.staged").project(f"{earlier}, {known}").create_view("frame")
            run(connection, "enter_frame", table="fact.prescription")
            months = pl.DataFrame({"period": [date(2024, month, 1) for month in (1, 2, 3)]})
            connection.register("cells", practices.join(months, how="cross"))
            cells = connection.sql("from cells")
            cells.project(f"*, 'prescriptions' as source, {known}").create_view("frame", replace=True)
            run(connection, "enter_frame", table="ledger.submission")
            connection.register("practices", practices)
            connection.sql("from practices").project(f"*, {known}").create_view("frame", replace=True)
            run(connection, "enter_frame", table="registry.practice")

    def check(self) -> None:
        """Every check that the extract's own rows answer."""
        with Validator() as validator:
            self.told(checked(validator, self.staged, self.contract, reference(self.store, self.extract_id)))

    def check_delivery(self) -> None:
        """Every check that holds the delivery and its codes against what is known."""
        self.told(delivery_results(self.workspace, self.contract, self.extract_id, self.staged, self.rows))

    def told(self, results: Iterable[CheckResult]) -> None:
        """Print what did not simply pass."""
        for result in results:
            if result.outcome != "passed":
                found = "; ".join(f"{found.say} {dict(found.values)}" for found in result.found)
                sys.stdout.write(f"    {result.check_id}: {result.outcome} {result.rows_failed} {found}\n")

    def promote(self) -> None:
        """The rows become facts."""
        promote(self.store, self.contract, self.extract_id, self.staged)


class Memory:
    """The most memory that this process and its children held, asked ten times a second (Linux only)."""

    def __init__(self) -> None:
        self.own = self.children = 0
        self._done = threading.Event()
        self._asking = threading.Thread(target=self._ask, daemon=True)

    def __enter__(self) -> Memory:
        self._asking.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._done.set()
        self._asking.join()

    def _ask(self) -> None:
        while True:
            children = multiprocessing.active_children()
            self.own = max(self.own, _resident(os.getpid()))
            self.children = max(self.children, sum(_resident(child.pid or 0) for child in children))
            if self._done.wait(0.1):
                return


def _resident(process_id: int) -> int:
    """Megabytes of memory of a process; 0 where it has ended or the system does not say."""
    with suppress(OSError, IndexError):
        return int(Path(f"/proc/{process_id}/statm").read_text(encoding="ascii").split()[1]) * PAGE >> 20
    return 0


@dataclass(frozen=True)
class Cost:
    """Wall and processor time of a stage, its child processes included."""

    seconds: float = 0.0
    processor: float = 0.0

    def __add__(self, other: Cost) -> Cost:
        return Cost(self.seconds + other.seconds, self.processor + other.processor)


def timed(label: str, rows: int, bare: Cost | None, work: Callable[[], object]) -> Cost:
    """Do `work`; print its time, its rows a second, its ratio to the bare read and the most memory it held."""
    begun, used = time.perf_counter(), sum(os.times()[:4])
    with Memory() as memory:
        work()
    cost = Cost(time.perf_counter() - begun, sum(os.times()[:4]) - used)
    told(label, rows, bare, cost, f"{memory.own:6} MB + {memory.children:5} MB")
    return cost


def told(label: str, rows: int, bare: Cost | None, cost: Cost, memory: str) -> None:
    """Print one line of the table."""
    ratios = f"{cost.seconds / bare.seconds:6.2f} x {cost.processor / bare.processor:6.2f} x of CPU" if bare else ""
    figures = f"{cost.seconds:9.2f} s {cost.processor:9.2f} s of CPU {rows / cost.seconds:13,.0f} rows/s"
    sys.stdout.write(f"{label:28} {figures} {memory:20} {ratios}\n")
    sys.stdout.flush()


def main(arguments: list[str] | None = None) -> None:
    """Print one line for each stage."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--millions", type=float, default=20.0)
    parser.add_argument("--first", action="store_true", help="a first delivery: no history to hold it against")
    chosen = parser.parse_args(arguments)
    rows = int(chosen.millions * 1_000_000)
    with tempfile.TemporaryDirectory(prefix="klyngeflow_bench_") as name:
        folder = Path(name)
        extract = folder / NAME
        timed("(writing the file)", rows, None, lambda: write_extract(extract, rows))
        bare = timed("bare read_csv", rows, None, lambda: bare_read(extract, folder / "bare.duckdb"))
        (folder / "bare.duckdb").unlink()
        stages = Stages(folder, extract)
        timed("(person-number scan alone)", rows, bare, stages.scan)
        landed = timed("land: scan, copy, digests", rows, bare, stages.land)
        staged = timed("stage", rows, bare, stages.stage)
        if not chosen.first:
            timed("(a year of history)", rows, None, stages.a_year_before)
        asked = timed("checks of rows", rows, bare, stages.check)
        asked += timed("checks of the delivery", rows, bare, stages.check_delivery)
        promoted = timed("promote", rows, bare, stages.promote)
        told("stage + promote", rows, bare, staged + promoted, "")
        told("all", rows, bare, landed + staged + asked + promoted, "")
    sys.stdout.write(f"memory: this process + its children; {os.cpu_count()} cores\n")


if __name__ == "__main__":
    main()
