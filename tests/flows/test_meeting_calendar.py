"""The calendar: what it tells in the terminal, and a file that another library reads back."""

from __future__ import annotations

import re
from datetime import date
from pathlib import Path

import pytest
import vobject
from small_workspace import PRACTICES, SETTINGS, bring_in, delivered, extract, registered
from whole_package import DEFINITION, write_package

from flows.ingesting import prepare
from flows.meeting_calendar import planned, show, write_ics
from flows.requesting import Wish, ask, by_person
from flows.settings import Workspace, load_workspace

TODAY = date(2026, 4, 17)
MEETING = date(2026, 5, 14)


@pytest.fixture(scope="module")
def asked(tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    """Two requests that wait, and one that was called off."""
    root = tmp_path_factory.mktemp("calendar") / "workspace"
    root.mkdir(parents=True)
    (root / "klyngeflow.toml").write_text(SETTINGS, encoding="utf-8")
    write_package(root, "smerter", DEFINITION)
    opened = load_workspace(root)
    prepare(opened)
    rows = extract("registry", *map(registered, PRACTICES))
    bring_in(opened, "registry", delivered(opened, "register_2024-01-01.csv", rows))
    for meeting in (MEETING, date(2026, 6, 9), date(2026, 6, 16)):
        wish = Wish(cluster="K1", package="smerter", meeting=meeting, kind="baseline", allow_draft=True)
        ask(opened, wish, "jm", TODAY)
    by_person(opened, "R0003", "cancelled", "jm")
    return opened


def test_what_is_late_is_told_with_who_should_act(asked: Workspace, capsys: pytest.CaptureFixture[str]) -> None:
    show(asked, planned(asked, TODAY))
    told = capsys.readouterr().out
    assert "2026-04-14  R0001  K1  smerter  extracts delivered: late" in told
    assert "Late: R0001 extracts delivered, due 2026-04-14, by 3 days. To act: practices." in told
    assert "Late: R0003" not in told


def test_the_file_is_read_back_by_another_reader(asked: Workspace, tmp_path: Path) -> None:
    path = tmp_path / "klynger.ics"
    assert write_ics(asked, planned(asked, TODAY), path) == 18
    calendar = vobject.readOne(path.read_text(encoding="utf-8"))
    assert calendar.x_wr_timezone.value == "Europe/Copenhagen"
    events = {event.uid.value: event for event in calendar.vevent_list}
    assert len(events) == 18
    first = events["K1_smerter_baseline_2026-05-14.meeting@prøven.klyngeflow".replace("ø", "-")]
    assert (first.dtstart.value, first.dtend.value) == (MEETING, date(2026, 5, 15))
    assert first.summary.value == "Klyngemøde: K1, smerter"
    due = next(event for uid, event in events.items() if uid.startswith("K1_smerter_baseline_2026-05-14.extract@"))
    assert (due.dtstart.value, due.status.value) == (date(2026, 4, 14), "CONFIRMED")
    off = {event.status.value for uid, event in events.items() if "2026-06-16" in uid}
    assert off == {"CANCELLED"}


def test_the_same_requests_give_the_same_bytes_by_the_rules_of_the_format(asked: Workspace, tmp_path: Path) -> None:
    one, two = tmp_path / "a.ics", tmp_path / "b.ics"
    for path in (one, two):
        write_ics(asked, planned(asked, TODAY), path)
    content = one.read_bytes()
    assert content == two.read_bytes()
    assert not re.search(rb"(?<!\r)\n", content)
    assert max(len(line) for line in content.split(b"\r\n")) <= 75
    assert content.count(b"BEGIN:VEVENT") == content.count(b"END:VEVENT") == content.count(b"DTSTAMP:") == 18
    for practice in PRACTICES:
        assert practice.encode() not in content
