"""The map of two alternatives: one on each axis, so that what one loses and the other gains is seen at a glance."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from reports.deck_chart import Axis, Drawing, Look, Place, Series
from reports.deck_drawings import as_printed, axis_of, roomy, value_in
from reports.deck_page import Box, Page
from reports.deck_type import Paragraph
from reports.figures import palette
from reports.rows import MOST_LABELLED, MeasureRows, Row
from reports.setting import Setting
from transforms.definitions import Measure

_INNER = (0.13, 0.02, 0.85, 0.82)
"""The field between the axes, as shares of the chart's box."""
_MAP = (690, 410)
"""px of it."""
_CORNER = 12
_NEAR = 17
"""px within which a letter and a dot run together."""


def pair_drawing(first: MeasureRows, second: MeasureRows, setting: Setting) -> Drawing | None:
    """The map of two alternatives: a line for each practice from before to after, or a dot where there is one window.

    Null where no practice and not even the cluster has both figures.
    """
    first, second = as_printed(first), as_printed(second)
    across = {row.label: row for row in first.practices if row.label}
    upright = {row.label: row for row in second.practices if row.label}
    shared = sorted(across.keys() & upright.keys())
    made = [_path(across[label], upright[label], setting) for label in shared]
    if len(shared) > MOST_LABELLED:
        made = [None if each is None else replace(each, labels={}) for each in made]
    made += [
        _path(left, right, setting)
        for left, right in ((first.region, second.region), (first.cluster, second.cluster))
        if left is not None and right is not None
    ]
    series = [each for each in made if each is not None]
    if not series:
        return None
    text = setting.voice.text
    axes = [
        axis_of(roomy(found), rows.measure, setting, _titled(rows.measure, setting))
        for rows, found in (
            (first, [x for each in series for x in each.xs]),
            (second, [y for each in series for y in each.values if y is not None]),
        )
    ]
    alt = setting.voice.write("deck", "alt_pair", x=text(first.measure.title), y=text(second.measure.title))
    placed = _placed(series, axes[0], axes[1])
    return Drawing(f"map-{first.measure.id}-{second.measure.id}", alt, placed, axes[1], x=axes[0], inner=_INNER)


def corner_words(page: Page, chart: Box, setting: Setting) -> None:
    """What it means to lie in each corner of the map: words on the slide, so that a chart that is edited keeps them."""
    left, top, wide, high = _INNER
    field = Box(
        chart.left + left * chart.width, chart.top + top * chart.height, wide * chart.width, high * chart.height
    )
    half, line = field.width / 2 - 8, 22
    for at, key in enumerate(("upright", "both", "neither", "across")):
        right, low = at % 2 == 1, at >= 2
        box = Box(
            field.left + (field.width / 2 if right else 8),
            field.top + (field.height - line - 4 if low else 4),
            half,
            line,
        )
        words = Paragraph(setting.voice.say("map", key), _CORNER, colour=palette.OTHERS, after=0)
        page.words(box, [words], "r" if right else "l")


def _placed(series: Sequence[Series], x: Axis, y: Axis) -> tuple[Series, ...]:
    """The names beside the dots after, each on the side where it meets the fewest dots and names."""
    dots = [_px(each, at, x, y) for each in series for at in range(len(each.xs))]
    names: list[tuple[float, float]] = []
    placed = []
    for each in reversed(series):
        if not each.labels:
            placed.append(each)
            continue
        across, up = _px(each, -1, x, y)
        reach = 18 if len(each.name) < 3 else 44
        spots: dict[Place, tuple[float, float]] = {
            "r": (across + reach, up), "t": (across, up + 18), "b": (across, up - 18), "l": (across - reach, up)
        }  # fmt: skip
        best = min(spots, key=lambda side: _met(spots[side], [*dots, *names, *names]))
        names.append(spots[best])
        placed.append(replace(each, labels={len(each.xs) - 1: best}))
    return tuple(reversed(placed))


def _px(series: Series, at: int, x: Axis, y: Axis) -> tuple[float, float]:
    value = series.values[at]
    up = 0.0 if value is None else (value - y.low) / (y.high - y.low)
    return (series.xs[at] - x.low) / (x.high - x.low) * _MAP[0], up * _MAP[1]


def _met(spot: tuple[float, float], others: Sequence[tuple[float, float]]) -> int:
    return sum(abs(spot[0] - x) < _NEAR and abs(spot[1] - y) < _NEAR for x, y in others)


def _titled(measure: Measure, setting: Setting) -> str:
    title, unit = setting.voice.text(measure.title), setting.voice.text(measure.unit)
    return title if unit == "%" else f"{title}, {unit}"


def _path(across: Row, upright: Row, setting: Setting) -> Series | None:
    """One unit on the map: from before to after only where both measures may be set beside each other."""
    x, y = across.now.value, upright.now.value
    if not (across.now.readable and upright.now.readable) or x is None or y is None:
        return None
    points = [(x, y)]
    x0, y0 = value_in(across, "before"), value_in(upright, "before")
    both = setting.followup and across.paired and upright.paired and x0 is not None and y0 is not None
    if both and x0 is not None and y0 is not None:
        points.insert(0, (x0, y0))
    practice, cluster = across.level == "practice", across.level == "cluster"
    line = "" if not both else "dash" if across.level == "region" else "solid"
    colour, size = (palette.INK, 11) if cluster else (palette.OTHERS, 8)
    look = Look(colour, size=size, line=line, thick=3 if cluster else 1.5, arrow=both)
    name = across.sign if practice else setting.voice.write("who", across.level)
    places: dict[str, Place] = {"cluster": "t", "region": "b"}
    labels = {len(points) - 1: places.get(across.level, "r")} if name else {}
    xs, ys = tuple(x for x, _ in points), tuple(y for _, y in points)
    return Series(name, ys, look, (), labels, xs=xs, pale_first=both)
