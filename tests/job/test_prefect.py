"""With a Prefect server running, flows are seen there: under names a person can read, with what they found."""

from __future__ import annotations

from typing import Any

import httpx
import pytest
from job_runs import SOON, Run, guarded

pytestmark = pytest.mark.job


@pytest.fixture(scope="module")
def asked(region: Run, server: str) -> Run:
    arguments = ("request", "--cluster", "K03", "--package", "antibiotika", "--meeting", str(SOON))
    return guarded(region.workspace, *arguments, "--kind", "follow-up", "--allow-draft", server=server)


def found(server: str, kind: str) -> list[dict[str, Any]]:
    return httpx.post(f"{server}/{kind}/filter", json={}, trust_env=False).raise_for_status().json()


def test_the_running_server_has_the_flow_under_a_readable_name(asked: Run, server: str) -> None:
    assert asked.code == 0, asked.printed
    runs = {run["name"]: run["state"]["type"] for run in found(server, "flow_runs")}
    assert runs[f"request-K03_antibiotika_followup_{SOON}"] == "COMPLETED"
    assert {"measure-demo", "publish-demo"} <= set(runs)


def test_the_server_has_the_findings_as_a_page(asked: Run, server: str) -> None:
    pages = [page for page in found(server, "artifacts") if page["key"] == "findings"]
    assert pages[0]["type"] == "markdown"
    assert "Ørnehøj-klyngen" in pages[0]["data"]
