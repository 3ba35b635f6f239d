"""Killed at any moment, a backup or a restore leaves nothing that looks whole and is not, and is made anew after."""

from __future__ import annotations

import multiprocessing
import os
import time
from pathlib import Path
from random import Random

import pytest
from small_workspace import KEPT, rows_of

from flows.settings import Workspace, load_workspace
from warehouse.backup import Left, restored, write_backup
from warehouse.workspace import Store

pytestmark = pytest.mark.skipif(os.name == "nt", reason="Windows has no kill -9")
MOMENTS = 6


def tell(_: int, __: int) -> None:
    """Nobody looks."""


def pack(root: Path, target: Path) -> None:
    write_backup(Store(root), target, Left(), (), tell)


def put_back(backup: Path, target: Path) -> None:
    with restored(backup, target, None, tell):
        pass


def in_process(work: object, *paths: Path, seconds: float | None = None) -> float:
    """Let `work` run in a process of its own, killed after `seconds`; how long it took."""
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(["warehouse.backup"])
    process = context.Process(target=work, args=paths)  # type: ignore[arg-type]
    process.start()
    begun = time.monotonic()
    process.join(seconds)
    process.kill()
    process.join()
    return time.monotonic() - begun


def test_killed_at_any_moment(workspace: Workspace, tmp_path: Path) -> None:
    expected = rows_of(workspace, KEPT)
    big = workspace.root / "klyngepakker" / "big.bin"
    big.parent.mkdir(exist_ok=True)
    big.write_bytes(Random(1).randbytes(20_000_000))
    backup, again = tmp_path / "disk" / "a.tar.gz", tmp_path / "again"
    whole = in_process(pack, workspace.root, backup)
    whole_back = in_process(put_back, backup, again)
    assert rows_of(load_workspace(again), KEPT) == expected
    for moment in range(MOMENTS):
        part = (moment + Random(moment).random()) / MOMENTS
        target, other = tmp_path / f"{moment}.tar.gz", tmp_path / f"again{moment}"
        in_process(pack, workspace.root, target, seconds=whole * part)
        in_process(put_back, target if target.exists() else backup, other, seconds=whole_back * part)
        if other.exists():
            assert rows_of(load_workspace(other), KEPT) == expected
        else:
            put_back(backup, other)
            assert rows_of(load_workspace(other), KEPT) == expected
        assert (other / "klyngepakker" / "big.bin").stat().st_size == 20_000_000
    assert rows_of(workspace, KEPT) == expected
