"""What a parser complains about in a TOML file, and the names that were probably meant."""

from __future__ import annotations

from collections.abc import Sequence
from difflib import get_close_matches
from typing import Any, get_args

from pydantic import ValidationError

from transforms.contract import Contract
from transforms.model import Strict


def said(complaint: Any) -> str:
    """The sentence of one of pydantic's complaints, without what it puts before ours."""
    return str(complaint["msg"]).removeprefix("Value error, ")


def first_to_mend(error: ValidationError) -> tuple[Any, str]:
    """The complaint to mend first, and `; the nearest name is X` where it is about a misspelt one.

    A misspelt name is often missing as well: the misspelling is what to mend.
    """
    misspelt = [each for each in error.errors() if each["type"] == "extra_forbidden"]
    meant = [(each, near) for each in misspelt if (near := nearest_name(error.title, each["loc"]))]
    return (meant[0][0], f"; the nearest name is {meant[0][1]}") if meant else (error.errors()[0], "")


def nearest_name(title: str, place: Sequence[int | str]) -> str:
    """The name that was probably meant at `place` of the definition called `title`; empty where none is like it."""
    model = next((one for one in Strict.__subclasses__() if one.__name__ == title), None)
    for part in place[:-1]:
        if model is not None and isinstance(part, str):
            field = model.model_fields.get(part)
            model = None if field is None else _model_in(field.annotation)
    names = [] if model is None else [*model.model_fields, *(["drop_checks"] if model is Contract else [])]
    return next(iter(get_close_matches(str(place[-1]), names, 1)), "")


def _model_in(annotation: object) -> type[Strict] | None:
    if isinstance(annotation, type) and issubclass(annotation, Strict):
        return annotation
    return next((found for part in get_args(annotation) if (found := _model_in(part))), None)
