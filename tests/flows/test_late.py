"""A pack with 4 of 12 delivered, checked by hand; after the late files it is as if all had come at once."""

from __future__ import annotations

import csv
import re
import sys
from collections.abc import Iterator
from contextlib import nullcontext
from html import unescape
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import docx
import late_workspace as late
import polars as pl
import pytest
from pptx import Presentation
from small_workspace import bring_in, own_copy
from typer.testing import CliRunner

from flows import late as late_flow
from flows.building import build_pack, compute_packages, planned_orders
from flows.cli import app
from flows.findings import Findings
from flows.ingesting import Delivery, Outcome
from flows.late import Asked, LateError, add_late
from flows.orders import Order
from flows.rendering import all_documents_of
from flows.settings import Workspace, load_workspace
from reports.fonts import cut_fonts
from reports.manifest import Origin, write_manifest
from reports.pack import RenderedFile, render_document
from reports.render import find_renderer
from transforms.errors import UserError
from warehouse import packs

EXTRACTS = ("registry", "list_sizes", "prescriptions", "care_plans")
DRAWN = ("klyngerapport", "oplaeg", "drejebog")


def member_file(workspace: Workspace, practice: str) -> str:
    with (workspace.store.outbox / "noegler" / f"{late.PACK}.csv").open(encoding="utf-8-sig") as key:
        return next(row["Fil"] for row in csv.DictReader(key, delimiter=";") if row["Ydernummer"] == practice)


def made(workspace: Workspace, *readers: str) -> None:
    """Compute and build the pack; render the deck or, with `readers`, what they and the others see; and a manifest."""
    (order,) = planned_orders(workspace)
    compute_packages(workspace, [order], "test")
    build_pack(workspace, order)
    wanted = {*DRAWN, *(member_file(workspace, each) for each in readers)} if readers else {"oplaeg"}
    folder = workspace.store.outbox / late.PACK
    renderer = find_renderer(cut_fonts(workspace.store.cache / "fonts"))
    chosen = [document for document in all_documents_of(workspace, late.PACK) if document.name in wanted]
    files: list[RenderedFile] = [file for each in chosen for file in render_document(each, folder, renderer)]
    write_manifest(folder, files, chosen[0].tables, chosen[0].package, Origin(renderer, {}, {"run_id": "test"}))


