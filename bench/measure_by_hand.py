"""The same aggregates as an analyst would write them for a package, in DuckDB's SQL alone.

For each package one scan of prescriptions and one of services, both narrowed to the package's codes; then practices,
clusters (then or now, and matched) and regions of both windows. Nothing else: no intervals, no states, no changes.
"""

from __future__ import annotations

from collections.abc import Iterator

import duckdb

from transforms.calendar import Window
from transforms.definitions import Measure, Package, Selection
from transforms.merging import selections_of
from warehouse.facts import TABLES

STANDING = "known_from <= timestamp '2026-02-10' and (known_to is null or known_to > timestamp '2026-02-10')"

# One row per practice and month with somebody listed: its cluster at the month's end, its region, its consent.
GROUND = f"""
create or replace temp table ground as
with listed as (
    select practice_id, period from fact.list_size where {STANDING} and period between $first and $last
    group by all having sum(patients) > 0)
select practice_id, period, cluster_id, region_id, coalesce(given, true) as consented
from listed
left join registry.membership as held using (practice_id)
left join registry.cluster using (cluster_id)
left join registry.consent using (practice_id)
where held.valid_from is null or held.valid_from <= last_day(period)
qualify held.valid_to is null or held.valid_to >= period or count(*) over (partition by practice_id, period) = 1
"""
SUMS = """
create or replace temp table sums_{source} as
select practice_id, period, {sums} from {table}
where {standing} and period between $first and $last and {chosen} group by all
"""
# One row per practice-month that counts for a measure. A practice is compared where all its open months count on both
# sides, in one cluster: for a region in one region.
MEASURED = """
create or replace temp table measured as
with months as (
    select practice_id, period, cluster_id, region_id, consented, period > $after as later,
        coalesce({numerator}, 0)::double as numerator, coalesce({denominator}, 0)::double as denominator
    from ground {joined}
    where {submitted}),
open as (
    select practice_id, month > $after as later, count(*) as months
    from registry.practice, unnest(generate_series($first, $last, interval 1 month)) as made(month)
    where (closed is null or closed >= month) group by all),
had as (
    select practice_id, later, count(*) as months, count(distinct coalesce(cluster_id, '')) as clusters,
        any_value(cluster_id) as cluster_id, count(distinct coalesce(region_id, '')) as regions
    from months group by all),
matched as (
    select practice_id, bool_and(had.months = open.months) as whole, count(*) as sides
    from had join open using (practice_id, later) group by all)
select * from months
"""
ROLLED = """
select {measure} as measure, later, '{level}' as level, {unit} as unit_id,
    sum(numerator){n_share} as numerator, sum(denominator){d_share} as denominator,
    numerator / nullif(denominator, 0) * {per} as value
from measured where {which} group by all
"""
