"""Each whole run is made once and looked at by many tests."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import httpx
import pytest
import whole_examples
from job_runs import DATA, ROOT, Run, guarded, in_own_process

ON_REAL_INPUT = ("manchester", "northern_ireland", "qof")
MADE_BY_RUNS = ("warehouse", "landing", "staged", "outbox", "logs", ".prefect")


@pytest.fixture(scope="session")
def region(tmp_path_factory: pytest.TempPathFactory) -> Run:
    """The demo."""
    return guarded(tmp_path_factory.mktemp("region") / "demo", "demo")


@pytest.fixture(scope="session")
def on_real_input(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Run]:
    """The examples by name, run in copies of their workspaces on the data beside the project; those without are out."""
    home = tmp_path_factory.mktemp("real")
    roots = {name: copied(name, home / name) for name in ON_REAL_INPUT if (DATA / name).exists()}
    if not roots:
        return {}
    script = Path(whole_examples.__file__)
    done = in_own_process(home / "all", [sys.executable, str(script), *map(str, roots.values())])
    return {name: replace(done, workspace=root, printed=said_of(root, done)) for name, root in roots.items()}


def said_of(root: Path, done: Run) -> str:
    """What was printed of one workspace; of all, where something went wrong."""
    own = done.printed.partition(whole_examples.heading(root))[2]
    return done.printed if done.code else own.partition(whole_examples.HEADING)[0]


def copied(name: str, workspace: Path) -> Path:
    """The example `name` without what a run in it may have left, its inbox where the data are."""
    shutil.copytree(ROOT / "examples" / name, workspace, ignore=shutil.ignore_patterns(*MADE_BY_RUNS))
    settings = workspace / "klyngeflow.toml"
    text = settings.read_text(encoding="utf-8").replace(f"../../../shared/data/{name}", str(DATA / name))
    settings.write_text(text, encoding="utf-8")
    return workspace


def run_of(name: str, found: dict[str, Run]) -> Run:
    if name not in found:
        pytest.skip(f"the public data of {name} are not beside the project")
    return found[name]


@pytest.fixture(scope="session")
def manchester(on_real_input: dict[str, Run]) -> Run:
    """Antibacterials of three clusters, before and after."""
    return run_of("manchester", on_real_input)


@pytest.fixture(scope="session")
def qof(on_real_input: dict[str, Run]) -> Run:
    """Disease registers of ten clusters, two years in six wide files."""
    return run_of("qof", on_real_input)


@pytest.fixture(scope="session")
def northern_ireland(on_real_input: dict[str, Run]) -> Run:
    """Substances and registers of 305 practices."""
    return run_of("northern_ireland", on_real_input)


@pytest.fixture(scope="session")
def prefect_home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where the server keeps what it was told."""
    return tmp_path_factory.mktemp("prefect")


@pytest.fixture(scope="session")
def server(prefect_home: Path) -> Iterator[str]:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    address = f"http://127.0.0.1:{port}/api"
    quiet = {"PREFECT_HOME": str(prefect_home), "PREFECT_SERVER_ANALYTICS_ENABLED": "false"}
    command = [sys.executable, "-m", "prefect", "server", "start", "--host", "127.0.0.1", "--port", str(port)]
    process = subprocess.Popen(
        command, env=os.environ | quiet, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True
    )
    try:
        wait_for(address)
        yield address
    finally:
        process.terminate()
        process.wait(timeout=60)


def wait_for(address: str) -> None:
    for _ in range(240):
        try:
            if httpx.get(f"{address}/health", trust_env=False).status_code == 200:
                return
        except httpx.HTTPError:
            time.sleep(0.5)
    pytest.fail("the Prefect server did not start within two minutes")
