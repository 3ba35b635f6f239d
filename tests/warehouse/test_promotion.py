"""Promotion: what replaces what, and that nothing that was known is lost."""

from __future__ import annotations

from datetime import date, datetime
from pathlib import Path
from typing import Any

import pytest
from small_store import (
    NAMES,
    REGISTERED,
    brought_in,
    contract_of,
    extract_bytes,
    figures,
    landed,
    prescription,
    rows_of,
    staged_again,
)

from transforms.contract import Submission
from warehouse import promotion, standing
from warehouse.facts import NothingLoadedError, last_known, read_facts
from warehouse.landing import land
from warehouse.ledger import extracts, record_checks, reference
from warehouse.workspace import Store

PRESCRIPTIONS = contract_of("prescriptions")
SERVICES = contract_of("services")
JANUARY, FEBRUARY, MARCH = (date(2025, month, 1) for month in (1, 2, 3))
YEAR = (date(2025, 1, 1), date(2025, 12, 31))
FINAL, PROVISIONAL = "recepter_2025K1.csv", "recepter_2025K1_foreloebig.csv"


def known_items(store: Store, known_at: datetime) -> dict[tuple[str, date], float]:
    facts = read_facts(store, YEAR, known_at, silence_is_consent=True)
    rows = facts.by_source["prescriptions"].collect()
    return {(row["practice_id"], row["period"]): row["items"] for row in rows.iter_rows(named=True)}


def submissions(store: Store) -> set[tuple[str, date]]:
    return {(row[0], row[2]) for row in rows_of(store.database, "ledger.submission") if row[5] is None}


def test_the_same_bytes_twice_are_one_extract_that_is_in_use(store: Store) -> None:
    first = brought_in(store, PRESCRIPTIONS, FINAL, prescription())
    again = land(store, PRESCRIPTIONS, store.root / "inbox" / FINAL, "analyst")
    assert (again.extract_id, again.already_promoted) == (first, True)
    assert len(extracts(store)) == 2


@pytest.mark.parametrize("name", ["recepter_2025K2.csv", PROVISIONAL])
def test_the_same_bytes_under_a_name_that_says_something_else_are_another_extract(store: Store, name: str) -> None:
    first = brought_in(store, PRESCRIPTIONS, FINAL, prescription())
    content = extract_bytes(PRESCRIPTIONS, prescription())
    assert landed(store, PRESCRIPTIONS, name, content) != first


def test_a_row_of_facts_says_which_extract_it_came_from(store: Store) -> None:
    extract_id = brought_in(store, PRESCRIPTIONS, FINAL, prescription())
    ((*figure, came_from, known_from, known_to),) = rows_of(store.database, "fact.prescription")
    assert figure == ["010101", JANUARY, "J01CA04", None, "female", "0-5", 3, 1.5]
    assert (came_from, known_from, known_to) == (extract_id, last_known(store), None)


def test_a_practice_without_rows_in_a_month_of_its_file_has_submitted_it_all_the_same(store: Store) -> None:
    brought_in(store, PRESCRIPTIONS, FINAL, prescription())
    assert submissions(store) == {("010101", month) for month in (JANUARY, FEBRUARY, MARCH)}


def test_where_the_listed_submit_every_practice_of_the_registry_has_submitted(store: Store) -> None:
    by_list = contract_of("prescriptions", submission=Submission(by="listed"))
    brought_in(store, by_list, FINAL, prescription())
    assert {practice for practice, _ in submissions(store)} == set(REGISTERED)


def test_a_corrected_file_replaces_only_the_practices_and_months_it_covers(store: Store) -> None:
    brought_in(store, PRESCRIPTIONS, FINAL, prescription(), prescription("020202"))
    brought_in(store, PRESCRIPTIONS, "recepter_2025K2.csv", prescription(month="2025-04"))
    brought_in(store, PRESCRIPTIONS, "recepter_2025K1_rettet.csv", prescription(items="8"))
    assert figures(store) == {("010101", JANUARY): 8, ("020202", JANUARY): 3, ("010101", date(2025, 4, 1)): 3}


def test_what_was_known_before_a_correction_can_still_be_read(store: Store) -> None:
    brought_in(store, PRESCRIPTIONS, FINAL, prescription())
    before = last_known(store)
    brought_in(store, PRESCRIPTIONS, "recepter_2025K1_rettet.csv", prescription(month="2025-02", items="8"))
    assert known_items(store, before) == {("010101", JANUARY): 3}
    assert known_items(store, last_known(store)) == {("010101", FEBRUARY): 8}


