"""What may be printed of those who answered in both rounds, and as what: pairs, or two groups.

The pairs are a part of those who answered each time. Whoever has the figure of all and that of the pairs has that of
the rest as well: so a rest is a group of its own, to which the rules of single answers apply too. docs/disclosure.md
says it in words.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import polars as pl

from transforms.answered_twice import Rounds, can_be_paired, rounds
from transforms.definitions import Measure, Package
from transforms.disclosure_answers import alike_without_one, one_follows_from_two
from transforms.disclosure_kinds import FEWEST_ANSWERS, FEWEST_CLINICS, answers_in, of_single_answers
from transforms.disclosure_profiles import SIDES, Profile
from transforms.disclosure_rules import COUNTED, HIDDEN, rounded
from transforms.means import mean_of
from transforms.pack import Meeting
from transforms.paired import newcombe_paired
from transforms.practice_months import Facts
from transforms.published import PAIRED

_Table = tuple[float, float, float, float]
"""People by their two answers: both, the later alone, the earlier alone, neither."""


def rounds_of_pack(package: Package, meeting: Meeting, facts: Facts, units: pl.DataFrame) -> dict[str, Rounds]:
    """By measure of answers who answered in either round, in the practices that the cluster's figure rests on.

    `units` are the pack's exact figures with their rules (`disclosure_rules.ruled`), `facts` hold the answers. A
    measure that is not shown of both rounds is not there.
    """
    if meeting.followup is None:
        return {}
    windows = (meeting.baseline, meeting.followup)
    return {
        measure.id: rounds(measure, windows, facts, _practices(measure, units))
        for measure in package.measures
        if can_be_paired(measure) and _compared(measure, units)
    }


def printed_pairs(
    package: Package, meeting: Meeting, found: Mapping[str, Rounds], units: pl.DataFrame
) -> tuple[pl.DataFrame, pl.DataFrame]:
    """The rows of report.paired: one per measure of answers whose two rounds are both shown; and those of mart.hidden.

    `found` is of `rounds_of_pack`, `units` as there.
    """
    rows: list[dict[str, Any]] = []
    hidden: list[dict[str, Any]] = []
    for measure in package.measures:
        if meeting.followup is None or not _compared(measure, units):
            continue
        cluster = units.filter(pl.col("level") == "cluster", pl.col("measure_id") == measure.id).row(0, named=True)
        people = found.get(measure.id)
        rule = None if people is None else rule_of_pairs(measure, people, cluster, meeting.profile)
        shown = people is not None and rule is None
        figures = (
            _printed(measure, people.pairs, meeting.profile) if people is not None and shown else {"way": "groups"}
        )
        rows.append({"pack_id": meeting.pack_id, "measure_id": measure.id} | figures)
        if rule:
            named = {"pack_id": meeting.pack_id, "package_id": package.id, "measure_id": measure.id}
            unit = {"level": "cluster", "unit_id": meeting.cluster_id}
            hidden.append(named | unit | {"side": "paired", "rule": rule})
    return pl.DataFrame(rows, schema=PAIRED), pl.DataFrame(hidden, schema=HIDDEN)


def sources_of_pairs(package: Package) -> list[str]:
    """The sources whose facts `printed_pairs` reads."""
    return sorted({each.source for one in package.measures if can_be_paired(one) for each in one.selections})


def _compared(measure: Measure, units: pl.DataFrame) -> bool:
    """Whether the cluster's answers are shown of both rounds, so that it is to be said how they are compared."""
    if not of_single_answers(measure) or answers_in(measure) != "denominator":
        return False
    cluster = units.filter(pl.col("level") == "cluster", pl.col("measure_id") == measure.id)
    shown = [pl.col(f"{side}_rule").is_null() & pl.col(f"{side}_state").is_in(COUNTED) for side in SIDES]
    comparable = [pl.col(name).is_null() for name in ("reason", "reason_for_all")]
    return cluster.height > 0 and cluster.select(pl.all_horizontal(*shown, *comparable).all()).item()


def _practices(measure: Measure, units: pl.DataFrame) -> list[str]:
    """The practices behind the cluster's figure: compared, with something in both windows."""
    counted = [pl.col(f"{side}_state").is_in(COUNTED) for side in SIDES]
    of_measure = units.filter(pl.col("level") == "practice", pl.col("measure_id") == measure.id)
    return of_measure.filter(pl.col("reason").is_null(), *counted)["unit_id"].to_list()


