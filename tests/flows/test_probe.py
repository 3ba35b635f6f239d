"""Looking at files: what is found in text, workbook and Parquet, what fits, and that nothing is kept or let slip."""

from __future__ import annotations

import gzip
import json
import tomllib
from pathlib import Path

import openpyxl
import polars as pl
import pytest
from typer.testing import CliRunner

from flows.cli import app
from flows.probing import look, write_draft
from flows.settings import SettingsError
from warehouse.reading.probe import probe

PERSON = "0101" + "80" + "-" + "1234"
HEADER = "Ydernummer;Måned;ATC;Indikation;Køn;Aldersgruppe;Recepter;DDD"
ROWS = [f"0101{n:02};2025-0{1 + n % 3};J01CE02;;K;0-5;{n};{n},5" for n in range(40)]


def text(tmp_path: Path, content: bytes, name: str = "recepter_2025K1.csv") -> Path:
    path = tmp_path / name
    path.write_bytes(content)
    return path


@pytest.mark.parametrize(
    ("encoding", "told"), [("utf-8", "utf-8"), ("windows-1252", "windows-1252"), ("utf-16", "utf-16")]
)
def test_text_is_told_by_what_it_shows(tmp_path: Path, encoding: str, told: str) -> None:
    path = text(tmp_path, "\n".join(["Udtræk fra", "", HEADER, *ROWS]).encode(encoding))
    found = probe(path.name, path)
    assert (found.kind, found.encoding, found.delimiter, found.heading_row) == ("text", told, ";", 3)
    assert found.header == tuple(HEADER.split(";"))
    assert [column.guess.type for column in found.columns][:3] == ["code", "month", "code"]
    assert found.columns[7].guess.decimal == ","
    assert found.first[0] == tuple(ROWS[0].split(";"))


def test_rows_are_counted_and_a_packed_file_is_opened(tmp_path: Path) -> None:
    path = text(tmp_path, gzip.compress("\n".join([HEADER, *ROWS]).encode()), "recepter.csv.gz")
    found = probe(path.name, path)
    assert (found.kind, found.rows, found.heading_row) == ("packed text", 40, 1)


def test_a_file_without_names_has_none(tmp_path: Path) -> None:
    found = probe("rows.csv", text(tmp_path, "\n".join(ROWS).encode(), "rows.csv"))
    assert (found.heading_row, found.rows, set(found.header)) == (0, 40, {""})


def test_a_workbook_shows_the_sheet_that_was_asked_for(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    book.active.title = "Om"
    book.active.append(["Læs mig"])
    sheet = book.create_sheet("Data")
    sheet.append(["Udtræk"])
    sheet.append(["Yder", "Antal"])
    for n in range(3):
        sheet.append([f"00000{n}", n])
    path = tmp_path / "bog.xlsx"
    book.save(path)
    found = probe(path.name, path, "Data")
    assert (found.kind, found.sheets, found.sheet, found.heading_row, found.rows) == (
        "workbook", ("Om", "Data"), "Data", 2, 3,
    )  # fmt: skip
    assert found.first == (("000000", "0"), ("000001", "1"), ("000002", "2"))


def test_parquet_is_looked_at_too(tmp_path: Path) -> None:
    path = tmp_path / "a.parquet"
    pl.DataFrame({"yder": ["000101", "000102"], "antal": [1, 2]}).write_parquet(path)
    found = probe(path.name, path)
    assert (found.kind, found.rows, found.header, found.first[1]) == (
        "parquet", 2, ("yder", "antal"), ("000102", "2"),
    )  # fmt: skip


def test_the_contract_that_fits_is_named_and_nothing_is_kept(tmp_path: Path) -> None:
    path = text(tmp_path, "\n".join([HEADER, *ROWS]).encode())
    told = CliRunner().invoke(app, ["probe", str(path), "--workspace", str(tmp_path)])
    assert told.exit_code == 0, told.output
    assert "fits the contract prescriptions" in told.output
    assert [each.name for each in tmp_path.iterdir()] == [path.name]


def test_a_person_number_is_refused_and_not_shown(tmp_path: Path) -> None:
    path = text(tmp_path, "\n".join([HEADER, *ROWS, ROWS[0].replace("J01CE02", PERSON)]).encode())
    told = CliRunner().invoke(app, ["probe", str(path), "--json"])
    (found,) = json.loads(told.output)
    assert told.exit_code == 3
    assert found["found"] is None
    assert "person number" in found["refused"]
    assert PERSON not in told.output
    assert PERSON.replace("-", "") not in told.output


def test_what_cannot_be_read_says_why_and_the_others_are_looked_at(tmp_path: Path) -> None:
    bad = text(tmp_path, b"%PDF-1.7", "report.pdf")
    good = text(tmp_path, "\n".join([HEADER, *ROWS]).encode())
    told = CliRunner().invoke(app, ["probe", str(bad), str(good), "--json"])
    first, second = json.loads(told.output)
    assert told.exit_code == 2
    assert "a PDF" in first["refused"]
    assert second["fits"][0]["source"] == "prescriptions"


def test_a_draft_is_written_once_and_can_be_laid_over(tmp_path: Path) -> None:
    header = HEADER.replace("Recepter", "Recepter i alt").replace("ATC", "ATC-kode")
    path = text(tmp_path, "\n".join([header, *ROWS]).encode("windows-1252"))
    target = tmp_path / "contracts" / "prescriptions.toml"
    seen = look(tmp_path, path, None)
    assert "prescriptions" in write_draft(tmp_path, seen, "prescriptions", target)
    described = tomllib.loads(target.read_text(encoding="utf-8"))
    assert described["file"]["encoding"] == "windows-1252"
    headers = {column["name"]: column.get("headers") for column in described["columns"]}
    assert (headers["items"], headers["code"]) == (["Recepter i alt"], ["ATC-kode"])
    with pytest.raises(SettingsError, match="is there already"):
        write_draft(tmp_path, seen, None, target)
