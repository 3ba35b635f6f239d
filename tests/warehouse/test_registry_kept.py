"""The registry in the warehouse: deliveries in any order, read as they were known and as they held."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from functools import cache
from itertools import permutations
from typing import Any

import polars as pl
import pytest
from small_store import CONTRACTS, brought_in, contract_of, delivered, extract_bytes, rows_of

from transforms.contract import Contract, RegistryForm
from transforms.registry import SCHEMAS
from warehouse import registry
from warehouse.connection import reading, writing
from warehouse.facts import last_known, read_facts
from warehouse.ledger import entry, extracts
from warehouse.queries import run
from warehouse.registry import RegistryDayError, checked_registry, registry_known, registry_loads
from warehouse.workspace import Store

LIST = contract_of("registry")
NAMED = r"_(?P<year>\d{4})-(?P<month>\d{2})-(?P<day>\d{2})"
SNAPSHOT = contract_of("registry", registry=RegistryForm(shape="snapshot", as_at_in_name=NAMED))
SNAPSHOTS = {
    "snapshot_2025-01-01.csv": {"p1": "K1", "p2": "K1", "p3": "K2"},
    "snapshot_2025-04-01.csv": {"p1": "K1", "p2": "K2", "p4": "K2"},
    "snapshot_2025-07-01.csv": {"p1": "K1", "p2": "K2", "p3": "K2"},
}
HELD = [
    ("p1", "K1", date(2025, 1, 1), None),
    ("p2", "K1", date(2025, 1, 1), date(2025, 3, 31)),
    ("p2", "K2", date(2025, 4, 1), None),
    ("p3", "K2", date(2025, 1, 1), date(2025, 3, 31)),
    ("p3", "K2", date(2025, 7, 1), None),
    ("p4", "K2", date(2025, 4, 1), date(2025, 6, 30)),
]
SPAN = (date(2025, 1, 1), date(2025, 12, 31))


def line(practice: str, cluster: str = "K1", region: str = "R1", consent: str = "", **days: str) -> str:
    told = [days.get(name, "") for name in ("first", "last", "opened", "closed", "successor")]
    return ";".join([practice, practice, cluster, cluster, region, region, *told, consent])


def lines(found: dict[str, str]) -> list[str]:
    return [line(practice, cluster) for practice, cluster in found.items()]


def memberships(store: Store, known_at: datetime | None = None) -> list[tuple[Any, ...]]:
    return registry_known(store, known_at or last_known(store))["membership"].rows()


@dataclass
class Arrival:
    """What was known as one snapshot had been brought in."""

    known_at: datetime
    tables: dict[str, pl.DataFrame]
    in_use: set[str]


Arrived = Callable[..., tuple[Store, list[Arrival]]]


@pytest.fixture(scope="module")
def arrived(migrated_store: Store, tmp_path_factory: pytest.TempPathFactory) -> Arrived:
    """The snapshots brought in in an order, once for all who only look: the store, and what each found."""

    @cache
    def arrived(*order: str) -> tuple[Store, list[Arrival]]:
        store = Store(tmp_path_factory.mktemp("arrived"))
        shutil.copytree(migrated_store.root, store.root, dirs_exist_ok=True)
        found: list[Arrival] = []
        for name in order:
            brought_in(store, SNAPSHOT, name, *lines(SNAPSHOTS[name]))
            moment = last_known(store)
            found.append(Arrival(moment, registry_known(store, moment), in_use(store, moment)))
        return store, found

    return arrived


@pytest.mark.parametrize("order", list(permutations(SNAPSHOTS))[1:])
def test_snapshots_in_any_order_tell_the_same_and_what_was_known_stays_known(
    arrived: Arrived, order: tuple[str, ...]
) -> None:
    store, found = arrived(*order)
    assert memberships(store) == HELD
    for then in found:
        again = registry_known(store, then.known_at)
        assert all(again[table].equals(then.tables[table]) for table in SCHEMAS)


def test_promoting_the_same_delivery_again_enters_and_ends_nothing(empty: Store) -> None:
    for name, found in SNAPSHOTS.items():
        brought_in(empty, SNAPSHOT, name, *lines(found))
    before = {table: rows_of(empty.database, f"registry.{table}") for table in SCHEMAS}
    copied = "snapshot_2025-04-01_again.csv"
    brought_in(empty, SNAPSHOT, copied, *reversed(lines(SNAPSHOTS["snapshot_2025-04-01.csv"])))
    assert {table: rows_of(empty.database, f"registry.{table}") for table in SCHEMAS} == before
    assert registry_loads(empty).row(-1)[-3:] == (0, 0, 0)


def test_each_load_says_what_it_did_to_memberships(empty: Store) -> None:
    for name, found in SNAPSHOTS.items():
        brought_in(empty, SNAPSHOT, name, *lines(found))
    loads = registry_loads(empty)
    columns = ("as_at", "memberships_begun", "memberships_ended", "memberships_taken_back")
    assert loads.select(columns).rows() == [
        (date(2025, 1, 1), 3, 0, 0),
        (date(2025, 4, 1), 2, 2, 0),
        (date(2025, 7, 1), 1, 1, 0),
    ]


def test_a_snapshot_that_does_not_say_its_day_is_refused_with_a_sentence(empty: Store) -> None:
    with pytest.raises(RegistryDayError, match=r"^practices\.csv: neither the file's name nor .+ as_at_in_name"):
        brought_in(empty, SNAPSHOT, "practices.csv", line("p1"))
    assert rows_of(empty.database, "registry.delivered") == []


def test_a_list_without_a_day_holds_on_the_day_it_was_received(empty: Store) -> None:
    brought_in(empty, LIST, "praksis.csv", line("p1", first="01-01-2020"))
    assert registry_loads(empty)["as_at"].to_list() == [extracts(empty)["received_at"].item().date()]


def check_failed(store: Store, contract: Contract, name: str, *rows: str) -> set[str]:
    extract_id = brought_in(store, contract, name, *rows)
    staged = store.staged("registry", entry(store, extract_id).sha256)
    results = checked_registry(store, contract, extract_id, staged)
    return {each.check_id for each in results if each.outcome == "failed"}


def test_an_older_list_fails_its_check_and_would_change_nothing(empty: Store) -> None:
    brought_in(empty, LIST, "register_2025-06-01.csv", line("p1", first="01-01-2020"))
    before = memberships(empty)
    assert check_failed(empty, LIST, "register_2025-01-01.csv", line("p1", "K9", first="01-01-2020")) == {
        "newest_registry"
    }
    assert memberships(empty) == before


def test_a_window_is_read_with_the_regions_of_its_last_day(empty: Store) -> None:
    for name, region in (("register_2026-10-01.csv", "R1"), ("register_2027-01-01.csv", "R9")):
        brought_in(empty, LIST, name, line("p1", region=region, first="01-01-2020"))
    for year, region in ((2020, "R1"), (2026, "R1"), (2027, "R9"), (2030, "R9")):
        span = (date(year, 1, 1), date(year, 12, 31))
        clusters = read_facts(empty, span, last_known(empty), silence_is_consent=True).clusters.collect()
        assert clusters.select("cluster_id", "region_id", "region_name").rows() == [("K1", region, region)]


@pytest.mark.parametrize("silence", [True, False])
def test_consent_is_what_holds_now_and_a_report_made_again_has_what_held_then(empty: Store, silence: bool) -> None:
    def consented(known_at: datetime) -> dict[str, bool]:
        practices = read_facts(empty, SPAN, known_at, silence_is_consent=silence).practices.collect()
        return dict(practices.select("practice_id", "consented").iter_rows())

    days = {"first": "01-01-2020"}
    brought_in(empty, LIST, "register_2025-01-01.csv", line("p1", consent="ja", **days), line("p2", **days))
    first = last_known(empty)
    brought_in(empty, LIST, "register_2025-02-01.csv", line("p1", consent="nej", **days), line("p2", **days))
    second = last_known(empty)
    brought_in(empty, LIST, "register_2025-03-01.csv", line("p1", **days), line("p2", "K2", **days))
    assert [consented(moment) for moment in (first, second, last_known(empty))] == [
        {"p1": True, "p2": silence},
        {"p1": False, "p2": silence},
        {"p1": False, "p2": silence},
    ]


def test_a_withheld_practice_is_in_no_report_although_it_consented(empty: Store) -> None:
    withheld = next(column for column in LIST.columns if column.name == "withheld")
    columns = tuple(
        column.model_copy(update={"headers": ("Praksisnavn",), "values": {"p1": "yes"}})
        if column == withheld
        else column.model_copy(update={"headers": ("Klyngenavn",)})
        if column.name == "practice_name"
        else column
        for column in LIST.columns
    )
    contract = LIST.model_copy(update={"columns": columns})
    brought_in(empty, contract, "register_2025-01-01.csv", line("p1", consent="ja", first="01-01-2020"))
    practices = read_facts(empty, SPAN, last_known(empty), silence_is_consent=True).practices.collect()
    assert practices["consented"].to_list() == [False]


def test_what_was_known_before_this_table_is_carried_over_as_one_list(tmp_path: Any, store: Store) -> None:
    before = registry_known(store, last_known(store))
    migration = (CONTRACTS.parents[1] / "warehouse/sql/migrations/003_registry_over_time.sql").read_text()
    with writing(store.database) as connection:
        connection.execute("drop table registry.delivered; drop table registry.anonymity")
        for table in ("region", "cluster"):
            for column in ("valid_from", "valid_to", "successor_id"):
                connection.execute(f"alter table registry.{table} drop column {column}")
        connection.execute(migration)
    listed = [line(practice, first="01-01-2020") for practice in ("010101", "020202", "030303")]
    brought_in(store, SNAPSHOT, "snapshot_2040-01-01.csv", *[each.replace("K1;K1", "K1;Søklyngen") for each in listed])
    after = registry_known(store, last_known(store))
    assert after["membership"].equals(before["membership"])
    assert after["consent"].equals(before["consent"])


def test_a_crash_between_two_tables_leaves_all_as_it_was(empty: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    brought_in(empty, SNAPSHOT, "snapshot_2025-01-01.csv", line("p1"))
    before = {table: rows_of(empty.database, f"registry.{table}") for table in (*SCHEMAS, "delivered")}

    def stopped(*_: Any, **__: Any) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(registry, "history", stopped)
    with pytest.raises(KeyboardInterrupt):
        brought_in(empty, SNAPSHOT, "snapshot_2025-04-01.csv", line("p1", "K2"))
    assert {table: rows_of(empty.database, f"registry.{table}") for table in (*SCHEMAS, "delivered")} == before
    shutil.rmtree(empty.root)


OLD_LIST, NEW_LIST = "register_2024-06-01.csv", "register_2025-03-01.csv"
MENDED = "snapshot_2025-07-01_mended.csv"


def brought_in_all(store: Store, *names: str) -> dict[str, tuple[Contract, list[str]]]:
    """Bring in each file, lists and snapshots, with rows of its own."""
    files: dict[str, tuple[Contract, list[str]]] = {}
    for name in names:
        contract = SNAPSHOT if name.startswith("snapshot") else LIST
        files[name] = (contract, [line(name, first="01-01-2020")])
        brought_in(store, contract, name, *files[name][1])
    return files


def in_use(store: Store, known_at: datetime) -> set[str]:
    """The registries that a pack of that moment names."""
    span = {"baseline": SPAN[0], "baseline_end": SPAN[1], "followup": SPAN[0], "followup_end": SPAN[1]}
    with reading(store.database) as connection:
        return set(run(connection, "read_sources", span | {"known_at": known_at, "sources": []}).pl()["file_name"])


@pytest.mark.parametrize("order", list(permutations(SNAPSHOTS)))
def test_a_pack_names_every_snapshot_its_members_were_told_by(arrived: Arrived, order: tuple[str, ...]) -> None:
    _, found = arrived(*order)
    assert [then.in_use for then in found] == [set(order[:number]) for number in (1, 2, 3)]


def test_a_pack_names_the_newest_list_and_what_came_after_it_as_known_then(empty: Store) -> None:
    names = (OLD_LIST, "snapshot_2025-01-01.csv", "snapshot_2025-07-01.csv")
    brought_in_all(empty, *names)
    then = last_known(empty)
    assert in_use(empty, then) == set(names)
    brought_in_all(empty, NEW_LIST)
    assert in_use(empty, last_known(empty)) == {NEW_LIST, "snapshot_2025-07-01.csv"}
    brought_in(empty, SNAPSHOT, MENDED, line("p9"))
    assert in_use(empty, last_known(empty)) == {NEW_LIST, MENDED}
    assert in_use(empty, then) == set(names)


def test_a_registry_that_comes_again_is_replaced_by_one_of_its_day_or_by_a_later_list_alone(empty: Store) -> None:
    names = (
        OLD_LIST,
        "snapshot_2025-01-01.csv",
        "snapshot_2025-07-01.csv",
        "snapshot_2025-09-01.csv",
        NEW_LIST,
        MENDED,
    )
    files = brought_in_all(empty, *names)
    again = {
        name: delivered(empty, contract, name, extract_bytes(contract, *rows))
        for name, (contract, rows) in files.items()
    }
    assert all(arrived.already_promoted for arrived in again.values())
    assert {name: arrived.replaced_by for name, arrived in again.items()} == {
        OLD_LIST: NEW_LIST,
        "snapshot_2025-01-01.csv": NEW_LIST,
        "snapshot_2025-07-01.csv": MENDED,
        "snapshot_2025-09-01.csv": None,
        NEW_LIST: None,
        MENDED: None,
    }


def test_the_same_bytes_with_another_day_in_the_name_are_another_delivery(empty: Store) -> None:
    for month, cluster in (("01", "K1"), ("04", "K2"), ("07", "K1")):
        brought_in(empty, SNAPSHOT, f"snapshot_2025-{month}-01.csv", line("p1", cluster))
    assert [stay[1:] for stay in memberships(empty)] == [
        ("K1", date(2025, 1, 1), date(2025, 3, 31)),
        ("K1", date(2025, 7, 1), None),
        ("K2", date(2025, 4, 1), date(2025, 6, 30)),
    ]


@pytest.mark.parametrize(
    ("pattern", "name", "day"),
    [
        (r"_\d{4}_(?P<year>\d{4})", "structures_2019_2020.csv", date(2020, 1, 1)),
        (r"_(?P<year>\d{4})(?P<month>\d{2})", "map_201907.csv", date(2019, 7, 1)),
        (r"_(?P<year>\d{4})(?P<month>\d{2})", "map_201913.csv", None),
    ],
)
def test_a_day_is_named_in_whole_or_in_part_and_one_that_is_none_is_refused(
    empty: Store, pattern: str, name: str, day: date | None
) -> None:
    contract = contract_of("registry", registry=RegistryForm(shape="snapshot", as_at_in_name=pattern))
    if day is None:
        with pytest.raises(RegistryDayError, match=rf"^{name}: the day in the file's name is none"):
            brought_in(empty, contract, name, line("p1"))
        return
    brought_in(empty, contract, name, line("p1"))
    assert registry_loads(empty)["as_at"].to_list() == [day]


def test_a_pattern_for_the_day_names_a_year() -> None:
    with pytest.raises(ValueError, match="no group called year"):
        RegistryForm(as_at_in_name=r"_(?P<month>\d{2})")