def rule_of_pairs(measure: Measure, found: Rounds, cluster: dict[str, Any], profile: Profile) -> str | None:
    """Why the pairs may not be shown apart from all who answered; None where they may. `cluster` has the exact counts.

    `few_pairs` (fewer than a figure of answers takes), `few_rest` (who answered once are so few, or of one practice),
    `small_count`, `small_rest` (of a share among the pairs), `nested` (the same of the rest), `none_or_all` (all
    answered or changed alike, or all outside one practice), `other_answers` (pairs and rest are not the figure of all).
    """
    pairs = found.pairs
    if _few(pairs, max(FEWEST_ANSWERS, profile.smallest_unit), max(FEWEST_CLINICS, profile.fewest_practices)):
        return "few_pairs"
    for side in SIDES:
        rest = found.rest(side)
        if pairs.height + rest[f"{side}_answers"].sum() != cluster[f"{side}_denominator"]:
            return "other_answers"
        if rest.height and _few(rest, max(FEWEST_ANSWERS, profile.smallest_difference), FEWEST_CLINICS):
            return "few_rest"
        if measure.kind == "proportion" and (rule := _rule_of_share(pairs, cluster, side, profile)):
            return rule
        if alike_without_one(rest, [f"{side}_value"]):
            return "none_or_all"
    answers = pairs.with_columns(change=_change(pairs))
    return "none_or_all" if alike_without_one(answers, ("before_value", "now_value", "change")) else None


def _few(people: pl.DataFrame, fewest: int, clinics: int) -> bool:
    few = people.height < fewest or people["practice_id"].n_unique() < clinics
    return few or one_follows_from_two(people)


def _rule_of_share(pairs: pl.DataFrame, cluster: dict[str, Any], side: str, profile: Profile) -> str | None:
    """Counts of 1-4 among the pairs, or among those who are left of all who answered."""
    met = pairs[f"{side}_value"].sum()
    others = cluster[f"{side}_numerator"] - met
    rest = cluster[f"{side}_denominator"] - pairs.height - others
    small = {
        "small_count": (met, profile.smallest_count),
        "small_rest": (pairs.height - met, profile.smallest_rest),
        "nested": (min((count for count in (others, rest) if count > 0), default=0), profile.smallest_difference),
    }
    return next((rule for rule, (count, least) in small.items() if 0 < count < least), None)


def _change(pairs: pl.DataFrame) -> pl.Series:
    return pairs["now_value"] - pairs["before_value"]


def _printed(measure: Measure, pairs: pl.DataFrame, profile: Profile) -> dict[str, Any]:
    """The row as it is printed: a share from rounded counts, a mean to its decimals."""
    count = _rounded([float(pairs.height)], profile)[0]
    figures = _of_share(measure, pairs, profile) if measure.kind == "proportion" else _of_mean(measure, pairs)
    return {"way": "pairs", "pairs": count} | figures


def _of_share(measure: Measure, pairs: pl.DataFrame, profile: Profile) -> dict[str, float]:
    a, b, c, d = table = rounded_table(_table(pairs), profile)
    size = sum(table)
    change, lower, upper = pl.select(newcombe_paired(pl.lit(a), pl.lit(b), pl.lit(c), pl.lit(d))).row(0)
    before, now = (measure.per * met / size for met in (a + c, a + b))
    return {
        "before_value": before,
        "now_value": now,
        "change": measure.per * change,
        "change_lower": measure.per * lower,
        "change_upper": measure.per * upper,
    }


def rounded_table(table: _Table, profile: Profile) -> _Table:
    """The four counts so that all, both margins and those who have both are rounded, and nothing finer follows."""
    a, b, c, d = table
    size, before, now, both = _rounded([a + b + c + d, a + c, a + b, a], profile)
    both = min(max(both, before + now - size, 0.0), before, now)
    return both, now - both, before - both, size - before - now + both


def _table(pairs: pl.DataFrame) -> _Table:
    before, now = pairs["before_value"] == 1, pairs["now_value"] == 1
    a, b, c, d = (
        float((one & other).sum()) for one, other in ((before, now), (~before, now), (before, ~now), (~before, ~now))
    )
    return a, b, c, d


def _of_mean(measure: Measure, pairs: pl.DataFrame) -> dict[str, float]:
    means = (pairs[f"{side}_value"].mean() for side in SIDES)
    before, now = (round(float(mean) * measure.per, measure.decimals) for mean in means if isinstance(mean, float))
    change = round(now - before, measure.decimals)
    limits = pl.DataFrame({"change": _change(pairs)}).select(mean_of(pl.col("change"))).row(0, named=True)
    # Adding 0.0 turns a rounded -0.0 into 0.
    lower, upper = (round(limits[end] * measure.per, measure.decimals) + 0.0 for end in ("lower", "upper"))
    # The change is that of the two printed means: at one decimal it can lie a hair outside its interval.
    ends = {"change_lower": min(lower, change), "change_upper": max(upper, change)}
    return {"before_value": before, "now_value": now, "change": change} | ends


def _rounded(counts: Sequence[float], profile: Profile) -> list[float]:
    """Counts to the profile's step; 1-4 never to 0."""
    count = pl.col("count")
    least = pl.when(count > 0).then(float(min(profile.rounding, profile.smallest_printed))).otherwise(0.0)
    return (
        pl.DataFrame({"count": [float(each) for each in counts]})
        .select(pl.max_horizontal(rounded(count, profile.rounding), least))
        .to_series()
        .to_list()
    )
