"""A pack on paper: one PDF to print, with an address page before each report, and every letter on sheets of its own."""

from __future__ import annotations

import io
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from pypdf import PdfReader, PdfWriter

from reports.render import RenderError

_A4 = (595.28, 841.89)
"""Points."""
_PAGE = """
#set page(paper: "a4", margin: 0mm)
#set text(font: "Inter", size: 11pt, lang: sys.inputs.language)
#let it = sys.inputs
// The window of a Danish C4 or C5 envelope: 20 mm from the left, 45 mm from the top, 90 mm wide.
#place(top + left, dx: 22mm, dy: 20mm, text(size: 8pt)[#it.sender])
#place(top + left, dx: 22mm, dy: 47mm, box(width: 86mm)[
  #set par(leading: 0.55em)
  #it.name \\
  #it.street \\
  #it.postcode #it.town
])
#place(top + left, dx: 22mm, dy: 110mm, box(width: 150mm)[
  #set par(leading: 0.8em)
  #text(weight: "bold", size: 13pt)[#it.heading]
  #v(3mm)
  #it.words
])
"""
_WORDS = {
    "da": (
        "Materiale til klyngemødet",
        "Brevet er til praksis selv. Er det havnet hos en anden, så læs ikke videre, men læg det tilbage i kuverten og "
        "giv afsenderen besked.",
    ),
    "en": (
        "Material for the cluster meeting",
        "This letter is for the practice alone. If it has come to somebody else, please read no further, put it back "
        "and tell the sender.",
    ),
}


@dataclass(frozen=True)
class Address:
    """Where a letter goes; what is not known is empty."""

    name: str
    street: str = ""
    postcode: str = ""
    town: str = ""


@dataclass(frozen=True)
class Letter:
    """One envelope: an address page that tells nothing of what is in it, and the PDFs."""

    address: Address
    contents: tuple[Path, ...]


def write_letters(letters: Sequence[Letter], sender: str, language: str, fonts: Path) -> bytes:
    """One PDF (A4) of all letters. Printed on both sides, each address page and each report begins a sheet.

    Raises:
        RenderError: an address page could not be set, or a report is no PDF.
    """
    writer = PdfWriter()
    for letter in letters:
        _add(writer, io.BytesIO(address_page(letter.address, sender, language, fonts)))
        for path in letter.contents:
            _add(writer, path)
    target = io.BytesIO()
    writer.write(target)
    return target.getvalue()


def address_page(address: Address, sender: str, language: str, fonts: Path) -> bytes:
    """The page that shows through the window. Names are data for the typesetter, never its language."""
    import typst

    heading, words = _WORDS[language]
    told = asdict(address) | {"sender": sender, "heading": heading, "words": words, "language": language}
    only_ours = typst.Fonts(include_system_fonts=False, include_embedded_fonts=False, font_paths=[fonts])
    try:
        made = typst.compile(_PAGE.encode(), font_paths=only_ours, sys_inputs=told, timestamp=0)
    except typst.TypstError as error:
        raise RenderError(f"typst could not set an address page ({type(error).__name__})") from None
    if not isinstance(made, bytes):
        raise RenderError("typst gave no address page")
    return made


def _add(writer: PdfWriter, source: Path | io.BytesIO) -> None:
    reader = PdfReader(source)
    for page in reader.pages:
        writer.add_page(page)
    if len(reader.pages) % 2:
        writer.add_blank_page(*_A4)
