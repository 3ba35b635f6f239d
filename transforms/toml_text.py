"""TOML files that are read again at every step: parsed once for as long as their text is the same."""

from __future__ import annotations

import pickle
import tomllib
from functools import lru_cache
from pathlib import Path
from typing import Any


def read_toml(path: Path) -> dict[str, Any]:
    """What the TOML file `path` describes, as a dictionary of the caller's own.

    Raises:
        UnicodeDecodeError, tomllib.TOMLDecodeError: it is not TOML in UTF-8.
    """
    return pickle.loads(_parsed(path.read_text(encoding="utf-8-sig")))


# By its text and not by its date: an edit within the clock's step, or an older file put back, must be seen. Pickled,
# because those who lay one file over another change what they are given; it is a tenth of a deep copy's time.
@lru_cache(maxsize=256)
def _parsed(text: str) -> bytes:
    return pickle.dumps(tomllib.loads(text))
