"""Real registries, recounted from the files in plain Python: who moved, came, went and closed, edition by edition."""

from __future__ import annotations

import csv
import gzip
import io
import json
import shutil
from collections import Counter
from datetime import date
from itertools import pairwise
from pathlib import Path

import polars as pl
import pytest
from job_runs import DATA, ROOT, taken_in

from flows import registry_standing
from flows.ingesting import deliveries
from flows.settings import Workspace, load_workspace
from warehouse.ledger import extracts
from warehouse.registry import checked_registry

pytestmark = [
    pytest.mark.job,
    pytest.mark.skipif(not (DATA / "membership").is_dir(), reason="the real registries are not on this machine"),
]
FOLDER = DATA / "membership"
Editions = dict[date, dict[str, str]]


@pytest.fixture(scope="module")
def ccg_editions() -> Editions:
    """Day -> practice -> cluster, with the csv module; the edition of July 2019 has other headers."""
    found: Editions = {}
    for path in sorted((FOLDER / "ccg").glob("*.gz")):
        rows = csv.DictReader(io.StringIO(gzip.decompress(path.read_bytes()).decode()), delimiter=";")
        stamp = path.name.split("_")[1][:6]
        found[date(int(stamp[:4]), int(stamp[4:]), 1)] = {
            row.get("PRACTICE_CODE") or row["CODE"]: row["CCG_CODE"] for row in rows
        }
    return found


def recounted(editions: Editions) -> dict[int, Counter[str]]:
    """Year -> what happened, counted edition by edition; a practice goes when no later edition has it."""
    counts: dict[int, Counter[str]] = {}
    days = sorted(editions)
    last_seen = {practice: on for on in days for practice in editions[on]}
    known = dict(editions[days[0]])
    for before, on in pairwise(days):
        year = counts.setdefault(on.year, Counter())
        for practice, cluster in editions[on].items():
            if practice not in known:
                year["came"] += 1
            elif known[practice] != cluster:
                year["moved"] += 1
            elif practice not in editions[before]:
                year["back"] += 1
        year["gone"] += sum(last_seen[practice] == before for practice in editions[before])
        year["cluster_began"] += len({*editions[on].values()} - {*editions[before].values()})
        year["cluster_ended"] += len({*editions[before].values()} - {*editions[on].values()})
        known |= editions[on]
    return counts


def own(name: str, folder: Path) -> Workspace:
    shutil.copytree(ROOT / "examples" / "membership" / name, folder)
    settings = folder / "klyngeflow.toml"
    inbox = str(FOLDER / name)
    settings.write_text(settings.read_text().replace(f"../../../../shared/data/membership/{name}", inbox))
    return load_workspace(folder)


