"""Practices that lie between two measures: in the one's total of a thing, and not in the other's total of the same.

Where a source is incomplete, two measures rest on two sets of practices. Where few lie between, the two printed totals
of the same thing (all listed patients, all prescriptions) differ by the size of these few, and sizes are known by name.
A letter that stands at the one measure and not at the other would then be that name's.
"""

from __future__ import annotations

from itertools import chain

import polars as pl

from transforms.definitions import Package
from transforms.disclosure_profiles import SIDES, Profile
from transforms.nesting import alike


def between(package: Package, rows: pl.DataFrame, profile: Profile) -> list[str]:
    """The practices that lose their letter at every measure: they lie between two totals with fewer than are alike.

    `rows` are the exact figures of all measures with before_rule and now_rule: a total that is hidden tells nothing.
    """
    found: set[str] = set()
    for side in SIDES:
        behind = _behind(rows, side)
        apart = (behind[one] ^ behind[other] for one, other in alike(package) if {one, other} <= behind.keys())
        found.update(chain.from_iterable(few for few in apart if len(few) < profile.fewest_alike))
    return sorted(found)


def _behind(rows: pl.DataFrame, side: str) -> dict[str, set[str]]:
    """By measure whose total is shown of the cluster: the practices in it."""
    counted = pl.col(f"{side}_denominator") > 0
    totals = rows.filter(pl.col("level") == "cluster", counted, pl.col(f"{side}_rule").is_null())
    inside = rows.filter(pl.col("level") == "practice", counted, pl.col("reason").is_null())
    practices = inside.group_by("measure_id").agg(pl.col("unit_id").unique())
    found = {measure_id: set(units) for measure_id, units in practices.iter_rows()}
    return {measure_id: found.get(measure_id, set()) for measure_id in totals["measure_id"].unique()}
