"""A job small enough to be killed hundreds of times: land, stage, check, promote and publish three deliveries.

It is what a command does around the flows, without Prefect: leftovers cleared, crashed runs ended, then the steps.
"""

from __future__ import annotations

import hashlib
import multiprocessing
import subprocess
import time
from collections import Counter
from collections.abc import Callable
from datetime import datetime
from multiprocessing.connection import Connection
from pathlib import Path
from typing import TYPE_CHECKING, Any

from transforms.checked import CheckResult
from transforms.contract import Contract, parse_contract
from warehouse import ledger
from warehouse.connection import reading
from warehouse.extract_file import Extract
from warehouse.files import clear_leftovers
from warehouse.head import acknowledged, read_head
from warehouse.landing import land
from warehouse.locks import one_command
from warehouse.promotion import promote
from warehouse.publishing import publish
from warehouse.runs import end_crashed, recorded
from warehouse.schema import migrate
from warehouse.staging import stage
from warehouse.workspace import Store

if TYPE_CHECKING:
    from multiprocessing.context import ForkServerContext

CONTRACTS = Path(__file__).parents[2] / "expectations" / "contracts"
REGISTRY = (
    "Ydernummer;Praksisnavn;Klyngekode;Klyngenavn;Regionskode;Regionsnavn;"
    "Medlem fra;Medlem til;Åbnet;Lukket;Efterfølger;Samtykke\r\n"
    "010101;Ved Åen;K1;Søklyngen;R1;Regionen;01-01-2020;;;;;ja\r\n"
    "020202;Torvet;K1;Søklyngen;R1;Regionen;01-01-2020;;;;;\r\n"
)
PRESCRIPTIONS = "Ydernummer;Måned;ATC;Indikation;Køn;Aldersgruppe;Recepter;DDD\r\n"
COMPARED = (
    "fact.prescription",
    "ledger.submission",
    "ledger.extract",
    'ledger."check"',
    "ledger.rejected_row",
    *(f"registry.{table}" for table in ("practice", "cluster", "region", "membership", "consent")),
)
HERE = Path(__file__).parent


def fill_inbox(root: Path) -> None:
    """A registry, a quarter and its correction."""
    inbox = root / "inbox"
    inbox.mkdir(parents=True)
    (inbox / "1_register_2025-01-01.csv").write_text(REGISTRY, encoding="cp1252", newline="")
    for name, items in (("2_recepter_2025K1", 5), ("3_recepter_2025K1_rettet", 7)):
        rows = (
            f"{practice};2025-{1 + later:02};J01CA{code:02};;K;0-5;{items + code};1,5\r\n"
            for practice in ("010101", "020202")
            for later in range(3)
            for code in range(4)
        )
        (inbox / f"{name}.csv").write_text(PRESCRIPTIONS + "".join(rows), encoding="utf-8", newline="")


def do_job(root: Path) -> None:
    """Everything in the inbox, in the order of its names; what is in use already is left alone."""
    store = Store(root)
    with one_command(store):
        clear_leftovers(store)
        migrate(store.database)
        end_crashed(store)
        with recorded(store, "small job"):
            for path in sorted((root / "inbox").iterdir()):
                source = "registry" if "register" in path.name else "prescriptions"
                _bring_in(store, parse_contract(CONTRACTS / f"{source}.toml"), path)
        publish(store)


def _bring_in(store: Store, contract: Contract, path: Path) -> None:
    landed = land(store, contract, path, "analyst")
    if landed.already_promoted:
        return
    kept, target = store.landed(contract.source, landed.sha256), store.staged(contract.source, landed.sha256)
    staged = stage(Extract(path.name, kept.read_bytes(), landed.sha256), kept, contract, target)
    ledger.record_staged(store, contract, landed.extract_id, staged)
    # Great Expectations only reads; what it would say is entered as the flow enters it.
    passed = [
        CheckResult(check.check_id, check.rule, (), check.severity, "passed", staged.rows_staged, 0, ())
        for check in contract.checks
    ]
    ledger.record_checks(store, contract, landed.extract_id, passed)
    promote(store, contract, landed.extract_id, target)


