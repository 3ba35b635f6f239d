"""Staging: a file in any dialect of its contract becomes typed rows, and every row is accounted for."""

from __future__ import annotations

import csv
import gzip
import io
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from small_store import HEADERS, contract_of, prescription, rows_of

from transforms.contract import Contract, Exclusion
from transforms.model import Text
from warehouse.extract_file import UnreadableFileError
from warehouse.reading.prepared import Prepared, prepare
from warehouse.staging import MissingColumnError, Staged, stage

HEADER = HEADERS["prescriptions"]
NAME = "recepter_2025K1.csv"
PRESCRIPTIONS = contract_of("prescriptions")
Read = Callable[..., Staged]


def read_into(folder: Path, content: str | bytes, contract: Contract = PRESCRIPTIONS) -> Staged:
    file = folder / NAME
    file.write_bytes(content if isinstance(content, bytes) else content.encode())
    return stage(NAME, file, contract, folder / "staged.duckdb")


@pytest.fixture
def read(tmp_path: Path) -> Read:
    return lambda content, contract=PRESCRIPTIONS: read_into(tmp_path, content, contract)


def with_cell(**cells: str) -> str:
    """A file of one row, some of whose cells are `cells`."""
    row = dict(zip(HEADER.split(";"), prescription().split(";"), strict=True)) | cells
    return f"{HEADER}\n{';'.join(row.values())}\n"


def staged_rows(staged: Staged) -> list[tuple[Any, ...]]:
    return rows_of(staged.path, "staged")


def rejected(staged: Staged) -> list[tuple[Any, ...]]:
    return rows_of(staged.path, "rejected")


def test_a_row_is_typed_as_its_contract_says(read: Read) -> None:
    staged = read(with_cell(Indikation="bronkitis", Recepter="1.234", DDD="1.234,5"))
    assert staged_rows(staged) == [
        (2, "010101", date(2025, 1, 1), "J01CA04", "bronchitis", "female", "0-5", 1234, 1234.5)
    ]


@pytest.mark.parametrize(
    ("written", "whole"),
    [
        ("0", 0),
        ("-4", -4),
        ("+4", 4),
        ("12", 12),
        ("12,0", 12),
        ("1.234", 1234),
        ("1.234.567", 1234567),
        ("1234567", 1234567),
        ("9007199254740993", 2**53 + 1),
        ("9.223.372.036.854.775.807", 2**63 - 1),
    ],
)
def test_a_whole_number_is_read_exactly(read: Read, written: str, whole: int) -> None:
    assert staged_rows(read(with_cell(Recepter=written)))[0][7] == whole


@pytest.mark.parametrize(
    "written",
    ["12.34", "1.23.456", ".123", "12,5", "1e3", "abc", "0x1F", "--1", "1 234", "12,", ",5", "٣", "nan", "9" * 400],
)
def test_what_is_no_danish_whole_number_is_rejected_with_its_row(read: Read, written: str) -> None:
    staged = read(with_cell(Recepter=written))
    assert rejected(staged) == [(2, "items", "not a whole number", written[:40])]
    assert staged_rows(staged) == []


@pytest.mark.parametrize("written", ["1.5", "inf", "nan", "1e999", "9" * 400, "1,2,3"])
def test_what_is_no_danish_number_is_rejected(read: Read, written: str) -> None:
    assert rejected(read(with_cell(DDD=written))) == [(2, "ddd", "not a number", written[:40])]


@pytest.mark.parametrize("written", ["2025-13", "2025-00", "januar", "2025", "01-2025", "2025-01-05", ""])
def test_what_is_no_month_is_rejected_and_so_is_a_row_without_one(read: Read, written: str) -> None:
    assert rejected(read(with_cell(Måned=written))) == [(2, "period", "not a month", written or None)]


@pytest.mark.parametrize("written", ["X", "k", "Kvinde"])
def test_a_code_outside_the_contracts_values_is_rejected(read: Read, written: str) -> None:
    assert rejected(read(with_cell(Køn=written))) == [(2, "sex", "not one of the contract's values", written)]


@pytest.mark.parametrize("marker", ["", "-", "NULL", "  "])
def test_a_missing_marker_is_no_value_and_no_fault(read: Read, marker: str) -> None:
    contract = contract_of("prescriptions", file={"missing": ("", "-", "NULL")})
    staged = read(with_cell(Indikation=marker, DDD=marker), contract)
    assert (staged_rows(staged)[0][4], staged_rows(staged)[0][8], staged.rows_rejected) == (None, None, 0)


