"""What a slide is made of: words, pills, rules and the marks of the states, placed in pixels of 1280 x 720."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from reports.deck_template import EMU, HEIGHT, LANGUAGES, SIDE, TITLE, WIDTH
from reports.deck_type import Paragraph, fitted, letters_only, lines, runs, sound
from reports.figures import palette
from reports.pills import Pill

SIGNS: dict[str, str] = {"likely": "●", "chance": "≈", "too_few": "…", "incomparable": "≠"}
"""What stands before the words of a pill: four shapes and four words, and no colour that means anything."""
PILL_SIZE = 14
TALL_PILL = 54
"""Height in px of a pill of two lines."""


@dataclass(frozen=True)
class Box:
    """A place on a slide, in px."""

    left: float
    top: float
    width: float
    height: float

    @property
    def emu(self) -> tuple[int, int, int, int]:
        return tuple(round(each * EMU) for each in (self.left, self.top, self.width, self.height))  # type: ignore[return-value]


class Page:
    """One slide. Every slide has a title, a small line over it, a footer with its number, and notes."""

    def __init__(self, presentation: Any, fonts: Path, language: str) -> None:
        self.slide = presentation.slides.add_slide(presentation.slide_layouts[0])
        self.number = len(presentation.slides)
        self.fonts, self.language = fonts, LANGUAGES[language]

    def head(self, over: str, title: str) -> None:
        """The small line, and the title in letters that fit one line, or else two."""
        self.words(Box(SIDE, 34, TITLE[2], 26), [Paragraph(over, 14, colour=palette.OTHERS, after=0)])
        frame = self.slide.shapes.title.text_frame
        size = fitted([Paragraph(title, 26, bold=True, after=0)], (TITLE[2], 50), self.fonts)[0].size
        self._fill(frame.paragraphs[0], Paragraph(title, max(size, 18), bold=True))
        frame.word_wrap = True

    def words(self, box: Box, paragraphs: Sequence[Paragraph], align: str = "l", *, middle: bool = False) -> None:
        """Paragraphs in the largest letters that fit their box."""
        frame = self.slide.shapes.add_textbox(*box.emu).text_frame
        _bare(frame, middle=middle)
        for at, each in enumerate(fitted(paragraphs, (box.width, box.height), self.fonts)):
            paragraph = frame.paragraphs[0] if at == 0 else frame.add_paragraph()
            self._fill(paragraph, each)
            paragraph._p.get_or_add_pPr().set("algn", align)

    def pill(self, box: Box, kind: Pill, words: str) -> float:
        """A verdict: filled, outlined, dashed or hatched, with its sign and its word. Returns where it ends.

        Words that need two lines to be read from the back row get a taller pill, round the same middle.
        """
        from pptx.enum.dml import MSO_LINE, MSO_PATTERN
        from pptx.enum.shapes import MSO_SHAPE

        shown = f"{SIGNS[kind]} {words}" if kind in SIGNS else words
        written, width = Paragraph(shown, PILL_SIZE, bold=True, after=0), box.width - 28
        if lines(written, width, self.fonts) > 1:
            box = Box(box.left, box.top - (TALL_PILL - box.height) / 2, box.width, TALL_PILL)
        shape = self.slide.shapes.add_shape(MSO_SHAPE.ROUNDED_RECTANGLE, *box.emu)
        shape.adjustments[0] = 0.5
        _flat(shape)
        filled = kind == "likely"
        _paint(shape.fill, palette.INK if filled else palette.PAPER)
        _line(shape.line, palette.INK if kind in SIGNS else palette.MID, 1.5)
        if kind == "too_few":
            shape.line.dash_style = MSO_LINE.DASH
        if kind == "incomparable":
            shape.fill.patterned()
            shape.fill.pattern = MSO_PATTERN.WIDE_UPWARD_DIAGONAL
            shape.fill.fore_color.rgb, shape.fill.back_color.rgb = _rgb(palette.FIELD), _rgb(palette.PAPER)
        _bare(shape.text_frame, middle=True)
        fit = fitted([written], (width, box.height - 4), self.fonts)[0]
        colour = palette.PAPER if filled else palette.INK
        self._fill(shape.text_frame.paragraphs[0], Paragraph(shown, fit.size, bold=True, colour=colour, after=0))
        shape.text_frame.paragraphs[0]._p.get_or_add_pPr().set("algn", "ctr")
        return box.top + box.height

    def rule(self, left: float, top: float, width: float, colour: str = palette.GRID, thick: float = 0.75) -> None:
        """A thin line across."""
        line = self.slide.shapes.add_connector(1, *(round(each * EMU) for each in (left, top, left + width, top)))
        _flat(line)
        _line(line.line, colour, thick)

    def mark(self, state: str, left: float, top: float) -> float:
        """How a state is drawn, at the left of its words; returns the px it takes."""
        from pptx.enum.dml import MSO_PATTERN
        from pptx.enum.shapes import MSO_SHAPE

        if state in ("not_computable", "not_applicable"):
            return 0
        kind = MSO_SHAPE.OVAL if state == "too_few" else MSO_SHAPE.RECTANGLE
        side = 12 if state == "too_few" else 14
        shape = self.slide.shapes.add_shape(kind, *Box(left, top + (22 - side) / 2, side, side).emu)
        _flat(shape)
        if state == "suppressed":
            _paint(shape.fill, palette.BLOCK)
            shape.line.fill.background()
        elif state == "too_few":
            _paint(shape.fill, palette.PAPER)
            _line(shape.line, palette.OTHERS, 1.5)
        else:
            shape.fill.patterned()
            shape.fill.pattern = MSO_PATTERN.WIDE_UPWARD_DIAGONAL
            shape.fill.fore_color.rgb, shape.fill.back_color.rgb = _rgb(palette.MID), _rgb(palette.PAPER)
            _line(shape.line, palette.MID, 0.75)
        return side + 8

    def square(self, box: Box, *, filled: bool) -> None:
        """One practice among those that are to deliver."""
        from pptx.enum.dml import MSO_PATTERN
        from pptx.enum.shapes import MSO_SHAPE

        shape = self.slide.shapes.add_shape(MSO_SHAPE.RECTANGLE, *box.emu)
        _flat(shape)
        if filled:
            _paint(shape.fill, palette.INK)
            shape.line.fill.background()
            return
        shape.fill.patterned()
        shape.fill.pattern = MSO_PATTERN.WIDE_UPWARD_DIAGONAL
        shape.fill.fore_color.rgb, shape.fill.back_color.rgb = _rgb(palette.HATCH), _rgb(palette.PAPER)
        _line(shape.line, palette.MID, 0.75)

    def dot(self, box: Box, *, filled: bool) -> None:
        """A figure on a line: hollow before, filled now."""
        from pptx.enum.shapes import MSO_SHAPE

        shape = self.slide.shapes.add_shape(MSO_SHAPE.OVAL, *box.emu)
        _flat(shape)
        _paint(shape.fill, palette.INK if filled else palette.PAPER)
        _line(shape.line, palette.INK, 2)

    def bar(self, left: float, top: float, height: float) -> None:
        """An upright stroke, for a value that was named beforehand."""
        line = self.slide.shapes.add_connector(1, *(round(each * EMU) for each in (left, top, left, top + height)))
        _flat(line)
        _line(line.line, palette.INK, 2.5)

    def badge(self, words: str, left: float, top: float) -> float:
        """Words in a frame, such as that all figures are invented; returns where the next thing may begin."""
        from pptx.enum.shapes import MSO_SHAPE

        from reports.deck_type import PX_PER_MM, wide

        width = wide(words, 12.5, palette.BOLD, self.fonts) * PX_PER_MM + 22
        shape = self.slide.shapes.add_shape(MSO_SHAPE.RECTANGLE, *Box(left, top, width, 30).emu)
        _flat(shape)
        _paint(shape.fill, palette.PAPER)
        _line(shape.line, palette.INK, 1)
        _bare(shape.text_frame, middle=True)
        shape.text_frame.word_wrap = False
        self._fill(shape.text_frame.paragraphs[0], Paragraph(words, 12.5, bold=True, after=0))
        shape.text_frame.paragraphs[0]._p.get_or_add_pPr().set("algn", "ctr")
        return left + width + 22

    def foot(self, badges: Sequence[str], words: str) -> None:
        """The badges, a line of words, and the number of the page."""
        left = float(SIDE)
        for badge in filter(None, badges):
            left = self.badge(badge, left, HEIGHT - 49)
        small = Paragraph(words, 12.5, colour=palette.OTHERS, after=0)
        self.words(Box(left, HEIGHT - 46, WIDTH - SIDE - 50 - left, 24), [small])
        self._page_number()

    def notes(self, paragraphs: Sequence[str]) -> None:
        """What the speaker sees and nobody else."""
        frame = self.slide.notes_slide.notes_text_frame
        for at, words in enumerate(paragraphs):
            paragraph = frame.paragraphs[0] if at == 0 else frame.add_paragraph()
            run = paragraph.add_run()
            run.text = sound(letters_only(words))
            run._r.get_or_add_rPr().set("lang", self.language)

    def _page_number(self) -> None:
        from lxml import etree
        from pptx.oxml.ns import qn

        shape = self.slide.shapes.add_textbox(*Box(WIDTH - SIDE - 40, HEIGHT - 46, 40, 24).emu)
        _bare(shape.text_frame)
        paragraph = shape.text_frame.paragraphs[0]._p
        paragraph.get_or_add_pPr().set("algn", "r")
        field = etree.SubElement(paragraph, qn("a:fld"), id="{B6F15528-21DE-4FAA-801E-634DDDAF4B2B}", type="slidenum")
        etree.SubElement(field, qn("a:rPr"), lang=self.language, sz="1250")
        etree.SubElement(field, qn("a:t")).text = str(self.number)

    def _fill(self, paragraph: Any, words: Paragraph) -> None:
        from pptx.util import Pt

        paragraph.space_after = Pt(words.after)
        for text, bold in runs(words.words):
            run = paragraph.add_run()
            run.text = sound(text)
            run.font.size, run.font.bold = Pt(words.size), bold or words.bold
            run.font.color.rgb = _rgb(words.colour)
            run._r.get_or_add_rPr().set("lang", self.language)


def _rgb(colour: str) -> Any:
    from pptx.dml.color import RGBColor

    return RGBColor.from_string(colour.removeprefix("#"))


def _paint(fill: Any, colour: str) -> None:
    fill.solid()
    fill.fore_color.rgb = _rgb(colour)


def _line(line: Any, colour: str, points: float) -> None:
    from pptx.util import Pt

    line.color.rgb, line.width = _rgb(colour), Pt(points)


def _flat(shape: Any) -> None:
    """Without the shade that a theme lays under every shape and line."""
    from pptx.oxml.ns import qn

    style = shape._element.find(qn("p:style"))
    if style is not None:
        shape._element.remove(style)


def _bare(frame: Any, *, middle: bool = False) -> None:
    """Words that begin where their box begins."""
    frame.word_wrap = True
    frame.margin_left = frame.margin_right = frame.margin_top = frame.margin_bottom = 0
    if middle:
        frame._txBody.bodyPr.set("anchor", "ctr")
