"""The last look at several figures together: what one alone hides, two may tell. Loops over printed rows, no frames."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterable, Sequence

from transforms.definitions import Measure, Package
from transforms.disclosure_profiles import COLUMNS, SIDES
from transforms.disclosure_truth import Row, Truth, name, rounded_to
from transforms.nesting import alike, nested

_STEPS = [lead * 10.0**power for power in range(-3, 6) for lead in (1, 2, 5)]
_DELIVERED = ("value", "zero", "too_few", "suppressed", "not_computable")


def faults_of_sets(rows: Sequence[Row], package: Package, truth: Truth) -> Iterable[str]:
    """One sentence per figure that breaks a rule together with others."""
    others = [row for row in rows if not row["own"]]
    yield from _not_the_same_for_all(others)
    for side in SIDES:
        yield from _nested_too_near(others, side, package, truth)
        yield from _lonely_categories(others, side)
        yield from _telling_totals(others, side, truth)
        if truth.dots:
            yield from _named_by_a_difference(others, side, package, truth)
            for measure in package.measures:
                if measure.kind not in ("mean", "median") and measure.numerator_base is None:
                    yield from _off_the_grid(others, side, measure, truth)
    if truth.dots:
        yield from _alone_of_their_kind(others, truth)


def _not_the_same_for_all(others: Sequence[Row]) -> Iterable[str]:
    """Two readers who see two totals of one thing have their difference."""
    columns = ["practices", *(f"{side}_state" for side in SIDES), *(each for item in COLUMNS.values() for each in item)]
    seen: dict[tuple[str, ...], Row] = {}
    for row in others:
        if row["level"] == "similar" or (row["level"] == "practice" and not row["label"]):
            continue  # each reader's own pool; a practice that nothing tells from the others
        first = seen.setdefault((row["measure_id"], str(row["category"]), row["level"], row["label"]), row)
        if any(row[column] != first[column] for column in columns):
            yield f"{name(row, 'now')} is not what {first['audience']} sees of it"


def _nested_too_near(others: Sequence[Row], side: str, package: Package, truth: Truth) -> Iterable[str]:
    by_figure = {
        (row["audience"], row["level"], row["label"], row["measure_id"]): row for row in others if row["label"]
    }
    pairs = nested(package)
    for (audience, level, label, measure_id), row in by_figure.items():
        exact = truth.of(row, side)
        for wide, narrow in pairs:
            other = by_figure.get((audience, level, label, wide.measure_id))
            if narrow.measure_id != measure_id or other is None or exact is None:
                continue
            if row[f"{side}_value"] is None or other[f"{side}_value"] is None:
                continue
            holding = (truth.of(other, side) or (0.0, 0.0))[wide.part == "denominator"]
            held = exact[narrow.part == "denominator"]
            least, unit = truth.profile.smallest_difference, truth.profile.smallest_unit
            if 0 < holding - held < least:
                yield f"{name(row, side)} differs by fewer than {least} from {wide.measure_id}"
            elif 0 < holding < unit and held in (0, holding):
                yield f"{name(row, side)} tells none or all of fewer than {unit} of {wide.measure_id}"


def _named_by_a_difference(others: Sequence[Row], side: str, package: Package, truth: Truth) -> Iterable[str]:
    """Totals of the same thing over two sets of practices differ by a size that tells who is between the two."""
    totals = {
        row["measure_id"] for row in others if row["level"] == "cluster" and row[f"{side}_denominator"] is not None
    }
    behind: dict[str, set[str]] = {measure: set() for measure in totals}
    for key, (_, size) in truth.counts.items():
        if key[0] in totals and key[2] == "practice" and key[4] == side and size and truth.compared[key]:
            behind[key[0]].add(key[3])
    for one, other in alike(package):
        apart = behind[one] ^ behind[other] if {one, other} <= totals else set[str]()
        if 0 < len(apart) < truth.profile.fewest_alike:
            for row in others:
                if row["level"] == "practice" and row["label"] in apart:
                    yield f"{name(row, side)} has a letter, and alone makes {one} and {other} count different practices"


def _lonely_categories(others: Sequence[Row], side: str) -> Iterable[str]:
    groups: dict[tuple[str, ...], list[Row]] = defaultdict(list)
    for row in others:
        if row["category"] is not None and row["label"]:
            groups[row["audience"], row["measure_id"], row["level"], row["label"]].append(row)
    for group in groups.values():
        if any(row[f"{side}_state"] == "suppressed" for row in group):
            for row in group:
                if row[f"{side}_value"] is not None:
                    yield f"{name(row, side)} is shown although another category is hidden, which the whole gives back"


def _telling_totals(others: Sequence[Row], side: str, truth: Truth) -> Iterable[str]:
    """Whether a small hidden count follows from the total and what is shown, for an outsider or for a member."""
    step = truth.profile.rounding
    if step == 1 or truth.mode == "own_only":
        return
    for total in (row for row in others if row["level"] == "cluster" and row["audience"] == "cluster"):
        if total[f"{side}_numerator"] is None:
            continue
        counts = _practice_counts(total, side, others, truth)
        hidden = [count for count, shown in counts if not shown]
        wide = (
            truth.profile.rounding_of_one_large
            if truth.largest(total, side, "numerator")
            > (truth.profile.largest_share * (truth.of(total, side) or (0.0, 0.0))[0])
            else step
        )
        for who in range(-1, len(counts)):
            known = [_known(count, shown, step, own=at == who) for at, (count, shown) in enumerate(counts)]
            left = len(hidden) - (who >= 0 and not counts[who][1])
            # A hidden nought is one more that a marker stands for, and is not at least 1 as the others are.
            nought = sum(not shown and count == 0 for at, (count, shown) in enumerate(counts) if at != who)
            small = [c for at, (c, shown) in enumerate(counts) if not shown and at != who and _is_small(c, truth)]
            most = total[f"{side}_numerator"] + (wide - 1) // 2 - sum(low for low, _ in known)
            least = total[f"{side}_numerator"] - wide // 2 - sum(high for _, high in known)
            if small and (most - (left - nought - 1) < truth.profile.smallest_count or (left == 1 and least > 1)):
                yield f"{name(total, side)} leaves too little doubt about a hidden count of one of its practices"
                break


def _is_small(count: float, truth: Truth) -> bool:
    return 0 < count < truth.profile.smallest_count


def _known(count: float, shown: bool, step: int, *, own: bool) -> tuple[float, float]:
    """The least and the most that a reader knows of a practice's count, where it is shown or the reader's own."""
    if own:
        return count, count
    if not shown or count == 0:
        return 0.0, 0.0
    middle = rounded_to(count, step)
    return middle - step // 2, middle + (step - 1) // 2


def _practice_counts(total: Row, side: str, others: Sequence[Row], truth: Truth) -> list[tuple[float, bool]]:
    """Exact count of every practice behind the total, and whether it is shown to the cluster.

    In `letters` less is shown than the counts: they are taken as known of every practice that has a letter.
    """
    drawn = {
        row["label"]: row[f"{side}_state"]
        for row in others
        if (row["measure_id"], row["category"], row["level"]) == (total["measure_id"], total["category"], "practice")
    }
    found: list[tuple[float, bool]] = []
    for key, (numerator, _) in truth.counts.items():
        of_total = key[:3] == (total["measure_id"], total["category"], "practice") and key[4] == side
        if of_total and numerator is not None and truth.compared[key]:
            found.append(
                (numerator, drawn.get(key[3], "suppressed") != "suppressed" and not _is_small(numerator, truth))
            )
    return found


def _off_the_grid(others: Sequence[Row], side: str, measure: Measure, truth: Truth) -> Iterable[str]:
    """A dot's value is that of the rounded counts, in steps that every practice drawn could have reached."""
    of_measure = [
        row for row in others if row["level"] == "practice" and row["measure_id"] == measure.id and row["label"]
    ]
    sizes = [
        rounded_to(exact[1], truth.profile.rounding)
        for row in of_measure
        for each in SIDES
        if row[f"{each}_value"] is not None and (exact := truth.of(row, each)) is not None and exact[1] > 0
    ]
    needed = max(measure.per * truth.profile.rounding / min(sizes, default=math.inf), 10.0**-measure.decimals)
    drawn = [row for row in of_measure if row[f"{side}_value"] is not None]
    steps = [step for step in _STEPS if step >= needed * (1 - 1e-12)][:4]
    wrong = {step: [row for row in drawn if not _fits(row, side, measure, truth, step)] for step in steps}
    for row in min(wrong.values(), key=len) if wrong else ():
        yield f"{name(row, side)} has a value that was not computed from the rounded counts in steps of {steps[0]:g}"
    for row in drawn:
        if measure.kind == "rate" and not _state_by_value(row, side):
            yield f"{name(row, side)} has a state that gives its size away"


