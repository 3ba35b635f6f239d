"""Goals at the command line and in the inbox: recorded once, listed, taken back; what cannot be is refused."""

from __future__ import annotations

import json
import os
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
import time_machine
from small_workspace import delivered
from typer.testing import CliRunner

from flows.agreeing import forms_among, record_from_inbox
from flows.cli import app
from flows.goal_forms import PersonInFormError
from flows.inbox import finished_files
from flows.settings import Workspace
from reports.goal_form import FormOf, goal_form
from reports.wording import voice
from transforms.errors import UserError
from transforms.goals import Goal, Hope
from warehouse import goals, meetings
from warehouse.goals import Held

RUNNER = CliRunner()
MEETING = date(2025, 9, 17)
TOPIC = ("--cluster", "K1", "--package", "antibiotika")
ASKED = ("--who", "alle", "--by", "2025-12-01", *TOPIC, "--meeting", "2025-09-17")
SHOWN = Goal("Se tiden an", "alle", date(2025, 12, 1), "antibiotics_per_1000", Hope("lower", 10, "percent"))


def said(workspace: Workspace, *arguments: str) -> str:
    done = RUNNER.invoke(app, ["agreed", *arguments, "-w", str(workspace.root)], catch_exceptions=False)
    assert done.exit_code == 0, done.output
    return done.output


def refused(workspace: Workspace, *arguments: str) -> str:
    with pytest.raises(UserError) as error:
        said(workspace, *arguments)
    return str(error.value)


def form(workspace: Workspace, *agreed: Goal, cluster: str = "K1", name: str = "aftaler.xlsx") -> Path:
    of = FormOf(cluster, "Søklyngen", MEETING)
    return delivered(workspace, name, goal_form(workspace.package("antibiotika"), of, voice("da"), agreed))


def test_goals_are_added_listed_and_removed(workspace: Workspace) -> None:
    assert "Nothing is recorded" in said(workspace, "list")
    measured = ("--measure", "antibiotics_per_1000", "--hope", "-10 %")
    assert "Goal 1 of K1 in antibiotika, meeting of 2025-09-17" in said(
        workspace, "add", "Se tiden an", *ASKED, *measured
    )
    assert "Goal 2" in said(workspace, "add", "Fælles frase", *ASKED)
    assert said(workspace, "list").splitlines() == [
        "K1, antibiotika, meeting of 2025-09-17:",
        "  1. Se tiden an (alle, by 2025-12-01); antibiotics_per_1000 10 percent lower",
        "  2. Fælles frase (alle, by 2025-12-01)",
    ]
    said(workspace, "remove", "1", *TOPIC, "--meeting", "2025-09-17")
    assert [row["number"] for row in json.loads(said(workspace, "list", "--cluster", "K1", "--json"))] == [2]
    assert "There is: 2." in refused(workspace, "remove", "7", *TOPIC, "--meeting", "2025-09-17")


def test_a_form_needs_no_other_word(workspace: Workspace) -> None:
    path = form(workspace, SHOWN)
    assert "1 goal recorded for K1, antibiotika, meeting of 2025-09-17" in said(workspace, str(path))
    assert "in the place of 1 recorded before" in said(workspace, str(path))
    assert "Write the path of a filled aftaler.xlsx" in refused(workspace, "lits")


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (("x", "--measure", "penicilin_v_share"), "--measure: there is no measure in antibiotika called"),
        (("x", "--measure", "antibiotics_per_1000", "--hope", "10"), "--hope: the hoped-for change cannot be read"),
        (("x", "--hope", "lower"), "--measure: a change is hoped for, but of no measure"),
        (("x", "--by", "2025-01-01"), "--by: 2025-01-01 is before the meeting"),
        ((" ",), "WHAT: nothing is written"),
        (("x", "--cluster", "K2"), "there is no cluster 'K2'; write one of: K1"),
        (("x", "--package", "antibiotik"), "the nearest name is antibiotika"),
        (("x", "--meeting", "2200-01-01", "--by", "2200-02-01"), "has not been held"),
    ],
)
def test_what_cannot_be_recorded_is_refused(workspace: Workspace, arguments: tuple[str, ...], sentence: str) -> None:
    assert sentence in refused(workspace, "add", arguments[0], *ASKED, *arguments[1:])
    assert goals.listed(workspace.store, None, None).is_empty()


def test_a_meeting_is_one_that_was_held_where_that_is_known(workspace: Workspace) -> None:
    settings = workspace.root / "klyngeflow.toml"
    text = settings.read_text(encoding="utf-8")
    block = f'[[packs]]\npackage = "antibiotika"\nkind = "baseline"\nmeeting = {MEETING}\n'
    settings.write_text(f"{text}\n{block}baseline_from = 2025-01-01\n", encoding="utf-8")
    assert meetings.clusters(workspace.store) == {"K1": "Søklyngen"}
    asked = (*ASKED[:-1], "2025-09-18")
    assert "Its meetings: 2025-09-17. Write one of them." in refused(workspace, "add", "x", *asked)
    assert "meeting of 2025-09-17" in said(workspace, "add", "x", *ASKED[:-2])


def test_the_day_is_the_one_in_denmark_half_an_hour_after_midnight(workspace: Workspace) -> None:
    with time_machine.travel(datetime(2026, 3, 1, 23, 30, tzinfo=UTC)):
        done = said(
            workspace, "add", "Se tiden an", "--who", "alle", "--by", "2026-06-01", *TOPIC, "--meeting", "2026-03-02"
        )
    assert "meeting of 2026-03-02" in done


def test_a_form_in_the_inbox_is_recorded_once(workspace: Workspace) -> None:
    path = form(workspace, SHOWN)
    found = forms_among(finished_files(workspace.inbox))
    assert path in found
    first = record_from_inbox(workspace, path)
    assert first is not None
    assert (first.state, first.exit_code) == ("recorded", 0)
    held = Held("K1", "antibiotika", MEETING)
    goals.remove(workspace.store, held, 1)
    assert record_from_inbox(workspace, path) is None  # what was taken back since stays away
    assert goals.listed(workspace.store, None, None).is_empty()


def test_the_newest_form_comes_last(tmp_path: Path) -> None:
    for at, name in enumerate(("aftaler.xlsx", "aftaler (1).xlsx", "recepter_2025K1.csv")):
        (tmp_path / name).write_bytes(b"")
        os.utime(tmp_path / name, (at, at))
    assert [path.name for path in forms_among(tmp_path.iterdir())] == ["aftaler.xlsx", "aftaler (1).xlsx"]


def test_a_faulty_form_in_the_inbox_names_its_cell_and_records_nothing(workspace: Workspace) -> None:
    wrong = Goal("Fælles frase", "to", date(2025, 1, 1))
    outcome = record_from_inbox(workspace, form(workspace, SHOWN, wrong))
    assert outcome is not None
    assert (outcome.state, outcome.exit_code) == ("refused", 2)
    assert "aftaler.xlsx, sheet Aftaler, cell D10: 2025-01-01 is before the meeting" in outcome.sentence
    other = record_from_inbox(workspace, form(workspace, SHOWN, cluster="K9"))
    assert other is not None
    assert other.sentence.startswith("aftaler.xlsx: Nothing was recorded: there is no cluster 'K9'")
    person = Goal("Ring til " + "0101" + "80" + "-1234", "alle", date(2025, 12, 1))
    stopped = record_from_inbox(workspace, form(workspace, person))
    assert stopped is not None
    assert stopped.exit_code == PersonInFormError.exit_code
    assert "cell B9" in stopped.sentence
    assert goals.listed(workspace.store, None, None).is_empty()
