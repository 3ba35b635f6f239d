"""Reminders carry the blank sheet that lacks: over a real mail server, back through the inbox, and never twice."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from io import BytesIO
from pathlib import Path

import pytest
from delivery_world import practice, with_mail, write_contacts
from mail_servers import mail_server
from openpyxl import load_workbook
from small_workspace import (
    PRACTICES,
    bring_in,
    delivered,
    extract,
    own_copy,
    registered,
    with_registry_alone,
)

from flows.commands_deliver import reminded_lines
from flows.ingesting import Delivery, Outcome
from flows.mailing import composed, send_due
from flows.reminding import Reminded, carried, remind_due
from flows.requesting import Wish, ask
from flows.returned_sheets import take_sheets
from flows.settings import Workspace
from flows.sheets import Round, write_sheets
from reports.count_sheet import HEAD_ROW
from transforms.sheet_layout import MARK_SHEET
from warehouse import notices
from warehouse.ledger import utc_now

EARS, FIRST = "oeregener_hos_boern", date(2026, 1, 1)
MEETING, ASKED = date(2026, 5, 28), date(2026, 2, 10)
BEGINS = MEETING - timedelta(days=45)
FILLED = {f"{column}{HEAD_ROW + 1 + at}": 12 - 3 * at for column in "CDE" for at in range(4)}
OF_SOMEBODY = 987
ADDRESSES = [f"p{each}@example.test" for each in PRACTICES]
EVERYBODY = {("K1", each) for each in PRACTICES}
MONTHS = ("2026-01", "2026-02", "2026-03")


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Three practices in K1 with lists and prescriptions of a quarter, and a mailing list; nobody has counted."""
    root = tmp_path_factory.mktemp("carried") / "workspace"
    opened = with_registry_alone(root, *map(registered, PRACTICES))
    listed = [f"{each};{month};K;0-5;200" for each in PRACTICES for month in MONTHS]
    bring_in(opened, "list_sizes", delivered(opened, "tilmeldte_2026K1.csv", extract("list_sizes", *listed)))
    write_contacts(opened, *(practice(each) for each in PRACTICES))
    return root


@pytest.fixture
def workspace(made: Path, tmp_path: Path) -> Workspace:
    return with_mail(own_copy(made, tmp_path), 25)


