"""Who is missing in a pack, and the bounds of its cluster's figures while too few have delivered."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import polars as pl

from transforms.bounds import Bound, Counts, Known, bound, of_listed_patients
from transforms.calendar import Window
from transforms.definitions import Measure, Package
from transforms.disclosure_rules import COUNTED
from transforms.pack import Mart, Meeting
from transforms.practice_months import Facts, clusters_by_month, listed_months
from transforms.published import BOUND, MISSING


def bounds(package: Package, meeting: Meeting, mart: Mart, facts: Facts, units: pl.DataFrame) -> pl.DataFrame:
    """The rows of report.bound: one per measure that too few have delivered for a cluster's figure.

    Of the later window. `units` are the pack's exact figures (`pack.exact_figures`), of all measures. A measure that
    nobody's figure is missing of has no row: a small cluster that is complete is not incomplete.
    """
    rows: list[dict[str, Any]] = []
    for measure in package.measures:
        members = units.filter(pl.col("level") == "practice", pl.col("measure_id") == measure.id)
        members = members.unique("unit_id", maintain_order=True)  # of a distribution the first category stands for all
        came = members.filter(pl.col("now_state").is_in(COUNTED))
        missing = members.filter(pl.col("now_state") == "not_submitted").height
        if not missing or came.height >= meeting.profile.fewest_practices:
            continue
        found = _bound(measure, meeting, mart, facts, came)
        named = {"pack_id": meeting.pack_id, "measure_id": measure.id, "practices": came.height}
        rows.append(named | found._asdict())
    return pl.DataFrame(rows, schema=BOUND)


def _bound(measure: Measure, meeting: Meeting, mart: Mart, facts: Facts, came: pl.DataFrame) -> Bound:
    counts = came.select(pl.col("now_numerator").fill_null(0.0), pl.col("now_denominator").fill_null(0.0))
    delivered = tuple(Counts(*row) for row in counts.iter_rows())
    if not of_listed_patients(measure):
        return bound(measure, Known(delivered, 0.0, 0.0, None, ()), meeting.profile)
    of_window = mart.measures.filter(
        pl.col("measure_id") == measure.id,
        pl.col("practice_set") == ("now" if meeting.followup else "then"),
        pl.col("window_start") == meeting.later.start,
    )
    cluster = of_window.filter(pl.col("level") == "cluster", pl.col("unit_id") == meeting.cluster_id)
    numerator, denominator = (float(cluster[part].sum()) for part in ("numerator", "denominator"))
    listed, elsewhere = _listed(measure, meeting, facts), _elsewhere(of_window, meeting, facts)
    return bound(measure, Known(delivered, numerator, denominator, listed, elsewhere), meeting.profile)


def _listed(measure: Measure, meeting: Meeting, facts: Facts) -> float | None:
    """The denominator over all months of the cluster's consenting practices; None where a member has no list size."""
    window = meeting.later
    months = listed_months(measure, window, facts)
    consenting = facts.practices.filter("consented").select("practice_id").collect()
    inside = months.filter(pl.col("cluster_id") == meeting.cluster_id).join(consenting, on="practice_id", how="semi")
    if _members(meeting, facts) - set(inside["practice_id"]):
        return None
    return float(inside["denominator"].sum()) / measure.denominator.share(len(window.months))


def _members(meeting: Meeting, facts: Facts) -> set[str]:
    """The consenting practices that belong to the cluster in the last month."""
    last = Window.of(meeting.later.months[-1], 1)
    belonging = clusters_by_month(last, facts.memberships).filter(pl.col("cluster_id") == meeting.cluster_id)
    consenting = facts.practices.filter("consented")
    return set(consenting.join(belonging, on="practice_id", how="semi").collect()["practice_id"])


def _elsewhere(of_window: pl.DataFrame, meeting: Meeting, facts: Facts) -> tuple[float, ...]:
    """The values of the practices of the same region in other clusters, in no order that says whose they are."""
    region = facts.clusters.filter(pl.col("cluster_id") == meeting.cluster_id).select("region_id")
    others = facts.clusters.join(region, on="region_id", how="semi").filter(pl.col("cluster_id") != meeting.cluster_id)
    belonging = clusters_by_month(meeting.later, facts.memberships).join(others, on="cluster_id", how="semi")
    units = belonging.select(unit_id="practice_id").unique().collect()
    practices = of_window.filter(pl.col("level") == "practice", pl.col("state").is_in(COUNTED))
    return tuple(practices.join(units, on="unit_id", how="semi")["value"].drop_nulls().sort())


def missing_practices(
    package: Package, meeting: Meeting, facts: Facts, shown: pl.DataFrame, labels: Sequence[str]
) -> pl.DataFrame:
    """The rows of report.missing, for the coordinator alone: one per member and source of which a month is missing.

    `shown` are the members (practice_id, practice_name), `labels` theirs in the pack. A month counts where the practice
    belonged to the cluster and was open; a source of patients counted over the window is asked of its last month.
    """
    window = meeting.later
    asked = {each.source: each.counts_patients for measure in package.measures for each in measure.selections}
    wanted = [(source, month) for source in sorted({*asked, "list_sizes"}) for month in _months(source, asked, window)]
    frame = pl.DataFrame(wanted, schema={"source": pl.String, "period": pl.Date}, orient="row")
    belonging = clusters_by_month(window, facts.memberships).filter(pl.col("cluster_id") == meeting.cluster_id)
    members = shown.with_columns(label=pl.Series(labels, dtype=pl.String))
    every = (
        members.join(belonging.collect(), on="practice_id")
        .join(frame, on="period")
        .filter(
            pl.col("opened").is_null() | (pl.col("opened") <= pl.col("period").dt.month_end()),
            pl.col("closed").is_null() | (pl.col("closed") >= pl.col("period")),
        )
    )
    submitted = facts.submissions.select("practice_id", "source", "period").unique().collect()
    lacking = every.join(submitted, on=["practice_id", "source", "period"], how="anti")
    of = every.group_by("practice_id", "source").agg(pl.len().cast(pl.Int64).alias("of_months"))
    key = ["practice_id", "practice_name", "label", "source"]
    counted = lacking.group_by(key).agg(pl.len().cast(pl.Int64).alias("months")).join(of, on=["practice_id", "source"])
    named = counted.with_columns(pack_id=pl.lit(meeting.pack_id))
    return named.select(pl.col(name).cast(dtype) for name, dtype in MISSING.items()).sort("practice_id", "source")


def _months(source: str, asked: dict[str, bool], window: Window) -> Sequence[object]:
    return window.months[-1:] if asked.get(source, False) else window.months
