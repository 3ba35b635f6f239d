"""Text that may go into a `.qmd` as it stands, and everything else, which is escaped on its way in."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Any, Self

_SPECIAL = re.compile(r"([!-/:-@\[-`{-~])")
_SHORTCODE = {r"\{\{\<": r"\{[\{]{}\<", r"\>\}\}": r"\>[\}]{}\}"}
"""Quarto looks for `{{<` and `>}}` when the escapes are gone: a span in their middle keeps them from being found."""
CONTROL = r"[\x00-\x1f\x7f-\x9f\u2028\u2029\ufffe\uffff]"
"""What no document can hold, or what would break a line: each is a space."""
_SPACE = re.compile(f"(?:{CONTROL}| )+")


class Markdown(str):
    """Words that are Markdown already. `fill` escapes what is put into them unless it is Markdown too."""

    def fill(self, **values: object) -> Self:
        return type(self)(self.format(**{key: escaped(value) for key, value in values.items()}))


def escaped(value: object) -> Markdown:
    """`value` so that pandoc prints it letter for letter, whatever it holds."""
    if isinstance(value, Markdown):
        return value
    return _escaped(str(value))


@lru_cache(maxsize=8192)
def _escaped(words: str) -> Markdown:
    """Kept, since most of what one report says its neighbours say as well."""
    text = _SPECIAL.sub(r"\\\1", _SPACE.sub(" ", words).strip(" "))
    for found, split in _SHORTCODE.items():
        text = text.replace(found, split)
    return Markdown(text)


def plain(text: str) -> str:
    """What a reader sees of our own words: for charts, which know no Markdown."""
    return re.sub(r"\\([!-/:-@\[-`{-~])", r"\1", text.replace("**", ""))


def quoted(value: str) -> Markdown:
    """`value` as a double-quoted YAML string in the front matter, which pandoc then reads as Markdown."""
    text = escaped(value).replace("\\", "\\\\").replace('"', '\\"')
    return Markdown(f'"{text}"')


def finalize(value: Any) -> str:
    """Jinja's last step for every value printed into a template."""
    return escaped(value)


def class_name(word: str) -> Markdown:
    """A word of ours as a class in a fenced div: `too_few` is `too-few`."""
    return Markdown(word.replace("_", "-"))


def file_name(name: str) -> Markdown:
    """A chart's file name, which is made of a measure's id and needs no escaping."""
    return Markdown(name)
