"""Landing: bytes are kept as received, or nothing at all where a person number is in them."""

from __future__ import annotations

import gzip
import io
import os
from datetime import date
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest
from small_store import contract_of, extract_bytes, landed, prescription, rows_of

from transforms.contract import Exemption
from transforms.model import Text
from warehouse import landing
from warehouse.extract_file import UnreadableFileError
from warehouse.faults import NoSpaceError
from warehouse.landing import PersonNumberError, land
from warehouse.workspace import Store

PRESCRIPTIONS = contract_of("prescriptions")
WINDOWS = contract_of("prescriptions", file={"encoding": "windows-1252"})
NAME = "recepter_2025K1.csv"
NUMBER = "0101" + "80" + "-" + "1234"
DIGITS = NUMBER.replace("-", "")


def packed(name: str, content: bytes) -> bytes:
    """A gzip that carries `name` in its own header."""
    buffer = io.BytesIO()
    with gzip.GzipFile(name, "wb", fileobj=buffer) as file:
        file.write(content)
    return buffer.getvalue()


def test_bytes_are_kept_as_they_came(store: Store) -> None:
    content = extract_bytes(PRESCRIPTIONS, prescription())
    landed(store, PRESCRIPTIONS, NAME, content)
    assert store.landed("prescriptions", sha256(content).hexdigest()).read_bytes() == content


@pytest.mark.parametrize(
    ("name", "first", "last", "status"),
    [
        ("recepter_2025K1.csv", date(2025, 1, 1), date(2025, 3, 31), "final"),
        ("recepter_2024K4_foreloebig.csv", date(2024, 10, 1), date(2024, 12, 31), "provisional"),
        ("recepter_2024K1_rettet.csv", date(2024, 1, 1), date(2024, 3, 31), "final"),
    ],
)
def test_the_files_name_says_period_and_status(store: Store, name: str, first: date, last: date, status: str) -> None:
    landed(store, PRESCRIPTIONS, name, extract_bytes(PRESCRIPTIONS, prescription()))
    assert rows_of(store.database, "ledger.extract")[-1][5:8] == (first, last, status)


def test_a_month_in_the_files_name_is_a_period_of_one_month(store: Store) -> None:
    monthly = contract_of("prescriptions", file={"period_in_name": r"(?P<year>\d{4})-(?P<month>\d{2})"})
    landed(store, monthly, "recepter_2024-02.csv", extract_bytes(monthly, prescription()))
    assert rows_of(store.database, "ledger.extract")[-1][5:7] == (date(2024, 2, 1), date(2024, 2, 29))


@pytest.mark.parametrize(
    ("content", "place"),
    [
        pytest.param(extract_bytes(PRESCRIPTIONS, prescription(code=NUMBER)), "row 2, column ATC", id="a cell"),
        pytest.param(extract_bytes(PRESCRIPTIONS, prescription(code=DIGITS)), "row 2", id="plain"),
        pytest.param(extract_bytes(PRESCRIPTIONS, prescription(), NUMBER).rstrip(), "row 3", id="the last line"),
        pytest.param(extract_bytes(PRESCRIPTIONS, prescription() + f";{NUMBER}"), "row 2, column number 9", id="past"),
        pytest.param(extract_bytes(PRESCRIPTIONS, NUMBER).replace(b"\r\n", b"\r"), "row 2", id="old Mac line ends"),
        pytest.param(gzip.compress(extract_bytes(PRESCRIPTIONS, NUMBER)), "row 2", id="inside a gzip"),
        pytest.param(packed(f"{NUMBER}.csv", b"x"), "inside the packed file", id="the name inside a gzip"),
    ],
)
def test_a_person_number_is_found_wherever_it_is(store: Store, content: bytes, place: str) -> None:
    with pytest.raises(PersonNumberError, match=place) as refusal:
        landed(store, PRESCRIPTIONS, NAME, content)
    assert NUMBER[-4:] not in refusal.value.shown()
    assert not (store.landing / "prescriptions").exists()


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le", "utf-16-be", "utf-32", "utf-32-le", "cp500"])
def test_text_of_several_bytes_a_character_cannot_hide_a_person_number(store: Store, encoding: str) -> None:
    contract = contract_of("prescriptions", file={"encoding": "cp500" if encoding == "cp500" else "windows-1252"})
    content = extract_bytes(PRESCRIPTIONS, prescription(code=NUMBER)).decode().encode(encoding)
    with pytest.raises(PersonNumberError, match=f"{NAME}, row 2, column "):
        landed(store, contract, NAME, content)
    assert not (store.landing / "prescriptions").exists()


