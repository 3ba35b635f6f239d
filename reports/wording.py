"""The words of a report, in one language: `words/<language>.toml`, read once and kept apart from the code."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

from reports.markdown import Markdown, plain
from reports.numbers import NBSP, Numbers
from transforms.model import Text

WORDS = Path(__file__).parent / "words"
LANGUAGES = ("da", "en")


class UnknownLanguageError(ValueError):
    """No words for this language."""


@dataclass(frozen=True)
class Voice:
    """One language: its words by section and key, and its numbers."""

    language: str
    words: Mapping[str, Mapping[str, Markdown]]
    numbers: Numbers

    def __reduce__(self) -> tuple[Any, ...]:
        return voice, (self.language,)

    def __hash__(self) -> int:
        return hash(self.language)

    def say(self, section: str, key: str, **values: object) -> Markdown:
        """The words `key` of `section`, with `values` escaped and put in."""
        return self.words[section][key].fill(**values)

    def write(self, section: str, key: str, **values: object) -> str:
        """The same for a chart, where nothing is Markdown."""
        return plain(self.words[section][key]).format(**values)

    def known(self, section: str, key: str, otherwise: str) -> str:
        """The words for a key that comes from data, and `otherwise` where we have none."""
        words = self.words[section].get(key)
        return otherwise if words is None else plain(words)

    def text(self, text: Text) -> str:
        return text.in_language(self.language)

    def one_or_many(self, section: str, key: str, number: int, **values: object) -> Markdown:
        """`<key>_one` or `<key>_many`, with `{n}` as the number."""
        form = "one" if number == 1 else "many"
        return self.say(section, f"{key}_{form}", n=self.numbers.count(number), **values)


@lru_cache(maxsize=4)
def voice(language: str) -> Voice:
    """The voice of `language`."""
    if language not in LANGUAGES:
        raise UnknownLanguageError(f"no words for language {language!r}; write one of: {', '.join(LANGUAGES)}")
    parsed = tomllib.loads((WORDS / f"{language}.toml").read_text(encoding="utf-8"))
    words = {section: {key: _kept_together(text) for key, text in keys.items()} for section, keys in parsed.items()}
    return Voice(language, words, Numbers(language))


def _kept_together(text: str) -> Markdown:
    """A number and its percent sign stay on one line."""
    return Markdown(re.sub(r"(?<=\d) (?=%)", NBSP, text))
