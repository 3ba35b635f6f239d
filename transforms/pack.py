"""A pack: what one cluster's readers get for one meeting, put together from the mart and made fit to print."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date

import polars as pl

from transforms.calendar import Window
from transforms.definitions import Measure, Package
from transforms.disclosure import Mode, View, shown_to
from transforms.disclosure_profiles import Profile, profile
from transforms.kinds import COUNTS, without
from transforms.practice_months import Facts, clusters_by_month
from transforms.published import FIGURE, NOTE, PACK
from transforms.verdict import YARDSTICK
from transforms.window_rules import WINDOW_REASONS

_SIDES = ("before", "now")
_compared = (pl.col("level") == "practice") & pl.col("now_value").is_not_null() & pl.col("reason").is_null()
_of_windows = pl.col("reason").is_in(WINDOW_REASONS)
_TOO_EARLY = "before_meeting"
_PARTS = ("state", *COUNTS, "observations", "value")
_NOTES = {"joined": "joined", "closed": "closed", "merged": "merged", "missing_before": "not_submitted"} | {
    "missing_now": "not_submitted"
}


@dataclass(frozen=True)
class Meeting:
    """One meeting's pack: which cluster, package, windows, mode and disclosure profile.

    Without a follow-up window it is a baseline.
    """

    pack_id: str
    cluster_id: str
    meeting_date: date
    baseline: Window
    followup: Window | None
    mode: Mode
    language: str
    profile: Profile = field(default_factory=lambda: profile("sds"))
    baseline_meeting: date | None = None

    @property
    def began_before_meeting(self) -> bool:
        """Whether the follow-up holds days before the baseline meeting: then it cannot show what the meeting led to."""
        held = self.baseline_meeting
        return self.followup is not None and held is not None and self.followup.start <= held

    @property
    def later(self) -> Window:
        """The window that the report calls now."""
        return self.followup or self.baseline


@dataclass(frozen=True)
class Mart:
    """The exact figures of a package for a meeting's windows: rows of mart.measure and mart.comparison."""

    measures: pl.DataFrame
    comparisons: pl.DataFrame


def members(meeting: Meeting, facts: Facts) -> pl.DataFrame:
    """One row per consenting practice that belongs to the cluster at the end of the later window."""
    end = meeting.later.end
    belonging = facts.memberships.filter(
        pl.col("valid_from") <= end, pl.col("valid_to").is_null() | (pl.col("valid_to") >= end)
    ).sort("practice_id", "valid_from")
    last = belonging.group_by("practice_id", maintain_order=True).agg(pl.col("cluster_id").last())
    inside = last.filter(pl.col("cluster_id") == meeting.cluster_id)
    return facts.practices.filter("consented").join(inside, on="practice_id", how="semi").sort("practice_id").collect()


def pack_row(meeting: Meeting, package: Package, facts: Facts, figures: pl.DataFrame, *, example: bool) -> pl.DataFrame:
    """The one row of report.pack. A practice delivered when it has a figure of any measure, hidden or not."""
    cluster = facts.clusters.filter(pl.col("cluster_id") == meeting.cluster_id).collect().row(0, named=True)
    own = figures.filter(pl.col("level") == "practice", pl.col("own"))
    both = pl.col("comparable") | pl.col("reason").is_in([*WINDOW_REASONS, _TOO_EARLY])
    delivered = own.filter(~pl.col("now_state").is_in(["not_submitted", "not_applicable"]))
    before = meeting.baseline if meeting.followup else None
    row = {
        "pack_id": meeting.pack_id,
        "package_id": package.id,
        "cluster_id": meeting.cluster_id,
        "cluster_name": cluster["cluster_name"],
        "region_name": cluster["region_name"],
        "kind": "followup" if meeting.followup else "baseline",
        "mode": meeting.mode,
        "meeting_date": meeting.meeting_date,
        "before_start": before and before.start,
        "before_end": before and before.end,
        "now_start": meeting.later.start,
        "now_end": meeting.later.end,
        "practices_members": own["audience"].n_unique(),
        "practices_delivered": delivered["audience"].n_unique(),
        "practices_matched": delivered.filter(both)["audience"].n_unique(),
        "example_data": example,
        "language": meeting.language,
    }
    return pl.DataFrame([row], schema=PACK)


