"""The reference document of a DOCX: pandoc's own, with the house's letters, colours, page and running words."""

from __future__ import annotations

import io
import subprocess
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

from reports.fonts import FAMILY

INK, SECOND, MID, LINE, TINT = "16202A", "46525D", "74808B", "CDD4DA", "F2F4F6"
LANGUAGE = "da-DK"
STAND_IN = "Arial"
"""What Word takes where a machine has no Inter; it knows by the font table."""


@dataclass(frozen=True)
class Look:
    """How a style looks. Sizes and distances in points; None leaves what the style it is based on has."""

    size: float | None = None
    bold: bool | None = None
    colour: str | None = None
    before: float | None = None
    after: float | None = None
    based_on: str = "Body Text"
    new_page: bool = False
    with_next: bool = False
    rule: str = ""  # the side on which a line is drawn
    fill: str = ""


STYLES = {
    "Normal": Look(size=9.5, colour=INK),
    "Body Text": Look(before=4, after=4, based_on="Normal"),
    "First Paragraph": Look(before=4, after=4),
    "Compact": Look(before=1.5, after=1.5),
    "Title": Look(size=26, bold=True, colour=INK, before=0, after=2, based_on="Normal"),
    "Subtitle": Look(size=10, bold=False, colour=SECOND, before=0, after=8, based_on="Normal"),
    "Heading 1": Look(size=18, bold=True, colour=INK, before=0, after=10, based_on="Normal", new_page=True),
    "Heading 2": Look(size=12, bold=True, colour=INK, before=14, after=5, based_on="Normal", with_next=True),
    "Heading 3": Look(size=9.5, bold=True, colour=INK, before=10, after=4, based_on="Normal", with_next=True),
    "Kept": Look(before=1.5, after=1.5, with_next=True),
    "Small Cell": Look(size=7, before=1, after=1),
    "Note": Look(size=8.5, colour=SECOND, before=6, after=4),
    "Fact": Look(before=0, after=0, colour=SECOND),
    "Flags": Look(before=8, after=8, bold=True),
    "Focus": Look(size=10.5, before=4, after=4, rule="left", fill=TINT),
    "Asked": Look(before=8, after=4, with_next=True),
    "Scale": Look(before=2, after=8, colour=SECOND),
    "Ruled": Look(before=10, after=0, rule="bottom"),
    "Reference List": Look(before=0, after=5),
}
OF_SHEETS = {"Heading 1": Look(size=13, bold=True, colour=INK, before=14, after=5, based_on="Normal", with_next=True)}
LETTERS = {
    "Hyperlink": Look(colour=INK),
    "Badge": Look(size=8, bold=True, rule="box"),
    "Citation Mark": Look(size=8, colour=SECOND),
    "Measure Number": Look(bold=True, fill=TINT),
}


def write_reference(path: Path, margins: Mapping[str, str], *, sheet: bool = False) -> None:
    """The reference document; the words of `margins` stand in the head and foot of its pages.

    In a booklet every part begins a page; the parts of a `sheet` follow each other.
    """
    import docx

    document = docx.Document(io.BytesIO(_of_pandoc()))
    _letters(document)
    for name, look in (STYLES | (OF_SHEETS if sheet else {})).items():
        _dress(_style(document, name, look), look)
    for name, look in LETTERS.items():
        _letter_style(document, name, look)
    _table(document)
    _pages(document.sections[0], margins)
    saved = io.BytesIO()
    document.save(saved)
    _undated(saved, path)


def _undated(saved: io.BytesIO, path: Path) -> None:
    """The file without the time of its making, which pandoc would hand on with the parts it copies."""
    with zipfile.ZipFile(saved) as made, zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as kept:
        for name in made.namelist():
            kept.writestr(zipfile.ZipInfo(name), made.read(name), zipfile.ZIP_DEFLATED)


@lru_cache(maxsize=1)
def _of_pandoc() -> bytes:
    import pypandoc

    command = [pypandoc.get_pandoc_path(), "--print-default-data-file", "reference.docx"]
    return subprocess.run(command, capture_output=True, check=True).stdout


def _letters(document: Any) -> None:
    """Inter for every letter, and Danish for whoever checks the spelling."""
    defaults = document.styles.element.find(_w("docDefaults")).find(_w("rPrDefault")).find(_w("rPr"))
    _set_font(defaults)
    language = defaults.find(_w("lang"))
    language.set(_w("val"), LANGUAGE)
    for style in document.styles.element.findall(_w("style")):
        properties = style.find(_w("rPr"))
        if properties is not None and properties.find(_w("rFonts")) is not None:
            _set_font(properties)
    for font in (part for part in document.part.package.iter_parts() if part.partname.endswith("fontTable.xml")):
        font._blob = _FONTS.encode()


_FONTS = (
    '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>'
    '<w:fonts xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main">'
    f'<w:font w:name="{FAMILY}"><w:altName w:val="{STAND_IN}"/><w:family w:val="swiss"/>'
    '<w:pitch w:val="variable"/></w:font></w:fonts>'
)


def _set_font(properties: Any) -> None:
    fonts = properties.find(_w("rFonts"))
    fonts.attrib.clear()
    for script in ("ascii", "hAnsi", "cs", "eastAsia"):
        fonts.set(_w(script), FAMILY)


def _w(name: str) -> str:
    from docx.oxml.ns import qn

    return qn(f"w:{name}")


