"""Rendered again: what is made from something else than last time, and nothing more; the folder is as of a full run."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import Future
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from small_workspace import PRACTICES, SETTINGS, bring_in, delivered, extract, own_copy, prescribed
from whole_package import DEFINITION, write_package

from flows import rendering
from flows.building import build_pack, compute_packages, planned_orders
from flows.settings import Workspace, load_workspace
from reports import together
from reports.fonts import cut_fonts
from reports.pack import Document, RenderedFile
from reports.render import Renderer, Sources
from warehouse import packs
from warehouse.connection import writing

PLAN = """
[[packs]]
package = "hoste"
kind = "baseline"
meeting = 2025-03-01
baseline_from = 2024-10-01
"""
SEED = "[letters]\nseed = 7\n"
PACK = "K1_hoste_baseline_2025-03-01"
COUNTS = 'source = "patient_counts", quantity = "patients", groups = '
SHEETS = {"drejebog", "faktaark", "refleksionsark", "aftaler"}
MEMBERS = 3
ALL = MEMBERS + len({"klyngerapport", "oplaeg", *SHEETS})


@dataclass(frozen=True)
class Plain:
    """An engine that keeps the words as they are, so that a test costs little."""

    fonts: Path
    version: str = "1"
    name: str = "plain"

    def render(self, sources: Sources, stem: Path) -> list[Path]:
        path = stem.with_name(f"{stem.name}.html")
        path.write_text(sources.markdown + "".join(sources.charts.values()), encoding="utf-8")
        return [path]


class HereAtOnce:
    """Does what it is handed at once, in this process."""

    def submit(self, work: Callable[..., Any], *arguments: object) -> Future[Any]:
        future: Future[Any] = Future()
        future.set_result(work(*arguments))
        return future


@contextmanager
def here() -> Iterator[HereAtOnce]:
    yield HereAtOnce()


@pytest.fixture(scope="module")
def built_once(made_once: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    workspace = own_copy(made_once, tmp_path_factory.mktemp("built"))
    listed = (f"{practice};2024-{month};K;0-5;900" for practice in PRACTICES for month in (10, 11, 12))
    bring_in(workspace, "list_sizes", delivered(workspace, "tilmeldte_2024K4.csv", extract("list_sizes", *listed)))
    rows = (prescribed(Ydernummer=each, Måned="2024-11", Recepter="40") for each in PRACTICES)
    bring_in(workspace, "prescriptions", delivered(workspace, "recepter_2024K4_2.csv", extract("prescriptions", *rows)))
    text = DEFINITION.replace('id = "smerter"', 'id = "hoste"').replace("months = 12", "months = 3", 1)
    for group, code in (("nsaid_brugere", "J01"), ("opioid_brugere", "J01CA")):
        counted = f'source = "prescriptions", quantity = "items", codes = ["{code}"]'
        text = text.replace(f'{COUNTS}["{group}"], window_months = 12', counted)
    write_package(workspace.root, "hoste", text)
    (workspace.root / "klyngeflow.toml").write_text(SETTINGS + SEED + PLAN, encoding="utf-8")
    workspace = load_workspace(workspace.root)
    (order,) = planned_orders(workspace)
    compute_packages(workspace, [order], "r1")
    build_pack(workspace, order)
    cut_fonts(workspace.store.cache / "fonts")
    return workspace.root


@dataclass
class Job:
    """A workspace with a built pack, and the documents that were rendered, in order."""

    workspace: Workspace
    rendered: list[str]

    def run(self) -> set[str]:
        """Render the pack; the documents that this took."""
        self.rendered.clear()
        rendering.render_packs(self.workspace, [PACK], "r1", lambda done, total: None)
        assert len(set(self.rendered)) == len(self.rendered)
        return set(self.rendered)

    def files(self) -> dict[str, bytes]:
        """Every file of the pack, the coordinator's own among them."""
        outbox = self.workspace.store.outbox
        found = [path for folder in (outbox / PACK, outbox / "noegler" / PACK) for path in folder.iterdir()]
        return {path.relative_to(outbox).as_posix(): path.read_bytes() for path in found}

    def anew(self) -> dict[str, bytes]:
        """Every file of the pack after all of it was rendered."""
        self.record.unlink()
        assert len(self.run()) == ALL
        return self.files()

    @property
    def record(self) -> Path:
        return self.workspace.store.cache / "rendered" / f"{PACK}.json"

    @property
    def a_member(self) -> str:
        """The name of the first practice's report."""
        figures = packs.read_pack(self.workspace.store, PACK)["report.figure"]
        own = figures.filter(pl.col("own"), pl.col("audience") == PRACTICES[0])
        return f"medlem_{own['label'][0]}"

    def update(self, what: str) -> None:
        with writing(self.workspace.store.database) as connection:
            connection.execute(f"update report.{what}")