def exact_figures(
    measure: Measure, meeting: Meeting, mart: Mart, facts: Facts, labels: Mapping[str, str]
) -> pl.DataFrame:
    """One row per unit of the pack: members, the cluster and the region without it, exact and with both sides.

    Of a distribution one row per unit and category. `reason` is why the unit itself cannot be compared, and leaves a
    practice out of its cluster's figure; `reason_for_all` is what is wrong with the two windows, and leaves nobody out.
    """
    of_measure = mart.measures.filter(pl.col("measure_id") == measure.id)
    parts = [
        _exact_part(measure.of_category(category), meeting, mart, facts, labels).with_columns(
            category=pl.lit(category, dtype=pl.String)
        )
        for category in of_measure["category"].unique(maintain_order=True)
    ]
    return pl.concat(parts) if parts else _exact_part(measure, meeting, mart, facts, labels)


def _exact_part(
    measure: Measure, meeting: Meeting, mart: Mart, facts: Facts, labels: Mapping[str, str]
) -> pl.DataFrame:
    rows = mart.measures.filter(_is_of(measure))
    practices = _sides(rows.filter(pl.col("level") == "practice"), meeting, alone=True)
    practices = practices.filter(pl.col("unit_id").is_in(list(labels)))
    cluster = _pooled(rows, meeting, "cluster").filter(pl.col("unit_id") == meeting.cluster_id)
    named = facts.clusters.filter(pl.col("cluster_id") == meeting.cluster_id).collect()
    region = _pooled(rows, meeting, "region").filter(pl.col("unit_id").is_in(named["region_id"].to_list()))
    names = dict(labels) | dict(zip(named["cluster_id"], named["cluster_name"], strict=True))
    names |= dict(zip(named["region_id"], named["region_name"], strict=True))
    units = pl.concat([practices, cluster, _without(region, cluster)], how="diagonal_relaxed")
    held_against = units.join(_yardsticks(measure, mart), on=["level", "unit_id"], how="left")
    too_early = pl.lit(_TOO_EARLY if meeting.began_before_meeting else None, dtype=pl.String)
    told = held_against.with_columns(
        reason=pl.when(~_of_windows).then("reason"),
        reason_for_all=pl.coalesce(pl.when(_of_windows).then("reason"), too_early),
    )
    return told.with_columns(
        measure_id=pl.lit(measure.id),
        label=pl.col("unit_id").replace_strict(names, return_dtype=pl.String),
        practices=pl.when(pl.col("level") == "region")
        .then(_others(rows, mart.comparisons.filter(_is_of(measure)), meeting, facts, labels))
        .otherwise(_compared.sum()),
    )


def _others(
    rows: pl.DataFrame, comparisons: pl.DataFrame, meeting: Meeting, facts: Facts, labels: Mapping[str, str]
) -> int:
    """How many of the region's practices stand behind one measure of the region without the cluster."""
    region = facts.clusters.filter(pl.col("cluster_id") == meeting.cluster_id).select("region_id")
    inside = facts.clusters.join(region, on="region_id", how="semi").select("cluster_id")
    belonging = clusters_by_month(meeting.later, facts.memberships).join(inside, on="cluster_id", how="semi")
    reported = rows.filter(
        pl.col("level") == "practice", pl.col("window_start") == meeting.later.start, pl.col("value").is_not_null()
    )
    left_out = comparisons.filter(pl.col("level") == "practice", ~pl.col("reason").is_in(["moved", *WINDOW_REASONS]))
    standing = reported.filter(~pl.col("unit_id").is_in(list(labels))).join(left_out, on="unit_id", how="anti")
    units = belonging.select(pl.col("practice_id").alias("unit_id")).unique().collect()
    return standing.join(units, on="unit_id", how="semi").select(pl.col("unit_id").n_unique()).item()


