"""`klyngeflow erase` at the command line, from the question to a restored backup, as a quality unit would do it."""

from __future__ import annotations

import json
import shutil
from hashlib import sha256
from pathlib import Path

import pytest
from small_workspace import bring_in, rows_of
from test_erasing import (
    GONE,
    ITEMS,
    NAME,
    filled,  # noqa: F401 - a fixture
    items,
    whole,  # noqa: F401 - a fixture
)
from typer.testing import CliRunner, Result

from flows.cli import app
from flows.settings import Workspace, load_workspace
from transforms.errors import DataRefusedError
from warehouse.traces import traces

SENT = b"<p>B and the others</p>"


def say(*words: str) -> Result:
    return CliRunner().invoke(app, list(words))


def erase(workspace: Workspace, *more: str) -> Result:
    return say("erase", "--practice", GONE, "--workspace", str(workspace.root), *more)


@pytest.fixture
def sent(tmp_path: Path) -> Path:
    """The pack of the practice's cluster as it was delivered, far from the workspace."""
    folder = tmp_path / "sent"
    folder.mkdir()
    (folder / "a.html").write_bytes(SENT)
    digest = sha256(SENT).hexdigest()
    package = {"id": "crp", "version": "1.0.0", "definition_sha256": digest}
    told = {
        "pack_id": "P",
        "package": package,
        "files": {"a.html": digest},
        "extracts": [],
        "renderer": {},
        "versions": {},
    }
    (folder / "manifest.json").write_text(json.dumps(told), encoding="utf-8")
    return folder


def test_nothing_goes_unless_somebody_says_yes(whole: Workspace) -> None:  # noqa: F811
    before = rows_of(whole, ["fact.prescription"])
    looked, asked = erase(whole, "--dry-run"), erase(whole)
    assert (looked.exit_code, asked.exit_code) == (0, 2)
    assert f"1 rows of {ITEMS[1]}, which is replaced by a file without them" in looked.output
    assert "pack P" in looked.output
    assert looked.output.endswith("Nothing was changed.\n")
    assert "Nothing was erased. Answer yes on a terminal, or say --yes." in asked.output
    assert rows_of(whole, ["fact.prescription"]) == before
    assert traces(whole.root, [GONE]) != []
    assert not (whole.root / "erased.jsonl").exists()


def test_it_is_gone_everywhere_and_a_restored_backup_does_not_bring_it_back(
    whole: Workspace,  # noqa: F811
    sent: Path,
    tmp_path: Path,
) -> None:
    root, disk = str(whole.root), tmp_path / "disk"
    assert say("backup", "--to", str(disk), "--workspace", root).exit_code == 0
    (backup,) = disk.iterdir()
    old = tmp_path / "again" / ITEMS[1]
    old.parent.mkdir()
    old.write_bytes(items())

    done = erase(whole, "--yes")
    assert done.exit_code == 0, done.output
    assert "Erased. Packs that were not delivered are made again without it: klyngeflow run." in done.output
    assert "It is still named in" not in done.output
    require_without(whole)
    kept = whole.root / "erased.jsonl"  # the list lies outside the database
    assert GONE not in kept.read_text(encoding="utf-8")

    replaced = rows_of(whole, ["ledger.erased_file"])["ledger.erased_file"]
    assert sha256(items()).hexdigest() in {cell for row in replaced for cell in row}
    with pytest.raises(DataRefusedError) as refused:  # the file as it was
        bring_in(load_workspace(whole.root), ITEMS[0], old)
    assert refused.value.exit_code == 3

    told = say("verify", str(sent), "--workspace", root)
    assert "it cannot be made again" in " ".join(told.output.split())

    shutil.copyfile(kept, tmp_path / "newest.jsonl")
    again = tmp_path / "restored"
    restored = say("restore", str(backup), "--to", str(again), "--erased", str(tmp_path / "newest.jsonl"))
    assert restored.exit_code == 0, restored.output
    require_without(load_workspace(again))
    assert say("audit", "--check", "--workspace", str(again)).exit_code == 0


def require_without(workspace: Workspace) -> None:
    assert traces(workspace.root, [GONE, NAME]) == []
    found = rows_of(workspace, ["fact.prescription", "meeting.figure", "registry.practice"])
    assert [row[0] for row in found["fact.prescription"]] == ["010101"]
    assert GONE not in repr(found)
    assert found["meeting.figure"] != []
    landed = [path.read_bytes() for path in workspace.store.landing.rglob("*") if path.is_file()]
    assert any(b"010101" in content for content in landed)
    assert not any(GONE.encode() in content for content in landed)
