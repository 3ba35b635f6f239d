"""What stands under a slide for whoever speaks: the finding in counts, what it does not say, and objections."""

from __future__ import annotations

from typing import Any

import polars as pl

from reports.changes import is_share
from reports.checks import check_lines, failed_checks, measure_check_line
from reports.pack import CLUSTER, PackTables
from reports.pills import pill
from reports.rows import MeasureRows
from reports.seen import both, counts_line, known_counts, now_alone
from reports.sentences import sentence
from reports.setting import Setting

_COUNTED = ("distribution", "mean", "median")
"""Kinds whose denominator is how many there are of what is divided or averaged."""


def measure_notes(rows: MeasureRows, tables: PackTables, setting: Setting) -> list[str]:
    """The speaker notes of one measure."""
    say, measure = setting.voice.say, rows.measure
    notes = [setting.voice.text(measure.definition)]
    if rows.cluster is not None:
        notes.append(say("deck", "note_said", words=_in_numbers(rows, setting)))
        notes.append(sentence(rows.cluster, rows, setting))
    if measure.pitfalls is not None:
        notes.append(say("deck", "note_pitfalls", words=setting.voice.text(measure.pitfalls)))
    if measure.national_aim is not None:
        notes.append(say("deck", "note_aim", words=setting.voice.text(measure.national_aim)))
    if measure.draft_why is not None:
        notes.append(say("note", "draft", why=setting.voice.text(measure.draft_why)))
    if setting.open_mode:
        notes.append(_names(rows, setting))
    return [*filter(None, notes), *objections(rows, tables, setting)]


def observed(rows: MeasureRows, setting: Setting) -> str:
    """How many observations of the cluster are behind the slide; empty where they may not be seen."""
    if rows.cluster is None:
        return ""
    if rows.measure.kind in _COUNTED and rows.cluster.now.denominator is not None:
        return setting.voice.say("deck", "observed_plain", n=setting.voice.numbers.count(rows.cluster.now.denominator))
    if setting.followup:
        return counts_line(rows, [rows.cluster], setting) or ""
    form, counts = known_counts(rows.cluster, rows.measure, setting)
    if form == "plain" or rows.cluster.practices is None:
        return ""
    number = setting.voice.numbers.count(rows.cluster.practices)
    return setting.voice.say("deck", f"observed_{form}", n=number, **counts)


def _in_numbers(rows: MeasureRows, setting: Setting) -> str:
    """Counts and values, with the interval of the change; the state where there is no figure."""
    row = rows.cluster
    if row is None or not row.now.readable:
        bounded = row.now.bounded if row else None
        return setting.state(row.now if row else None) if bounded is None else sentence(row, rows, setting)
    told = both if setting.followup and row.paired else None
    if told is not None:
        return told(row, rows.measure, setting)
    return now_alone(row, rows.measure, setting) if not setting.followup else setting.value(rows.measure, row.now)


def _names(rows: MeasureRows, setting: Setting) -> str:
    pairs = sorted((row.sign, row.label) for row in rows.practices if row.sign and row.sign != row.label)
    listed = ", ".join(f"{sign} = {label}" for sign, label in pairs)
    return setting.voice.say("deck", "note_names", list=listed) if pairs else ""


def objections(rows: MeasureRows, tables: PackTables, setting: Setting) -> list[str]:
    """Few patients, other patients, the season, the coding: each with what the figures answer."""
    say = setting.voice.say
    counts = observed(rows, setting).rstrip(".")
    few = say("deck", "note_few", counts=_small(counts)) if counts else say("deck", "note_few_plain")
    periods = {"now": setting.period("now")} | ({"before": setting.period("before")} if setting.followup else {})
    season = say("deck", "note_season" if setting.followup else "note_season_one", **periods)
    if rows.cluster is not None and pill(rows.cluster, setting) == "incomparable":
        season = say("deck", "note_season_one", now=setting.period("now"))
    return [
        say("deck", "note_objections"),
        few,
        _patients(rows, tables, setting),
        season,
        _coding(rows, tables, setting),
    ]


def _small(words: str) -> Any:
    """A sentence that goes on inside another."""
    return type(words)(words[:1].lower() + words[1:])


def _patients(rows: MeasureRows, tables: PackTables, setting: Setting) -> str:
    """The cluster's figure adjusted for sex and age beside the figure itself, where it could be adjusted."""
    found = tables.figures_for(CLUSTER).filter(
        pl.col("measure_id") == rows.measure.id, pl.col("level") == "cluster", pl.col("category").is_null()
    )
    adjusted = found["now_standardised"].drop_nulls().to_list()
    if not adjusted or rows.cluster is None or rows.cluster.now.value is None:
        return setting.voice.say("deck", "note_mix_plain")
    numbers, measure = setting.voice.numbers, rows.measure
    written = numbers.with_unit if not is_share(measure, setting) else numbers.shared
    words = {"x": written(measure, adjusted[0]), "v1": numbers.shared(measure, rows.cluster.now.value)}
    return setting.voice.say("deck", "note_mix", **words)


def _coding(rows: MeasureRows, tables: PackTables, setting: Setting) -> str:
    checks = failed_checks(tables.checks)
    touched = measure_check_line(rows.measure, checks, setting)
    return setting.voice.say("deck", "note_coding", checks=touched or check_lines([], setting)[0])