def published_figures(
    measure: Measure, exact: pl.DataFrame, meeting: Meeting, readers: Iterable[str], minimum_events: int
) -> pl.DataFrame:
    """The measure's rows of report.figure: for the cluster, and for each of the `readers` (practices).

    `exact` has been through `disclosure_rules.ruled`, with all measures of the pack.
    """
    view = View(None, meeting.mode, minimum_events, meeting.profile)
    every = shown_to(measure, exact, [None, *readers], view).with_columns(
        pack_id=pl.lit(meeting.pack_id), measure_id=pl.lit(measure.id)
    )
    known = set(every.columns)
    return every.select(
        pl.col(name).cast(dtype) if name in known else pl.lit(None, dtype=dtype).alias(name)
        for name, dtype in FIGURE.items()
    )


def notes(meeting: Meeting, mart: Mart, package: Package, facts: Facts, shown_practices: list[str]) -> pl.DataFrame:
    """The rows of report.note: how many practices joined, left, closed, merged or did not submit; never which."""
    if meeting.followup is None:
        return pl.DataFrame(schema=NOTE)
    before = _members_then(meeting, facts)
    reasons = mart.comparisons.filter(
        pl.col("level") == "practice", pl.col("measure_id") == package.measures[0].id, ~_of_windows
    )
    rows = reasons.filter(pl.col("unit_id").is_in([*shown_practices, *before])).unique("unit_id", maintain_order=True)
    moved = pl.when(pl.col("unit_id").is_in(shown_practices)).then(pl.lit("joined")).otherwise(pl.lit("left"))
    change = pl.when(pl.col("reason") == "moved").then(moved).otherwise(pl.col("reason").replace(_NOTES))
    counted = rows.group_by(change.alias("change")).agg(pl.len().cast(pl.Int64).alias("practices")).sort("change")
    return counted.select(pl.lit(meeting.pack_id).alias("pack_id"), "change", "practices")


def _members_then(meeting: Meeting, facts: Facts) -> list[str]:
    then = clusters_by_month(meeting.baseline, facts.memberships).filter(pl.col("cluster_id") == meeting.cluster_id)
    consenting = facts.practices.filter("consented").select("practice_id")
    return then.join(consenting, on="practice_id").select("practice_id").unique().collect()["practice_id"].to_list()


def _sides(rows: pl.DataFrame, meeting: Meeting, *, alone: bool) -> pl.DataFrame:
    """One row per unit with both windows side by side; a baseline has one window, and calls it now."""
    practice_set = {"before": "then", "now": "now"} if alone else {"before": "matched", "now": "matched"}
    windows = {"before": meeting.baseline, "now": meeting.later}
    if meeting.followup is None:
        practice_set["now"] = "then"
    sides: dict[str, pl.DataFrame] = {}
    for side in _SIDES:
        chosen = rows.filter(
            pl.col("practice_set") == practice_set[side], pl.col("window_start") == windows[side].start
        )
        if side == "before" and meeting.followup is None:
            chosen = chosen.clear()
        sides[side] = chosen.select("level", "unit_id", pl.col(_PARTS).name.prefix(f"{side}_"))
    return sides["now"].join(sides["before"], on=["level", "unit_id"], how="left")


def _pooled(rows: pl.DataFrame, meeting: Meeting, level: str) -> pl.DataFrame:
    return _sides(rows.filter(pl.col("level") == level), meeting, alone=False)


def _without(region: pl.DataFrame, cluster: pl.DataFrame) -> pl.DataFrame:
    for side in _SIDES:
        region = without(region, cluster, f"{side}_")
    return region.drop("before_value", "now_value")


def _yardsticks(measure: Measure, mart: Mart) -> pl.DataFrame:
    """One row per unit: why it cannot be compared, if so, and what its change is held against."""
    return mart.comparisons.filter(_is_of(measure)).select("level", "unit_id", "reason", *YARDSTICK)


def _is_of(measure: Measure) -> pl.Expr:
    return (pl.col("measure_id") == measure.id) & pl.col("category").eq_missing(pl.lit(measure.category))
