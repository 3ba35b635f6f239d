"""Whether all of a delivery came: practices, months, regions and totals, held against what is known already.

A month, or a quantity, is off when it is off by every yardstick there is: the same month of another year knows the
season, the nearest months know the level. What has no yardstick was not asked, and says so.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from statistics import median

import polars as pl

from transforms.calendar import month_after
from transforms.checked import CheckResult, Found
from transforms.contract import Check
from transforms.delivery import FEWEST_PRACTICES, ROWS, YEAR, Delivery
from transforms.jumps import jumps

_USUAL_MINIMUM = {"practices_delivered": 0.9, "rows_per_month": 0.6, "total_against_history": 0.6}
_USUAL_MAXIMUM = {"total_against_history": 1.67}
_FEWEST_OTHER_MONTHS = 2
_FEWEST_RESIDUALS = 8
_ODD = 3.5
"""Iglewicz and Hoaglin (1993), How to detect and handle outliers: a modified z-score beyond 3.5 is an outlier."""
_LEAST_SPREAD = 0.02
_FEWEST_OF_CLUSTER = 3
MOST_NAMED = 5


@dataclass(frozen=True)
class Answer:
    """What one rule found. `effect`: what came over what was to be expected."""

    effect: float | None
    found: tuple[Found, ...] = ()
    named: tuple[str, ...] = ()


def check_delivery(check: Check, delivery: Delivery, rows: int) -> CheckResult:
    """The result of one delivery rule. No answer: it was not asked, and the finding says why.

    Raises:
        KeyError: the check names a quantity that the source does not have.
    """
    result = CheckResult(check.check_id, check.rule, check.columns, check.severity, "passed", rows, 0)
    answer = _ASKED[check.rule](check, delivery)
    if answer is None:
        return replace(result, outcome="not_asked", found=(Found("no_history", {}),))
    failed = bool(answer.found)
    return replace(
        result,
        outcome="failed" if failed else "passed",
        found=answer.found,
        named=answer.named,
        effect=None if answer.effect is None else round(answer.effect, 4),
    )


def expected_practices(delivery: Delivery) -> pl.DataFrame:
    """The practices that should be in the extract: open all through its window, and in an earlier or later delivery."""
    start, end = delivery.window.start, delivery.window.end
    inside = set(delivery.window.months)
    others = [practices for month, practices in delivery.by_month.items() if month not in inside]
    delivered = sorted(frozenset[str]().union(*others))
    return delivery.practices.filter(
        pl.col("opened").is_null() | (pl.col("opened") <= start),
        pl.col("closed").is_null() | (pl.col("closed") > end),
        pl.col("practice_id").is_in(delivered),
    ).sort("practice_id")


def missing_practices(delivery: Delivery) -> pl.DataFrame:
    """Those expected that are neither in the extract nor had all its months before: a correction may hold a few."""
    months = delivery.window.months
    held = [delivery.by_month.get(month, frozenset[str]()) for month in months]
    before = frozenset[str].intersection(*held) if held else frozenset[str]()
    return expected_practices(delivery).filter(~pl.col("practice_id").is_in(list(delivery.came | before)))


def _practices_delivered(check: Check, delivery: Delivery) -> Answer | None:
    """The share of the expected practices that came, under `minimum`."""
    expected = expected_practices(delivery).height
    if expected < FEWEST_PRACTICES:
        return None
    missing = missing_practices(delivery)
    share = 1 - missing.height / expected
    if share >= _minimum(check):
        return Answer(share)
    found = Found("practices", {"came": expected - missing.height, "expected": expected})
    return Answer(share, (found,), tuple(missing["practice_id"]))


def _regions_delivered(_: Check, delivery: Delivery) -> Answer | None:
    """A region, or a cluster of at least three practices, of which nothing came."""
    expected, missing = expected_practices(delivery), missing_practices(delivery)
    if expected.height < FEWEST_PRACTICES:
        return None
    regions, clusters = (_wholly_missing(expected, missing, level) for level in ("region", "cluster"))
    away = {unit.region_id for unit in regions}
    # A cluster of two would tell which practices they are; one of a region that is missing is told with it.
    clusters = [unit for unit in clusters if unit.practices >= _FEWEST_OF_CLUSTER and unit.region_id not in away]
    found = [Found("region", {"name": unit.name, "practices": unit.practices}) for unit in regions]
    found += [Found("cluster", {"name": unit.name, "practices": unit.practices}) for unit in clusters]
    gone = [unit.unit_id for unit in (*regions, *clusters)]
    named = missing.filter(pl.col("region_id").is_in(gone) | pl.col("cluster_id").is_in(gone))["practice_id"]
    return Answer(1 - len(named) / expected.height, _few(found), tuple(named))


@dataclass(frozen=True)
class _Unit:
    unit_id: str
    name: str
    region_id: str
    practices: int


def _wholly_missing(expected: pl.DataFrame, missing: pl.DataFrame, level: str) -> list[_Unit]:
    """The clusters or regions all of whose expected practices are missing."""
    unit, name = pl.col(f"{level}_id"), pl.col(f"{level}_name")
    sizes = (
        expected.filter(unit.is_not_null())
        .group_by(unit.alias("unit"))
        .agg(name.first().alias("name"), pl.col("region_id").first().alias("region"), pl.len().alias("practices"))
    )
    lost = missing.group_by(unit.alias("unit")).agg(pl.len().alias("missing"))
    gone = sizes.join(lost, on="unit").filter(pl.col("missing") == pl.col("practices")).sort("unit")
    return [_Unit(*row) for row in gone.select("unit", "name", "region", "practices").iter_rows()]


def _rows_per_month(check: Check, delivery: Delivery) -> Answer | None:
    """A month with less than `minimum` of its usual rows.

    Without history a month is held against the median of the extract's other months, of which there must be two.
    """
    ratios = {month: ratio for month in delivery.window.months if (ratio := _rows_ratio(delivery, month)) is not None}
    if not ratios:
        return None
    short = {month: ratio for month, ratio in ratios.items() if ratio < _minimum(check)}
    found = [Found("month_rows", {"month": _text(month), "share": round(ratio, 4)}) for month, ratio in short.items()]
    return Answer(min(ratios.values()), _few(found))


def _rows_ratio(delivery: Delivery, month: date) -> float | None:
    held = [yard.ratio for yard in delivery.yardsticks(month, ROWS) if yard.ratio is not None]
    if held:
        return max(held)
    others = [other for other in delivery.window.months if other != month]
    if len(others) < _FEWEST_OTHER_MONTHS or len(delivery.came) < FEWEST_PRACTICES:
        return None
    usual = median(delivery.total((other,), delivery.came, ROWS, known=False) for other in others)
    return delivery.total((month,), delivery.came, ROWS, known=False) / usual if usual else None


def _total_against_history(check: Check, delivery: Delivery) -> Answer | None:
    """A month's total under `minimum` or over `maximum` times what is usual, by every yardstick.

    Where eight months or more of the history have the month a year before them too, the logarithm of the month's
    ratio to its own year before must besides be an outlier among theirs: |0.6745 (x - median) / MAD| > 3.5. So a
    quantity that swings or grows by itself is given its own room.
    """
    ratios: dict[tuple[str, date], float] = {}
    asked = False
    for quantity in check.columns:
        for month in delivery.window.months:
            held = [yard.ratio for yard in delivery.yardsticks(month, quantity) if yard.ratio is not None]
            asked |= bool(held)
            if held:
                ratios[quantity, month] = min(held, key=lambda ratio: abs(_log(ratio)))
    if not asked:
        return None
    low, high = _minimum(check), check.maximum or _USUAL_MAXIMUM[check.rule]
    off = {
        key: ratio for key, ratio in ratios.items() if not low <= ratio <= high and _is_odd(delivery, key[0], key[1])
    }
    found = [
        Found("month_total", {"quantity": key[0], "month": _text(key[1]), "share": round(ratio, 4)})
        for key, ratio in off.items()
    ]
    return Answer(max(ratios.values(), key=lambda ratio: abs(_log(ratio))), _few(found))


def _is_odd(delivery: Delivery, quantity: str, month: date) -> bool:
    usual = [ratio for known in sorted(delivery.by_month) if (ratio := _to_year_before(delivery, quantity, known))]
    mine = next((yard.ratio for yard in delivery.yardsticks(month, quantity)), None)
    if len(usual) < _FEWEST_RESIDUALS or mine is None:
        return True
    logs = [_log(ratio) for ratio in usual]
    centre = median(logs)
    spread = max(median(abs(log - centre) for log in logs), _LEAST_SPREAD)
    return abs(0.6745 * (_log(mine) - centre) / spread) > _ODD


def _to_year_before(delivery: Delivery, quantity: str, month: date) -> float | None:
    before = month_after(month, -YEAR)
    both = delivery.by_month.get(month, frozenset[str]()) & delivery.by_month.get(before, frozenset[str]())
    if len(both) < FEWEST_PRACTICES or month in delivery.window.months or before in delivery.window.months:
        return None
    earlier = delivery.total((before,), both, quantity, known=True)
    return delivery.total((month,), both, quantity, known=True) / earlier if earlier else None


def _jump_everywhere(check: Check, delivery: Delivery) -> Answer | None:
    """A figure, or a group of codes, that changed by `maximum` times or more in `minimum` of its practices at once."""
    found = jumps(delivery, check.columns, check.minimum, check.maximum)
    if found is None:
        return None
    told = [
        Found(
            "jump" if jump.code else "jump_all",
            {"quantity": jump.quantity, "code": jump.code, "share": round(jump.ratio, 4)}
            | {"practices": jump.practices, "of": jump.of},
        )
        for jump in found
    ]
    effect = max((jump.ratio for jump in found), key=lambda ratio: abs(_log(ratio)), default=1.0)
    return Answer(effect, _few(told))


def _minimum(check: Check) -> float:
    return _USUAL_MINIMUM[check.rule] if check.minimum is None else check.minimum


def _few(found: Sequence[Found]) -> tuple[Found, ...]:
    """The first few findings, and how many there are besides."""
    more = len(found) - MOST_NAMED
    return (*found[:MOST_NAMED], Found("more", {"n": more})) if more > 0 else tuple(found)


def _text(month: date) -> str:
    return f"{month:%Y-%m}"


def _log(ratio: float) -> float:
    return math.log(ratio) if ratio > 0 else -math.inf


_ASKED: dict[str, Callable[[Check, Delivery], Answer | None]] = {
    "practices_delivered": _practices_delivered,
    "regions_delivered": _regions_delivered,
    "rows_per_month": _rows_per_month,
    "total_against_history": _total_against_history,
    "jump_everywhere": _jump_everywhere,
}
