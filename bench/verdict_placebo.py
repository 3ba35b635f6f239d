from __future__ import annotations
from pathlib import Path


def placebo(folder: Path) -> int:
    return 0
