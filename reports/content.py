"""Everything one report says, in the order it says it: what the templates print as it stands."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from reports.agreed import agreed
from reports.case_mix import patients
from reports.change_table import changes_table, level_words
from reports.charts import Chart, dumbbell_chart, key_chart, pairs_chart, strip_chart, strip_layout
from reports.checks import FailedCheck, check_lines, failed_checks, measure_check_line
from reports.figures.strip_layout import Strip
from reports.funnels import funnels
from reports.grounds import delivered_words, source_lines, version_words
from reports.judgement import LEVELS
from reports.laid_over import laid_over_lines
from reports.luck import luck_words
from reports.maps import maps
from reports.markdown import Markdown, escaped
from reports.pills import JUDGED, pill
from reports.rows import MeasureRows, Row
from reports.runs import printed_runs, runs_of, runs_table
from reports.seen import counts_line
from reports.sentences import sentence, summary
from reports.setting import Setting
from reports.shares import counted, shares_chart
from reports.tables import Table, column_words, practices_table, units_table
from reports.twice import told, way
from transforms.definitions import Package
from transforms.disclosure_kinds import of_single_answers


@dataclass(frozen=True)
class Said:
    """Who, how it may be read, and one sentence."""

    who: str
    role: str
    pill: str
    pill_words: str
    sentence: Markdown


@dataclass(frozen=True)
class Band:
    """One målepunkt as printed."""

    number: int
    title: str
    definition: str
    direction: str
    draft: str
    charts: tuple[Chart, ...]
    said: tuple[Said, ...]
    notes: tuple[Markdown, ...]


@dataclass(frozen=True)
class Material:
    """What one report is made from. `shared` holds the layout of the cluster's own strip of each measure."""

    package: Package
    measures: Sequence[MeasureRows]
    shared: Mapping[str, Strip]
    tables: Any
    versions: Mapping[str, str]
    audience: str


def content(material: Material, setting: Setting) -> dict[str, Any]:
    """The values for a template, by the names the templates use."""
    checks = failed_checks(material.tables.checks)
    drawn = [rows for rows in material.measures if rows.measure.category is None]
    pairs = [] if setting.member or not setting.followup else _pairs(drawn, setting)
    bands = [_band(number, rows, material, checks, setting) for number, rows in enumerate(drawn, start=1)]
    bands += distributions(material.package, material.measures, len(bands), setting)
    return {
        **_head(material, setting),
        "summary": _summary(drawn, setting),
        "luck": Markdown() if setting.member else luck_words(material.tables.figures, setting),
        "agreed": agreed(material.tables.goals, material.package, material.measures, setting),
        "bands": bands,
        "key": key_chart(material.measures, setting),
        "key_note": _key_note(material.measures, setting),
        "pairs": pairs,
        "pairs_note": _pairs_note(material.measures, setting),
        "funnels": [] if setting.member else funnels(drawn, setting),
        **_runs(material, setting),
        "maps": maps(material.package, drawn, setting),
        "maps_note": _maps_note(setting),
        "units": units_table(material.measures, setting),
        "changes": changes_table(material.measures, setting),
        "levels": level_words(setting),
        "practices": _practices(drawn, setting),
        # Letters that stand for names under the dots: whoever holds the paper alone must find the names on it.
        "named": any(row.sign and row.sign != row.label for rows in drawn for row in rows.practices),
        "patients": patients(*material.tables.case_mix_for(material.audience), material.measures, setting),
        "practices_withheld": _practices_withheld(drawn, setting),
        "columns": column_words(drawn, setting),
        "uncertainty": _uncertainty(material.measures, setting),
        "questions": [setting.voice.text(question) for question in material.package.questions],
        "delivered": delivered_words(material.tables, setting, answered=_as_groups(material)),
        "sources": source_lines(material.tables.sources, setting),
        "laid_over": laid_over_lines(material.package, setting),
        "checks": check_lines(checks, setting),
        "versions": version_words(material.versions),
        "w": setting.voice.words,
    }


def _as_groups(material: Material) -> bool:
    """Whether it is to be said of all answers that they are compared as groups: no measure says it of its own."""
    unsaid = all(rows.twice is None for rows in material.measures)
    return unsaid and any(of_single_answers(measure) for measure in material.package.measures)


