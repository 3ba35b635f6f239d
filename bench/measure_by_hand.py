"""The same aggregates as an analyst would write them, in DuckDB's SQL alone: what bench.measure is held against.

For each package one scan of prescriptions and one of services, both narrowed to the package's codes; then practices,
clusters (then or now, and matched) and regions of both windows. Nothing else: no intervals, no states, no changes.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import duckdb

from bench.measure_world import BANDS
from transforms.calendar import Window
from transforms.definitions import Measure, Package, Selection
from transforms.merging import asked_by
from transforms.selection import band_limits
from warehouse.facts import TABLES

BY_HAND = """
create or replace temp table by_hand (
    package_id varchar, measure_id varchar, level varchar, unit_id varchar, practice_set varchar, window_start date,
    numerator double, denominator double, value double)
"""
STANDING = """known_from <= timestamp '2026-02-10' and (known_to is null or known_to > timestamp '2026-02-10')
    and period between $first and $last"""
# One row per practice and month with somebody listed and `sources` submitted: its cluster at the month's end. A
# practice is matched where the same months count on both sides, in the same clusters; for a region in the same region.
GROUND = f"""
create or replace temp table {{name}} as
with listed as (
    select practice_id, period, period >= $middle as later from fact.list_size
    where {STANDING} group by all having sum(patients) > 0),
submitted as (
    select * from listed
    {{semi}}),
placed as (
    select practice_id, period, arg_max(held.cluster_id, valid_from) as cluster_id
    from submitted join registry.membership as held using (practice_id)
    where valid_from <= last_day(period) and (valid_to is null or valid_to >= period) group by all),
months as (
    select practice_id, period, later, cluster_id, region_id, coalesce(given, true) as consented
    from submitted left join placed using (practice_id, period)
    left join registry.cluster using (cluster_id) left join registry.consent using (practice_id)),
sides as (
    select practice_id, later, list(month(period) order by period) as places,
        list(cluster_id order by period) as clusters, min(coalesce(region_id, '')) as lowest,
        max(coalesce(region_id, '')) as highest
    from months group by all),
matching as (
    select a.practice_id, a.clusters is not distinct from b.clusters as stayed,
        stayed or least(a.lowest, b.lowest) = greatest(a.highest, b.highest) as stayed_in_region
    from sides as a join sides as b using (practice_id)
    where not a.later and b.later and a.places = b.places)
select months.*, coalesce(stayed, false) as stayed, coalesce(stayed_in_region, false) as stayed_in_region
from months left join matching using (practice_id)
"""
SUBMITTED = (
    "semi join (select practice_id, period from ledger.submission where source = '{}') using (practice_id, period)"
)
SUMS = """
create or replace temp table sums_{source} as
select practice_id, period, {sums} from {table} where {standing} {narrowed} group by all
"""
LEVELS = {
    ("practice", "alone"): "true",
    ("cluster", "alone"): "consented",
    ("cluster", "matched"): "consented and stayed",
    ("region", "alone"): "true",
    ("region", "matched"): "stayed_in_region",
}
MONTHS = """
create or replace temp table months as
select ground.*, coalesce(n.{numerator}, 0) as numerator, coalesce(d.{denominator}, 0) as denominator
from {ground} as ground
left join sums_{of_numerator} as n using (practice_id, period)
left join sums_{of_denominator} as d using (practice_id, period)
"""
ROLLED = """
select $package, $measure, '{level}', {level}_id, '{which}', if(later, $middle, $first),
    sum(numerator), sum(denominator) / {share}, sum(numerator) / nullif(sum(denominator) / {share}, 0) * {per}
from months where {level}_id is not null and {condition} group by {level}_id, later
"""


@dataclass(frozen=True)
class ByHand:
    """The aggregates of packages of events over two windows of equal length, in a temporary table of `connection`."""

    connection: duckdb.DuckDBPyConnection
    baseline: Window
    followup: Window

    def compute(self, packages: Iterable[Package]) -> None:
        """Fill the table by_hand with one row per measure, unit, set and window."""
        every = list(packages)
        self._run(BY_HAND)
        self._sums("list_sizes", {each for package in every for each in asked_by(package).selections})
        for sources in sorted({_sources(measure) for package in every for measure in package.measures}):
            semi = "\n".join(map(SUBMITTED.format, sources))
            self._run(GROUND.format(name=_ground(sources), semi=semi))
        for package in every:
            for source in ("prescriptions", "services"):
                self._sums(source, asked_by(package).selections)
            for measure in package.measures:
                self._roll(package, measure)

    def _sums(self, source: str, selections: Iterable[Selection]) -> None:
        """One row per practice and month: a column for each of the selections of `source`."""
        own = sorted({each for each in selections if each.source == source}, key=_column)
        sums = ", ".join(f"sum({each.quantity}) filter (where {_condition(each)}) as {_column(each)}" for each in own)
        codes = sorted({code for each in own for code in each.codes})
        narrowed = f"and ({_starts(codes)})" if codes and all(each.codes for each in own) else ""
        parts = {"source": source, "table": TABLES[source], "standing": STANDING, "sums": sums, "narrowed": narrowed}
        if own:
            self._run(SUMS.format(**parts))

    def _roll(self, package: Package, measure: Measure) -> None:
        numerator, denominator = measure.numerator, measure.denominator
        parts = {"numerator": _column(numerator), "denominator": _column(denominator)}
        of = {"of_numerator": numerator.source, "of_denominator": denominator.source}
        self._run(MONTHS.format(**parts, **of, ground=_ground(_sources(measure))))
        share = len(self.baseline.months) if denominator.source == "list_sizes" else 1
        rolled = [
            ROLLED.format(level=level, which=which, condition=condition, share=share, per=measure.per)
            for (level, which), condition in LEVELS.items()
        ]
        named = {"package": package.id, "measure": measure.id}
        self._run("insert into by_hand " + " union all ".join(rolled), **named)

    def _run(self, sql: str, **values: object) -> None:
        known = {"first": self.baseline.start, "middle": self.followup.start, "last": self.followup.end} | values
        self.connection.execute(sql, {name: value for name, value in known.items() if f"${name}" in sql})


def _sources(measure: Measure) -> tuple[str, ...]:
    return tuple(sorted({measure.numerator.source, measure.denominator.source}))


def _ground(sources: tuple[str, ...]) -> str:
    return "ground_" + "_".join(sources)


def _column(selection: Selection) -> str:
    return f"s{abs(hash(selection))}"


def _starts(codes: Iterable[str]) -> str:
    return " or ".join(f"starts_with(code, '{code}')" for code in codes)


def _one_of(column: str, values: Iterable[str]) -> str:
    return f"{column} in ({', '.join(map(repr, values))})"


def _condition(selection: Selection) -> str:
    parts = ["true"]
    if selection.codes:
        parts.append(f"({_starts(selection.codes)})")
    if selection.exclude_codes:
        parts.append(f"not ({_starts(selection.exclude_codes)})")
    if selection.indications:
        parts.append(_one_of("indication", selection.indications))
    if selection.sex:
        parts.append(f"sex = '{selection.sex}'")
    if selection.age_range:
        bands = [band for band in BANDS if band_limits(band)[0] >= selection.age_range[0]]
        parts.append(_one_of("age_band", bands))
    return " and ".join(parts)
