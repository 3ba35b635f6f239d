"""The real command, Prefect and all, killed three times: the next one goes on, and no process of it is left behind."""

from __future__ import annotations

import os
import signal
import subprocess
import time
from pathlib import Path
from random import Random

import duckdb
import pytest
from job_runs import KLYNGEFLOW
from test_refusals import HEADER, REGISTER

from flows.starting import make_workspace
from warehouse.connection import reading
from warehouse.head import acknowledged
from warehouse.schema import migrate
from warehouse.workspace import Store

pytestmark = [pytest.mark.job, pytest.mark.skipif(os.name == "nt", reason="Windows has no kill -9")]
PLANTED = "hemmeligt-indhold"


@pytest.fixture(scope="module")
def workspace(tmp_path_factory: pytest.TempPathFactory) -> Path:
    home = tmp_path_factory.mktemp("killed")
    root = home / "region"
    make_workspace(root)
    (root / "inbox" / "register_1.csv").write_text(REGISTER, encoding="cp1252")
    for quarter in (1, 2, 3):
        row = f"000103;2025-{3 * quarter:02};J01CE02;;K;18-34;{quarter};84,0\n"
        (root / "inbox" / f"recepter_2025K{quarter}.csv").write_text(HEADER + row, encoding="utf-8")
    migrate(Store(root).database)
    return root


def started(root: Path, server: str | None = None) -> subprocess.Popen[bytes]:
    kept = {name: value for name, value in os.environ.items() if not name.startswith("PREFECT_")}
    if server is not None:
        kept["PREFECT_API_URL"] = server
    command = [str(KLYNGEFLOW), "run", "--workspace", str(root)]
    return subprocess.Popen(
        command, env=kept, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True
    )


def servers_of(root: Path) -> list[int]:
    """The Prefect servers whose home is in the workspace."""
    found = []
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            of_ours = b"own_server" in (folder / "cmdline").read_bytes()
            if of_ours and f"PREFECT_HOME={root.resolve()}/".encode() in (folder / "environ").read_bytes():
                found.append(int(folder.name))
        except OSError:
            continue
    return found


def commits(root: Path) -> int:
    return acknowledged(Store(root).database).sequence


def killed_after(root: Path, seconds: float, begun: int, server: str | None) -> None:
    """Start a run and kill it `seconds` after its flow has begun.

    `begun` commits say so: the first one of a run after a crash says that the run before has crashed.
    """
    before, process, until = commits(root), started(root, server), time.monotonic() + 240
    # Not before the flow has begun, for starting Prefect is most of the time.
    while commits(root) < before + begun and process.poll() is None and time.monotonic() < until:
        time.sleep(0.05)
    time.sleep(seconds)
    process.send_signal(signal.SIGKILL)
    process.wait()


@pytest.mark.timeout(900)
@pytest.mark.skipif(not Path("/proc/self/environ").exists(), reason="looks for processes as Linux shows them")
def test_killed_five_times_and_run_again(workspace: Path, server: str) -> None:
    chance = Random(5)
    # In a fresh workspace and after crashes; soon after the flow has begun, in the middle, and late. The first has a
    # server of its own, which goes with it; the others use one that runs, for starting it takes longer than the job.
    for number, seconds in enumerate(chance.random() + moment for moment in (0, 0, 1, 1, 2)):
        killed_after(workspace, seconds, begun=2 if number else 1, server=server if number else None)
        left = time.monotonic() + 20
        while servers_of(workspace) and time.monotonic() < left:
            time.sleep(0.1)
        assert servers_of(workspace) == []
    assert started(workspace, server).wait(240) == 0
    with reading(Store(workspace).database) as connection:
        facts = "select period, items from fact.prescription where known_to is null order by all"
        assert [items for _, items in connection.execute(facts).fetchall()] == [1, 2, 3]
        states = {state for (state,) in connection.execute("select state from ledger.run").fetchall()}
        extracts = connection.execute("select state, count(*) from ledger.extract group by all").fetchall()
    assert states <= {"done", "crashed"}
    assert extracts == [("promoted", 4)]
    with duckdb.connect(str(Store(workspace).public), read_only=True) as client:
        assert client.execute("select count(*) from fact.prescription").fetchone() == (3,)


def test_an_engines_words_inside_a_flow_reach_no_file(workspace: Path) -> None:
    code = (
        "import sys; import flows.ingesting as steps; import duckdb\n"
        f"def fail(*_): duckdb.connect().execute(\"select '{PLANTED}'::integer\")\n"
        "steps.land_delivery = fail\n"
        "from flows.cli import main; main()"
    )
    kept = {name: value for name, value in os.environ.items() if not name.startswith("PREFECT_")}
    command = [str(KLYNGEFLOW.with_name("python")), "-c", code, "run", "--workspace", str(workspace)]
    loud = kept | {"PREFECT_LOGGING_LEVEL": "DEBUG", "PREFECT_LOGGING_SERVER_LEVEL": "DEBUG"}
    done = subprocess.run(command, env=loud, capture_output=True, text=True, timeout=240, check=False)
    assert done.returncode == 1, done.stdout + done.stderr
    assert "a fault of its own (ConversionException)" in done.stderr
    assert PLANTED not in done.stdout + done.stderr
    files = [path for path in workspace.rglob("*") if path.is_file()]
    assert any(b"StepFailedError" in path.read_bytes() for path in files if ".prefect" in path.parts)
    assert [path for path in files if PLANTED.encode() in path.read_bytes()] == []


def test_a_warehouse_older_than_its_log_is_refused_and_can_be_accepted(workspace: Path) -> None:
    database = Store(workspace).database
    log = database.with_name("runs.log")
    last = log.read_bytes().splitlines()[-1]
    later = last.replace(f'"sequence": {commits(workspace)}'.encode(), b'"sequence": 9999')
    log.write_bytes(log.read_bytes() + later + b"\n")
    command = [str(KLYNGEFLOW), "status", "--workspace", str(workspace)]
    refused = subprocess.run(command, capture_output=True, text=True, check=False)
    assert refused.returncode == 3
    assert "older than what was acknowledged" in refused.stderr
    accept = [str(KLYNGEFLOW), "doctor", "--accept-head", "--workspace", str(workspace)]
    assert "Accepted" in subprocess.run(accept, capture_output=True, text=True, check=True).stdout
    assert subprocess.run(command, capture_output=True, text=True, check=False).returncode == 0
