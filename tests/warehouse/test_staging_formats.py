"""Staging of workbooks, Parquet, headings and what contracts can say about origins: read back as written."""

from __future__ import annotations

import csv
import gzip
import io
import json
import zipfile
from collections.abc import Callable
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import openpyxl
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from small_store import rows_of

from transforms.contract import Contract
from warehouse.extract_file import UnreadableFileError
from warehouse.reading.counting import IrregularQuotesError, RowCounter, count_exactly
from warehouse.reading.heading import MissingColumnError
from warehouse.staging import Staged, stage


def contract(*columns: dict[str, Any], file: dict[str, Any] | None = None, **more: Any) -> Contract:
    """A contract of `columns`."""
    described = [{"type": "text", "what": {"da": "-"}, "headers": [each["name"]]} | each for each in columns]
    return Contract.model_validate(
        {"source": "s", "table": "t", "title": {"da": "-"}, "one_row": {"da": "-"}, "columns": described}
        | {"file": {"patterns": ("*",)} | (file or {}), "key": (), "checks": ()}
        | more
    )


THREE = contract(
    {"name": "id"},
    {"name": "period", "type": "month"},
    {"name": "figure", "type": "number"},
    file={"delimiter": ";", "decimal": ",", "thousands": "."},
)
JANUARY = date(2025, 1, 1)
Made = Callable[..., Path]


def staged(path: Path, by: Contract) -> Staged:
    return stage(path.name, path, by, path.with_name("out.duckdb"))


def read(path: Path, by: Contract) -> list[tuple[Any, ...]]:
    return rows_of(staged(path, by).path, "staged")


@pytest.fixture
def workbook(tmp_path: Path) -> Made:
    def make(*rows: list[Any], sheets: tuple[str, ...] = (), name: str = "data.xlsx") -> Path:
        book = openpyxl.Workbook()
        for row in rows:
            book.active.append(row)
        for title in sheets:
            book.create_sheet(title).append(["another"])
        book.save(tmp_path / name)
        return tmp_path / name

    return make


def test_a_workbook_is_read_as_its_cells_are_meant(workbook: Made) -> None:
    path = workbook(
        ["A report", None],
        [],
        ["id", "period", "figure", "note"],
        ["0101", datetime(2025, 1, 1), 1234.5, "x"],
        [],
        [202.0, "2025-01", 3.0],
        ["7", "2025-01", "1.234,5"],
    )
    result = staged(path, THREE)
    assert rows_of(result.path, "staged") == [
        (4, "0101", JANUARY, 1234.5),
        (6, "202", JANUARY, 3.0),
        (7, "7", JANUARY, 1234.5),
    ]
    assert result.ignored_columns == ("note",)


