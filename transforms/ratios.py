"""A ratio of two measures of a package: what it names is put in its place before anything is parsed."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, cast

from transforms.naming import unknown

_SIDES = ("numerator", "denominator")
_DIVIDED = ("rate", "proportion")


def with_measures_of_ratios(package: Any) -> Any:
    """`package` as it came, where each ratio `{ measure = "..." }` has that measure's selections instead.

    Two measures over the same denominator are counts of one population: their ratio needs no bases.
    Raises ValueError where the named measure is not in the package, or is neither a rate nor a proportion.
    """
    if not isinstance(package, Mapping):
        return package  # pyright: ignore[reportUnknownVariableType]
    described = dict(cast("Mapping[str, Any]", package))
    measures = described.get("measures")
    if not isinstance(measures, list | tuple):
        return described
    every = cast("list[Any]", measures)
    by_id = {str(each["id"]): each for each in map(_described, every) if "id" in each}
    named = [_with_selections(_described(each), by_id) if _described(each) else each for each in every]
    return described | {"measures": named}


def _described(measure: Any) -> dict[str, Any]:
    """A measure as a file has it; nothing where it is parsed already."""
    return dict(cast("Mapping[str, Any]", measure)) if isinstance(measure, Mapping) else {}


def _with_selections(ratio: dict[str, Any], measures: Mapping[str, dict[str, Any]]) -> dict[str, Any]:
    names = [_named(ratio.get(side)) for side in _SIDES]
    if ratio.get("kind") != "ratio" or not any(names):
        return ratio
    filled = dict(ratio)
    for side, name in zip(_SIDES, names, strict=True):
        if name is None:
            raise ValueError(f"measure {ratio.get('id')!r}: a ratio names a measure on both sides, or on neither")
        if name not in measures:
            raise ValueError(f"measure {ratio.get('id')!r}: {unknown('measure', name, measures)}")
        if measures[name].get("kind") not in _DIVIDED:
            raise ValueError(f"measure {ratio.get('id')!r}: {name} is neither a rate nor a proportion")
        filled |= {side: measures[name].get("numerator"), f"{side}_base": measures[name].get("denominator")}
    if filled["numerator_base"] == filled["denominator_base"]:
        filled |= {"numerator_base": None, "denominator_base": None}
    return filled


def _named(side: Any) -> str | None:
    if isinstance(side, Mapping) and set(cast("Mapping[str, Any]", side)) == {"measure"}:
        return str(cast("Mapping[str, Any]", side)["measure"])
    return None
