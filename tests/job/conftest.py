"""Each whole run is made once and looked at by many tests."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from job_runs import DATA, ROOT, Run, guarded

MADE_BY_RUNS = ("warehouse", "landing", "staged", "outbox", "logs", ".prefect")


@pytest.fixture(scope="session")
def region(tmp_path_factory: pytest.TempPathFactory) -> Run:
    """The demo."""
    return guarded(tmp_path_factory.mktemp("region") / "demo", "demo")


def on_real_input(name: str, tmp_path_factory: pytest.TempPathFactory) -> Run:
    """The example `name`, run in a copy of its workspace on the data beside the project."""
    if not (DATA / name).exists():
        pytest.skip(f"the public data of {name} are not beside the project")
    workspace = tmp_path_factory.mktemp("real") / name
    shutil.copytree(ROOT / "examples" / name, workspace, ignore=shutil.ignore_patterns(*MADE_BY_RUNS))
    settings = workspace / "klyngeflow.toml"
    text = settings.read_text(encoding="utf-8").replace(f"../../../shared/data/{name}", str(DATA / name))
    settings.write_text(text, encoding="utf-8")
    return guarded(workspace, "run")


@pytest.fixture(scope="session")
def manchester(tmp_path_factory: pytest.TempPathFactory) -> Run:
    """Antibacterials of three clusters, before and after."""
    return on_real_input("manchester", tmp_path_factory)


@pytest.fixture(scope="session")
def qof(tmp_path_factory: pytest.TempPathFactory) -> Run:
    """Disease registers of ten clusters, two years in six wide files."""
    return on_real_input("qof", tmp_path_factory)


@pytest.fixture(scope="session")
def northern_ireland(tmp_path_factory: pytest.TempPathFactory) -> Run:
    """Substances and registers of 305 practices."""
    return on_real_input("northern_ireland", tmp_path_factory)


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
