"""What a parser finds wrong with a definition, as findings with their lines: all of them, not only the first."""

from __future__ import annotations

import re
import tomllib
from typing import Any, TypeVar

from pydantic import ValidationError

from flows.linting_places import TomlPlaces
from flows.misspelt import nearest_name, said
from transforms.lint import Finding, found
from transforms.model import Strict
from transforms.sources import Known

_AT_LINE = re.compile(r"\s*\(at (?:line (\d+), column \d+|end of document)\)")
_NAMED = re.compile(r"'([^']+)'|(?<=called )(\w+)|(\w+)(?= is named more than once)")
MOST_SHOWN = 5
"""A quotation mark that was forgotten makes the rest of a file no TOML."""
SHOWN_CHARACTERS = 40
Parsed = TypeVar("Parsed", bound=Strict)


class Source:
    """A TOML file that is looked at: what it is called, what it says, and where that stands."""

    def __init__(self, file: str, text: str) -> None:
        self.file, self.text, self.places = file, text, TomlPlaces(text)


def syntax_faults(error: tomllib.TOMLDecodeError, source: Source) -> list[Finding]:
    """Where the source is no TOML: what the parser stopped at, and lines after it that cannot be read either."""
    match = _AT_LINE.search(str(error))
    line = int(match[1]) if match and match[1] else max(1, len(source.text.splitlines()))
    wrong = f"this is no TOML: {_AT_LINE.sub('', str(error)).rstrip('.')}"
    first = found("syntax", (source.file, line), wrong, "Mend the line, or the one before it")
    after = [each for each in source.places.faults() if each > line][: MOST_SHOWN - 1]
    return [first, *(found("syntax", (source.file, each), "this is no TOML", "Mend the line") for each in after)]


def definition_faults(
    model: type[Parsed], described: dict[str, Any], known: Known, source: Source
) -> tuple[Parsed | None, list[Finding]]:
    """What `described` is once it is parsed as a `model`, or everything that keeps it from being one."""
    try:
        return model.model_validate(described, context=known), []
    except ValidationError as error:
        complaints = [each for each in error.errors() if not _is_said_twice(each, error, described)]
        return None, [_fault(each, model.__name__, described, source) for each in complaints]


def _is_said_twice(complaint: Any, error: ValidationError, described: dict[str, Any]) -> bool:
    """Of a denominator that the file does not have: where it is left out, the numerator stands for it."""
    place = complaint["loc"]
    if "denominator" not in place or _at(described, place[: place.index("denominator") + 1]) is not None:
        return False
    same = tuple("numerator" if part == "denominator" else part for part in place)
    return any(each["loc"] == same for each in error.errors())


def _fault(complaint: Any, title: str, described: dict[str, Any], source: Source) -> Finding:
    place, kind = complaint["loc"], complaint["type"]
    where = ("definition", (source.file, source.places.line(*place)))
    name = _spelt(place, described)
    if kind == "missing":
        return found(*where, f"{name} is not there", "Write it (docs/packages.md shows how)")
    if kind == "extra_forbidden":
        near = nearest_name(title, place)
        remedy = f"Write {near}" if near else "Take it out, or see docs/packages.md for what there is"
        return found(*where, f"{name} is not known", remedy)
    if kind == "value_error":
        wrong, _, remedy = said(complaint).partition("; ")
        line = _line_meant(wrong, place, described, source.places)
        told = f"{name}: {wrong}" if place else wrong
        return found("definition", (source.file, line), told, begun(remedy) or "Mend it as docs/packages.md shows")
    value = complaint["input"]
    shown = f" is {_cut(value)}" if isinstance(value, str | int | float | bool) else " has the wrong form"
    return found(*where, f"{name}{shown}", _wanted(complaint))


def _wanted(complaint: Any) -> str:
    """What the parser expected, in the words of TOML and not of Python."""
    if complaint["type"] == "model_type":
        bilingual = complaint["ctx"]["class_name"] in ("Text", "Aim", "Question")
        return "Write " + (
            '{ da = "...", en = "..." }' if bilingual else "{ ... } (docs/packages.md shows which names)"
        )
    return said(complaint).replace("a valid tuple", "a list in [ ]").replace("a valid dictionary", "a table in { }")


def _line_meant(wrong: str, place: tuple[str | int, ...], described: dict[str, Any], places: TomlPlaces) -> int:
    """The line of the last name that the sentence `wrong` quotes; else of the part of the file that it begins with."""
    for name in reversed(_NAMED.findall(wrong)):
        value = "".join(name)
        if value != described.get("id") and (line := places.line_of_value(value, *place)):
            return line
    part = wrong.partition(":")[0]
    return places.line(*place) if place or part not in described else places.line(part)


def _spelt(place: tuple[str | int, ...], described: dict[str, Any]) -> str:
    """`measures.nsaid_share.title` for the place of a title: things in lists are called by their id where they can."""
    parts: list[str] = []
    for end, part in enumerate(place):
        thing = _at(described, place[: end + 1])
        named = thing.get("id") if isinstance(part, int) and isinstance(thing, dict) else None
        parts.append(str(named) if isinstance(named, str) else str(part + 1) if isinstance(part, int) else part)
    return ".".join(parts)


def _at(described: Any, place: tuple[str | int, ...]) -> Any:
    for part in place:
        try:
            described = described[part]
        except (KeyError, IndexError, TypeError):
            return None
    return described


def begun(sentence: str) -> str:
    """The sentence with a capital letter."""
    return sentence[:1].upper() + sentence[1:]


def _cut(value: object) -> str:
    shown = repr(value)
    return shown if len(shown) <= SHOWN_CHARACTERS else f"{shown[: SHOWN_CHARACTERS - 1]}…"
