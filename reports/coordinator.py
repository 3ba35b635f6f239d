"""The coordinator sheet of one meeting: what to do when, what to expect, and what to answer. Members never get it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from reports.agreed import agreed
from reports.booklet import Booklet
from reports.booklet_content import content as booklet_content
from reports.charts import Chart
from reports.coordinator_agenda import agenda
from reports.coordinator_apart import apart, missing, missing_names
from reports.coordinator_findings import findings
from reports.coordinator_objections import objections
from reports.grounds import delivered_words
from reports.laid_over import laid_over_lines
from reports.markdown import Markdown, escaped
from reports.pack import CLUSTER, PackTables
from reports.package_texts import cited, read, sections, without_tables
from reports.render import Sources
from reports.rows import MeasureRows, measures, others_withheld
from reports.setting import Setting
from reports.templating import templates
from reports.wording import voice
from transforms.definitions import Package

FORMATS = ("html", "pdf", "docx")
MARGINS = ("running", "footer", "example", "page", "of")
TEXT = "coordinator"
GROUP_WORK, CLOSING, OBJECTIONS = "Gruppearbejde", "Afslutning", "Indvendinger"
"""Headings that docs/packages.md asks of coordinator.md."""
LINES_OF_PLAN = 4


@dataclass(frozen=True)
class Coordinated:
    """What the sheet is made from: the pack's tables, its package, and the package's texts by name."""

    tables: PackTables
    package: Package
    texts: Mapping[str, str]


def coordinator_sources(made_of: Coordinated, fonts: Path) -> Sources:
    """The filled `.qmd` of the sheet and its charts; dated by the meeting, so that it is the same on any day."""
    pack = made_of.tables.row
    setting = Setting(pack, voice(pack["language"]), fonts, member=False)
    values = content(made_of, setting)
    charts: Sequence[Chart] = [finding.chart for finding in values["findings"]]
    return Sources(
        templates().get_template("coordinator.qmd").render(values),
        {chart.name: chart.svg for chart in charts},
        {key: values[key] for key in MARGINS},
        formats=FORMATS,
        booklet=True,
        sheet=True,
        day=pack["meeting_date"] or pack["now_end"],
    )


def content(made_of: Coordinated, setting: Setting) -> dict[str, Any]:
    """The values by the names the template calls them."""
    tables, package, speaking = made_of.tables, made_of.package, setting.voice
    every = measures(package, tables.figures_for(CLUSTER), tables.row, tables.bounds)
    rows = [each for each in every if each.measure.category is None]
    booklet = booklet_content(Booklet(package, {}, speaking.language), {})
    return {
        **_head(package, setting),
        "w": speaking.words,
        "agreed": agreed(tables.goals, package, every, setting, begin=True),
        "agreed_by_form": not setting.followup and tables.row["meeting_date"] is not None,
        "followup": setting.followup,
        "agenda": agenda(package, speaking),
        "before": _before(tables, setting),
        "findings": findings(rows, setting),
        "findings_rule": speaking.say(
            "coordinator",
            "findings_rule",
            rule=speaking.say("coordinator", "rule_followup" if setting.followup else "rule_baseline"),
        ),
        "objections": objections(rows, tables, setting),
        "apart": apart(rows, setting),
        "apart_none": _apart_none(rows, setting),
        "question_groups": booklet["question_groups"],
        **_texts(made_of, booklet["references"], setting),
        "changes": (),
        "plan_lines": range(LINES_OF_PLAN),
        "laid_over": laid_over_lines(package, setting),
    }


def _head(package: Package, setting: Setting) -> dict[str, Any]:
    say, pack = setting.voice.write, setting.pack
    title = setting.voice.text(package.title)
    kind = say("head", "followup" if setting.followup else "baseline")
    return {
        "language": setting.voice.language,
        "title": title,
        "focus": setting.voice.text(package.focus),
        "facts": _facts(kind, setting),
        "running": say("coordinator", "running", title=title, kind=kind.lower(), cluster=pack["cluster_name"]),
        "footer": say("coordinator", "footer"),
        "example": say("head", "example") if pack["example_data"] else "",
        "draft": say("head", "draft") if package.status == "draft" else "",
        "page": say("head", "page"),
        "of": say("head", "of"),
    }


def _facts(kind: str, setting: Setting) -> list[tuple[str, str]]:
    say, pack = setting.voice.write, setting.pack
    facts = [(say("head", "meeting"), kind)]
    if pack["meeting_date"] is not None:
        facts = [(kind, setting.voice.numbers.short_day(pack["meeting_date"]))]
    facts.insert(0, (say("head", "cluster"), pack["cluster_name"]))
    if setting.followup:
        return [*facts, (say("head", "before"), setting.period("before")), (say("head", "now"), setting.period("now"))]
    return [*facts, (say("head", "window"), setting.period("now"))]


def _before(tables: PackTables, setting: Setting) -> list[Markdown]:
    """Who has delivered, who has not, and where the key is."""
    say, (whole, partly) = setting.voice.say, missing(tables.figures)
    lines = [delivered_words(tables, setting)]
    named = missing_names(tables.missing, setting)
    for key, labels in (("missing", whole), ("missing_partly", partly)):
        if labels:
            # In the order of the names: that of the letters would tell which letter is whose.
            told = sorted(named[key].get(label, label) for label in labels)
            lines.append(say("coordinator", key, list=_listed(told, setting)))
    if whole or partly:
        lines.append(say("coordinator", "missing_late"))
    if not setting.open_mode:
        by_letter = not {*whole, *partly} <= named["missing"].keys()
        lines.append(say("coordinator", "missing_key" if by_letter else "key"))
    return lines


def _listed(labels: Sequence[str], setting: Setting) -> str:
    if len(labels) < 2:
        return "".join(labels)
    return setting.voice.write("coordinator", "and", first=", ".join(labels[:-1]), last=labels[-1])


def _apart_none(rows: Sequence[MeasureRows], setting: Setting) -> str:
    """Why nobody stands there, where nobody does."""
    withheld = others_withheld(setting.pack)
    if not withheld and rows:
        withheld = next((each.withheld for each in rows if not all(other.withheld for other in rows)), rows[0].withheld)
    return setting.voice.write("table", f"practices_{withheld}") if withheld else setting.voice.write("apart", "none")


def _texts(made_of: Coordinated, references: Sequence[Any], setting: Setting) -> dict[str, Any]:
    """What the package says of the group work, the closing and further objections; nothing where it says nothing."""
    told = sections(made_of.texts.get(TEXT, ""))
    wanted = {name: told[name] for name in (GROUP_WORK, CLOSING, OBJECTIONS) if name in told}
    if CLOSING in wanted:
        # The plan to fill in is printed once, with room to write; the booklet has the package's own.
        wanted[CLOSING] = without_tables(wanted[CLOSING])
    clean = read(wanted, made_of.package, setting.voice) if wanted else {}
    return {
        "group_work": clean.get(GROUP_WORK, escaped("")),
        "closing": clean.get(CLOSING, escaped("")),
        "more_objections": clean.get(OBJECTIONS, escaped("")),
        "references": cited(references, clean.values()),
    }
