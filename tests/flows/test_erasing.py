"""An erased practice is in no byte of the workspace, comes in no more, and comes back from no backup."""

from __future__ import annotations

import gzip
import io
import json
import shutil
from collections.abc import Callable
from datetime import date, datetime
from pathlib import Path

import polars as pl
import pytest
from openpyxl import Workbook, load_workbook
from small_workspace import HEADERS, bring_in, delivered, extract, own_copy, prescribed, registered, rows_of

from flows import erasing as flow
from flows.backing_up import make_backup, restore
from flows.erasing import NothingOfPracticeError, erase, resume, what_goes
from flows.ingesting import prepare
from flows.settings import Workspace, load_workspace
from transforms.audit import Event
from transforms.contract import Contract
from warehouse import audit
from warehouse.connection import writing
from warehouse.erased import ErasedFileError, erased_list
from warehouse.own_process import in_own_process
from warehouse.publishing import publish
from warehouse.rejected_rows import write_rejected
from warehouse.traces import traces
from warehouse.without_rows import without_rows

GONE, NAME = "414141", "Æbelhavens Lægehus"
SETTINGS = 'name = "Prøven"\ninbox = "inbox"\n[consent]\ndefault = "given"\n'
ITEMS = ("prescriptions", "recepter_2025K1.csv")


def registry(*more: str) -> bytes:
    own = registered(GONE).replace("Praksis 41", NAME)
    closed = registered("020202").replace(";;;;;ja", f";;;31-12-2024;{GONE};ja")
    return extract("registry", registered("010101"), own, closed, *more)


def items() -> bytes:
    return extract("prescriptions", *(prescribed(Ydernummer=each, Recepter="8") for each in ("010101", GONE)))


