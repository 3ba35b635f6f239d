"""The verdict on real practices that were shuffled into clusters: no cluster did anything, but practices may have.

Reads antibacterial items and list sizes of the practices of Manchester (the layout of `examples/manchester`, whose
contracts say what the files hold: prescribers of setting 4 alone, and a month without items is a zero where patients
were listed) and counts them by the functions that count everything else.
"""

from __future__ import annotations

from datetime import date
from pathlib import Path

import numpy as np
import polars as pl

from bench.verdict_rates import AIMS, LIKELY, NAIVE, READ, share, with_naive
from bench.verdict_regions import answered, around_each
from transforms.calendar import Window
from transforms.comparison import comparability
from transforms.definitions import Measure, parse_package
from transforms.measures import summed
from transforms.practice_months import Facts, counted_months

PACKAGE = Path(__file__).parents[1] / "examples/manchester/klyngepakker/antibacterials/package.toml"
SETS = 500
CLUSTERS = (14, 8)
"""As many as the networks the city has now (some 6 practices each), and as many as give the size of Danish clusters."""
YEARS = (2014, 2015, 2016, 2017)
GENERAL_PRACTICE = "4"
JUMP = 1.5
SEED = 20260104


def placebo(folder: Path) -> int:
    """Prints the shares of likely changes for each measure, pair of years and size of cluster. Nothing is failed here:
    practices have changed."""
    facts, package = _facts(folder), parse_package(PACKAGE)
    for measure in package.measures:
        for clusters in CLUSTERS:
            for year in YEARS:
                baseline = Window.of(date(year, 10, 1), package.windows.months)
                pairs = _compared(measure, facts, baseline)
                for which, some in (("", pairs), ("steady ", _steady(pairs))):
                    print("\n".join(_told(measure, some, (clusters, year, which))), flush=True)  # noqa: T201
    return 0


def _steady(pairs: pl.DataFrame) -> pl.DataFrame:
    """The practices whose rate did not change by half against the median of all: what is left is drift."""
    ratio = (pl.col("now_numerator") / pl.col("now_denominator")) / (
        pl.col("before_numerator") / pl.col("before_denominator")
    )
    return pairs.filter((ratio / ratio.median()).is_between(1 / JUMP, JUMP))


def _told(measure: Measure, pairs: pl.DataFrame, what: tuple[int, int, str]) -> list[str]:
    clusters, year, which = what
    shuffled = _shuffled(np.random.default_rng(SEED + year), pairs, clusters)
    around = around_each(measure, shuffled)
    rows = with_naive(measure, answered(measure, around, shuffled))
    spread = around.select("dispersion", "drift", "cluster_drift").mean().row(0)
    lines = [
        f"{measure.id}, {year} to {year + 1}, {pairs.height} {which}practices in {clusters} clusters, {SETS} times: "
        f"dispersion {spread[0]:.2f}, drift of practices {spread[1] ** 0.5:.3f}, of clusters {spread[2] ** 0.5:.3f}"
    ]
    for level in AIMS:
        units = rows.filter(level=level)
        lines.append(f"  {level:8} likely change {share(units)}   naive {share(units, NAIVE)}")
    practices = rows.filter(READ, level="practice")
    often = practices.group_by("unit_id").agg(share=LIKELY.mean(), ratio=pl.col("net_ratio").mean())
    moved = often.filter(pl.col("share") > 0).sort("share", descending=True).head(5)
    named = ", ".join(
        f"{row['unit_id']} {row['ratio']:.2f} ({row['share']:.0%})" for row in moved.iter_rows(named=True)
    )
    return [*lines, f"  practices with it, their change net of the rest (share of the sets): {named or 'none'}"]


def _shuffled(draw: np.random.Generator, pairs: pl.DataFrame, clusters: int) -> pl.DataFrame:
    """`pairs` once for each set, every set a region of its own with equally large clusters drawn at random."""
    many = pairs.height
    drawn = [draw.permutation(many) % clusters for _ in range(SETS)]
    sets = np.repeat(np.arange(SETS), many)
    return pl.concat([pairs] * SETS).with_columns(
        region_id=pl.Series(sets), cluster_id=pl.Series(sets * clusters + np.concatenate(drawn))
    )


def _compared(measure: Measure, facts: Facts, baseline: Window) -> pl.DataFrame:
    """One row per practice that can be compared with itself a year later: the counts of both windows."""
    windows = baseline, baseline.shifted(12)
    months = [counted_months(measure, window, facts) for window in windows]
    found = comparability(months[0], months[1], facts.practices.collect(), windows).filter(pl.col("reason").is_null())
    sides = [
        summed(measure, window, counted, "practice_id").select(
            "practice_id", pl.col("numerator", "denominator").name.prefix(side)
        )
        for window, counted, side in zip(windows, months, ("before_", "now_"), strict=True)
    ]
    both = sides[0].join(sides[1], on="practice_id").join(found, on="practice_id", how="semi")
    return both.rename({"practice_id": "unit_id"}).sort("unit_id")


def _facts(folder: Path) -> Facts:
    registry = pl.read_csv(folder / "practice_cluster_2016.csv", infer_schema=False).filter(
        pl.col("setting_2016") == GENERAL_PRACTICE
    )
    day = {"opened": "open_date", "closed": "close_date"}
    practices = registry.select(
        practice_id="practice_code",
        **{name: pl.col(column).str.to_date("%Y%m%d", strict=False) for name, column in day.items()},
        successor_id=pl.lit(None, dtype=pl.String),
    )
    counted = {"practice_id": pl.col("practice_code"), "period": pl.col("date").str.to_date("%Y-%m-%d")}
    nobody = {name: pl.lit(None, dtype=pl.String) for name in ("sex", "age_band", "indication")}
    lists = _read(folder, "list_sizes").select(**counted, **nobody, patients=pl.col("total_list_size").cast(pl.Float64))
    items = _read(folder, "prescriptions_bnf0501").filter(pl.col("setting") == GENERAL_PRACTICE)
    items = items.select(**counted, **nobody, code=pl.lit("0501"), items=pl.col("items").cast(pl.Float64))
    known = lists.join(practices, on="practice_id", how="semi")
    submitted = [
        known.select("practice_id", "period", source=pl.lit(source)) for source in ("list_sizes", "prescriptions")
    ]
    members = practices.select(
        "practice_id", cluster_id=pl.lit("all"), valid_from=pl.col("opened"), valid_to=pl.col("closed")
    )
    return Facts(
        by_source={"list_sizes": known.lazy(), "prescriptions": items.lazy()},
        submissions=pl.concat(submitted).lazy(),
        memberships=members.lazy(),
        clusters=pl.LazyFrame({"cluster_id": ["all"], "region_id": ["all"]}),
        practices=practices.lazy(),
    )


def _read(folder: Path, name: str) -> pl.DataFrame:
    return pl.read_csv(folder / f"{name}.csv.gz", infer_schema=False)
