"""The ground of the delivery checks: the staged extract beside what is known now."""

from __future__ import annotations

from datetime import date
from pathlib import Path

from small_store import brought_in, contract_of, extract_bytes, landed, prescription, staged_again

from transforms.calendar import Window
from transforms.codes import parse_code_system
from transforms.delivery import Delivery
from warehouse.history import Source, codes_ever, codes_in_use, read_delivery, staged_codes
from warehouse.workspace import Store

CODES = Path(__file__).parents[2] / "klyngepakker" / "codes"
ATC = parse_code_system([CODES / "atc.toml"])


def staged(store: Store, source: str, name: str, *rows: str, months_held: int = 1) -> tuple[int, Path]:
    contract = contract_of(source, months_held=months_held)
    extract_id = landed(store, contract, name, extract_bytes(contract, *rows))
    return extract_id, staged_again(store, contract, extract_id).path


def read(store: Store, source: str, extract: tuple[int, Path], months_held: int = 1) -> Delivery:
    system = ATC if source == "prescriptions" else None
    delivery = read_delivery(store, Source(contract_of(source, months_held=months_held), system), *extract)
    assert delivery is not None
    return delivery


def test_the_extract_stands_beside_what_is_known_outside_its_window(store: Store) -> None:
    brought_in(store, contract_of("prescriptions"), "recepter_2024K4.csv", prescription(month="2024-12", items="7"))
    brought_in(store, contract_of("prescriptions"), "recepter_2025K1.csv", prescription(items="9"))
    delivery = read(store, "prescriptions", staged(store, "prescriptions", "recepter_2025K1_b.csv", prescription()))
    assert delivery.window == Window(date(2025, 1, 1), date(2025, 3, 31))
    assert delivery.months.rows() == [("010101", date(2025, 1, 1), 1, 3.0, 1.5)]
    assert delivery.history.rows() == [("010101", date(2024, 12, 1), 1, 7.0, 1.5)]
    submitted = {(practice, f"{month:%Y-%m}") for practice, month in delivery.submitted.iter_rows()}
    assert submitted == {("010101", f"2024-{month}") for month in (10, 11, 12)} | {
        ("010101", f"2025-0{month}") for month in (1, 2, 3)
    }
    assert delivery.practices["cluster_name"].to_list() == ["Søklyngen"] * 3
    assert delivery.near == (date(2024, 10, 1), date(2024, 11, 1), date(2024, 12, 1))


def test_codes_are_compared_by_their_newest_name(store: Store) -> None:
    old = prescription(month="2024-12", items="7", code="A10BX09")
    brought_in(store, contract_of("prescriptions"), "recepter_2024K4.csv", old)
    new = prescription(code="A10BK01")
    delivery = read(store, "prescriptions", staged(store, "prescriptions", "recepter_2025K1.csv", new))
    sums = {(row["side"], row["group"]): row["items"] for row in delivery.coded.iter_rows(named=True)}
    groups = ("", "A10", "A10B", "A10BK", "A10BK01")
    assert sums == {(side, group): items for side, items in (("now", 3.0), ("near", 7.0)) for group in groups}


def test_a_figure_held_for_a_quarter_stands_in_each_month(store: Store) -> None:
    row = "010101;2025-01;K;0-5;40"
    delivery = read(store, "list_sizes", staged(store, "list_sizes", "tilmeldte_2025K1.csv", row, months_held=3), 3)
    assert sorted(delivery.months.rows()) == [("010101", date(2025, month, 1), 1, 40.0) for month in (1, 2, 3)]
    assert delivery.coded["patients"].to_list() == [120.0]


def test_codes_are_counted_as_received_and_remembered(store: Store) -> None:
    contract = contract_of("prescriptions")
    rows = (prescription(code="A10BX09"), prescription(code="A10BX09", month="2025-02"), prescription())
    brought_in(store, contract, "recepter_2025K1.csv", *rows)
    _, path = staged(store, "prescriptions", "recepter_2025K1_b.csv", *rows)
    assert staged_codes(path, "code") == {"A10BX09": 2, "J01CA04": 1}
    assert codes_ever(store, contract, "code") == {"A10BX09", "J01CA04"}
    assert codes_in_use(store, contract, "code").rows() == [
        ("A10BX09", 2, date(2025, 1, 1), date(2025, 2, 1), "recepter_2025K1.csv"),
        ("J01CA04", 1, date(2025, 1, 1), date(2025, 1, 1), "recepter_2025K1.csv"),
    ]
