"""A cluster's own measure and windows, from an overlay in its workspace to the figures of its pack alone."""

from __future__ import annotations

from pathlib import Path

import polars as pl
import pytest
from small_workspace import SETTINGS, bring_in, delivered, extract, registered

from flows.building import build_pack, by_windows, compute_packages, planned_orders
from flows.ingesting import prepare
from flows.orders import OrderError
from flows.settings import SettingsError, Workspace, load_workspace
from reports.laid_over import laid_over_lines
from reports.markdown import escaped
from reports.pack import PackTables
from reports.setting import Setting
from reports.wording import voice
from warehouse import packs

OVERLAY = """
by = { da = "Klynge 1", en = "Cluster 1" }
clusters = ["K1"]
leave_out = ["broad_spectrum_share"]

[windows]
months = 3

[[measures]]
id = "amoxicillin_per_1000"
kind = "rate"
numerator = { source = "prescriptions", quantity = "items", codes = ["J01CA04"] }
denominator = { source = "list_sizes", quantity = "patients" }
title = { da = "Amoxicillin", en = "Amoxicillin" }
definition = { da = "Recepter på amoxicillin pr. 1.000 tilmeldte.", en = "Prescriptions." }
unit = { da = "pr. 1.000", en = "per 1,000" }
events = { da = "recepter", en = "prescriptions" }
"""
PLAN = """
[[packs]]
package = "antibiotika"
kind = "baseline"
meeting = 2025-08-01
baseline_from = 2025-01-01
"""
CLUSTERS = {"010101": "K1", "020202": "K1", "030303": "K2"}
ITEMS = {"010101": 40, "020202": 60, "030303": 50}


@pytest.fixture(scope="module")
def workspace(tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    """Three practices of two clusters; every month each prescribes amoxicillin and has 500 listed patients."""
    root = tmp_path_factory.mktemp("overlaid") / "workspace"
    folder = root / "klyngepakker" / "antibiotika"
    folder.mkdir(parents=True)
    (folder / "overlay.toml").write_text(OVERLAY, encoding="utf-8")
    (root / "klyngeflow.toml").write_text('mode = "open"\n' + SETTINGS + PLAN, encoding="utf-8")
    opened = load_workspace(root)
    prepare(opened)
    files = {"register_2024-01-01.csv": ("registry", [registered(*each) for each in CLUSTERS.items()])}
    for quarter, months in (("2025K1", (1, 2, 3)), ("2025K2", (4, 5, 6))):
        for source, stem in (("list_sizes", "tilmeldte"), ("prescriptions", "recepter")):
            rows = [_row(source, practice, month) for practice in ITEMS for month in months]
            files[f"{stem}_{quarter}.csv"] = (source, rows)
    for name, (source, rows) in files.items():
        bring_in(opened, source, delivered(opened, name, extract(source, *rows)))
    for together in by_windows(opened, planned_orders(opened)):
        compute_packages(opened, together, "run")
    return opened


def _row(source: str, practice: str, month: int) -> str:
    if source == "list_sizes":
        return f"{practice};2025-{month:02};K;18-34;500"
    return f"{practice};2025-{month:02};J01CA04;andet;K;18-34;{ITEMS[practice]};1,5"


def built(workspace: Workspace, cluster: str) -> PackTables:
    (order,) = [each for each in planned_orders(workspace) if each.cluster == cluster]
    build_pack(workspace, order)
    tables = packs.read_pack(workspace.store, order.pack_id)
    return PackTables(*(tables[name] for name in packs.TABLES))


def exact(tables: PackTables, practice: str, measure: str) -> tuple[float, float]:
    rows = tables.figures.filter(pl.col("own"), audience=practice, level="practice", measure_id=measure)
    return rows.select("now_numerator", "now_denominator").row(0)


def test_the_cluster_has_its_own_measure_over_its_own_months(workspace: Workspace) -> None:
    tables = built(workspace, "K1")
    assert exact(tables, "010101", "amoxicillin_per_1000") == (3 * 40, 500)
    assert exact(tables, "020202", "antibiotics_per_1000") == (3 * 60, 500)
    assert "broad_spectrum_share" not in tables.figures["measure_id"]


def test_the_other_cluster_has_the_package_as_it_is(workspace: Workspace) -> None:
    tables = built(workspace, "K2")
    assert exact(tables, "030303", "antibiotics_per_1000") == (6 * 50, 500)
    assert "amoxicillin_per_1000" not in tables.figures["measure_id"]
    assert "broad_spectrum_share" in tables.figures["measure_id"]


@pytest.mark.parametrize("language", ["da", "en"])
def test_the_report_says_what_was_laid_over(workspace: Workspace, language: str) -> None:
    setting = Setting({}, voice(language), Path(), member=False)
    assert laid_over_lines(workspace.package("antibiotika", "K2"), setting) == []
    (line,) = laid_over_lines(workspace.package("antibiotika", "K1"), setting)
    left_out = workspace.package("antibiotika").measure("broad_spectrum_share").title.in_language(language)
    for named in ("Amoxicillin", escaped(left_out), "Klynge 1" if language == "da" else "Cluster 1", " 3 "):
        assert named in line


def test_an_overlay_that_does_not_fit_names_its_file(workspace: Workspace, tmp_path: Path) -> None:
    folder = tmp_path / "klyngepakker" / "antibiotika"
    folder.mkdir(parents=True)
    (tmp_path / "klyngeflow.toml").write_text(SETTINGS, encoding="utf-8")
    (folder / "overlay.toml").write_text('by = { da = "X" }\nleave_out = ["broad_spectrum"]\n', encoding="utf-8")
    with pytest.raises(SettingsError, match=r"antibiotika/overlay.*the nearest name is broad_spectrum_share"):
        load_workspace(tmp_path).package("antibiotika")


def test_a_package_without_figures_is_not_ordered(tmp_path: Path) -> None:
    folder = tmp_path / "klyngepakker" / "samtale"
    folder.mkdir(parents=True)
    described = (
        'id = "samtale"\nversion = "0.1"\nstatus = "draft"\nowner = "os"\nreview_due = 2027-11-01\n'
        'title.da = "Den svære samtale"\nfocus.da = "Hvordan taler vi?"\nwithout_numbers.da = "Den kan ikke tælles."\n'
        "[windows]\nmonths = 12\n"
    )
    (folder / "package.toml").write_text(described, encoding="utf-8")
    plan = PLAN.replace("antibiotika", "samtale")
    (tmp_path / "klyngeflow.toml").write_text(SETTINGS + plan, encoding="utf-8")
    opened = load_workspace(tmp_path)
    with pytest.raises(OrderError, match="klyngeflow describe samtale"):
        planned_orders(opened)
