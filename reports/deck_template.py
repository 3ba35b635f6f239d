"""The empty presentation: wide pages, one layout with a title, the house's letters and greys, no date of today."""

from __future__ import annotations

import re
from datetime import datetime
from typing import Any

from reports.deck_type import sound
from reports.figures import palette
from reports.fonts import FAMILY

EMU = 9525
"""EMU in a pixel of a page that is 1280 x 720."""
WIDTH, HEIGHT = 1280, 720
SIDE = 56
TITLE = (SIDE, 62, WIDTH - 2 * SIDE, 56)
LANGUAGES = {"da": "da-DK", "en": "en-GB"}
_LAYOUT = "Title Only"
_ACCENTS = (palette.INK, palette.MID, palette.HATCH, palette.OTHERS, palette.BLOCK, palette.GRID)


def empty_presentation(title: str, language: str, day: datetime) -> Any:
    """A presentation with no slide. `day` is the date inside it: never today's, for the same pack is the same file."""
    from pptx import Presentation
    from pptx.util import Emu

    made = Presentation()
    made.slide_width, made.slide_height = Emu(WIDTH * EMU), Emu(HEIGHT * EMU)
    for layout in list(made.slide_layouts):
        if layout.name != _LAYOUT:
            made.slide_layouts.remove(layout)
    for sheet in (made.slide_master, made.slide_layouts[0]):
        _clear(sheet)
    _title_style(made.slide_master)
    _without_thumbnail(made)
    _theme(made.slide_master)
    known = made.core_properties
    known.title, known.language = sound(title)[:200], LANGUAGES[language]
    known.author, known.last_modified_by = "klyngeflow", ""
    known.created = known.modified = day
    known.revision, known.keywords, known.comments, known.subject = 1, "", "", ""
    return made


def _clear(sheet: Any) -> None:
    """Leaves the title alone on a master or layout, in its place."""
    from pptx.enum.shapes import PP_PLACEHOLDER
    from pptx.util import Emu

    for shape in list(sheet.placeholders):
        if shape.placeholder_format.type in (PP_PLACEHOLDER.TITLE, PP_PLACEHOLDER.CENTER_TITLE):
            shape.left, shape.top, shape.width, shape.height = (Emu(each * EMU) for each in TITLE)
            body = shape.text_frame._txBody.bodyPr
            body.attrib.update({"anchor": "t", "lIns": "0", "tIns": "0", "rIns": "0", "bIns": "0"})
        else:
            shape._element.getparent().remove(shape._element)


def _title_style(master: Any) -> None:
    """Titles stand at the left, bold and in ink."""
    from pptx.oxml.ns import qn

    level = master._element.find(f"{qn('p:txStyles')}/{qn('p:titleStyle')}/{qn('a:lvl1pPr')}")
    level.set("algn", "l")
    letters = level.find(qn("a:defRPr"))
    letters.set("sz", "2600")
    letters.set("b", "1")


def _without_thumbnail(made: Any) -> None:
    """The picture and the printer of the template's own maker."""
    package = made.part.package
    for owner, word in ((package, "thumbnail"), (made.part, "printerSettings")):
        relations = owner._rels
        for key in [key for key, relation in relations.items() if relation.reltype.endswith(word)]:
            relations.pop(key)


def _theme(master: Any) -> None:
    theme = next(each.target_part for each in master.part.rels.values() if each.reltype.endswith("/theme"))
    words = theme.blob.decode("utf-8")
    words = re.sub(r'(<a:latin typeface=")[^"]*"[^/]*/>', rf'\1{FAMILY}" panose="020B0502030000000004"/>', words)
    words = re.sub(r"(<a:dk1>).*?(</a:dk1>)", rf'\1<a:srgbClr val="{palette.INK[1:]}"/>\2', words, flags=re.DOTALL)
    for at, colour in enumerate(_ACCENTS, start=1):
        accent = rf'\1<a:srgbClr val="{colour[1:]}"/>\2'
        words = re.sub(rf"(<a:accent{at}>).*?(</a:accent{at}>)", accent, words, flags=re.DOTALL)
    theme._blob = words.encode("utf-8")
