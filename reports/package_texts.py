"""One section of a package's text, and a text read once for every pack that holds it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache
from typing import TypeVar

from reports.booklet_texts import cleaned
from reports.markdown import Markdown
from reports.wording import Voice
from transforms.definitions import Package

_HEADING = re.compile(r"^## +(.+?) *#* *$")
Reference = TypeVar("Reference")
_CITED = re.compile(r"\(#kilde-(\d+)\)")
_FENCE = re.compile(r"^ {0,3}(```|~~~)")


def sections(text: str) -> dict[str, str]:
    """What stands under each `## heading` of `text`; a line of code is no heading."""
    found: dict[str, list[str]] = {}
    name, code = "", False
    for line in text.splitlines():
        code ^= bool(_FENCE.match(line))
        heading = None if code else _HEADING.match(line)
        if heading:
            name = heading[1]
        elif name:
            found.setdefault(name, []).append(line)
    return {heading: words for heading, lines in found.items() if (words := "\n".join(lines).strip())}


def without_tables(text: str) -> str:
    """`text` without its lines of tables."""
    return "\n".join(line for line in text.splitlines() if not line.lstrip().startswith("|")).strip()


def read(texts: Mapping[str, str], package: Package, voice: Voice) -> Mapping[str, Markdown]:
    """`texts` by name as Markdown that may be put into a template; footnotes are numbered as in the booklet."""
    numbers = tuple((reference.id, at) for at, reference in enumerate(package.references, 1))
    return _read(tuple(sorted(texts.items())), numbers, voice.write("booklet", "source_missing"))


def cited(references: Sequence[Reference], texts: Iterable[Markdown]) -> list[Reference]:
    """Those of a package's references that `texts` cite, in its order: what a citation links to has to be there."""
    named = {int(at) for text in texts for at in _CITED.findall(text)}
    return [each for at, each in enumerate(references, 1) if at in named]


@lru_cache(maxsize=64)
def _read(
    texts: tuple[tuple[str, str], ...], numbers: tuple[tuple[str, int], ...], missing: str
) -> Mapping[str, Markdown]:
    return cleaned(dict(texts), dict(numbers), missing)
