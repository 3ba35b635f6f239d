"""Text with all that hides digits from a search taken away: look-alikes, invisible characters, strange spaces."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

_FOREIGN = re.compile(r"[^\t\n\r\x20-\x7e]+")
_UNSEEN = {"Cf", "Cc", "Mn", "Me"}
_SPACES = {"Zs", "Zl", "Zp"}
_SIGNS = {
    "\N{MINUS SIGN}": "-",  # a mathematical sign; all other dashes are of Unicode's category Pd
    "\N{HYPHEN BULLET}": "-",
    "\N{FRACTION SLASH}": "/",
    "\N{DIVISION SLASH}": "/",
    "\N{MIDDLE DOT}": ".",
    "\N{RIGHT SINGLE QUOTATION MARK}": "'",
}


def plain(text: str) -> str:
    """`text` with look-alikes of digits, dashes and spaces made plain, and what cannot be seen taken out."""
    return _FOREIGN.sub(_plain_match, text)


def _plain_match(run: re.Match[str]) -> str:
    return _plain_run(run[0])


@lru_cache(maxsize=4096)
def _plain_run(run: str) -> str:
    return "".join(map(_plain_character, unicodedata.normalize("NFKC", run)))


def _plain_character(character: str) -> str:
    category = unicodedata.category(character)
    if category == "Nd":
        return str(unicodedata.digit(character))
    if character in _SIGNS or category == "Pd":
        return _SIGNS.get(character, "-")
    if category in _SPACES:
        return " "
    # A blank of the old computers' kind, such as a line feed inside NFKC's result, stays what it was.
    return "" if category in _UNSEEN and character not in "\t\n\r" else character
