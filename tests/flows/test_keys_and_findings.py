"""The coordinator's key, and what a command says at its end."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest

from flows.findings import Findings, Line, _figure, markdown
from flows.ingesting import Outcome
from flows.keys import write_key
from flows.settings import ROOT, Definition, Workspace
from transforms.definitions import parse_package

PACKAGE = parse_package(ROOT / "klyngepakker" / "antibiotika" / "package.toml")


def test_the_key_has_a_line_per_practice_in_the_order_of_letters(tmp_path: Path) -> None:
    workspace = Workspace(tmp_path, Definition(name="x"))
    path = write_key(workspace, "pack", {"000103": "Q", "000110": "B"}, {"000103": "Søparken", "000110": "=2+2"})
    lines = list(csv.DictReader(path.read_text(encoding="utf-8-sig").splitlines(), delimiter=";"))
    assert [line["Bogstav"] for line in lines] == ["B", "Q"]
    assert lines[0]["Praksis"] == "'=2+2"
    assert lines[1] == {"Bogstav": "Q", "Ydernummer": "000103", "Praksis": "Søparken", "Fil": "medlem_Q"}


def test_the_key_lies_in_no_pack(tmp_path: Path) -> None:
    workspace = Workspace(tmp_path, Definition(name="x"))
    path = write_key(workspace, "pack", {"000103": "Q"}, {"000103": "Søparken"})
    assert path.parent == tmp_path / "outbox" / "noegler"


@pytest.mark.parametrize(
    ("language", "expected"),
    [
        ("da", "1.212 -> 179 pr. 1.000, change 0 (95 % interval -40 to 25)"),
        ("en", "1,212 -> 179 per 1,000, change 0 (95 % interval -40 to 25)"),
    ],
)
def test_a_figure_is_written_as_the_language_writes_numbers_and_never_minus_nought(
    language: str, expected: str
) -> None:
    row = {"before_value": 1212.4, "now_value": 179.3, "change": -0.2, "change_lower": -40.1, "change_upper": 25.0}
    assert _figure(row, PACKAGE.measures[0], language) == expected


def test_the_page_of_findings_names_refusals_without_the_value_found() -> None:
    refused = Outcome("a.csv", "refused", sentence="a.csv, row 2: not a number.", shown="a.csv ... Found: 'hest'.")
    page = markdown(Findings((refused,), (), (Line("Åbakke", "Alle", "179"),)))
    assert "a.csv, row 2: not a number." in page
    assert "hest" not in page
    assert "| Åbakke | Alle | 179 |" in page
