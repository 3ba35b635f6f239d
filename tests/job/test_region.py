"""The demo against the simulated truth: figures made by code that shares nothing with what is tested."""

from __future__ import annotations

import csv
import hashlib
import json
from collections import defaultdict
from pathlib import Path

import polars as pl
import pytest
from job_runs import SOON, Run, guarded
from polars.testing import assert_frame_equal

from flows.building import planned_orders
from flows.settings import load_workspace
from transforms.package_figures import MeasureRun
from warehouse.facts import last_known, read_facts
from warehouse.mart import measures

pytestmark = pytest.mark.job
COLUMNS = {
    "antibiotics_per_1000": ("items_antibiotics", "patients"),
    "penicillin_v_share": ("items_penicillin_v", "items_antibiotics"),
    "broad_spectrum_share": ("items_broad", "items_antibiotics"),
    "pivmecillinam_share_uti": ("items_pivmecillinam_uti_women_18plus", "items_uti_women_18plus"),
}
WINDOWS = {"then": "2025", "now": "2026"}
Truth = list[dict[str, str]]


@pytest.fixture(scope="module")
def truth(region: Run) -> Truth:
    with (region.workspace / "truth" / "antibiotics.csv").open(encoding="utf-8") as file:
        return list(csv.DictReader(file))


def true_sums(truth: Truth, measure: str, year: str) -> dict[str, tuple[float, float]]:
    """Numerator and denominator per practice, January to June, over the months whose prescriptions were submitted."""
    numerator, denominator = COLUMNS[measure]
    sums: dict[str, list[float]] = defaultdict(lambda: [0, 0])
    for row in truth:
        inside = row["month"][:4] == year and row["month"][5:7] <= "06"
        if inside and row["submitted_prescriptions"] == "1" and int(row["patients"]) > 0:
            sums[row["ydernummer"]][0] += int(row[numerator])
            sums[row["ydernummer"]][1] += int(row[denominator]) / (6 if denominator == "patients" else 1)
    return {practice: (above, below) for practice, (above, below) in sums.items()}


def test_the_demo_ends_well_and_reaches_nothing(region: Run) -> None:
    assert region.code == 0, region.printed
    assert region.attempts == ""


def test_the_demo_says_where_the_reports_are_and_what_was_found(region: Run) -> None:
    assert "52 accepted, 0 in use already, 0 refused" in region.printed
    assert "klyngerapport.html" in region.printed
    assert "Åbakke-klyngen; Alle antibiotika: " in region.printed


def test_what_the_first_cluster_agreed_on_stands_in_its_documents_and_in_no_others(region: Run) -> None:
    outbox = region.workspace / "outbox"
    assert "3 goals recorded for K01, antibiotika, meeting of 2025-09-17" in region.printed
    for folder in sorted(outbox.glob("K*")):
        here = [path.name for path in folder.glob("*.html") if "Det aftalte vi" in path.read_text(encoding="utf-8")]
        reports = [path.name for path in folder.glob("*.html") if path.name.startswith(("klynge", "medlem"))]
        assert sorted(here) == (sorted(reports) if folder.name.startswith("K01_") else []), folder.name


def test_figures_of_merged_facts_are_those_of_every_single_fact(region: Run) -> None:
    workspace = load_workspace(region.workspace)
    order = planned_orders(workspace)[0]
    period, package = order.period(workspace), workspace.package(order.package)
    facts = read_facts(
        workspace.store,
        (period.span.start, period.span.end),
        last_known(workspace.store),
        silence_is_consent=period.silence_is_consent,
        codes=period.codes,
    )
    windows = (period.baseline, period.followup)
    runs = [MeasureRun(each, facts, *windows, package.minimum_events) for each in package.measures]
    figures = pl.concat([each.figures() for each in runs])
    kept = measures(workspace.store, package, period).select(figures.columns)
    assert_frame_equal(kept, figures, check_row_order=False, check_exact=True)


