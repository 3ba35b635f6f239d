"""Native charts: python-pptx makes chart and workbook; stems, intervals and labels it has no call for are added here.

The workbook inside holds what is drawn and nothing else, as letters and numbers: text that begins with `=` is text.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from functools import lru_cache
from typing import Any, Literal

from reports.deck_page import Box, Page
from reports.deck_template import LANGUAGES
from reports.deck_type import sound
from reports.figures import palette
from reports.render import FIRST_DAY

NUMERAL = 14
PALE = palette.HATCH
"""What a ring is filled with: programs that draw no edge round a dot then still show it."""
Place = Literal["t", "b", "l", "r"]
_WORKBOOK = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}


@dataclass(frozen=True)
class Look:
    """How a series looks: sizes in points. `line` is none, solid, or dashed."""

    colour: str = palette.OTHERS
    symbol: str = "circle"
    size: int = 8
    hollow: bool = False
    line: Literal["", "solid", "dash"] = ""
    thick: float = 1.5
    arrow: bool = False


@dataclass(frozen=True)
class Bars:
    """Lines from the dots of a series: down to nought (`stem`), or so far down and up."""

    minus: tuple[float | None, ...] = ()
    plus: tuple[float | None, ...] = ()
    colour: str = palette.HATCH
    thick: float = 1.0

    @property
    def stem(self) -> bool:
        return not self.minus


@dataclass(frozen=True)
class Series:
    """One row of dots or one line. `labels` says where the number of a point stands; `named`: its name stands too.

    A mark has no number to be read: `told` is false, and its name stands alone.
    """

    name: str
    values: tuple[float | None, ...]
    look: Look
    bars: tuple[Bars, ...] = ()
    labels: Mapping[int, Place] = field(default_factory=dict[int, Place])
    named: bool = False
    told: bool = True
    xs: tuple[float, ...] = ()
    numbers: str = ""
    letter: float = NUMERAL
    pale_first: bool = False


@dataclass(frozen=True)
class Axis:
    """Ends and steps of an axis, how its numbers are written (`ticks`, and `numbers` at the dots), and its title."""

    low: float
    high: float
    step: float
    numbers: str
    ticks: str
    title: str = ""


@dataclass(frozen=True)
class Drawing:
    """A chart. `categories` is empty where both axes hold numbers, and `x` is then the lower one.

    `every` so many categories have their words under the axis. `inner` is where the field between the axes lies, as
    shares of the chart's box (left, top, width, height); where it is not said, each program finds its own place.
    """

    name: str
    alt: str
    series: tuple[Series, ...]
    y: Axis
    categories: tuple[str, ...] = ()
    x: Axis | None = None
    letter: float = NUMERAL
    every: int = 1
    inner: tuple[float, float, float, float] | None = None


def draw(page: Page, box: Box, drawing: Drawing, language: str) -> Any:
    """Puts the chart in place; its shape carries the chart's name and text alternative."""
    from pptx.enum.chart import XL_CHART_TYPE

    kind = XL_CHART_TYPE.LINE_MARKERS if drawing.categories else XL_CHART_TYPE.XY_SCATTER_LINES
    frame = page.slide.shapes.add_chart(kind, *box.emu, _data(drawing))
    known = frame._element.nvGraphicFramePr.cNvPr
    known.set("name", drawing.name)
    known.set("descr", sound(drawing.alt))
    chart = frame.chart
    chart.has_legend, chart.has_title = False, False
    _language(chart, LANGUAGES[language])
    _letters(chart.font, NUMERAL, palette.OTHERS)
    for made, series in zip(chart.plots[0].series, drawing.series, strict=True):
        _dress(made, series, drawing)
    _value_axis(chart.value_axis, drawing.y)
    if drawing.x is not None:
        _value_axis(chart.category_axis, drawing.x)
    else:
        _category_axis(chart.category_axis, drawing.letter, drawing.every)
    if drawing.inner is not None:
        _place_field(chart, drawing.inner)
    return frame


def _data(drawing: Drawing) -> Any:
    if not drawing.categories:
        data = _kinds()["points"]()
        for series in drawing.series:
            made = data.add_series(sound(series.name))
            for x, y in zip(series.xs, series.values, strict=True):
                made.add_data_point(x, y)
        return data
    data = _kinds()["categories"]()
    data.categories = [sound(each) for each in drawing.categories]
    for series in drawing.series:
        data.add_series(sound(series.name), series.values, drawing.y.numbers)
    return data


