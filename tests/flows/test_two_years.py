"""Two and a half years in a small place: each pack in time or a reason, each follow-up proposed, nothing twice."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import date, timedelta
from functools import partial

import pytest
import years_checks
from delivery_world import rows
from mail_servers import mail_server
from small_place import PLACES, counted, make_place, register
from two_years import DELAY, FIRST, Order, Script, Story, came_to, every_day
from years_checks import CHECKS, Lived, moved_on

from transforms.calendar import last_day, month_after
from transforms.meeting_plan import due_dates
from transforms.requests import Request

QUARTERS = [(year, quarter) for year in (2023, 2024, 2025) for quarter in (1, 2, 3, 4)] + [(2026, 1), (2026, 2)]
LATE = ("050505", (2024, 1))
"""A practice that delivered a quarter only four months after the others."""
ORDERS = (
    Order("K1", "smerter", date(2024, 6, 12), level="Klynge og praksis"),
    # Before the next quarter comes.
    Order("K2", "smerter", date(2024, 8, 21), level="Klynge og praksis"),
    # Its month comes two months after the meeting.
    Order("K2", "smerter", date(2025, 12, 10), until="2025-11", end="failed"),
    Order("K2", "smerter", date(2026, 3, 11), called_off=date(2026, 2, 2), end="cancelled"),
)
ANSWERS = {"K1": "Ja", "K2": "Nej"}


def deliveries_of(quarter: tuple[int, int]) -> Iterator[tuple[date, str, Callable[[], bytes]]]:
    ended = last_day(date(quarter[0], quarter[1] * 3, 1))
    # History is there on the first day.
    day = max(FIRST, ended + timedelta(days=DELAY))
    late = LATE[0] if LATE[1] == quarter else None
    for source, name in (("list_sizes", "tilmeldte"), ("prescriptions", "recepter")):
        stem = f"{name}_{quarter[0]}K{quarter[1]}"
        first = [each for each in PLACES if each != late]
        yield day, f"{stem}.csv", partial(counted, source, first, quarter)
        if late:
            yield day + timedelta(days=120), f"{stem}_rettet.csv", partial(counted, source, list(PLACES), quarter)


def script() -> Script:
    files: dict[date, list[tuple[str, Callable[[], bytes]]]] = {}
    files[FIRST] = [("register_2024-01-01.csv", register)]
    for quarter in QUARTERS:
        for day, name, content in deliveries_of(quarter):
            files.setdefault(day, []).append((name, content))
    return Script(files, ORDERS, ANSWERS)


pytestmark = [
    pytest.mark.timeout(7200),
    pytest.mark.skipif("KLYNGEFLOW_YEARS" not in os.environ, reason="it takes some minutes: `make years` alone"),
]


@pytest.fixture(scope="module")
def lived(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Lived]:
    root = tmp_path_factory.mktemp("years") / "workspace"
    with mail_server() as (port, box):
        opened = make_place(root, port)
        story = Story(opened, script())
        story.live(day for day in every_day() if story.matters(day))
        yield Lived(story, came_to(box), lambda cluster, _: {code for code in PLACES if PLACES[code] == cluster})


def of(lived: Lived, cluster: str, meeting: date) -> Request:
    (found,) = [each for each in lived.requests if (each.cluster_id, each.meeting_date) == (cluster, meeting)]
    return found


@pytest.mark.parametrize("check", CHECKS, ids=lambda check: check.__name__)
def test_nothing_is_wrong(lived: Lived, check: Callable[[Lived], Iterator[str]]) -> None:
    assert list(check(lived)) == []


def test_what_failed_says_which_month_never_came(lived: Lived) -> None:
    (failed,) = [each for each in lived.requests if each.state == "failed"]
    assert "The figures are to hold 2025-11" in failed.reason
    assert "prescriptions until 2025-09" in failed.reason


def test_each_check_says_what_is_wrong(lived: Lived) -> None:
    story = lived.story
    wanted = replace(story.script, orders=(*story.script.orders, Order("K1", "smerter", date(2025, 1, 15))))
    answered = replace(story.script, answers={"K1": "Nej", "K2": "Nej"})
    wrong = {
        years_checks.nothing_twice: lived._replace(came=[*lived.came, lived.came[0]]),
        years_checks.packs_in_time: lived._replace(members=lambda *_: {"010101"}),
        years_checks.ordered_meetings: lived._replace(story=replace(story, script=wanted)),
        years_checks.follow_ups_appear: lived._replace(story=replace(story, script=answered)),
    }
    for check, other in wrong.items():
        assert list(check(other)), check.__name__
    (beside := story.workspace.store.outbox / "modtagere" / "beside").mkdir()
    assert any("beside" in each for each in years_checks.one_folder_each(lived))
    beside.rmdir()


def test_a_practice_that_is_late_is_waited_for_until_the_day_and_the_pack_is_made_without_it(lived: Lived) -> None:
    waited = of(lived, "K2", date(2024, 8, 21))
    plan = lived.story.workspace.definition.plan
    assert moved_on(lived, waited, "rendered") >= due_dates(waited.meeting_date, plan)["validated"]
    missing = rows(lived.story.workspace, f"report.missing where pack_id = '{waited.pack_id}'", "practice_id")
    assert {practice for (practice,) in missing} == {LATE[0]}


def test_the_follow_up_takes_the_months_of_the_first_meeting_again(lived: Lived) -> None:
    (second,) = [each for each in lived.requests if each.kind == "followup"]
    assert second.state == "delivered"
    assert second.baseline_from == of(lived, "K1", date(2024, 6, 12)).baseline_from == date(2023, 10, 1)
    assert second.followup_from == month_after(date(2023, 10, 1), 12)


def test_only_those_who_lacked_data_were_reminded_and_before_it_was_too_late(lived: Lived) -> None:
    workspace = lived.story.workspace
    reminded = rows(workspace, "meeting.notice where kind = 'reminder'", "unit_id", "noticed_on", "request_id")
    waited = of(lived, "K2", date(2024, 8, 21))
    last = due_dates(waited.meeting_date, workspace.definition.plan)["validated"]
    of_waited = [(unit, day) for unit, day, request in reminded if request == waited.request_id]
    assert {unit for unit, _ in of_waited} == {LATE[0]}
    # The month that it asks for has not ended when its plan is over: nobody can deliver it.
    assert of(lived, "K2", date(2025, 12, 10)).request_id not in {request for *_, request in reminded}
    assert max(day for _, day in of_waited) <= last
