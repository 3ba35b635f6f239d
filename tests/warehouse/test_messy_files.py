"""A sample of public suites of broken files: each ends in a load that accounts for its rows, or in one sentence."""

from __future__ import annotations

from pathlib import Path

import pytest

from bench.messy import tried
from warehouse.reading.process import Reader

MESSY = Path(__file__).parents[3] / "shared" / "data" / "messy"


def test_every_messy_file_ends_in_a_load_or_one_sentence(tmp_path: Path) -> None:
    if not MESSY.is_dir():
        pytest.skip("the public suites of broken files are not beside the project")
    files = sorted(path for path in MESSY.rglob("*") if path.is_file())[::21]
    reader = Reader(wall_seconds=60.0, cpu_seconds=30, memory_bytes=2 * 2**30)
    trials = [tried(reader, path, "any", tmp_path) for path in files]
    reader.stop()
    assert {trial.outcome for trial in trials} == {"load", "refusal"}
    assert [trial for trial in trials if trial.outcome == "refusal" and not trial.reason] == []
    assert [trial.file for trial in trials if "reader failed with" in trial.reason] == []