@lru_cache(maxsize=1)
def _kinds() -> dict[str, Any]:
    """Chart data whose workbook takes no text for a formula, and holds no date of today."""
    from pptx.chart.data import CategoryChartData, XyChartData
    from pptx.chart.xlsx import CategoryWorkbookWriter, XyWorkbookWriter
    from xlsxwriter import Workbook

    @contextmanager
    def opened(_self: Any, file: Any) -> Iterator[tuple[Any, Any]]:
        workbook = Workbook(file, _WORKBOOK)
        workbook.set_properties({"created": datetime(FIRST_DAY.year, FIRST_DAY.month, FIRST_DAY.day)})
        yield workbook, workbook.add_worksheet()
        workbook.close()

    def writing(data: Any, writer: Any) -> Any:
        sober = type("Sober", (writer,), {"_open_worksheet": opened})
        return type("Data", (data,), {"_workbook_writer": property(sober)})

    return {
        "categories": writing(CategoryChartData, CategoryWorkbookWriter),
        "points": writing(XyChartData, XyWorkbookWriter),
    }


def _dress(made: Any, series: Series, drawing: Drawing) -> None:
    from pptx.dml.color import RGBColor
    from pptx.enum.dml import MSO_LINE
    from pptx.util import Pt

    look, line = series.look, made.format.line
    made.smooth = False
    if look.line:
        line.color.rgb, line.width = RGBColor.from_string(look.colour[1:]), Pt(look.thick)
        if look.line == "dash":
            line.dash_style = MSO_LINE.DASH
    else:
        line.fill.background()
    if look.arrow:
        line._ln.append(_element("a:tailEnd", type="triangle", w="med", len="med"))
    _marker(made.marker, look, hollow=look.hollow)
    if series.pale_first:
        # Programs that draw no edge round a dot take its colour from the line that would lead to it: there is none.
        first = made.points[0]
        first.format.line.color.rgb = RGBColor.from_string(PALE[1:])
        _marker(first.marker, look, hollow=True)
    _labels(made._element, series, drawing)
    for bars in series.bars:
        _bars(made._element, bars)


def _marker(marker: Any, look: Look, *, hollow: bool) -> None:
    from pptx.dml.color import RGBColor
    from pptx.enum.chart import XL_MARKER_STYLE
    from pptx.util import Pt

    if not look.symbol:
        marker.style = XL_MARKER_STYLE.NONE
        return
    marker.style = XL_MARKER_STYLE[look.symbol.upper()]
    marker.size = look.size
    colour = RGBColor.from_string(look.colour[1:])
    marker.format.fill.solid()
    marker.format.fill.fore_color.rgb = RGBColor.from_string(PALE[1:]) if hollow else colour
    marker.format.line.color.rgb, marker.format.line.width = colour, Pt(1.75)


def _labels(element: Any, series: Series, drawing: Drawing) -> None:
    """Numbers that follow the workbook when somebody changes it, each on its own side of its dot."""
    if not series.labels:
        return
    labels = _element("c:dLbls")
    for index, place in sorted(series.labels.items()):
        label = _within(labels, "c:dLbl")
        _within(label, "c:idx", val=str(index))
        _within(label, "c:numFmt", formatCode=series.numbers or drawing.y.numbers, sourceLinked="0")
        _label_letters(label, series)
        _within(label, "c:dLblPos", val=place)
        _shown(label, number=series.told and drawing.x is None, name=series.named or drawing.x is not None)
        if series.named and series.told:
            _within(label, "c:separator").text = "\n"
    _shown(labels, number=False, name=False)
    for before in ("c:dLbls", "c:errBars", "c:trendline", "c:cat", "c:xVal", "c:val", "c:yVal"):
        found = element.find(_q(before))
        if found is not None:
            found.addprevious(labels)
            return


def _label_letters(label: Any, series: Series) -> None:
    words = _within(label, "c:txPr")
    _within(words, "a:bodyPr", wrap="none")
    properties = _within(_within(words, "a:p"), "a:pPr")
    letters = _within(properties, "a:defRPr", sz=str(round(series.letter * 100)), b="1" if series.named else "0")
    ink = palette.INK if series.look.colour == palette.INK else palette.OTHERS
    _within(_within(letters, "a:solidFill"), "a:srgbClr", val=ink[1:])


def _shown(label: Any, *, number: bool, name: bool) -> None:
    told = {"LegendKey": False, "Val": number, "CatName": False, "SerName": name, "Percent": False, "BubbleSize": False}
    for what, shown in told.items():
        _within(label, f"c:show{what}", val="1" if shown else "0")


