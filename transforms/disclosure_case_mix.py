"""What each reader may see of case-mix: standardised figures, practices like mine, and who the patients are.

The own practice is exact. Of everybody else there are only pooled figures: standardised ones are the values that were
made from rounded counts, times a factor of the whole pool, rounded to printed decimals; profiles are made from counts
rounded to 5, of at least five practices and thirty patients, with whole per cents. Another practice's are never shown.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass

import polars as pl

from transforms.definitions import Measure, Package
from transforms.disclosure import View, shown
from transforms.disclosure_profiles import SIDES, Profile
from transforms.disclosure_rules import rounded, ruled
from transforms.pack import Mart, Meeting
from transforms.profile import COUNTS, SHARES
from transforms.published import FIGURE, PROFILE
from transforms.similar import factor, similar_figures, similar_profiles

SHARE_DECIMALS = 2
"""Of a share of 1: whole per cents. A decimal more would tell the counts of a small pool."""

_PRINTED = {
    "before_standardised": "before_value",
    "now_standardised": "now_value",
    "now_standardised_lower": "now_lower",
    "now_standardised_upper": "now_upper",
}


@dataclass(frozen=True)
class CaseMix:
    """What case-mix rests on, exact: the mart's figures, the later window's profiles, and who is like whom.

    `pairs` has a row per reader and practice like it (see `similar.neighbours`); it is told nobody.
    """

    mart: Mart
    profiles: pl.DataFrame
    pairs: pl.DataFrame
    region_id: str


def with_case_mix(figures: pl.DataFrame, package: Package, meeting: Meeting, mix: CaseMix) -> pl.DataFrame:
    """The rows of report.figure with standardised figures, and a row `similar` for each reader of a member report.

    `figures` are rounded and hidden already.
    """
    parts: list[pl.DataFrame] = []
    alike = _alike(package, meeting, mix)
    for measure in package.measures:
        rows = figures.filter(pl.col("measure_id") == measure.id)
        parts.append(_standardised(measure, rows, _factors(measure, meeting, mix)))
        pool = alike.filter(pl.col("measure_id") == measure.id)
        parts.append(_printed_similar(measure, pool, meeting, package.minimum_events))
    return pl.concat(parts)


def _alike(package: Package, meeting: Meeting, mix: CaseMix) -> pl.DataFrame:
    """The exact figures of each reader's pool and measure, with what is hidden and why."""
    pools = [
        similar_figures(measure, meeting, mix.mart, mix.pairs).with_columns(measure_id=pl.lit(measure.id))
        for measure in package.measures
    ]
    known = pl.concat(pools)
    return known if known.is_empty() else ruled(package, known, meeting.profile)


def printed_profiles(meeting: Meeting, mix: CaseMix, readers: Collection[str]) -> pl.DataFrame:
    """The rows of report.profile: cluster and region (without the cluster) for all, and to each reader its own."""
    cluster = mix.profiles.filter(level="cluster", unit_id=meeting.cluster_id)
    region = _without(mix.profiles.filter(level="region", unit_id=mix.region_id), cluster)
    rules = meeting.profile
    around = pl.concat([_rounded_profile(rows, pl.lit(None, pl.String), rules) for rows in (cluster, region)])
    own = mix.profiles.filter(pl.col("level") == "practice", pl.col("unit_id").is_in(list(readers)))
    alike = similar_profiles(mix.profiles, mix.pairs).with_columns(level=pl.lit("similar"))
    audiences = pl.DataFrame({"audience": ["cluster", *readers]}, schema={"audience": pl.String})
    rows = [
        audiences.join(around.drop("audience"), how="cross"),
        own.with_columns(audience="unit_id"),
        _rounded_profile(alike, pl.col("reader"), rules).filter(pl.col("practices").is_not_null()),
    ]
    shaped = [_shaped(each.with_columns(pack_id=pl.lit(meeting.pack_id)), PROFILE) for each in rows]
    return pl.concat(shaped).sort("audience", "level")


def _factors(measure: Measure, meeting: Meeting, mix: CaseMix) -> dict[str, Mapping[str, float | None]]:
    """By side: what a printed value times gives the standardised one, by reader for practices, else by level."""
    before: Mapping[str, float | None] = _factors_of(measure, meeting, mix, "before") if meeting.followup else {}
    return {"before": before, "now": _factors_of(measure, meeting, mix, "now")}


