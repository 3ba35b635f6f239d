"""Pages from templates/, in Danish or English: whole in themselves, so that they open where there is no network."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from datetime import date, datetime
from functools import cache
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined

TEMPLATES = Path(__file__).parent / "templates"


@cache
def words(language: str) -> Mapping[str, str]:
    """The pages' words by name."""
    return tomllib.loads((TEMPLATES / "words.toml").read_text(encoding="utf-8"))[language]


def page(template: str, language: str, **parts: Any) -> str:
    """The template filled in; everything put into HTML is escaped."""
    say = words(language)
    style = (TEMPLATES / "style.css").read_text(encoding="utf-8")
    named = {"say": say, "word": lambda name: say.get(name, name), "language": language, "style": style}
    forms = {"number": lambda value: number(value, language), "span": span, "moment": moment}
    return _environment(template.endswith(".html")).get_template(template).render(named | forms | parts)


@cache
def _environment(html: bool) -> Environment:
    return Environment(
        loader=FileSystemLoader(TEMPLATES),
        undefined=StrictUndefined,
        autoescape=html,
        trim_blocks=True,
        lstrip_blocks=True,
    )


def number(value: int | None, language: str) -> str:
    """A whole number with its language's sign between thousands."""
    if value is None:
        return "–"
    return f"{value:,}" if language == "en" else f"{value:,}".replace(",", ".")


def span(extract: Any) -> str:
    """The months that an extract covers."""
    start: date | None = extract.period_start
    end: date | None = extract.period_end
    if start is None or end is None:
        return "–"
    first, last = f"{start:%Y-%m}", f"{end:%Y-%m}"
    return first if first == last else f"{first} – {last}"


def moment(value: datetime | None) -> str:
    """A time to the minute; it is UTC and says so."""
    return "–" if value is None else f"{value:%Y-%m-%d %H:%M} UTC"
