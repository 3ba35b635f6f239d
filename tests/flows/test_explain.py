"""`klyngeflow explain`: which windows, which unit, and one sentence where there is nothing to explain."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from small_workspace import PRACTICES, bring_in, delivered, extract
from typer.testing import CliRunner

from flows.cli import app
from flows.explaining import ExplainError, explained
from flows.settings import Workspace

MEASURE = ("antibiotika", "antibiotics_per_1000")


@pytest.fixture
def listed(workspace: Workspace) -> Workspace:
    """One month in which three prescriptions and a thousand patients a practice are known."""
    sizes = [f"{practice};2024-10;K;0-5;1000" for practice in PRACTICES]
    bring_in(workspace, "list_sizes", delivered(workspace, "tilmeldte_2024K4.csv", extract("list_sizes", *sizes)))
    return workspace


def asked(workspace: Workspace, *arguments: str) -> tuple[int, str]:
    done = CliRunner().invoke(app, ["explain", *MEASURE, *arguments, "-w", str(workspace.root)])
    return done.exit_code, done.output


@pytest.mark.parametrize("unit", ["010101", "K1", "R1"])
def test_a_practice_a_cluster_and_a_region_are_explained(listed: Workspace, unit: str) -> None:
    """One of the three practices submitted prescriptions: the others' listed patients do not count."""
    code, said = asked(listed, "--unit", unit, "--baseline", "2024-08")
    assert code == 0
    assert "2024-10: numerator 3, denominator 1000" in said
    assert "2024-08: does not count" in said
    assert "3 / 166.6666667 x 1000 = 18\n" in said


def test_a_program_reads_the_same_steps(listed: Workspace) -> None:
    code, said = asked(listed, "--unit", "010101", "--baseline", "2024-08", "--followup", "2025-08", "--json")
    steps = {step["title"]: step["lines"] for step in json.loads(said)}
    assert code == 0
    assert steps["Is the change real?"] == ["verdict: not comparable"]


@pytest.mark.parametrize(
    ("measure", "unit", "months", "sentence"),
    [
        ("antibiotics_per_100", "K1", ("2024-08", None), "Did you mean antibiotics_per_1000?"),
        ("antibiotics_per_1000", "K2", ("2024-08", None), "There is no practice, cluster or region 'K2'"),
        ("antibiotics_per_1000", "K1", ("2024-13", None), "'2024-13' is not a month. Write it as YYYY-MM"),
        ("antibiotics_per_1000", "K1", (None, None), "Nothing of antibiotika has been computed yet."),
    ],
)
def test_what_cannot_be_explained_gets_one_sentence(
    listed: Workspace, measure: str, unit: str, months: tuple[str | None, str | None], sentence: str
) -> None:
    with pytest.raises(ExplainError) as told:
        explained(listed, "antibiotika", measure, unit, months)
    assert sentence in str(told.value)


def test_an_empty_workspace_says_what_to_do(tmp_path: Path, workspace: Workspace) -> None:
    (tmp_path / "empty").mkdir()
    (tmp_path / "empty" / "klyngeflow.toml").write_text('name = "Tom"\n', encoding="utf-8")
    done = CliRunner().invoke(app, ["explain", *MEASURE, "--unit", "K1", "-w", str(tmp_path / "empty")])
    assert done.exit_code != 0
