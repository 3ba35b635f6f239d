"""Bad rows: the others go on where the contract allows it; the bad ones come back mended and are added once."""

from __future__ import annotations

import csv
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from small_workspace import bring_in, delivered, extract, prescribed, rows_of

from expectations.process import Validator
from flows.commands_extracts import write_rejected_rows
from flows.ingesting import Outcome
from flows.refusals import RefusedRowError
from flows.settings import Workspace, load_workspace
from warehouse.supplements import SupplementError

TOLERANT = """
[bad_rows]
most = {most}
[[checks]]
rule = "known_practice"
columns = ["practice_id"]
severity = "critical"
rows = "reject"
why.da = "Praksis findes ikke i registret."
why.en = "The practice is not in the registry."
[[checks]]
rule = "between"
columns = ["items"]
minimum = 0
severity = "critical"
rows = "reject"
why.da = "Et antal recepter kan ikke være negativt."
why.en = "A number of prescriptions cannot be negative."
"""
GOOD = [prescribed(ATC=f"J01CA0{number}") for number in range(1, 7)]
UNKNOWN = prescribed(Ydernummer="999999")
NEGATIVE = prescribed(ATC="J01CA01", Recepter="-4")  # the key of a good row: it must not spoil that one
UNREADABLE = prescribed(ATC="=1+1", Recepter="tre")
NAME = "recepter_2025K1.csv"
Bring = Callable[..., Outcome]


def tolerant(made_once: Path, folder: Path, most: float) -> Workspace:
    root = Path(shutil.copytree(made_once, folder / "tolerant"))
    (root / "contracts").mkdir(exist_ok=True)
    (root / "contracts" / "prescriptions.toml").write_text(TOLERANT.format(most=most), encoding="utf-8")
    return load_workspace(root)


@pytest.fixture
def workspace(made_once: Path, tmp_path: Path) -> Workspace:
    """A workspace in which half of the rows may be bad."""
    return tolerant(made_once, tmp_path, 0.5)


@pytest.fixture
def bring(workspace: Workspace, validator: Validator) -> Bring:
    def bring(name: str, *rows: str) -> Outcome:
        return bring_in(
            workspace, "prescriptions", delivered(workspace, name, extract("prescriptions", *rows)), validator
        )

    return bring


def items(workspace: Workspace) -> dict[tuple[str, str], int]:
    """Items of 2025 by practice and code, as known now."""
    rows = rows_of(workspace, ["fact.prescription"])["fact.prescription"]
    known = [row for row in rows if row[-1] is None and row[1].year == 2025]
    assert len({row[:6] for row in known}) == len(known), "a key stands twice"
    return {(row[0], row[2]): row[6] for row in known}


def sent_back(workspace: Workspace, tmp_path: Path, **mended: tuple[str, str]) -> bytes:
    """The rejected rows of the last extract, with cells mended by line: header and text."""
    path, _ = write_rejected_rows(workspace, 3, tmp_path / NAME)
    with path.open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file, delimiter=";"))
    for row in rows:
        for cell in mended.get(f"line_{list(row.values())[-2]}", ()):
            header, _, value = cell.partition("=")
            row[header] = value
    lines = [list(rows[0]), *(list(row.values()) for row in rows)]
    return "".join(f"{';'.join(line)}\n" for line in lines).encode()


def test_the_good_rows_go_on_and_the_bad_ones_are_told(workspace: Workspace, bring: Bring) -> None:
    outcome = bring(NAME, *GOOD, UNKNOWN, NEGATIVE, UNREADABLE)
    assert (outcome.state, outcome.rows) == ("accepted", 6)
    assert outcome.sentence.startswith("6 rows; 3 rows are left out: klyngeflow rejected 3 ")
    assert items(workspace) == {("010101", f"J01CA0{number}"): 3 for number in range(1, 7)}
    rejected = [row for row in rows_of(workspace, ["ledger.rejected_row"])["ledger.rejected_row"] if row[0] == 3]
    assert [(row[1], row[2], row[4]) for row in rejected] == [
        (8, "practice_id", "999999"),
        (9, "items", "-4"),
        (10, "items", "tre"),
    ]


@pytest.mark.parametrize(("most", "bad", "accepted"), [(0.5, 6, True), (0.5, 7, False), (0.1, 1, False)])
def test_more_bad_rows_than_the_contract_accepts_refuse_the_extract(
    made_once: Path, tmp_path: Path, validator: Validator, most: float, bad: int, accepted: bool
) -> None:
    workspace = tolerant(made_once, tmp_path, most)
    spoilt = [UNREADABLE if number % 2 else UNKNOWN.replace("CA04", f"CA{number:02}") for number in range(bad)]
    path = delivered(workspace, NAME, extract("prescriptions", *GOOD, *spoilt))
    if accepted:
        assert bring_in(workspace, "prescriptions", path, validator).state == "accepted"
        return
    with pytest.raises(RefusedRowError, match=rf"{bad} of {6 + bad} rows cannot be used.+accepts {most}.+row [89], "):
        bring_in(workspace, "prescriptions", path, validator)
    assert items(workspace) == {}


def test_supplementing_adds_replaces_and_repeats_nothing(
    workspace: Workspace, bring: Bring, validator: Validator, tmp_path: Path
) -> None:
    bring(NAME, *GOOD, UNKNOWN, UNREADABLE)
    before = items(workspace)
    first = sent_back(workspace, tmp_path, line_8=("Ydernummer=020202",), line_9=("ATC=J01XX09", "Recepter=7"))
    path = delivered(workspace, "recepter_2025K1_afvist.csv", first)
    assert "added to extract 3" in bring_in(workspace, "prescriptions", path, validator).sentence
    whole = before | {("020202", "J01CA04"): 3, ("010101", "J01XX09"): 7}
    assert items(workspace) == whole
    assert bring_in(workspace, "prescriptions", path, validator).state == "known"
    second = sent_back(workspace, tmp_path, line_8=("Ydernummer=020202",), line_9=("ATC=J01XX09", "Recepter=8"))
    bring_in(workspace, "prescriptions", delivered(workspace, "recepter_2025K1_afvist2.csv", second), validator)
    assert items(workspace) == whole | {("010101", "J01XX09"): 8}


def test_a_key_that_was_accepted_cannot_come_again_by_a_supplement(
    workspace: Workspace, bring: Bring, validator: Validator, tmp_path: Path
) -> None:
    bring(NAME, *GOOD, NEGATIVE)
    content = sent_back(workspace, tmp_path, line_8=("Recepter=4",))
    path = delivered(workspace, "recepter_2025K1_afvist.csv", content)
    with pytest.raises(SupplementError, match=r"row 2: recepter_2025K1\.csv \(extract 3\) has a row with the same key"):
        bring_in(workspace, "prescriptions", path, validator)


def test_no_cell_of_the_file_that_is_sent_back_is_a_formula(workspace: Workspace, bring: Bring, tmp_path: Path) -> None:
    bring(NAME, *GOOD, UNREADABLE, NEGATIVE)
    path, rows = write_rejected_rows(workspace, 3, tmp_path)
    lines = path.read_text(encoding="utf-8-sig").splitlines()
    assert (path.name, rows) == ("recepter_2025K1_afvist.csv", 2)
    assert [line.split(";")[2] for line in lines[1:]] == ["'=1+1", "J01CA01"]
    assert lines[2].split(";")[6] == "-4"
    assert lines[1].endswith(";8;Recepter: not a whole number")
