"""Requests: refused before anything starts, waiting for what is not there, made ready by what comes."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from small_workspace import PRACTICES, SETTINGS, bring_in, delivered, extract, own_copy, registered
from whole_package import DEFINITION, write_package

from flows import auditing, pipeline, requesting
from flows.assessing import assess
from flows.ingesting import prepare
from flows.requesting import Wish, ask, by_person, find, look_at, ready_orders
from flows.settings import Workspace, load_workspace
from flows.showing_requests import story
from transforms.errors import UserError
from transforms.requests import IllegalMoveError, Request
from warehouse import meetings, packs, requests
from warehouse.connection import writing

TODAY = date(2026, 2, 1)
MEETING = date(2026, 5, 14)
QUARTERS = ("2024K4", "2025K4")
COUNTS = 'source = "patient_counts", quantity = "patients", groups = '
FLOWS_AND_TASKS = ("pipeline", "measure", "publish", "compute", "build", "swap_public_copy", "requested")


def definition() -> str:
    """A package of three months of prescriptions, which is a draft."""
    text = DEFINITION.replace("months = 12", "months = 3", 1)
    for group, code in (("nsaid_brugere", "J01"), ("opioid_brugere", "J01CA")):
        selection = f'{COUNTS}["{group}"], window_months = 12'
        text = text.replace(selection, f'source = "prescriptions", quantity = "items", codes = ["{code}"]')
    return text


def bring_quarter_in(workspace: Workspace, quarter: str, practices: Sequence[str] = PRACTICES) -> None:
    year, last = quarter[:4], int(quarter[-1]) * 3
    months = [f"{year}-{month:02}" for month in range(last - 2, last + 1)]
    pairs = [(practice, month) for practice in practices for month in months]
    lists = [f"{practice};{month};K;0-5;400" for practice, month in pairs]
    codes = ("J01CA04", "M01AE01")
    items = [f"{practice};{month};{code};;K;0-5;30;15,5" for practice, month in pairs for code in codes]
    for source, name, rows in (("list_sizes", "tilmeldte", lists), ("prescriptions", "recepter", items)):
        bring_in(workspace, source, delivered(workspace, f"{name}_{quarter}.csv", extract(source, *rows)))


@pytest.fixture(scope="module")
def registry_alone(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A workspace of three practices in K1 and nothing of them."""
    root = tmp_path_factory.mktemp("asked") / "workspace"
    root.mkdir(parents=True)
    (root / "klyngeflow.toml").write_text(SETTINGS, encoding="utf-8")
    write_package(root, "smerter", definition())
    opened = load_workspace(root)
    prepare(opened)
    file = delivered(opened, "register_2024-01-01.csv", extract("registry", *map(registered, PRACTICES)))
    bring_in(opened, "registry", file)
    return root


@pytest.fixture
def empty(registry_alone: Path, tmp_path: Path) -> Workspace:
    return own_copy(registry_alone, tmp_path)


