"""Which submissions are of a package's own topic: practices fill in sheets and answer forms of several."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

import polars as pl

from transforms.definitions import Package
from transforms.once import Once
from transforms.practice_months import Facts
from transforms.sources import FILLED_IN, NAMED


def of_topic(facts: Facts, package: Package) -> Facts:
    """`facts` in which only what was submitted of the package's own topic is submitted.

    A practice that counted something else in a month, or answered another questionnaire, is silent about this: without
    a row of it there is no figure, and no nought. What a file holds of any of the package's names speaks for all.
    """
    if not _asked(package):
        return facts
    return replace(facts, submissions=of_topics(facts.submissions, package), once=Once())


def of_topics(submissions: pl.LazyFrame, package: Package) -> pl.LazyFrame:
    """`submissions` (one row per practice, source, month and slice) without those of other topics."""
    for source, names in sorted(_asked(package).items()):
        of_other = (pl.col("source") == source) & (pl.col("slice") != "") & ~_starts_with_any(names)
        submissions = submissions.filter(~of_other)
    return submissions


def filled_in(package: Package) -> frozenset[str]:
    """The sources of the package that practices fill in themselves, and of which it names what it asks."""
    return frozenset(_asked(package))


def _asked(package: Package) -> dict[str, frozenset[str]]:
    """By source that practices fill in: the names asked for, where each selection of it names some."""
    by_source: dict[str, list[tuple[str, ...]]] = {}
    for each in (each for measure in package.measures for each in measure.selections):
        if each.model in FILLED_IN:
            by_source.setdefault(each.source, []).append(getattr(each, NAMED[each.model][0]))
    return {
        source: frozenset(name for names in asked for name in names)
        for source, asked in by_source.items()
        if all(asked)
    }


def _starts_with_any(names: Iterable[str]) -> pl.Expr:
    return pl.any_horizontal([pl.col("slice").str.starts_with(name) for name in sorted(names)])