@pytest.fixture
def job(built_once: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Job:
    """The pack rendered once."""
    made = Job(own_copy(built_once, tmp_path), [])

    def watched(document: Document, folder: Path, renderer: Renderer) -> list[RenderedFile]:
        made.rendered.append(document.name)
        return rendered(document, folder, renderer)

    rendered = together.render_document
    monkeypatch.setattr(together, "render_document", watched)
    monkeypatch.setattr(rendering, "_workers", here)
    monkeypatch.setattr(rendering, "find_renderer", Plain)
    assert len(made.run()) == ALL
    return made


def test_the_second_time_nothing_is_rendered_and_the_folder_is_the_same(
    job: Job, capsys: pytest.CaptureFixture[str]
) -> None:
    before = job.files()
    capsys.readouterr()
    assert job.run() == set()
    assert f"{ALL} of {ALL} documents" in capsys.readouterr().out
    assert job.files() == before == job.anew()


def test_a_figure_of_one_practice_alone_leaves_the_other_members_reports(job: Job) -> None:
    job.update(f"figure set now_upper = now_upper + 1 where own and audience = '{PRACTICES[0]}'")
    # The cluster's documents count verdicts over all of its practices, so they may hold it.
    assert job.run() == {job.a_member, "klyngerapport", "oplaeg", "drejebog"}
    assert job.files() == job.anew()


def test_another_extract_changes_all_but_the_texts(job: Job) -> None:
    job.update("source set file_name = 'en_anden.csv'")
    found = job.run()
    assert len(found) == ALL - 3
    assert not found & {"faktaark", "refleksionsark", "aftaler"}
    assert job.files() == job.anew()


def test_a_damaged_and_a_missing_file_are_rendered_again(job: Job) -> None:
    before, outbox = job.files(), job.workspace.store.outbox
    with (outbox / PACK / f"{job.a_member}.xlsx").open("ab") as file:
        file.write(b"x")
    (outbox / PACK / "oplaeg.pptx").unlink()
    (outbox / "noegler" / PACK / "drejebog.html").write_bytes(b"")
    assert job.run() == {job.a_member, "oplaeg", "drejebog"}
    assert job.files() == before


def test_another_engine_renders_all(job: Job, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rendering, "find_renderer", partial(Plain, version="2"))
    assert len(job.run()) == ALL
    monkeypatch.setattr("reports.unchanged._code", lambda: "another line of code")
    assert len(job.run()) == ALL
    assert job.run() == set()


@pytest.mark.parametrize("left", [b"", b"{", b"[]", b'{"oplaeg": {"inputs": 1}}', b'{"oplaeg": []}'])
def test_a_record_that_cannot_be_read_is_none(job: Job, left: bytes) -> None:
    before = job.files()
    job.record.write_bytes(left)
    assert len(job.run()) == ALL
    assert job.files() == before


@pytest.mark.parametrize("step", ["_hand_to_coordinator", "_swap", "keep_made"])
def test_a_run_that_dies_at_the_end_leaves_nothing_wrong_behind(
    job: Job, step: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    job.update("source set file_name = 'en_anden.csv'")
    with monkeypatch.context() as patch:

        def die(*_: object) -> None:
            raise KeyboardInterrupt

        patch.setattr(rendering, step, die)
        with pytest.raises(KeyboardInterrupt):
            job.run()
    job.run()
    assert job.files() == job.anew()