def outcome(root: Path) -> dict[str, Any]:
    """All that a job leaves, but for the times and for what is drawn anew each time."""
    store = Store(root)
    found: dict[str, Any] = {}
    for database in (store.database, store.public):
        with reading(database, "opened") as connection:
            for table in COMPARED:
                rows = connection.execute(f"from {table}").fetchall()
                timeless = [tuple(isinstance(cell, datetime) or cell for cell in row) for row in rows]
                found[f"{database.stem} {table}"] = sorted(timeless, key=repr)
    for folder in (store.landing, store.root / "staged"):
        # A staged file's bytes carry an identity of their own; its rows are what was promoted.
        found[folder.name] = sorted(
            (str(path.relative_to(root)), _digest(path) if folder == store.landing else "")
            for path in folder.rglob("*")
            if path.is_file()
        )
    beside = {path.name for path in store.database.parent.iterdir()} - {"klyngeflow.lock", "command.lock", "spill"}
    return found | {"beside": sorted(beside)}


def marks(root: Path) -> tuple[int, int, set[str]]:
    """The head of the database, that of the log, and the states of the runs."""
    store = Store(root)
    with reading(store.database) as connection:
        head = read_head(connection)
        states = {state for (state,) in connection.execute("select state from ledger.run").fetchall()}
    return head.sequence if head else 0, acknowledged(store.database).sequence, states


def _digest(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def _child(root: Path, go: Connection) -> None:
    go.send("ready")
    go.recv()
    do_job(root)


def do_limited_job(root: Path, most_bytes: int, said: Connection) -> None:
    """The job where no file may grow past `most_bytes`; says the kind and the words of its error, if any."""
    import resource

    resource.setrlimit(resource.RLIMIT_FSIZE, (most_bytes, most_bytes))
    try:
        do_job(root)
    except BaseException as error:
        said.send((type(error).__name__, str(error)))
    else:
        said.send(("", ""))


def with_everything_imported() -> ForkServerContext:
    """Where children come from a server that has everything imported: one costs a fork and not a start of Python."""
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(["small_job", "pandas", "pyarrow"])
    return context


class Child:
    """The job in a process of its own, which begins when told to."""

    def __init__(self, root: Path) -> None:
        context = with_everything_imported()
        self.here, there = context.Pipe()
        self.process = context.Process(target=_child, args=(root, there))
        self.process.start()
        self.here.recv()

    def begin(self) -> float:
        """Let it go; the time at which it began."""
        self.here.send("go")
        return time.monotonic()

    def end(self, seconds: float = 60) -> int | None:
        """Wait for it; how it ended."""
        self.process.join(seconds)
        return self.process.exitcode


def traced(child: Child, *options: str) -> subprocess.Popen[str] | None:
    """strace over the child, once it holds it; None where it may not or is not there."""
    command = ["strace", "-f", "-p", str(child.process.pid), *options]
    try:
        tracer = subprocess.Popen(command, stderr=subprocess.PIPE, stdout=subprocess.DEVNULL, text=True)
    except FileNotFoundError:
        return None
    assert tracer.stderr is not None
    if "attached" in tracer.stderr.readline():
        return tracer
    tracer.wait()
    tracer.stderr.close()
    return None


def killed_at_call(root: Path, call: str, number: int) -> bool | None:
    """Whether the job was killed as it made its `number`-th system call `call`; None where that cannot be done."""
    child = Child(root)
    tracer = traced(child, "-e", f"trace={call}", "-e", f"inject={call}:signal=KILL:when={number}")
    if tracer is None:
        child.process.kill()
        child.end()
        return None
    return _followed(child, tracer, lambda: child.end())


def killed_after(root: Path, seconds: float) -> bool:
    """Whether the job was killed `seconds` after it began; it may have been done before."""
    child = Child(root)
    child.begin()
    time.sleep(seconds)
    child.process.kill()
    return child.end() != 0


def calls_made(root: Path, call: str) -> int | None:
    """How often the busiest thread of an undisturbed job makes the system call `call`: strace counts by thread."""
    child = Child(root)
    tracer = traced(child, "-e", f"trace={call}")
    if tracer is None:
        child.process.kill()
        child.end()
        return None
    child.begin()
    assert tracer.stderr is not None
    lines = tracer.stderr.read().splitlines()
    child.end()
    tracer.wait()
    tracer.stderr.close()
    threads = Counter(line.partition("]")[0] if line.startswith("[pid") else "" for line in lines if f"{call}(" in line)
    return max(threads.values(), default=0)


def _followed(child: Child, tracer: subprocess.Popen[str], ended: Callable[[], int | None]) -> bool:
    child.begin()
    assert tracer.stderr is not None
    tracer.stderr.read()
    code = ended()
    tracer.wait()
    tracer.stderr.close()
    return code != 0