@pytest.mark.parametrize("window", ["then", "now"])
@pytest.mark.parametrize("measure", list(COLUMNS))
def test_every_practice_has_its_true_figures(region: Run, truth: Truth, measure: str, window: str) -> None:
    found = region.rows(
        f"""select unit_id, numerator, denominator from mart.measure
        where level = 'practice' and practice_set = '{window}' and measure_id = '{measure}' and numerator is not null"""
    )
    expected = true_sums(truth, measure, WINDOWS[window])
    assert {practice for practice, _, _ in found} == set(expected)
    assert {practice: above for practice, above, _ in found} == {p: above for p, (above, _) in expected.items()}
    assert {practice: below for practice, _, below in found} == pytest.approx({p: b for p, (_, b) in expected.items()})


def test_a_corrected_and_a_provisional_file_left_only_final_figures(region: Run, truth: Truth) -> None:
    [(loaded,)] = region.rows(
        "select sum(items) from fact.prescription where known_to is null and code like 'J01%' and code <> 'J01XX05'"
    )
    assert loaded == sum(int(row["items_antibiotics"]) for row in truth if row["submitted_prescriptions"] == "1")


def test_services_are_net_of_their_corrections(region: Run, truth: Truth) -> None:
    found = region.rows(
        """select strftime(period, '%Y-%m'), sum(services) from fact.service
        where known_to is null and code = '7120' group by 1"""
    )
    expected: dict[str, int] = defaultdict(int)
    for row in truth:
        if row["submitted_services"] == "1":
            expected[row["month"][:7]] += int(row["crp"])
    assert dict(found) == dict(expected)