@pytest.fixture(scope="module")
def ears_asked(made: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    opened = own_copy(made, tmp_path_factory.mktemp("ears"))
    asked(opened)
    return opened.root


@pytest.fixture
def ears(ears_asked: Path, tmp_path: Path) -> Workspace:
    """With a request that waits for the ears that nobody has counted."""
    return with_mail(own_copy(ears_asked, tmp_path), 25)


def asked(workspace: Workspace, until: date | None = date(2026, 3, 1), package: str = EARS) -> None:
    wish = Wish(cluster="K1", package=package, meeting=MEETING, kind="baseline", allow_draft=True, data_until=until)
    request = ask(workspace, wish, "ak", ASKED)
    assert request.state.startswith("waiting"), request.reason


def returned(workspace: Workspace, content: bytes) -> list[str]:
    """What becomes of the sheet when it is filled in and comes back through the inbox."""
    book = load_workbook(BytesIO(content))
    for cell, value in FILLED.items():
        book.worksheets[0][cell] = value
    workspace.inbox.mkdir(parents=True, exist_ok=True)
    book.save(workspace.inbox / "svar.xlsx")

    def bring(files: Sequence[Delivery]) -> list[Outcome]:
        return [bring_in(workspace, each.source, each.path) for each in files]

    return [each.state for each in take_sheets(workspace, [workspace.inbox / "svar.xlsx"], "inbox", bring)]


def by_hand(workspace: Workspace, whose: str) -> bytes:
    """The sheet that `klyngeflow sheets` writes for the practice."""
    made = write_sheets(workspace, Round(EARS, "K1", FIRST), workspace.root.parent / "by_hand")
    return next(path for path in made if f"_{whose}_" in path.name).read_bytes()


def mailed(workspace: Workspace, day: date) -> dict[str, list[tuple[str, bytes]]]:
    """By address the name and bytes of what the mails of the day carry."""
    with mail_server() as (port, box):
        opened = with_mail(workspace, port)
        remind_due(opened, day)
        send_due(opened, day, utc_now())
    return {
        address: [(str(part.get_filename()), part.get_content()) for part in message.iter_attachments()]
        for address, message in box.taken
    }


def test_the_sheet_is_that_of_the_command_and_comes_back_and_is_not_sent_again(ears: Workspace) -> None:
    """A file below `sheets` that somebody filled in lends no figure, and stays as it is."""
    clean = by_hand(ears, "010101")
    (path,) = (each for each in write_sheets(ears, Round(EARS, "K1", FIRST)) if "_010101_" in each.name)
    book = load_workbook(path)
    book.worksheets[0][f"C{HEAD_ROW + 1}"] = OF_SOMEBODY
    book.save(path)
    first = mailed(ears, BEGINS)
    assert {address: len(files) for address, files in first.items()} == dict.fromkeys(ADDRESSES, 1)
    ((name, content),) = first[ADDRESSES[0]]
    assert (name, content == clean) == (f"taelleark_{EARS}_010101_2026-01.xlsx", True)
    book = load_workbook(BytesIO(content))
    assert book[MARK_SHEET].sheet_state == "hidden"
    assert not [cell for row in book.worksheets[0][f"C{HEAD_ROW + 1}:E{HEAD_ROW + 4}"] for cell in row if cell.value]
    assert load_workbook(path).worksheets[0][f"C{HEAD_ROW + 1}"].value == OF_SOMEBODY
    assert returned(ears, content) == ["accepted"] * 3 + ["recorded"]
    assert mailed(ears, BEGINS + timedelta(days=13)) == {}
    again = mailed(ears, BEGINS + timedelta(days=14))
    assert again == {address: first[address] for address in ADDRESSES[1:]}


def test_what_comes_in_after_the_reminder_was_queued_does_not_go_off_and_the_rest_always_the_same(
    ears: Workspace,
) -> None:
    found = remind_due(ears, BEGINS)
    assert found == Reminded(queued=3, with_sheet=3)
    assert reminded_lines(found) == ["3 practices are reminded, 3 with a blank sheet."]
    queued, settings = notices.every(ears.store), ears.definition.mail
    assert settings is not None
    for each in queued:
        assert "Vedhæftet er et tomt ark" in each.body
        assert "øre" not in each.body.casefold()
        assert each.unit_id not in each.body
    returned(ears, by_hand(ears, "010101"))
    first, second = (carried(ears, EVERYBODY, BEGINS) for _ in range(2))
    assert set(first) == EVERYBODY - {("K1", "010101")}
    blank = [(each, found.get((each.cluster_id, each.unit_id), [])) for each in queued for found in (first, second)]
    texts = [composed(each, settings, sheets) for each, sheets in blank]
    assert texts[::2] == texts[1::2]
    assert [b"spreadsheet" in text for text in texts[::2]] == [each.unit_id != "010101" for each in queued]


def test_the_round_that_was_sent_out_is_asked_for_where_the_request_names_no_month(workspace: Workspace) -> None:
    asked(workspace, until=None)
    assert remind_due(workspace, BEGINS) == Reminded(queued=3)  # nobody knows which months a sheet would be of
    write_sheets(workspace, Round(EARS, "K1", FIRST))
    write_sheets(workspace, Round(EARS, "K1", date(2026, 4, 1)))  # has not ended: nobody is asked for it
    found = carried(workspace, EVERYBODY, BEGINS)
    assert {blank.name for blanks in found.values() for blank in blanks} == {
        f"taelleark_{EARS}_{each}_2026-01.xlsx" for each in PRACTICES
    }


def test_a_month_that_has_not_ended_brings_no_sheet(workspace: Workspace) -> None:
    asked(workspace, until=date(2026, 4, 1))
    assert carried(workspace, EVERYBODY, date(2026, 4, 30)) == {}
    found = carried(workspace, EVERYBODY, date(2026, 5, 1))
    assert [blank.name[-12:] for blanks in found.values() for blank in blanks] == ["2026-02.xlsx"] * 3


def test_of_another_source_a_reminder_carries_nothing_and_of_two_packs_one_mail_carries_the_sheet(
    workspace: Workspace,
) -> None:
    asked(workspace, package="crp")
    days = (BEGINS, BEGINS + timedelta(days=14))
    assert mailed(workspace, days[0]) == {address: [] for address in ADDRESSES}
    asked(workspace)
    assert {address: len(files) for address, files in mailed(workspace, days[1]).items()} == dict.fromkeys(ADDRESSES, 1)


def test_a_questionnaire_is_reminded_of_with_its_form(workspace: Workspace) -> None:
    asked(workspace, package="trivsel")
    found = carried(workspace, {("K1", "030303")}, BEGINS)
    assert [blank.name.split("_")[0] for blank in found["K1", "030303"]] == ["svarark", "taelleark"]


def test_without_an_e_mail_the_sheet_lies_in_the_outbox_until_it_has_come(ears: Workspace) -> None:
    write_contacts(ears, practice("020202"))
    found = remind_due(ears, BEGINS)
    assert (found.queued, found.without_address, found.sheets_laid_out) == (1, ["010101", "030303"], 2)
    assert reminded_lines(found)[-1] == "2 blank sheets for those without one lie in outbox/tomme_ark."
    folder = ears.store.outbox / "tomme_ark"
    laid = {path.name.split("_")[-2]: path.read_bytes() for path in folder.iterdir()}
    assert laid == {each: by_hand(ears, each) for each in ("010101", "030303")}
    returned(ears, laid["010101"])
    assert remind_due(ears, BEGINS + timedelta(days=1)).without_address == ["030303"]
    assert ["_030303_" in path.name for path in folder.iterdir()] == [True]
