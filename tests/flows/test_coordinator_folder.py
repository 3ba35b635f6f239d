"""The coordinator's files are put beside the key, and the folder that is sent around does not hold them."""

from __future__ import annotations

from pathlib import Path

from flows.rendering import _hand_to_coordinator  # pyright: ignore[reportPrivateUsage]
from flows.settings import Definition, Workspace
from reports.pack import COORDINATOR_FOLDER


def test_a_sheet_takes_the_place_of_the_one_before(tmp_path: Path) -> None:
    workspace = Workspace(tmp_path, Definition(name="Try"))
    for words in ("first", "second"):
        aside = workspace.store.outbox / ".P1.part"
        (aside / COORDINATOR_FOLDER).mkdir(parents=True)
        (aside / COORDINATOR_FOLDER / "drejebog.html").write_text(words, encoding="utf-8")
        _hand_to_coordinator(workspace, "P1", aside)
        assert list(aside.iterdir()) == []
        aside.rmdir()
    keys = workspace.store.outbox / COORDINATOR_FOLDER
    assert (keys / "P1" / "drejebog.html").read_text(encoding="utf-8") == "second"
    assert keys.stat().st_mode & 0o077 == 0
    assert [path.name for path in keys.iterdir()] == ["P1"]


def test_a_pack_without_a_sheet_leaves_the_keys_alone(tmp_path: Path) -> None:
    workspace = Workspace(tmp_path, Definition(name="Try"))
    (tmp_path / "outbox" / ".P1.part").mkdir(parents=True)
    _hand_to_coordinator(workspace, "P1", tmp_path / "outbox" / ".P1.part")
    assert not (tmp_path / "outbox" / COORDINATOR_FOLDER).exists()
