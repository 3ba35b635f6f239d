"""What is deployed by `klyngeflow serve` and by prefect.yaml: the same flows on the same schedules."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from prefect.cli.deploy._config import _load_deploy_configs_and_actions
from prefect.flows import load_flow_from_entrypoint
from rich.console import Console

from flows.deploying import FLOWS, deployments

FILE = Path(__file__).parents[2] / "prefect.yaml"


@pytest.fixture(scope="module")
def written() -> list[dict[str, Any]]:
    """The deployments of prefect.yaml, as Prefect's own `deploy` reads them."""
    console = Console(record=True, quiet=True)
    found, actions = _load_deploy_configs_and_actions(FILE, console=console)
    assert console.export_text() == ""
    assert actions["pull"] == []
    return found


def test_each_entry_point_of_prefect_yaml_is_a_flow_that_is_served(written: list[dict[str, Any]]) -> None:
    loaded = [load_flow_from_entrypoint(each["entrypoint"]) for each in written]
    assert [each.name for each in loaded] == list(FLOWS)
    assert [each.fn for each in loaded] == [each.fn for each in FLOWS.values()]


def test_each_schedule_of_prefect_yaml_is_that_of_serve(written: list[dict[str, Any]], tmp_path: Path) -> None:
    for each, served in zip(written, deployments(tmp_path), strict=True):
        assert served.entrypoint == each["entrypoint"]
        assert (served.name, served.tags) == (each["name"], each["tags"])
        assert set(served.parameters) == set(each["parameters"]) == {"workspace"}
        mine = [(one.schedule.cron, one.schedule.timezone) for one in served.schedules or []]
        assert mine == [(one["cron"], one["timezone"]) for one in each.get("schedules", [])]
        assert each["work_pool"]["name"] == "klyngeflow"


def test_the_page_asks_for_what_a_request_needs(tmp_path: Path) -> None:
    schema = deployments(tmp_path)[-1]._parameter_openapi_schema
    assert set(schema.required) == {"workspace", "cluster", "package", "meeting"}
    assert set(schema.properties) == {
        *("workspace", "cluster", "package", "meeting", "kind"),
        *("who", "mode", "formats", "level", "allow_draft"),
    }
    assert schema.properties["meeting"]["format"] == "date"
    assert schema.properties["kind"]["enum"] == ["baseline", "follow-up"]
