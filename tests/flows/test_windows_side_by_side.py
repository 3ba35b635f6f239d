"""Two comparisons that share a window: computing one leaves the other's figures alone."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import polars as pl
import pytest
from small_workspace import PRACTICES, bring_in, delivered, extract, own_copy, prescribed

from flows.settings import Workspace
from transforms.calendar import Window
from transforms.definitions import Package
from warehouse.facts import last_known
from warehouse.mart import Period, comparisons, compute, measures

YEARS = ("2023", "2024", "2025")


@pytest.fixture(scope="module")
def delivered_once(made_once: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    workspace = own_copy(made_once, tmp_path_factory.mktemp("winters"))
    for number, year in enumerate(YEARS):
        sizes = [f"{practice};{year}-01;K;0-5;{1000 + number}" for practice in PRACTICES]
        items = [prescribed(Ydernummer=p, Måned=f"{year}-01", Recepter=str(100 + 10 * number)) for p in PRACTICES]
        bring_in(
            workspace, "list_sizes", delivered(workspace, f"tilmeldte_{year}K1.csv", extract("list_sizes", *sizes))
        )
        bring_in(
            workspace, "prescriptions", delivered(workspace, f"recepter_{year}K1.csv", extract("prescriptions", *items))
        )
    return workspace.root


@pytest.fixture
def three_winters(delivered_once: Path, tmp_path: Path) -> Workspace:
    return own_copy(delivered_once, tmp_path)


def one_month(workspace: Workspace) -> Package:
    package = workspace.package("antibiotika")
    month = package.windows.model_copy(update={"months": 1})
    return package.model_copy(update={"windows": month, "measures": package.measures[:1]})


def winters(first: int) -> Period:
    return Period(Window.of(date(first, 1, 1), 1), Window.of(date(first + 1, 1, 1), 1), True)


def test_a_later_comparison_leaves_the_figures_of_an_earlier_one(three_winters: Workspace) -> None:
    store, package, known = three_winters.store, one_month(three_winters), last_known(three_winters.store)
    compute(store, package, winters(2023), known, "first")
    before = measures(store, package, winters(2023)), comparisons(store, package, winters(2023))
    compute(store, package, winters(2024), known, "second")
    after = measures(store, package, winters(2023)), comparisons(store, package, winters(2023))
    assert before[0].height > 0
    assert [frame.equals(other) for frame, other in zip(before, after, strict=True)] == [True, True]


def test_the_same_comparison_again_replaces_its_rows(three_winters: Workspace) -> None:
    store, package, known = three_winters.store, one_month(three_winters), last_known(three_winters.store)
    compute(store, package, winters(2023), known, "first")
    height = measures(store, package, winters(2023)).height
    compute(store, package, winters(2023), known, "again")
    again = measures(store, package, winters(2023))
    assert (again.height, again["run_id"].unique().to_list()) == (height, ["again"])


def test_the_cluster_is_that_of_the_pair(three_winters: Workspace) -> None:
    store, package, known = three_winters.store, one_month(three_winters), last_known(three_winters.store)
    for first in (2023, 2024):
        compute(store, package, winters(first), known, "r")
    rows = comparisons(store, package, winters(2024)).filter(
        pl.col("level") == "cluster", pl.col("measure_id") == "antibiotics_per_1000"
    )
    assert rows["baseline_value"].item() == pytest.approx(1000 * 330 / 3003)
    assert rows["followup_value"].item() == pytest.approx(1000 * 360 / 3006)
