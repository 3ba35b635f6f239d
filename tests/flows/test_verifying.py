"""A delivered pack beside its workspace: what was replaced is told, what differs is a fault, nothing is changed."""

from __future__ import annotations

import json
from hashlib import sha256
from pathlib import Path

import pytest
from small_workspace import PRACTICES, SETTINGS, bring_in, delivered, extract, own_copy, prescribed, rows_of
from typer.testing import CliRunner
from whole_package import DEFINITION, write_package

from flows import rendering_again
from flows.building import build_pack, compute_packages, planned_orders
from flows.cli import app
from flows.rendering import documents_of, pages_of
from flows.rendering_again import RenderAgainError, leave_sources, render_again, require_one
from flows.settings import Workspace, load_workspace
from flows.verifying import verify_with
from reports.delivered import Finding, check_folder
from reports.manifest import NAME, Origin, write_manifest
from reports.pack import Document, RenderedFile
from reports.render import Sources
from warehouse import packs
from warehouse.connection import reading, writing

PLAN = """
[[packs]]
package = "smerter"
kind = "baseline"
meeting = 2025-03-01
baseline_from = 2024-10-01
"""
PACK = "K1_smerter_baseline_2025-03-01"
COUNTS = 'source = "patient_counts", quantity = "patients", groups = '
TABLES = ("report.figure", "meeting.figure", "meeting.report", "mart.measure", "ledger.run")


def on_prescriptions_alone() -> str:
    text = DEFINITION.replace("months = 12", "months = 3", 1)
    for group, code in (("nsaid_brugere", "J01"), ("opioid_brugere", "J01CA")):
        selection = f'{COUNTS}["{group}"], window_months = 12'
        text = text.replace(selection, f'source = "prescriptions", quantity = "items", codes = ["{code}"]')
    return text


class Written:
    """A renderer for what needs none."""

    name, version, fonts = "fake", "1", Path()

    def render(self, sources: Sources, stem: Path) -> list[Path]:
        raise NotImplementedError


def printed(workspace: Workspace) -> Path:
    """The pack that is planned, built, with one file as if it had been rendered; its folder."""
    (order,) = planned_orders(workspace)
    compute_packages(workspace, [order], "r1")
    build_pack(workspace, order)
    document = documents_of(workspace, order.pack_id)[0]
    folder = workspace.store.outbox / order.pack_id
    folder.mkdir(parents=True)
    path = folder / "klyngerapport.html"
    path.write_bytes(b"<html></html>")
    file = RenderedFile(path, sha256(path.read_bytes()).hexdigest(), "cluster")
    write_manifest(folder, [file], document.tables, document.package, Origin(Written(), {}))
    packs.keep_printed(workspace.store, order.pack_id, {path.name: file.sha256})
    return folder


