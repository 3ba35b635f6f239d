"""Where our values part from those of a reference file, by what `tests/reference/recompute_funnel.py` makes of it."""

from __future__ import annotations

import math
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from types import ModuleType
from typing import Any

import polars as pl

REFERENCE = Path(__file__).parents[1] / "reference"


def reference(stem: str) -> pl.DataFrame:
    return pl.read_csv(REFERENCE / f"{stem}.csv", infer_schema_length=None)


def module(name: str) -> ModuleType:
    spec = spec_from_file_location(name, REFERENCE / f"{name}.py")
    assert spec is not None
    assert spec.loader is not None
    loaded = module_from_spec(spec)
    spec.loader.exec_module(loaded)
    return loaded


def agrees(expected: Any, found: Any, tolerance: float) -> bool:
    if isinstance(expected, str):
        return expected == found
    return math.isclose(expected, found, rel_tol=tolerance, abs_tol=1e-12)


def compared(stem: str, source: str = "recompute_funnel") -> tuple[int, list[tuple[Any, ...]]]:
    """How many values of the file were compared, and those that part: (row, column, expected, ours)."""
    recompute, frame = module(source), reference(stem)
    pairs = [
        (row, name, expected, found)
        for name, ours in recompute.RECOMPUTED[stem](frame).items()
        for row, (expected, found) in enumerate(zip(frame[name], ours, strict=True))
        if expected is not None and found is not None
    ]
    return len(pairs), [pair for pair in pairs if not agrees(*pair[2:], recompute.TOLERANCE[stem])]
