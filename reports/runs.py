"""Run charts: a measure month by month, and one sentence about what the run of it says (the Anhøj rules)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import polars as pl

from reports.charts import Chart
from reports.figures.run import Field, Mark, Plan, draw_run
from reports.figures.scale import ticks
from reports.markdown import Markdown
from reports.setting import Setting
from reports.tables import Table
from transforms.calendar import last_day, month_after
from transforms.definitions import Measure, Package
from transforms.months import listed_on_average
from transforms.run_chart import run_charts

FEWEST_DRAWN = 6
"""Fewer points are a few numbers and no course."""
FEWEST_JUDGED = 12
"""Of points off the median: with fewer the rules seldom find a shift that is there (Anhøj & Olesen 2014)."""
_FINE = 100
"""A month has less than a window: under this its values take a decimal, or half of them would lie on the median."""


@dataclass(frozen=True)
class Run:
    """One unit's series of one measure. `rows` are those of report.month in their order; `said` is a key of words."""

    measure: Measure
    rows: tuple[Mapping[str, Any], ...]
    size: int
    decimals: int
    median: float | None
    said: str
    told: Mapping[str, int]

    def values(self) -> list[float | None]:
        """As printed; null where there is none."""
        return [None if row["value"] is None else round(row["value"], self.decimals) for row in self.rows]


@dataclass(frozen=True)
class RunOf:
    """One run as printed."""

    title: str
    unit: str
    chart: Chart
    sentence: Markdown


def runs_of(package: Package, months: pl.DataFrame, audience: str) -> list[Run]:
    """What may be drawn for an audience, in the package's order; `months` are the pack's rows of report.month."""
    found: list[Run] = []
    for measure in package.shown:
        rows = months.filter(pl.col("audience") == audience, pl.col("measure_id") == measure.id).sort("period_start")
        if rows["value"].drop_nulls().len() >= FEWEST_DRAWN:
            found.append(_run(measure, tuple(rows.iter_rows(named=True))))
    return found


def _run(measure: Measure, rows: tuple[Mapping[str, Any], ...]) -> Run:
    values = [row["value"] for row in rows]
    largest = max(value for value in values if value is not None)
    decimals = max(measure.decimals, 1) if largest < _FINE else measure.decimals
    # What is printed is judged, so that whoever counts along comes to the same.
    printed = [None if value is None else round(value, decimals) for value in values]
    points = pl.DataFrame({"run": 0, "point": range(len(printed)), "value": printed}, schema_overrides=_POINTS)
    judged = run_charts(points, ["run"]).row(0, named=True)
    told = {name: judged[name] or 0 for name in ("n_useful", "longest_run", "longest_run_max", "n_crossings")}
    long = told["longest_run"] > told["longest_run_max"]
    said = "few" if told["n_useful"] < FEWEST_JUDGED else "none"
    if said == "none" and judged["signal"]:
        said = "long" if long else "crossings"
    return Run(measure, rows, rows[0]["months"], decimals, judged["centre"], said, told)


_POINTS = {"run": pl.Int64, "point": pl.Int64, "value": pl.Float64}


def run_sentence(run: Run, setting: Setting) -> Markdown:
    """What the run says: a shift, no sign of one beyond chance, or too few points to say."""
    numbers, say = setting.voice.numbers, setting.voice.write
    periods = say("run", f"periods_{run.size}")
    told = {"n": run.told["n_useful"], "long": run.told["longest_run"], "crossings": run.told["n_crossings"]}
    words = {name: numbers.count(number) for name, number in told.items()}
    return setting.voice.say("run", run.said, periods=periods, fewest=FEWEST_JUDGED, **words)


def unit_of(run: Run, setting: Setting) -> str:
    """The measure's unit, and that it is of a month where that makes the figure another than the window's."""
    unit = setting.voice.text(run.measure.unit)
    if not listed_on_average(run.measure):
        return unit
    return setting.voice.write("run", f"per_{run.size}", unit=unit)


