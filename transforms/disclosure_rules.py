"""Which figures must be hidden, and why: every rule over the exact figures of a whole pack, before anything is rounded.

One row per unit, measure and category in, the same rows out with, for either side, `rule` (why it is hidden from
everybody but the unit itself; null: it is shown) and the steps that its counts are rounded to. The rules are told
to the quality unit alone (mart.hidden); what is printed is one marker for all of them.
"""

from __future__ import annotations

from collections.abc import Sequence

import polars as pl

from transforms.definitions import Package
from transforms.disclosure_answers import telling_answers
from transforms.disclosure_between import between
from transforms.disclosure_kinds import FEWEST_ANSWERS, FEWEST_CLINICS, answers_in, is_estimate, of_single_answers
from transforms.disclosure_profiles import SIDES, Profile
from transforms.kinds import AVERAGES, COUNTS, SHARES
from transforms.nesting import Count, nested

COUNTED = ("value", "zero", "too_few")
SINGLE_ANSWERS = "single_answers"
"""The one rule that hides a practice's figure from the practice as well."""
UNIT = ("level", "unit_id")
FIGURE_KEY = ("measure_id", "category", *UNIT)
HIDDEN = pl.Schema(
    {
        "pack_id": pl.String,
        "package_id": pl.String,
        **dict.fromkeys(FIGURE_KEY, pl.String),
        "side": pl.String,  # before | now | paired (those who answered in both: transforms.disclosure_twice)
        "rule": pl.String,  # a name of this module, or `alike` (transforms.disclosure)
    }
)
HALF = 0.5 + 1e-9
"""Patients are person-months over months: a sum of thirds may be 13342.499999999998, and is a half all the same."""
STEPS = tuple(lead * 10**power for power in range(-3, 6) for lead in (1, 2, 5))


def ruled(package: Package, exact: pl.DataFrame, profile: Profile) -> pl.DataFrame:
    """`exact` (all measures of a pack) with before_rule, now_rule, four columns of steps, dot_step and between.

    Rules: `single_answers` (of a practice's own staff: hidden from the practice too), `few_answers` (of the staff of a
    cluster or region), `few_practices` (behind a cluster or region), `small_unit`, `small_count`, `small_rest` (of a
    share), `nested` (a wider count differs too little), `none_or_all` (of a wider count that is a small unit itself; of
    the staff, or of those outside one practice), `category` (another category of the same distribution is hidden),
    `total` (it would give a hidden practice away). `between`: the practice may have no letter
    (`transforms.disclosure_between`).
    """
    rows = exact if "category" in exact.columns else exact.with_columns(category=pl.lit(None, dtype=pl.String))
    rows = rows.with_columns(average=pl.col("measure_id").is_in(_averages(package)))
    for side in SIDES:
        bases = [pl.col(name) for part in COUNTS[2:] if (name := f"{side}_{part}") in rows.columns]
        grounds = [pl.col(f"{side}_denominator"), *bases]
        rows = rows.with_columns(_alone(package, profile, side, grounds).alias(f"{side}_rule"))
        rows = _without_telling_answers(rows, package, side)
        rows = _nested(rows, nested(package), profile, side)
        rows = _with_all_categories(rows, side)
        rows = _with_steps(rows, profile, side)
        # A total that tells may be that of one category: then the others go with it.
        rows = _with_all_categories(_without_telling_totals(rows, profile, side), side)
    steps = _dot_steps(package, rows, profile)
    apart = pl.col("unit_id").is_in(between(package, rows, profile)) & (pl.col("level") == "practice")
    marked = rows.drop("average").with_columns(between=apart)
    return marked.join(steps, on="measure_id", how="left", maintain_order="left")


def shares(package: Package) -> list[str]:
    """The measures of which a rest can be left: see SHARES."""
    return [measure.id for measure in package.measures if measure.kind in SHARES]


def _averages(package: Package) -> list[str]:
    return [measure.id for measure in package.measures if measure.kind in AVERAGES]


def rounded(count: pl.Expr, step: pl.Expr | int) -> pl.Expr:
    """`count` to the nearest `step`, halves upwards."""
    return (count / step + HALF).floor() * step


