"""Figures from facts that the engine merged are those of the facts themselves, row for row."""

from __future__ import annotations

import sys
from datetime import date, datetime
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from polars.testing import assert_frame_equal

sys.path.insert(0, str(Path(__file__).parents[1] / "transforms"))

from small_region import BASELINE, FOLLOWUP, RATE, SHARE, SmallRegion, measure, package, random_region

from transforms.definitions import Package
from transforms.merging import STRATA, asked_by
from transforms.package_figures import MeasureRun
from transforms.selection import DefinitionError
from warehouse import mart, merged_facts
from warehouse.connection import writing
from warehouse.facts import TABLES, read_facts
from warehouse.head import acknowledged
from warehouse.mart import Period
from warehouse.merged_facts import MergedFacts
from warehouse.queries import run
from warehouse.schema import migrate
from warehouse.workspace import Store

KNOWN_AT = datetime(2026, 5, 1)
KNOWN: dict[str, Any] = {"extract_id": 1, "known_from": datetime(2026, 4, 1), "known_to": None}
PERIOD = Period(BASELINE, FOLLOWUP, silence_is_consent=True)
SPAN = (PERIOD.span.start, PERIOD.span.end)
REGISTERED = {"memberships": "registry.membership", "submissions": "ledger.submission"}
ORDER = ["measure_id", "level", "unit_id", "practice_set", "window_start", "compared_with"]


def entered(region: SmallRegion, store: Store) -> Store:
    """The region in a new warehouse, every fact also in an earlier version that is no longer in use."""
    facts = region.facts()
    migrate(store.database)
    with writing(store.database) as connection:

        def enter(table: str, rows: pl.LazyFrame, **known: Any) -> None:
            columns = {name: pl.lit(value) for name, value in (KNOWN | known).items()}
            connection.register("frame", rows.with_columns(**columns).collect())
            run(connection, "enter_frame", table=table)

        for number, (source, rows) in enumerate(facts.by_source.items()):
            connection.execute("insert into ledger.extract (extract_id, source) values (?, ?)", [number, source])
            enter(TABLES[source], rows, extract_id=number)
            past = {"known_from": datetime(2026, 2, 1), "known_to": KNOWN["known_from"]}
            enter(TABLES[source], rows, extract_id=number, **past)
        enter("registry.membership", facts.memberships)
        enter("ledger.submission", facts.submissions)
        enter("registry.practice", facts.practices.drop("consented"))
        enter("registry.consent", facts.practices.select("practice_id", given="consented"))
        enter("registry.cluster", facts.clusters.drop("region_name"))
        enter("registry.region", facts.clusters.select("region_id", "region_name").unique())
    return store


@pytest.fixture(scope="module")
def region_store(tmp_path_factory: pytest.TempPathFactory) -> Store:
    """Fourteen practices with all that may happen to one."""
    return entered(random_region(7), Store(tmp_path_factory.mktemp("small_region")))


def of_facts_as_they_are(store: Store, asked: Package) -> tuple[pl.DataFrame, pl.DataFrame]:
    """The package's rows of the mart, from every fact of the span."""
    facts = read_facts(store, SPAN, KNOWN_AT, silence_is_consent=True)
    runs = [MeasureRun(each, facts, BASELINE, FOLLOWUP, asked.minimum_events) for each in asked.measures]
    return pl.concat([each.figures() for each in runs]), pl.concat([each.compared() for each in runs])


def of_merged_facts(store: Store, asked: Package) -> tuple[pl.DataFrame, pl.DataFrame]:
    """The same as the mart has them."""
    mart.compute(store, asked, PERIOD, KNOWN_AT, "run")
    return in_mart(store, asked)


def in_mart(store: Store, asked: Package) -> tuple[pl.DataFrame, pl.DataFrame]:
    """The package's rows as the mart has them, whichever run wrote them."""
    return mart.measures(store, asked, PERIOD), mart.comparisons(store, asked, PERIOD).drop("run_id", strict=False)


def assert_the_same(store: Store, asked: Package) -> None:
    figures, compared = of_facts_as_they_are(store, asked)
    kept_figures, kept_compared = of_merged_facts(store, asked)
    shared = [name for name in figures.columns if name in kept_figures.columns]
    assert_frame_equal(figures.select(shared), kept_figures.select(shared), check_row_order=False, check_exact=True)
    same = {"baseline_value": "before_value", "followup_value": "now_value"}
    names = [name for name in kept_compared.columns if same.get(name, name) in compared.columns]
    then = compared.select(pl.col(same.get(name, name)).alias(name) for name in names)
    assert_frame_equal(then, kept_compared.select(names), check_row_order=False, check_exact=True)


CHOSEN = st.fixed_dictionaries(
    {
        "source": st.just("prescriptions"),
        "quantity": st.sampled_from(["items", "ddd"]),
        "codes": st.sampled_from([(), ("J01",), ("J01CE02",), ("J01C", "A02"), ("J01M",)]),
        "exclude_codes": st.sampled_from([(), ("J01CA",), ("A02", "J01M")]),
        "sex": st.sampled_from([None, "female"]),
        "age": st.sampled_from([None, "18+", "0-17"]),
    }
)
LISTED = st.fixed_dictionaries(
    {
        "source": st.just("list_sizes"),
        "quantity": st.just("patients"),
        "sex": st.sampled_from([None, "male"]),
        "age": st.sampled_from([None, "18+"]),
    }
)
MADE = st.one_of(
    st.builds(lambda above, below: {"kind": "rate", "numerator": above, "denominator": below}, CHOSEN, LISTED),
    st.builds(
        lambda above, below: {"kind": "proportion", "numerator": above | below, "denominator": below},
        st.just({"codes": ("J01CE02",)}),
        CHOSEN,
    ),
)