def run_chart(run: Run, setting: Setting) -> Chart:
    """The picture of a run."""
    numbers, say = setting.voice.numbers, setting.voice.write
    places = ticks(max(value for value in run.values() if value is not None))
    words = numbers.axis(places)
    if setting.voice.text(run.measure.unit) == "%":
        words[-1] += numbers.percent_sign
    marks = tuple(
        Mark(row["state"], value, row["provisional"], label)
        for row, value, label in zip(run.rows, run.values(), _labels(run, setting), strict=True)
    )
    held = next((at for at, row in enumerate(run.rows) if row["meeting"]), None)
    plan = Plan(
        marks,
        tuple(fields(run, setting)),
        None if held is None else (held, say("run", "meeting")),
        None if run.median is None else (run.median, say("run", "median", x=figure(run, run.median, setting))),
        tuple(zip(places, words, strict=True)),
    )
    return Chart(f"run-{run.measure.id}.svg", draw_run(plan, setting.fonts), alternative(run, setting), 89)


def fields(run: Run, setting: Setting) -> list[Field]:
    """The windows among the run's points."""
    found: list[Field] = []
    for side in ("before", "now"):
        inside = [at for at, row in enumerate(run.rows) if row["side"] == side]
        if inside and setting.followup:
            found.append(Field(inside[0], inside[-1], setting.voice.write("head", side)))
    return found


def _labels(run: Run, setting: Setting) -> list[str]:
    every = 3 if len(run.rows) > 8 and run.size == 1 else 1 if run.size == 1 else 2
    every = every if len(run.rows) <= 21 else 6
    return [
        setting.voice.numbers.short_month(row["period_start"]) if at % every == 0 else ""
        for at, row in enumerate(run.rows)
    ]


def figure(run: Run, value: float, setting: Setting) -> str:
    """A value of the run as printed, with the sign of a share."""
    numbers = setting.voice.numbers
    digits = "0" if value == 0 else numbers.decimal(value, run.decimals)
    return digits + (numbers.percent_sign if setting.voice.text(run.measure.unit) == "%" else "")


def alternative(run: Run, setting: Setting) -> str:
    """What stands in for the picture: from when to when, the least and the most, the median and the sentence."""
    from reports.markdown import plain

    shown = [value for value in run.values() if value is not None]
    start, end = run.rows[0]["period_start"], month_after(run.rows[-1]["period_start"], run.size - 1)
    words = {"title": setting.voice.text(run.measure.title), "period": setting.voice.numbers.period(start, end)}
    words |= {"low": figure(run, min(shown), setting), "high": figure(run, max(shown), setting)}
    words["median"] = figure(run, run.median or 0, setting)
    return f"{setting.voice.write('alt', 'run', **words)} {plain(run_sentence(run, setting))}"


def printed_runs(found: Sequence[Run], setting: Setting) -> list[RunOf]:
    """Every run of a report with its picture."""
    text = setting.voice.text
    return [
        RunOf(text(run.measure.title), unit_of(run, setting), run_chart(run, setting), run_sentence(run, setting))
        for run in found
    ]


def runs_table(found: Sequence[Run], setting: Setting) -> Table | None:
    """The numbers of the pictures: a row for each month or quarter, a column for each measure."""
    if not found:
        return None
    cells: dict[tuple[Any, int], dict[int, str]] = {}
    for at, run in enumerate(found):
        for row, value in zip(run.rows, run.values(), strict=True):
            cells.setdefault((row["period_start"], run.size), {})[at] = _cell(run, row, value, setting)
    absent = setting.voice.write("state", "absent")
    rows = [
        tuple(
            Markdown(each)
            for each in (_period(start, size, setting), *(of.get(at, absent) for at in range(len(found))))
        )
        for (start, size), of in sorted(cells.items(), key=lambda item: item[0])
    ]
    titles = [setting.voice.text(run.measure.title) for run in found]
    heads = [setting.voice.say("run", "period"), *(setting.voice.say("run", "column", title=title) for title in titles)]
    return Table(tuple(heads), tuple(rows), 1)


def _cell(run: Run, row: Mapping[str, Any], value: float | None, setting: Setting) -> str:
    if value is None:
        return f"({setting.voice.write('state', row['state'])})"
    words = figure(run, value, setting)
    return f"{words} ({setting.voice.write('run', 'provisional')})" if row["provisional"] else words


def _period(start: Any, size: int, setting: Setting) -> str:
    return setting.voice.numbers.period(start, last_day(month_after(start, size - 1)))
