"""Names in the order of a language's alphabet."""

from __future__ import annotations

_DANISH = str.maketrans({"æ": "{", "ä": "{", "ø": "|", "ö": "|", "å": "}", "ü": "y"})
"""Æ, ø and å come last: they stand where the old Danish seven-bit code had them, after z (DS 2089)."""


def alphabetical(name: str) -> tuple[str, str]:
    """A key to sort by: `aa` is sorted as å, capitals beside small letters. English names come out as ever.

    One order for both languages, since the names are Danish in an English report too.
    """
    return name.casefold().replace("aa", "å").translate(_DANISH), name