def _bars(element: Any, bars: Bars) -> None:
    made = _element("c:errBars")
    if element.find(_q("c:xVal")) is not None:
        _within(made, "c:errDir", val="y")
    _within(made, "c:errBarType", val="minus" if bars.stem else "both")
    _within(made, "c:errValType", val="percentage" if bars.stem else "cust")
    _within(made, "c:noEndCap", val="1")
    if bars.stem:
        _within(made, "c:val", val="100")
    else:
        for name, lengths in (("c:plus", bars.plus), ("c:minus", bars.minus)):
            _lengths(_within(made, name), lengths)
    line = _within(_within(made, "c:spPr"), "a:ln", w=str(round(bars.thick * 12700)), cap="flat")
    _within(_within(line, "a:solidFill"), "a:srgbClr", val=bars.colour[1:])
    found = element.find(_q("c:cat"))
    (element.find(_q("c:xVal")) if found is None else found).addprevious(made)


def _lengths(parent: Any, lengths: Sequence[float | None]) -> None:
    numbers = _within(parent, "c:numLit")
    _within(numbers, "c:formatCode").text = "General"
    _within(numbers, "c:ptCount", val=str(len(lengths)))
    for at, length in enumerate(lengths):
        _within(_within(numbers, "c:pt", idx=str(at)), "c:v").text = repr(round(length or 0.0, 6))


def _value_axis(axis: Any, plan: Axis) -> None:
    from pptx.enum.chart import XL_TICK_MARK

    axis.minimum_scale, axis.maximum_scale, axis.major_unit = plan.low, plan.high, plan.step
    axis.has_major_gridlines, axis.has_minor_gridlines = True, False
    _stroke(axis.major_gridlines.format.line, palette.GRID, 0.75)
    axis.format.line.fill.background()
    axis.major_tick_mark = axis.minor_tick_mark = XL_TICK_MARK.NONE
    axis.tick_labels.number_format, axis.tick_labels.number_format_is_linked = plan.ticks, False
    _letters(axis.tick_labels.font, NUMERAL, palette.OTHERS)
    axis.has_title = bool(plan.title)
    if plan.title:
        frame = axis.axis_title.text_frame
        frame.text = sound(plan.title)
        _letters(frame.paragraphs[0].runs[0].font, NUMERAL, palette.INK, bold=True)


def _category_axis(axis: Any, size: float, each: int) -> None:
    from pptx.enum.chart import XL_TICK_LABEL_POSITION, XL_TICK_MARK

    axis.has_major_gridlines = False
    _stroke(axis.format.line, palette.MID, 1)
    axis.major_tick_mark = axis.minor_tick_mark = XL_TICK_MARK.NONE
    axis.tick_label_position = XL_TICK_LABEL_POSITION.LOW
    _letters(axis.tick_labels.font, size, palette.INK, bold=True)
    axis._element.find(f"{_q('c:txPr')}/{_q('a:bodyPr')}").set("rot", "0")
    last = axis._element.find(_q("c:noMultiLvlLbl"))
    skip = _element("c:tickLblSkip", val=str(each))
    last.addprevious(skip) if last is not None else axis._element.append(skip)


def _place_field(chart: Any, inner: tuple[float, float, float, float]) -> None:
    """The field between the axes where it is wanted: what is written into it from outside meets it in every program."""
    area = chart._chartSpace.chart.plotArea
    for old in area.findall(_q("c:layout")):
        area.remove(old)
    made = _element("c:layout")
    layout = _within(made, "c:manualLayout")
    _within(layout, "c:layoutTarget", val="inner")
    for side in ("x", "y"):
        _within(layout, f"c:{side}Mode", val="edge")
    for name, share in zip(("x", "y", "w", "h"), inner, strict=True):
        _within(layout, f"c:{name}", val=repr(share))
    area.insert(0, made)


def _stroke(line: Any, colour: str, points: float) -> None:
    from pptx.dml.color import RGBColor
    from pptx.util import Pt

    line.color.rgb, line.width = RGBColor.from_string(colour[1:]), Pt(points)


def _letters(font: Any, size: float, colour: str, *, bold: bool = False) -> None:
    from pptx.dml.color import RGBColor
    from pptx.util import Pt

    font.size, font.bold, font.color.rgb = Pt(size), bold, RGBColor.from_string(colour[1:])


def _language(chart: Any, language: str) -> None:
    space = chart._chartSpace
    for old in space.findall(_q("c:lang")):
        space.remove(old)
    place = space.find(_q("c:date1904"))
    made = _element("c:lang", val=language)
    place.addnext(made) if place is not None else space.insert(0, made)


def _q(name: str) -> str:
    from pptx.oxml.ns import qn

    return qn(name)


def _element(name: str, **attributes: str) -> Any:
    from lxml import etree

    return etree.Element(_q(name), attributes)


def _within(parent: Any, name: str, **attributes: str) -> Any:
    from lxml import etree

    return etree.SubElement(parent, _q(name), attributes)
