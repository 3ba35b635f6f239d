"""A planted person number is found in every place and form, and ordinary files are let through."""

from __future__ import annotations

import gzip
import io
import random
import zipfile
from datetime import date
from pathlib import Path

import planted_files as planted
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from planted_files import HEADER, NAME, ROW, inline, table, workbook, write, zipped
from small_store import contract_of, landed, rows_of

from transforms.contract import Column, Contract, Exemption
from transforms.model import Text
from warehouse.extract_file import UnreadableFileError
from warehouse.person_scan import PersonNumberError, Scanned, scan_file
from warehouse.workspace import Store

TODAY = date(2026, 11, 22)
CONTRACT = contract_of("prescriptions")
SERIAL = "12" + "34"
PERSONS = [
    day + month + year + SERIAL for day, month, year in (("01", "01", "80"), ("71", "12", "65"), ("29", "02", "88"))
]
WORDS = {
    "hyphen": lambda n: f"{n[:6]}-{n[6:]}",
    "space": lambda n: f"{n[:6]} {n[6:]}",
    "plain": lambda n: n,
    "without its zero": lambda n: str(int(n)),
    "dots": lambda n: f"{n[:2]}.{n[2:4]}.{n[4:6]}-{n[6:]}",
    "en dash": lambda n: f"{n[:6]}\u2013{n[6:]}",
    "no-break space": lambda n: f"{n[:6]}\u00a0{n[6:]}",
    "zero-width space": lambda n: f"{n[:3]}\u200b{n[3:]}",
    "full-width": lambda n: "".join(chr(0xFF10 + int(d)) for d in n),
    "a sentence": lambda n: f"hun hedder {n[:6]}-{n[6:]} her",
    "letters": lambda n: f"{n[:6]}1AB{n[9]}",
    "thousands": lambda n: f"{int(n):,}".replace(",", "."),
    "exponent": lambda n: f"{int(n) / 10 ** (len(str(int(n))) - 1):.9f}".rstrip("0") + f"E+{len(str(int(n))) - 1:02}",
}
LATIN_NAMES = {"the name inside a gzip", "the name inside a second gzip"}


def scan(path: Path, contract: Contract = CONTRACT) -> Scanned:
    return scan_file(path, path.name, contract, TODAY)


def stops(path: Path, contract: Contract = CONTRACT) -> str:
    """The sentence of the refusal; empty where the file was let through."""
    try:
        scan(path, contract)
    except PersonNumberError as refusal:
        return str(refusal)
    return ""


@pytest.mark.parametrize("place", planted.TEXTS)
def test_every_form_is_found_in_every_place(tmp_path: Path, place: str) -> None:
    plant, says = planted.TEXTS[place]
    missed = []
    for form, written in WORDS.items():
        if place in LATIN_NAMES and not written(PERSONS[0]).isascii():
            continue
        for person in PERSONS[: 1 if place == "a line far down" else 3]:
            sentence = stops(write(tmp_path, plant(written(person))))
            if says not in sentence:
                missed.append((form, sentence))
            assert SERIAL not in sentence
            assert person[:6] not in sentence
    assert missed == []


@pytest.mark.parametrize("encoding", ["utf-8", "cp1252", "utf-16", "utf-16-le", "utf-16-be", "utf-32"])
@pytest.mark.parametrize("sign", ["\u2013", "\u00a0", "\u00ad", "\u00b7"])
def test_a_sign_between_is_found_in_every_encoding(tmp_path: Path, encoding: str, sign: str) -> None:
    person = PERSONS[0]
    content = planted.with_cell(f"æø {person[:6]}{sign}{person[6:]}").encode(encoding)
    assert "row 3, column " in stops(write(tmp_path, content))


@pytest.mark.parametrize("number", PERSONS)
@pytest.mark.parametrize("written", ["{}", "{}.0", "{}E0"])
def test_a_cell_that_is_a_number_is_found(tmp_path: Path, number: str, written: str) -> None:
    power = len(str(int(number))) - 1
    value = f"{int(number) / 10**power:.9f}E{power}" if "E" in written else written.format(int(number))
    path = write(tmp_path, workbook(f'<c r="AB7"><v>{value}</v></c>'), "a.xlsx")
    assert "sheet Recepter, cell AB7" in stops(path)
    assert "row 2, column Recepter" in stops(write(tmp_path, planted.parquet([int(number)])))
    assert "row 2, column Recepter" in stops(write(tmp_path, planted.parquet([float(number)])))


