"""What stands in a file of an office program, read by the libraries that read such files and by nothing of ours."""

from __future__ import annotations

import io
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import docx
import openpyxl
from pptx import Presentation


def docx_text(path: Path) -> str:
    """Paragraphs and cells, heads and feet."""
    document = docx.Document(str(path))
    edges = [part for section in document.sections for part in (section.header, section.footer)]
    return "\n".join(text for part in (document, *edges) for text in _blocks(part))


def _blocks(part: Any) -> Iterator[str]:
    yield from (paragraph.text for paragraph in part.paragraphs)
    yield from (cell.text for table in part.tables for row in table.rows for cell in row.cells)


def _charts(path: Path) -> Iterator[Any]:
    return (shape.chart for slide in Presentation(str(path)).slides for shape in slide.shapes if shape.has_chart)


def workbooks_of(path: Path) -> Iterator[Any]:
    """The workbook inside each native chart."""
    for chart in _charts(path):
        yield openpyxl.load_workbook(io.BytesIO(chart.part.chart_workbook.xlsx_part.blob))


def pptx_text(path: Path) -> str:
    """Slides and notes, and what stands under the charts' axes."""
    found: list[str] = []
    for slide in Presentation(str(path)).slides:
        found += [shape.text_frame.text for shape in slide.shapes if shape.has_text_frame]
        found.append(slide.notes_slide.notes_text_frame.text if slide.has_notes_slide else "")
    found += [str(category) for chart in _charts(path) for category in chart.plots[0].categories]
    return "\n".join(found)
