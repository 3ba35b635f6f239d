"""Goals in the warehouse: numbered by meeting, replaced by a form, deleted with their words, found at the follow-up."""

from __future__ import annotations

from dataclasses import replace as changed
from datetime import date

from transforms.calendar import Window
from transforms.goals import Goal, Hope
from transforms.pack import Meeting
from transforms.published import GOAL
from warehouse import goals
from warehouse.connection import reading
from warehouse.goals import Held
from warehouse.workspace import Store

FIRST = Held("K1", "antibiotika", date(2025, 9, 17))
LATER = Meeting(
    "p", "K1", date(2026, 9, 23), Window.of(date(2025, 1, 1), 6), Window.of(date(2026, 1, 1), 6), "letters", "da"
)
COUNTED = Goal("Se tiden an", "alle", date(2025, 12, 1), "penicillin_v_share", Hope("higher", 3, "points"))
TOLD = Goal("Fælles frase", "to", date(2025, 12, 2))


def whats(store: Store) -> list[tuple[int, str]]:
    frame = goals.listed(store, "K1", "antibiotika")
    return list(zip(frame["number"], frame["what"], strict=True))


def test_goals_are_numbered_by_meeting_and_keep_their_numbers(empty: Store) -> None:
    other = changed(FIRST, cluster_id="K2")
    assert [goals.add(empty, FIRST, COUNTED), goals.add(empty, FIRST, TOLD), goals.add(empty, other, TOLD)] == [1, 2, 1]
    assert goals.remove(empty, FIRST, 1)
    assert not goals.remove(empty, FIRST, 1)
    assert whats(empty) == [(2, "Fælles frase")]
    assert goals.add(empty, FIRST, COUNTED) == 3
    assert goals.listed(empty, None, None).height == 3


def test_a_form_takes_the_place_of_what_its_meeting_had(empty: Store) -> None:
    goals.add(empty, FIRST, COUNTED)
    assert not goals.is_recorded(empty, "a" * 64)
    assert goals.replace(empty, FIRST, [TOLD, COUNTED], "a" * 64) == 1
    assert goals.replace(empty, FIRST, [TOLD, COUNTED], "a" * 64) == 2
    assert goals.is_recorded(empty, "a" * 64)
    assert whats(empty) == [(1, "Fælles frase"), (2, "Se tiden an")]


def test_a_deleted_goal_leaves_no_word_behind(empty: Store) -> None:
    goals.add(empty, FIRST, changed(TOLD, what="hemmeligt"))
    goals.remove(empty, FIRST, 1)
    with reading(empty.database) as connection:
        tables = connection.execute("select table_schema, table_name from information_schema.tables").fetchall()
        kept = [connection.execute(f'from "{schema}"."{name}"').fetchall() for schema, name in tables]
    assert "hemmeligt" not in str(kept)


def test_a_follow_up_gets_the_goals_of_the_newest_meeting_before_it(empty: Store) -> None:
    goals.add(empty, changed(FIRST, meeting_date=date(2024, 9, 1)), changed(TOLD, what="gammelt"))
    goals.add(empty, FIRST, COUNTED)
    goals.add(empty, FIRST, TOLD)
    goals.add(empty, changed(FIRST, meeting_date=LATER.meeting_date), changed(TOLD, what="nyt"))
    goals.add(empty, changed(FIRST, package_id="crp"), TOLD)
    found = goals.goals_of(empty, LATER, "antibiotika")
    assert found.schema == GOAL
    assert found["what"].to_list() == ["Se tiden an", "Fælles frase"]
    assert found.row(0)[1:] == (
        *(1, FIRST.meeting_date, "Se tiden an", "alle", date(2025, 12, 1)),
        *("penicillin_v_share", "higher", 3.0, "unit"),
    )
    assert found.row(1)[-4:] == (None, None, None, None)


def test_a_baseline_pack_has_no_goals(empty: Store) -> None:
    goals.add(empty, FIRST, COUNTED)
    assert goals.goals_of(empty, changed(LATER, followup=None), "antibiotika").is_empty()