@pytest.fixture(scope="module")
def with_data(registry_alone: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The same with two half years of all three."""
    opened = own_copy(registry_alone, tmp_path_factory.mktemp("with_data"))
    for quarter in QUARTERS:
        bring_quarter_in(opened, quarter)
    return opened.root


@pytest.fixture
def full(with_data: Path, tmp_path: Path) -> Workspace:
    return own_copy(with_data, tmp_path)


def wish(**changes: Any) -> Wish:
    usual = {"cluster": "K1", "package": "smerter", "meeting": MEETING, "kind": "baseline", "allow_draft": True}
    return Wish.model_validate(usual | changes)


def asked(workspace: Workspace, **changes: Any) -> Request:
    return ask(workspace, wish(**changes), "jm", TODAY)


TOO_SOON = {"kind": "followup", "baseline_held": date(2026, 1, 5), "meeting": date(2026, 4, 30)}
BAD = [
    ({"cluster": "K9"}, r"There is no cluster 'K9' in the registry\. Write a code such as: K1"),
    ({"meeting": date(2026, 1, 31)}, r"The meeting on 2026-01-31 has been held\. Write a day from 2026-02-01 on"),
    ({"kind": "followup"}, r"K1 has had no meeting about smerter.+--baseline-held"),
    (
        {"kind": "followup", "baseline_held": date(2026, 1, 5), "meeting": date(2026, 4, 30)},
        r"cannot match.+no whole window.+ends before 2026-05-01",
    ),
    ({"allow_draft": False}, r"smerter is a draft.+--allow-draft"),
    ({"package": "antibotika"}, r"There is no package called 'antibotika'; the nearest name is antibiotika"),
    ({"package": "kollegial_sparring"}, r"has no figures: it is a topic to talk about"),
    ({"formats": ("html", "odt")}, r"There is no format 'odt'\. Write some of: html, pdf"),
    ({"formats": ("xlsx",)}, r"Add one of the two to the formats"),
    ({"mode": "open"}, r"K1 has agreed on letters, and open shows more"),
    ({"data_until": date(2026, 5, 1)}, r"cannot hold 2026-05.+Write an earlier month"),
    ({"data_until": date(2002, 3, 1)}, r"Figures until 2002-03 are more than 5 years old\. Mend the year"),
    ({"meeting": date(2207, 5, 14)}, r"The meeting on 2207-05-14 is more than 5 years away\. Mend the year"),
    ({"kind": "followup", "baseline_held": TODAY}, r"2026-02-01 has not been held before today.+--kind baseline"),
]


@pytest.mark.parametrize(("changes", "says"), BAD)
def test_bad_input_gets_a_sentence_and_nothing_is_entered(full: Workspace, changes: dict[str, Any], says: str) -> None:
    with pytest.raises(UserError, match=says) as refused:
        asked(full, **changes)
    assert refused.value.exit_code == 2
    assert requests.every(full.store) == []
    assert [entry for entry in auditing.trail(full) if entry.event.what == "request"] == []


def test_a_second_identical_request_is_refused_until_the_first_is_called_off(full: Workspace) -> None:
    first = asked(full)
    with pytest.raises(UserError, match=r"R0001 \(K1, smerter, baseline.+is ready.+klyngeflow cancel R0001"):
        asked(full)
    assert by_person(full, "r0001", "cancelled", "jm").state == "cancelled"
    second = asked(full)
    assert (first.request_id, second.request_id, second.state) == ("R0001", "R0002", "ready")
    assert asked(full, meeting=MEETING + timedelta(days=1)).request_id == "R0003"


def test_a_request_whose_data_are_there_is_ready_with_its_windows(full: Workspace) -> None:
    entered = asked(full)
    assert (entered.state, entered.baseline_from, entered.followup_from) == ("ready", date(2025, 10, 1), None)
    (order,) = ready_orders(full, TODAY)
    assert order.pack_id == entered.pack_id == "K1_smerter_baseline_2026-05-14"


def test_a_follow_up_after_a_baseline_of_before_our_time(full: Workspace) -> None:
    entered = asked(full, kind="followup", baseline_held=date(2025, 6, 15))
    assert (entered.state, entered.baseline_from, entered.followup_from) == (
        "ready",
        date(2024, 10, 1),
        date(2025, 10, 1),
    )
    assert meetings.baseline_meeting(full.store, "K1", "smerter", MEETING) == date(2025, 6, 15)


def test_one_that_is_to_hold_later_months_waits_for_them(full: Workspace) -> None:
    entered = asked(full, data_until=date(2026, 3, 1))
    assert entered.state == "waiting for data"
    assert "to hold 2026-03, and what came so far is" in entered.reason
    matrix = assess(full, entered, TODAY).matrix
    assert matrix is not None
    assert set(matrix["state"]) == {"not_submitted"}
    assert matrix.height == 3 * 2 * 3  # practices, sources, months
    bring_quarter_in(full, "2026K1")
    now = look_at(full, entered, TODAY)
    assert (now.state, now.baseline_from) == ("ready", date(2026, 1, 1))


def test_it_waits_for_registry_then_data_and_fails_when_the_day_has_passed(tmp_path: Path, empty: Workspace) -> None:
    (tmp_path / "new").mkdir()
    (tmp_path / "new" / "klyngeflow.toml").write_text(SETTINGS, encoding="utf-8")
    write_package(tmp_path / "new", "smerter", definition())
    nothing = load_workspace(tmp_path / "new")
    assert asked(nothing).state == "waiting for registry"
    entered = asked(empty)
    assert (entered.state, entered.waits_until) == ("waiting for data", MEETING)
    assert "Nothing of list_sizes, prescriptions has been accepted yet" in entered.reason
    assert look_at(empty, entered, MEETING).state == "waiting for data"
    failed = look_at(empty, entered, MEETING + timedelta(days=1))
    assert (failed.state, failed.reason[:34]) == ("failed", "The day of the meeting has passed.")
    assert ready_orders(empty, MEETING) == []


def test_it_waits_for_answers_on_consent_until_the_day_for_them(tmp_path: Path) -> None:
    root = tmp_path / "asking"
    root.mkdir()
    (root / "klyngeflow.toml").write_text(SETTINGS.replace('"given"', '"ask"'), encoding="utf-8")
    write_package(root, "smerter", definition())
    workspace = load_workspace(root)
    prepare(workspace)
    rows = [registered("010101"), registered("020202").removesuffix("ja"), registered("030303")]
    bring_in(workspace, "registry", delivered(workspace, "register_2024-01-01.csv", extract("registry", *rows)))
    for quarter in QUARTERS[1:]:
        bring_quarter_in(workspace, quarter)
    entered = asked(workspace)
    assert (entered.state, entered.waits_until) == ("waiting for consent", date(2026, 3, 13))
    assert "2 of 3 practices have consented; no answer from 020202" in entered.reason
    assert look_at(workspace, entered, date(2026, 3, 13)).state == "ready"


def test_it_waits_for_practices_that_have_not_delivered_and_goes_on_without_them(empty: Workspace) -> None:
    for quarter in QUARTERS[1:]:
        bring_quarter_in(empty, quarter, PRACTICES[:2])
    entered = asked(empty)
    assert (entered.state, entered.waits_until) == ("waiting for data", date(2026, 4, 23))
    assert "2 of 3 practices have delivered all months; missing: list_sizes of 030303 (2025-10 to 2025-12)" in (
        entered.reason
    )
    told = "\n".join(story(empty, "R0001", TODAY))
    assert re.search(r"^030303 +\.{3}$", told, re.MULTILINE)
    assert re.search(r"^010101 +#{3}$", told, re.MULTILINE)
    assert "waits until 2026-04-23" in told
    assert look_at(empty, entered, date(2026, 4, 23)).state == "ready"


@pytest.fixture
def in_process(monkeypatch: pytest.MonkeyPatch) -> None:
    """The flows as plain functions on one day; a pack is rendered as an empty folder."""

    def render(workspace: Path, pack_ids: Sequence[str], _: str) -> list[Path]:
        store = load_workspace(workspace).store
        for pack_id in pack_ids:
            (store.outbox / pack_id).mkdir(parents=True)
            packs.keep_printed(store, pack_id, {})
        return [store.outbox / pack_id for pack_id in pack_ids]

    def nothing(*_: Any, **__: Any) -> list[Any]:
        return []

    for name in FLOWS_AND_TASKS:
        monkeypatch.setattr(pipeline, name, getattr(pipeline, name).fn)
    for name, stand_in in {"render": render, "ingest": nothing, "create_markdown_artifact": nothing}.items():
        monkeypatch.setattr(pipeline, name, stand_in)
    monkeypatch.setattr(pipeline, "today", lambda: TODAY)


@pytest.mark.usefixtures("in_process")
def test_the_run_that_completes_a_request_renders_it_and_the_trail_tells_all(empty: Workspace) -> None:
    entered = asked(empty)
    assert pipeline.pipeline.__wrapped__(empty.root, []).folders == ()
    for quarter in QUARTERS[1:]:
        bring_quarter_in(empty, quarter)
    found = pipeline.pipeline.__wrapped__(empty.root, [])
    assert [folder.name for folder in found.folders] == [entered.pack_id]
    assert by_person(empty, entered.pack_id, "delivered", "ak").state == "delivered"
    moves = [(entry.event.who, entry.event.state) for entry in auditing.trail(empty, "R0001")]
    assert moves == [
        ("jm", "requested"),
        ("klyngeflow", "waiting for data"),
        ("klyngeflow", "ready"),
        ("klyngeflow", "rendered"),
        ("ak", "delivered"),
    ]
    assert "The audit trail is whole: 6 entries" in auditing.checked(empty)
    assert pipeline.pipeline.__wrapped__(empty.root, []).folders == ()
    with pytest.raises(IllegalMoveError, match=r"R0001 is delivered and cannot become cancelled; nothing can be done"):
        by_person(empty, "R0001", "cancelled", "ak")


@pytest.mark.usefixtures("in_process")
def test_a_pack_that_is_blocked_fails_its_request_with_the_reason(
    full: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    def blocked(*_: Any) -> str:
        raise UserError("A figure breaks a rule.")

    monkeypatch.setattr(pipeline, "build", blocked)
    asked(full)
    pipeline.pipeline.__wrapped__(full.root, [])
    assert (find(full, "R0001").state, find(full, "R0001").reason) == ("failed", "A figure breaks a rule.")


def test_a_state_that_was_changed_by_hand_is_found(full: Workspace) -> None:
    asked(full)
    with writing(full.store.database) as connection:
        connection.execute("update meeting.request set state = 'delivered'")
    with pytest.raises(auditing.BrokenTrailError, match=r"R0001 is delivered.+last move of it is to ready"):
        auditing.checked(full)


@pytest.mark.parametrize(
    ("statement", "says"),
    [
        ("update meeting.request set request_id = 'R0009'", r"The trail tells of the request R0001, and there is none"),
        ("insert into meeting.request by name select * replace ('R0002' as request_id) from meeting.request",
         r"The request R0002 is ready, and no entry of the trail says who asked for it"),
    ],
)  # fmt: skip
def test_a_request_that_was_put_in_or_taken_away_by_hand_is_found(full: Workspace, statement: str, says: str) -> None:
    asked(full)
    with writing(full.store.database) as connection:
        connection.execute(statement)
    with pytest.raises(auditing.BrokenTrailError, match=says):
        auditing.checked(full)


def test_months_that_nobody_delivered_are_named(full: Workspace) -> None:
    assert asked(full, data_until=date(2025, 3, 1)).reason == "Nobody has delivered anything of 2025-01 to 2025-03."


def test_an_unknown_request_names_those_there_are(full: Workspace) -> None:
    with pytest.raises(requesting.RequestError, match=r"There is no request 'R7'\. There are: none yet"):
        find(full, "R7")
