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
from typing import Any

import polars as pl
import pytest
from job_runs import DATA, ROOT

from flows import registry_standing
from flows.ingesting import Delivery as File
from flows.ingesting import deliveries, land_delivery, prepare, promote_extract, stage_extract
from flows.settings import Workspace, load_workspace
from transforms.registry import DELIVERED, Delivery, history
from transforms.registry_changes import events, per_year

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


def taken_in(workspace: Workspace, files: list[File]) -> None:
    prepare(workspace)
    for file in files:
        extract_id = land_delivery(workspace, file).extract_id
        stage_extract(workspace, extract_id)
        promote_extract(workspace, extract_id)


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


def frame(rows: list[dict[str, Any]]) -> pl.DataFrame:
    return pl.DataFrame([{"row_number": number} | row for number, row in enumerate(rows, 2)], schema=DELIVERED)


def networks() -> dict[int, dict[str, str]]:
    return {
        int(path.stem[-4:]): dict(pl.read_parquet(path).select("PRACTICE_CODE", "PCN_ODS_CODE").iter_rows())
        for path in sorted((FOLDER / "pcn").glob("*.parquet"))
    }


def test_moves_between_networks_are_the_published_ones_without_those_into_and_out_of_none() -> None:
    editions = networks()
    given = [
        Delivery(
            date(year, 1, 1),
            "snapshot",
            year,
            frame([{"practice_id": p, "cluster_id": None if c == "U" else c} for p, c in edition.items()]),
        )
        for year, edition in editions.items()
    ]
    counted = {row["year"]: row for row in per_year(events(history(given), date(2020, 1, 1))).to_dicts()}
    pairs = [(year, editions[year - 1], edition) for year, edition in editions.items() if year - 1 in editions]
    every = [sum(before[p] != now[p] for p in before.keys() & now.keys()) for _, before, now in pairs]
    assert every == [339, 324, 93, 119]  # as published: into and out of no network too
    last: dict[str, str] = {}
    moved: list[int] = []
    for edition in editions.values():
        placed = {practice: network for practice, network in edition.items() if network != "U"}
        moved.append(sum(last.get(practice, network) != network for practice, network in placed.items()))
        last |= placed
    assert [counted[year]["moved"] for year, _, _ in pairs] == moved[1:] == [285, 265, 68, 90]


def epraccur(path: Path) -> list[dict[str, Any]]:
    def cell(text: str) -> date | None:
        return date(int(text[:4]), int(text[4:6]), int(text[6:])) if text else None

    rows = csv.reader(io.StringIO(gzip.decompress(path.read_bytes()).decode()))
    return [
        {
            "practice_id": row[0],
            "opened": cell(row[10]),
            "closed": cell(row[11]),
            "cluster_id": row[14],
            "member_from": cell(row[15]),
            "member_to": cell(row[16]),
        }
        for row in rows
        if row[25] == "4"
    ]


def test_closures_of_the_national_list_are_counted_on_their_days() -> None:
    editions = [(path, path.name[:7].split("_")) for path in sorted((FOLDER / "epraccur").glob("*.gz"))]
    given = [
        Delivery(date(int(year), int(month), 1), "list", number, frame(epraccur(path)))
        for number, (path, (year, month)) in enumerate(editions)
    ]
    told = history(given)
    counted = {row["year"]: row["closed"] for row in per_year(events(told)).to_dicts() if row["closed"]}
    newest = Counter(row["closed"].year for row in epraccur(editions[-1][0]) if row["closed"])
    assert counted == dict(newest)
    assert [counted[year] for year in range(2016, 2022)] == [192, 179, 305, 259, 201, 128]
    assert history(given[::-1])["membership"].equals(told["membership"])
