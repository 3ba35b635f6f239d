"""Whole and spoilt deliveries of the synthetic region: what the checks say of each."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from job_runs import Run

from flows.delivery_checks import delivery_results
from flows.ingesting import Delivery, land_delivery, stage_extract
from flows.settings import Workspace, load_workspace
from transforms.contract import DELIVERY_RULES

pytestmark = pytest.mark.job
RULES = ", ".join(f"'{rule}'" for rule in sorted(DELIVERY_RULES))
HEADER, *COLUMNS = ("Ydernummer", "Måned", "ATC", "Indikation", "Køn", "Aldersgruppe", "Recepter", "DDD")
Row = list[str]


def test_no_delivery_of_the_region_raises_an_alarm(region: Run) -> None:
    outcomes = dict(
        region.rows(f'select outcome, count(*) from ledger."check" where rule in ({RULES}) group by outcome')
    )
    assert set(outcomes) == {"passed", "not_asked"}
    assert outcomes["passed"] > 100
    # What is not asked: each source's first delivery, and the correction of two practices.
    unasked = region.rows(
        f"""select distinct file_name from ledger."check" join ledger.extract using (extract_id)
        where outcome = 'not_asked' and rule in ({RULES}) order by 1"""
    )
    assert [name for (name,) in unasked] == [
        "forloebsplaner_2025-06.csv",
        "recepter_2024K1.csv",
        "recepter_2025K2_rettet.csv",
        "recepter_2026K2_foreloebig.csv",
        "tilmeldte_2024K1.csv",
        "ydelser_2024K1.csv",
    ]
    assert region.rows("select count(*) from ledger.\"check\" where rule = 'known_code' and outcome <> 'passed'") == [
        (0,)
    ]


@pytest.fixture(scope="module")
def spoilt(region: Run, tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    """The region's workspace once more, to bring files in that never came."""
    copied = tmp_path_factory.mktemp("spoilt") / "demo"
    copied.mkdir()
    shutil.copy(region.workspace / "klyngeflow.toml", copied)
    shutil.copytree(region.workspace / "warehouse", copied / "warehouse")
    return load_workspace(copied)


def next_quarter(region: Run) -> list[Row]:
    """The third quarter of 2025, as if it were that of 2026: the next delivery to come."""
    lines = (region.workspace / "inbox" / "recepter_2025K3.csv").read_text(encoding="utf-8").splitlines()
    return [line.replace(";2025-", ";2026-", 1).split(";") for line in lines[1:]]


def without_a_fifth(rows: list[Row]) -> list[Row]:
    gone = set(sorted({row[0] for row in rows})[::5])
    return [row for row in rows if row[0] not in gone]


def without_a_cluster(rows: list[Row]) -> list[Row]:
    return [row for row in rows if not row[0].startswith("0003")]


def thin_august(rows: list[Row]) -> list[Row]:
    return [row for number, row in enumerate(rows) if row[1] != "2026-08" or number % 5 < 2]


def doubled_july(rows: list[Row]) -> list[Row]:
    return [[*row[:6], str(2 * int(row[6])), row[7]] if row[1] == "2026-07" else row for row in rows]


def lost_comma(rows: list[Row]) -> list[Row]:
    return [[*row[:7], row[7].replace(".", "").replace(",", "")] for row in rows]


def renamed(rows: list[Row]) -> list[Row]:
    return [[*row[:2], "J01CE99" if row[2] == "J01CE02" else row[2], *row[3:]] for row in rows]


def half_the_codes(rows: list[Row]) -> list[Row]:
    kept = set(sorted({row[2] for row in rows})[::2])
    return [row for row in rows if row[2] in kept]


def asked(workspace: Workspace, rows: list[Row]) -> dict[str, str]:
    """What each rule says of a file of `rows`; nothing of it becomes a fact."""
    workspace.inbox.mkdir(exist_ok=True)
    path: Path = workspace.inbox / "recepter_2026K3.csv"
    lines = [";".join((HEADER, *COLUMNS)), *(";".join(row) for row in rows)]
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    extract_id = land_delivery(workspace, Delivery("prescriptions", path)).extract_id
    stage_extract(workspace, extract_id)
    contract = workspace.contract("prescriptions")
    staged = workspace.store.staged("prescriptions", _digest(path))
    results = delivery_results(workspace, contract, extract_id, staged, len(rows))
    return {result.rule: result.outcome for result in results if result.rule in DELIVERY_RULES}


def _digest(path: Path) -> str:
    from hashlib import sha256

    return sha256(path.read_bytes()).hexdigest()


def test_the_next_quarter_whole_passes(region: Run, spoilt: Workspace) -> None:
    assert set(asked(spoilt, next_quarter(region)).values()) == {"passed"}


@pytest.mark.parametrize(
    ("rule", "spoil"),
    [
        ("practices_delivered", without_a_fifth),
        ("regions_delivered", without_a_cluster),
        ("rows_per_month", thin_august),
        ("total_against_history", doubled_july),
        ("total_against_history", lost_comma),
        ("jump_everywhere", lost_comma),
        ("jump_everywhere", renamed),
        ("jump_everywhere", half_the_codes),
    ],
    ids=lambda value: getattr(value, "__name__", value),
)
def test_a_spoilt_quarter_is_noticed(
    region: Run, spoilt: Workspace, rule: str, spoil: Callable[[list[Row]], list[Row]]
) -> None:
    assert asked(spoilt, spoil(next_quarter(region)))[rule] == "failed"