def _runs(material: Material, setting: Setting) -> dict[str, Any]:
    """The cluster month by month; a member's own months are in its workbook."""
    runs = [] if setting.member else runs_of(material.package, material.tables.months, material.audience)
    return {"runs": printed_runs(runs, setting), "runs_table": runs_table(runs, setting)}


def charts(values: Mapping[str, Any]) -> list[Chart]:
    """Every chart that a report's content holds."""
    of_bands = [chart for band in values["bands"] for chart in band.charts]
    return [
        *of_bands,
        *(chart for _, chart in (*values["pairs"], *values["funnels"])),
        *(one.chart for one in (*values["maps"], *values["runs"])),
        values["key"],
    ]


def _head(material: Material, setting: Setting) -> dict[str, Any]:
    pack, voice, package = setting.pack, setting.voice, material.package
    own = next((rows.own for rows in material.measures if rows.own is not None), None)
    letter = own.sign if own is not None and own.sign == own.label else ""
    kind = voice.write("head", "followup" if setting.followup else "baseline")
    title = voice.text(package.title)
    running = voice.write(
        "head",
        "running_member" if setting.member else "running_cluster",
        title=title,
        kind=kind.lower(),
        cluster=pack["cluster_name"],
        windows=_windows(setting),
    )
    return {
        "language": voice.language,
        "title": title,
        "kind": kind,
        "focus": voice.text(package.focus),
        "letter": letter,
        "facts": _facts(own, setting),
        "running": running,
        "example": voice.write("head", "example") if pack["example_data"] else "",
        "draft": voice.write("head", "draft") if package.status == "draft" else "",
        "footer": voice.write("head", "footer"),
        "page": voice.write("head", "page"),
        "of": voice.write("head", "of"),
    }


def _windows(setting: Setting) -> str:
    now = setting.period("now")
    if not setting.followup:
        return setting.voice.write("head", "windows_one", now=now)
    return setting.voice.write("head", "windows_both", before=setting.period("before"), now=now)


def _facts(own: Row | None, setting: Setting) -> list[tuple[str, str]]:
    say, pack = setting.voice.write, setting.pack
    facts = [(say("head", "cluster"), pack["cluster_name"])]
    if own is not None and own.sign != own.label:
        facts.append((say("head", "practice"), own.label))
    if setting.followup:
        facts += [(say("head", "before"), setting.period("before")), (say("head", "now"), setting.period("now"))]
    else:
        facts.append((say("head", "window"), setting.period("now")))
    if pack["meeting_date"] is not None:
        facts.append((say("head", "meeting"), setting.voice.numbers.short_day(pack["meeting_date"])))
    return facts


def _summary(measures: Sequence[MeasureRows], setting: Setting) -> list[tuple[str, str, Markdown]]:
    found = [summary(rows, setting) for rows in measures]
    return [(kind, setting.voice.write("pill", kind), words) for kind, words in filter(None, found)]


def _band(number: int, rows: MeasureRows, material: Material, checks: Sequence[FailedCheck], setting: Setting) -> Band:
    measure, voice = rows.measure, setting.voice
    strip = strip_chart(rows, material.shared.get(measure.id), setting)
    said = tuple(_said(row, rows, setting) for row in (rows.own, rows.cluster) if row is not None)
    said = (*said, *_said_of_the_same(rows, setting))
    return Band(
        number=number,
        title=voice.text(measure.title),
        definition=voice.text(measure.definition),
        direction=voice.write("direction", measure.direction),
        draft=voice.write("head", "draft_measure") if measure.draft else "",
        charts=(strip, dumbbell_chart(rows, setting)),
        said=said,
        notes=tuple(_notes(rows, checks, setting)),
    )


def distributions(package: Package, measures: Sequence[MeasureRows], before: int, setting: Setting) -> list[Band]:
    """A band with bars for each distribution that has figures, numbered after the `before` others."""
    made: list[Band] = []
    for measure in package.shown:
        parts = [rows for rows in measures if rows.measure.id == measure.id and rows.measure.category is not None]
        if not parts:
            continue
        voice, pitfalls = setting.voice, measure.pitfalls
        made.append(
            Band(
                number=before + len(made) + 1,
                title=voice.text(measure.title),
                definition=voice.text(measure.definition),
                direction=voice.write("direction", measure.direction),
                draft=voice.write("head", "draft_measure") if measure.draft else "",
                charts=(shares_chart(measure, parts, setting),),
                said=(),
                notes=(
                    *_way(parts, setting),
                    *counted(parts, setting),
                    *(() if pitfalls is None else (escaped(voice.text(pitfalls)),)),
                ),
            )
        )
    return made


