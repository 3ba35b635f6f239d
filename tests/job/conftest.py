"""Each whole run is made once and looked at by many tests."""

from __future__ import annotations

import shutil

import pytest
from job_runs import MANCHESTER, ROOT, Run, guarded

MADE_BY_RUNS = ("warehouse", "landing", "staged", "outbox", "logs", ".prefect")


@pytest.fixture(scope="session")
def region(tmp_path_factory: pytest.TempPathFactory) -> Run:
    """The demo."""
    return guarded(tmp_path_factory.mktemp("region") / "demo", "demo")


@pytest.fixture(scope="session")
def manchester(tmp_path_factory: pytest.TempPathFactory) -> Run:
    """The example on real input."""
    if not MANCHESTER.exists():
        pytest.skip("the public data of Manchester are not beside the project")
    workspace = tmp_path_factory.mktemp("real") / "manchester"
    source = ROOT / "examples" / "manchester"
    shutil.copytree(source, workspace, ignore=shutil.ignore_patterns(*MADE_BY_RUNS))
    settings = workspace / "klyngeflow.toml"
    text = settings.read_text(encoding="utf-8").replace("../../../shared/data/manchester", str(MANCHESTER))
    settings.write_text(text, encoding="utf-8")
    return guarded(workspace, "run")