@pytest.mark.parametrize(
    "encode",
    [
        pytest.param(lambda text: text.encode(), id="utf-8"),
        pytest.param(lambda text: text.encode("utf-8-sig"), id="utf-8 with a mark at its start"),
        pytest.param(lambda text: text.replace("\n", "\r\n").encode(), id="Windows line ends"),
        pytest.param(lambda text: text.replace("\n", "\r").encode(), id="old Mac line ends"),
        pytest.param(lambda text: text.rstrip("\n").encode(), id="no line end at the end"),
        pytest.param(lambda text: f"{text}\n\n".encode(), id="empty lines at the end"),
        pytest.param(lambda text: gzip.compress(text.encode()), id="gzip"),
        pytest.param(
            lambda text: gzip.compress(text[:90].encode()) + gzip.compress(text[90:].encode()), id="two gzips"
        ),
    ],
)
def test_the_same_rows_come_out_of_every_dress_of_a_file(read: Read, encode: Callable[[str], bytes]) -> None:
    text = f"{HEADER}\n{prescription()}\n{prescription(items='4')}\n"
    assert [(row[0], row[7]) for row in staged_rows(read(encode(text)))] == [(2, 3), (3, 4)]


@pytest.mark.parametrize("packed", [False, True])
def test_windows_1252_is_read_with_its_own_letters(read: Read, packed: bool) -> None:
    contract = contract_of("prescriptions", file={"encoding": "windows-1252"})
    content = with_cell(ATC="Ærø €").replace("\n", "\r\n").encode("windows-1252")
    assert staged_rows(read(gzip.compress(content) if packed else content, contract))[0][3] == "Ærø €"


def test_a_quoted_cell_may_hold_delimiters_quotation_marks_and_line_ends(read: Read) -> None:
    staged = read(with_cell(ATC='"J01;CA\n""04"') + prescription() + "\n")
    assert [(row[0], row[3]) for row in staged_rows(staged)] == [(2, 'J01;CA\n"04'), (3, "J01CA04")]


def test_an_excluded_row_is_kept_with_its_number_and_the_header_that_says_so(read: Read) -> None:
    only_women = Exclusion(header="køn", keep=("K",), why=Text(da="kun kvinder"))
    rows = [prescription(), prescription().replace(";K;", ";M;"), prescription().replace(";K;", ";;")]
    staged = read("\n".join([HEADER, *rows]), contract_of("prescriptions", exclude=(only_women,)))
    assert rows_of(staged.path, "excluded") == [(3, "køn"), (4, "køn")]
    assert (staged.rows_read, staged.rows_staged, staged.rows_excluded) == (3, 1, 2)


def test_a_row_that_two_rules_exclude_is_one_excluded_row(read: Read) -> None:
    rules = tuple(Exclusion(header=header, keep=("x",), why=Text(da="-")) for header in ("Køn", "ATC"))
    staged = read(with_cell(), contract_of("prescriptions", exclude=rules))
    assert (staged.rows_read, staged.rows_excluded) == (1, 1)


def test_a_row_with_two_bad_cells_is_one_rejected_row(read: Read) -> None:
    staged = read(with_cell(Recepter="x", DDD="y"))
    assert (staged.rows_read, staged.rows_rejected, len(rejected(staged))) == (1, 1, 2)


@pytest.mark.parametrize(
    ("body", "row"),
    [
        pytest.param(f"{prescription()}\n\n{prescription()}\n", 3, id="an empty row"),
        pytest.param(f"{prescription()}\n010101;2025-01\n", 3, id="too few columns"),
        pytest.param(f"{prescription()};x\n{prescription()}\n", 2, id="too many columns"),
        pytest.param(f'{prescription()}\n"{prescription()}\n{prescription()}\n', 3, id="an unclosed quotation mark"),
        pytest.param('"' + f"{prescription()}\n" * 9000, 2, id="one that swallows more than a reader's limit"),
        pytest.param(f'{prescription()}\n"010101"x{prescription()[6:]}\n', 3, id="text after a closed one"),
    ],
)
def test_a_row_that_cannot_be_read_is_named_by_its_line(read: Read, body: str, row: int) -> None:
    with pytest.raises(UnreadableFileError, match=rf"^{NAME}, row {row}: .+ send the file again\.$"):
        read(f"{HEADER}\n{body}")


@pytest.mark.parametrize("body", [f"{prescription()}\r\n{prescription()}\n", prescription(code="J01\rCA04") + "\n"])
def test_mixed_line_ends_are_refused_and_named(read: Read, body: str) -> None:
    with pytest.raises(UnreadableFileError, match="line end"):
        read(f"{HEADER}\n{body}")


def test_a_row_that_the_engine_skipped_in_silence_is_missed(read: Read, monkeypatch: pytest.MonkeyPatch) -> None:
    def one_more(*arguments: Any) -> Prepared:
        return replace(prepare(*arguments), rows=3)

    monkeypatch.setattr("warehouse.staging.prepare", one_more)
    with pytest.raises(
        UnreadableFileError, match=rf"^{NAME}: the file has 3 rows, of which 2 could be read\. Look for"
    ):
        read(f"{HEADER}\n{prescription()}\n{prescription()}\n")


def test_a_file_without_its_header_is_refused_without_showing_a_cell(read: Read) -> None:
    with pytest.raises(MissingColumnError, match="none of the contract's column names") as refusal:
        read(f"{prescription()}\n{prescription()}\n")
    assert "010101" not in refusal.value.shown()