@pytest.fixture(scope="module")
def filled(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A workspace with its inbox inside, a practice to erase, and that practice named wherever it can be."""
    root = tmp_path_factory.mktemp("erased") / "workspace"
    root.mkdir()
    (root / "klyngeflow.toml").write_text(SETTINGS, encoding="utf-8")
    opened = load_workspace(root)
    prepare(opened)
    for source, name, content in (("registry", "register_2025-01-01.csv", registry()), (*ITEMS, items())):
        bring_in(opened, source, delivered(opened, name, content))
    mentions(opened)
    publish(opened.store)
    return root


def mentions(workspace: Workspace) -> None:
    """Words and figures about the practice, and a pack of its cluster."""
    with writing(workspace.store.database) as connection:
        for statement in (
            f"insert into meeting.letter values ('K1', 'crp', '{GONE}', 'B', now(), null, null)",
            f"insert into ledger.run (run_id, summary) values ('r', 'refused: {GONE} and {NAME}')",
            "insert into report.pack (pack_id, package_id, cluster_id) values ('P', 'crp', 'K1')",
            "insert into meeting.report (pack_id, file_name) values ('P', 'medlem_B.html')",
            f"insert into meeting.figure (pack_id, audience, level, label) values ('P', '{GONE}', 'practice', 'B')",
            "insert into meeting.figure (pack_id, audience, level, label) values ('P', 'cluster', 'practice', 'B')",
            "insert into meeting.figure (pack_id, audience, level, label) values ('P', 'cluster', 'practice', 'A')",
            f"insert into mart.measure (level, unit_id, value) values ('practice', '{GONE}', 1), ('cluster', 'K1', 2)",
        ):
            connection.execute(statement)
        audit.append(connection, Event(datetime(2026, 1, 1), "jm", "request", detail=f"no answer from {GONE}"))
    for place in ("outbox/P/a.html", "outbox/noegler/P.csv", "outbox/noegler/P/b.html", "logs/x.log"):
        path = workspace.root / place
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(f"B;{GONE};{NAME}", encoding="utf-8")


@pytest.fixture
def whole(filled: Path, tmp_path: Path) -> Workspace:
    """One of the test's own."""
    return own_copy(filled, tmp_path)


def require_gone(workspace: Workspace) -> None:
    assert traces(workspace.root, [GONE, NAME]) == []
    raw = b"".join(path.read_bytes() for path in workspace.root.rglob("*.duckdb"))
    assert GONE.encode() not in raw
    assert NAME.encode() not in raw
    assert audit.fault(workspace.store) is None
    assert not erased_list(workspace.root).pending


def test_it_is_in_no_byte_and_the_others_stay(whole: Workspace) -> None:
    assert len(traces(whole.root, [GONE, NAME])) >= 8
    before = rows_of(whole, ["fact.prescription", "registry.practice"])
    assert erase(whole, GONE) == []
    require_gone(whole)
    after = rows_of(whole, ["fact.prescription", "registry.practice", "mart.measure", "meeting.figure"])
    assert after["fact.prescription"] == [row for row in before["fact.prescription"] if row[0] != GONE]
    assert [row[0] for row in after["registry.practice"]] == ["010101", "020202"]
    assert [row[4] for row in after["registry.practice"]] == [None, None]
    assert after["mart.measure"] == []
    assert len(after["meeting.figure"]) == 1
    assert rows_of(whole, ["meeting.letter"])["meeting.letter"][0][2:4] == ("(erased)", "B")
    assert any(entry.event.detail == "no answer from (erased)" for entry in audit.entries(whole.store))
    last = audit.entries(whole.store)[-1].event
    assert (last.what, GONE in last.detail) == ("erasure", False)
    assert rows_of(whole, ["ledger.erased_pack"])["ledger.erased_pack"][0][0] == "P"


def test_an_entry_that_an_erasure_does_not_name_is_still_found_changed(whole: Workspace) -> None:
    with writing(whole.store.database) as connection:
        audit.append(connection, Event(datetime(2026, 1, 2), "jm", "request", detail="of somebody else"))
    erase(whole, GONE)
    with writing(whole.store.database) as connection:
        connection.execute("update ledger.audit set detail = 'other' where detail = 'of somebody else'")
    assert "was changed" in str(audit.fault(whole.store))


def test_what_was_replaced_is_refused_and_later_rows_are_left_out(whole: Workspace, tmp_path: Path) -> None:
    erase(whole, GONE)
    (tmp_path / "again").mkdir()
    old = tmp_path / "again" / ITEMS[1]
    old.write_bytes(items())
    with pytest.raises(ErasedFileError, match="kept without"):
        bring_in(whole, ITEMS[0], old)
    assert bring_in(whole, ITEMS[0], whole.inbox / ITEMS[1]).state == "known"
    later = extract("prescriptions", *(prescribed(Ydernummer=each, Måned="2025-04") for each in ("010101", GONE)))
    came = tmp_path / "again" / "recepter_2025K2.csv"
    came.write_bytes(later)
    assert "1 rows of an erased practice were left out" in bring_in(whole, ITEMS[0], came).sentence
    assert {row[0] for row in rows_of(whole, ["fact.prescription"])["fact.prescription"]} == {"010101"}
    assert bring_in(whole, ITEMS[0], came).state == "known"
    assert traces(whole.store.landing, [GONE, NAME]) == []


def test_a_restored_backup_of_before_it_is_erased_again(whole: Workspace, tmp_path: Path) -> None:
    backup = make_backup(whole, tmp_path / "disk")
    moved = tmp_path / "elsewhere" / backup.name
    moved.parent.mkdir()
    shutil.copyfile(backup, moved)
    erase(whole, GONE)
    make_backup(whole, tmp_path / "disk")
    require_gone(restored_by_a_command(backup, tmp_path / "again"))
    assert traces(restored_by_a_command(moved, tmp_path / "unaware").root, [GONE]) != []
    require_gone(restored_by_a_command(moved, tmp_path / "told", whole.root / "erased.jsonl"))


def restored_by_a_command(backup: Path, target: Path, erased: Path | None = None) -> Workspace:
    """In a process that has read nothing of the practice before, as that of the command has not."""
    in_own_process(restore, backup, target, None, erased)
    return load_workspace(target)


STEPS = ("_clear_what_was_made", "_replaced", "erasing.erase", "erasing.erased_files", "_clean_inbox", "compact")


@pytest.mark.parametrize("step", STEPS)
def test_cut_off_anywhere_the_next_command_goes_on(
    whole: Workspace, monkeypatch: pytest.MonkeyPatch, step: str
) -> None:
    class CutOffError(Exception):
        pass

    owner, _, name = step.rpartition(".")
    target = getattr(flow, owner) if owner else flow
    real: Callable[..., object] = getattr(target, name)

    def cut(*arguments: object, **named: object) -> object:
        if step != "erasing.erase":
            real(*arguments, **named)
        raise CutOffError

    with monkeypatch.context() as patched:
        patched.setattr(target, name, cut)
        with pytest.raises(CutOffError):
            erase(whole, GONE)
    resume(whole)
    require_gone(whole)
    erased = [entry for entry in audit.entries(whole.store) if entry.event.what == "erasure"]
    assert len(erased) == 1


def test_nothing_changes_by_looking_or_for_a_stranger(whole: Workspace) -> None:
    goes = what_goes(whole, GONE)
    assert goes.rows["fact.prescription"] == 1
    assert dict(goes.files) == {"register_2025-01-01.csv": 1, ITEMS[1]: 1}
    assert [pack.pack_id for pack in goes.packs] == ["P"]
    with pytest.raises(NothingOfPracticeError, match="999999"):
        erase(whole, "999999")
    assert not erased_list(whole.root).lines
    assert not list(whole.root.rglob("*.part"))


def contract_of(workspace: Workspace, **file: object) -> Contract:
    contract = workspace.contract("prescriptions")
    return contract.model_copy(update={"file": contract.file.model_copy(update=file)})


ROWS = [HEADERS["prescriptions"], *(prescribed(Ydernummer=each, Indikation="æ") for each in ("010101", GONE, "020202"))]


@pytest.mark.parametrize("codec", ["windows-1252", "utf-8-sig", "utf-16"])
@pytest.mark.parametrize("packed", [False, True])
def test_a_text_keeps_its_encoding_ends_and_every_other_byte(
    whole: Workspace, tmp_path: Path, codec: str, packed: bool
) -> None:
    rows = [ROWS[0], ROWS[1].replace("æ", '"æ;\r\n2"'), *ROWS[2:]]
    named = "utf-8" if codec == "utf-8-sig" else codec
    pack: Callable[[bytes], bytes] = gzip.compress if packed else bytes
    came, kept = tmp_path / "came", tmp_path / "kept"
    came.write_bytes(pack("\r\n".join(rows).encode(codec)))
    removed = without_rows("a.csv", came, contract_of(whole, encoding=named), {GONE}.__contains__, kept)
    content = gzip.decompress(kept.read_bytes()) if packed else kept.read_bytes()
    assert removed == [3]
    assert content == "\r\n".join([rows[0], rows[1], rows[3]]).encode(codec)


def test_a_workbook_and_parquet_keep_their_kind(whole: Workspace, tmp_path: Path) -> None:
    cells = [row.split(";") for row in ROWS]
    book, came, kept = Workbook(), tmp_path / "came", tmp_path / "kept"
    for row in cells:
        book.active.append(row)  # type: ignore[union-attr]
    book.save(came)
    contract = contract_of(whole)
    assert without_rows("a.xlsx", came, contract, {GONE}.__contains__, kept) == [3]
    found = load_workbook(io.BytesIO(kept.read_bytes())).active
    assert found is not None
    assert [row[0] for row in found.values] == ["Ydernummer", "010101", "020202"]
    pl.DataFrame(cells[1:], cells[0], orient="row").write_parquet(came)
    assert without_rows("a.parquet", came, contract, {GONE}.__contains__, kept) == [2]
    assert pl.read_parquet(kept)["Ydernummer"].to_list() == ["010101", "020202"]
    assert without_rows("a.parquet", came, contract, {"999999"}.__contains__, kept) is None


def test_rejected_rows_are_found_again_where_they_have_moved(whole: Workspace, tmp_path: Path) -> None:
    name = "recepter_2025K2.csv"
    rows = [prescribed(Ydernummer=each, Måned="2025-04", Recepter="?") for each in (GONE, "010101", GONE, "020202")]
    path = whole.root / "contracts" / "prescriptions.toml"
    path.parent.mkdir()
    path.write_text("[bad_rows]\nmost = 1.0\n", encoding="utf-8")
    lenient = load_workspace(whole.root)
    bring_in(lenient, "prescriptions", delivered(lenient, name, extract("prescriptions", *rows)))
    with writing(lenient.store.database) as connection:
        number = connection.execute("select max(extract_id) from ledger.extract").fetchall()[0][0]
        connection.execute("delete from ledger.rejected_row")
        for row in (2, 3, 4, 5):
            connection.execute(
                "insert into ledger.rejected_row values ($1, $2, 'items', 'not a whole number', '?')", [number, row]
            )
    erase(lenient, GONE)
    out = tmp_path / "rejected.csv"
    assert write_rejected(lenient.store, lenient.contract("prescriptions"), number, out) == 2
    lines = out.read_text(encoding="utf-8-sig").splitlines()
    assert [line.partition(";")[0] for line in lines[1:]] == ["010101", "020202"]


def test_the_list_says_no_number_and_a_cut_off_line_is_none(tmp_path: Path) -> None:
    listed = erased_list(tmp_path)
    assert (listed.add(GONE), listed.add("020202"), listed.add(GONE)) == (1, 2, 1)
    content = listed.path.read_bytes()
    assert GONE.encode() not in content
    listed.path.write_bytes(content + b'{"done": "')
    again = erased_list(tmp_path)
    assert (again.covers(GONE), again.covers("999999"), again.pending) == (True, False, True)
    again.finish()
    assert not erased_list(tmp_path).pending
    assert len({json.loads(line)["salt"] for line in content.splitlines()}) == 2
    again.merge([{"file": "a", "by": "b"}])
    assert again.pending
    with pytest.raises(ErasedFileError):
        again.refuse("x.csv", "a")
    assert date.fromisoformat(again.lines[0]["at"][:10])
