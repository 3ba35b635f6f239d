"""What each reader may see: the one place where exact figures become printed ones.

`transforms.disclosure_rules` has said which figures are hidden; here the others are rounded as the profile says, shares
and rates are computed from the rounded counts, and what a reader may not see of others is taken out. The reader's own
practice is exact, but for what its staff answered, which nobody sees. In the mode `letters` another practice is a dot:
a value on a coarse grid, and nothing that gives its size away.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import polars as pl

from transforms.comparison import changes
from transforms.definitions import Measure
from transforms.disclosure_kinds import FIGURES, averages_fit_to_print, is_estimate, to_decimals
from transforms.disclosure_profiles import (
    COLUMNS,
    JUDGED_RATIOS,
    JUDGED_VALUES,
    SIDES,
    Mode,
    Profile,
    profile,
)
from transforms.disclosure_rules import COUNTED, HALF, SINGLE_ANSWERS, rounded
from transforms.kinds import AVERAGES, COUNTS, SHARES, completed_pairs, with_figures
from transforms.verdict import judged

__all__ = ["Mode", "View", "shown", "shown_to", "unlike"]

CLUSTER = "cluster"
"""The audience of the rows that the whole cluster sees."""

DELIVERED = (*COUNTED, "suppressed", "not_computable")


@dataclass(frozen=True)
class View:
    """Who reads: a practice, or the cluster (None), how the others are shown to it, and when a figure is too few."""

    reader: str | None
    mode: Mode
    minimum_events: int
    profile: Profile = field(default_factory=lambda: profile("sds"))

    @property
    def dots(self) -> bool:
        """Whether the others are dots that nothing may be read from but a value."""
        return self.mode == "letters" and self.profile.coarse_dots


def shown(measure: Measure, exact: pl.DataFrame, view: View) -> pl.DataFrame:
    """The rows of one measure as `view` may see them, one per unit and category, with changes and ratio.

    `exact` comes from `disclosure_rules.ruled`: level, unit_id, label, reason, reason_for_all, practices and, under
    before_ and now_, state, numerator, denominator, rule and steps. Rows of other practices are left out where the mode
    is `own_only`, or fewer practices delivered than the profile asks for.
    """
    return shown_to(measure, exact, [view.reader], view).drop("audience")


def shown_to(measure: Measure, exact: pl.DataFrame, readers: Sequence[str | None], view: View) -> pl.DataFrame:
    """The rows of `shown` for each of `readers` in turn, all at once; `audience` is the practice, or CLUSTER."""
    asked = pl.DataFrame({"audience": [reader or CLUSTER for reader in readers]}).with_row_index("turn")
    own = (pl.col("level") == "practice") & (pl.col("unit_id") == pl.col("audience"))
    marked = asked.join(exact, how="cross", maintain_order="left_right").with_columns(own=own.fill_null(value=False))
    marked = marked.with_columns(unlike=_unlike(view).over("audience", "measure_id", "category"))
    marked = marked.with_columns(reason=pl.coalesce("reason", "reason_for_all"))
    visible = _without_small_clusters(marked, view)
    own_rows = _with_values(measure, _kept_from_its_own(visible.filter("own")))
    others = _fit_to_print(measure, _unjudged(visible.filter(~pl.col("own"))), view)
    in_turn = pl.concat([own_rows, others], how="diagonal_relaxed").sort("turn", maintain_order=True).drop("turn")
    every = judged(measure, changes(measure, in_turn))
    return _nameless(_blanked(_printed(measure, every, view), view), view)


def _kept_from_its_own(rows: pl.DataFrame) -> pl.DataFrame:
    """`rows` without the figures that not even the practice sees of itself, and without all that was judged of them."""
    for side in SIDES:
        kept = (pl.col(f"{side}_rule") == SINGLE_ANSWERS).fill_null(value=False)
        figures = [name for part in (*COUNTS, "observations", "value") if (name := f"{side}_{part}") in rows.columns]
        rows = rows.with_columns(
            pl.when(kept).then(pl.lit("suppressed")).otherwise(f"{side}_state").alias(f"{side}_state"),
            *(pl.when(~kept).then(name).alias(name) for name in figures),
        )
    return rows


def unlike(exact: pl.DataFrame, mode: Mode, rules: Profile) -> pl.DataFrame:
    """`exact` with the rule `alike` on both sides of every practice that is too much alone of its kind for a dot."""
    alone = _unlike(View(None, mode, 0, rules)).over("measure_id", "category")
    marked = exact.with_columns(alone=alone)
    return marked.with_columns(
        pl.coalesce(f"{side}_rule", pl.when("alone").then(pl.lit("alike"))).alias(f"{side}_rule") for side in SIDES
    ).drop("alone")


def _unlike(view: View) -> pl.Expr:
    """Whether a practice that delivered now has too few others that also lack the earlier side, or are not compared.

    Who joined or merged is known to everybody: a dot that alone has no earlier figure would be named by that. So would
    one between two totals of the same thing (`transforms.disclosure_between`).
    """
    if not view.dots:
        return pl.lit(value=False)
    drawn = (pl.col("level") == "practice") & pl.col("now_state").is_in(DELIVERED) & ~pl.col("between")
    had_before = pl.col("before_state").is_in(DELIVERED).fill_null(value=False)
    compared = pl.col("reason").is_null()
    few = pl.col("between")
    for has in (True, False):
        for same in (True, False):
            kind = drawn & (had_before == has) & (compared == same)
            few |= kind & (kind.sum() < view.profile.fewest_alike)
    return few


def _without_small_clusters(rows: pl.DataFrame, view: View) -> pl.DataFrame:
    is_practice = pl.col("level") == "practice"
    came = rows.filter(is_practice, pl.col("now_state").is_in(COUNTED))["unit_id"].n_unique()
    if view.mode == "open" or (view.mode == "letters" and came >= view.profile.fewest_practices):
        return rows
    return rows.filter(~is_practice | pl.col("own"))


def _unjudged(rows: pl.DataFrame) -> pl.DataFrame:
    """Takes what was judged of other practices' exact figures away; only what follows from rounded counts may stand."""
    judged = [name for name in COLUMNS["judged"] if name in rows.columns]
    return rows.with_columns(pl.when(pl.col("level") != "practice").then(name).alias(name) for name in judged)


