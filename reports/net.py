"""A change net of the region, and the smallest one that could have been shown, as they are written.

Like every change: points for a share, per cent for any other unit (`reports/changes.py`).
"""

from __future__ import annotations

from dataclasses import dataclass

from reports.changes import is_share
from reports.judgement import LEVELS
from reports.numbers import NBSP
from reports.rows import Row
from reports.setting import Setting
from transforms.definitions import Measure
from transforms.verdict import MOST_TIMES

_PERCENT_DECIMALS = 0
_MOST_RELATIVE = 10.0
"""Times what was expected: a larger change is told in the measure's unit."""


@dataclass(frozen=True)
class Net:
    """A net change in words: `−13 %`, or `+3,5` with ` procentpoint` as its `unit`; `level` is `99 %`."""

    change: str
    lower: str
    upper: str
    unit: str
    level: str


@dataclass(frozen=True)
class NetNumbers:
    """A net change and its interval, before they are written with `decimals`."""

    change: float
    lower: float
    upper: float
    decimals: int
    share: bool


def net_change(row: Row, measure: Measure, setting: Setting) -> Net | None:
    """The change once the region's own is taken away; null where it or its interval is unknown."""
    found = net_numbers(row, measure, setting)
    if found is None:
        return None
    numbers = (found.change, found.lower, found.upper)
    written = [setting.voice.numbers.decimal(number, found.decimals, signed=True) for number in numbers]
    sign, unit = ("", _points(setting)) if found.share else (setting.voice.numbers.percent_sign, "")
    level = setting.voice.numbers.percent(LEVELS[row.level])
    return Net(written[0] + sign, written[1], written[2] + sign, unit, level)


def net_numbers(row: Row, measure: Measure, setting: Setting) -> NetNumbers | None:
    """The same as numbers: in percentage points for a share, in per cent for any other unit.

    Null too where hardly anybody is around to compare with, so that the interval reaches to any multiple.
    """
    judged = row.judged
    ratios = (judged.net_ratio, judged.net_lower, judged.net_upper)
    if None in ratios or row.level not in LEVELS or max(filter(None, ratios), default=0.0) > MOST_TIMES:
        return None
    share = is_share(measure, setting)
    per = _per_factor(row) if share else 100.0
    if per is None:
        return None
    changes = [per * (ratio - 1) for ratio in ratios if ratio is not None]
    return NetNumbers(*changes, _enough_decimals(changes, measure.decimals if share else _PERCENT_DECIMALS), share)


def detectable(row: Row, measure: Measure, setting: Setting) -> str:
    """The smallest change these numbers could have shown, roughly: `12 %` or `5 procentpoint`; empty if unknown."""
    smallest = row.judged.detectable_change
    if smallest is None:
        return ""
    numbers = setting.voice.numbers
    if is_share(measure, setting):
        return numbers.decimal(smallest, _rough(smallest)) + _points(setting)
    beside = row.judged.expected or (row.before and row.before.value)
    if not beside or smallest > _MOST_RELATIVE * beside:  # per cent of next to nothing tell nobody how many that are
        return numbers.with_unit(measure, smallest)
    percent = 100 * smallest / beside
    return numbers.percent(percent, _rough(percent))


def _per_factor(row: Row) -> float | None:
    """What a share would have been with the region's change alone: a net ratio times this is the share itself.

    The ratio is one of shares, so the share now over it; the estimate stands still while the interval's ends move, and
    an end is above nought exactly when its ratio is above one.
    """
    if row.now.value is None or not row.judged.net_ratio:
        return None
    return row.now.value / row.judged.net_ratio


def _points(setting: Setting) -> str:
    return NBSP + setting.voice.write("change", "points")


def _enough_decimals(numbers: list[float], fewest: int) -> int:
    """As many that no end of an interval is rounded to nought: on which side of it an end lies is what matters."""
    apart = (
        decimals for decimals in range(fewest, fewest + 2) if all(round(one, decimals) or not one for one in numbers)
    )
    return next(apart, fewest + 2)


def _rough(number: float) -> int:
    """`omkring 12`, `omkring 3,4`: what is only about so large is not written finely."""
    return 0 if round(number) >= 5 else 1
