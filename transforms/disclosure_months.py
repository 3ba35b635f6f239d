"""Whether a series of single months may be printed: the rules of figures for each, and that sums must not tell.

A window's total stands in the pack beside its months, each rounded by itself. Whoever adds up has more than either. So
a series stands whole or not at all: months where every month may stand and their sums narrow nothing, else quarters,
else no series. With a part of it hidden, the rest, the total, another measure and another pack tell of what is hidden.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date

from transforms.disclosure_profiles import Profile
from transforms.disclosure_rules import HALF
from transforms.nesting import Count


@dataclass(frozen=True)
class Piece:
    """One month, or three. `rule` is why it is hidden; `whole`: every practice behind the series counts in all of it.

    `of_practices` are the exact numerators and denominators by practice. `steps` is what each of the two is rounded to.
    """

    start: date
    months: int
    side: str
    whole: bool
    of_practices: Mapping[str, tuple[float, float]]
    rule: str | None = None
    steps: tuple[int, int] = (1, 1)

    @property
    def counts(self) -> tuple[float, float]:
        """Numerator and denominator of all."""
        found = self.of_practices.values()
        return sum(numerator for numerator, _ in found), sum(denominator for _, denominator in found)

    @property
    def shown(self) -> bool:
        return self.whole and self.rule is None


@dataclass(frozen=True)
class Series:
    """One measure's pieces and what is printed beside them: `totals` by side, exact, and what each is rounded to.

    `is_share`: the rest of the denominator is a count too. `stock`: listed patients, whose months do not add up.
    """

    measure_id: str
    is_share: bool
    stock: bool
    pieces: tuple[Piece, ...]
    totals: Mapping[str, tuple[tuple[float, float], tuple[int, int]]]


def ruled_series(
    every: Sequence[Series], pairs: Sequence[tuple[Count, Count]], profile: Profile, unprinted: Sequence[Series] = ()
) -> tuple[list[Series], dict[str, str]]:
    """The series that may be printed, as months or quarters, and for those that may not: the rule, by measure.

    `unprinted` are of measures that have none in this pack, and are looked at beside the others all the same.
    """
    kept: list[Series] = []
    dropped: dict[str, str] = {}
    for series in every:
        for size in (1, 3):
            wider = {each.measure_id: coarser(each, size) for each in (*every, *unprinted)}
            found = _ruled(wider[series.measure_id], wider, pairs, profile)
            if found is not None:
                kept.append(found)
                break
        else:
            dropped[series.measure_id] = "few_months"
    return kept, dropped


def coarser(series: Series, size: int) -> Series:
    """The same in pieces of `size` months that each lie in one window, or between the windows; empty if they do not."""
    if size == 1:
        return series
    by_side: dict[str, list[Piece]] = {}
    for piece in series.pieces:
        by_side.setdefault(piece.side, []).append(piece)
    if any(len(months) % size for months in by_side.values()):
        return replace(series, pieces=())
    parts = [months[at : at + size] for months in by_side.values() for at in range(0, len(months), size)]
    return replace(series, pieces=tuple(_together(part, series.stock) for part in parts))


def _together(months: Sequence[Piece], stock: bool) -> Piece:
    added: dict[str, tuple[float, float]] = {}
    for piece in months:
        for practice, (numerator, denominator) in piece.of_practices.items():
            before = added.get(practice, (0.0, 0.0))
            # Listed patients are person-months: three months of the same list are that list.
            more = denominator / len(months) if stock else denominator
            added[practice] = before[0] + numerator, before[1] + more
    whole = all(piece.whole for piece in months)
    return Piece(months[0].start, len(months), months[0].side, whole, added)


def own_series(series: Series, profile: Profile) -> Series | None:
    """One practice's own series, for itself: only where every month that counts may stand, else quarters, else none."""
    for size in (1, 3):
        found = coarser(series, size)
        whole = [piece for piece in found.pieces if piece.whole]
        if whole and all(_alone(piece, series.is_share, profile) is None for piece in whole):
            return found
    return None


def _ruled(
    series: Series, every: Mapping[str, Series], pairs: Sequence[tuple[Count, Count]], profile: Profile
) -> Series | None:
    """The series with its steps; None where one of its pieces may not stand, or their sums tell."""
    pieces = tuple(replace(piece, steps=_steps(piece, profile)) for piece in series.pieces)
    if not any(piece.whole for piece in pieces):
        return None
    for at, piece in enumerate(pieces):
        if _alone(piece, series.is_share, profile) or _for_members(piece, series.is_share, profile):
            return None
        if piece.whole and _beside(series.measure_id, at, every, pairs, profile):
            return None
    found = replace(series, pieces=pieces)
    told = profile.rounding > 1 and any(tells(found, side, profile) for side in series.totals)
    return None if told else found


def _alone(piece: Piece, is_share: bool, profile: Profile) -> str | None:
    """The rule that hides a piece whatever else is printed."""
    numerator, denominator = piece.counts
    rest = denominator - numerator
    if not piece.whole:
        return None
    if denominator < profile.smallest_unit:
        return "small_unit"
    if 0 < numerator < profile.smallest_count:
        return "small_count"
    return "small_rest" if is_share and 0 < rest < profile.smallest_rest else None