@pytest.fixture(scope="module")
def ccg(tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    """The nine editions, newest first: the order must not matter."""
    workspace = own("ccg", tmp_path_factory.mktemp("ccg") / "workspace")
    taken_in(workspace, deliveries(workspace)[0][::-1])
    return workspace


def test_moves_comings_and_goings_of_nine_editions_are_those_of_the_files(
    ccg: Workspace, ccg_editions: Editions
) -> None:
    counted = {row.pop("year"): row for row in registry_standing.yearly(ccg, None)}
    expected = recounted(ccg_editions)
    assert {(year, name): counted[year][name] for year in counted for name in expected[year]} == {
        (year, name): number for year, found in expected.items() for name, number in found.items()
    }
    assert {year: (found["moved"], found["cluster_ended"]) for year, found in expected.items()} == {
        2018: (526, 18),
        2019: (256, 6),
    }


def test_every_edition_can_be_read_back_from_the_memberships(ccg: Workspace, ccg_editions: Editions) -> None:
    tables = registry_standing.registry_known(ccg.store, registry_standing.last_known(ccg.store))
    stays = tables["membership"].rows()
    for on, edition in ccg_editions.items():
        held = {
            practice: cluster
            for practice, cluster, first, last in stays
            if first <= on and (last is None or on <= last)
        }
        assert held == edition


def test_a_cluster_of_a_merger_has_its_members_since_that_edition(ccg: Workspace) -> None:
    found, background = registry_standing.examined(ccg, "15M", date(2019, 4, 1))
    assert {member.since for member in found.members} == {date(2019, 4, 1)}
    assert json.loads(json.dumps(registry_standing.as_dict(found, background), default=str))["cluster_id"] == "15M"


def networks() -> dict[int, dict[str, str]]:
    return {
        int(path.stem[-4:]): dict(pl.read_parquet(path).select("PRACTICE_CODE", "PCN_ODS_CODE").iter_rows())
        for path in sorted((FOLDER / "pcn").glob("*.parquet"))
    }


@pytest.fixture(scope="module")
def pcn(tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    workspace = own("pcn", tmp_path_factory.mktemp("pcn") / "workspace")
    taken_in(workspace, deliveries(workspace)[0])
    return workspace


def test_moves_between_networks_are_the_published_ones_without_those_into_and_out_of_none(pcn: Workspace) -> None:
    editions = networks()
    pairs = [(year, editions[year - 1], edition) for year, edition in editions.items() if year - 1 in editions]
    every = [sum(before[p] != now[p] for p in before.keys() & now.keys()) for _, before, now in pairs]
    assert every == [339, 324, 93, 119]  # as published: into and out of no network too
    last: dict[str, str] = {}
    moved: list[int] = []
    for edition in editions.values():
        placed = {practice: network for practice, network in edition.items() if network != "U"}
        moved.append(sum(last.get(practice, network) != network for practice, network in placed.items()))
        last |= placed
    counted = {row["year"]: row for row in registry_standing.yearly(pcn, None)}
    assert [counted[year]["moved"] for year, _, _ in pairs] == moved[1:] == [285, 265, 68, 90]


def epraccur(path: Path) -> dict[str, tuple[str, date | None]]:
    """Practice -> its commissioner and the last day it was open, of the GP practices of one edition."""
    rows = csv.reader(io.StringIO(gzip.decompress(path.read_bytes()).decode()))
    return {
        row[0]: (row[14], date(int(row[11][:4]), int(row[11][4:6]), int(row[11][6:])) if row[11] else None)
        for row in rows
        if row[25] == "4"
    }


@pytest.fixture(scope="module")
def listed(tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    workspace = own("epraccur", tmp_path_factory.mktemp("epraccur") / "workspace")
    taken_in(workspace, deliveries(workspace)[0])
    return workspace


def test_closures_of_the_national_list_are_counted_on_their_days(listed: Workspace) -> None:
    newest = epraccur(sorted((FOLDER / "epraccur").glob("*.gz"))[-1])
    expected = Counter(closed.year for _, closed in newest.values() if closed)
    counted = {row["year"]: row["closed"] for row in registry_standing.yearly(listed, None) if row["closed"]}
    assert counted == dict(expected)
    assert [counted[year] for year in range(2016, 2022)] == [192, 179, 305, 259, 201, 128]


def test_the_members_are_the_open_practices_of_the_newest_list_at_their_commissioners(listed: Workspace) -> None:
    newest = epraccur(sorted((FOLDER / "epraccur").glob("*.gz"))[-1])
    tables = registry_standing.registry_known(listed.store, registry_standing.last_known(listed.store))
    held = {practice: cluster for practice, cluster, _, last in tables["membership"].iter_rows() if last is None}
    assert held == {practice: commissioner for practice, (commissioner, closed) in newest.items() if closed is None}


def test_the_regions_of_former_members_are_doubted_and_refuse_nothing(listed: Workspace) -> None:
    contract = listed.contract("registry")
    held = extracts(listed.store).sort("extract_id").row(-1, named=True)
    staged = listed.store.staged("registry", held["sha256"])
    found = [each for each in checked_registry(listed.store, contract, held["extract_id"], staged) if each.rows_failed]
    regions: dict[str, set[str]] = {}
    for row in csv.reader(
        io.StringIO(gzip.decompress((FOLDER / "epraccur" / held["file_name"]).read_bytes()).decode())
    ):
        if row[25] == "4":
            regions.setdefault(row[14], set()).add(row[2])
    doubted = sum(len(each) - 1 for each in regions.values())
    assert [(each.rule, each.severity, each.rows_failed) for each in found] == [
        ("one_region_at_a_time", "warning", doubted)
    ]
    assert doubted == 121