def test_a_number_shown_with_leading_zeros_keeps_them(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    book.active.append(["id"])
    book.active["A2"] = 1234
    book.active["A2"].number_format = "000000"
    book.save(tmp_path / "codes.xlsx")
    assert read(tmp_path / "codes.xlsx", contract({"name": "id"})) == [(2, "001234")]


def test_dates_counted_from_1904_are_the_same_dates(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    book.epoch = openpyxl.utils.datetime.CALENDAR_MAC_1904
    book.active.append(["on"])
    book.active.append([date(2025, 3, 4)])
    book.save(tmp_path / "mac.xlsx")
    assert read(tmp_path / "mac.xlsx", contract({"name": "on", "type": "date", "format": "%d-%m-%Y"})) == [
        (2, date(2025, 3, 4))
    ]


def test_a_hidden_row_is_a_row(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    for value in ("id", "a", "b"):
        book.active.append([value])
    book.active.row_dimensions[2].hidden = True
    book.save(tmp_path / "hidden.xlsx")
    assert [row[1] for row in read(tmp_path / "hidden.xlsx", contract({"name": "id"}))] == ["a", "b"]


def test_two_rows_of_names_with_merged_cells_become_one(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    for row in (["Yder", "2025", None], [None, "Antal", "Patienter"], ["1", 2, 3]):
        book.active.append(row)
    book.active.merge_cells("B1:C1")
    book.save(tmp_path / "merged.xlsx")
    by = contract(
        {"name": "id", "headers": ["Yder"]},
        {"name": "patients", "headers": ["2025 Patienter"], "type": "integer"},
        file={"header_rows": 2},
    )
    # The name above the first column stands alone, and is carried on only over blanks.
    assert read(tmp_path / "merged.xlsx", by) == [(3, "1", 3)]


@pytest.mark.parametrize(("sheet", "found"), [("Sheet", True), ("She+t", True), (None, False), ("Nope", False)])
def test_the_sheet_is_the_one_the_contract_names(workbook: Made, sheet: str | None, found: bool) -> None:
    path = workbook(["id"], ["a"], sheets=("Other",))
    by = contract({"name": "id"}, file={"sheet": sheet})
    if found:
        assert read(path, by) == [(2, "a")]
    else:
        with pytest.raises(UnreadableFileError, match=r"sheets fit\. The workbook has: Sheet, Other\. Name one"):
            read(path, by)


def test_a_formula_without_its_result_is_named(workbook: Made) -> None:
    path = workbook(["id"], ["a"], ["=1+1"])
    with pytest.raises(UnreadableFileError, match="row 3, column number 1: a formula without its result"):
        read(path, contract({"name": "id"}))


def test_a_workbook_far_larger_inside_than_outside_is_not_opened(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "bomb.xlsx", "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/workbook.xml", b" " * 60_000_000)
    with pytest.raises(UnreadableFileError, match="far larger inside"):
        read(tmp_path / "bomb.xlsx", contract({"name": "id"}))


def test_parquet_is_read_in_the_contracts_notation(tmp_path: Path) -> None:
    path = tmp_path / "data.csv"  # the name says nothing
    pl.DataFrame(
        {"id": ["0101", None], "period": [date(2025, 1, 1), date(2025, 1, 1)], "figure": [1234.5, 3.0], "other": [1, 2]}
    ).write_parquet(path)
    result = staged(path, THREE)
    assert rows_of(result.path, "staged") == [(1, "0101", JANUARY, 1234.5), (2, None, JANUARY, 3.0)]
    assert (result.rows_read, result.ignored_columns) == (2, ("other",))


@pytest.mark.parametrize(
    ("content", "said"),
    [
        pytest.param(b"", "the file is empty", id="empty"),
        pytest.param(gzip.compress(b""), "the packed file is empty", id="empty gzip"),
        pytest.param(gzip.compress(b"id\n1\n" * 999)[:-9], "cut or damaged", id="cut gzip"),
        pytest.param(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"x" * 99, r"an old Excel workbook \(\.xls\)", id="xls"),
        pytest.param(b"\x28\xb5\x2f\xfdxxxx", "packed with zstd", id="zstd"),
        pytest.param(json.dumps([{"id": 1}]).encode(), "is JSON, which is not read", id="json"),
        pytest.param(gzip.compress(b'{"id": 1}'), "inside the packed file is JSON", id="json in gzip"),
        pytest.param(b"<!DOCTYPE html><table>", "XML or a web page", id="web page"),
        pytest.param(b"PAR1xxxxPAR1", "Parquet file is cut, damaged", id="parquet"),
        pytest.param(b"PK\x03\x04xxxx", "cut or damaged", id="zip"),
        pytest.param(b"id\n1\0\n", "row 2: the file is not utf-8 text, it holds null characters", id="null"),
        pytest.param(b"other\n1\n", "none of the contract's column names", id="other names"),
        pytest.param(b"id;x\n1;2\n", "separated by semicolon, the contract says comma", id="delimiter"),
    ],
)
def test_what_is_not_read_gets_its_sentence(tmp_path: Path, content: bytes, said: str) -> None:
    (tmp_path / "extract.csv").write_bytes(content)
    with pytest.raises((UnreadableFileError, MissingColumnError), match=f"^extract.csv.*{said}"):
        read(tmp_path / "extract.csv", contract({"name": "id"}))
    assert {path.name for path in tmp_path.iterdir()} == {"extract.csv"}


def write(folder: Path, text: str, encoding: str = "utf-8") -> Path:
    (folder / "extract.csv").write_bytes(text.encode(encoding))
    return folder / "extract.csv"


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "windows-1252"])
def test_auto_finds_the_encoding(tmp_path: Path, encoding: str) -> None:
    path = write(tmp_path, "id\nRødovre\nÆrø\n", encoding)
    assert [row[1] for row in read(path, contract({"name": "id"}, file={"encoding": "auto"}))] == ["Rødovre", "Ærø"]


def test_lines_above_the_heading_are_passed_over_and_counted(tmp_path: Path) -> None:
    path = write(tmp_path, 'Udtræk af "alt"\n\nid uden komma\n"a\nb",c\nnote,id\n1,x\n2,y\n')
    assert read(path, contract({"name": "id"})) == [(6, "x"), (7, "y")]


def test_a_file_without_names_has_those_of_its_contract(tmp_path: Path) -> None:
    by = contract({"name": "id"}, file={"header": ("note", "id")})
    assert read(write(tmp_path, "1,x\n2,y\n"), by) == [(1, "x"), (2, "y")]
    with pytest.raises(UnreadableFileError, match="row 1: the row has 3 columns, the contract names 2"):
        read(write(tmp_path, "1,x,y\n"), by)


@pytest.mark.parametrize("written", ["04-01-2025", "2025/01/04", "20250104"])
def test_formats_are_tried_in_turn(tmp_path: Path, written: str) -> None:
    by = contract({"name": "on", "type": "date", "format": ("%d-%m-%Y", "%Y/%m/%d", "%Y%m%d")})
    assert read(write(tmp_path, f"on\n{written}\n"), by) == [(2, date(2025, 1, 4))]


def test_parts_are_joined_and_spellings_meet(tmp_path: Path) -> None:
    by = contract(
        {"name": "period", "headers": [], "parts": ["year", "month"], "type": "month"},
        {"name": "id", "spelling": {"pattern": "Z?0*([0-9]+)", "width": 5}},
    )
    path = write(tmp_path, "year,month,id\n2025,1,1\n2025,01,Z00001\n2025,1,000001\n2025,1,nan\n2025,1,1234567\n")
    ids = [row[2] for row in read(path, by)]
    assert ids == ["00001", "00001", "00001", "nan", "1234567"]
    assert {row[1] for row in read(path, by)} == {JANUARY}


WIDE = (
    {"columns": {"figure": "women"}, "fill": {"sex": "female"}},
    {"columns": {"figure": "men"}, "fill": {"sex": "male"}},
    {"columns": {"figure": "others"}, "fill": {"sex": "other"}},
)


def test_a_wide_row_gives_one_row_for_each_figure_and_keeps_its_number(tmp_path: Path) -> None:
    by = contract({"name": "id"}, {"name": "sex", "headers": []}, {"name": "figure", "type": "integer"}, wide=WIDE)
    result = staged(write(tmp_path, "id,women,men\na,1,2\nb,3,\nc,,\nd,x,4\n"), by)
    assert rows_of(result.path, "staged") == [(2, "a", "female", 1), (2, "a", "male", 2), (3, "b", "female", 3)]
    assert rows_of(result.path, "rejected") == [(5, "figure", "not a whole number", "x")]
    counts = (result.rows_read, result.rows_staged, result.rows_rejected, result.rows_excluded, result.rows_empty)
    assert counts == (4, 2, 1, 0, 1)


def test_a_wide_file_without_any_of_its_figures_is_refused(tmp_path: Path) -> None:
    by = contract({"name": "id"}, {"name": "sex", "headers": []}, {"name": "figure", "type": "integer"}, wide=WIDE)
    with pytest.raises(MissingColumnError, match="none of the columns women, men, others is there"):
        read(write(tmp_path, "id\na\n"), by)


def test_rows_that_say_the_same_become_the_first_of_them(tmp_path: Path) -> None:
    by = contract({"name": "id"}, {"name": "figure", "type": "integer"}, repeated_rows="one")
    result = staged(write(tmp_path, "id,drug,figure\na,x,1\nb,x,2\na,y,1\na,z,3\n"), by)
    assert rows_of(result.path, "staged") == [(2, "a", 1), (3, "b", 2), (5, "a", 3)]
    assert (result.rows_read, result.rows_staged, result.rows_repeated) == (4, 4, 1)


FIGURES = st.tuples(
    st.text("abcæøåÆ;,|\t \"'", max_size=6).map(str.strip), st.decimals(-99999, 99999, places=2, allow_nan=False)
)


@settings(max_examples=40, deadline=None)
@given(
    table=st.lists(FIGURES, min_size=1, max_size=6),
    delimiter=st.sampled_from(";,|\t"),
    quote=st.sampled_from("\"'"),
    signs=st.sampled_from([(",", "."), (".", ","), (",", ""), (".", " ")]),
    end=st.sampled_from(["\n", "\r\n"]),
    encoding=st.sampled_from(["utf-8", "utf-8-sig", "utf-16", "windows-1252"]),
    above=st.integers(0, 4),
    packed=st.booleans(),
)
def test_any_figures_in_any_notation_read_back_as_themselves(
    table: list[tuple[str, Decimal]],
    delimiter: str,
    quote: str,
    signs: tuple[str, str],
    end: str,
    encoding: str,
    above: int,
    packed: bool,
) -> None:
    decimal, thousands = signs
    notation = str.maketrans({",": thousands, ".": decimal})
    lines = io.StringIO(newline="")
    writer = csv.writer(lines, delimiter=delimiter, quotechar=quote, lineterminator=end, quoting=csv.QUOTE_ALL)
    writer.writerows([["id", "figure"], *((label, f"{figure:,}".translate(notation)) for label, figure in table)])
    content = (f"Lavet af Søren{end}" * above + lines.getvalue()).encode(encoding)
    file = {"delimiter": delimiter, "quote": quote, "decimal": decimal, "thousands": thousands}
    by = contract(
        {"name": "id"}, {"name": "figure", "type": "number"}, file=file | {"encoding": encoding.removesuffix("-sig")}
    )
    with TemporaryDirectory() as folder:
        path = Path(folder) / "extract.csv"
        path.write_bytes(gzip.compress(content) if packed else content)
        found = read(path, by)
    expected = [(above + 2 + place, label or None, float(figure)) for place, (label, figure) in enumerate(table)]
    assert sorted(found) == expected


@settings(max_examples=60, deadline=None)
@given(
    pieces=st.lists(st.sampled_from(["a", ";", '"', '""', "\n", "\r\n", "b c", "æ"]), max_size=25),
    cut=st.integers(1, 9),
)
def test_the_fast_counter_agrees_with_a_reader_of_cells(pieces: list[str], cut: int) -> None:
    form = contract({"name": "id"}, file={"delimiter": ";"}).file
    content = "".join(pieces).encode()
    counter = RowCounter("x", form, 1)
    with TemporaryDirectory() as folder:
        (Path(folder) / "x").write_bytes(content)
        try:
            exactly: int | str = count_exactly("x", Path(folder) / "x", 0, form, 1)
        except UnreadableFileError as refusal:
            exactly = str(refusal)
    found: int | str = exactly
    try:
        for begin in range(0, len(content), cut):
            counter.feed(content[begin : begin + cut])
        found = counter.finish().rows
    except IrregularQuotesError:
        pass  # then the reader of cells is the one that counts
    except UnreadableFileError as refusal:
        found = str(refusal)
    assert found == exactly or "more than one kind of line end" in str(found)


@pytest.mark.parametrize(
    ("file", "said"),
    [
        ({"encoding": "latin-99"}, "encoding 'latin-99' is unknown"),
        ({"encoding": "rot13"}, "encoding 'rot13' is unknown"),
        ({"delimiter": ";;"}, "delimiter ';;' is not one character"),
        ({"delimiter": '"'}, "must be different"),
        ({"period_in_name": "(?P<year"}, "the pattern of period_in_name cannot be read"),
    ],
)
def test_a_contract_whose_file_cannot_be_read_says_so(file: dict[str, Any], said: str) -> None:
    with pytest.raises(ValueError, match=said):
        contract({"name": "id"}, file=file)


def test_a_row_of_data_that_passes_for_a_heading_is_not_told(tmp_path: Path) -> None:
    by = contract({"name": "id"}, {"name": "figure", "type": "integer"})
    path = tmp_path / "a.csv"
    path.write_bytes(b"secret one,id,secret two\n1,2,3\n")
    with pytest.raises(MissingColumnError) as refusal:
        staged(path, by)
    assert "secret" not in str(refusal.value)
