"""Slices, differences, withdrawals, what the ledger says of them, and what happens to figures already reported."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from pathlib import Path

import polars as pl
import pytest
from small_store import (
    NAMES,
    brought_in,
    contract_of,
    delivered,
    extract_bytes,
    figures,
    prescription,
    rows_of,
)

from transforms.calendar import Window
from transforms.codes import parse_code_system
from transforms.contract import Submission
from transforms.definitions import parse_package
from warehouse.bridge import OTHER_REASON, Printed, bridge
from warehouse.facts import last_known
from warehouse.ledger import extracts, source_months, submission_states, utc_now
from warehouse.mart import Period
from warehouse.withdrawal import Withdrawal, WithdrawalError, withdraw
from warehouse.workspace import Store

PRESCRIPTIONS, SERVICES, LISTS = (contract_of(source) for source in ("prescriptions", "services", "list_sizes"))
FIRST, CORRECTED, PROVISIONAL = (f"recepter_2025K1{mark}.csv" for mark in ("", "_rettet", "_foreloebig"))
JANUARY, FEBRUARY, MARCH = (date(2025, month, 1) for month in (1, 2, 3))
QUARTER = Period(Window(JANUARY, date(2025, 3, 31)), None, silence_is_consent=True)
SHIPPED = parse_package(Path(__file__).parents[2] / "klyngepakker" / "antibiotika" / "package.toml")
RATE = SHIPPED.measures[0]
PACKAGE = SHIPPED.model_copy(update={"measures": (RATE,)})


def by_code(store: Store) -> dict[str, int]:
    rows = rows_of(store.database, "fact.prescription")
    return {row[2]: row[6] for row in rows if row[-1] is None}


def states(store: Store) -> dict[tuple[str, date], str]:
    rows = submission_states(store, "prescriptions", None)
    return {(row[0], row[2]): row[3] for row in rows.iter_rows() if row[3] != "not_submitted"}


def test_a_slice_of_a_month_replaces_itself_and_leaves_the_others(store: Store) -> None:
    sliced = contract_of("prescriptions", slice=("code",))
    brought_in(store, sliced, FIRST, prescription(items="1", code="J01CA04"))
    brought_in(store, sliced, "recepter_2025K1_b.csv", prescription(items="2", code="J01CE02"))
    brought_in(store, sliced, CORRECTED, prescription(items="9", code="J01CA04", month="2025-02"))
    assert by_code(store) == {"J01CA04": 9, "J01CE02": 2}
    assert {row[1] for row in rows_of(store.database, "fact.prescription") if row[-1] is None} == {JANUARY, FEBRUARY}


def test_a_practice_without_a_row_in_a_month_did_not_submit_it_where_the_contract_says_so(store: Store) -> None:
    monthly = contract_of("prescriptions", submission=Submission(by="row_in_month"))
    brought_in(store, monthly, FIRST, prescription(), prescription(month="2025-03"))
    assert states(store) == {("010101", JANUARY): "figures", ("010101", MARCH): "figures"}
    brought_in(store, monthly, CORRECTED, prescription(month="2025-02"))
    assert states(store) == {("010101", FEBRUARY): "figures"}


def test_differences_are_added_and_wait_for_what_they_correct(store: Store) -> None:
    lines = {count: f"010101;2025-01;7120;K;0-5;{count}" for count in ("12", "-3", "20")}
    brought_in(store, SERVICES, "ydelser_2025K1_forskel.csv", lines["-3"])
    assert figures(store, "fact.service") == {}
    brought_in(store, SERVICES, NAMES["services"], lines["12"])
    assert figures(store, "fact.service") == {("010101", JANUARY): 9}
    brought_in(store, SERVICES, "ydelser_2025K1_rettet2.csv", lines["20"])
    assert figures(store, "fact.service") == {("010101", JANUARY): 20}


def test_what_a_withdrawn_file_had_replaced_comes_back_and_the_bytes_do_not(store: Store) -> None:
    brought_in(store, PRESCRIPTIONS, PROVISIONAL, prescription(items="1"), prescription("020202", items="2"))
    wrong = brought_in(store, PRESCRIPTIONS, FIRST, prescription(items="99"))
    moment = last_known(store)
    withdraw(store, PRESCRIPTIONS, Withdrawal(wrong, "another region's file", "analyst"))
    assert figures(store) == {("010101", JANUARY): 1, ("020202", JANUARY): 2}
    assert last_known(store) > moment
    row = extracts(store).row(by_predicate=pl.col("extract_id") == wrong, named=True)
    assert (row["state"], row["reason"], row["replaced_by"]) == ("withdrawn", "another region's file", PROVISIONAL)
    arrived = delivered(store, PRESCRIPTIONS, FIRST, extract_bytes(PRESCRIPTIONS, prescription(items="99")))
    assert (arrived.already_promoted, arrived.replaced_by) == (True, "nothing (it was withdrawn)")


def test_what_cannot_be_withdrawn_is_said_in_a_sentence(store: Store) -> None:
    number = brought_in(store, PRESCRIPTIONS, FIRST, prescription())
    for extract_id, practice, said in (
        (99, None, "There is no extract 99"),
        (1, None, "is a registry"),
        (number, "030303", "has nothing of practice 030303"),
    ):
        with pytest.raises(WithdrawalError, match=said):
            withdraw(store, PRESCRIPTIONS, Withdrawal(extract_id, "why", "analyst", practice))
    withdraw(store, PRESCRIPTIONS, Withdrawal(number, "why", "analyst"))
    with pytest.raises(WithdrawalError, match="is withdrawn, so there is nothing"):
        withdraw(store, PRESCRIPTIONS, Withdrawal(number, "why", "analyst"))


def test_every_practice_and_month_has_one_state(store: Store) -> None:
    brought_in(store, PRESCRIPTIONS, FIRST, prescription())
    brought_in(store, PRESCRIPTIONS, "recepter_2025K2_foreloebig.csv", prescription("020202", month="2025-04"))
    brought_in(store, PRESCRIPTIONS, "recepter_2025K4.csv", prescription("020202", month="2025-10"))
    found = states(store)
    assert [found["010101", month] for month in (JANUARY, FEBRUARY)] == ["figures", "zero"]
    assert found["020202", date(2025, 5, 1)] == "provisional"
    assert len(submission_states(store, None, "K1")) == 3 * 12
    months = {row["period"]: row["practices_submitted"] for row in source_months(store).iter_rows(named=True)}
    assert [months[date(2025, month, 1)] for month in (3, 6, 9, 12)] == [1, 1, 0, 1]


ITEMS = {"010101": 30, "020202": 50}
LISTED = 200


@pytest.fixture
def reported(store: Store) -> tuple[Store, Printed]:
    """A quarter that was reported to two practices, by plain arithmetic."""
    brought_in(store, PRESCRIPTIONS, FIRST, *(prescription(each, items=str(count)) for each, count in ITEMS.items()))
    lines = [f"{each};2025-0{month};K;0-5;{LISTED}" for each in ITEMS for month in (1, 2, 3)]
    brought_in(store, LISTS, NAMES["list_sizes"], *lines)
    own = {
        "measure_id": [RATE.id] * 2,
        "category": [None] * 2,
        "unit_id": list(ITEMS),
        "printed_numerator": [float(count) for count in ITEMS.values()],
        "printed_denominator": [float(LISTED)] * 2,
    }
    return store, Printed(
        "pack", PACKAGE.id, "K1", QUARTER, utc_now(), pl.DataFrame(own, schema_overrides={"category": pl.String})
    )


def bridged(store: Store, printed: Printed) -> dict[str, tuple[float, float, float, str]]:
    rows = bridge(store, PACKAGE, printed).filter(measure_id=RATE.id).iter_rows(named=True)
    return {row["unit_id"]: (row["then_numerator"], row["now_numerator"], row["now_value"], row["why"]) for row in rows}


def test_nothing_came_since_so_nothing_is_bridged(reported: tuple[Store, Printed]) -> None:
    assert bridge(reported[0], PACKAGE, reported[1]).is_empty()


def test_a_bridge_says_what_was_shown_what_is_now_and_why(reported: tuple[Store, Printed]) -> None:
    store, printed = reported
    corrected = brought_in(store, PRESCRIPTIONS, CORRECTED, prescription(items="33", month="2025-02"))
    why = f"{CORRECTED} came in place of {FIRST}"
    # The region R1 and the cluster K1 hold practice 010101 and 020202 alone: the third never submitted.
    pooled = (80, 83, 83 / 400 * RATE.per, why)
    assert bridged(store, printed) == {"010101": (30, 33, 33 / 200 * RATE.per, why), "K1": pooled, "R1": pooled}
    withdraw(store, PRESCRIPTIONS, Withdrawal(corrected, "wrong", "analyst"))
    assert bridge(store, PACKAGE, printed).is_empty()


def test_a_figure_taken_back_is_gone_from_what_is_now(reported: tuple[Store, Printed]) -> None:
    store, printed = reported
    withdraw(store, PRESCRIPTIONS, Withdrawal(2, "wrong month", "analyst", "010101"))
    found = bridged(store, printed)
    assert found["010101"] == (30, None, None, f"{FIRST} was withdrawn (wrong month)")
    assert found["K1"][:3] == (80, 50, 50 / 200 * RATE.per)


def test_a_bridge_reads_codes_as_the_figures_do(reported: tuple[Store, Printed]) -> None:
    store, printed = reported
    brought_in(store, PRESCRIPTIONS, CORRECTED, prescription(items="33", code="A10BX04", month="2025-02"))
    newest = {"codes": ("A10BJ01",), "exclude_codes": ()}
    moved = RATE.model_copy(update={"numerator": RATE.numerator.model_copy(update=newest)})
    package = PACKAGE.model_copy(update={"measures": (moved,)})
    system = parse_code_system([Path(__file__).parents[2] / "klyngepakker" / "codes" / "atc.toml"])
    known = replace(printed, period=replace(QUARTER, codes={"prescriptions": system}))
    assert {row["unit_id"]: row["now_numerator"] for row in bridge(store, package, known).iter_rows(named=True)} == {
        "010101": 33,
        "020202": 0,
        "K1": 33,
        "R1": 33,
    }


def test_a_printed_figure_that_its_own_data_do_not_give_is_the_definitions_change(
    reported: tuple[Store, Printed],
) -> None:
    store, printed = reported
    other = printed.own.with_columns(pl.col("printed_numerator") + 1)
    found = bridged(store, Printed("pack", PACKAGE.id, "K1", QUARTER, printed.printed_at, other))
    assert {unit: row[:2] + row[3:] for unit, row in found.items()} == {
        unit: (count + 1, count, OTHER_REASON) for unit, count in ITEMS.items()
    }
