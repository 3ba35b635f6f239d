"""A pack's slides, for the coordinator to show: PPTX with native charts, made from the cluster's rows of report.*.

Nothing is drawn of what the cluster's own report does not hold. Same tables, same words: same bytes.
"""

from __future__ import annotations

import io
import zipfile
from collections.abc import Sequence
from datetime import datetime, time
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING

from reports.deck_agreed import agreed_slides
from reports.deck_funnel import funnel_slide
from reports.deck_meeting import agenda_slide, closing_slide, questions_slide, title_slide
from reports.deck_run import run_slide
from reports.deck_shares import shares_slide
from reports.deck_slides import Deck, main_slide, measure_slide, pair_slide
from reports.deck_template import empty_presentation
from reports.render import FIRST_DAY
from reports.rows import MeasureRows, measures
from reports.setting import Setting
from reports.wording import voice

if TYPE_CHECKING:
    from reports.pack import Document


def deck_name(language: str) -> str:
    """What the file is called in `language`, without its ending."""
    return voice(language).write("deck", "file")


def write_deck(document: Document, folder: Path, fonts: Path) -> Path:
    """`<name>.pptx` in `folder`, put in place whole."""
    deck = _deck(document, fonts)
    tables = document.tables
    found = measures(document.package, tables.figures_for(document.audience), deck.setting.pack, tables.bounds)
    whole = [rows for rows in found if rows.measure.category is None]
    title_slide(deck)
    agreed_slides(deck, found)
    agenda_slide(deck)
    if whole:
        main_slide(deck, whole)
    for at, rows in enumerate(whole):
        measure_slide(deck, rows)
        funnel_slide(deck, rows)
        run_slide(deck, rows)
        _pairs_after(deck, whole[: at + 1])
    for measure in document.package.shown:
        parts = [rows for rows in found if rows.measure.id == measure.id and rows.measure.category is not None]
        if parts:
            shares_slide(deck, measure, parts)
    questions_slide(deck)
    closing_slide(deck)
    return _save(deck, folder / f"{document.name}.pptx")


def _deck(document: Document, fonts: Path) -> Deck:
    pack, package = document.tables.row, document.package
    words = voice(pack["language"])
    day = datetime.combine(pack["meeting_date"] or FIRST_DAY, time())
    title = f"{words.text(package.title)}, {pack['cluster_name']}"
    setting = Setting(pack, words, fonts, member=False)
    return Deck(empty_presentation(title, words.language, day), package, document.tables, setting)


def _pairs_after(deck: Deck, told: Sequence[MeasureRows]) -> None:
    """The slide of the alternatives of which the last measure told is the second."""
    by_id = {rows.measure.id: rows for rows in told}
    last = told[-1].measure.id
    for pair in deck.package.pairs:
        there = [name for name in pair.measures if name in by_id]
        for first, second in pairwise(there):
            if second == last:
                pair_slide(deck, pair, by_id[first], by_id[second])


def _save(deck: Deck, path: Path) -> Path:
    """The file in one order and without the time of its making."""
    made, aside = io.BytesIO(), path.with_name(f".{path.name}.tmp")
    deck.presentation.save(made)
    with zipfile.ZipFile(made) as parts, zipfile.ZipFile(aside, "w", zipfile.ZIP_DEFLATED) as kept:
        for name in sorted(parts.namelist(), key=lambda each: (each != "[Content_Types].xml", each)):
            kept.writestr(zipfile.ZipInfo(name), parts.read(name), zipfile.ZIP_DEFLATED)
    return aside.replace(path)
