"""Nobody who has the answers of their own practice can tell what one colleague elsewhere answered, or did not answer.

Every small table of answers goes through the rules. Of each print, or its absence, all tables that would
have given it are sought: so the attacker knows the rules, how many answered in every practice, and all
answers of the own one.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from itertools import combinations_with_replacement, product
from typing import Any

import polars as pl
import pytest
from small_pack import exact
from small_region import RATE, package

from transforms.definitions import Measure
from transforms.disclosure_check import truth_of
from transforms.disclosure_check_answers import faults_of_answers
from transforms.disclosure_profiles import Profile, profile
from transforms.disclosure_rules import ruled

Table = tuple[tuple[int, ...], ...]
"""By practice, how many chose each option."""
INTERNAL = profile("internal")
LOOSE = INTERNAL.model_copy(update={"smallest_count": 1, "smallest_rest": 1})
"""The rules of answers alone: nothing else keeps a secret."""
ANSWERS = {"source": "questionnaire", "quantity": "answers", "codes": ("stress",)}
PLAIN: dict[str, Any] = RATE.model_dump(include={"title", "definition", "unit", "events"})
SHARE = Measure.model_validate(
    PLAIN
    | {"id": "share", "kind": "proportion", "per": 100}
    | {"numerator": ANSWERS | {"answers": ("ofte",)}, "denominator": ANSWERS}
)
SPREAD = Measure.model_validate(
    PLAIN | {"id": "spread", "kind": "distribution", "by": "answer", "per": 100, "numerator": ANSWERS}
)
MEAN = Measure.model_validate(PLAIN | {"id": "mean", "kind": "mean", "numerator": ANSWERS | {"quantity": "score"}})


def ways(people: int, options: int) -> Iterator[tuple[int, ...]]:
    if options == 1:
        yield (people,)
        return
    for first in range(people + 1):
        for others in ways(people - first, options - 1):
            yield first, *others


def tables(sizes: tuple[int, ...], options: int) -> list[Table]:
    return list(product(*(list(ways(size, options)) for size in sizes)))


def rows_of(number: int, table: Table) -> Iterator[dict[str, Any]]:
    """The exact rows of one table, as a measure of its own: of two options a share, of more a distribution."""
    options = len(table[0])
    for option in range(1 if options == 2 else options):
        counts = [(float(own[option]), float(sum(own))) for own in table]
        units = [("practice", "abcd"[at], *each) for at, each in enumerate(counts)]
        units.append(("cluster", "c", *(sum(part) for part in zip(*counts, strict=True))))
        for level, unit, numerator, denominator in units:
            figure = {"state": "value", "numerator": numerator, "denominator": denominator}
            yield {
                "measure_id": f"m{number}",
                "category": None if options == 2 else str(option),
                "level": level,
                "unit_id": unit,
                "label": unit,
                "reason": None,
                "practices": len(table),
            } | {f"{side}_{name}": value for side in ("before", "now") for name, value in figure.items()}


def shown(every: list[Table], rules: Profile) -> list[bool]:
    """Of each table, whether the cluster's figures are printed; and that the last look would block all the others."""
    measure = SHARE if len(every[0][0]) == 2 else SPREAD
    found: list[bool] = []
    for start in range(0, len(every), 20):
        some = every[start : start + 20]
        asked = package(*(measure.model_copy(update={"id": f"m{number}"}) for number in range(len(some))))
        rows = [row for number, table in enumerate(some) for row in rows_of(number, table)]
        frame = pl.DataFrame(rows, schema_overrides={"reason": pl.String, "category": pl.String})
        clusters = ruled(asked, frame, rules).filter(pl.col("level") == "cluster")
        printed = clusters.with_columns(audience=pl.lit("cluster"), before_value=1.0, now_value=1.0)
        faults = list(faults_of_answers(printed.to_dicts(), asked, truth_of(frame, "open", rules)))
        for number in range(len(some)):
            seen = clusters.filter(pl.col("measure_id") == f"m{number}")["now_rule"].null_count() > 0
            blocked = any(fault.startswith((f"m{number},", f"m{number} ")) for fault in faults)
            assert seen <= (not blocked)
            assert rules is not LOOSE or seen == (not blocked)
            found.append(seen)
    return found


