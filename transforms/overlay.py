"""Overlays: what a region, a municipality or a cluster lays over a package instead of copying it.

An overlay never changes what a measure counts: two clusters would have different figures under one name. It adds
measures of its own, leaves some out of its reports, has other words, and other windows.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any, Self

from pydantic import Field, model_validator

from transforms.definitions import Measure, Package, Pair, Windows
from transforms.model import Strict, Text
from transforms.naming import unknown
from transforms.package_parts import LaidOver, Question
from transforms.sources import Known
from transforms.toml_text import read_toml

WORDS = ("title", "focus", "population")


class MeasureWords(Strict):
    """Other words about a measure: those that are left out stay as they are."""

    title: Text | None = None
    definition: Text | None = None
    pitfalls: Text | None = None


class Overlay(Strict):
    """What is laid over a package, by whom and for whom: for `clusters`, or for everybody where none is named."""

    by: Text
    clusters: tuple[str, ...] = ()
    title: Text | None = None
    focus: Text | None = None
    population: Text | None = None
    minimum_events: int | None = Field(default=None, ge=1)
    windows: Windows | None = None
    leave_out: tuple[str, ...] = ()
    measures: tuple[Measure, ...] = ()
    pairs: tuple[Pair, ...] = ()
    questions: tuple[Question, ...] = ()
    words: dict[str, MeasureWords] = Field(default_factory=dict[str, MeasureWords])

    @model_validator(mode="after")
    def _is_the_same_for_all_where_it_must_be(self) -> Self:
        if self.clusters and self.minimum_events is not None:
            raise ValueError(
                "minimum_events holds for everybody: a practice is not readable in one cluster and unreadable in "
                "another; leave it out, or leave clusters out"
            )
        return self

    def holds_for(self, cluster: str | None) -> bool:
        """Whether it is for `cluster` (None: for what holds everywhere alone)."""
        return not self.clusters or cluster in self.clusters


def parse_overlay(path: Path, known: Known | None = None) -> Overlay:
    """The overlay in the TOML file `path`; `known` is what it may name beside the shipped sources.

    Raises:
        tomllib.TOMLDecodeError, pydantic.ValidationError: the file is not an overlay.
    """
    described = read_toml(path)
    return Overlay.model_validate(described, context=known or Known())


def laid_over(package: Package, overlays: Iterable[Overlay], cluster: str | None) -> Package:
    """The package as `cluster` has it (None: as everybody has it), with what was laid over it and by whom.

    Raises:
        ValueError: a measure or an alternative that is not there, that is there twice, or that has to be shown.
    """
    holding = [overlay for overlay in overlays if overlay.holds_for(cluster)]
    for overlay in sorted(holding, key=lambda each: bool(each.clusters)):
        package = _with(package, overlay)
    return package


def computed(package: Package, overlays: Sequence[Overlay], cluster: str | None) -> Package:
    """What is computed for everybody so that `cluster` can have its own: every added measure, over its windows.

    A figure is held against the rest of the region, so that a measure one cluster asked for is computed for all.
    """
    own = laid_over(package, overlays, cluster)
    every = package.measures
    for overlay in overlays:
        every += tuple(each for each in overlay.measures if each.id not in {measure.id for measure in every})
    kept = {"measures": every, "pairs": (), "questions": (), "laid_over": ()}
    words = {name: getattr(package, name) for name in WORDS}
    return own.model_copy(update=kept | words)


def _with(package: Package, overlay: Overlay) -> Package:
    _refuse_what_is_not_there(package, overlay)
    measures = [_worded(each, overlay.words) for each in package.measures if each.id not in overlay.leave_out]
    given = {name: value for name in (*WORDS, "minimum_events", "windows") if (value := getattr(overlay, name))}
    changed: dict[str, Any] = given | {
        "measures": (*measures, *overlay.measures),
        "pairs": (*package.pairs, *overlay.pairs),
        "questions": (*_still_asked(package, overlay), *overlay.questions),
        "without_numbers": None if overlay.measures else package.without_numbers,
        "laid_over": (*package.laid_over, _told(package, overlay)),
    }
    # Checked as a whole again: two measures of one name, a pair of a measure that is not there.
    return Package.model_validate(dict(package) | changed)


def _still_asked(package: Package, overlay: Overlay) -> list[Question]:
    """The questions that are about a measure that is still there, or about all."""
    return [
        each.model_copy(update={"measures": tuple(name for name in each.measures if name not in overlay.leave_out)})
        for each in package.questions
        if not each.measures or set(each.measures) - set(overlay.leave_out)
    ]


def _refuse_what_is_not_there(package: Package, overlay: Overlay) -> None:
    ids = [measure.id for measure in package.measures]
    for place, names in (("leave_out", overlay.leave_out), ("words", overlay.words)):
        for name in names:
            if name not in ids:
                raise ValueError(f"{place}: {unknown('measure', name, ids)}")
    paired = {name for pair in package.pairs for name in pair.measures}
    if held := sorted(paired & set(overlay.leave_out)):
        raise ValueError(f"leave_out: {', '.join(held)} is one of two alternatives, which are always shown together")


def _worded(measure: Measure, words: Mapping[str, MeasureWords]) -> Measure:
    given = words.get(measure.id)
    if given is None:
        return measure
    return measure.model_copy(update={name: value for name, value in given if value is not None})


def _told(package: Package, overlay: Overlay) -> LaidOver:
    windows = overlay.windows
    return LaidOver(
        by=overlay.by,
        added=tuple(measure.title for measure in overlay.measures),
        left_out=tuple(package.measure(name).title for name in overlay.leave_out),
        months=windows.months if windows and windows.months != package.windows.months else None,
        minimum_events=overlay.minimum_events if overlay.minimum_events != package.minimum_events else None,
        questions=bool(overlay.questions),
        words=bool(overlay.words) or any(getattr(overlay, name) for name in WORDS),
    )
