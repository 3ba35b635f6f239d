"""From nothing to a rendered report with no Python touched: the command makes the package, production code the rest."""

from __future__ import annotations

import csv
import re
from collections import Counter
from datetime import date
from html import unescape
from io import StringIO
from pathlib import Path
from random import Random

import pytest
from small_workspace import HEADERS, SETTINGS, bring_in, delivered, extract, prescribed, registered
from typer.testing import CliRunner

from flows.building import build_pack, compute_packages
from flows.cli import app
from flows.ingesting import prepare
from flows.orders import for_meeting
from flows.rendering import printed_versions
from flows.settings import Workspace, load_workspace
from reports.fonts import cut_fonts
from reports.numbers import Numbers
from reports.pack import PackTables, documents, render_document
from reports.render import find_renderer
from warehouse import packs, runs

PRACTICES = tuple(f"{number:06d}" for number in range(10101, 70000, 10101))
MONTHS = ("2025-01", "2025-02", "2025-03")
TITLE = 'Syre & "PPI"'


def lists() -> list[str]:
    return [
        f"{practice};{month};K;0-5;{700 + 90 * place}" for place, practice in enumerate(PRACTICES) for month in MONTHS
    ]


def scripts() -> list[str]:
    """PPI in two codes, and something else that must not be counted."""
    draw = Random(5)
    return [
        prescribed(Ydernummer=practice, Måned=month, ATC=code, Recepter=str(draw.randint(20, 60)))
        for practice in PRACTICES
        for month in MONTHS
        for code in ("A02BC01", "A02BC02", "A02BA02")
    ]


def rows_of(source: str, lines: list[str]) -> list[dict[str, str]]:
    return list(csv.DictReader(StringIO("\n".join((HEADERS[source], *lines))), delimiter=";"))


def per_1000() -> dict[str, float]:
    """By practice: scripts of the files added up, over the mean list of the three months."""
    items, listed = Counter[str](), Counter[str]()
    for row in rows_of("prescriptions", scripts()):
        items[row["Ydernummer"]] += int(row["Recepter"]) if row["ATC"].startswith("A02BC") else 0
    for row in rows_of("list_sizes", lists()):
        listed[row["Ydernummer"]] += int(row["Tilmeldte"])
    return {practice: 1000 * items[practice] / (listed[practice] / len(MONTHS)) for practice in PRACTICES}


@pytest.fixture(scope="module")
def workspace(tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    """Extracts brought in, and a package that the command made beside them."""
    root = tmp_path_factory.mktemp("whole") / "workspace"
    root.mkdir()
    (root / "klyngeflow.toml").write_text(SETTINGS, encoding="utf-8")
    opened = load_workspace(root)
    prepare(opened)
    files = {
        "registry": ("register_2025-01-01.csv", [registered(practice) for practice in PRACTICES]),
        "list_sizes": ("tilmeldte_2025K1.csv", lists()),
        "prescriptions": ("recepter_2025K1.csv", scripts()),
    }
    for source, (name, lines) in files.items():
        path = delivered(opened, name, extract(source, *lines))
        assert bring_in(opened, source, path).state == "accepted"
    arguments = ["syre", "--title", TITLE, "--codes", "A02BC", "--months", "3", "--yes", "-w", str(root)]
    assert CliRunner().invoke(app, ["new-package", *arguments]).exit_code == 0
    return load_workspace(root)


def test_a_new_package_is_computed_and_rendered(workspace: Workspace, tmp_path: Path) -> None:
    order = for_meeting(workspace, "K1", "syre", date(2025, 5, 1), "baseline")
    with runs.recorded(workspace.store, "test") as run_id:
        compute_packages(workspace, [order], run_id)
        build_pack(workspace, order)
    tables = packs.read_pack(workspace.store, order.pack_id)
    package = workspace.package("syre")
    every = documents(PackTables(*(tables[name] for name in packs.TABLES)), package, printed_versions(package))
    renderer = find_renderer(cut_fonts(tmp_path / "fonts"))
    member = next(one for one in reversed(every) if one.form == "report")
    files = render_document(member, tmp_path / "out", renderer)
    page = next(file.path for file in files if file.path.suffix == ".html").read_text(encoding="utf-8")
    words = re.sub(r"\s+", " ", unescape(re.sub(r"<[^>]+>", " ", page))).replace("“", '"').replace("”", '"')
    assert TITLE in words
    assert f"{TITLE} pr. 1.000 tilmeldte" in words
    assert Numbers("da").decimal(per_1000()[member.audience], 1) in words
    assert {file.path.suffix for file in files} == {".html", ".pdf", ".xlsx"}


def test_a_dry_run_reckons_with_what_the_workspace_measured(workspace: Workspace) -> None:
    done = CliRunner().invoke(app, ["dry-run", "syre", "-w", str(workspace.root), "--json"])
    figures = per_1000()
    assert done.exit_code == 0
    assert '"origin": "workspace"' in done.output
    found = float(re.findall(r'"value": ([0-9.]+)', done.output)[0])
    assert min(figures.values()) < found < max(figures.values())