def told(every: list[Table], printed: list[bool]) -> list[str]:
    """Whose answer follows, for an outsider or a practice, from what is printed or from its being hidden."""
    agreeing: dict[Any, list[Table]] = defaultdict(list)
    for table, seen in zip(every, printed, strict=True):
        totals = tuple(map(sum, zip(*table, strict=True))) if seen else None
        for reader in (None, *range(len(table))):
            agreeing[reader, None if reader is None else table[reader], totals].append(table)
    return [
        f"{reader} with {own} from {totals}: {other} has {counts} of option {option}"
        for (reader, own, totals), could in agreeing.items()
        for other, option in product(range(len(every[0])), range(len(every[0][0])))
        if other != reader
        and len(counts := {table[other][option] for table in could}) == 1
        and counts & {0, sum(every[0][other])}
    ]


def sizes_of(practices: int, answers: int) -> list[tuple[int, ...]]:
    every = combinations_with_replacement(range(1, answers), practices)
    return [sizes for sizes in every if 5 <= sum(sizes) <= answers]


@pytest.mark.parametrize(
    ("sizes", "options", "rules"),
    [
        *((sizes, 2, LOOSE) for sizes in (*sizes_of(2, 7), *sizes_of(3, 6), (2, 2, 3))),
        *((sizes, 3, LOOSE) for sizes in ((2, 3), (3, 4), (1, 2, 3))),
        *((sizes, 2, INTERNAL) for sizes in ((4, 7), (1, 1, 8))),
    ],
)
def test_nobody_tells_one_colleague_elsewhere(sizes: tuple[int, ...], options: int, rules: Profile) -> None:
    every = tables(sizes, options)
    assert told(every, shown(every, rules)) == []


def test_the_law_could_be_broken_and_figures_are_printed() -> None:
    """All printed, five of five and four and one tell; and the rules do not hide everything."""
    every = tables((4, 6), 2)
    assert any("has {6} of option 0" in one for one in told(every, [True] * len(every)))
    assert told(tables((1, 4), 2), [True] * 10) != []
    assert any(shown(every, INTERNAL))
    assert sum(shown(tables((3, 4), 3), LOOSE)) == 3  # one of each, and beside them two of one


@pytest.mark.parametrize(
    ("answers", "seen"),
    [
        ({"a": (5, 5, 5), "b": (5, 5)}, False),  # at the end of the scale
        ({"a": (3, 3, 3), "b": (3, 3)}, False),  # the interval has no width, which says so
        ({"a": (1, 5, 5), "b": (5, 5)}, False),  # who is of a knows what both in b answered
        ({"a": (1, 5, 5, 4), "b": (5,)}, False),
        ({"a": (1, 5), "b": (5, 4), "c": (3,)}, False),
        ({"a": (1, 5, 5), "b": (5, 4)}, True),
        ({"a": (5,) * 30, "b": (5,) * 30}, True),  # so many are no longer few
    ],
)
def test_a_mean_of_answers_all_alike_is_the_same_case(answers: dict[str, tuple[int, ...]], seen: bool) -> None:
    everybody = tuple(one for own in answers.values() for one in own)
    lists = answers | {"cluster": everybody, "region": (1, 2) * 50}
    side = {name: (float(sum(own)), float(len(own))) for name, own in lists.items()}
    frame = exact({name: (side[name], side[name]) for name in answers}, MEAN)
    values = pl.col("unit_id").replace_strict(
        {name: [float(one) for one in own] for name, own in lists.items()}, return_dtype=pl.List(pl.Float64)
    )
    frame = frame.with_columns(measure_id=pl.lit("mean"), before_observations=values, now_observations=values)
    cluster = ruled(package(MEAN), frame, INTERNAL).filter(pl.col("level") == "cluster")
    assert (cluster["now_rule"].null_count() == 1) is seen
    printed = cluster.with_columns(audience=pl.lit("cluster"), category=pl.lit(None), before_value=1.0, now_value=1.0)
    faults = list(faults_of_answers(printed.to_dicts(), package(MEAN), truth_of(frame, "open", INTERNAL)))
    assert (faults == []) is seen
