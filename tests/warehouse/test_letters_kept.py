"""Letters in the warehouse: kept from pack to pack, ended at a handover or when outgrown, and never used twice."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from random import Random

from transforms.calendar import Window
from transforms.definitions import parse_package
from transforms.pack import Meeting
from warehouse.connection import reading
from warehouse.packs import earlier_letters, end_letters, letters
from warehouse.queries import run
from warehouse.workspace import Store

MEETING = Meeting("p", "K1", date(2026, 5, 1), Window.of(date(2025, 1, 1), 3), None, "letters", "da")
TOPIC = parse_package(Path(__file__).parents[2] / "klyngepakker" / "antibiotika" / "package.toml")


def drawn(store: Store, count: int, seed: int = 1) -> dict[str, str]:
    names = [f"{number:06}" for number in range(count)]
    return letters(store, MEETING, TOPIC, names, lambda rounds: Random(f"{seed}/{rounds}"))


def test_the_next_pack_has_the_same_letters(store: Store) -> None:
    first = drawn(store, 12)
    assert drawn(store, 13, seed=9).items() >= first.items()
    assert earlier_letters(store, MEETING, TOPIC) == {}


def test_after_a_handover_every_letter_is_another_and_the_old_are_kept(store: Store) -> None:
    first = drawn(store, 12)
    assert end_letters(store, "K1", TOPIC.id, "new coordinator") == 12
    second = drawn(store, 12)
    assert set(first.values()).isdisjoint(second.values())
    assert earlier_letters(store, MEETING, TOPIC) == first
    with reading(store.database) as connection:
        ended = run(connection, "read_ended_letters", {"cluster_id": "K1", "package_id": TOPIC.id}).fetchall()
    assert len(ended) == 12


def test_a_cluster_that_grows_past_twenty_four_has_two_letters_each(store: Store) -> None:
    first = drawn(store, 24)
    second = drawn(store, 25)
    assert {len(letter) for letter in second.values()} == {2}
    assert earlier_letters(store, MEETING, TOPIC) == first
    assert drawn(store, 26).items() >= second.items()


def test_letters_of_another_topic_or_cluster_are_not_ended(store: Store) -> None:
    first = drawn(store, 6)
    assert end_letters(store, "K2", TOPIC.id, "x") == end_letters(store, "K1", "other", "x") == 0
    assert drawn(store, 6) == first
