"""One report's sources in memory: the filled `.qmd` and the charts it shows. Nothing is rendered here."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from reports.content import Material, charts, content, shared_layouts
from reports.render import Sources
from reports.rows import measures
from reports.setting import Setting
from reports.templating import templates
from reports.twice import with_pairs
from reports.wording import voice

if TYPE_CHECKING:
    from reports.pack import Document


FORMATS_OF_MEMBERS = ("html", "pdf")
FORMATS_OF_THE_CLUSTER = ("html", "pdf", "docx")
"""A member reads; whoever leads a meeting takes a page out or writes one in."""


def assemble(document: Document, fonts: Path) -> Sources:
    """The Markdown of a report and its charts, by file name."""
    from reports.pack import CLUSTER

    tables, member = document.tables, document.audience != CLUSTER
    pack = tables.row
    setting = Setting(pack, voice(pack["language"]), fonts, member)
    rows = with_pairs(
        measures(document.package, tables.figures_for(document.audience), pack, tables.bounds), tables.paired
    )
    clusters = measures(document.package, tables.figures_for(CLUSTER), pack, tables.bounds) if member else ()
    layouts = shared_layouts(clusters, setting)
    material = Material(document.package, rows, layouts, tables, document.versions, document.audience)
    values = content(material, setting)
    template = templates().get_template("member.qmd" if member else "cluster.qmd")
    margins = {key: values[key] for key in ("running", "footer", "example", "page", "of")}
    return Sources(
        template.render(values),
        {chart.name: chart.svg for chart in charts(values)},
        margins,
        formats=FORMATS_OF_MEMBERS if member else FORMATS_OF_THE_CLUSTER,
        day=pack["meeting_date"] or pack["now_end"],
    )
