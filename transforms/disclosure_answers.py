"""Where a figure of answers tells what somebody answered, although enough people and practices stand behind it.

Whoever has the answers of their own practice takes them from the cluster's and has those of all the others. Where the
others all answered alike, each of them is told. docs/disclosure.md says the rules in words and why they are enough.
"""

from __future__ import annotations

from collections.abc import Sequence

import polars as pl

from transforms.definitions import Package
from transforms.disclosure_kinds import MANY_ANSWERS, answers_in, of_single_answers
from transforms.kinds import AVERAGES, SHARES

_KEY = ("measure_id", "category")
_UNIT = (*_KEY, "level", "unit_id")
_SPREAD = ("answers", "least", "most")
_TELLING_PRACTICES = 3
"""Of two, whoever is of one has the other's sum anyway; of four, an answer that must be somewhere can be in two."""


def telling_answers(package: Package, rows: pl.DataFrame, side: str) -> pl.DataFrame:
    """One row per figure of answers, of a cluster or region, that tells of somebody; `telling` is the rule.

    `none_or_all`: fewer than MANY_ANSWERS, of all or of those outside one practice, are all alike. `few_answers`: of
    three practices one has fewer answers than there are options, so that it follows from the two others that the figure
    could be shown. A region's practices are not in `rows`: of it only the whole is looked at.
    """
    given = _given(package, rows, side)
    whole = given.filter(pl.col("level") != "practice")
    practices = given.filter(pl.col("level") == "practice", pl.col("reason").is_null())
    clusters = whole.filter(pl.col("level") == "cluster").select(_UNIT)
    alike = pl.concat([whole.select(*_UNIT, *_SPREAD), _outside_one(clusters, practices)]).filter(_all_alike())
    options = pl.max_horizontal(pl.col("category").n_unique().over("measure_id"), 2)
    sizes = (
        practices.with_columns(options=options)
        .group_by(_KEY)
        .agg(pl.col("options").first(), practices=pl.len(), fewest=pl.col("answers").min())
    )
    short = sizes.filter(pl.col("practices") == _TELLING_PRACTICES, pl.col("fewest") < pl.col("options"))
    lonely = clusters.join(short, on=_KEY, how="semi", nulls_equal=True)
    found = [alike.select(*_UNIT, telling=pl.lit("none_or_all")), lonely.with_columns(telling=pl.lit("few_answers"))]
    return pl.concat(found).unique(_UNIT, keep="first", maintain_order=True)


def alike_without_one(people: pl.DataFrame, columns: Sequence[str]) -> bool:
    """Whether all answers in one of `columns` are alike, or those outside one of the practices (`practice_id`)."""
    for name in columns:
        values = people.select("practice_id", value=name).drop_nulls()
        for one in (None, *values["practice_id"].unique()):
            others = values.filter(pl.col("practice_id").ne_missing(pl.lit(one)))["value"]
            if 0 < others.len() < MANY_ANSWERS and others.n_unique() == 1:
                return True
    return False


def one_follows_from_two(people: pl.DataFrame) -> bool:
    """Whether they are of three practices (`practice_id`) of which one has a single person."""
    sizes = people.group_by("practice_id").len()["len"].to_list()
    return len(sizes) == _TELLING_PRACTICES and min(sizes) < 2


def _given(package: Package, rows: pl.DataFrame, side: str) -> pl.DataFrame:
    """Units with answers: how many, the least and the most of them. Of a share, an answer is 1 (so) or 0 (not so)."""
    measures = [one for one in package.measures if of_single_answers(one) and answers_in(one) == "denominator"]
    met, answers = pl.col(f"{side}_numerator"), pl.col(f"{side}_denominator")
    shares = pl.col("measure_id").is_in([one.id for one in measures if one.kind in SHARES])
    averages = pl.col("measure_id").is_in([one.id for one in measures if one.kind in AVERAGES])
    every = (met > 0) & ((shares & (met >= answers)) | (answers == 1))
    name = f"{side}_observations"
    values = pl.col(name) if name in rows.columns else pl.lit(None, dtype=pl.List(pl.Float64))
    asked = rows.filter(pl.col("measure_id").is_in([one.id for one in measures]), answers > 0)
    return asked.select(
        *_UNIT,
        "reason",
        answers=answers,
        # Of a ratio of two sorts of answers the one is no part of the other: there `all` says nothing.
        least=pl.when(averages).then(values.list.min()).otherwise(every.cast(pl.Float64)),
        most=pl.when(averages).then(values.list.max()).otherwise((met > 0).cast(pl.Float64)),
    )


def _outside_one(clusters: pl.DataFrame, practices: pl.DataFrame) -> pl.DataFrame:
    """One row per cluster's figure and practice behind it: the answers of all the other practices."""
    others = practices.select(*_KEY, *_SPREAD, other="unit_id")
    pairs = practices.select(*_KEY, out="unit_id").join(others, on=_KEY, nulls_equal=True)
    left = pairs.filter(pl.col("out") != pl.col("other")).group_by(*_KEY, "out")
    spread = left.agg(pl.col("answers").sum(), pl.col("least").min(), pl.col("most").max())
    return clusters.join(spread, on=_KEY, nulls_equal=True).select(*_UNIT, *_SPREAD)


def _all_alike() -> pl.Expr:
    return (pl.col("answers") < MANY_ANSWERS) & (pl.col("least") == pl.col("most"))
