"""Files with something planted in one place each, written by hand: no engine that would mend or refuse them."""

from __future__ import annotations

import gzip
import io
import zipfile
from collections.abc import Callable
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

HEADER = "Ydernummer;Måned;ATC;Indikation;Køn;Aldersgruppe;Recepter;DDD"
ROW = "000103;2025-01;J01CE02;;K;18-34;12;84,0"
NAME = "recepter_2025K1.csv"
TYPES = "http" + "://schemas.openxmlformats.org/"


def escaped(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;").replace('"', "&quot;")


def spelled(text: str) -> str:
    """`text` with every character as a reference."""
    return "".join(f"&#{ord(sign)};" for sign in text)


def table(*rows: str, end: str = "\n") -> str:
    return "".join(row + end for row in (HEADER, *rows))


def with_cell(cell: str, sign: str = ";") -> str:
    return table(ROW, ROW.replace("J01CE02", cell)).replace(";", sign)


def named_gzip(name: str, content: bytes) -> bytes:
    buffer = io.BytesIO()
    with gzip.GzipFile(name, "wb", fileobj=buffer) as file:
        file.write(content)
    return buffer.getvalue()


def zipped(parts: dict[str, bytes | str], comment: bytes = b"") -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as file:
        for name, content in parts.items():
            file.writestr(name, content)
        file.comment = comment
    return buffer.getvalue()


def workbook(cells: str = "", sheet: str = "Recepter", strings: str = "", **parts: bytes | str) -> bytes:
    """A workbook of one sheet: `cells` is its second row's XML, `strings` the shared strings'."""
    spaces = f'xmlns="{TYPES}spreadsheetml/2006/main" xmlns:r="{TYPES}officeDocument/2006/relationships"'
    named = parts.pop("names", "")
    more = parts.pop("more", "")
    base: dict[str, bytes | str] = {
        "[Content_Types].xml": f'<Types xmlns="{TYPES}package/2006/content-types"/>',
        "xl/workbook.xml": f'<workbook {spaces}><sheets><sheet name="{sheet}" r:id="rId1"/></sheets>{named}</workbook>',
        "xl/_rels/workbook.xml.rels": "<a><Relationship Id='rId1' Target='worksheets/sheet1.xml'/></a>",
        "xl/sharedStrings.xml": f"<sst {spaces}><si><t>Ydernummer</t></si>{strings}</sst>",
        "xl/worksheets/sheet1.xml": f'<worksheet {spaces}><sheetData><row r="1"><c r="A1" t="s"><v>0</v></c></row>'
        f'<row r="7">{cells}</row></sheetData>{more}</worksheet>',
    }
    return zipped(base | {key.replace("__", "/"): value for key, value in parts.items()})


def inline(text: str) -> str:
    return f'<c r="B7" t="inlineStr"><is><t>{text}</t></is></c>'


def parquet(values: list[object], name: str = "Recepter", told: dict[str, str] | None = None) -> bytes:
    buffer = io.BytesIO()
    written = pa.table({"Ydernummer": ["000103"] * len(values), name: values})
    pq.write_table(written.replace_schema_metadata(told) if told else written, buffer)
    return buffer.getvalue()


def split_runs(text: str) -> str:
    return f"<si><r><t>{escaped(text[:4])}</t></r><r><rPr><b/><sz val='11'/></rPr><t>{escaped(text[4:])}</t></r></si>"


Plant = Callable[[str], bytes]
TEXTS: dict[str, tuple[Plant, str]] = {
    "a cell": (lambda p: with_cell(p).encode(), "row 3, column ATC"),
    "a quoted cell": (lambda p: with_cell(f'"{p}"').encode(), "row 3, column ATC"),
    "a comma file": (lambda p: with_cell(f'"{p}"', ",").encode(), "row 3, column ATC"),
    "a tab file": (lambda p: with_cell(p, "\t").encode(), "row 3, column ATC"),
    "a file with a mark": (lambda p: with_cell(p).encode("utf-8-sig"), "row 3, column ATC"),
    "UTF-16": (lambda p: with_cell(p).encode("utf-16"), "row 3, column ATC"),
    "UTF-16 without a mark": (lambda p: with_cell(p).encode("utf-16-be"), "row 3, column ATC"),
    "an old Mac's file": (lambda p: with_cell(p).replace("\n", "\r").encode(), "row 3, column ATC"),
    "a Windows file": (lambda p: with_cell(p).replace("\n", "\r\n").encode(), "row 3, column ATC"),
    "a place past the last column": (lambda p: table(ROW, f"{ROW};{p}").encode(), "row 3, column number 9"),
    "the header": (lambda p: f"Ydernummer;{p}\n000103;1\n".encode(), "row 1, column number 2"),
    "the last line": (lambda p: (table(ROW) + p).encode(), "row 3"),
    "a line far down": (lambda p: table(*[ROW] * 40_000, p).encode(), "row 40002"),
    "a line above the header": (lambda p: f"Udtræk for {p}\n{table(ROW)}".encode(), "row 1"),
    "a gzip": (lambda p: gzip.compress(with_cell(p).encode()), "row 3, column ATC"),
    "a second gzip in the file": (
        lambda p: gzip.compress(table(ROW).encode()) + gzip.compress(f"{p}\n".encode()),
        "row 3",
    ),
    "the name inside a gzip": (lambda p: named_gzip(f"{p}.csv", b"x"), "name inside the packed file"),
    "the name inside a second gzip": (
        lambda p: gzip.compress(b"a;b\n") + named_gzip(f"{p}.csv", b"x"),
        "name inside the packed file",
    ),
    "a shared string": (
        lambda p: workbook('<c r="B7" t="s"><v>1</v></c>', strings=f"<si><t>{escaped(p)}</t></si>"),
        "sheet Recepter, cell B7",
    ),
    "an unused shared string": (lambda p: workbook(strings=f"<si><t>{escaped(p)}</t></si>"), "a text of the workbook"),
    "a string of several runs": (
        lambda p: workbook('<c r="B7" t="s"><v>1</v></c>', strings=split_runs(p)),
        "sheet Recepter, cell B7",
    ),
    "an inline string": (lambda p: workbook(inline(escaped(p))), "sheet Recepter, cell B7"),
    "a string spelled in references": (lambda p: workbook(inline(spelled(p))), "sheet Recepter, cell B7"),
    "a formula": (lambda p: workbook(f'<c r="B7"><f>"{escaped(p)}"</f><v>1</v></c>'), "a part"),
    "a footer": (
        lambda p: workbook(more=f"<h><oddFooter>{escaped(p)}</oddFooter></h>"),
        "a part",
    ),
    "a comment": (
        lambda p: workbook(
            **{"xl__comments1.xml": f"<comments><comment><text><t>{escaped(p)}</t></text></comment></comments>"}
        ),
        "a comment",
    ),
    "the document properties": (
        lambda p: workbook(**{"docProps__core.xml": f"<coreProperties><title>{escaped(p)}</title></coreProperties>"}),
        "the document properties",
    ),
    "a defined name": (
        lambda p: workbook(names=f'<definedNames><definedName name="a">"{escaped(p)}"</definedName></definedNames>'),
        "a defined name",
    ),
    "a name of a sheet": (lambda p: workbook(sheet=escaped(p)), "sheet number 1"),
    "a sheet that is nowhere named": (
        lambda p: workbook(**{"xl__worksheets__sheet9.xml": f"<a><row><c><v>{escaped(p)}</v></c></row></a>"}),
        "a part",
    ),
    "a name inside the zip": (lambda p: workbook(**{f"xl__{p.replace('/', '_')}.xml": "<a/>"}), "its list of parts"),
    "an embedded workbook": (
        lambda p: workbook(**{"xl__embeddings__a.xlsx": workbook(inline(escaped(p)))}),
        "sheet Recepter, cell B7",
    ),
    "an embedded object": (
        lambda p: workbook(**{"xl__embeddings__ole1.bin": b"\xd0\xcf" + p.encode("utf-16-le") + b"\xff"}),
        "a part",
    ),
    "a Parquet value": (lambda p: parquet(["x", p]), "row 3, column Recepter"),
    "Parquet's notes": (lambda p: parquet([1], told={"made of": p}), "what the file says about itself"),
    "a name of a Parquet column": (lambda p: parquet([1], name=p), "row 1, column number 2"),
}


def write(folder: Path, content: bytes, name: str = NAME) -> Path:
    path = folder / name
    path.write_bytes(content)
    return path
