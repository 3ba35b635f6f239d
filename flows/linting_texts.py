"""The texts of a package as lint looks at them: Markdown cut at its headings, line by line and without its code."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from itertools import pairwise

from markdown_it import MarkdownIt
from markdown_it.token import Token

from transforms.lint_prose import Passage, Prose, Section

# With `reference` a footnote that is explained in the text would be taken for the target of a link.
_MARKDOWN = MarkdownIt("commonmark").enable("table").disable("reference")
_EXPLAINED = re.compile(r"^\[\^([^\]\s]+)\]:")


def read_prose(file: str, source: str) -> Prose:
    """The text `source` of `file`, cut at its headings of the second level."""
    notes = tuple(
        (match[1], number) for number, line in enumerate(source.splitlines(), 1) if (match := _EXPLAINED.match(line))
    )
    explained = {line for _, line in notes}
    before: list[Passage] = []
    sections: list[Section] = []
    for opening, token in pairwise(_MARKDOWN.parse(source)):
        if token.type != "inline":
            continue
        passages = [each for each in _passages(file, token) if each.line not in explained]
        if opening.type == "heading_open" and opening.tag == "h2":
            sections.append(Section(token.content.strip(), (token.map or [0])[0] + 1))
        elif sections:
            sections[-1] = replace(sections[-1], passages=(*sections[-1].passages, *passages))
        else:
            before += passages
    return Prose(file, source, tuple(before), tuple(sections), notes)


def _passages(file: str, token: Token) -> Iterator[Passage]:
    line, words = (token.map or [0])[0] + 1, ""
    for child in token.children or ():
        if child.type in ("softbreak", "hardbreak"):
            yield Passage(file, line, "da", words)
            line, words = line + 1, ""
        elif child.type == "text":
            words += child.content
        else:
            words += " " if child.type == "code_inline" else ""
    yield Passage(file, line, "da", words)
