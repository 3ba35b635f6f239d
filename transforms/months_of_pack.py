"""The rows of report.month: a cluster's months and, for each practice alone, its own, as they may be printed."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

import polars as pl

from transforms.calendar import Window, month_after
from transforms.definitions import Measure, Package
from transforms.disclosure_months import Piece, Series, own_series, ruled_series
from transforms.disclosure_profiles import SIDES, Profile
from transforms.disclosure_rules import COUNTED, HIDDEN
from transforms.disclosure_truth import rounded_to
from transforms.kinds import SHARES
from transforms.months import is_monthly, listed_on_average
from transforms.nesting import nested
from transforms.pack import Meeting
from transforms.published import MONTH

BETWEEN = "between"


@dataclass(frozen=True)
class Monthly:
    """Exact counts by measure, practice and month (`transforms.months.MONTHS`), and which of them are not final.

    `provisional` has practice_id, source and period.
    """

    counts: pl.DataFrame
    provisional: pl.DataFrame


@dataclass(frozen=True)
class Printed:
    """The rows of report.month, and of mart.hidden for the months that are not shown."""

    months: pl.DataFrame
    hidden: pl.DataFrame


def printed_months(
    package: Package, meeting: Meeting, monthly: Monthly, units: pl.DataFrame, readers: Iterable[str]
) -> Printed:
    """What is printed month by month. `units` are the pack's exact figures with their rules (`disclosure_rules.ruled`).

    A cluster's months are of the practices that its figure rests on and no others; a measure has none where one of its
    windows is hidden, where fewer stand behind it than a figure takes, or where months and total are of other sets.
    """
    asked = [measure for measure in package.measures if is_monthly(measure)]
    counts = _by_practice(monthly.counts)
    made = {measure.id: cluster_series(measure, meeting, counts, units) for measure in asked}
    # A month of a measure that is hidden here may be printed elsewhere.
    unprinted = [_unprinted(measure, meeting, counts, units) for measure in asked if made[measure.id] is None]
    printable = [each for each in made.values() if each]
    kept, dropped = ruled_series(printable, nested(package), meeting.profile, unprinted)
    of_source = _provisional(monthly, asked)
    rows = [row for each in kept for row in _rows(each, meeting, package, of_source, None)]
    for measure in asked:
        for reader in readers:
            own = _own(measure, reader, meeting, counts, units)
            if own is not None:
                rows += _rows(own, meeting, package, of_source, reader)
    labels = dict(units.filter(pl.col("level") != "region").select("unit_id", "label").unique().iter_rows())
    frame = pl.DataFrame([row | {"label": labels.get(row["label"], "")} for row in rows], schema=MONTH)
    return Printed(frame, _hidden(kept, dropped, meeting, package.id))


def _by_practice(counts: pl.DataFrame) -> dict[tuple[str, str], dict[date, tuple[float, float]]]:
    found: dict[tuple[str, str], dict[date, tuple[float, float]]] = {}
    for measure_id, practice, period, numerator, denominator in counts.iter_rows():
        found.setdefault((measure_id, practice), {})[period] = numerator, denominator
    return found


def behind_the_cluster(units: pl.DataFrame, measure_id: str) -> list[str]:
    """The practices that a cluster's figure rests on."""
    compared = pl.col("now_value").is_not_null() & pl.col("reason").is_null()
    chosen = units.filter(pl.col("level") == "practice", pl.col("measure_id") == measure_id, compared)
    return sorted(chosen["unit_id"].unique())


def cluster_series(
    measure: Measure,
    meeting: Meeting,
    counts: Mapping[tuple[str, str], Mapping[date, tuple[float, float]]],
    units: pl.DataFrame,
) -> Series | None:
    """The cluster's exact months of a measure with its totals beside them; none where there may be no series."""
    of_measure = units.filter(pl.col("level") == "cluster", pl.col("measure_id") == measure.id)
    behind = behind_the_cluster(units, measure.id)
    if of_measure.height != 1 or len(behind) < meeting.profile.fewest_practices:
        return None
    row = of_measure.row(0, named=True)
    sides = SIDES if meeting.followup else ("now",)
    if any(row[f"{side}_state"] not in COUNTED or row[f"{side}_rule"] is not None for side in sides):
        return None
    totals = {
        side: (
            (row[f"{side}_numerator"], row[f"{side}_denominator"]),
            (row[f"{side}_numerator_step"], row[f"{side}_denominator_step"]),
        )
        for side in sides
    }
    series = replace(_unprinted(measure, meeting, counts, units), totals=totals)
    return series if _of_one_set(series) else None


def _unprinted(
    measure: Measure,
    meeting: Meeting,
    counts: Mapping[tuple[str, str], Mapping[date, tuple[float, float]]],
    units: pl.DataFrame,
) -> Series:
    """The cluster's exact months of a measure, without a total beside them."""
    behind = behind_the_cluster(units, measure.id)
    pieces = tuple(_piece(at, meeting, behind, measure.id, counts) for at in _span(meeting).months)
    return Series(measure.id, measure.kind in SHARES, listed_on_average(measure), pieces, {})