def _for_members(piece: Piece, is_share: bool, profile: Profile) -> str | None:
    """The rule that hides a cluster's piece from a member who takes its own counts off, or for want of practices.

    A practice with nothing in the denominator is behind no share: what is left may be one practice's alone.
    """
    if not piece.whole:
        return None
    if sum(denominator > 0 for _, denominator in piece.of_practices.values()) < profile.fewest_practices:
        return "few_practices"
    numerator, denominator = piece.counts
    most = between(numerator, piece.steps[0], profile.smallest_count)[1]
    for own, own_denominator in piece.of_practices.values():
        if own > 0 and most - own < profile.smallest_count:
            return "member"
        if 0 < numerator - own < profile.smallest_count:
            return "member"
        rest = (denominator - own_denominator) - (numerator - own)
        if is_share and 0 < rest < profile.smallest_rest:
            return "member"
    return None


def _beside(
    measure_id: str, at: int, every: Mapping[str, Series], pairs: Iterable[tuple[Count, Count]], profile: Profile
) -> str | None:
    """Whether a wider count of another measure differs too little from one of this piece's, shown or not."""
    for wide, narrow in pairs:
        other = every.get(wide.measure_id)
        if narrow.measure_id != measure_id or other is None or at >= len(other.pieces):
            continue
        holding = other.pieces[at].counts[wide.part == "denominator"]
        held = every[measure_id].pieces[at].counts[narrow.part == "denominator"]
        less = holding - held
        if 0 < less < profile.smallest_difference:
            return "nested"
        if 0 < holding < profile.smallest_unit and (less == 0 or held == 0):
            return "none_or_all"
    return None


def _steps(piece: Piece, profile: Profile) -> tuple[int, int]:
    """What numerator and denominator are rounded to: further where they are mostly one practice's."""
    found = [profile.rounding, profile.rounding]
    for at, total in enumerate(piece.counts):
        largest = max((counts[at] for counts in piece.of_practices.values()), default=0.0)
        if largest > profile.largest_share * total:
            found[at] = profile.rounding_of_one_large
    return found[0], found[1]


def tells(series: Series, side: str, profile: Profile) -> bool:
    """Whether a window's total and its pieces, rounded as they are printed, tell more together than each alone.

    Readers are somebody outside, and each practice behind the series: it knows its own counts exactly. Source:
    feasibility intervals as in Willenborg & de Waal 2001, Elements of Statistical Disclosure Control.
    """
    inside = [piece for piece in series.pieces if piece.side == side]
    if side not in series.totals or not any(piece.shown for piece in inside):
        return False
    totals, steps = series.totals[side]
    readers = [None, *sorted({practice for piece in inside for practice in piece.of_practices})]
    parts = (0,) if series.stock else (0, 1)
    smallest = (profile.smallest_count, profile.smallest_unit)
    return any(
        _narrows(
            [
                _known(piece, part, reader, _Bounds(smallest[part], _ceiling(inside, part, smallest[part])))
                for piece in inside
            ],
            between(totals[part], steps[part], smallest[part]),
            smallest[part],
        )
        for part in parts
        for reader in readers
    )


def _ceiling(inside: Sequence[Piece], part: int, smallest: int) -> float:
    """What a reader who knows that the smallest go first takes hidden numerators to be at most, where that is true."""
    hidden = [piece.counts[part] for piece in inside if not piece.shown]
    least = min(between(piece.counts[part], piece.steps[part], smallest)[1] for piece in inside if piece.shown)
    return least if part == 0 and all(count <= least for count in hidden) else math.inf


def between(count: float, step: int, smallest: int) -> tuple[float, float]:
    """The least and the most that a count can be which is printed rounded to `step`, where none under `smallest` is."""
    middle = math.floor(count / step + HALF) * step
    if count == 0:
        return 0.0, 0.0
    return float(max(middle - step // 2, min(smallest, middle))), float(middle + (step - 1) // 2)


@dataclass(frozen=True)
class _Known:
    """What one reader knows of one piece: its least and most, and the own part of it."""

    least: float
    most: float
    own: float
    shown: bool


@dataclass(frozen=True)
class _Bounds:
    """The smallest count that is printed, and the most that a hidden one is taken to be."""

    smallest: int
    ceiling: float


def _known(piece: Piece, part: int, reader: str | None, bounds: _Bounds) -> _Known:
    own = 0.0 if reader is None else piece.of_practices.get(reader, (0.0, 0.0))[part]
    if not piece.shown:
        return _Known(own, max(bounds.ceiling, own), own, shown=False)
    least, most = between(piece.counts[part], piece.steps[part], bounds.smallest)
    return _Known(max(least, own), most, own, shown=True)


def _narrows(pieces: Sequence[_Known], total: tuple[float, float], smallest: int) -> bool:
    """Whether the total (its least and most) narrows a piece or the pieces narrow it, or a hidden piece is told.

    A hidden piece must be able to be as little as 1 and as much as `smallest`, beyond what the reader has itself.
    """
    least, most = sum(each.least for each in pieces), sum(each.most for each in pieces)
    low, high = total
    if least > low or most < high:
        return True
    for each in pieces:
        most_of_others = sum(other.most for other in pieces if other is not each)
        lowest, highest = low - most_of_others, high - (least - each.least)
        if each.shown and (lowest > each.least or highest < each.most):
            return True
        if not each.shown and (lowest > each.own + 1 or highest < each.own + smallest):
            return True
    return False
