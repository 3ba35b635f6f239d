"""Files that come a second time, or under names that must not be remembered."""

from __future__ import annotations

from small_workspace import delivered, extract, prescribed, rows_of

from flows.ingesting import (
    Delivery,
    deliveries,
    land_delivery,
    promote_extract,
    stage_extract,
    turn_away,
)
from flows.settings import Workspace

DATE, SERIAL = "0101" + "80", "12" + "34"


def taken_in(workspace: Workspace, name: str, items: str, *, again: bool = False) -> str | None:
    path = delivered(workspace, name, extract("prescriptions", prescribed(Recepter=items)))
    landed = land_delivery(workspace, Delivery("prescriptions", path, again))
    if landed.already_promoted:
        return landed.replaced_by or "in use"
    stage_extract(workspace, landed.extract_id)
    promote_extract(workspace, landed.extract_id)
    return None


def items_now(workspace: Workspace) -> list[int]:
    rows = rows_of(workspace, ["fact.prescription"])["fact.prescription"]
    return [row[6] for row in rows if row[1].isoformat() == "2025-01-01" and row[-1] is None]


def test_bytes_that_were_replaced_are_known_and_by_what(workspace: Workspace) -> None:
    taken_in(workspace, "recepter_2025K1.csv", "10")
    assert taken_in(workspace, "recepter_2025K1.csv", "10") == "in use"
    taken_in(workspace, "recepter_2025K1_rettet.csv", "99")
    assert taken_in(workspace, "recepter_2025K1.csv", "10") == "recepter_2025K1_rettet.csv"
    assert items_now(workspace) == [99]


def test_bytes_that_were_replaced_can_be_put_back(workspace: Workspace) -> None:
    taken_in(workspace, "recepter_2025K1.csv", "10")
    taken_in(workspace, "recepter_2025K1_rettet.csv", "99")
    assert taken_in(workspace, "recepter_2025K1.csv", "10", again=True) is None
    assert items_now(workspace) == [10]
    assert taken_in(workspace, "recepter_2025K1.csv", "10", again=True) == "in use"


def test_a_correction_comes_after_what_it_corrects_whatever_joins_its_name(workspace: Workspace) -> None:
    names = ["recepter_2025K1-rettet.csv", "recepter_2025K1 (1).csv", "recepter_2025K1.csv"]
    for name in names:
        delivered(workspace, name, b"x")
    found = [delivery.path.name for delivery in deliveries(workspace)[0] if "2025K1" in delivery.path.name]
    assert found[0] == "recepter_2025K1.csv"


def test_a_name_with_a_person_number_is_turned_away_and_not_repeated(workspace: Workspace) -> None:
    path = delivered(workspace, f"recepter_2025K1_{DATE}-{SERIAL}.csv", extract("prescriptions", prescribed()))
    [outcome] = turn_away(workspace, [Delivery("prescriptions", path)])
    assert (outcome.state, outcome.exit_code) == ("refused", 3)
    assert SERIAL not in f"{outcome}"