def _way(parts: Sequence[MeasureRows], setting: Setting) -> tuple[Markdown, ...]:
    compared = way(parts[0], setting)
    return () if compared is None else (compared,)


def _said(row: Row, rows: MeasureRows, setting: Setting) -> Said:
    role, kind = "own" if row.own else row.level, pill(row, setting)
    words = setting.voice.write
    return Said(words("who", role), role, kind, words("pill", kind), sentence(row, rows, setting))


def _said_of_the_same(rows: MeasureRows, setting: Setting) -> tuple[Said, ...]:
    found = told(rows, setting)
    return () if found is None else (Said(found[0], "cluster", "readable", *found[1:]),)


def _notes(rows: MeasureRows, checks: Sequence[FailedCheck], setting: Setting) -> list[Markdown]:
    measure, voice, units = rows.measure, setting.voice, [row for row in (rows.own, rows.cluster) if row is not None]
    counts = counts_line(rows, [row for row in units if pill(row, setting) in JUDGED], setting)
    notes = [line for line in (way(rows, setting), counts) if line is not None]
    if setting.followup and rows.cluster is None:
        notes.append(voice.say("note", "nobody_in_both"))
    if measure.draft_why is not None:
        notes.append(voice.say("note", "draft", why=voice.text(measure.draft_why)))
    touched = measure_check_line(measure, checks, setting)
    if touched is not None:
        notes.append(touched)
    if measure.pitfalls is not None:
        notes.append(escaped(voice.text(measure.pitfalls)))
    if measure.national_aim is not None:
        notes.append(voice.say("note", "aim", aim=voice.text(measure.national_aim)))
    return notes


def _key_note(measures: Sequence[MeasureRows], setting: Setting) -> str:
    if all(rows.withheld for rows in measures):
        return ""
    return setting.voice.write("key", "open" if setting.open_mode else "letters")


def _pairs(measures: Sequence[MeasureRows], setting: Setting) -> list[tuple[str, Chart]]:
    drawn = [(setting.voice.text(rows.measure.title), pairs_chart(rows, setting)) for rows in measures]
    return [(title, chart) for title, chart in drawn if chart is not None]


def _maps_note(setting: Setting) -> Markdown:
    """How the map is read."""
    say = setting.voice.say
    if not setting.followup:
        return say("deck", "points")
    return Markdown(f"{say('map', 'path')} {say('deck', 'swap')}")


def _pairs_note(measures: Sequence[MeasureRows], setting: Setting) -> str:
    """What a dark bar is, where others' verdicts may be seen and one has it."""
    likely = any(pill(row, setting) == "likely" for rows in measures for row in rows.practices)
    return setting.voice.write("note", "pairs_likely") if likely else ""


def _practices(measures: Sequence[MeasureRows], setting: Setting) -> Table | None:
    withheld = all(rows.withheld for rows in measures)
    return None if withheld else practices_table(measures, setting)


def _practices_withheld(measures: Sequence[MeasureRows], setting: Setting) -> str:
    reason = next((rows.withheld for rows in measures if rows.withheld), "")
    return setting.voice.write("table", f"practices_{reason}") if reason else ""


def _uncertainty(measures: Sequence[MeasureRows], setting: Setting) -> list[Markdown]:
    """How sure the figures are: the lines, the verdict where there is one, and what rounding does."""
    say, found = setting.voice.say, [row for rows in measures for row in (rows.own, rows.cluster) if row is not None]
    judged = any(row.judged.verdict is not None for row in found)
    parts = [say("uncertainty", "events_judged" if judged else "events", event=say("uncertainty", "event"))]
    parts += [say("uncertainty", "rounded" if setting.member else "rounded_cluster"), say("uncertainty", "sums")]
    if not judged:
        return [Markdown(" ".join(parts))]
    levels = {level: setting.voice.numbers.percent(LEVELS[level]) for level in LEVELS}
    return [say("uncertainty", "verdict", **levels), Markdown(" ".join(parts))]


def shared_layouts(measures: Sequence[MeasureRows], setting: Setting) -> dict[str, Strip]:
    """The layout of the cluster's own strip of each measure: what the members' strips are compared with."""
    return {rows.measure.id: strip_layout(rows, setting) for rows in measures if rows.measure.category is None}