def _factors_of(measure: Measure, meeting: Meeting, mix: CaseMix, side: str) -> Mapping[str, float | None]:
    window = meeting.baseline if side == "before" else meeting.later
    inside = mix.mart.measures.filter(pl.col("measure_id") == measure.id, pl.col("window_start") == window.start)
    practices = inside.filter(level="practice", practice_set="then" if window == meeting.baseline else "now")
    pooled = inside.filter(practice_set="matched" if meeting.followup else "then")
    cluster = pooled.filter(level="cluster", unit_id=meeting.cluster_id)
    region = pooled.filter(level="region", unit_id=mix.region_id)
    rest = region.with_columns(pl.col(name) - _only(cluster, name) for name in ("denominator", "expected"))
    times = factor(measure, "denominator").alias("times")
    levels = {"cluster": cluster, "region": rest}
    alone = dict(practices.select("unit_id", times).iter_rows())
    return alone | {level: _only(unit.select(times), "times") for level, unit in levels.items()}


def _only(rows: pl.DataFrame, column: str) -> float | None:
    return rows[column].item() if rows.height == 1 else None


def _standardised(
    measure: Measure, rows: pl.DataFrame, factors: Mapping[str, Mapping[str, float | None]]
) -> pl.DataFrame:
    """`rows` of report.figure: own practice exact, cluster and region to printed decimals, others without.

    Of two sides one of which is hidden nothing is standardised: it would be judged by what nobody may see.
    """
    who = pl.when("own").then("audience").when(pl.col("level") != "practice").then("level")
    most = float(measure.per) if measure.kind == "proportion" else float("inf")
    hidden = pl.any_horizontal((pl.col(f"{side}_state") == "suppressed").fill_null(value=False) for side in SIDES)
    columns: list[pl.Expr] = []
    for name, crude in _PRINTED.items():
        known = factors[crude.partition("_")[0]]
        times = who.replace_strict(known, default=None, return_dtype=pl.Float64) if known else pl.lit(None, pl.Float64)
        exact = (pl.col(crude) * times).clip(upper_bound=most)
        printed = pl.when("own").then(exact).otherwise(exact.round(measure.decimals))
        columns.append(pl.when(~hidden).then(printed).alias(name))
    return rows.with_columns(columns)


def _printed_similar(measure: Measure, exact: pl.DataFrame, meeting: Meeting, minimum_events: int) -> pl.DataFrame:
    if exact.is_empty():
        return FIGURE.to_frame()
    view = View(None, meeting.mode, minimum_events, meeting.profile)
    rows = shown(measure, exact, view).with_columns(pack_id=pl.lit(meeting.pack_id), audience="unit_id")
    factors = dict(exact.select("unit_id", "now_factor").iter_rows())
    # A pool is nobody's own, so that its figures are rounded; its factor stands under its reader's name.
    filled = _standardised(
        measure, _shaped(rows, FIGURE).with_columns(level="audience"), {"before": {}, "now": factors}
    )
    return filled.with_columns(level=pl.lit("similar"))


def _shaped(rows: pl.DataFrame, schema: pl.Schema) -> pl.DataFrame:
    known = set(rows.columns)
    return rows.select(
        pl.col(name).cast(dtype) if name in known else pl.lit(None, dtype=dtype).alias(name)
        for name, dtype in schema.items()
    )


def _without(region: pl.DataFrame, cluster: pl.DataFrame) -> pl.DataFrame:
    """The region's profile without the cluster's patients; counts that either cannot tell are null."""
    if cluster.is_empty():
        return region
    months = pl.col("patients") / pl.col("list_size")  # practices listed in an average month
    inside = cluster["patients"].item() / cluster["list_size"].item()
    counts = ("patients", *COUNTS)
    return region.with_columns(
        *(pl.col(name) - cluster[name].item() for name in counts),
        practices=pl.col("practices") - cluster["practices"].item(),
        list_size=(pl.col("patients") - cluster["patients"].item()) / (months - inside),
        mean_age=pl.lit(None, dtype=pl.Float64),
    )


def _rounded_profile(rows: pl.DataFrame, reader: pl.Expr, rules: Profile) -> pl.DataFrame:
    """Rows for the audience `reader`: sizes rounded as the profile says, shares of rounded counts."""
    enough = (pl.col("practices") >= rules.fewest_practices) & (pl.col("patients") >= rules.smallest_unit)
    patients = rounded(pl.col("patients"), rules.rounding)
    shares = [
        pl.when(enough & ~_few(pl.col(count), rules) & ~_few(pl.col("patients") - pl.col(count), rules))
        .then((rounded(pl.col(count), rules.rounding) / patients).round(SHARE_DECIMALS))
        .alias(share)
        for count, share in zip(COUNTS, SHARES, strict=True)
    ]
    return rows.select(
        reader.alias("audience"),
        "level",
        pl.when(enough).then("practices").alias("practices"),
        pl.when(enough).then((pl.col("list_size") / rules.rounding).round() * rules.rounding).alias("list_size"),
        *shares,
        pl.when(enough).then(pl.col("mean_age").round(0)).alias("mean_age"),
    )


def _few(count: pl.Expr, rules: Profile) -> pl.Expr:
    return (count > 0) & (count < rules.smallest_count)