def hidden_rows(rows: pl.DataFrame, pack_id: str, package_id: str) -> pl.DataFrame:
    """The rows of mart.hidden: one per figure and side that a rule hides."""
    parts = [
        rows.filter(pl.col(f"{side}_rule").is_not_null()).select(
            pl.lit(pack_id).alias("pack_id"),
            pl.lit(package_id).alias("package_id"),
            *FIGURE_KEY,
            pl.lit(side).alias("side"),
            pl.col(f"{side}_rule").alias("rule"),
        )
        for side in SIDES
    ]
    return pl.concat(parts).match_to_schema(HIDDEN).sort(HIDDEN.names())


def _alone(package: Package, profile: Profile, side: str, grounds: Sequence[pl.Expr]) -> pl.Expr:
    """The rule that hides a figure whatever else is printed. `grounds` is what it is counted over."""
    numerator, denominator = pl.col(f"{side}_numerator"), pl.col(f"{side}_denominator")
    is_share = pl.col("measure_id").is_in(shares(package))
    few = (pl.col("level") != "practice") & (pl.col("practices") < profile.fewest_practices)
    rest = denominator - numerator
    rules = _of_answers(package, side) | {
        "few_practices": few,
        "small_unit": pl.any_horizontal(ground < profile.smallest_unit for ground in grounds),
        "small_count": ~pl.col("average") & (numerator > 0) & (numerator < profile.smallest_count),
        "small_rest": is_share & (rest > 0) & (rest < profile.smallest_rest),
    }
    counted = pl.col(f"{side}_state").is_in(COUNTED)
    return pl.coalesce(pl.when(counted & broken).then(pl.lit(name)) for name, broken in rules.items())


def _of_answers(package: Package, side: str) -> dict[str, pl.Expr]:
    """What hides a figure of single answers: of one practice always, of others where too few answered or came."""
    asked = [measure for measure in package.measures if of_single_answers(measure)]
    parts = {part: [measure.id for measure in asked if answers_in(measure) == part] for part in COUNTS[:2]}
    told, practice = pl.col("measure_id").is_in([measure.id for measure in asked]), pl.col("level") == "practice"
    answers = pl.coalesce(
        pl.when(pl.col("measure_id").is_in(names)).then(f"{side}_{part}") for part, names in parts.items()
    )
    came = practice & pl.col("reason").is_null() & pl.col(f"{side}_state").is_in(COUNTED) & (answers > 0)
    clinics = (
        pl.when(pl.col("level") == "cluster")
        .then(came.fill_null(value=False).sum().over("measure_id", "category"))
        .otherwise("practices")
    )
    few = (answers < FEWEST_ANSWERS) | (clinics < FEWEST_CLINICS)
    return {SINGLE_ANSWERS: told & practice, "few_answers": told & ~practice & few}


def _without_telling_answers(rows: pl.DataFrame, package: Package, side: str) -> pl.DataFrame:
    """Hides what the staff answered where it tells of somebody among them (`transforms.disclosure_answers`)."""
    told = telling_answers(package, rows, side)
    joined = rows.join(told, on=list(FIGURE_KEY), how="left", nulls_equal=True, maintain_order="left")
    why = pl.when(pl.col(f"{side}_state").is_in(COUNTED)).then("telling")
    return joined.with_columns(pl.coalesce(f"{side}_rule", why).alias(f"{side}_rule")).drop("telling")


