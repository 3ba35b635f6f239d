"""A drawing that is written mark by mark is what matplotlib writes of the whole figure."""

from __future__ import annotations

import io
import re
from pathlib import Path

from matplotlib import rc_context
from matplotlib.backends.backend_svg import FigureCanvasSVG

from reports.figures.canvas import Canvas, Pen, Type
from reports.fonts import FAMILY

DROPPED = (
    r"^.*?(?=<svg)|<defs>.*?</defs>|</?g\b[^>]*>| xmlns:xlink=\"[^\"]*\"| version=\"[^\"]*\""
    r"| transform=\"rotate\(-0 [^\"]*\""
)


def whole(canvas: Canvas) -> str:
    """The figure as matplotlib writes it at once, without what no chart of ours keeps."""
    target = io.StringIO()
    metadata = dict.fromkeys(("Date", "Creator", "Format", "Type"))
    with rc_context({"svg.fonttype": "none", "svg.hashsalt": FAMILY, "font.family": [FAMILY]}):
        FigureCanvasSVG(canvas.figure).print_svg(target, metadata=metadata)
    lean = re.sub(DROPPED, "", target.getvalue(), flags=re.DOTALL).replace("; stroke-dashoffset: 0", "")
    return re.sub(r"\s*\n\s*", " ", lean).replace("> <", "><").strip()


def drawn(fonts: Path) -> Canvas:
    canvas = Canvas(80, 40, fonts)
    canvas.text((3, 4), "Æble & <b> > ; \" '", Type(weight=700, color="#B23C06"), "right")
    canvas.text((7.123, 8.456), "opad", Type(7.25), "center", upright=True)
    canvas.text((9, 9), "to\nlinjer", Type())
    canvas.text((9, 9), "", Type())
    canvas.line((1, 9), (2, 2), Pen("#16202A", 0.3, (4, 2)), 0.5)
    canvas.dot((12.3, 4.5), 1.1, "#46525D", hollow=True)
    canvas.box((1, 2), (3, 4), "#F2F4F6", 0.2)
    canvas.hatch((20, 23), (1, 30))
    return canvas


def test_it_is_the_whole_figures_bytes_in_its_order(fonts: Path) -> None:
    canvas = drawn(fonts)
    assert canvas.svg() == whole(canvas) == canvas.svg()
    assert canvas.svg().count("<text") == 4


def test_what_is_hidden_or_taken_away_is_left_out_and_comes_back(fonts: Path) -> None:
    canvas = drawn(fonts)
    before = canvas.svg()
    with canvas.recording() as marks:
        canvas.dot((30, 30), 2, "#16202A")
    with canvas.layer():
        canvas.text((40, 20), "egen", Type())
        assert canvas.svg() == whole(canvas)
        assert "egen" in canvas.svg()
    marks[0].visible = False
    assert canvas.svg() == before == whole(canvas)
    marks[0].visible = True
    assert canvas.svg() == whole(canvas) != before
