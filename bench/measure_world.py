"""The region of bench.measure: a registry, who submitted what, and millions of fact rows, written straight into a
warehouse. Each figure is drawn from a hash of its own key, so that the same arguments give the same rows.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from itertools import pairwise, product

import duckdb
import polars as pl

from transforms.calendar import month_after
from warehouse.connection import writing
from warehouse.schema import migrate
from warehouse.workspace import Store

FIRST_MONTH = date(2023, 1, 1)
BANDS = ["0-5", "6-17", "18-39", "40-64", "65-79", "80+"]
SEXES = ["female", "male"]
GROUPS = [f"{letter}{number:02}" for letter, number in product("ABCDGHJMNR", (1, 3, 5))]
CODES = [f"{group}{part}{number:02}" for group, part, number in product(GROUPS, ("AA", "AB", "CA", "CE", "EB"), (1, 2))]
SERVICES = [f"{number:04}" for number in range(1100, 7100, 100)]
PRESCRIBED = 0.8
"""The share of the rows that are prescriptions; the rest are services and list sizes."""

# One row of `cells` is a possible fact. The rows are spread evenly over them, in the order of deliveries: a month at a
# time, a practice at a time. One row in fifty was corrected later.
ROWS = """
with spread as (
    select floor((number + (hash(number, $salt) % 1000) / 1000.0) * $cells / $rows)::bigint as cell
    from generate_series($first::bigint, $last::bigint) as made(number)),
split as (
    select cell, hash(cell, $salt) as drawn,
        $bands[(cell % 6 + 1)::integer] as age_band, $sexes[(cell // 6 % 2 + 1)::integer] as sex,
        $codes[(cell // 12 % len($codes) + 1)::integer] as code,
        cell // 12 // len($codes) % $practices as practice, cell // 12 // len($codes) // $practices as month
    from spread),
known as (
    select *, 1 + drawn % 9 as amount, drawn // 1000 % 50 = 0 as corrected,
        (timestamp '2026-01-10' + to_days((month // 3)::integer)) as entered,
        lpad((practice + 1)::varchar, 6, '0') as practice_id,
        ($first_month::date + to_months(month::integer))::date as period
    from split)
"""
PRESCRIPTIONS = """
insert into fact.prescription by name
select practice_id, period, code, sex, age_band, amount as items, round(amount * (drawn // 100 % 90) / 10, 1) as ddd,
    (['uti', 'airways', 'skin', 'pain'])[(drawn // 10000 % 12 + 1)::integer] as indication,
    $extract::integer as extract_id, entered as known_from,
    case when corrected then entered + interval 1 hour end as known_to
from known
"""
SERVED = """
insert into fact.service by name
select practice_id, period, code, sex, age_band, amount as services,
    $extract::integer as extract_id, entered as known_from,
    case when corrected then entered + interval 1 hour end as known_to
from known
"""
LISTED = """
insert into fact.list_size by name
select practice_id, period, sex, age_band, (40 + drawn % 300)::double as patients,
    $extract::integer as extract_id, timestamp '2026-01-10' as known_from, null::timestamp as known_to
from known
"""
SOURCES = {"prescriptions": 1, "services": 2, "list_sizes": 3, "registry": 4}
KNOWN = "1 as extract_id, timestamp '2026-01-10' as known_from, null::timestamp as known_to"
EXTRACTS = """
insert into ledger.extract by name
select $number::integer as extract_id, $source as source, 'promoted' as state, timestamp '2026-02-10' as promoted_at,
    $source || '.csv' as file_name, sha256($source) as sha256, 'final' as status, 0 as rows_staged, 0 as rows_excluded
"""
SUBMISSIONS = f"""
insert into ledger.submission by name
select practice_id, source, period, '' as slice, {KNOWN}
from practices, unnest(['prescriptions', 'services', 'list_sizes']) as asked(source), months
where hash(practice_id, source, period) % 100 > 0
"""
REGISTRY = (
    f"insert into registry.region by name select 'R' || range as region_id, 'Region ' || range as region_name, {KNOWN} "
    "from range(5)",
    f"""insert into registry.cluster by name
    select 'K' || range as cluster_id, 'Klynge ' || range as cluster_name, 'R' || range % 5 as region_id, {KNOWN}
    from range($clusters)""",
    f"""insert into registry.practice by name
    select practice_id, 'Praksis ' || number as practice_name,
        case when number % 60 = 7 then date '2025-05-20' end as closed, {KNOWN}
    from practices""",
    f"""insert into registry.membership by name
    select practice_id, 'K' || number % $clusters as cluster_id, date '2015-01-01' as valid_from,
        case when number % 40 = 3 then date '2024-12-31' end as valid_to, {KNOWN}
    from practices""",
    f"""insert into registry.membership by name
    select practice_id, 'K' || (number + 5) % $clusters as cluster_id, date '2025-01-01' as valid_from, {KNOWN}
    from practices where number % 40 = 3""",
    f"""insert into registry.consent by name
    select practice_id, false as given, {KNOWN} from practices where number % 30 = 11""",
)


@dataclass(frozen=True)
class World:
    """How large the region is, and how many fact rows it has."""

    rows: int
    practices: int
    clusters: int
    months: int

    @property
    def listed(self) -> int:
        """Rows of list sizes: one per practice, month, sex and age band."""
        return self.practices * self.months * len(SEXES) * len(BANDS)

    @property
    def prescribed(self) -> int:
        """Rows of prescriptions."""
        return int(self.rows * PRESCRIBED)

    def parameters(self, cells: int, codes: list[str], salt: int) -> dict[str, object]:
        """What the statements about rows need to know of the region."""
        kept = {"first_month": FIRST_MONTH, "practices": self.practices, "bands": BANDS, "sexes": SEXES}
        return kept | {"cells": cells, "codes": codes, "salt": salt}


def make_world(world: World, store: Store) -> None:
    """Write the registry, the submissions and the facts of `world` into a new warehouse."""
    migrate(store.database)
    with writing(store.database) as connection:
        _registry(connection, world)
    per_code = world.listed
    _enter(store, PRESCRIPTIONS, world.prescribed, world.parameters(per_code * len(CODES), CODES, 1))
    served = world.rows - world.prescribed - world.listed
    _enter(store, SERVED, served, world.parameters(per_code * len(SERVICES), SERVICES, 2))
    _enter(store, LISTED, world.listed, world.parameters(per_code, [""], 3))


def _registry(connection: duckdb.DuckDBPyConnection, world: World) -> None:
    for source, number in SOURCES.items():
        connection.execute(EXTRACTS, {"number": number, "source": source})
    numbers = pl.DataFrame({"number": range(1, world.practices + 1)})
    practices = numbers.with_columns(practice_id=pl.col("number").cast(pl.String).str.zfill(6))
    connection.register("practices", practices)
    months = [month_after(FIRST_MONTH, index) for index in range(world.months)]
    connection.register("months", pl.DataFrame({"period": months}))
    connection.execute(SUBMISSIONS)
    for sql in REGISTRY:
        connection.execute(sql, {"clusters": world.clusters} if "$clusters" in sql else {})


def _enter(store: Store, sql: str, rows: int, values: dict[str, object]) -> None:
    """Ten transactions, so that none has to hold all the rows."""
    extract = {PRESCRIPTIONS: 1, SERVED: 2, LISTED: 3}[sql]
    limits = [rows * part // 10 for part in range(11)]
    for first, after in pairwise(limits):
        slice_of = {"rows": rows, "first": first, "last": after - 1, "extract": extract}
        with writing(store.database) as connection:
            connection.execute(ROWS + sql, values | slice_of)