def _style(document: Any, name: str, look: Look) -> Any:
    from docx.enum.style import WD_STYLE_TYPE

    if name in [style.name for style in document.styles]:
        return document.styles[name]
    made = document.styles.add_style(name, WD_STYLE_TYPE.PARAGRAPH)
    made.base_style = document.styles[look.based_on]
    return made


def _dress(style: Any, look: Look) -> None:
    from docx.shared import Pt

    _dress_letters(style, look)
    form = style.paragraph_format
    if look.before is not None:
        form.space_before, form.space_after = Pt(look.before), Pt(look.after or 0)
    form.line_spacing = 1.15
    if look.new_page or look.with_next:
        form.page_break_before, form.keep_with_next = look.new_page, True
    properties = style.element.get_or_add_pPr()
    if style.name in ("Title", "Subtitle"):
        form.alignment = 0
        for spread in style.element.rPr.findall(_w("spacing")):
            style.element.rPr.remove(spread)
    if look.rule:
        thick = "24" if look.rule == "left" else "4"
        borders = _element("pBdr", look.rule, val="single", sz=thick, space="8", color=INK if look.fill else MID)
        if look.rule == "bottom":  # lines that follow each other are each drawn
            borders.append(_attributes("between", val="single", sz=thick, space="8", color=MID))
        properties.insert_element_before(borders, *_AFTER_BORDERS)
    if look.fill:
        shading = _attributes("shd", val="clear", color="auto", fill=look.fill)
        properties.insert_element_before(shading, *_AFTER_BORDERS)


_AFTER_BORDERS = tuple(f"w:{name}" for name in ("tabs", "spacing", "ind", "contextualSpacing", "jc", "outlineLvl"))
"""Word wants the properties of a paragraph in one order: these come after its border and its shading."""


def _dress_letters(style: Any, look: Look) -> None:
    from docx.shared import Pt, RGBColor

    if look.size:
        style.font.size = Pt(look.size)
    if look.bold is not None:
        style.font.bold = look.bold
    if look.colour:
        style.font.color.rgb = RGBColor.from_string(look.colour)
    style.font.italic = False if look.bold is not None or look.colour else None


def _letter_style(document: Any, name: str, look: Look) -> None:
    from docx.enum.style import WD_STYLE_TYPE

    there = [style.name for style in document.styles]
    style = document.styles[name] if name in there else document.styles.add_style(name, WD_STYLE_TYPE.CHARACTER)
    _dress_letters(style, look)
    properties = style.element.get_or_add_rPr()
    if look.rule:
        properties.append(_attributes("bdr", val="single", sz="4", space="1", color=INK))
    if look.fill:
        properties.append(_attributes("shd", val="clear", color="auto", fill=look.fill))


def _table(document: Any) -> None:
    """Thin lines between the rows and a darker one under the head, as in the reports."""
    properties = document.styles["Table"].element
    for old in properties.findall(_w("tblStylePr")):
        properties.remove(old)
    borders = _element("tblBorders", "bottom", val="single", sz="2", space="0", color=LINE)
    borders.append(_attributes("insideH", val="single", sz="2", space="0", color=LINE))
    table = properties.find(_w("tblPr"))
    after = table.find(_w("tblCellMar"))  # Word wants the borders before it
    table.insert(len(table) if after is None else list(table).index(after), borders)
    properties.append(_element("trPr", "cantSplit"))
    head = _attributes("tblStylePr", type="firstRow")
    head.append(_element("rPr", "b"))
    head.append(_attributes("tblPr"))
    cells = _element("tcPr", "tcBorders")
    cells[0].append(_attributes("bottom", val="single", sz="8", space="0", color=INK))
    head.append(cells)
    properties.append(head)


def _pages(section: Any, margins: Mapping[str, str]) -> None:
    from docx.shared import Mm

    section.page_width, section.page_height = Mm(210), Mm(297)
    section.left_margin = section.right_margin = Mm(20)
    section.top_margin, section.bottom_margin = Mm(20), Mm(18)
    section.header_distance = section.footer_distance = Mm(9)
    head, foot = section.header.paragraphs[0], section.footer.paragraphs[0]
    _small(head.add_run(margins["running"]))
    _small(foot.add_run(f"{margins['footer']}\t{margins['page']} "))
    foot.paragraph_format.tab_stops.add_tab_stop(Mm(170), 2)
    _field(foot, "PAGE")
    _small(foot.add_run(f" {margins['of']} "))
    _field(foot, "NUMPAGES")


def _small(run: Any) -> None:
    from docx.shared import Pt, RGBColor

    run.font.size, run.font.color.rgb = Pt(8), RGBColor.from_string(SECOND)


def _field(paragraph: Any, what: str) -> None:
    """A number that Word fills in."""
    for kind in ("begin", None, "end"):
        run = paragraph.add_run()
        _small(run)
        if kind is None:
            made = _attributes("instrText")
            made.text = what
        else:
            made = _attributes("fldChar", fldCharType=kind)
        run._r.append(made)


def _element(name: str, child: str, **attributes: str) -> Any:
    made = _attributes(name)
    made.append(_attributes(child, **attributes))
    return made


def _attributes(name: str, **attributes: str) -> Any:
    from docx.oxml import OxmlElement

    made = OxmlElement(f"w:{name}")
    for key, value in attributes.items():
        made.set(_w(key), value)
    return made