def test_a_refused_file_leaves_nothing_beside_what_was_staged_before(read: Read, tmp_path: Path) -> None:
    before = read(with_cell()).path.read_bytes()
    with pytest.raises(UnreadableFileError):
        read(f"{HEADER}\nx\n")
    assert (tmp_path / "staged.duckdb").read_bytes() == before
    assert {path.name for path in tmp_path.iterdir()} == {NAME, "staged.duckdb"}


@pytest.mark.parametrize("headers", ["ATC;atc", "ATC;ATC"])
def test_a_header_that_stands_twice_is_refused_where_the_contract_reads_it(read: Read, headers: str) -> None:
    content = f"Ydernummer;Måned;{headers};Køn;Aldersgruppe;Recepter\n010101;2025-01;first;second;K;0-5;3\n"
    with pytest.raises(UnreadableFileError, match="the column ATC stands twice"):
        read(content)


def test_columns_that_the_contract_does_not_name_are_left_aside_and_told(read: Read) -> None:
    content = f"Note;{HEADER};Note;\nx;{prescription()};y;\n"
    assert read(content).ignored_columns == ("Note", "Note")


@pytest.mark.parametrize("label", ["ydernummer", " Ydernummer ", "YDERNUMMER", '"Ydernummer"'])
def test_case_spaces_and_quotation_marks_in_a_header_do_not_matter(read: Read, label: str) -> None:
    assert read(with_cell().replace("Ydernummer", label)).rows_staged == 1


CELLS = st.text(
    st.characters(codec="utf-8", exclude_categories=("Cs", "Cc", "Zs", "Cf")) | st.sampled_from('";,|\n '), max_size=12
).map(str.strip)
DIALECTS = st.fixed_dictionaries(
    {
        "delimiter": st.sampled_from(",;|\t"),
        "lineterminator": st.sampled_from(["\n", "\r\n"]),
        "quoting": st.sampled_from([csv.QUOTE_MINIMAL, csv.QUOTE_ALL, csv.QUOTE_NONNUMERIC]),
    }
)


@settings(max_examples=25, deadline=None)
@given(
    table=st.lists(st.tuples(CELLS, CELLS), min_size=1, max_size=8),
    dialect=DIALECTS,
    packed=st.booleans(),
    encoding=st.sampled_from(["utf-8", "utf-8-sig", "utf-16"]),
)
@example([("", "0\n0")], {"delimiter": ",", "lineterminator": "\r\n", "quoting": 1}, False, "utf-8")
@example([("a\nb", ""), ("", '"')], {"delimiter": ";", "lineterminator": "\r\n", "quoting": 0}, False, "utf-8")
def test_any_table_in_any_dialect_reads_back_as_itself(
    table: list[tuple[str, str]], dialect: dict[str, Any], packed: bool, encoding: str
) -> None:
    written = io.StringIO(newline="")
    csv.writer(written, **dialect).writerows(
        [["row", "ATC", "name"], *((str(number), *cells) for number, cells in enumerate(table))]
    )
    content = written.getvalue().encode(encoding)
    described = {"delimiter": dialect["delimiter"], "encoding": encoding.removesuffix("-sig")}
    with TemporaryDirectory() as folder:
        staged = read_into(Path(folder), gzip.compress(content) if packed else content, three_columns(described))
        read_back = rows_of(staged.path, "staged")
    expected = [(n + 2, str(n), left or None, right or None) for n, (left, right) in enumerate(table)]
    assert sorted(read_back) == expected


def three_columns(file: dict[str, Any]) -> Contract:
    """A contract of three columns of text."""
    columns = [
        {"name": name, "headers": [name], "type": "text", "what": {"da": name}} for name in ("row", "ATC", "name")
    ]
    kept = contract_of("prescriptions", file=file).model_dump() | {"columns": columns, "key": ("row",), "checks": ()}
    return Contract.model_validate(kept)


@settings(max_examples=15, deadline=None)
@given(
    st.lists(
        st.tuples(
            st.sampled_from(["3", "x", "", "1.234"]), st.sampled_from(["K", "M", "X"]), st.sampled_from(["J", "N"])
        ),
        max_size=12,
    )
)
def test_every_row_read_is_staged_excluded_or_rejected(cells: list[tuple[str, str, str]]) -> None:
    only_j = Exclusion(header="ATC", keep=("J",), why=Text(da="-"))
    rows = [f"010101;2025-01;{code};;{sex};0-5;{items};" for items, sex, code in cells]
    with TemporaryDirectory() as folder:
        content = "\n".join([HEADER, *rows])
        staged = read_into(Path(folder), content, contract_of("prescriptions", exclude=(only_j,)))
    assert staged.rows_read == len(cells)
    assert staged.rows_excluded == sum(code == "N" for _, _, code in cells)
    assert staged.rows_rejected == sum(code == "J" and (items == "x" or sex == "X") for items, sex, code in cells)
    assert staged.rows_read == staged.rows_staged + staged.rows_excluded + staged.rows_rejected