@pytest.fixture(scope="module")
def printed_once(made_once: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    workspace = own_copy(made_once, tmp_path_factory.mktemp("printed"))
    listed = (f"{practice};2024-{month};K;0-5;900" for practice in PRACTICES for month in (10, 11, 12))
    bring_in(workspace, "list_sizes", delivered(workspace, "tilmeldte_2024K4.csv", extract("list_sizes", *listed)))
    rows = (prescribed(Ydernummer=each, Måned="2024-11", Recepter="40") for each in PRACTICES)
    bring_in(workspace, "prescriptions", delivered(workspace, "recepter_2024K4_2.csv", extract("prescriptions", *rows)))
    write_package(workspace.root, "smerter", on_prescriptions_alone())
    (workspace.root / "klyngeflow.toml").write_text(SETTINGS + PLAN, encoding="utf-8")
    workspace = load_workspace(workspace.root)
    printed(workspace)
    return workspace.root


@pytest.fixture
def workspace(printed_once: Path, tmp_path: Path) -> Workspace:
    return own_copy(printed_once, tmp_path)


def folder_of(workspace: Workspace) -> Path:
    return next(workspace.store.outbox.glob("K1_*"))


def found_in(workspace: Workspace) -> list[Finding]:
    manifest, found = check_folder(folder_of(workspace))
    assert manifest is not None
    return found + verify_with(workspace, manifest)


def rewrite(workspace: Workspace, **changed: object) -> None:
    """Change the manifest, as someone might who has changed a file."""
    path = folder_of(workspace) / NAME
    path.write_text(json.dumps(json.loads(path.read_text(encoding="utf-8")) | changed), encoding="utf-8")


def test_a_pack_as_it_was_printed_would_be_the_same_and_nothing_is_changed(workspace: Workspace) -> None:
    before = rows_of(workspace, TABLES)
    assert found_in(workspace) == []
    assert rows_of(workspace, TABLES) == before
    assert list(workspace.root.rglob("klyngeflow.duckdb")) == [workspace.store.database]


def test_an_extract_that_came_since_is_told_and_is_no_fault(workspace: Workspace) -> None:
    rows = (prescribed(Ydernummer=each, Måned="2024-12", Recepter="41") for each in PRACTICES)
    late = delivered(workspace, "recepter_2024K4_3.csv", extract("prescriptions", *rows))
    bring_in(workspace, "prescriptions", late)
    found = found_in(workspace)
    assert {(finding.kind, finding.differs) for finding in found} == {("extract", False)}
    assert any(
        "recepter_2024K4_3.csv" in finding.sentence and "has come since" in finding.sentence for finding in found
    )
    assert any("has been replaced or withdrawn since" in finding.sentence for finding in found)


def test_an_extract_that_was_never_received_is_a_fault(workspace: Workspace) -> None:
    rewrite(workspace, extracts=[{"source": "services", "file_name": "a.csv", "sha256": "a" * 64}])
    faults = [finding.sentence for finding in found_in(workspace) if finding.differs]
    assert any("a.csv (services, aaaaaaaa…) is named in the manifest and was never received" in each for each in faults)


def test_a_definition_that_changed_is_told_and_no_fault_but_nothing_is_rendered_with_it(workspace: Workspace) -> None:
    path = workspace.root / "klyngepakker" / "smerter" / "package.toml"
    path.write_text(path.read_text(encoding="utf-8").replace("per = 100", "per = 1000", 1), encoding="utf-8")
    (finding,) = found_in(load_workspace(workspace.root))
    assert (finding.kind, finding.differs) == ("definition", False)
    assert "The definition of smerter has changed since: it was version" in finding.sentence
    with pytest.raises(RenderAgainError, match="The definition of smerter has changed since K1_smerter"):
        render_again(load_workspace(workspace.root), None)


def test_a_figure_that_would_be_another_is_a_fault(workspace: Workspace) -> None:
    with writing(workspace.store.database) as connection:
        connection.execute("update fact.prescription set items = items + 20 where practice_id = '010101'")
    found = found_in(workspace)
    assert {(finding.kind, finding.differs) for finding in found} == {("figure", True), ("month", True)}
    assert any("would be others than were printed if the pack were built again" in each.sentence for each in found)


def test_a_month_that_would_be_another_or_is_gone_is_a_fault_of_its_own(workspace: Workspace) -> None:
    """The windows' figures are as printed: a month alone may have been moved to another, or have been lost."""
    of_month = rows_of(workspace, ("report.month",))["report.month"]
    assert of_month
    with writing(workspace.store.database) as connection:
        connection.execute(
            "update report.month set numerator = numerator + 5 where audience = 'cluster' and value is not null"
        )
        connection.execute("delete from report.month where audience <> 'cluster' and measure_id = 'nsaid_users'")
    found = found_in(workspace)
    assert {(finding.kind, finding.differs) for finding in found} == {("month", True)}
    assert any("would be others than were printed if the pack were built again" in each.sentence for each in found)
    assert all(each.sentence.split(":")[0] in {"nsaid_users", "opioid_users", "ibuprofen_share"} for each in found)


def test_a_file_changed_together_with_its_manifest_is_a_fault(workspace: Workspace) -> None:
    path = folder_of(workspace) / "klyngerapport.html"
    path.write_bytes(b"<html>andre tal</html>")
    rewrite(workspace, files={path.name: sha256(path.read_bytes()).hexdigest()})
    (finding,) = found_in(workspace)
    assert (finding.kind, finding.differs) == ("printed", True)
    assert "1 files are others, such as klyngerapport.html" in finding.sentence


def test_a_pack_of_another_workspace_is_told(workspace: Workspace) -> None:
    rewrite(workspace, pack_id="K9_andet")
    (finding,) = found_in(workspace)
    assert "K9_andet was not built in this workspace" in finding.sentence


def run(*arguments: object) -> tuple[int, str]:
    done = CliRunner().invoke(app, [str(each) for each in arguments])
    return done.exit_code, done.output


def test_the_command_ends_with_0_and_3_and_tells_a_line_per_finding(workspace: Workspace) -> None:
    folder = folder_of(workspace)
    code, said = run("verify", folder, "--workspace", workspace.root)
    assert code == 0
    assert said == (
        f"{folder.name}: 1 files, each as delivered, and none more. "
        "Built again from the same data, it has the same figures.\n"
    )
    (folder / "klyngerapport.html").unlink()
    (folder / "a.txt").touch()
    code, said = run("verify", folder)
    assert code == 3
    assert [line.split(" ")[0] for line in said.splitlines()] == ["DIFFERS", "DIFFERS"]
    told = json.loads(run("verify", folder, "--json")[1])
    assert [each["kind"] for each in told["findings"]] == ["missing", "added"]
    assert told["differs"] is True


def test_rendering_again_is_a_run_of_its_own_that_computes_nothing(
    workspace: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What is rendered is tested with the reports."""
    before = rows_of(workspace, ("mart.measure", "report.figure"))

    def rendered(opened: Workspace, pack_ids: list[str], run_id: str, _: object) -> list[Path]:
        return [opened.store.outbox / f"{pack_id} {len(run_id)}" for pack_id in pack_ids]

    monkeypatch.setattr(rendering_again, "render_packs", rendered)
    assert render_again(workspace, PACK).name == f"{PACK} 32"
    assert rows_of(workspace, before) == before
    with reading(workspace.store.database) as connection:
        assert connection.execute("select flow, state from ledger.run").fetchall() == [("render", "done")]


def test_sources_are_left_whole_and_nothing_is_overwritten(
    workspace: Workspace, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What they are is tested with the reports."""

    def written(found: list[Document], folder: Path, _: Path) -> list[Path]:
        folder.mkdir()
        (folder / "README.md").touch()
        return [folder / document.name for document in found]

    monkeypatch.setattr(rendering_again, "write_project", written)
    monkeypatch.setattr(rendering_again, "cut_fonts", lambda folder: folder)
    target = tmp_path / "kilder"
    code, said = run("render", "--sources", target, "--workspace", workspace.root)
    pages = [document.name for document in pages_of(workspace, PACK)]
    assert {"klyngerapport", "drejebog"} < set(pages)
    assert (code, said.startswith(f"Left the sources of {len(pages)} reports and sheets in ")) == (0, True)
    assert [path.name for path in target.iterdir()] == ["README.md"]
    with pytest.raises(RenderAgainError, match="is there already"):
        leave_sources(workspace, None, target)
    with pytest.raises(RenderAgainError, match="--project renders a folder as it stands"):
        require_one(PACK, None)
    with pytest.raises(RenderAgainError, match=rf"There is no pack 'K2'\. Write one of: {PACK}"):
        leave_sources(workspace, "K2", tmp_path / "andet")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["kilder", "workspace"]
