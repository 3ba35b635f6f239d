"""What a cluster agreed on is printed as it is recorded when the pack is rendered, however long ago it was built."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest
from small_workspace import PRACTICES, SETTINGS, bring_in, delivered, extract, own_copy, prescribed, rows_of
from test_only_what_changed import Plain, here
from whole_package import DEFINITION, write_package

from flows import rendering, rendering_again
from flows.building import build_pack, compute_packages, planned_orders
from flows.rendering_again import leave_sources, render_again
from flows.settings import Workspace, load_workspace
from reports.fonts import cut_fonts
from reports.pack import Document
from transforms.goals import Goal, Hope
from warehouse import goals
from warehouse.goals import Held

PLAN = """
[letters]
seed = 7

[[packs]]
package = "hoste"
kind = "followup"
meeting = 2025-03-01
baseline_from = 2023-10-01
followup_from = 2024-10-01
"""
PACK = "K1_hoste_followup_2025-03-01"
HELD = Held("K1", "hoste", date(2024, 9, 18))
FIRST, LATER = (
    Goal("Se tiden an", "alle", date(2025, 2, 1), "ibuprofen_share", Hope("lower", 10, "percent")),
    Goal("Fælles frase til sekretæren", "to læger", date(2025, 2, 1)),
)
FIGURES = ("report.figure", "report.pack", "report.bound", "report.month", "report.note", "mart.measure", "mart.hidden")


@pytest.fixture(scope="module")
def built_once(made_once: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A follow-up that was built and rendered by nobody, before anything was recorded of the meeting before it."""
    workspace = own_copy(made_once, tmp_path_factory.mktemp("agreed_late"))
    months = ("2024-10", "2024-11", "2024-12")
    listed = (f"{practice};{month};K;0-5;900" for practice in PRACTICES for month in months)
    bring_in(workspace, "list_sizes", delivered(workspace, "tilmeldte_2024K4.csv", extract("list_sizes", *listed)))
    rows = (prescribed(Ydernummer=each, Måned=month) for each in PRACTICES for month in months)
    bring_in(workspace, "prescriptions", delivered(workspace, "recepter_2024K4_2.csv", extract("prescriptions", *rows)))
    text = DEFINITION.replace('id = "smerter"', 'id = "hoste"').replace("months = 12", "months = 3", 1)
    for group, code in (("nsaid_brugere", "J01"), ("opioid_brugere", "J01CA")):
        old = f'source = "patient_counts", quantity = "patients", groups = ["{group}"], window_months = 12'
        text = text.replace(old, f'source = "prescriptions", quantity = "items", codes = ["{code}"]')
    write_package(workspace.root, "hoste", text)
    (workspace.root / "klyngeflow.toml").write_text(SETTINGS + PLAN, encoding="utf-8")
    workspace = load_workspace(workspace.root)
    (order,) = planned_orders(workspace)
    compute_packages(workspace, [order], "r1")
    build_pack(workspace, order)
    cut_fonts(workspace.store.cache / "fonts")
    return workspace.root


@pytest.fixture
def workspace(built_once: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Workspace:
    monkeypatch.setattr(rendering, "_workers", here)
    monkeypatch.setattr(rendering, "find_renderer", Plain)
    return own_copy(built_once, tmp_path)


def printed(workspace: Workspace) -> str:
    folder = render_again(workspace, PACK)
    return (folder / "klyngerapport.html").read_text(encoding="utf-8")


def goals_in(workspace: Workspace) -> list[str]:
    return [row[3] for row in rows_of(workspace, ("report.goal",))["report.goal"]]


def test_a_goal_recorded_after_the_building_is_printed_and_one_taken_back_is_not(
    workspace: Workspace, capsys: pytest.CaptureFixture[str]
) -> None:
    before = rows_of(workspace, FIGURES)
    assert FIRST.what not in printed(workspace)
    for goal in (FIRST, LATER):
        goals.add(workspace.store, HELD, goal)
    capsys.readouterr()
    page = printed(workspace)
    assert FIRST.what in page
    assert LATER.what in page
    assert f"has changed since {PACK} was built: it has 2 goals now." in capsys.readouterr().out
    goals.remove(workspace.store, HELD, 1)
    page = printed(workspace)
    assert FIRST.what not in page
    assert LATER.what in page
    assert rows_of(workspace, FIGURES) == before
    capsys.readouterr()
    assert printed(workspace) == page
    assert "has changed since" not in capsys.readouterr().out


def test_what_is_agreed_at_the_meeting_itself_waits_for_the_next(workspace: Workspace) -> None:
    goals.add(workspace.store, Held("K1", "hoste", date(2025, 3, 1)), FIRST)
    assert FIRST.what not in printed(workspace)
    assert goals_in(workspace) == []


def test_the_sources_that_are_left_have_them_too(
    workspace: Workspace, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    goals.add(workspace.store, HELD, LATER)
    seen: list[str] = []

    def written(found: list[Document], folder: Path, _: Path) -> list[Path]:
        folder.mkdir()
        seen.extend(found[0].tables.goals["what"])
        return []

    monkeypatch.setattr(rendering_again, "write_project", written)
    leave_sources(workspace, PACK, tmp_path / "kilder")
    assert seen == [LATER.what]