def _nested(rows: pl.DataFrame, pairs: Sequence[tuple[Count, Count]], profile: Profile, side: str) -> pl.DataFrame:
    """Hides the narrower of two counts that differ too little, where the wider is shown."""
    found: list[pl.DataFrame] = []
    for wide, narrow in pairs:
        holding = _counts(rows, wide, side).filter(pl.col("rule").is_null())
        both = _counts(rows, narrow, side).join(holding, on=UNIT, suffix="_wide")
        wider, less = pl.col("count_wide"), pl.col("count_wide") - pl.col("count")
        told = (wider < profile.smallest_unit) & (wider > 0) & ((less == 0) | (pl.col("count") == 0))
        near = (less > 0) & (less < profile.smallest_difference)
        why = pl.when(near).then(pl.lit("nested")).when(told).then(pl.lit("none_or_all"))
        found.append(both.select("measure_id", *UNIT, nested_rule=why).drop_nulls("nested_rule"))
    if not found:
        return rows
    told_of = pl.concat(found).group_by("measure_id", *UNIT).agg(pl.col("nested_rule").max())
    joined = rows.join(told_of, on=["measure_id", *UNIT], how="left", maintain_order="left")
    rule = pl.when(pl.col(f"{side}_state").is_in(COUNTED)).then(pl.coalesce(f"{side}_rule", "nested_rule"))
    return joined.with_columns(rule.alias(f"{side}_rule")).drop("nested_rule")


def _counts(rows: pl.DataFrame, count: Count, side: str) -> pl.DataFrame:
    chosen = rows.filter(
        pl.col("measure_id") == count.measure_id,
        pl.col("category").is_null(),
        pl.col(f"{side}_state").is_in(COUNTED),
    )
    value = pl.col(f"{side}_{count.part}").alias("count")
    return chosen.select("measure_id", *UNIT, value, pl.col(f"{side}_rule").alias("rule"))


def _with_all_categories(rows: pl.DataFrame, side: str) -> pl.DataFrame:
    """One category hidden hides all of them: with the whole, it would be what the others leave."""
    rule, counted = pl.col(f"{side}_rule"), pl.col(f"{side}_state").is_in(COUNTED)
    in_one = pl.col("category").is_not_null()
    another = (in_one & rule.is_not_null()).any().over("measure_id", *UNIT)
    shown = in_one & another & rule.is_null() & counted
    return rows.with_columns(pl.when(shown).then(pl.lit("category")).otherwise(rule).alias(f"{side}_rule"))


def _with_steps(rows: pl.DataFrame, profile: Profile, side: str) -> pl.DataFrame:
    """A cluster's total that is mostly one practice is rounded further: it would be that practice's figure."""
    for part in ("numerator", "denominator"):
        count = pl.col(f"{side}_{part}")
        behind = (pl.col("level") == "practice") & pl.col("reason").is_null()
        largest = pl.when(behind).then(count).max().over("measure_id", "category")
        mostly_one = (pl.col("level") == "cluster") & (largest > profile.largest_share * count)
        step = (
            pl.when(mostly_one.fill_null(value=False)).then(profile.rounding_of_one_large).otherwise(profile.rounding)
        )
        rows = rows.with_columns(step.cast(pl.Int64).alias(f"{side}_{part}_step"))
    return rows


def _without_telling_totals(rows: pl.DataFrame, profile: Profile, side: str) -> pl.DataFrame:
    """Hides a cluster's figure where it and the shown practices leave too little doubt about a hidden small count.

    Every attacker holds the printed total and the printed counts, each as the whole numbers that round to it, and a
    practice also its own count. What is left for the hidden ones must allow every small count, and one more, for each.
    Source: feasibility intervals as in Willenborg & de Waal 2001, Elements of Statistical Disclosure Control.
    """
    if profile.rounding == 1:  # nobody is to be kept from anything: the quality unit has the exact figures
        return rows
    key = ["measure_id", "category"]
    practices = _known_of_practices(rows, profile, side)
    totals = rows.filter(pl.col("level") == "cluster", ~pl.col("average"), pl.col(f"{side}_rule").is_null()).select(
        *key,
        total=rounded(pl.col(f"{side}_numerator"), pl.col(f"{side}_numerator_step")),
        step=f"{side}_numerator_step",
    )
    sums = practices.group_by(key).agg(
        *(pl.col(name).sum().alias(f"{name}_all") for name in ("least", "most", "hidden", "small"))
    )
    outsider = sums.select(*key).with_columns(own_least=0.0, own_most=0.0, hidden=0, small=0)
    attackers = pl.concat([practices.select(outsider.columns), outsider], how="vertical_relaxed")
    left = attackers.join(sums, on=key, nulls_equal=True).join(totals, on=key, nulls_equal=True)
    bad = left.filter(_too_little_doubt(profile)).select(key).unique().with_columns(tells=True)
    joined = rows.join(bad, on=key, how="left", nulls_equal=True, maintain_order="left")
    telling = (pl.col("level") == "cluster") & pl.col("tells") & pl.col(f"{side}_rule").is_null()
    rule = pl.when(telling).then(pl.lit("total")).otherwise(f"{side}_rule")
    return joined.with_columns(rule.alias(f"{side}_rule")).drop("tells")


