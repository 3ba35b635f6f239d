"""A package with a fault is left out of a run, by name, line and remedy; the other packs are made."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import Any

import pytest
import typer
from small_workspace import PRACTICES, SETTINGS, bring_in, delivered, extract, prescribed
from whole_package import DEFINITION, WORDS, Fault, plant, write_package

from flows import cli, pipeline
from flows.commands import request_pack
from flows.findings import Findings
from flows.requesting import Wish
from flows.settings import SettingsError, Workspace, load_workspace
from flows.sound_packages import PackageFaultError, refuse_faults, sound_orders

TOML = "package.toml"
PLAN = """
[[packs]]
package = "{package}"
kind = "baseline"
meeting = 2025-03-01
baseline_from = 2024-10-01
"""
COUNTS = 'source = "patient_counts", quantity = "patients", groups = '
FLOWS_AND_TASKS = ("measure", "publish", "compute", "build", "swap_public_copy")


def planned(workspace: Workspace, *packages: str) -> Workspace:
    """The workspace with a pack of each of `packages` planned."""
    plans = "".join(PLAN.format(package=package) for package in packages)
    (workspace.root / "klyngeflow.toml").write_text(SETTINGS + plans, encoding="utf-8")
    return load_workspace(workspace.root)


def on_prescriptions_alone(name: str) -> str:
    """The small package as one that can be computed of prescriptions and list sizes."""
    text = DEFINITION.replace('id = "smerter"', f'id = "{name}"').replace("months = 12", "months = 3", 1)
    for group, code in (("nsaid_brugere", "J01"), ("opioid_brugere", "J01CA")):
        selection = f'{COUNTS}["{group}"], window_months = 12'
        assert selection in text
        text = text.replace(selection, f'source = "prescriptions", quantity = "items", codes = ["{code}"]')
    return text


@pytest.fixture
def two_planned(workspace: Workspace) -> Workspace:
    """Two packages that can be computed, and a plan of each."""
    listed = (f"{practice};2024-{month};K;0-5;900" for practice in PRACTICES for month in (10, 11, 12))
    bring_in(workspace, "list_sizes", delivered(workspace, "tilmeldte_2024K4.csv", extract("list_sizes", *listed)))
    more = extract("prescriptions", *(prescribed(Ydernummer=each, Måned="2024-11") for each in PRACTICES))
    bring_in(workspace, "prescriptions", delivered(workspace, "recepter_2024K4_2.csv", more))
    for name in ("hoste", "smerter"):
        write_package(workspace.root, name, on_prescriptions_alone(name))
    return planned(workspace, "smerter", "hoste")


@pytest.fixture
def in_process(monkeypatch: pytest.MonkeyPatch) -> None:
    """The flows as plain functions, without what takes long: bringing in, rendering and Prefect."""

    def render(workspace: Path, pack_ids: Sequence[str], _: str) -> list[Path]:
        folders = [workspace / "outbox" / pack_id for pack_id in pack_ids]
        for folder in folders:
            folder.mkdir(parents=True)
        return folders

    def nothing(*_: Any, **__: Any) -> list[Any]:
        return []

    for name in FLOWS_AND_TASKS:
        monkeypatch.setattr(pipeline, name, getattr(pipeline, name).fn)
    for name, stand_in in {"render": render, "ingest": nothing, "create_markdown_artifact": nothing}.items():
        monkeypatch.setattr(pipeline, name, stand_in)


def run(workspace: Workspace, capsys: pytest.CaptureFixture[str]) -> tuple[Findings, int, str]:
    found = pipeline.pipeline.fn(workspace.root, [])
    try:
        cli._finish(found, workspace)
        code = 0
    except typer.Exit as end:
        code = end.exit_code
    return found, code, capsys.readouterr().out


@pytest.mark.usefixtures("in_process")
def test_a_package_with_a_fault_is_left_out_and_the_other_pack_is_made(
    two_planned: Workspace, capsys: pytest.CaptureFixture[str]
) -> None:
    line = plant(two_planned.root / "klyngepakker" / "smerter", Fault(TOML, "direction = ", "drection = "))
    found, code, printed = run(two_planned, capsys)
    assert [folder.name for folder in found.folders] == ["K1_hoste_baseline_2025-03-01"]
    assert code == 2
    last = printed.rstrip().splitlines()[-1]
    assert f"smerter/package.toml, line {line}: measures.nsaid_users.drection is not known. Write direction." in last


@pytest.mark.parametrize(
    ("fault", "says"),
    [
        (Fault(TOML, "[windows]", "[windows"), "this is no TOML"),
        (Fault(TOML, '"M01AE01"', '"N02BE01"'), "N02BE01 is not among M01A. Widen the denominator"),
        (Fault(TOML, 'guidelines = ["raad_2023"]\n', "", 'direction = "lower"'), 'Write direction = "none"'),
    ],
)
def test_a_fault_of_the_definition_leaves_the_packages_plans_out(workspace: Workspace, fault: Fault, says: str) -> None:
    for name in ("hoste", "smerter"):
        write_package(workspace.root, name, DEFINITION.replace('id = "smerter"', f'id = "{name}"'))
    line = plant(workspace.root / "klyngepakker" / "smerter", fault)
    orders, (left_out,) = sound_orders(planned(workspace, "smerter", "hoste"))
    assert [order.package for order in orders] == ["hoste"]
    assert f"'smerter' were made: {workspace.root}/klyngepakker/smerter/package.toml, line {line}: " in left_out.shown
    assert says in left_out.shown


def test_what_is_wrong_with_texts_alone_leaves_nothing_out(workspace: Workspace) -> None:
    folder = write_package(workspace.root)
    plant(folder, Fault("plan.md", WORDS, "Se[^ukendt].\n"))
    plant(folder, Fault(TOML, "Håndkøb", "HÃ¥ndkøb"))
    (folder / "reflection.md").write_bytes(b"\xe6")
    orders, left_out = sound_orders(planned(workspace, "smerter"))
    assert ([order.package for order in orders], left_out) == (["smerter"], [])


def test_a_package_that_is_not_there_leaves_the_others_alone(workspace: Workspace) -> None:
    write_package(workspace.root, "smerter")
    orders, (left_out,) = sound_orders(planned(workspace, "smerte", "smerter"))
    assert [order.package for order in orders] == ["smerter"]
    assert (left_out.exit_code, "nearest name is smerter" in left_out.shown) == (2, True)


def test_a_plan_for_an_unknown_cluster_leaves_the_others_alone(workspace: Workspace) -> None:
    for name in ("hoste", "smerter"):
        write_package(workspace.root, name, DEFINITION.replace('id = "smerter"', f'id = "{name}"'))
    plans = PLAN.format(package="hoste") + 'clusters = ["K9"]\n' + PLAN.format(package="smerter")
    (workspace.root / "klyngeflow.toml").write_text(SETTINGS + plans, encoding="utf-8")
    orders, (left_out,) = sound_orders(load_workspace(workspace.root))
    assert [order.package for order in orders] == ["smerter"]
    assert "plans hoste for K9, where no member has consented. Write one of: K1." in left_out.shown


def test_windows_that_overlap_leave_the_other_plans_alone(workspace: Workspace) -> None:
    long = DEFINITION.replace("months = 12", "months = 24", 1)
    write_package(workspace.root, "hoste", long.replace('id = "smerter"', 'id = "hoste"'))
    write_package(workspace.root, "smerter")
    later = PLAN.format(package="hoste").replace('"baseline"', '"followup"') + "followup_from = 2025-10-01\n"
    (workspace.root / "klyngeflow.toml").write_text(SETTINGS + later + PLAN.format(package="smerter"), encoding="utf-8")
    orders, (left_out,) = sound_orders(load_workspace(workspace.root))
    assert [order.package for order in orders] == ["smerter"]
    assert "The windows of hoste overlap" in left_out.shown


def test_a_request_for_a_package_with_a_fault_is_refused_before_anything_starts(workspace: Workspace) -> None:
    line = plant(write_package(workspace.root), Fault(TOML, "per = 100", "per = -1"))
    with pytest.raises(PackageFaultError, match=rf"'smerter'.*line {line}: measures\.ibuprofen_share\.per is -1"):
        request_pack(workspace, Wish(cluster="K1", package="smerter", meeting=date(2025, 3, 1), kind="baseline"), "jm")


def test_of_several_faults_the_first_is_named_and_the_others_counted(workspace: Workspace) -> None:
    folder = write_package(workspace.root)
    plant(folder, Fault(TOML, "per = 100", "per = -1"))
    first = plant(folder, Fault(TOML, "direction = ", "drection = "))
    with pytest.raises(PackageFaultError, match=rf"line {first}: .*\(1 more: klyngeflow lint smerter\.\)"):
        refuse_faults(workspace, "smerter")


def test_an_unknown_package_is_refused_by_name(workspace: Workspace) -> None:
    with pytest.raises(SettingsError, match="There is no package called 'ukendt'"):
        refuse_faults(workspace, "ukendt")
