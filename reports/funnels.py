"""The funnel of one measure: how far apart practices of a size lie by chance, and where each lies.

It is drawn where the sizes of all practices are printed anyway, in `open` mode: a place in a funnel tells the size.
Everything rests on the rounded counts of report.*; the limits allow for overdispersion (`transforms.overdispersion`).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import polars as pl

from reports.charts import Chart
from reports.figures.funnel import Curve, Dot, Plan, draw_funnel
from reports.figures.scale import span_ticks, ticks
from reports.numbers import NBSP
from reports.rows import FEWEST_SHOWN, MOST_LABELLED, MeasureRows, Row
from reports.setting import Setting
from transforms.funnel import INNER, OUTER, count_limits, proportion_limits
from transforms.intervals import Interval
from transforms.overdispersion import PROPORTION, RATIO, adjusted_funnel, adjusted_limits

_STEPS = 40
"""Points of a curve: the eye sees no corners."""


@dataclass(frozen=True)
class Funnel:
    """What is drawn, in the measure's unit. `inside`: how many of the `dots` lie within the 95 % limits."""

    dots: tuple[Dot, ...]
    curves: tuple[Curve, ...]
    baseline: float
    inside: int


def funnel_of(rows: MeasureRows) -> Funnel | None:
    """The funnel; null where a practice's size may not be seen, for other kinds than shares and rates, and for few."""
    measure = rows.measure
    shown = [row for row in rows.practices if row.now.readable]
    if measure.kind not in ("proportion", "rate") or len(shown) < FEWEST_SHOWN or not all(map(_sized, shown)):
        return None
    units = pl.DataFrame(
        {
            "sign": [row.sign if len(rows.practices) <= MOST_LABELLED else "" for row in shown],
            "own": [row.own for row in shown],
            "printed": [row.now.value for row in shown],
            "numerator": [row.now.numerator for row in shown],
            "denominator": [row.now.denominator for row in shown],
        }
    )
    kind = "proportion" if measure.kind == "proportion" else "rate"
    placed = adjusted_funnel(units, kind).drop_nulls("lower_95").sort("denominator", "sign")
    if placed.height < FEWEST_SHOWN or not placed["baseline"][0]:
        return None
    per = measure.per
    dots = tuple(
        Dot(row["sign"], row["denominator"], row["printed"], bool(row["own"])) for row in placed.iter_rows(named=True)
    )
    sizes = _sizes(placed["denominator"])
    known = pl.lit(placed["baseline"][0]), float(placed["tau2"][0] or 0)
    curves = tuple(_curve(sizes, kind, known, level, per) for level in (INNER, OUTER))
    inside = placed.filter(pl.col("position") == "inside").height
    return Funnel(dots, curves, placed["baseline"][0] * per, inside)


def _sized(row: Row) -> bool:
    return row.now.numerator is not None and bool(row.now.denominator)


def _sizes(found: pl.Series) -> list[float]:
    """From just under the smallest practice to just over the largest, closer together where the funnel is steep."""
    low, high = 0.8 * float(found.min() or 1), 1.04 * float(found.max() or 1)  # type: ignore[arg-type]
    return [low * (high / low) ** (at / _STEPS) for at in range(_STEPS + 1)]


def _curve(sizes: Sequence[float], kind: str, known: tuple[pl.Expr, float], level: float, per: int) -> Curve:
    """Both limits at every size, each the outer of the plain and the adjusted one, as `adjusted_funnel` has them."""
    (baseline, tau2), size = known, pl.col("size")
    if kind == "proportion":
        plain = proportion_limits(baseline, size, level)
        error = (PROPORTION.error(baseline * size, size) ** 2 + tau2).sqrt()
        wide = adjusted_limits(baseline, error, PROPORTION, level)
    else:
        events = baseline * size
        counts = count_limits(events, level)
        plain = Interval(counts.lower / size, counts.upper / size)
        error = (RATIO.error(events, events) ** 2 + tau2).sqrt()
        ratio = adjusted_limits(pl.lit(1.0), error, RATIO, level)
        wide = Interval(ratio.lower * baseline, ratio.upper * baseline)
    lower, upper = pl.min_horizontal(plain.lower, wide.lower), pl.max_horizontal(plain.upper, wide.upper)
    made = pl.DataFrame({"size": sizes}).select(lower=lower * per, upper=upper * per)
    return Curve(tuple(sizes), tuple(made["lower"]), tuple(made["upper"]))


def funnel_chart(rows: MeasureRows, setting: Setting) -> Chart | None:
    """The picture of a measure's funnel for a report; null where there is none."""
    found = funnel_of(rows)
    if found is None:
        return None
    numbers, say, measure = setting.voice.numbers, setting.voice.write, rows.measure
    x, y = axes_of(found)
    words = numbers.axis(y)
    if setting.voice.text(measure.unit) == "%":
        words[-1] += "%" if setting.voice.language == "en" else f"{NBSP}%"
    plan = Plan(
        found.dots,
        found.curves,
        found.baseline,
        tuple(zip(x, [numbers.count(at) for at in x], strict=True)),
        tuple(zip(y, words, strict=True)),
        (say("funnel", "size"), say("funnel", "pooled", x=numbers.figure(measure, found.baseline))),
        (numbers.percent(95), f"{numbers.decimal(99.8, 1)}{numbers.percent_sign}"),
    )
    title = setting.voice.text(measure.title)
    alt = say("alt", "funnel", title=title, n=len(found.dots), inside=found.inside)
    return Chart(f"funnel-{measure.id}.svg", draw_funnel(plan, setting.fonts), alt, 89)


def axes_of(found: Funnel) -> tuple[tuple[float, ...], tuple[float, ...]]:
    """Ticks of sizes from nought, and of values as far as dots and 95 % limits need; the outer limits may leave."""
    inner = found.curves[0]
    values = [*(dot.value for dot in found.dots), *inner.lower[4:], *inner.upper[4:]]
    return ticks(inner.sizes[-1]), span_ticks(max(0.0, min(values)), max(values))


def funnels(measures: Sequence[MeasureRows], setting: Setting) -> list[tuple[str, Chart]]:
    """The title and picture of every measure that has a funnel."""
    drawn = [(setting.voice.text(rows.measure.title), funnel_chart(rows, setting)) for rows in measures]
    return [(title, chart) for title, chart in drawn if chart is not None]
