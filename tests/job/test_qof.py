"""Disease registers of six wide files, recomputed in plain Python: every register with its own denominator."""

from __future__ import annotations

import csv
import gzip
import io
from collections import defaultdict

import pytest
from job_runs import DATA, Run

pytestmark = pytest.mark.job
FOLDER = DATA / "qof"
YEARS = {"1718": "2018-03-01", "1819": "2019-03-01"}
# measure: (count, list size) by year, as the publication's columns are called
COLUMNS = {
    **{name: {year: (f"{name.upper()}_N_{year}", f"allAges_{year}") for year in YEARS}
       for name in ("af", "chd", "hf", "lvsd", "hyp", "pad", "stia", "can", "pc", "dem", "ld", "mh", "ast", "copd")},
    "cvdpp": {year: (f"CVDPP_N_{year}", f"ages30to74_{year}") for year in YEARS},
    "ckd": {year: (f"CKD18p_N_{year}", f"ages18plus_{year}") for year in YEARS},
    "dm": {year: (f"DM17p_N_{year}", f"ages17plus_{year}") for year in YEARS},
    "dep": {year: (f"DEP_N_{year}", f"ages18plus_{year}") for year in YEARS},
    "ep": {year: (f"EP18p_N_{year}", f"ages18plus_{year}") for year in YEARS},
    "ra": {year: (f"RA16_N_{year}", f"age16p_{year}") for year in YEARS},
    "ost": {"1718": ("OST_N_1718", "age50p_1718"), "1819": ("OST50_N_1819", "age50p_1819")},
    "ob": {"1718": ("OB_N_1718", "allAges_1718"), "1819": ("OB_N_1819", "ages18plus_1819")},
}  # fmt: skip

Counts = dict[tuple[str, str, str], tuple[float, float]]


def files() -> list[list[dict[str, str]]]:
    texts = [gzip.decompress(path.read_bytes()).decode() for path in sorted(FOLDER.glob("*.csv.gz"))]
    return [list(csv.DictReader(io.StringIO(text), delimiter=";")) for text in texts]


def count(cell: str) -> float | None:
    return None if cell in ("", ":", "z") else float(cell.replace(".", "").replace(",", "."))


@pytest.fixture(scope="module")
def naive() -> Counts:
    """(measure, year, practice) -> on the register, listed."""
    found: Counts = {}
    for rows in files():
        for measure, years in COLUMNS.items():
            for year, (numerator, denominator) in years.items():
                if numerator not in rows[0]:
                    continue
                for row in rows:
                    on_register, listed = count(row[numerator]), count(row[denominator])
                    if on_register is not None and listed is not None:
                        found[measure, year, row["practiceCode"]] = (on_register, listed)
    return found


@pytest.fixture(scope="module")
def clusters() -> dict[str, str]:
    return {row["practiceCode"]: row["CCGcode"] for row in files()[0]}


def pooled(naive: Counts, clusters: dict[str, str], year: str, *, both: bool) -> dict[tuple[str, str], float]:
    """(measure, cluster) -> percent: sum over sum, of all practices or of those with both years."""
    sums: dict[tuple[str, str], list[float]] = defaultdict(lambda: [0.0, 0.0])
    for (measure, of, practice), (on_register, listed) in naive.items():
        other = "1819" if year == "1718" else "1718"
        if of == year and (not both or (measure, other, practice) in naive):
            sums[measure, clusters[practice]][0] += on_register
            sums[measure, clusters[practice]][1] += listed
    return {key: 100 * numerator / denominator for key, (numerator, denominator) in sums.items()}


def test_the_run_ends_well_with_a_word_about_the_column_of_garbage(qof: Run) -> None:
    assert qof.code == 0, qof.printed
    assert qof.attempts == ""
    assert "DM17p_p_1819" in qof.printed


@pytest.mark.parametrize(("practice_set", "year"), [("then", "1718"), ("now", "1819")])
def test_each_practice_has_the_prevalence_of_each_register(
    qof: Run, naive: Counts, practice_set: str, year: str
) -> None:
    found = qof.rows(
        f"""select measure_id, unit_id, value from mart.measure
        where level = 'practice' and practice_set = '{practice_set}' and value is not null"""
    )
    expected = {(measure, unit): 100 * on / of for (measure, y, unit), (on, of) in naive.items() if y == year}
    assert len(expected) == {"1718": 21 * 345, "1819": 22 * 401}[year]
    assert {(measure, unit): value for measure, unit, value in found} == pytest.approx(expected, rel=1e-12)


def test_the_prevalence_is_the_one_the_publication_prints(qof: Run) -> None:
    printed = {row["practiceCode"]: float(row["AF_p_1819"].replace(",", ".")) for row in files()[0]}
    found = dict(
        qof.rows(
            """select unit_id, value from mart.measure
            where level = 'practice' and practice_set = 'now' and measure_id = 'af'"""
        )
    )
    assert len(printed) == 401
    assert found == pytest.approx(printed, abs=0.00501)


@pytest.mark.parametrize(("practice_set", "year"), [("then", "1718"), ("now", "1819")])
def test_a_cluster_is_sum_over_sum(
    qof: Run, naive: Counts, clusters: dict[str, str], practice_set: str, year: str
) -> None:
    found = qof.rows(
        f"""select measure_id, unit_id, value from mart.measure
        where level = 'cluster' and practice_set = '{practice_set}' and value is not null"""
    )
    expected = pooled(naive, clusters, year, both=False)
    assert {(measure, unit): value for measure, unit, value in found} == pytest.approx(expected, rel=1e-12)


def test_the_change_is_in_percentage_points_of_the_practices_with_both_years(
    qof: Run, naive: Counts, clusters: dict[str, str]
) -> None:
    found = qof.rows(
        "select measure_id, unit_id, change from mart.comparison where level = 'cluster' and change is not null"
    )
    before, after = (pooled(naive, clusters, year, both=True) for year in YEARS)
    expected = {key: after[key] - before[key] for key in before}
    assert {(measure, unit): change for measure, unit, change in found} == pytest.approx(expected, rel=1e-9, abs=1e-12)


def test_a_cluster_without_a_baseline_is_not_comparable_and_not_zero(qof: Run) -> None:
    found = qof.rows(
        "select distinct state, verdict, baseline_value, change from mart.comparison where unit_id = '14Y'"
    )
    assert [(verdict, value, change) for _, verdict, value, change in found] == [("not comparable", None, None)]
    assert "zero" not in {state for state, *_ in found}


def test_a_register_that_one_year_does_not_have_is_no_zero(qof: Run) -> None:
    states = {
        state
        for (state,) in qof.rows(
            "select distinct state from mart.measure where measure_id = 'ld' and practice_set = 'then'"
        )
    }
    assert states & {"value", "zero", "too_few"} == set()
