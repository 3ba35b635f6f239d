"""A letter at one measure and not at another, and the difference of two totals of the same thing: whose it would be."""

from __future__ import annotations

from typing import Any

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from small_pack import Row, exact, letter, named
from small_region import RATE, measure, package

from transforms.disclosure import View, shown
from transforms.disclosure_check import truth_of, violations
from transforms.disclosure_profiles import profile
from transforms.disclosure_rules import ruled
from transforms.published import FIGURE

SDS, INTERNAL = profile("sds"), profile("internal")
VISITS = measure(
    "visits", numerator={"source": "services", "quantity": "services", "codes": ("0101",)}, title={"da": "o", "en": "w"}
)
BOTH = (RATE, VISITS)
PACKAGE = package(*BOTH)
explore = settings(deadline=None, max_examples=25, derandomize=True)


def units(sizes: list[int], missing: int) -> pl.DataFrame:
    """One practice per size; the last `missing` ones have delivered nothing of the second measure."""
    frames: list[pl.DataFrame] = []
    for each in BOTH:
        practices: Any = {letter(at).lower(): ((size // 10, size), (size // 9, size)) for at, size in enumerate(sizes)}
        if each is VISITS:
            practices |= {letter(at).lower(): ("not_submitted",) * 2 for at in range(len(sizes) - missing, len(sizes))}
        frames.append(named(exact(practices, each), each))
    return pl.concat(frames)


def printed(exactly: pl.DataFrame, reader: str | None = None) -> list[Row]:
    marked = ruled(PACKAGE, exactly, SDS)
    found: list[Row] = []
    for each in BOTH:
        rows = shown(each, marked.filter(measure_id=each.id), View(reader, "letters", 20, SDS))
        whole = rows.with_columns(measure_id=pl.lit(each.id), audience=pl.lit(reader or "cluster"))
        found += [{name: row.get(name) for name in FIGURE} for row in whole.iter_rows(named=True)]
    return found


def letters(rows: list[Row], each: str) -> set[str]:
    return {row["label"] for row in rows if (row["measure_id"], row["level"]) == (each, "practice")} - {""}


def total(rows: list[Row], each: str) -> float:
    return next(row["now_denominator"] for row in rows if (row["measure_id"], row["level"]) == (each, "cluster"))


@explore
@given(st.lists(st.integers(1200, 4000), min_size=10, max_size=12, unique_by=lambda n: n // 12), st.integers(1, 4))
def test_whoever_knows_all_sizes_cannot_tell_the_letter_that_is_missing(sizes: list[int], missing: int) -> None:
    """Whoever knows every size by name finds the names between the totals; there are no letters to give them."""
    rows = printed(units(sizes, missing))
    without = letters(rows, RATE.id) - letters(rows, VISITS.id)
    apart = total(rows, RATE.id) - total(rows, VISITS.id)
    assert abs(apart - sum(sizes[-missing:])) <= 5  # that much two rounded totals tell
    assert len(without) in (0, 4)
    assert letters(rows, VISITS.id) == {letter(at) for at in range(len(sizes) - missing)}


def test_a_letter_is_gone_at_every_measure_and_the_reader_keeps_the_own_figure() -> None:
    exactly = units([1500 + 100 * at for at in range(10)], 1)
    assert letters(printed(exactly), RATE.id) == set("ABCDEFGHJ")
    own = [row for row in printed(exactly, "k") if row["own"]]
    assert [(row["label"], row["now_denominator"]) for row in own] == [("K", 2400.0), ("K", None)]


def test_all_who_delivered_both_have_their_letters() -> None:
    assert letters(printed(units([1500 + 100 * at for at in range(10)], 0)), RATE.id) == set("ABCDEFGHJK")


def test_a_total_that_is_hidden_tells_nothing_and_takes_no_letter() -> None:
    exactly = units([1500 + 100 * at for at in range(10)], 1)
    cluster = (pl.col("level") == "cluster") & (pl.col("measure_id") == VISITS.id)
    few = pl.when(cluster).then(3.0)
    hidden = exactly.with_columns(
        before_numerator=few.otherwise("before_numerator"), now_numerator=few.otherwise("now_numerator")
    )
    assert letters(printed(hidden), RATE.id) == set("ABCDEFGHJK")


def test_the_quality_unit_has_everything() -> None:
    assert not ruled(PACKAGE, units([2000] * 10, 1), INTERNAL)["between"].any()


@pytest.mark.parametrize("missing", [1, 3])
def test_the_last_look_refuses_a_letter_between_two_totals(missing: int) -> None:
    exactly = units([1500 + 100 * at for at in range(10)], missing)
    truth, rows = truth_of(exactly, "letters", SDS), printed(exactly)
    assert violations(pl.DataFrame(rows, schema=FIGURE), PACKAGE, truth) == []
    leaked = next(row for row in rows if row["level"] == "practice" and not row["label"])
    leaked |= {"label": "K"}
    found = violations(pl.DataFrame(rows, schema=FIGURE), PACKAGE, truth)
    assert any("count different practices" in each for each in found)