def _rounded(measure: Measure, rows: pl.DataFrame, view: View) -> pl.DataFrame:
    parts = [part for part in COUNTS if f"now_{part}" in rows.columns]
    for side in SIDES:
        counted = pl.col(f"{side}_state").is_in(COUNTED)
        hidden = counted & (pl.col(f"{side}_rule").is_not_null() | pl.col("unlike"))
        state = pl.when(hidden).then(pl.lit("suppressed")).otherwise(f"{side}_state")
        steps = {part: f"{side}_{part}_step" for part in parts}
        rows = rows.with_columns(
            state.alias(f"{side}_state"),
            *(
                pl.when(counted & ~hidden)
                .then(
                    rounded(pl.col(f"{side}_{part}"), pl.col(step) if step in rows.columns else view.profile.rounding)
                )
                .alias(f"{side}_{part}")
                for part, step in steps.items()
            ),
        )
        # From the rounded count too: "20, too few" would say that it is 18 or 19.
        few = _observed(measure, side) < view.minimum_events
        readable = pl.col(f"{side}_state").is_in(["value", "too_few"])
        read = pl.when(few).then(pl.lit("too_few")).otherwise(pl.lit("value"))
        rows = rows.with_columns(pl.when(readable).then(read).otherwise(f"{side}_state").alias(f"{side}_state"))
    return rows


def _observed(measure: Measure, side: str) -> pl.Expr:
    """What must not be too few of: events of a rate, on either side of a ratio, else what was observed."""
    numerator, denominator = pl.col(f"{side}_numerator"), pl.col(f"{side}_denominator")
    return {"rate": numerator, "ratio": pl.min_horizontal(numerator, denominator)}.get(measure.kind, denominator)


def _with_values(measure: Measure, rows: pl.DataFrame) -> pl.DataFrame:
    rows = completed_pairs(rows)
    for side in SIDES:
        rows = with_figures(measure.kind, measure.per, rows, f"{side}_")
        known = pl.col(f"{side}_state").is_in(COUNTED)
        rows = rows.with_columns(pl.when(known).then(f"{side}_{part}").alias(f"{side}_{part}") for part in FIGURES)
    return rows


def _fit_to_print(measure: Measure, rows: pl.DataFrame, view: View) -> pl.DataFrame:
    """Rows about others than the reader: counts rounded, and values from the rounded counts if they are of counts."""
    if measure.kind in AVERAGES:
        return averages_fit_to_print(measure, _rounded(measure, _with_values(measure, rows), view))
    valued = _with_values(measure, _rounded(measure, rows, view))
    return to_decimals(measure, valued) if is_estimate(measure) else valued