def test_practices_that_changed_in_truth_fell_and_the_others_followed_the_region(region: Run) -> None:
    with (region.workspace / "truth" / "effects.csv").open(encoding="utf-8") as file:
        effects = {row["ydernummer"]: row["worked_with_topic"] for row in csv.DictReader(file)}
    ratios: dict[str, list[float]] = defaultdict(list)
    for practice, ratio in region.rows(
        """select unit_id, ratio from mart.comparison
        where level = 'practice' and measure_id = 'antibiotics_per_1000' and ratio is not null"""
    ):
        ratios[effects[practice]].append(ratio)
    worked, others = (sorted(values)[len(values) // 2] for _, values in sorted(ratios.items(), reverse=True))
    assert worked < 0.87
    assert 0.92 < others < 1.05


def test_what_is_called_a_likely_change_is_what_truly_changed(region: Run) -> None:
    """One cluster worked with the topic: it prescribes less, and moves from broad-spectrum agents to penicillin V."""
    with (region.workspace / "truth" / "effects.csv").open(encoding="utf-8") as file:
        worked = {row["ydernummer"] for row in csv.DictReader(file) if row["worked_with_topic"] == "1"}
    likely = region.rows(
        "select level, unit_id, measure_id, change from mart.comparison where verdict = 'likely change' order by all"
    )
    clusters = {(unit, measure, change > 0) for level, unit, measure, change in likely if level == "cluster"}
    assert clusters == {
        ("K01", "antibiotics_per_1000", False),
        ("K01", "broad_spectrum_share", False),
        ("K01", "penicillin_v_share", True),
    }
    practices = {unit for level, unit, _, _ in likely if level == "practice"}
    assert practices
    assert practices <= worked


def test_a_clusters_change_is_the_sum_of_who_moved_it(region: Run) -> None:
    pairs = region.rows(
        """select sum(contribution), any_value(change) from mart.contribution join (
            select cluster.unit_id as cluster_id, cluster.measure_id, now.value - cluster.value as change
            from mart.measure as cluster join mart.measure as now using (level, unit_id, measure_id, package_id)
            where level = 'cluster' and cluster.practice_set = 'then' and now.practice_set = 'now')
        using (cluster_id, measure_id) group by cluster_id, measure_id"""
    )
    assert len(pairs) == 7 * len(load_workspace(region.workspace).package("antibiotika").measures)
    assert all(abs(parts - whole) < 1e-9 for parts, whole in pairs)


def test_who_did_not_consent_is_in_no_pack_and_no_cluster_total(region: Run) -> None:
    [(practice,)] = region.rows("select practice_id from registry.consent where not given and known_to is null")
    assert region.rows(f"select count(*) from report.figure where audience = '{practice}'") == [(0,)]
    [(shown,)] = region.rows("select practices_members from report.pack where cluster_id = 'K04'")
    members = region.rows(
        "select count(*) from registry.membership where cluster_id = 'K04' and known_to is null and valid_to is null"
    )
    assert [(shown + 1,)] == members


def test_every_pack_has_a_report_for_the_cluster_and_each_member_in_both_formats(region: Run) -> None:
    for pack, members in region.rows("select pack_id, practices_members from report.pack"):
        folder = region.workspace / "outbox" / pack
        assert len(list(folder.glob("medlem_*.html"))) == len(list(folder.glob("medlem_*.pdf"))) == members
        assert (folder / "klyngerapport.html").exists()
        assert (folder / "klyngerapport.pdf").exists()


def test_the_manifest_names_every_file_by_its_digest(region: Run) -> None:
    manifest = min((region.workspace / "outbox").glob("*/manifest.json"))
    folder, named = manifest.parent, json.loads(manifest.read_text(encoding="utf-8"))["files"]
    found = {path.name: digest(path) for path in folder.iterdir() if path.name != "manifest.json"}
    assert named == found


def test_no_file_of_a_pack_names_another_practice(region: Run) -> None:
    numbers = [number for (number,) in region.rows("select practice_id from registry.practice")]
    pages = list((region.workspace / "outbox").glob("*/*.html"))
    text = "".join(page.read_text(encoding="utf-8") for page in pages)
    assert [number for number in numbers if f">{number}<" in text or f" {number} " in text] == []


def test_a_second_run_takes_nothing_in_again_and_renders_the_same_bytes(region: Run, server: str) -> None:
    before = digests(region.workspace / "outbox")
    settings = region.workspace / "klyngeflow.toml"
    one = 'followup_from = 2026-01-01\nclusters = ["K05"]'  # one pack tells as well as seven that bytes are the same
    settings.write_text(settings.read_text(encoding="utf-8").replace("followup_from = 2026-01-01", one), "utf-8")
    again = guarded(region.workspace, "run", server=server)
    assert again.code == 0, again.printed
    assert "0 accepted, 52 in use already, 0 refused" in again.printed
    assert digests(region.workspace / "outbox") == before


def test_a_request_makes_one_pack(region: Run, server: str) -> None:
    arguments = ("request", "--cluster", "K02", "--package", "antibiotika", "--meeting", str(SOON))
    asked = guarded(region.workspace, *arguments, "--kind", "baseline", "--allow-draft", server=server)
    assert asked.code == 0, asked.printed
    assert (region.workspace / "outbox" / f"K02_antibiotika_baseline_{SOON}" / "klyngerapport.pdf").exists()


def digests(folder: Path) -> dict[str, str]:
    files = [path for path in folder.rglob("*") if path.is_file() and path.name != "manifest.json"]
    return {str(path.relative_to(folder)): digest(path) for path in files}


def digest(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def test_a_request_for_a_day_that_has_passed_makes_no_pack_and_no_meeting(region: Run, server: str) -> None:
    arguments = ("request", "--cluster", "K02", "--package", "antibiotika", "--meeting", "2019-01-01")
    asked = guarded(region.workspace, *arguments, "--kind", "baseline", server=server)
    assert asked.code == 2, asked.printed
    assert "The meeting on 2019-01-01 has been held" in asked.printed
    assert region.rows("select count(*) from meeting.meeting where meeting_date = '2019-01-01'") == [(0,)]
    assert not (region.workspace / "outbox" / "K02_antibiotika_baseline_2019-01-01").exists()
