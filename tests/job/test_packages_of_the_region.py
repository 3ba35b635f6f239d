"""Every measure of every package on the synthetic region against its truth, by code that shares nothing with it."""

from __future__ import annotations

import csv
import shutil
from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from functools import cache

import polars as pl
import pytest
from job_runs import ROOT, Run

from flows.code_systems import code_systems
from flows.settings import FILE, Workspace, load_workspace
from transforms.calendar import Window, last_day
from transforms.definitions import Package
from warehouse.facts import last_known
from warehouse.mart import Period, compute_packages, measures

pytestmark = pytest.mark.job
PACKAGES = sorted(path.parent.name for path in (ROOT / "klyngepakker").glob("*/package.toml"))
Row = dict[str, str]
Figure = tuple[str, str, date]
"""Measure, category (empty: none) and first month of the window."""
Counts = tuple[Fraction, Fraction]


@dataclass(frozen=True)
class Held:
    """What was computed of one package, and the truth of it."""

    package: Package
    computed: pl.DataFrame
    truth: list[Row]

    def figures(self, level: str) -> dict[Figure, dict[str, tuple[float, float] | None]]:
        """By figure and unit, numerator and denominator as they were computed; None where there are none."""
        found: dict[Figure, dict[str, tuple[float, float] | None]] = defaultdict(dict)
        rows = self.computed.filter(pl.col("level") == level, pl.col("practice_set").is_in(["then", "now"]))
        values = {(m.id, band.id): band.values[0] for m in self.package.measures for band in m.bands}
        for row in rows.iter_rows(named=True):
            category = values.get((row["measure_id"], row["category"]), row["category"]) or ""
            both = (row["numerator"], row["denominator"])
            named = (row["measure_id"], category, row["window_start"])
            found[named][row["unit_id"]] = None if row["numerator"] is None else both
        return found

    def true_sums(self, unit: Callable[[Row], str | None]) -> dict[Figure, dict[str, Counts]]:
        """By figure and unit, the true numerator and denominator of all that was submitted."""
        sums: dict[Figure, dict[str, Counts]] = defaultdict(dict)
        for row in self.truth:
            of, key = unit(row), (row["measure"], row["category"], first_day(row["window_start"]))
            if of is None or row["submitted"] != "1":
                continue
            above, below = sums[key].get(of, (Fraction(0), Fraction(0)))
            share = Fraction(row["denominator"]) * Fraction(row["denominator_times"])
            sums[key][of] = above + Fraction(row["numerator"]), below + share
        return sums


def first_day(month: str) -> date:
    return date(int(month[:4]), int(month[5:]), 1)


@pytest.fixture(scope="module")
def copy(region: Run, tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    """The demo's warehouse for ourselves."""
    root = tmp_path_factory.mktemp("packages")
    shutil.copyfile(region.workspace / FILE, root / FILE)
    shutil.copytree(load_workspace(region.workspace).store.database.parent, load_workspace(root).store.database.parent)
    return load_workspace(root)


@pytest.fixture(scope="module")
def truth(region: Run) -> dict[str, list[Row]]:
    by_package: dict[str, list[Row]] = defaultdict(list)
    with (region.workspace / "truth" / "measures.csv").open(encoding="utf-8") as file:
        for row in csv.DictReader(file):
            by_package[row["package"]].append(row)
    return by_package


@pytest.fixture(scope="module")
def without_consent(region: Run) -> set[str]:
    return {practice for (practice,) in region.rows("select practice_id from registry.consent where not given")}


@pytest.fixture(scope="module")
def periods(copy: Workspace, truth: dict[str, list[Row]]) -> Callable[[str], Period]:
    """The two windows that the truth has of a package: all packages of the same ones are computed with the first."""

    @cache
    def computed(windows: tuple[Window, ...]) -> Period:
        period = Period(*windows, silence_is_consent=True, codes=code_systems(copy))
        together = [copy.package(name) for name in PACKAGES if truth.get(name) and windows_of(truth[name]) == windows]
        compute_packages(copy.store, together, period, last_known(copy.store), "test")
        return period

    return lambda name: computed(windows_of(truth[name]))


@pytest.fixture(scope="module", params=PACKAGES)
def held(
    request: pytest.FixtureRequest,
    copy: Workspace,
    truth: dict[str, list[Row]],
    periods: Callable[[str], Period],
) -> Held:
    """One package of the catalogue, computed for the two windows that the truth has."""
    package = copy.package(request.param)
    if not package.measures:
        pytest.skip(f"{package.id} is a topic without numbers")
    rows = truth.get(package.id, [])
    assert rows, f"the region has no truth for the package {package.id}: add its measures to examples/synthetic"
    return Held(package, measures(copy.store, package, periods(package.id)), rows)


def windows_of(rows: list[Row]) -> tuple[Window, ...]:
    """The windows of a package's truth, in order."""
    ends = sorted({(first_day(row["window_start"]), last_day(first_day(row["window_end"]))) for row in rows})
    return tuple(Window(*each) for each in ends)


def test_the_truth_knows_every_measure_over_windows_as_long_as_the_package_says(held: Held) -> None:
    known = {row["measure"] for row in held.truth}
    unknown = [measure.id for measure in held.package.measures if measure.id not in known]
    assert not unknown, f"{held.package.id}: the region has no truth for {', '.join(unknown)}; add it"
    months = {len(Window(first_day(r["window_start"]), first_day(r["window_end"])).months) for r in held.truth}
    assert months == {held.package.windows.months}


def test_every_practice_has_its_true_figures(held: Held) -> None:
    assert_same(held, "practice", held.true_sums(lambda row: row["ydernummer"]))


def test_every_cluster_is_the_sum_of_its_practices_that_consent(held: Held, without_consent: set[str]) -> None:
    sums = held.true_sums(lambda row: None if row["ydernummer"] in without_consent else row["cluster"])
    assert_same(held, "cluster", sums)


def test_the_region_is_the_sum_of_all(held: Held) -> None:
    assert_same(held, "region", held.true_sums(lambda row: "9001"))


def assert_same(held: Held, level: str, expected: dict[Figure, dict[str, Counts]]) -> None:
    computed = held.figures(level)
    shipped = {measure.id for measure in held.package.measures}
    wanted = {figure: units for figure, units in expected.items() if figure[0] in shipped}
    assert {figure for figure, units in computed.items() if any(units.values())} == set(wanted)
    wrong = [line for figure, units in wanted.items() for line in differences(figure, computed[figure], units)]
    assert not wrong, f"{len(wrong)} differ, such as: " + "; ".join(wrong[:3])


def differences(
    figure: Figure, computed: dict[str, tuple[float, float] | None], units: dict[str, Counts]
) -> Iterable[str]:
    """One line per unit whose counts are not the true ones, to the last digit that a division leaves."""
    name = f"{figure[0]} {figure[1]} from {figure[2]}"
    for unit in sorted({unit for unit, both in computed.items() if both} | units.keys()):
        both, true = computed.get(unit), units.get(unit)
        if both is None or true is None:
            yield f"{name}, {unit}: computed {both}, true {true}"
        elif both != pytest.approx((float(true[0]), float(true[1])), rel=1e-12):
            yield f"{name}, {unit}: computed {both}, true {(float(true[0]), float(true[1]))}"