def _printed(measure: Measure, rows: pl.DataFrame, view: View) -> pl.DataFrame:
    """Puts dots on their grid, and what was judged of the cluster and region at as many decimals as are printed."""
    dot = (pl.col("level") == "practice") & ~pl.col("own") & view.dots
    for side in SIDES:
        value = pl.col(f"{side}_value")
        value = value.round(measure.decimals) if is_estimate(measure) else on_grid(value, measure, view.profile)
        state = _state_of_dot(value, pl.col(f"{side}_state"), measure, view)
        rows = rows.with_columns(
            pl.when(dot).then(value).otherwise(f"{side}_value").alias(f"{side}_value"),
            pl.when(dot).then(state).otherwise(f"{side}_state").alias(f"{side}_state"),
        )
    before, now = pl.col("before_value"), pl.col("now_value")
    changed = dot & pl.col("change").is_not_null()
    decimals = dict.fromkeys(JUDGED_VALUES, measure.decimals) | dict.fromkeys(JUDGED_RATIOS, 4)
    return rows.with_columns(
        *(
            pl.when(pl.col("own")).then(name).otherwise(pl.col(name).round(places)).alias(name)
            for name, places in decimals.items()
            if name in rows.columns
        ),
        change=pl.when(changed).then(now - before).otherwise("change"),
        ratio=pl.when(changed & (before > 0)).then(now / before).when(~dot).then("ratio"),
    )


def on_grid(value: pl.Expr, measure: Measure, rules: Profile) -> pl.Expr:
    """`value` to the nearest `dot_step`. What is not nought is not printed as nought, nor what is not all as all."""
    step = pl.col("dot_step")
    least = step * (rules.smallest_printed / rules.rounding)
    nearest = ((value / step + HALF).floor() * step).clip(lower_bound=least)
    if measure.kind in SHARES:
        nearest = pl.when(value < measure.per).then(nearest.clip(upper_bound=measure.per - least)).otherwise(value)
    return pl.when(value > 0).then(nearest.round(10)).otherwise(value)


def _state_of_dot(value: pl.Expr, state: pl.Expr, measure: Measure, view: View) -> pl.Expr:
    """Whether a dot is too few, by its printed value alone: its own count beside its value would give its size."""
    if measure.kind in SHARES or is_estimate(measure):
        return state
    few = value < view.minimum_events / view.profile.rounding * pl.col("dot_step")
    read = pl.when(few).then(pl.lit("too_few")).otherwise(pl.lit("value"))
    return pl.when(state.is_in(["value", "too_few"])).then(read).otherwise(state)


def _blanked(rows: pl.DataFrame, view: View) -> pl.DataFrame:
    """Takes out what the profile does not show of others in this mode, and all that was judged of a hidden side."""
    practice = pl.col("level") == "practice"
    of_others = view.profile.columns(view.mode, practice=True)
    of_around = view.profile.columns(view.mode, practice=False)
    hidden = pl.any_horizontal((pl.col(f"{side}_state") == "suppressed").fill_null(value=False) for side in SIDES)
    judged = COLUMNS["judged"]
    blanked: list[pl.Expr] = []
    for name in (name for item in COLUMNS.values() for name in item if name in rows.columns):
        may = pl.col("own") | pl.when(practice).then(pl.lit(name in of_others)).otherwise(pl.lit(name in of_around))
        may &= ~hidden if name in judged else pl.lit(value=True)
        blanked.append(pl.when(may).then(name).alias(name))
    told = (pl.col("level") == "cluster") & pl.any_horizontal(pl.col(f"{side}_value").is_not_null() for side in SIDES)
    return rows.with_columns(*blanked, practices=pl.when(told).then("practices"), comparable=pl.col("reason").is_null())


def _nameless(rows: pl.DataFrame, view: View) -> pl.DataFrame:
    """Takes letter and figures from dots that did not deliver, or are too much alone of their kind.

    An earlier figure would tell which one it is to everybody who kept the earlier report.
    """
    if not view.dots:
        return rows
    dot = (pl.col("level") == "practice") & ~pl.col("own")
    nameless = dot & (pl.col("unlike") | ~pl.col("now_state").is_in(DELIVERED))
    known = [name for item in COLUMNS.values() for name in item if name in rows.columns]
    before = pl.when(nameless & pl.col("before_state").is_in(DELIVERED)).then(pl.lit("suppressed"))
    return rows.with_columns(
        *(pl.when(~nameless).then(name).alias(name) for name in known),
        before.otherwise("before_state").alias("before_state"),
        label=pl.when(~nameless).then("label").otherwise(pl.lit("")),
    )
