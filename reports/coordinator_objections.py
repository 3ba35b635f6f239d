"""What members will object, and the honest answer in this pack's own figures."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import polars as pl

from reports.changes import change_in_brief
from reports.checks import check_lines, failed_checks
from reports.luck import luck_words
from reports.markdown import Markdown
from reports.net import detectable
from reports.pack import CLUSTER, PackTables
from reports.rows import MeasureRows
from reports.seen import counts_now, known_counts
from reports.setting import Setting


@dataclass(frozen=True)
class Objection:
    """What is said, in a sentence of the room's own, and the lines of the answer."""

    said: str
    answer: tuple[Markdown, ...]
    lines: tuple[Markdown, ...]


def objections(measures: Sequence[MeasureRows], tables: PackTables, setting: Setting) -> list[Objection]:
    """Those that this pack has figures for, the ones heard most often first."""
    made = (
        _mix(measures, tables, setting),
        _few(measures, setting),
        _missing(measures, setting),
        _coding(tables, setting),
        _blind(measures, setting),
        _season(measures, setting),
        _chance(measures, tables, setting),
    )
    quoted = [(each, setting.voice.write("coordinator", "quote", words=each.said)) for each in made if each is not None]
    return [replace(each, said=words) for each, words in quoted]


def _mix(measures: Sequence[MeasureRows], tables: PackTables, setting: Setting) -> Objection | None:
    say, profiles, figures = setting.voice.write, *tables.case_mix_for(CLUSTER)
    if not measures:
        return None
    lines = [line for rows in measures for line in _mix_line(rows, figures, setting)]
    answer = [setting.voice.say("objection", "mix_means" if lines else "mix_none")]
    return Objection(say("objection", "mix"), (*_age(profiles, setting), *answer), tuple(lines))


def _mix_line(rows: MeasureRows, figures: pl.DataFrame, setting: Setting) -> Iterable[Markdown]:
    adjusted = _adjusted(figures, rows)
    if rows.cluster is None or not rows.cluster.now.readable or adjusted.get("cluster") is None:
        return
    numbers, measure, say = setting.voice.numbers, rows.measure, setting.voice.say
    region = Markdown()
    if rows.region is not None and rows.region.now.readable and adjusted.get("region") is not None:
        beside = setting.beside(measure, rows.region.now)
        region = say("objection", "mix_region", v1=beside, s1=numbers.shared(measure, adjusted["region"]))
    yield say(
        "objection",
        "mix_line",
        title=setting.voice.text(measure.title),
        v1=setting.value(measure, rows.cluster.now),
        s1=numbers.shared(measure, adjusted["cluster"]),
        region=region,
    )


def _adjusted(figures: pl.DataFrame, rows: MeasureRows) -> Mapping[str, Any]:
    """The standardised figure of the latest period by level, of cluster and region."""
    kept = figures.filter(
        pl.col("measure_id") == rows.measure.id,
        pl.col("level").is_in(["cluster", "region"]),
        pl.col("category").is_null(),
    )
    return dict(kept.select("level", "now_standardised").iter_rows())


def _age(profiles: pl.DataFrame, setting: Setting) -> Iterable[Markdown]:
    shares = dict(profiles.select("level", "share_65").iter_rows())
    if shares.get("cluster") is not None and shares.get("region") is not None:
        percent = setting.voice.numbers.percent
        values = {level: percent(shares[level] * 100) for level in ("cluster", "region")}
        yield setting.voice.say("objection", "mix_age", **values)


def _few(measures: Sequence[MeasureRows], setting: Setting) -> Objection | None:
    lines = [line for rows in measures for line in _few_line(rows, setting)]
    if not lines:
        return None
    answer = (setting.voice.say("objection", "few_means"),)
    return Objection(setting.voice.write("objection", "few"), answer, tuple(lines))


def _few_line(rows: MeasureRows, setting: Setting) -> Iterable[Markdown]:
    if rows.cluster is None:
        return
    form, counts = known_counts(rows.cluster, rows.measure, setting)
    if form == "plain":
        return
    said = (
        setting.voice.write("seconds", f"counts_{form}", **counts)
        if setting.followup
        else counts_now(form, counts, setting)
    )
    smallest = detectable(rows.cluster, rows.measure, setting) if setting.followup else ""
    small = setting.voice.say("verdict", "few_detectable", change=smallest) if smallest else Markdown()
    few = sum(row.now.state == "too_few" for row in rows.others)
    alone = setting.voice.one_or_many("objection", "few_alone", few) if few else Markdown()
    title = setting.voice.text(rows.measure.title)
    values = {"title": title, "counts": said, "events": counts["events"], "smallest": small, "alone": alone}
    yield setting.voice.say("objection", "few_line", **values)