@pytest.mark.parametrize("content", [b"x" * 300_000, b'"' * 200_001, b"\n", b"\r", b"\xef\xbb\xbf"], ids=len)
def test_a_strange_first_line_is_no_accident_of_ours(store: Store, content: bytes) -> None:
    assert landed(store, PRESCRIPTIONS, NAME, content) == 2


def test_a_failed_write_leaves_no_half_file(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(_: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("os.fsync", full)
    with pytest.raises(NoSpaceError, match=r"There is no space left for .*prescriptions"):
        landed(store, PRESCRIPTIONS, NAME, extract_bytes(PRESCRIPTIONS, prescription()))
    assert list(Path(store.landing / "prescriptions").iterdir()) == []
    assert len(rows_of(store.database, "ledger.extract")) == 1


def test_a_person_number_between_numbers_in_a_comma_file_is_found(store: Store) -> None:
    contract = contract_of("prescriptions", file={"delimiter": ","})
    with pytest.raises(PersonNumberError, match="row 2, column number 2"):
        landed(store, contract, NAME, f"a,b,c\n12,{DIGITS},3\n".encode())


def test_what_is_no_file_of_its_own_is_refused_with_a_sentence(store: Store, tmp_path: Path) -> None:
    (tmp_path / "folder.csv").mkdir()
    (tmp_path / "file.csv").write_bytes(extract_bytes(PRESCRIPTIONS, prescription()))
    (tmp_path / "link.csv").symlink_to(tmp_path / "file.csv")
    os.mkfifo(tmp_path / "pipe.csv")
    for name, says in {"folder": "is a folder", "link": "is a link", "pipe": "is not a file", "none": "opened"}.items():
        with pytest.raises(UnreadableFileError, match=f"^{name}.csv: .+{says}"):
            land(store, PRESCRIPTIONS, tmp_path / f"{name}.csv", "analyst")


@pytest.mark.parametrize("clock", [True, False], ids=["later", "by the clock at the same time"])
def test_a_file_that_changes_meanwhile_is_not_kept(store: Store, monkeypatch: pytest.MonkeyPatch, clock: bool) -> None:
    content = extract_bytes(PRESCRIPTIONS, prescription())
    search = landing.scan_file

    def growing(path: Path, *rest: Any) -> Any:
        done, before = search(path, *rest), path.stat().st_mtime_ns
        path.write_bytes(content + f"{NUMBER};\r\n".encode())
        os.utime(path, ns=(before, before + clock))
        return done

    monkeypatch.setattr(landing, "scan_file", growing)
    with pytest.raises(UnreadableFileError, match="the file is still being written"):
        landed(store, PRESCRIPTIONS, NAME, content)
    assert list((store.landing / "prescriptions").glob("*")) == []
    assert len(rows_of(store.database, "ledger.extract")) == 2


def test_an_exemption_that_was_used_is_logged(store: Store, caplog: pytest.LogCaptureFixture) -> None:
    exempt = Exemption(pattern=r"10[0-3]\d{7}", why=Text(da="P-nummer", en="P number"))
    columns = [
        each.model_copy(update={"exempt": exempt} if each.name == "code" else {}) for each in PRESCRIPTIONS.columns
    ]
    contract = PRESCRIPTIONS.model_copy(update={"columns": tuple(columns)})
    landed(store, contract, NAME, extract_bytes(contract, prescription(code="100112" + "0001")))
    assert "long numbers in column code passed" in caplog.text
    assert "100112" not in caplog.text
