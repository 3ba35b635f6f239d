"""What the command line says of what came: delivered, missing, rejected, taken back."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from small_workspace import bring_in, delivered, extract, own_copy, prescribed
from typer.testing import CliRunner

from flows.cli import app
from flows.commands_extracts import UnsuitableReasonError, withdraw_extract
from flows.settings import Workspace

DATE, SERIAL = "0101" + "80", "12" + "34"


def said(workspace: Workspace, *arguments: str) -> list[str]:
    result = CliRunner().invoke(app, [*arguments, "-w", str(workspace.root)])
    assert result.exit_code == 0, result.output
    return result.output.splitlines()


@pytest.fixture(scope="module")
def delivered_once(made_once: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """2024K4 and 2025K2 have come, the latter provisional and corrected once; 2025K1 has not."""
    workspace = own_copy(made_once, tmp_path_factory.mktemp("status"))
    for name, items in (("recepter_2025K2_foreloebig.csv", "3"), ("recepter_2025K2_foreloebig_rettet.csv", "4")):
        path = delivered(workspace, name, extract("prescriptions", prescribed(Måned="2025-04", Recepter=items)))
        bring_in(workspace, "prescriptions", path)
    return workspace.root


@pytest.fixture
def workspace(delivered_once: Path, tmp_path: Path) -> Workspace:
    return own_copy(delivered_once, tmp_path)


def test_status_names_what_is_there_what_is_missing_and_what_replaced_what(workspace: Workspace) -> None:
    lines = said(workspace, "status")
    assert lines[:6] == [
        "prescriptions",
        "  2024-10            1 of 3 practices",
        "  2024-11 to 2024-12 1 of 3 practices, 1 with nothing to count",
        "  2025-01 to 2025-03 missing: no practice has submitted it",
        "  2025-04 to 2025-06 1 of 3 practices, 1 provisional",
        "",
    ]
    assert f"{'':26}replaced by recepter_2025K2_foreloebig_rettet.csv" in lines


def test_the_matrix_has_a_mark_for_every_month(workspace: Workspace) -> None:
    lines = said(workspace, "status", "--matrix", "--source", "prescriptions", "--cluster", "K1")
    assert lines[:5] == [
        "prescriptions     2025",
        "               012123456",
        "010101         #00...ppp",
        "020202         .........",
        "030303         .........",
    ]
    assert max(map(len, lines)) <= 80


def test_a_program_can_read_the_same(workspace: Workspace) -> None:
    told = json.loads("\n".join(said(workspace, "status", "--json")))
    assert [row["replaced_by"] for row in told["extracts"]][-2:] == ["recepter_2025K2_foreloebig_rettet.csv", None]
    assert {row["period"] for row in told["months"] if not row["practices_submitted"]} == {
        "2025-01-01",
        "2025-02-01",
        "2025-03-01",
    }


def test_a_withdrawn_file_gives_its_place_back(workspace: Workspace) -> None:
    said(workspace, "withdraw", "--extract", "4", "--why", "sent too early")
    lines = said(workspace, "status")
    assert any("withdrawn" in line and "recepter_2025K2_foreloebig_rettet.csv" in line for line in lines)
    assert f"{'':26}because: sent too early" in lines


@pytest.mark.parametrize("why", ["  ", f"about {DATE}-{SERIAL}"])
def test_a_reason_that_must_not_be_kept_withdraws_nothing(workspace: Workspace, why: str) -> None:
    with pytest.raises(UnsuitableReasonError, match="Nothing was withdrawn") as refused:
        withdraw_extract(workspace, 4, why, None)
    assert SERIAL not in str(refused.value)


def test_without_a_printed_pack_there_is_nothing_to_bridge(workspace: Workspace) -> None:
    assert said(workspace, "bridge") == ["No pack has been printed yet."]


def test_rejected_rows_of_an_extract_without_any_are_a_sentence(workspace: Workspace, tmp_path: Path) -> None:
    result = CliRunner().invoke(app, ["rejected", "4", "--out", str(tmp_path), "-w", str(workspace.root)])
    assert "has no rejected rows" in str(result.exception)