def _known_of_practices(rows: pl.DataFrame, profile: Profile, side: str) -> pl.DataFrame:
    """Per practice behind the total: the least and most its printed count can be (0 where hidden), and what it adds.

    `own_least` and `own_most` are how much nearer to the truth the practice itself is than who reads the printed count.
    """
    count, shown = pl.col(f"{side}_numerator"), pl.col(f"{side}_rule").is_null()
    behind = (pl.col("level") == "practice") & pl.col("reason").is_null() & pl.col(f"{side}_state").is_in(COUNTED)
    middle = rounded(count, profile.rounding)
    least = pl.when(shown & (count > 0)).then(middle - profile.rounding // 2).otherwise(0.0)
    most = pl.when(shown & (count > 0)).then(middle + (profile.rounding - 1) // 2).otherwise(0.0)
    known = rows.filter(behind).select("measure_id", "category", count=count, shown=shown, least=least, most=most)
    small = pl.col("count") < profile.smallest_count
    return known.with_columns(
        own_least=pl.col("count") - pl.col("least"),
        own_most=pl.col("count") - pl.col("most"),
        hidden=(~pl.col("shown")).cast(pl.Int64),
        small=(~pl.col("shown") & small & (pl.col("count") > 0)).cast(pl.Int64),
    )


def _too_little_doubt(profile: Profile) -> pl.Expr:
    hidden, small = pl.col("hidden_all") - pl.col("hidden"), pl.col("small_all") - pl.col("small")
    highest = pl.col("total") + (pl.col("step") - 1) // 2 - pl.col("least_all") - pl.col("own_least")
    lowest = pl.col("total") - pl.col("step") // 2 - pl.col("most_all") - pl.col("own_most")
    # The others of the hidden are at least 1 each; one alone must also be able to be as little as 1.
    too_low = highest - (hidden - 1) < profile.smallest_count
    return (small > 0) & (too_low | ((hidden == 1) & (lowest > 1)))


def _dot_steps(package: Package, rows: pl.DataFrame, profile: Profile) -> pl.DataFrame:
    """One row per measure: the step that lettered values are rounded to, in the measure's unit (see `dot_step`)."""
    drawn = [
        pl.when(pl.col(f"{side}_state").is_in(COUNTED) & pl.col(f"{side}_rule").is_null()).then(
            rounded(pl.col(f"{side}_denominator"), profile.rounding)
        )
        for side in SIDES
    ]
    practices = rows.filter(pl.col("level") == "practice")
    found = dict(practices.group_by("measure_id").agg(pl.min_horizontal(drawn).min()).iter_rows())
    steps = {
        measure.id: dot_step(found[measure.id], measure.per, measure.decimals, profile.rounding)
        for measure in package.measures
        if found.get(measure.id) and not is_estimate(measure)
    }
    schema = {"measure_id": pl.String, "dot_step": pl.Float64}
    return pl.DataFrame({"measure_id": list(steps), "dot_step": list(steps.values())}, schema=schema)


def dot_step(smallest: float, per: int, decimals: int, rounding: int) -> float:
    """The finest of 1, 2, 5, 10, 20, ... that is as wide as `rounding` events in a denominator of `smallest`.

    Numerators are printed in steps of `rounding`, so a practice of n has values `per` * `rounding` / n apart. Where the
    printed step is as wide as that in the smallest practice drawn, every printed value can be reached from every larger
    denominator too: a printed value, or any number of them, says nothing about a size.
    """
    wanted = max(per * rounding / smallest, 10.0**-decimals)
    return float(next(step for step in STEPS if step >= wanted * (1 - 1e-12)))