@pytest.fixture(scope="module")
def four(tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    workspace = late.make(tmp_path_factory.mktemp("four") / "workspace", *EXTRACTS)
    made(workspace, late.CAME[0], late.LATE[0])
    return workspace


@pytest.fixture
def waiting(four: Workspace, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Workspace:
    """A copy in which `add_late` works without Prefect and its server: with the functions that its tasks call."""
    workspace = own_copy(four.root, tmp_path)

    def report(root: Path, orders: list[Order]) -> Findings:
        assert [order.pack_id for order in orders] == [late.PACK]
        made(load_workspace(root))
        return Findings((), (workspace.store.outbox / late.PACK,), ())

    def one_by_one(opened: Workspace, named: list[Delivery]) -> list[Outcome]:
        return [_in(opened, each) for each in named]

    monkeypatch.setattr(late_flow, "in_surroundings", lambda *_, **__: nullcontext())
    monkeypatch.setattr(late_flow, "one_by_one", one_by_one)
    monkeypatch.setitem(sys.modules, "flows.pipeline", SimpleNamespace(report=report))
    return workspace


def _in(workspace: Workspace, each: Delivery) -> Outcome:
    try:
        return bring_in(workspace, each.source, each.path)
    except UserError as error:
        return Outcome(each.path.name, "refused", 0, str(error), error.shown(), error.exit_code)


def sent(workspace: Workspace) -> list[Path]:
    files = late.write(workspace.root.parent / "files")
    return [files["late_prescriptions"], files["late_care_plans"]]


def words_of(path: Path) -> str:
    """All text of a document, as its reader sees it or a program reads it."""
    if path.suffix == ".html":
        return re.sub(r"\s+", " ", unescape(re.sub(r"<[^>]+>", " ", path.read_text(encoding="utf-8"))))
    if path.suffix == ".pptx":
        return " ".join(_slide_words(path))
    if path.suffix == ".docx":
        return " ".join(paragraph.text for paragraph in docx.Document(str(path)).paragraphs)
    return path.read_text(encoding="utf-8-sig") if path.suffix in (".csv", ".json") else ""


def _slide_words(path: Path) -> Iterator[str]:
    for slide in Presentation(str(path)).slides:
        yield from (shape.text_frame.text for shape in slide.shapes if shape.has_text_frame)
        yield slide.notes_slide.notes_text_frame.text if slide.has_notes_slide else ""  # type: ignore[union-attr]


def of_cluster(workspace: Workspace) -> str:
    folder = workspace.store.outbox / late.PACK
    return " ".join(words_of(path) for path in sorted(folder.iterdir()) if path.is_file() and "medlem" not in path.name)


def total(practices: tuple[str, ...], code: str = "J01") -> int:
    codes = [each for each in ("J01CE02", "J01CA04") if each.startswith(code)]
    return sum(late.items(each, month, one) for each in practices for month in late.MONTHS for one in codes)


def test_the_bounds_are_those_of_a_pencil(four: Workspace) -> None:
    """Items: a floor on the grid of 10 under 4 practices' items on 12 lists; a share: all or none of the others."""
    rows = packs.read_pack(four.store, late.PACK)["report.bound"]
    found = {row["measure_id"]: row for row in rows.iter_rows(named=True)}
    lists = sum(map(late.listed, late.MEMBERS))
    missing = sum(map(late.listed, late.LATE)) / lists
    others = sorted(1000 * total((each,)) / late.listed(each) for name in ("K2", "K3") for each in late.CLUSTERS[name])
    floor = 1000 * total(late.CAME) / lists // 10 * 10
    ceiling = -(-(floor + 10 + others[22] * missing) // 10) * 10  # 23 of 24 are 95.8 %
    assert 50 < others[12] < 100  # a tenth of the median is between 5 and 10: the grid
    assert (found["items_per_1000"]["lower"], found["items_per_1000"]["upper"]) == (floor, ceiling)
    share = 100 * sum(map(late.with_plan, late.CAME)) / lists // 5 * 5
    assert found["plan_share"]["lower"] == share
    assert found["plan_share"]["upper"] == -(-(share + 5 + 100 * missing) // 5) * 5
    assert found["first_choice_share"]["reason"] == "kind"
    truth = 1000 * total(late.MEMBERS) / lists
    assert floor < truth < ceiling


def test_no_document_of_the_cluster_or_a_member_names_a_missing_practice(four: Workspace) -> None:
    folder = four.store.outbox / late.PACK
    for path in (path for path in folder.iterdir() if path.is_file()):
        words = words_of(path)
        named = [each for each in late.MEMBERS if each in words or f"Praksis {each[:2]}" in words]
        assert named == [], path.name
    sheet = " ".join(words_of(path) for path in (folder / "noegler").iterdir())
    listed = ", ".join(f"Praksis {each[:2]} ({each})" for each in late.LATE[:-1])
    assert f"Mangler: {listed} og Praksis 12 (121212)." in sheet
    assert "Praksis 01" not in sheet


def test_nothing_of_another_practice_is_shown_but_the_own_figure_is(four: Workspace) -> None:
    tables = packs.read_pack(four.store, late.PACK)
    figures = tables["report.figure"].filter(pl.col("level") == "practice")
    assert figures.filter(~pl.col("own")).is_empty()
    assert figures.filter(audience="cluster").is_empty()
    own = 1000 * total((late.CAME[0],)) / late.listed(late.CAME[0])
    page = words_of(four.store.outbox / late.PACK / f"{member_file(four, late.CAME[0])}.html").replace("\u00a0", " ")
    assert f"{own:.1f} pr. 1.000".replace(".", ",", 1) in page
    assert "4 af 12 praksis har leveret. Det er for få til et tal for klyngen." in page
    assert "De andre praksis vises ikke" in of_cluster(four).replace("\n", " ")


def test_every_document_says_the_same_bounds(four: Workspace) -> None:
    folder = four.store.outbox / late.PACK
    row = packs.read_pack(four.store, late.PACK)["report.bound"].row(1, named=True)
    low, high = round(row["lower"]), round(row["upper"])
    for name in ("klyngerapport.html", "oplaeg.pptx", "noegler/drejebog.html", "noegler/drejebog.docx"):
        assert f"mellem {low} og {high} %" in words_of(folder / name).replace("\u00a0", " "), name
    with (folder / "tal.csv").open(encoding="utf-8-sig") as file:
        lines = [line for line in csv.DictReader(file, delimiter=";") if line["Hvem"] == "Klyngen"]
    assert [(line["Mindst"], line["Højst"]) for line in lines][1] == (f"{low},0", f"{high},0")
    assert {(line["Tal"], line["Tæller"], line["Status"]) for line in lines} == {("", "", "for få har leveret")}


def same_tables(one: Workspace, other: Workspace) -> None:
    tables = [packs.read_pack(workspace.store, late.PACK) for workspace in (one, other)]
    for name in tables[0]:
        order = list(tables[0][name].columns)
        assert tables[0][name].sort(order).equals(tables[1][name].sort(order)), name


def files_of(workspace: Workspace) -> dict[str, bytes]:
    folder = workspace.store.outbox / late.PACK
    return {str(path.relative_to(folder)): path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file()}


def test_with_the_late_files_the_pack_is_as_if_all_had_come_at_once(waiting: Workspace, tmp_path: Path) -> None:
    found = add_late(waiting, Asked(tuple(sent(waiting))))
    (remade,) = found.remade
    assert (remade.moved.delivered_before, remade.moved.delivered) == (4, 12)
    assert remade.moved.joined == late.LATE
    assert remade.moved.own == ()
    assert remade.before[0].figure.startswith("4 delivered, too few: between 20,0 and 110,0")
    assert remade.now[0].figure == f"{_rounded_rate():.1f} pr. 1.000".replace(".", ",", 1)
    assert found.exit_code == 0
    at_once = late.make(tmp_path / "all" / "workspace", *EXTRACTS, "late_prescriptions", "late_care_plans")
    made(at_once)
    same_tables(waiting, at_once)
    after = files_of(waiting)
    drawn = files_of(at_once)
    assert {name: content for name, content in after.items() if name in drawn} == drawn
    assert {"oplaeg.pptx", "manifest.json"} == drawn.keys()
    again = add_late(waiting, Asked(tuple(sent(waiting))))
    assert (again.remade, [each.state for each in again.outcomes]) == ((), ["known", "known"])
    assert files_of(waiting) == after


def _rounded_rate() -> float:
    items, lists = total(late.MEMBERS), sum(map(late.listed, late.MEMBERS))
    return 1000 * (5 * round(items / 5)) / (5 * round(lists / 5))


def test_a_refused_file_changes_nothing_and_the_other_goes_in(waiting: Workspace) -> None:
    before = files_of(waiting)
    bad = waiting.root.parent / "recepter_2024K4_forkert.csv"
    bad.write_text("Ydernummer;Måned\n020202;maj\n", encoding="utf-8")
    found = add_late(waiting, Asked((bad,)))
    assert (found.remade, found.exit_code > 0, found.outcomes[0].state) == ((), True, "refused")
    assert files_of(waiting) == before


def test_a_pack_of_another_name_is_left(waiting: Workspace, monkeypatch: pytest.MonkeyPatch) -> None:
    other = Order.model_validate(planned_orders(waiting)[0].model_dump() | {"cluster": "K2"})
    (own,) = planned_orders(waiting)
    touched = {own.pack_id: own, other.pack_id: other}
    choose: Any = late_flow._chosen  # pyright: ignore[reportPrivateUsage]
    assert choose(Asked((), cluster="K2"), touched) == {other.pack_id: other}
    assert choose(Asked((), pack=own.pack_id), touched) == {own.pack_id: own}
    with pytest.raises(LateError, match=r"change packs of 2 clusters: K1, K2\. .* --cluster"):
        choose(Asked(()), touched)


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["--pack", "K1_andet"], "There is no pack 'K1_andet'. Write one of: K1_smaa"),
        (["--cluster", "K9"], "No pack has been built for a cluster 'K9'. Write one of: K1."),
        (["--source", "recepter"], "There is no source called 'recepter'."),
        ([], "tal.csv: no source takes a file of that name. Say which it is of: --source"),
    ],
)
def test_what_is_mistyped_is_told_in_one_sentence(four: Workspace, arguments: list[str], sentence: str) -> None:
    done = CliRunner().invoke(app, ["report", "--add", "tal.csv", "-w", str(four.root), *arguments])
    assert isinstance(done.exception, UserError)
    assert sentence in str(done.exception)
    assert done.exception.exit_code == 2