def named(made: list[dict[str, Any]]) -> Package:
    return package(*(measure(f"measure_{number}", **each) for number, each in enumerate(made)))


@given(st.lists(MADE, min_size=1, max_size=3).map(named))
@settings(derandomize=True, deadline=None, max_examples=4)
def test_the_mart_holds_the_figures_of_the_facts_themselves(region_store: Store, asked: Package) -> None:
    assert_the_same(region_store, asked)


def twice() -> list[Package]:
    """Two packages, of which each asks for codes that the other does not tell apart."""
    every = measure("every", numerator=RATE.numerator.model_copy(update={"codes": ("A02", "J01")}))
    return [package(RATE, SHARE), package(every).model_copy(update={"id": "other"})]


@pytest.mark.parametrize(
    ("most_rows", "most_held", "commits"),
    [(10**6, 10**9, 1), (100, 10**9, 1), (100, 0, 2)],
    ids=["read and entered together", "entered together", "each by itself"],
)
def test_packages_computed_together_have_the_figures_they_have_alone(
    region_store: Store, monkeypatch: pytest.MonkeyPatch, most_rows: int, most_held: int, commits: int
) -> None:
    alone = [of_merged_facts(region_store, each) for each in twice()]
    monkeypatch.setattr(merged_facts, "MOST_ROWS", most_rows)
    monkeypatch.setattr(mart, "MOST_HELD", most_held)
    before = acknowledged(region_store.database).sequence
    rows = mart.compute_packages(region_store, twice(), PERIOD, KNOWN_AT, "together")
    assert acknowledged(region_store.database).sequence == before + commits
    for each, (figures, compared) in zip(twice(), alone, strict=True):
        for found, expected in zip(in_mart(region_store, each), (figures, compared), strict=True):
            assert_frame_equal(found.drop("run_id", strict=False), expected.drop("run_id", strict=False))
    assert rows == sum(len(frame) for pair in alone for frame in pair)


def test_a_package_that_is_there_twice_is_refused_before_anything_is_computed(region_store: Store) -> None:
    before = acknowledged(region_store.database)
    with pytest.raises(ValueError, match="twice"):
        mart.compute_packages(region_store, [*twice(), twice()[0]], PERIOD, KNOWN_AT, "doubled")
    assert acknowledged(region_store.database) == before


def test_packages_are_read_together_until_there_would_be_too_many_rows(
    region_store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = [asked_by(each) for each in (*twice(), package(measure("none", numerator=RATE.denominator)))]
    reader = MergedFacts(region_store, SPAN, KNOWN_AT)
    assert reader.batches(asked) == [[0, 1, 2]]
    monkeypatch.setattr(merged_facts, "MOST_ROWS", 100)
    assert reader.batches(asked) == [[0], [1], [2]]


def test_fewer_rows_are_read_and_only_what_a_package_counts(region_store: Store) -> None:
    facts = read_facts(region_store, SPAN, KNOWN_AT, silence_is_consent=True).by_source["prescriptions"].collect()
    read = MergedFacts(region_store, SPAN, KNOWN_AT, keep=()).read([asked_by(each) for each in twice()])
    rows = read.merged["prescriptions"]
    assert rows["items"].sum() == facts["items"].sum()
    assert len(rows) < len(facts) / 3
    first = read.narrowed(asked_by(twice()[0]))["prescriptions"].collect()
    assert first["items"].sum() == facts.filter(pl.col("code").str.starts_with("J01"))["items"].sum()


@pytest.mark.parametrize("keep", [STRATA, ()])
def test_fractions_add_up_to_the_same_in_any_order(tmp_path: Path, keep: tuple[str, ...]) -> None:
    region = SmallRegion().add("a", months=())
    for day in range(6):
        region.prescribes("a", date(2025, 1, 1), 1, ddd=0.1 * 3**day, code=f"J01A{day}", sex="male")
    region.submits("a", date(2025, 1, 1))
    read = MergedFacts(entered(region, Store(tmp_path)), SPAN, KNOWN_AT, keep=keep).read(
        [asked_by(package(measure(numerator=RATE.numerator.model_copy(update={"codes": ("J01",), "quantity": "ddd"}))))]
    )
    found = read.merged["prescriptions"].filter(pl.col("practice_id") == "a")
    assert found["ddd"].cast(pl.Float64).to_list() == [36.4]


def test_an_age_that_cuts_through_a_band_of_other_codes_is_refused_as_before(region_store: Store) -> None:
    cut = RATE.numerator.model_copy(update={"codes": ("J01CE02",), "age": "0-10"})
    with pytest.raises(DefinitionError, match="cuts through the band 6-17"):
        of_merged_facts(region_store, package(measure(numerator=cut)))
