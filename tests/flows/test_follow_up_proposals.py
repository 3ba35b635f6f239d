"""Follow-ups propose themselves after a baseline meeting, become requests by one confirmation, and keep in step."""

from __future__ import annotations

import re
import shutil
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
from openpyxl import load_workbook
from small_workspace import PRACTICES, SETTINGS, bring_in, delivered, extract, own_copy, registered
from test_requests import bring_quarter_in, definition
from typer.testing import CliRunner
from whole_package import write_package

from flows import auditing, daily, following_up
from flows.cli import app
from flows.following_up import decline, find, outlook, propose, wish_for
from flows.ingesting import prepare
from flows.order_forms import take_forms, write_forms
from flows.requesting import RequestError, Wish, ask, by_person
from flows.settings import Workspace, load_workspace
from flows.showing_follow_ups import as_dict, story
from transforms.calendar import Window
from transforms.follow_ups import FollowUp, Reach
from warehouse import follow_ups, meetings, requests
from warehouse.connection import reading
from warehouse.follow_ups import FollowUpError

HELD = date(2026, 1, 15)
AFTER = date(2026, 1, 16)
REVIEWED = 'status = "reviewed"\nclinical_reviewer = "En læge"\nreviewed_on = 2026-01-05'


@pytest.fixture(scope="module")
def with_a_meeting(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Three practices in K1 with the last quarters of 2024 and 2025, and a baseline meeting on HELD."""
    root = tmp_path_factory.mktemp("met") / "workspace"
    root.mkdir(parents=True)
    (root / "klyngeflow.toml").write_text(SETTINGS, encoding="utf-8")
    write_package(root, "smerter", definition())
    opened = load_workspace(root)
    prepare(opened)
    bring_in(opened, "registry", delivered(opened, "register_2024-01-01.csv", _register(PRACTICES)))
    for quarter in ("2024K4", "2025K4"):
        bring_quarter_in(opened, quarter)
    meetings.record_meeting(opened.store, "K1", "smerter", "baseline", HELD)
    return root


def _register(practices: tuple[str, ...]) -> bytes:
    return extract("registry", *map(registered, practices))


@pytest.fixture(scope="module")
def proposed_already(with_a_meeting: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    opened = own_copy(with_a_meeting, tmp_path_factory.mktemp("proposed"))
    propose(opened, AFTER)
    return opened.root


@pytest.fixture
def just_met(with_a_meeting: Path, tmp_path: Path) -> Workspace:
    """Nothing is proposed yet."""
    return own_copy(with_a_meeting, tmp_path)


@pytest.fixture
def met(proposed_already: Path, tmp_path: Path) -> Workspace:
    """Its follow-up is proposed."""
    return own_copy(proposed_already, tmp_path)


def the_one(workspace: Workspace) -> FollowUp:
    (found,) = follow_ups.every(workspace.store)
    return found


def trail(workspace: Workspace) -> list[str]:
    return [entry.event.detail for entry in auditing.trail(workspace) if entry.event.what == "follow-up"]


def test_one_appears_on_the_day_after_the_meeting_and_only_once(just_met: Workspace) -> None:
    assert propose(just_met, HELD) == []
    (new,) = propose(just_met, AFTER)
    assert (new.follow_up_id, new.state, new.baseline.meeting_date) == ("F0001", "proposed", HELD)
    assert propose(just_met, AFTER) == []
    assert not following_up.anything_new(just_met, AFTER)
    assert trail(just_met) == ["F0001, K1, smerter, baseline meeting 2026-01-15, is proposed"]
    assert "whole" in auditing.checked(just_met)


def test_it_looks_at_months_after_the_meeting_in_the_season_before(met: Workspace) -> None:
    seen = outlook(met, the_one(met), AFTER)
    assert seen.proposal is not None
    # Nobody knows what was shown: the first three months after the meeting, delivered 45 days later, half a year on.
    assert seen.proposal.window == Window.of(date(2026, 2, 1), 3)
    assert seen.proposal.before == Window.of(date(2025, 2, 1), 3)
    assert seen.proposal.meeting == date(2026, 7, 15)
    assert set(seen.sources) == {"list_sizes", "prescriptions"}


def test_what_it_could_show_is_what_the_comparison_of_two_windows_says(met: Workspace) -> None:
    """What a verdict between the two windows would have found is worked out by what fills the mart, and read there."""
    from flows.building import compute_packages
    from flows.orders import Order

    order = Order(
        cluster="K1",
        package="smerter",
        kind="followup",
        meeting=date(2026, 3, 1),
        baseline_from=date(2024, 10, 1),
        followup_from=date(2025, 10, 1),
    )
    compute_packages(met, [order], "R")
    with reading(met.store.database) as connection:
        there = connection.execute(
            "select measure_id, category, followup_value, detectable_change from mart.comparison "
            "where level = 'cluster' and unit_id = 'K1'"
        ).fetchall()
    reach = follow_ups.reach(met.store, "F0001")
    assert reach
    assert sorted((each.measure_id, each.category, each.value, each.change) for each in reach) == sorted(there)


def test_what_cannot_be_said_is_not_made_up(tmp_path: Path) -> None:
    root = tmp_path / "new"
    root.mkdir()
    (root / "klyngeflow.toml").write_text(SETTINGS, encoding="utf-8")
    write_package(root, "smerter", definition())
    workspace = load_workspace(root)
    prepare(workspace)
    bring_in(workspace, "registry", delivered(workspace, "register_2024-01-01.csv", _register(PRACTICES)))
    meetings.record_meeting(workspace.store, "K1", "smerter", "baseline", HELD)
    propose(workspace, AFTER)
    seen = outlook(workspace, the_one(workspace), AFTER)
    assert seen.showing is None
    assert any("What it could show cannot be said" in line for line in story(workspace, seen))


@pytest.mark.parametrize(
    ("change", "room", "shows"), [(0.4, 1.0, True), (0.5, 1.0, True), (0.51, 1.0, False), (None, 1.0, False)]
)
def test_a_change_of_more_than_half_is_not_counted_on(change: float | None, room: float, *, shows: bool) -> None:
    assert Reach("items", None, 1.0, change, room).shows is shows


def test_nothing_that_could_show_is_said_before_anyone_is_asked(met: Workspace) -> None:
    seen = outlook(met, the_one(met), AFTER)
    blind = replace(seen, reach=[replace(each, change=None) for each in seen.reach])
    assert blind.showing == 0
    assert any("meet about what you do, not about figures" in line for line in story(met, blind))


def test_one_confirmation_makes_it_a_request_for_those_months(met: Workspace) -> None:
    seen = outlook(met, the_one(met), AFTER)
    request = ask(met, wish_for(seen, None, allow_draft=True), "jm", AFTER)
    assert (request.kind, request.meeting_date, request.data_until) == ("followup", date(2026, 7, 15), date(2026, 4, 1))
    assert request.state == "waiting for data"
    propose(met, AFTER)
    assert (the_one(met).state, the_one(met).request_id) == ("confirmed", request.request_id)
    assert trail(met)[-1].endswith(f"is confirmed as {request.request_id}")
    with pytest.raises(RequestError, match=rf"F0001 has become {request.request_id}"):
        wish_for(outlook(met, the_one(met), AFTER), None, allow_draft=True)


def test_a_request_called_off_brings_the_proposal_back(met: Workspace) -> None:
    request = ask(met, wish_for(outlook(met, the_one(met), AFTER), None, allow_draft=True), "jm", AFTER)
    propose(met, AFTER)
    by_person(met, request.request_id, "cancelled", "jm")
    propose(met, AFTER)
    assert (the_one(met).state, the_one(met).request_id) == ("proposed", None)


def test_level_and_files_are_as_at_the_baseline(just_met: Workspace) -> None:
    meeting = date(2026, 4, 15)
    wish = Wish(
        cluster="K1",
        package="smerter",
        meeting=meeting,
        kind="baseline",
        level="cluster",
        formats=("pdf",),
        allow_draft=True,
    )
    entered = ask(just_met, wish, "jm", AFTER)
    meetings.record_meeting(just_met.store, "K1", "smerter", "baseline", HELD)
    with_pack = replace(entered, state="rendered")
    requests.move(just_met.store, with_pack, "rendering", "klyngeflow")
    from flows.modes import meeting_for
    from flows.requesting import order_of

    order = order_of(entered)
    meetings.record_request(just_met.store, meeting_for(just_met, order), "smerter", "klyngeflow")
    propose(just_met, date(2026, 4, 16))
    seen = outlook(just_met, the_one(just_met), date(2026, 4, 16))
    asked = wish_for(seen, None, allow_draft=False)
    assert (asked.level, asked.formats, asked.allow_draft) == ("cluster", ("pdf",), True)
    assert seen.proposal is not None
    # October to December were shown: the same months again, since they can be there within a year.
    assert seen.proposal.same_months
    assert seen.proposal.window == Window.of(date(2026, 10, 1), 3)


def test_a_day_too_early_for_its_figures_is_refused_with_the_first_that_is_not(met: Workspace) -> None:
    seen = outlook(met, the_one(met), AFTER)
    assert seen.proposal is not None
    with pytest.raises(RequestError, match=rf"cannot be there before a meeting on {seen.proposal.earliest}"):
        wish_for(seen, date(2026, 5, 1), allow_draft=True)


def test_declined_it_is_left_alone_and_may_be_confirmed_after_all(met: Workspace) -> None:
    decline(met, the_one(met), "jm")
    assert propose(met, date(2026, 3, 1)) == []
    assert the_one(met).state == "declined"
    with pytest.raises(FollowUpError, match="F0001 is declined and cannot become declined"):
        decline(met, the_one(met), "jm")
    ask(met, wish_for(outlook(met, the_one(met), AFTER), None, allow_draft=True), "jm", AFTER)
    propose(met, AFTER)
    assert the_one(met).state == "confirmed"


def test_a_newer_baseline_takes_its_place_and_an_old_one_asks_for_nothing(met: Workspace) -> None:
    meetings.record_meeting(met.store, "K1", "smerter", "baseline", date(2026, 3, 2))
    propose(met, date(2026, 3, 3))
    states = {each.baseline.meeting_date: each.state for each in follow_ups.every(met.store)}
    assert states == {HELD: "declined", date(2026, 3, 2): "proposed"}
    propose(met, date(2028, 3, 3))
    assert {each.state for each in follow_ups.every(met.store)} == {"declined"}


def test_a_request_follows_the_newest_baseline_before_it_and_no_older_one(met: Workspace) -> None:
    newer = date(2026, 3, 2)
    meetings.record_meeting(met.store, "K1", "smerter", "baseline", newer)
    propose(met, date(2026, 3, 3))
    wish = Wish(cluster="K1", package="smerter", meeting=date(2026, 9, 2), kind="followup", allow_draft=True)
    ask(met, wish, "jm", date(2026, 3, 3))
    propose(met, date(2026, 3, 3))
    states = {each.baseline.meeting_date: (each.state, each.request_id) for each in follow_ups.every(met.store)}
    assert states == {HELD: ("declined", None), newer: ("confirmed", "R0001")}


def test_a_package_taken_away_hides_no_other_follow_up(met: Workspace, monkeypatch: pytest.MonkeyPatch) -> None:
    write_package(met.root, "andet", definition().replace('"smerter"', '"andet"'))
    meetings.record_meeting(met.store, "K1", "andet", "baseline", HELD)
    propose(load_workspace(met.root), AFTER)
    shutil.rmtree(met.root / "klyngepakker" / "smerter")
    monkeypatch.setattr("flows.clock.today", lambda: AFTER)
    monkeypatch.setattr("flows.commands.today", lambda: AFTER)
    found = CliRunner().invoke(app, ["follow-ups", "--workspace", str(met.root)])
    assert (found.exit_code, "F0002  K1, andet" in found.output) == (0, True)
    missing = r"F0001 \(K1, smerter, .+\) cannot be looked at: There is no package called 'smerter'.+ F0001 --decline"
    assert re.search(missing, found.output)
    told = daily.propose_follow_ups(load_workspace(met.root), AFTER)
    assert [line for line in told.mind if re.search(missing, line)]


def test_who_came_and_who_left_since_then(met: Workspace) -> None:
    rows = [
        registered("010101").replace("01-01-2020;;;;;ja", "01-01-2020;28-02-2026;;;;ja"),
        registered("020202"),
        registered("030303"),
        registered("040404").replace("01-01-2020", "01-03-2026"),
    ]
    bring_in(met, "registry", delivered(met, "register_2026-03-01.csv", extract("registry", *rows)))
    seen = outlook(met, the_one(met), date(2026, 4, 1))
    assert (seen.change.joined, seen.change.left) == (("040404",), ("010101",))
    told = as_dict(met, seen)
    assert told["membership"] == {"joined": ("040404",), "left": ("010101",), "stayed": ("020202", "030303")}


def test_the_command_lists_tells_confirms_and_declines(met: Workspace, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("flows.clock.today", lambda: AFTER)
    monkeypatch.setattr("flows.commands.today", lambda: AFTER)

    def said(*words: str) -> str:
        found = CliRunner().invoke(app, ["follow-ups", *words, "--workspace", str(met.root)])
        assert found.exit_code == 0, found.output
        return found.output

    assert "F0001  K1, smerter, baseline meeting 2026-01-15: proposed; 2026-07-15 proposed, confirm by" in said()
    assert "Figures of 2026-02 to 2026-04 (the first whole window after the meeting)" in said("F0001")
    assert "is waiting for data" in said("F0001", "--confirm", "--allow-draft", "--by", "jm")
    assert "F0001" not in said()
    assert "confirmed (R0001)" in said("--all")
    by_person(met, "R0001", "cancelled", "jm")
    assert "is declined" in said("f0001", "--decline")


def test_a_follow_up_that_is_not_there_is_told_with_those_that_are(met: Workspace) -> None:
    with pytest.raises(RequestError, match=r"There is no follow-up 'F9'\. There are: F0001"):
        find(met, "F9")


def answered_form(workspace: Workspace, today: date, **cells: object) -> Path:
    """The form of K1, made on `today` and filled in on its sheet of follow-ups."""
    (path,) = write_forms(workspace, workspace.root / "forms", "K1", today)
    book = load_workbook(path)
    for column, value in cells.items():
        book["Opfølgning"][f"{column}6"] = value
    book.save(path)
    return path


def test_the_form_asks_about_it_and_one_yes_is_enough(met: Workspace) -> None:
    path = answered_form(met, AFTER, G="Ja", I="A. Koordinator")
    shown = [cell.value for cell in load_workbook(path)["Opfølgning"][6]]
    assert shown[:2] == ["F0001", "smerter"]
    assert [shown[2].date(), shown[3].date(), shown[4]] == [HELD, date(2026, 7, 15), "2026-02 til 2026-04"]
    (refusal,) = take_forms(met, [path], "inbox", AFTER)
    assert "row 6: smerter is a draft" in refusal.sentence  # nobody said at the baseline that a draft will do
    reviewed = definition().replace('status = "draft"', REVIEWED)
    (met.root / "klyngepakker" / "smerter" / "package.toml").write_text(reviewed, encoding="utf-8")
    again = load_workspace(met.root)
    path.write_bytes(answered_form(again, AFTER, G="ja", H="01-09-2026", I="B. Koordinator").read_bytes())
    (outcome,) = take_forms(again, [path], "inbox", AFTER)
    (request,) = requests.every(again.store)
    assert outcome.sentence.startswith("R0001")
    assert (request.meeting_date, request.requested_by, request.kind) == (
        date(2026, 9, 1),
        "B. Koordinator",
        "followup",
    )
    assert the_one(again).request_id == "R0001"


@pytest.mark.parametrize(
    ("cells", "says"),
    [
        ({"G": "Måske"}, r"cell G6: this is not on the list\. Write one of: Ja, Nej"),
        ({"H": "01-09-2026"}, r"cell G6: a day or a name stands beside no answer"),
        ({"G": "Ja", "H": "til foråret"}, r"cell H6: this is no day"),
        ({"G": "Ja", "H": "01-05-2026"}, r"row 6: Its figures .+ cannot be there before a meeting on 2026-07-"),
    ],
)
def test_an_answer_that_cannot_be_used_is_told_where_it_stands(
    met: Workspace, cells: dict[str, str], says: str
) -> None:
    (outcome,) = take_forms(met, [answered_form(met, AFTER, **cells)], "inbox", AFTER)
    assert re.search(says, outcome.sentence)
    assert the_one(met).state == "proposed"


def test_another_answer_than_the_first_is_told_with_the_way_to_it(met: Workspace) -> None:
    form = answered_form(met, AFTER)
    book = load_workbook(form)
    sheet = book["Opfølgning"]
    ask(met, wish_for(outlook(met, the_one(met), AFTER), None, allow_draft=True), "jm", AFTER)
    propose(met, AFTER)
    says = {
        "Ja": r"R0001 \(.+meeting 2026-07-15\) has been asked for.+says 2026-09-01.+klyngeflow cancel R0001, then "
        r"klyngeflow follow-ups F0001 --confirm --meeting 2026-09-01",
        "Nej": r"F0001 is confirmed by R0001 and cannot become declined\. .+klyngeflow cancel R0001",
    }
    for answer, sentence in says.items():
        sheet["G6"], sheet["H6"] = answer, "01-09-2026"
        book.save(form)
        (outcome,) = take_forms(met, [form], "inbox", AFTER)
        assert (outcome.state, bool(re.search(sentence, outcome.sentence))) == ("refused", True), outcome.sentence
    assert (the_one(met).state, requests.every(met.store)[0].meeting_date) == ("confirmed", date(2026, 7, 15))


def test_a_no_on_the_form_declines_and_the_next_form_does_not_ask_again(met: Workspace) -> None:
    take_forms(met, [answered_form(met, AFTER, G="Nej")], "inbox", AFTER)
    assert the_one(met).state == "declined"
    (path,) = write_forms(met, met.root / "later", "K1", AFTER)
    assert "Opfølgning" not in load_workbook(path).sheetnames