def _missing(measures: Sequence[MeasureRows], setting: Setting) -> Objection | None:
    members, delivered = int(setting.pack["practices_members"]), int(setting.pack["practices_delivered"])
    if delivered >= members:
        return None
    said = setting.voice.one_or_many("objection", "missing", members - delivered)
    counted = setting.voice.say("grounds", "delivered", delivered=delivered, members=members)
    bounded = any(rows.cluster is not None and rows.cluster.now.bounded is not None for rows in measures)
    means = setting.voice.say("objection", "missing_means_few" if bounded else "missing_means")
    return Objection(said, (counted, means), ())


def _coding(tables: PackTables, setting: Setting) -> Objection:
    voice, found = setting.voice, [check for check in failed_checks(tables.checks) if check.outcome != "not_asked"]
    rejected = int(tables.sources["rows_rejected"].sum() or 0)
    lines = check_lines(found, setting)
    if rejected:
        lines.append(voice.one_or_many("grounds", "rejected", rejected))
    return Objection(voice.write("objection", "coding"), (voice.say("objection", "coding_means"),), tuple(lines))


def _blind(measures: Sequence[MeasureRows], setting: Setting) -> Objection | None:
    voice, told = setting.voice, [rows.measure for rows in measures if rows.measure.pitfalls is not None]
    lines = [
        voice.say("objection", "blind_line", title=voice.text(each.title), pitfalls=voice.text(each.pitfalls))
        for each in told
        if each.pitfalls is not None
    ]
    if not lines:
        return None
    return Objection(voice.write("objection", "blind"), (voice.say("objection", "blind_means"),), tuple(lines))


def _season(measures: Sequence[MeasureRows], setting: Setting) -> Objection:
    voice = setting.voice
    said = voice.write("objection", "season")
    if not setting.followup:
        return Objection(said, (voice.say("objection", "season_one", now=setting.period("now")),), ())
    same = setting.pack["before_start"].month == setting.pack["now_start"].month
    periods = {"before": setting.period("before"), "now": setting.period("now")}
    first = voice.say("objection", "season_same", **periods) if same else voice.say("grounds", "same_season", **periods)
    lines = [
        voice.say("objection", "season_line", title=voice.text(rows.measure.title), change=change)
        for rows in measures
        if rows.region is not None
        and rows.region.paired
        and (change := change_in_brief(rows.region, rows.measure, setting))
    ]
    answer = (first, voice.say("objection", "season_means")) if lines else (first,)
    return Objection(said, answer, tuple(lines))


def _chance(measures: Sequence[MeasureRows], tables: PackTables, setting: Setting) -> Objection | None:
    lines = [line for rows in measures for line in _chance_line(rows, setting)]
    if not lines:
        return None
    voice, ending = setting.voice, "" if setting.followup else "_baseline"
    answer = [voice.say("objection", f"chance_means{ending}")]
    luck = luck_words(tables.figures, setting)
    return Objection(voice.write("objection", f"chance{ending}"), (*answer, *([luck] if luck else [])), tuple(lines))


def _chance_line(rows: MeasureRows, setting: Setting) -> Iterable[Markdown]:
    cluster, measure, numbers = rows.cluster, rows.measure, setting.voice.numbers
    if cluster is None or not cluster.now.readable:
        return
    judged = cluster.judged
    expected = judged.expected if setting.followup and cluster.paired else None
    if setting.followup and (expected is None or judged.lacks_others):
        return
    around = judged.expected_interval if setting.followup else cluster.now.interval
    bounds = Markdown()
    if around is not None:
        bounds = setting.voice.say("objection", "chance_bounds", interval=numbers.interval(measure, *around))
    now = {"title": setting.voice.text(measure.title), "bounds": bounds, "v1": setting.value(measure, cluster.now)}
    if expected is None:
        yield setting.voice.say("objection", "chance_now", **now)
    else:
        yield setting.voice.say("objection", "chance_line", x=numbers.shared(measure, expected), **now)