def test_a_clock_set_back_changes_nothing_about_what_was_known_when(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    brought_in(store, PRESCRIPTIONS, FINAL, prescription())
    before = last_known(store)
    monkeypatch.setattr(standing, "datetime", clock_at(datetime(2001, 1, 1)))
    brought_in(store, PRESCRIPTIONS, "recepter_2025K1_rettet.csv", prescription(items="8"))
    assert last_known(store) > before
    assert known_items(store, before) == {("010101", JANUARY): 3}


def clock_at(moment: datetime) -> type[datetime]:
    class Stopped(datetime):
        @classmethod
        def now(cls, tz: Any = None) -> datetime:
            return moment.replace(tzinfo=tz)

    return Stopped


@pytest.mark.parametrize("order", [(PROVISIONAL, FINAL), (FINAL, PROVISIONAL)])
def test_a_provisional_file_never_replaces_a_final_one(store: Store, order: tuple[str, str]) -> None:
    for name in order:
        brought_in(store, PRESCRIPTIONS, name, prescription(items="1" if name == PROVISIONAL else "3"))
    assert figures(store) == {("010101", JANUARY): 3}
    assert len(submissions(store)) == 3


def test_a_provisional_file_holds_where_nothing_final_has_come(store: Store) -> None:
    brought_in(store, PRESCRIPTIONS, FINAL, prescription(), prescription("020202"))
    brought_in(store, PRESCRIPTIONS, "recepter_2025K2_foreloebig.csv", prescription(month="2025-04", items="1"))
    brought_in(store, PRESCRIPTIONS, PROVISIONAL, prescription("030303", items="2"), prescription(items="9"))
    assert figures(store) == {
        ("010101", JANUARY): 3,
        ("020202", JANUARY): 3,
        ("030303", JANUARY): 2,
        ("010101", date(2025, 4, 1)): 1,
    }


def test_a_provisional_file_replaces_a_provisional_one(store: Store) -> None:
    brought_in(store, PRESCRIPTIONS, PROVISIONAL, prescription(items="1"))
    brought_in(store, PRESCRIPTIONS, "recepter_2025K1_foreloebig_2.csv", prescription(items="2"))
    assert figures(store) == {("010101", JANUARY): 2}


def test_a_provisional_file_that_turns_final_unchanged_is_final(store: Store) -> None:
    brought_in(store, PRESCRIPTIONS, PROVISIONAL, prescription(items="1"))
    brought_in(store, PRESCRIPTIONS, FINAL, prescription(items="1"))
    brought_in(store, PRESCRIPTIONS, "recepter_2025K1_foreloebig_2.csv", prescription(items="9"))
    assert figures(store) == {("010101", JANUARY): 1}


def test_negative_corrections_are_added_up_with_what_they_correct(store: Store) -> None:
    lines = [f"010101;2025-01;7120;K;0-5;{count}" for count in ("12", "-3", "-1")]
    brought_in(store, SERVICES, NAMES["services"], *lines, "010101;2025-01;7120;M;0-5;5")
    ((*_, women, _, _, _), (*_, men, _, _, _)) = rows_of(store.database, "fact.service")
    assert (women, men) == (8, 5)


def test_a_figure_held_for_three_months_is_entered_for_each(store: Store) -> None:
    quarterly = contract_of("list_sizes", months_held=3)
    brought_in(store, quarterly, NAMES["list_sizes"], "010101;2025-01;K;0-5;40")
    assert figures(store, "fact.list_size") == {("010101", month): 40 for month in (JANUARY, FEBRUARY, MARCH)}


def test_a_held_figure_reaches_past_the_last_month_written_where_the_rows_tell_the_period(store: Store) -> None:
    quarterly = contract_of("list_sizes", months_held=3, file={"period_in_name": ""})
    brought_in(store, quarterly, "tilmeldte.csv", "010101;2025-01;K;0-5;40", "010101;2025-04;K;0-5;50")
    assert [figures(store, "fact.list_size")["010101", date(2025, month, 1)] for month in range(1, 7)] == [40] * 3 + [
        50
    ] * 3


def test_promoting_again_after_a_crash_gives_the_same_figures(store: Store) -> None:
    extract_id = brought_in(store, PRESCRIPTIONS, FINAL, prescription())
    once = (figures(store), submissions(store))
    promotion.promote(store, PRESCRIPTIONS, extract_id, staged_again(store, PRESCRIPTIONS, extract_id).path)
    assert (figures(store), submissions(store)) == once


def test_a_registry_row_that_did_not_change_keeps_its_first_day_of_being_known(store: Store) -> None:
    before = rows_of(store.database, "registry.practice")
    renamed = REGISTERED["020202"].replace("Torvet", "Ny Torv")
    kept = [REGISTERED["010101"], REGISTERED["030303"]]
    brought_in(store, contract_of("registry"), "register_2025-02-01.csv", *kept, renamed)
    after = rows_of(store.database, "registry.practice")
    assert [row for row in before if row[0] != "020202"] == [row for row in after if row[0] != "020202"]
    old, new = sorted((row for row in after if row[0] == "020202"), key=lambda row: row[6])
    assert (old[1], old[7], new[1], new[7]) == ("Torvet", new[6], "Ny Torv", None)


def test_a_practice_that_is_gone_from_the_registry_is_closed_not_removed(store: Store) -> None:
    at = last_known(store)
    brought_in(store, contract_of("registry"), "register_2025-02-01.csv", REGISTERED["010101"])
    now = read_facts(store, YEAR, last_known(store), silence_is_consent=True).practices.collect()
    then = read_facts(store, YEAR, at, silence_is_consent=True).practices.collect()
    assert (now["practice_id"].to_list(), len(then)) == (["010101"], 3)
    assert reference(store, 1).practices == {"010101"}


@pytest.mark.parametrize("silence", [True, False])
def test_silence_means_what_the_workspace_says_and_words_mean_what_they_say(store: Store, silence: bool) -> None:
    practices = read_facts(store, YEAR, last_known(store), silence_is_consent=silence).practices.collect()
    assert practices["consented"].to_list() == [True, silence, False]


def test_nothing_known_is_one_sentence(tmp_path: Path) -> None:
    with pytest.raises(NothingLoadedError, match=r"^The warehouse is empty\. .+ klyngeflow ingest"):
        last_known(Store(tmp_path))


def test_a_contract_without_checks_leaves_an_empty_page_in_the_ledger(store: Store) -> None:
    record_checks(store, contract_of("prescriptions", checks=()), 1, ())
    assert rows_of(store.database, "ledger.check") == []