def _of_one_set(series: Series) -> bool:
    """Whether the months of each window add up to its total: else the difference would be somebody's."""
    for side, (exact, _) in series.totals.items():
        inside = [piece.counts for piece in series.pieces if piece.side == side]
        sums = [sum(counts[at] for counts in inside) for at in (0, 1)]
        if abs(sums[0] - exact[0]) > 1e-6 or (not series.stock and abs(sums[1] - exact[1]) > 1e-6):
            return False
    return True


def _piece(
    month: date,
    meeting: Meeting,
    practices: Sequence[str],
    measure_id: str,
    counts: Mapping[tuple[str, str], Mapping[date, tuple[float, float]]],
) -> Piece:
    came = {each: counts.get((measure_id, each), {}).get(month) for each in practices}
    found = {practice: count for practice, count in came.items() if count is not None}
    return Piece(month, 1, _side(month, meeting), len(found) == len(practices), found)


def _span(meeting: Meeting) -> Window:
    return Window(meeting.baseline.start, meeting.later.end)


def _side(month: date, meeting: Meeting) -> str:
    if meeting.later.start <= month <= meeting.later.end:
        return "now"
    return "before" if month <= meeting.baseline.end else BETWEEN


def _own(
    measure: Measure,
    reader: str,
    meeting: Meeting,
    counts: Mapping[tuple[str, str], Mapping[date, tuple[float, float]]],
    units: pl.DataFrame,
) -> Series | None:
    """A practice's own months, for nobody but itself."""
    own = units.filter(pl.col("level") == "practice", pl.col("measure_id") == measure.id, pl.col("unit_id") == reader)
    if own.is_empty() or own["now_state"].item(0) not in COUNTED:
        return None
    pieces = tuple(_piece(at, meeting, [reader], measure.id, counts) for at in _span(meeting).months)
    series = Series(measure.id, measure.kind in SHARES, listed_on_average(measure), pieces, {})
    return own_series(series, meeting.profile)


def _provisional(monthly: Monthly, asked: Sequence[Measure]) -> dict[str, set[tuple[str, date]]]:
    """By measure, the practices' months of which a source is not final."""
    every = list(monthly.provisional.select("practice_id", "source", "period").iter_rows())
    found: dict[str, set[tuple[str, date]]] = {}
    for measure in asked:
        used = {"list_sizes", *(selection.source for selection in measure.selections)}
        found[measure.id] = {(practice, period) for practice, source, period in every if source in used}
    return found


def _rows(
    series: Series,
    meeting: Meeting,
    package: Package,
    provisional: Mapping[str, set[tuple[str, date]]],
    reader: str | None,
) -> list[dict[str, Any]]:
    """One row per piece, rounded, or exact for `reader` itself. `label` is the unit's number until it gets its name."""
    measure, held = package.measure(series.measure_id), meeting.baseline_meeting
    rows: list[dict[str, Any]] = []
    for piece in series.pieces:
        months = [month_after(piece.start, at) for at in range(piece.months)]
        open_cells = provisional.get(series.measure_id, set())
        row = {
            "pack_id": meeting.pack_id,
            "audience": reader or "cluster",
            "measure_id": series.measure_id,
            "level": "practice" if reader else "cluster",
            "label": reader or meeting.cluster_id,
            "period_start": piece.start,
            "months": piece.months,
            "side": piece.side,
            "meeting": held is not None and held.replace(day=1) in months,
            "provisional": any((each, month) in open_cells for each in piece.of_practices for month in months),
        }
        rows.append(row | _figure(piece, measure, exact=reader is not None, profile=meeting.profile))
    return rows


def _figure(piece: Piece, measure: Measure, *, exact: bool, profile: Profile) -> dict[str, Any]:
    none = {"numerator": None, "denominator": None, "value": None}
    if not piece.whole:
        return {"state": "not_submitted"} | none
    if piece.rule is not None:
        return {"state": "suppressed"} | none
    steps = (1, 1) if exact or profile.rounding == 1 else piece.steps
    numerator, denominator = (
        count if step == 1 else rounded_to(count, step) for count, step in zip(piece.counts, steps, strict=True)
    )
    value = measure.per * numerator / denominator
    state = "zero" if numerator == 0 else "value"
    return {"state": state, "numerator": numerator, "denominator": denominator, "value": value}


def _hidden(kept: Sequence[Series], dropped: Mapping[str, str], meeting: Meeting, package_id: str) -> pl.DataFrame:
    """Why a month is hidden: `side` is its first day; `months` where the whole series is."""
    found = [(each.measure_id, str(piece.start), piece.rule) for each in kept for piece in each.pieces if piece.rule]
    found += [(measure_id, "months", rule) for measure_id, rule in dropped.items()]
    rows = [
        {
            "pack_id": meeting.pack_id,
            "package_id": package_id,
            "measure_id": measure_id,
            "category": None,
            "level": "cluster",
            "unit_id": meeting.cluster_id,
            "side": side,
            "rule": rule,
        }
        for measure_id, side, rule in found
    ]
    return pl.DataFrame(rows, schema=HIDDEN)
