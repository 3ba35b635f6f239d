"""A file that is on its way is left for the next time; one that is whole is taken, however young it is."""

from __future__ import annotations

import os
import threading
import time
from pathlib import Path

import pytest
from small_workspace import delivered, extract, prescribed

from flows.inbox import finished_files, still_growing
from flows.ingesting import deliveries
from flows.settings import Workspace


def test_a_file_that_grows_is_told_from_one_that_is_whole(tmp_path: Path) -> None:
    growing, whole = tmp_path / "growing.csv", tmp_path / "whole.csv"
    growing.write_text("a")
    whole.write_text("a")
    done = threading.Event()

    def write() -> None:
        with growing.open("a") as file:
            while not done.wait(0.05):
                file.write("more")
                file.flush()

    writer = threading.Thread(target=write)
    writer.start()
    try:
        assert still_growing([growing, whole], 0.5) == {growing}
    finally:
        done.set()
        writer.join()
    assert still_growing([growing, whole], 0.2) == set()


def test_an_old_file_is_not_waited_for(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    old = tmp_path / "old.csv"
    old.write_text("a")
    os.utime(old, (time.time() - 60,) * 2)
    monkeypatch.setattr(time, "sleep", lambda _: pytest.fail("it waited"))
    assert still_growing([old, tmp_path / "gone.csv"]) == set()


@pytest.mark.parametrize("name", ["x.csv.part", "x.csv.TMP", "~$x.xlsx", ".x.csv.123", "x.crdownload"])
def test_a_name_that_says_unfinished_is_left_alone(tmp_path: Path, name: str) -> None:
    (tmp_path / name).write_text("a")
    (tmp_path / "x.csv").write_text("a")
    assert finished_files(tmp_path) == [tmp_path / "x.csv"]


def test_deliveries_have_no_unfinished_names(workspace: Workspace) -> None:
    whole = delivered(workspace, "recepter_2025K1.csv", extract("prescriptions", prescribed()))
    delivered(workspace, "recepter_2025K2.csv.part", b"half")
    claimed, unclaimed = deliveries(workspace)
    assert whole in {delivery.path for delivery in claimed}
    assert [path.name for path in unclaimed if "K2" in path.name] == []
