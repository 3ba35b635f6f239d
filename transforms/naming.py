"""Names that were probably meant: a refusal says what is unknown and the nearest name there is."""

from __future__ import annotations

from collections.abc import Iterable
from difflib import get_close_matches

MOST_LISTED = 12


def nearest(name: str, known: Iterable[str]) -> str:
    """`; the nearest name is X`, or nothing where no known name is like `name`."""
    found = get_close_matches(name, list(known), 1)
    return f"; the nearest name is {found[0]}" if found else ""


def unknown(what: str, name: str, known: Iterable[str]) -> str:
    """One sentence: `name` is no `what`, the nearest one, and what may be written."""
    names = list(known)
    listed = ", ".join(names[:MOST_LISTED]) + (", ..." if len(names) > MOST_LISTED else "")
    return f"there is no {what} {name!r}{nearest(name, names)}; write one of: {listed}"