def _fits(row: Row, side: str, measure: Measure, truth: Truth, step: float) -> bool:
    exact, value, profile = truth.of(row, side), row[f"{side}_value"], truth.profile
    if exact is None or not exact[1]:
        return False
    numerator, denominator = (rounded_to(count, profile.rounding) for count in exact)
    right = measure.per * numerator / denominator
    lowest = step * profile.smallest_printed / profile.rounding
    highest = measure.per - lowest if measure.kind in ("proportion", "distribution") else math.inf
    if numerator == 0 or (right == measure.per and highest < math.inf):
        return math.isclose(value, right, abs_tol=1e-9)
    on_grid = math.isclose(value / step, round(value / step), abs_tol=1e-6)
    wanted = min(max(step * math.floor(right / step + 0.5 + 1e-9), lowest), highest)
    return on_grid and math.isclose(value, wanted, abs_tol=1e-6)


def _state_by_value(row: Row, side: str) -> bool:
    """Nought is `zero`, and nothing else is."""
    return (row[f"{side}_value"] == 0) == (row[f"{side}_state"] == "zero")


def _alone_of_their_kind(others: Sequence[Row], truth: Truth) -> Iterable[str]:
    """Dots that lack the earlier side, or are not compared, are told by that alone where too few are like them."""
    kinds: dict[tuple[str, ...], list[Row]] = defaultdict(list)
    for row in others:
        if row["level"] == "practice" and row["label"] and row["now_state"] in _DELIVERED:
            compared = truth.compared.get(truth.key(row, "now"), True)
            had_before = row["before_state"] in _DELIVERED
            kinds[row["audience"], row["measure_id"], str(row["category"]), f"{compared}{had_before}"].append(row)
    for kind in kinds.values():
        # A reader who is one of them is not among the rows: the others must be three even then.
        if len(kind) < truth.profile.fewest_alike - 1 or (
            kind[0]["audience"] == "cluster" and len(kind) < truth.profile.fewest_alike
        ):
            for row in kind:
                yield f"{name(row, 'now')} is one of so few of its kind that it is told by that alone"
