"""Who the patients of a unit are, and which practices of a region have patients most like a practice's own."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import polars as pl

from transforms.calendar import Window
from transforms.practice_months import Facts, clusters_by_month
from transforms.selection import band_limits

NEIGHBOURS = 20
FEWEST_NEIGHBOURS = 5
"""Practices: the pool of fewer would be a picture of each one."""
LIKENESS = ("share_65", "share_0_17", "share_women", "log_size")
"""What makes practices alike; each difference in standard deviations of the region's practices."""

WIDEST_BAND = 10
"""Years: the middle of a wider band, or of one without an end, says too little of a mean age."""

COUNTS = ("women", "age_0_17", "age_65", "age_80")
SHARES = ("share_women", "share_0_17", "share_65", "share_80")

_Within = Callable[[int, int | None], bool | None]


def profiles(window: Window, facts: Facts) -> pl.DataFrame:
    """One row per practice, cluster and region that listed patients in `window`: how many, and who they are.

    Months count that listed patients and whose list sizes were submitted. `patients`, `women`, `age_0_17`, `age_65`
    (and over) and `age_80` are the average of the window's months, so that they add up over practices; `list_size` is
    patients per practice and month. Counts and shares (of 1) are null where rows do not say sex, or age bands cut
    through the limit; `mean_age` where a band has no end or is wider than ten years. A cluster holds the practices that
    consented, a region everybody; a practice's `region_id` is that of its last month.
    """
    listed = _listed(window, facts)
    consented = facts.practices.filter("consented").select("practice_id").collect()
    seen = {
        "practice": listed,
        "cluster": listed.of("cluster").among(consented),
        "region": listed.of("region"),
    }
    return pl.concat([_profile(part, level, window) for level, part in seen.items()]).sort("level", "unit_id")


def likeness(profiled: pl.DataFrame, consented: pl.DataFrame) -> pl.DataFrame:
    """One row per practice and one of its nearest practices of the region: `distance`, smallest first.

    `profiled` has the rows of `profiles`, `consented` the practices that may be compared with (practice_id). The
    distance is the root of the summed squares of standardised differences (LIKENESS). A part that most practices of
    the region lack is left out; a practice that lacks any other has no row, nor has a region without sex or any age.
    Equal distances are ordered by practice_id.
    A practice with fewer than five to choose from has none.
    """
    # Numbers in the order of the names: millions of pairs are sorted, and names would be compared letter by letter.
    numbered = _candidates(profiled.filter(level="practice"), consented).sort("practice_id").with_row_index("number")
    mine = numbered.select("region_id", "number", *LIKENESS)
    others = mine.select("region_id", neighbour="number", **{f"{name}_other": name for name in LIKENESS})
    pairs = mine.join(others, on="region_id").filter(pl.col("number") != pl.col("neighbour"))
    squares = pl.sum_horizontal((pl.col(name) - pl.col(f"{name}_other")) ** 2 for name in LIKENESS)
    ordered = pairs.select("number", "neighbour", distance=squares.sqrt()).sort("number", "distance", "neighbour")
    nearest = ordered.group_by("number", maintain_order=True).head(NEIGHBOURS)
    enough = nearest.filter(pl.len().over("number") >= FEWEST_NEIGHBOURS)
    names = numbered["practice_id"]
    return enough.select(
        practice_id=names.gather(enough["number"]), neighbour_id=names.gather(enough["neighbour"]), distance="distance"
    )


@dataclass(frozen=True)
class _Listed:
    """Listed patients of a window. `months`: one row per practice and month, with where it belonged, in order;
    `strata`: one row per practice, place, sex and age band, `patients` of all its months together.
    """

    months: pl.DataFrame
    strata: pl.DataFrame

    def of(self, level: str) -> _Listed:
        """What belonged to a unit of the level."""
        known = pl.col(f"{level}_id").is_not_null()
        return _Listed(self.months.filter(known), self.strata.filter(known))

    def among(self, practices: pl.DataFrame) -> _Listed:
        """What is of `practices`."""
        kept = (frame.join(practices, on="practice_id", how="semi") for frame in (self.months, self.strata))
        return _Listed(*kept)


_PLACE = ("practice_id", "cluster_id", "region_id")


def _listed(window: Window, facts: Facts) -> _Listed:
    submitted = facts.submissions.filter(pl.col("source") == "list_sizes").select("practice_id", "period").unique()
    rows = facts.by_source["list_sizes"].filter(
        pl.col("period").is_between(window.start, window.end), pl.col("patients") > 0
    )
    there = (
        rows.select("practice_id", "period")
        .unique()
        .join(submitted, on=["practice_id", "period"], how="semi")
        .join(clusters_by_month(window, facts.memberships), on=["practice_id", "period"], how="left")
        .join(facts.clusters.select("cluster_id", "region_id"), on="cluster_id", how="left")
    )
    months = there.select("period", *_PLACE).sort("practice_id", "period").collect()
    # Counts of patients are whole numbers: they add up to the same in any order.
    strata = rows.join(months.lazy(), on=["practice_id", "period"]).group_by(*_PLACE, "sex", "age_band")
    return _Listed(months, strata.agg(pl.col("patients").sum()).collect())


