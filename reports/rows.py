"""What a report shows of one measure, read out of report.figure: own practice, cluster, region, the other practices."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Literal, cast

import polars as pl

from reports.alphabet import alphabetical
from reports.bounds import Bounded, bounds_by_measure
from reports.judgement import Judgement, judgement
from transforms.categories import in_order, title_of
from transforms.definitions import Measure, Package
from transforms.model import Text
from transforms.published import State

Withheld = Literal["", "too_few", "own_only"]

FEWEST_SHOWN = 5
"""Under five delivered practices a picture of the others would be a picture of each one (unless all agreed: `open`)."""
MOST_LABELLED = 24
"""The letters there are without I and O; with more practices only the own dot carries its name."""
SIGNS = "ABCDEFGHJKLMNPQRSTUVWXYZ"


@dataclass(frozen=True)
class Point:
    """One figure in one window. `value` is null unless it may be shown; `bounded` is what is said instead of it."""

    state: State
    value: float | None = None
    lower: float | None = None
    upper: float | None = None
    numerator: float | None = None
    denominator: float | None = None
    bounded: Bounded | None = None

    @property
    def readable(self) -> bool:
        return self.state in ("value", "zero") and self.value is not None

    @property
    def interval(self) -> tuple[float, float] | None:
        return None if self.lower is None or self.upper is None else (self.lower, self.upper)


@dataclass(frozen=True)
class Row:
    """One unit's figures of one measure. `sign` is what fits under a dot; `before` is null in a baseline pack.

    `practices` is how many a cluster's figure rests on; null of every other unit, and where none is shown.
    """

    level: str
    label: str
    sign: str
    own: bool
    before: Point | None
    now: Point
    change: float | None
    change_lower: float | None
    change_upper: float | None
    ratio: float | None
    comparable: bool
    reason: str | None
    judged: Judgement
    practices: int | None = None

    @property
    def paired(self) -> bool:
        """Whether before and now may be set beside each other."""
        return self.before is not None and self.before.readable and self.now.readable and self.comparable


@dataclass(frozen=True)
class Twice:
    """How two rounds of answers are compared. `row` is of those who answered both times; null: as two groups."""

    row: Row | None


@dataclass(frozen=True)
class MeasureRows:
    """One measure for one audience. Where no picture of the others may be drawn, `withheld` says why.

    `twice` is there of what people answered, where both rounds are shown.
    """

    measure: Measure
    own: Row | None
    cluster: Row | None
    region: Row | None
    others: tuple[Row, ...]
    withheld: Withheld
    twice: Twice | None = None

    @property
    def practices(self) -> tuple[Row, ...]:
        """Every practice drawn, the own one among them."""
        return self.others if self.own is None else (*self.others, self.own)


def measures(
    package: Package, figures: pl.DataFrame, pack: Mapping[str, Any], bounds: pl.DataFrame | None = None
) -> list[MeasureRows]:
    """One entry per measure that has figures for this audience, in the package's order, alternatives together.

    The categories of distributions come last, each an entry of its own: tables hold them, nothing is drawn of them.
    `bounds` are the pack's rows of report.bound: a cluster without a figure has them instead.
    """
    rows = list(figures.iter_rows(named=True))
    signs = _signs(rows)
    found: dict[tuple[str, str | None], list[Row]] = {}
    for record in rows:
        found.setdefault((record["measure_id"], record["category"]), []).append(_row(record, signs))
    withheld = others_withheld(pack)
    parts = [(part, found[part.id, part.category]) for part in _parts(package, list(found))]
    between = bounds_by_measure(() if bounds is None else bounds.iter_rows(named=True))
    hidden = [withheld or _few_delivered(units, pack) for _, units in parts]
    return [_with_bounds(_collect(part, units, why), between) for (part, units), why in zip(parts, hidden, strict=True)]


def _few_delivered(units: Sequence[Row], pack: Mapping[str, Any]) -> Withheld:
    """Why no other practice is shown at one measure: fewer may have delivered it than the pack's others."""
    absent = ("not_submitted", "not_applicable")
    came = [row for row in units if row.level == "practice" and row.now.state not in absent]
    return "too_few" if len(came) < FEWEST_SHOWN and pack["mode"] != "open" else ""


def _with_bounds(rows: MeasureRows, bounds: Mapping[str, Bounded]) -> MeasureRows:
    cluster, bounded = rows.cluster, bounds.get(rows.measure.id)
    if cluster is None or bounded is None or cluster.now.value is not None:
        return rows
    if rows.measure.category is not None and bounded.lower is not None:
        return rows
    return replace(rows, cluster=replace(cluster, now=replace(cluster.now, bounded=bounded)))


def _parts(package: Package, found: Sequence[tuple[str, str | None]]) -> list[Measure]:
    """The measures that have figures; then what each distribution was divided into, as measures of their own."""
    whole = [measure for measure in package.shown if (measure.id, None) in found]
    divided = [
        _part(measure, category)
        for measure in package.shown
        for category in in_order(measure, [category for name, category in found if name == measure.id and category])
    ]
    return [*whole, *divided]


def _part(measure: Measure, category: str) -> Measure:
    names = {language: title_of(measure, category, language) for language in ("da", "en")}
    title = {language: f"{measure.title.in_language(language)}: {name}" for language, name in names.items()}
    return measure.model_copy(update={"category": category, "title": Text(**title)})


def others_withheld(pack: Mapping[str, Any]) -> Withheld:
    """Why the pack shows no other practice at all; empty where it does."""
    if pack["mode"] == "own_only":
        return "own_only"
    few = int(pack["practices_delivered"]) < FEWEST_SHOWN
    return "too_few" if few and pack["mode"] != "open" else ""


def _collect(measure: Measure, rows: Iterable[Row], withheld: Withheld) -> MeasureRows:
    rows = list(rows)
    others = sorted(
        (row for row in rows if row.level == "practice" and not row.own), key=lambda row: alphabetical(row.label)
    )

    def single(level: str, own: bool) -> Row | None:
        return next((row for row in rows if row.level == level and row.own is own), None)

    own, cluster, region = single("practice", True), single("cluster", False), single("region", False)
    withheld = withheld or ("" if others else "too_few")
    return MeasureRows(measure, own, cluster, region, () if withheld else tuple(others), withheld)


def _signs(records: Iterable[Mapping[str, Any]]) -> dict[str, str]:
    """What stands under each dot: a letter code as it is, a name as the letter of its place in the alphabet."""
    found = {record["label"] for record in records if record["level"] == "practice" and record["label"]}
    labels = sorted(found, key=alphabetical)
    if all(len(label) <= 2 for label in labels):
        return {label: label for label in labels}
    return {label: SIGNS[at] if at < len(SIGNS) else "" for at, label in enumerate(labels)}


def _row(record: Mapping[str, Any], signs: Mapping[str, str]) -> Row:
    label = record["label"] or ""
    return Row(
        level=record["level"],
        label=label,
        sign=signs.get(label, "") if record["level"] == "practice" else label,
        own=bool(record["own"]),
        before=_point(record, "before"),
        now=cast("Point", _point(record, "now")),
        change=record["change"],
        change_lower=record["change_lower"],
        change_upper=record["change_upper"],
        ratio=record["ratio"],
        comparable=record["comparable"] is not False,
        reason=record["reason"],
        judged=judgement(record),
        practices=record["practices"],
    )


def _point(record: Mapping[str, Any], window: str) -> Point | None:
    state = record[f"{window}_state"]
    if state is None:
        return None
    parts = ("value", "lower", "upper", "numerator", "denominator")
    return Point(state, *(record[f"{window}_{part}"] for part in parts))