@pytest.mark.parametrize("at", range(0, 130, 13))
def test_no_cut_between_two_pieces_hides_a_number(tmp_path: Path, at: int) -> None:
    person = PERSONS[0]
    filler = (ROW + "\n") * 26_000
    start = (1 << 20) - at
    text = (HEADER + "\n" + filler).encode()[: start - 1] + f";{person[:6]}-{person[6:]};".encode()
    assert stops(write(tmp_path, text + (ROW + "\n").encode() * 3000))
    one_line = b"x;" * (start // 2) + f"{person[:6]}-{person[6:]};".encode() + b"y;" * (5 << 20)
    assert stops(write(tmp_path, one_line))


def test_a_long_number_is_not_cut_into_a_person_number(tmp_path: Path) -> None:
    text = ";".join("571" + PERSONS[0] for _ in range(900_000))
    assert not stops(write(tmp_path, text.encode()))


def test_a_number_over_two_lines_of_a_quoted_cell_is_found(tmp_path: Path) -> None:
    person = PERSONS[1]
    for first, second in ((person[:6], person[6:]), (person[:6] + "-", person[6:]), (person[:5], person[5:])):
        quoted = f'{ROW};"se\n{first}\n{second}"'
        assert "row 4" in stops(write(tmp_path, table(ROW, quoted).encode()))
        assert not stops(write(tmp_path, table(ROW, f"{ROW};{first}", f"{second};{ROW}").encode()))


def test_a_number_split_over_two_columns_is_found_from_three_rows_on(tmp_path: Path) -> None:
    rows = [f"{ROW};{number[:6]};{number[6:]}" for number in PERSONS]
    assert stops(write(tmp_path, table(*rows).encode())).startswith(f"{NAME}, row 2, column number 9: a person number")
    assert not stops(write(tmp_path, table(*rows[:2]).encode()))
    stripped = [f"000103,{day * 10000 + 180},{int('0' + SERIAL)}" for day in (1, 2, 3)]
    assert stops(write(tmp_path, ("a,b,c\n" + "\n".join(stripped)).encode()))


def test_large_counts_beside_small_ones_are_not_split_numbers(tmp_path: Path) -> None:
    draw = random.Random(2)
    counts = [f"{ROW};{draw.randrange(10_000, 999_999)};{draw.randrange(10_000)}" for _ in range(20_000)]
    lists = [f"{ROW};{draw.randrange(10_100, 11_300)};{draw.randrange(1000)}" for _ in range(50)]
    assert not stops(write(tmp_path, table(*counts).encode()))
    assert not stops(write(tmp_path, table(*lists).encode()))


def test_old_dates_in_half_of_an_undescribed_column_stop_the_file(tmp_path: Path) -> None:
    old = [f"{day:02}0358" + "5" + "678" for day in (1, 2, 3)]
    other = [f"99{number:08}" for number in range(9)]
    rows = [f"{ROW};{number}" for number in old + other[:3]]
    assert "half of the column" in stops(write(tmp_path, table(*rows).encode()))
    assert not stops(write(tmp_path, table(*rows, *[f"{ROW};{number}" for number in other]).encode()))


@pytest.mark.parametrize("header", ["CPR", "cprnr", "Personnummer", "PNR", "patient-id", "PatientCpr", "Fødselsdato"])
def test_a_header_that_names_persons_stops_an_empty_file(tmp_path: Path, header: str) -> None:
    assert "row 1, column 2: the header names" in stops(write(tmp_path, f"Ydernummer;{header}\n".encode()))
    assert "row 3, column 2: the header" in stops(write(tmp_path, f"Udtræk\n;\nYdernummer;{header}\n".encode()))
    assert "sheet number 1" in stops(write(tmp_path, workbook(sheet=header)))
    assert "the header names" in stops(write(tmp_path, planted.parquet([1], name=header)))


def test_a_column_of_pseudonyms_is_found_unless_the_contract_knows_it(tmp_path: Path) -> None:
    for value in ("0f" * 32, "123e4567-e89b-12d3-a456-42661417400a"):
        rows = [f"{ROW};{value}"] * 3
        assert "pseudonyms" in stops(write(tmp_path, table(*rows).encode()))
        assert not stops(write(tmp_path, table(*rows[:2]).encode()))
        known = [row.replace("J01CE02", value) for row in [ROW] * 3]
        assert not stops(write(tmp_path, table(*known).encode()))


def exempting(pattern: str) -> Contract:
    what = Text(da="P-nummer", en="P number")
    column = Column(
        name="p_number", headers=("P-nummer",), type="code", what=what, exempt=Exemption(pattern=pattern, why=what)
    )
    return CONTRACT.model_copy(update={"columns": (*CONTRACT.columns, column)})


def test_only_a_contract_exempts_and_only_what_fits_its_pattern(tmp_path: Path) -> None:
    numbers = ["10" + "0112" + f"{n:04}" for n in range(0, 90, 10)]
    text = f"{HEADER};P-nummer\n" + "".join(f"{ROW};{number}\n" for number in numbers)
    path = write(tmp_path, text.encode())
    assert "column number 9" in stops(path)
    assert scan(path, exempting(r"10[0-3]\d{7}")).exempted == {"p_number"}
    assert "row 2, column P-nummer" in stops(path, exempting(r"103\d{7}"))
    hyphen = write(tmp_path, text.replace(numbers[4], f"{PERSONS[0][:6]}-{PERSONS[0][6:]}").encode())
    assert "row 6, column P-nummer" in stops(hyphen, exempting(r"10[0-3]\d{7}"))


def test_an_exempt_column_whose_control_digits_fit_holds_persons(tmp_path: Path) -> None:
    weights = (4, 3, 2, 7, 6, 5, 4, 3, 2, 1)
    numbers = [f"100112{n:04}" for n in range(2000)]
    fitting = [n for n in numbers if sum(int(d) * w for d, w in zip(n, weights, strict=True)) % 11 == 0][:12]
    text = f"{HEADER};P-nummer\n" + "".join(f"{ROW};{number}\n" for number in fitting)
    assert "in a column of its own" in stops(write(tmp_path, text.encode()), exempting(r"10[0-3]\d{7}"))


def near_misses(draw: random.Random) -> dict[str, str]:
    """One cell of each kind that must not stop a file."""
    day, month, year = draw.randrange(1, 29), draw.randrange(1, 13), draw.randrange(2015, 2027)
    hour, minute = draw.randrange(24), draw.randrange(60)
    serial = f"{draw.randrange(10000):04}"
    return {
        "EAN": f"57{draw.randrange(10**11):011}",
        "SOR": f"{draw.randrange(10**12, 10**16)}",
        "provider number": f"{draw.randrange(10**6):06}",
        "CVR": f"{draw.randrange(10**7, 10**8)}",
        "ISO date": f"{year}-{month:02}-{day:02}",
        "ISO time": f"{year}-{month:02}-{day:02}T{hour:02}:{minute:02}:00.{draw.randrange(10**6):06}",
        "Danish time": f"{day:02}.{month:02}.{year % 100:02} {hour:02}:{minute:02}",
        "year to hour": f"{year}{month:02}{day:02}{hour:02}",
        "day": f"{year}{month:02}{day:02}",
        "amount": f"{draw.randrange(1, 10)}.{draw.randrange(1000):03}.{draw.randrange(1000):03},89",
        "large decimal": f"{draw.randrange(10**6, 10**8)},{draw.randrange(1, 100):02}",
        "long decimals": f"0,{draw.randrange(10**9, 10**10)}",
        "nine digits and a half": f"{draw.randrange(10**8, 10**9)},5",
        "phone": f"+45{draw.randrange(2 * 10**7, 10**8)}",
        "spaced phone": "+45 " + " ".join(f"{draw.randrange(10, 100)}" for _ in range(4)),
        "30 February": f"3002{year % 100:02}{serial}",
        "month 13": f"{day:02}13{year % 100:02}{serial}",
        "day 32": f"32{month:02}{year % 100:02}-{serial}",
        "day 92": f"92{month:02}{year % 100:02}{serial}",
        "day 0": f"00{month:02}{year % 100:02}{serial}",
        "born tomorrow": f"231126{draw.choice('5678')}{serial[1:]}",
        "born in 1858": f"{day:02}{month:02}58{draw.choice('5678')}{serial[1:]}"
        if day > 40
        else f"{day:02}1458{serial}",
        "age band": f"{draw.randrange(100)}-{draw.randrange(100)}",
        "service code": f"{draw.randrange(10**4):04}",
    }


def test_a_hundred_thousand_near_misses_stop_nothing(tmp_path: Path) -> None:
    draw = random.Random(5)
    rows = [near_misses(draw) for _ in range(4_600)]
    names = list(rows[0])
    assert len(rows) * len(names) >= 100_000
    for name in names:
        path = write(tmp_path, (f"Ydernummer;{name}\n" + "".join(f"000103;{row[name]}\n" for row in rows)).encode())
        assert (name, stops(path)) == (name, "")
    for form in ("xlsx", "parquet"):
        cells = "".join(inline(row[name]) for row in rows[:40] for name in names)
        content = workbook(cells) if form == "xlsx" else planted.parquet([r[n] for r in rows[:99] for n in names])
        assert stops(write(tmp_path, content)) == ""


def test_decimals_of_a_described_number_stop_nothing(tmp_path: Path) -> None:
    draw = random.Random(7)
    points = CONTRACT.model_copy(update={"file": CONTRACT.file.model_copy(update={"decimal": "."})})
    rows = [
        ROW.replace("84,0", f"{draw.randrange(100_000, 999_999)}.{draw.randrange(10**4):04}") for _ in range(20_000)
    ]
    path = write(tmp_path, table(*rows).encode())
    assert not stops(path, points)
    assert stops(path)
    persons = [ROW.replace("84,0", f"{number[:6]}.{number[6:]}") for number in PERSONS]
    assert "half of the column" in stops(write(tmp_path, table(*persons).encode()), points)


def bomb(size: int) -> bytes:
    return workbook(inline("x"), **{"xl__media__a.bin": b"0" * size})


REFUSED = {
    "macros": (workbook(**{"xl__vbaProject.bin": b"x"}), "holds macros"),
    "a pivot table's copy": (workbook(**{"xl__pivotCache__r1.xml": "<a/>"}), "hidden copy of a pivot"),
    "a link to another workbook": (workbook(**{"xl__externalLinks__e1.xml": "<a/>"}), "a link to another workbook"),
    "an entity": (workbook(**{"xl__styles.xml": '<!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>'}), "cut or damaged"),
    "XML that ends too soon": (workbook(**{"xl__styles.xml": "<a><b>"}), "cut or damaged"),
    "no workbook": (zipped({"a.csv": "1;2"}), "cut or damaged, or is none"),
    "a cut workbook": (workbook(inline("x"))[:-30], "cut or damaged"),
    "a bomb": (bomb(80 << 20), "unpacks to far more"),
    "a gzip bomb": (gzip.compress(b"0" * (80 << 20)), "unpacks to far more"),
    "a cut gzip": (gzip.compress(ROW.encode() * 99)[:-9], "cut or damaged"),
    "a gzip in a gzip": (gzip.compress(gzip.compress(b"1")), "packed file lies inside"),
    "an old workbook": (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"0" * 99, "old Excel file"),
    "a cut Parquet file": (planted.parquet([1])[:-40], "Parquet file is cut or damaged"),
    "a PDF": (b"%PDF-1.7", "a PDF, which cannot be searched"),
}


@pytest.mark.parametrize("kind", REFUSED)
def test_what_cannot_be_searched_is_refused_with_a_sentence(tmp_path: Path, kind: str) -> None:
    content, says = REFUSED[kind]
    with pytest.raises(UnreadableFileError, match=says) as refusal:
        scan(write(tmp_path, content))
    assert refusal.value.__cause__ is None
    assert str(refusal.value).startswith(NAME)


def test_a_workbook_inside_a_workbook_inside_a_workbook_is_not_followed(tmp_path: Path) -> None:
    content = workbook(**{"a.xlsx": workbook(**{"b.xlsx": workbook()})})
    with pytest.raises(UnreadableFileError, match="packed inside files"):
        scan(write(tmp_path, content))


def test_a_zip_that_declares_less_than_it_holds_is_refused(tmp_path: Path) -> None:
    content = workbook(**{"xl__a.bin": b"7" * 5000})
    with zipfile.ZipFile(io.BytesIO(content)) as file:
        assert file.getinfo("xl/a.bin").file_size == 5000
    place = content.rindex(b"xl/a.bin") - 22
    lied = content[:place] + (50).to_bytes(4, "little") + content[place + 4 :]
    with pytest.raises(UnreadableFileError, match="damaged"):
        scan(write(tmp_path, lied))


def test_ordinary_workbooks_and_parquet_files_pass(tmp_path: Path) -> None:
    openpyxl = pytest.importorskip("openpyxl")
    book = openpyxl.Workbook()
    sheet = book.active
    sheet.append(HEADER.split(";"))
    for number in range(300):
        sheet.append(["000103", date(2025, 1, 1), "J01CE02", None, "K", "18-34", number, number * 1234.5678])
    book.save(tmp_path / "a.xlsx")
    assert scan(tmp_path / "a.xlsx") == Scanned()
    values = pa.table({"Ydernummer": ["000103"] * 50, "Måned": [date(2025, 1, 1)] * 50, "DDD": [1 / 3] * 50})
    pq.write_table(values, tmp_path / "a.parquet")
    assert scan(tmp_path / "a.parquet") == Scanned()


@pytest.mark.parametrize("place", planted.TEXTS)
def test_after_a_stop_the_value_is_nowhere(store: Store, place: str) -> None:
    person = PERSONS[1]
    with pytest.raises(PersonNumberError) as refusal:
        landed(store, CONTRACT, NAME, planted.TEXTS[place][0](f"{person[:6]}-{person[6:]}"))
    assert refusal.value.__cause__ is None
    assert refusal.value.__suppress_context__ or refusal.value.__context__ is None
    assert rows_of(store.database, "ledger.extract")[0][2:3] != ()
    (store.root / "inbox" / NAME).unlink()
    for path in store.root.rglob("*"):
        kept = (path.name.encode() + path.read_bytes()) if path.is_file() else path.name.encode()
        for planted_text in (person, f"{person[:6]}-{person[6:]}"):
            assert planted_text.encode() not in kept
            assert planted_text.encode("utf-16-le") not in kept