def _profile(listed: _Listed, level: str, window: Window) -> pl.DataFrame:
    months, unit = len(window.months), pl.col(f"{level}_id").alias("unit_id")
    marked = listed.strata.with_columns(women=pl.col("sex") == "female", **_ages(listed.strata))
    there = listed.months.group_by(unit, maintain_order=True).agg(
        pl.col("region_id").last(),
        pl.col("practice_id").n_unique().cast(pl.Int64).alias("practices"),
        pl.len().alias("practice_months"),
    )
    sums = marked.group_by(unit).agg(
        (pl.col("patients").sum() / months).alias("patients"),
        *((_counted(name) / months).alias(name) for name in COUNTS),
        pl.col("patients").sum().alias("patient_months"),
        _mean_age().alias("mean_age"),
    )
    shares = ((pl.col(count) / pl.col("patients")).alias(share) for count, share in zip(COUNTS, SHARES, strict=True))
    return there.join(sums, on="unit_id").select(
        *("unit_id", "region_id", "practices", "patients", *COUNTS),
        (pl.col("patient_months") / pl.col("practice_months")).alias("list_size"),
        "mean_age",
        *shares,
        level=pl.lit(level),
        window_start=pl.lit(window.start),
        window_end=pl.lit(window.end),
    )


def _ages(rows: pl.DataFrame) -> dict[str, pl.Expr]:
    """What each row's band says: whether its patients are of an age (null: some may be), and the middle of the band."""
    bands = [band for band in rows["age_band"].unique().to_list() if band is not None]
    within: dict[str, _Within] = {
        "age_0_17": lambda low, high: True if high is not None and high < 18 else None if low < 18 else False,
        "age_65": lambda low, high: _from(65, low, high),
        "age_80": lambda low, high: _from(80, low, high),
    }
    ages = {
        name: _by_band({band: is_within(*band_limits(band)) for band in bands}, pl.Boolean())
        for name, is_within in within.items()
    }
    return ages | {"middle": _by_band({band: _middle(*band_limits(band)) for band in bands}, pl.Float64())}


def _by_band(said: Mapping[str, bool | float | None], dtype: pl.DataType) -> pl.Expr:
    # Without a single band there is nothing to replace, and the column would keep its type.
    return pl.col("age_band").replace_strict(said, return_dtype=dtype) if said else pl.lit(None, dtype=dtype)


def _from(age: int, low: int, high: int | None) -> bool | None:
    if low >= age:
        return True
    return False if high is not None and high < age else None


def _middle(low: int, high: int | None) -> float | None:
    return None if high is None or high - low >= WIDEST_BAND else (low + high + 1) / 2


def _counted(name: str) -> pl.Expr:
    found = pl.col("patients").filter(pl.col(name)).sum()
    return pl.when(pl.col(name).is_not_null().all()).then(found)


def _mean_age() -> pl.Expr:
    mean = (pl.col("patients") * pl.col("middle")).sum() / pl.col("patients").sum()
    return pl.when(pl.col("middle").is_not_null().all()).then(mean)


def _candidates(practices: pl.DataFrame, consented: pl.DataFrame) -> pl.DataFrame:
    """One row per practice that may be compared with: LIKENESS in standard deviations, 0 for a part left out."""
    known = practices.rename({"unit_id": "practice_id"}).filter(pl.col("region_id").is_not_null())
    may = known.join(consented, on="practice_id", how="semi").with_columns(log_size=pl.col("list_size").log())
    spread = may.group_by("region_id").agg(
        # Sorted, so that the same practices give the same last digit, and ties stay ties.
        *(pl.col(name).sort().std().alias(f"{name}_sd") for name in LIKENESS),
        *((pl.col(name).count() * 2 > pl.len()).alias(f"{name}_used") for name in LIKENESS),
    )
    scaled = [
        pl.when(pl.col(f"{name}_used") & (pl.col(f"{name}_sd") > 0))
        .then(pl.col(name) / pl.col(f"{name}_sd"))
        .otherwise(0.0)
        .alias(name)
        for name in LIKENESS
    ]
    # Alike in size alone is not what the reports call alike.
    told = pl.col("share_women_used") & (pl.col("share_65_used") | pl.col("share_0_17_used"))
    return may.join(spread.filter(told), on="region_id").select("practice_id", "region_id", *scaled).drop_nulls()
